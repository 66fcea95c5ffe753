//! A unit judged again, for the way back: nothing is written.

use std::ops::{ControlFlow, Range};

use detectors::place::Catalogue;
use detectors::{DetectorSet, Masked};

use super::engine::{Engine, Scratch};
use super::judging::{self, UnitNotes};
use super::own_name::OwnName;
use super::seen::Seen;
use crate::archive::Delivery;
use crate::block::Block;
use crate::key::Key;
use crate::own::Rules;
use crate::row::{Finding, Millis, Text};
use crate::source::Source;
use crate::unit::{Reading, Unit};

/// Judges units as a scan does, by one thread, and hands the rows over instead of writing them.
pub(crate) struct Again {
    engine: Engine,
    scratch: Scratch,
}

impl Again {
    /// With the rules that a scan would use now.
    pub(crate) fn new(rules: Rules, key: Key) -> Self {
        let engine = Engine::new(rules, key, Text::word("again"), Millis::now());
        let scratch = engine.scratch();
        Self { engine, scratch }
    }

    /// The key of ids and tokens.
    pub(crate) fn key(&self) -> &Key {
        self.engine.key()
    }

    /// What judges.
    pub(crate) fn detectors(&self) -> &DetectorSet {
        self.engine.detectors()
    }

    /// What rules.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        self.engine.catalogue()
    }

    /// A name made printable.
    pub(crate) fn mask(&mut self, name: &str) -> Masked {
        self.engine.mask(&mut self.scratch, name)
    }

    /// Judges the blocks of a unit that `read` delivers, and tells `watcher` of them until it has
    /// seen enough.
    pub(crate) fn judge(
        &mut self,
        source: &dyn Source,
        unit: &Unit,
        watcher: &mut dyn Watcher,
        read: &mut dyn FnMut(&mut dyn Delivery) -> Reading,
    ) -> Reading {
        let Self { engine, scratch } = self;
        let notes = UnitNotes::of(engine, scratch, unit, source.name(), source.scope());
        let (own_name, seen) = (OwnName::default(), Seen::default());
        read(&mut |block: Block| {
            judging::judge(
                engine,
                scratch,
                &notes,
                &own_name,
                &seen,
                &block,
                &mut |row, span| watcher.row(&row, span),
            );
            watcher.block(engine.key(), &block)
        })
    }
}

/// Looks on while a unit is judged.
pub(crate) trait Watcher {
    /// A row of the present block, in no particular order, and where its value is in the block's text.
    fn row(&mut self, row: &Finding, span: Range<usize>);
    /// The present block, once all its rows were told. Break, and no more is read.
    fn block(&mut self, key: &Key, block: &Block) -> ControlFlow<()>;
}
