//! Brings bytes in and findings out.

pub mod commit;
pub mod identity;
pub mod key;
pub mod row;
#[cfg(test)]
mod sample;
pub mod schema;
pub mod sink;
pub mod spool;
