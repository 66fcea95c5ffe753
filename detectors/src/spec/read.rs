//! Reading a detector file strictly: every fault with file, line and key.

use super::{LOWEST_FLOOR, MAX_PATTERN_BYTES, Spec};
use crate::error::Error;
use crate::own::MOST_FILE_BYTES;
use crate::own::limits;
use crate::own::reader::Step::{At, Key};
use crate::own::reader::{Source, Step, key_at, position};

impl Spec {
    /// Reads one detector file. `file` is its name for messages.
    ///
    /// # Errors
    /// The first fault, with file, line and key.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let source = Source { file, text };
        if text.len() > MOST_FILE_BYTES {
            let message = format!("the file is larger than {} MiB", MOST_FILE_BYTES >> 20);
            return Err(source.fault(0, "id", message));
        }
        let spec: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = without_value(error.message().trim());
            match key_at(text, at) {
                Some(key) => source.fault(at, &key, message),
                None => Error::Syntax {
                    file: file.to_owned(),
                    line: source.line(at),
                    message,
                },
            }
        })?;
        spec.check(source)?;
        Ok(spec)
    }

    fn check(&self, source: Source<'_>) -> Result<(), Error> {
        let fault = |path: &[Step<'_>], key: &str, message: String| {
            Err(source.fault(position(source.text, path), key, message))
        };
        let named = !self.id.is_empty()
            && self
                .id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !named {
            let message = "use lower-case letters, digits and hyphens".to_owned();
            return fault(&[Key("id")], "id", message);
        }
        if !(LOWEST_FLOOR..=1.0).contains(&self.floor) {
            let message = format!("must lie between {LOWEST_FLOOR} and 1");
            return fault(&[Key("floor")], "floor", message);
        }
        if self.safe_harbor > 18 {
            let message = "must be 1 to 18, or 0".to_owned();
            return fault(&[Key("safe_harbor")], "safe_harbor", message);
        }
        for (table, key, words) in [
            ("cue", "strong", &self.cue.strong),
            ("cue", "weak", &self.cue.weak),
            ("cue", "alone", &self.cue.alone),
            ("cue", "folders", &self.cue.folders),
            ("cue", "touching", &self.cue.touching),
            ("suppress", "hard", &self.suppress.hard),
            ("suppress", "soft", &self.suppress.soft),
            ("suppress", "staff", &self.suppress.staff),
            ("suppress", "folders", &self.suppress.folders),
            ("suppress", "stop", &self.suppress.stop),
            ("beside", "words", &self.beside.words),
        ] {
            for (number, word) in words.iter().enumerate() {
                let letters = word.chars().filter(|c| c.is_alphabetic()).count();
                if letters == 0 || word.len() > 60 {
                    let message = "a word needs a letter and at most 60 bytes".to_owned();
                    let path = [Key(table), Key(key), At(number)];
                    return fault(&path, &format!("{table}.{key}"), message);
                }
            }
        }
        let unknown = |names: &[String]| {
            let unknown = |name: &String| crate::validate::lookup(name).is_none();
            names.iter().position(unknown)
        };
        if let Some(number) = unknown(&self.validate) {
            return fault(&[Key("validate"), At(number)], "validate", no_validator());
        }
        for (number, pattern) in self.patterns.iter().enumerate() {
            let wrong = |key: &str, message: String| {
                let path = [Key("pattern"), At(number), Key(key)];
                fault(&path, &format!("pattern.{}.{key}", pattern.id), message)
            };
            let names = pattern.validate.as_deref().unwrap_or_default();
            if unknown(names).is_some() {
                return wrong("validate", no_validator());
            }
            if !(pattern.score > 0.0 && pattern.score < 1.0) {
                return wrong("score", "must lie between 0 and 1".to_owned());
            }
            if let Err(message) = bounded(&pattern.regex) {
                return wrong("regex", message);
            }
        }
        for (number, pattern) in self.reserved.patterns.iter().enumerate() {
            if let Err(message) = bounded(pattern) {
                let path = [Key("reserved"), Key("patterns"), At(number)];
                return fault(&path, "reserved.patterns", message);
            }
        }
        Ok(())
    }

    /// What the patterns of a user's file cost, in bytes.
    ///
    /// # Errors
    /// The first that costs more than [`limits`] allow, with file, line and key.
    pub(crate) fn cost(&self, file: &str, text: &str) -> Result<usize, Error> {
        let source = Source { file, text };
        let fault = |path: &[Step<'_>], key: &str, message: String| {
            source.fault(position(text, path), key, message)
        };
        let mut bytes = 0;
        for (number, pattern) in self.patterns.iter().enumerate() {
            bytes += limits::cost(pattern).map_err(|message| {
                let path = [Key("pattern"), At(number), Key("regex")];
                fault(&path, &format!("pattern.{}.regex", pattern.id), message)
            })?;
        }
        for (number, pattern) in self.reserved.patterns.iter().enumerate() {
            bytes += limits::cost_of_whole(pattern).map_err(|message| {
                let path = [Key("reserved"), Key("patterns"), At(number)];
                fault(&path, "reserved.patterns", message)
            })?;
        }
        Ok(bytes)
    }
}

/// What the TOML reader says, without the text that stands in the file: behind `expected` there are
/// words of this program alone.
fn without_value(message: &str) -> String {
    let Some((before, expected)) = message.rsplit_once(", expected ") else {
        return message.to_owned();
    };
    if before.starts_with("unknown field") {
        format!("unknown key; there is {expected}")
    } else if [
        "unknown variant",
        "invalid type",
        "invalid value",
        "invalid length",
    ]
    .iter()
    .any(|kind| before.starts_with(kind))
    {
        format!("takes {expected}")
    } else {
        message.to_owned()
    }
}

fn no_validator() -> String {
    let all: Vec<&str> = crate::validate::REGISTRY
        .iter()
        .map(|entry| entry.name)
        .collect();
    format!("there is no such validator; there are {}", all.join(", "))
}

/// What the parser says of a regex, without its drawing of it.
pub(crate) fn reason(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "is no regular expression".to_owned(),
    }
}

/// Checks that a regex is one, matches something, and never more than [`MAX_PATTERN_BYTES`].
fn bounded(regex: &str) -> Result<(), String> {
    if regex.len() > MAX_PATTERN_BYTES {
        return Err(format!(
            "longer than {MAX_PATTERN_BYTES} bytes; split it in several patterns"
        ));
    }
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(regex)
        .map_err(|error| reason(&error))?;
    let properties = parsed.properties();
    if properties.minimum_len().unwrap_or(0) == 0 {
        return Err("can match nothing at all; ask for at least one byte".to_owned());
    }
    match properties.maximum_len() {
        Some(longest) if longest <= MAX_PATTERN_BYTES => Ok(()),
        _ => Err(format!(
            "can match more than {MAX_PATTERN_BYTES} bytes; bound its repetitions, as in `{{1,40}}`"
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    const GOOD: &str = r#"
id = "x-id"
version = 1
class = "MRN"
subject = "patient"
safe_harbor = 8
floor = 0.2
title = "t"
about = "a"
why = "w"
references = []
validate = ["mrn"]

[[pattern]]
id = "p"
regex = '\d{4,8}'
score = 0.3
needs = "cue"
"#;

    /// The message for the good file with one piece replaced.
    fn refused(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        Spec::parse("x-id.toml", &GOOD.replace(from, to))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_file_is_read() {
        assert_eq!(Spec::parse("x-id.toml", GOOD).unwrap().patterns.len(), 1);
    }

    #[test]
    fn faults_are_named_with_file_line_and_key() {
        for (from, to, words) in [
            ("title =", "titel =", vec!["x-id.toml:8", "titel"]),
            ("\"MRN\"", "\"PIN\"", vec!["x-id.toml:4", "`class`"]),
            ("floor = 0.2", "floor = 0.1", vec!["x-id.toml:7", "`floor`"]),
            (
                "safe_harbor = 8",
                "safe_harbor = 19",
                vec!["x-id.toml:6", "`safe_harbor`"],
            ),
            (
                "\"mrn\"]",
                "\"mnr\"]",
                vec!["x-id.toml:12", "`validate`", "luhn"],
            ),
            ("score = 0.3", "score = 1.0", vec!["`pattern.p.score`"]),
            (
                "needs = \"cue\"",
                "needs = \"luck\"",
                vec!["x-id.toml:18", "`pattern.needs`", "takes one of"],
            ),
            (r"\d{4,8}", r"\d{4,}", vec!["`pattern.p.regex`", "4096"]),
            (
                r"\d{4,8}",
                r"\d{0,8}",
                vec!["`pattern.p.regex`", "nothing at all"],
            ),
            (
                r"\d{4,8}",
                r"(\d{4",
                vec!["x-id.toml:16", "`pattern.p.regex`", "unclosed"],
            ),
            (
                "score = 0.3",
                "score = \"x\"",
                vec!["x-id.toml:17", "`pattern.score`"],
            ),
            ("version = 1", "", vec!["missing field `version`"]),
            ("version = 1", "version = ", vec!["x-id.toml:3"]),
        ] {
            let message = refused(from, to);
            for word in words {
                assert!(message.contains(word), "{to}: {message}");
            }
            // What stands there is no part of it: it may be of the kind that is looked for.
            for value in ["PIN", "mnr", "luck", "4,}", "0,8", "\"x\""] {
                assert!(!message.contains(value), "{to}: {message}");
            }
        }
    }

    #[test]
    fn what_a_pattern_of_a_user_may_cost() {
        let cost = |regex: &str, needs: &str| {
            let text = GOOD
                .replace(r"\d{4,8}", regex)
                .replace("\"cue\"", &format!("\"{needs}\""));
            Spec::parse("x-id.toml", &text)?.cost("x-id.toml", &text)
        };
        for regex in [
            r"\d{4,8}",
            r"[A-Z]{2}-?\d{6,10}(?:-\d{1,2})?",
            r"[a-z0-9]{4,4096}",
        ] {
            assert!(cost(regex, "cue").unwrap() < 1 << 20, "{regex}");
        }
        for (regex, needs, says) in [
            (r"\d{3}", "nothing", "fewer than 4 bytes"),
            (r"(?:a{1000}){1000}", "cue", "more than 4096 bytes"),
            (r"[ab]{0,500}a[ab]{500}", "cue", "automaton of more than"),
        ] {
            let message = cost(regex, needs).unwrap_err().to_string();
            assert!(
                message.starts_with("x-id.toml:16: `pattern.p.regex`: "),
                "{message}"
            );
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn a_pattern_of_4_kib_is_the_longest() {
        assert!(bounded(r"[a-z]{4096}").is_ok());
        assert!(bounded(r"[a-z]{4097}").is_err());
    }
}
