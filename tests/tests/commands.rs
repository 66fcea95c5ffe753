//! Every command of the README and of the book in `docs/` is run, page by page, as a reader would:
//! in a folder beside the sample estate and `docs`, with `phiscan` on the path. `tests/src/markdown.rs` says how
//! a page marks commands that cannot be run here, output that is compared, and files.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::process::{Command, Stdio};

use tests::markdown::{Block, NOT_RUN, blocks, book};
use tests::{Bench, Run, binary, on_terminal, root};

/// Programs that a test must not start: they build, change the machine, or use somebody's account.
const OUTSIDE: [&str; 7] = ["apt-get", "aws", "cargo", "curl", "docker", "gh", "sudo"];

/// Whether `sh` can parse a text.
fn parses(text: &str) -> bool {
    let mut shell = Command::new("sh");
    shell.args(["-n", "-c", text]).stderr(Stdio::null());
    shell.status().unwrap().success()
}

/// The commands of a block: lines, put together where a command goes on in the next.
fn commands(block: &Block) -> Vec<String> {
    let mut found = Vec::new();
    let mut command = String::new();
    for line in block.text.lines() {
        if command.is_empty() && (line.trim().is_empty() || line.starts_with('#')) {
            continue;
        }
        command.push_str(line);
        command.push('\n');
        if !line.ends_with('\\') && !is_in_here_document(&command) && parses(&command) {
            found.push(std::mem::take(&mut command));
        }
    }
    assert!(command.is_empty(), "{}: no end of {command}", block.at);
    found
}

/// Whether a command's last here-document has not ended.
fn is_in_here_document(command: &str) -> bool {
    let Some((_, rest)) = command.split_once("<<") else {
        return false;
    };
    let mut lines = rest.lines();
    let word = lines.next().unwrap_or_default();
    let word = word.split([' ', '>', '|']).next().unwrap();
    let word = word.trim_matches(['\'', '"']);
    !lines.any(|line| line == word)
}

/// The status that a command should end with: what its comment says, or 1 for a scan, since what the
/// pages scan leaks on purpose.
fn expected(command: &str) -> i32 {
    let said = command.rsplit_once("# ").and_then(|(_, comment)| {
        let (_, rest) = comment.rsplit_once("status ")?;
        rest.trim().parse().ok()
    });
    said.unwrap_or_else(|| i32::from(command.starts_with("phiscan scan ")))
}

/// A forbidden finding that is there now.
fn a_finding(bench: &Bench) -> String {
    let rows = bench
        .query("SELECT min(finding_id) AS id FROM findings_current WHERE verdict = 'forbidden'");
    rows[0]["id"].as_str().unwrap().to_owned()
}

/// Runs a command in the bench's folder, as a user whose home it is: with a real id for `FINDING_ID`,
/// and on a terminal where something is to be revealed.
fn run(bench: &Bench, command: &str) -> Run {
    if command.contains("FINDING_ID") {
        return run(bench, &command.replace("FINDING_ID", &a_finding(bench)));
    }
    let mut path = binary().parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut shell = bench.phiscan(&[]);
    let mut outer = Command::new("sh");
    outer
        .args(["-c", command])
        .current_dir(bench.path())
        .stdin(Stdio::null());
    for (name, value) in shell.env("PATH", path).get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    // A reader has no key before the first scan.
    outer
        .env_remove("PHISCAN_TOKEN_KEY")
        .env("HOME", bench.path());
    if command.contains("--reveal") {
        return on_terminal(&outer, 100);
    }
    outer.output().unwrap().into()
}

/// Runs the blocks of pages in one folder, and gives the number of commands.
fn follow(pages: &[String]) -> usize {
    let bench = Bench::new();
    fs::remove_file(bench.at("token.key")).unwrap();
    for folder in ["corpora", "docs"] {
        std::os::unix::fs::symlink(root().join(folder), bench.at(folder)).unwrap();
    }
    let mut count = 0;
    let mut printed = String::new();
    for block in pages.iter().flat_map(|page| blocks(page)) {
        let words: Vec<&str> = block.words.iter().map(String::as_str).collect();
        match (block.language.as_str(), words.as_slice()) {
            ("sh" | "", []) => {
                for command in commands(&block) {
                    let mut words = command.split_whitespace();
                    assert!(
                        !words.any(|word| OUTSIDE.contains(&word)),
                        "{}: {command}needs what the tests have not: write `sh` and a reason, one of {NOT_RUN:?}",
                        block.at
                    );
                    let ended = run(&bench, &command);
                    let status = expected(&command);
                    assert_eq!(
                        ended.status, status,
                        "{}: {command}{}{}",
                        block.at, ended.stdout, ended.stderr
                    );
                    let speaks = command.starts_with("phiscan ") && !command.contains('>');
                    assert!(
                        !speaks || status > 1 || !ended.stdout.is_empty(),
                        "{}: {command} says nothing",
                        block.at
                    );
                    printed = ended.stdout;
                    count += 1;
                }
            }
            ("sh", [reason]) if NOT_RUN.contains(reason) => {
                assert!(!commands(&block).is_empty(), "{}: no commands", block.at);
            }
            ("text", ["output"]) => {
                assert_eq!(block.text.trim_end(), printed.trim_end(), "{}", block.at);
            }
            ("sh", _) => panic!(
                "{}: commands that are not run say why: one of {NOT_RUN:?}",
                block.at
            ),
            (_, [name]) if !name.contains('=') => {
                bench.file(name, block.text.as_bytes());
            }
            _ => {}
        }
    }
    count
}

#[test]
fn commands_in_the_readme_run() {
    let count = follow(&["README.md".to_owned()]);
    assert!(count > 10, "{count} commands");
}

#[test]
fn commands_in_the_book_run() {
    let count = follow(&book());
    assert!(count > 20, "{count} commands");
}

/// Tasks of `cargo xtask` cannot all be run by a test, but their names can be looked up.
#[test]
fn tasks_in_the_documentation_exist() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--offline",
            "--package",
            "xtask",
            "--",
            "--help",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let help = Run::from(output);
    assert_eq!(help.status, 0, "{}", help.stderr);
    let mut tasks = 0;
    for page in tests::markdown::pages() {
        for block in blocks(&page) {
            let lines = block.text.lines();
            for rest in lines.filter_map(|line| line.strip_prefix("cargo xtask ")) {
                let task = rest.split_whitespace().next().unwrap();
                assert!(
                    help.stdout
                        .lines()
                        .any(|line| line.trim_start().starts_with(&format!("{task} "))
                            || line.trim() == task),
                    "{}: cargo xtask {task}",
                    block.at
                );
                tasks += 1;
            }
        }
    }
    assert!(tasks > 5, "{tasks} tasks");
}
