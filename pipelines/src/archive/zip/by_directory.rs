//! Zip files by their central directory, where bytes can be read in any order (APPNOTE.TXT, 4.3).
//!
//! The directory is read twice: first for where members lie, to see which share bytes, then for the
//! members themselves. Of members that overlap the first in the file is read: a bomb that quotes one
//! kernel a thousand times costs one reading. What no entry accounts for is looked through at last. A
//! file without a directory, since its end is missing, is read by its local headers.

use super::directory::{Directory, Walk, read_exact};
use super::member::{DESCRIPTOR_64, Expect, Member, Method, descriptor_bytes};
use super::records::{Entry, LOCAL, LOCAL_BYTES, number};
use super::{by_headers, gaps};
use crate::archive::members::Members;
use crate::decode::{FileRange, Input, Metered};
use crate::unit::Reason;
use std::fs::File;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// Most bytes that stand for the data of a folder: a deflated nothing has two.
const NOTHING_BYTES: u64 = 2;

/// Reads an archive to its end; the reason if it was cut or damaged.
pub(in crate::archive) fn read(
    file: &File,
    input: &mut Input<'_>,
    members: &mut Members<'_, '_>,
) -> Option<Reason> {
    let length = match file.metadata() {
        Ok(metadata) => metadata.len(),
        Err(error) => return Some(Reason::of(&error)),
    };
    let Some(directory) = Directory::find(file, length) else {
        return by_headers::read(input, members).or(Some(Reason::Truncated));
    };
    let mut spans: Vec<(u64, u64)> = Vec::new();
    let limit = members.opener().limits.members;
    let mut walk = Walk::new(file, &directory, members);
    while (spans.len() as u64) < limit
        && let Some(Ok(entry)) = walk.next()
    {
        spans.push(claimed(&entry, &directory));
    }
    let shared = overlapping(&spans);
    let mut walk = Walk::new(file, &directory, members);
    let mut number = 0;
    let damage = loop {
        let entry = match walk.next() {
            None => break (!directory.tells(u64::from(number))).then_some(Reason::Corrupt),
            Some(Err(reason)) => break Some(reason),
            Some(Ok(entry)) => entry,
        };
        let is_shared = shared.binary_search(&number).is_ok();
        let span = match member(file, &directory, &entry, is_shared, members) {
            ControlFlow::Continue(span) => span,
            ControlFlow::Break(reason) => return Some(reason),
        };
        if let Some(claimed) = spans.get_mut(number as usize) {
            *claimed = span.map_or((0, 0), |span| (span.start, span.end));
        }
        number += 1;
    };
    if let ControlFlow::Break(reason) = members.text(&directory.comment) {
        return Some(reason);
    }
    gaps::read(file, length, &directory, spans, members).or(damage)
}

/// Bytes of the archive that are certainly the member's: the local header may have a shorter
/// name. None where it is not read or cannot be: whatever it claims, it takes no bytes from the
/// others.
fn claimed(entry: &Entry, directory: &Directory) -> (u64, u64) {
    let bytes = entry.compressed.checked_add(LOCAL_BYTES as u64);
    let end = bytes.and_then(|bytes| entry.offset.checked_add(bytes));
    let limit = directory.range.start.saturating_sub(directory.shift);
    match end {
        Some(end) if end <= limit && entry.refused().is_none() => (entry.offset, end),
        _ => (entry.offset, entry.offset),
    }
}

/// The numbers, ascending, of those ranges that begin inside an earlier one. An empty range is in none.
fn overlapping(ranges: &[(u64, u64)]) -> Vec<u32> {
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

/// Where the header of a member begins, its data begins, and its data ends.
fn located(file: &File, directory: &Directory, entry: &Entry) -> Option<(Range<u64>, u64)> {
    let start = entry.offset.checked_add(directory.shift)?;
    let mut local = [0; LOCAL_BYTES];
    read_exact(file, &mut local, start)?;
    let (name, extra) = (number(&local, 26, 2)?, number(&local, 28, 2)?);
    let data = start.checked_add(LOCAL_BYTES as u64 + name + extra)?;
    let end = data.checked_add(entry.compressed)?;
    let is_there = local.starts_with(LOCAL) && end <= directory.range.start;
    is_there.then_some((start..end, data))
}

/// Gives a member; the bytes that it accounts for.
fn member(
    file: &File,
    directory: &Directory,
    entry: &Entry,
    is_shared: bool,
    members: &mut Members<'_, '_>,
) -> ControlFlow<Reason, Option<Range<u64>>> {
    for text in &entry.texts {
        members.text(text)?;
    }
    if is_shared {
        members.unread(&entry.name, Reason::Overlap)?;
        return ControlFlow::Continue(None);
    }
    let is_empty = entry.is_folder() && entry.size == 0 && entry.compressed <= NOTHING_BYTES;
    let Some((mut span, data)) = located(file, directory, entry) else {
        match entry.refused() {
            _ if is_empty => members.name(&entry.name)?,
            reason => members.unread(&entry.name, reason.unwrap_or(Reason::Corrupt))?,
        }
        return ControlFlow::Continue(None);
    };
    let opener = members.opener();
    let range = FileRange::new(file, span.start, span.end);
    let metered = Metered::new(Box::new(range), Arc::clone(&opener.meter));
    let mut input = Input::with_buffer(Box::new(metered), span.end - span.start);
    if let Some(local) = Entry::local(&mut input) {
        if local.name != entry.name {
            members.other_name(&local.name)?;
        }
        for text in &local.texts {
            if !entry.texts.contains(text) {
                members.text(text)?;
            }
        }
        if local.has_descriptor() || entry.has_descriptor() {
            span.end += descriptor(file, directory, entry, span.end);
        }
    }
    if is_empty {
        members.name(&entry.name)?;
        return ControlFlow::Continue(Some(span));
    }
    let method = Method::of(entry.method, members.window_log());
    match (entry.refused(), method) {
        (Some(reason), _) => members.unread(&entry.name, reason)?,
        (None, None) => members.unread(&entry.name, Reason::Compression)?,
        (None, Some(_)) if input.consumed() != data - span.start => {
            members.unread(&entry.name, Reason::Corrupt)?;
        }
        (None, Some(method)) => {
            let expect = Expect::Told {
                crc: entry.crc,
                size: entry.size,
            };
            let left = Some(entry.compressed);
            let meter = Arc::clone(&opener.meter);
            let mut member = Member::new(&mut input, left, method, expect, opener.limits, meter);
            members.file(&entry.name, None, None, &mut member)?;
        }
    }
    ControlFlow::Continue(Some(span))
}

/// How many bytes the descriptor behind a member's data has, if it is one.
fn descriptor(file: &File, directory: &Directory, entry: &Entry, at: u64) -> u64 {
    let mut shown = [0; DESCRIPTOR_64];
    let bytes = (directory.range.start - at).min(DESCRIPTOR_64 as u64) as usize;
    let shown = &mut shown[..bytes];
    read_exact(file, shown, at)
        .and_then(|()| descriptor_bytes(shown, entry.crc, entry.compressed, entry.size))
        .unwrap_or(0) as u64
}

#[cfg(test)]
mod tests {
    use super::overlapping;

    #[test]
    fn the_first_of_those_that_share_bytes_is_read() {
        assert_eq!(
            overlapping(&[(0, 10), (10, 20), (20, 30)]),
            Vec::<u32>::new()
        );
        assert_eq!(overlapping(&[(10, 20), (0, 11)]), [0]);
        assert_eq!(overlapping(&[(0, 9), (0, 9), (5, 7), (9, 10)]), [1, 2]);
        // Those that are not read share nothing.
        assert_eq!(
            overlapping(&[(0, 0), (0, 9), (5, 5), (9, 10)]),
            Vec::<u32>::new()
        );
    }
}
