//! Runs the cases of `testdata/validators.toml`, and compares what can be compared with a slow,
//! obvious reading of the rule.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    validator: String,
    valid: Option<Vec<String>>,
    invalid: Option<Vec<String>>,
    check_failed: Option<Vec<String>>,
    reserved: Option<Vec<String>>,
    not_reserved: Option<Vec<String>>,
    #[expect(dead_code, reason = "read by people")]
    why: String,
}

fn cases() -> Vec<Case> {
    toml::from_str::<Cases>(include_str!("../../testdata/validators.toml"))
        .unwrap()
        .case
}

#[test]
fn every_case_holds() {
    let mut wrong = Vec::new();
    for case in cases() {
        let validator =
            lookup(&case.validator).unwrap_or_else(|| panic!("no validator {}", case.validator));
        for (values, wanted) in [
            (case.valid, Validity::Valid),
            (case.invalid, Validity::Invalid),
            (case.check_failed, Validity::CheckFailed),
        ] {
            for value in values.unwrap_or_default() {
                let verdict = validator(value.as_bytes());
                if verdict != wanted {
                    wrong.push(format!(
                        "{} of {value:?} is {verdict:?}, not {wanted:?}",
                        case.validator
                    ));
                }
            }
        }
        for (values, wanted) in [(case.reserved, true), (case.not_reserved, false)] {
            for value in values.unwrap_or_default() {
                if reserved(&case.validator, value.as_bytes()) != wanted {
                    wrong.push(format!(
                        "{} of {value:?}: reserved should be {wanted}",
                        case.validator
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_validator_has_cases() {
    for entry in &REGISTRY {
        let of_it: Vec<_> = cases()
            .into_iter()
            .filter(|case| case.validator == entry.name)
            .collect();
        assert!(
            of_it.iter().any(|case| case.valid.is_some()),
            "no valid case for {}",
            entry.name
        );
        assert!(
            of_it.iter().any(|case| case.invalid.is_some()),
            "no invalid case for {}",
            entry.name
        );
        assert_eq!(
            entry.has_check,
            of_it.iter().any(|case| case.check_failed.is_some()),
            "check cases of {}",
            entry.name
        );
    }
}

/// Luhn as its standard tells it, with strings.
fn luhn_by_the_book(digits: &str) -> bool {
    let doubled: String = digits
        .chars()
        .rev()
        .enumerate()
        .map(|(index, c)| {
            if index % 2 == 1 {
                (c.to_digit(10).unwrap() * 2).to_string()
            } else {
                c.to_string()
            }
        })
        .collect();
    doubled
        .chars()
        .map(|c| c.to_digit(10).unwrap())
        .sum::<u32>()
        % 10
        == 0
}

proptest! {
    #[test]
    fn luhn_agrees_with_the_book(digits in "[0-9]{2,24}") {
        prop_assert_eq!(luhn::validate(digits.as_bytes()) == Validity::Valid, luhn_by_the_book(&digits));
    }

    #[test]
    fn npi_is_luhn_behind_its_prefix(digits in "[12][0-9]{9}") {
        let same = digits.as_bytes()[..9].iter().all(|b| *b == digits.as_bytes()[0]);
        prop_assert_eq!(npi::validate(digits.as_bytes()) == Validity::Valid, !same && luhn_by_the_book(&format!("80840{digits}")));
    }

    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        for entry in &REGISTRY {
            let _ = (entry.validator)(&bytes);
            let _ = reserved(entry.name, &bytes);
        }
    }

    #[test]
    fn nothing_panics_near_the_shapes(text in "[0-9A-Za-z@+#(). /:^'-]{0,48}") {
        for entry in &REGISTRY {
            let _ = (entry.validator)(text.as_bytes());
            let _ = reserved(entry.name, text.as_bytes());
        }
    }

    #[test]
    fn dates_round_trip(year in 1900u16..=2040, month in 1u8..=12, day in 1u8..=28) {
        let wanted = Some(date::Date { year, month, day });
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let name = names[usize::from(month) - 1];
        for text in [
            format!("{year}-{month:02}-{day:02}"), format!("{month}/{day}/{year}"), format!("{month:02}.{day:02}.{year}"),
            format!("{year}{month:02}{day:02}"), format!("{day:02}-{name}-{year}"), format!("{name} {day}, {year}"),
            format!("{day:02}{name}{year}"), format!("{name}. {day}th, {year}"), format!("{year}-{month:02}-{day:02}T00:00:00Z"),
        ] {
            prop_assert_eq!(date::parse(text.as_bytes()).map(|(date, _)| date), wanted, "{}", text);
        }
    }
}
