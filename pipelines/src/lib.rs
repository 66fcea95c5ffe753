//! Brings bytes in and findings out.

pub mod athena;
pub mod commit;
pub mod identity;
pub mod key;
pub mod query;
pub mod row;
#[cfg(test)]
mod sample;
pub mod schema;
pub mod sink;
pub mod spool;
pub mod views;
pub mod workplace;
