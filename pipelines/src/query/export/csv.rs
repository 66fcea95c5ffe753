//! Findings as CSV, safe to open in a spreadsheet.
//!
//! RFC 4180: a header, commas, lines that end with CR LF, quotes around text, quotes in it doubled;
//! UTF-8 without a byte order mark. What has no value is nothing between commas, empty text is `""`.
//! Lists are JSON, empty ones are empty. Times are `2026-11-24T12:00:00.000Z`.
//!
//! **Formulas.** A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a line
//! break for a formula, quoted or not, and someone who can name an object or set a tag could have
//! it computed on the desk of whoever opens the file. So text that begins in such a way, also in
//! full-width or small forms, also behind blanks and invisible characters, gets an apostrophe in
//! front. So does text that begins with an apostrophe: taking off one from the front gives every
//! text back. Numbers, times and flags are of the program's own making and stay as they are.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use serde_json::Value;

use super::cells::Cells;
use super::{Form, select};
use crate::query::{QueryError, Session};

/// Writes the current findings as CSV. Gives their number.
///
/// # Errors
/// [`QueryError`] when findings cannot be read, or `to` cannot be written.
pub fn csv(session: &Session, form: Form, to: &mut dyn Write) -> Result<u64, QueryError> {
    let mut rows = 0;
    let mut has_header = false;
    let mut line = String::new();
    session.each(&select(form), &mut |batch| {
        if !has_header {
            has_header = true;
            header(&batch.schema(), &mut line);
            end_line(&mut line, to)?;
        }
        let columns: Vec<Column<'_>> = columns(&batch);
        for row in 0..batch.num_rows() {
            for (number, column) in columns.iter().enumerate() {
                if number > 0 {
                    line.push(',');
                }
                column.put(row, &mut line);
            }
            end_line(&mut line, to)?;
        }
        rows += batch.num_rows() as u64;
        Ok(())
    })?;
    Ok(rows)
}

fn header(schema: &Schema, line: &mut String) {
    for (number, field) in schema.fields().iter().enumerate() {
        if number > 0 {
            line.push(',');
        }
        put_text(field.name(), line);
    }
}

fn end_line(line: &mut String, to: &mut dyn Write) -> Result<(), QueryError> {
    line.push_str("\r\n");
    to.write_all(line.as_bytes())?;
    line.clear();
    Ok(())
}

/// A column, and how its cells are written.
struct Column<'b> {
    cells: Cells<'b>,
    is_text: bool,
}

fn columns(batch: &RecordBatch) -> Vec<Column<'_>> {
    let fields = batch.schema_ref().fields().iter();
    fields
        .map(|field| Column {
            cells: Cells::of(batch, field.name()),
            is_text: *field.data_type() == DataType::Utf8,
        })
        .collect()
}

impl Column<'_> {
    fn put(&self, row: usize, line: &mut String) {
        if self.is_text {
            if let Some(text) = self.cells.text(row) {
                put_text(text, line);
            }
            return;
        }
        match self.cells.json(row) {
            Value::Null => {}
            Value::Array(members) if members.is_empty() => {}
            Value::String(time) => line.push_str(&time),
            list @ (Value::Array(_) | Value::Object(_)) => put_text(&list.to_string(), line),
            plain => line.push_str(&plain.to_string()),
        }
    }
}

fn put_text(text: &str, line: &mut String) {
    line.push('"');
    if is_dangerous(text) {
        line.push('\'');
    }
    for (number, piece) in text.split('"').enumerate() {
        if number > 0 {
            line.push_str("\"\"");
        }
        line.push_str(piece);
    }
    line.push('"');
}

/// Whether a spreadsheet could compute a text, or would take its first character for a mark of ours.
fn is_dangerous(text: &str) -> bool {
    let invisible = |c: char| {
        // Blanks, control characters, and what has no width: joiners, marks of direction, the byte
        // order mark.
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    let first = text.chars().next();
    let visible = text.chars().find(|c| !invisible(*c));
    first.is_some_and(char::is_control)
        || visible.is_some_and(|c| {
            matches!(
                c,
                '=' | '+' | '-' | '@' | '\''
                // Full-width and small forms.
                | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}'
                | '\u{FE66}' | '\u{FE62}' | '\u{FE63}' | '\u{FE6B}'
            )
        })
}

#[cfg(test)]
mod tests {
    use super::put_text;

    fn cell(text: &str) -> String {
        let mut line = String::new();
        put_text(text, &mut line);
        line
    }

    #[test]
    fn text_that_could_be_computed_is_marked() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\u{0}x",
            "\tx",
            "  =1",
            "\u{A0}-1",
            "\u{FEFF}=1",
            "\u{200B}\u{200E}@x",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "﹦1",
            "﹢1",
            "﹣1",
            "﹫x",
            "'x",
            "'=1",
            "=cmd|' /C calc'!A0",
        ] {
            assert_eq!(
                cell(text),
                format!("\"'{}\"", text.replace('"', "\"\"")),
                "{text:?}"
            );
        }
        for text in [
            "",
            "a=1",
            "arn:aws:s3:::b",
            "s3://b/-1",
            "{NAME:3f9c}",
            "[\"=1\"]",
            "1-2",
            "é=",
            "−1",
        ] {
            assert_eq!(
                cell(text),
                format!("\"{}\"", text.replace('"', "\"\"")),
                "{text:?}"
            );
        }
    }

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("\"=1"), "\"\"\"=1\"");
    }
}
