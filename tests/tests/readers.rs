//! What a scan wrote, read by engines that are not ours: DuckDB and PyArrow read the Parquet,
//! sqlglot parses the statements for Athena, and DuckDB runs their views and the saved queries.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;
use tests::{Bench, python_program, root};

/// The estate, with days far apart, after two runs and a file that is gone.
fn scanned() -> Bench {
    let bench = Bench::new();
    let estate = root().join("corpora/hospital");
    let old = r#"{"Records":[{"eventVersion":"1.11","eventID":"5f0c1f6e-2d1a-4c8e-9a3b-7f1d2c3b4a59","eventTime":"2019-07-04T23:59:59Z","eventSource":"ec2.amazonaws.com","eventName":"CreateTags","awsRegion":"us-east-1","recipientAccountId":"111122223333","requestParameters":{"tagSet":{"items":[{"key":"owner","value":"ssn 219-47-3612"}]}}},{"eventVersion":"1.11","eventID":"5f0c1f6e-2d1a-4c8e-9a3b-7f1d2c3b4a60","eventTime":"1999-07-04T23:59:59Z","eventSource":"ec2.amazonaws.com","eventName":"CreateTags","awsRegion":"us-east-1","recipientAccountId":"111122223333","requestParameters":{"tagSet":{"items":[{"key":"owner","value":"ssn 219-47-3613"}]}}}]}"#;
    bench.file("old/trail.json", old.as_bytes());
    bench.file("old/notes.txt", b"patient ssn 219-47-3614\n");
    let scan = |source: &str| {
        let run = bench.scan(&[source]);
        assert!(matches!(run.status, 0 | 1), "{}", run.stderr);
    };
    scan(estate.to_str().unwrap());
    scan("old");
    fs::remove_file(bench.at("old/notes.txt")).unwrap();
    scan("old");
    bench
}

#[test]
fn duckdb_and_pyarrow_read_the_types_and_rows_of_the_contract() {
    let bench = scanned();
    let export = bench.run(&["export", "--to", "jsonl"]);
    assert_eq!(export.status, 0, "{}", export.stderr);
    assert!(export.stdout.lines().count() > 500);
    bench.file("export.jsonl", export.stdout.as_bytes());
    let out = bench.at("phiscan-out");
    let told = python_program(
        "readers/parquet_files.py",
        &[
            out.to_str().unwrap(),
            bench.at("export.jsonl").to_str().unwrap(),
        ],
    );
    assert!(
        told.contains("DuckDB") && told.contains("PyArrow"),
        "{told}"
    );
    nobody_else_may_read(&out);
}

/// Every file 0600, every folder 0700.
fn nobody_else_may_read(path: &Path) {
    let metadata = fs::metadata(path).unwrap();
    let mode = metadata.permissions().mode() & 0o7777;
    let wanted = if metadata.is_dir() { 0o700 } else { 0o600 };
    assert_eq!(mode, wanted, "{} has mode {mode:o}", path.display());
    if metadata.is_dir() {
        let entries: Vec<_> = fs::read_dir(path).unwrap().collect();
        assert!(
            !entries.is_empty(),
            "{} is left behind empty",
            path.display()
        );
        for entry in entries {
            nobody_else_may_read(&entry.unwrap().path());
        }
    }
}

#[test]
fn statements_for_athena_parse_and_count_the_same() {
    let bench = scanned();
    for (statements, file) in [
        (&["athena", "ddl", "s3://bucket/phi/out"][..], "ddl.sql"),
        (&["athena", "views"][..], "views.sql"),
    ] {
        let run = bench.run(statements);
        assert_eq!(run.status, 0, "{}", run.stderr);
        bench.file(file, run.stdout.as_bytes());
    }
    let at = |below: &str| bench.at(below).to_str().unwrap().to_owned();
    let told = python_program(
        "readers/athena_sql.py",
        &[&at("ddl.sql"), &at("views.sql"), &at("phiscan-out")],
    );
    assert!(told.contains("each in one of"), "{told}");
    let counts: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    let counts = counts.as_object().unwrap();
    assert_eq!(counts.len(), 4);
    for (view, count) in counts {
        let rows = bench.query(&format!("SELECT count(*) AS n FROM {view}"));
        assert_eq!(rows[0]["n"], *count, "{view}");
        assert!(count.as_u64().unwrap() > 0, "{view} is empty");
    }
    assert!(counts["findings_current"].as_u64() < counts["findings_committed"].as_u64());
}

/// The names of the saved queries.
fn saved(bench: &Bench) -> Vec<String> {
    let list = bench.run(&["query", "--list"]);
    assert_eq!(list.status, 0, "{}", list.stderr);
    let lines = list.stdout.lines().skip(1);
    lines
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect()
}

/// Runs that give each saved query something to tell: a leak that goes, one that comes, one that
/// stays and is allowed, one in a unit that is not read again, and a unit that is cut off.
fn several_runs() -> Bench {
    let bench = Bench::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(b"patient ssn 219-47-3615\n").unwrap();
    gzip.write_all(&b"all well on the ward today\n".repeat(1000))
        .unwrap();
    let gzip = gzip.finish().unwrap();
    bench.file("ward/cut.log.gz", &gzip[..gzip.len() - 4]);
    bench.file("ward/gone.txt", b"patient ssn 219-47-3614\n");
    bench.file("ward/stays.txt", b"patient ssn 219-47-3612\n");
    let estate = root().join("corpora/hospital");
    let scan = |sources: &[&str]| {
        let run = bench.scan(sources);
        assert!(matches!(run.status, 1 | 5), "{}", run.stderr);
    };
    scan(&[estate.to_str().unwrap()]);
    scan(&["ward"]);
    fs::remove_file(bench.at("ward/gone.txt")).unwrap();
    bench.file("ward/comes.txt", b"patient ssn 219-47-3613\n");
    bench.file(
        "allow.toml",
        b"[[allow]]\npath = \"ward/stays.txt\"\nowner = \"ward team\"\nreason = \"ticket 7\"\nuntil = 2036-12-31\n",
    );
    scan(&["ward", "--allow", "allow.toml"]);
    bench
}

#[test]
fn saved_queries_give_the_same_rows_in_athenas_sql_and_here() {
    let bench = several_runs();
    let names = saved(&bench);
    assert_eq!(names.len(), 10, "{names:?}");
    let mut asked: Vec<(String, Vec<&str>)> = names
        .iter()
        .map(|name| (name.clone(), Vec::new()))
        .collect();
    for (name, given) in [
        ("since-last-run", vec!["status=gone"]),
        ("since-last-run", vec!["status=new", "min-confidence=0"]),
        ("forbidden-places", vec!["verdict=no-statement", "limit=3"]),
        (
            "forbidden-places",
            vec!["account=o'hara \\' -- {counting} :limit"],
        ),
        ("same-patient", vec!["min_places=1", "class=SSN", "limit=7"]),
        (
            "who-writes",
            vec![
                "from_day=2020-01-01",
                "to_day=20991231",
                "place=cloudtrail:event-record",
            ],
        ),
        (
            "place-by-class",
            vec!["subject=provider", "min_confidence=0.2"],
        ),
        ("coverage-gaps", vec!["incomplete=yes", "source=files"]),
        ("unmet-conditions", vec!["state=unknown"]),
        ("key-folders", vec!["depth=1", "account=none"]),
        ("severity-by-day", vec!["from_day=20260101"]),
    ] {
        asked.push((name.to_owned(), given));
    }
    let mut queries = Vec::new();
    for (name, given) in &asked {
        let given: Vec<&str> = given.iter().flat_map(|given| ["--param", given]).collect();
        let run = |command: &[&str]| {
            let run = bench.run(&[command, &[name.as_str()], &given].concat());
            assert_eq!(run.status, 0, "{name}: {}", run.stderr);
            run.stdout
        };
        let rows: Value = serde_json::from_str(&run(&["query", "--format", "json"])).unwrap();
        let title = [&[name.as_str()], given.as_slice()].concat().join(" ");
        queries.push(serde_json::json!([
            title,
            run(&["athena", "queries"]),
            rows
        ]));
    }
    bench.file(
        "queries.json",
        serde_json::to_string(&queries).unwrap().as_bytes(),
    );
    let (ddl, views) = (
        bench.run(&["athena", "ddl", "s3://bucket/out"]),
        bench.run(&["athena", "views"]),
    );
    bench.file("ddl.sql", ddl.stdout.as_bytes());
    bench.file("views.sql", views.stdout.as_bytes());
    let at = |below: &str| bench.at(below).to_str().unwrap().to_owned();
    let told = python_program(
        "readers/saved_queries.py",
        &[
            &at("ddl.sql"),
            &at("views.sql"),
            &at("phiscan-out"),
            &at("queries.json"),
        ],
    );
    let counts: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    for name in &names {
        assert!(
            counts[name].as_u64().unwrap() > 0,
            "{name} has no rows: {counts}"
        );
    }
    assert_eq!(counts["since-last-run --param status=gone"], 1, "{counts}");
}

#[test]
fn all_saved_queries_are_printed_for_athena_at_once() {
    let bench = Bench::new();
    let all = bench.run(&["athena", "queries"]).stdout;
    for name in saved(&bench) {
        assert!(
            all.contains(&bench.run(&["athena", "queries", &name]).stdout),
            "{name}"
        );
    }
    assert_eq!(all.matches(";\n").count(), 10);
}
