//! ICD-10-CM diagnosis codes: three to seven characters, a dot after the third.
//!
//! Position by position, the alphabet of all 98,204 codes of the CMS list of April 2026:
//! letter, digit, `0-9AB`, then `0-9A-LXZ`, `0-9A-EXYZ`, `0-9A-HX` and `0-9A-HJKMNP-S`. The third
//! is a letter in ten categories only, and of chapter U only U07 and U09 are used. That rules out
//! most instance types and version numbers, but never all: a code needs a cue.

use super::Validity;

/// The categories whose third character is a letter.
const LETTERED: [&[u8; 3]; 10] = [
    b"C4A", b"C7A", b"C7B", b"D3A", b"I1A", b"I5A", b"J4A", b"M1A", b"O9A", b"Z3A",
];

fn position(index: usize, byte: u8) -> bool {
    match index {
        0 => byte.is_ascii_uppercase(),
        1 => byte.is_ascii_digit(),
        2 => byte.is_ascii_digit() || matches!(byte, b'A' | b'B'),
        3 => byte.is_ascii_digit() || matches!(byte, b'A'..=b'L' | b'X' | b'Z'),
        4 => byte.is_ascii_digit() || matches!(byte, b'A'..=b'E' | b'X'..=b'Z'),
        5 => byte.is_ascii_digit() || matches!(byte, b'A'..=b'H' | b'X'),
        6 => {
            byte.is_ascii_digit()
                || matches!(byte, b'A'..=b'H' | b'J' | b'K' | b'M' | b'N' | b'P'..=b'S')
        }
        _ => false,
    }
}

/// Validator `icd10`: the dot may be missing, as it is in X12; either case is read.
pub fn validate(raw: &[u8]) -> Validity {
    let mut code = [0u8; 7];
    let mut len = 0;
    for (index, &byte) in raw.iter().enumerate() {
        if byte == b'.' {
            if index != 3 || raw.len() < 5 {
                return Validity::Invalid;
            }
            continue;
        }
        let byte = byte.to_ascii_uppercase();
        match code.get_mut(len) {
            Some(slot) if position(len, byte) => *slot = byte,
            _ => return Validity::Invalid,
        }
        len += 1;
    }
    let [a, b, c, ..] = code;
    let category = [a, b, c];
    let lettered = c.is_ascii_alphabetic() && !LETTERED.iter().any(|known| **known == category);
    let unused = a == b'U' && category != *b"U07" && category != *b"U09";
    Validity::of(len >= 3 && !lettered && !unused)
}
