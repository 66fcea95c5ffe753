//! What can be wrong with a pattern set.
//!
//! Every error is found before the first byte is scanned; scanning itself
//! cannot fail. Pattern text is configuration, so errors may show it.

/// Why a pattern or a set of patterns was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not a regular expression of the syntax taken here.
    #[error("pattern `{pattern}` is not a valid regular expression: {reason}")]
    Syntax {
        /// The pattern as it was given, cut to 200 bytes.
        pattern: String,
        /// What the parser says.
        reason: String,
    },
    /// The pattern can match the empty string, which would match everywhere.
    #[error(
        "pattern `{pattern}` can match the empty string; every match must be at least one byte long"
    )]
    MatchesEmpty {
        /// The pattern as it was given, cut to 200 bytes.
        pattern: String,
    },
    /// The pattern asks for Unicode word boundaries; boundaries are ASCII here.
    #[error("pattern `{pattern}` uses a Unicode word boundary; only ASCII `\\b` is supported")]
    UnicodeBoundary {
        /// The pattern as it was given, cut to 200 bytes.
        pattern: String,
    },
    /// The compiled form of the pattern would be larger than the limit.
    #[error(
        "pattern `{pattern}` is too large: {reason}; shorten it or lower its repetition counts"
    )]
    TooLarge {
        /// The pattern as it was given, cut to 200 bytes.
        pattern: String,
        /// Which limit was hit.
        reason: String,
    },
    /// A word list without words.
    #[error("a word list must hold at least one word")]
    NoWords,
    /// A word list with an empty word.
    #[error("word {index} of a word list is empty")]
    EmptyWord {
        /// Position of the word in its list, from 0.
        index: usize,
    },
    /// A word list over the limit of words or bytes.
    #[error("a word list may hold at most {words} words and {bytes} bytes")]
    TooManyWords {
        /// The limit of words.
        words: usize,
        /// The limit of bytes of all words together.
        bytes: usize,
    },
    /// More patterns than one set may hold.
    #[error("a pattern set may hold at most {limit} patterns")]
    TooManyPatterns {
        /// The limit.
        limit: usize,
    },
}

/// The pattern as an error shows it: whole characters, at most 200 bytes.
pub(crate) fn shown(pattern: &str) -> String {
    let mut end = pattern.len().min(200);
    while !pattern.is_char_boundary(end) {
        end -= 1;
    }
    let mut text = pattern[..end].to_owned();
    if end < pattern.len() {
        text.push('…');
    }
    text
}
