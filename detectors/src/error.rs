//! What can go wrong when detectors are loaded. Scanning itself never fails.

/// A fault in a detector file or in the set as a whole. Messages name file, line and key, and hold
/// nothing of scanned data: detector files are written by people who own them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is no TOML, or has an unknown, missing or ill-typed key.
    #[error("{file}:{line}: {message}")]
    Syntax {
        /// The detector file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What the TOML reader says, with the key.
        message: String,
    },
    /// A key holds a value that is not allowed.
    #[error("{file}:{line}: `{key}`: {message}")]
    Value {
        /// The detector file.
        file: String,
        /// Line of the key, from 1, or of the file's start where it is not known.
        line: usize,
        /// Path of the key.
        key: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// Two detectors have the same id.
    #[error("{file}: detector id `{id}` is taken by another file; choose another id")]
    DuplicateId {
        /// The later file.
        file: String,
        /// The id.
        id: String,
    },
    /// The patterns together could not be compiled.
    #[error("the detector set does not compile: {message}")]
    Compile {
        /// What the scanner says.
        message: String,
    },
}
