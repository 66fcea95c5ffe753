//! JSON with its members in the order in which AWS writes them.
//!
//! ```
//! use corpora::obj;
//! let event = obj! { "eventVersion" => "1.11", "readOnly" => false };
//! assert_eq!(event.to_text(), r#"{"eventVersion":"1.11","readOnly":false}"#);
//! ```

use std::fmt::Write;

/// A JSON value.
#[derive(Clone, Debug)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A number that is written exactly so.
    Literal(String),
    /// A string; only what must be escaped is.
    Text(String),
    /// A string in which punctuation too is written as `\u002d`, as some writers do.
    Escaped(String),
    /// A list.
    List(Vec<Json>),
    /// An object, in this order.
    Object(Vec<(String, Json)>),
}

/// Builds a [`Json::Object`]: `obj! { "key" => value, … }`.
#[macro_export]
macro_rules! obj {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::json::Json::Object(vec![$(($key.to_string(), $crate::json::Json::from($value))),*])
    };
}

/// Builds a [`Json::List`].
#[macro_export]
macro_rules! list {
    ($($value:expr),* $(,)?) => {
        $crate::json::Json::List(vec![$($crate::json::Json::from($value)),*])
    };
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Text(text.to_owned())
    }
}
impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::Text(text)
    }
}
impl From<&String> for Json {
    fn from(text: &String) -> Self {
        Json::Text(text.clone())
    }
}
impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}
impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Json::Number(number)
    }
}
impl From<u64> for Json {
    fn from(number: u64) -> Self {
        Json::Number(number as i64)
    }
}
impl From<i32> for Json {
    fn from(number: i32) -> Self {
        Json::Number(i64::from(number))
    }
}
impl From<Vec<Json>> for Json {
    fn from(list: Vec<Json>) -> Self {
        Json::List(list)
    }
}

impl Json {
    /// Writes it on one line, without blanks.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, None);
        text
    }

    /// Writes it with two blanks of indentation a level.
    pub fn to_pretty(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, Some(0));
        text.push('\n');
        text
    }

    fn write(&self, out: &mut String, indent: Option<usize>) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(number) => out.push_str(&number.to_string()),
            Json::Literal(number) => out.push_str(number),
            Json::Text(text) => write_string(out, text, false),
            Json::Escaped(text) => write_string(out, text, true),
            Json::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separate(out, index, indent);
                    item.write(out, indent.map(|level| level + 1));
                }
                close(out, ']', items.is_empty(), indent);
            }
            Json::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    separate(out, index, indent);
                    write_string(out, key, false);
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    value.write(out, indent.map(|level| level + 1));
                }
                close(out, '}', members.is_empty(), indent);
            }
        }
    }
}

fn separate(out: &mut String, index: usize, indent: Option<usize>) {
    if index > 0 {
        out.push(',');
    }
    if let Some(level) = indent {
        out.push('\n');
        out.push_str(&"  ".repeat(level + 1));
    }
}

fn close(out: &mut String, bracket: char, empty: bool, indent: Option<usize>) {
    if let (Some(level), false) = (indent, empty) {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    }
    out.push(bracket);
}

fn write_string(out: &mut String, text: &str, escape_punctuation: bool) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => escape(out, control),
            sign if escape_punctuation && sign.is_ascii_punctuation() => escape(out, sign),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn escape(out: &mut String, character: char) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\\u{:04x}", u32::from(character));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_is_read_back_by_another_reader() {
        let inner =
            obj! { "ssn" => Json::Escaped("412-68-3397".into()), "note" => "tab\there \"quoted\"" };
        let outer =
            obj! { "detail" => inner.to_text(), "n" => 7, "l" => list![1, true, Json::Null] };
        for text in [outer.to_text(), outer.to_pretty()] {
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            let nested: serde_json::Value =
                serde_json::from_str(read["detail"].as_str().unwrap()).unwrap();
            assert_eq!(nested["ssn"], "412-68-3397");
            assert_eq!(nested["note"], "tab\there \"quoted\"");
            assert_eq!(read["l"][1], true);
        }
        assert!(inner.to_text().contains("412\\u002d68"));
    }
}
