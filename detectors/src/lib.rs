//! What PHI is and where it may not be: detectors, places and verdicts.

pub mod place;
