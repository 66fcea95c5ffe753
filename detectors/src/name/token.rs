//! Cuts a path segment or a field into tokens: words, numbers and what stands between them.
//!
//! `smith_john-1962`, `SmithJohn1962` and `smith, john (1962)` give the same words and numbers. Words
//! are also cut where lower case turns to upper (`JohnSmith`), except after Mc, Mac and an
//! apostrophe. All happens in arrays on the stack, in one pass over the bytes.

use std::ops::Range;

use super::claim::of_medicine;
use super::fold::{self, Char};
use super::lexicon::{Flags, Hash, Lexicon, likeness};

/// The most tokens of a segment that are read; a longer one is no name with something beside it.
pub(crate) const TOKENS_MAX: usize = 20;

/// The longest word that can be a name.
const WORD_MAX: usize = 20;

/// How name-like a word is that ends as words of medicine do.
const OF_MEDICINE: f64 = -5.0;

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// `smith`
    Lower,
    /// `Smith`, `McDonald`
    Title,
    /// `SMITH`
    Upper,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Letters only.
    Word {
        /// What the lists say.
        flags: Flags,
        /// How name-like the characters are, if no list knows the word.
        likeness: f64,
        /// How it is written.
        case: Case,
        /// Letters in it.
        letters: usize,
    },
    /// Digits only.
    Number {
        /// How many.
        digits: usize,
        /// What they write, up to 9 digits of it.
        value: u32,
    },
}

/// One token of a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// Where it stands in the text.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    /// The last byte between the token before and this one; 0 when they touch.
    pub(crate) before: u8,
    /// How many bytes stand between them.
    pub(crate) gap: usize,
    /// Whether a comma is one of them.
    pub(crate) comma: bool,
}

impl Token {
    pub(crate) const NONE: Self = Self {
        start: 0,
        end: 0,
        kind: Kind::Number {
            digits: 0,
            value: 0,
        },
        before: 0,
        gap: 0,
        comma: false,
    };

    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(crate) fn flags(&self) -> Flags {
        match self.kind {
            Kind::Word { flags, .. } => flags,
            Kind::Number { .. } => Flags::default(),
        }
    }

    /// A single letter.
    pub(crate) fn is_initial(&self) -> bool {
        matches!(self.kind, Kind::Word { letters: 1, .. })
    }

    /// A word of two letters or more.
    pub(crate) fn is_word(&self) -> bool {
        matches!(self.kind, Kind::Word { letters: 2.., .. })
    }

    /// Whether it is on no list and ends as words of medicine do.
    pub(crate) fn is_medical(&self) -> bool {
        matches!(self.kind, Kind::Word { likeness, .. } if likeness <= OF_MEDICINE)
    }

    pub(crate) fn case(&self) -> Option<Case> {
        match self.kind {
            Kind::Word { case, .. } => Some(case),
            Kind::Number { .. } => None,
        }
    }
}

/// The tokens of one segment.
pub(crate) struct Tokens {
    tokens: [Token; TOKENS_MAX],
    len: usize,
    /// Whether the segment had more tokens than are kept.
    pub(crate) cut: bool,
    /// Whether bytes stand outside the tokens that no name has near it (letters of other scripts,
    /// binary).
    pub(crate) odd: bool,
}

impl Tokens {
    pub(crate) fn as_slice(&self) -> &[Token] {
        self.tokens.get(..self.len).unwrap_or(&[])
    }

    /// Reads `text`; with `camel`, words are cut where the case turns.
    pub(crate) fn read(text: &[u8], camel: bool) -> Self {
        let lexicon = Lexicon::get();
        let mut out = Self {
            tokens: [Token::NONE; TOKENS_MAX],
            len: 0,
            cut: false,
            odd: false,
        };
        let mut at = 0;
        let mut previous_end = 0;
        let mut before = 0u8;
        let mut comma = false;
        while at < text.len() {
            let rest = text.get(at..).unwrap_or(&[]);
            let (char, size) = fold::next(rest);
            let (end, kind) = match char {
                Char::Letter(..) => word(lexicon, text, at, camel),
                Char::Digit => number(text, at),
                Char::Apostrophe | Char::Mark => {
                    before = b'\'';
                    at += size;
                    continue;
                }
                Char::Other(byte) => {
                    // A form's blank.
                    before = if byte == b'+' { b' ' } else { byte };
                    comma |= byte == b',';
                    out.odd |= !(b' '..0x80).contains(&byte);
                    at += size;
                    continue;
                }
            };
            match out.tokens.get_mut(out.len) {
                Some(slot) => {
                    *slot = Token {
                        start: at,
                        end,
                        kind,
                        before,
                        gap: at - previous_end,
                        comma,
                    }
                }
                None => {
                    out.cut = true;
                    break;
                }
            }
            out.len += 1;
            before = 0;
            comma = false;
            previous_end = end;
            at = end;
        }
        out
    }
}

fn number(text: &[u8], start: usize) -> (usize, Kind) {
    let digits = text
        .get(start..)
        .unwrap_or(&[])
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let value = text
        .get(start..start + digits.min(9))
        .unwrap_or(&[])
        .iter()
        .fold(0u32, |n, &byte| {
            n.wrapping_mul(10)
                .wrapping_add(u32::from(byte.wrapping_sub(b'0')))
        });
    (start + digits, Kind::Number { digits, value })
}

fn word(lexicon: &Lexicon, text: &[u8], start: usize, camel: bool) -> (usize, Kind) {
    let mut folded = [0u8; WORD_MAX];
    let mut letters = 0;
    let mut upper = 0;
    let mut first_upper = false;
    let mut previous_upper = false;
    let mut after_apostrophe = false;
    let mut hash = Hash::EMPTY;
    let mut stem = hash;
    let mut last = 0;
    let mut at = start;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or(&[]);
        let (char, size) = fold::next(rest);
        match char {
            Char::Letter(letter, is_upper) => {
                let turn = is_upper && !previous_upper && letters > 0 && !after_apostrophe;
                let scottish = matches!(folded.get(..letters), Some(b"mc" | b"mac"));
                if camel && turn && !scottish {
                    break;
                }
                // A run of capitals ends before its last one if lower case follows: HTMLParser.
                if camel && is_upper && previous_upper && letters > 1 {
                    let following = fold::next(rest.get(size..).unwrap_or(&[])).0;
                    if matches!(following, Char::Letter(_, false)) {
                        break;
                    }
                }
                if let Some(slot) = folded.get_mut(letters) {
                    *slot = letter;
                }
                stem = hash;
                last = letter;
                hash.push(letter);
                first_upper |= letters == 0 && is_upper;
                letters += 1;
                upper += usize::from(is_upper);
                previous_upper = is_upper;
                after_apostrophe = false;
            }
            Char::Apostrophe if letters > 0 && !after_apostrophe => {
                // Inside a word only, and not the one of a possessive: O'Brien, but Smith's.
                let tail = rest.get(size..).unwrap_or(&[]);
                let (next, next_size) = fold::next(tail);
                let possessive = matches!(next, Char::Letter(b's', false))
                    && !matches!(
                        fold::next(tail.get(next_size..).unwrap_or(&[])).0,
                        Char::Letter(..)
                    );
                if possessive || !matches!(next, Char::Letter(..)) {
                    break;
                }
                after_apostrophe = true;
            }
            Char::Mark if letters > 0 => {}
            _ => break,
        }
        at += size;
    }
    let mut flags = lexicon.flags(hash);
    if flags == Flags::default() && last == b's' && letters > 4 {
        // The plural of a word of the language is one.
        let singular = lexicon.flags(stem);
        if singular.common() && !singular.listed() {
            flags = Flags::ORDINARY;
        }
    }
    let case = match (first_upper, upper) {
        (true, n) if n == letters && letters > 1 => Case::Upper,
        (true, _) => Case::Title,
        _ => Case::Lower,
    };
    let likeness = match folded.get(..letters) {
        Some(_) if flags.listed() => 1.0,
        Some(word) if of_medicine(word) => OF_MEDICINE,
        Some(word) => likeness(word),
        None => -3.0,
    };
    (
        at,
        Kind::Word {
            flags,
            likeness,
            case,
            letters,
        },
    )
}
