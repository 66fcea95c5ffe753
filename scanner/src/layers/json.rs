//! Escapes of JSON strings, nested up to four deep.
//!
//! A pass undoes one depth. The first looks for strings in the text; each later
//! one looks only inside the strings that the pass before it changed, because a
//! string in a string cannot stand there without a backslash before its quotes.
//! In what a pass wrote, the quotes of the two depths look alike, so the passes
//! hand on where strings lie.

use std::ops::Range;

use memchr::{memchr, memchr2, memrchr};

use super::map::Writer;
use super::percent::digit;
use super::{Layer, View, kept_in_record};

/// JSON strings inside each other that are undone.
const DEPTH: usize = 4;
/// Quotes looked at to tell whether a text begins inside a string.
const QUOTES: usize = 16;

/// A string's content, without its quotes.
type Content = Range<usize>;

/// Undoes escapes if `escapes`. If `percent`, gives where in the resulting view
/// the contents of outermost strings lie that may hold a percent sign.
pub(super) fn undo(view: &mut View<'_>, escapes: bool, percent: bool) -> Vec<Content> {
    let (mut escaped, mut outermost) = top_level(&view.text, percent);
    if !escapes {
        return outermost;
    }
    for _ in 0..DEPTH {
        let changed = pass(view, &escaped, &mut outermost);
        escaped.clear();
        for content in changed {
            // Only a text that began inside a string has content at its start;
            // what it holds may begin inside a string too.
            let inside = content.start == 0 && begins_inside(&view.text[content.clone()]);
            strings(&view.text, content, inside, &mut |content, has_escape| {
                if has_escape {
                    escaped.push(content);
                }
            });
        }
        if escaped.is_empty() {
            break;
        }
    }
    outermost
}

/// The contents of strings with an escape; and if `percent`, of those that may
/// hold a percent sign once escapes are undone.
fn top_level(text: &[u8], percent: bool) -> (Vec<Content>, Vec<Content>) {
    let (mut escaped, mut outermost) = (Vec::new(), Vec::new());
    let mut from = 0;
    // Strings end with their line, so lines without a sign need no look.
    while let Some(sign) = if percent {
        memchr2(b'\\', b'%', &text[from..])
    } else {
        memchr(b'\\', &text[from..])
    } {
        let sign = from + sign;
        let start = memrchr(b'\n', &text[from..sign]).map_or(from, |at| from + at + 1);
        let end = memchr(b'\n', &text[sign..]).map_or(text.len(), |at| sign + at);
        let inside = start == 0 && begins_inside(&text[..end]);
        strings(text, start..end, inside, &mut |content, has_escape| {
            if percent && (has_escape || memchr(b'%', &text[content.clone()]).is_some()) {
                outermost.push(content.clone());
            }
            if has_escape {
                escaped.push(content);
            }
        });
        from = end;
    }
    (escaped, outermost)
}

/// Calls `each` with the content of each string in `range` and whether it holds
/// an escape. `inside`: the range begins inside a string.
fn strings(
    text: &[u8],
    range: Range<usize>,
    mut inside: bool,
    each: &mut impl FnMut(Content, bool),
) {
    let mut from = range.start;
    loop {
        if !inside {
            let Some(quote) = memchr(b'"', &text[from..range.end]) else {
                return;
            };
            from += quote + 1;
        }
        let start = from;
        let mut has_escape = false;
        loop {
            match memchr2(b'"', b'\\', &text[from..range.end]) {
                None => {
                    each(start..range.end, has_escape);
                    return;
                }
                Some(at) if text[from + at] == b'"' => {
                    each(start..from + at, has_escape);
                    from += at + 1;
                    break;
                }
                Some(at) => {
                    has_escape = true;
                    from = (from + at + 2).min(range.end);
                }
            }
        }
        inside = false;
    }
}

/// Whether a line of JSON begins inside a string, as a piece of a longer one may.
///
/// Outside strings there are no backslashes, so one before the first quote says
/// yes. Else the first quotes are taken for closing and opening ones in turn, or
/// the other way round, whichever fits better what stands beside them: an
/// opening quote follows one of `[{,:`, a closing one stands before one of
/// `]},:`.
fn begins_inside(line: &[u8]) -> bool {
    match memchr2(b'"', b'\\', line) {
        None => return false,
        Some(at) if line[at] == b'\\' => return true,
        Some(_) => {}
    }
    let (mut as_inside, mut as_outside) = (0, 0);
    let mut opens = false;
    let mut from = 0;
    for _ in 0..QUOTES {
        // An even number of backslashes before a quote leaves it a quote.
        let Some(quote) = next_quote(line, from) else {
            break;
        };
        let before = line[..quote]
            .iter()
            .rev()
            .find(|byte| !byte.is_ascii_whitespace());
        let after = line[quote + 1..]
            .iter()
            .find(|byte| !byte.is_ascii_whitespace());
        let may_open = before.is_none_or(|byte| b"[{,:".contains(byte));
        let may_close = after.is_none_or(|byte| b"]},:".contains(byte));
        as_inside += usize::from(if opens { may_open } else { may_close });
        as_outside += usize::from(if opens { may_close } else { may_open });
        opens = !opens;
        from = quote + 1;
    }
    as_inside > as_outside
}

fn next_quote(line: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let at = from + memchr2(b'"', b'\\', line.get(from..)?)?;
        if line[at] == b'"' {
            return Some(at);
        }
        from = at + 2;
    }
}

/// Undoes the escapes of the given strings, and says where those that changed
/// lie now. `moved` are places of the view to be kept up with it.
fn pass(view: &mut View<'_>, contents: &[Content], moved: &mut [Content]) -> Vec<Content> {
    let text = view.text.as_ref();
    let mut writer = Writer::new(text, Layer::JsonString);
    let mut changed = Vec::new();
    for content in contents {
        // Copying waits for the first string that does change.
        let before = writer.would_be_at(content.start);
        if decode(&mut writer, text, content.clone()) {
            writer.copy_to(content.end);
            writer.changed_since(before);
            changed.push(before..writer.inner());
        }
    }
    if writer.any() {
        for place in moved {
            *place = writer.moved(place.start)..writer.moved(place.end);
        }
    }
    if let Some((decoded, map)) = writer.finish() {
        view.map = std::mem::take(&mut view.map).then(map);
        view.text = decoded.into();
    }
    changed
}

/// Undoes the escapes of one string; whether there was a valid one.
fn decode(writer: &mut Writer<'_>, text: &[u8], content: Content) -> bool {
    let mut any = false;
    let mut from = content.start;
    while let Some(at) = memchr(b'\\', &text[from..content.end]) {
        let at = from + at;
        let rest = &text[at + 1..content.end];
        let mut buffer = [0; 4];
        let (length, decoded): (usize, &[u8]) = match rest.first() {
            Some(b'"') => (2, b"\""),
            Some(b'\\') => (2, b"\\"),
            Some(b'/') => (2, b"/"),
            Some(b'b') => (2, b"\x08"),
            Some(b'f') => (2, b"\x0c"),
            Some(b'n' | b'r') => (2, b" "),
            Some(b't') => (2, b"\t"),
            Some(b'u') => match unicode(rest) {
                Some((length, character)) => {
                    character.encode_utf8(&mut buffer);
                    buffer[0] = kept_in_record(buffer[0]);
                    (length + 1, &buffer[..character.len_utf8()])
                }
                None => (2, b""),
            },
            _ => (2, b""),
        };
        if !decoded.is_empty() {
            writer.unit(at, length, decoded);
            any = true;
        }
        from = (at + length).min(content.end);
    }
    any
}

/// The character of `uXXXX` or of `uXXXX\uXXXX`, and its length in bytes.
fn unicode(escape: &[u8]) -> Option<(usize, char)> {
    let first = hexadecimal(escape.get(1..5)?)?;
    if let Some(character) = char::from_u32(first) {
        return Some((5, character));
    }
    let low = escape.get(5..11)?.strip_prefix(b"\\u")?;
    let low = hexadecimal(low)?;
    if !(0xd800..0xdc00).contains(&first) || !(0xdc00..0xe000).contains(&low) {
        return None;
    }
    let character = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00);
    Some((11, char::from_u32(character)?))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, byte| {
        Some(number << 4 | u32::from(digit(*byte)?))
    })
}
