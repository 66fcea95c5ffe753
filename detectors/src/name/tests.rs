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
