#![allow(clippy::unwrap_used, clippy::panic)]
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::tests::{Estate, container, record, state, unit};
use super::super::{render, run};
use super::*;
use crate::row::Finding;
use crate::sample::{text, token};
use crate::summary::is_incomplete;
use crate::unit::Reason;

/// The rows of a saved query.
fn rows(estate: &Estate, name: &str, given: &[&str]) -> Vec<BTreeMap<String, Value>> {
    let query = Saved::named(name).unwrap();
    let values = query.values(given.iter().copied()).unwrap();
    let sql = query.statement(Dialect::DataFusion, &values).unwrap();
    let batches = run(&estate.out(), &sql).unwrap_or_else(|error| panic!("{name}: {error}\n{sql}"));
    let mut json = Vec::new();
    render::json(&batches, &mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// Which findings have which status since the last run, by their numbers.
fn statuses(estate: &Estate, given: &[&str]) -> BTreeMap<String, Vec<u64>> {
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for row in rows(estate, "since-last-run", given) {
        let id = u64::from_str_radix(row["finding_id"].as_str().unwrap(), 16).unwrap();
        found
            .entry(row["status"].as_str().unwrap().to_owned())
            .or_default()
            .push(id);
    }
    found.values_mut().for_each(|ids| ids.sort_unstable());
    found
}

fn expected(pairs: &[(&str, &[u64])]) -> BTreeMap<String, Vec<u64>> {
    pairs
        .iter()
        .map(|(status, ids)| ((*status).to_owned(), ids.to_vec()))
        .collect()
}

#[test]
fn every_file_is_whole_and_uses_what_it_declares() {
    let queries = Saved::all().unwrap();
    assert_eq!(queries.len(), 10);
    let estate = Estate::new();
    estate.run(vec![], vec![container("scanned")]);
    for query in &queries {
        assert!(
            Saved::is_name(query.name)
                && !query.title().ends_with('.')
                && query.about().ends_with('.')
        );
        assert!(
            query.about().lines().all(|line| line.len() <= 120),
            "{}",
            query.name
        );
        let used = RefCell::new(BTreeSet::new());
        let pieces = RefCell::new(BTreeSet::new());
        let piece = |name: &str| {
            pieces.borrow_mut().insert(name.to_owned());
            query
                .file
                .piece
                .get(name)
                .map(|piece| piece.athena.clone())
                .or_else(|| shared(name))
        };
        let value = |name: &str| {
            used.borrow_mut().insert(name.to_owned());
            Some("1".to_owned())
        };
        text::expand(&query.file.sql, &piece, &value).unwrap();
        let declared: BTreeSet<String> =
            query.parameters().iter().map(|p| p.name.clone()).collect();
        assert_eq!(used.into_inner(), declared, "{}", query.name);
        assert!(
            query
                .file
                .piece
                .keys()
                .all(|name| pieces.borrow().contains(name)),
            "{}",
            query.name
        );
        for parameter in query.parameters() {
            assert!(!parameter.about.is_empty() && !parameter.about.contains('|'));
        }
        // The engines take the same text, but for pieces that say otherwise.
        let values = query.values([]).unwrap();
        let athena = query.statement(Dialect::Athena, &values).unwrap();
        let datafusion = query.statement(Dialect::DataFusion, &values).unwrap();
        assert_eq!(
            athena == datafusion,
            query.file.piece.is_empty(),
            "{}",
            query.name
        );
        assert!(!athena.contains(';'), "{}", query.name);
        rows(&estate, query.name, &[]);
    }
}

#[test]
fn values_are_of_their_kind_and_cannot_leave_their_literal() {
    let query = Saved::named("forbidden-places").unwrap();
    for (given, literal) in [
        ("account=111122223333", "account_id = '111122223333'"),
        ("account=x' OR '1'='1", "account_id = 'x'' OR ''1''=''1'"),
        (
            "account='; DROP TABLE findings --",
            "account_id = '''; DROP TABLE findings --'",
        ),
        ("account=\\' OR 1=1 --", "account_id = '\\'' OR 1=1 --'"),
        (
            "account=:limit {counting}",
            "account_id = ':limit {counting}'",
        ),
        ("account=a=b", "account_id = 'a=b'"),
        ("min-confidence=.25", "confidence >= 0.25"),
        ("min_confidence=1e-7", "confidence >= 0.0000001"),
        ("min_confidence=-0.0", "confidence >= 0\n"),
        ("limit=007", "LIMIT 7"),
        ("verdict=permitted", "verdict = 'permitted'"),
    ] {
        let values = query.values([given]).unwrap();
        let sql = query.statement(Dialect::Athena, &values).unwrap();
        assert!(sql.contains(literal), "{given}: {sql}");
    }
    for wrong in [
        "account=a\nb",
        "account=a\0",
        "min_confidence=2",
        "min_confidence=NaN",
        "min_confidence=",
        "min_confidence=0.5 OR 1=1",
        "limit=0",
        "limit=-1",
        "limit=1;",
        "limit=99999999999999999999",
        "verdict=bad",
        "verdict=",
        "verdict=forbidden'",
        "nothing=1",
        "account",
        "=",
        "",
    ] {
        let error = query.values([wrong]).unwrap_err().to_string();
        let value = wrong.split_once('=').map_or("", |(_, value)| value);
        assert!(
            value.len() < 4 || !error.contains(value),
            "{wrong}: {error}"
        );
    }
    assert!(
        query
            .values([format!("account={}", "x".repeat(3000)).as_str()])
            .is_err()
    );
    let days = Saved::named("severity-by-day").unwrap();
    for (day, literal) in [
        ("20261124", "'20261124'"),
        ("2026-11-24", "'20261124'"),
        ("", "''"),
    ] {
        let values = days.values([format!("from_day={day}").as_str()]).unwrap();
        assert!(
            days.statement(Dialect::Athena, &values)
                .unwrap()
                .contains(&format!("event_day >= {literal}"))
        );
    }
    for day in [
        "20261324",
        "2026-1-1",
        "2026",
        "yesterday",
        "20261124' OR '",
        "2026-02-30",
    ] {
        assert!(
            days.values([format!("from_day={day}").as_str()]).is_err(),
            "{day}"
        );
    }
}

#[test]
fn what_is_not_there_is_answered_with_the_nearest() {
    for (given, near) in [
        ("forbiden-places", "forbidden-places"),
        ("since_last_run", "since-last-run"),
        ("Coverage-Gap", "coverage-gaps"),
        ("same-patients", "same-patient"),
    ] {
        let error = Saved::named(given).unwrap_err().to_string();
        assert!(
            error.contains(&format!("did you mean `{near}`?")),
            "{given}: {error}"
        );
    }
    let error = Saved::named("219-47-3612").unwrap_err().to_string();
    assert!(
        !error.contains("219") && !error.contains("did you mean"),
        "{error}"
    );
    let query = Saved::named("since-last-run").unwrap();
    for (given, near) in [
        ("staus=gone", "`status`"),
        ("status=gon", "`gone`"),
        ("status=persistent", "`persisting`"),
    ] {
        let error = query.values([given]).unwrap_err().to_string();
        assert!(error.contains(near), "{given}: {error}");
    }
    for (text, is_name) in [
        ("forbidden-places", true),
        ("SELECT 1", false),
        ("SELECT(1)", false),
        ("", false),
    ] {
        assert_eq!(Saved::is_name(text), is_name, "{text}");
    }
}

#[test]
fn gone_is_what_the_last_run_would_have_found() {
    let estate = Estate::new();
    let all = |outcome| (1..=6).map(move |number| unit(number, outcome));
    let first: Vec<Finding> = (1..=6)
        .map(|number| state(number, number))
        .chain([record(7, 1)])
        .collect();
    estate.run(
        first,
        [container("scanned")]
            .into_iter()
            .chain(all("scanned"))
            .collect(),
    );
    assert_eq!(
        statuses(&estate, &[]),
        expected(&[("new", &[1, 2, 3, 4, 5, 6, 7])])
    );
    // 1 again and with another beside it, 2 read and clean, 3 denied, 4 not there, 5 read in part,
    // 6 as it was.
    let coverage = vec![
        container("scanned"),
        unit(1, "scanned"),
        unit(2, "scanned"),
        unit(3, "denied"),
        unit(5, "partial"),
        unit(6, "unchanged"),
    ];
    estate.run(vec![state(1, 1), state(11, 1), record(12, 1)], coverage);
    let second = expected(&[
        ("new", &[11, 12]),
        ("persisting", &[1]),
        ("gone", &[2, 4]),
        ("unchecked", &[3, 5, 6, 7]),
    ]);
    assert_eq!(statuses(&estate, &[]), second);
    assert_eq!(
        statuses(&estate, &["status=gone"]),
        expected(&[("gone", &[2, 4])])
    );
    let gone = &rows(&estate, "since-last-run", &["status=gone"])[0];
    assert_eq!(
        (&gone["verdict_before"], &gone["detectors_changed"]),
        (&json!("forbidden"), &json!(false))
    );
    assert!(gone["run_before"].as_str() < gone["last_run"].as_str());

    // A listing that is not whole says nothing of what it did not meet.
    estate.run(vec![], vec![container("partial"), unit(1, "denied")]);
    assert_eq!(statuses(&estate, &["status=gone"]), expected(&[]));
    assert_eq!(
        statuses(&estate, &[]),
        expected(&[("unchecked", &[1, 3, 6, 7, 11, 12])])
    );
    // Earlier runs can be asked for.
    let runs = estate.strings("SELECT DISTINCT run_id FROM runs_committed ORDER BY run_id");
    assert_eq!(statuses(&estate, &[&format!("run={}", runs[1])]), second);
    assert_eq!(
        statuses(&estate, &[&format!("run={}", runs[0])])["new"].len(),
        7
    );
    assert_eq!(statuses(&estate, &["run=nothing"]), expected(&[]));
}

#[test]
fn a_changed_verdict_is_told() {
    let estate = Estate::new();
    let covered = || vec![container("scanned"), unit(1, "scanned")];
    estate.run(vec![state(1, 1)], covered());
    let mut milder = state(1, 1);
    milder.verdict = text("permitted");
    estate.run(vec![milder], covered());
    let row = &rows(&estate, "since-last-run", &[])[0];
    let told = (&row["status"], &row["verdict"], &row["verdict_before"]);
    assert_eq!(
        told,
        (
            &json!("persisting"),
            &json!("permitted"),
            &json!("forbidden")
        )
    );
}

#[test]
fn ids_of_one_run_are_not_compared() {
    let estate = Estate::new();
    for base in [0_u64, 1000] {
        let mut found = state(1, 1);
        let id = format!("run-{:028x}", base + 1);
        found.finding_id = postcard::from_bytes(&postcard::to_allocvec(&id).unwrap()).unwrap();
        estate.run(vec![found], vec![container("scanned"), unit(1, "scanned")]);
    }
    let found = rows(&estate, "since-last-run", &[]);
    assert!(
        found.len() == 2 && found.iter().all(|row| row["status"] == "incomparable"),
        "{found:?}"
    );
}

#[test]
fn gaps_are_incomplete_where_the_run_is() {
    let estate = Estate::new();
    let outcomes = [
        "scanned",
        "partial",
        "unchanged",
        "empty",
        "skipped",
        "denied",
        "unreadable",
        "unsupported",
    ];
    let mut coverage = vec![container("partial")];
    let mut number = 0;
    let mut wanted = BTreeMap::new();
    for outcome in outcomes {
        for reason in
            std::iter::once(None).chain(Reason::ALL.iter().map(|reason| Some(reason.as_str())))
        {
            number += 1;
            let mut row = unit(number, outcome);
            row.reason = reason.map(text);
            coverage.push(row);
            if !matches!(outcome, "scanned" | "empty" | "unchanged") && reason != Some("own-output")
            {
                wanted.insert(
                    format!("unit {number}"),
                    is_incomplete(outcome, reason.unwrap_or_default()),
                );
            }
        }
    }
    wanted.insert("unit 9000".to_owned(), true);
    let mut missed = unit(number + 1, "scanned");
    missed.elements_missed = vec![text("object-metadata"), text("object-tag")];
    coverage.push(missed);
    wanted.insert(format!("unit {}", number + 1), false);
    estate.run(vec![], coverage);
    let found = rows(&estate, "coverage-gaps", &[]);
    let told: BTreeMap<String, bool> = found
        .iter()
        .map(|row| {
            (
                row["unit"].as_str().unwrap().to_owned(),
                row["incomplete"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, wanted);
    assert!(
        found
            .iter()
            .any(|row| row["elements_missed"] == "object-metadata, object-tag")
    );
    let incomplete = rows(&estate, "coverage-gaps", &["incomplete=yes"]).len();
    let others = rows(&estate, "coverage-gaps", &["incomplete=no"]).len();
    assert_eq!(incomplete, wanted.values().filter(|flag| **flag).count());
    assert_eq!(incomplete + others, wanted.len());
}

#[test]
fn a_gap_ends_when_the_unit_is_read_or_known_to_be_gone() {
    let estate = Estate::new();
    let gaps = |estate: &Estate| {
        let found = rows(estate, "coverage-gaps", &[]);
        let unit = |row: &BTreeMap<String, Value>| row["unit"].as_str().unwrap().to_owned();
        found
            .iter()
            .map(|row| (unit(row), row["last_read_run"].is_null()))
            .collect::<BTreeMap<_, _>>()
    };
    let in_order = |pairs: &[(&str, bool)]| {
        pairs
            .iter()
            .map(|(unit, never)| ((*unit).to_owned(), *never))
            .collect::<BTreeMap<_, _>>()
    };
    estate.run(
        vec![],
        vec![
            container("scanned"),
            unit(1, "denied"),
            unit(2, "denied"),
            unit(3, "scanned"),
        ],
    );
    assert_eq!(
        gaps(&estate),
        in_order(&[("unit 1", true), ("unit 2", true)])
    );
    // Not whole: 2 may still be there. 3 was read once.
    estate.run(
        vec![],
        vec![container("partial"), unit(1, "partial"), unit(3, "denied")],
    );
    let open = [
        ("unit 1", false),
        ("unit 2", true),
        ("unit 3", false),
        ("unit 9000", false),
    ];
    assert_eq!(gaps(&estate), in_order(&open));
    // 1 is still read in part only; 2 is not there; of 3 is known what the first run read.
    estate.run(
        vec![],
        vec![
            container("scanned"),
            unit(1, "unchanged"),
            unit(3, "unchanged"),
        ],
    );
    assert_eq!(gaps(&estate), in_order(&[("unit 1", false)]));
    estate.run(
        vec![],
        vec![
            container("scanned"),
            unit(1, "scanned"),
            unit(3, "unchanged"),
        ],
    );
    assert_eq!(gaps(&estate), in_order(&[]));
}

#[test]
fn folders_are_told_by_their_pattern() {
    let estate = Estate::new();
    let findings = [
        "s3://intake/patients/{NAME:3f9c}/{DATE:a1b2}.pdf",
        "s3://intake/patients/{NAME:77aa}/scan.pdf",
        "s3://intake/a/b/c/d/e/f/{MRN:0001}.pdf",
        "s3://intake/{MRN:0001}.pdf",
    ];
    let findings = findings
        .iter()
        .enumerate()
        .map(|(number, resource)| Finding {
            service: text("s3"),
            element: Some(text("object-key")),
            resource: Some(text(resource)),
            ..state(number as u64 + 1, 1)
        });
    estate.run(
        findings.collect(),
        vec![container("scanned"), unit(1, "scanned")],
    );
    let folders = |given: &[&str]| {
        let found = rows(&estate, "key-folders", given);
        found
            .iter()
            .map(|row| {
                (
                    row["folder"].as_str().unwrap().to_owned(),
                    row["names"].clone(),
                )
            })
            .collect::<Vec<_>>()
    };
    let pair = |folder: &str, names: u64| (folder.to_owned(), json!(names));
    let deep = [
        pair("s3://intake/patients/{NAME}", 2),
        pair("s3://intake", 1),
        pair("s3://intake/a/b/c/d/e", 1),
    ];
    assert_eq!(folders(&[]), deep);
    let flat = [
        pair("s3://intake/patients", 2),
        pair("s3://intake", 1),
        pair("s3://intake/a", 1),
    ];
    assert_eq!(folders(&["depth=1"]), flat);
    assert_eq!(folders(&["place=lambda:tag"]), []);
    assert_eq!(folders(&["limit=1"]).len(), 1);
}

#[test]
fn suppressed_findings_have_an_owner_and_an_end_and_count_nowhere_else() {
    let estate = Estate::new();
    let allowed = |id: u64, owner: &str, until: &str| Finding {
        suppressed: true,
        suppressed_by: Some(text(owner)),
        suppressed_reason: Some(text("synthetic data of the training ward")),
        suppressed_until: Some(text(until)),
        ..state(id, 1)
    };
    let findings = vec![
        allowed(1, "b@example.org", "2026-12-31"),
        allowed(2, "a@example.org", "2027-06-30"),
    ];
    estate.run(findings, vec![container("scanned"), unit(1, "scanned")]);
    let owners = |given: &[&str]| {
        let found = rows(&estate, "suppressed", given);
        found
            .iter()
            .map(|row| row["suppressed_by"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(owners(&[]), ["b@example.org", "a@example.org"]);
    assert_eq!(owners(&["ends_by=20261231"]), ["b@example.org"]);
    assert_eq!(owners(&["owner=a@example.org"]), ["a@example.org"]);
    assert_eq!(owners(&["ends_by=2026-12-30"]), Vec::<String>::new());
    for name in [
        "forbidden-places",
        "same-patient",
        "who-writes",
        "place-by-class",
        "unmet-conditions",
        "severity-by-day",
    ] {
        assert_eq!(rows(&estate, name, &[]).len(), 0, "{name}");
    }
    // Allowed is not gone.
    let since = rows(&estate, "since-last-run", &[]);
    assert!(since.len() == 2 && since.iter().all(|row| row["suppressed"] == true));
}

#[test]
fn conditions_beside_the_verdict_are_seen() {
    let estate = Estate::new();
    let mut unmet = state(1, 1);
    unmet.condition = text("encrypted=no");
    unmet.condition_state = text("unmet");
    unmet.policy_id = Some(text("WP-S3-OBJECT-BODY"));
    estate.run(
        vec![unmet, state(2, 1)],
        vec![container("scanned"), unit(1, "scanned")],
    );
    let told = |given: &[&str]| {
        let found = rows(&estate, "unmet-conditions", given);
        let row = |row: &BTreeMap<String, Value>| {
            let word = |name: &str| row[name].as_str().unwrap().to_owned();
            (
                word("condition_state"),
                word("policy_id"),
                word("condition"),
                row["findings"].clone(),
                row["deciding"].clone(),
            )
        };
        found.iter().map(row).collect::<Vec<_>>()
    };
    let words = |state: &str, policy: &str, condition: &str, findings: u64, deciding: u64| {
        (
            state.to_owned(),
            policy.to_owned(),
            condition.to_owned(),
            json!(findings),
            json!(deciding),
        )
    };
    let unmet = words("unmet", "WP-S3-OBJECT-BODY", "encrypted=no", 1, 1);
    let unknown = words("unknown", "WP-CLOUDTRAIL-EVENT-RECORD", "", 2, 0);
    assert_eq!(told(&[]), [unmet.clone(), unknown.clone()]);
    assert_eq!(told(&["state=unmet"]), [unmet]);
    assert_eq!(told(&["state=unknown"]), [unknown]);
}

#[test]
fn one_patient_in_several_places_is_one_row() {
    let estate = Estate::new();
    let same = |id: u64, element: &str| Finding {
        element: Some(text(element)),
        token: Some(token(77)),
        ..state(id, 1)
    };
    let findings = vec![same(1, "log-event"), same(2, "log-group-name"), state(3, 1)];
    estate.run(findings, vec![container("scanned"), unit(1, "scanned")]);
    let found = rows(&estate, "same-patient", &[]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["found_in"], "logs:log-event, logs:log-group-name");
    assert_eq!(found[0]["places"], 2);
    assert_eq!(rows(&estate, "same-patient", &["min_places=3"]).len(), 0);
    assert_eq!(rows(&estate, "same-patient", &["min_places=1"]).len(), 2);
    let asked = format!("token={}", token(77).as_str());
    assert_eq!(rows(&estate, "same-patient", &[&asked]).len(), 1);
}
