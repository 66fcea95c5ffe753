//! The slow, obvious answer: the `regex` crate, one pattern and one record at a
//! time.
#![allow(dead_code, clippy::unwrap_used)]

use regex::bytes::{Regex, RegexBuilder};
use scanner::{Error, Flags, Match, Next, PatternId, PatternSet, Scanner};

/// A pattern as text: a regex, or else words.
#[derive(Clone, Debug)]
pub(crate) struct PatternText {
    pub(crate) regex: Option<String>,
    pub(crate) words: Vec<String>,
    pub(crate) flags: Flags,
}

pub(crate) struct Reference(Vec<(PatternId, Regex)>);

/// The engine and the reference for the same patterns. A word list is for the
/// reference an alternation of its words.
pub(crate) fn build(
    patterns: &[PatternText],
    separator: u8,
) -> Result<(Scanner, Reference), Error> {
    let mut set = PatternSet::new();
    set.separator(separator);
    let mut reference = Vec::new();
    for pattern in patterns {
        let (id, text) = match &pattern.regex {
            Some(regex) => (set.regex(regex, pattern.flags)?, regex.clone()),
            None => {
                let words = pattern.words.iter().map(String::as_bytes);
                let escaped: Vec<String> = pattern.words.iter().map(|w| regex::escape(w)).collect();
                (set.words(words, pattern.flags)?, escaped.join("|"))
            }
        };
        let regex = RegexBuilder::new(&text)
            .unicode(false)
            .case_insensitive(pattern.flags.ignore_case)
            .build()
            .unwrap();
        reference.push((id, regex));
    }
    Ok((set.compile()?, Reference(reference)))
}

impl Reference {
    pub(crate) fn search(
        &self,
        text: &[u8],
        separator: u8,
        judge: &mut dyn FnMut(Match) -> Next,
    ) -> Vec<Match> {
        let mut all = Vec::new();
        for (pattern, regex) in &self.0 {
            let mut base = 0;
            for record in text.split(|byte| *byte == separator) {
                let mut from = 0;
                while let Some(found) = regex.find_at(record, from) {
                    let offered = Match {
                        pattern: *pattern,
                        start: base + found.start(),
                        end: base + found.end(),
                    };
                    all.push(offered);
                    from = match judge(offered) {
                        Next::PastMatch => found.end(),
                        Next::PastStart => found.start() + 1,
                    };
                }
                base += record.len() + 1;
            }
        }
        all
    }
}

/// Collects what the engine reports: by pattern, and within one pattern in the
/// order of reporting.
pub(crate) fn sorted(run: impl FnOnce(&mut dyn FnMut(Match))) -> Vec<Match> {
    let mut all = Vec::new();
    run(&mut |m| all.push(m));
    all.sort_by_key(|m| m.pattern);
    all
}
