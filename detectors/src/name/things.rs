//! Things that are called as persons are: `san-francisco`, `johns-hopkins`, `epstein-barr`.
//!
//! The list (`data/things.txt`) holds them joined, so a thing of several words is looked up by the
//! hash of its words one after the other, whatever stands between them.

use super::fold::{self, Char};
use super::lexicon::{Flags, Hash, Lexicon};
use super::token::{TOKENS_MAX, Token};

/// The most words of one thing.
const WORDS_MAX: usize = 4;

/// Which tokens of a segment belong to a thing of several words.
pub(crate) struct Things {
    /// By token: first token of its thing and the one behind its last; equal where there is none.
    of: [(usize, usize); TOKENS_MAX],
    any: bool,
}

/// What a run of tokens has to do with things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// Nothing.
    None,
    /// It holds a thing and words beside it: `Maria Santa Cruz`.
    Beside,
    /// It is one, or a part of one.
    Thing,
}

impl Things {
    /// Finds the things of several words among the tokens of `text`.
    pub(crate) fn among(text: &[u8], tokens: &[Token]) -> Self {
        let lexicon = Lexicon::get();
        let mut out = Self {
            of: [(0, 0); TOKENS_MAX],
            any: false,
        };
        let mut at = 0;
        while at < tokens.len() {
            let mut hash = Hash::EMPTY;
            let mut end = at;
            let mut longest = at;
            while let Some(token) = tokens.get(end) {
                let joined = end == at || token.gap <= 2;
                if end - at == WORDS_MAX || !joined || !token.is_word() {
                    break;
                }
                spell(text, token, &mut hash);
                end += 1;
                if end - at > 1 && lexicon.flags(hash).has(Flags::THING) {
                    longest = end;
                }
            }
            for slot in out.of.get_mut(at..longest).unwrap_or(&mut []) {
                *slot = (at, longest);
                out.any = true;
            }
            at = longest.max(at + 1);
        }
        out
    }

    /// What the run `start..end` has to do with them.
    pub(crate) fn share(&self, tokens: &[Token], start: usize, end: usize) -> Share {
        let Some(run) = tokens.get(start..end) else {
            return Share::None;
        };
        if let [only] = run
            && only.flags().has(Flags::THING)
        {
            return Share::Thing;
        }
        if !self.any {
            return Share::None;
        }
        let mut inside = 0;
        let mut cut = false;
        for (&(first, behind), token) in self.of.get(start..end).unwrap_or(&[]).iter().zip(run) {
            if first < behind {
                inside += 1;
                cut |= first < start || behind > end;
            } else if token.flags().has(Flags::THING) {
                // `charlotte-north-carolina`
                inside += 1;
            }
        }
        match inside {
            0 => Share::None,
            _ if cut || inside == run.len() => Share::Thing,
            _ => Share::Beside,
        }
    }
}

/// Adds a word's folded letters to a hash.
fn spell(text: &[u8], token: &Token, hash: &mut Hash) {
    let mut at = token.start;
    while at < token.end {
        let (char, size) = fold::next(text.get(at..token.end).unwrap_or(&[]));
        if let Char::Letter(letter, _) = char {
            hash.push(letter);
        }
        at += size.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::Tokens;
    use super::*;

    fn share(text: &str, start: usize, end: usize) -> Share {
        let tokens = Tokens::read(text.as_bytes(), true);
        Things::among(text.as_bytes(), tokens.as_slice()).share(tokens.as_slice(), start, end)
    }

    #[test]
    fn things_of_several_words_are_known_however_they_are_written() {
        for text in [
            "san-francisco",
            "San Francisco",
            "SanFrancisco",
            "SAN_FRANCISCO",
            "NewYork",
        ] {
            assert_eq!(share(text, 0, 2), Share::Thing, "{text}");
        }
        assert_eq!(share("san-francisco-summary", 1, 3), Share::Thing);
        assert_eq!(share("maria_santa_cruz", 0, 3), Share::Beside);
        assert_eq!(share("maria_santos", 0, 2), Share::None);
        assert_eq!(share("savannah-south-carolina", 0, 3), Share::Thing);
        assert_eq!(share("Georgia", 0, 1), Share::Thing);
        assert_eq!(share("Georgia_Marsh", 0, 2), Share::None);
    }
}
