//! All of a name: from the words that show that there is one to every part that belongs to it.
//!
//! A name cut short is masked in part and leaks the rest, and its token is another's. So what stands
//! beside the words that were recognised is taken in if it can only be a part of the name: the
//! second half of a hyphened given name (`Kim_Min-jun`), a word that is a name and a word of the
//! language (`Nguyễn_Văn_An`), particles, initials, and suffixes (`Jr`, `III`).
//!
//! A mask goes wider: it takes every word beside the name that is written as the name is and is no
//! word of the language.

use std::ops::Range;

use super::lexicon::Flags;
use super::score::RUN_MAX;
use super::token::{Case, Kind, Token};

/// Letters behind a name, folded.
const SUFFIXES: [&[u8]; 9] = [
    b"jr", b"sr", b"ii", b"iii", b"iv", b"md", b"phd", b"esq", b"dds",
];

/// Particles that are words of keys as well: none of them begins a name that was found without it.
const DOUBTFUL: [&[u8]; 6] = [b"do", b"bar", b"ten", b"st", b"den", b"ste"];

/// How far a name is grown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Over what can only be a part of it.
    Sure,
    /// Over what may be one: for masks.
    Wide,
}

/// Grows the run `range` of `tokens` (which stand in `text`) over all parts of the name.
pub(crate) fn complete(
    text: &[u8],
    tokens: &[Token],
    range: Range<usize>,
    reach: Reach,
) -> Range<usize> {
    let name = Grown {
        reach,
        text,
        tokens,
        separator: separator(tokens, &range),
        case: tokens
            .get(range.clone())
            .and_then(|run| {
                let named = |token: &&Token| token.is_word() && !token.flags().has(Flags::PARTICLE);
                run.iter().find(named).or(run.first())
            })
            .and_then(Token::case),
        several: range.len() > 1,
    };
    let Range { mut start, mut end } = range;
    while end - start < RUN_MAX + 2 {
        match name.behind(end) {
            0 => break,
            more => end += more,
        }
    }
    while end - start < RUN_MAX + 2 {
        match name.before(start) {
            0 => break,
            more => start -= more,
        }
    }
    start..end
}

/// What parts the words of the run: the first separator that is no hyphen, else a hyphen.
fn separator(tokens: &[Token], range: &Range<usize>) -> Option<u8> {
    let inner = tokens.get(range.start + 1..range.end).unwrap_or(&[]);
    inner
        .iter()
        .map(|token| token.before)
        .find(|&byte| byte != b'-')
        .or_else(|| inner.first().map(|token| token.before))
}

struct Grown<'t> {
    reach: Reach,
    text: &'t [u8],
    tokens: &'t [Token],
    separator: Option<u8>,
    case: Option<Case>,
    several: bool,
}

impl Grown<'_> {
    /// How many tokens from `at` on belong to the name that ends there.
    fn behind(&self, at: usize) -> usize {
        let Some(token) = self.tokens.get(at) else {
            return 0;
        };
        if !self.joined(token) {
            return 0;
        }
        let touched = self
            .tokens
            .get(at + 1)
            .is_some_and(|next| next.gap == 0 && matches!(next.kind, Kind::Number { .. }));
        if token.is_initial() {
            // `v2`, `x-ray`, `p 3` are no initials.
            let goes_on = self
                .tokens
                .get(at + 1)
                .is_some_and(|next| next.gap <= 1 && matches!(next.before, 0 | b'-'));
            return usize::from(self.several && !goes_on && self.like(token));
        }
        if self.is_one_of(token, &SUFFIXES) {
            return usize::from(self.several && !touched);
        }
        if token.flags().has(Flags::PARTICLE) && !token.flags().listed() {
            // Only with the word that it belongs to.
            let next = self.tokens.get(at + 1);
            let whole = next.is_some_and(|next| self.joined(next) && self.belongs(next));
            return if whole && self.like(token) { 2 } else { 0 };
        }
        usize::from(!touched && self.belongs(token))
    }

    /// How many tokens in front of `at` belong to the name that starts there.
    fn before(&self, at: usize) -> usize {
        let (Some(token), Some(first)) = (
            at.checked_sub(1).and_then(|before| self.tokens.get(before)),
            self.tokens.get(at),
        ) else {
            return 0;
        };
        if !self.joined(first) {
            return 0;
        }
        let compound = first.before == b'-' && self.separator.is_some_and(|byte| byte != b'-');
        if token.is_initial() {
            return usize::from(self.several && at == 1 && self.case == token.case());
        }
        if token.flags().has(Flags::PARTICLE) {
            let sure = !self.is_one_of(token, &DOUBTFUL) || compound;
            return usize::from(sure && token.is_word() && (self.several || compound));
        }
        let same = self.separator == Some(first.before);
        let fits = compound || (same && self.case == token.case());
        usize::from(token.is_word() && fits && self.is_name(token))
    }

    /// Whether a word right behind the name belongs to it.
    fn belongs(&self, token: &Token) -> bool {
        let Kind::Word {
            flags,
            likeness,
            letters: 2..,
            ..
        } = token.kind
        else {
            return false;
        };
        let compound = token.before == b'-'
            && token.gap == 1
            && self.separator.is_some_and(|byte| byte != b'-');
        if compound {
            // The halves of one part stand closer than the parts.
            return flags.listed() || (!flags.common() && !flags.health() && likeness > 0.0);
        }
        let same = self.separator == Some(token.before) && self.like(token);
        let wide = self.reach == Reach::Wide
            && !flags.health()
            && (flags.listed()
                || !flags.common() && (self.case != Some(Case::Lower) || likeness > 0.3));
        same && (wide || self.is_name(token))
    }

    /// Whether a word is a name, and no word that files are called by.
    fn is_name(&self, token: &Token) -> bool {
        let flags = token.flags();
        let short = token.end - token.start <= 3;
        let ordinary = flags.has(Flags::ORDINARY) && self.case == Some(Case::Lower) && !short;
        flags.listed() && !flags.has(Flags::STOP) && !flags.health() && !ordinary
    }

    /// Whether it is written as the name is.
    fn like(&self, token: &Token) -> bool {
        match (self.case, token.case()) {
            (Some(Case::Title), Some(Case::Lower)) => token.flags().has(Flags::PARTICLE),
            (Some(Case::Upper), Some(Case::Title)) => token.is_initial(),
            (a, b) => a == b || token.is_initial(),
        }
    }

    /// Whether what stands in front of a token can stand inside a name.
    fn joined(&self, token: &Token) -> bool {
        let between = token
            .start
            .checked_sub(token.gap)
            .and_then(|from| self.text.get(from..token.start))
            .unwrap_or(&[]);
        let fits = |byte: &u8| b"_- .,+^'".contains(byte);
        (1..=2).contains(&between.len()) && between.iter().all(fits)
            || (between.is_empty() && self.separator == Some(0))
    }

    fn is_one_of(&self, token: &Token, list: &[&[u8]]) -> bool {
        self.text
            .get(token.span())
            .is_some_and(|word| list.iter().any(|known| word.eq_ignore_ascii_case(known)))
    }
}
