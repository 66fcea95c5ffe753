//! Every option by flag, by variable and by configuration file; exit statuses; what the command
//! says when it is used wrongly.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;
use tests::{Bench, Run};

/// An option, three values that differ in effect from their neighbours, and a way to see it. A
/// switch has `true` in the file, `false` in the variable, and is given as a flag.
struct Case {
    option: &'static str,
    command: &'static [&'static str],
    file: &'static str,
    variable: &'static str,
    flag: &'static str,
    see: fn(&Bench, &Run) -> String,
}

const SCAN: &[&str] = &["scan", "in"];
const SCAN_JSON: &[&str] = &["scan", "in", "--format", "json"];
const SCAN_VERBOSE: &[&str] = &["scan", "in", "--verbose"];

const SHOW: &[&str] = &["places", "show", "s3:object-key", "--policy", "one.policy"];

fn summary(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap()
}

fn counting(_: &Bench, run: &Run) -> String {
    summary(run)["findings_counting"].to_string()
}

fn settings_line(_: &Bench, run: &Run) -> String {
    let line = run
        .stderr
        .lines()
        .find(|line| line.contains("worker thread"));
    line.unwrap_or_else(|| panic!("{}", run.stderr)).to_owned()
}

fn rows(bench: &Bench, sql: &str) -> String {
    format!("{:?}", bench.query(sql))
}

const CASES: &[Case] = &[
    Case {
        option: "out",
        command: SCAN,
        file: "by-file",
        variable: "by-variable",
        flag: "by-flag",
        see: |bench, _| {
            let outs = ["phiscan-out", "by-file", "by-variable", "by-flag"];
            let made = outs.iter().filter(|out| bench.at(out).exists());
            let made = made.map(|out| {
                fs::remove_dir_all(bench.at(out)).unwrap();
                *out
            });
            made.collect()
        },
    },
    Case {
        option: "min-confidence",
        command: SCAN_JSON,
        file: "0.99",
        variable: "0",
        flag: "1",
        see: counting,
    },
    Case {
        option: "fail-on",
        command: SCAN_JSON,
        file: "permitted",
        variable: "forbidden",
        flag: "condition-unknown",
        see: counting,
    },
    Case {
        option: "token-key",
        command: SCAN,
        file: "one.key",
        variable: "two.key",
        flag: "three.key",
        see: |bench, _| rows(bench, "SELECT token_key_id FROM runs"),
    },
    Case {
        option: "threads",
        command: SCAN_VERBOSE,
        file: "33",
        variable: "34",
        flag: "35",
        see: settings_line,
    },
    Case {
        option: "memory",
        command: SCAN_VERBOSE,
        file: "64MiB",
        variable: "96MiB",
        flag: "1g",
        see: settings_line,
    },
    Case {
        option: "mmap",
        command: SCAN_VERBOSE,
        file: "true",
        variable: "false",
        flag: "",
        see: settings_line,
    },
    Case {
        option: "root",
        command: SCAN,
        file: "s3://file",
        variable: "s3://variable",
        flag: "s3://flag",
        see: |bench, _| {
            rows(
                bench,
                "SELECT unit_token FROM coverage WHERE unit LIKE '%.txt'",
            )
        },
    },
    Case {
        option: "as",
        command: &["scan", "list"],
        file: "text",
        variable: "keys",
        flag: "csv",
        see: |bench, _| {
            rows(
                bench,
                "SELECT service, element, locator FROM findings_current ORDER BY 1, 2, 3",
            )
        },
    },
    Case {
        option: "place",
        command: &["scan", "in/notes.txt", "--format", "json"],
        file: "ecs:task-definition",
        variable: "workdocs:file-content",
        flag: "logs:log-event",
        see: |_, run| summary(run)["verdicts"][0]["place"].to_string(),
    },
    Case {
        option: "max-inflated",
        command: &["scan", "packed", "--format", "json"],
        file: "64KiB",
        variable: "1TiB",
        flag: "128KiB",
        see: |_, run| summary(run)["coverage"]["bytes_decoded"].to_string(),
    },
    Case {
        option: "max-ratio",
        command: &["scan", "bomb", "--format", "json"],
        file: "10",
        variable: "1100",
        flag: "5",
        see: |_, run| summary(run)["coverage"]["gaps"].to_string(),
    },
    Case {
        option: "max-depth",
        command: &["scan", "nested", "--format", "json"],
        file: "1",
        variable: "3",
        flag: "2",
        see: |_, run| summary(run)["coverage"]["units"].to_string(),
    },
    Case {
        option: "max-members",
        command: &["scan", "nested", "--format", "json"],
        file: "1",
        variable: "3",
        flag: "2",
        see: |_, run| summary(run)["coverage"]["records"].to_string(),
    },
    Case {
        option: "format",
        command: SCAN,
        file: "json",
        variable: "text",
        flag: "json",
        see: |_, run| run.stdout.starts_with('{').to_string(),
    },
    Case {
        option: "progress",
        command: &["scan", "in/notes.txt"],
        file: "always",
        variable: "never",
        flag: "always",
        see: |_, run| {
            run.stderr
                .contains("scanned 0.0 MiB in 1 unit, ")
                .to_string()
        },
    },
    Case {
        option: "lang",
        command: SCAN,
        file: "zh-TW",
        variable: "en",
        flag: "zh-TW",
        see: |_, run| run.stdout.contains("判定").to_string(),
    },
    Case {
        option: "verbose",
        command: SCAN,
        file: "true",
        variable: "no",
        flag: "",
        see: |_, run| run.stderr.contains("in/notes.txt: scanned").to_string(),
    },
    Case {
        option: "policy",
        command: SCAN,
        file: "one.policy",
        variable: "two.policy",
        flag: "three.policy",
        see: |bench, _| rows(bench, "SELECT policy_hash FROM runs"),
    },
    Case {
        option: "detectors",
        command: SCAN,
        file: "one.toml",
        variable: "two.toml",
        flag: "three.toml",
        see: |bench, _| rows(bench, "SELECT detector_set_hash FROM runs"),
    },
    Case {
        option: "allow",
        command: SCAN,
        file: "one.allow",
        variable: "two.allow",
        flag: "three.allow",
        see: |bench, _| rows(bench, "SELECT allow_hash FROM runs"),
    },
    Case {
        option: "class",
        command: SHOW,
        file: "SSN",
        variable: "MRN",
        flag: "DOB",
        see: |_, run| run.stdout.clone(),
    },
    Case {
        option: "account",
        command: SHOW,
        file: "one",
        variable: "two",
        flag: "three",
        see: |_, run| run.stdout.clone(),
    },
    Case {
        option: "resource",
        command: SHOW,
        file: "arn:one",
        variable: "arn:two",
        flag: "arn:three",
        see: |_, run| run.stdout.clone(),
    },
    Case {
        option: "from",
        command: &[
            "query",
            "SELECT DISTINCT unit FROM findings_current ORDER BY 1",
        ],
        file: "out-list",
        variable: "out-notes",
        flag: "out-list",
        see: |_, run| run.stdout.clone(),
    },
    Case {
        option: "param",
        command: &["query", "forbidden-places"],
        file: "verdict=no-statement",
        variable: "limit=1",
        flag: "verdict=permitted",
        see: |_, run| run.stdout.clone(),
    },
    Case {
        option: "list",
        command: &["query", "severity-by-day"],
        file: "true",
        variable: "false",
        flag: "",
        see: |_, run| run.stdout.contains("SELECT").to_string(),
    },
    Case {
        option: "canonical",
        command: &["export", "--to", "jsonl"],
        file: "true",
        variable: "0",
        flag: "",
        see: |_, run| run.stdout.contains("run_id").to_string(),
    },
    Case {
        option: "without-encoding",
        command: &["export", "--to", "jsonl", "--canonical"],
        file: "true",
        variable: "off",
        flag: "",
        see: |_, run| run.stdout.contains("encoding").to_string(),
    },
];

/// Options with one value only, or that are the means of this test: they have tests of their own.
const ELSEWHERE: [&str; 4] = ["config", "to", "help", "reveal"];

const TRAIL: &str = r#"{"Records":[{"eventVersion":"1.11","eventID":"5f0c1f6e-2d1a-4c8e-9a3b-7f1d2c3b4a59","eventTime":"2026-03-09T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1","recipientAccountId":"111122223333","userAgent":"upload for ssn 219-47-3618","requestParameters":{"bucketName":"riverside-imaging","key":"mrn00451873.pdf"}}]}"#;
const EVENTS: &str = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/app/intake","logStream":"web/1","subscriptionFilters":["all"],"logEvents":[{"id":"1","timestamp":1769860800000,"message":"eligibility failed for ssn 219-47-3613"}]}"#;
const NOTES: &[u8] =
    b"patient ssn 219-47-3612\n412-83-9027\ncall (617) 555-0134 about mrn 00451874\n";

/// Inputs of all verdicts and of several confidences, and output to read.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.file("in/trail.json", TRAIL.as_bytes());
    bench.file("in/events.json", EVENTS.as_bytes());
    bench.file("in/notes.txt", NOTES);
    bench.file(
        "list/list.csv",
        b"patient_mrn,object\n00451873,s3://riverside/mrn-00451874.pdf\n",
    );
    bench.file("packed/app.log.gz", &gzipped(1));
    for (name, byte) in [("one.key", b'1'), ("two.key", b'2'), ("three.key", b'3')] {
        bench.file(name, &[byte; 32]);
    }
    for name in ["one", "two", "three"] {
        let policy = format!(
            "[[entry]]\nplace = \"s3:object-tag\"\nverdict = \"permitted\"\ncitation = \"ORG-{name}\"\n"
        );
        bench.file(&format!("{name}.policy"), policy.as_bytes());
        let allow = format!(
            "[[allow]]\npath = \"none\"\nowner = \"{name}\"\nreason = \"test\"\nuntil = 2036-12-31\n"
        );
        bench.file(&format!("{name}.allow"), allow.as_bytes());
        let detector = format!(
            "id = \"{name}\"\nversion = 1\nclass = \"ORG_X\"\nsubject = \"patient\"\nsafe_harbor = 18\nfloor = 0.2\n\
             title = \"\"\nabout = \"\"\nwhy = \"\"\nreferences = []\n\
             [[pattern]]\nid = \"p\"\nregex = 'X-\\d{{6}}'\nscore = 0.5\n"
        );
        bench.file(&format!("{name}.toml"), detector.as_bytes());
    }
    bench
}

/// Logs that pack well.
fn gzipped(mib: usize) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let lines = b"all well on the ward today     \n".repeat(1 << 15);
    (0..mib).for_each(|_| gzip.write_all(&lines).unwrap());
    gzip.finish().unwrap()
}

struct Given<'a> {
    file: Option<&'a str>,
    variable: Option<&'a str>,
    flag: Option<&'a str>,
}

fn run(bench: &Bench, case: &Case, given: &Given<'_>) -> String {
    let mut command = bench.phiscan(case.command);
    command.env_remove("PHISCAN_TOKEN_KEY");
    if case.option != "token-key" {
        command.env("PHISCAN_TOKEN_KEY", bench.at("token.key"));
    }
    if let Some(value) = given.file {
        let plain = value.parse::<f64>().is_ok() || matches!(value, "true" | "false");
        let quote = if plain { "" } else { "\"" };
        let text = format!("# test\n{} = {quote}{value}{quote}\n", case.option);
        bench.file("phiscan.toml", text.as_bytes());
        command.args(["--config", "phiscan.toml"]);
    }
    if let Some(value) = given.variable {
        let name = format!("PHISCAN_{}", case.option.replace('-', "_").to_uppercase());
        command.env(name, value);
    }
    if let Some(value) = given.flag {
        command.arg(format!("--{}", case.option));
        if !value.is_empty() {
            command.arg(value);
        }
    }
    let reads = matches!(case.command[0], "query" | "export");
    if !reads && bench.at("phiscan-out").exists() {
        fs::remove_dir_all(bench.at("phiscan-out")).unwrap();
    }
    let run: Run = command.output().unwrap().into();
    assert!(
        matches!(run.status, 0 | 1 | 3 | 5),
        "{}: {} {}",
        case.option,
        run.status,
        run.stderr
    );
    (case.see)(bench, &run)
}

#[test]
fn flag_wins_over_variable_over_file_over_default() {
    let bench = bench();
    // The ratio counts from 64 MiB on.
    bench.file("bomb/app.log.gz", &gzipped(66));
    let mut nested = b"a line\n".to_vec();
    for _ in 0..4 {
        nested = tests::archives::tar(&[(b"inner", &nested), (b"b", b"b\n"), (b"c", b"c\n")]);
    }
    bench.file("nested/a.tar", &nested);
    for (out, source) in [
        ("out-list", "list"),
        ("out-notes", "in/notes.txt"),
        ("phiscan-out", "in"),
    ] {
        assert_eq!(bench.scan(&["--out", out, source]).status, 1);
    }
    // Those that read output first: the others take it away.
    let reading = |case: &&Case| matches!(case.command[0], "query" | "export");
    let order = CASES
        .iter()
        .filter(reading)
        .chain(CASES.iter().filter(|case| !reading(case)));
    for case in order {
        let given = |file: bool, variable: bool, flag: bool| Given {
            file: file.then_some(case.file),
            variable: variable.then_some(case.variable),
            flag: flag.then_some(case.flag),
        };
        let option = case.option;
        let default = run(&bench, case, &given(false, false, false));
        let file = run(&bench, case, &given(true, false, false));
        assert_ne!(default, file, "{option}: the file changes nothing");
        let variable = run(&bench, case, &given(true, true, false));
        assert_ne!(variable, file, "{option}: the file wins over the variable");
        let flag = run(&bench, case, &given(true, true, true));
        assert_ne!(flag, variable, "{option}: the variable wins over the flag");
    }
}

/// Subcommands that do something, as words of the command line.
const COMMANDS: [&[&str]; 14] = [
    &["scan"],
    &["explain"],
    &["locate"],
    &["query"],
    &["export"],
    &["detectors", "list"],
    &["detectors", "show"],
    &["detectors", "test"],
    &["places", "list"],
    &["places", "show"],
    &["athena", "ddl"],
    &["athena", "views"],
    &["athena", "queries"],
    &["completions"],
];

#[test]
fn the_table_has_every_option_that_there_is() {
    let bench = Bench::new();
    let mut options = BTreeSet::new();
    for command in COMMANDS {
        let help = bench.run(&[command, &["--help"]].concat());
        assert_eq!((help.status, help.stderr.as_str()), (0, ""), "{command:?}");
        for line in help.stdout.lines().map(str::trim_start) {
            let long = line.strip_prefix("--").or_else(|| {
                line.split_once(", --")
                    .filter(|(short, _)| short.len() == 2)
                    .map(|(_, long)| long)
            });
            if let Some(long) = long {
                options.insert(long.split([' ', '=']).next().unwrap().to_owned());
            }
        }
    }
    let tested = CASES.iter().map(|case| case.option).chain(ELSEWHERE);
    assert_eq!(options, tested.map(str::to_owned).collect());
}

#[test]
fn help_has_examples_that_name_the_command() {
    let bench = Bench::new();
    for command in COMMANDS {
        let line = format!("phiscan {}", command.join(" "));
        for words in [command, &command[..1]] {
            let help = bench.run(&[words, &["--help"]].concat()).stdout;
            let examples = help.split_once("Example").map(|(_, examples)| examples);
            assert!(
                examples.is_some_and(|examples| examples.contains(&line)),
                "{words:?}: {help}"
            );
        }
    }
    assert_eq!(
        bench.run(&["--version"]).stdout.trim(),
        format!("phiscan {}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn the_configuration_file_is_named_by_flag_or_variable_anywhere_on_the_line() {
    let bench = bench();
    bench.file("one.toml", b"to = \"jsonl\"\nfrom = \"elsewhere\"\n");
    bench.file("two.toml", b"'lang' = \"zh-TW\"\n\"format\" = 'json'\n");
    assert_eq!(bench.scan(&["in", "--out", "elsewhere"]).status, 1);
    let export = bench.run(&["export", "--config", "one.toml"]);
    assert_eq!(export.status, 0, "{}", export.stderr);
    assert!(export.stdout.lines().count() > 3);
    let run = bench.run(&["--config", "two.toml", "scan", "in"]);
    assert!(run.stdout.starts_with('{'), "{}{}", run.stdout, run.stderr);
    let run: Run = bench
        .phiscan(&["scan", "in"])
        .env("PHISCAN_CONFIG", "two.toml")
        .output()
        .unwrap()
        .into();
    assert!(run.stdout.starts_with('{'));
    let run: Run = bench
        .phiscan(&["scan", "in", "--config=one.toml"])
        .env("PHISCAN_CONFIG", "two.toml")
        .output()
        .unwrap()
        .into();
    assert!(!run.stdout.starts_with('{'));
    let run: Run = bench
        .phiscan(&["export"])
        .env("PHISCAN_TO", "jsonl")
        .output()
        .unwrap()
        .into();
    assert_eq!(run.status, 0, "{}", run.stderr);
}

#[test]
fn wrong_configuration_is_told_with_file_line_and_key() {
    let bench = bench();
    let cases = [
        ("\nthreds = 2\n", "c.toml:2: unknown key `threds`"),
        (
            "out = \"x\"\n\n[scan]\nthreads = 2\n",
            "c.toml:3: unknown key `scan`",
        ),
        ("help = true\n", "c.toml:1: unknown key `help`"),
        ("config = \"c.toml\"\n", "c.toml:1: unknown key `config`"),
        (
            "out = \"x\"\nmin-confidence = 1.5\n",
            "c.toml:2: `min-confidence`: ",
        ),
        ("\n\nthreads = 0\n", "c.toml:3: `threads`: "),
        ("threads = -1\n", "c.toml:1: `threads`: "),
        ("fail-on = \"bad\"\n", "c.toml:1: `fail-on`: "),
        ("format = \"xml\"\n", "c.toml:1: `format`: "),
        ("as = \"word\"\n", "c.toml:1: `as`: "),
        ("place = \"s3\"\n", "c.toml:1: `place`: "),
        ("memory = \"some\"\n", "c.toml:1: `memory`: "),
        ("mmap = \"maybe\"\n", "c.toml:1: `mmap`: "),
        ("mmap = 3\n", "c.toml:1: `mmap`: "),
        ("out = [\"a\"]\n", "c.toml:1: `out` takes one"),
        (
            "detectors = [[\"a\"]]\n",
            "c.toml:1: `detectors` takes a string or a list",
        ),
        ("out = \"a\"\nout = \"b\"\n", "c.toml:2: "),
        ("out = \n", "c.toml:1: "),
    ];
    for (text, message) in cases {
        bench.file("c.toml", text.as_bytes());
        let run = bench.run(&["scan", "in", "--config", "c.toml"]);
        assert_eq!(run.status, 2, "{text}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{text}: {}", run.stderr);
        assert!(!bench.at("phiscan-out").exists());
    }
    let run = bench.run(&["scan", "in", "--config", "missing.toml"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("missing.toml"), "{}", run.stderr);
}

#[test]
fn wrong_flags_and_variables_are_told_by_name() {
    let bench = bench();
    let cases: [(&[&str], &str); 17] = [
        (&[], "Usage"),
        (&["scan"], "<SOURCE>"),
        (&["scna", "in"], "scan"),
        (&["scan", "in", "--min-confidence", "2"], "--min-confidence"),
        (&["scan", "in", "--fail-on", "bad"], "condition-unknown"),
        (&["scan", "in", "--threads", "0"], "--threads"),
        (&["scan", "in", "--memory", "lots"], "256MiB"),
        (&["scan", "in", "--memory", "0"], "1MiB"),
        (&["scan", "in", "--as", "word"], "cloudtrail"),
        (&["scan", "in", "--place", "s3"], "SERVICE:ELEMENT"),
        (&["scan", "in", "--format", "xml"], "json"),
        (&["scan", "in", "--lang", "de"], "zh-TW"),
        (&["scan", "in", "--nonsense"], "--nonsense"),
        (&["export", "--to", "xml"], "jsonl"),
        (
            &["export", "--to", "jsonl", "--without-encoding"],
            "--canonical",
        ),
        (&["places", "show", "nowhere"], "phiscan places list"),
        (&["detectors", "show", "nothing"], "phiscan detectors list"),
    ];
    for (arguments, message) in cases {
        let run = bench.run(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(
            run.stderr.contains(message),
            "{arguments:?}: {}",
            run.stderr
        );
    }
    for (name, value) in [
        ("PHISCAN_THREADS", "none"),
        ("PHISCAN_MMAP", "perhaps"),
        ("PHISCAN_FAIL_ON", "x"),
    ] {
        let run: Run = bench
            .phiscan(&["scan", "in"])
            .env(name, value)
            .output()
            .unwrap()
            .into();
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
    let other: [(&[&str], &str); 11] = [
        (
            &["query", "forbiden-places"],
            "did you mean `forbidden-places`?",
        ),
        (&["query", "nothing-like-it"], "phiscan query --list"),
        (
            &["query", "same-patient", "--param", "min_place=2"],
            "did you mean `min_places`?",
        ),
        (
            &["query", "same-patient", "--param", "min_places=two"],
            "a whole number",
        ),
        (&["query", "SELECT 1", "--param", "limit=2"], "--param"),
        (&["athena", "queries", "--param", "limit=2"], "--param"),
        (&["query"], "<NAME | SQL>"),
        (&["query", "SELECT 1"], "--from"),
        (&["query", "--from", "in", "SELECT 1"], "--from"),
        (&["export", "--to", "jsonl"], "--from"),
        (&["athena", "ddl", "out"], "s3://"),
    ];
    for (arguments, message) in other {
        let run = bench.run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(
            run.stderr.contains(message),
            "{arguments:?}: {}",
            run.stderr
        );
    }
    assert_eq!(bench.scan(&["in"]).status, 1);
    for sql in [
        "SELEC 1",
        "SELECT nothing FROM findings_current",
        "DROP TABLE findings",
        "COPY findings TO 'x'",
    ] {
        let run = bench.run(&["query", sql]);
        assert_eq!(run.status, 2, "{sql}: {}", run.stderr);
    }
}

#[test]
fn exit_statuses_say_what_came_of_it() {
    let bench = bench();
    bench.file("clean/app.log", b"all well\n");
    bench.file("taken", b"a file where the output folder should be");
    let cases: [(&[&str], i32); 12] = [
        (&["clean"], 0),
        (&["in"], 1),
        (
            &["in", "--fail-on", "forbidden", "--min-confidence", "1"],
            0,
        ),
        (&["in/events.json"], 0),
        (&["in/events.json", "--fail-on", "permitted"], 1),
        (&["clean", "--nonsense"], 2),
        (&["clean", "--token-key", "missing.key"], 2),
        (&["clean", "missing"], 3),
        (&["missing"], 3),
        (&["clean", "--out", "taken"], 4),
        (&["clean", "--out", "taken/below"], 4),
        (&["in", "missing"], 5),
    ];
    for (arguments, status) in cases {
        let run = bench.scan(arguments);
        assert_eq!(
            run.status, status,
            "{arguments:?}: {}{}",
            run.stdout, run.stderr
        );
        if status == 4 {
            assert!(run.stderr.contains("--out"), "{}", run.stderr);
        }
        assert!(!run.stderr.contains("panicked") && !run.stderr.contains("internal error"));
    }
    let recorded = bench.query("SELECT exit_status, arguments FROM runs ORDER BY committed_at");
    let recorded: Vec<i64> = recorded
        .iter()
        .map(|row| row["exit_status"].as_i64().unwrap())
        .collect();
    assert_eq!(recorded, [0, 1, 0, 0, 1, 3, 3, 5]);
}

#[test]
fn json_keeps_its_keys() {
    let bench = bench();
    let run = bench.scan(&["in", "missing", "--format", "json"]);
    let summary = summary(&run);
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        keys(&summary),
        "coverage ended exit_status findings findings_counting notice organisation out run_id seconds suppressed verdicts whitepaper_edition"
    );
    assert_eq!(
        keys(&summary["coverage"]),
        "bytes_decoded bytes_read gaps incomplete outcomes records units"
    );
    assert_eq!(
        keys(&summary["verdicts"][0]),
        "basis citation classes condition counting findings place policy_id verdict worst_severity"
    );
    assert_eq!(summary["exit_status"], 5);
    assert_eq!(summary["coverage"]["units"], 4);
    assert_eq!(summary["coverage"]["incomplete"], 1);
    for command in [
        &["places", "list"][..],
        &["places", "show", "s3"],
        &["detectors", "list"],
        &["detectors", "show", "mrn"],
    ] {
        let run = bench.run(&[command, &["--format", "json"]].concat());
        assert!(run.stdout.lines().count() >= 1);
        for line in run.stdout.lines() {
            assert!(serde_json::from_str::<Value>(line).unwrap().is_object());
        }
    }
}

#[test]
fn mapped_files_give_the_same() {
    let bench = bench();
    bench.file("in/empty", b"");
    assert_eq!(bench.scan(&["in", "packed"]).status, 1);
    assert_eq!(
        bench
            .scan(&["in", "packed", "--mmap", "--out", "mapped"])
            .status,
        1
    );
    let read = bench.canonical();
    assert!(read.lines().count() >= 5);
    assert!(read == bench.canonical_from("mapped", &[]));
}

#[test]
fn standard_input_is_a_source() {
    let bench = bench();
    let mut child = bench
        .phiscan(&["scan", "-", "--as", "keys", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input
        .write_all(b"intake/mrn-00451873.pdf\nlogo.png\n")
        .unwrap();
    drop(input);
    let run: Run = child.wait_with_output().unwrap().into();
    assert_eq!(run.status, 1, "{}", run.stderr);
    let rows = bench.query("SELECT service, element, source, unit FROM findings_current");
    assert_eq!(
        rows,
        [
            serde_json::json!({"service": "s3", "element": "object-key", "source": "files", "unit": "-"})
        ]
    );
}

#[test]
fn names_of_a_mounted_share_are_a_source() {
    let bench = bench();
    bench.file("share/intake/mrn00451873.pdf", b"");
    bench.file("share/logo.png", b"");
    let run = bench.scan(&[
        "names:share",
        "--place",
        "elasticfilesystem:file-name",
        "--format",
        "json",
    ]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let summary = summary(&run);
    assert_eq!(summary["coverage"]["units"], 1);
    assert_eq!(summary["coverage"]["records"], 3);
    assert_eq!(
        summary["verdicts"][0]["place"],
        "elasticfilesystem:file-name"
    );
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bench = bench();
    assert_eq!(bench.scan(&["in"]).status, 1);
    let commands: [(&[&str], i32); 9] = [
        (&["scan", "in", "--progress", "never"], 1),
        (&["query", "SELECT * FROM findings_current"], 0),
        (&["export", "--to", "jsonl"], 0),
        (&["export", "--to", "csv"], 0),
        (&["export", "--to", "sarif"], 0),
        (&["places", "list"], 0),
        (&["detectors", "show", "us-ssn"], 0),
        (&["completions", "bash"], 0),
        (&["scan", "--help"], 0),
    ];
    for (arguments, status) in commands {
        let mut child = bench
            .phiscan(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let run: Run = child.wait_with_output().unwrap().into();
        assert_eq!(
            (run.status, run.stderr.as_str()),
            (status, ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn colours_are_for_terminals_and_can_be_refused() {
    let bench = bench();
    let coloured = |set: &[(&str, &str)]| {
        let mut command = bench.phiscan(&["scan", "in", "--progress", "never"]);
        command.env_remove("NO_COLOR").envs(set.iter().copied());
        let run: Run = command.output().unwrap().into();
        run.stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]));
}

#[test]
fn shells_get_completions() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish"] {
        let run = bench.run(&["completions", shell]);
        assert_eq!(run.status, 0);
        assert!(run.stdout.contains("min-confidence"), "{shell}");
    }
}
