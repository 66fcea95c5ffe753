//! National Provider Identifier: ten digits, the first 1 (person) or 2 (organisation), the last a
//! Luhn digit over `80840` + NPI (CMS, "Requirements for National Provider Identifier and NPI
//! check digit"; 69 FR 3434). Health cards may print it with that prefix, 15 digits in all.
//!
//! One in ten random numbers passes, and every epoch second of our days starts with 1, so a bare
//! NPI needs a cue.

use super::digits::all_equal;
use super::{Digits, Validity, luhn};

/// The Luhn total of the issuer prefix 80840, in front of ten digits.
const PREFIX_SUM: u32 = 24;

fn read(raw: &[u8]) -> Option<Digits> {
    let raw = if raw.len() == 15 {
        raw.strip_prefix(b"80840")?
    } else {
        raw
    };
    Digits::grouped(raw, &[4, 3, 3], b"- ")
}

/// Validator `npi`.
pub fn validate(raw: &[u8]) -> Validity {
    let Some(digits) = read(raw) else {
        return Validity::Invalid;
    };
    let Some((_, body)) = digits.as_slice().split_last() else {
        return Validity::Invalid;
    };
    if digits.len() != 10 || !matches!(body.first(), Some(1 | 2)) || all_equal(body) {
        return Validity::Invalid;
    }
    Validity::of_check((luhn::sum(digits.as_slice()) + PREFIX_SUM).is_multiple_of(10))
}

/// Whether this is CMS's worked example.
pub fn reserved(raw: &[u8]) -> bool {
    read(raw).is_some_and(|digits| digits.number(0..10) == 1_234_567_893)
}
