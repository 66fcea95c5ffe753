//! Says what PHI is and where it may not be.

pub mod place;
