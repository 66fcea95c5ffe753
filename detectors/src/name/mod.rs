//! How much does a text look like a person's name?
//!
//! There is no list of all names, and half of all surnames are on none of ours; and a list alone
//! fires on real file names (`storage_buckets` is a pair of surnames). So a name is weighed from many
//! sides: dictionaries, how name-like the characters of an unlisted word are, how it is written, what
//! stands beside it, and what the path says.
//!
//! * [`find`] goes through an object key or a path and hands over every segment that may be a name.
//! * [`assess`] weighs one text of a known form.
//!
//! ```
//! use detectors::name::{self, Health, NameForm};
//!
//! let key = b"intake/2024/smith_john_1962.pdf";
//! let mut found = Vec::new();
//! name::find(key, Health::None, &mut |evidence| found.push(evidence));
//! assert_eq!(&key[found[0].span.clone()], b"smith_john");
//! assert!(found[0].confidence > 0.5);
//!
//! let roe = name::assess(b"Jane Q. Roe, seen on Monday", NameForm::Labelled, &[]).expect("a name");
//! assert_eq!(roe.span, 0..11);
//! ```

mod around;
mod cjk;
mod claim;
mod fold;
mod free;
mod key;
mod lexicon;
mod score;
#[cfg(test)]
mod tests;
mod things;
mod token;
mod whole;

use std::ops::Range;

pub use key::{Segments, find, health_of, segments};

/// The form in which a name is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameForm {
    /// A segment of a key, path or resource name: nothing announces the name.
    Segment,
    /// `FAMILY^GIVEN^MIDDLE` of HL7 and DICOM.
    Caret,
    /// The text behind a label or in a labelled value: the name stands at its start.
    Labelled,
    /// A label in Chinese characters, kana or Hangul, and the name behind it.
    Announced,
}

/// What the words around say about patients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// Nothing.
    #[default]
    None,
    /// A word that stands elsewhere too: chart, results, visit.
    Weak,
    /// A word that hardly does: patients, mrn, discharge.
    Sure,
}

/// A text that may be a name.
#[derive(Clone, Debug, PartialEq)]
pub struct NameEvidence {
    /// From 0 to 1.
    pub confidence: f64,
    /// The name inside the text that was given.
    pub span: Range<usize>,
    /// What a mask takes: the name, and what stands beside it and may belong to it.
    pub wide: Range<usize>,
    /// How many of its words are listed names.
    pub listed: usize,
    /// What the words around say.
    pub health: Health,
    /// Whether a date, a year of birth or a record number stands beside it.
    pub numbered: bool,
}

/// Weighs `text` as a name of the given form; `path_words` are words around it (folders, bucket, key
/// path). `None` if it is none; the confidence may be small.
pub fn assess(text: &[u8], form: NameForm, path_words: &[&str]) -> Option<NameEvidence> {
    let around = path_words
        .iter()
        .map(|word| health_of(word.as_bytes()))
        .max()
        .unwrap_or_default();
    match form {
        NameForm::Segment => {
            let health = around.max(health_of(text));
            let spot = score::Spot {
                health,
                below_patients: false,
                beside_birth: false,
            };
            key::weigh(text, spot)
        }
        NameForm::Announced => cjk::announced(text),
        NameForm::Caret => free::caret(text, around),
        NameForm::Labelled if free::field(text).contains(&b'^') => {
            free::caret(text, around.max(Health::Sure))
        }
        NameForm::Labelled => free::labelled(text, around),
    }
}

/// Whether eight digits are a day, year first or last.
fn packed_date(value: u32) -> bool {
    let part = |by: u32, of: u32| u8::try_from(value / by % of).ok();
    let year = |n: u32| u16::try_from(n).ok();
    let day = |y: Option<u16>, m: Option<u8>, d: Option<u8>| match (y, m, d) {
        (Some(y), Some(m), Some(d)) => crate::validate::date::Date::new(y, m, d).is_some(),
        _ => false,
    };
    day(year(value / 10_000), part(100, 100), part(1, 100))
        || day(
            year(value % 10_000),
            part(1_000_000, 100),
            part(10_000, 100),
        )
}
