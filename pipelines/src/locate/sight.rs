//! What stands at some bytes of a unit: the value, and the line around it.

use std::ops::Range;

use detectors::{Class, Secret, normalise};
use scanner::layers::View;
use zeroize::Zeroizing;

use super::raw::Raw;
use crate::block::Block;
use crate::format::Located;
use crate::identity;
use crate::key::Key;
use crate::unit::Unit;

/// Bytes of a line that are shown on either side of a value: enough to know it again in a file, and
/// little of what else stands there.
const AROUND_BYTES: usize = 160;
/// Bytes of a value that are shown.
const VALUE_BYTES: usize = 512;
/// Bytes of a name that are shown; an object key has at most 1,024, a path 4,096.
const NAME_BYTES: usize = 4096;

/// What may be shown to a screen only.
pub struct Sight {
    /// The file's path as given and below it.
    pub path: Raw,
    /// The resource that the value belongs to, where it is another thing than the file.
    pub resource: Option<Raw>,
    /// Where inside the record.
    pub locator: Option<Raw>,
    /// The value in its line, with layers undone.
    pub line: Raw,
}

/// How much of a unit was passed before a block.
#[derive(Debug, Default)]
pub(super) struct Progress {
    lines: u64,
    records: u64,
}

impl Progress {
    /// A block was passed.
    pub(super) fn pass(&mut self, block: &Block) {
        let (records, lines) = counted(block, block.core.end);
        self.records += records;
        self.lines += lines;
    }

    /// The record and the line, from 1, of a position in the next block.
    pub(super) fn at(&self, block: &Block, at: usize) -> (u64, u64) {
        let (records, lines) = counted(block, at);
        // A position in a frame belongs to no record: it is told as the one that follows.
        let record = self.records + records + u64::from(block.is_frame(block.record_at(at)));
        (record.max(1), self.lines + lines + 1)
    }
}

/// Records that start, and lines that end, in a block's own text before `upto`; a record that
/// starts at `upto` counts.
fn counted(block: &Block, upto: usize) -> (u64, u64) {
    let own = block.core.start..upto.min(block.core.end).max(block.core.start);
    let text = block.text.get(own.clone()).unwrap_or_default();
    let lines = memchr::memchr_iter(b'\n', text).count() as u64;
    let first = block.record_at(own.start);
    let last = if upto >= block.core.end {
        block.len()
    } else {
        block.record_at(upto) + 1
    };
    let records = (first..last)
        .filter(|&index| !block.is_frame(index) && block.record(index).start >= own.start)
        .count() as u64;
    (records, lines)
}

/// A block with its layers undone, and a value in it.
pub(super) struct Seen<'b> {
    block: &'b Block,
    view: View<'b>,
    /// The value in the view.
    span: Range<usize>,
}

impl<'b> Seen<'b> {
    /// What stands at these bytes of the decoded unit. Nothing where they are not in the block.
    pub(super) fn at(block: &'b Block, bytes: &Range<u64>) -> Option<Self> {
        let view = scanner::layers::undo(&block.text, &block.layout.declared());
        let start = first(&view, |outer| {
            block.unit_span(outer..outer).start >= bytes.start
        });
        let end = first(&view, |outer| {
            block.unit_span(outer..outer).start >= bytes.end
        });
        let seen = Self {
            block,
            view,
            span: start..end,
        };
        (start < end).then_some(seen)
    }

    fn value(&self) -> &[u8] {
        self.view.text.get(self.span.clone()).unwrap_or_default()
    }

    /// Whether the value is the one that has this token.
    pub(super) fn is(&self, key: &Key, class: Class, token: &str) -> bool {
        let value = Secret::new(normalise(class, self.value()));
        identity::value_token(key, class, &value).is_some_and(|own| own.as_str() == token)
    }

    /// Where the value starts in the block's text.
    pub(super) fn start_in_block(&self) -> usize {
        self.view.map.outer(self.span.clone()).start
    }

    /// What may be shown of it.
    pub(super) fn sight(&self, unit: &Unit) -> Sight {
        let outer = self.view.map.outer(self.span.clone());
        let located: Located = self.block.layout.lookup(self.block).locate(outer);
        let value = self.value();
        let name = |name: &str| Raw::name(name, value, NAME_BYTES);
        let resource = located
            .resource
            .as_deref()
            .filter(|resource| *resource != unit.identity);
        let locator = Some(located.locator.as_str()).filter(|locator| !locator.is_empty());
        Sight {
            path: name(&unit.shown),
            resource: resource.map(name),
            locator: locator.map(name),
            line: self.line(),
        }
    }

    /// The value in its line, or in as much of it as may be shown.
    fn line(&self) -> Raw {
        let text: &[u8] = &self.view.text;
        let Range { start, end } = self.span;
        let block = self.view.map.outer(self.span.clone());
        let record = self.block.record(self.block.record_at(block.start));
        let record_start = first(&self.view, |outer| outer >= record.start).min(start);
        let record_end = first(&self.view, |outer| outer >= record.end).max(end);
        let before = text.get(record_start..start).unwrap_or_default();
        let after = text.get(end..record_end).unwrap_or_default();
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let line_end = memchr::memchr(b'\n', after).unwrap_or(after.len());
        let before = before.get(line_start..).unwrap_or_default();
        let after = after.get(..line_end).unwrap_or_default();
        let after = after.strip_suffix(b"\r").unwrap_or(after);
        let value = self.value();

        let mut shown = Zeroizing::new(Vec::with_capacity(
            2 * AROUND_BYTES + VALUE_BYTES.min(value.len()) + 16,
        ));
        let from = whole_from(before, before.len().saturating_sub(AROUND_BYTES));
        if from > 0 {
            shown.extend_from_slice("… ".as_bytes());
        }
        shown.extend_from_slice(before.get(from..).unwrap_or_default());
        let mark = shown.len();
        let kept = whole_to(value, VALUE_BYTES);
        shown.extend_from_slice(value.get(..kept).unwrap_or_default());
        if kept < value.len() {
            shown.extend_from_slice("…".as_bytes());
        }
        let mark = mark..shown.len();
        let to = whole_to(after, AROUND_BYTES);
        shown.extend_from_slice(after.get(..to).unwrap_or_default());
        if to < after.len() {
            shown.extend_from_slice(" …".as_bytes());
        }
        Raw::new(std::mem::take(&mut *shown), vec![mark])
    }
}

/// The first position of the view whose origin in the block's text fulfils `reached`. The map is
/// monotone, so this is a binary search.
fn first(view: &View<'_>, reached: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, view.text.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if reached(view.map.outer(middle..middle).start) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

const fn continues(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// `at`, or a little behind it: where no character is cut.
fn whole_from(text: &[u8], at: usize) -> usize {
    let cut = text.iter().skip(at).take(3);
    at + cut.take_while(|byte| continues(**byte)).count()
}

/// `limit`, or a little before it: where no character is cut.
fn whole_to(text: &[u8], limit: usize) -> usize {
    if limit >= text.len() {
        return text.len();
    }
    let mut at = limit;
    while at > 0 && limit - at < 3 && text.get(at).copied().is_some_and(continues) {
        at -= 1;
    }
    at
}
