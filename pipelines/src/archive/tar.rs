//! Tar: ustar, pax and GNU, in order, without ever going back.
//!
//! A header that is damaged is not the end: the next one is looked for, block by block, and the
//! archive is `corrupt`. Zero blocks end nothing either, since archives are appended to each other.
//! The data of a sparse member is scanned as it is stored, so that no hole is ever filled.
//!
//! Readers disagree on whether data follows a header of a folder, link or device that tells a size.
//! Where the next block is no header it does, and is read as that of a file; so nothing hides there.
//! What fills the last block of a member is zero, else the archive is `corrupt` too.

use super::members::{Counted, Members};
use crate::decode::{Input, Take};
use crate::unit::Reason;
use std::ops::ControlFlow;

const BLOCK: usize = 512;
/// Longest extended header or long name that is read; what is longer is passed over.
const EXTENDED_BYTES: u64 = 1 << 20;

impl Counted for Take<'_, '_> {
    fn taken(&self) -> u64 {
        Take::taken(self)
    }
}

/// Whether the first bytes are a tar header.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.first_chunk::<BLOCK>().is_some_and(|block| {
        Header::parse(block).is_some_and(|header| {
            block[257..].starts_with(b"ustar")
                || !header.name.is_empty() && matches!(header.kind, 0 | b'0'..=b'7')
        })
    })
}

/// A header.
struct Header<'b> {
    name: &'b [u8],
    prefix: &'b [u8],
    size: u64,
    modified_s: Option<u64>,
    kind: u8,
    /// GNU sparse: more headers of pieces follow.
    extended: bool,
}

impl<'b> Header<'b> {
    /// `None` if the checksum or a number is wrong.
    fn parse(block: &'b [u8; BLOCK]) -> Option<Header<'b>> {
        let told = number(&block[148..156])?;
        let sum: u64 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| match at {
                148..156 => u64::from(b' '),
                _ => u64::from(*byte),
            })
            .sum();
        if told != sum {
            return None;
        }
        let kind = block[156];
        let gnu = block[257..].starts_with(b"ustar  ");
        let ustar = block[257..].starts_with(b"ustar\0");
        Some(Header {
            name: until_nul(&block[..100]),
            prefix: if ustar {
                until_nul(&block[345..500])
            } else {
                b""
            },
            size: number(&block[124..136])?,
            modified_s: number(&block[136..148]),
            kind,
            extended: gnu && kind == b'S' && block[482] != 0,
        })
    }

    fn path(&self) -> Vec<u8> {
        match self.prefix.is_empty() {
            true => self.name.to_vec(),
            false => [self.prefix, b"/", self.name].concat(),
        }
    }
}

fn until_nul(text: &[u8]) -> &[u8] {
    memchr::memchr(0, text).map_or(text, |end| &text[..end])
}

/// Octal digits, or GNU's binary form for large numbers. Negative numbers are none.
fn number(text: &[u8]) -> Option<u64> {
    if text.first().is_some_and(|byte| byte & 0x80 != 0) {
        let mut bytes = text.iter().copied();
        let first = u64::from(bytes.next()? & 0x7f);
        return bytes.try_fold(first, |sum, byte| {
            (sum >> 55 == 0).then_some(sum << 8 | u64::from(byte))
        });
    }
    let digits = until_nul(text).trim_ascii();
    digits.iter().try_fold(0u64, |sum, byte| match byte {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// What headers before a member's own say of it.
#[derive(Default)]
struct Said {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    modified_s: Option<u64>,
    sparse: bool,
}

impl Said {
    /// Records of a pax header: `LENGTH KEY=VALUE\n`.
    fn read(&mut self, records: &[u8]) {
        let mut rest = records;
        while let Some(blank) = memchr::memchr(b' ', rest) {
            let length = std::str::from_utf8(&rest[..blank]).ok();
            let Some(length) = length.and_then(|text| text.parse::<usize>().ok()) else {
                return;
            };
            let Some(record) = rest.get(blank + 1..length) else {
                return;
            };
            rest = &rest[length..];
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            let Some(equals) = memchr::memchr(b'=', record) else {
                continue;
            };
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            let whole = || {
                let text = std::str::from_utf8(value).ok()?;
                text.split('.').next()?.parse().ok()
            };
            match key {
                b"path" | b"GNU.sparse.name" => self.path = Some(value.to_vec()),
                b"size" => self.size = whole(),
                b"mtime" => self.modified_s = whole(),
                _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
    }
}

/// Reads an archive to its end; the reason if it was cut or damaged.
pub(super) fn read(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> Option<Reason> {
    let mut damaged = false;
    let mut said = Said::default();
    loop {
        let shown = input.peek(BLOCK);
        let Some(block) = shown.first_chunk::<BLOCK>() else {
            let rest = shown.iter().any(|&byte| byte != 0);
            let cut = rest.then_some(Reason::Truncated);
            let damage = damaged.then_some(Reason::Corrupt);
            return input.failed().or(cut).or(damage);
        };
        if block.iter().all(|&byte| byte == 0) {
            input.consume(BLOCK);
            continue;
        }
        let Some(header) = Header::parse(block) else {
            damaged = true;
            input.consume(BLOCK);
            continue;
        };
        let (kind, extended) = (header.kind, header.extended);
        let size = said
            .size
            .filter(|_| !is_about_next(kind))
            .unwrap_or(header.size);
        let modified = said.modified_s.or(header.modified_s);
        let path = header.path();
        input.consume(BLOCK);
        if is_about_next(kind) {
            match about_next(input, kind, size, &mut said, members) {
                ControlFlow::Continue(whole) => damaged |= !whole,
                ControlFlow::Break(reason) => return Some(reason),
            }
            continue;
        }
        let said = std::mem::take(&mut said);
        let (path, short) = match said.path {
            Some(told) => (told, path),
            None => (path, Vec::new()),
        };
        // Writers put the start of a long name here, and `?` for what is not ASCII.
        if !short.is_empty()
            && !path.starts_with(&short)
            && let ControlFlow::Break(reason) = members.other_name(&short)
        {
            return Some(reason);
        }
        if extended && !skip_sparse_headers(input) {
            return Some(input.failed().unwrap_or(Reason::Truncated));
        }
        let member = Found {
            path: &path,
            kind,
            size,
            modified_ms: modified.and_then(milliseconds),
            sparse: said.sparse || kind == b'S',
        };
        match member.read(input, members) {
            ControlFlow::Continue(whole) => damaged |= !whole,
            ControlFlow::Break(reason) => return Some(reason),
        }
    }
}

/// A time in seconds since 1970 as milliseconds; `None` beyond the year 9999, which no reader of the
/// tables can write as a date.
fn milliseconds(seconds: u64) -> Option<i64> {
    const LAST_S: i64 = 253_402_300_799;
    let seconds = i64::try_from(seconds).ok()?;
    (seconds <= LAST_S).then(|| seconds * 1000)
}

/// Headers that say something of the next member, or of all that follow.
fn is_about_next(kind: u8) -> bool {
    matches!(kind, b'x' | b'g' | b'L' | b'K' | b'X')
}

/// Takes such a header's data in; whether all of it could be read.
fn about_next(
    input: &mut Input<'_>,
    kind: u8,
    size: u64,
    said: &mut Said,
    members: &mut Members<'_, '_>,
) -> ControlFlow<Reason, bool> {
    let cut = |input: &Input<'_>| ControlFlow::Break(input.failed().unwrap_or(Reason::Truncated));
    let mut data = Vec::new();
    let is_read = size <= EXTENDED_BYTES;
    if is_read {
        let mut left = usize::try_from(size).unwrap_or(0);
        while left > 0 {
            let shown = input.peek(1);
            let step = shown.len().min(left);
            if step == 0 {
                return cut(input);
            }
            data.extend_from_slice(&shown[..step]);
            input.consume(step);
            left -= step;
        }
    } else if !input.skip(size) {
        return cut(input);
    }
    let Some(is_filled) = skip_padding(input, size) else {
        return cut(input);
    };
    match kind {
        b'L' => said.path = Some(until_nul(&data).to_vec()),
        b'K' => members.text(until_nul(&data))?,
        _ => {
            if kind == b'x' {
                said.read(&data);
            }
            for text in words(&data) {
                members.text(text)?;
            }
        }
    }
    ControlFlow::Continue(is_read && is_filled)
}

/// What the records of a pax header say but names and numbers: comments, owners, attributes, links.
/// All of it where they are no records.
fn words(records: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_number = |value: &[u8]| {
        let digit = |byte: &u8| byte.is_ascii_digit() || b".-".contains(byte);
        value.len() <= 32 && value.iter().all(digit)
    };
    records.split(|&byte| byte == b'\n').filter(move |line| {
        let key = memchr::memchr(b' ', line).map_or(*line, |blank| &line[blank + 1..]);
        let value = memchr::memchr(b'=', key).map_or(key, |equals| &key[equals + 1..]);
        let is_name = [&b"path="[..], b"GNU.sparse."]
            .iter()
            .any(|name| key.starts_with(name));
        let is_time = [
            &b"mtime="[..],
            b"atime=",
            b"ctime=",
            b"size=",
            b"uid=",
            b"gid=",
        ]
        .iter()
        .any(|name| key.starts_with(name));
        let is_plain = is_name || (is_time && is_number(value));
        !line.is_empty() && !is_plain
    })
}

/// What fills the last block.
fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

/// Passes over what fills the last block; whether it is zero, `None` if it is not all there.
fn skip_padding(input: &mut Input<'_>, size: u64) -> Option<bool> {
    let bytes = usize::try_from(padding(size)).ok()?;
    let filling = input.peek(bytes).get(..bytes)?;
    let is_zero = filling.iter().all(|&byte| byte == 0);
    input.consume(bytes);
    Some(is_zero)
}

/// Whether a header or the end follows, and not data.
fn is_header_next(input: &mut Input<'_>) -> bool {
    match input.peek(BLOCK).first_chunk::<BLOCK>() {
        Some(block) => block.iter().all(|&byte| byte == 0) || Header::parse(block).is_some(),
        None => input.peek(1).is_empty(),
    }
}

/// Passes over the headers that list more pieces of a sparse member.
fn skip_sparse_headers(input: &mut Input<'_>) -> bool {
    loop {
        let shown = input.peek(BLOCK);
        let Some(block) = shown.first_chunk::<BLOCK>() else {
            return false;
        };
        let more = block[504] != 0;
        input.consume(BLOCK);
        if !more {
            return true;
        }
    }
}

struct Found<'p> {
    path: &'p [u8],
    kind: u8,
    size: u64,
    modified_ms: Option<i64>,
    sparse: bool,
}

impl Found<'_> {
    /// Gives the member; whether what fills its last block is zero.
    fn read(
        &self,
        input: &mut Input<'_>,
        members: &mut Members<'_, '_>,
    ) -> ControlFlow<Reason, bool> {
        let is_folder = matches!(self.kind, b'5' | b'D' | b'V' | b'N') || self.path.ends_with(b"/");
        let has_name_only = is_folder || matches!(self.kind, b'1'..=b'4' | b'6');
        if has_name_only && (self.size == 0 || is_header_next(input)) {
            match self.kind {
                b'1' | b'2' => members.unread(self.path, Reason::Link)?,
                b'3' | b'4' => members.unread(self.path, Reason::SpecialFile)?,
                b'6' => members.unread(self.path, Reason::Fifo)?,
                _ => members.name(self.path)?,
            }
            return ControlFlow::Continue(true);
        }
        let left = self.contents(input, members)?;
        let whole = match input.skip(left) {
            true => skip_padding(input, self.size),
            false => None,
        };
        match whole {
            Some(whole) => ControlFlow::Continue(whole),
            None => ControlFlow::Break(input.failed().unwrap_or(Reason::Truncated)),
        }
    }

    /// Gives the member; how many of its bytes were not read.
    fn contents(
        &self,
        input: &mut Input<'_>,
        members: &mut Members<'_, '_>,
    ) -> ControlFlow<Reason, u64> {
        let mut data = Take::new(input, self.size);
        let note = self.sparse.then_some(Reason::Sparse);
        match members.file(self.path, self.modified_ms, note, &mut data) {
            ControlFlow::Continue(()) => ControlFlow::Continue(data.left()),
            ControlFlow::Break(reason) => ControlFlow::Break(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn times_that_no_calendar_has_are_none() {
        assert_eq!(milliseconds(0), Some(0));
        assert_eq!(milliseconds(253_402_300_799), Some(253_402_300_799_000));
        for seconds in [253_402_300_800, u64::MAX, i64::MAX as u64 / 1000 - 1] {
            assert_eq!(milliseconds(seconds), None, "{seconds}");
        }
    }
}
