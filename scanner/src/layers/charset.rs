//! Character sets other than UTF-8.

use memchr::memchr;

use super::map::Writer;
use super::{Layer, View};

/// UTF-16 to UTF-8, without a byte order mark (a mark becomes U+FEFF).
///
/// Unpaired surrogates and an odd last byte become U+FFFD. Characters, newlines
/// too, stay what they are. Text of 4 GiB or more is given back as it is.
pub fn transcode_utf16(bytes: &[u8], big_endian: bool) -> View<'_> {
    if u32::try_from(bytes.len().saturating_mul(2)).is_err() {
        return View::clean(bytes);
    }
    let mut writer = Writer::new(bytes, Layer::Utf16);
    let unit = |at: usize| {
        let pair = bytes.get(at..at + 2)?.first_chunk()?;
        Some(if big_endian {
            u16::from_be_bytes(*pair)
        } else {
            u16::from_le_bytes(*pair)
        })
    };
    let mut buffer = [0; 4];
    let mut at = 0;
    while let Some(first) = unit(at) {
        let pair = [first, unit(at + 2).unwrap_or(0)];
        // Two units if they are a pair, else the first alone.
        let taken = if char::decode_utf16(pair)
            .next()
            .is_some_and(|c| c.is_ok_and(|c| c.len_utf16() == 2))
        {
            2
        } else {
            1
        };
        let decoded = char::decode_utf16(pair[..taken].iter().copied()).next();
        let decoded = decoded
            .and_then(Result::ok)
            .unwrap_or(char::REPLACEMENT_CHARACTER);
        writer.unit(at, taken * 2, decoded.encode_utf8(&mut buffer).as_bytes());
        at += taken * 2;
    }
    if at < bytes.len() {
        writer.unit(at, 1, "\u{fffd}".as_bytes());
    }
    writer.changed_since(0);
    finish(bytes, writer)
}

/// Latin-1 (ISO 8859-1) to UTF-8; text of ASCII only is borrowed.
///
/// Text of 2 GiB or more is given back as it is.
pub fn transcode_latin1(bytes: &[u8]) -> View<'_> {
    if u32::try_from(bytes.len().saturating_mul(2)).is_err() {
        return View::clean(bytes);
    }
    let mut writer = Writer::new(bytes, Layer::Latin1);
    let mut buffer = [0; 4];
    let mut from = 0;
    while from < bytes.len() {
        let end = memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at);
        if !bytes[from..end].is_ascii() {
            let start = writer.would_be_at(from);
            for (at, byte) in (from..end).zip(&bytes[from..end]) {
                if !byte.is_ascii() {
                    let decoded = char::from(*byte).encode_utf8(&mut buffer);
                    writer.unit(at, 1, decoded.as_bytes());
                }
            }
            writer.copy_to(end);
            writer.changed_since(start);
        }
        from = end + 1;
    }
    finish(bytes, writer)
}

fn finish<'a>(bytes: &'a [u8], writer: Writer<'a>) -> View<'a> {
    match writer.finish() {
        Some((text, map)) => View {
            text: text.into(),
            map,
        },
        None => View::clean(bytes),
    }
}
