//! The rules of a document: one for each detector under each policy entry that there is a finding
//! of. What the entry and the detector are comes from the shipped catalogue and detector files; of
//! an organisation's own ones the findings say what they know.

use std::collections::HashMap;

use detectors::place::{Catalogue, Entry, edition};
use detectors::spec::Spec;
use detectors::vocabulary::Vocabulary;
use detectors::{Detector, DetectorSet};
use serde_json::{Value, json};

use super::super::cells::Cells;
use super::severity_words;
use crate::query::{QueryError, Session};

/// One row for each rule, with the worst severity among its results.
const RULES: &str = "
SELECT policy_id, place, detector, min(class) AS class, min(subject) AS subject, min(verdict) AS verdict,
  min(citation) AS citation, min(basis) AS basis, min(remedy) AS remedy, min(severity_rank) AS severity_rank
FROM (
  SELECT policy_id, CASE WHEN policy_id IS NULL THEN service || ':' || coalesce(element, '') END AS place,
    detector, class, subject, verdict, citation, basis, remedy,
    CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END
      AS severity_rank
  FROM findings_current
) f
GROUP BY policy_id, place, detector
ORDER BY policy_id, place, detector";

const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];

/// The rules, in the order of the document.
pub(super) struct Rules {
    rules: Vec<Value>,
    index: HashMap<String, usize>,
}

/// What a row says of a rule.
struct Row<'b> {
    policy_id: Option<&'b str>,
    place: &'b str,
    detector: &'b str,
    class: &'b str,
    subject: &'b str,
    verdict: &'b str,
    citation: Option<&'b str>,
    basis: Option<&'b str>,
    remedy: &'b str,
    severity: &'static str,
}

/// The rules of all current findings.
pub(super) fn read(session: &Session) -> Result<Rules, QueryError> {
    let shipped =
        |error: &dyn std::fmt::Display| QueryError::Io(std::io::Error::other(error.to_string()));
    let catalogue = Catalogue::built_in().map_err(|error| shipped(&error))?;
    let detectors = DetectorSet::built_in().map_err(|error| shipped(&error))?;
    let mut rules = Rules {
        rules: Vec::new(),
        index: HashMap::new(),
    };
    session.each(RULES, &mut |batch| {
        let cell = |name: &str, row: usize| Cells::of(&batch, name).text(row);
        for row in 0..batch.num_rows() {
            let rank = Cells::of(&batch, "severity_rank").long(row);
            let rank = rank.and_then(|rank| usize::try_from(rank).ok());
            rules.add(
                &Row {
                    policy_id: cell("policy_id", row),
                    place: cell("place", row).unwrap_or_default(),
                    detector: cell("detector", row).unwrap_or_default(),
                    class: cell("class", row).unwrap_or_default(),
                    subject: cell("subject", row).unwrap_or_default(),
                    verdict: cell("verdict", row).unwrap_or_default(),
                    citation: cell("citation", row),
                    basis: cell("basis", row),
                    remedy: cell("remedy", row).unwrap_or_default(),
                    severity: rank
                        .and_then(|rank| SEVERITIES.get(rank))
                        .copied()
                        .unwrap_or("info"),
                },
                &catalogue,
                detectors.detectors(),
            );
        }
        Ok(())
    })?;
    Ok(rules)
}

impl Rules {
    /// The id of the rule that a finding falls under: its policy entry, or its place where no entry
    /// speaks of that, and its detector.
    pub(super) fn id(policy_id: Option<&str>, place: &str, detector: &str) -> String {
        format!("{}/{detector}", policy_id.unwrap_or(place))
    }

    /// Where the rule stands in the list.
    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    fn add(&mut self, row: &Row<'_>, catalogue: &Catalogue, detectors: &[Detector]) {
        let id = Self::id(row.policy_id, row.place, row.detector);
        let entry = row.policy_id.and_then(|policy| catalogue.policy(policy));
        let spec = detectors
            .iter()
            .find(|detector| detector.id() == row.detector)
            .map(Detector::spec);
        let what = spec.map_or(row.class, |spec| spec.title.as_str());
        let whom = row.policy_id.map_or_else(
            || format!("in {}", row.place),
            |policy| format!("under {policy}"),
        );
        let (level, number) = severity_words(row.severity);
        let says = says(row, entry);
        let help = help(row, spec, &says);
        self.index.insert(id.clone(), self.rules.len());
        self.rules.push(json!({
            "id": id,
            "name": format!("{what} {whom}"),
            "shortDescription": {"text": format!("{what} {whom}")},
            "fullDescription": {"text": says},
            "help": {"text": help.join("\n\n"), "markdown": markdown(&help)},
            "defaultConfiguration": {"level": level},
            "properties": {
                "security-severity": number,
                "tags": ["security", "privacy", "hipaa", row.class, row.subject],
                "policyId": row.policy_id,
                "detector": row.detector,
                "class": row.class,
                "safeHarbor": spec.map(|spec| spec.safe_harbor),
            },
        }));
    }

    /// The tool that ran, with its rules and the kinds of its notifications.
    pub(super) fn tool(&self) -> Value {
        let outcomes = Vocabulary::built_in().ok().and_then(|vocabulary| {
            let list = vocabulary.list("outcome")?;
            let named = list.values.iter();
            let described = named.map(|value| {
                json!({
                    "id": format!("coverage/{}", value.name),
                    "shortDescription": {"text": format!("{}: {}", value.name, value.meaning)},
                })
            });
            Some(described.collect::<Vec<_>>())
        });
        json!({"driver": {
            "name": "phiscan",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "shortDescription": {"text": "Finds PHI in AWS, in the places where it must not be."},
            "fullDescription": {"text": format!("Judged against: {}. {}", edition::EDITION, edition::NO_DETERMINATION)},
            "language": "en",
            "rules": self.rules,
            "notifications": outcomes.unwrap_or_default(),
        }})
    }
}

/// What is said of the place.
fn says(row: &Row<'_>, entry: Option<&Entry>) -> String {
    match entry {
        Some(entry) => {
            let mut text = format!("Section {}: {}", entry.section_en, entry.note);
            if !entry.basis_reason.is_empty() {
                text.push_str(&format!(
                    " Basis: {}, {}",
                    entry.basis.as_str(),
                    entry.basis_reason
                ));
            }
            text
        }
        None if row.policy_id.is_some() => format!(
            "{}, basis {}: {}.",
            row.citation
                .unwrap_or("An entry of the organisation's own policy"),
            row.basis.unwrap_or("organisation"),
            row.verdict
        ),
        None => format!("The whitepaper makes no statement about {}.", row.place),
    }
}

/// Paragraphs of help: what it is, what is said of the place, what to do, sources.
fn help(row: &Row<'_>, spec: Option<&Spec>, says: &str) -> Vec<String> {
    let mut paragraphs = Vec::new();
    if let Some(spec) = spec {
        paragraphs.push(one_line(&spec.about));
        paragraphs.push(one_line(&spec.why));
    }
    paragraphs.push(says.to_owned());
    if !row.remedy.is_empty() {
        paragraphs.push(format!("What to do: {}.", row.remedy.trim_end_matches('.')));
    }
    if let Some(spec) = spec {
        paragraphs.push(format!("Sources: {}.", spec.references.join("; ")));
    }
    paragraphs.push(format!(
        "{}. {}",
        edition::EDITION,
        edition::NO_DETERMINATION
    ));
    paragraphs
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same as Markdown, in which nothing of the text means anything.
fn markdown(paragraphs: &[String]) -> String {
    let mut text = paragraphs.join("\n\n");
    for mark in ["\\", "*", "_", "`", "[", "]", "<", "#", "|", "{", "}"] {
        text = text.replace(mark, &format!("\\{mark}"));
    }
    text
}
