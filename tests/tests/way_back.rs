//! The way back: `phiscan locate` finds again what a scan has found, shows it to a person only, and
//! notes that it was asked; `phiscan explain` says why and what to do.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;
use tests::archives::{Packing, Zip, tar, with_comment};
use tests::{Bench, Run, on_terminal, root};

const EVENT: &str = r#"{"eventVersion":"1.11","eventID":"5f0c1f6e-2d1a-4c8e-9a3b-7f1d2c3b4a59","eventTime":"2026-03-09T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1","recipientAccountId":"111122223333","requestParameters":{"bucketName":"riverside-imaging","key":"intake/ssn 219-47-3612.pdf"}}"#;
const OTHER: &str = r#"{"eventVersion":"1.11","eventID":"00000000-2d1a-4c8e-9a3b-7f1d2c3b4a59","eventTime":"2026-03-09T10:00:01Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1","recipientAccountId":"111122223333"}"#;

fn trail(events: &[&str]) -> Vec<u8> {
    format!("{{\"Records\":[{}]}}", events.join(",")).into_bytes()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

/// The one finding that the condition picks.
fn the_finding(bench: &Bench, condition: &str) -> Value {
    let rows = bench.query(&format!("SELECT * FROM findings_current WHERE {condition}"));
    assert_eq!(rows.len(), 1, "{condition}: {rows:?}");
    rows[0].clone()
}

fn id_of(finding: &Value) -> String {
    finding["finding_id"].as_str().unwrap().to_owned()
}

/// `phiscan locate … --format json`, with its status.
fn located(bench: &Bench, arguments: &[&str]) -> (i32, Value) {
    let run = bench.run(&[&["locate", "--format", "json"], arguments].concat());
    let told = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|_| panic!("{arguments:?}: {}{}", run.stdout, run.stderr));
    (run.status, told)
}

fn revealed(bench: &Bench, arguments: &[&str]) -> Run {
    on_terminal(
        &bench.phiscan(&[&["locate", "--reveal"], arguments].concat()),
        100,
    )
}

/// A file, what of it is the value, and where the value is to be seen.
struct Case {
    file: &'static str,
    bytes: Vec<u8>,
    class: &'static str,
    value: &'static str,
    line: u64,
    record: u64,
    encoding: &'static str,
    /// What the screen must show.
    shown: &'static [&'static str],
}

fn cases() -> Vec<Case> {
    let padding = "all well on the ward today\n".repeat(60_000);
    let far = format!("{padding}patient ssn 219-47-3613, seen\n{padding}");
    let long = format!(
        "{}ssn 219-47-3614{}",
        "x ".repeat(2_500_000),
        " y".repeat(2_500_000)
    );
    vec![
        Case {
            file: "notes.txt",
            bytes: b"first\r\npatient ssn 219-47-3612 \x1b[2J\r\nlast\r\n".to_vec(),
            class: "SSN",
            value: "219-47-3612",
            line: 2,
            record: 2,
            encoding: "",
            shown: &[r"the line    patient ssn >>>219-47-3612<<< \u{1b}[2J"],
        },
        Case {
            file: "far.log.gz",
            bytes: gzipped(far.as_bytes()),
            class: "SSN",
            value: "219-47-3613",
            line: 60_001,
            record: 60_001,
            encoding: "gzip",
            shown: &["the line    patient ssn >>>219-47-3613<<<, seen"],
        },
        Case {
            file: "far.log.zst",
            bytes: zstd::encode_all(far.replace("3613", "3615").as_bytes(), 3).unwrap(),
            class: "SSN",
            value: "219-47-3615",
            line: 60_001,
            record: 60_001,
            encoding: "zstd",
            shown: &["the line    patient ssn >>>219-47-3615<<<, seen"],
        },
        Case {
            file: "wide.txt",
            bytes: utf16("Zimmer 3\npatient ssn 219-47-3616 für morgen\n"),
            class: "SSN",
            value: "219-47-3616",
            line: 2,
            record: 2,
            encoding: "utf-16",
            shown: &["the line    patient ssn >>>219-47-3616<<< für morgen"],
        },
        Case {
            file: "long.log",
            bytes: long.into_bytes(),
            class: "SSN",
            value: "219-47-3614",
            line: 1,
            record: 1,
            encoding: "",
            shown: &["x x ssn >>>219-47-3614<<< y y"],
        },
        Case {
            file: "trail.json.gz",
            bytes: gzipped(&trail(&[OTHER, &EVENT.replace("3612", "3617")])),
            class: "SSN",
            value: "219-47-3617",
            line: 1,
            record: 2,
            encoding: "gzip",
            shown: &[
                "real locator requestParameters.key",
                ">>>219-47-3617<<<.pdf",
                "riverside-imaging",
            ],
        },
        Case {
            file: "escaped.json",
            bytes: br#"{"level":"info","patient_ssn":"219\u002d47\u002d3618"}"#.to_vec(),
            class: "SSN",
            value: "219-47-3618",
            line: 1,
            record: 1,
            encoding: "json-string",
            shown: &[r#""patient_ssn":">>>219-47-3618<<<""#],
        },
        Case {
            file: "keys.txt",
            bytes: b"s3://bucket/a.png\ns3://bucket/intake/ssn%20219-47-3619.pdf\n".to_vec(),
            class: "SSN",
            value: "219-47-3619",
            line: 2,
            record: 2,
            encoding: "",
            shown: &["real name", ">>>219-47-3619<<<.pdf"],
        },
        Case {
            file: "rows.csv",
            bytes: b"patient_mrn,ward\n00451870,3\n00451873,4\n".to_vec(),
            class: "MRN",
            value: "00451873",
            line: 3,
            record: 2,
            encoding: "",
            shown: &["the line    >>>00451873<<<,4"],
        },
    ]
}

#[test]
fn what_was_found_is_found_again_at_its_bytes_in_any_encoding() {
    let bench = Bench::new();
    let cases = cases();
    for case in &cases {
        bench.file(&format!("in/{}", case.file), &case.bytes);
    }
    assert_eq!(bench.scan(&["in"]).status, 1);
    let before = bench.canonical();
    for case in &cases {
        let picked = if case.file == "rows.csv" {
            " AND byte_start = 28"
        } else {
            ""
        };
        let finding = the_finding(
            &bench,
            &format!(
                "unit = 'in/{}' AND class = '{}'{picked}",
                case.file, case.class
            ),
        );
        let id = id_of(&finding);
        let (status, told) = located(&bench, &[&id]);
        let file = case.file;
        assert_eq!(
            (status, &told["state"]),
            (0, &"there".into()),
            "{file}: {told}"
        );
        assert_eq!(told["unit"], format!("in/{file}"));
        assert_eq!(told["line"], case.line, "{file}");
        assert_eq!(told["record"], case.record, "{file}");
        for column in ["byte_start", "byte_end", "locator", "encoding", "class"] {
            assert_eq!(told[column], finding[column], "{file}");
        }
        let encoding = finding["encoding"].as_str().unwrap();
        assert!(encoding.starts_with(case.encoding), "{file}: {encoding}");

        // The command that it names gets at the value, as the file has it.
        let command = told["get_there"].as_str().unwrap();
        let shell = std::process::Command::new("sh")
            .args(["-c", command])
            .current_dir(bench.path())
            .output()
            .unwrap();
        let raw = match case.encoding {
            "utf-16" => case
                .value
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            "json-string" => case.value.replace('-', r"\u002d").into_bytes(),
            _ => case.value.as_bytes().to_vec(),
        };
        if command.starts_with("zstdcat") && !shell.stderr.is_empty() {
            // Not every machine has zstd's own program.
            assert!(String::from_utf8_lossy(&shell.stderr).contains("not found"));
        } else {
            assert_eq!(shell.stdout, raw, "{file}: {command}");
        }

        let text = bench.run(&["locate", &id]);
        assert_eq!((text.status, text.stderr.as_str()), (0, ""), "{file}");
        assert!(!text.stdout.contains(case.value), "{file}: {}", text.stdout);
        let screen = revealed(&bench, &[&id]);
        assert_eq!((screen.status, screen.stderr.as_str()), (0, ""), "{file}");
        for shown in case.shown {
            assert!(
                screen.stdout.contains(shown),
                "{file}: {shown}: {}",
                screen.stdout
            );
        }
        assert!(!screen.stdout.contains('\u{1b}'), "{file}");
        let longest = screen.stdout.lines().map(str::len).max().unwrap();
        assert!(longest < 600, "{file}: {longest}");
    }
    assert!(before == bench.canonical(), "locate changes no finding");
}

#[test]
fn a_value_in_an_archive_in_an_archive_is_found_again() {
    let bench = Bench::new();
    let notes = b"all well\npatient ssn 219-47-3612, seen\n";
    let mut zip = Zip::default();
    zip.member(b"ward/clean.log", b"nothing\n", Packing::Stored);
    zip.member(b"ward/notes.log", notes, Packing::Deflated);
    let tarred = tar(&[(b"other.log", b"nothing\n"), (b"inner.zip", &zip.finish())]);
    bench.file("in/backup.tar.gz", &gzipped(&tarred));
    bench.file("in/beside.log", b"nothing\n");
    assert_eq!(bench.scan(&["in"]).status, 1);
    let finding = the_finding(&bench, "class = 'SSN'");
    let unit = "in/backup.tar.gz!inner.zip!ward/notes.log";
    assert_eq!(finding["unit"], unit);
    let id = id_of(&finding);
    let before = bench.canonical();

    let (status, told) = located(&bench, &[&id]);
    assert_eq!((status, &told["state"]), (0, &"there".into()), "{told}");
    assert_eq!(told["unit"], unit);
    assert_eq!(
        (&told["line"], &told["record"]),
        (&2.into(), &2.into()),
        "{told}"
    );
    for column in ["byte_start", "byte_end", "encoding", "class"] {
        assert_eq!(told[column], finding[column], "{column}");
    }
    assert_eq!(told["byte_start"], 21);

    let text = bench.run(&["locate", &id]);
    assert_eq!((text.status, text.stderr.as_str()), (0, ""));
    assert!(text.stdout.contains(unit), "{}", text.stdout);
    assert!(!text.stdout.contains("219-47-3612"), "{}", text.stdout);
    // On a terminal nothing is shown that was not asked for.
    let screen = on_terminal(&bench.phiscan(&["locate", &id]), 100);
    assert_eq!(screen.status, 0, "{}", screen.stderr);
    assert!(!screen.stdout.contains("219-47-3612"), "{}", screen.stdout);
    let screen = revealed(&bench, &[&id]);
    assert_eq!((screen.status, screen.stderr.as_str()), (0, ""));
    let line = "patient ssn >>>219-47-3612<<<, seen";
    assert!(screen.stdout.contains(line), "{}", screen.stdout);
    assert!(before == bench.canonical(), "locate changes no finding");

    // The member moved within its archive, then went.
    let mut zip = Zip::default();
    zip.member(
        b"ward/notes.log",
        &[b"still ", &notes[..]].concat(),
        Packing::Zstd,
    );
    bench.file(
        "in/backup.tar.gz",
        &gzipped(&tar(&[(b"inner.zip", &zip.finish())])),
    );
    let (status, told) = located(&bench, &[&id]);
    assert_eq!((status, &told["state"]), (0, &"moved".into()), "{told}");
    assert_eq!(told["byte_start"], 27);
    bench.file(
        "in/backup.tar.gz",
        &gzipped(&tar(&[(b"other.log", b"nothing\n")])),
    );
    let (status, _) = located(&bench, &[&id]);
    assert_ne!(status, 0);
}

/// Names and comments have no bytes to go to; what they are is shown all the same.
#[test]
fn what_an_archive_says_of_its_files_is_found_again() {
    for (file, archive, shown) in [
        (
            "in/a.tar.gz",
            gzipped(&tar(&[
                (b"x.log", b"nothing\n"),
                (b"ssn-219-47-3612.log", b"\n"),
            ])),
            "ssn->>>219-47-3612<<<.log",
        ),
        (
            "in/b.zip",
            {
                let mut zip = Zip::default();
                zip.member(b"x.log", b"nothing\n", Packing::Stored);
                with_comment(zip.finish(), b"scans of patient ssn 219-47-3612")
            },
            "scans of patient ssn >>>219-47-3612<<<",
        ),
    ] {
        let bench = Bench::new();
        bench.file(file, &archive);
        assert_eq!(bench.scan(&["in"]).status, 1, "{file}");
        let finding = the_finding(&bench, "class = 'SSN'");
        let id = id_of(&finding);
        let (status, told) = located(&bench, &[&id]);
        assert_eq!((status, &told["state"]), (0, &"there".into()), "{told}");
        for column in ["byte_start", "line", "record", "get_there"] {
            assert!(told[column].is_null(), "{column}: {told}");
        }
        let text = bench.run(&["locate", &id]);
        assert_eq!((text.status, text.stderr.as_str()), (0, ""));
        assert!(!text.stdout.contains("219-47-3612"), "{}", text.stdout);
        let screen = revealed(&bench, &[&id]);
        assert_eq!((screen.status, screen.stderr.as_str()), (0, ""));
        assert!(screen.stdout.contains(shown), "{}", screen.stdout);
    }
}

/// One finding of each file of the sample estate, by class: they are all found again.
#[test]
fn the_estate_is_found_again() {
    let bench = Bench::new();
    std::os::unix::fs::symlink(root().join("corpora"), bench.at("corpora")).unwrap();
    assert_eq!(bench.scan(&["corpora/hospital"]).status, 1);
    // One of each way to be encoded, which is also of each kind of file.
    let picked = bench.query(
        "SELECT finding_id, unit FROM (SELECT finding_id, unit, row_number() OVER \
         (PARTITION BY encoding, service, unit LIKE '%.gz' ORDER BY finding_id) AS turn \
         FROM findings_current WHERE byte_start IS NOT NULL) f WHERE turn = 1 ORDER BY finding_id",
    );
    assert!(picked.len() >= 20, "{}", picked.len());
    let every = picked.len().div_ceil(15);
    for finding in picked.iter().step_by(every) {
        let (status, told) = located(&bench, &[&id_of(finding)]);
        assert_eq!((status, &told["state"]), (0, &"there".into()), "{told}");
        assert_eq!(told["unit"], finding["unit"]);
    }
}

#[test]
fn names_of_files_are_found_again_though_others_came() {
    let bench = Bench::new();
    bench.file("share/intake/Okonkwo, Leonard DOB 1987-04-01.pdf", b"");
    bench.file("share/logo.png", b"");
    let place = ["--place", "elasticfilesystem:file-name"];
    let scan = bench.scan(&[&["names:share"][..], &place].concat());
    assert_eq!(scan.status, 1, "{}", scan.stderr);
    let id = id_of(&the_finding(&bench, "class = 'DOB'"));
    let (status, told) = located(&bench, &[&id]);
    assert_eq!((status, &told["state"]), (0, &"there".into()), "{told}");
    assert_eq!(told["record"], 2);
    assert_eq!(told["get_there"], Value::Null);
    let text = told.to_string();
    assert!(
        text.contains("{NAME:") && !text.contains("Okonkwo"),
        "{text}"
    );
    let screen = revealed(&bench, &[&id]);
    assert!(
        screen
            .stdout
            .contains("Okonkwo, Leonard DOB >>>1987-04-01<<<.pdf"),
        "{}",
        screen.stdout
    );
    // New names before it move its bytes; the thing that is named is the same.
    bench.file("share/a/b.png", b"");
    let (status, told) = located(&bench, &[&id]);
    assert_eq!((status, &told["state"]), (0, &"moved".into()), "{told}");
    assert_eq!(told["record"], 4);
    fs::rename(
        bench.at("share/intake/Okonkwo, Leonard DOB 1987-04-01.pdf"),
        bench.at("share/intake/p-1.pdf"),
    )
    .unwrap();
    let (status, told) = located(&bench, &[&id]);
    assert_eq!((status, &told["state"]), (3, &"gone".into()), "{told}");
}

#[test]
fn what_has_changed_is_told() {
    let bench = Bench::new();
    bench.file("in/trail.json", &trail(&[OTHER, EVENT]));
    bench.file("in/notes.txt", b"patient ssn 219-47-3613\n");
    assert_eq!(bench.scan(&["in"]).status, 1);
    let event = id_of(&the_finding(
        &bench,
        "unit = 'in/trail.json' AND class = 'SSN'",
    ));
    let note = id_of(&the_finding(&bench, "unit = 'in/notes.txt'"));
    let state = |id: &str| {
        let (status, told) = located(&bench, &[id]);
        (status, told["state"].as_str().unwrap().to_owned(), told)
    };

    // An event is the same wherever it stands in its file.
    bench.file("in/trail.json", &trail(&[EVENT, OTHER]));
    let (status, word, told) = state(&event);
    assert_eq!((status, word.as_str()), (0, "moved"), "{told}");
    assert_eq!(told["now_finding_id"], event.as_str());
    assert_eq!(told["record"], 1);
    let screen = revealed(&bench, &[&event]);
    assert!(
        screen.stdout.contains(">>>219-47-3612<<<"),
        "{}",
        screen.stdout
    );

    // A line of text is the same only at its number.
    bench.file(
        "in/notes.txt",
        b"a new first line\npatient ssn 219-47-3613\n",
    );
    let (status, word, told) = state(&note);
    assert_eq!((status, word.as_str()), (3, "gone"), "{told}");
    let now = told["now_finding_id"].as_str().unwrap().to_owned();
    assert!(now != note && told["line"] == 2, "{told}");
    assert_eq!(bench.scan(&["in"]).status, 1);
    assert_eq!(id_of(&the_finding(&bench, "unit = 'in/notes.txt'")), now);

    bench.file("in/notes.txt", b"patient id p-17 and more text\n");
    let (status, word, told) = state(&now);
    assert_eq!((status, word.as_str()), (3, "gone"), "{told}");
    assert_eq!(told["now_finding_id"], Value::Null);
    let screen = revealed(&bench, &[&now]);
    assert_eq!(screen.status, 3);
    assert!(!screen.stdout.contains("the line"), "{}", screen.stdout);

    // Another value at the same bytes is another value.
    bench.file(
        "in/notes.txt",
        b"a new first line\npatient ssn 219-47-3699\n",
    );
    let screen = revealed(&bench, &[&now]);
    assert_eq!(screen.status, 3);
    assert!(!screen.stdout.contains("3699"), "{}", screen.stdout);

    fs::remove_file(bench.at("in/notes.txt")).unwrap();
    let (status, word, told) = state(&now);
    assert_eq!((status, word.as_str()), (3, "no-unit"), "{told}");
    // Fetched again to another place, the file may be named.
    bench.file(
        "elsewhere/fetched.txt",
        b"a new first line\npatient ssn 219-47-3613\n",
    );
    let (status, told) = located(&bench, &[&now, "elsewhere/fetched.txt"]);
    assert_eq!(
        (status, &told["state"], &told["in_its_unit"]),
        (0, &"there".into(), &false.into())
    );
}

#[test]
fn a_root_is_taken_from_the_scan_or_from_the_user() {
    let bench = Bench::new();
    bench.file("in/notes.txt", b"patient ssn 219-47-3612\n");
    bench.file("in/other.txt", b"all well\n");
    assert_eq!(bench.scan(&["in", "--root", "s3://riverside"]).status, 1);
    let id = id_of(&the_finding(&bench, "class = 'SSN'"));
    assert_eq!(located(&bench, &[&id]).0, 0);
    fs::create_dir(bench.at("moved")).unwrap();
    fs::rename(bench.at("in"), bench.at("moved/in")).unwrap();
    assert_eq!(located(&bench, &[&id]).1["state"], "no-unit");
    let (status, told) = located(&bench, &[&id, "moved/in"]);
    assert_eq!((status, &told["in_its_unit"]), (0, &true.into()), "{told}");
    let (status, told) = located(&bench, &[&id, "moved/in", "--root", "s3://other"]);
    assert_eq!((status, &told["state"]), (3, &"no-unit".into()), "{told}");
}

#[test]
fn a_stream_is_piped_again() {
    let bench = Bench::new();
    let piped = |arguments: &[&str]| -> Run {
        let mut child = bench
            .phiscan(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"one\npatient ssn 219-47-3612\n").unwrap();
        drop(input);
        child.wait_with_output().unwrap().into()
    };
    assert_eq!(piped(&["scan", "-", "--progress", "never"]).status, 1);
    let id = id_of(&the_finding(&bench, "class = 'SSN'"));
    let (status, told) = located(&bench, &[&id]);
    assert_eq!((status, &told["state"]), (3, &"no-unit".into()));
    assert!(
        told["message"].as_str().unwrap().contains("standard input"),
        "{told}"
    );
    let run = piped(&["locate", &id, "-", "--format", "json"]);
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (run.status, &told["state"], &told["line"]),
        (0, &"there".into(), &2.into())
    );
}

#[test]
fn folded_findings_are_found_at_the_first() {
    let bench = Bench::new();
    let line = "request from 52.95.4.77 served\n";
    bench.file("in/app.log", line.repeat(40).as_bytes());
    assert_eq!(bench.scan(&["in", "--min-confidence", "0"]).status & !1, 0);
    let finding = the_finding(&bench, "class = 'IP'");
    assert_eq!(finding["occurrences"], 40);
    let text = bench.run(&["locate", &id_of(&finding)]);
    assert_eq!(text.status, 0, "{}{}", text.stdout, text.stderr);
    assert!(
        text.stdout.contains("40, of which this is the first"),
        "{}",
        text.stdout
    );
    assert!(text.stdout.contains("1, line 1"), "{}", text.stdout);
}

#[test]
fn values_are_shown_to_a_terminal_only() {
    let bench = Bench::new();
    bench.file("in/ssn 219-47-3612.txt", b"patient ssn 219-47-3613\n");
    assert_eq!(bench.scan(&["in"]).status, 1);
    let id = id_of(&the_finding(&bench, "class = 'SSN'"));
    let commits = || bench.query("SELECT run_id FROM runs").len();
    let before = commits();
    let raw = |text: &str| text.contains("3612") || text.contains("3613") || text.contains("219");
    for arguments in [
        &["locate", &id, "--reveal"][..],
        &["locate", &id, "--reveal", "--verbose", "in"],
        &["locate", &id, "--reveal", "--format", "json"],
        &["locate", "--reveal", &id[..8]],
    ] {
        let run = bench.run(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(
            run.stderr.contains("terminal") && !raw(&run.stderr),
            "{}",
            run.stderr
        );
    }
    // A terminal elsewhere is no permission: standard output counts. JSON never is.
    let json = revealed(&bench, &[&id, "--format", "json"]);
    assert_eq!(json.status, 2);
    assert!(!raw(&json.stdout) && !raw(&json.stderr));
    // By variable or by configuration file it is the same switch.
    let mut command = bench.phiscan(&["locate", &id]);
    let run: Run = command.env("PHISCAN_REVEAL", "1").output().unwrap().into();
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    bench.file("c.toml", b"reveal = true\n");
    let run = bench.run(&["locate", &id, "--config", "c.toml"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    let mut command = bench.phiscan(&["locate", &id, "--config", "c.toml"]);
    let run: Run = command.env("PHISCAN_REVEAL", "0").output().unwrap().into();
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(commits(), before + 1, "what was refused looked for nothing");

    let screen = revealed(&bench, &[&id, "--verbose"]);
    assert_eq!(screen.status, 0, "{}", screen.stderr);
    assert!(
        screen.stdout.contains("in/ssn 219-47-3612.txt"),
        "{}",
        screen.stdout
    );
    assert!(
        screen.stdout.contains(">>>219-47-3613<<<"),
        "{}",
        screen.stdout
    );
    assert!(!raw(&screen.stderr), "{}", screen.stderr);
    let mut command = bench.phiscan(&["locate", "--reveal", &id]);
    command.env_remove("NO_COLOR");
    let coloured = on_terminal(&command, 100);
    let marked = coloured.stdout.split("219-47-3613").next().unwrap();
    assert!(
        marked.ends_with('m') && !coloured.stdout.contains(">>>"),
        "{}",
        coloured.stdout
    );
}

#[test]
fn every_call_is_noted_and_disturbs_nothing() {
    let bench = Bench::new();
    bench.file("in/mrn 00451873/notes.txt", b"patient ssn 219-47-3612\n");
    assert_eq!(bench.scan(&["in"]).status, 1);
    let id = id_of(&the_finding(&bench, "class = 'SSN'"));
    let current = bench.query("SELECT * FROM findings_current ORDER BY finding_id");
    assert_eq!(bench.run(&["locate", &id[..8].to_uppercase()]).status, 0);
    assert_eq!(revealed(&bench, &[&id, "in/mrn 00451873"]).status, 0);
    assert_eq!(revealed(&bench, &[&id, "in"]).status, 0);
    let notes =
        bench.query("SELECT * FROM runs_committed WHERE command = 'locate' ORDER BY run_id");
    assert_eq!(notes.len(), 3);
    let told: Vec<(String, i64)> = notes
        .iter()
        .map(|row| {
            let words = row["arguments"].as_array().unwrap().iter();
            let words: Vec<&str> = words.map(|word| word.as_str().unwrap()).collect();
            (words.join(" "), row["exit_status"].as_i64().unwrap())
        })
        .collect();
    assert_eq!(told[0], (format!("locate {id}"), 0));
    let masked = told[1]
        .0
        .strip_prefix(&format!("locate {id} --reveal in/mrn {{MRN:"));
    assert!(masked.is_some() && told[1].1 == 0, "{told:?}");
    assert_eq!(told[2], (format!("locate {id} --reveal in"), 0));
    for row in &notes {
        let actor = row["actor"].as_str().unwrap();
        assert!(
            actor.ends_with(')') || actor.starts_with("user "),
            "{actor}"
        );
        assert_eq!(row["files"].as_array().unwrap().len(), 0);
        assert_eq!(row["token_key_id"], notes[0]["token_key_id"]);
    }
    assert_eq!(
        current,
        bench.query("SELECT * FROM findings_current ORDER BY finding_id")
    );
    assert_eq!(
        bench
            .query("SELECT DISTINCT command FROM runs_committed")
            .len(),
        2
    );
    // What cannot be noted is not shown.
    let like = bench.phiscan(&["locate", "--reveal", &id]);
    let mut full = std::process::Command::new("sh");
    full.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
        .arg(like.get_program())
        .args(like.get_args())
        .current_dir(bench.path());
    for (name, value) in like.get_envs() {
        match value {
            Some(value) => full.env(name, value),
            None => full.env_remove(name),
        };
    }
    let screen = on_terminal(&full, 100);
    assert_eq!((screen.status, screen.stdout.as_str()), (4, ""));
    assert_eq!(bench.query("SELECT run_id FROM runs").len(), 4);
}

#[test]
fn wrong_ids_and_keys_are_told() {
    let bench = Bench::new();
    bench.file("in/notes.txt", b"patient ssn 219-47-3612\n");
    assert_eq!(bench.scan(&["in"]).status, 1);
    let id = id_of(&the_finding(&bench, "class = 'SSN'"));
    bench.file("other.key", &[b'k'; 32]);
    let cases: [(&[&str], &str); 9] = [
        (&["locate"], "FINDING_ID"),
        (&["explain"], "FINDING_ID"),
        (&["locate", "1234567"], "first 8"),
        (&["explain", "' OR 1=1 --"], "first 8"),
        (&["locate", "00000000"], "findings_current"),
        (&["explain", "00000000"], "findings_current"),
        (&["locate", &id, "--token-key", "other.key"], "another key"),
        (&["locate", &id, "--from", "in"], "--from"),
        (&["explain", &id, "--from", "in"], "--from"),
    ];
    for (arguments, message) in cases {
        let run = bench.run(arguments);
        assert_eq!(
            (run.status, run.stdout.as_str()),
            (2, ""),
            "{arguments:?}: {}",
            run.stderr
        );
        assert!(
            run.stderr.contains(message),
            "{arguments:?}: {}",
            run.stderr
        );
    }
    // Without a key none is made: it would fit nothing.
    let mut command = bench.phiscan(&["locate", &id]);
    let run: Run = command
        .env_remove("PHISCAN_TOKEN_KEY")
        .output()
        .unwrap()
        .into();
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("--token-key"), "{}", run.stderr);
    assert!(!bench.at("config").exists());
    // A run without a key has ids that hold for it only.
    let mut command = bench.phiscan(&["scan", "in", "--out", "keyless", "--progress", "never"]);
    command.env_remove("PHISCAN_TOKEN_KEY").env("CI", "true");
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    let rows = bench.query_from("keyless", "SELECT finding_id FROM findings_current");
    let run = bench.run(&[
        "locate",
        rows[0]["finding_id"].as_str().unwrap(),
        "--from",
        "keyless",
    ]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("its run only"), "{}", run.stderr);
    let run = bench.run(&[
        "explain",
        rows[0]["finding_id"].as_str().unwrap(),
        "--from",
        "keyless",
    ]);
    assert_eq!(run.status, 0, "{}", run.stderr);
}

/// Among so many ids some begin with the same eight digits: which is deterministic, under one key
/// and one root.
#[test]
fn an_id_that_is_not_unique_is_listed() {
    let bench = Bench::new();
    let lines = (0..200_000u32).map(|n| {
        let (area, group, serial) = (100 + n / 2000 % 500, 11 + n / 100 % 80, 1001 + n % 8000);
        format!("patient ssn {area}-{group}-{serial}\n")
    });
    bench.file("in/many.log", lines.collect::<String>().as_bytes());
    assert_eq!(bench.scan(&["in", "--root", "s3://many"]).status, 1);
    let shared = bench.query(
        "SELECT substr(finding_id, 1, 8) AS start, min(finding_id) AS low, max(finding_id) AS high \
         FROM findings_current GROUP BY 1 HAVING count(*) = 2 ORDER BY 1",
    );
    assert!(!shared.is_empty());
    let word = |name: &str| shared[0][name].as_str().unwrap().to_owned();
    for command in ["locate", "explain"] {
        let run = bench.run(&[command, &word("start")]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        for id in [word("low"), word("high")] {
            assert!(run.stderr.contains(&id), "{}", run.stderr);
        }
        assert!(
            run.stderr.contains("2 findings have an id"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(bench.run(&["explain", &word("low")]).status, 0);
}

/// With the same record in two files the same id stands in two units: it is one finding.
#[test]
fn one_record_in_two_files_is_found_in_either() {
    let bench = Bench::new();
    bench.file("in/a.json", &trail(&[EVENT]));
    bench.file("in/b.json", &trail(&[OTHER, EVENT]));
    assert_eq!(bench.scan(&["in"]).status, 1);
    let id = id_of(&the_finding(&bench, "class = 'SSN'"));
    let units = |told: &Value| told["unit"].as_str().unwrap().to_owned();
    let mut seen = BTreeSet::new();
    let (status, told) = located(&bench, &[&id]);
    assert_eq!(status, 0);
    seen.insert(units(&told));
    fs::remove_file(bench.at(&units(&told))).unwrap();
    let (status, told) = located(&bench, &[&id]);
    assert_eq!((status, &told["state"]), (0, &"there".into()), "{told}");
    seen.insert(units(&told));
    assert_eq!(seen.len(), 2);
}

#[test]
fn a_finding_is_explained() {
    let bench = Bench::new();
    bench.file("in/trail.json", &trail(&[EVENT]));
    bench.file(
        "in/tags.json",
        br#"{"ResourceTagMappingList":[{"ResourceARN":"arn:aws:lambda:us-east-1:111122223333:function:intake","Tags":[{"Key":"patient_mrn","Value":"00451873"}]}]}"#,
    );
    assert_eq!(bench.scan(&["in"]).status, 1);
    let key = id_of(&the_finding(&bench, "class = 'SSN'"));
    let told = |id: &str, more: &[&str]| {
        let run = bench.run(&[&["explain", id][..], more].concat());
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        run.stdout
    };
    let text = told(&key[..10], &[]);
    for words in [
        "SSN in s3:object-key  forbidden  severity ",
        "US Social Security number",
        "shape 999-99-9999",
        "identifier 7 of the 18",
        "cue ",
        "SSA POMS RM 10201.035",
        "requestParameters.key",
        "Amazon S3 (WP-S3-OBJECT-KEY)",
        "cloudtrail:event-record condition-unknown WP-CLOUDTRAIL-EVENT-RECORD",
        "Cannot be undone: Delete every version and every delete marker",
        "What stays behind:",
        "phiscan locate",
        "no determination under HIPAA",
    ] {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&words), "{words}: {text}");
    }
    assert!(!text.contains("3612"));
    // Copy before removal, always.
    let at = |words: &str| {
        text.find(words)
            .unwrap_or_else(|| panic!("{words}: {text}"))
    };
    assert!(at("1. Copy the object") < at("Check: ") && at("Check: ") < at("Cannot be undone"));
    assert!(
        told(&key, &["--lang", "zh-TW"]).contains("判定")
            || told(&key, &["--lang", "zh-TW"]).contains("白皮書")
    );

    let json: Value = serde_json::from_str(&told(&key, &["--format", "json"])).unwrap();
    assert_eq!(json["finding_id"], key.as_str());
    assert_eq!(json["current"], true);
    assert_eq!(json["judgement"]["section"], "Amazon S3");
    assert_eq!(json["steps"][0]["kind"], "change");
    assert_eq!(
        json["judgement"]["also"][0]["place"],
        "cloudtrail:event-record"
    );
    let kinds: Vec<&str> = json["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["kind"].as_str().unwrap())
        .collect();
    assert!(
        kinds.contains(&"remove") && kinds.last() == Some(&"remains"),
        "{kinds:?}"
    );

    // A tag of a service without a word on tags falls under the general rule, and says so.
    let tag = id_of(&the_finding(&bench, "class = 'MRN'"));
    let json: Value = serde_json::from_str(&told(&tag, &["--format", "json"])).unwrap();
    assert_eq!(
        (&json["place"], &json["judgement"]["policy_id"]),
        (&"lambda:tag".into(), &"WP-FREE-FORM-FIELD".into())
    );
    assert!(
        json["judgement"]["basis_reason"].as_str().unwrap().len() > 20,
        "{json}"
    );
    assert!(told(&tag, &[]).contains("90 days"));

    // Once it is mended, that is said.
    bench.file("in/trail.json", &trail(&[OTHER]));
    assert!(bench.scan(&["in"]).status <= 1);
    assert!(told(&key, &[]).contains("no longer found it"));
}

#[test]
fn explanations_fit_their_terminal() {
    let bench = Bench::new();
    std::os::unix::fs::symlink(root().join("corpora"), bench.at("corpora")).unwrap();
    assert_eq!(bench.scan(&["corpora/hospital"]).status, 1);
    let picked = bench.query(
        "SELECT service, element, min(finding_id) AS finding_id FROM findings_current \
         GROUP BY service, element ORDER BY service, element",
    );
    assert!(picked.len() >= 25, "{}", picked.len());
    for (number, finding) in picked.iter().step_by(3).enumerate() {
        let columns = if number % 2 == 0 { 80 } else { 120 };
        let language = if number % 3 == 0 { "zh-TW" } else { "en" };
        let command = bench.phiscan(&["explain", &id_of(finding), "--lang", language]);
        let shown = on_terminal(&command, columns);
        assert_eq!((shown.status, shown.stderr.as_str()), (0, ""));
        for line in shown.stdout.lines() {
            let width = unicode_width::UnicodeWidthStr::width(line);
            assert!(width <= usize::from(columns), "{width}: {line}");
        }
        assert!(shown.stdout.contains("  1. "), "{}", shown.stdout);
    }
}
