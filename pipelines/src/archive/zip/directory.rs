//! The central directory of a zip file that can be read in any order: where it is, what the end record
//! says of it, and its entries one after the other.

use super::records::{
    END, END_64, END_64_BYTES, END_BYTES, ENTRY, ENTRY_BYTES, Entry, LOCAL, LOCAL_BYTES, LOCATOR,
    LOCATOR_BYTES, number,
};
use crate::archive::members::Members;
use crate::decode::{Bytes, FileRange, Input, Metered};
use crate::unit::Reason;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

/// How far from the file's end the end record may be: a comment of 64 KiB lies behind it.
const TAIL_BYTES: u64 = END_BYTES as u64 + (64 << 10);

/// Where the central directory is.
pub(super) struct Directory {
    pub(super) range: Range<u64>,
    /// What stands before the archive, which offsets do not count.
    pub(super) shift: u64,
    /// Where the end record with its comment ends.
    pub(super) end: u64,
    /// The comment of the archive.
    pub(super) comment: Vec<u8>,
    /// How many entries the end records tell.
    told: Told,
}

#[derive(Clone, Copy)]
pub(super) enum Told {
    /// By the 64-bit end record.
    Wide(u64),
    /// By the short one, which counts to 65,535; writers without the other let it wrap.
    Short(u64),
}

impl Told {
    /// Whether this number of entries is the one that is told.
    pub(super) fn is(self, entries: u64) -> bool {
        const MOST: u64 = u16::MAX as u64;
        match self {
            Told::Wide(told) => told == entries,
            Told::Short(told) => told == entries & MOST || told == MOST && entries > MOST,
        }
    }
}

impl Directory {
    /// Whether the end record tells this number of entries.
    pub(super) fn tells(&self, entries: u64) -> bool {
        self.told.is(entries)
    }

    /// By the end record: the last one before which a directory stands. A comment may hold what looks
    /// like one, and then all members would be missed; so an empty directory counts only where no
    /// member begins the file.
    pub(super) fn find(file: &File, length: u64) -> Option<Directory> {
        let mut head = [0; LOCAL_BYTES];
        let has_members = read_exact(file, &mut head, 0).is_some() && head.starts_with(LOCAL);
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
            let rest = tail.get(at..)?;
            let end = rest.get(..END_BYTES)?;
            let comment = &rest[END_BYTES..];
            let comment = &comment[..comment.len().min(number(end, 20, 2)? as usize)];
            let at = from + at as u64;
            let (size, offset) = (number(end, 12, 4)?, number(end, 16, 4)?);
            let short = (size, offset, at, Told::Short(number(end, 10, 2)?));
            // Writers add the 64-bit record also where only the number of members is too large for
            // the short one, so it is looked for always; it then stands between the directory and
            // this one.
            let told = [wide(file, at), Some(short)];
            told.into_iter().flatten().find_map(|told| {
                let (size, offset, until, told) = told;
                let start = until.checked_sub(size)?;
                let range = start..until;
                let directory = Directory {
                    shift: start.checked_sub(offset)?,
                    end: at + (END_BYTES + comment.len()) as u64,
                    comment: comment.to_vec(),
                    told,
                    range,
                };
                is_directory(&directory.range).then_some(directory)
            })
        })
    }
}

/// The 64-bit end record before an end record: size and offset of the directory, where it ends, and
/// how many entries it has. One that is not before its locator is none: it may lie in the comment.
fn wide(file: &File, end: u64) -> Option<(u64, u64, u64, Told)> {
    let mut locator = [0; LOCATOR_BYTES];
    let behind = end.checked_sub(LOCATOR_BYTES as u64)?;
    read_exact(file, &mut locator, behind)?;
    let at = number(&locator, 8, 8).filter(|_| locator.starts_with(LOCATOR))?;
    if at.checked_add(END_64_BYTES as u64)? > behind {
        return None;
    }
    let mut record = [0; END_64_BYTES];
    read_exact(file, &mut record, at)?;
    let [entries, size, offset] = [32, 40, 48].map(|field| number(&record, field, 8));
    let told = (size?, offset?, at, Told::Wide(entries?));
    record.starts_with(END_64).then_some(told)
}

/// Fills `into` from a position; `None` if the file ends before.
pub(super) fn read_exact(file: &File, into: &mut [u8], at: u64) -> Option<()> {
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

/// The entries of a directory, one after the other.
pub(super) struct Walk<'f> {
    input: Input<'f>,
    ended: bool,
}

impl<'f> Walk<'f> {
    pub(super) fn new(
        file: &'f File,
        directory: &Directory,
        members: &Members<'_, '_>,
    ) -> Walk<'f> {
        let range = FileRange::new(file, directory.range.start, directory.range.end);
        let meter = Arc::clone(&members.opener().meter);
        Walk {
            input: Input::new(Box::new(Metered::new(Box::new(range), meter))),
            ended: false,
        }
    }

    /// The next entry; after a damaged one there is none.
    pub(super) fn next(&mut self) -> Option<Result<Entry, Reason>> {
        if self.ended {
            return None;
        }
        let shown = self.input.peek(ENTRY_BYTES);
        if shown.is_empty() {
            return self.input.failed().map(Err);
        }
        let entry = Entry::central(&mut self.input);
        self.ended = entry.is_none();
        Some(entry.ok_or(self.input.failed().unwrap_or(Reason::Corrupt)))
    }
}

#[cfg(test)]
mod tests {
    use super::Told;

    #[test]
    fn short_counts_wrap_or_stop() {
        assert!(Told::Short(3).is(3) && !Told::Short(3).is(2));
        assert!(Told::Short(0).is(65_536) && Told::Short(65_535).is(70_000));
        assert!(Told::Short(4).is(65_540) && !Told::Short(5).is(65_540));
        assert!(Told::Wide(70_000).is(70_000) && !Told::Wide(4_464).is(70_000));
    }
}
