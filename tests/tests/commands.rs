//! Every `phiscan …` line of the README and of the book in `docs/` is run, in order, beside the sample
//! estate.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use tests::{Bench, root};

/// Lines of code blocks that start phiscan.
fn commands(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside && line.starts_with("phiscan ") {
            found.push(line.to_owned());
        }
    }
    found
}

/// The arguments of a line, as a shell would cut it; no page needs more than double quotes.
fn arguments(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (number, piece) in line.split('"').enumerate() {
        if number % 2 == 1 {
            all.push(piece.to_owned());
        } else {
            all.extend(piece.split_whitespace().map(str::to_owned));
        }
    }
    all
}

/// The README and the pages of the book, in the order of its summary.
fn pages() -> Vec<String> {
    let summary = fs::read_to_string(root().join("docs/src/SUMMARY.md")).unwrap();
    let linked = summary
        .lines()
        .filter_map(|line| line.trim().split_once("](")?.1.strip_suffix(')'));
    let book = linked.map(|page| format!("docs/src/{page}"));
    std::iter::once("README.md".to_owned())
        .chain(book)
        .collect()
}

#[test]
fn commands_in_the_documentation_run() {
    let bench = Bench::new();
    std::os::unix::fs::symlink(root().join("corpora"), bench.at("corpora")).unwrap();
    let mut run = 0;
    for page in pages() {
        for line in commands(&root().join(&page)) {
            let all = arguments(&line);
            let all: Vec<&str> = all.iter().skip(1).map(String::as_str).collect();
            let ended = bench.run(&all);
            // The estate leaks, so a scan of it ends with 1.
            let expected = i32::from(all[0] == "scan");
            assert_eq!(ended.status, expected, "{page}: {line}\n{}", ended.stderr);
            assert!(!ended.stdout.is_empty(), "{page}: {line} says nothing");
            run += 1;
        }
    }
    assert!(run > 15, "{run} commands");
}
