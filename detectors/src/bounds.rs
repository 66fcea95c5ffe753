//! Neighbours that a match may not have: a value inside a longer token is another thing.
//!
//! Account numbers in ARNs, groups of UUIDs, pieces of hex digests, epoch times: all hold windows
//! that fit some identifier. A look at the bytes beside a match rejects them before anything else.

use crate::spec::Bounds;
use std::ops::Range;

/// Endings of files that hold X12 transactions.
const X12_ENDINGS: [&[u8]; 8] = [
    b"270", b"271", b"276", b"277", b"278", b"834", b"835", b"837",
];

/// Whether the neighbours of `text[span]` allow a match. Behind a cue a short number may be joined
/// to it by a hyphen (`mrn-00123456-01`).
pub(crate) fn allowed(bounds: Bounds, text: &[u8], span: &Range<usize>, cued: bool) -> bool {
    let before = &text[..span.start];
    let after = &text[span.end..];
    let letter_before = ends_in_word(before);
    let letter_after = begins_in_word(after);
    // `****2345` is what is left of a masked value; one star separates elements of X12.
    if before.ends_with(b"**") || (bounds != Bounds::Start && after.starts_with(b"**")) {
        return false;
    }
    match bounds {
        Bounds::Start => !letter_before,
        Bounds::Word => !letter_before && !letter_after,
        Bounds::Mailbox => {
            !letter_before
                && !letter_after
                && !before.last().is_some_and(|byte| b"._%+-".contains(byte))
        }
        Bounds::Part => begins_a_part(before) && ends_a_part(after),
        Bounds::Day => {
            let midnight = after.starts_with(b"T00:00") || after.starts_with(b" 00:00");
            !letter_before
                && (midnight || !letter_after && !joined(after.iter(), cued) && !time_of_day(after))
        }
        Bounds::Moment => {
            !letter_before && (!letter_after || time_of_day(after)) && !joined(after.iter(), cued)
        }
        Bounds::Number => {
            // `blk_-4539…`: a signed number within an identifier.
            if before.ends_with(b"_-") {
                return false;
            }
            // `MRN00123456`: a cue may touch its value.
            let touches_cue = cued && before.last().is_some_and(u8::is_ascii_alphabetic);
            (!letter_before || touches_cue)
                && !letter_after
                && !joined(before.iter().rev(), cued)
                && !joined(after.iter(), cued)
                && (cued || !in_row_of_groups(before, &text[span.clone()], after))
        }
    }
}

/// Whether a part of a path, or the value of a label in it, begins behind the text.
pub(crate) fn begins_a_part(before: &[u8]) -> bool {
    before
        .last()
        .is_none_or(|byte| matches!(byte, b'/' | b'\\' | b'=' | b':' | b'"' | b'\n'))
}

/// Whether a part of a path ends in front of the text, or only a file's ending follows.
fn ends_a_part(after: &[u8]) -> bool {
    let border = |byte: &u8| {
        matches!(
            byte,
            b'/' | b'\\' | b'"' | b'\n' | b'\r' | b'?' | b'&' | b'|'
        )
    };
    match after.split_first() {
        None => true,
        Some((b'.', rest)) => {
            let ending = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric());
            let length = ending.count();
            (1..=5).contains(&length)
                && rest.first().is_some_and(u8::is_ascii_alphabetic)
                && rest.get(length).is_none_or(border)
        }
        Some((byte, _)) => border(byte),
    }
}

/// Whether the text ends in a letter or digit of any script.
fn ends_in_word(text: &[u8]) -> bool {
    let tail = &text[text.len().saturating_sub(4)..];
    let start = tail.iter().rposition(|byte| byte & 0xc0 != 0x80);
    start.is_some_and(|start| begins_in_word(&tail[start..]))
}

/// Whether the text begins with a letter or digit of any script.
fn begins_in_word(text: &[u8]) -> bool {
    match text.first() {
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(_) => {
            let head = &text[..text.len().min(4)];
            let valid = match std::str::from_utf8(head) {
                Ok(valid) => valid,
                Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
            };
            valid.chars().next().is_some_and(char::is_alphanumeric)
        }
        None => false,
    }
}

/// Whether a value of groups with blanks between them stands in a row of such groups, as in a table
/// of numbers: `0021 4539 1488 0343 6467 8812`. One stray group beside it is no table, and neither
/// is an expiry date behind a card (`12/27`).
fn in_row_of_groups(before: &[u8], value: &[u8], after: &[u8]) -> bool {
    fn groups<'b>(away: impl Iterator<Item = &'b u8>) -> usize {
        let mut near = [0; 14];
        let mut length = 0;
        for (slot, byte) in near.iter_mut().zip(away) {
            *slot = *byte;
            length += 1;
        }
        let is_group =
            |group: &&[u8]| (3..=6).contains(&group.len()) && group.iter().all(u8::is_ascii_digit);
        near[..length].strip_prefix(b" ").map_or(0, |rest| {
            rest.split(|byte| *byte == b' ')
                .take(2)
                .take_while(is_group)
                .count()
        })
    }
    value.contains(&b' ') && groups(before.iter().rev()) + groups(after.iter()) > 1
}

/// Whether a number is joined to a match, going away from it: `-e29b`, `.5`, `-44`.
fn joined<'b>(mut away: impl Iterator<Item = &'b u8>, cued: bool) -> bool {
    let Some(&separator) = away.next() else {
        return false;
    };
    let run = away.take_while(|byte| byte.is_ascii_alphanumeric());
    match separator {
        b'.' => {
            let (mut tail, mut length) = ([0; 4], 0);
            for (slot, byte) in tail.iter_mut().zip(run) {
                *slot = *byte;
                length += 1;
            }
            // `mbi-2FG7-HT4-KC91.271`: the ending of an X12 file.
            let ending = cued && X12_ENDINGS.contains(&&tail[..length]);
            tail[0].is_ascii_digit() && !ending
        }
        b'-' => {
            let (mut length, mut digits, mut hex) = (0, 0, true);
            for byte in run.take(40) {
                length += 1;
                digits += usize::from(byte.is_ascii_digit());
                hex &= byte.is_ascii_hexdigit();
            }
            let number = hex && (digits > 0 || length == 4 || length >= 8);
            number && (!cued || length > 2)
        }
        _ => false,
    }
}

/// Whether a time of day follows: ` 10:15`, `T10:15`.
fn time_of_day(after: &[u8]) -> bool {
    let Some((b' ' | b'T' | b't', rest)) = after.split_first() else {
        return false;
    };
    let hour = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=2).contains(&hour)
        && rest.get(hour) == Some(&b':')
        && rest.get(hour + 1).is_some_and(u8::is_ascii_digit)
}

/// Whether only blanks, list marks and a few words stand before a label on its line, and nothing
/// but a separator behind it.
pub(crate) fn label_stands_alone(text: &[u8], label: &Range<usize>) -> bool {
    let line = text[..label.start]
        .iter()
        .rev()
        .take(32)
        .take_while(|&&byte| byte != b'\n');
    let mut length = 0;
    for &byte in line {
        length += 1;
        if !(byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'\t' | b'-' | b'*' | b'#' | b'('))
        {
            return false;
        }
    }
    length < 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str, value: &str, cued: bool) -> bool {
        let start = text.find(value).unwrap_or(0);
        allowed(
            Bounds::Number,
            text.as_bytes(),
            &(start..start + value.len()),
            cued,
        )
    }

    #[test]
    fn values_inside_longer_tokens_are_refused() {
        for text in [
            "X219473612",
            "219473612Z",
            "0a1b-219473612-4f",
            "219473612-e29b-41d4",
            "3.219473612",
            "219473612.5",
            "44-219473612",
            "beef-219473612",
        ] {
            assert!(!number(text, "219473612", false), "{text}");
        }
    }

    #[test]
    fn values_among_words_are_allowed() {
        for text in [
            "219473612",
            "id=219473612.",
            "doe-219473612.pdf",
            "doe_219473612_v2",
            "(219473612)",
            "219473612-report",
        ] {
            assert!(number(text, "219473612", false), "{text}");
        }
        assert!(number("mrn-219473612-01", "219473612", true));
        assert!(number("MRN219473612", "219473612", true));
        assert!(number("mrn-219473612.834", "219473612", true));
        assert!(!number("219473612.834", "219473612", false));
        assert!(!number("mrn 219473612-e29b-41d4", "219473612", true));
    }

    #[test]
    fn a_row_of_groups_is_no_card() {
        let card = "4539 1488 0343 6467";
        for text in [
            "4539 1488 0343 6467 8812 0021",
            "7730 0021 4539 1488 0343 6467",
            "0021 4539 1488 0343 6467 8812",
        ] {
            assert!(!number(text, card, false), "{text}");
            assert!(number(text, card, true), "{text}");
        }
        for text in [
            "4539 1488 0343 6467 12/27",
            "0021 4539 1488 0343 6467",
            "pay 4539 1488 0343 6467 now",
            card,
        ] {
            assert!(number(text, card, false), "{text}");
        }
    }

    #[test]
    fn letters_of_any_script_are_neighbours() {
        let street = |text: &str| {
            let span = text.find("20 Elm Dr").map_or(0..0, |at| at..at + 9);
            allowed(Bounds::Word, text.as_bytes(), &span, false)
        };
        assert!(!street("20 Elm Drążek"));
        assert!(!street("ą20 Elm Dr"));
        assert!(street("„20 Elm Dr”"));
        assert!(street("20 Elm Dr…"));
    }
}
