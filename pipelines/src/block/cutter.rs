//! Cutting a unit's text into blocks.
//!
//! The cutter takes decoded bytes in and hands them to the format's reader in pieces that end at
//! every MiB border and 4 KiB before and behind it. It so learns where those borders lie in the
//! text (in UTF-16 and Latin-1 that is elsewhere than in the bytes), and what the reader had open
//! there. A block is given once the end of its last record is known, or that it is a giant.

use super::{BLOCK_BYTES, Block, CONTEXT_BYTES, HEAD_BYTES, READ_BYTES, RECORD_BYTES};
use crate::decode::Decoded;
use crate::decode::charset::Charset;
use crate::format::{self, Head, Hints, Mark, Marks, Opening, Reader};
use scanner::layers::OffsetMap;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Longest frame that is kept for later blocks.
const FRAME_BYTES: usize = 64 << 10;

/// A MiB border, or a place 4 KiB before or behind one.
#[derive(Clone, Copy)]
struct Stop {
    unit: u64,
    text: u64,
}

pub(super) struct Cutter {
    charset: Charset,
    pub(super) reader: Box<dyn Reader>,
    pub(super) format: &'static str,
    pub(super) outer: Arc<[&'static str]>,
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
    pub(super) records: u64,
}

impl Cutter {
    pub(super) fn new(
        charset: Charset,
        mark_bytes: usize,
        head: &[u8],
        whole: bool,
        hints: &Hints,
    ) -> Cutter {
        let bytes = &head[mark_bytes..];
        let view = charset.text(&bytes[..charset.whole(bytes, whole)]);
        let text = &view.text[..view.text.len().min(HEAD_BYTES)];
        let head = Head { text, whole };
        let format = format::recognise(&head, hints);
        Cutter {
            charset,
            reader: format.open(&head, hints),
            format: format.name(),
            outer: Arc::from([]),
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

    pub(super) fn run(
        &mut self,
        decoded: &mut Decoded<'_>,
        head: Vec<u8>,
        mark_bytes: usize,
        each: &mut dyn FnMut(Block) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.take(&head[mark_bytes..], false);
        drop(head);
        let mut buffer = vec![0; READ_BYTES];
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

    /// Takes some text in and gives the blocks that are sure.
    pub(super) fn push(
        &mut self,
        text: &[u8],
        each: &mut dyn FnMut(Block) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.take(text, false);
        while let Some(block) = self.block(false) {
            each(block)?;
        }
        ControlFlow::Continue(())
    }

    /// Gives the blocks that are left.
    pub(super) fn finish(
        &mut self,
        each: &mut dyn FnMut(Block) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.reader.finish(&mut self.marks);
        self.collect();
        while let Some(block) = self.block(true) {
            each(block)?;
        }
        ControlFlow::Continue(())
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
            outer: Arc::clone(&self.outer),
            unit_offset,
            number,
            core: local(self.next)..local(core_end),
            first_record,
            frame: self.frame.clone(),
            layout: self.reader.layout(),
            frames: (0..starts.len())
                .filter(|&index| starts[index] & 1 == 1)
                .collect(),
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
        let behind = self.openings.partition_point(|(at, _)| *at <= begin);
        let in_force = behind
            .checked_sub(1)
            .and_then(|last| self.openings.get(last))
            .map_or(Opening::Plain, |(_, opening)| opening.clone());
        let snapshot = self.snapshots.iter().find(|(at, _)| *at == begin);
        match snapshot.filter(|_| self.inside && begin > self.record_start) {
            Some((_, inside)) => {
                openings.push((0, inside.clone()));
                // It holds for the record that is cut; the next begins as the others did.
                if let Some(mark) = self.starts.front().filter(|mark| mark.at < end) {
                    openings.push(((mark.at - begin) as usize, in_force));
                }
            }
            None => openings.push((0, in_force)),
        }
        let later = self.openings.iter().skip(behind);
        for (at, opening) in later.take_while(|(at, _)| *at < end) {
            openings.push(((at - begin) as usize, opening.clone()));
        }
        openings
    }

    /// The map from a block's text to the unit's bytes.
    fn charset_map(&self, begin: u64, text: &[u8]) -> (OffsetMap, u64) {
        if self.charset == Charset::Utf8 {
            return (
                OffsetMap::default(),
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
