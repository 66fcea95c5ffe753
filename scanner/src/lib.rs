//! Finds declared shapes, words and patterns in bytes, and through layers of
//! encoding.
//!
//! # The idea
//!
//! Text that is scanned is mostly clean, so the engine spends its time on ruling
//! positions out. Take `\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b`: whatever else it asks
//! for, each match holds `-##-` three bytes behind its start. From each pattern
//! of a set the compiler takes such *windows* of byte sets, those that ordinary
//! text passes least often, and all windows of all patterns run over the bytes
//! together, a few bit operations a byte; words are told by a hash of their
//! rarest letters, at a price that does not grow with their number. Where a
//! window passes, an automaton for that one pattern, started at the one position
//! to which the window points, gives the exact answer. So the answer is that of
//! the regex, and the price is that of the text.
//!
//! # Using it
//!
//! Patterns go into a [`PatternSet`], which compiles to a [`Scanner`]; each
//! thread brings its own [`Cache`]. Text comes as records that end at a separator
//! byte, a newline unless said otherwise; no match crosses it, and `^`, `$` and
//! `\b` see the edges of records.
//!
//! [`Scanner::find`] gives for each pattern on its own what the `regex` crate
//! would: leftmost-first matches that do not overlap. [`Scanner::candidates`]
//! asks the caller about each match, and where the caller says no, the pattern
//! may match again one byte further on: so a number with a check digit is found
//! behind stray digits.
//!
//! ```
//! use scanner::{Flags, Next, PatternSet};
//!
//! let mut set = PatternSet::new();
//! set.regex("[0-9]{4}", Flags::default())?;
//! let scanner = set.compile()?;
//!
//! // The judge takes numbers whose digits sum to a multiple of ten.
//! let text = b"id 91234";
//! let mut found = Vec::new();
//! scanner.candidates(&mut scanner.cache(), text, &mut |candidate| {
//!     let digits = &text[candidate.start..candidate.end];
//!     let sum: u32 = digits.iter().map(|digit| u32::from(digit - b'0')).sum();
//!     if sum % 10 == 0 {
//!         found.push(digits);
//!         Next::PastMatch
//!     } else {
//!         Next::PastStart
//!     }
//! });
//! assert_eq!(found, [b"1234"]);
//! # Ok::<(), scanner::Error>(())
//! ```
//!
//! Text that is wrapped in JSON strings, percent-encoded or in another character
//! set is unwrapped first: see [`layers`].
//!
//! # What it costs
//!
//! [`Scanner::lane`] tells how a pattern is looked for. A pattern about which
//! nothing selective is known, such as `[a-z ]+x`, reads every record with a lazy
//! automaton ([`Lane::Slow`]); all others share one pass. Work is linear in the
//! text, also for a text of nothing but beginnings of matches; what a judge that
//! rejects everything costs is said at [`Scanner::candidates`]. Scratch grows
//! with the hits of 16 KiB of text, not with the text.

mod confirm;
mod error;
mod filter;
pub mod layers;
mod pattern;
mod scan;
mod set;
mod shape;

pub use error::Error;
pub use scan::{Cache, Lane, Match, Next, Scanner};
pub use set::{Flags, PatternId, PatternSet};
