//! How much a finding weighs: a table of verdict, subject and confidence band, as data
//! (`places/severity.toml`), and three rules around it.
//!
//! - An entry that is advised or read into the text weighs one step less than one that is stated.
//! - A published sample or test value weighs `low` at most.
//! - Providers, products, clinical codes and clients weigh `low` or `info`, unless a patient finding
//!   stands in the same record.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::table::shipped;
use super::terms::{Basis, Severity, Verdict};
use crate::vocabulary::Subject;

/// Severities in the three confidence bands, high, middle, low.
type Bands = [Severity; 3];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Weights {
    /// Lower bound of the high band.
    high: f64,
    /// Lower bound of the middle band.
    middle: f64,
    patient: HashMap<Verdict, Bands>,
    credential: HashMap<Verdict, Bands>,
    other_with_patient: HashMap<Verdict, Bands>,
    other: HashMap<Verdict, Bands>,
}

// A shipped table that does not read, or lacks a verdict, is found by the tests below.
static WEIGHTS: LazyLock<Weights> =
    LazyLock::new(|| shipped!("severity.toml").read().unwrap_or_default());

/// The severity of a finding.
///
/// `confidence` is from 0 to 1, `basis` that of the ruling (none where the place is not AWS), `reserved` says that the
/// value is a published sample, `patient_in_record` that a patient finding is in the same record.
pub fn severity(
    verdict: Verdict,
    subject: Subject,
    confidence: f64,
    basis: Option<Basis>,
    reserved: bool,
    patient_in_record: bool,
) -> Severity {
    let weights = &*WEIGHTS;
    let table = match subject {
        Subject::Patient => &weights.patient,
        Subject::Credential => &weights.credential,
        _ if patient_in_record => &weights.other_with_patient,
        _ => &weights.other,
    };
    let [high, middle, low] =
        table
            .get(&verdict)
            .copied()
            .unwrap_or([Severity::Medium, Severity::Medium, Severity::Low]);
    let mut severity = if confidence >= weights.high {
        high
    } else if confidence >= weights.middle {
        middle
    } else {
        low
    };
    if matches!(basis, Some(Basis::Advised | Basis::ReadAs)) {
        severity = severity.lowered();
    }
    if reserved {
        severity.max(Severity::Low)
    } else {
        severity
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_table_is_whole_and_never_rises_with_a_milder_verdict_or_less_confidence() {
        let weights: Weights = shipped!("severity.toml").read().unwrap();
        assert!(weights.high > weights.middle);
        for table in [
            &weights.patient,
            &weights.credential,
            &weights.other_with_patient,
            &weights.other,
        ] {
            for verdict in Verdict::ALL {
                let [high, middle, low] = table[verdict];
                assert!(high <= middle && middle <= low, "{verdict}");
            }
            for pair in Verdict::ALL.windows(2) {
                for (stricter, milder) in table[&pair[0]].iter().zip(table[&pair[1]]) {
                    assert!(*stricter <= milder, "{} and {}", pair[0], pair[1]);
                }
            }
        }
    }

    #[test]
    fn a_patient_identifier_in_an_object_key_is_critical_and_less_where_it_is_read_into_the_text() {
        let weigh = |basis| {
            severity(
                Verdict::Forbidden,
                Subject::Patient,
                0.95,
                Some(basis),
                false,
                false,
            )
        };
        assert_eq!(weigh(Basis::Stated), Severity::Critical);
        assert_eq!(weigh(Basis::Advised), Severity::High);
        assert_eq!(weigh(Basis::ReadAs), Severity::High);
    }

    #[test]
    fn samples_and_bystanders_stay_low() {
        for verdict in Verdict::ALL {
            for confidence in [0.0, 0.3, 0.5, 0.84, 0.85, 1.0] {
                for &subject in Subject::ALL {
                    let sample = severity(
                        *verdict,
                        subject,
                        confidence,
                        Some(Basis::Stated),
                        true,
                        true,
                    );
                    assert!(sample >= Severity::Low, "{verdict} {subject}");
                    if !matches!(subject, Subject::Patient | Subject::Credential) {
                        let alone = severity(
                            *verdict,
                            subject,
                            confidence,
                            Some(Basis::Stated),
                            false,
                            false,
                        );
                        assert!(alone >= Severity::Low, "{verdict} {subject}");
                    }
                }
            }
        }
        let beside = severity(
            Verdict::Forbidden,
            Subject::Provider,
            0.9,
            Some(Basis::Stated),
            false,
            true,
        );
        assert_eq!(beside, Severity::High);
    }
}
