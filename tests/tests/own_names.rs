//! Names of units that their contents give away: one file for each patient, called by the number
//! that only a line in it says what it is. Such a name is masked wherever it is printed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::process::Command;

use tests::archives::{Packing, Zip};
use tests::{Bench, Run};

/// What may stand in no output of these scans.
const RAW: [&str; 6] = [
    "73829144", "00738291", "73829177", "tupou", "82914473", "73829146",
];

/// All that a scan leaves and prints, and who wrote it.
fn all_of(bench: &Bench, run: &Run) -> Vec<(&'static str, String)> {
    let table = |name: &str| {
        let rows = bench.query(&format!("SELECT * FROM {name}"));
        assert!(!rows.is_empty(), "{name} is empty");
        serde_json::to_string(&rows).unwrap()
    };
    vec![
        ("stdout", run.stdout.clone()),
        ("stderr", run.stderr.clone()),
        ("findings", table("findings")),
        ("coverage", table("coverage")),
        ("runs", table("runs")),
        ("export", bench.run(&["export", "--to", "csv"]).stdout),
    ]
}

fn nothing_raw(bench: &Bench, run: &Run) {
    assert_eq!(run.status, 1, "{}", run.stderr);
    for (what, text) in all_of(bench, run) {
        let text = text.to_lowercase();
        for raw in RAW {
            assert!(!text.contains(raw), "{what} holds {raw}: {text}");
        }
    }
}

#[test]
fn what_a_unit_holds_is_masked_in_its_name() {
    let bench = Bench::new();
    bench.file("in/73829144.txt", b"MRN: 73829144\n");
    bench.file(
        "in/charts/00738291.json",
        b"{\"patient\":{\"mrn\":\"00738291\",\"ward\":\"4\"}}",
    );
    bench.file("in/tupou_brigid.txt", b"patient_name: Brigid Tupou\n");
    bench.file("in/82914473.csv", b"mrn,ward\n82914473,4\n");
    let mut zip = Zip::default();
    zip.member(b"73829177.txt", b"MRN: 73829177\n", Packing::Deflated);
    bench.file("in/a.zip", &zip.finish());
    let run = bench.scan(&["in", "--verbose"]);
    nothing_raw(&bench, &run);
    let units = bench.query("SELECT unit FROM coverage WHERE unit LIKE '%{MRN:%}.txt'");
    assert_eq!(units.len(), 2, "{units:?}");
}

#[test]
fn a_source_that_is_one_file_is_masked_where_it_was_named() {
    let bench = Bench::new();
    bench.file("73829144.txt", b"MRN: 73829144\n");
    nothing_raw(&bench, &bench.scan(&["73829144.txt", "--verbose"]));
}

/// Every record has another patient of the same given name, which is in the file's name too.
#[test]
fn a_name_that_many_records_share_stays_one() {
    let bench = Bench::new();
    let text: String = (0..20_000)
        .map(|number| format!("patient_name: Brigid Tupou{}\n", word(number)))
        .collect();
    bench.file("in/brigid_list.txt", text.as_bytes());
    let run = bench.scan(&["in"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let rows = bench.query("SELECT DISTINCT unit, resource FROM findings");
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(!rows[0].to_string().contains("brigid"), "{rows:?}");
}

/// A number in letters.
fn word(number: u32) -> String {
    let digits = number.to_string();
    digits
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

/// A folder for each patient: one file in it tells whose.
#[test]
fn what_one_file_tells_is_masked_in_the_paths_of_the_others() {
    let bench = Bench::new();
    for folder in ["in/73829144", "in/tupou-brigid"] {
        bench.file(&format!("{folder}/a.txt"), b"nothing to see\n");
        bench.file(&format!("{folder}/b.txt"), b"ward 4, ssn 531-84-2276\n");
        bench.file(&format!("{folder}/d.txt"), b"all is well\n");
    }
    bench.file("in/73829144/c.txt", b"MRN: 73829144\n");
    bench.file("in/tupou-brigid/c.txt", b"patient_name: Brigid Tupou\n");
    nothing_raw(
        &bench,
        &bench.scan(&["--root", "s3://here", &bench.at("in").to_string_lossy()]),
    );
    let _ = std::fs::remove_dir_all(bench.at("phiscan-out"));
    nothing_raw(&bench, &bench.scan(&["in"]));
    let units = bench.query("SELECT unit FROM coverage WHERE unit LIKE 'in/{%}/a.txt'");
    assert_eq!(units.len(), 2, "{units:?}");
}

/// Rows of the first MiB are made before the value is met, in another order with each run.
#[test]
fn what_the_end_of_a_long_file_shows_holds_for_its_first_rows() {
    let bench = Bench::new();
    let mut text = "patient ssn 219-47-3612\n".to_owned();
    for minute in 0..60_000 {
        text.push_str(&format!(
            "ward round {minute}, all well today, nothing to add\n"
        ));
    }
    text.push_str("patient ssn 219-47-3613\nMRN: 73829146\n");
    assert!(text.len() > 2 << 20);
    bench.file("in/73829146.log", text.as_bytes());
    let mut seen = Vec::new();
    for threads in ["1", "7"] {
        let run = bench.scan(&["in", "--verbose", "--threads", threads]);
        nothing_raw(&bench, &run);
        let rows = bench.query("SELECT DISTINCT unit, resource FROM findings_current");
        assert_eq!(rows.len(), 1, "{rows:?}");
        seen.push(rows);
    }
    assert_eq!(seen[0], seen[1]);
}

/// The same value, written otherwise, in what a record says of itself.
#[test]
fn other_spellings_in_a_record_are_masked() {
    let bench = Bench::new();
    bench.file(
        "in/a.jsonl",
        br#"{"patient_name":"Brigid Tupou","d":{"brigid tupou":{"ssn":"531-84-2276"}}}
{"patient_name":"Brigid Tupou","d":{"Tupou-Brigid":{"ssn":"531-84-2277"}}}
{"mrn":"73-82-91-44","d":{"73829144":{"ssn":"531-84-2278"}}}
{"mrn":"73829144","d":{"pt73829144":{"ssn":"531-84-2279"}}}
"#,
    );
    let run = bench.scan(&["in"]);
    nothing_raw(&bench, &run);
    assert_eq!(
        bench
            .query("SELECT locator FROM findings_current WHERE class = 'SSN'")
            .len(),
        4
    );
}

/// A file that was found by such a value is found again.
#[test]
fn such_a_unit_is_located() {
    let bench = Bench::new();
    bench.file("in/73829144.txt", b"MRN: 73829144\n");
    assert_eq!(bench.scan(&["in"]).status, 1);
    let rows = bench.query("SELECT finding_id FROM findings_current");
    let id = rows[0]["finding_id"].as_str().unwrap();
    let located = bench.run(&["locate", id]);
    assert_eq!(located.status, 0, "{}", located.stderr);
    for raw in RAW {
        assert!(!located.stdout.contains(raw), "{}", located.stdout);
    }
    let mut reveal: Command = bench.phiscan(&["locate", id, "--reveal"]);
    let shown = tests::on_terminal(reveal.env("NO_COLOR", "1"), 120);
    assert!(shown.stdout.contains("73829144"), "{}", shown.stdout);
}
