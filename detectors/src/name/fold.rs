//! Folding of letters to `a`–`z`: case and marks go, so that `Núñez`, `NUNEZ` and `nunez` are one word.
//!
//! Read are ASCII, Latin-1, Latin Extended-A and Vietnamese letters in UTF-8, and combining marks.
//! Letters of other scripts fold to nothing: they end a word.

/// One character of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Char {
    /// A letter: folded, and whether it was upper case.
    Letter(u8, bool),
    /// 0–9.
    Digit,
    /// An apostrophe, straight or curly.
    Apostrophe,
    /// A combining mark: part of the letter before it.
    Mark,
    /// Anything else; its first byte.
    Other(u8),
}

/// U+00C0 to U+00FF; `.` is no letter.
const LATIN_1: &[u8; 64] = b"AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTsaaaaaaaceeeeiiiidnooooo.ouuuuyty";
/// U+0100 to U+017F.
const LATIN_A: &[u8; 128] =
    b"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

/// Reads the character at the start of `text` and its length in bytes; invalid UTF-8 gives single
/// bytes that are no letters. `text` must not be empty (then it is `Other(0)` of length 1).
pub(crate) fn next(text: &[u8]) -> (Char, usize) {
    let at = |index: usize| text.get(index).copied().unwrap_or(0);
    match at(0) {
        byte if byte.is_ascii_alphabetic() => (
            Char::Letter(byte.to_ascii_lowercase(), byte.is_ascii_uppercase()),
            1,
        ),
        byte if byte.is_ascii_digit() => (Char::Digit, 1),
        b'\'' => (Char::Apostrophe, 1),
        0xC3 if at(1) & 0xC0 == 0x80 => (table(LATIN_1, at(1) & 0x3F, 0xC3), 2),
        0xC4 if at(1) & 0xC0 == 0x80 => (table(LATIN_A, at(1) & 0x3F, 0xC4), 2),
        0xC5 if at(1) & 0xC0 == 0x80 => (table(LATIN_A, 0x40 | (at(1) & 0x3F), 0xC5), 2),
        0xC6 => match at(1) {
            0xA0 => (Char::Letter(b'o', true), 2),
            0xA1 => (Char::Letter(b'o', false), 2),
            0xAF => (Char::Letter(b'u', true), 2),
            0xB0 => (Char::Letter(b'u', false), 2),
            _ => (Char::Other(0xC6), 1),
        },
        0xCC if at(1) & 0xC0 == 0x80 => (Char::Mark, 2),
        0xCD if (0x80..=0xAF).contains(&at(1)) => (Char::Mark, 2),
        0xE1 if matches!(at(1), 0xBA | 0xBB) && at(2) & 0xC0 == 0x80 => (
            vietnamese((u16::from(at(1) & 1) << 6) | u16::from(at(2) & 0x3F)),
            3,
        ),
        0xE2 if at(1) == 0x80 && at(2) == 0x99 => (Char::Apostrophe, 3),
        byte => (Char::Other(byte), 1),
    }
}

fn table(letters: &[u8], index: u8, lead: u8) -> Char {
    match letters.get(usize::from(index)) {
        Some(&letter) if letter.is_ascii_alphabetic() => {
            Char::Letter(letter.to_ascii_lowercase(), letter.is_ascii_uppercase())
        }
        _ => Char::Other(lead),
    }
}

/// U+1E80 + `index`: the Vietnamese letters are U+1EA0 to U+1EF9, upper case on even places.
fn vietnamese(index: u16) -> Char {
    let letter = match 0x1E80 + index {
        0x1EA0..=0x1EB7 => b'a',
        0x1EB8..=0x1EC7 => b'e',
        0x1EC8..=0x1ECB => b'i',
        0x1ECC..=0x1EE3 => b'o',
        0x1EE4..=0x1EF1 => b'u',
        0x1EF2..=0x1EF9 => b'y',
        _ => return Char::Other(0xE1),
    };
    Char::Letter(letter, index.is_multiple_of(2))
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    /// Every accented letter folds to the letter that Unicode's own decomposition starts with.
    #[test]
    fn folding_agrees_with_unicode() {
        for c in ('\u{C0}'..='\u{17F}').chain('\u{1EA0}'..='\u{1EF9}') {
            let base = c.nfd().next().unwrap_or(c);
            let mut buffer = [0u8; 4];
            let bytes = c.encode_utf8(&mut buffer).as_bytes();
            let (char, len) = next(bytes);
            if base.is_ascii_alphabetic() {
                let lower = u8::try_from(base.to_ascii_lowercase()).unwrap_or(0);
                assert_eq!(
                    (char, len),
                    (Char::Letter(lower, base.is_ascii_uppercase()), bytes.len()),
                    "{c}"
                );
            } else if c.is_alphabetic() {
                assert!(matches!(char, Char::Letter(..)), "{c}");
            }
        }
    }
}
