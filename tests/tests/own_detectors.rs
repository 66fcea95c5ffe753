//! `--detectors FILE` through the whole program: findings, masks, `phiscan detectors`, the manifest;
//! and that no pattern of a user can blow up time or memory.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::{Bench, Run, peak_memory_mib};

const LOG: &[u8] = b"result ready for specimen SP-26-004512\nlabel sp26004512 printed\nSP-26-004513 lost\nversion 2.4.1\n";

fn detector(id: &str, class: &str, regex: &str, more: &str) -> String {
    format!(
        "id = \"{id}\"\nversion = 3\nclass = \"{class}\"\nsubject = \"patient\"\nsafe_harbor = 18\nfloor = 0.2\n\
         title = \"t\"\nabout = \"a\"\nwhy = \"w\"\nreferences = []\n\n\
         [[pattern]]\nid = \"p\"\nregex = '{regex}'\nscore = 0.6\n{more}\n"
    )
}

fn specimen() -> String {
    detector(
        "specimen",
        "ORG_SPECIMEN",
        r"SP-?\d{2}-?\d{6}",
        "ignore_case = true\n[cue]\nstrong = [\"specimen\"]\n\
         [[example]]\ntext = \"specimen SP-26-004512\"\nvalue = \"SP-26-004512\"\n\
         [[near_miss]]\ntext = \"ASP-26-004512\"\nwhy = \"a letter before it\"\nbelow = 0.2",
    )
}

fn bench(text: &str) -> Bench {
    let bench = Bench::new();
    bench.file("in/app.log", LOG);
    bench.file("own.toml", text.as_bytes());
    bench
}

#[test]
fn they_find_join_mask_and_stand_in_the_manifest() {
    let bench = bench(&specimen());
    bench.file("in/SP-26-004512/note.txt", b"nothing\n");
    let plain = bench.scan(&["in", "--out", "plain"]);
    assert_eq!(plain.status, 0, "{}", plain.stdout);
    let run = bench.scan(&["-v", "in", "--detectors", "own.toml"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let rows = bench.query(
        "SELECT class, detector, detector_version, subject, evidence, token, safe_harbor FROM findings_current ORDER BY byte_start",
    );
    assert_eq!(rows.len(), 3, "{rows:?}");
    for row in &rows {
        assert_eq!(row["class"], "ORG_SPECIMEN");
        assert_eq!(
            (&row["detector"], &row["detector_version"]),
            (&"specimen".into(), &"3".into())
        );
        assert_eq!(row["safe_harbor"], 18);
    }
    assert_eq!(rows[0]["evidence"], "AA-99-999999");
    assert_eq!(
        rows[0]["token"], rows[1]["token"],
        "one value, two spellings"
    );
    assert_ne!(rows[0]["token"], rows[2]["token"]);
    // Names are masked by it.
    let units = bench.query("SELECT unit FROM coverage WHERE unit LIKE '%note.txt'");
    assert!(
        units[0]["unit"]
            .as_str()
            .unwrap()
            .contains("{ORG_SPECIMEN:"),
        "{units:?}"
    );
    assert!(!(run.stdout + &run.stderr).contains("004512"));
    let of = |out: &str| bench.query_from(out, "SELECT detector_set_hash, own_classes FROM runs");
    assert_ne!(
        of("plain")[0]["detector_set_hash"],
        of("phiscan-out")[0]["detector_set_hash"]
    );
    assert_eq!(
        of("phiscan-out")[0]["own_classes"],
        serde_json::json!(["ORG_SPECIMEN"])
    );
    assert_eq!(of("plain")[0]["own_classes"], serde_json::json!([]));
}

#[test]
fn several_files_a_folder_and_the_configuration_file_are_one_set() {
    let bench = bench(&specimen());
    bench.file("own/a.toml", specimen().as_bytes());
    bench.file(
        "own/b.toml",
        detector("study", "ORG_STUDY", r"ST\d{8}", "").as_bytes(),
    );
    bench.file("own/readme.md", b"not one");
    bench.file("c.toml", b"detectors = [\"own/b.toml\", \"own/a.toml\"]\n");
    let hash = |arguments: &[&str]| {
        let run = bench.scan(&[&["in"], arguments].concat());
        assert_eq!(run.status, 1, "{}", run.stderr);
        let rows = bench.query("SELECT detector_set_hash FROM runs ORDER BY run_id DESC LIMIT 1");
        rows[0]["detector_set_hash"].as_str().unwrap().to_owned()
    };
    let folder = hash(&["--detectors", "own"]);
    assert_eq!(
        folder,
        hash(&["--detectors", "own/a.toml", "--detectors", "own/b.toml"])
    );
    assert_eq!(
        folder,
        hash(&["--detectors", "own/b.toml", "--detectors", "own/a.toml"])
    );
    assert_eq!(folder, hash(&["--config", "c.toml"]));
    assert_ne!(folder, hash(&["--detectors", "own/a.toml"]));
    bench.file("empty/x", b"");
    let run = bench.scan(&["in", "--detectors", "empty"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("holds no .toml file"), "{}", run.stderr);
}

#[test]
fn detectors_list_show_and_test_know_them() {
    let bench = bench(&specimen());
    let run = |arguments: &[&str]| {
        bench.run(&[&["detectors"], arguments, &["--detectors", "own.toml"]].concat())
    };
    let list = run(&["list"]);
    let line = list
        .stdout
        .lines()
        .find(|line| line.starts_with("specimen"));
    assert!(line.unwrap().contains("ORG_SPECIMEN"), "{}", list.stdout);
    assert_eq!(list.stdout.lines().count(), 22);
    let json = run(&["list", "--format", "json"]).stdout;
    let last: Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["id"], &last["own"]),
        (&"specimen".into(), &true.into())
    );
    let show = run(&["show", "specimen"]);
    assert_eq!(show.status, 0, "{}", show.stderr);
    assert!(show.stdout.contains("your own"), "{}", show.stdout);
    // Its cases may hold real values.
    assert!(
        show.stdout.contains("{ORG_SPECIMEN}") && !show.stdout.contains("004512"),
        "{}",
        show.stdout
    );
    let test = run(&["test"]);
    assert_eq!(test.status, 0, "{}", test.stdout);
    assert!(test.stdout.contains("21 detectors"), "{}", test.stdout);
    bench.file(
        "own.toml",
        specimen().replace("text = \"ASP", "text = \"SP").as_bytes(),
    );
    let test = run(&["test"]);
    assert_eq!(test.status, 4, "{}", test.stdout);
    assert!(
        test.stdout.contains("FAILED specimen") && !test.stdout.contains("004512"),
        "{}",
        test.stdout
    );
    assert_eq!(bench.run(&["detectors", "show", "specimen"]).status, 2);
}

#[test]
fn a_class_of_the_vocabulary_and_a_policy_for_an_own_class() {
    let bench = bench(&detector(
        "riverside-mrn",
        "MRN",
        r"SP-?\d{2}-?\d{6}",
        "ignore_case = true",
    ));
    assert_eq!(bench.scan(&["in", "--detectors", "own.toml"]).status, 1);
    let rows = bench.query("SELECT DISTINCT class FROM findings_current");
    assert_eq!(rows[0]["class"], "MRN");
    bench.file("own.toml", specimen().as_bytes());
    bench.file(
        "policy.toml",
        b"[[entry]]\nplace = \"local:file-content\"\nclass = \"ORG_SPECIMEN\"\nverdict = \"permitted\"\ncitation = \"ORG-LAB-1\"\n",
    );
    let run = bench.scan(&["in", "--detectors", "own.toml", "--policy", "policy.toml"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn faults_end_with_status_2_and_file_line_and_key() {
    let text = specimen();
    for (from, to, says) in [
        (
            "version = 3",
            "verson = 3",
            "own.toml:2: `verson`: unknown key",
        ),
        (
            "ORG_SPECIMEN",
            "SPECIMEN",
            "own.toml:3: `class`: not in the vocabulary list",
        ),
        ("ORG_SPECIMEN", "ORG_9", "own.toml:3: `class`: "),
        (
            "\"specimen\"\nversion",
            "\"us-ssn\"\nversion",
            "own.toml:1: `id`: another detector has this id",
        ),
        (
            "\"specimen\"\nversion",
            "\"Spec 1\"\nversion",
            "own.toml:1: `id`: use lower-case",
        ),
        ("floor = 0.2", "floor = 0.1", "own.toml:6: `floor`: "),
        (
            "score = 0.6",
            "score = 1.5",
            "own.toml:15: `pattern.p.score`: ",
        ),
        (
            "score = 0.6",
            "score = 0.6\nvalidate = [\"mnr\"]",
            "own.toml:16: `pattern.p.validate`: there is no such validator",
        ),
        (
            "strong = [\"specimen\"]",
            "strong = [\"specimen\", \"7\"]",
            "own.toml:18: `cue.strong`: ",
        ),
        ("references = []\n", "", "missing field `references`"),
    ] {
        assert!(text.contains(from), "{from}");
        let bench = bench(&text.replacen(from, to, 1));
        for command in [
            &["scan", "in", "--detectors", "own.toml"][..],
            &["detectors", "test", "--detectors", "own.toml"],
        ] {
            let run = bench.run(command);
            assert_eq!(
                (run.status, run.stdout.as_str()),
                (2, ""),
                "{to}: {}",
                run.stderr
            );
            assert!(run.stderr.contains(says), "{to}: {}", run.stderr);
        }
        assert!(!bench.at("phiscan-out").exists());
    }
    let bench = bench(&text);
    let run = bench.scan(&["in", "--detectors", "own.toml", "--detectors", "own.toml"]);
    assert!(
        run.status == 2 && run.stderr.contains("another detector has this id"),
        "{}",
        run.stderr
    );
}

/// Patterns made to hurt, and whether they may be loaded.
const HOSTILE: &[(&str, &str, Result<(), &str>)] = &[
    (r"(?:a{1000}){1000}", "", Err("more than 4096 bytes")),
    (r"(?:(?:a{100}){100}){100}", "", Err("more than 4096 bytes")),
    (
        r"(?:(?:(?:(?:(?:a{0,9}){0,9}){0,9}){0,9}){0,9}){0,9}xxxx",
        "",
        Err("more than 4096 bytes"),
    ),
    (r"[a-z]+\d{4}", "", Err("more than 4096 bytes")),
    (r"(?:a|b)*aaaa", "", Err("more than 4096 bytes")),
    (r"a{0,9}", "", Err("can match nothing")),
    (r"(?:)", "", Err("can match nothing")),
    (r"(?:|a){50}", "", Err("can match nothing")),
    (r"\d{3}", "", Err("fewer than 4 bytes")),
    (r".", "", Err("fewer than 4 bytes")),
    (r"(?:a{64}){64}", "", Err("automaton of more than")),
    (
        r"(?:[ab]{0,60}){1,60}aaaa",
        "",
        Err("automaton of more than"),
    ),
    (r"[ab]{0,500}a[ab]{500}", "", Err("automaton of more than")),
    (
        r"[ab]{0,500}a[ab]{500}",
        "needs = \"cue\"",
        Err("automaton of more than"),
    ),
    (r"(?:[a-z]{1,60} ?){1,60}", "", Err("fewer than 4 bytes")),
    (
        r"(?:\w{1,60}\s{0,60}){1,30}end",
        "",
        Err("automaton of more than"),
    ),
    (r"(?:[a-z]{1,60} ?){1,60}", "needs = \"cue\"", Ok(())),
    (r"(?:a?){40}a{40}", "", Ok(())),
    (r"[a-z]{4096}", "", Err("automaton of more than")),
    (r"[a-z ]{4,4096}", "", Ok(())),
    (r"a[ab]{1100}b", "", Err("automaton of more than")),
    (r"[ -~]{4,40}", "", Ok(())),
    (r"[\x00-\xff]{4,400}", "", Ok(())),
    (
        r"((((((((((((((((((((((((((((((((((((((((((((((((((aaaa))))))))))))))))))))))))))))))))))))))))))))))))))",
        "",
        Ok(()),
    ),
    (r"(?:x{2}){2}\b\b\b\b\B\B\b", "", Ok(())),
];

/// Texts made to hurt those that are loaded.
fn texts() -> Vec<u8> {
    let mut text = Vec::new();
    for piece in [
        "a",
        "ab",
        "a ",
        "aab",
        "abcdefghijklmnopqrstuvwxyz ",
        "mrn a",
        "cue cue ",
        "xxxx",
        "the end of a line of words ",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
    ] {
        for ending in ["", "\n"] {
            text.extend(
                (piece.to_owned() + ending)
                    .repeat((8 << 10) / (piece.len() + 1))
                    .bytes(),
            );
            text.push(b'\n');
        }
    }
    text
}

/// Runs a command that must end in time and with little memory.
fn bounded(bench: &Bench, arguments: &[&str], what: &str) -> Run {
    let start = Instant::now();
    let (mib, run) = peak_memory_mib(&bench.phiscan(arguments));
    let elapsed = start.elapsed();
    assert!(elapsed < Duration::from_secs(120), "{what}: {elapsed:?}");
    assert!(mib < 400, "{what}: {mib} MiB");
    run
}

#[test]
fn no_pattern_blows_up_time_or_memory() {
    let bench = Bench::new();
    bench.file("in/hostile.log", &texts());
    for (regex, more, expected) in HOSTILE {
        let more = format!("{more}\n[cue]\nstrong = [\"cue\"]");
        bench.file("own.toml", detector("x", "ORG_X", regex, &more).as_bytes());
        let scan = [
            "scan",
            "in",
            "--progress",
            "never",
            "--threads",
            "2",
            "--detectors",
            "own.toml",
        ];
        let run = bounded(&bench, &scan, regex);
        match expected {
            Ok(()) => assert!(matches!(run.status, 0 | 1), "{regex}: {}", run.stderr),
            Err(says) => {
                assert_eq!(run.status, 2, "{regex}: {}", run.stderr);
                let told = "own.toml:14: `pattern.p.regex`: ";
                assert!(
                    run.stderr.contains(told) && run.stderr.contains(says),
                    "{regex}: {}",
                    run.stderr
                );
            }
        }
    }
}

#[test]
fn many_of_the_worst_are_bounded_together() {
    let bench = Bench::new();
    bench.file("in/hostile.log", &texts());
    for number in 0..200 {
        let letter = char::from(b'a' + (number % 26) as u8);
        let name = format!("own/d{number}.toml");
        let text = detector(
            &format!("d{number}"),
            "ORG_X",
            &format!("[{letter}b ]{{4,3000}}"),
            "",
        );
        bench.file(&name, text.as_bytes());
    }
    let scan = [
        "scan",
        "in",
        "--progress",
        "never",
        "--threads",
        "2",
        "--detectors",
        "own",
    ];
    let run = bounded(&bench, &scan, "200 large ones");
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("automata of more than 16 MiB"),
        "{}",
        run.stderr
    );
    // More than there may be.
    for number in 0..1001 {
        let text = detector(
            &format!("d{number}"),
            "ORG_X",
            &format!("K{number:04}-\\d{{6}}"),
            "",
        );
        bench.file(&format!("many/d{number}.toml"), text.as_bytes());
    }
    let scan = ["scan", "in", "--progress", "never", "--detectors", "many"];
    let run = bounded(&bench, &scan, "1001 patterns");
    assert!(
        run.stderr.contains("more than 1000 patterns"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_slow_pattern_is_named() {
    let bench = bench(&detector("words", "ORG_X", "[a-z]{4,20}", ""));
    let run = bench.scan(&["in", "--detectors", "own.toml"]);
    assert!(
        run.stderr
            .contains("detector words: every record is searched for its pattern p"),
        "{}",
        run.stderr
    );
    let show = bench.run(&["detectors", "show", "words", "--detectors", "own.toml"]);
    assert!(
        show.stdout.contains("slow: every record"),
        "{}",
        show.stdout
    );
}

#[test]
fn nothing_that_stands_in_the_file_is_printed_raw() {
    let value = "219-47-3698";
    let name = "Marguerite Oyelaran";
    let text = specimen();
    for (from, to) in [
        ("title = \"t\"", format!("title = \"ssn {value}\"")),
        ("about = \"a\"", format!("about = \"patient_name={name}\"")),
        ("references = []", format!("references = [\"ssn {value}\"]")),
        ("regex = '", format!("regex = '{value}|")),
        (
            "strong = [\"specimen\"]",
            format!("strong = [\"patient_name={name}\"]"),
        ),
        ("strong = [\"specimen\"]", format!("strong = [\"{value}\"]")),
        (
            "text = \"specimen SP",
            format!("text = \"ssn {value} specimen SP"),
        ),
        (
            "why = \"a letter before it\"",
            format!("why = \"ssn {value}\""),
        ),
        ("text = \"ASP", format!("text = \"ssn {value} SP")),
        ("id = \"specimen\"", format!("id = \"ssn-{value}\"")),
        (
            "id = \"specimen\"",
            "id = \"marguerite-oyelaran\"".to_owned(),
        ),
        ("ORG_SPECIMEN", value.to_owned()),
        ("ORG_SPECIMEN", "ORG_MARGUERITE_OYELARAN".to_owned()),
        ("version = 3", format!("version = \"{value}\"")),
        ("version = 3", format!("version = 3\n\"{value}\" = 1")),
        ("subject = \"patient\"", format!("subject = \"{value}\"")),
        (
            "id = \"p\"",
            format!("id = \"ssn-{value}\"\nneeds = \"{value}\""),
        ),
        (
            "score = 0.6",
            format!("score = 0.6\nvalidate = [\"{value}\"]"),
        ),
        ("floor = 0.2", format!("floor = {value}")),
    ] {
        assert!(text.contains(from), "{from}");
        let text = text.replacen(from, &to, 1);
        let bench = bench(&text);
        let file = format!("own-ssn-{value}.toml");
        bench.file(&file, text.as_bytes());
        for command in [
            &["scan", "in", "-v", "--detectors", &file][..],
            &["detectors", "list", "--detectors", &file],
            &[
                "detectors",
                "list",
                "--format",
                "json",
                "--detectors",
                &file,
            ],
            &["detectors", "show", "specimen", "--detectors", &file],
            &[
                "detectors",
                "show",
                "specimen",
                "--format",
                "json",
                "--detectors",
                &file,
            ],
            &["detectors", "show", value, "--detectors", &file],
            &["detectors", "test", "--detectors", &file],
        ] {
            let run = bench.run(command);
            let printed = (run.stdout + &run.stderr).to_lowercase();
            for piece in [value, "219473698", "marguerite", "oyelaran"] {
                assert!(!printed.contains(piece), "{command:?}\n{to}\n{printed}");
            }
        }
    }
}

#[test]
fn a_pattern_is_not_called_by_a_value() {
    let bench = bench(&specimen().replacen("id = \"p\"", "id = \"ssn-219-47-3612\"", 1));
    let run = bench.scan(&["in", "--detectors", "own.toml"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("pattern.id"), "{}", run.stderr);
    assert!(!run.stderr.contains("219-47"), "{}", run.stderr);
}

#[test]
fn the_way_back_says_that_it_lacks_the_detector() {
    let bench = bench(&specimen());
    let run = bench.scan(&["in", "--detectors", "own.toml"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let rows = bench.query("SELECT finding_id FROM findings_current ORDER BY byte_start LIMIT 1");
    let id = rows[0]["finding_id"].as_str().unwrap();
    let located = |more: &[&str]| {
        let run = bench.run(&[&["locate", id, "--format", "json"], more].concat());
        let told: Value = serde_json::from_str(&run.stdout).unwrap();
        (run.status, told["state"].as_str().unwrap().to_owned())
    };
    std::fs::rename(bench.at("own.toml"), bench.at("other.toml")).unwrap();
    assert_eq!(located(&[]), (0, "there".to_owned()));
    bench.file("in/app.log", &[b"again: ", LOG].concat());
    assert_eq!(located(&[]), (3, "no-detector".to_owned()));
    assert_eq!(
        located(&["--detectors", "other.toml"]),
        (0, "moved".to_owned())
    );
}
