//! What the architecture promises: who depends on whom, and that every closed list of values is in
//! the vocabulary file.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::{Bench, root};

/// Dependencies of our crates on each other, as cargo sees them, without those for tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let ours: BTreeSet<String> = packages.iter().map(name).collect();
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        let real = all.filter(|dependency| dependency["kind"] != "dev");
        real.map(name).filter(|name| ours.contains(name)).collect()
    };
    packages
        .iter()
        .map(|package| (name(package), of(package)))
        .collect()
}

#[test]
fn dependencies_go_one_way() {
    let dependencies = dependencies();
    let of = |package: &str| {
        dependencies[package]
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("scanner"), [""; 0]);
    assert_eq!(of("detectors"), ["scanner"]);
    assert_eq!(of("pipelines"), ["detectors", "scanner"]);
    // The generator knows nothing of what looks for its values.
    assert_eq!(of("corpora"), [""; 0]);
    for (package, uses) in &dependencies {
        assert!(
            !uses.contains("tests") && !uses.contains("xtask") && !uses.contains("benches"),
            "{package}"
        );
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path
            .extension()
            .is_some_and(|kind| kind == "rs" || kind == "toml")
        {
            found.push(path);
        }
    }
}

/// Files of a crate that name one of `words`, in whatever case and as whole words.
fn naming(folders: &[&str], words: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    for folder in folders {
        let path = root().join(folder);
        if path.is_dir() {
            sources(&path, &mut files);
        } else {
            files.push(path);
        }
    }
    assert!(files.len() > 5);
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap().to_ascii_lowercase();
        let named = text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| words.contains(word));
        found.extend(named.map(|word| format!("{}: {word}", file.display())));
    }
    found
}

#[test]
fn the_scanner_knows_nothing_of_phi_or_aws() {
    let words = [
        "aws",
        "amazon",
        "s3",
        "cloudtrail",
        "cloudwatch",
        "arn",
        "phi",
        "hipaa",
        "patient",
        "ssn",
        "mrn",
        "mbi",
        "npi",
        "detector",
        "detectors",
        "verdict",
        "whitepaper",
        "hospital",
    ];
    let found = naming(
        &["scanner/src", "scanner/Cargo.toml", "scanner/examples"],
        &words,
    );
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn detectors_make_no_calls() {
    let words = [
        "tokio",
        "reqwest",
        "hyper",
        "aws_sdk",
        "datafusion",
        "parquet",
        "arrow",
    ];
    let found = naming(&["detectors/src", "detectors/Cargo.toml"], &words);
    assert!(found.is_empty(), "{found:#?}");
}

/// The values of the vocabulary file's lists.
fn vocabulary() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("detectors/vocabulary.toml")).unwrap();
    let file: toml::Table = text.parse().unwrap();
    let lists = file["list"].as_array().unwrap().iter();
    let values = |list: &toml::Value| {
        let values = list["values"].as_array().unwrap().iter();
        values
            .map(|value| value["name"].as_str().unwrap().to_owned())
            .collect()
    };
    lists
        .map(|list| (list["name"].as_str().unwrap().to_owned(), values(list)))
        .collect()
}

#[test]
fn every_closed_list_is_in_the_vocabulary() {
    let bench = Bench::new();
    let estate = root().join("corpora/hospital");
    let share = format!("names:{}", estate.join("shares/efs").display());
    bench.file("odd/empty", b"");
    bench.file("odd/binary", &[0; 64]);
    bench.file("odd/cut.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1]);
    std::os::unix::fs::symlink("loop", bench.at("odd/loop")).unwrap();
    let run = bench.scan(&[estate.to_str().unwrap(), &share, "odd", "missing"]);
    assert_eq!(run.status, 5, "{}", run.stderr);
    let run = bench.scan(&["."]);
    assert!(matches!(run.status, 3 | 5), "{}", run.stderr);

    let vocabulary = vocabulary();
    // Column, table, list; `>` separates the layers of an encoding.
    let columns = [
        ("class", "findings", "class"),
        ("subject", "findings", "subject"),
        ("cue_kind", "findings", "cue_kind"),
        ("checksum", "findings", "checksum"),
        ("verdict", "findings", "verdict"),
        ("basis", "findings", "basis"),
        ("severity", "findings", "severity"),
        ("condition_state", "findings", "condition_state"),
        ("source", "findings", "source"),
        ("encoding", "findings", "encoding"),
        ("source", "coverage", "source"),
        ("unit_kind", "coverage", "unit_kind"),
        ("outcome", "coverage", "outcome"),
        ("reason", "coverage", "reason"),
    ];
    for (column, table, list) in columns {
        let known = vocabulary
            .get(list)
            .unwrap_or_else(|| panic!("no list {list}"));
        let rows = bench.query(&format!(
            "SELECT DISTINCT {column} AS v FROM {table} WHERE {column} IS NOT NULL"
        ));
        assert!(!rows.is_empty(), "{table}.{column} is never written");
        for row in rows {
            let value = row["v"].as_str().unwrap();
            for value in value.split('>').filter(|value| !value.is_empty()) {
                assert!(
                    known.contains(value),
                    "{table}.{column} holds {value:?}, which is not in the list {list}"
                );
            }
        }
    }
    let lists = [("other_classes", "class"), ("contains", "class")];
    for (column, list) in lists {
        let rows = bench.query(&format!(
            "SELECT DISTINCT unnest({column}) AS v FROM findings"
        ));
        for row in rows {
            assert!(
                vocabulary[list].contains(row["v"].as_str().unwrap()),
                "{column}"
            );
        }
    }
}
