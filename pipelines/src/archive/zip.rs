//! Zip files by their central directory, where bytes can be read in any order (APPNOTE.TXT, 4.3).
//!
//! The directory is read twice: first for where members lie, to see which share bytes, then for the
//! members themselves. Of members that overlap the first in the file is read: a bomb that quotes one
//! kernel a thousand times costs one reading. A file without a directory, since its end is missing,
//! is read by its local headers.

use super::member::{Expect, Member, Method};
use super::members::{Counted, Members};
use super::zip_stream;
use crate::decode::{FileRange, Input, Metered};
use crate::unit::Reason;
use std::fs::File;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const END_BYTES: usize = 22;
const LOCATOR_BYTES: u64 = 20;
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
/// How far from the file's end the end record may be: a comment of 64 KiB lies behind it.
const TAIL_BYTES: u64 = END_BYTES as u64 + (64 << 10);

impl Counted for Member<'_, '_> {
    fn taken(&self) -> u64 {
        self.consumed()
    }
}

/// Little-endian number of two, four or eight bytes.
pub(super) fn number(text: &[u8], at: usize, bytes: usize) -> Option<u64> {
    let raw = text.get(at..at.checked_add(bytes)?)?;
    Some(
        raw.iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

/// Where the central directory is.
struct Directory {
    range: Range<u64>,
    /// What stands before the archive, which offsets do not count.
    shift: u64,
}

/// What the central directory says of a member.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    offset: u64,
    link: bool,
}

impl Entry {
    /// What a local header says: it knows neither offset nor kind.
    pub(super) fn local(
        name: Vec<u8>,
        flags: u16,
        method: u16,
        crc: u32,
        compressed: u64,
        size: u64,
    ) -> Entry {
        Entry {
            name,
            flags,
            method,
            crc,
            compressed,
            size,
            offset: 0,
            link: false,
        }
    }

    /// Why the member is not read, if so.
    pub(super) fn refused(&self) -> Option<Reason> {
        if self.link {
            Some(Reason::Link)
        } else if self.flags & 1 != 0 {
            Some(Reason::Encrypted)
        } else if Method::of(self.method).is_none() {
            Some(Reason::Compression)
        } else {
            None
        }
    }

    /// Bytes of the archive that are certainly the member's: the local header may have a shorter
    /// name. None where it is not read or cannot be: whatever it claims, it takes no bytes from the
    /// others.
    fn range(&self, directory: &Directory) -> (u64, u64) {
        let bytes = self.compressed.checked_add(LOCAL_BYTES as u64);
        let end = bytes.and_then(|bytes| self.offset.checked_add(bytes));
        let limit = directory.range.start.saturating_sub(directory.shift);
        match end {
            Some(end) if end <= limit && self.refused().is_none() => (self.offset, end),
            _ => (self.offset, self.offset),
        }
    }
}

/// Reads an archive to its end; the reason if it was cut or damaged.
pub(super) fn read(
    file: &File,
    input: &mut Input<'_>,
    members: &mut Members<'_, '_>,
) -> Option<Reason> {
    let length = match file.metadata() {
        Ok(metadata) => metadata.len(),
        Err(error) => return Some(Reason::of(&error)),
    };
    let Some(directory) = find(file, length) else {
        return zip_stream::read(input, members).or(Some(Reason::Truncated));
    };
    let mut starts: Vec<(u64, u64)> = Vec::new();
    let limit = members.opener().limits.members;
    let mut walk = Walk::new(file, &directory, members);
    while (starts.len() as u64) < limit
        && let Some(Ok(entry)) = walk.next()
    {
        starts.push(entry.range(&directory));
    }
    let shared = overlapping(starts);
    let mut walk = Walk::new(file, &directory, members);
    let mut number = 0;
    loop {
        let entry = match walk.next() {
            None => return None,
            Some(Err(reason)) => return Some(reason),
            Some(Ok(entry)) => entry,
        };
        let flow = match shared.binary_search(&number) {
            Ok(_) => members.unread(&entry.name, Reason::Overlap),
            Err(_) => member(file, &directory, &entry, members),
        };
        if let ControlFlow::Break(reason) = flow {
            return Some(reason);
        }
        number += 1;
    }
}

/// The numbers, ascending, of those ranges that begin inside an earlier one. An empty range is in none.
fn overlapping(ranges: Vec<(u64, u64)>) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(ranges.len()).unwrap_or(u32::MAX)).collect();
    let range = |number: u32| ranges.get(number as usize).copied().unwrap_or_default();
    order.sort_by_key(|&number| (range(number).0, number));
    let mut end = 0;
    let mut shared = Vec::new();
    for number in order {
        let (start, stop) = range(number);
        if start == stop {
            continue;
        }
        if start < end {
            shared.push(number);
        } else {
            end = end.max(stop);
        }
    }
    shared.sort_unstable();
    shared
}

fn member(
    file: &File,
    directory: &Directory,
    entry: &Entry,
    members: &mut Members<'_, '_>,
) -> ControlFlow<Reason> {
    if entry.name.ends_with(b"/") && entry.size == 0 {
        return members.name(&entry.name);
    }
    if let Some(reason) = entry.refused() {
        return members.unread(&entry.name, reason);
    }
    let start = entry.offset.saturating_add(directory.shift);
    let mut local = [0; LOCAL_BYTES];
    let data = read_exact(file, &mut local, start).and_then(|()| {
        let name = number(&local, 26, 2)?;
        let extra = number(&local, 28, 2)?;
        let data = start.checked_add(LOCAL_BYTES as u64 + name + extra)?;
        let end = data.checked_add(entry.compressed)?;
        (local.starts_with(zip_stream::LOCAL) && end <= directory.range.start).then_some(data..end)
    });
    let (Some(data), Some(method)) = (data, Method::of(entry.method)) else {
        return members.unread(&entry.name, Reason::Corrupt);
    };
    let opener = members.opener();
    let range = FileRange::new(file, data.start, data.end);
    let metered = Metered::new(Box::new(range), Arc::clone(&opener.meter));
    let mut input = Input::with_buffer(Box::new(metered), entry.compressed);
    let expect = Expect::Told {
        crc: entry.crc,
        size: entry.size,
    };
    let mut member = Member::new(
        &mut input,
        Some(entry.compressed),
        method,
        expect,
        opener.limits,
        Arc::clone(&opener.meter),
    );
    members.file(&entry.name, None, None, &mut member)
}

fn read_exact(file: &File, into: &mut [u8], at: u64) -> Option<()> {
    use crate::decode::Bytes;
    let mut range = FileRange::new(file, at, at.checked_add(into.len() as u64)?);
    let mut filled = 0;
    while filled < into.len() {
        match range.next(&mut into[filled..]) {
            Ok(0) | Err(_) => return None,
            Ok(bytes) => filled += bytes,
        }
    }
    Some(())
}

/// The end record: the last one before which a directory stands. A comment may hold what looks like
/// one, and then all members would be missed; so an empty directory counts only where no member
/// begins the file.
fn find(file: &File, length: u64) -> Option<Directory> {
    let mut head = [0; LOCAL_BYTES];
    let has_members =
        read_exact(file, &mut head, 0).is_some() && head.starts_with(zip_stream::LOCAL);
    let is_directory = |range: &Range<u64>| {
        let mut first = [0; ENTRY_BYTES];
        match range.is_empty() {
            true => !has_members,
            false => {
                read_exact(file, &mut first, range.start).is_some() && first.starts_with(ENTRY)
            }
        }
    };
    let from = length.saturating_sub(TAIL_BYTES);
    let mut tail = vec![0; usize::try_from(length - from).ok()?];
    read_exact(file, &mut tail, from)?;
    memchr::memmem::rfind_iter(&tail, END).find_map(|at| {
        let end = tail.get(at..at + END_BYTES)?;
        let at = from + at as u64;
        let (size, offset) = (number(end, 12, 4)?, number(end, 16, 4)?);
        // Writers add the 64-bit record also where only the number of members is too large for the
        // short one, so it is looked for always; it then stands between the directory and this one.
        let told = [wide(file, at), Some((size, offset, at))];
        told.into_iter().flatten().find_map(|(size, offset, end)| {
            let start = end.checked_sub(size)?;
            let shift = start.checked_sub(offset)?;
            let range = start..end;
            is_directory(&range).then_some(Directory { range, shift })
        })
    })
}

/// The 64-bit end record before an end record: size and offset of the directory, and where it ends.
fn wide(file: &File, end: u64) -> Option<(u64, u64, u64)> {
    let mut locator = [0; LOCATOR_BYTES as usize];
    read_exact(file, &mut locator, end.checked_sub(LOCATOR_BYTES)?)?;
    let at = number(&locator, 8, 8).filter(|_| locator.starts_with(b"PK\x06\x07"))?;
    let mut record = [0; 56];
    read_exact(file, &mut record, at)?;
    let told = (number(&record, 40, 8)?, number(&record, 48, 8)?);
    record
        .starts_with(b"PK\x06\x06")
        .then_some((told.0, told.1, at))
}

/// The entries of a directory, one after the other.
struct Walk<'f> {
    input: Input<'f>,
    ended: bool,
}

impl<'f> Walk<'f> {
    fn new(file: &'f File, directory: &Directory, members: &Members<'_, '_>) -> Walk<'f> {
        let range = FileRange::new(file, directory.range.start, directory.range.end);
        let meter = Arc::clone(&members.opener().meter);
        Walk {
            input: Input::new(Box::new(Metered::new(Box::new(range), meter))),
            ended: false,
        }
    }

    fn next(&mut self) -> Option<Result<Entry, Reason>> {
        if self.ended {
            return None;
        }
        let shown = self.input.peek(ENTRY_BYTES);
        if shown.is_empty() {
            return self.input.failed().map(Err);
        }
        let entry = entry(&mut self.input);
        self.ended = entry.is_none();
        Some(entry.ok_or(self.input.failed().unwrap_or(Reason::Corrupt)))
    }
}

/// Takes one entry in.
fn entry(input: &mut Input<'_>) -> Option<Entry> {
    let fixed = *input.peek(ENTRY_BYTES).first_chunk::<ENTRY_BYTES>()?;
    if !fixed.starts_with(ENTRY) {
        return None;
    }
    let field = |at: usize, bytes: usize| number(&fixed, at, bytes);
    let lengths = [28, 30, 32].map(|at| field(at, 2).unwrap_or(0) as usize);
    let [name, extra, comment] = lengths;
    let all = ENTRY_BYTES + name + extra + comment;
    let shown = input.peek(all);
    let text = shown.get(ENTRY_BYTES..all)?;
    let (name, rest) = text.split_at(name);
    let mut wide = Wide::new(&rest[..extra]);
    let unix = field(4, 2)? >> 8 == 3;
    let size = wide.or_told(field(24, 4)?);
    let compressed = wide.or_told(field(20, 4)?);
    let offset = wide.or_told(field(42, 4)?);
    let entry = Entry {
        name: name.to_vec(),
        flags: field(8, 2)? as u16,
        method: field(10, 2)? as u16,
        crc: field(16, 4)? as u32,
        compressed,
        size,
        offset,
        link: unix && field(38, 4)? >> 28 == 0o12,
    };
    input.consume(all);
    Some(entry)
}

/// The extra field of 64-bit numbers: those, in a fixed order, that did not fit.
pub(super) struct Wide<'e> {
    rest: &'e [u8],
}

impl<'e> Wide<'e> {
    pub(super) fn new(mut extra: &'e [u8]) -> Wide<'e> {
        while let (Some(id), Some(length)) = (number(extra, 0, 2), number(extra, 2, 2)) {
            let Some(rest) = extra.get(4..) else { break };
            let Some(field) = rest.get(..length as usize) else {
                break;
            };
            if id == 1 {
                return Wide { rest: field };
            }
            extra = &rest[field.len()..];
        }
        Wide { rest: &[] }
    }

    /// The number as told, or the next wide one where it says that it did not fit.
    pub(super) fn or_told(&mut self, told: u64) -> u64 {
        if told != u64::from(u32::MAX) {
            return told;
        }
        match number(self.rest, 0, 8) {
            Some(wide) => {
                self.rest = &self.rest[8..];
                wide
            }
            None => told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Wide, overlapping};

    #[test]
    fn the_first_of_those_that_share_bytes_is_read() {
        assert_eq!(
            overlapping(vec![(0, 10), (10, 20), (20, 30)]),
            Vec::<u32>::new()
        );
        assert_eq!(overlapping(vec![(10, 20), (0, 11)]), [0]);
        assert_eq!(overlapping(vec![(0, 9), (0, 9), (5, 7), (9, 10)]), [1, 2]);
        // Those that are not read share nothing.
        assert_eq!(
            overlapping(vec![(0, 0), (0, 9), (5, 5), (9, 10)]),
            Vec::<u32>::new()
        );
    }

    #[test]
    fn wide_numbers_come_in_their_order() {
        let mut extra = vec![9, 9, 2, 0, 7, 7, 1, 0, 16, 0];
        extra.extend_from_slice(&5u64.to_le_bytes());
        extra.extend_from_slice(&6u64.to_le_bytes());
        let mut wide = Wide::new(&extra);
        let none = u64::from(u32::MAX);
        assert_eq!(wide.or_told(none), 5);
        assert_eq!(wide.or_told(3), 3);
        assert_eq!(wide.or_told(none), 6);
        assert_eq!(wide.or_told(none), none);
    }
}
