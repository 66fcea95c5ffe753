//! Percent runs, and `+` in forms and queries.

use std::ops::Range;

use memchr::{memchr, memchr2, memrchr};

use super::map::Writer;
use super::{Layer, View, kept_in_record};

/// Undoes percent runs in the given strings of the view, or in all of it.
pub(super) fn undo(view: &mut View<'_>, layer: Layer, strings: Option<&Vec<Range<usize>>>) {
    let text = view.text.as_ref();
    let mut writer = Writer::new(text, layer);
    match strings {
        Some(strings) => {
            for string in strings {
                let start = writer.would_be_at(string.start);
                if decode(&mut writer, text, string.clone(), layer) {
                    writer.copy_to(string.end);
                    writer.changed_since(start);
                }
            }
        }
        None => {
            // Record by record, but only those that hold a sign.
            let mut from = 0;
            while let Some(sign) = next_sign(text, from..text.len(), layer) {
                let start = memrchr(b'\n', &text[from..sign]).map_or(from, |at| from + at + 1);
                let end = memchr(b'\n', &text[sign..]).map_or(text.len(), |at| sign + at);
                let inner = writer.would_be_at(start);
                if decode(&mut writer, text, start..end, layer) {
                    writer.copy_to(end);
                    writer.changed_since(inner);
                }
                from = end;
            }
        }
    }
    if let Some((decoded, map)) = writer.finish() {
        view.map = std::mem::take(&mut view.map).then(map);
        view.text = decoded.into();
    }
}

/// Undoes `+` in queries: where a `=` or `?` stands before it in the same word. A word ends at a
/// blank or a quote, so that zones (`+0000`) and version numbers stay as they are.
pub(super) fn undo_plus_in_queries(view: &mut View<'_>) {
    let text = view.text.as_ref();
    let mut writer = Writer::new(text, Layer::Form);
    let mut from = 0;
    while let Some(plus) = memchr(b'+', &text[from..]).map(|at| from + at) {
        let start = memrchr(b'\n', &text[from..plus]).map_or(from, |at| from + at + 1);
        let end = memchr(b'\n', &text[plus..]).map_or(text.len(), |at| plus + at);
        let inner = writer.would_be_at(start);
        let (mut any, mut query) = (false, false);
        for (at, &byte) in text[start..end].iter().enumerate() {
            match byte {
                b'=' | b'?' => query = true,
                b' ' | b'\t' | b'"' | b'\'' => query = false,
                b'+' if query => {
                    writer.unit(start + at, 1, b" ");
                    any = true;
                }
                _ => {}
            }
        }
        if any {
            writer.copy_to(end);
            writer.changed_since(inner);
        }
        from = end;
    }
    if let Some((decoded, map)) = writer.finish() {
        view.map = std::mem::take(&mut view.map).then(map);
        view.text = decoded.into();
    }
}

fn next_sign(text: &[u8], range: Range<usize>, layer: Layer) -> Option<usize> {
    let bytes = &text[range.clone()];
    let sign = if layer == Layer::Form {
        memchr2(b'%', b'+', bytes)
    } else {
        memchr(b'%', bytes)
    };
    sign.map(|at| range.start + at)
}

/// Undoes the runs of one string or record; whether there was one.
fn decode(writer: &mut Writer<'_>, text: &[u8], range: Range<usize>, layer: Layer) -> bool {
    let mut any = false;
    let mut from = range.start;
    while let Some(sign) = next_sign(text, from..range.end, layer) {
        from = sign + 1;
        if text[sign] == b'+' {
            writer.unit(sign, 1, b" ");
            any = true;
        } else if let Some([high, low]) = text[from..range.end].first_chunk()
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            writer.unit(sign, 3, &[kept_in_record(high << 4 | low)]);
            from = sign + 3;
            any = true;
        }
    }
    any
}

/// The value of a hexadecimal digit.
pub(super) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
