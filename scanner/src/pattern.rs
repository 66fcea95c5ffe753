//! A compiled pattern: its plan, and what confirms it.

use aho_corasick::AhoCorasick;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir};

use crate::confirm::{Sweeper, Tester};
use crate::error::{Error, shown};
use crate::set::Source;
use crate::shape::{ByteSet, Plan, Strategy, plan_regex, plan_words};

/// What confirms a pattern, by the way in which it is found.
pub(crate) enum Pattern {
    Start(Tester),
    Pivot(Box<Pivot>),
    Sweep(Sweeper),
    Slow(Sweeper),
    Words(AhoCorasick),
    SlowWords(AhoCorasick),
    Never,
}

/// A pattern that is found by a byte in it.
pub(crate) struct Pivot {
    pub(crate) whole: Tester,
    /// The pattern from the pivot on.
    pub(crate) rest: Tester,
    /// The bytes that may stand before the pivot in a match, and how many.
    pub(crate) lead: ByteSet,
    pub(crate) shortest: usize,
    pub(crate) longest: usize,
}

impl Pattern {
    /// A pattern's plan, what confirms it, and whether it is a word list.
    pub(crate) fn new(source: &Source, separator: u8) -> Result<(Plan, Self, bool), Error> {
        Ok(match source {
            Source::Regex { text, hir } => {
                let (plan, pattern) = Self::regex(hir, text, separator)?;
                (plan, pattern, false)
            }
            // In either case a letter that separates records is also one that
            // does not; a word list cannot say that.
            Source::Words { words, ignore_case }
                if *ignore_case && separator.is_ascii_alphabetic() =>
            {
                let (plan, pattern) = Self::regex(&word_regex(words), "word list", separator)?;
                (plan, pattern, false)
            }
            Source::Words { words, ignore_case } => {
                let (plan, pattern) = Self::words(words, *ignore_case, separator)?;
                (plan, pattern, true)
            }
        })
    }

    /// The plan of a regex and what confirms it; `text` is for the error.
    fn regex(hir: &Hir, text: &str, separator: u8) -> Result<(Plan, Self), Error> {
        let plan = plan_regex(hir, separator);
        let pattern = Self::confirming(hir, &plan).map_err(|reason| Error::TooLarge {
            pattern: shown(text),
            reason,
        })?;
        Ok((plan, pattern))
    }

    fn words(words: &[Vec<u8>], ignore_case: bool, separator: u8) -> Result<(Plan, Self), Error> {
        let plan = plan_words(words.iter().map(Vec::as_slice), ignore_case, separator);
        let automaton = word_automaton(words, ignore_case, separator);
        let automaton = automaton.map_err(|reason| Error::TooLarge {
            pattern: "word list".to_owned(),
            reason,
        })?;
        let pattern = match plan.strategy {
            Strategy::Never => Self::Never,
            Strategy::Slow => Self::SlowWords(automaton),
            _ => Self::Words(automaton),
        };
        Ok((plan, pattern))
    }

    fn confirming(hir: &Hir, plan: &Plan) -> Result<Self, String> {
        Ok(match &plan.strategy {
            Strategy::Start => Self::Start(Tester::new(hir)?),
            Strategy::Pivot {
                lead,
                lengths,
                rest,
            } => Self::Pivot(Box::new(Pivot {
                whole: Tester::new(hir)?,
                rest: Tester::new(rest)?,
                lead: *lead,
                shortest: lengths.start,
                longest: lengths.end - 1,
            })),
            Strategy::Sweep => Self::Sweep(Sweeper::new(hir)?),
            Strategy::Slow => Self::Slow(Sweeper::new(hir)?),
            Strategy::Never => Self::Never,
        })
    }
}

/// The automaton of a word list, to be started at one position or anywhere.
fn word_automaton(
    words: &[Vec<u8>],
    ignore_case: bool,
    separator: u8,
) -> Result<AhoCorasick, String> {
    let words = words.iter().filter(|word| !word.contains(&separator));
    AhoCorasick::builder()
        .match_kind(aho_corasick::MatchKind::LeftmostFirst)
        .start_kind(aho_corasick::StartKind::Both)
        .ascii_case_insensitive(ignore_case)
        .prefilter(false)
        .kind(Some(aho_corasick::AhoCorasickKind::ContiguousNFA))
        .build(words)
        .map_err(|error| error.to_string())
}

/// A word list without regard to case as a regex.
fn word_regex(words: &[Vec<u8>]) -> Hir {
    let either = |byte: &u8| {
        let cases = [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()];
        let ranges = cases.map(|case| ClassBytesRange::new(case, case));
        Hir::class(Class::Bytes(ClassBytes::new(ranges)))
    };
    let word = |word: &Vec<u8>| Hir::concat(word.iter().map(either).collect());
    Hir::alternation(words.iter().map(word).collect())
}
