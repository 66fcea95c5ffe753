//! US ZIP codes: five digits from 00501 to 99950, optionally with `-` and four more (USPS).

use super::{Digits, Validity};

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

/// Whether this is a filler (12345 is a real ZIP code, but nearly always a sample; 90210 likewise).
pub fn reserved(raw: &[u8]) -> bool {
    read(raw).is_some_and(|digits| {
        matches!(digits.number(0..5), 12_345 | 90_210) || super::digits::filler(digits.as_slice())
    })
}
