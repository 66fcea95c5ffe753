//! The cases of `testdata/matches.toml`, against the engine and against the
//! reference of `reference.rs`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod reference;

use reference::{PatternText, build, sorted};
use scanner::{Flags, Match, Next};
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    separator: Option<String>,
    patterns: Vec<CasePattern>,
    haystack: String,
    find: Vec<(usize, usize, usize)>,
    candidates: Option<Vec<(usize, usize, usize)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CasePattern {
    regex: Option<String>,
    words: Option<Vec<String>>,
    #[serde(default)]
    ignore_case: bool,
}

fn triples(matches: &[Match]) -> Vec<(usize, usize, usize)> {
    let triple = |m: &Match| (m.pattern.index(), m.start, m.end);
    matches.iter().map(triple).collect()
}

#[test]
fn cases() {
    let cases: Cases = toml::from_str(include_str!("../testdata/matches.toml")).unwrap();
    for case in cases.case {
        let separator = case.separator.map_or(b'\n', |text| text.as_bytes()[0]);
        let patterns: Vec<PatternText> = case
            .patterns
            .iter()
            .map(|pattern| PatternText {
                regex: pattern.regex.clone(),
                words: pattern.words.clone().unwrap_or_default(),
                flags: Flags {
                    ignore_case: pattern.ignore_case,
                },
            })
            .collect();
        let (scanner, reference) = build(&patterns, separator).unwrap();
        let text = case.haystack.as_bytes();
        let mut cache = scanner.cache();
        let found = sorted(|push| scanner.find(&mut cache, text, &mut |m| push(m)));
        assert_eq!(triples(&found), case.find, "find: {}", case.name);
        let slow = reference.search(text, separator, &mut |_| Next::PastMatch);
        assert_eq!(found, slow, "reference of find: {}", case.name);
        let offered = sorted(|push| {
            scanner.candidates(&mut cache, text, &mut |m| {
                push(m);
                Next::PastStart
            });
        });
        if let Some(expected) = case.candidates {
            assert_eq!(triples(&offered), expected, "candidates: {}", case.name);
        }
        let slow = reference.search(text, separator, &mut |_| Next::PastStart);
        assert_eq!(offered, slow, "reference of candidates: {}", case.name);
    }
}
