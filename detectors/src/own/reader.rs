//! Strict reading of `[[entry]]` lists in TOML, with the line of every key.
//!
//! Messages say what a key takes and never what stands there.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::MOST_FILE_BYTES;
use super::day::Day;
use crate::error::Error;

/// A file's name and text.
#[derive(Clone, Copy)]
pub(crate) struct Source<'t> {
    pub(crate) file: &'t str,
    pub(crate) text: &'t str,
}

/// One table of the list.
pub(crate) struct Entry<'t> {
    source: Source<'t>,
    /// Where it begins.
    at: usize,
    line: usize,
    name: &'static str,
    values: BTreeMap<String, (Range<usize>, DeValue<'t>)>,
}

/// A value and where its key stands.
pub(crate) struct Field<T> {
    pub(crate) value: T,
    pub(crate) key: &'static str,
    at: usize,
}

impl<'t> Source<'t> {
    /// A fault at a byte of the file.
    pub(crate) fn fault(&self, at: usize, key: &str, message: impl Into<String>) -> Error {
        Error::Value {
            file: self.file.to_owned(),
            line: self.line(at),
            key: key.to_owned(),
            message: message.into(),
        }
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    /// The file's tables `[[name]]`, each with no other keys than `keys`. Nothing else may stand in
    /// the file, and no more than `most` of them.
    pub(crate) fn entries(
        self,
        name: &'static str,
        keys: &[&str],
        most: usize,
    ) -> Result<Vec<Entry<'t>>, Error> {
        if self.text.len() > MOST_FILE_BYTES {
            let message = format!("the file is larger than {} MiB", MOST_FILE_BYTES >> 20);
            return Err(self.fault(0, name, message));
        }
        let document = DeTable::parse(self.text).map_err(|error| Error::Syntax {
            file: self.file.to_owned(),
            line: self.line(error.span().map_or(0, |span| span.start)),
            message: error.message().trim().to_owned(),
        })?;
        let mut entries = Vec::new();
        // Lines are counted once, from entry to entry.
        let (mut counted, mut line) = (0, 1);
        for (key, value) in document.into_inner() {
            let at = key.span().start;
            if key.get_ref() != name {
                let message = format!("unknown key; the file is a list of `[[{name}]]` tables");
                return Err(self.fault(at, key.get_ref(), message));
            }
            let DeValue::Array(tables) = value.into_inner() else {
                return Err(self.fault(at, name, format!("write each as a table `[[{name}]]`")));
            };
            for table in tables {
                let at = table.span().start;
                let DeValue::Table(table) = table.into_inner() else {
                    return Err(self.fault(
                        at,
                        name,
                        format!("write each as a table `[[{name}]]`"),
                    ));
                };
                if entries.len() >= most {
                    return Err(self.fault(at, name, format!("more than {most} of them")));
                }
                if let Some(between) = self.text.as_bytes().get(counted..at) {
                    line += between.iter().filter(|byte| **byte == b'\n').count();
                    counted = at;
                }
                entries.push(self.entry(name, keys, at, line, table)?);
            }
        }
        Ok(entries)
    }

    fn entry(
        self,
        name: &'static str,
        keys: &[&str],
        at: usize,
        line: usize,
        table: DeTable<'t>,
    ) -> Result<Entry<'t>, Error> {
        let mut values = BTreeMap::new();
        for (key, value) in table {
            let span = key.span();
            if !keys.contains(&&**key.get_ref()) {
                let message = format!("unknown key; those of `[[{name}]]` are {}", keys.join(", "));
                return Err(self.fault(span.start, key.get_ref(), message));
            }
            values.insert(key.into_inner().into_owned(), (span, value.into_inner()));
        }
        Ok(Entry {
            source: self,
            at,
            line,
            name,
            values,
        })
    }
}

impl<'t> Entry<'t> {
    /// The line on which it begins, from 1.
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    /// A fault of the entry as a whole.
    pub(crate) fn fault(&self, message: impl Into<String>) -> Error {
        self.source.fault(self.at, self.name, message)
    }

    /// A fault of one of its values.
    pub(crate) fn fault_of<T>(&self, field: &Field<T>, message: impl Into<String>) -> Error {
        self.source.fault(field.at, field.key, message)
    }

    /// The text of a key, where the entry has it.
    pub(crate) fn text(
        &mut self,
        key: &'static str,
        longest: usize,
    ) -> Result<Option<Field<String>>, Error> {
        let Some((span, value)) = self.values.remove(key) else {
            return Ok(None);
        };
        let fault = |message: String| Err(self.source.fault(span.start, key, message));
        let DeValue::String(text) = value else {
            return fault("takes a text in quotes".to_owned());
        };
        if text.trim().is_empty() {
            return fault("is empty".to_owned());
        }
        if text.len() > longest {
            return fault(format!("longer than {longest} bytes"));
        }
        Ok(Some(Field {
            value: text.into_owned(),
            key,
            at: span.start,
        }))
    }

    /// A text that must be there.
    pub(crate) fn required(
        &mut self,
        key: &'static str,
        longest: usize,
    ) -> Result<Field<String>, Error> {
        match self.text(key, longest)? {
            Some(field) => Ok(field),
            None => Err(self.missing(key)),
        }
    }

    /// The fault that a key is not there.
    pub(crate) fn missing(&self, key: &str) -> Error {
        let message = format!("missing; every `[[{}]]` needs it", self.name);
        self.source.fault(self.at, key, message)
    }

    /// A text that `read` understands.
    pub(crate) fn parsed<T, E: std::fmt::Display>(
        &mut self,
        key: &'static str,
        longest: usize,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<Field<T>>, Error> {
        let Some(field) = self.text(key, longest)? else {
            return Ok(None);
        };
        match read(&field.value) {
            Ok(value) => Ok(Some(Field {
                value,
                key,
                at: field.at,
            })),
            Err(error) => Err(self.fault_of(&field, error.to_string())),
        }
    }

    /// A day: `2026-12-31`, in quotes or not.
    pub(crate) fn day(&mut self, key: &'static str) -> Result<Option<Day>, Error> {
        let Some((span, value)) = self.values.remove(key) else {
            return Ok(None);
        };
        let text = match &value {
            DeValue::String(text) => text.clone().into_owned(),
            DeValue::Datetime(moment) => moment.to_string(),
            _ => String::new(),
        };
        let day = text.parse();
        day.map(Some).map_err(|error: super::day::NotADay| {
            self.source.fault(span.start, key, error.to_string())
        })
    }
}

/// The path of the key whose key or value stands at byte `at` of a TOML text, such as
/// `pattern.regex`; nothing where there is none.
pub(crate) fn key_at(text: &str, at: usize) -> Option<String> {
    fn within(table: &DeTable<'_>, at: usize, path: &mut Vec<String>) -> bool {
        let holds = |span: &Range<usize>| span.start <= at && at < span.end.max(span.start + 1);
        for (key, value) in table {
            path.push(key.get_ref().to_string());
            if below(value, at, path) || holds(&key.span()) || holds(&value.span()) {
                return true;
            }
            path.pop();
        }
        false
    }
    /// Tables that are written as `[[name]]` spread over the file: their own span is the header. So
    /// what is in a value is looked at whatever its span is.
    fn below(value: &Spanned<DeValue<'_>>, at: usize, path: &mut Vec<String>) -> bool {
        match value.get_ref() {
            DeValue::Table(table) => within(table, at, path),
            DeValue::Array(list) => list.iter().any(|value| {
                below(value, at, path) || value.span().start <= at && at < value.span().end
            }),
            _ => false,
        }
    }
    let document = DeTable::parse(text).ok()?;
    let mut path = Vec::new();
    within(document.get_ref(), at, &mut path).then(|| path.join("."))
}

/// A step to a value: a key of a table, or a place in a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'s> {
    Key(&'s str),
    At(usize),
}

/// Where a value begins (its key, or the value itself in a list); the nearest table above it that
/// is there otherwise.
pub(crate) fn position(text: &str, path: &[Step<'_>]) -> usize {
    let Ok(document) = DeTable::parse(text) else {
        return 0;
    };
    let mut at = document.span().start;
    let mut value: Option<&Spanned<DeValue<'_>>> = None;
    for step in path {
        let table = match value.map(Spanned::get_ref) {
            None => Some(document.get_ref()),
            Some(DeValue::Table(table)) => Some(table),
            Some(_) => None,
        };
        let next = match (step, table, value.map(Spanned::get_ref)) {
            (Step::Key(key), Some(table), _) => table
                .iter()
                .find(|(name, _)| name.get_ref() == key)
                .map(|(name, value)| (name.span().start, value)),
            (Step::At(number), _, Some(DeValue::Array(list))) => {
                list.get(*number).map(|value| (value.span().start, value))
            }
            _ => None,
        };
        let Some((start, next)) = next else { break };
        (at, value) = (start, Some(next));
    }
    at
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str =
        "# head\n[[entry]]\nname = \"a\"\nuntil = 2026-01-31\n\n[[entry]]\nname = \"b\"\n";

    fn entries(text: &str) -> Result<Vec<Entry<'_>>, Error> {
        Source {
            file: "own.toml",
            text,
        }
        .entries("entry", &["name", "until"], 3)
    }

    fn refused(text: &str) -> String {
        entries(text).err().unwrap().to_string()
    }

    #[test]
    fn entries_know_their_lines() {
        let mut read = entries(TEXT).unwrap();
        assert_eq!(read.iter().map(Entry::line).collect::<Vec<_>>(), [2, 6]);
        let name = read[1].required("name", 10).unwrap();
        assert_eq!(name.value, "b");
        let fault = read[1].fault_of(&name, "no such name").to_string();
        assert_eq!(fault, "own.toml:7: `name`: no such name");
        assert_eq!(
            read[0].day("until").unwrap().unwrap().to_string(),
            "2026-01-31"
        );
        let fault = read[1].required("until", 10).err().unwrap().to_string();
        assert!(fault.starts_with("own.toml:6: `until`: missing"), "{fault}");
    }

    #[test]
    fn faults_name_line_and_key_and_never_the_value() {
        for (text, start) in [
            (
                "[[entry]]\nnam = \"219-47-3612\"",
                "own.toml:2: `nam`: unknown key",
            ),
            ("x = 1\n", "own.toml:1: `x`: unknown key"),
            ("entry = 3", "own.toml:1: `entry`: write each"),
            ("entry = [3]", "own.toml:1: `entry`: write each"),
            ("[[entry]]\nname = ", "own.toml:2:"),
            ("[[entry]]\nname = 'a'\nname = 'b'", "own.toml:3:"),
            (&"[[entry]]\n".repeat(4), "own.toml:4: `entry`: more than 3"),
        ] {
            let message = refused(text);
            assert!(message.starts_with(start), "{text}: {message}");
            assert!(!message.contains("219"), "{message}");
        }
        for (value, says) in [
            ("219473612", "takes a text"),
            ("''", "is empty"),
            ("'219-47-3612'", "longer than 10 bytes"),
        ] {
            let text = format!("[[entry]]\nname = {value}");
            let fault = entries(&text).unwrap()[0]
                .required("name", 10)
                .err()
                .unwrap();
            let message = fault.to_string();
            assert!(message.starts_with("own.toml:2: `name`: "), "{message}");
            assert!(
                message.contains(says) && !message.contains("219"),
                "{message}"
            );
        }
        for value in [
            "'2026-02-30'",
            "2026-01-01T00:00:00Z",
            "20260101",
            "07:32:00",
        ] {
            let text = format!("[[entry]]\nname = 'a'\nuntil = {value}");
            let fault = entries(&text).unwrap()[0].day("until").err().unwrap();
            let message = fault.to_string();
            assert!(
                message.starts_with("own.toml:3: `until`: expected a calendar day"),
                "{message}"
            );
        }
    }

    #[test]
    fn keys_and_positions_are_found() {
        let text = "id = 'a'\n\n[cue]\nstrong = ['x', 'y']\n\n[[pattern]]\nid = 'p'\n\n[[pattern]]\nid = 'q'\nregex = 'r'\n";
        let at = |needle: &str| text.find(needle).unwrap();
        for (needle, key) in [
            ("'a'", "id"),
            ("'y'", "cue.strong"),
            ("strong", "cue.strong"),
            ("'p'", "pattern.id"),
            ("regex", "pattern.regex"),
            ("'r'", "pattern.regex"),
        ] {
            assert_eq!(key_at(text, at(needle)).as_deref(), Some(key), "{needle}");
        }
        // However deep: each value is looked at once.
        let deep = format!("[{}]\nx = 1\n", ["a"; 40].join("."));
        let key = key_at(&deep, deep.find('x').unwrap()).unwrap();
        assert_eq!(key.matches('.').count(), 40);
        let line = |path: &[Step<'_>]| text[..position(text, path)].matches('\n').count() + 1;
        use Step::{At, Key};
        assert_eq!(line(&[Key("pattern"), At(1), Key("regex")]), 11);
        assert_eq!(line(&[Key("pattern"), At(1), Key("score")]), 9);
        assert_eq!(line(&[Key("cue"), Key("strong"), At(1)]), 4);
    }
}
