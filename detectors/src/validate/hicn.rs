//! Health Insurance Claim Number, Medicare's number before 2020 and still all over old claims.
//!
//! * Social Security form: an SSN, then a beneficiary identification code (BIC) of one letter or
//!   a letter and one more character (CMS Pub. 100-01 chapter 2 section 50; SSA POMS GN 01050.005).
//! * Railroad Retirement Board form: one to three letters, then six digits or an SSN (SSA POMS
//!   DI 45001.324).
//!
//! It discloses the SSN of the wage earner.

use super::{Digits, Validity, ssn};

/// The second characters that may follow a BIC's first letter; a `.` stands for "nothing".
fn second_characters(first: u8) -> &'static [u8] {
    match first {
        b'A' => b".",
        b'B' => b".123456789ADGHJKLNPQRTWY",
        b'C' => b"123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        b'D' => b".123456789ACDGHJKLMNPQRSTVWXYZ",
        b'E' => b".123456789ABCDEFGHJKM",
        b'F' => b"12345678",
        b'H' => b"ABC",
        b'J' => b"1234",
        b'K' => b"123456789ABCDEFGHJLM",
        b'M' => b".1",
        b'T' => b".23456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        b'W' => b".123456789BCFGJRT",
        _ => b"",
    }
}

fn beneficiary_code(code: &[u8]) -> bool {
    match *code {
        [first] => second_characters(first.to_ascii_uppercase()).contains(&b'.'),
        [first, second] => {
            second != b'.'
                && second_characters(first.to_ascii_uppercase())
                    .contains(&second.to_ascii_uppercase())
        }
        _ => false,
    }
}

fn social_security_form(raw: &[u8]) -> bool {
    // The code is the last one or two characters after the ninth digit.
    let mut digits = 0;
    let Some(ninth) = raw.iter().position(|byte| {
        digits += u32::from(byte.is_ascii_digit());
        digits == 9
    }) else {
        return false;
    };
    let (number, rest) = raw.split_at(ninth + 1);
    let code = match rest {
        [b'-' | b' ', code @ ..] => code,
        code => code,
    };
    ssn::read(number).is_some_and(|digits| ssn::structure(&digits)) && beneficiary_code(code)
}

fn railroad_form(raw: &[u8]) -> bool {
    let letters = raw
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    if !(1..=3).contains(&letters) {
        return false;
    }
    let rest = match raw.split_at(letters).1 {
        [b'-' | b' ', rest @ ..] => rest,
        rest => rest,
    };
    match Digits::bare(rest) {
        Some(digits) if digits.len() == 6 => digits.number(0..6) != 0,
        _ => ssn::read(rest).is_some_and(|digits| ssn::structure(&digits)),
    }
}

/// Validator `hicn`.
pub fn validate(raw: &[u8]) -> Validity {
    Validity::of(social_security_form(raw) || railroad_form(raw))
}

/// Whether the SSN inside is a published sample.
pub fn reserved(raw: &[u8]) -> bool {
    let from = raw.iter().position(u8::is_ascii_digit).unwrap_or(raw.len());
    let to = raw
        .iter()
        .rposition(u8::is_ascii_digit)
        .map_or(from, |last| last + 1);
    let inner = raw.get(from..to).unwrap_or(&[]);
    // A BIC such as B1 ends in a digit: the number is then nine digits and what follows.
    ssn::reserved(inner)
        || inner.get(..9).is_some_and(ssn::reserved)
        || inner.get(..11).is_some_and(ssn::reserved)
}
