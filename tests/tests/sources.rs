//! What the command line says of sources and their places, and when it must say no.
#![allow(clippy::unwrap_used, clippy::panic)]

use tests::Bench;

const TRAIL: &str = r#"{"Records":[{"eventVersion":"1.11","eventID":"5f0c1f6e-2d1a-4c8e-9a3b-7f1d2c3b4a59","eventTime":"2026-03-09T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1","recipientAccountId":"111122223333","requestParameters":{"bucketName":"riverside","key":"intake/ssn-219-47-3612.pdf"}}]}"#;

#[test]
fn places_are_those_that_the_catalogue_knows() {
    let bench = Bench::new();
    bench.file("in/notes.txt", b"patient ssn 219-47-3612\n");
    for (place, said) in [
        ("s3:object-kye", "did you mean `s3:object-key`?"),
        (
            "elasticfilesytem:file-name",
            "did you mean `elasticfilesystem:file-name`?",
        ),
        (
            "s3:nothing",
            "the service `s3` has no such element; it has bucket-name, ",
        ),
        ("iam:policy-document", "there is no such place"),
    ] {
        for arguments in [
            &["scan", "in", "--place", place][..],
            &["places", "show", place],
        ] {
            let run = bench.run(arguments);
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
            assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
        }
        bench.file("c.toml", format!("place = \"{place}\"\n").as_bytes());
        let run = bench.run(&["scan", "in", "--config", "c.toml"]);
        assert_eq!(run.status, 2, "{place}");
        assert!(run.stderr.contains(said), "{place}: {}", run.stderr);
    }
    assert!(!bench.at("phiscan-out").exists());
    for (place, verdict) in [
        ("s3:object-key", "forbidden"),
        ("iam:tag", "forbidden"),
        ("iam:content", "condition-unknown"),
        ("local:file-content", "no-statement"),
    ] {
        let run = bench.scan(&["in", "--place", place, "--out", verdict]);
        assert_eq!(run.status, 1, "{place}: {}", run.stderr);
        let rows = bench.query_from(
            verdict,
            "SELECT concat(service, ':', element) AS place, verdict FROM findings_current",
        );
        let expected = serde_json::json!([{ "place": place, "verdict": verdict }]);
        assert_eq!(rows, *expected.as_array().unwrap());
        std::fs::remove_dir_all(bench.at(verdict)).unwrap();
    }
    // A service that nobody knows may be a patient's number.
    let run = bench.scan(&["in", "--place", "mrn-00451874:tag", "--verbose"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let printed = bench.run(&[
        "query",
        "SELECT service FROM coverage UNION ALL SELECT service FROM findings",
    ]);
    for text in [run.stdout, run.stderr, printed.stdout] {
        assert!(!text.contains("00451874"), "{text}");
    }
}

#[test]
fn records_keep_their_own_place() {
    let bench = Bench::new();
    bench.file("in/trail.json", TRAIL.as_bytes());
    bench.file(
        "in/list.txt",
        b"s3://riverside/intake/ssn-220-47-3612.pdf\n",
    );
    bench.file("in/notes.txt", b"patient ssn 221-47-3612\n");
    bench.file("in/rows.json", b"{\"patient_ssn\":\"222-47-3612\"}");
    let run = bench.scan(&["in", "--place", "workdocs:file-content"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let rows = bench.query(
        "SELECT regexp_replace(unit, '.*/', '') AS unit, concat(service, ':', element) AS place \
         FROM findings_current ORDER BY 1",
    );
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row["unit"].as_str().unwrap(),
                row["place"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "list.txt s3:object-key",
            "notes.txt workdocs:file-content",
            "rows.json workdocs:file-content",
            "trail.json s3:object-key",
        ]
    );
    let read =
        bench.query("SELECT DISTINCT service FROM coverage WHERE unit_kind = 'file' ORDER BY 1");
    assert_eq!(
        serde_json::Value::from(read),
        serde_json::json!([{"service": "cloudtrail"}, {"service": "s3"}, {"service": "workdocs"}])
    );
}

#[test]
fn what_is_no_file_is_not_looked_for_among_files() {
    let bench = Bench::new();
    bench.file("in/notes.txt", b"all well\n");
    for scheme in [
        "s3",
        "logs",
        "cloudtrail",
        "kinesis",
        "resources",
        "config",
        "xray",
        "states",
        "events",
    ] {
        let run = bench.run(&["scan", "in", &format!("{scheme}://us-east-1/x")]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{scheme}");
        let said = format!("{scheme}:// sources are not in this version");
        assert!(run.stderr.contains(&said), "{}", run.stderr);
    }
    for (arguments, said) in [
        (&["scan", "gs://bucket"][..], "there is no source gs://"),
        (
            &["scan", "in", "--out", "s3://bucket/phi"],
            "--out takes a folder",
        ),
    ] {
        let run = bench.run(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
    assert!(!bench.at("phiscan-out").exists() && !bench.at("s3:").exists());
}
