//! Parameters of saved queries: kinds, and how a value becomes a literal.
//!
//! A value never stands in a statement as it was given. Numbers and days are read and written anew,
//! a choice is one of a closed list, and text goes between quotes, with quotes in it doubled. That
//! is all that standard SQL needs, Athena's and DataFusion's included: a backslash means nothing in
//! their literals. Control characters are refused.

use detectors::vocabulary::Vocabulary;
use serde::Deserialize;

use super::{SavedError, nearest};

/// Longest text that a parameter takes, in bytes; an ARN has 2,048 at most.
const MAX_TEXT: usize = 2048;
/// Largest count.
const MAX_COUNT: u64 = 1_000_000_000;

/// A parameter of a saved query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name, as in `:name`.
    pub name: String,
    /// What it takes.
    pub kind: Kind,
    /// The choices, where it takes one.
    #[serde(default)]
    pub values: Vec<String>,
    /// The list of the vocabulary whose values are choices too.
    list: Option<String>,
    /// The value where none is given.
    pub default: String,
    /// What it does.
    pub about: String,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Any text, or none.
    Text,
    /// One of a list.
    Choice,
    /// A number from 0 to 1.
    Confidence,
    /// A whole number, at least 1.
    Count,
    /// A UTC day, or none.
    Day,
}

impl Parameter {
    /// Takes the choices of the vocabulary in, and checks the file's own default.
    pub(super) fn complete(&mut self) -> Result<(), String> {
        if let Some(name) = &self.list {
            let vocabulary = Vocabulary::built_in().map_err(|error| error.to_string())?;
            let list = vocabulary
                .list(name)
                .ok_or_else(|| format!("`{}`: no list `{name}`", self.name))?;
            self.values
                .extend(list.values.iter().map(|value| value.name.clone()));
        }
        if (self.kind == Kind::Choice) == self.values.is_empty() {
            return Err(format!(
                "`{}`: a choice has values, and nothing else has",
                self.name
            ));
        }
        self.literal(&self.default)
            .map(|_| ())
            .map_err(|error| error.to_string())
    }

    /// What it takes, in words.
    #[must_use]
    pub fn expected(&self) -> String {
        match self.kind {
            Kind::Text => format!("text of at most {MAX_TEXT} bytes without control characters"),
            Kind::Choice => format!("one of {}", self.values.join(", ")),
            Kind::Confidence => "a number from 0 to 1".to_owned(),
            Kind::Count => format!("a whole number from 1 to {MAX_COUNT}"),
            Kind::Day => "a day as YYYYMMDD or YYYY-MM-DD, or nothing".to_owned(),
        }
    }

    /// The literal that stands for a value in a statement.
    ///
    /// # Errors
    /// [`SavedError::Value`] when the value is not of the parameter's kind.
    pub fn literal(&self, value: &str) -> Result<String, SavedError> {
        let literal = match self.kind {
            Kind::Text => (value.len() <= MAX_TEXT && !value.contains(char::is_control))
                .then(|| quoted(value)),
            Kind::Choice => self
                .values
                .iter()
                .find(|known| *known == value)
                .map(|known| quoted(known)),
            Kind::Confidence => {
                let number = value.trim().parse::<f64>().ok();
                number
                    .filter(|number| (0.0..=1.0).contains(number))
                    .map(|number| number.abs().to_string())
            }
            Kind::Count => {
                let number = value.trim().parse::<u64>().ok();
                number
                    .filter(|number| (1..=MAX_COUNT).contains(number))
                    .map(|number| number.to_string())
            }
            Kind::Day => day(value.trim()).map(|day| quoted(&day)),
        };
        literal.ok_or_else(|| SavedError::Value {
            name: self.name.clone(),
            expected: self.expected(),
            nearest: nearest(value, self.values.iter().map(String::as_str)).map(str::to_owned),
        })
    }
}

/// A text between quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A day as the partition key has it; nothing stays nothing.
fn day(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let format = if text.contains('-') {
        "%Y-%m-%d"
    } else {
        "%Y%m%d"
    };
    let day = jiff::civil::Date::strptime(format, text).ok()?;
    (digits == 8).then(|| day.strftime("%Y%m%d").to_string())
}
