//! The coverage row of a SOURCE itself: whether all that is in it could be listed.
//!
//! Without it, a unit that is missing from a run might be gone or merely unseen, and findings of
//! units that are gone could not be told from current ones.

use std::cell::Cell;

use super::Shared;
use crate::error::Error;
use crate::identity;
use crate::row::{Coverage, Millis, Text};
use crate::source::Source;
use crate::unit::{Outcome, Reason, Unit, UnitKind};

/// A source while it is walked.
pub(super) struct Container<'r, 's> {
    shared: &'r Shared<'s>,
    source: &'r dyn Source,
    started: Millis,
    units: Cell<i64>,
    /// How the listing ended, where not whole: the first cause.
    gap: Cell<Option<(Outcome, Reason)>>,
}

impl<'r, 's> Container<'r, 's> {
    pub(super) fn new(shared: &'r Shared<'s>, source: &'r dyn Source) -> Self {
        Self {
            shared,
            source,
            started: Millis::now(),
            units: Cell::new(0),
            gap: Cell::new(None),
        }
    }

    /// A unit that the walk met. A folder that could not be entered hides what is in it; a root
    /// that is not there hides everything.
    pub(super) fn saw(&self, unit: &Unit) {
        self.units.set(self.units.get() + 1);
        let Some((outcome, reason)) = unit.settled else {
            return;
        };
        let unread = matches!(outcome, Outcome::Denied | Outcome::Unreadable);
        let is_root = unit.identity == self.source.scope();
        if self.gap.get().is_none() && unread && (unit.kind == UnitKind::Folder || is_root) {
            let whole = if is_root { outcome } else { Outcome::Partial };
            self.gap.set(Some((whole, reason)));
        }
    }

    /// Writes the row.
    pub(super) fn finish(self) {
        let shared = self.shared;
        let (outcome, reason) = match self.gap.get() {
            Some((outcome, reason)) => (outcome, Some(reason)),
            None if self.units.get() == 0 => (Outcome::Empty, None),
            None if shared.hides_members(self.source.scope()) => {
                (Outcome::Partial, Some(Reason::MembersMissed))
            }
            None => (Outcome::Scanned, None),
        };
        let key = shared.engine.key();
        let scope = self.source.scope();
        let pushed = shared.with_worker(|worker| {
            let row = Coverage {
                run_id: shared.engine.run_id().clone(),
                scope_token: Some(identity::scope_token(key, scope)),
                account_id: Text::word("none"),
                region: Text::word("none"),
                // Not the token of a unit, which a SOURCE that is one file is at the same time.
                unit_token: Some(identity::unit_token(key, &format!("{scope}/"))),
                unit: Some(Text::from(shared.engine.mask_with(
                    &mut worker.scratch,
                    scope,
                    shared.known_in_root(scope),
                ))),
                source: Text::word(self.source.name()),
                service: Text::word("local"),
                unit_kind: Text::word("container"),
                units_in_row: self.units.get(),
                elements_read: Vec::new(),
                elements_missed: Vec::new(),
                outcome: Text::word(outcome.as_str()),
                reason: reason.map(|reason| Text::word(reason.as_str())),
                bytes_read: 0,
                bytes_decoded: 0,
                records: 0,
                findings: 0,
                started_at: self.started,
                ended_at: Some(Millis::now()),
                etag: None,
                version: None,
            };
            worker.coverage.push(&row)
        });
        if let Err(error) = pushed {
            shared.fail(Error::from(error));
        }
    }
}
