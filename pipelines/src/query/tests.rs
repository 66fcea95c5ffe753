//! The views and exports on runs made by hand.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use proptest::prelude::*;

use super::export::{Form, jsonl};
use super::*;
use crate::commit::{Output, RunId};
use crate::row::{Coverage, Finding, Millis};
use crate::sample::{self, text, token};
use crate::spool::Spool;

const SCOPE: u64 = 9000;

/// An output folder to which runs are committed.
pub(super) struct Estate {
    folder: tempfile::TempDir,
}

/// A unit's row of a run.
pub(super) fn unit(number: u64, outcome: &str) -> Coverage {
    sample::coverage(number, "file", outcome)
}

/// The row of the container.
pub(super) fn container(outcome: &str) -> Coverage {
    sample::coverage(SCOPE, "container", outcome)
}

/// A finding of a unit, from a local file.
pub(super) fn state(id: u64, unit: u64) -> Finding {
    sample::finding(id, unit)
}

/// A finding of a log stream.
pub(super) fn record(id: u64, unit: u64) -> Finding {
    Finding {
        source: text("logs"),
        ..sample::finding(id, unit)
    }
}

impl Estate {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn out(&self) -> PathBuf {
        self.folder.path().join("an out*[1] 100%")
    }

    /// A run with one commit. Gives the paths of its files.
    pub(super) fn run(&self, findings: Vec<Finding>, coverage: Vec<Coverage>) -> Vec<String> {
        self.run_replacing(findings, coverage, &[])
    }

    pub(super) fn run_replacing(
        &self,
        findings: Vec<Finding>,
        coverage: Vec<Coverage>,
        replaced: &[String],
    ) -> Vec<String> {
        let mut output = Output::open(&self.out(), RunId::new().unwrap()).unwrap();
        let run = output.run().text();
        let start = output.run().start();
        let found = Spool::new(output.workplace(), 1000, 1);
        let mut sorter = found.sorter();
        for mut row in findings {
            row.run_id = run.clone();
            if row.source.as_str() == "files" {
                row.event_time = start;
            }
            sorter.push(&row).unwrap();
        }
        sorter.finish();
        let found = found.merge().unwrap();
        let mut commit = output.commit();
        commit.findings(found, &mut |_| {}).unwrap();
        let rows = coverage.into_iter().map(|mut row| {
            row.run_id = run.clone();
            Ok(row)
        });
        commit.coverage(rows, &mut |_| {}).unwrap();
        let mut row = sample::run();
        row.started_at = start;
        row.replaced = replaced.iter().map(|path| text(path)).collect();
        let (files, runs) = commit.finish(row).unwrap();
        files
            .into_iter()
            .map(|file| file.path)
            .chain([runs])
            .collect()
    }

    pub(super) fn strings(&self, sql: &str) -> Vec<String> {
        let batches = run(&self.out(), sql).unwrap();
        let cells = batches
            .iter()
            .flat_map(|batch| batch.column(0).as_string::<i32>().iter());
        cells.map(|cell| cell.unwrap().to_owned()).collect()
    }

    pub(super) fn count(&self, of: &str) -> i64 {
        run(&self.out(), &format!("SELECT count(*) FROM {of}")).unwrap()[0]
            .column(0)
            .as_primitive::<Int64Type>()
            .value(0)
    }

    /// The ids in `findings_current`, as numbers.
    pub(super) fn current(&self) -> Vec<u64> {
        let ids = self.strings("SELECT finding_id FROM findings_current ORDER BY finding_id");
        ids.iter()
            .map(|id| u64::from_str_radix(id, 16).unwrap())
            .collect()
    }
}

#[test]
fn an_output_without_findings_is_no_error() {
    let estate = Estate::new();
    estate.run(vec![], vec![container("scanned")]);
    for name in [
        "findings",
        "attestations",
        "findings_current",
        "findings_committed",
        "attestations_committed",
    ] {
        assert_eq!(estate.count(name), 0, "{name}");
    }
    assert_eq!(
        (
            estate.count("runs_committed"),
            estate.count("coverage_committed")
        ),
        (1, 1)
    );
    assert!(matches!(
        run(estate.folder.path(), "SELECT 1"),
        Err(QueryError::NoOutput)
    ));
}

#[test]
fn what_no_commit_lists_does_not_count() {
    let estate = Estate::new();
    let files = estate.run(
        vec![state(1, 1)],
        vec![container("scanned"), unit(1, "scanned")],
    );
    assert_eq!(
        (estate.count("findings_committed"), estate.current()),
        (1, vec![1])
    );
    // Killed just before the commit was written.
    std::fs::remove_file(estate.out().join(files.last().unwrap())).unwrap();
    assert_eq!(estate.count("findings"), 1);
    for name in [
        "findings_committed",
        "findings_current",
        "coverage_committed",
    ] {
        assert_eq!(estate.count(name), 0, "{name}");
    }
}

#[test]
fn scanning_again_replaces_state_and_adds_records() {
    let estate = Estate::new();
    let covered = || vec![container("scanned"), unit(1, "scanned"), unit(2, "scanned")];
    estate.run(vec![state(1, 1), state(2, 2), record(3, 2)], covered());
    estate.run(vec![state(1, 1), state(4, 2), record(5, 2)], covered());
    assert_eq!(
        estate.current(),
        [1, 3, 4, 5],
        "2 is gone from unit 2; records stay"
    );
    assert_eq!(estate.count("findings_committed"), 6);
    let newest = estate.strings("SELECT max(run_id) FROM runs_committed");
    let of_one = estate
        .strings("SELECT run_id FROM findings_current WHERE locator = '$.mrn' ORDER BY finding_id");
    assert_eq!(of_one[0], newest[0]);
}

#[test]
fn what_could_not_be_read_keeps_what_was_known() {
    for outcome in [
        "unchanged",
        "denied",
        "skipped",
        "unreadable",
        "unsupported",
    ] {
        let estate = Estate::new();
        estate.run(
            vec![state(1, 1)],
            vec![container("scanned"), unit(1, "scanned")],
        );
        estate.run(vec![], vec![container("scanned"), unit(1, outcome)]);
        assert_eq!(estate.current(), [1], "{outcome}");
    }
    for outcome in ["scanned", "partial", "empty"] {
        let estate = Estate::new();
        estate.run(
            vec![state(1, 1)],
            vec![container("scanned"), unit(1, "scanned")],
        );
        estate.run(vec![], vec![container("scanned"), unit(1, outcome)]);
        assert_eq!(estate.current(), Vec::<u64>::new(), "{outcome}");
    }
}

#[test]
fn a_unit_disappears_once_its_container_was_listed_without_it() {
    let estate = Estate::new();
    estate.run(
        vec![state(1, 1), state(2, 2), record(3, 2)],
        vec![container("scanned"), unit(1, "scanned"), unit(2, "scanned")],
    );
    estate.run(vec![], vec![container("partial"), unit(1, "unchanged")]);
    assert_eq!(
        estate.current(),
        [1, 2, 3],
        "a listing that is not whole says nothing of absence"
    );
    let mut other = container("scanned");
    other.scope_token = Some(token(9001));
    estate.run(vec![], vec![other]);
    assert_eq!(
        estate.current(),
        [1, 2, 3],
        "another container says nothing either"
    );
    estate.run(vec![], vec![container("scanned"), unit(1, "unchanged")]);
    assert_eq!(
        estate.current(),
        [1, 3],
        "unit 2 is gone; its records happened"
    );
    estate.run(
        vec![],
        vec![
            container("scanned"),
            unit(1, "unchanged"),
            unit(2, "denied"),
        ],
    );
    assert_eq!(
        estate.current(),
        [1, 3],
        "a new unit of that name has not been read"
    );
    estate.run(
        vec![state(2, 2)],
        vec![
            container("scanned"),
            unit(1, "unchanged"),
            unit(2, "scanned"),
        ],
    );
    assert_eq!(estate.current(), [1, 2, 3]);
}

#[test]
fn without_a_kept_key_units_are_told_apart_by_their_names() {
    let estate = Estate::new();
    // Tokens of one run only: the second run's are others.
    let run_only = |base: u64, number: u64| {
        let digits = format!("run-{:028x}", base + number);
        postcard::from_bytes(&postcard::to_allocvec(&digits).unwrap()).unwrap()
    };
    for base in [0, 1_000_000] {
        let covered = |number: u64, kind: &str| {
            let mut row = sample::coverage(number, kind, "scanned");
            row.unit_token = Some(run_only(base, number));
            row.scope_token = Some(run_only(base, SCOPE));
            row
        };
        let found = |id: u64, unit: u64| {
            let mut row = state(id, unit);
            row.finding_id = run_only(base, id);
            row.unit_token = Some(run_only(base, unit));
            row.scope_token = Some(run_only(base, SCOPE));
            row.unit = Some(text(&format!("unit {unit}")));
            row.token = None;
            row
        };
        let mut coverage = vec![covered(SCOPE, "container"), covered(1, "file")];
        let mut findings = vec![found(1, 1)];
        if base == 0 {
            coverage.push(covered(2, "file"));
            findings.push(found(2, 2));
        }
        estate.run(findings, coverage);
    }
    assert_eq!(estate.count("findings_committed"), 3);
    assert_eq!(
        estate.strings("SELECT unit FROM findings_current"),
        ["unit 1"]
    );
}

#[test]
fn replaced_files_do_not_count() {
    let estate = Estate::new();
    let covered = || vec![container("scanned"), unit(1, "scanned"), unit(2, "scanned")];
    let first = estate.run(vec![record(1, 1), record(2, 2)], covered());
    estate.run_replacing(vec![record(1, 1), record(2, 2)], covered(), &first);
    assert_eq!(estate.count("findings"), 4);
    assert_eq!(estate.count("findings_committed"), 2);
    assert_eq!(estate.count("runs_committed"), 1);
    assert_eq!(estate.count("coverage_committed"), 3);
    assert_eq!(estate.current(), [1, 2]);
}

#[test]
fn copies_of_an_id_are_one_row() {
    let estate = Estate::new();
    let mut late = state(1, 2);
    late.byte_start = Some(0);
    let mut early = state(1, 1);
    early.byte_start = Some(7);
    let mut without = state(1, 1);
    without.byte_start = None;
    without.event_time = Millis(sample::NOON.0 + 1);
    estate.run(
        vec![early, without, late],
        vec![container("scanned"), unit(1, "scanned"), unit(2, "scanned")],
    );
    assert_eq!(
        estate.strings("SELECT unit_token FROM findings_current"),
        [token(1).as_str()]
    );
    assert_eq!(estate.count("findings_current WHERE byte_start = 7"), 1);
}

#[test]
fn the_words_that_views_decide_on_are_in_the_vocabulary() {
    let vocabulary = detectors::vocabulary::Vocabulary::built_in().unwrap();
    for source in views::RECORD_SOURCES {
        assert!(vocabulary.contains("source", source), "{source}");
    }
    for outcome in ["scanned", "partial", "empty"] {
        assert!(vocabulary.contains("outcome", outcome), "{outcome}");
    }
    assert!(vocabulary.contains("unit_kind", "container"));
}

#[test]
fn queries_cannot_change_anything() {
    let estate = Estate::new();
    estate.run(
        vec![state(1, 1)],
        vec![container("scanned"), unit(1, "scanned")],
    );
    let to = estate.folder.path().join("copy.json");
    for sql in [
        format!("COPY findings TO '{}'", to.display()),
        format!(
            "CREATE EXTERNAL TABLE x STORED AS PARQUET LOCATION '{}'",
            to.display()
        ),
        "DROP VIEW findings_current".to_owned(),
        "INSERT INTO findings SELECT * FROM findings".to_owned(),
        "SET datafusion.execution.batch_size = 1".to_owned(),
    ] {
        assert!(run(&estate.out(), &sql).is_err(), "{sql}");
    }
    assert!(!to.exists());
    assert_eq!(estate.count("findings"), 1);
}

#[test]
fn the_partition_key_is_a_string_and_prunes() {
    let estate = Estate::new();
    let mut old = record(1, 1);
    old.event_time = Millis(0);
    estate.run(
        vec![old, record(2, 1)],
        vec![container("scanned"), unit(1, "scanned")],
    );
    assert_eq!(
        estate.strings("SELECT event_day FROM findings_current ORDER BY 1"),
        ["19700101", "20261124"]
    );
    // Only one day's file is opened: the other may be broken.
    let folder = estate.out().join("findings/event_day=19700101");
    let file = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::write(file, "no parquet").unwrap();
    assert_eq!(estate.count("findings WHERE event_day = '20261124'"), 1);
}

fn exported(estate: &Estate, form: Form) -> String {
    let mut lines = Vec::new();
    jsonl(&Session::open(&estate.out()).unwrap(), form, &mut lines).unwrap();
    String::from_utf8(lines).unwrap()
}

const CANONICAL: Form = Form {
    canonical: true,
    without_encoding: false,
};

#[test]
fn the_canonical_form_of_two_runs_over_the_same_is_the_same() {
    let covered = || vec![container("scanned"), unit(1, "scanned"), unit(2, "scanned")];
    let mut findings = vec![state(1, 1), state(2, 2), record(3, 2), record(4, 1)];
    findings[3].also.clear();
    let one = Estate::new();
    one.run(findings.clone(), covered());
    for row in &mut findings {
        row.unit = Some(text("elsewhere/app.log"));
        row.detected_at = Millis(row.detected_at.0 + 99);
        row.last_modified = Some(Millis(1));
        if row.source.as_str() == "files" {
            row.resource = Some(text("file:///elsewhere/app.log"));
        }
    }
    let two = Estate::new();
    two.run(findings.clone(), covered());
    let canonical = exported(&one, CANONICAL);
    assert_eq!(canonical, exported(&two, CANONICAL));
    assert_eq!(canonical.lines().count(), 4);
    for name in [
        "run_id",
        "\"file\"",
        "detected_at",
        "last_modified",
        "\"unit\"",
    ] {
        assert!(!canonical.contains(name), "{name}");
    }
    // Records keep their time, state has none.
    assert_eq!(canonical.matches("event_time").count(), 2);
    assert_eq!(canonical.matches("\"event_day\":\"20261124\"").count(), 2);

    // What matters makes a difference.
    findings[0].encoding = text("percent");
    let three = Estate::new();
    three.run(findings.clone(), covered());
    assert_ne!(canonical, exported(&three, CANONICAL));
    let loose = Form {
        canonical: true,
        without_encoding: true,
    };
    assert_eq!(exported(&one, loose), exported(&three, loose));
    findings[0].confidence = 0.5;
    let four = Estate::new();
    four.run(findings, covered());
    assert_ne!(exported(&one, loose), exported(&four, loose));
}

#[test]
fn exported_lines_are_json_with_the_columns_of_the_table() {
    let estate = Estate::new();
    estate.run(
        vec![state(1, 1)],
        vec![container("scanned"), unit(1, "scanned")],
    );
    let line: serde_json::Value =
        serde_json::from_str(exported(&estate, Form::default()).trim()).unwrap();
    assert_eq!(line["also"][0]["policy_id"], "WP-CLOUDTRAIL-EVENT-RECORD");
    assert_eq!(line["byte_start"], 10);
    assert_eq!(line["schema_version"], 1);
    let time = line["event_time"].as_str().unwrap();
    assert!(
        time.ends_with('Z') && time.len() == "2026-11-24T12:00:00.000Z".len(),
        "{time}"
    );
    assert!(line.get("producer").is_none());
    for (name, _) in line.as_object().unwrap() {
        assert!(
            name == PARTITION || Table::Findings.columns().any(|column| column.name == name),
            "{name}"
        );
    }
}

#[test]
fn results_are_tables_and_json() {
    let estate = Estate::new();
    let long = "x".repeat(300);
    estate.run(vec![], vec![container("scanned")]);
    let batches = run(
        &estate.out(),
        &format!("SELECT '{long}' AS a, NULL AS b, 1 AS c"),
    )
    .unwrap();
    let mut shown = Vec::new();
    render::table(&batches, &mut shown).unwrap();
    assert!(
        String::from_utf8(shown).unwrap().contains(&long),
        "nothing is cut off"
    );
    let mut shown = Vec::new();
    render::json(&batches, &mut shown).unwrap();
    let rows: serde_json::Value = serde_json::from_slice(&shown).unwrap();
    assert_eq!(rows, serde_json::json!([{ "a": long, "b": null, "c": 1 }]));
    let mut shown = Vec::new();
    render::table(
        &run(&estate.out(), "SELECT finding_id FROM findings_current").unwrap(),
        &mut shown,
    )
    .unwrap();
    assert!(
        String::from_utf8(shown).unwrap().contains("finding_id"),
        "no rows, but the columns"
    );
}

/// What a run did with the units 1 to 3: whether it listed the container whole,
/// and for each unit its outcome (`None`: not there) and whether it holds a
/// finding of its own.
type RunCase = (bool, [Option<(usize, bool)>; 3]);

const OUTCOMES: [&str; 4] = ["scanned", "partial", "unchanged", "denied"];

fn run_case() -> impl Strategy<Value = RunCase> {
    let unit = || proptest::option::weighted(0.8, (0..OUTCOMES.len(), any::<bool>()));
    (any::<bool>(), [unit(), unit(), unit()])
}

/// The rule of the contract, run by run.
fn reference(runs: &[RunCase]) -> Vec<u64> {
    let mut known: [Option<u64>; 3] = [None; 3];
    for (number, (listed, units)) in runs.iter().enumerate() {
        for (at, unit) in units.iter().enumerate() {
            match unit {
                Some((0 | 1, holds)) => known[at] = holds.then(|| (number * 10 + at) as u64),
                None if *listed => known[at] = None,
                _ => {}
            }
        }
    }
    let mut known: Vec<u64> = known.into_iter().flatten().collect();
    known.sort_unstable();
    known
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn current_findings_follow_the_rule(runs in proptest::collection::vec(run_case(), 1..5)) {
        let estate = Estate::new();
        for (number, (listed, units)) in runs.iter().enumerate() {
            let mut coverage = vec![container(if *listed { "scanned" } else { "partial" })];
            let mut findings = Vec::new();
            for (at, case) in units.iter().enumerate() {
                let Some((outcome, holds)) = case else { continue };
                coverage.push(unit(at as u64, OUTCOMES[*outcome]));
                if *outcome < 2 && *holds {
                    findings.push(state((number * 10 + at) as u64, at as u64));
                }
            }
            estate.run(findings, coverage);
        }
        prop_assert_eq!(estate.current(), reference(&runs));
    }
}
