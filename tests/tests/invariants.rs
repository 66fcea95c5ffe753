//! What `ARCHITECTURE.md` promises and the compiler does not check.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::root;

const OURS: [&str; 7] = [
    "scanner",
    "detectors",
    "pipelines",
    "corpora",
    "benches",
    "tests",
    "xtask",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Files of the program that hold one of these words outside comments.
fn files_with(words: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    for name in ["scanner", "detectors", "pipelines"] {
        sources(&root().join(name).join("src"), &mut files);
    }
    let holds = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        text.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .any(|line| words.iter().any(|word| line.contains(word)))
    };
    let mut found: Vec<String> = files
        .iter()
        .filter(|path| holds(path))
        .map(|path| path.strip_prefix(root()).unwrap().display().to_string())
        .collect();
    found.sort();
    found
}

#[test]
fn unsafe_code_stands_in_one_file() {
    assert_eq!(
        files_with(&["unsafe_code", "unsafe {", "unsafe fn"]),
        ["pipelines/src/decode/mapped.rs"]
    );
}

#[test]
fn one_file_prints() {
    let words = [
        "println!", "eprintln!", "print!(", "io::stdout()", "io::stderr()", "stdout().lock",
    ];
    assert_eq!(files_with(&words), ["pipelines/src/cli/terminal.rs"]);
}

/// The texts between backticks, line by line.
fn quoted(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

#[test]
fn paths_and_tests_in_architecture_md_exist() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut missing = Vec::new();
    for line in page.lines() {
        let mut test_file: Option<PathBuf> = None;
        for word in quoted(line) {
            let first = word.split('/').next().unwrap();
            let known = OURS.contains(&first) || first == "docs";
            if known && word.contains('/') && !word.contains(['*', ' ']) && !word.contains("NAME") {
                let path = root().join(word);
                if !path.exists() {
                    missing.push(word.to_owned());
                }
                test_file = Some(path);
            } else if let Some(file) = &test_file {
                let is_test = line.contains(&format!(": `{word}`")) && word.contains('_');
                let text = fs::read_to_string(file).unwrap_or_default();
                if is_test && !text.contains(&format!("fn {word}(")) {
                    missing.push(format!("{}: {word}", file.display()));
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// Versions of packages with their features.
fn features(arguments: &[&str]) -> BTreeMap<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["--format", "{p}|{f}"])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split_once('|'))
        .map(|(package, features)| {
            // Said of a package whose dependencies were listed before.
            let features = features.trim_end_matches(" (*)");
            (package.to_owned(), features.to_owned())
        })
        .collect()
}

/// `cargo run` builds the program alone, `cargo test --workspace` everything. Where a package gets
/// other features in the second, it and all above it are compiled twice, DataFusion among them.
#[test]
fn the_program_and_its_tests_share_one_build() {
    let program = features(&["--package", "pipelines", "--edges", "normal,build"]);
    let everything = features(&["--workspace", "--edges", "normal,build,dev"]);
    assert!(program.len() > 100, "{} packages", program.len());
    let differ: Vec<String> = program
        .iter()
        .filter(|(package, features)| everything.get(*package) != Some(*features))
        .map(|(package, features)| {
            let others = everything.get(package).map_or("", String::as_str);
            format!("{package}: {features} alone, {others} with tests")
        })
        .collect();
    assert_eq!(differ, Vec::<String>::new());
}
