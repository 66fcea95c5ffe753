//! National Drug Code: labeler-product-package.
//!
//! Ten digits as 4-4-2, 5-3-2 or 5-4-1; eleven as 6-4-1 or 6-3-2, or in the billing form of HIPAA,
//! 5-4-2, which pads the short segment with a zero (21 CFR 207.33); from 7 March 2033 twelve,
//! 6-4-2 (91 FR 10749). Bare digits say nothing and need a cue.

use super::{Digits, Validity};

/// The segment lengths that are legal.
const FORMS: [[usize; 3]; 7] = [
    [4, 4, 2],
    [5, 3, 2],
    [5, 4, 1],
    [5, 4, 2],
    [6, 4, 1],
    [6, 3, 2],
    [6, 4, 2],
];

fn segments(raw: &[u8]) -> Option<[usize; 3]> {
    let mut lengths = [0usize; 3];
    let mut parts = raw.split(|&byte| byte == b'-');
    for length in &mut lengths {
        let part = parts.next()?;
        if !part.iter().all(u8::is_ascii_digit) {
            return None;
        }
        *length = part.len();
    }
    parts.next().is_none().then_some(lengths)
}

/// Validator `ndc`: hyphenated in a legal form, or ten or eleven bare digits.
pub fn validate(raw: &[u8]) -> Validity {
    let Some(digits) = Digits::skipping(raw, b"-") else {
        return Validity::Invalid;
    };
    if digits.all_equal() {
        return Validity::Invalid;
    }
    let fits = match Digits::bare(raw) {
        Some(bare) => matches!(bare.len(), 10 | 11),
        None => segments(raw).is_some_and(|lengths| FORMS.contains(&lengths)),
    };
    Validity::of(fits)
}
