//! Charsets: by byte order mark, else UTF-8, else Latin-1 where the head looks like it.
//!
//! Only the head is judged. Invalid UTF-8 further on changes nothing: the bytes are scanned as
//! they are. Binary content is told by its control bytes.

use crate::unit::Reason;
use scanner::layers::{self, View};

/// How a unit's decoded bytes become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// As it is; so is everything that is not declared otherwise.
    Utf8,
    /// Two bytes a unit, low byte first.
    Utf16Le,
    /// Two bytes a unit, high byte first.
    Utf16Be,
    /// One byte a character.
    Latin1,
}

/// The charset and the length of the byte order mark, which is not text.
pub fn recognise(head: &[u8], whole: bool) -> Result<(Charset, usize), Reason> {
    match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(Reason::Binary), // UTF-32
        [0xef, 0xbb, 0xbf, ..] => return Ok((Charset::Utf8, 3)),
        [0xff, 0xfe, ..] => return Ok((Charset::Utf16Le, 2)),
        [0xfe, 0xff, ..] => return Ok((Charset::Utf16Be, 2)),
        _ => {}
    }
    if is_binary(head) {
        return Err(Reason::Binary);
    }
    match std::str::from_utf8(head) {
        Ok(_) => Ok((Charset::Utf8, 0)),
        Err(error) if !whole && error.error_len().is_none() => Ok((Charset::Utf8, 0)),
        Err(_) if looks_like_latin1(head) => Ok((Charset::Latin1, 0)),
        Err(_) => Ok((Charset::Utf8, 0)),
    }
}

/// Binary content has NUL among many control bytes: one in eight of what is compressed, half of
/// UTF-16 without a mark. Names separated by NUL stay below one in sixteen and are text.
fn is_binary(head: &[u8]) -> bool {
    let control = head.iter().filter(|&&byte| is_control(byte)).count();
    head.contains(&0) && control * 16 > head.len()
}

fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)
}

/// Latin-1 text: printable, no C1 controls, and not one well-formed UTF-8 sequence beside the
/// broken ones (else it is UTF-8 with damage).
fn looks_like_latin1(head: &[u8]) -> bool {
    let printable = head
        .iter()
        .all(|&byte| !is_control(byte) && !matches!(byte, 0x80..=0x9f));
    printable && head.utf8_chunks().all(|chunk| chunk.valid().is_ascii())
}

impl Charset {
    /// The layer's name as in the column `encoding`; `None` for UTF-8.
    pub fn layer(self) -> Option<&'static str> {
        match self {
            Charset::Utf8 => None,
            Charset::Utf16Le | Charset::Utf16Be => Some("utf-16"),
            Charset::Latin1 => Some("latin-1"),
        }
    }

    /// How many bytes at the start of `raw` are whole characters: a surrogate pair is not
    /// torn apart. At the end everything is taken as it is.
    pub(crate) fn whole(self, raw: &[u8], at_end: bool) -> usize {
        let little = match self {
            Charset::Utf8 | Charset::Latin1 => return raw.len(),
            _ if at_end => return raw.len(),
            Charset::Utf16Le => true,
            Charset::Utf16Be => false,
        };
        let even = raw.len() & !1;
        match raw[..even].last_chunk::<2>() {
            Some(&[a, b]) if matches!(if little { b } else { a }, 0xd8..=0xdb) => even - 2,
            _ => even,
        }
    }

    /// The text of raw bytes, with the map back.
    pub(crate) fn text(self, raw: &[u8]) -> View<'_> {
        match self {
            Charset::Utf8 => View::clean(raw),
            Charset::Utf16Le => layers::transcode_utf16(raw, false),
            Charset::Utf16Be => layers::transcode_utf16(raw, true),
            Charset::Latin1 => layers::transcode_latin1(raw),
        }
    }

    /// How many raw bytes stand for `text`, the inverse of [`Charset::text`] on whole
    /// characters: a replacement character stands for one lone surrogate.
    pub(crate) fn raw_bytes(self, text: &[u8]) -> u64 {
        match self {
            Charset::Utf8 => text.len() as u64,
            Charset::Latin1 => text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u64,
            Charset::Utf16Le | Charset::Utf16Be => text
                .iter()
                .map(|&byte| match byte {
                    0x80..=0xbf => 0,
                    0xf0.. => 4,
                    _ => 2,
                })
                .sum(),
        }
    }
}
