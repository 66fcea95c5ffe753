//! What a scan wrote, read by engines that are not ours: DuckDB and PyArrow read the Parquet,
//! sqlglot parses the statements for Athena, and DuckDB runs their views.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
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
