//! US Social Security numbers, and the taxpayer numbers that share their shape.
//!
//! * SSN `AAA-GG-SSSS`: the area is never 000, 666 or 900–999, the group never 00, the serial
//!   never 0000 (SSA, Program Operations Manual RM 10201.035). Since the randomisation of
//!   25 June 2011 there is no other rule: tables of issued areas must not reject.
//! * ITIN `9AA-GG-SSSS`: area 900–999, group in 50–65, 70–88, 90–92 or 94–99 (IRS).
//!
//! Separators are `-`, a space or `.`, the same twice, or none. There is no check digit, so a
//! bare number never fires without a cue.

use super::digits::filler;
use super::{Digits, Validity};

/// How both numbers are written.
const GROUPS: [usize; 3] = [3, 2, 4];
const SEPARATORS: &[u8] = b"- .";

/// Numbers that were printed as samples and must be capped, never dropped: the wallet insert of
/// 1938, the SSA pamphlet of 1940, a mortgage specimen, and the filler that everybody types.
const PUBLISHED: [u64; 4] = [78_051_120, 219_099_999, 457_555_462, 123_456_789];

pub(crate) fn read(raw: &[u8]) -> Option<Digits> {
    Digits::grouped(raw, &GROUPS, SEPARATORS)
}

pub(crate) fn structure(digits: &Digits) -> bool {
    let area = digits.number(0..3);
    digits.len() == 9
        && area != 0
        && area != 666
        && area < 900
        && digits.number(3..5) != 0
        && digits.number(5..9) != 0
}

/// Validator `ssn`.
pub fn validate(raw: &[u8]) -> Validity {
    Validity::of(read(raw).is_some_and(|digits| structure(&digits)))
}

/// Validator `ssn-in-names`: as `ssn`, with `_` between the groups too, and no month and year
/// (`001_12_2024`).
pub fn in_names(raw: &[u8]) -> Validity {
    Validity::of(
        Digits::grouped(raw, &GROUPS, b"- ._").is_some_and(|digits| {
            let dated = digits.number(3..5) <= 12 && (1950..=2040).contains(&digits.number(5..9));
            structure(&digits) && !dated
        }),
    )
}

/// Validator `itin`.
pub fn itin(raw: &[u8]) -> Validity {
    Validity::of(read(raw).is_some_and(|digits| {
        let group = digits.number(3..5);
        digits.number(0..1) == 9 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
    }))
}

/// Whether an SSN or ITIN is a published sample or a filler (`111-11-1111`,
/// `987-65-4320` … `4329` of SSA advertising).
pub fn reserved(raw: &[u8]) -> bool {
    Digits::grouped(raw, &GROUPS, b"- ._").is_some_and(|digits| {
        let number = digits.number(0..9);
        PUBLISHED.contains(&number)
            || (987_654_320..=987_654_329).contains(&number)
            || filler(digits.as_slice())
    })
}
