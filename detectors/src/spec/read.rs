//! Reading a detector file strictly: every fault with file, line and key.

use super::{LOWEST_FLOOR, MAX_PATTERN_BYTES, Spec};
use crate::error::Error;

impl Spec {
    /// Reads one detector file. `file` is its name for messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let spec: Self = toml::from_str(text).map_err(|error| Error::Syntax {
            file: file.to_owned(),
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            message: error.message().to_owned(),
        })?;
        spec.check(file, text)?;
        Ok(spec)
    }

    fn check(&self, file: &str, text: &str) -> Result<(), Error> {
        let fault = |needle: &str, key: String, message: String| Error::Value {
            file: file.to_owned(),
            line: text.find(needle).map_or(1, |at| line_of(text, at)),
            key,
            message,
        };
        let named = !self.id.is_empty()
            && self
                .id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !named {
            let message = "use lower-case letters, digits and hyphens".to_owned();
            return Err(fault("id", "id".to_owned(), message));
        }
        if !(LOWEST_FLOOR..=1.0).contains(&self.floor) {
            let message = format!("must lie between {LOWEST_FLOOR} and 1");
            return Err(fault("floor", "floor".to_owned(), message));
        }
        if self.safe_harbor > 18 {
            let message = "must be 1 to 18, or 0".to_owned();
            return Err(fault("safe_harbor", "safe_harbor".to_owned(), message));
        }
        for (list, words) in [
            ("cue.strong", &self.cue.strong),
            ("cue.weak", &self.cue.weak),
            ("cue.alone", &self.cue.alone),
            ("cue.folders", &self.cue.folders),
            ("cue.touching", &self.cue.touching),
            ("suppress.hard", &self.suppress.hard),
            ("suppress.soft", &self.suppress.soft),
            ("suppress.staff", &self.suppress.staff),
            ("suppress.folders", &self.suppress.folders),
            ("suppress.stop", &self.suppress.stop),
            ("beside.words", &self.beside.words),
        ] {
            for word in words {
                let letters = word.chars().filter(|c| c.is_alphabetic()).count();
                if letters == 0 || word.len() > 60 {
                    let message = "a word needs a letter and at most 60 bytes".to_owned();
                    return Err(fault(word, list.to_owned(), message));
                }
            }
        }
        let own = self
            .patterns
            .iter()
            .filter_map(|pattern| pattern.validate.as_ref())
            .flatten();
        for name in self.validate.iter().chain(own) {
            if crate::validate::lookup(name).is_none() {
                let message = format!("there is no validator `{name}`");
                return Err(fault(name, "validate".to_owned(), message));
            }
        }
        for pattern in &self.patterns {
            let key = format!("pattern.{}", pattern.id);
            let wrong = |key: &str, message: String| fault(&pattern.id, key.to_owned(), message);
            if !(pattern.score > 0.0 && pattern.score < 1.0) {
                return Err(wrong(
                    &format!("{key}.score"),
                    "must lie between 0 and 1".to_owned(),
                ));
            }
            if let Err(message) = bounded(&pattern.regex) {
                return Err(wrong(&format!("{key}.regex"), message));
            }
        }
        for pattern in &self.reserved.patterns {
            if let Err(message) = bounded(pattern) {
                return Err(fault(pattern, "reserved.patterns".to_owned(), message));
            }
        }
        Ok(())
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
        .map_err(|error| error.to_string())?;
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

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(at)
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
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
            ("\"MRN\"", "\"PIN\"", vec!["x-id.toml:4", "class"]),
            ("floor = 0.2", "floor = 0.1", vec!["x-id.toml:7", "`floor`"]),
            (
                "safe_harbor = 8",
                "safe_harbor = 19",
                vec!["x-id.toml:6", "`safe_harbor`"],
            ),
            (
                "\"mrn\"]",
                "\"mnr\"]",
                vec!["x-id.toml:12", "`validate`", "mnr"],
            ),
            ("score = 0.3", "score = 1.0", vec!["`pattern.p.score`"]),
            (
                "needs = \"cue\"",
                "needs = \"luck\"",
                vec!["x-id.toml:18", "luck"],
            ),
            (r"\d{4,8}", r"\d{4,}", vec!["`pattern.p.regex`", "4096"]),
            (
                r"\d{4,8}",
                r"\d{0,8}",
                vec!["`pattern.p.regex`", "nothing at all"],
            ),
            (r"\d{4,8}", r"(\d{4", vec!["`pattern.p.regex`"]),
        ] {
            let message = refused(from, to);
            for word in words {
                assert!(message.contains(word), "{to}: {message}");
            }
        }
    }

    #[test]
    fn a_pattern_of_4_kib_is_the_longest() {
        assert!(bounded(r"[a-z]{4096}").is_ok());
        assert!(bounded(r"[a-z]{4097}").is_err());
    }
}
