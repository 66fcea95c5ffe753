//! The one error type of the command: what went wrong, and what to do next.
//!
//! Messages name files, options and keys. They never hold bytes that were read from a source.

use crate::exit::ExitStatus;

/// Why a command ended before it could do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Wrong options, a wrong configuration file, an unusable key.
    #[error("{0}")]
    Usage(String),
    /// The run itself failed: disk full, output folder not writable.
    #[error("{0}")]
    Failed(String),
    /// Standard output was closed by its reader, as in `phiscan query … | head`.
    #[error("standard output was closed")]
    Closed,
}

impl From<crate::commit::CommitError> for Error {
    fn from(error: crate::commit::CommitError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<crate::spool::SpoolError> for Error {
    fn from(error: crate::spool::SpoolError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<crate::query::QueryError> for Error {
    fn from(error: crate::query::QueryError) -> Self {
        use crate::query::QueryError;
        if error.is_closed() {
            return Self::Closed;
        }
        match error {
            QueryError::NoOutput | QueryError::Sql(_) => Self::Usage(error.to_string()),
            QueryError::Io(_) | QueryError::Write(_) => Self::Failed(error.to_string()),
        }
    }
}

impl Error {
    /// The exit status that this error asks for.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Usage(_) => ExitStatus::Usage,
            Self::Failed(_) => ExitStatus::Failed,
            Self::Closed => ExitStatus::Clean,
        }
    }

    /// A usage error.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// A failure of the run.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }
}
