//! Pattern sets: what is to be found.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

use crate::error::{Error, shown};
use crate::scan::Scanner;

/// Most patterns of a set.
const MOST_PATTERNS: usize = 1 << 16;
/// Longest pattern text.
const LONGEST_PATTERN_BYTES: usize = 64 << 10;
/// Most words of a list, and their bytes.
const MOST_WORDS: usize = 100_000;
const MOST_WORD_BYTES: usize = 4 << 20;

/// The number of a pattern in its set, from 0 in the order of adding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PatternId(pub(crate) u32);

impl PatternId {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How one pattern is read.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Flags {
    /// ASCII letters match in either case.
    pub ignore_case: bool,
}

/// What one pattern is made of.
pub(crate) enum Source {
    Regex {
        text: String,
        hir: Hir,
    },
    Words {
        words: Vec<Vec<u8>>,
        ignore_case: bool,
    },
}

/// A set of patterns under construction.
///
/// ```
/// use scanner::{Flags, PatternSet};
///
/// let mut set = PatternSet::new();
/// let part = set.regex(r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b", Flags::default())?;
/// let cue = set.words([b"part".as_slice(), b"part number"], Flags { ignore_case: true })?;
/// let scanner = set.compile()?;
///
/// let mut found = Vec::new();
/// scanner.find(&mut scanner.cache(), b"PART 219-09-9999\n", &mut |m| found.push(m));
/// found.sort_by_key(|m| m.start);
/// assert_eq!((found[0].pattern, found[0].start, found[0].end), (cue, 0, 4));
/// assert_eq!((found[1].pattern, found[1].start, found[1].end), (part, 5, 16));
/// # Ok::<(), scanner::Error>(())
/// ```
pub struct PatternSet {
    sources: Vec<Source>,
    separator: u8,
}

impl Default for PatternSet {
    fn default() -> Self {
        Self::new()
    }
}

impl PatternSet {
    /// An empty set whose records end at newlines.
    pub fn new() -> Self {
        Self {
            sources: Vec::new(),
            separator: b'\n',
        }
    }

    /// Sets the byte at which records end, for the whole set. No match holds it.
    pub fn separator(&mut self, separator: u8) -> &mut Self {
        self.separator = separator;
        self
    }

    /// Adds a byte regex: the syntax of the `regex` crate with Unicode off, so
    /// `.`, `\w`, `\b` and classes are about bytes.
    ///
    /// # Errors
    ///
    /// The text does not parse, can match the empty string, asks for a Unicode
    /// word boundary, or is over 64 KiB.
    pub fn regex(&mut self, text: &str, flags: Flags) -> Result<PatternId, Error> {
        let pattern = || shown(text);
        if text.len() > LONGEST_PATTERN_BYTES {
            return Err(Error::TooLarge {
                pattern: pattern(),
                reason: format!("its text is over {LONGEST_PATTERN_BYTES} bytes"),
            });
        }
        let parsed = ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .case_insensitive(flags.ignore_case)
            .nest_limit(100)
            .build()
            .parse(text);
        let hir = parsed.map_err(|error| Error::Syntax {
            pattern: pattern(),
            reason: reason(&error),
        })?;
        if hir.properties().minimum_len() == Some(0) {
            return Err(Error::MatchesEmpty { pattern: pattern() });
        }
        if hir.properties().look_set().contains_word_unicode() {
            return Err(Error::UnicodeBoundary { pattern: pattern() });
        }
        let text = text.to_owned();
        self.add(Source::Regex { text, hir })
    }

    /// Adds a word list. It matches as the alternation of its words in their
    /// order does: of two words that match at one place, the earlier wins.
    ///
    /// # Errors
    ///
    /// There is no word, an empty word, or more than 100,000 words or 4 MiB.
    pub fn words<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w [u8]>,
        flags: Flags,
    ) -> Result<PatternId, Error> {
        let mut kept: Vec<Vec<u8>> = Vec::new();
        let mut bytes = 0usize;
        for (index, word) in words.into_iter().enumerate() {
            if word.is_empty() {
                return Err(Error::EmptyWord { index });
            }
            bytes = bytes.saturating_add(word.len());
            if index >= MOST_WORDS || bytes > MOST_WORD_BYTES {
                return Err(Error::TooManyWords {
                    words: MOST_WORDS,
                    bytes: MOST_WORD_BYTES,
                });
            }
            kept.push(word.to_vec());
        }
        if kept.is_empty() {
            return Err(Error::NoWords);
        }
        self.add(Source::Words {
            words: kept,
            ignore_case: flags.ignore_case,
        })
    }

    fn add(&mut self, source: Source) -> Result<PatternId, Error> {
        let number = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        if self.sources.len() >= MOST_PATTERNS {
            return Err(Error::TooManyPatterns {
                limit: MOST_PATTERNS,
            });
        }
        self.sources.push(source);
        Ok(PatternId(number))
    }

    /// Compiles the set.
    ///
    /// # Errors
    ///
    /// The compiled form of a pattern is over its limit ([`Error::TooLarge`]).
    pub fn compile(self) -> Result<Scanner, Error> {
        Scanner::new(&self.sources, self.separator)
    }
}

/// The parser's message without its drawing of the pattern.
fn reason(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => error.to_string(),
    }
}
