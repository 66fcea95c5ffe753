//! Reads the tables of this room: TOML files compiled into the program, or given by a test.
//!
//! Every fault names its file and line, since the tables are edited by people.

use serde::de::DeserializeOwned;

/// A fault in a table: where it stands, and what is wrong. Tables hold no scanned data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct CatalogueError {
    /// The table's file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// A table's name and text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'t> {
    /// Name for messages.
    pub(super) file: &'t str,
    /// Its TOML.
    pub(super) text: &'t str,
}

impl Table<'_> {
    /// The table as `T`.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, CatalogueError> {
        toml::from_str(self.text).map_err(|fault| {
            self.fault(
                fault.span().map_or(0, |span| span.start),
                fault.message().trim().to_owned(),
            )
        })
    }

    /// A fault at a byte of the table.
    pub(super) fn fault(&self, at: usize, message: String) -> CatalogueError {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        CatalogueError {
            file: self.file.to_owned(),
            line,
            message,
        }
    }
}

/// A table that the program ships, by the name of its file.
macro_rules! shipped {
    ($name:literal) => {
        $crate::place::table::Table {
            file: $name,
            text: include_str!(concat!("../../places/", $name)),
        }
    };
}
pub(super) use shipped;
