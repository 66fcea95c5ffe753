//! Findings as a SARIF 2.1.0 document.
//!
//! SARIF is what consoles for results of scanners read: code scanning of GitHub and GitLab, Azure
//! DevOps, DefectDojo. What of a finding goes where:
//!
//! | SARIF | finding |
//! |---|---|
//! | `rules` | one for each detector under each policy entry, with what the section says and what to do |
//! | `level`, `security-severity` | the severity: error, warning, note; `none` where PHI is allowed |
//! | `artifactLocation`, `region` | the unit's masked name; first byte and length of the value |
//! | `partialFingerprints` | the finding's id, where a kept key made it |
//! | `suppressions` | what the allow list says: owner, reason, last day |
//! | `invocations` | the runs: arguments, exit status; a notification for each thing not read |
//!
//! There is no snippet and no context region: both would hold the source's text. Tokens stay out as
//! well, since such consoles are outside of the circle that reads the output folder.
//!
//! A document is written in one pass: rules and runs first, which are few, then the results as the
//! query gives them. So its size does not matter. In the canonical form there are no invocations.

mod results;
mod rules;
mod runs;
mod uri;

use std::io::Write;

use serde::Serialize;
use serde_json::json;

use super::{Form, select};
use crate::query::{QueryError, Session};
use results::Results;

/// The schema that the document follows.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the current findings as a SARIF document, one line for each result. Gives their number.
///
/// # Errors
/// [`QueryError`] when findings cannot be read, or `to` cannot be written.
pub fn sarif(session: &Session, form: Form, to: &mut dyn Write) -> Result<u64, QueryError> {
    let rules = rules::read(session)?;
    write!(
        to,
        "{{\"$schema\":{},\"version\":\"2.1.0\",\"runs\":[{{\n\"tool\":",
        json!(SCHEMA)
    )?;
    put(&rules.tool(), to)?;
    let mut invocations = runs::Indices::default();
    if !form.canonical {
        write!(to, ",\n\"invocations\":[")?;
        invocations = runs::write(session, to)?;
        write!(to, "]")?;
    }
    write!(to, ",\n\"results\":[")?;
    let mut count = 0;
    session.each(&select(form), &mut |batch| {
        let results = Results::of(&batch, &rules, &invocations);
        for row in 0..batch.num_rows() {
            to.write_all(if count == 0 { b"\n" } else { b",\n" })?;
            put(&results.result(row), to)?;
            count += 1;
        }
        Ok(())
    })?;
    writeln!(to, "\n]\n}}]}}")?;
    Ok(count)
}

/// Writes a value as JSON.
fn put(value: &impl Serialize, to: &mut dyn Write) -> Result<(), QueryError> {
    serde_json::to_writer(to, value).map_err(|error| QueryError::Io(error.into()))
}

/// How severities appear: SARIF's level, and the number by which consoles sort (as CVSS: critical
/// from 9.0, high from 7.0, medium from 4.0, low above 0).
fn severity_words(severity: &str) -> (&'static str, &'static str) {
    match severity {
        "critical" => ("error", "9.5"),
        "high" => ("error", "8.0"),
        "medium" => ("warning", "5.5"),
        "low" => ("note", "2.0"),
        _ => ("note", "0.0"),
    }
}

#[cfg(test)]
mod tests;
