//! Finds declared shapes, words and patterns in bytes.

mod confirm;
mod error;
mod filter;
pub mod layers;
mod scan;
mod set;
mod shape;

pub use error::Error;
pub use scan::{Cache, Lane, Match, Next, Scanner};
pub use set::{Flags, PatternId, PatternSet};
