//! phiscan before a commit and in CI: the hook and the script that the documentation offers, in a Git
//! repository of their own.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::markdown::{blocks, read};
use tests::{Bench, Run, binary, root};

const LEAK: &[u8] = b"2026-03-03T09:15:21Z WARN no coverage found for patient, ssn 219-47-3612\n";
const CLEAN: &[u8] = b"2026-03-03T09:14:07Z INFO nightly backup done in 418 s\n";

/// Runs a command line of `sh` in a folder of the bench, with `phiscan` on the path.
fn shell(bench: &Bench, below: &str, line: &str, arguments: &[&str]) -> Run {
    let mut path = binary().parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let mut command = Command::new("sh");
    command
        .args(["-c", line, "sh"])
        .args(arguments)
        .current_dir(bench.at(below))
        .stdin(Stdio::null());
    let of_phiscan = bench.phiscan(&[]);
    for (name, value) in of_phiscan.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("PATH", path).output().unwrap().into()
}

/// A repository with one commit, `README`, on the branch `main`.
fn repository() -> Bench {
    let bench = Bench::new();
    bench.file("repository/old.log", LEAK);
    git(&bench, "git init --quiet --initial-branch main .");
    commit(&bench, "Begin");
    bench
}

fn git(bench: &Bench, line: &str) {
    let run = shell(bench, "repository", line, &[]);
    assert_eq!(run.status, 0, "{line}: {}{}", run.stdout, run.stderr);
}

fn commit(bench: &Bench, message: &str) {
    git(bench, "git add --all .");
    git(
        bench,
        &format!(
            "git -c user.name=T -c user.email=t@example.org -c commit.gpgsign=false \
             commit --quiet --no-verify --message '{message}'"
        ),
    );
}

/// The values of a key in a hook of `.pre-commit-hooks.yaml`.
fn hook(id: &str, key: &str) -> String {
    let text = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let (_, hook) = text.split_once(&format!("- id: {id}\n")).unwrap();
    let hook = hook.split("\n- id:").next().unwrap();
    let line = hook
        .lines()
        .find_map(|line| line.trim().strip_prefix(&format!("{key}: ")));
    line.unwrap_or_else(|| panic!("{id} has no {key}"))
        .to_owned()
}

/// pre-commit starts the entry with the names of staged files behind it.
fn run_hook(bench: &Bench, below: &str, files: &[&str]) -> Run {
    let line = format!("{} \"$@\"", hook("phiscan", "entry"));
    shell(bench, below, &line, files)
}

#[test]
fn the_hook_refuses_leaks_and_leaves_nothing_to_commit() {
    let bench = repository();
    bench.file("repository/new leak.log", LEAK);
    bench.file("repository/--clean.log", CLEAN);
    let run = run_hook(&bench, "repository", &["./--clean.log"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let run = run_hook(&bench, "repository", &["./--clean.log", "new leak.log"]);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);

    let status = shell(&bench, "repository", "git status --porcelain", &[]).stdout;
    assert_eq!(status, "?? --clean.log\n?? \"new leak.log\"\n");
    assert!(bench.at("repository/.git/phiscan/findings").exists());

    // In a linked work tree `.git` is a file.
    git(&bench, "git worktree add --quiet ../linked");
    bench.file("linked/leak.log", LEAK);
    let run = run_hook(&bench, "linked", &["leak.log"]);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    let status = shell(&bench, "linked", "git status --porcelain", &[]).stdout;
    assert_eq!(status, "?? leak.log\n");
}

/// pre-commit starts batches side by side unless told not to; they would share one output folder.
#[test]
fn hooks_run_one_at_a_time_and_where_findings_cannot_be_committed() {
    for id in ["phiscan", "phiscan-docker"] {
        assert_eq!(hook(id, "require_serial"), "true", "{id}");
        assert!(hook(id, "entry").contains("git"), "{id}");
    }
}

#[test]
fn the_commands_of_the_page_work_in_a_repository() {
    let bench = repository();
    bench.file("repository/new.log", LEAK);
    git(&bench, "git add new.log");
    let commands: Vec<String> = blocks("docs/src/ci.md")
        .into_iter()
        .filter(|block| block.words == ["needs-repository"])
        .map(|block| block.text)
        .collect();
    let [look, hook] = commands.as_slice() else {
        panic!("{commands:?}")
    };
    // xargs says so when what it starts does not end with 0.
    let run = shell(&bench, "repository", hook, &[]);
    assert_eq!(run.status, 123, "{}{}", run.stdout, run.stderr);
    let run = shell(&bench, "repository", look, &[]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("new.log") && run.stdout.contains("999-99-9999"));
    assert!(!run.stdout.contains("old.log"));
}

fn results(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["version"], "2.1.0");
    document["runs"][0]["results"].as_array().unwrap().clone()
}

#[test]
fn the_script_scans_what_differs_and_writes_sarif() {
    let bench = repository();
    let script = root().join("docs/src/ci/scan-changed.sh");
    let script = format!("sh {} main", script.display());
    let sarif = bench.at("repository/phiscan.sarif");
    git(&bench, "git checkout --quiet -b change");

    let run = shell(&bench, "repository", &script, &[]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("No file differs") && !sarif.exists());

    bench.file("repository/logs/clean one.log", CLEAN);
    commit(&bench, "Add a log");
    let run = shell(&bench, "repository", &script, &[]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(results(&sarif), [Value::Null; 0]);
    fs::remove_file(&sarif).unwrap();

    bench.file("repository/logs/leak one.log", LEAK);
    git(&bench, "git rm --quiet old.log");
    commit(&bench, "Add a leak");
    let run = shell(&bench, "repository", &script, &[]);
    assert_eq!(run.status, 123, "{}{}", run.stdout, run.stderr);
    let found = results(&sarif);
    assert_eq!(found.len(), 1, "{found:#?}");
    let uri = &found[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "logs/leak%20one.log");
    let text = fs::read_to_string(&sarif).unwrap();
    assert!(!text.contains("219-47-3612"));

    // Nothing stays behind unless it is asked for.
    let line = format!("PHISCAN_OUT=../kept {script}");
    assert_eq!(shell(&bench, "repository", &line, &[]).status, 123);
    assert!(bench.at("kept/findings").exists());
    let status = shell(&bench, "repository", "git status --porcelain", &[]).stdout;
    assert_eq!(status, "?? phiscan.sarif\n");
}

/// The examples name the script and options that exist, and what they cannot do without.
#[test]
fn the_examples_start_the_script() {
    for example in ["docs/src/ci/github.yml", "docs/src/ci/gitlab.yml"] {
        let text = read(example);
        assert!(text.contains("sh ci/scan-changed.sh \"$"), "{example}");
        assert!(
            text.contains("sha256sum --check --strict SHA256SUMS"),
            "{example}"
        );
        assert!(text.contains("account"), "{example} says what it needs");
        assert!(!text.contains('\t'), "{example}: YAML has no tabs");
    }
}
