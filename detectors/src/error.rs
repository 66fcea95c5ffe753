//! What can go wrong when detectors are loaded. Scanning itself never fails.

/// A fault in a file (detectors, policy, allow list) or in the set as a whole.
///
/// `message` says what is wrong and never what stands in the file. `file` and `key` come from
/// outside: they go through the masker before they are shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is no TOML, or something is missing in it.
    #[error("{file}:{line}: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What the TOML reader says.
        message: String,
    },
    /// A key is unknown or missing, or holds what is not allowed.
    #[error("{file}:{line}: `{key}`: {message}")]
    Value {
        /// The file.
        file: String,
        /// Line of the key, from 1, or of the file's start where it is not known.
        line: usize,
        /// Path of the key.
        key: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// The patterns together could not be compiled.
    #[error("the detector set does not compile: {message}")]
    Compile {
        /// What the scanner says.
        message: String,
    },
}
