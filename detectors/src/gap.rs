//! From a cue to its value: what may stand between `patientMRN` and `00123456`.
//!
//! The walk starts where the cue ends and proposes places where a value may start:
//!
//! ```text
//! patientMRN_no": {"S": "00123456"      MRN: No. 00123456      <mrn>00123456      mrn-00123456
//!           ^^^ rest of the identifier, quotes, separators, brackets, a type letter of DynamoDB
//! ```
//!
//! Only words that continue a label (`number`, `no`, `id`, `is` …) may stand between; any other
//! word, a comma, a semicolon or a closing brace ends the walk, so that a header is no cue for the
//! next column and a JSON key none for its siblings. A label alone on its line reaches the next.

use crate::vocabulary::CueKind;
use crate::words;

/// Longest stretch between a cue and its value, in bytes.
pub(crate) const LONGEST: usize = 48;

/// Most blanks between two tokens of pretty-printed JSON.
const MOST_BLANKS: usize = 64;

/// Words between a cue and its value, lower case.
const CONTINUES: &[&[u8]] = &[
    b"number",
    b"num",
    b"no",
    b"nbr",
    b"nr",
    b"nos",
    b"numbers",
    b"id",
    b"ids",
    b"value",
    b"val",
    b"text",
    b"string",
    b"str",
    b"raw",
    b"field",
    b"input",
    b"is",
    b"was",
    b"are",
    b"of",
    b"the",
    b"equals",
    b"on",
    b"file",
    b"as",
    b"s",
    b"n",
    b"patient",
    b"full",
    b"provided",
    b"entered",
    b"given",
    b"code",
    b"line",
    b"1",
    b"2",
];

/// Names of a value beside its key: `{"Key": "ssn", "Value": "…"}`, `"ssn": {"S": "…"}`.
const INNER: &[&[u8]] = &[b"value", b"s", b"n", b"text", b"stringvalue", b"content"];

/// Words that may follow a cue at the end of a label's path, besides: `PatientMrn.Default`.
const ENDS_PATH: &[&[u8]] = &[
    b"default", b"values", b"item", b"items", b"content", b"data", b"display",
];

/// Whether a word may follow a cue at the end of a label's path.
pub(crate) fn ends_path(word: &[u8]) -> bool {
    continues(word)
        || ENDS_PATH
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether a word may follow a cue within its label.
pub(crate) fn continues(word: &[u8]) -> bool {
    CONTINUES
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
        || (word.len() <= 2 && word.iter().all(u8::is_ascii_digit))
}

/// Proposes starts of a value behind a cue that ends at `from`, nearest first, until `take` says
/// that it has taken one. `stands_alone` allows the next line.
pub(crate) fn walk(
    text: &[u8],
    from: usize,
    stands_alone: bool,
    take: &mut dyn FnMut(usize, CueKind) -> bool,
) -> bool {
    let end = text.len().min(from.saturating_add(LONGEST));
    let mut at = from;
    let mut fillers = 0;
    let mut separated = false;
    while at < end {
        match text[at] {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 0x80.. => {
                let fresh = at > from || text[at].is_ascii_digit();
                if fresh && take(at, CueKind::Slot) {
                    return true;
                }
                let word_end = words::word_end(text, at);
                if !continues(&text[at..word_end]) || fillers == 4 {
                    return false;
                }
                fillers += 1;
                at = word_end;
            }
            b'\n' | b'\r' => {
                return stands_alone && fillers <= 2 && next_line(text, at, take);
            }
            b',' => match inner(text, at) {
                Some(next) => at = next,
                None => return false,
            },
            b'{' => match inner(text, at) {
                Some(next) => at = next,
                None => at += 1,
            },
            b':' | b'=' => {
                separated = true;
                at += 1;
            }
            b'(' | b'+' | b'<' if take(at, CueKind::Slot) => return true,
            b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b'>' | b'|' | b'#' | b'(' | b'['
            | b'*' | b'-' | b'_' | b'.' | b'~' | b']' | b')' | b'+' => at += 1,
            b'/' if !separated => at += 1,
            _ => return false,
        }
    }
    false
}

/// The value on the line after a label.
fn next_line(text: &[u8], at: usize, take: &mut dyn FnMut(usize, CueKind) -> bool) -> bool {
    let mut at = at;
    let mut breaks = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\n' => {
                breaks += 1;
                if breaks > 1 {
                    return false;
                }
            }
            b'\r' | b' ' | b'\t' => {}
            _ => return breaks == 1 && take(at, CueKind::LabelLine),
        }
        at += 1;
    }
    false
}

/// Behind `{"S":` or `,"Value":`, where `at` is the brace or comma.
fn inner(text: &[u8], at: usize) -> Option<usize> {
    // Pretty-printed JSON has the next key on a line of its own.
    let skip = |from: usize| {
        let blanks = text.iter().skip(from).take(MOST_BLANKS);
        from + blanks
            .take_while(|byte| matches!(byte, b' ' | b'\\' | b'\t' | b'\n' | b'\r'))
            .count()
    };
    let quote = skip(at + 1);
    if text.get(quote) != Some(&b'"') {
        return None;
    }
    let word = quote + 1;
    let mut word_end = word;
    while word_end - word < 12 && text.get(word_end).is_some_and(u8::is_ascii_alphabetic) {
        word_end += 1;
    }
    if !INNER
        .iter()
        .any(|known| text[word..word_end].eq_ignore_ascii_case(known))
    {
        return None;
    }
    let close = skip(word_end);
    let colon = skip(close + 1);
    (text.get(close) == Some(&b'"') && text.get(colon) == Some(&b':')).then_some(colon + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What starts where a digit run is taken as the value behind the cue `mrn`.
    fn value(text: &str) -> Option<&str> {
        let mut found = None;
        walk(text.as_bytes(), 3, true, &mut |at, _| {
            let taken = text.as_bytes()[at..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count()
                > 2;
            if taken {
                found = Some(&text[at..]);
            }
            taken
        });
        found
    }

    #[test]
    fn labels_reach_their_value() {
        for text in [
            "mrn123",
            "mrn: 123",
            "mrn=123",
            "mrn = '123",
            "mrn\": \"123",
            "mrn No. 123",
            "mrn#123",
            "mrn number is 123",
            "mrnNumber=123",
            "mrn_id => 123",
            "mrn\":{\"S\":\"123",
            "mrn\", \"Value\": \"123",
            "mrn\",\n            \"Value\": \"123",
            "mrn\\\":\\\"123",
            "mrn>123",
            "mrn|123",
            "mrn]=123",
            "mrn/123",
            "mrn\n123",
            "mrn:\r\n  123",
            "mrn1=123",
        ] {
            assert_eq!(value(text), Some("123"), "{text:?}");
        }
    }

    #[test]
    fn labels_do_not_reach_others() {
        for text in [
            "mrn,123",
            "mrn\":null,\"x\":\"123",
            "mrn;123",
            "mrn hash 123",
            "mrn_count=123",
            "mrn}123",
            "mrn\n\n123",
            "mrn\":{\"type\":\"123",
            "mrn&x=123",
        ] {
            assert_eq!(value(text), None, "{text:?}");
        }
    }
}
