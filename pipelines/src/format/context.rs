//! What the judge may ask about the text around a hit, answered from the block it stands in.
//!
//! The judge sees the *view*: the block's text with its declared encodings undone. Formats answer
//! in the block's own text. This file goes between the two.
//!
//! ```text
//! span in View ──► span in Block::text ──► span in the decoded unit
//!          layers' map           charset's map
//! ```

use std::ops::Range;

use detectors::{Context, Setting, Slot};
use scanner::layers::View;

use super::Lookup;
use crate::block::Block;

/// A block under judgement.
pub struct BlockContext<'b> {
    block: &'b Block,
    view: &'b View<'b>,
    lookup: &'b dyn Lookup,
    container: &'b str,
}

impl<'b> BlockContext<'b> {
    /// The surroundings of hits in `view`, which `scanner::layers::undo` made of `block`; `lookup` is the
    /// block's, and `container` the folder or bucket whose words are weak cues.
    pub fn new(
        block: &'b Block,
        view: &'b View<'b>,
        lookup: &'b dyn Lookup,
        container: &'b str,
    ) -> Self {
        Self {
            block,
            view,
            lookup,
            container,
        }
    }

    /// The span in the block's text that a span of the view stands for.
    pub fn in_block(&self, span: Range<usize>) -> Range<usize> {
        self.view.map.outer(span)
    }

    /// The span of the view that a span of the block's text became.
    fn in_view(&self, span: Range<usize>) -> Range<usize> {
        if self.view.map.is_identity() {
            return span;
        }
        let start = self.first_at(span.start);
        start..self.first_at(span.end).max(start)
    }

    /// The first view position that stands for block position `at` or a later one. The map is
    /// monotone, so this is a binary search.
    fn first_at(&self, at: usize) -> usize {
        let (mut low, mut high) = (0, self.view.text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.view.map.outer(middle..middle).start < at {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn slot_in_view<'s>(&self, slot: Slot<'s>) -> Slot<'s> {
        Slot {
            label: slot.label,
            value: self.in_view(slot.value),
        }
    }
}

impl Context for BlockContext<'_> {
    fn record(&self, at: usize) -> Range<usize> {
        let at = self.in_block(at..at).start;
        self.in_view(self.block.record(self.block.record_at(at)))
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        self.lookup
            .slot(self.in_block(span))
            .map(|slot| self.slot_in_view(slot))
    }

    fn value_of_label(&self, span: Range<usize>) -> Option<Range<usize>> {
        self.lookup
            .value_of_label(self.in_block(span))
            .map(|value| self.in_view(value))
    }

    fn labelled_values(&self, wanted: &dyn Fn(&str) -> bool, each: &mut dyn FnMut(Slot<'_>)) {
        self.lookup
            .labelled_values(wanted, &mut |slot| each(self.slot_in_view(slot)));
    }

    fn setting(&self, span: Range<usize>) -> Setting {
        self.lookup.setting(self.in_block(span))
    }

    fn container(&self) -> &str {
        self.container
    }
}
