//! The saved queries: what an engineer or an auditor asks first, by name.
//!
//! Each is one file of `pipelines/queries`: texts, parameters, and one statement that Athena and
//! DataFusion both take. `phiscan query NAME` runs it, `phiscan athena queries NAME` prints it for
//! Athena, and `docs/queries.md` is made from it. In a statement
//!
//! - `:name` stands for a parameter, whose value goes in as a literal of its kind
//!   ([`parameter`]), so that no value can change the statement;
//! - `{name}` stands for a piece of SQL that several statements share, or that the two engines want
//!   differently: `[piece.name]` of the file says how.

mod page;
pub mod parameter;
mod text;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use page::page;
pub use parameter::Parameter;

use crate::views::{self, Dialect};

/// The files, by the names of their queries, in the order in which they are shown.
const FILES: &[(&str, &str)] = &[
    (
        "forbidden-places",
        include_str!("../../../queries/forbidden-places.toml"),
    ),
    (
        "since-last-run",
        include_str!("../../../queries/since-last-run.toml"),
    ),
    (
        "same-patient",
        include_str!("../../../queries/same-patient.toml"),
    ),
    (
        "who-writes",
        include_str!("../../../queries/who-writes.toml"),
    ),
    (
        "place-by-class",
        include_str!("../../../queries/place-by-class.toml"),
    ),
    (
        "coverage-gaps",
        include_str!("../../../queries/coverage-gaps.toml"),
    ),
    (
        "unmet-conditions",
        include_str!("../../../queries/unmet-conditions.toml"),
    ),
    (
        "key-folders",
        include_str!("../../../queries/key-folders.toml"),
    ),
    (
        "suppressed",
        include_str!("../../../queries/suppressed.toml"),
    ),
    (
        "severity-by-day",
        include_str!("../../../queries/severity-by-day.toml"),
    ),
];

/// The parameter that bounds the number of rows, in the queries that have it.
pub const LIMIT: &str = "limit";

/// Why there is no statement. The texts name queries and parameters that there are, never what was
/// given, which may be anything.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// No query has that name.
    #[error("no saved query of that name{}; `phiscan query --list` shows all", or_nearest(.nearest.as_deref()))]
    Unknown {
        /// The name that is most like it.
        nearest: Option<&'static str>,
    },
    /// The query has no parameter of that name.
    #[error("`{query}` has no parameter of that name{}; it has {}", or_nearest(.nearest.as_deref()), listed(.known))]
    UnknownParameter {
        /// The query.
        query: &'static str,
        /// The name that is most like it.
        nearest: Option<String>,
        /// All names.
        known: Vec<String>,
    },
    /// A parameter was given without a value.
    #[error("a parameter is given as NAME=VALUE, such as {0}")]
    NoValue(String),
    /// A value is not of its parameter's kind.
    #[error("parameter `{name}`: expected {expected}{}", or_nearest(.nearest.as_deref()))]
    Value {
        /// The parameter.
        name: String,
        /// What it takes.
        expected: String,
        /// The value that is most like it, where it takes one of a list.
        nearest: Option<String>,
    },
    /// The shipped file is wrong; a test keeps this from happening.
    #[error("the saved query `{name}` is damaged: {reason}")]
    Damaged {
        /// The query.
        name: &'static str,
        /// What is wrong.
        reason: String,
    },
}

fn or_nearest(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
}

fn listed(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The one of `known` that is most like `given`, if one is like it at all.
pub(crate) fn nearest<'k>(
    given: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    // Longer texts than any name are no slips of the finger, and comparing takes time.
    let given = (given.len() <= 64).then(|| given.to_ascii_lowercase())?;
    let scored = known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&given, name), name));
    scored
        .filter(|(score, _)| *score > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

/// A saved query.
#[derive(Debug)]
pub struct Saved {
    /// Its name.
    pub name: &'static str,
    file: File,
}

/// What a file holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    about: String,
    rows: String,
    sql: String,
    #[serde(default)]
    piece: BTreeMap<String, Piece>,
    #[serde(default)]
    parameter: Vec<Parameter>,
}

/// A piece of SQL that the engines want differently.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    athena: String,
    datafusion: String,
}

/// Values for all parameters of a query, as literals.
#[derive(Debug, Clone)]
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// The most rows that the query will give, where it has a bound.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.0.get(LIMIT)?.parse().ok()
    }
}

impl Saved {
    /// All saved queries, in the order in which they are shown.
    ///
    /// # Errors
    /// [`SavedError::Damaged`], which a test keeps from happening.
    pub fn all() -> Result<Vec<Self>, SavedError> {
        FILES
            .iter()
            .map(|(name, text)| Self::read(name, text))
            .collect()
    }

    /// The query of that name.
    ///
    /// # Errors
    /// [`SavedError::Unknown`] with the nearest name.
    pub fn named(name: &str) -> Result<Self, SavedError> {
        match FILES.iter().find(|(known, _)| *known == name) {
            Some((known, text)) => Self::read(known, text),
            None => Err(SavedError::Unknown {
                nearest: nearest(name, FILES.iter().map(|(name, _)| *name)),
            }),
        }
    }

    /// Whether a text can only be meant as a name: SQL that says something has a blank or a bracket.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    }

    fn read(name: &'static str, text: &str) -> Result<Self, SavedError> {
        let damaged = |reason: String| SavedError::Damaged { name, reason };
        let mut file: File = toml::from_str(text).map_err(|error| damaged(error.to_string()))?;
        for parameter in &mut file.parameter {
            parameter.complete().map_err(damaged)?;
        }
        Ok(Self { name, file })
    }

    /// What it tells, in a few words.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.file.title
    }

    /// What it tells, and what its words mean.
    #[must_use]
    pub fn about(&self) -> &str {
        self.file.about.trim()
    }

    /// What a row is, and the order of rows.
    #[must_use]
    pub fn rows(&self) -> &str {
        &self.file.rows
    }

    /// What may be chosen.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.file.parameter
    }

    /// The values of all parameters: those that `given` names (`name=value`, the last one wins), else
    /// the defaults.
    ///
    /// # Errors
    /// [`SavedError`] for an unknown name, and for a value that is not of the parameter's kind.
    pub fn values<'g>(
        &self,
        given: impl IntoIterator<Item = &'g str>,
    ) -> Result<Values, SavedError> {
        let parameters = self.parameters();
        let mut values = BTreeMap::new();
        for parameter in parameters {
            values.insert(
                parameter.name.clone(),
                parameter.literal(&parameter.default)?,
            );
        }
        for given in given {
            let Some((name, value)) = given.split_once('=') else {
                let example = parameters
                    .first()
                    .map_or_else(String::new, |p| format!("{}={}", p.name, p.default));
                return Err(SavedError::NoValue(example));
            };
            let name = name.trim().replace('-', "_");
            let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) else {
                let names = parameters.iter().map(|parameter| parameter.name.as_str());
                return Err(SavedError::UnknownParameter {
                    query: self.name,
                    nearest: nearest(&name, names.clone()).map(str::to_owned),
                    known: names.map(str::to_owned).collect(),
                });
            };
            values.insert(name, parameter.literal(value)?);
        }
        Ok(Values(values))
    }

    /// The statement for an engine, without a semicolon.
    ///
    /// # Errors
    /// [`SavedError::Damaged`], which a test keeps from happening.
    pub fn statement(&self, dialect: Dialect, values: &Values) -> Result<String, SavedError> {
        let piece = |name: &str| {
            let own = self.file.piece.get(name).map(|piece| match dialect {
                Dialect::Athena => piece.athena.trim().to_owned(),
                Dialect::DataFusion => piece.datafusion.trim().to_owned(),
            });
            own.or_else(|| shared(name))
        };
        let value = |name: &str| values.0.get(name).cloned();
        text::expand(self.file.sql.trim(), &piece, &value).map_err(|reason| SavedError::Damaged {
            name: self.name,
            reason,
        })
    }
}

/// Pieces that several statements share.
fn shared(name: &str) -> Option<String> {
    let piece = match name {
        // A finding that counts, but for its verdict.
        "counting" => "subject IN ('patient', 'credential') AND NOT reserved AND NOT suppressed \
                       AND confidence >= :min_confidence"
            .to_owned(),
        "producer" => "coalesce(producer, '(not told)')".to_owned(),
        "place" => "service || ':' || coalesce(element, '')".to_owned(),
        "unit_key" => views::key("unit_token", "source", "unit"),
        "unit_key_of_finding" => views::key("f.unit_token", "f.source", "f.unit"),
        "units_before" => views::units_of("before", "run_id < (SELECT run_id FROM last_run)"),
        "record_sources" => views::record_sources(),
        _ => return None,
    };
    Some(piece)
}

#[cfg(test)]
mod tests;
