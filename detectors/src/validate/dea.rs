//! DEA registration: two characters and seven digits, of which the last is
//! `(d1 + d3 + d5) + 2 (d2 + d4 + d6)` modulo ten (21 CFR 1301; DEA Diversion Control).
//!
//! The first character tells the kind of registrant (DEA, "Registration Record Layout", 2016: A B
//! F G M P R, and 0 for handlers of List I chemicals; X was the buprenorphine waiver). Other
//! letters are business-activity codes that lists of first letters carry too: they are accepted.
//! The second is the initial of the surname, or 9 for a
//! business. Users of a hospital's registration add a suffix of digits or letters behind a hyphen.

use super::{Digits, Validity};

/// The longest suffix of an institutional user that is read. No length is fixed by rule.
const SUFFIX_MAX: usize = 10;

fn split(raw: &[u8]) -> Option<(u8, u8, Digits)> {
    let (number, suffix) = raw.split_at_checked(9)?;
    let plain = match suffix {
        [] => true,
        [b'-', code @ ..] => {
            (1..=SUFFIX_MAX).contains(&code.len()) && code.iter().all(u8::is_ascii_alphanumeric)
        }
        _ => false,
    };
    match number {
        [first, second, rest @ ..] if plain => Some((
            first.to_ascii_uppercase(),
            second.to_ascii_uppercase(),
            Digits::bare(rest)?,
        )),
        _ => None,
    }
}

/// Validator `dea`.
pub fn validate(raw: &[u8]) -> Validity {
    let Some((first, second, digits)) = split(raw) else {
        return Validity::Invalid;
    };
    let known = matches!(first, b'0' | b'A'..=b'H' | b'J'..=b'M' | b'P' | b'R'..=b'U' | b'X');
    let [d1, d2, d3, d4, d5, d6, check] = *digits.as_slice() else {
        return Validity::Invalid;
    };
    if !known || !(second.is_ascii_uppercase() || second == b'9') || digits.all_equal() {
        return Validity::Invalid;
    }
    Validity::of_check((d1 + d3 + d5 + 2 * (d2 + d4 + d6)) % 10 == check)
}

/// Whether the seven digits are the specimen 1234563 that manuals print.
pub fn reserved(raw: &[u8]) -> bool {
    split(raw).is_some_and(|(_, _, digits)| digits.number(0..7) == 1_234_563)
}
