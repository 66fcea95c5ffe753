//! Raw text on its way to a person's eyes.
//!
//! [`Raw`] cannot be printed, copied or compared; its bytes are wiped when it goes. It gives them
//! to a [`Screen`] only, which there is none of unless standard output is a terminal. So nothing
//! that was read can reach a pipe, a file or a log by this way:
//!
//! ```compile_fail,E0277
//! let raw = pipelines::locate::Raw::new(b"219-47-3612".to_vec(), Vec::new());
//! println!("{raw}");
//! ```
//! ```compile_fail,E0277
//! let raw = pipelines::locate::Raw::new(b"219-47-3612".to_vec(), Vec::new());
//! println!("{raw:?}");
//! ```
//! ```compile_fail,E0599
//! let raw = pipelines::locate::Raw::new(b"219-47-3612".to_vec(), Vec::new());
//! let copy = raw.clone();
//! ```

use std::fmt::Write as _;
use std::ops::Range;

use zeroize::Zeroizing;

use crate::cli::Screen;

/// Raw bytes with the spans in them that are to be marked.
pub struct Raw {
    bytes: Zeroizing<Vec<u8>>,
    marks: Vec<Range<usize>>,
}

impl Raw {
    /// Takes the bytes over. `marks` are ascending and do not overlap.
    pub fn new(bytes: Vec<u8>, marks: Vec<Range<usize>>) -> Self {
        Self {
            bytes: Zeroizing::new(bytes),
            marks,
        }
    }

    /// A name, in which every occurrence of `value` is marked. What is longer than `limit` is cut
    /// at its end.
    pub(super) fn name(name: &str, value: &[u8], limit: usize) -> Self {
        let mut bytes = name.as_bytes().to_vec();
        if bytes.len() > limit {
            let cut = (0..=limit)
                .rev()
                .find(|&at| name.is_char_boundary(at))
                .unwrap_or(0);
            bytes.truncate(cut);
            bytes.extend_from_slice("…".as_bytes());
        }
        let marks = if value.is_empty() {
            Vec::new()
        } else {
            memchr::memmem::find_iter(&bytes, value)
                .map(|at| at..at + value.len())
                .collect()
        };
        Self::new(bytes, marks)
    }

    /// The text in pieces, each with whether it is marked, for a screen. Control characters and
    /// those that turn the direction of writing are escaped, so that a value cannot steer the
    /// terminal.
    pub fn pieces(&self, _for: &Screen<'_>) -> Vec<(Zeroizing<String>, bool)> {
        self.split()
    }

    fn split(&self) -> Vec<(Zeroizing<String>, bool)> {
        let mut pieces = Vec::with_capacity(2 * self.marks.len() + 1);
        let mut at = 0;
        let mut push = |span: Range<usize>, marked: bool| {
            if let Some(piece) = self.bytes.get(span)
                && !piece.is_empty()
            {
                pieces.push((escaped(piece), marked));
            }
        };
        for mark in &self.marks {
            push(at..mark.start, false);
            push(mark.clone(), true);
            at = mark.end;
        }
        push(at..self.bytes.len(), false);
        pieces
    }
}

fn escaped(bytes: &[u8]) -> Zeroizing<String> {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    let mut out = Zeroizing::new(String::with_capacity(text.len() + 16));
    for character in text.chars() {
        match character {
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            _ if character.is_control() || steers(character) => {
                let _ = write!(out, "{}", character.escape_unicode());
            }
            _ => out.push(character),
        }
    }
    out
}

/// Characters without a shape that change how those around them are shown.
fn steers(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &Raw) -> String {
        raw.split()
            .iter()
            .map(|(piece, marked)| {
                if *marked {
                    format!("[{}]", piece.as_str())
                } else {
                    piece.to_string()
                }
            })
            .collect()
    }

    #[expect(
        clippy::single_range_in_vec_init,
        reason = "one range to be marked, not its members"
    )]
    #[test]
    fn marks_stand_around_what_they_mark() {
        for (bytes, marks, shown) in [
            (&b"ssn 219"[..], vec![4..7], "ssn [219]"),
            (b"219", vec![0..3], "[219]"),
            (b"a b a", vec![0..1, 4..5], "[a] b [a]"),
            (b"", vec![], ""),
            (b"plain", vec![], "plain"),
        ] {
            assert_eq!(text(&Raw::new(bytes.to_vec(), marks)), shown);
        }
        assert_eq!(
            text(&Raw::name("Roe/Jane Roe.pdf", b"Roe", 99)),
            "[Roe]/Jane [Roe].pdf"
        );
        assert_eq!(text(&Raw::name("ééé", b"x", 3)), "é…");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let hostile = "a\u{1b}[2J\u{9b}31m\u{7}\u{202e}b\r\n\tc\u{200b}\u{7f}";
        let raw = Raw::new([hostile.as_bytes(), b"\xff\x9b"].concat(), Vec::new());
        let shown = text(&raw);
        assert_eq!(
            shown,
            "a\\u{1b}[2J\\u{9b}31m\\u{7}\\u{202e}b\\r\\n\\tc\\u{200b}\\u{7f}\u{fffd}\u{fffd}"
        );
        assert!(!shown.chars().any(char::is_control));
    }
}
