//! What `phiscan export` writes for other people's programs, read by other people's programs: CSV
//! that no spreadsheet computes, and SARIF that its schema accepts.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};
use tests::{Bench, python_program, root};

/// Names that a spreadsheet would compute, or that mean something in a URI or a message.
const HOSTILE: [&str; 7] = [
    "=cmd|' %2FC calc'!A0.log",
    "+1.log",
    "@SUM(A1).log",
    "\u{FF1D}1+1.log",
    "'=1.log",
    "50% {0} [x](1) \"q\", é.log",
    " \t=1.log",
];

/// The estate, and units and log streams with hostile names.
fn scanned() -> Bench {
    let bench = Bench::new();
    for name in HOSTILE {
        bench.file(name, b"patient ssn 219-47-3612\n");
    }
    let events = |stream: &str| {
        json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "/app/intake", "logStream": stream,
            "subscriptionFilters": ["all"],
            "logEvents": [{"id": "1", "timestamp": 1_769_860_800_000_u64, "message": "failed for ssn 219-47-3613"}]})
        .to_string()
    };
    bench.file(
        "streams/one.json",
        events("=HYPERLINK(\"http://example.org\")").as_bytes(),
    );
    bench.file("streams/two.json", events("-2+3").as_bytes());
    let estate = root().join("corpora/hospital");
    let sources = [
        &[estate.to_str().unwrap(), "streams", "missing.log"],
        HOSTILE.as_slice(),
    ]
    .concat();
    let run = bench.scan(&sources);
    assert_eq!(run.status, 5, "{}", run.stderr);
    bench
}

/// Writes an export beside the output and gives its path.
fn exported(bench: &Bench, format: &str, more: &[&str]) -> String {
    let run = bench.run(&[&["export", "--to", format], more].concat());
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{format}");
    let path = bench.file(&format!("export.{format}"), run.stdout.as_bytes());
    path.to_str().unwrap().to_owned()
}

fn told(program: &str, arguments: &[&str]) -> Value {
    serde_json::from_str(python_program(program, arguments).lines().last().unwrap()).unwrap()
}

#[test]
fn csv_has_what_the_findings_have_and_nothing_that_is_computed() {
    let bench = scanned();
    let (csv, jsonl) = (exported(&bench, "csv", &[]), exported(&bench, "jsonl", &[]));
    let told = told("readers/csv_file.py", &[&csv, &jsonl]);
    assert!(told["rows"].as_u64().unwrap() > 500, "{told}");
    // Six names of units, two streams.
    assert!(told["marked"].as_u64().unwrap() >= 8, "{told}");
}

#[test]
fn sarif_is_accepted_by_its_schema_and_says_what_the_findings_say() {
    let bench = scanned();
    let (sarif, jsonl) = (
        exported(&bench, "sarif", &[]),
        exported(&bench, "jsonl", &[]),
    );
    let told = told("readers/sarif_file.py", &[&sarif, &jsonl]);
    assert!(told["results"].as_u64().unwrap() > 500, "{told}");
    assert!(
        told["rules"].as_u64().unwrap() > 50 && told["classes"].as_u64().unwrap() > 15,
        "{told}"
    );
    assert_eq!(
        (&told["invocations"], &told["notifications"]),
        (&json!(1), &json!(2)),
        "{told}"
    );
}

#[test]
fn canonical_exports_of_the_same_are_the_same() {
    let bench = Bench::new();
    bench.file(
        "in/app.log",
        b"patient ssn 219-47-3612\nmrn: 00451874 npi 1245319599\n",
    );
    for out in ["one", "two"] {
        assert_eq!(bench.scan(&["in", "--out", out]).status, 1);
    }
    for format in ["jsonl", "csv", "sarif"] {
        let of = |out| exported(&bench, format, &["--canonical", "--from", out]);
        let one = std::fs::read(of("one")).unwrap();
        assert!(
            one.len() > 200 && one == std::fs::read(of("two")).unwrap(),
            "{format}"
        );
        let whole = std::fs::read(exported(&bench, format, &["--from", "one"])).unwrap();
        assert_ne!(whole, one, "{format}");
    }
}
