//! The judge's view of a block: its questions, asked in the undone text, answered from the block.
//!
//! ```text
//! span in View ──► span in Block::text ──► span in the decoded unit
//!          layers' map           charset's map
//! ```

use super::{Layout, Located, Lookup};
use crate::block::Block;
use detectors::{Context, Setting, Slot};
use scanner::layers::View;
use std::ops::Range;

/// Answers the judge for one block, whose text was undone into `view`.
pub struct BlockContext<'b> {
    block: &'b Block,
    view: &'b View<'b>,
    lookup: Box<dyn Lookup + 'b>,
    container: &'b str,
}

impl<'b> BlockContext<'b> {
    /// `view` is what `scanner::layers::undo` made of the block's text; `container` is the folder
    /// or bucket whose words are weak cues.
    pub fn new(
        block: &'b Block,
        layout: &'b dyn Layout,
        view: &'b View<'b>,
        container: &'b str,
    ) -> BlockContext<'b> {
        BlockContext {
            block,
            view,
            lookup: layout.lookup(block),
            container,
        }
    }

    /// A span of the view in the block's text.
    pub fn in_block(&self, span: Range<usize>) -> Range<usize> {
        self.view.map.outer(span)
    }

    /// A span of the view in the unit's decoded bytes.
    pub fn in_unit(&self, span: Range<usize>) -> Range<u64> {
        self.block.unit_span(self.in_block(span))
    }

    /// Whether a hit belongs to this block: it starts in its core.
    pub fn is_own(&self, span: &Range<usize>) -> bool {
        let at = self.in_block(span.clone()).start;
        self.block.core.contains(&at)
    }

    /// Where a hit is.
    pub fn locate(&self, span: Range<usize>) -> Located {
        self.lookup.locate(self.in_block(span))
    }

    /// The index, in the block, of the record that holds a position of the view.
    pub fn record_index(&self, at: usize) -> usize {
        self.block.record_at(self.in_block(at..at).start)
    }

    /// The layers that were removed to see a hit, outermost first, without outer compression.
    pub fn layers(&self, span: Range<usize>) -> Vec<&'static str> {
        let charset = self.block.charset_layer.filter(|_| self.changed(&span));
        let within = self.view.map.layers(span);
        charset
            .into_iter()
            .chain(within.into_iter().map(|layer| layer.name()))
            .collect()
    }

    /// Latin-1 is no layer where the text is ASCII anyway; UTF-16 always is.
    fn changed(&self, span: &Range<usize>) -> bool {
        let outer = self.in_block(span.clone());
        self.block.charset_layer != Some("latin-1")
            || self
                .block
                .text
                .get(outer)
                .is_some_and(|text| !text.is_ascii())
    }

    /// The position in the view of a position in the block's text: the first whose origin is not
    /// before it.
    fn in_view(&self, at: usize) -> usize {
        if self.view.map.is_identity() {
            return at;
        }
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

    fn range_in_view(&self, range: Range<usize>) -> Range<usize> {
        let start = self.in_view(range.start);
        start..self.in_view(range.end).max(start)
    }

    fn slot_in_view<'t>(&self, slot: Slot<'t>) -> Slot<'t> {
        Slot {
            label: slot.label,
            value: self.range_in_view(slot.value),
        }
    }
}

impl Context for BlockContext<'_> {
    fn record(&self, at: usize) -> Range<usize> {
        self.range_in_view(self.block.record(self.record_index(at)))
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        let slot = self.lookup.slot(self.in_block(span))?;
        Some(self.slot_in_view(slot))
    }

    fn value_of_label(&self, span: Range<usize>) -> Option<Range<usize>> {
        let value = self.lookup.value_of_label(self.in_block(span))?;
        Some(self.range_in_view(value))
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
