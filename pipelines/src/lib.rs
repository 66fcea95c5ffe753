//! Brings bytes in and findings out.
//!
//! ```text
//! source ─► unit ─► block ─► run (scan, judge, place, mask) ─► row ─► spool ─► commit ─► query, export
//! ```
//!
//! | module | in one sentence |
//! |---|---|
//! | [`source`] | where units come from: files, names |
//! | [`decode`], [`block`], [`format`](mod@format) | a unit's bytes, cut into blocks of records that can explain hits |
//! | [`own`] | the files that a user brings: detectors, policy, allow list |
//! | [`run`] | workers that judge blocks and account for units |
//! | [`row`], [`schema`], [`identity`], [`key`] | what is written, in printable types only |
//! | [`spool`], [`commit`], [`sink`] | sorted rows become Parquet that counts |
//! | [`locate`](mod@locate) | the way back from a finding to its value |
//! | [`query`], [`views`], [`athena`] | SQL over what counts |
//! | [`summary`], [`cli`] | what a person sees and says |

pub mod archive;
pub mod athena;
pub mod block;
pub mod cli;
pub mod commit;
pub mod decode;
pub mod error;
pub mod exit;
pub mod format;
pub mod identity;
pub mod key;
pub mod locate;
pub mod own;
pub mod query;
pub mod row;
pub mod run;
#[cfg(test)]
mod sample;
pub mod schema;
pub mod sink;
pub mod source;
pub mod spool;
pub mod summary;
pub mod unit;
pub mod views;
pub mod workplace;
