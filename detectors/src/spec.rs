//! Detector files: one TOML file says all that is special about one identifier.
//!
//! A user's own detectors have the same form; their patterns are checked further
//! ([`crate::own::limits`]).
//!
//! A file is read strictly. Unknown keys are errors, and so are patterns without a bounded length
//! of at most [`MAX_PATTERN_BYTES`], unknown validators and floors below the contract's. Errors
//! name file, line and key. See `specs/us-ssn.toml` for an example with every part.
//!
//! | part | says |
//! |---|---|
//! | head | id, version, class, subject, Safe Harbor class, floor, texts, references |
//! | `[[pattern]]` | a byte regex of the value itself, its score without a cue, and whether it needs one |
//! | `[cue]` | words that announce the value: `strong`, `weak`, `alone` (only as the whole label), and `folders` and `touching` in names |
//! | `[suppress]` | words against it: `hard`, `soft`, `staff` in labels, and `stop`, which the value itself may not hold |
//! | `[beside]` | words anywhere in the same record that speak for it |
//! | `[reserved]` | published sample values, in normalised form |
//! | `[[example]]`, `[[near_miss]]` | tests that the file carries with it |

use crate::context::Setting;
use crate::vocabulary::{Class, Subject};
use serde::Deserialize;

mod read;

pub(crate) use read::reason;

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
    /// What the value identifies: a class of the vocabulary, or `ORG_…` in a user's own file.
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
    /// A folder, or a word that touches it, of the cue's `folders` and `touching`.
    Folder,
    /// A person's name beside it in the same key.
    Name,
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
    /// A label in Chinese characters, kana or Hangul, and the name behind it.
    Announced,
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
    /// All of a part of a path, or of a file's name without its ending.
    Part,
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
    /// Folders in keys whose next part, if all of it fits, is a value: `patients/00482913/`. Tried
    /// are the patterns that need a folder.
    #[serde(default)]
    pub folders: Vec<String>,
    /// Words in keys about patients that a value touches: `acct00482913`. For the same patterns.
    #[serde(default)]
    pub touching: Vec<String>,
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
    /// Labels of tags and keys whose values are staff's: the value is no patient's then, unless a
    /// strong cue says so.
    #[serde(default)]
    pub staff: Vec<String>,
    /// Folders in keys whose next part is no patient's, likewise: `projects/jordan-peak/`.
    #[serde(default)]
    pub folders: Vec<String>,
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
