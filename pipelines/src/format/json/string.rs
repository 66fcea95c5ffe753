//! JSON strings and percent runs: their text, with a map back to the written bytes.
//!
//! This is for the few strings that hold a hit, to find a document inside a string
//! (`requestParameters.policy`, a log message) and the value's place in it. What is scanned goes
//! through `scanner::layers`.

use std::borrow::Cow;

/// Text with, for every byte and for the end, its position in what it was made from.
pub(crate) struct Undone {
    pub(crate) text: Vec<u8>,
    pub(crate) from: Vec<u32>,
}

impl Undone {
    fn put(&mut self, bytes: &[u8], at: usize) {
        self.text.extend_from_slice(bytes);
        self.from
            .extend(std::iter::repeat_n(at as u32, bytes.len()));
    }
}

/// Undoes the escapes of the inside of a JSON string; what is no valid escape stays.
pub(crate) fn unescape(raw: &[u8]) -> Undone {
    let mut undone = Undone {
        text: Vec::with_capacity(raw.len()),
        from: Vec::with_capacity(raw.len() + 1),
    };
    let mut at = 0;
    while at < raw.len() {
        if raw[at] != b'\\' {
            undone.put(&raw[at..at + 1], at);
            at += 1;
            continue;
        }
        let plain = match raw.get(at + 1) {
            Some(b'"') => Some(b'"'),
            Some(b'\\') => Some(b'\\'),
            Some(b'/') => Some(b'/'),
            Some(b'b') => Some(8),
            Some(b'f') => Some(12),
            Some(b'n') => Some(b'\n'),
            Some(b'r') => Some(b'\r'),
            Some(b't') => Some(b'\t'),
            _ => None,
        };
        if let Some(byte) = plain {
            undone.put(&[byte], at);
            at += 2;
        } else if let Some((character, length)) = unicode(&raw[at..]) {
            let mut buffer = [0; 4];
            undone.put(character.encode_utf8(&mut buffer).as_bytes(), at);
            at += length;
        } else {
            undone.put(b"\\", at);
            at += 1;
        }
    }
    undone.from.push(raw.len() as u32);
    undone
}

/// `\u0041`, or a surrogate pair of them; a lone surrogate becomes U+FFFD.
fn unicode(raw: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| -> Option<u32> {
        let digits = raw.get(at..at + 6)?;
        if !digits.starts_with(b"\\u") || !digits[2..].iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(&digits[2..]).ok()?, 16).ok()
    };
    let first = unit(0)?;
    if let (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) = (first, unit(6)) {
        return Some((
            char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))?,
            12,
        ));
    }
    Some((
        char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER),
        6,
    ))
}

/// Undoes percent-encoding; with `form`, `+` is a space. What is no valid escape stays.
pub(crate) fn unpercent(raw: &[u8], form: bool) -> Undone {
    let mut undone = Undone {
        text: Vec::with_capacity(raw.len()),
        from: Vec::with_capacity(raw.len() + 1),
    };
    let mut at = 0;
    while at < raw.len() {
        let hex = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
        let (byte, length) = match (raw[at], hex(raw.get(at + 1)), hex(raw.get(at + 2))) {
            (b'%', Some(high), Some(low)) => ((high * 16 + low) as u8, 3),
            (b'+', _, _) if form => (b' ', 1),
            (byte, _, _) => (byte, 1),
        };
        undone.put(&[byte], at);
        at += length;
    }
    undone.from.push(raw.len() as u32);
    undone
}

/// The text of the inside of a JSON string, for names, ids and keys.
pub(crate) fn unescaped(raw: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', raw).is_none() {
        return String::from_utf8_lossy(raw);
    }
    Cow::Owned(String::from_utf8_lossy(&unescape(raw).text).into_owned())
}
