//! One unit on its way: read, cut into blocks, judged, accounted for.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use rayon::Scope;

use super::judging::{self, UnitNotes};
use super::own_name::OwnName;
use super::{Shared, Worker};
use detectors::place::Place;

use crate::archive::{self, Delivery};
use crate::block::Block;
use crate::error::Error;
use crate::row::{Coverage, Millis, Text};
use crate::source::Source;
use crate::unit::{Outcome, Reading, Reason, Unit, UnitKind};

/// A unit while some thread still works on it. Whoever is last writes its coverage row.
pub(super) struct UnitRun {
    notes: UnitNotes,
    own_name: OwnName,
    unit: Unit,
    started: Millis,
    findings: AtomicU64,
    panicked: AtomicBool,
    reading: OnceLock<Reading>,
}

impl UnitRun {
    /// Reads a unit to its end; its blocks are judged here or by other workers.
    pub(super) fn read<'s, 'scope>(
        shared: &'scope Shared<'s>,
        source: &'scope dyn Source,
        unit: Unit,
        scope: &Scope<'scope>,
    ) where
        's: 'scope,
    {
        Self::read_by(shared, source, unit, scope, &mut |unit, to| {
            source.read(unit, to)
        });
    }

    /// Reads a unit by a function, which for a member of an archive is the archive's.
    fn read_by<'s, 'scope>(
        shared: &'scope Shared<'s>,
        source: &'scope dyn Source,
        unit: Unit,
        scope: &Scope<'scope>,
        read: &mut dyn FnMut(&Unit, &mut dyn Delivery) -> Reading,
    ) where
        's: 'scope,
    {
        let notes = shared.with_worker(|worker| {
            UnitNotes::of(
                shared.engine,
                &mut worker.scratch,
                &unit,
                source.name(),
                source.scope(),
            )
        });
        let run = Arc::new(Self {
            notes,
            own_name: OwnName::default(),
            unit,
            started: Millis::now(),
            findings: AtomicU64::new(0),
            panicked: AtomicBool::new(false),
            reading: OnceLock::new(),
        });
        let reading = catch_unwind(AssertUnwindSafe(|| {
            let mut to = Going {
                run: &run,
                shared,
                source,
                scope,
            };
            read(&run.unit, &mut to)
        }));
        let reading = reading.unwrap_or_else(|_| {
            run.panicked.store(true, Relaxed);
            Reading::unread(Outcome::Partial, Some(Reason::Panicked))
        });
        // What is read of a member is read of its archive.
        if run.unit.kind != UnitKind::Member {
            shared
                .counters
                .read_bytes
                .fetch_add(reading.bytes_read, Relaxed);
        }
        if run.may_hide_members(&reading) {
            shared.hide_members(source.scope());
        }
        let _ = run.reading.set(reading);
        Self::leave(run, shared);
    }

    /// Whether units may be inside this one that were not seen: it was recognised as an archive, or
    /// its compression broke before that could be told. Its name counts only where nothing was seen.
    fn may_hide_members(&self, reading: &Reading) -> bool {
        let unseen = !matches!(
            reading.outcome,
            Outcome::Scanned | Outcome::Empty | Outcome::Unsupported
        );
        let may_be_archive = match (reading.format, reading.compression) {
            _ if reading.reason == Some(Reason::TooDeep) => true,
            ("", Some(_)) => true,
            ("", None) => archive::is_archive_name(&self.unit.shown),
            (format, _) => archive::is_archive(format),
        };
        unseen && may_be_archive
    }

    /// Queues a block, or judges it at once when enough is queued.
    fn hand_on<'s, 'scope>(
        run: &Arc<Self>,
        shared: &'scope Shared<'s>,
        block: Block,
        scope: &Scope<'scope>,
    ) where
        's: 'scope,
    {
        // The text, its view where something is decoded, and the table of records.
        let bytes = 3 * block.text.len() as u64 + BLOCK_OVERHEAD;
        match shared.block_bytes.try_take(bytes) {
            Some(permit) => {
                let run = Arc::clone(run);
                scope.spawn(move |_| {
                    run.judge(shared, &block);
                    drop(block);
                    drop(permit);
                    Self::leave(run, shared);
                });
            }
            None => run.judge(shared, &block),
        }
    }

    fn judge(&self, shared: &Shared<'_>, block: &Block) {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            shared.with_worker(|worker| {
                let Worker {
                    scratch, findings, ..
                } = worker;
                let mut pushed = Ok(());
                judging::judge(
                    shared.engine,
                    scratch,
                    &self.notes,
                    &self.own_name,
                    &shared.seen,
                    block,
                    &mut |row, _| {
                        self.findings.fetch_add(1, Relaxed);
                        if pushed.is_ok() {
                            pushed = findings.push(&row);
                        }
                    },
                );
                pushed
            })
        }));
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) => shared.fail(Error::from(error)),
            Err(_) => self.panicked.store(true, Relaxed),
        }
    }

    /// The last one to leave accounts for the unit.
    fn leave(run: Arc<Self>, shared: &Shared<'_>) {
        let Some(mut run) = Arc::into_inner(run) else {
            return;
        };
        let own_name = std::mem::take(&mut run.own_name);
        let renamed = shared
            .with_worker(|worker| own_name.last(shared.engine, &mut worker.scratch, &run.notes));
        if let Some(renamed) = renamed {
            run.notes.unit = renamed.unit.clone();
            shared.rename(&run.notes, &run.unit, renamed);
        }
        let Some(reading) = run.reading.get() else {
            return;
        };
        let (outcome, reason) = if run.panicked.load(Relaxed) {
            (Outcome::Partial, Some(Reason::Panicked))
        } else {
            (reading.outcome, reading.reason)
        };
        let row = run.coverage(shared, reading, outcome, reason);
        shared.counters.units.fetch_add(1, Relaxed);
        let reason_word = reason.map_or("", Reason::as_str);
        if crate::summary::is_incomplete(outcome.as_str(), reason_word) {
            shared.counters.missed.fetch_add(1, Relaxed);
        }
        (shared.say)(&format!(
            "{}: {outcome}{}, {} records, {} findings",
            run.notes.unit,
            reason.map_or_else(String::new, |reason| format!(
                " ({reason}: {})",
                reason.meaning()
            )),
            reading.records,
            row.findings
        ));
        let pushed = shared.with_worker(|worker| worker.coverage.push(&row));
        if let Err(error) = pushed {
            shared.fail(Error::from(error));
        }
    }

    fn coverage(
        &self,
        shared: &Shared<'_>,
        reading: &Reading,
        outcome: Outcome,
        reason: Option<Reason>,
    ) -> Coverage {
        let long = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        // `--place` is what files are that say nothing of themselves.
        let place = shared.settings.place.as_ref();
        let (service, elements) = match (crate::format::reads(reading.format), place) {
            ((Place::LOCAL, _), Some(place)) => (
                match shared.engine.knows_service(place) {
                    true => Text::configured(&place.service),
                    false => shared.with_worker(|worker| {
                        let masked = shared.engine.mask(&mut worker.scratch, &place.service);
                        Text::from(masked)
                    }),
                },
                vec![Text::configured(&place.element)],
            ),
            ((service, elements), _) => (
                Text::word(service),
                elements.iter().copied().map(Text::word).collect(),
            ),
        };
        let read = matches!(
            outcome,
            Outcome::Scanned | Outcome::Partial | Outcome::Empty
        );
        let missed = !matches!(outcome, Outcome::Scanned | Outcome::Empty);
        Coverage {
            run_id: shared.engine.run_id().clone(),
            scope_token: Some(self.notes.scope_token.clone()),
            account_id: Text::word("none"),
            region: Text::word("none"),
            unit_token: Some(self.notes.unit_token.clone()),
            unit: Some(self.notes.unit.clone()),
            source: Text::word(self.notes.source),
            service,
            unit_kind: Text::word(self.unit.kind.as_str()),
            units_in_row: 1,
            elements_read: if read { elements.clone() } else { Vec::new() },
            elements_missed: if missed { elements } else { Vec::new() },
            outcome: Text::word(outcome.as_str()),
            reason: reason.map(|reason| Text::word(reason.as_str())),
            bytes_read: long(reading.bytes_read),
            bytes_decoded: long(reading.bytes_decoded),
            records: long(reading.records),
            findings: long(self.findings.load(Relaxed)),
            started_at: self.started,
            ended_at: Some(Millis::now()),
            etag: None,
            version: None,
        }
    }
}

/// What a block needs besides its text, so that many small ones are bounded too.
const BLOCK_OVERHEAD: u64 = 4 << 10;

/// What takes the blocks of a unit, and the units inside it.
struct Going<'g, 's, 'scope> {
    run: &'g Arc<UnitRun>,
    shared: &'scope Shared<'s>,
    source: &'scope dyn Source,
    scope: &'g Scope<'scope>,
}

impl Delivery for Going<'_, '_, '_> {
    fn block(&mut self, block: Block) -> ControlFlow<()> {
        self.shared
            .counters
            .decoded_bytes
            .fetch_add(block.core.len() as u64, Relaxed);
        UnitRun::hand_on(self.run, self.shared, block, self.scope);
        self.shared.flow()
    }

    fn member(
        &mut self,
        member: Unit,
        read: &mut dyn FnMut(&Unit, &mut dyn Delivery) -> Reading,
    ) -> ControlFlow<()> {
        UnitRun::read_by(self.shared, self.source, member, self.scope, read);
        self.shared.flow()
    }
}
