//! What the files that a user brings have in common: policy, allow list, detectors.
//!
//! They are read strictly. What is not understood is a fault, told with file, line and key, and
//! never with the text that stands there: such files hold names and values of the very kind that
//! must not be printed. What these faults do name (the file, a key) goes through the masker before
//! it is shown.
//!
//! | module | in one sentence |
//! |---|---|
//! | [`reader`] | lists of tables in TOML, with the line of every key |
//! | [`day`] | the day on which an entry ends |
//! | [`glob`] | patterns of resources and paths |
//! | [`place`] | places of one service or of all |
//! | [`class`] | names of classes that are in no closed list |
//! | [`limits`] | what a pattern may cost |

pub mod class;
pub mod day;
pub mod glob;
pub mod limits;
pub mod place;
pub(crate) mod reader;

pub use day::Day;
pub use glob::Glob;
pub use place::PlaceRule;

/// Most bytes of one file.
pub const MOST_FILE_BYTES: usize = 4 << 20;
