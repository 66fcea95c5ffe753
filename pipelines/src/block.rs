//! Blocks: a unit's text in pieces that depend on its content only.
//!
//! Block *k* holds every record that starts in the *k*-th MiB of the unit's decoded bytes. So the
//! same file gives the same blocks however it was read, compressed or not, by any number of
//! threads. A record longer than 4 MiB is cut at MiB borders instead, each segment with 4 KiB of
//! context on either side; [`Block::core`] says which positions belong to the block, and a hit
//! belongs where it starts. Whatever the input, at most about 6 MiB of it are held at a time.
//!
//! ```text
//! Decoded ─► charset ─► Reader (marks record starts) ─► Cutter (this file) ─► Block
//! ```

mod cutter;

use crate::decode::Decoded;
use crate::decode::charset::{self, Charset};
use crate::format::{Begins, Hints, Layout, Lines, Opening};
use crate::unit::{Outcome, Reading, Reason};
use cutter::Cutter;
use scanner::layers::OffsetMap;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// Decoded bytes whose records make one block.
pub const BLOCK_BYTES: u64 = 1 << 20;
/// Text on either side of a segment.
pub const CONTEXT_BYTES: u64 = 4 << 10;
/// Longest record that is kept whole.
pub const RECORD_BYTES: u64 = 4 << 20;
/// What formats are recognised by.
pub const HEAD_BYTES: usize = 64 << 10;
const READ_BYTES: usize = 256 << 10;

/// Some records of a unit, with what is needed to explain hits in them.
pub struct Block {
    /// The text, its charset undone.
    pub text: Vec<u8>,
    /// Maps text positions to decoded unit bytes, relative to `unit_offset`.
    pub charset: OffsetMap,
    /// The charset's layer name (`utf-16`, `latin-1`), if it is one.
    pub charset_layer: Option<&'static str>,
    /// Where the text starts in the unit's decoded bytes.
    pub unit_offset: u64,
    /// Which MiB of the unit this block is.
    pub number: u64,
    /// Hits that start outside belong to a neighbouring block.
    pub core: Range<usize>,
    /// Number, in the unit, of the record at the start of the text.
    pub first_record: u64,
    /// The frame before the text's start: CSV header, head of an event list.
    pub frame: Option<Arc<[u8]>>,
    /// The archives and compressions that were undone, outermost first: `tar`, `gzip`.
    pub outer: Arc<[&'static str]>,
    /// Explains hits.
    pub layout: Arc<dyn Layout>,
    /// Starts of records, ascending, the first at 0; the lowest bit says frame.
    starts: Vec<u64>,
    /// Indexes of the records that are frames, ascending.
    frames: Vec<usize>,
    openings: Vec<(usize, Opening)>,
}

impl Block {
    /// The index, in this block, of the record around a position.
    pub fn record_at(&self, at: usize) -> usize {
        self.starts
            .partition_point(|start| (start >> 1) as usize <= at)
            .saturating_sub(1)
    }

    /// The text of a record; empty beyond the last.
    pub fn record(&self, index: usize) -> Range<usize> {
        let end = self.text.len();
        let start = |index: usize| {
            self.starts
                .get(index)
                .map_or(end, |start| (start >> 1) as usize)
        };
        start(index)..start(index + 1)
    }

    /// How many records and frames there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Whether a record is a frame.
    pub fn is_frame(&self, index: usize) -> bool {
        self.starts.get(index).is_some_and(|start| start & 1 == 1)
    }

    /// The record's number in its unit.
    pub fn record_number(&self, index: usize) -> u64 {
        self.first_record + index as u64
    }

    /// What is open at the start of a record.
    pub fn opening(&self, index: usize) -> Opening {
        let at = self.record(index).start;
        let upto = self
            .openings
            .partition_point(|(position, _)| *position <= at);
        upto.checked_sub(1)
            .and_then(|last| self.openings.get(last))
            .map_or(Opening::Plain, |(_, opening)| opening.clone())
    }

    /// The frame that a record belongs to: the last one before it.
    pub fn frame_of(&self, index: usize) -> Option<&[u8]> {
        match self.frame_before(index) {
            Some(frame) => self.text.get(self.record(frame)),
            None => self.frame.as_deref(),
        }
    }

    /// The index of the last frame at or before a record of this block.
    pub fn frame_before(&self, index: usize) -> Option<usize> {
        let behind = self.frames.partition_point(|&frame| frame <= index);
        self.frames.get(behind.checked_sub(1)?).copied()
    }

    /// The index of the first frame behind a record of this block.
    pub fn frame_after(&self, index: usize) -> Option<usize> {
        let behind = self.frames.partition_point(|&frame| frame <= index);
        self.frames.get(behind).copied()
    }

    /// The span in the unit's decoded bytes.
    pub fn unit_span(&self, span: Range<usize>) -> Range<u64> {
        let outer = self.charset.outer(span);
        self.unit_offset + outer.start as u64..self.unit_offset + outer.end as u64
    }
}

/// Reads a unit to its end and hands its blocks on, in order.
pub fn read(
    decoded: &mut Decoded<'_>,
    hints: &Hints,
    each: &mut dyn FnMut(Block) -> ControlFlow<()>,
) -> Reading {
    let outer = decoded.compression().into_iter().collect();
    read_within(decoded, outer, hints, each)
}

/// Reads a unit that lies in archives and compressions: all of them, with `decoded`'s own.
pub(crate) fn read_within(
    decoded: &mut Decoded<'_>,
    outer: Arc<[&'static str]>,
    hints: &Hints,
    each: &mut dyn FnMut(Block) -> ControlFlow<()>,
) -> Reading {
    let mut head = vec![0; HEAD_BYTES];
    let filled = decoded.fill(&mut head);
    let whole = filled < head.len();
    head.truncate(filled);

    let mut reading = Reading::unread(Outcome::Scanned, None);
    reading.compression = decoded.compression();
    let mut flow = ControlFlow::Continue(());
    if head.is_empty() {
        reading.outcome = Outcome::Empty;
    } else {
        match charset::recognise(&head, whole) {
            Err(reason) => {
                reading.outcome = reason.outcome();
                reading.reason = Some(reason);
            }
            Ok((charset, mark_bytes)) => {
                let mut cutter = Cutter::new(charset, mark_bytes, &head, whole, hints);
                cutter.outer = outer;
                reading.format = cutter.format;
                flow = cutter.run(decoded, head, mark_bytes, each);
                reading.records = cutter.records;
                if flow.is_continue() && cutter.reader.is_open() {
                    (reading.outcome, reading.reason) = (Outcome::Partial, Some(Reason::Unclosed));
                }
            }
        }
    }
    reading.bytes_read = decoded.bytes_read();
    reading.bytes_decoded = decoded.bytes_decoded();
    let stopped = decoded
        .stopped()
        .or(flow.is_break().then_some(Reason::Interrupted));
    if let Some(reason) = stopped {
        reading.reason = Some(reason);
        reading.outcome = match reason {
            Reason::NoPermission => Outcome::Denied,
            Reason::IoError | Reason::Compression | Reason::Corrupt
                if reading.bytes_decoded == 0 =>
            {
                Outcome::Unreadable
            }
            _ => Outcome::Partial,
        };
    }
    reading
}

/// Reads plain lines that come from a source's own listing, explained by `layout`.
pub(crate) fn read_with(
    decoded: &mut Decoded<'_>,
    hints: &Hints,
    layout: Arc<dyn Layout>,
    each: &mut dyn FnMut(Block) -> ControlFlow<()>,
) -> Reading {
    let mut reading = Reading::unread(Outcome::Scanned, None);
    let mut cutter = Cutter::new(Charset::Utf8, 0, &[], true, hints);
    cutter.reader = Box::new(Lines::new(Begins::Every, false, layout));
    let flow = cutter.run(decoded, Vec::new(), 0, each);
    reading.records = cutter.records;
    reading.bytes_read = decoded.bytes_read();
    reading.bytes_decoded = decoded.bytes_decoded();
    if reading.bytes_decoded == 0 {
        reading.outcome = Outcome::Empty;
    }
    if let Some(reason) = decoded
        .stopped()
        .or(flow.is_break().then_some(Reason::Interrupted))
    {
        (reading.outcome, reading.reason) = (Outcome::Partial, Some(reason));
    }
    reading
}

/// Lines that are made while something else is read, pushed one after the other: the names of an
/// archive's members.
pub(crate) struct Listing {
    cutter: Cutter,
    bytes: u64,
}

impl Listing {
    /// Lines explained by `layout`.
    pub(crate) fn new(layout: Arc<dyn Layout>) -> Listing {
        let mut cutter = Cutter::new(Charset::Utf8, 0, &[], true, &Hints::default());
        cutter.reader = Box::new(Lines::new(Begins::Every, false, layout));
        Listing { cutter, bytes: 0 }
    }

    /// Takes lines in, and hands on what makes a whole block.
    pub(crate) fn push(
        &mut self,
        lines: &[u8],
        each: &mut dyn FnMut(Block) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.bytes += lines.len() as u64;
        self.cutter.push(lines, each)
    }

    /// Hands on the rest.
    pub(crate) fn finish(
        &mut self,
        each: &mut dyn FnMut(Block) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.cutter.finish(each)
    }

    /// Bytes of all lines.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}
