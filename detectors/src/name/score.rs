//! Weighs the evidence that a run of tokens is a person's name.
//!
//! The score is a sum of log odds: what each word says in its best role (given name or surname),
//! what stands beside it, how it is written and what the path says; confidence is its logistic. The
//! weights were set by hand and are measured by `examples/name_rate.rs` on names of real files
//! and on names planted in keys; a change here belongs together with both figures.

use std::ops::Range;

use super::around::{Beside, beside, surroundings, writing};
use super::claim::{Claim, claim};
use super::lexicon::Flags;
use super::things::{Share, Things};
use super::token::{Case, Kind, TOKENS_MAX, Token, Tokens};
use super::whole::{Reach, complete};
use super::{Health, NameEvidence};

/// The most confident that a name without a label can be.
const CONFIDENCE_MAX: f64 = 0.97;

/// The most name words in one name.
pub(crate) const RUN_MAX: usize = 6;

pub(crate) fn logistic(score: f64) -> f64 {
    (1.0 / (1.0 + (-score).exp())).min(CONFIDENCE_MAX)
}

/// What a word says for itself as a given name (`role` GIVEN) or surname.
pub(crate) fn word_score(token: &Token, role: Flags) -> f64 {
    let Kind::Word {
        flags,
        likeness,
        letters,
        ..
    } = token.kind
    else {
        return -6.0;
    };
    let listed = flags.has(role);
    if flags.has(Flags::STOP) {
        return if flags.listed() { -0.6 } else { -4.0 };
    }
    if flags.health() && !listed {
        return -4.0;
    }
    if flags.has(Flags::ORDINARY) {
        return if listed {
            0.1
        } else if flags.listed() {
            -0.5
        } else {
            -3.0
        };
    }
    let short = match letters {
        0..=1 => -2.0,
        2 => -0.9,
        3 => -0.3,
        16.. => -2.0,
        _ => 0.0,
    };
    if listed {
        return 2.1 + short;
    }
    if flags.listed() {
        // Listed in the other role: many given names are surnames and the other way round.
        return 0.9 + short;
    }
    (0.9 * likeness).clamp(-2.5, 1.1) + short - 0.2
}

/// Tokens that may stand inside a run of name words.
fn part_of_name(token: &Token) -> bool {
    token.is_word() || token.is_initial()
}

/// A token with what it says for itself in either role.
#[derive(Clone, Copy)]
struct Weighed<'t> {
    token: &'t Token,
    given: f64,
    surname: f64,
}

/// The best assignment of roles: one word is the given name, the others are surnames (the mean of
/// their scores counts).
fn roles(words: &[Weighed<'_>]) -> f64 {
    let mut best = f64::NEG_INFINITY;
    for given in 0..words.len() {
        let mut sum = 0.0;
        let mut worst = f64::INFINITY;
        let mut count = 0.0;
        for (index, word) in words.iter().enumerate() {
            if index != given {
                // A further given name may stand among the surnames (`Nguyen Thi Lan`).
                let either = word.surname.max(word.given);
                let score = if count > 0.0 || words.len() == 2 {
                    word.surname.max(either - 0.8)
                } else {
                    either
                };
                sum += score;
                worst = worst.min(score);
                count += 1.0;
            }
        }
        let given_score = words.get(given).map_or(0.0, |word| word.given);
        let surnames = f64::midpoint(sum / f64::max(count, 1.0), worst.min(3.0));
        best = best.max(given_score + surnames);
    }
    best
}

/// Where a segment stands.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    /// What the words around say about patients.
    pub(crate) health: Health,
    /// Whether it stands right below a folder of patients.
    pub(crate) below_patients: bool,
    /// Whether the part before or behind it is a day from before there were object stores.
    pub(crate) beside_birth: bool,
}

/// A segment whose runs are weighed.
struct Segment<'t> {
    text: &'t [u8],
    tokens: &'t [Token],
    things: &'t Things,
    /// What each token says for itself, in the same order.
    weighed: [Weighed<'t>; TOKENS_MAX],
    number: Beside,
    health: Health,
    below_patients: bool,
    cut: bool,
    odd: bool,
}

/// What a birth date in a part of its own beside the name's says.
const BESIDE_BIRTH: f64 = 1.2;

/// The least confidence worth handing over.
const CONFIDENCE_MIN: f64 = 0.2;

/// Weighs every run of name words in a segment and returns the best, if it is more than nothing.
pub(crate) fn best_run(text: &[u8], read: &Tokens, spot: Spot) -> Option<NameEvidence> {
    let tokens = read.as_slice();
    if !tokens
        .iter()
        .any(|token| token.is_word() && !hopeless(token))
    {
        return None;
    }
    let mut weighed = [Weighed {
        token: &Token::NONE,
        given: 0.0,
        surname: 0.0,
    }; TOKENS_MAX];
    for (slot, token) in weighed.iter_mut().zip(tokens) {
        *slot = Weighed {
            token,
            given: word_score(token, Flags::GIVEN),
            surname: word_score(token, Flags::SURNAME),
        };
    }
    let things = Things::among(text, tokens);
    let segment = Segment {
        text,
        tokens,
        things: &things,
        weighed,
        number: match beside(tokens) {
            Beside(number) if spot.beside_birth => Beside(number.max(BESIDE_BIRTH)),
            number => number,
        },
        health: spot.health,
        below_patients: spot.below_patients,
        cut: read.cut,
        odd: read.odd,
    };
    let mut best: Option<(f64, Range<usize>)> = None;
    for start in 0..tokens.len() {
        if !tokens
            .get(start)
            .is_some_and(|token| token.is_word() && !hopeless(token))
        {
            continue;
        }
        for end in start + 1..=tokens.len().min(start + RUN_MAX) {
            let Some(last) = tokens.get(end - 1) else {
                break;
            };
            if !part_of_name(last) || hopeless(last) || (last.gap > 3 && end - start > 1) {
                break;
            }
            let score = segment.score(start, end);
            // Of equals, the longer one: it is the whole name.
            if best.as_ref().is_none_or(|(other, _)| score >= *other) {
                best = Some((score, start..end));
            }
        }
    }
    let (score, range) = best?;
    let spot_of = |range: Range<usize>| {
        let run = tokens.get(range)?;
        Some(run.first()?.start..run.last()?.end)
    };
    let wide = spot_of(complete(text, tokens, range.clone(), Reach::Wide))?;
    let range = complete(text, tokens, range, Reach::Sure);
    let run = tokens.get(range.clone())?;
    let span = spot_of(range)?;
    let listed = run.iter().filter(|token| token.flags().listed()).count();
    let confidence = logistic(score);
    let numbered = segment.number.0 > 0.0;
    (confidence >= CONFIDENCE_MIN).then_some(NameEvidence {
        confidence,
        span,
        wide,
        listed,
        health: spot.health,
        numbered,
    })
}

/// A word that no name can go through.
fn hopeless(token: &Token) -> bool {
    let flags = token.flags();
    !flags.listed() && !flags.has(Flags::PARTICLE) && (flags.common() || flags.health())
}

impl Segment<'_> {
    /// Whether the segment ends in a word, right behind the run, that makes it an institution's or a
    /// street's name: `maria-parham-hospital`.
    fn institution_of(&self, end: usize) -> bool {
        const INSTITUTIONS: [&[u8]; 10] = [
            b"hospital",
            b"university",
            b"college",
            b"foundation",
            b"institute",
            b"memorial",
            b"county",
            b"street",
            b"avenue",
            b"school",
        ];
        self.tokens.get(end..).is_some_and(|rest| match rest {
            [last] => self.text.get(last.span()).is_some_and(|word| {
                INSTITUTIONS
                    .iter()
                    .any(|known| word.eq_ignore_ascii_case(known))
            }),
            _ => false,
        })
    }

    /// The log odds of the run `start..end`.
    fn score(&self, start: usize, end: usize) -> f64 {
        let (Some(run), Some(weighed)) =
            (self.tokens.get(start..end), self.weighed.get(start..end))
        else {
            return f64::NEG_INFINITY;
        };
        let mut words = [Weighed {
            token: &Token::NONE,
            given: 0.0,
            surname: 0.0,
        }; RUN_MAX];
        let mut count = 0;
        let mut particles = 0;
        let mut initials = 0;
        for one in weighed {
            let flags = one.token.flags();
            // `de`, `la`, `van`; `Le` and `Van` are surnames and given names too, when they stand in a pair.
            let particle = flags.has(Flags::PARTICLE)
                && if run.len() > 2 {
                    !flags.has(Flags::GIVEN)
                } else {
                    !flags.listed()
                };
            if one.token.is_initial() {
                initials += 1;
            } else if particle {
                particles += 1;
            } else if let Some(slot) = words.get_mut(count) {
                *slot = *one;
                count += 1;
            }
        }
        let Some(words) = words.get(..count) else {
            return f64::NEG_INFINITY;
        };
        let listed = |word: &Weighed<'_>| word.token.flags().listed();
        let known = |word: &Weighed<'_>| listed(word) && !word.token.flags().common();
        // All in capitals and nothing else in the segment: how forms and scanners write names.
        let filed = self.health > Health::None
            && run.len() == self.tokens.len()
            && words
                .iter()
                .all(|word| word.token.case() == Some(Case::Upper));
        let both = count >= 2 && words.iter().all(known);
        let around = surroundings(self.tokens, start, end, self.cut, both);
        // Nothing else is in the segment than numbers and words about patients.
        let alone = around > 0.0 && !run.iter().skip(1).any(|token| token.before == b'.');
        let mut score = match *words {
            [] => return f64::NEG_INFINITY,
            [only] => {
                // A lone surname needs the path and a number to be one; an initial stands in for a given name.
                let initial = if initials == 1 { 0.9 } else { -0.6 };
                let plain = match self.health {
                    _ if self.number.0 > 0.0 || initials > 0 => 0.0,
                    Health::Sure => 0.7,
                    Health::None | Health::Weak => 1.0,
                };
                // `viewer-mrn-00500944`: a word beside a record number is mostly a thing's.
                let doubt = if known(&only) { 0.0 } else { 0.9 };
                // `patients/hendricks/`: what stands below such a folder is one patient's.
                let own = self.below_patients
                    && run.len() == self.tokens.len()
                    && only.token.flags().has(Flags::SURNAME)
                    && known(&only);
                -3.4 + initial - plain - doubt
                    + only.surname.max(only.given - 0.4)
                    + if own { 0.5 } else { 0.0 }
            }
            _ => {
                // Half of all surnames are on no list: where the path and a number, or the writing,
                // say that a patient is meant, foreign letters say little.
                let least = match self.health {
                    Health::Sure if alone && self.number.0 > 0.0 => 0.0,
                    _ if filed => 0.0,
                    Health::Sure if alone => -0.5,
                    _ => f64::NEG_INFINITY,
                };
                let mut floored = [Weighed {
                    token: &Token::NONE,
                    given: 0.0,
                    surname: 0.0,
                }; RUN_MAX];
                for (slot, word) in floored.iter_mut().zip(words) {
                    let foreign =
                        !listed(word) && !hopeless(word.token) && !word.token.is_medical();
                    let least = if foreign { least } else { f64::NEG_INFINITY };
                    *slot = Weighed {
                        token: word.token,
                        given: word.given.max(least),
                        surname: word.surname.max(least),
                    };
                }
                let unknown = match words.iter().any(known) {
                    true => 0.0,
                    false if filed => 0.0,
                    false if alone && self.health == Health::Sure && self.number.0 > 0.0 => 0.2,
                    false => 0.9,
                };
                -3.7 + roles(floored.get(..count).unwrap_or(words))
                    - unknown
                    - if count > 3 { 0.8 } else { 0.0 }
            }
        };
        if particles > 0 && count >= 2 {
            score += 0.5;
        }
        if initials > 0 && count >= 2 {
            score += if initials == 1 { 0.2 } else { -0.8 };
        }
        score += writing(run, self.tokens.iter().any(|token| token.before == b'^'));
        score += match self.health {
            Health::None => 0.0,
            Health::Weak => 0.9,
            Health::Sure => 1.7,
        };
        score += self.number.0
            * if self.health == Health::None {
                0.9
            } else {
                1.0
            };
        score += around;
        score += if filed && count >= 2 { 0.5 } else { 0.0 };
        let caret = run.iter().any(|token| token.before == b'^');
        let said = Claim {
            text: self.text,
            tokens: self.tokens,
            run: start..end,
            health: self.health,
            below_patients: self.below_patients,
        };
        if count >= 2
            && !self.cut
            && !self.odd
            && let Some(least) = claim(&said)
        {
            score = score.max(least);
        }
        let thing =
            self.things.share(self.tokens, start, end) == Share::Thing || self.institution_of(end);
        if thing && !caret {
            score -= if self.number.0 > 0.0 { 3.0 } else { 4.2 };
        }
        // `bart-large`, `dallas-edge`: a thing and a word of the language.
        let called = |word: &Weighed<'_>| word.token.flags().has(Flags::THING);
        let plain = |word: &Weighed<'_>| word.token.flags().common();
        if self.health == Health::None
            && count == 2
            && words.iter().any(called)
            && words.iter().any(|word| plain(word) && !called(word))
        {
            score -= 1.2;
        }
        if self.odd { score - 0.5 } else { score }
    }
}
