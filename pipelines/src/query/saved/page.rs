//! The page of saved queries in the documentation.

use super::parameter::Kind;
use super::{Saved, SavedError};

/// A section for each query, in Markdown.
///
/// # Errors
/// [`SavedError::Damaged`], which a test keeps from happening.
pub fn page() -> Result<String, SavedError> {
    let mut page = String::new();
    for query in Saved::all()? {
        page.push_str(&section(&query));
    }
    Ok(page)
}

fn section(query: &Saved) -> String {
    let mut text = format!(
        "## `{}`: {}\n\n{}\n\nA row is {}.\n\n```\nphiscan query {}\nphiscan athena queries {}\n```\n\n",
        query.name,
        lower_first(query.title()),
        query.about(),
        query.rows(),
        query.name,
        query.name
    );
    text.push_str("| parameter | takes | default | meaning |\n|---|---|---|---|\n");
    for parameter in query.parameters() {
        let takes = match parameter.kind {
            Kind::Text => "text".to_owned(),
            Kind::Choice => {
                let values: Vec<String> = parameter
                    .values
                    .iter()
                    .map(|value| format!("`{value}`"))
                    .collect();
                values.join(", ")
            }
            Kind::Confidence => "a number from 0 to 1".to_owned(),
            Kind::Count => "a whole number".to_owned(),
            Kind::Day => "a day, `YYYYMMDD`".to_owned(),
        };
        let default = if parameter.default.is_empty() {
            "none".to_owned()
        } else {
            format!("`{}`", parameter.default)
        };
        text.push_str(&format!(
            "| `{}` | {takes} | {default} | {} |\n",
            parameter.name, parameter.about
        ));
    }
    text.push('\n');
    text
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
