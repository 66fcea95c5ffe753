//! One result for each finding.

use arrow::array::RecordBatch;
use detectors::place::Basis;
use serde_json::{Map, Value, json};

use super::super::cells::Cells;
use super::rules::Rules;
use super::runs::Indices;
use super::{severity_words, uri};

/// The columns of a batch that results are made of.
pub(super) struct Results<'b> {
    rules: &'b Rules,
    invocations: &'b Indices,
    finding_id: Cells<'b>,
    run_id: Cells<'b>,
    account_id: Cells<'b>,
    region: Cells<'b>,
    unit: Cells<'b>,
    resource: Cells<'b>,
    event_time: Cells<'b>,
    service: Cells<'b>,
    element: Cells<'b>,
    locator: Cells<'b>,
    byte_start: Cells<'b>,
    byte_end: Cells<'b>,
    encoding: Cells<'b>,
    class: Cells<'b>,
    subject: Cells<'b>,
    detector: Cells<'b>,
    confidence: Cells<'b>,
    reserved: Cells<'b>,
    suppressed: Cells<'b>,
    suppressed_by: Cells<'b>,
    suppressed_reason: Cells<'b>,
    suppressed_until: Cells<'b>,
    evidence: Cells<'b>,
    verdict: Cells<'b>,
    policy_id: Cells<'b>,
    basis: Cells<'b>,
    citation: Cells<'b>,
    condition: Cells<'b>,
    also: Cells<'b>,
    severity: Cells<'b>,
    producer: Cells<'b>,
    remedy: Cells<'b>,
    occurrences: Cells<'b>,
}

impl<'b> Results<'b> {
    pub(super) fn of(batch: &'b RecordBatch, rules: &'b Rules, invocations: &'b Indices) -> Self {
        macro_rules! columns {
            ($($name:ident),* $(,)?) => {
                Self { rules, invocations, $($name: Cells::of(batch, stringify!($name))),* }
            };
        }
        columns!(
            finding_id,
            run_id,
            account_id,
            region,
            unit,
            resource,
            event_time,
            service,
            element,
            locator,
            byte_start,
            byte_end,
            encoding,
            class,
            subject,
            detector,
            confidence,
            reserved,
            suppressed,
            suppressed_by,
            suppressed_reason,
            suppressed_until,
            evidence,
            verdict,
            policy_id,
            basis,
            citation,
            condition,
            also,
            severity,
            producer,
            remedy,
            occurrences,
        )
    }

    /// The result of a row.
    pub(super) fn result(&self, row: usize) -> Value {
        let word = |cells: Cells<'b>| cells.text(row).unwrap_or_default();
        let place = format!("{}:{}", word(self.service), word(self.element));
        let rule = Rules::id(self.policy_id.text(row), &place, word(self.detector));
        // PHI may be there: nothing that failed, so SARIF asks for the level `none`.
        let is_allowed = matches!(word(self.verdict), "permitted" | "condition-met");
        let (level, number) = severity_words(word(self.severity));
        let (kind, level) = if is_allowed {
            ("informational", "none")
        } else {
            ("fail", level)
        };
        let mut result = json!({
            "ruleId": rule,
            "kind": kind,
            "level": level,
            "message": {"text": self.message(row, &place)},
            "locations": [self.location(row)],
            // Whoever reads this may rely on it that what is not listed here is not suppressed.
            "suppressions": self.suppressions(row),
            "occurrenceCount": self.occurrences.long(row).unwrap_or(1).max(1),
            "properties": self.properties(row, &place, number),
        });
        if let Some(index) = self.rules.index(&rule) {
            result["ruleIndex"] = json!(index);
        }
        // An id of one run only identifies nothing in the next.
        if let Some(id) = self
            .finding_id
            .text(row)
            .filter(|id| !id.starts_with("run-"))
        {
            result["partialFingerprints"] = json!({"phiscanFindingId/v1": id});
        }
        if let Some(confidence) = self.confidence.double(row) {
            result["rank"] = json!((confidence * 1000.0).round() / 10.0);
        }
        if let Some(index) = self
            .run_id
            .text(row)
            .and_then(|run| self.invocations.of(run))
        {
            result["provenance"] = json!({"invocationIndex": index});
        }
        result
    }

    /// What a person reads first. Words of the program and the catalogue only: names, which may
    /// hold braces and brackets that mean something in messages, stand in the location.
    fn message(&self, row: usize, place: &str) -> String {
        let word = |cells: Cells<'b>| cells.text(row).unwrap_or_default();
        let (class, shape) = (word(self.class), word(self.evidence));
        let shape = if shape == class {
            String::new()
        } else {
            format!(" ({shape})")
        };
        let is_own = word(self.basis) == Basis::Organisation.as_str();
        let says = match (self.citation.text(row), self.policy_id.text(row)) {
            (Some(citation), _) if is_own => format!(", {citation}"),
            (Some(citation), Some(policy)) => format!(", section {citation} ({policy})"),
            (None, Some(policy)) => format!(" ({policy})"),
            _ => String::new(),
        };
        let sample = if self.reserved.is_true(row) {
            " A published sample value."
        } else {
            ""
        };
        let remedy = word(self.remedy).trim_end_matches('.');
        let remedy = if remedy.is_empty() {
            String::new()
        } else {
            format!(" What to do: {remedy}.")
        };
        let text = format!(
            "{class}{shape} in {place}: {}{says}.{sample}{remedy}",
            word(self.verdict)
        );
        escaped(&text)
    }

    fn location(&self, row: usize) -> Value {
        let mut location = Map::new();
        if let Some(name) = self.unit.text(row).or_else(|| self.resource.text(row)) {
            let mut physical = json!({"artifactLocation": uri::artifact_location(name)});
            if let (Some(start), Some(end)) = (self.byte_start.long(row), self.byte_end.long(row)) {
                physical["region"] =
                    json!({"byteOffset": start, "byteLength": (end - start).max(0)});
            }
            location.insert("physicalLocation".to_owned(), physical);
        }
        let mut logical = Vec::new();
        if let Some(resource) = self.resource.text(row) {
            logical.push(json!({"fullyQualifiedName": resource, "kind": "resource"}));
        }
        if let Some(locator) = self.locator.text(row).filter(|locator| !locator.is_empty()) {
            logical.push(json!({"fullyQualifiedName": locator, "kind": "member"}));
        }
        if !logical.is_empty() {
            location.insert("logicalLocations".to_owned(), logical.into());
        }
        location.into()
    }

    fn suppressions(&self, row: usize) -> Vec<Value> {
        if !self.suppressed.is_true(row) {
            return Vec::new();
        }
        let part =
            |before: &str, cells: Cells<'b>| cells.text(row).map(|text| format!("{before}{text}"));
        let parts = [
            part("", self.suppressed_reason),
            part("allowed by ", self.suppressed_by),
            part("until ", self.suppressed_until),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let justification = if parts.is_empty() {
            "on the allow list".to_owned()
        } else {
            parts.join("; ")
        };
        let mut suppression =
            json!({"kind": "external", "status": "accepted", "justification": justification});
        let said = [
            ("owner", self.suppressed_by),
            ("reason", self.suppressed_reason),
            ("until", self.suppressed_until),
        ];
        let said: Map<String, Value> = said
            .into_iter()
            .filter_map(|(name, cells)| Some((name.to_owned(), cells.text(row)?.into())))
            .collect();
        if !said.is_empty() {
            suppression["properties"] = said.into();
        }
        vec![suppression]
    }

    fn properties(&self, row: usize, place: &str, number: &str) -> Value {
        let mut properties = Map::new();
        properties.insert("place".to_owned(), place.into());
        properties.insert("security-severity".to_owned(), number.into());
        let texts = [
            ("verdict", self.verdict),
            ("severity", self.severity),
            ("policyId", self.policy_id),
            ("basis", self.basis),
            ("citation", self.citation),
            ("condition", self.condition),
            ("class", self.class),
            ("subject", self.subject),
            ("evidence", self.evidence),
            ("encoding", self.encoding),
            ("accountId", self.account_id),
            ("region", self.region),
            ("producer", self.producer),
            ("remedy", self.remedy),
        ];
        for (name, cells) in texts {
            if let Some(text) = cells.text(row).filter(|text| !text.is_empty()) {
                properties.insert(name.to_owned(), text.into());
            }
        }
        if let Some(confidence) = self.confidence.double(row) {
            properties.insert("confidence".to_owned(), confidence.into());
        }
        if let Some(time) = self.event_time.time(row) {
            properties.insert("eventTime".to_owned(), time.into());
        }
        if self.reserved.is_true(row) {
            properties.insert("reserved".to_owned(), true.into());
        }
        if let Value::Array(also) = self.also.json(row)
            && !also.is_empty()
        {
            properties.insert("also".to_owned(), also.into());
        }
        properties.into()
    }
}

/// Text of a message: braces stand for placeholders and brackets for links there, so both are
/// escaped as SARIF says (3.11.5, 3.11.6).
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
