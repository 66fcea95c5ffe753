//! `--allow FILE` through the whole program: what is suppressed, by whom until when, what counts,
//! faults, and nothing of the file itself in any of it.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::Value;
use tests::{Bench, Run};

const NOTES: &[u8] = b"patient ssn 219-47-3612\npatient mrn 00451874\n";
const FIXTURE: &[u8] = b"patient ssn 219-47-3618\n";
const KEYS: &[u8] = b"s3://riverside/intake/mrn-00451873.pdf\n";
const BEHIND: &str =
    "owner = \"intake team\"\nreason = \"training data, ticket QA-118\"\nuntil = 2036-12-31\n";

fn bench() -> Bench {
    let bench = Bench::new();
    bench.file("in/notes.txt", NOTES);
    bench.file("in/fixtures/app.log", FIXTURE);
    bench.file("in/keys.txt", KEYS);
    bench
}

fn scan(bench: &Bench, allow: &str) -> Run {
    bench.file("allow.toml", allow.as_bytes());
    bench.scan(&["in", "--allow", "allow.toml", "--format", "json"])
}

fn summary(run: &Run) -> Value {
    let summary = serde_json::from_str(&run.stdout);
    summary.unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr))
}

/// class and service of what is suppressed, and of what is not.
fn suppressed(bench: &Bench) -> (Vec<String>, Vec<String>) {
    let rows = bench.query(
        "SELECT class, service, unit, suppressed, suppressed_by, suppressed_reason, suppressed_until FROM findings_current ORDER BY class, service, unit",
    );
    let (mut silent, mut loud) = (Vec::new(), Vec::new());
    for row in rows {
        let unit = row["unit"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        let told = format!("{} {unit}", row["class"].as_str().unwrap());
        if row["suppressed"] == true {
            assert_eq!(row["suppressed_by"], "intake team");
            assert_eq!(row["suppressed_until"], "2036-12-31");
            assert!(
                row["suppressed_reason"]
                    .as_str()
                    .unwrap()
                    .starts_with("training data")
            );
            silent.push(told);
        } else {
            let of = ["suppressed_by", "suppressed_reason", "suppressed_until"];
            assert!(of.iter().all(|name| row[name].is_null()), "{row}");
            loud.push(told);
        }
    }
    silent.sort();
    (silent, loud)
}

#[test]
fn by_token_shape_place_and_path_and_what_is_left_counts() {
    let bench = bench();
    assert_eq!(bench.scan(&["in"]).status, 1);
    let token =
        bench.query("SELECT token FROM findings_current WHERE class = 'MRN' AND service = 'local'");
    let token = token[0]["token"].as_str().unwrap().to_owned();
    for (selector, expected) in [
        (format!("token = \"{token}\""), vec!["MRN notes.txt"]),
        (
            "shape = \"999-99-9999\"".to_owned(),
            vec!["SSN app.log", "SSN notes.txt"],
        ),
        ("place = \"s3:object-key\"".to_owned(), vec!["MRN keys.txt"]),
        ("path = \"*/fixtures/*\"".to_owned(), vec!["SSN app.log"]),
        (
            "path = \"in/fixtures/app.log\"".to_owned(),
            vec!["SSN app.log"],
        ),
        (
            "path = \"s3://riverside/intake/mrn-00451873.pdf\"".to_owned(),
            vec!["MRN keys.txt"],
        ),
        (
            "path = \"in/*\"\nclass = \"MRN\"".to_owned(),
            vec!["MRN keys.txt", "MRN notes.txt"],
        ),
        (
            "path = \"*/fixtures/*\"\nshape = \"999-99-9999\"".to_owned(),
            vec!["SSN app.log"],
        ),
        (
            "path = \"*/fixtures/*\"\nclass = \"MRN\"".to_owned(),
            vec![],
        ),
    ] {
        let run = scan(&bench, &format!("[[allow]]\n{selector}\n{BEHIND}"));
        let (silent, loud) = suppressed(&bench);
        assert_eq!(silent, expected, "{selector}: {}", run.stderr);
        assert_eq!(silent.len() + loud.len(), 4, "{silent:?} {loud:?}");
        let summary = summary(&run);
        assert_eq!(summary["findings_counting"], loud.len(), "{selector}");
        let by = summary["suppressed"].as_array().unwrap();
        let told: u64 = by.iter().map(|by| by["findings"].as_u64().unwrap()).sum();
        assert_eq!(told as usize, silent.len());
        assert_eq!(run.status, 1);
    }
    // All of it: clean.
    let run = scan(&bench, &format!("[[allow]]\npath = \"*\"\n{BEHIND}"));
    assert_eq!(run.status, 0, "{}", run.stdout);
    let rows = bench.query(
        "SELECT suppressed_by, suppressed_reason, suppressed_until, count(*) AS n FROM findings_current WHERE suppressed GROUP BY 1, 2, 3",
    );
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["n"], 4);
    let text = bench.scan(&["in", "--allow", "allow.toml"]).stdout;
    assert!(
        text.contains("Your allow list suppresses 4 findings:"),
        "{text}"
    );
    assert!(
        text.contains("4  intake team, until 2036-12-31: training data, ticket QA-118"),
        "{text}"
    );
    let runs = bench.query("SELECT DISTINCT allow_hash FROM runs WHERE allow_hash IS NOT NULL");
    assert!(
        runs.iter()
            .all(|row| row["allow_hash"].as_str().unwrap().len() == 64)
    );
    assert_eq!(runs.len(), 10);
}

#[test]
fn an_entry_that_has_ended_does_nothing_and_is_named() {
    let bench = bench();
    let ended = BEHIND.replace("2036-12-31", "2026-01-31");
    let run = scan(&bench, &format!("[[allow]]\npath = \"*\"\n{ended}"));
    assert_eq!(run.status, 1);
    let told = "allow list entry of intake team (line 1) ended on 2026-01-31";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    assert!(summary(&run)["ended"][0].as_str().unwrap().contains(told));
    assert_eq!(suppressed(&bench).0, Vec::<String>::new());
    let text = bench.scan(&["in", "--allow", "allow.toml"]).stdout;
    assert!(
        text.contains("Not applied any more:") && text.contains(told),
        "{text}"
    );
}

#[test]
fn without_a_kept_key_tokens_fit_nothing_and_that_is_said() {
    let bench = bench();
    bench.file(
        "allow.toml",
        format!("[[allow]]\ntoken = \"{}\"\n{BEHIND}", "0".repeat(32)).as_bytes(),
    );
    let mut command = bench.phiscan(&["scan", "in", "--allow", "allow.toml"]);
    command.env_remove("PHISCAN_TOKEN_KEY").env("CI", "true");
    let run: Run = command.output().unwrap().into();
    assert_eq!(run.status, 1);
    assert!(
        run.stderr
            .contains("without a token key there are no tokens"),
        "{}",
        run.stderr
    );
    let with_key = bench.scan(&["in", "--allow", "allow.toml"]);
    assert!(!with_key.stderr.contains("token"), "{}", with_key.stderr);
}

#[test]
fn a_policy_decides_first_and_the_list_is_asked_about_its_place() {
    let bench = bench();
    bench.file(
        "policy.toml",
        b"[[entry]]\nplace = \"s3:object-key\"\nverdict = \"unexpected\"\ncitation = \"ORG-1\"\n",
    );
    bench.file(
        "allow.toml",
        format!("[[allow]]\nplace = \"*:object-key\"\n{BEHIND}").as_bytes(),
    );
    let run = bench.scan(&[
        "in/keys.txt",
        "--allow",
        "allow.toml",
        "--policy",
        "policy.toml",
    ]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let rows = bench.query("SELECT verdict, basis, suppressed FROM findings_current");
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0]["verdict"], &rows[0]["suppressed"]),
        (&"unexpected".into(), &true.into())
    );
}

#[test]
fn faults_end_with_status_2_and_file_line_and_key() {
    let good = format!("[[allow]]\npath = \"*\"\n{BEHIND}");
    for (from, to, says) in [
        ("path", "paths", "allow.toml:2: `paths`: unknown key"),
        ("path = \"*\"\n", "", "allow.toml:1: `allow`: names nothing"),
        (
            "path = \"*\"",
            "token = \"abc\"",
            "allow.toml:2: `token`: takes a value of the column",
        ),
        (
            "path = \"*\"",
            "shape = \"219-47-3612\"",
            "allow.toml:2: `shape`: takes a value",
        ),
        ("path = \"*\"", "place = \"s3\"", "allow.toml:2: `place`: "),
        (
            "owner = \"intake team\"\n",
            "",
            "allow.toml:1: `owner`: missing",
        ),
        ("until = 2036-12-31", "until = 2036-02-30", "allow.toml:5: "),
        (
            "until = 2036-12-31",
            "until = \"2036-02-30\"",
            "allow.toml:5: `until`: expected a calendar day",
        ),
        ("until = 2036-12-31\n", "", "allow.toml:1: `until`: missing"),
        (
            "path = \"*\"",
            "path = \"*\"\nclass = \"ORG_SPECIMEN\"",
            "allow.toml:1: `class`: no detector has this class",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        let bench = bench();
        let run = scan(&bench, &good.replacen(from, to, 1));
        assert_eq!(
            (run.status, run.stdout.as_str()),
            (2, ""),
            "{to}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(says), "{to}: {}", run.stderr);
        assert!(!run.stderr.contains("219-47"), "{}", run.stderr);
        assert!(!bench.at("phiscan-out").exists());
    }
}

#[test]
fn owner_and_reason_are_masked_and_nothing_of_the_file_is_printed_raw() {
    let value = "219-47-3698";
    let name = "Marguerite Oyelaran";
    let bench = bench();
    for text in [
        format!(
            "[[allow]]\npath = \"*{value}*\"\n{BEHIND}[[allow]]\npath = \"*\"\nowner = \"patient_name={name}\"\nreason = \"chart of ssn {value}\"\nuntil = 2036-12-31\n"
        ),
        format!(
            "[[allow]]\npath = \"*\"\nowner = \"patient_name={name}\"\nreason = \"r\"\nuntil = 2020-12-31\n"
        ),
        format!("[[allow]]\n\"{value}\" = 1\n"),
        format!("[[allow]]\nshape = \"{value}\"\n"),
        format!("[[allow]]\ntoken = \"{value}\"\n"),
        format!(
            "[[allow]]\npath = \"*\"\n{}",
            BEHIND.replace("2036-12-31", &format!("\"{value}\""))
        ),
    ] {
        let run = scan(&bench, &text);
        bench.file(&format!("allow-ssn-{value}.toml"), text.as_bytes());
        let path = format!("allow-ssn-{value}.toml");
        let other = bench.scan(&["-v", "in", "--allow", &path]);
        let mut printed = [&run, &other]
            .map(|run| run.stdout.clone() + &run.stderr)
            .concat();
        if bench.at("phiscan-out").exists() {
            printed += &bench.canonical();
            printed += &format!("{:?}", bench.query("SELECT * FROM runs"));
        }
        for piece in [value, "219473698", "Marguerite", "Oyelaran"] {
            assert!(!printed.contains(piece), "{text}\n{printed}");
        }
    }
    let rows = bench
        .query("SELECT DISTINCT suppressed_by, suppressed_reason FROM findings WHERE suppressed");
    assert_eq!(rows.len(), 1, "{rows:?}");
    let by = rows[0]["suppressed_by"].as_str().unwrap();
    let reason = rows[0]["suppressed_reason"].as_str().unwrap();
    assert!(by.starts_with("patient_name={NAME:"), "{by}");
    assert!(reason.starts_with("chart of ssn {SSN:"), "{reason}");
}
