//! *The same* in, the same out: any number of threads, any compression, any working folder, any
//! number of runs. Compared are canonical exports, byte for byte.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use corpora::stream::{self, Plan};
use serde_json::Value;
use tests::{Bench, Run, root};

const MIB: usize = 1 << 20;

/// A social security number of its own for each border. None is a published sample.
fn ssn(number: usize) -> String {
    format!(
        "{}-{:02}-{:04}",
        300 + number,
        11 + number,
        2000 + 37 * number
    )
}

/// Overwrites `text` so that a value lies over every MiB border, each time by one byte more: its
/// first byte before the border up to its last. Gives where the values start.
fn plant_over_borders(text: &mut [u8], before: &str, after: &str) -> BTreeSet<u64> {
    let borders = 1..text.len() / MIB;
    let plant = |number: usize| {
        let value = ssn(number);
        let at = number * MIB - number % (value.len() + 1);
        let planted = format!("{before}{value}{after}");
        let from = at - before.len();
        text[from..from + planted.len()].copy_from_slice(planted.as_bytes());
        at as u64
    };
    borders.map(plant).collect()
}

/// Logs of `mib` MiB, in ASCII, so that what is overwritten is no half letter.
fn logs(plan: &Plan, mib: usize) -> Vec<u8> {
    let mut text = Vec::new();
    stream::logs(plan, (mib * MIB) as u64, &mut text).unwrap();
    text.iter_mut()
        .filter(|byte| !byte.is_ascii())
        .for_each(|byte| *byte = b'?');
    text
}

fn starts(bench: &Bench, out: &str) -> BTreeSet<u64> {
    let rows = bench.query_from(
        out,
        "SELECT byte_start FROM findings_current WHERE class = 'SSN' AND byte_end - byte_start = 11",
    );
    rows.iter()
        .map(|row| row["byte_start"].as_u64().unwrap())
        .collect()
}

fn ended(run: &Run) {
    assert!(
        matches!(run.status, 0 | 1),
        "{}: {}",
        run.status,
        run.stderr
    );
}

/// Compares without printing megabytes.
#[track_caller]
fn assert_same(one: &str, other: &str, about: &str) {
    if one == other {
        return;
    }
    let differing = one
        .lines()
        .zip(other.lines())
        .find(|(one, other)| one != other);
    panic!(
        "{about}: {} and {} lines; first difference: {differing:#?}",
        one.lines().count(),
        other.lines().count()
    );
}

#[test]
fn a_file_of_64_mib_at_any_number_of_threads_and_in_any_compression() {
    let bench = Bench::new();
    let plan = Plan {
        leak_per_mille: 2,
        ..Plan::default()
    };
    let mut text = logs(&plan, 64);
    let planted = plant_over_borders(&mut text, "\nWARN eligibility failed for SSN ", "\n");
    assert_eq!(planted.len(), 63);
    bench.file("plain/app.log", &text);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    bench.file("gzip/app.log.gz", &gzip.finish().unwrap());
    bench.file("zstd/app.log.zst", &zstd::encode_all(&text[..], 1).unwrap());
    drop(text);

    let scan = |from: &str, out: &str, threads: &str| {
        let arguments = [
            from,
            "--root",
            "file:///logs",
            "--out",
            out,
            "--threads",
            threads,
        ];
        ended(&bench.scan(&arguments));
    };
    scan("plain", "one", "1");
    let one = bench.canonical_from("one", &[]);
    let found = starts(&bench, "one");
    let missed: Vec<_> = planted.difference(&found).collect();
    assert!(missed.is_empty(), "not found over borders: {missed:?}");
    for threads in ["2", "7"] {
        scan("plain", threads, threads);
        assert_same(&one, &bench.canonical_from(threads, &[]), threads);
    }

    let bare = bench.canonical_from("one", &["--without-encoding"]);
    assert!(bare.len() < one.len());
    for compression in ["gzip", "zstd"] {
        scan(compression, &format!("out-{compression}"), "2");
        let out = format!("out-{compression}");
        let packed = bench.canonical_from(&out, &["--without-encoding"]);
        assert_same(&bare, &packed, compression);
        let rows = bench.query_from(
            &out,
            "SELECT DISTINCT split_part(encoding, '>', 1) AS outer FROM findings_current",
        );
        assert_eq!(rows, [serde_json::json!({ "outer": compression })]);
    }
}

#[test]
fn one_record_without_an_end_is_cut_alike() {
    let bench = Bench::new();
    let plan = Plan {
        leak_per_mille: 2,
        one_line: true,
        ..Plan::default()
    };
    let mut text = logs(&plan, 12);
    let planted = plant_over_borders(&mut text, " eligibility failed for SSN ", " ");
    bench.file("in/app.log", &text);
    for threads in ["1", "2", "7"] {
        ended(&bench.scan(&["in", "--out", threads, "--threads", threads]));
    }
    let one = bench.canonical_from("1", &[]);
    let found = starts(&bench, "1");
    let missed: Vec<_> = planted.difference(&found).collect();
    assert!(missed.is_empty(), "not found over borders: {missed:?}");
    for threads in ["2", "7"] {
        assert_same(&one, &bench.canonical_from(threads, &[]), threads);
    }
}

#[test]
fn the_estate_from_any_working_folder_and_at_any_number_of_threads() {
    let bench = Bench::new();
    let estate = root().join("corpora/hospital");
    let runs = [
        (root(), "corpora/hospital", "2"),
        (root().join("corpora"), "../corpora/./hospital/", "1"),
        (estate.clone(), ".", "7"),
        (Path::new("/").to_owned(), estate.to_str().unwrap(), "3"),
    ];
    let mut canonical = Vec::new();
    for (folder, source, threads) in runs {
        let out = bench.at(&format!("out-{threads}"));
        let run: Run = bench
            .phiscan(&[
                "scan",
                "--progress",
                "never",
                "--threads",
                threads,
                source,
                "--out",
            ])
            .arg(&out)
            .current_dir(folder)
            .output()
            .unwrap()
            .into();
        ended(&run);
        canonical.push(bench.canonical_from(out.to_str().unwrap(), &[]));
    }
    assert!(canonical[0].lines().count() > 300);
    for (at, other) in canonical.iter().enumerate() {
        assert_same(&canonical[0], other, &format!("run {at}"));
    }
}

#[test]
fn a_root_makes_copies_the_same_wherever_they_lie() {
    let bench = Bench::new();
    // Words of a folder above the SOURCE must not change what is found in it.
    for folder in ["here", "patient/mrn/ssn/there"] {
        bench.file(
            &format!("{folder}/eu/intake.csv"),
            b"id,patient_mrn,note\n1,00451873,seen\n2,00451874,called 301228841\n",
        );
        bench.file(
            &format!("{folder}/AWSLogs/111122223333/x/us-east-1/notes.txt"),
            b"219473612\nssn 219-47-3612\n",
        );
    }
    ended(&bench.scan(&["here", "--root", "s3://bucket/data", "--out", "one"]));
    let there = bench.at("patient/mrn/ssn");
    let run: Run = bench
        .phiscan(&[
            "scan",
            "there",
            "--root",
            "s3://bucket/data/",
            "--out",
            "out",
        ])
        .current_dir(&there)
        .output()
        .unwrap()
        .into();
    ended(&run);
    let out = there.join("out");
    let one = bench.canonical_from("one", &[]);
    assert_eq!(one.lines().count(), 3, "{one}");
    assert_same(
        &one,
        &bench.canonical_from(out.to_str().unwrap(), &[]),
        "root",
    );
}

fn summary(run: &Run) -> Value {
    let mut summary: Value = serde_json::from_str(&run.stdout).unwrap();
    for differing in ["run_id", "seconds"] {
        assert!(summary.as_object_mut().unwrap().remove(differing).is_some());
    }
    summary
}

fn count(bench: &Bench, table: &str) -> u64 {
    let rows = bench.query(&format!("SELECT count(*) AS n FROM {table}"));
    rows[0]["n"].as_u64().unwrap()
}

#[test]
fn a_second_run_doubles_nothing() {
    let bench = Bench::new();
    let estate = root().join("corpora/hospital");
    let scan = || bench.scan(&[estate.to_str().unwrap(), "--format", "json"]);
    let first = summary(&scan());
    let (current, canonical) = (count(&bench, "findings_current"), bench.canonical());
    let second = summary(&scan());
    assert_eq!(first, second);
    assert_eq!(current, count(&bench, "findings_current"));
    assert!(current > 300);
    assert_same(&canonical, &bench.canonical(), "second run");
    // Nothing was lost either: both runs are there.
    let written = first["findings"].as_u64().unwrap();
    assert_eq!(count(&bench, "findings_committed"), 2 * written);
    assert_eq!(count(&bench, "runs"), 2);
}

/// phiscan as somebody whom the permissions of files hold back, also when the test runs as root.
fn without_privileges(bench: &Bench, arguments: &[&str]) -> Run {
    let plain = bench.phiscan(arguments);
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        return bench.run(arguments);
    }
    let mut command = Command::new("setpriv");
    let drop = "-dac_override,-dac_read_search";
    command
        .args(["--bounding-set", drop, "--inh-caps", drop])
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(bench.path());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.output().unwrap().into()
}

fn allow(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn units_with_findings(bench: &Bench) -> Vec<String> {
    let rows = bench.query("SELECT DISTINCT unit FROM findings_current ORDER BY unit");
    rows.iter()
        .map(|row| row["unit"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_current_follows_the_files() {
    let bench = Bench::new();
    for (at, name) in ["a.log", "b.log", "c.log", "d.log", "sub/e.log"]
        .iter()
        .enumerate()
    {
        let line = format!("patient ssn {}\n", ssn(at));
        bench.file(&format!("in/{name}"), line.as_bytes());
    }
    bench.file("other/f.log", b"patient ssn 219-47-3612\n");
    let scan =
        |source: &str| without_privileges(&bench, &["scan", "--progress", "never", source]).status;
    assert_eq!(scan("in"), 1);
    assert_eq!(scan("other"), 1);
    let all = [
        "in/a.log",
        "in/b.log",
        "in/c.log",
        "in/d.log",
        "in/sub/e.log",
        "other/f.log",
    ];
    assert_eq!(units_with_findings(&bench), all);

    // Unreadable: what was known stays, and the run is incomplete.
    allow(&bench.at("in/c.log"), 0);
    assert_eq!(scan("in"), 5);
    assert_eq!(units_with_findings(&bench), all);

    // Emptied: gone. Changed: what it holds now.
    bench.file("in/b.log", b"");
    bench.file("in/d.log", b"nothing here any more\n");
    assert_eq!(scan("in"), 5);
    assert_eq!(
        units_with_findings(&bench),
        ["in/a.log", "in/c.log", "in/sub/e.log", "other/f.log"]
    );

    // A folder that cannot be listed: nothing is known to be gone, in it or beside it.
    allow(&bench.at("in/sub"), 0);
    fs::remove_file(bench.at("in/a.log")).unwrap();
    assert_eq!(scan("in"), 3);
    assert_eq!(
        units_with_findings(&bench),
        ["in/a.log", "in/c.log", "in/sub/e.log", "other/f.log"]
    );

    // Listed whole: what was deleted is gone, what lies elsewhere stays.
    allow(&bench.at("in/sub"), 0o755);
    allow(&bench.at("in/c.log"), 0o644);
    assert_eq!(scan("in"), 1);
    assert_eq!(
        units_with_findings(&bench),
        ["in/c.log", "in/sub/e.log", "other/f.log"]
    );

    // A file of its own says nothing of others.
    assert_eq!(scan("other/f.log"), 1);
    assert_eq!(units_with_findings(&bench).len(), 3);
    fs::remove_file(bench.at("in/c.log")).unwrap();
    fs::remove_file(bench.at("in/sub/e.log")).unwrap();
    assert_eq!(scan("in"), 0);
    assert_eq!(units_with_findings(&bench), ["other/f.log"]);
}

fn subscription(events: std::ops::Range<usize>) -> Vec<u8> {
    let event = |at: usize| {
        serde_json::json!({
            "id": format!("{at:056}"),
            "timestamp": 1_769_860_800_000_u64 + 1000 * at as u64,
            "message": format!("eligibility failed for ssn {}", ssn(at)),
        })
    };
    serde_json::json!({
        "messageType": "DATA_MESSAGE",
        "owner": "111122223333",
        "logGroup": "/app/intake",
        "logStream": "web/1",
        "subscriptionFilters": ["all"],
        "logEvents": events.map(event).collect::<Vec<_>>(),
    })
    .to_string()
    .into_bytes()
}

#[test]
fn log_events_of_overlapping_exports_are_one_row_each() {
    let bench = Bench::new();
    bench.file("in/first.json", &subscription(0..4));
    bench.file("in/second.json", &subscription(2..7));
    bench.file("copy/again.json", &subscription(3..6));
    ended(&bench.scan(&["in"]));
    ended(&bench.scan(&["copy"]));
    assert_eq!(count(&bench, "findings_committed"), 12);
    let rows = bench.query(
        "SELECT count(*) AS n, count(DISTINCT finding_id) AS ids, count(DISTINCT token) AS tokens \
         FROM findings_current",
    );
    assert_eq!(rows, [serde_json::json!({"n": 7, "ids": 7, "tokens": 7})]);
    let rows = bench.query(
        "SELECT count(DISTINCT token) AS tokens FROM findings_committed GROUP BY finding_id",
    );
    assert_eq!(rows.len(), 7);
    assert!(rows.iter().all(|row| row["tokens"] == 1));
}

/// A vector of `pipelines/testdata/identity.toml`: the one with these fields.
fn vector(list: &str, fields: &[(&str, &str)]) -> toml::Table {
    let text = fs::read_to_string(root().join("pipelines/testdata/identity.toml")).unwrap();
    let vectors: toml::Table = text.parse().unwrap();
    let holds = |table: &toml::Table| {
        fields.iter().all(|(name, value)| {
            let record = table.get("record").and_then(toml::Value::as_table);
            let field = record.and_then(|record| record.get(*name));
            let field = field.or_else(|| table.get(*name));
            field.is_some_and(|field| match field {
                toml::Value::String(text) => text == value,
                number => number.to_string() == *value,
            })
        })
    };
    let tables = vectors[list].as_array().unwrap().iter();
    let mut found = tables
        .map(|table| table.as_table().unwrap())
        .filter(|table| holds(table));
    found
        .next()
        .unwrap_or_else(|| panic!("no vector {fields:?}"))
        .clone()
}

#[test]
fn ids_and_tokens_are_those_of_the_published_vectors() {
    let bench = Bench::new();
    let event = vector("finding", &[("kind", "trail-event"), ("class", "MRN")]);
    let event_id = event["record"]["event_id"].as_str().unwrap();
    let record = serde_json::json!({"Records": [{
        "eventVersion": "1.11", "eventID": event_id, "eventTime": "2026-03-09T10:00:00Z",
        "eventSource": "s3.amazonaws.com", "eventName": "PutObject", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333",
        "requestParameters": {"bucketName": "riverside-imaging", "key": "mrn00451873.pdf"},
    }]});
    bench.file("trail.json", record.to_string().as_bytes());
    let key = vector(
        "finding",
        &[("key", "studies/mrn-00451873/a b.dcm"), ("class", "MRN")],
    );
    bench.file(
        "keys.txt",
        b"s3://riverside-imaging/studies/mrn-00451873/a b.dcm\n",
    );
    let line = vector(
        "finding",
        &[("kind", "in-unit"), ("record", "0"), ("class", "SSN")],
    );
    bench.file(
        "app.log",
        b"eligibility failed for ssn 218-09-9999\nall well\n",
    );
    let sources = [
        "trail.json",
        "keys.txt",
        "app.log",
        "--root",
        "file:///data/logs",
    ];
    ended(&bench.scan(&sources));

    let rows = bench.query(
        "SELECT finding_id, class, token, unit_token, token_key_id, service, element, locator \
         FROM findings_current ORDER BY class, service, locator",
    );
    for (vector, service) in [(&event, "s3"), (&key, "s3"), (&line, "local")] {
        let id = vector["finding_id"].as_str().unwrap();
        let row = rows.iter().find(|row| row["finding_id"] == id);
        let row = row.unwrap_or_else(|| panic!("{vector:?} is not among {rows:#?}"));
        assert_eq!(row["class"], vector["class"].as_str().unwrap());
        assert_eq!(row["service"], service);
        assert_eq!(row["locator"], vector["locator"].as_str().unwrap());
        assert_eq!(row["token_key_id"], "7f8f53f7");
    }
    let value = vector("token", &[("of", "value"), ("class", "SSN")]);
    let unit = vector("token", &[("of", "unit")]);
    let row = rows.iter().find(|row| row["class"] == "SSN").unwrap();
    assert_eq!(row["token"], value["token"].as_str().unwrap());
    assert_eq!(row["unit_token"], unit["token"].as_str().unwrap());
}

#[test]
fn ids_hang_on_the_record_and_not_on_place_or_position() {
    let bench = Bench::new();
    bench.file("plain/app.log", b"all well\nssn 218-09-9999\n");
    bench.file(
        "moved/app.log",
        b"all is quite well\n   (the patient's ssn 218 09 9999)\n",
    );
    bench.file("later/app.log", b"all well\nall well\nssn 218-09-9999\n");
    let ids = |folder: &str, more: &[&str]| {
        let out = format!("out-{folder}-{}", more.len());
        let arguments = [&[folder, "--root", "x:", "--out", &out], more].concat();
        ended(&bench.scan(&arguments));
        let rows = bench.query_from(
            &out,
            "SELECT finding_id, token, byte_start, service FROM findings_current",
        );
        assert_eq!(rows.len(), 1, "{folder}");
        rows[0].clone()
    };
    let plain = ids("plain", &[]);
    let placed = ids("plain", &["--place", "ecs:task-definition"]);
    assert_ne!(plain["service"], placed["service"]);
    assert_eq!(plain["finding_id"], placed["finding_id"]);
    let moved = ids("moved", &[]);
    assert_ne!(plain["byte_start"], moved["byte_start"]);
    assert_eq!(plain["finding_id"], moved["finding_id"]);
    let later = ids("later", &[]);
    assert_ne!(plain["finding_id"], later["finding_id"]);
    assert_eq!(plain["token"], later["token"]);
}

#[test]
fn masks_do_not_depend_on_neighbours() {
    // Eight digits that only their neighbour says to be a record number.
    let cases = [
        (
            "list.txt",
            "s3://riverside/00219697/ssn-219-47-3612.pdf\n",
            "s3://riverside/mrn-00219697.pdf\n",
        ),
        (
            "notes.jsonl",
            "{\"charts\":{\"00219697\":{\"patient_ssn\":\"219-47-3612\"}}}\n",
            "{\"mrn\":\"00219697\"}\n",
        ),
    ];
    let bench = Bench::new();
    let rows = |file: &str, text: String| {
        bench.file(&format!("in/{file}"), text.as_bytes());
        let out = bench.at("out");
        let _ = fs::remove_dir_all(&out);
        ended(&bench.scan(&["--out", "out", "--root", "s3://here", "in"]));
        fs::remove_file(bench.at(&format!("in/{file}"))).unwrap();
        let rows = bench.query_from(
            "out",
            "SELECT class, resource, locator FROM findings ORDER BY 1",
        );
        rows.iter().map(Value::to_string).collect::<Vec<_>>()
    };
    for (file, one, neighbour) in cases {
        let alone = rows(file, one.repeat(2));
        let beside = rows(file, format!("{neighbour}{one}{one}{neighbour}"));
        assert!(!alone.is_empty() && beside.len() > alone.len(), "{file}");
        let of_ssn = |rows: Vec<String>| -> Vec<String> {
            let rows = rows.into_iter();
            rows.filter(|row| row.contains("\"SSN\"")).collect()
        };
        let (alone, beside) = (of_ssn(alone), of_ssn(beside));
        assert_eq!(alone, beside, "{file}");
        assert!(alone[0].contains("00219697"), "{file}: {alone:?}");
    }
    // Within one record, what is known of a value masks it everywhere.
    let both =
        "{\"mrn\":\"00219697\",\"charts\":{\"00219697\":{\"patient_ssn\":\"219-47-3612\"}}}\n";
    let masked = rows("notes.jsonl", both.repeat(2)).join("\n");
    assert!(
        masked.contains("\"SSN\"") && !masked.contains("00219697"),
        "{masked}"
    );
}
