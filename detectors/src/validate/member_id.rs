//! Numbers that a health plan or a hospital gives out itself: member, subscriber and record
//! numbers. No common format exists, so these validators only say what cannot be one; they run
//! behind a cue.
//!
//! * Member id: 6 to 20 letters and digits with at least three digits (upper bound: T-MSIS
//!   MEMBER-ID; Blue Cross ids have 10 to 17: a prefix of three, then 7 to 14).
//! * Medical record, account or encounter number: 4 to 15 characters, at least four digits, at most
//!   four letters, those in front or behind (`E1234567`, `00-12-34-56`, `MRN0012345`).

use super::Validity;
use super::digits::filler;

/// Counts of what an identifier is made of.
#[derive(Default)]
struct Makeup {
    digits: usize,
    letters: usize,
    /// Changes between a run of letters and a run of digits.
    turns: usize,
    separators: usize,
    nonzero: bool,
}

fn makeup(raw: &[u8]) -> Option<Makeup> {
    let mut out = Makeup::default();
    let mut previous: Option<bool> = None;
    let mut after_separator = true;
    for &byte in raw {
        let letter = byte.is_ascii_alphabetic();
        if letter || byte.is_ascii_digit() {
            out.letters += usize::from(letter);
            out.digits += usize::from(!letter);
            out.nonzero |= byte != b'0';
            out.turns += usize::from(previous.is_some_and(|was| was != letter));
            previous = Some(letter);
            after_separator = false;
        } else if matches!(byte, b'-' | b' ' | b'.') && !after_separator {
            out.separators += 1;
            after_separator = true;
        } else {
            return None;
        }
    }
    (!after_separator && out.nonzero).then_some(out)
}

/// Validator `member-id`.
pub fn validate(raw: &[u8]) -> Validity {
    Validity::of(
        raw.len() <= 28
            && makeup(raw).is_some_and(|m| {
                (6..=20).contains(&(m.digits + m.letters))
                    && m.digits >= 3
                    && m.separators <= 4
                    && m.turns <= 4
            }),
    )
}

/// Validator `mrn`.
pub fn record_number(raw: &[u8]) -> Validity {
    Validity::of(
        raw.len() <= 20
            && makeup(raw).is_some_and(|m| {
                (4..=15).contains(&(m.digits + m.letters))
                    && m.digits >= 4
                    && m.letters <= 4
                    && m.turns <= 2
                    && m.separators <= 4
            }),
    )
}

/// Validator `file-number`: digits that can be a record number where no label says so: no day, no
/// epoch time, no small count.
pub fn file_number(raw: &[u8]) -> Validity {
    let value = raw.iter().try_fold(0u64, |n, &byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        n.checked_mul(10)?.checked_add(digit)
    });
    // Seconds and milliseconds from 2001 to 2065.
    let epoch = match raw.len() {
        10 => 1_000_000_000..3_000_000_000,
        13 => 1_000_000_000_000..3_000_000_000_000,
        _ => 0..0,
    };
    // `20260314`, `20260314T1200` without its letters, `202603`.
    let dated = matches!(raw.len(), 8 | 12 | 14) && super::date::parse(raw).is_some()
        || raw.len() == 6 && dated_month(raw);
    Validity::of(
        value.is_some_and(|value| value >= 1000 && !epoch.contains(&value))
            && (5..=11).contains(&raw.len())
            && !dated,
    )
}

/// Whether six digits are a year and a month: `202603`.
fn dated_month(raw: &[u8]) -> bool {
    matches!(raw, [b'1', b'9', _, _, month @ ..] | [b'2', b'0', _, _, month @ ..]
        if matches!(month, [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2']))
}

/// Whether the digits are a filler (`123456`, `000000001` is none).
pub fn reserved(raw: &[u8]) -> bool {
    let mut digits = [0u8; 20];
    let mut len = 0;
    for byte in raw.iter().filter(|byte| byte.is_ascii_digit()) {
        match digits.get_mut(len) {
            Some(slot) => *slot = byte - b'0',
            None => return false,
        }
        len += 1;
    }
    len >= 5 && digits.get(..len).is_some_and(filler)
}
