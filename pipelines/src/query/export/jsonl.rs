//! Findings as JSON lines.

use std::io::Write;

use arrow::json::writer::{LineDelimited, WriterBuilder};

use super::{Form, select};
use crate::query::render::TIME;
use crate::query::{QueryError, Session};

/// Writes the current findings, one JSON object a line; columns without a value
/// are left out. Gives their number.
///
/// # Errors
/// [`QueryError`] when findings cannot be read, or `to` cannot be written.
pub fn jsonl(session: &Session, form: Form, to: &mut dyn Write) -> Result<u64, QueryError> {
    let mut rows = 0;
    session.each(&select(form), &mut |batch| {
        rows += batch.num_rows() as u64;
        let mut writer = WriterBuilder::new()
            .with_timestamp_tz_format(TIME.to_owned())
            .build::<_, LineDelimited>(&mut *to);
        writer.write(&batch)?;
        writer.finish()?;
        Ok(())
    })?;
    Ok(rows)
}
