//! Telephone numbers of the North American Numbering Plan, and E.164 numbers of other countries.
//!
//! * NANP (ATIS-0300055): area code `[2-9][0-8]d`, never N11, never 37x or 96x; exchange
//!   `[2-9]dd`, never N11; four more digits. An optional `+1` or `1` stands in front; an
//!   extension may follow. 800, 833, 844, 855, 866, 877 and 888 are toll-free and name no person.
//! * 555-0100 to 555-0199 of every area are set aside for fiction.
//! * E.164: `+`, then 8 to 15 digits, the first not 0.
//!
//! Half of all random ten-digit numbers pass, so bare digits need a cue.

use super::{Digits, Validity};

/// A number taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nanp {
    /// Area code.
    pub area: u16,
    /// Central office code.
    pub exchange: u16,
    /// The last four digits.
    pub line: u16,
}

impl Nanp {
    /// 555-0100 … 555-0199.
    pub fn is_fiction(self) -> bool {
        self.exchange == 555 && (100..=199).contains(&self.line)
    }

    fn is_assignable(self) -> bool {
        let service = |code: u16| code % 100 == 11;
        let leading = |code: u16| (200..=999).contains(&code);
        leading(self.area)
            && self.area / 10 % 10 != 9
            && !service(self.area)
            && !matches!(self.area / 10, 37 | 96)
            && leading(self.exchange)
            && !service(self.exchange)
    }
}

/// Cuts an extension (`x12`, `ext. 345`, `;ext=9`) off the end.
fn without_extension(raw: &[u8]) -> &[u8] {
    let Some(at) = raw.iter().position(u8::is_ascii_alphabetic) else {
        return raw;
    };
    let (head, tail) = raw.split_at(at);
    let word = tail
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let (word, number) = tail.split_at(word);
    let known = [&b"x"[..], b"ext", b"extn", b"extension"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known));
    let digits = number.iter().filter(|byte| byte.is_ascii_digit()).count();
    let plain = number
        .iter()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'.' | b'=' | b':' | b'#'));
    if !known || !plain || !(1..=6).contains(&digits) {
        return raw;
    }
    match head.trim_ascii_end() {
        [head @ .., b';' | b','] => head,
        head => head,
    }
}

/// Reads a NANP number in any usual writing: `(212) 555-0123`, `212-555-0123`, `212.555.0123`,
/// `2125550123`, `+1 212 555 0123`, `1-212-555-0123 x45`. `None` if it is not assignable.
pub fn parse(raw: &[u8]) -> Option<Nanp> {
    let raw = without_extension(raw);
    let (national, international) = match raw {
        [b'+', rest @ ..] => (rest, true),
        rest => (rest, false),
    };
    let digits = Digits::skipping(national, b"()-. /")?;
    if !layout(national) {
        return None;
    }
    let from = match (digits.len(), digits.number(0..1)) {
        (11, 1) => 1,
        (10, _) if !international => 0,
        _ => return None,
    };
    let part = |a: usize, b: usize| u16::try_from(digits.number(from + a..from + b)).ok();
    let number = Nanp {
        area: part(0, 3)?,
        exchange: part(3, 6)?,
        line: part(6, 10)?,
    };
    number.is_assignable().then_some(number)
}

/// Whether separators stand only around country code, area code and exchange.
fn layout(national: &[u8]) -> bool {
    let mut groups = [0usize; 5];
    let mut count = 0;
    let mut open = false;
    for &byte in national {
        if byte.is_ascii_digit() {
            if !open {
                count += 1;
                open = true;
            }
            match groups.get_mut(count - 1) {
                Some(size) => *size += 1,
                None => return false,
            }
        } else {
            open = false;
        }
    }
    matches!(
        groups,
        [10 | 11, 0, ..] | [3, 7, 0, ..] | [6, 4, 0, ..] | [3, 3, 4, 0, ..]
    ) || matches!(groups, [1, 10, 0, ..] | [1, 3, 7, 0, 0] | [1, 3, 3, 4, 0])
}

/// Validator `nanp`.
pub fn validate(raw: &[u8]) -> Validity {
    Validity::of(parse(raw).is_some())
}

/// Validator `phone`: NANP, or E.164 with its plus sign and a foreign country code.
pub fn phone(raw: &[u8]) -> Validity {
    match raw {
        [b'+', b'1', ..] => validate(raw),
        [b'+', rest @ ..] => Validity::of(Digits::skipping(rest, b"()-. ").is_some_and(|digits| {
            (8..=15).contains(&digits.len()) && digits.number(0..1) != 0 && !digits.all_equal()
        })),
        _ => validate(raw),
    }
}

/// Whether the number belongs to fiction, or is a filler such as 222-222-2222 or 2345678901.
pub fn reserved(raw: &[u8]) -> bool {
    parse(raw).is_some_and(|number| {
        number.is_fiction() || (number.exchange == 555 && number.line == 1212)
    }) || Digits::skipping(raw, b"()-. +")
        .is_some_and(|digits| super::digits::filler(digits.as_slice()))
}
