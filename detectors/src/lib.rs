//! Says what PHI is and where it may not be.
//!
//! * [`validate`]: check digits and grammars of identifiers.
//! * [`name`]: how much a text looks like a person's name.

pub mod name;
pub mod validate;
