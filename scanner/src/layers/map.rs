//! From offsets in a decoded text back to offsets in what it was decoded from.
//!
//! One level is what one pass over a text did: *pieces* in order, each some
//! units that were decoded at one ratio (`\"\"` is two units of one byte from
//! two), followed by bytes that were copied. A map is a stack of levels. Looking
//! a span up is one binary search a level; only hits are looked up.

use std::ops::Range;

use super::Layer;

/// The way from a [`View`](super::View) back to the text it shows.
#[derive(Clone, Default, Debug)]
pub struct OffsetMap {
    /// Outermost first. Empty for a clean text.
    levels: Vec<Level>,
}

#[derive(Clone, Debug)]
struct Level {
    layer: Layer,
    pieces: Vec<Piece>,
    /// Where this level changed something: JSON strings or records, in its
    /// decoded text; in order and apart.
    changed: Vec<Range<u32>>,
}

/// `count` units of `inner_bytes` decoded from `outer_bytes` each, then bytes as
/// they were, to the next piece.
#[derive(Clone, Copy, Debug)]
struct Piece {
    inner: u32,
    outer: u32,
    count: u32,
    inner_bytes: u8,
    outer_bytes: u8,
}

impl OffsetMap {
    /// Nothing was decoded: every span is its own outer span.
    pub fn is_identity(&self) -> bool {
        self.levels.is_empty()
    }

    /// The smallest span of the outermost text that covers what `span` was
    /// decoded from. An empty span gives an empty span.
    pub fn outer(&self, span: Range<usize>) -> Range<usize> {
        let levels = self.levels.iter().rev();
        levels.fold(span, |span, level| level.outer(&span))
    }

    /// The layers that were removed to see `span`, outermost first: those that
    /// changed something in the JSON string (for JSON) or record (for the
    /// others) in which `span` starts. Nested JSON strings count once each.
    pub fn layers(&self, span: Range<usize>) -> Vec<Layer> {
        let mut layers = Vec::new();
        let mut span = span;
        for level in self.levels.iter().rev() {
            if level.changed_around(span.start) {
                layers.push(level.layer);
            }
            span = level.outer(&span);
        }
        layers.reverse();
        layers
    }

    /// This map, and below it one for a text decoded from its inner text.
    #[must_use]
    pub fn then(mut self, inner: Self) -> Self {
        self.levels.extend(inner.levels);
        self
    }
}

impl Level {
    fn outer(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.unit(span.start).start;
        if span.end <= span.start {
            return start..start;
        }
        start..self.unit(span.end - 1).end
    }

    /// The outer bytes of the unit that holds an inner byte.
    fn unit(&self, at: usize) -> Range<usize> {
        let behind = self
            .pieces
            .partition_point(|piece| piece.inner as usize <= at);
        let Some(piece) = behind
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index))
        else {
            return at..at.saturating_add(1);
        };
        let offset = at - piece.inner as usize;
        let unit = offset / usize::from(piece.inner_bytes).max(1);
        let outer = piece.outer as usize;
        let outer_bytes = usize::from(piece.outer_bytes);
        if unit < piece.count as usize {
            let start = outer + unit * outer_bytes;
            return start..start + outer_bytes;
        }
        let units = piece.count as usize;
        let copied = offset - units * usize::from(piece.inner_bytes);
        let start = (outer + units * outer_bytes).saturating_add(copied);
        start..start.saturating_add(1)
    }

    fn changed_around(&self, at: usize) -> bool {
        let behind = self
            .changed
            .partition_point(|range| range.start as usize <= at);
        let last = behind
            .checked_sub(1)
            .and_then(|index| self.changed.get(index));
        last.is_some_and(|range| at < range.end as usize)
    }

    /// The inner offset of an outer one that is no part of a unit.
    fn inner(&self, at: usize) -> usize {
        let behind = self
            .pieces
            .partition_point(|piece| (piece.outer as usize) < at);
        let Some(piece) = behind
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index))
        else {
            return at;
        };
        let units = piece.count as usize;
        let outer_end = piece.outer as usize + units * usize::from(piece.outer_bytes);
        let inner_end = piece.inner as usize + units * usize::from(piece.inner_bytes);
        inner_end + at.saturating_sub(outer_end)
    }
}

/// Writes one level: a decoded text and the pieces that lead back.
pub(super) struct Writer<'t> {
    outer: &'t [u8],
    text: Vec<u8>,
    /// How much of `outer` is written.
    done: usize,
    level: Level,
}

impl<'t> Writer<'t> {
    pub(super) fn new(outer: &'t [u8], layer: Layer) -> Self {
        Self {
            outer,
            text: Vec::new(),
            done: 0,
            level: Level {
                layer,
                pieces: Vec::new(),
                changed: Vec::new(),
            },
        }
    }

    /// Copies everything up to `at`, an offset in the outer text.
    pub(super) fn copy_to(&mut self, at: usize) {
        self.text.extend_from_slice(&self.outer[self.done..at]);
        self.done = at;
    }

    /// Where the next byte will be written.
    pub(super) fn inner(&self) -> usize {
        self.text.len()
    }

    /// Where the byte at outer offset `at`, not yet written, will be written if
    /// all up to it is copied.
    pub(super) fn would_be_at(&self, at: usize) -> usize {
        self.text.len() + at - self.done
    }

    /// Copies up to `at` and writes `unit` for the `outer_bytes` bytes there.
    pub(super) fn unit(&mut self, at: usize, outer_bytes: usize, unit: &[u8]) {
        if self.text.capacity() == 0 {
            // Most decoded texts are shorter; those of Latin-1 grow at most twice.
            self.text.reserve(self.outer.len());
        }
        self.copy_to(at);
        let small = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        let (inner_bytes, outer_bytes_small) = (small(unit.len()), small(outer_bytes));
        let inner = self.text.len();
        match self.level.pieces.last_mut() {
            Some(last)
                if last.inner_bytes == inner_bytes
                    && last.outer_bytes == outer_bytes_small
                    && last.inner as usize + last.count as usize * unit.len() == inner =>
            {
                last.count += 1;
            }
            _ => self.level.pieces.push(Piece {
                inner: offset(inner),
                outer: offset(at),
                count: 1,
                inner_bytes,
                outer_bytes: outer_bytes_small,
            }),
        }
        self.text.extend_from_slice(unit);
        self.done = at + outer_bytes;
    }

    /// Notes that a string or record was changed: that from `start`, an inner
    /// offset, to what is written now.
    pub(super) fn changed_since(&mut self, start: usize) {
        let end = offset(self.text.len());
        self.level.changed.push(offset(start)..end);
    }

    /// Whether anything was decoded.
    pub(super) fn any(&self) -> bool {
        !self.level.pieces.is_empty()
    }

    /// Where an outer offset outside all units went.
    pub(super) fn moved(&self, at: usize) -> usize {
        self.level.inner(at)
    }

    /// Copies what is left. Nothing if nothing was decoded: the text is as it was.
    pub(super) fn finish(mut self) -> Option<(Vec<u8>, OffsetMap)> {
        if !self.any() {
            return None;
        }
        self.copy_to(self.outer.len());
        let levels = vec![self.level];
        Some((self.text, OffsetMap { levels }))
    }
}

/// Offsets are below 4 GiB: longer texts are not decoded.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
