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

use crate::decode::Decoded;
use crate::decode::charset::{self, Charset};
use crate::format::{self, Begins, Head, Hints, Layout, Lines, Mark, Marks, Opening, Reader};
use crate::unit::{Outcome, Reading, Reason};
use scanner::layers::OffsetMap;
use std::collections::VecDeque;
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
/// Longest frame that is kept for later blocks.
const FRAME_BYTES: usize = 64 << 10;
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
    /// Explains hits.
    pub layout: Arc<dyn Layout>,
    /// Starts of records, ascending, the first at 0; the lowest bit says frame.
    starts: Vec<u64>,
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
        let last = (0..=index.min(self.len().saturating_sub(1)))
            .rev()
            .find(|&index| self.is_frame(index));
        match last {
            Some(frame) => self.text.get(self.record(frame)),
            None => self.frame.as_deref(),
        }
    }

    /// The span in the unit's decoded bytes.
    pub fn unit_span(&self, span: Range<usize>) -> Range<u64> {
        let outer = self.charset.outer(span);
        self.unit_offset + outer.start as u64..self.unit_offset + outer.end as u64
    }
}

/// Reads a unit to its end and hands its blocks on, in order.
pub fn read(
    decoded: &mut Decoded,
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
                reading.format = cutter.format;
                flow = cutter.run(decoded, head, mark_bytes, each);
                reading.records = cutter.records;
            }
        }
    }
    reading.bytes_read = decoded.bytes_read();
    reading.bytes_decoded = decoded.bytes_decoded();
    let stopped = decoded
        .stopped()
        .or(flow.is_break().then_some(Reason::Stopped));
    if let Some(reason) = stopped {
        reading.reason = Some(reason);
        reading.outcome = match reason {
            Reason::Permission => Outcome::Denied,
            Reason::ReadError | Reason::WindowLimit | Reason::Corrupt
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
    decoded: &mut Decoded,
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
        .or(flow.is_break().then_some(Reason::Stopped))
    {
        (reading.outcome, reading.reason) = (Outcome::Partial, Some(reason));
    }
    reading
}

/// A MiB border, or a place 4 KiB before or behind one.
#[derive(Clone, Copy)]
struct Stop {
    unit: u64,
    text: u64,
}

struct Cutter {
    charset: Charset,
    reader: Box<dyn Reader>,
    format: &'static str,
    marks: Marks,
    /// Record starts from the present block on.
    starts: VecDeque<Mark>,
    openings: VecDeque<(u64, Opening)>,
    /// State of the reader 4 KiB before each MiB border.
    snapshots: VecDeque<(u64, Opening)>,
    stops: VecDeque<Stop>,
    /// Text from `text_start` on, and for other charsets than UTF-8 the bytes it came from.
    text: Vec<u8>,
    text_start: u64,
    raw: Vec<u8>,
    raw_start: u64,
    /// Bytes that are not yet whole characters.
    carry: Vec<u8>,
    unit_end: u64,
    /// Where the next block's core begins, and whether that is inside a record.
    next: u64,
    inside: bool,
    /// Start of the record around `next`.
    record_start: u64,
    /// How many records and frames started before `next`.
    marked: u64,
    frame: Option<Arc<[u8]>>,
    records: u64,
}

impl Cutter {
    fn new(charset: Charset, mark_bytes: usize, head: &[u8], whole: bool, hints: &Hints) -> Cutter {
        let bytes = &head[mark_bytes..];
        let view = charset.text(&bytes[..charset.whole(bytes, whole)]);
        let text = &view.text[..view.text.len().min(HEAD_BYTES)];
        let head = Head { text, whole };
        let format = format::recognise(&head, hints);
        Cutter {
            charset,
            reader: format.open(&head, hints),
            format: format.name(),
            marks: Marks::default(),
            starts: VecDeque::new(),
            openings: VecDeque::new(),
            snapshots: VecDeque::new(),
            stops: VecDeque::from([Stop { unit: 0, text: 0 }]),
            text: Vec::new(),
            text_start: 0,
            raw: Vec::new(),
            raw_start: mark_bytes as u64,
            carry: Vec::new(),
            unit_end: mark_bytes as u64,
            next: 0,
            inside: false,
            record_start: 0,
            marked: 0,
            frame: None,
            records: 0,
        }
    }

    fn text_end(&self) -> u64 {
        self.text_start + self.text.len() as u64
    }

    fn run(
        &mut self,
        decoded: &mut Decoded,
        head: Vec<u8>,
        mark_bytes: usize,
        each: &mut dyn FnMut(Block) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.take(&head[mark_bytes..], false);
        let mut buffer = head;
        buffer.resize(READ_BYTES, 0);
        loop {
            let filled = decoded.fill(&mut buffer);
            let at_end = filled < buffer.len();
            self.take(&buffer[..filled], at_end);
            if at_end {
                self.reader.finish(&mut self.marks);
                self.collect();
            }
            while let Some(block) = self.block(at_end) {
                each(block)?;
            }
            if at_end {
                return ControlFlow::Continue(());
            }
        }
    }

    /// Takes decoded bytes in, in pieces that end at every stop.
    fn take(&mut self, mut bytes: &[u8], at_end: bool) {
        while !bytes.is_empty() {
            let stop = next_stop(self.unit_end);
            let length = bytes
                .len()
                .min(usize::try_from(stop - self.unit_end).unwrap_or(usize::MAX));
            let (piece, rest) = bytes.split_at(length);
            self.unit_end += length as u64;
            bytes = rest;
            self.piece(piece, at_end && rest.is_empty());
            if self.unit_end == stop {
                self.stops.push_back(Stop {
                    unit: stop,
                    text: self.text_end(),
                });
                if stop % BLOCK_BYTES == BLOCK_BYTES - CONTEXT_BYTES {
                    self.snapshots
                        .push_back((self.text_end(), self.reader.opening()));
                }
            }
        }
        if at_end && !self.carry.is_empty() {
            self.piece(&[], true);
        }
    }

    fn piece(&mut self, piece: &[u8], at_end: bool) {
        let before = self.text.len();
        if self.charset == Charset::Utf8 {
            self.text.extend_from_slice(piece);
        } else {
            self.carry.extend_from_slice(piece);
            let whole = self.charset.whole(&self.carry, at_end);
            self.text
                .extend_from_slice(&self.charset.text(&self.carry[..whole]).text);
            self.raw.extend_from_slice(&self.carry[..whole]);
            self.carry.drain(..whole);
        }
        self.reader.push(&self.text[before..], &mut self.marks);
        self.collect();
    }

    fn collect(&mut self) {
        self.starts.extend(self.marks.starts.drain(..));
        self.openings.extend(self.marks.openings.drain(..));
    }

    /// The text position of a stop, once it has been reached.
    fn stop(&self, unit: u64) -> Option<u64> {
        let at = self.stops.partition_point(|stop| stop.unit < unit);
        self.stops
            .get(at)
            .filter(|stop| stop.unit == unit)
            .map(|stop| stop.text)
    }

    /// The MiB in which a text position lies.
    fn number_of(&self, text: u64) -> u64 {
        let borders = self
            .stops
            .iter()
            .filter(|stop| stop.unit % BLOCK_BYTES == 0);
        borders
            .take_while(|stop| stop.text <= text)
            .last()
            .map_or(0, |stop| stop.unit / BLOCK_BYTES)
    }

    /// The next block, if enough has been read to be sure of it.
    fn block(&mut self, at_end: bool) -> Option<Block> {
        let text_end = self.text_end();
        if self.next >= text_end {
            return None;
        }
        let number = self.number_of(self.next);
        let border = match self.stop((number + 1) * BLOCK_BYTES) {
            Some(text) => text,
            None if at_end => text_end,
            None => return None,
        };
        let settled = if at_end {
            text_end
        } else {
            self.reader.settled()
        };
        let beyond = self.starts.partition_point(|mark| mark.at < border);
        let last_start = beyond
            .checked_sub(1)
            .and_then(|last| self.starts.get(last))
            .map_or(self.record_start, |mark| mark.at);
        let record_end = match self.starts.get(beyond) {
            Some(mark) => mark.at,
            None if at_end => text_end,
            None if settled.saturating_sub(last_start) > RECORD_BYTES => u64::MAX,
            None => return None,
        };
        let (core_end, end) = if record_end - last_start <= RECORD_BYTES {
            (record_end, record_end)
        } else {
            let context = self.stop((number + 1) * BLOCK_BYTES + CONTEXT_BYTES);
            match context {
                Some(text) => (border, text.min(record_end)),
                None if at_end => (border, text_end.min(record_end)),
                None => return None,
            }
        };
        let block = self.assemble(number, core_end, end, beyond);
        self.inside = core_end == border && record_end != border;
        self.next = core_end;
        self.prune(number);
        Some(block)
    }

    /// Where the text of a block begins: its core, or before that the context.
    fn begin(&self, number: u64) -> u64 {
        if !self.inside {
            return self.next;
        }
        let context = (number * BLOCK_BYTES).saturating_sub(CONTEXT_BYTES);
        self.stop(context)
            .unwrap_or(self.next)
            .max(self.record_start)
            .min(self.next)
    }

    fn assemble(&mut self, number: u64, core_end: u64, end: u64, beyond: usize) -> Block {
        let begin = self.begin(number);
        let local = |at: u64| usize::try_from(at - begin).unwrap_or(usize::MAX);
        let slice =
            |from: u64, to: u64| (from - self.text_start) as usize..(to - self.text_start) as usize;

        let mut starts = Vec::with_capacity(beyond + 1);
        // A block that begins inside a record shows that record first.
        let first_record = self.marked - u64::from(self.inside).min(self.marked);
        if self.inside || self.starts.front().is_none_or(|mark| mark.at > self.next) {
            starts.push(0);
        }
        let mut frame = None;
        for (index, mark) in self.starts.iter().take(beyond).enumerate() {
            starts.push((local(mark.at) as u64) << 1 | u64::from(mark.frame));
            if mark.frame {
                let frame_end = self
                    .starts
                    .get(index + 1)
                    .map_or(end, |next| next.at.min(end));
                frame = Some((mark.at, frame_end));
            } else {
                self.records += 1;
            }
        }
        let openings = self.openings_from(begin, end);
        let text = self.text[slice(begin, end)].to_vec();
        let (charset, unit_offset) = self.charset_map(begin, &text);
        let block = Block {
            charset,
            charset_layer: self.charset.layer(),
            unit_offset,
            number,
            core: local(self.next)..local(core_end),
            first_record,
            frame: self.frame.clone(),
            layout: self.reader.layout(),
            starts,
            openings,
            text,
        };
        if let Some((from, to)) = frame {
            let kept = slice(from, to.min(from + FRAME_BYTES as u64));
            self.frame = Some(Arc::from(&self.text[kept]));
        }
        self.marked += beyond as u64;
        if let Some(last) = beyond.checked_sub(1).and_then(|last| self.starts.get(last)) {
            self.record_start = last.at;
        }
        self.starts.drain(..beyond);
        block
    }

    /// What is open at the beginning of the text and at the records in it.
    fn openings_from(&self, begin: u64, end: u64) -> Vec<(usize, Opening)> {
        let mut openings = Vec::new();
        let before = self.openings.partition_point(|(at, _)| *at <= begin);
        let snapshot = self
            .snapshots
            .iter()
            .find(|(at, _)| *at == begin)
            .filter(|_| self.inside && begin > self.record_start);
        if let Some((_, opening)) = snapshot {
            openings.push((0, opening.clone()));
        } else if let Some((_, opening)) = before
            .checked_sub(1)
            .and_then(|last| self.openings.get(last))
        {
            openings.push((0, opening.clone()));
        }
        for (at, opening) in self
            .openings
            .iter()
            .skip(before)
            .take_while(|(at, _)| *at < end)
        {
            openings.push(((at - begin) as usize, opening.clone()));
        }
        openings
    }

    /// The map from a block's text to the unit's bytes.
    fn charset_map(&self, begin: u64, text: &[u8]) -> (OffsetMap, u64) {
        if self.charset == Charset::Utf8 {
            return (
                OffsetMap::identity(),
                self.raw_start + (begin - self.text_start),
            );
        }
        let skipped = self
            .charset
            .raw_bytes(&self.text[..(begin - self.text_start) as usize]);
        let from = (skipped as usize).min(self.raw.len());
        let to = (from + self.charset.raw_bytes(text) as usize).min(self.raw.len());
        (
            self.charset.text(&self.raw[from..to]).map,
            self.raw_start + skipped,
        )
    }

    /// Forgets what no later block needs.
    fn prune(&mut self, number: u64) {
        let keep = match self.inside {
            true => self.begin(number + 1),
            false => self.next,
        };
        let gone = (keep - self.text_start) as usize;
        // Moving the rest down costs as much as what is kept, so wait until that is little.
        if gone * 2 >= self.text.len() || gone as u64 >= BLOCK_BYTES {
            let raw_gone = self.charset.raw_bytes(&self.text[..gone]);
            self.text.drain(..gone);
            self.text_start = keep;
            self.raw_start += raw_gone;
            if self.charset != Charset::Utf8 {
                self.raw.drain(..(raw_gone as usize).min(self.raw.len()));
            }
        }
        while self.snapshots.front().is_some_and(|(at, _)| *at < keep) {
            self.snapshots.pop_front();
        }
        while self.openings.get(1).is_some_and(|(at, _)| *at <= keep) {
            self.openings.pop_front();
        }
        let border = self.number_of(self.next) * BLOCK_BYTES;
        while self
            .stops
            .front()
            .is_some_and(|stop| stop.unit + BLOCK_BYTES < border)
        {
            self.stops.pop_front();
        }
    }
}

/// The next position behind `unit` that lies on a MiB border or 4 KiB before or behind one.
fn next_stop(unit: u64) -> u64 {
    let base = unit - unit % BLOCK_BYTES;
    let candidates = [
        base + CONTEXT_BYTES,
        base + BLOCK_BYTES - CONTEXT_BYTES,
        base + BLOCK_BYTES,
    ];
    candidates
        .into_iter()
        .find(|&stop| stop > unit)
        .unwrap_or(base + BLOCK_BYTES)
}
