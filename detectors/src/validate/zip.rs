//! US ZIP codes: five digits from 00501 to 99950, optionally with `-` and four more (USPS).
//!
//! Safe Harbor lets the first three digits stand if their area holds more than 20,000 people
//! (45 CFR 164.514(b)(2)(i)(B)); [`restricted`] knows those that do not.

use super::{Digits, Validity};

/// Areas of 20,000 people or fewer, by the Census of 2000, as HHS's de-identification guidance
/// (26 November 2012) lists them. HHS asks to use newer Census data when published.
pub const RESTRICTED_2000: [u16; 17] = [
    36, 59, 63, 102, 203, 556, 692, 790, 821, 823, 830, 831, 878, 879, 884, 890, 893,
];

fn read(raw: &[u8]) -> Option<Digits> {
    match raw.len() {
        5 => Digits::bare(raw),
        10 => Digits::grouped(raw, &[5, 4], b"-"),
        _ => None,
    }
}

/// Validator `zip`.
pub fn validate(raw: &[u8]) -> Validity {
    Validity::of(read(raw).is_some_and(|digits| (501..=99_950).contains(&digits.number(0..5))))
}

/// Whether even the first three digits of this ZIP code must be withheld.
pub fn restricted(raw: &[u8]) -> bool {
    read(raw)
        .and_then(|digits| u16::try_from(digits.number(0..3)).ok())
        .is_some_and(|area| RESTRICTED_2000.binary_search(&area).is_ok())
}

/// Whether this is a filler (12345 is a real ZIP code, but nearly always a sample; 90210 likewise).
pub fn reserved(raw: &[u8]) -> bool {
    read(raw).is_some_and(|digits| {
        matches!(digits.number(0..5), 12_345 | 90_210) || super::digits::filler(digits.as_slice())
    })
}
