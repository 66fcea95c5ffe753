//! From a pattern to what is looked for first.
//!
//! A pattern is not run over all bytes. [`strings`] says what its matches must
//! begin with; [`plan`] picks from each of those strings the window that bytes
//! of ordinary logs pass least often and cheapest; the filters of
//! [`crate::filter`] run all windows of all patterns together.

mod bytes;
mod plan;
mod strings;

pub(crate) use bytes::ByteSet;
pub(crate) use plan::{Plan, Strategy, Window, plan_regex, plan_words};
pub(crate) use strings::LONGEST;
