//! Runs the examples and near misses that detector files carry: `phiscan detectors test`.

use crate::context::Lines;
use crate::judge::Found;
use crate::set::{Detector, DetectorSet};
use crate::spec::{Example, NearMiss};
use std::fmt;

/// What the self-test of a set says.
#[derive(Debug, Default)]
pub struct SelfTest {
    /// Number of examples that ran.
    pub examples: usize,
    /// Number of near misses that ran.
    pub near_misses: usize,
    /// Those that did not do as their file says.
    pub failures: Vec<CaseFailure>,
}

impl SelfTest {
    /// Whether every case did as its file says.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// A case of a detector file that failed. Those that ship hold invented values only; who prints one
/// of a user's masks it.
#[derive(Debug)]
pub struct CaseFailure {
    /// The detector.
    pub detector: String,
    /// The case's text.
    pub text: String,
    /// The value in it, where it is an example.
    pub value: Option<String>,
    /// What was wrong.
    pub problem: String,
}

impl fmt::Display for CaseFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {:?}: {}", self.detector, self.text, self.problem)
    }
}

impl DetectorSet {
    /// Runs every case of every detector against the whole set, as in a scan.
    pub fn self_test(&self) -> SelfTest {
        let mut result = SelfTest::default();
        for detector in self.detectors() {
            for example in &detector.spec().examples {
                result.examples += 1;
                result.failures.extend(self.example(detector, example));
            }
            for near_miss in &detector.spec().near_misses {
                result.near_misses += 1;
                result.failures.extend(self.near_miss(detector, near_miss));
            }
        }
        result
    }

    fn example(&self, detector: &Detector, example: &Example) -> Option<CaseFailure> {
        let text = example.text.as_bytes();
        let context = Lines::new(text, example.setting.into())
            .labelled(example.label.as_deref())
            .within(&example.container);
        let mut found = Vec::new();
        self.scan(
            &mut self.scratch(),
            text,
            example.setting.into(),
            &context,
            &mut found,
        );
        let failure = |problem: String| {
            Some(CaseFailure {
                detector: detector.id().to_owned(),
                text: example.text.clone(),
                value: Some(example.value.clone()),
                problem,
            })
        };
        let Some(start) = example.text.find(&example.value) else {
            return failure("the value does not stand in the text".to_owned());
        };
        let span = start..start + example.value.len();
        let Some(hit) = found.iter().find(|hit| hit.span == span) else {
            return failure(format!("nothing at {span:?}; found {}", list(&found)));
        };
        if hit.class != detector.class() {
            return failure(format!("found as {}", list(&found)));
        }
        if !(example.min..=example.max).contains(&hit.confidence) {
            let wanted = format!("{} to {}", example.min, example.max);
            return failure(format!("confidence {} is not {wanted}", hit.confidence));
        }
        if hit.reserved != example.reserved {
            return failure(format!("reserved is {}", hit.reserved));
        }
        None
    }

    fn near_miss(&self, detector: &Detector, near_miss: &NearMiss) -> Option<CaseFailure> {
        let text = near_miss.text.as_bytes();
        let context = Lines::new(text, near_miss.setting.into())
            .labelled(near_miss.label.as_deref())
            .within(&near_miss.container);
        let mut found = Vec::new();
        self.scan(
            &mut self.scratch(),
            text,
            near_miss.setting.into(),
            &context,
            &mut found,
        );
        let hit = found
            .iter()
            .find(|hit| hit.class == detector.class() && hit.confidence >= near_miss.below)?;
        Some(CaseFailure {
            detector: detector.id().to_owned(),
            text: near_miss.text.clone(),
            value: None,
            problem: format!("{} at {}: {}", hit.class, hit.confidence, near_miss.why),
        })
    }
}

fn list(found: &[Found]) -> String {
    let hits = found
        .iter()
        .map(|hit| format!("{} {:?} {}", hit.class, hit.span, hit.confidence));
    format!("[{}]", hits.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn shipped_detectors_do_as_their_files_say() {
        let result = DetectorSet::built_in().unwrap().self_test();
        let report: Vec<String> = result.failures.iter().map(ToString::to_string).collect();
        assert!(
            result.passed(),
            "{} failures:\n{}",
            report.len(),
            report.join("\n")
        );
    }

    #[test]
    fn every_detector_brings_its_cases_and_texts() {
        for detector in DetectorSet::built_in().unwrap().detectors() {
            let spec = detector.spec();
            assert!(
                spec.examples.len() >= 8,
                "{}: {} examples",
                spec.id,
                spec.examples.len()
            );
            let near_misses = spec.near_misses.len();
            assert!(near_misses >= 8, "{}: {near_misses} near misses", spec.id);
            assert!(!spec.references.is_empty(), "{}", spec.id);
            assert!(
                !spec.about.is_empty() && !spec.why.is_empty(),
                "{}",
                spec.id
            );
        }
    }
}
