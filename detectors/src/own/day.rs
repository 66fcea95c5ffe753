//! Days on which entries end.

use std::fmt;
use std::str::FromStr;

/// A calendar day, `YYYY-MM-DD`, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// The last day of the calendar that is understood.
    pub const LAST: Self = Self {
        year: 9999,
        month: 12,
        day: 31,
    };
}

/// A text that is no calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a calendar day as YYYY-MM-DD")]
pub struct NotADay;

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let bytes = text.as_bytes();
        let form = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !form {
            return Err(NotADay);
        }
        let number = |from: usize, to: usize| text[from..to].parse::<u16>().map_err(|_| NotADay);
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        };
        if year == 0 || day == 0 || day > days {
            return Err(NotADay);
        }
        Ok(Self {
            year,
            month: u8::try_from(month).unwrap_or(0),
            day: u8::try_from(day).unwrap_or(0),
        })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for day in [
            "2026-11-25",
            "2028-02-29",
            "2000-02-29",
            "0001-01-01",
            "9999-12-31",
        ] {
            assert_eq!(day.parse::<Day>().unwrap().to_string(), day);
        }
        for wrong in [
            "",
            "2026-2-1",
            "2026-02-29",
            "2100-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "0000-01-01",
            "2026/01/01",
            "2026-01-01T00:00",
            "20260101",
            "+026-01-01",
            "２026-01-01",
        ] {
            assert_eq!(wrong.parse::<Day>(), Err(NotADay), "{wrong}");
        }
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert!(day("2026-09-30") < day("2026-10-01") && day("2025-12-31") < day("2026-01-01"));
    }
}
