//! The way back: from a finding to the value that it stands for.
//!
//! Output holds no value, so whoever has to mend a leak needs the source again. A finding says which
//! unit it was in (by a token), and where in its decoded bytes. With the key and the source that
//! suffices:
//!
//! ```text
//! SOURCE ─► walk ─► the unit whose token is the finding's ─► read, with the same limits ─► the block
//! around the span ─► layers undone ─► value ─► token ─► is it the finding's?
//! ```
//!
//! Where it is not, the thing has changed since: the unit is judged again from its beginning and
//! the finding looked for by its id, then its value by its token. What comes of it is a
//! [`Sighting`], in which everything raw is a [`Raw`], or a reason why there is none ([`Lost`]).
//! Either is noted in `runs` ([`note`]) before anything is shown.

mod member;
pub mod note;
mod raw;
mod sight;

use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};

use detectors::Class;

pub use raw::Raw;
pub use sight::Sight;

use crate::archive::Delivery;
use crate::block::Block;
use crate::error::Error;
use crate::identity;
use crate::key::{Key, Token};
use crate::query::recorded::{Known, Recorded};
use crate::row::Finding;
use crate::run::again::{Again, Watcher};
use crate::source::Source;
use crate::unit::{Outcome, Reading, Reason, Unit, UnitKind};
use sight::{Progress, Seen};

/// What is looked for, and where.
pub(crate) struct Search<'a> {
    /// The finding.
    pub(crate) known: &'a Known,
    /// Where its unit may be.
    pub(crate) sources: &'a [Box<dyn Source>],
    /// Whether the user named the sources: then a source that is one file is looked into even
    /// where it is not the recorded unit, as when it was fetched again to another folder.
    pub(crate) named: bool,
}

/// How a value was found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// At the recorded bytes.
    There,
    /// The finding is there, at other bytes.
    Moved,
    /// The finding is not there any more, but its unit still holds the value: as the finding with
    /// this id.
    Other(String),
}

/// A value that was found again.
pub struct Sighting {
    /// The row that led to it.
    pub row: Recorded,
    /// How it was found.
    pub how: How,
    /// Whether it is in the recorded unit, and not in another file that the user named.
    pub in_its_unit: bool,
    /// Where it is in the decoded unit; nothing for a name or a comment of an archive, which has no
    /// bytes to go to.
    pub spot: Option<Spot>,
    /// What may be shown to a screen only.
    pub sight: Sight,
}

/// Where in a decoded unit a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its bytes.
    pub bytes: Range<u64>,
    /// The record, counted from 1.
    pub record: u64,
    /// The line, counted from 1.
    pub line: u64,
}

/// Why a value was not found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// None of the sources has the unit.
    NoUnit,
    /// The unit is there and cannot be read.
    Unread(Outcome, Option<Reason>),
    /// The unit was read, and the value is not in it any more.
    Gone,
    /// The unit was read up to a break, and the value is not in what came before.
    Partly(Option<Reason>),
    /// As [`Lost::Gone`] or [`Lost::Partly`], but the detector that found the value is not loaded: it may be elsewhere
    /// in the unit.
    NoDetector,
}

/// Looks for a finding's value in its source.
///
/// # Errors
/// [`Error::Failed`] when the code that reads the unit panics.
pub(crate) fn locate(
    search: &Search<'_>,
    again: &mut Again,
) -> Result<Result<Box<Sighting>, Lost>, Error> {
    catch_unwind(AssertUnwindSafe(|| find(search, again))).map_err(|_| {
        Error::failed("phiscan itself failed while it read the source again. Please report it.")
    })
}

fn find(search: &Search<'_>, again: &mut Again) -> Result<Box<Sighting>, Lost> {
    let mut lost = Lost::NoUnit;
    for (number, place) in walk(search, again).into_iter().enumerate() {
        match look(&place, again) {
            Ok(sighting) => return Ok(sighting),
            Err(first) if number == 0 => lost = first,
            Err(_) => {}
        }
    }
    let loaded = again.detectors().detectors().iter();
    let mut loaded = loaded.map(detectors::Detector::id);
    match lost {
        Lost::Gone | Lost::Partly(_) if !loaded.any(|id| id == search.known.newest().detector) => {
            Err(Lost::NoDetector)
        }
        lost => Err(lost),
    }
}

fn look(place: &Found<'_>, again: &mut Again) -> Result<Box<Sighting>, Lost> {
    if let Some((outcome, reason)) = place.unit.settled {
        return Err(Lost::Unread(outcome, Some(reason)));
    }
    // A stream can be read once.
    if place.unit.kind != UnitKind::Stream
        && let Some(sighting) = look_at_span(place, again)
    {
        return Ok(Box::new(sighting));
    }
    look_everywhere(place, again)
}

/// Whether a finding came from standard input.
pub(crate) fn was_stream(row: &Recorded) -> bool {
    row.unit.as_deref() == Some("-")
}

/// The unit to read, with the row that led to it.
struct Found<'a> {
    source: &'a dyn Source,
    unit: Unit,
    /// The file that the unit is a member of, where it is one.
    archive: Option<Unit>,
    row: &'a Recorded,
    in_its_unit: bool,
}

/// Units with the same token that are read: `app.log` and `app.log.gz` are one thing, and may lie
/// side by side.
const MOST_UNITS: usize = 8;

/// The units that may hold the finding, the one that is also called as recorded first.
fn walk<'a>(search: &Search<'a>, again: &mut Again) -> Vec<Found<'a>> {
    let mut wanted: HashMap<&str, Vec<&'a Recorded>> = HashMap::new();
    for row in &search.known.rows {
        if let Some(token) = row.unit_token.as_deref() {
            wanted.entry(token).or_default().push(row);
        }
    }
    let mut found: Vec<Found<'a>> = Vec::new();
    let mut only: Option<(&'a dyn Source, Unit)> = None;
    let mut archives: Vec<(&'a dyn Source, Unit)> = Vec::new();
    let mut units: u64 = 0;
    for source in search.sources {
        let source: &'a dyn Source = source.as_ref();
        let flow = source.walk(&mut |unit| {
            let token = identity::unit_token(again.key(), &unit.identity);
            let rows = wanted.get(token.as_str()).map(Vec::as_slice);
            let Some([first, ..]) = rows else {
                units += 1;
                if archives.len() < MOST_UNITS && holds_member(search, again, &unit) {
                    archives.push((source, unit.clone()));
                }
                only = Some((source, unit));
                return ControlFlow::Continue(());
            };
            let shown = again.mask(&unit.shown);
            let called = |row: &&&Recorded| row.unit.as_deref() == Some(shown.as_str());
            let exact = rows.unwrap_or_default().iter().find(called);
            let place = Found {
                source,
                unit,
                archive: None,
                row: exact.unwrap_or(first),
                in_its_unit: true,
            };
            if exact.is_some() {
                found.insert(0, place);
                return ControlFlow::Break(());
            }
            if found.len() < MOST_UNITS {
                found.push(place);
            }
            ControlFlow::Continue(())
        });
        if flow.is_break() {
            break;
        }
    }
    if found.is_empty() {
        for (source, outer) in archives {
            let key = again.key();
            let mut row = None;
            let member = member::find(source, &outer, &mut |member| {
                let token = identity::unit_token(key, &member.identity);
                row = wanted.get(token.as_str()).and_then(|rows| rows.first());
                row.is_some()
            });
            if let Some((unit, row)) = member.zip(row) {
                found.push(Found {
                    source,
                    unit,
                    archive: Some(outer),
                    row,
                    in_its_unit: true,
                });
            }
        }
    }
    if found.is_empty()
        && search.named
        && units == 1
        && let Some((source, unit)) = only
        && matches!(unit.kind, UnitKind::File | UnitKind::Stream)
        && unit.settled.is_none()
    {
        found.push(Found {
            source,
            unit,
            archive: None,
            row: search.known.newest(),
            in_its_unit: false,
        });
    }
    found
}

/// Whether a file may be the archive that the finding's unit, `path!member`, is in.
fn holds_member(search: &Search<'_>, again: &mut Again, unit: &Unit) -> bool {
    if unit.kind != UnitKind::File || unit.settled.is_some() {
        return false;
    }
    let recorded = search
        .known
        .rows
        .iter()
        .filter_map(|row| row.unit.as_deref());
    let mut recorded = recorded.filter(|unit| unit.contains('!')).peekable();
    if recorded.peek().is_none() {
        return false;
    }
    let shown = again.mask(&unit.shown);
    let within = |unit: &str| {
        unit.strip_prefix(shown.as_str())
            .is_some_and(|rest| rest.starts_with('!'))
    };
    recorded.any(within) || search.named && crate::archive::is_archive_name(&unit.shown)
}

/// The sighting at the recorded bytes, if the value there is the finding's.
fn look_at_span(place: &Found<'_>, again: &Again) -> Option<Sighting> {
    let bytes = place.row.byte_start?..place.row.byte_end?;
    let mut progress = Progress::default();
    let mut sighting = None;
    place.read(&mut |block: Block| {
        let core = block.unit_span(block.core.clone());
        if core.end <= bytes.start {
            progress.pass(&block);
            return ControlFlow::Continue(());
        }
        if core.contains(&bytes.start) {
            sighting = place.see(again.key(), Some(&progress), &block, &bytes, How::There);
        }
        ControlFlow::Break(())
    });
    sighting
}

/// The finding wherever it is in its unit now, else its value.
fn look_everywhere(place: &Found<'_>, again: &mut Again) -> Result<Box<Sighting>, Lost> {
    let mut watch = Everywhere {
        place,
        progress: Progress::default(),
        candidate: None,
        sighting: None,
    };
    let reading = again.judge(place.source, &place.unit, &mut watch, &mut |to| {
        place.read(to)
    });
    match (watch.sighting, reading.outcome) {
        (Some(sighting), _) => Ok(Box::new(sighting)),
        (None, Outcome::Scanned | Outcome::Empty) => Err(Lost::Gone),
        (None, Outcome::Partial) => Err(Lost::Partly(reading.reason)),
        (None, outcome) => Err(Lost::Unread(outcome, reading.reason)),
    }
}

/// Looks for a finding while its unit is judged.
struct Everywhere<'a> {
    place: &'a Found<'a>,
    progress: Progress,
    /// In the present block: the finding, else the first of its value.
    candidate: Option<Candidate>,
    sighting: Option<Sighting>,
}

/// What may be the value that is looked for.
struct Candidate {
    /// In the text of the present block.
    span: Range<usize>,
    /// Whether that text is read from the unit as it is.
    has_bytes: bool,
    how: How,
}

impl Watcher for Everywhere<'_> {
    fn row(&mut self, row: &Finding, span: Range<usize>) {
        let recorded = self.place.row;
        let bytes = bytes_of(row);
        let candidate = |how: How| Candidate {
            span,
            has_bytes: bytes.is_some(),
            how,
        };
        if row.finding_id.as_str() == recorded.finding_id {
            let there = match &bytes {
                Some(bytes) => {
                    recorded.byte_start == Some(bytes.start) && recorded.byte_end == Some(bytes.end)
                }
                None => recorded.byte_start.is_none(),
            };
            let how = if there { How::There } else { How::Moved };
            self.candidate = Some(candidate(how));
            return;
        }
        let same_value = row.token.as_ref().map(Token::as_str) == recorded.token.as_deref()
            && row.class.as_str() == recorded.class;
        if same_value && self.sighting.is_none() && self.candidate.is_none() {
            let id = row.finding_id.as_str().to_owned();
            self.candidate = Some(candidate(How::Other(id)));
        }
    }

    fn block(&mut self, key: &Key, block: &Block) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        if let Some(candidate) = self.candidate.take() {
            if !matches!(candidate.how, How::Other(_)) {
                flow = ControlFlow::Break(());
            }
            let bytes = block.unit_span(candidate.span);
            let progress = candidate.has_bytes.then_some(&self.progress);
            let seen = self.place.see(key, progress, block, &bytes, candidate.how);
            self.sighting = seen.or(self.sighting.take());
        }
        self.progress.pass(block);
        flow
    }
}

fn bytes_of(row: &Finding) -> Option<Range<u64>> {
    let start = u64::try_from(row.byte_start?).ok()?;
    let end = u64::try_from(row.byte_end?).ok()?;
    (start <= end).then_some(start..end)
}

impl Found<'_> {
    /// Reads the unit, by way of its archive where it is in one.
    fn read(&self, to: &mut dyn Delivery) -> Reading {
        match &self.archive {
            None => self.source.read(&self.unit, to),
            Some(archive) => member::read(self.source, archive, &self.unit.identity, to)
                .unwrap_or_else(|| Reading::failed(Reason::NotFound)),
        }
    }

    /// The sighting of this finding at these bytes, if its value is there; `progress` where they are
    /// bytes of the unit, and not of a text that was made of it.
    fn see(
        &self,
        key: &Key,
        progress: Option<&Progress>,
        block: &Block,
        bytes: &Range<u64>,
        how: How,
    ) -> Option<Sighting> {
        let class: Class = self.row.class.parse().ok()?;
        let seen = Seen::at(block, bytes)?;
        if !seen.is(key, class, self.row.token.as_deref()?) {
            return None;
        }
        let spot = progress.map(|progress| {
            let (record, line) = progress.at(block, seen.start_in_block());
            Spot {
                bytes: bytes.clone(),
                record,
                line,
            }
        });
        Some(Sighting {
            row: self.row.clone(),
            how,
            in_its_unit: self.in_its_unit,
            spot,
            sight: seen.sight(&self.unit),
        })
    }
}
