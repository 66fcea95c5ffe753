//! `--policy FILE` through the whole program: rows, summary, exit status, `places show`, faults, and
//! nothing of the file itself in any of it.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::Value;
use tests::Bench;

const EVENTS: &str = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/app/intake","logStream":"web/1","subscriptionFilters":["all"],"logEvents":[{"id":"1","timestamp":1769860800000,"message":"eligibility failed for ssn 219-47-3613"},{"id":"2","timestamp":1769860800001,"message":"opened mrn 00451874"}]}"#;

/// A tag of an EC2 instance, in two accounts.
fn tags() -> String {
    let mapping = |account: &str, value: &str| {
        format!(
            r#"{{"ResourceARN":"arn:aws:ec2:us-east-1:{account}:instance/i-0abc1234","Tags":[{{"Key":"patient_mrn","Value":"{value}"}}]}}"#
        )
    };
    format!(
        r#"{{"PaginationToken":"","ResourceTagMappingList":[{},{}]}}"#,
        mapping("111122223333", "00451873"),
        mapping("444455556666", "00451879")
    )
}

const KEYS: &str =
    "s3://riverside/intake/mrn-00451874.pdf\ns3://riverside/training/mrn-00451875.pdf\n";

fn bench(policy: &str) -> Bench {
    let bench = Bench::new();
    bench.file("in/events.json", EVENTS.as_bytes());
    bench.file("in/tags.json", tags().as_bytes());
    bench.file("in/keys.txt", KEYS.as_bytes());
    bench.file("policy.toml", policy.as_bytes());
    bench
}

fn entry(keys: &str) -> String {
    format!("[[entry]]\n{keys}\n")
}

fn scan(bench: &Bench) -> (i32, Value, String) {
    let run = bench.scan(&["in", "--policy", "policy.toml", "--format", "json"]);
    let summary = serde_json::from_str(&run.stdout);
    let summary = summary.unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    (run.status, summary, run.stderr)
}

/// class, place, verdict, basis, policy_id, citation of all rows.
fn rows(bench: &Bench) -> Vec<String> {
    let rows = bench.query(
        "SELECT class, service, element, verdict, basis, policy_id, citation, account_id FROM findings_current ORDER BY account_id, class, service, element, resource",
    );
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or("-").to_owned();
    rows.iter()
        .map(|row| {
            let names = [
                "account_id",
                "class",
                "verdict",
                "basis",
                "policy_id",
                "citation",
            ];
            let told: Vec<String> = names.iter().map(|name| text(row, name)).collect();
            format!(
                "{}:{} {}",
                text(row, "service"),
                text(row, "element"),
                told.join(" ")
            )
        })
        .collect()
}

#[test]
fn a_policy_forbids_what_the_whitepaper_permits_and_is_shown_apart() {
    let forbids = entry(
        "place = \"logs:log-event\"\nclass = \"SSN\"\nverdict = \"forbidden\"\ncitation = \"ORG-SEC-014, section 3\"",
    );
    let bench = bench(&forbids);
    let plain = bench.scan(&[
        "in/events.json",
        "--format",
        "json",
        "--fail-on",
        "forbidden",
    ]);
    assert_eq!(plain.status, 0, "{}", plain.stdout);
    let run = bench.scan(&[
        "in/events.json",
        "--policy",
        "policy.toml",
        "--fail-on",
        "forbidden",
    ]);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    // A section of its own, and nothing of it in the table of the whitepaper's verdicts.
    let (before, own) = run.stdout.split_once("Your own policy").unwrap();
    assert!(
        own.contains("forbidden  logs:log-event: 1 found; ORG-SEC-014, section 3"),
        "{own}"
    );
    assert!(!before.contains("ORG-"), "{before}");
    let rows = rows(&bench);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(
        rows[1],
        "logs:log-event 111122223333 SSN forbidden organisation ORG-SEC-014 ORG-SEC-014, section 3"
    );
    assert!(rows[0].contains("MRN permitted"), "{rows:?}");
    // What the whitepaper says stays beside it.
    let also = bench
        .query("SELECT also, condition, condition_state FROM findings_current WHERE class = 'SSN'");
    let first = &also[0]["also"][0];
    assert_eq!(first["verdict"], "permitted", "{also:?}");
    assert!(first["policy_id"].as_str().unwrap().starts_with("WP-"));
    assert_eq!(also[0]["condition"], "");
    assert_eq!(also[0]["condition_state"], "not-applicable");
    let hash = bench.query("SELECT policy_hash FROM runs WHERE policy_hash IS NOT NULL");
    assert_eq!(hash.len(), 1);
    assert_eq!(hash[0]["policy_hash"].as_str().unwrap().len(), 64);
    assert!(bench.canonical().contains("\"basis\":\"organisation\""));
}

#[test]
fn an_exception_for_one_account_silences_its_rows_where_they_are() {
    let policy = entry("place = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"ORG-1\"")
        + &entry(
            "place = \"*:tag\"\naccount = \"111122223333\"\nverdict = \"permitted\"\ncitation = \"ORG-EXC-7\"\nuntil = 2036-12-31",
        );
    let bench = bench(&policy);
    let (_, summary, _) = scan(&bench);
    let rows = rows(&bench);
    let tags: Vec<&String> = rows
        .iter()
        .filter(|row| row.starts_with("ec2:tag"))
        .collect();
    assert_eq!(tags.len(), 2, "{rows:?}");
    assert!(
        tags[0].contains("111122223333 MRN permitted organisation ORG-EXC-7"),
        "{tags:?}"
    );
    assert!(
        tags[1].contains("444455556666 MRN forbidden organisation ORG-1"),
        "{tags:?}"
    );
    let own = summary["organisation"].as_array().unwrap();
    assert_eq!(own.len(), 2, "{own:?}");
    assert_eq!(
        (&own[0]["place"], &own[0]["counting"]),
        (&"ec2:tag".into(), &1.into())
    );
    assert_eq!(
        (&own[1]["place"], &own[1]["counting"]),
        (&"ec2:tag".into(), &0.into())
    );
    let verdicts = summary["verdicts"].as_array().unwrap();
    assert!(
        verdicts.iter().all(|line| line["place"] != "ec2:tag"),
        "{verdicts:?}"
    );
}

#[test]
fn a_resource_is_compared_with_its_real_name() {
    // The pattern names a value that is masked in every output.
    let policy = entry(
        "place = \"s3:object-key\"\nresource = \"s3://riverside/training/mrn-00451875*\"\nverdict = \"permitted\"\ncitation = \"ORG-EXC-8\"",
    );
    let bench = bench(&policy);
    let (_, _, stderr) = scan(&bench);
    let rows = rows(&bench);
    let keys: Vec<&String> = rows
        .iter()
        .filter(|row| row.starts_with("s3:object-key"))
        .collect();
    assert_eq!(keys.len(), 2, "{rows:?}");
    assert_eq!(
        keys.iter().filter(|row| row.contains("ORG-EXC-8")).count(),
        1,
        "{keys:?}"
    );
    assert!(!stderr.contains("00451875"), "{stderr}");
    let shown = bench.run(&[
        "places",
        "show",
        "s3:object-key",
        "--policy",
        "policy.toml",
        "--resource",
        "s3://riverside/training/mrn-00451875.pdf",
    ]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    assert!(shown.stdout.contains("it decides"), "{}", shown.stdout);
    assert!(!shown.stdout.contains("00451875"), "{}", shown.stdout);
}

#[test]
fn an_entry_that_has_ended_does_nothing_and_is_named() {
    let policy = entry(
        "place = \"s3:object-key\"\nverdict = \"permitted\"\ncitation = \"ORG-EXC-9, spring\"\nuntil = 2026-01-31",
    );
    let bench = bench(&policy);
    let (status, summary, stderr) = scan(&bench);
    assert_eq!(status, 1);
    let told = "policy entry ORG-EXC-9 (line 1) ended on 2026-01-31";
    assert!(stderr.contains(told), "{stderr}");
    assert!(
        summary["ended"][0].as_str().unwrap().contains(told),
        "{summary}"
    );
    assert!(summary["organisation"].as_array().unwrap().is_empty());
    let run = bench.scan(&["in", "--policy", "policy.toml"]);
    assert!(
        run.stdout.contains("Not applied any more:"),
        "{}",
        run.stdout
    );
    assert!(rows(&bench).iter().all(|row| !row.contains("ORG-")));
    let shown = bench.run(&["places", "show", "s3:object-key", "--policy", "policy.toml"]);
    assert!(shown.stdout.contains("has ended"), "{}", shown.stdout);
}

#[test]
fn places_show_says_which_entry_decides_and_why() {
    let policy = entry(
        "place = \"logs:log-event\"\nverdict = \"unexpected\"\ncitation = \"ORG-1\"",
    ) + &entry(
        "place = \"logs:log-event\"\nclass = \"SSN\"\nverdict = \"forbidden\"\ncitation = \"ORG-2\"\nremark = \"never in logs\"",
    ) + &entry(
        "place = \"logs:log-event\"\naccount = \"111122223333\"\nverdict = \"permitted\"\ncitation = \"ORG-3\"",
    );
    let bench = bench(&policy);
    let show = |more: &[&str]| {
        let all = [
            &[
                "places",
                "show",
                "logs:log-event",
                "--policy",
                "policy.toml",
                "--format",
                "json",
            ],
            more,
        ]
        .concat();
        let run = bench.run(&all);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let lines = run
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        lines.collect::<Vec<Value>>()
    };
    let decides = |lines: &[Value]| -> Vec<String> {
        let deciding = lines.iter().filter(|line| line["decides"] == true);
        deciding
            .map(|line| line["citation"].as_str().unwrap().to_owned())
            .collect()
    };
    let lines = show(&[]);
    assert_eq!(decides(&lines), ["ORG-1"]);
    let last = lines.last().unwrap();
    assert_eq!(last["verdict_by_whitepaper"], "permitted");
    assert_eq!(last["verdict"], "unexpected");
    let lines = show(&["--class", "SSN", "--account", "111122223333"]);
    assert_eq!(decides(&lines), ["ORG-2"]);
    let why: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["why"].as_str())
        .collect();
    assert_eq!(why[0], "fits, but the entry in line 5 is narrower");
    assert!(
        why[2].starts_with("fits and is as narrow, but the entry in line 5 is stricter"),
        "{why:?}"
    );
    assert_eq!(
        decides(&show(&["--class", "MRN", "--account", "111122223333"])),
        ["ORG-3"]
    );

    let run = bench.run(&[
        "places",
        "show",
        "logs:log-event",
        "--policy",
        "policy.toml",
        "--class",
        "SSN",
    ]);
    for told in [
        "Your own policy",
        "never in logs",
        "logs:log-event, class SSN: permitted by the whitepaper, forbidden with your policy",
    ] {
        assert!(run.stdout.contains(told), "{}", run.stdout);
    }
    // A service as a whole, and a place of which no entry speaks.
    let run = bench.run(&["places", "show", "logs", "--policy", "policy.toml"]);
    assert!(run.stdout.contains("ask about a place"), "{}", run.stdout);
    let run = bench.run(&["places", "show", "s3:object-key", "--policy", "policy.toml"]);
    assert!(
        run.stdout.contains("no entry speaks of this"),
        "{}",
        run.stdout
    );
}

#[test]
fn faults_end_with_status_2_and_file_line_and_key() {
    let good = "place = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"ORG-1\"\n";
    for (from, to, says) in [
        ("place", "plaice", "policy.toml:2: `plaice`: unknown key"),
        ("*:tag", "tags", "policy.toml:2: `place`: "),
        ("*:tag", "s3:tags", "policy.toml:2: `place`: "),
        (
            "forbidden",
            "never",
            "policy.toml:3: `verdict`: takes one of forbidden",
        ),
        (
            "ORG-1",
            "WP-1",
            "policy.toml:4: `citation`: begins with ORG-",
        ),
        (
            "\"ORG-1\"",
            "\"ORG-1\"\nuntil = \"soon\"",
            "policy.toml:5: `until`: expected a calendar day",
        ),
        (
            "\"ORG-1\"",
            "\"ORG-1\"\nclass = \"SNN\"",
            "policy.toml:5: `class`: takes one of SSN",
        ),
        (
            "\"ORG-1\"",
            "\"ORG-1\"\nclass = \"ORG_SPECIMEN\"",
            "policy.toml:1: `class`: no detector has this class",
        ),
        (
            "\"ORG-1\"",
            "\"ORG-1\"\naccount = \"1\"",
            "policy.toml:5: `account`: takes the twelve digits",
        ),
        ("[[entry]]", "[entry]", "policy.toml:1: `entry`: write each"),
        ("\"ORG-1\"", "\"ORG-1", "policy.toml:4: "),
    ] {
        let text = entry(good);
        assert!(text.contains(from), "{from}");
        let bench = bench(&text.replacen(from, to, 1));
        for command in [
            &["scan", "in", "--policy", "policy.toml"][..],
            &["places", "show", "s3", "--policy", "policy.toml"],
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
    let bench = bench("");
    bench.file("binary.toml", b"\xff\xfe\x00");
    bench.file("large.toml", &vec![b'#'; (4 << 20) + 1]);
    for (file, says) in [
        ("missing.toml", "missing.toml: cannot read the file"),
        (
            "binary.toml",
            "binary.toml: cannot read the file: it is no UTF-8",
        ),
        (
            "large.toml",
            "large.toml: cannot read the file: larger than 4 MiB",
        ),
        ("in", "in: cannot read the file"),
    ] {
        let run = bench.scan(&["in", "--policy", file]);
        assert_eq!(run.status, 2, "{file}: {}", run.stderr);
        assert!(run.stderr.contains(says), "{file}: {}", run.stderr);
    }
    // Without entries it changes nothing.
    assert_eq!(scan(&bench).0, 1);
}

#[test]
fn nothing_that_stands_in_the_file_is_printed_raw() {
    let value = "219-47-3698";
    let name = "Marguerite Oyelaran";
    let texts = [
        entry(&format!(
            "place = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"ORG-1 ssn {value}\"\nremark = \"patient_name={name}\"\nresource = \"*ssn-{value}*\""
        )),
        entry(&format!(
            "place = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"ORG-1 ssn {value}\"\nremark = \"patient_name={name}\""
        )),
        entry(&format!(
            "place = \"*:tag\"\nverdict = \"permitted\"\ncitation = \"ORG-ssn-{value}\"\nuntil = 2020-01-01"
        )),
        entry(&format!("\"{value}\" = 1")),
        entry(&format!("\"patient_name={name}\" = 1")),
        format!("\"{value}\" = 1"),
        entry(&format!("place = \"{value}\"")),
        entry(&format!("place = \"s3:x\"\nverdict = \"{name}\"")),
        entry(&format!(
            "place = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"{value}\""
        )),
        entry(&format!(
            "place = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"ORG-1\"\nclass = \"{value}\""
        )),
        entry(&format!(
            "place = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"ORG-1\"\nuntil = \"{value}\""
        )),
        format!("[[entry]]\nplace = {value}"),
        format!("[[entry]]\nplace = \"{value}"),
    ];
    for text in texts {
        let bench = bench(&text);
        let file = format!("rules/ssn-{value}.toml");
        bench.file(&file, text.as_bytes());
        for command in [
            &["scan", "in", "-v", "--policy", &file][..],
            &["scan", "in", "--format", "json", "--policy", &file],
            &["places", "show", "ec2:tag", "--policy", &file],
            &["places", "show", "ec2", "--policy", &file],
            &[
                "places",
                "show",
                "ec2:tag",
                "--format",
                "json",
                "--policy",
                &file,
                "--resource",
                value,
            ],
        ] {
            let run = bench.run(command);
            assert!(matches!(run.status, 0..=2), "{command:?}: {}", run.stderr);
            for printed in [&run.stdout, &run.stderr] {
                for piece in [value, "219473698", "Marguerite", "Oyelaran"] {
                    assert!(!printed.contains(piece), "{command:?}\n{text}\n{printed}");
                }
            }
        }
        if bench.at("phiscan-out").exists() {
            let rows = bench.canonical() + &format!("{:?}", bench.query("SELECT * FROM runs"));
            for piece in [value, "219473698", "Marguerite", "Oyelaran"] {
                assert!(!rows.contains(piece), "{text}\n{rows}");
            }
        }
    }
}
