//! A scan from sources to commit.
//!
//! ```text
//! main thread        walks the sources ─► units (bounded)
//! pool, a unit       reads, decodes, cuts ─► blocks (bounded by bytes; when none may be queued,
//!                    the reader judges its block itself, so nothing can wait for itself)
//! pool, a block      scan, judge, place, verdict, mask ─► rows ─► the worker's sorter
//! main thread        merges the sorted rows ─► Parquet ─► commit
//! ```
//!
//! Nothing else is shared, and nothing depends on the order in which threads get on: blocks depend
//! on content only, and the merge sorts. Every unit ends in a coverage row, also when the code that
//! handled it panicked.

pub(crate) mod again;
mod container;
mod engine;
mod folded;
mod judging;
mod known;
mod own_name;
mod permits;
mod seen;
mod unit_run;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use detectors::place::Place;
use detectors::{KnownValue, Masked};

use crate::cli::Counters;
use crate::commit::{Output, RunId};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::key::{Key, Token};
use crate::own::Rules;
use crate::row::{Coverage, Finding, Millis, RunRow, Text};
use crate::source::Source;
use crate::spool::{Sorter, Spool};
use crate::summary::{Counting, Tally};
use crate::unit::Unit;
use container::Container;
use engine::{Engine, Scratch};
use judging::UnitNotes;
use own_name::Renamed;
use permits::Permits;
use seen::Seen;
use unit_run::UnitRun;

/// What a scan is told.
pub struct Settings {
    /// What is read.
    pub sources: Vec<Box<dyn Source>>,
    /// The output folder.
    pub out: PathBuf,
    /// The place of what no record places, if the user named one.
    pub place: Option<Place>,
    /// When a finding counts.
    pub counting: Counting,
    /// Worker threads.
    pub threads: usize,
    /// Bytes for blocks in flight and rows in memory.
    pub memory_bytes: u64,
    /// The command's arguments, for the runs table.
    pub arguments: Vec<String>,
}

/// What came of a scan.
#[derive(Debug)]
pub struct Report {
    /// Counts of the rows as written.
    pub tally: Tally,
    /// The run's name.
    pub run_id: String,
    /// The output folder as the user named it, for people.
    pub out: Masked,
    /// How it ends.
    pub status: ExitStatus,
    /// Seconds from start to commit.
    pub seconds: f64,
}

/// A worker's own things: lent to one task at a time.
struct Worker<'s> {
    scratch: Scratch,
    findings: Sorter<'s, 's, Finding>,
    coverage: Sorter<'s, 's, Coverage>,
}

/// What tasks share.
struct Shared<'s> {
    engine: &'s Engine,
    settings: &'s Settings,
    counters: &'s Counters,
    findings: &'s Spool<'s, Finding>,
    coverage: &'s Spool<'s, Coverage>,
    idle: Mutex<Vec<Worker<'s>>>,
    block_bytes: Permits,
    units: Permits,
    failure: Mutex<Option<Error>>,
    failed: AtomicBool,
    /// Scopes with an archive that was not read to its end.
    hiding: Mutex<HashSet<String>>,
    /// What units are called of whose name their contents gave something away.
    renamed: Mutex<Renames>,
    /// What was found anywhere.
    seen: Seen,
    say: &'s (dyn Fn(&str) + Sync),
}

/// Units that are called otherwise than their name alone would have it.
#[derive(Default)]
struct Renames {
    /// Those whose rows have to be put right, by unit token.
    late: HashMap<String, Renamed>,
    /// SOURCEs that are one such file: the values in their identity, by identity.
    roots: HashMap<String, Vec<KnownValue>>,
    /// The same, by the text that named them.
    arguments: HashMap<String, Vec<KnownValue>>,
}

impl<'s> Shared<'s> {
    /// Lends a worker's things for the time of `work`. After a panic they are not taken back, but
    /// their rows are: the sorters are finished on drop.
    fn with_worker<T>(&self, work: impl FnOnce(&mut Worker<'s>) -> T) -> T {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let mut worker = idle.unwrap_or_else(|| Worker {
            scratch: self.engine.scratch(),
            findings: self.findings.sorter(),
            coverage: self.coverage.sorter(),
        });
        let outcome = work(&mut worker);
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(worker);
        }
        outcome
    }

    /// Remembers the first failure of the run and stops it.
    fn fail(&self, error: Error) {
        self.failed.store(true, Relaxed);
        if let Ok(mut failure) = self.failure.lock() {
            failure.get_or_insert(error);
        }
    }

    /// Remembers what a unit is called.
    fn rename(&self, notes: &UnitNotes, unit: &Unit, renamed: Renamed) {
        let mut sources = self.settings.sources.iter();
        let is_source = sources.any(|source| source.scope() == unit.identity);
        let Ok(mut all) = self.renamed.lock() else {
            return;
        };
        if is_source {
            all.roots
                .insert(unit.identity.clone(), renamed.identity.clone());
            all.arguments
                .insert(unit.shown.clone(), renamed.shown.clone());
        }
        if renamed.is_late {
            let token = notes.unit_token.as_str().to_owned();
            all.late.insert(token, renamed);
        }
    }

    /// The values in the name of a SOURCE that is one file.
    fn known_in_root(&self, scope: &str) -> Vec<KnownValue> {
        let renamed = self.renamed.lock();
        renamed.map_or_else(
            |_| Vec::new(),
            |all| all.roots.get(scope).cloned().unwrap_or_default(),
        )
    }

    /// Remembers that members of an archive in this scope may not have been seen.
    fn hide_members(&self, scope: &str) {
        if let Ok(mut hiding) = self.hiding.lock() {
            hiding.insert(scope.to_owned());
        }
    }

    /// Whether that is so.
    fn hides_members(&self, scope: &str) -> bool {
        self.hiding
            .lock()
            .is_ok_and(|hiding| hiding.contains(scope))
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.failed.load(Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Scans, writes and commits. `rules` are masked ([`Rules::mask`]). `say` is for verbose notes; they name masked things only.
///
/// # Errors
/// [`Error::Usage`] for a source that makes no sense, [`Error::Failed`] when the output cannot be
/// written. What cannot be read is no error: it is a coverage row.
pub fn scan(
    settings: &Settings,
    rules: Rules,
    key: Key,
    counters: &Counters,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Report, Error> {
    let clock = Instant::now();
    let run = RunId::new()?;
    let mut output = Output::open(&settings.out, run.clone())?;
    let engine = Engine::new(rules, key, Text::configured(run.as_str()), run.start());
    let mut tally = Tally::default();

    let (findings, coverage, renames, seen) = {
        let half = usize::try_from(settings.memory_bytes / 2).unwrap_or(usize::MAX);
        let findings = Spool::new(output.workplace(), half * 3 / 4, settings.threads);
        let coverage = Spool::new(output.workplace(), half / 4, settings.threads);
        let shared = Shared {
            engine: &engine,
            settings,
            counters,
            findings: &findings,
            coverage: &coverage,
            idle: Mutex::default(),
            block_bytes: Permits::new(settings.memory_bytes / 4),
            units: Permits::new(2 * settings.threads as u64),
            failure: Mutex::default(),
            failed: AtomicBool::new(false),
            hiding: Mutex::default(),
            renamed: Mutex::default(),
            seen: Seen::default(),
            say,
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(settings.threads)
            .build()
            .map_err(|error| Error::failed(format!("cannot start worker threads: {error}")))?;
        let containers = pool.in_place_scope(|scope| {
            let mut containers = Vec::new();
            for source in &settings.sources {
                let container = Container::new(&shared, source.as_ref());
                let flow = source.walk(&mut |unit| {
                    container.saw(&unit);
                    let permit = shared.units.take();
                    let shared = &shared;
                    scope.spawn(move |scope| {
                        UnitRun::read(shared, source.as_ref(), unit, scope);
                        drop(permit);
                    });
                    shared.flow()
                });
                if flow.is_break() {
                    break;
                }
                containers.push(container);
            }
            containers
        });
        // What is missing of a container is known when all of its units have been read.
        for container in containers {
            container.finish();
        }
        for worker in shared.idle.into_inner().unwrap_or_default() {
            worker.findings.finish();
            worker.coverage.finish();
        }
        if let Some(error) = shared.failure.into_inner().unwrap_or_default() {
            return Err(error);
        }
        let renames = shared.renamed.into_inner().unwrap_or_default();
        let seen = shared.seen.finish();
        (findings.merge()?, coverage.merge()?, renames, seen)
    };

    let actor = output.actor();
    let mut commit = output.commit();
    let counting = settings.counting;
    let seen = RefCell::new(seen);
    let findings = findings.map(|row| {
        row.map(|mut row| {
            let token = row.unit_token.as_ref().map_or("", Token::as_str);
            if let Some(renamed) = renames.late.get(token) {
                renamed.put_right(&mut row);
            }
            seen.borrow_mut().finding(&mut row);
            row
        })
    });
    let coverage = coverage.map(|row| {
        row.map(|mut row| {
            seen.borrow_mut().coverage(&mut row);
            row
        })
    });
    commit.findings(findings, &mut |row| tally.finding(row, &counting))?;
    commit.coverage(coverage, &mut |row| tally.coverage(row))?;
    let status = ExitStatus::of_run(tally.counting, tally.is_incomplete(), false);
    let mut row = run_row(settings, &engine, &tally, &renames, status);
    row.actor = actor;
    let (files, _) = commit.finish(row)?;
    say(&format!("committed {} files", files.len()));
    let out = settings.out.to_string_lossy();
    Ok(Report {
        tally,
        run_id: run.as_str().to_owned(),
        out: engine.mask(&mut engine.scratch(), &out),
        status,
        seconds: clock.elapsed().as_secs_f64(),
    })
}

fn run_row(
    settings: &Settings,
    engine: &Engine,
    tally: &Tally,
    renames: &Renames,
    status: ExitStatus,
) -> RunRow {
    let long = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut scratch = engine.scratch();
    let rules = engine.rules();
    RunRow {
        run_id: engine.run_id().clone(),
        scope_token: None,
        account_id: Text::word("none"),
        region: Text::word("none"),
        token_key_id: engine.key().id().map(|id| Text::configured(&id)),
        bytes_read: long(tally.bytes_read),
        bytes_decoded: long(tally.bytes_decoded),
        records: long(tally.records),
        findings: long(tally.findings),
        started_at: engine.started(),
        commit_number: 0,
        committed_at: Millis::now(),
        command: Text::word("scan"),
        arguments: settings
            .arguments
            .iter()
            .map(|argument| {
                let known = renames.arguments.get(argument).cloned();
                Text::from(engine.mask_with(&mut scratch, argument, known.unwrap_or_default()))
            })
            .collect(),
        actor: None,
        phiscan_version: Text::word(env!("CARGO_PKG_VERSION")),
        detector_set_hash: Text::configured(&engine.detectors().hash()),
        catalogue_hash: Text::configured(engine.catalogue().hash()),
        policy_hash: rules
            .policy
            .as_ref()
            .map(|policy| Text::configured(policy.hash())),
        score_model: Text::word(detectors::score::MODEL),
        score_model_hash: None,
        whitepaper_edition: Text::word(detectors::place::edition::EDITION),
        units: long(tally.units),
        units_incomplete: long(tally.incomplete),
        findings_counting: long(tally.counting),
        exit_status: Some(i32::from(status.code())),
        files: Vec::new(),
        replaced: Vec::new(),
        allow_hash: rules
            .allow
            .as_ref()
            .map(|allow| Text::configured(allow.hash())),
        own_classes: rules
            .detectors
            .own_classes()
            .into_iter()
            .map(Text::from)
            .collect(),
    }
}
