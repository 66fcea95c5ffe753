//! Medicaid identification numbers. Each state has its own; no check digit is published for any,
//! so a shape says little and these run behind a cue.

use super::Validity;

/// One state's shape: `d` a digit, `A` a letter, `c` a letter of California's index (none of B I
/// J K L O P Q R S), any other character itself.
pub struct Shape {
    /// Postal abbreviation of the state.
    pub state: &'static str,
    pattern: &'static [u8],
}

const fn shape(state: &'static str, pattern: &'static [u8]) -> Shape {
    Shape { state, pattern }
}

/// The shapes that a public source confirms, or at least names.
pub const SHAPES: [Shape; 17] = [
    // Client Index Number: bare, with its check digit, with the date of issue (LA County DMH,
    // RMD bulletin 12-041).
    shape("CA", b"9dddddddc"),
    shape("CA", b"9dddddddcd"),
    shape("CA", b"9dddddddcddddd"),
    // 9 digits (HHSC handbook R-3300); CHIP perinatal with a letter in front (TMPPM).
    shape("TX", b"ddddddddd"),
    shape("TX", b"Adddddddd"),
    // Client Identification Number (New York State DOH, pharmacy manual).
    shape("NY", b"AAdddddA"),
    shape("FL", b"dddddddddd"),
    // 9 digits and one for validation (Medical Assistance Handbook 380.2).
    shape("PA", b"dddddddddd"),
    // Billing number (ODJFS).
    shape("OH", b"dddddddddddd"),
    shape("IL", b"ddddddddd"),
    // mihealth card: 8; older material: 10.
    shape("MI", b"dddddddd"),
    shape("MI", b"dddddddddd"),
    shape("GA", b"dddddddddddd"),
    shape("NC", b"dddddddddA"),
    // N.J.A.C. 10:49-2.12; the card's own control number has 16 (10:49-2.15).
    shape("NJ", b"dddddddddddd"),
    shape("NJ", b"dddddddddddddddd"),
    // Since 2008 (EOHHS EOM 08-14).
    shape("MA", b"dddddddddddd"),
];

/// The most characters of a number, its separators included.
const LONGEST: usize = 20;

impl Shape {
    fn fits(&self, value: &[u8]) -> bool {
        value.len() == self.pattern.len()
            && value
                .iter()
                .zip(self.pattern)
                .all(|(&byte, &kind)| match kind {
                    b'd' => byte.is_ascii_digit(),
                    b'A' => byte.is_ascii_uppercase(),
                    b'c' => byte.is_ascii_uppercase() && !b"BIJKLOPQRS".contains(&byte),
                    other => byte == other,
                })
    }
}

/// The states whose shape a number has; none for what cannot be a Medicaid number.
pub fn states(raw: &[u8]) -> impl Iterator<Item = &'static str> {
    let mut value = [0u8; LONGEST];
    let mut len = 0;
    let mut fits = raw.len() <= LONGEST;
    for &byte in raw.iter().filter(|byte| !matches!(byte, b'-' | b' ')) {
        match value.get_mut(len) {
            Some(slot) => *slot = byte.to_ascii_uppercase(),
            None => fits = false,
        }
        len += 1;
    }
    let nonzero = value
        .get(..len)
        .is_some_and(|v| v.iter().any(|&byte| byte != b'0'));
    SHAPES
        .iter()
        .filter(move |shape| fits && nonzero && value.get(..len).is_some_and(|v| shape.fits(v)))
        .map(|shape| shape.state)
}

/// Validator `medicaid`.
pub fn validate(raw: &[u8]) -> Validity {
    Validity::of(states(raw).next().is_some())
}
