//! Runs the cases of `testdata/names.toml`.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    form: String,
    /// Texts with the name in ⟨ ⟩.
    found: Option<Vec<String>>,
    not_found: Option<Vec<String>>,
    #[expect(dead_code, reason = "read by people")]
    why: String,
}

fn best(form: &str, text: &str) -> Option<NameEvidence> {
    let mut all: Vec<NameEvidence> = Vec::new();
    match form {
        "key" => find(text.as_bytes(), Health::None, &mut |evidence| {
            all.push(evidence)
        }),
        "caret" => all.extend(assess(text.as_bytes(), NameForm::Caret, &[])),
        "labelled" => all.extend(assess(text.as_bytes(), NameForm::Labelled, &[])),
        other => panic!("no form {other}"),
    }
    all.into_iter()
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
}

#[test]
fn every_case_holds() {
    let mut wrong = Vec::new();
    for case in toml::from_str::<Cases>(include_str!("../../testdata/names.toml"))
        .unwrap()
        .case
    {
        for marked in case.found.unwrap_or_default() {
            let (before, rest) = marked.split_once('⟨').unwrap();
            let (name, after) = rest.split_once('⟩').unwrap();
            let text = format!("{before}{name}{after}");
            match best(&case.form, &text) {
                Some(e)
                    if e.confidence >= 0.5
                        && e.span == (before.len()..before.len() + name.len()) => {}
                other => wrong.push(format!(
                    "{marked}: {other:?} {:?}",
                    other.as_ref().map(|e| &text[e.span.clone()])
                )),
            }
        }
        for text in case.not_found.unwrap_or_default() {
            if let Some(e) = best(&case.form, &text).filter(|e| e.confidence >= 0.5) {
                wrong.push(format!("{text}: {e:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn segments_cover_what_stands_between_borders() {
    let parts: Vec<_> = segments(b"a/b//roe_jane.tar.gz").collect();
    assert_eq!(parts, [0..1, 2..3, 5..13]);
}

/// Plants unlisted surnames with common given names in keys, and returns the share that is found with its
/// exact span.
fn recall(folder: &str, tail: &str) -> f64 {
    let surnames: Vec<&str> = include_str!("../../testdata/unlisted_surnames.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect();
    let given = [
        "mary", "james", "linda", "robert", "susan", "carlos", "amy", "kevin", "tanya", "walter",
    ];
    let title = |word: &str| word[..1].to_uppercase() + &word[1..];
    let mut found = 0;
    let mut planted = 0;
    for (index, surname) in surnames.iter().enumerate() {
        let first = given[index % given.len()];
        let name = match index % 6 {
            0 => format!("{surname}_{first}"),
            1 => format!("{}-{}", title(first), title(surname)),
            2 => format!("{}_{}", surname.to_uppercase(), first.to_uppercase()),
            3 => format!("{}^{}", surname.to_uppercase(), first.to_uppercase()),
            4 => format!("{}, {}", title(surname), title(first)),
            _ => format!("{}{}", title(first), title(surname)),
        };
        let evidence = best("key", &format!("{folder}/{name}{tail}"));
        let start = folder.len() + 1;
        found += usize::from(
            evidence.is_some_and(|e| e.confidence >= 0.5 && e.span == (start..start + name.len())),
        );
        planted += 1;
    }
    assert!(planted >= 400);
    f64::from(u32::try_from(found).unwrap()) / f64::from(u32::try_from(planted).unwrap())
}

#[test]
fn surnames_on_no_list_are_found_too() {
    let (path, number, none) = (
        recall("patients/2024", ".pdf"),
        recall("documents", "_448812.pdf"),
        recall("documents", ".pdf"),
    );
    assert!(path >= 0.85, "{path} with a health word in the path");
    assert!(number >= 0.75, "{number} with a record number beside");
    assert!(none >= 0.4, "{none} without either");
}

proptest! {
    #[test]
    fn spans_lie_inside_and_nothing_panics(text in "[A-Za-z0-9_^ ,.'/é\u{301}’-]{0,80}") {
        let bytes = text.as_bytes();
        let mut all = Vec::new();
        find(bytes, Health::Sure, &mut |evidence| all.push(evidence));
        for form in [NameForm::Segment, NameForm::Caret, NameForm::Labelled] {
            all.extend(assess(bytes, form, &["patients"]));
        }
        for e in all {
            prop_assert!(e.span.start < e.span.end && e.span.end <= bytes.len());
            prop_assert!(text.is_char_boundary(e.span.start) && text.is_char_boundary(e.span.end));
            prop_assert!((0.0..=1.0).contains(&e.confidence));
        }
    }

    #[test]
    fn bytes_of_any_kind_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        find(&bytes, Health::Sure, &mut |_| {});
        for form in [NameForm::Segment, NameForm::Caret, NameForm::Labelled] {
            let _ = assess(&bytes, form, &[]);
        }
    }
}

#[derive(Deserialize)]
struct World {
    everywhere: Vec<String>,
    documents: Vec<String>,
    locale: Vec<Locale>,
    near_misses: NearMisses,
}

#[derive(Deserialize)]
struct Locale {
    of: String,
    listed: Vec<String>,
    unlisted: Vec<String>,
}

#[derive(Deserialize)]
struct NearMisses {
    folders: Vec<String>,
    words: Vec<String>,
}

/// Puts a name (`Given Surname`) in a form, and looks for it there.
fn is_found(form: &str, name: &str) -> Result<(), String> {
    let (first, last) = name.split_once(' ').unwrap();
    let (before, rest) = form.split_once('⟨').unwrap();
    let (inside, after) = rest.split_once('⟩').unwrap();
    let written: String = inside
        .chars()
        .map(|letter| match letter {
            'L' => String::from(last),
            'F' => String::from(first),
            'l' => last.to_lowercase(),
            'f' => first.to_lowercase(),
            other => String::from(other),
        })
        .collect();
    let key = format!("{before}{written}{after}");
    match best("key", &key) {
        Some(e)
            if e.confidence >= 0.5 && e.span == (before.len()..before.len() + written.len()) =>
        {
            Ok(())
        }
        other => Err(format!("{key}: {other:?}")),
    }
}

#[test]
fn names_of_the_world_are_found_listed_or_not() {
    let world: World =
        toml::from_str(include_str!("../../testdata/names-of-the-world.toml")).unwrap();
    let known = |word: &str| {
        let tokens = token::Tokens::read(word.as_bytes(), false);
        tokens.as_slice()[0].flags().listed()
    };
    let mut wrong = Vec::new();
    for locale in &world.locale {
        assert_eq!(locale.listed.len(), locale.unlisted.len(), "{}", locale.of);
        let is_listed = |name: &String| name.split(' ').map(known).collect::<Vec<_>>();
        for name in &locale.listed {
            assert_eq!(is_listed(name), [true, true], "{name} has to be listed");
            for form in world.everywhere.iter().chain(&world.documents) {
                wrong.extend(is_found(form, name).err());
            }
        }
        for name in &locale.unlisted {
            assert_eq!(is_listed(name), [false, false], "{name} is listed");
            for form in &world.everywhere {
                wrong.extend(is_found(form, name).err());
            }
        }
    }
    let misses = &world.near_misses;
    for (folder, words) in misses
        .folders
        .iter()
        .flat_map(|folder| misses.words.iter().map(move |words| (folder, words)))
    {
        for key in [
            format!("{folder}{words}.pdf"),
            format!("{folder}{words}/part-0001.csv"),
        ] {
            wrong.extend(
                best("key", &key)
                    .filter(|e| e.confidence >= 0.5)
                    .map(|e| format!("{key}: {e:?}")),
            );
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
