//! Synthetic hospitals, small to huge.
//!
//! Everything here is made up from a seed: people, numbers, buckets, events. The same
//! seed gives the same bytes on every machine, so that the estate that is committed
//! beside this crate can be compared with a fresh one.
//!
//! * [`hospital`] makes the small estate: every source format in AWS's layout, about 150
//!   planted leaks, as many near misses, and a [`truth`] file that says where they are.
//! * [`stream`] makes logs, trail files and object keys of any size for benches and
//!   memory tests.
//!
//! How a planted value's position is known: it is wrapped in a pair of private-use
//! characters ([`mark`]) that every encoder lets through, and the last step takes them
//! out again and writes down where they stood.

pub mod encode;
pub mod hospital;
pub mod identifiers;
pub mod json;
pub mod look_alike;
pub mod mark;
pub mod noise;
pub mod people;
pub mod random;
pub mod stream;
mod template;
pub mod truth;

/// What can go wrong while an estate is made or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file or folder.
        path: std::path::PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Standard output or another stream ended early.
    #[error("cannot write the stream: {0}")]
    Stream(#[from] std::io::Error),
}
