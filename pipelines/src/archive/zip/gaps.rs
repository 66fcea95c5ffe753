//! What the directory of a zip file does not account for: bytes before, between and behind members,
//! and behind the archive. Zeros fill up; anything else is damage, and members in it are read.

use super::by_headers;
use super::directory::Directory;
use super::records::{END_64_BYTES, END_BYTES, LOCATOR_BYTES};
use crate::archive::members::Members;
use crate::decode::{FileRange, Input, Metered};
use crate::unit::Reason;
use std::fs::File;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// Reads the members that lie where no span is. Gives the reason why the archive is not whole, if so.
pub(super) fn read(
    file: &File,
    length: u64,
    directory: &Directory,
    spans: Vec<(u64, u64)>,
    members: &mut Members<'_, '_>,
) -> Option<Reason> {
    // The 64-bit records may have an extension, which nobody reads.
    let behind = directory.end - directory.range.end - directory.comment.len() as u64;
    let short = END_BYTES as u64;
    let wide = short + (END_64_BYTES + LOCATOR_BYTES) as u64;
    let mut damage = (behind != short && behind != wide).then_some(Reason::Corrupt);
    for gap in between(spans, directory.range.start..directory.end, length) {
        match read_one(file, &gap, members) {
            Ok(true) => {}
            Ok(false) => damage = Some(Reason::Corrupt),
            Err(reason) => return Some(reason),
        }
    }
    damage
}

/// The ranges of a file that are in no span and not in the directory.
fn between(mut spans: Vec<(u64, u64)>, directory: Range<u64>, length: u64) -> Vec<Range<u64>> {
    spans.push((directory.start, directory.end));
    spans.push((length, length));
    spans.retain(|span| *span != (0, 0));
    spans.sort_unstable();
    let mut gaps = Vec::new();
    let mut end = 0;
    for (start, stop) in spans {
        if end < start {
            gaps.push(end..start);
        }
        end = end.max(stop);
    }
    gaps
}

/// Reads the members in a gap; whether it holds zeros only.
fn read_one(file: &File, gap: &Range<u64>, members: &mut Members<'_, '_>) -> Result<bool, Reason> {
    let range = FileRange::new(file, gap.start, gap.end);
    let metered = Metered::new(Box::new(range), Arc::clone(&members.opener().meter));
    let mut input = Input::with_buffer(Box::new(metered), gap.end - gap.start);
    if by_headers::is_padding(&mut input) {
        return input.failed().map_or(Ok(true), Err);
    }
    match by_headers::read_hidden(&mut input, members) {
        ControlFlow::Continue(()) => Ok(false),
        ControlFlow::Break(reason) => Err(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn gaps_are_what_nothing_accounts_for() {
        let directory = 100..150;
        assert_eq!(
            between(vec![(50, 100), (0, 50)], directory.clone(), 150),
            []
        );
        assert_eq!(
            between(vec![(10, 20), (30, 60), (15, 25), (0, 0)], directory, 160),
            [0..10, 25..30, 60..100, 150..160]
        );
    }
}
