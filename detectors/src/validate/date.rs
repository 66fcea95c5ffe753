//! Calendar dates in the writings that American health data uses.
//!
//! | writing | example |
//! |---|---|
//! | ISO 8601 | `1962-03-12`, `1962/03/12`, `1962-03-12T00:00:00Z` |
//! | US | `03/12/1962`, `3-12-62`, `03.12.1962` |
//! | packed | `19620312` (HL7, X12, DICOM), `03121962`, `196203120930` with a time (HL7) |
//! | with a month's name | `12-MAR-1962`, `12MAR1962`, `March 12, 1962`, `12th of March 1962` |
//!
//! A first number above twelve is read as the day (`31/12/1962`). Two-digit years up to 30 belong
//! to this century, all others to the last. There is no clock in here: what is plausible depends
//! on constants, so that a scan says the same tomorrow.

use super::Validity;

/// The years that a date of birth or care can have.
const PLAUSIBLE_YEARS: std::ops::RangeInclusive<u16> = 1900..=2040;

/// The last two-digit year of this century.
const PIVOT: u16 = 30;

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

/// What follows a date in the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// Nothing.
    None,
    /// Midnight, as programs write a date that they keep as a time.
    Midnight,
    /// A packed time (HL7 `YYYYMMDDHHMM`), which birth fields have too.
    Packed,
    /// Any other time of day: the value is a timestamp.
    OfDay,
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, four digits.
    pub year: u16,
    /// 1–12.
    pub month: u8,
    /// 1–31.
    pub day: u8,
}

impl Date {
    /// A day that exists, in a plausible year.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u8::from(leap),
            1..=12 => 31,
            _ => return None,
        };
        (PLAUSIBLE_YEARS.contains(&year) && (1..=days).contains(&day)).then_some(Self {
            year,
            month,
            day,
        })
    }
}

/// A number with its count of digits, or a word.
#[derive(Clone, Copy)]
enum Part<'a> {
    Number(u16, usize),
    Word(&'a [u8]),
}

/// Reads a date and what follows it; `None` if it is no day of the calendar.
pub fn parse(raw: &[u8]) -> Option<(Date, Time)> {
    let raw = raw.trim_ascii();
    if raw.len() > 40 {
        return None;
    }
    if raw.iter().all(u8::is_ascii_digit) {
        return packed(raw);
    }
    let (day, time) = split_time(raw)?;
    Some((written(day)?, time))
}

fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |n, &byte| {
        n.checked_mul(10)?
            .checked_add(u16::from(byte.wrapping_sub(b'0')))
    })
}

fn small(digits: &[u8]) -> Option<u8> {
    number(digits).and_then(|n| u8::try_from(n).ok())
}

fn packed(digits: &[u8]) -> Option<(Date, Time)> {
    let (day, clock) = digits.split_at_checked(8)?;
    let time = match *clock {
        [] => Time::None,
        [_, _, _, _] | [_, _, _, _, _, _] => {
            let hour = small(clock.get(..2)?)?;
            let minute = small(clock.get(2..4)?)?;
            let second = clock.get(4..6).map_or(Some(0), small)?;
            if hour > 23 || minute > 59 || second > 59 {
                return None;
            }
            Time::Packed
        }
        _ => return None,
    };
    let year_first = Date::new(
        number(day.get(..4)?)?,
        small(day.get(4..6)?)?,
        small(day.get(6..)?)?,
    );
    let year_last = || {
        Date::new(
            number(day.get(4..)?)?,
            small(day.get(..2)?)?,
            small(day.get(2..4)?)?,
        )
    };
    match (year_first, time) {
        (Some(date), _) => Some((date, time)),
        (None, Time::None) => Some((year_last()?, time)),
        (None, _) => None,
    }
}

/// Parts the time of day, if there is one, from the date in front of it.
fn split_time(raw: &[u8]) -> Option<(&[u8], Time)> {
    let Some(colon) = raw.iter().position(|&byte| byte == b':') else {
        return Some((raw, Time::None));
    };
    let hour = raw
        .get(..colon)?
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let start = colon.checked_sub(hour)?;
    if !(1..=2).contains(&hour)
        || !matches!(raw.get(start.checked_sub(1)?), Some(b'T' | b't' | b' '))
    {
        return None;
    }
    let clock = raw.get(start..)?;
    let plain = clock
        .iter()
        .all(|byte| byte.is_ascii_digit() || b":.+-ZzAPMapm ".contains(byte));
    if !plain || number(raw.get(start..colon)?)? > 23 {
        return None;
    }
    let end = clock
        .iter()
        .position(|byte| !(byte.is_ascii_digit() || matches!(byte, b':' | b'.')))
        .unwrap_or(clock.len());
    let midnight = clock
        .get(..end)?
        .iter()
        .all(|byte| matches!(byte, b'0' | b':' | b'.'));
    let day = raw.get(..start - 1)?.trim_ascii_end();
    let day = day.strip_suffix(b",").unwrap_or(day);
    Some((
        day,
        if midnight {
            Time::Midnight
        } else {
            Time::OfDay
        },
    ))
}

/// Reads a date with separators or a month's name.
fn written(raw: &[u8]) -> Option<Date> {
    let mut parts = [None; 3];
    let mut count = 0;
    let mut rest = raw;
    // The separator of the numeric writings must be the same twice.
    let mut separators = [0u8; 2];
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let letters = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let size = digits.max(letters);
        let (token, tail) = rest.split_at(size);
        let part = if digits > 0 {
            Part::Number(number(token)?, digits)
        } else {
            Part::Word(token)
        };
        let ordinal = [&b"st"[..], b"nd", b"rd", b"th", b"of"]
            .iter()
            .any(|word| token.eq_ignore_ascii_case(word));
        if size == 0 {
            return None;
        } else if !(ordinal && count > 0) {
            *parts.get_mut(count)? = Some(part);
            count += 1;
        }
        let gap = tail
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'-' | b'/' | b'.' | b','))
            .count();
        // Two together are a comma or a dot with its blank, nothing else.
        let fits = match gap {
            0 | 1 => true,
            2 => matches!(tail, [b',' | b'.', b' ', ..]),
            _ => false,
        };
        if !fits || (gap == tail.len() && gap > 0) {
            return None;
        }
        if let (Some(slot), Some(&first)) =
            (separators.get_mut(count.saturating_sub(1)), tail.first())
            && gap > 0
        {
            *slot = first;
        }
        rest = tail.get(gap..)?;
    }
    let same = separators[0] == separators[1] && matches!(separators[0], b'-' | b'/' | b'.');
    match parts {
        [
            Some(Part::Number(year, 4)),
            Some(Part::Number(month, 1 | 2)),
            Some(Part::Number(day, 1 | 2)),
        ] if same => date(year, month, day),
        [
            Some(Part::Number(a, 1 | 2)),
            Some(Part::Number(b, 1 | 2)),
            Some(Part::Number(y, width @ (2 | 4))),
        ] if same => {
            let year = full_year(y, width);
            if a > 12 {
                date(year, b, a)
            } else {
                date(year, a, b)
            }
        }
        [
            Some(Part::Number(day, 1 | 2)),
            Some(Part::Word(name)),
            Some(Part::Number(y, width @ (2 | 4))),
        ]
        | [
            Some(Part::Word(name)),
            Some(Part::Number(day, 1 | 2)),
            Some(Part::Number(y, width @ (2 | 4))),
        ] => date(full_year(y, width), month_named(name)?, day),
        [
            Some(Part::Number(year, 4)),
            Some(Part::Word(name)),
            Some(Part::Number(day, 1 | 2)),
        ] => date(year, month_named(name)?, day),
        _ => None,
    }
}

fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

fn full_year(year: u16, width: usize) -> u16 {
    match (width, year) {
        (2, 0..=PIVOT) => year + 2000,
        (2, _) => year + 1900,
        _ => year,
    }
}

/// The month of a name that is written out or cut to three letters (four: `Sept`).
fn month_named(name: &[u8]) -> Option<u16> {
    let index = MONTHS.iter().position(|month| {
        let full = name.eq_ignore_ascii_case(month);
        let cut = name.len() == 3 || (name.len() == 4 && month.starts_with(b"sept"));
        full || (cut
            && month
                .get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name)))
    })?;
    u16::try_from(index + 1).ok()
}

/// Validator `date`: a day of the calendar, with or without a time.
pub fn validate(raw: &[u8]) -> Validity {
    Validity::of(parse(raw).is_some())
}

/// Validator `birth-date`: a day without a time of day; midnight and HL7's packed time may follow.
pub fn birth(raw: &[u8]) -> Validity {
    Validity::of(parse(raw).is_some_and(|(_, time)| time != Time::OfDay))
}

/// The first year in which there were object stores: a day before it, in a key, is no day of upload.
const KEYS_SINCE: u16 = 2006;

/// Validator `day-before-keys`: a day of birth beside a name in a key, as far as the year can say.
pub fn before_keys(raw: &[u8]) -> Validity {
    Validity::of(
        parse(raw).is_some_and(|(date, time)| time == Time::None && date.year < KEYS_SINCE),
    )
}

/// Validator `day-since-keys`: any other day.
pub fn since_keys(raw: &[u8]) -> Validity {
    Validity::of(parse(raw).is_some_and(|(date, _)| date.year >= KEYS_SINCE))
}

/// Validator `age-over-89`: 90 to 120. Younger ages are no Safe Harbor identifier
/// (45 CFR 164.514(b)(2)(i)(C)).
pub fn age_over_89(raw: &[u8]) -> Validity {
    Validity::of(
        raw.len() <= 3
            && raw.iter().all(u8::is_ascii_digit)
            && number(raw).is_some_and(|age| (90..=120).contains(&age)),
    )
}

/// Whether the date is a program's "not set": 1 January of 1900 or of 1970.
pub fn reserved(raw: &[u8]) -> bool {
    parse(raw)
        .is_some_and(|(date, _)| matches!((date.year, date.month, date.day), (1900 | 1970, 1, 1)))
}
