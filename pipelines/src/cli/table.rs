//! Plain tables: columns as wide as their widest cell, two blanks between them.

use unicode_width::UnicodeWidthStr;

use super::terminal::{Terminal, Tone};
use crate::error::Error;

/// A table with `N` columns.
#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    head: [String; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table with these headings.
    #[must_use]
    pub(super) fn new(head: [&str; N]) -> Self {
        Self {
            head: head.map(str::to_owned),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    /// Prints it. The last column is not padded.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn print(&self, terminal: &Terminal) -> Result<(), Error> {
        let mut widths = [0; N];
        for cells in self.rows.iter().chain(std::iter::once(&self.head)) {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.width());
            }
        }
        terminal.print(&terminal.paint(Tone::Heading, &line(&self.head, &widths)))?;
        self.rows
            .iter()
            .try_for_each(|cells| terminal.print(&line(cells, &widths)))
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| {
        let gap = width.saturating_sub(cell.width());
        format!("{cell}{:gap$}", "")
    });
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}
