//! Files inside archives: how the way back finds the one that a finding was in.
//!
//! Archives tell their members while they are read, so the archive is read to the member: once to
//! know which it is, and once for each look into it. Bytes of other members are inflated, and passed
//! over.

use std::ops::ControlFlow;

use crate::archive::Delivery;
use crate::block::Block;
use crate::source::Source;
use crate::unit::{Reading, Unit};

/// The member of `outer` that `wanted` tells, if it has one.
pub(super) fn find(
    source: &dyn Source,
    outer: &Unit,
    wanted: &mut dyn FnMut(&Unit) -> bool,
) -> Option<Unit> {
    let mut search = Finder {
        wanted,
        found: None,
    };
    source.read(outer, &mut search);
    search.found
}

/// Reads the member of `outer` that is called `identity`, and nothing else of the archive. Gives
/// what reading it gave; nothing where it is not there any more.
pub(super) fn read(
    source: &dyn Source,
    outer: &Unit,
    identity: &str,
    to: &mut dyn Delivery,
) -> Option<Reading> {
    let mut only = Only {
        identity,
        to,
        reading: None,
    };
    source.read(outer, &mut only);
    only.reading
}

struct Finder<'f> {
    wanted: &'f mut dyn FnMut(&Unit) -> bool,
    found: Option<Unit>,
}

impl Delivery for Finder<'_> {
    fn block(&mut self, _block: Block) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn member(
        &mut self,
        member: Unit,
        read: &mut dyn FnMut(&Unit, &mut dyn Delivery) -> Reading,
    ) -> ControlFlow<()> {
        if (self.wanted)(&member) {
            self.found = Some(member);
        } else {
            // It may be an archive itself.
            read(&member, self);
        }
        match self.found {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }
}

struct Only<'o> {
    identity: &'o str,
    to: &'o mut dyn Delivery,
    reading: Option<Reading>,
}

impl Delivery for Only<'_> {
    fn block(&mut self, _block: Block) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn member(
        &mut self,
        member: Unit,
        read: &mut dyn FnMut(&Unit, &mut dyn Delivery) -> Reading,
    ) -> ControlFlow<()> {
        if member.identity == self.identity {
            self.reading = Some(read(&member, self.to));
        } else if self.identity.starts_with(&member.identity) {
            read(&member, self);
        }
        match self.reading {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }
}
