//! Medicare Beneficiary Identifier: eleven characters `C A AN N A AN N A A N N`, where C is 1–9,
//! N a digit, A a letter and AN either; the letters S, L, O, I, B and Z are never used (CMS,
//! "Understanding the Medicare Beneficiary Identifier format"). It has no check digit, but the
//! grammar lets only one in ten thousand random strings of its kind pass.
//!
//! On the card it is printed 4-3-4 with hyphens; stored it has none. Either case is read.

use super::Validity;

/// The hyphens stand before these positions.
const BREAKS: [usize; 2] = [4, 7];

#[derive(Clone, Copy)]
enum Kind {
    Lead,
    Digit,
    Letter,
    Either,
}

const GRAMMAR: [Kind; 11] = {
    use Kind::{Digit, Either, Lead, Letter};
    [
        Lead, Letter, Either, Digit, Letter, Either, Digit, Letter, Letter, Digit, Digit,
    ]
};

/// CMS's sample cards and documents.
const SAMPLES: [&[u8; 11]; 2] = [b"1EG4TE5MK73", b"1EG4TE5MK72"];

fn letter(byte: u8) -> bool {
    byte.is_ascii_uppercase() && !matches!(byte, b'S' | b'L' | b'O' | b'I' | b'B' | b'Z')
}

/// The eleven characters in upper case, without separators; `None` if it is not written
/// bare or 4-3-4 with one and the same hyphen or space.
pub fn canonical(raw: &[u8]) -> Option<[u8; 11]> {
    let mut out = [0u8; 11];
    let spaced = match raw.len() {
        11 => false,
        13 => true,
        _ => return None,
    };
    let mut bytes = raw.iter().copied();
    let mut separator = None;
    for (index, slot) in out.iter_mut().enumerate() {
        if spaced && BREAKS.contains(&index) {
            let byte = bytes.next()?;
            if !matches!(byte, b'-' | b' ') || *separator.get_or_insert(byte) != byte {
                return None;
            }
        }
        *slot = bytes.next()?.to_ascii_uppercase();
    }
    Some(out)
}

/// Validator `mbi`.
pub fn validate(raw: &[u8]) -> Validity {
    let Some(value) = canonical(raw) else {
        return Validity::Invalid;
    };
    let fits = value.iter().zip(GRAMMAR).all(|(&byte, kind)| match kind {
        Kind::Lead => matches!(byte, b'1'..=b'9'),
        Kind::Digit => byte.is_ascii_digit(),
        Kind::Letter => letter(byte),
        Kind::Either => byte.is_ascii_digit() || letter(byte),
    });
    Validity::of(fits)
}

/// Whether this is one of CMS's published sample numbers.
pub fn reserved(raw: &[u8]) -> bool {
    canonical(raw).is_some_and(|value| SAMPLES.iter().any(|sample| **sample == value))
}
