//! The Luhn check (ISO/IEC 7812-1 annex B): from the right, every second digit is doubled and
//! counted as the sum of its digits; the total is divisible by ten.

use super::{Digits, Validity};

/// Twice a digit, as the sum of the digits of that product.
const DOUBLED: [u8; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];

/// The Luhn total of `digits` (each 0–9), its last digit being the check digit.
pub(crate) fn sum(digits: &[u8]) -> u32 {
    let mut total = 0u32;
    for (index, &digit) in digits.iter().rev().enumerate() {
        let counted = if index % 2 == 1 {
            DOUBLED.get(usize::from(digit)).copied().unwrap_or(0)
        } else {
            digit
        };
        total += u32::from(counted);
    }
    total
}

/// Validator `luhn`: bare digits, two or more, that pass the check.
pub fn validate(raw: &[u8]) -> Validity {
    match Digits::bare(raw) {
        Some(digits) if digits.len() >= 2 => {
            Validity::of_check(sum(digits.as_slice()).is_multiple_of(10))
        }
        _ => Validity::Invalid,
    }
}
