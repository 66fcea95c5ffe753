//! Says what PHI is and where it may not be.
//!
//! | module | in one sentence |
//! |---|---|
//! | [`vocabulary`] | the closed lists of strings that are written, as enums |
//! | [`spec`] | detector files: one declarative file an identifier |
//! | [`DetectorSet`] | detectors compiled into scanners; [`DetectorSet::scan`] is the way in |
//! | [`Context`] | what a format tells about the text around a hit |
//! | [`validate`], [`name`] | check digits and grammars; names of persons |
//! | [`place`] | where a value may not be: the catalogue of places, verdicts, severity, remedies |
//! | [`own`], [`allow`] | what the files of a user have in common; findings that a user allows |
//! | [`score`] | confidence from evidence |
//! | [`Secret`], [`Evidence`], [`Masked`] | values that cannot be printed, and what can |
//! | [`normalise`](normalise()) | the form of a value that tokens are made of |
//!
//! ```
//! use detectors::{Class, DetectorSet, Lines, Setting};
//!
//! let set = DetectorSet::built_in()?;
//! let text = b"level=info msg=lookup patientSSN=219-47-3612";
//! let mut found = Vec::new();
//! let context = Lines::new(text, Setting::Content);
//! set.scan(&mut set.scratch(), text, Setting::Content, &context, &mut found);
//! assert_eq!(found[0].class, Class::Ssn);
//! assert_eq!(found[0].span, 33..44);
//! assert_eq!(found[0].evidence.as_str(), "999-99-9999");
//! # Ok::<(), detectors::Error>(())
//! ```

pub mod allow;
mod bounds;
mod context;
mod cue;
mod error;
mod evidence;
mod follow;
mod gap;
mod in_names;
mod judge;
mod mask;
pub mod name;
mod normalise;
mod overlap;
pub mod own;
mod person;
pub mod place;
pub mod score;
mod secret;
mod self_test;
mod set;
pub mod spec;
mod specs;
mod structure;
pub mod validate;
pub mod vocabulary;
mod words;

pub use context::{Context, Lines, Setting, Slot};
pub use error::Error;
pub use evidence::Evidence;
pub use judge::{Found, Scratch};
pub use mask::{KnownValue, Masked, Masker, Token};
pub use normalise::normalise;
pub use secret::Secret;
pub use self_test::{CaseFailure, SelfTest};
pub use set::{Detector, DetectorId, DetectorSet};
pub use vocabulary::{Checksum, Class, CueKind, Subject};
