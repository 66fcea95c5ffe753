//! Placeholder.
pub mod block;
pub mod decode;
pub mod format;
pub mod source;
pub mod unit;
