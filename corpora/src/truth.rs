//! The truth file: what is planted where, one JSON object a line.
//!
//! | kind | meaning |
//! |---|---|
//! | `leak` | about a patient; must be found at this span with at least this confidence |
//! | `clean-finding` | provider, product, clinical code or client address; found, but no leak |
//! | `may` | reasonable readers differ; neither a miss nor a false alarm |
//! | `near-miss` | looks like the class named and is none; must not be reported as a patient's |
//!
//! Positions are half-open and count bytes after the outer compression, in the file's own
//! character set. Lines with a `source` (`names:shares/…`) speak of file names and have no
//! positions.

use serde::{Deserialize, Serialize};

/// What a line of truth demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Must be found.
    Leak,
    /// Found, but no leak.
    CleanFinding,
    /// May be found.
    May,
    /// Must not be found.
    NearMiss,
}

/// One line of the truth file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What is demanded.
    pub kind: Kind,
    /// Path below the estate.
    pub file: String,
    /// The SOURCE that reaches it, where it is not the estate itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `gzip` or `zstd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// `utf-16le`, `utf-16be` or `latin-1`; absent for UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// The class, or what a near miss resembles.
    pub class: String,
    /// Whom it is about; absent for near misses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The place with the strictest verdict: the row's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Its verdict, with nothing but the files to go by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// All places that hold for it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub places: Vec<String>,
    /// First byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte_start: Option<u64>,
    /// The byte after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte_end: Option<u64>,
    /// The value without its encodings. All values are synthetic.
    pub value: String,
    /// The least confidence expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_confidence: Option<f64>,
    /// How often a client's address stands in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrences: Option<u64>,
    /// Why it is a near miss, or why one may differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Whom a class is about.
pub fn subject_of(class: &str) -> &'static str {
    match class {
        "NPI" | "DEA" => "provider",
        "NDC" => "product",
        "ICD10" => "clinical-code",
        "IP" => "client",
        _ => "patient",
    }
}

/// The verdicts, strictest first.
pub const VERDICTS: [&str; 8] = [
    "forbidden",
    "not-for-phi",
    "unexpected",
    "condition-unmet",
    "condition-unknown",
    "no-statement",
    "condition-met",
    "permitted",
];

/// The verdict for a place when only files are read, by the whitepaper's sections.
///
/// This is written a second time here on purpose: the catalogue is judged by it.
pub fn verdict_of(place: &str) -> &'static str {
    let (service, element) = place.split_once(':').unwrap_or((place, ""));
    match (service, element) {
        ("local", _) => "no-statement",
        ("logs", "log-event") => "permitted",
        ("cloudtrail", "event-record") | ("s3", "object-body") | ("wafv2", "web-acl-log") => {
            "condition-unknown"
        }
        ("guardduty", _) | ("robomaker", "log-event") => "unexpected",
        (
            "cloudwatch",
            "metric-name" | "dimension" | "alarm-name" | "alarm-description" | "dashboard",
        )
        | ("cloudformation", _)
        | ("config", "configuration-item" | "snapshot" | "rule-name" | "tag")
        | ("fms", "policy-name" | "tag" | "description")
        | ("organizations", "account-name" | "ou-name" | "policy-name" | "tag" | "description")
        | ("shield", "protection-name" | "tag")
        | ("serverlessrepo", "template" | "application-name" | "description")
        | ("servicecatalog", "product-template" | "provisioning-parameter")
        | ("elasticbeanstalk", "environment-property" | "configuration-option")
        | ("states", "execution-input" | "execution-output" | "execution-name" | "history")
        | ("swf", "workflow-input" | "workflow-result" | "history")
        | ("autoscaling", "user-data" | "launch-configuration")
        | ("transfer", "user-name" | "server-tag") => "not-for-phi",
        _ => "forbidden",
    }
}

/// The place with the strictest verdict; the first of equals.
pub fn strictest(places: &[String]) -> Option<String> {
    let rank = |place: &str| {
        VERDICTS
            .iter()
            .position(|verdict| *verdict == verdict_of(place))
    };
    places.iter().min_by_key(|place| rank(place)).cloned()
}

/// Reads a truth file's text.
pub fn from_text(text: &str) -> Result<Vec<Line>, serde_json::Error> {
    text.lines().map(serde_json::from_str).collect()
}

/// The whole truth file's text.
pub fn to_text(lines: &[Line]) -> String {
    lines
        .iter()
        .filter_map(|line| serde_json::to_string(line).ok())
        .map(|line| line + "\n")
        .collect()
}
