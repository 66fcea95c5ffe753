//! Findings as they were written, by their ids.
//!
//! An id may be cut short: eight hex digits tell findings apart in practice, and where they do not,
//! the ids that begin so are told.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{QueryError, Session, render};

/// The beginning of an id: what a query may look for. Holds hex digits only, so it needs no quoting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdPrefix(String);

/// Digits that an id has to be given with.
const FEWEST_DIGITS: usize = 8;
/// Length of an id.
const ID_LENGTH: usize = 32;
/// How ids begin that hold for one run only.
const RUN_ONLY: &str = "run-";

impl IdPrefix {
    /// The text as given, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdPrefix {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = text.to_ascii_lowercase();
        let digits = id.strip_prefix(RUN_ONLY).unwrap_or(&id);
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex || digits.len() < FEWEST_DIGITS || id.len() > ID_LENGTH {
            return Err(
                "expected the id of a finding, 32 hex digits, or its first 8 or more; the column finding_id has it",
            );
        }
        Ok(Self(id))
    }
}

/// Another place that applies to a finding, as written.
#[derive(Clone, Debug, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are columns; the schema says what they mean"
)]
pub struct RecordedAlso {
    pub service: String,
    pub element: String,
    pub verdict: String,
    pub policy_id: Option<String>,
    pub condition_state: String,
}

/// A finding as written: names are masked, the value is not in it.
#[derive(Clone, Debug, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are columns; the schema says what they mean"
)]
pub struct Recorded {
    pub finding_id: String,
    pub run_id: String,
    pub event_time: String,
    pub detected_at: String,
    pub account_id: String,
    pub region: String,
    pub source: String,
    pub service: String,
    pub element: Option<String>,
    pub verdict: String,
    pub policy_id: Option<String>,
    pub basis: Option<String>,
    pub citation: Option<String>,
    pub condition: String,
    pub condition_state: String,
    #[serde(default)]
    pub also: Vec<RecordedAlso>,
    pub resource: Option<String>,
    pub unit: Option<String>,
    pub unit_token: Option<String>,
    pub locator: String,
    pub byte_start: Option<u64>,
    pub byte_end: Option<u64>,
    pub encoding: String,
    pub detector: String,
    pub detector_version: String,
    pub class: String,
    pub subject: String,
    pub other_classes: Vec<String>,
    pub contains: Vec<String>,
    pub safe_harbor: u8,
    pub confidence: f64,
    pub severity: String,
    pub checksum: String,
    pub cue_kind: String,
    pub reserved: bool,
    pub suppressed: bool,
    pub suppressed_by: Option<String>,
    pub suppressed_reason: Option<String>,
    pub suppressed_until: Option<String>,
    pub evidence: String,
    pub token: Option<String>,
    pub token_key_id: Option<String>,
    pub producer: Option<String>,
    pub remedy: Option<String>,
    pub occurrences: u64,
}

impl Recorded {
    /// The place, `service:element`.
    pub fn place(&self) -> String {
        format!(
            "{}:{}",
            self.service,
            self.element.as_deref().unwrap_or_default()
        )
    }

    /// Whether its id comes from a key that was not kept.
    pub fn is_run_only(&self) -> bool {
        self.finding_id.starts_with(RUN_ONLY)
    }
}

/// What begins with an id's beginning.
#[derive(Debug)]
pub enum Asked {
    /// Nothing.
    Unknown,
    /// Several ids: a row of each, at most [`MOST_LISTED`], and whether there are more.
    Ambiguous(Vec<Recorded>, bool),
    /// One id, with what is written of it.
    Known(Known),
}

/// A finding that was asked for.
#[derive(Debug)]
pub struct Known {
    /// Its rows, of the newest run first; never empty. Several where a run met it in several units.
    pub rows: Vec<Recorded>,
    /// Whether it is among the current findings.
    pub current: bool,
}

impl Known {
    /// The row of the newest run.
    pub fn newest(&self) -> &Recorded {
        &self.rows[0]
    }
}

/// Ids that are listed where a beginning is not enough.
pub const MOST_LISTED: usize = 10;
/// Rows of one id that are read: units that hold the same record.
const MOST_ROWS: usize = 256;

#[derive(Deserialize)]
struct Id {
    finding_id: String,
}

#[derive(Deserialize)]
struct Arguments {
    arguments: Vec<String>,
}

impl Session {
    /// What is written of the finding whose id begins like this.
    ///
    /// # Errors
    /// Where the tables cannot be read.
    pub fn finding(&self, prefix: &IdPrefix) -> Result<Asked, QueryError> {
        let ids: Vec<Id> = self.rows(&format!(
            "SELECT DISTINCT finding_id FROM findings_committed WHERE finding_id LIKE '{prefix}%' \
             ORDER BY finding_id LIMIT {}",
            MOST_LISTED + 1
        ))?;
        let rows_of = |id: &str, limit: usize| -> Result<Vec<Recorded>, QueryError> {
            let prefix = IdPrefix(id.to_owned());
            self.rows(&format!(
                "SELECT * FROM findings_committed WHERE finding_id = '{prefix}' \
                 ORDER BY run_id DESC, unit_token, byte_start LIMIT {limit}"
            ))
        };
        match ids.as_slice() {
            [] => Ok(Asked::Unknown),
            [Id { finding_id }] => {
                let current: Vec<Id> = self.rows(&format!(
                    "SELECT finding_id FROM findings_current WHERE finding_id = '{finding_id}' LIMIT 1"
                ))?;
                let rows = rows_of(finding_id, MOST_ROWS)?;
                Ok(if rows.is_empty() {
                    Asked::Unknown
                } else {
                    Asked::Known(Known {
                        rows,
                        current: !current.is_empty(),
                    })
                })
            }
            several => {
                let mut listed = Vec::new();
                for id in several.iter().take(MOST_LISTED) {
                    listed.extend(rows_of(&id.finding_id, 1)?);
                }
                Ok(Asked::Ambiguous(listed, several.len() > MOST_LISTED))
            }
        }
    }

    /// The arguments of a run's first commit, masked as written; empty for a run that is not there.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub fn arguments_of(&self, run_id: &str) -> Result<Vec<String>, QueryError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !run_id.bytes().all(is_name) {
            return Ok(Vec::new());
        }
        let rows: Vec<Arguments> = self.rows(&format!(
            "SELECT arguments FROM runs_committed WHERE run_id = '{run_id}' ORDER BY commit_number LIMIT 1"
        ))?;
        Ok(rows.into_iter().flat_map(|row| row.arguments).collect())
    }

    /// The rows of a query as `R`, whose fields are columns.
    fn rows<R: DeserializeOwned>(&self, sql: &str) -> Result<Vec<R>, QueryError> {
        let batches = self.run(sql)?;
        let mut text = Vec::new();
        render::json(&batches, &mut text)?;
        serde_json::from_slice(&text).map_err(|error| QueryError::Io(error.into()))
    }
}

impl fmt::Display for IdPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn beginnings_of_ids_are_eight_hex_digits_or_more() {
        let all = "0123456789abcdef0123456789abcdef";
        for good in [
            "01234567",
            all,
            "run-01234567",
            "run-0123456789abcdef0123456789ab",
        ] {
            assert_eq!(good.parse::<IdPrefix>().unwrap().as_str(), good);
        }
        assert_eq!("ABCDEF01".parse::<IdPrefix>().unwrap().as_str(), "abcdef01");
        let long = format!("{all}0");
        for bad in [
            "",
            "0123456",
            "0123456g",
            "run-0123",
            "run-",
            "01234567%",
            "01234567' OR '1'='1",
            "219-47-3612",
            long.as_str(),
        ] {
            assert!(bad.parse::<IdPrefix>().is_err(), "{bad}");
        }
    }
}
