//! Counts of a run, taken from the rows as they are written.
//!
//! Taken at the merge and not at the workers, so the summary and the Parquet cannot disagree.

use std::collections::BTreeMap;

use detectors::place::{Basis, Verdict};
use detectors::vocabulary::Subject;

use crate::row::{Coverage, Finding};

/// When a finding counts (contract, section 2).
#[derive(Clone, Copy, Debug)]
pub struct Counting {
    /// Confidence from which on.
    pub min_confidence: f64,
    /// The mildest verdict.
    pub fail_on: Verdict,
}

impl Counting {
    /// Whether the finding counts for headline and exit status.
    #[must_use]
    pub fn counts(&self, finding: &Finding) -> bool {
        self.why_not(finding).is_none()
    }

    /// Why a finding does not count; the first reason of a fixed order.
    fn why_not(&self, finding: &Finding) -> Option<NotCounted> {
        let subject = finding.subject.as_str();
        let person = [Subject::Patient, Subject::Credential]
            .iter()
            .any(|s| s.as_str() == subject);
        let verdict = finding.verdict.as_str().parse::<Verdict>().ok();
        if finding.suppressed {
            Some(NotCounted::Suppressed)
        } else if !person {
            Some(NotCounted::OtherSubject)
        } else if finding.reserved {
            Some(NotCounted::Reserved)
        } else if finding.confidence < self.min_confidence {
            Some(NotCounted::LowConfidence)
        } else if verdict.is_none_or(|verdict| verdict > self.fail_on) {
            Some(NotCounted::MilderVerdict)
        } else {
            None
        }
    }
}

/// Why findings that are written do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotCounted {
    /// On the allow list.
    Suppressed,
    /// Provider, product, clinical code or client.
    OtherSubject,
    /// A published sample or test value.
    Reserved,
    /// Below `--min-confidence`.
    LowConfidence,
    /// Milder than `--fail-on`.
    MilderVerdict,
}

/// One line of the verdict table: a place under one policy entry.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Findings by class.
    pub classes: BTreeMap<String, u64>,
    /// Findings that count, by class.
    pub classes_counting: BTreeMap<String, u64>,
    /// Rows.
    pub findings: u64,
    /// Rows that count.
    pub counting: u64,
    /// Rank of the worst severity: 0 is critical.
    pub worst: usize,
    /// `stated`, `advised` or `read-as`; `organisation` where the user's own policy decided.
    pub basis: String,
    /// English section title, or the rule of the organisation.
    pub citation: String,
    /// Condition facts as read, for conditional verdicts.
    pub condition: String,
}

/// Key of a line: verdict, then place, then policy id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineKey {
    /// Strictest first.
    pub verdict: Verdict,
    /// `service:element`.
    pub place: String,
    /// `WP-…`, or `ORG-…` of the user's own policy.
    pub policy_id: String,
}

impl Line {
    /// Whether the user's own policy decided.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.basis == Basis::Organisation.as_str()
    }
}

/// Who answers for suppressed findings, until when, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answering {
    /// Last day of the entry: those that end first stand first.
    pub until: String,
    /// Owner of the entry, masked.
    pub owner: String,
    /// Reason of the entry, masked.
    pub reason: String,
}

/// Counts of a run's rows.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// The verdict table.
    pub lines: BTreeMap<LineKey, Line>,
    /// Findings written.
    pub findings: u64,
    /// Findings that count.
    pub counting: u64,
    /// Findings that do not, by reason.
    pub not_counted: BTreeMap<NotCounted, u64>,
    /// Findings that an allow list suppresses, by who answers for them.
    pub suppressed: BTreeMap<Answering, u64>,
    /// Units by outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// Units that were not or not wholly read, by outcome and reason.
    pub gaps: BTreeMap<(String, String), u64>,
    /// Units, without container rows.
    pub units: u64,
    /// Units that make the run incomplete.
    pub incomplete: u64,
    /// Whether a container could not be listed whole.
    pub unlisted: bool,
    /// Bytes of the sources.
    pub bytes_read: u64,
    /// Bytes scanned, after decompression.
    pub bytes_decoded: u64,
    /// Records scanned.
    pub records: u64,
}

/// Severities, worst first.
pub const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];

impl Tally {
    /// Counts a finding.
    pub fn finding(&mut self, finding: &Finding, counting: &Counting) {
        self.findings += 1;
        let why_not = counting.why_not(finding);
        match why_not {
            None => self.counting += 1,
            Some(reason) => *self.not_counted.entry(reason).or_default() += 1,
        }
        let text = |value: &Option<crate::row::Text>| {
            value.as_ref().map_or_else(String::new, ToString::to_string)
        };
        if finding.suppressed {
            let answering = Answering {
                until: text(&finding.suppressed_until),
                owner: text(&finding.suppressed_by),
                reason: text(&finding.suppressed_reason),
            };
            *self.suppressed.entry(answering).or_default() += 1;
        }
        let Ok(verdict) = finding.verdict.as_str().parse() else {
            return;
        };
        let place = match &finding.element {
            Some(element) => format!("{}:{element}", finding.service),
            None => finding.service.to_string(),
        };
        let key = LineKey {
            verdict,
            place,
            policy_id: text(&finding.policy_id),
        };
        let line = self.lines.entry(key).or_insert_with(|| Line {
            worst: SEVERITIES.len() - 1,
            basis: text(&finding.basis),
            citation: text(&finding.citation),
            condition: finding.condition.to_string(),
            ..Line::default()
        });
        line.findings += 1;
        line.counting += u64::from(why_not.is_none());
        let rank = SEVERITIES
            .iter()
            .position(|name| *name == finding.severity.as_str());
        line.worst = line.worst.min(rank.unwrap_or(SEVERITIES.len() - 1));
        *line.classes.entry(finding.class.to_string()).or_default() += 1;
        if why_not.is_none() {
            *line
                .classes_counting
                .entry(finding.class.to_string())
                .or_default() += 1;
        }
    }

    /// Whether something was not or not wholly read, or may not even have been seen.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.incomplete > 0 || self.unlisted
    }

    /// Units with this outcome.
    #[must_use]
    pub fn outcome(&self, outcome: &str) -> u64 {
        self.outcomes.get(outcome).copied().unwrap_or(0)
    }

    /// Counts a coverage row.
    pub fn coverage(&mut self, row: &Coverage) {
        let outcome = row.outcome.as_str();
        let reason = row.reason.as_ref().map_or("", |reason| reason.as_str());
        // A container's row says whether its units could be listed; they have rows of their own, and
        // so has what hid others, such as a folder without permission.
        if row.unit_kind.as_str() == "container" {
            self.unlisted |= is_incomplete(outcome, reason);
            return;
        }
        if is_incomplete(outcome, reason) {
            self.incomplete += 1;
        }
        let units = u64::try_from(row.units_in_row).unwrap_or(0);
        self.units += units;
        *self.outcomes.entry(outcome.to_owned()).or_default() += units;
        if outcome != "scanned" && outcome != "empty" {
            *self
                .gaps
                .entry((outcome.to_owned(), reason.to_owned()))
                .or_default() += units;
        }
        let add = |total: &mut u64, more: i64| *total += u64::try_from(more).unwrap_or(0);
        // What is read of a member is read of its archive.
        if row.unit_kind.as_str() != "archive-member" {
            add(&mut self.bytes_read, row.bytes_read);
        }
        add(&mut self.bytes_decoded, row.bytes_decoded);
        add(&mut self.records, row.records);
    }
}

/// Whether a unit with this outcome leaves the run incomplete (contract, *Exit status*).
#[must_use]
pub fn is_incomplete(outcome: &str, reason: &str) -> bool {
    match outcome {
        "partial" | "denied" | "unreadable" => true,
        "skipped" => !matches!(reason, "filtered" | "own-output"),
        _ => false,
    }
}
