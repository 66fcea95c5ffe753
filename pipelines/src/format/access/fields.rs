//! Fields of a line.
//!
//! | split | a field is |
//! |---|---|
//! | [`Split::Tabs`] | what stands between tabs |
//! | [`Split::Blanks`] | what stands between blanks, or inside `"…"`, or, where the log has them, `[…]` |
//!
//! Services do not agree on quotes inside quoted fields. Those of load balancers escape them, those
//! of S3 do not, so that a quote ends a field there only where what follows fits the next column.

use std::ops::Range;

/// Fields of a line that are told apart.
const FIELDS: usize = 512;

/// How a line falls into fields.
#[derive(Clone, Copy)]
pub(super) enum Split {
    /// At tabs.
    Tabs,
    /// At blanks; quoted fields are one.
    Blanks {
        /// Whether `[…]` is a field too.
        brackets: bool,
        /// Whether the quote ends the field with this number; the text is what follows it.
        closes: fn(usize, &[u8]) -> bool,
    },
}

/// A quote ends a field where a blank or the line's end follows.
pub(super) fn before_blank(_column: usize, rest: &[u8]) -> bool {
    matches!(rest.first(), None | Some(b' ' | b'\r' | b'\n'))
}

impl Split {
    /// The fields of a line, without quotes and brackets, in ascending order.
    pub(super) fn fields(self, line: &[u8]) -> Vec<Range<usize>> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match self {
            Split::Tabs => tabs(line),
            Split::Blanks { brackets, closes } => blanks(line, brackets, closes),
        }
    }
}

fn tabs(line: &[u8]) -> Vec<Range<usize>> {
    let mut fields = Vec::new();
    let mut start = 0;
    for tab in memchr::memchr_iter(b'\t', line).take(FIELDS) {
        fields.push(start..tab);
        start = tab + 1;
    }
    fields.push(start..line.len());
    fields
}

fn blanks(line: &[u8], brackets: bool, closes: fn(usize, &[u8]) -> bool) -> Vec<Range<usize>> {
    let mut fields: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < line.len() && fields.len() < FIELDS {
        match line[at] {
            b' ' => at += 1,
            b'"' => {
                let end = closing(line, at + 1, fields.len(), closes);
                fields.push(at + 1..end);
                at = (end + 1).min(line.len());
            }
            b'[' if brackets => {
                let end = memchr::memchr(b']', &line[at..]).map_or(line.len(), |end| at + end);
                fields.push(at + 1..end);
                at = (end + 1).min(line.len());
            }
            _ => {
                let end = memchr::memchr(b' ', &line[at..]).map_or(line.len(), |end| at + end);
                fields.push(at..end);
                at = end;
            }
        }
    }
    fields
}

/// The quote that ends a field, or the line's end.
fn closing(line: &[u8], from: usize, column: usize, closes: fn(usize, &[u8]) -> bool) -> usize {
    memchr::memchr_iter(b'"', &line[from..])
        .map(|quote| from + quote)
        .find(|&quote| {
            let escaped = line[from..quote]
                .iter()
                .rev()
                .take_while(|&&byte| byte == b'\\')
                .count();
            escaped % 2 == 0 && closes(column, &line[quote + 1..])
        })
        .unwrap_or(line.len())
}

#[cfg(test)]
mod tests {
    use super::{Split, before_blank};

    fn texts(split: Split, line: &str) -> Vec<&str> {
        let fields = split.fields(line.as_bytes());
        fields.into_iter().map(|field| &line[field]).collect()
    }

    #[test]
    fn blanks_quotes_and_brackets_part_fields() {
        let split = Split::Blanks {
            brackets: true,
            closes: before_blank,
        };
        for (line, fields) in [
            ("a b", vec!["a", "b"]),
            ("a \"b c\" d\r\n", vec!["a", "b c", "d"]),
            ("[x y]\"GET / H\" -", vec!["x y", "GET / H", "-"]),
            ("\"a \\\" b\" c", vec!["a \\\" b", "c"]),
            ("\"a\"b\" c", vec!["a\"b", "c"]),
            ("\"never ends", vec!["never ends"]),
            ("[never ends", vec!["never ends"]),
            ("\"\" x", vec!["", "x"]),
            ("", vec![]),
        ] {
            assert_eq!(texts(split, line), fields, "{line}");
        }
        let plain = Split::Blanks {
            brackets: false,
            closes: before_blank,
        };
        assert_eq!(texts(plain, "[::1]:80 x"), ["[::1]:80", "x"]);
        assert_eq!(texts(Split::Tabs, "a\t\tb c\n"), ["a", "", "b c"]);
    }
}
