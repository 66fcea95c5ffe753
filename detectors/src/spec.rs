//! Detector files: one TOML file says all that is special about one identifier.
//!
//! A file is read strictly. Unknown keys are errors, and so are patterns without a bounded length
//! of at most [`MAX_PATTERN_BYTES`], unknown validators and floors below the contract's. Errors
//! name file, line and key. See `specs/us-ssn.toml` for an example with every part.
//!
//! | part | says |
//! |---|---|
//! | head | id, version, class, subject, Safe Harbor class, floor, texts, references |
//! | `[[pattern]]` | a byte regex of the value itself, its score without a cue, and whether it needs one |
//! | `[cue]` | words that announce the value: `strong`, `weak`, and `alone` (only as the whole label) |
//! | `[suppress]` | words against it: `hard`, `soft`, and `stop`, which the value itself may not hold |
//! | `[beside]` | words anywhere in the same record that speak for it |
//! | `[reserved]` | published sample values, in normalised form |
//! | `[[example]]`, `[[near_miss]]` | tests that the file carries with it |

use crate::context::Setting;
use crate::error::Error;
use crate::vocabulary::{Class, Subject};
use serde::Deserialize;

/// Longest match that a pattern of a detector file may have, and longest pattern text.
pub const MAX_PATTERN_BYTES: usize = 4096;

/// Lowest floor that a detector may write findings at.
pub const LOWEST_FLOOR: f64 = 0.2;

/// One detector file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Name of the detector, the same as the file's: `us-ssn`.
    pub id: String,
    /// Raised with every change that can change findings.
    pub version: u32,
    /// What the value identifies.
    pub class: Class,
    /// Whom it points at.
    pub subject: Subject,
    /// Safe Harbor class 1 to 18 of 45 CFR 164.514(b)(2), or 0.
    pub safe_harbor: u8,
    /// Findings below this confidence are not written.
    pub floor: f64,
    /// One line.
    pub title: String,
    /// What it does, in a few sentences.
    pub about: String,
    /// Why it matters where it leaks.
    pub why: String,
    /// Sources of the rules: standard and section.
    pub references: Vec<String>,
    /// Names in `validate::REGISTRY`; all must agree.
    #[serde(default)]
    pub validate: Vec<String>,
    /// Whether the validators compute a check digit.
    #[serde(default)]
    pub check_digit: bool,
    /// Classes that a value of this detector always embeds.
    #[serde(default)]
    pub contains: Vec<Class>,
    /// Forms of the value.
    #[serde(rename = "pattern")]
    pub patterns: Vec<Pattern>,
    /// Words that announce it.
    #[serde(default)]
    pub cue: Cue,
    /// Words that speak against it.
    #[serde(default)]
    pub suppress: Suppress,
    /// Words in the same record that speak for it.
    #[serde(default)]
    pub beside: Beside,
    /// Published sample values.
    #[serde(default)]
    pub reserved: Reserved,
    /// Texts that must give a finding.
    #[serde(default, rename = "example")]
    pub examples: Vec<Example>,
    /// Texts that must not.
    #[serde(default, rename = "near_miss")]
    pub near_misses: Vec<NearMiss>,
}

/// One form of the value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Name within the detector.
    pub id: String,
    /// Byte regex of the value without cue and quotes; classes are ASCII.
    pub regex: String,
    /// Confidence with neither cue nor check digit, 0 to 1, exclusive.
    pub score: f64,
    /// What must be there before the pattern is even looked at.
    #[serde(default)]
    pub needs: Needs,
    /// Where the pattern applies.
    #[serde(default)]
    pub setting: PatternSetting,
    /// Whether letters match in either case.
    #[serde(default)]
    pub ignore_case: bool,
    /// How the value is judged as a name of a person; empty for all other classes.
    #[serde(default)]
    pub name_form: Option<NameUse>,
    /// Which neighbours a match may not have.
    #[serde(default)]
    pub bounds: Bounds,
    /// Validators of this form in place of the detector's.
    pub validate: Option<Vec<String>>,
    /// Classes that this form embeds, in place of the detector's.
    pub contains: Option<Vec<Class>>,
    /// Whether this form holds no check digit though others of the detector do.
    #[serde(default)]
    pub unchecked: bool,
}

/// What must stand around a pattern's match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    /// Nothing: the pattern is looked for everywhere.
    #[default]
    Nothing,
    /// A cue of any strength: the pattern is tried behind cues only.
    Cue,
    /// A strong cue.
    StrongCue,
}

/// Where a pattern applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatternSetting {
    /// In names and bodies.
    #[default]
    Any,
    /// In names only: object keys, tags, file and resource names.
    Name,
}

/// How a match is judged as a name of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameUse {
    /// The text behind a label.
    Labelled,
    /// `FAMILY^GIVEN` of HL7 and DICOM.
    Caret,
    /// Segments of an object key, file or resource name. The pattern only says where to look: the
    /// whole name around a match is weighed once.
    Segment,
}

/// Which neighbours a match may not have. Letters and digits beside it never are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bounds {
    /// No letter or digit beside it, and no number joined to it by a hyphen or dot.
    #[default]
    Number,
    /// No letter or digit beside it.
    Word,
    /// As `word`, and nothing before it that belongs to a mailbox name.
    Mailbox,
    /// No letter or digit before it. For patterns that say where to look, not where to end.
    Start,
    /// As `number`, and no time of day behind it other than midnight.
    Day,
    /// As `number`, but a time of day may follow at once: `2024-03-02T10:15`.
    Moment,
}

/// Words that announce a value, as identifier words: `medical record number` is also
/// `medicalRecordNumber`, `medical_record_number`, `MEDICAL-RECORD-NUMBER`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    /// Words that leave little doubt.
    #[serde(default)]
    pub strong: Vec<String>,
    /// Words that leave doubt.
    #[serde(default)]
    pub weak: Vec<String>,
    /// Weak words that count only as a whole label: `name:` but not `file_name:`.
    #[serde(default)]
    pub alone: Vec<String>,
    /// How many bytes before a value its cue may start.
    #[serde(default = "default_reach")]
    pub reach: usize,
}

fn default_reach() -> usize {
    40
}

/// Words that speak against a value, in its label or nearer to it than its cue.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    /// Words of another kind of number. They end a value that needs its cue and lower the others.
    #[serde(default)]
    pub hard: Vec<String>,
    /// Words that lower it where no strong cue is present.
    #[serde(default)]
    pub soft: Vec<String>,
    /// Words that cannot be part of the value itself; it is none of this class then.
    #[serde(default)]
    pub stop: Vec<String>,
}

/// Words anywhere in the same record that speak for a value.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// The words, single ones.
    #[serde(default)]
    pub words: Vec<String>,
    /// Patterns whose cue is weak count only with such a word.
    #[serde(default)]
    pub weak_cues_need_it: bool,
}

/// Published sample values: written, with their confidence capped at low.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reserved {
    /// Normalised values.
    #[serde(default)]
    pub values: Vec<String>,
    /// Byte regexes that match the whole normalised value.
    #[serde(default)]
    pub patterns: Vec<String>,
}

/// A text in which the detector must find a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The text.
    pub text: String,
    /// The value as it stands in the text; its first occurrence is the span.
    pub value: String,
    /// Content unless said otherwise.
    #[serde(default)]
    pub setting: ExampleSetting,
    /// Label of the slot that the whole text is the value of.
    pub label: Option<String>,
    /// Words of the container.
    #[serde(default)]
    pub container: String,
    /// Lowest confidence that passes.
    #[serde(default = "half")]
    pub min: f64,
    /// Highest confidence that passes.
    #[serde(default = "one")]
    pub max: f64,
    /// Whether the value is a published sample.
    #[serde(default)]
    pub reserved: bool,
}

/// A text in which the detector must find nothing that counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearMiss {
    /// The text.
    pub text: String,
    /// Why it is none.
    pub why: String,
    /// Content unless said otherwise.
    #[serde(default)]
    pub setting: ExampleSetting,
    /// Label of the slot that the whole text is the value of.
    pub label: Option<String>,
    /// Words of the container.
    #[serde(default)]
    pub container: String,
    /// Every finding of this class must have less confidence.
    #[serde(default = "half")]
    pub below: f64,
}

/// The setting of an example, for detector files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExampleSetting {
    /// A body: log message, document, record.
    #[default]
    Content,
    /// A name: object key, tag, file or resource name.
    Name,
}

impl From<ExampleSetting> for Setting {
    fn from(setting: ExampleSetting) -> Self {
        match setting {
            ExampleSetting::Content => Setting::Content,
            ExampleSetting::Name => Setting::Name,
        }
    }
}

fn half() -> f64 {
    0.5
}

fn one() -> f64 {
    1.0
}

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
            ("suppress.hard", &self.suppress.hard),
            ("suppress.soft", &self.suppress.soft),
            ("suppress.stop", &self.suppress.stop),
            ("beside.words", &self.beside.words),
        ] {
            for word in words {
                let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
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
