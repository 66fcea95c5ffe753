//! What the command prints about itself, as snapshots: a change of help, of a detector's page or of
//! the SQL is seen in review. `INSTA_UPDATE=always cargo test -p tests --test cli_snapshots` takes
//! a new state over.
#![allow(clippy::unwrap_used, clippy::panic)]

use tests::{Bench, root};

fn printed(arguments: &[&str]) -> String {
    let bench = Bench::new();
    let run = bench
        .phiscan(arguments)
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn help() {
    for command in [
        &[][..],
        &["scan"],
        &["explain"],
        &["locate"],
        &["query"],
        &["export"],
        &["detectors"],
        &["places"],
        &["athena"],
        &["completions"],
    ] {
        let name = [&["help"], command].concat().join("-");
        insta::assert_snapshot!(name, printed(&[command, &["--help"]].concat()));
    }
}

#[test]
fn pages() {
    for command in [
        &["places", "show", "s3"][..],
        &["places", "show", "lambda:tag"],
        &["detectors", "show", "us-ssn"],
        &["detectors", "list"],
        &["athena", "ddl", "s3://bucket/prefix"],
        &["athena", "views"],
        &["athena", "queries"],
        &["query", "--list"],
        &["query", "who-writes", "--list"],
    ] {
        let name = command
            .join("-")
            .replace("s3://bucket/", "")
            .replace(':', "-");
        insta::assert_snapshot!(name, printed(command));
    }
}

/// The summary of a small scan, without what differs from run to run.
fn summary(columns: &str, language: &str) -> String {
    let bench = Bench::new();
    let trail = r#"{"Records":[{"eventVersion":"1.11","eventID":"5f0c1f6e-2d1a-4c8e-9a3b-7f1d2c3b4a59","eventTime":"2026-03-09T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1","recipientAccountId":"111122223333","userAgent":"upload for ssn 219-47-3618","requestParameters":{"bucketName":"riverside-imaging","key":"mrn00451873/ssn 219-47-3612.pdf"}}]}"#;
    bench.file("in/trail.json", trail.as_bytes());
    bench.file("in/notes.txt", b"patient ssn 219-47-3612\nnpi 1245319599\n");
    bench.file("in/templates/stack.json", br#"{"AWSTemplateFormatVersion":"2010-09-09","Description":"portal of mrn 00451874","Resources":{"T":{"Type":"AWS::SNS::Topic","Properties":{"Tags":[{"Key":"ssn","Value":"219-47-3614"}]}}}}"#);
    let run = bench
        .phiscan(&["scan", "in", "missing.log", "--lang", language])
        .env("COLUMNS", columns)
        .output()
        .unwrap();
    assert_eq!(
        run.status.code(),
        Some(5),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let text = String::from_utf8(run.stdout).unwrap();
    let runs = std::fs::read_dir(bench.at("phiscan-out/runs")).unwrap();
    let day = runs.map(|day| day.unwrap().path()).next().unwrap();
    let file = std::fs::read_dir(day)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .file_name();
    let file = file.into_string().unwrap();
    let run_id = file.rsplit_once('-').unwrap().0;
    assert!(text.contains(run_id), "{text}");
    let text = text.replace(run_id, "RUN");
    let lines = text.lines().map(|line| {
        // The seconds that it took.
        let clock = |line: &str, before: &str, after: &str| {
            let at = line.find(before).map(|at| at + before.len());
            at.filter(|_| line.ends_with(after))
                .map(|at| format!("{}N{after}", &line[..at]))
        };
        clock(line, " MiB in ", " s.")
            .or_else(|| clock(line, " MiB，", " 秒。"))
            .unwrap_or_else(|| line.to_owned())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// One finding, explained.
fn explained(columns: &str, language: &str) -> String {
    let bench = Bench::new();
    let trail = r#"{"Records":[{"eventVersion":"1.11","eventID":"5f0c1f6e-2d1a-4c8e-9a3b-7f1d2c3b4a59","eventTime":"2026-03-09T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1","recipientAccountId":"111122223333","requestParameters":{"bucketName":"riverside-imaging","key":"intake/ssn 219-47-3612.pdf"}}]}"#;
    bench.file("in/trail.json", trail.as_bytes());
    assert_eq!(bench.scan(&["in"]).status, 1);
    let ids = bench.query("SELECT finding_id FROM findings_current WHERE class = 'SSN'");
    let id = ids[0]["finding_id"].as_str().unwrap();
    let run = bench
        .phiscan(&["explain", id, "--lang", language])
        .env("COLUMNS", columns)
        .output()
        .unwrap();
    assert!(run.status.success());
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn explanations() {
    for (columns, language) in [("80", "en"), ("120", "zh-TW")] {
        let text = explained(columns, language);
        insta::assert_snapshot!(format!("explain-{columns}-{language}"), text);
    }
}

#[test]
fn the_summary_fits_its_terminal() {
    for (columns, language) in [("80", "en"), ("100", "en"), ("120", "en"), ("100", "zh-TW")] {
        let text = summary(columns, language);
        let width: usize = columns.parse().unwrap();
        // Commands are for copying: they are not broken.
        let wide = text
            .lines()
            .filter(|line| !line.starts_with("  phiscan ") && !line.contains("phiscan-out/"));
        for line in wide {
            assert!(
                unicode_width::UnicodeWidthStr::width(line) <= width,
                "{line}"
            );
        }
        insta::assert_snapshot!(format!("summary-{columns}-{language}"), text);
    }
}

/// The pinned models hold nothing that the table of CloudTrail members has not been reviewed for.
#[test]
fn the_trail_table_has_all_members_of_the_pinned_models() {
    let script = root().join("detectors/scripts/trail_members.py");
    let run = |argument: &str| tests::python().arg(&script).arg(argument).output().unwrap();
    let new = run("--new");
    assert_eq!(
        new.status.code(),
        Some(0),
        "{}{}",
        String::from_utf8_lossy(&new.stdout),
        String::from_utf8_lossy(&new.stderr)
    );
}
