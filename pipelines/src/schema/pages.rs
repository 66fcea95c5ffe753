//! The parts of the documentation that are made from code, and the test that they are as committed.
//!
//! A page is written by hand but for what stands between `<!-- made: NAME -->` and
//! `<!-- end of NAME -->`. `cargo xtask docs` writes those parts; here they are compared. What
//! stands behind `<!-- checked: NAME -->` is written by hand and compared with the code.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use detectors::place::{Basis, Verdict, severity};
use detectors::vocabulary::{Subject, Vocabulary};

use crate::format::FORMATS;
use crate::summary::is_incomplete;
use crate::unit::Reason;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn read(page: &str) -> String {
    std::fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// What stands around a part, and the part; `kind` is `made` or `checked`.
fn split<'p>(page: &'p str, kind: &str, part: &str) -> Option<(&'p str, &'p str, &'p str)> {
    let start = format!("<!-- {kind}: {part} -->\n");
    let end = format!("<!-- end of {part} -->");
    let at = page.find(&start)? + start.len();
    let length = page[at..].find(&end)?;
    Some((&page[..at], &page[at..at + length], &page[at + length..]))
}

/// Compares a part of a page with what it should be, or writes it.
fn check(page: &str, part: &str, wanted: &str) {
    let text = read(page);
    let (before, committed, after) =
        split(&text, "made", part).unwrap_or_else(|| panic!("{page} has no place for {part}"));
    if committed == wanted {
        return;
    }
    if std::env::var_os("PHISCAN_WRITE_PAGES").is_some() {
        std::fs::write(root().join(page), format!("{before}{wanted}{after}")).unwrap();
    } else {
        panic!("{page} is behind the code ({part}): run `cargo xtask docs`");
    }
}

/// The closed lists of strings.
fn vocabulary() -> String {
    let mut text = String::new();
    for list in Vocabulary::built_in().unwrap().lists() {
        text.push_str(&format!(
            "### `{}`\n\n{}\n\n| value | meaning |\n|---|---|\n",
            list.name, list.about
        ));
        for value in &list.values {
            text.push_str(&format!("| `{}` | {} |\n", value.name, value.meaning));
        }
        text.push('\n');
    }
    text
}

/// Severities of findings whose basis is `stated`, in the three bands of confidence.
fn severities() -> String {
    let mut text = "| verdict | patient | credential | others beside a patient | others |\n\
                    |---|---|---|---|---|\n"
        .to_owned();
    let groups = [
        (Subject::Patient, false),
        (Subject::Credential, false),
        (Subject::Provider, true),
        (Subject::Provider, false),
    ];
    for verdict in Verdict::ALL {
        text.push_str(&format!("| `{verdict}`"));
        for (subject, beside) in groups {
            let bands = [0.9, 0.6, 0.3].map(|confidence| {
                let basis = Some(Basis::Stated);
                severity(*verdict, subject, confidence, basis, false, beside).as_str()
            });
            text.push_str(&format!(" | {}", bands.join(" / ")));
        }
        text.push_str(" |\n");
    }
    text
}

#[test]
fn the_pages_are_as_the_code_says() {
    let columns = super::reference().replace("\n## ", "\n### ");
    check("docs/src/output.md", "columns", &format!("#{columns}"));
    check("docs/src/output.md", "vocabulary", &vocabulary());
    check("docs/src/verdicts.md", "severity", &severities());
    check(
        "docs/src/queries.md",
        "queries",
        &crate::query::saved::page().unwrap(),
    );
}

/// The cells of the table behind a marker.
fn rows(page: &str, part: &str) -> Vec<Vec<String>> {
    let text = read(page);
    let (_, table, _) =
        split(&text, "checked", part).unwrap_or_else(|| panic!("{page}: no {part}"));
    let lines = table.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    lines.map(cells).collect()
}

#[test]
fn the_readme_names_every_format() {
    let words: BTreeSet<String> = rows("README.md", "formats")
        .iter()
        .flat_map(|cells| cells[1].split(' '))
        .map(|word| word.trim_matches(['`', ',']).to_owned())
        .collect();
    let formats: BTreeSet<String> = FORMATS
        .iter()
        .map(|format| format.name().to_owned())
        .collect();
    assert_eq!(words, formats);
}

#[test]
fn the_readme_says_how_bad_input_ends() {
    let vocabulary = Vocabulary::built_in().unwrap();
    let mut told = BTreeSet::new();
    for cells in rows("README.md", "bad input") {
        let word = |at: usize| cells[at].trim_matches('`').to_owned();
        let (outcome, reason, exit) = (word(1), word(2), &cells[3]);
        assert!(vocabulary.contains("outcome", &outcome), "{outcome}");
        let expected = if is_incomplete(&outcome, &reason) {
            "3 or 5"
        } else {
            "0 or 1"
        };
        assert_eq!(exit, expected, "{outcome} {reason}");
        told.insert(reason);
    }
    told.remove("–");
    let all: BTreeSet<String> = Reason::ALL
        .iter()
        .map(|reason| reason.as_str().to_owned())
        .collect();
    assert_eq!(told, all);
}
