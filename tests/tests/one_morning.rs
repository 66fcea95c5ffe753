//! One morning of a security engineer, with the real binary on a copy of the sample estate: scan it,
//! read the table, explain a finding, find its value, mend it, scan again and see it gone; allow
//! another until a day; forbid what the whitepaper permits.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use serde_json::Value;
use tests::{Bench, Run, on_terminal, root};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// How many findings count, by the summary's headline; the run must be complete.
fn counted(run: &Run) -> u64 {
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    summary["findings_counting"].as_u64().unwrap()
}

/// The rows of a saved query.
fn saved(bench: &Bench, arguments: &[&str]) -> Vec<Value> {
    let run = bench.run(&[&["query", "--format", "json"], arguments].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn text<'v>(row: &'v Value, column: &str) -> &'v str {
    row[column]
        .as_str()
        .unwrap_or_else(|| panic!("{column} of {row}"))
}

#[test]
fn from_the_first_scan_to_a_policy() {
    let bench = Bench::new();
    copy(&root().join("corpora/hospital"), &bench.at("estate"));

    // The table, for a person.
    let table = bench.scan(&["estate"]);
    assert_eq!(table.status, 1, "{}", table.stderr);
    for said in [
        "forbidden",
        "s3:object-key",
        "Coverage: all",
        "phiscan query",
    ] {
        assert!(table.stdout.contains(said), "{said}: {}", table.stdout);
    }
    let before = counted(&bench.scan(&["estate", "--format", "json"]));
    assert!(before > 100, "{before}");

    // One finding, in a file of plain lines so that it can be mended here.
    let worst = bench.query(
        "SELECT finding_id, unit, byte_start, byte_end, token FROM findings_current \
         WHERE verdict = 'forbidden' AND subject = 'patient' AND NOT reserved AND confidence >= 0.5 \
         AND class = 'MRN' AND service = 's3' AND element = 'object-key' AND encoding = '' \
         AND unit LIKE '%.txt' ORDER BY unit, byte_start LIMIT 1",
    );
    let finding = &worst[0];
    let id = text(finding, "finding_id");

    let why = bench.run(&["explain", id]);
    assert_eq!(why.status, 0, "{}", why.stderr);
    for said in ["MRN", "s3:object-key", "forbidden", "Amazon S3"] {
        assert!(why.stdout.contains(said), "{said}: {}", why.stdout);
    }

    // Where it is, without the value; and the value, for eyes only.
    let unit = bench.at(text(finding, "unit"));
    let (start, end) = (
        usize::try_from(finding["byte_start"].as_u64().unwrap()).unwrap(),
        usize::try_from(finding["byte_end"].as_u64().unwrap()).unwrap(),
    );
    let mut content = fs::read(&unit).unwrap();
    let value = String::from_utf8(content[start..end].to_vec()).unwrap();
    let place = bench.run(&["locate", id]);
    assert_eq!(place.status, 0, "{}", place.stderr);
    assert!(
        place.stdout.contains(&start.to_string()),
        "{}",
        place.stdout
    );
    assert!(!place.stdout.contains(&value) && !place.stderr.contains(&value));
    let piped = bench.run(&["locate", id, "--reveal"]);
    assert_eq!(piped.status, 2, "{}", piped.stdout);
    assert!(!piped.stdout.contains(&value) && !piped.stderr.contains(&value));
    let screen = on_terminal(&bench.phiscan(&["locate", id, "--reveal"]), 120);
    assert_eq!(screen.status, 0, "{}", screen.stderr);
    assert!(
        screen.stdout.contains(&value),
        "the value is shown to a person"
    );

    // The object is renamed, the list fetched again.
    content[start..end].fill(b'x');
    fs::write(&unit, content).unwrap();
    let after = counted(&bench.scan(&["estate", "--format", "json"]));
    assert_eq!(after, before - 1);
    let gone = saved(&bench, &["since-last-run", "--param", "status=gone"]);
    // With the key, all that was found in it is gone; what else it held is new, in the new key.
    let gone: Vec<&str> = gone.iter().map(|row| text(row, "finding_id")).collect();
    assert!(gone.contains(&id), "{gone:?}");
    let new = saved(&bench, &["since-last-run", "--param", "status=new"]);
    assert_eq!(new.len(), gone.len() - 1);
    assert_eq!(bench.run(&["locate", id]).status, 3);

    // Another is answered for until a day: the headline changes, and who answers can be asked.
    let other = bench.query(
        "SELECT token, count(*) AS hits FROM findings_current WHERE verdict = 'forbidden' \
         AND subject = 'patient' AND NOT reserved AND confidence >= 0.5 AND token IS NOT NULL \
         GROUP BY token ORDER BY hits DESC, token LIMIT 1",
    );
    let hits = bench.query(&format!(
        "SELECT count(*) AS hits FROM findings_current WHERE token = '{}' AND subject = 'patient' \
         AND NOT reserved AND confidence >= 0.5 AND verdict NOT IN ('permitted', 'condition-met')",
        text(&other[0], "token")
    ));
    let hits = hits[0]["hits"].as_u64().unwrap();
    bench.file(
        "allow.toml",
        format!(
            "[[allow]]\ntoken = \"{}\"\nowner = \"imaging team\"\nreason = \"moves to the new bucket, ticket 118\"\nuntil = 2036-01-31\n",
            text(&other[0], "token")
        )
        .as_bytes(),
    );
    let allowed = counted(&bench.scan(&["estate", "--allow", "allow.toml", "--format", "json"]));
    assert_eq!(allowed, after - hits);
    let answered = saved(&bench, &["suppressed"]);
    assert!(!answered.is_empty());
    for row in &answered {
        let row = row.to_string();
        assert!(
            row.contains("imaging team") && row.contains("2036-01-31"),
            "{row}"
        );
    }

    // Social Security numbers in log messages, which the whitepaper permits, are forbidden here.
    bench.file(
        "policy.toml",
        b"[[entry]]\nplace = \"logs:log-event\"\nclass = \"SSN\"\nverdict = \"forbidden\"\ncitation = \"ORG-SEC-014\"\n",
    );
    let ours = bench.scan(&["estate", "--policy", "policy.toml", "--format", "json"]);
    let ssns = bench.query(
        "SELECT count(*) AS hits FROM findings_current WHERE policy_id = 'ORG-SEC-014' \
         AND basis = 'organisation' AND class = 'SSN' AND NOT reserved AND confidence >= 0.5",
    );
    let ssns = ssns[0]["hits"].as_u64().unwrap();
    assert!(ssns > 0);
    assert_eq!(counted(&ours), after + ssns);
}
