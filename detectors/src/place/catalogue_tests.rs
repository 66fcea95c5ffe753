//! The shipped tables against each other, and against the list of what they have to hold.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::catalogue::{CONTENT, ENCRYPTION, FREE_FORM_FIELD};
use super::reached::Reached;
use super::remedy::Remedies;
use crate::vocabulary::Source;

use super::{Basis, Catalogue, Entry, Stance};

/// One line for each statement of the whitepaper: section, service, stance, elements that were
/// counted when the text was read, and elements added since.
const ROWS: &str = include_str!("../../testdata/rows.csv");
/// The whitepaper's table of contents: title as printed, tab, English title.
const CONTENTS: &str = include_str!("../../testdata/table-of-contents.tsv");

fn catalogue() -> Catalogue {
    Catalogue::built_in().unwrap()
}

#[test]
fn every_row_of_the_reading_is_there_with_all_its_elements() {
    let catalogue = catalogue();
    let mut rows: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
    for entry in catalogue.entries() {
        rows.entry(entry.row).or_default().push(entry);
    }
    let expected: Vec<&str> = ROWS.lines().skip(1).collect();
    assert_eq!(expected.len(), 151);
    assert_eq!(rows.len(), expected.len());
    for (line, entries) in expected.iter().zip(rows.values()) {
        let fields: Vec<&str> = line.split(',').collect();
        let [_, section, service, stance, elements, added] = fields[..] else {
            panic!("{line}")
        };
        assert!(
            entries.iter().all(|entry| &*entry.listed_under == section),
            "{line}"
        );
        assert!(
            entries.iter().all(|entry| entry.place.service == service),
            "{line}"
        );
        assert!(
            entries.iter().all(|entry| entry.stance.as_str() == stance),
            "{line}"
        );
        let wanted: usize = elements.parse::<usize>().unwrap() + added.parse::<usize>().unwrap();
        assert_eq!(entries.len(), wanted, "{line}");
    }
}

#[test]
fn every_title_has_rows_or_a_reason_not_to() {
    let catalogue = catalogue();
    let printed: Vec<&str> = catalogue
        .titles()
        .iter()
        .map(|title| title.toc.as_deref().unwrap_or(&title.zh))
        .collect();
    let english: Vec<&str> = catalogue
        .titles()
        .iter()
        .map(|title| title.en.as_str())
        .collect();
    let (toc, toc_en): (Vec<&str>, Vec<&str>) = CONTENTS
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .unzip();
    assert_eq!(printed, toc);
    assert_eq!(english, toc_en);

    let with_rows: HashSet<&str> = catalogue
        .entries()
        .iter()
        .map(|entry| &*entry.listed_under)
        .collect();
    let parents: HashSet<&str> = catalogue
        .titles()
        .iter()
        .filter(|title| with_rows.contains(title.en.as_str()))
        .filter_map(|title| title.parent.as_deref())
        .collect();
    for title in catalogue.titles() {
        let name = title.en.as_str();
        if title.front {
            assert!(
                !with_rows.contains(name),
                "{name} is front matter and has rows"
            );
        } else if let Some(parent) = &title.parent {
            assert!(english.contains(&parent.as_str()), "{name}: no such parent");
            assert!(
                with_rows.contains(name) || with_rows.contains(parent.as_str()),
                "{name} and its parent have no rows"
            );
        } else {
            assert!(
                with_rows.contains(name) || parents.contains(name),
                "{name} has no rows"
            );
        }
    }
}

#[test]
fn policy_ids_are_unique_but_for_general_rules() {
    let catalogue = catalogue();
    let mut seen = HashSet::new();
    for entry in catalogue.entries() {
        let again = !seen.insert(&entry.policy_id);
        assert!(
            !again || &*entry.policy_id == FREE_FORM_FIELD,
            "{}",
            entry.policy_id
        );
        assert!(entry.policy_id.starts_with("WP-"));
    }
}

#[test]
fn every_entry_says_what_a_reader_needs() {
    let catalogue = catalogue();
    for entry in catalogue.entries() {
        let id = &entry.policy_id;
        assert!(
            !entry.section_en.is_empty() && !entry.section_zh.is_empty(),
            "{id}"
        );
        assert!(!entry.note.is_empty(), "{id}");
        assert!(
            !catalogue.remedy(&entry.place, entry.stance).is_empty(),
            "{id}"
        );
        assert_eq!(
            entry.basis == Basis::Stated,
            entry.basis_reason.is_empty(),
            "{id}"
        );
        assert_eq!(
            entry.stance == Stance::Conditional,
            !entry.facts.is_empty(),
            "{id}"
        );
        let facts: HashSet<_> = entry.facts.iter().collect();
        assert_eq!(facts.len(), entry.facts.len(), "{id}");
        let sentence = entry.basis_reason.to_ascii_lowercase();
        for word in ["forbid", "prohibit", "ban"] {
            let says = sentence
                .split(|c: char| !c.is_ascii_alphabetic())
                .any(|w| w.starts_with(word));
            assert!(!says, "{id}: what is not stated is not called a ban");
        }
        for place in entry.carries.iter().chain(&entry.about) {
            assert!(catalogue.for_place(place).next().is_some(), "{id}: {place}");
        }
        if let Some(rule) = &entry.besides {
            assert_eq!(&**rule, ENCRYPTION, "{id}");
        }
    }
}

#[test]
fn a_strict_entry_has_a_line_of_its_own_on_what_to_do() {
    let catalogue = catalogue();
    let lines: HashSet<&str> = Stance::ALL
        .iter()
        .map(|stance| catalogue.remedy(&super::Place::new("x", "x"), *stance))
        .collect();
    let without: BTreeSet<String> = catalogue
        .entries()
        .iter()
        .filter(|entry| entry.stance <= Stance::Unexpected && entry.place.element != CONTENT)
        .filter(|entry| lines.contains(catalogue.remedy(&entry.place, entry.stance)))
        .map(|entry| entry.place.to_string())
        .collect();
    assert_eq!(without, BTreeSet::new());
}

#[test]
fn tables_speak_only_of_places_that_can_be() {
    let catalogue = catalogue();
    let elements: HashSet<&str> = catalogue
        .entries()
        .iter()
        .map(|entry| &*entry.place.element)
        .collect();
    let exists = |place: &super::Place| {
        place.is_local() || place.is_free_form() || catalogue.for_place(place).next().is_some()
    };
    let remedies = Remedies::built_in().unwrap();
    let reached = Reached::built_in().unwrap();
    for place in remedies.places().chain(reached.places()) {
        assert!(exists(place), "{place} is not in the catalogue");
    }
    for element in remedies.elements().chain(reached.elements()) {
        assert!(
            elements.contains(element),
            "*:{element} is not in the catalogue"
        );
    }
    for reach in reached.reaches() {
        assert!(reach.source.parse::<Source>().is_ok(), "{reach:?}");
        assert!(!reach.format.is_empty(), "{reach:?}");
    }
}

#[test]
fn a_place_is_reached_by_its_own_rows_and_those_of_its_element() {
    let catalogue = catalogue();
    let formats = |place: super::Place| -> Vec<String> {
        catalogue
            .reached_by(&place)
            .into_iter()
            .map(|reach| reach.format.clone())
            .collect()
    };
    let key = formats(super::Place::new("s3", "object-key"));
    assert!(
        key.iter().any(|format| format == "keys")
            && key.iter().any(|format| format == "cloudtrail")
    );
    assert!(
        formats(super::Place::new("lambda", "tag"))
            .iter()
            .any(|format| format == "tagging")
    );
    assert_eq!(
        formats(super::Place::new("rds", "database-content")),
        Vec::<String>::new()
    );
}

#[test]
fn faults_name_file_and_line() {
    use super::table::Table;
    let titles = Table {
        file: "t.toml",
        text: "[[title]]\nen = \"A\"\nzh = \"甲\"\n",
    };
    let row = "[[row]]\nsection = \"A\"\nservice = \"a\"\nstance = \"permitted\"\nelements = [\"x\"]\nnote = \"n\"\n";
    let cases = [
        (
            format!("{row}\n{}", row.replace("\"A\"", "\"B\"")),
            8,
            "not in sections.toml",
        ),
        (format!("{row}\n{row}"), 8, "is taken"),
        (row.replace("permitted", "allowed"), 4, "`stance`"),
        (row.replace("permitted", "conditional"), 1, "needs facts"),
        (format!("{row}colour = \"red\"\n"), 7, "colour"),
        (
            format!("{row}read-as.y = \"r\"\n"),
            1,
            "not among the elements",
        ),
    ];
    for (text, line, message) in cases {
        let table = Table {
            file: "w.toml",
            text: &text,
        };
        let fault = Catalogue::from_tables(titles, &[table]).unwrap_err();
        assert_eq!(
            (fault.file.as_str(), fault.line),
            ("w.toml", line),
            "{fault}"
        );
        assert!(fault.message.contains(message), "{fault}");
    }
}
