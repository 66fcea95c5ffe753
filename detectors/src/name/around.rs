//! What stands around a run of name words, and how it is written: the evidence besides the words.

use super::lexicon::Flags;
use super::token::{Case, Kind, Token};

/// A number beside the name that makes it a person's: a year of birth, a date, a record number.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Beside(pub(crate) f64);

/// The best of such numbers.
pub(crate) fn beside(tokens: &[Token]) -> Beside {
    let mut best = 0.0f64;
    for (index, token) in tokens.iter().enumerate() {
        let Kind::Number { digits, value } = token.kind else {
            continue;
        };
        let score: f64 = match digits {
            4 if (1910..=2015).contains(&value) => {
                let month = matches!(
                    tokens.get(index + 1).map(|t| t.kind),
                    Some(Kind::Number {
                        digits: 1 | 2,
                        value: 1..=12
                    })
                );
                if month { 1.3 } else { 0.9 }
            }
            4 if (2016..=2035).contains(&value) => 0.6,
            8 => {
                let day = super::packed_date(value);
                if day { 1.2 } else { 0.9 }
            }
            5..=12 => 0.9,
            1 | 2 => {
                let next = |ahead: usize| tokens.get(index + ahead).map(|t| t.kind);
                let whole = matches!(next(1), Some(Kind::Number { digits: 1 | 2, .. }))
                    && matches!(
                        next(2),
                        Some(Kind::Number {
                            digits: 4,
                            value: 1900..=2035
                        })
                    );
                if whole { 1.2 } else { 0.0 }
            }
            _ => 0.0,
        };
        best = best.max(score);
    }
    Beside(best)
}

/// What the run's case and separators say.
pub(crate) fn writing(run: &[Token], caret: bool) -> f64 {
    let mut score = 0.0;
    let inner = run.get(1..).unwrap_or(&[]);
    let separator = |wanted: u8| inner.iter().any(|token| token.before == wanted);
    let comma = inner.iter().any(|token| token.comma);
    let first = run
        .iter()
        .find(|token| !token.flags().has(Flags::PARTICLE))
        .or(run.first())
        .and_then(Token::case);
    let mixed = run
        .iter()
        .filter(|token| token.is_word() && !token.flags().has(Flags::PARTICLE))
        // The second half of a hyphened name is often lower case: `Hye-jin`.
        .filter(|token| !(token.before == b'-' && token.gap == 1 && first == Some(Case::Title)))
        .any(|token| token.case() != first);
    if caret {
        score += 2.2;
    }
    if comma {
        score += 0.8;
    }
    if mixed {
        score -= 0.9;
    }
    if inner.is_empty() {
        return score;
    }
    score += match first {
        Some(Case::Upper) if separator(b'_') || separator(b' ') || separator(b',') => 0.5,
        Some(Case::Title) if separator(b'_') || separator(b' ') || separator(b',') => 0.4,
        Some(Case::Title) if separator(b'-') => 0.1,
        Some(Case::Title) => 0.0,
        Some(Case::Lower) if separator(b'.') => -0.8,
        Some(Case::Lower) if separator(b'-') => -0.3,
        _ => 0.0,
    };
    // Different separators inside a name are rare, except with a comma, a caret, an initial's dot or
    // the hyphen of a compound.
    let mut separators = inner
        .iter()
        .map(|token| token.before)
        .filter(|&byte| byte != b'-');
    let first_separator = separators.next();
    let uneven = separators.any(|byte| Some(byte) != first_separator) && !comma && !caret;
    if uneven { score - 0.4 } else { score }
}

/// What the other tokens of the segment say. Beside a `known` name, given name and surname, words of the
/// names of documents say nothing against it: `maria-gonzalez-report-final`.
pub(crate) fn surroundings(
    tokens: &[Token],
    start: usize,
    end: usize,
    cut: bool,
    known: bool,
) -> f64 {
    let mut strangers = 0.0;
    let mut papers = false;
    let mut glued = false;
    for (index, token) in tokens.iter().enumerate() {
        let inside = (start..end).contains(&index);
        let touches = token.before == 0 && index > 0;
        match token.kind {
            Kind::Word { flags, .. } if !inside => {
                papers |= flags.has(Flags::PAPER);
                strangers += if flags.health() || (known && flags.has(Flags::PAPER)) {
                    0.0
                } else if flags.common() {
                    0.7
                } else {
                    0.8
                };
            }
            // `utf8`, `x86`, `sha256`: a short number that touches a name's word makes it none.
            Kind::Number { digits, .. } if touches && index == end && digits < 4 => glued = true,
            Kind::Word { .. } if touches && index == start && start > 0 => glued = true,
            _ => {}
        }
    }
    let whole = match (strangers == 0.0, papers) {
        (true, false) => 0.7,
        (true, true) => 0.5,
        (false, _) => 0.0,
    };
    whole - f64::min(strangers, 2.1) - if glued { 1.8 } else { 0.0 } - if cut { 2.0 } else { 0.0 }
}
