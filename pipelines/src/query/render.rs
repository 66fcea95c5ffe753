//! Results of queries as text: a table for people, JSON for programs.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::json::writer::{JsonArray, WriterBuilder};
use arrow::util::display::FormatOptions;
use arrow::util::pretty::pretty_format_batches_with_options;

use super::QueryError;

/// How times are written everywhere: RFC 3339 in UTC, to the millisecond, also on a whole second.
pub(super) const TIME: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

/// Writes a table. Nothing is cut off.
pub fn table(batches: &[RecordBatch], to: &mut dyn Write) -> Result<(), QueryError> {
    let options = FormatOptions::new().with_timestamp_tz_format(Some(TIME));
    writeln!(
        to,
        "{}",
        pretty_format_batches_with_options(batches, &options)?
    )?;
    Ok(())
}

/// Writes one JSON array of objects; columns without a value are `null`.
pub fn json(batches: &[RecordBatch], to: &mut dyn Write) -> Result<(), QueryError> {
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .with_timestamp_tz_format(TIME.to_owned())
        .build::<_, JsonArray>(&mut *to);
    writer.write_batches(&batches.iter().collect::<Vec<_>>())?;
    writer.finish()?;
    writeln!(to)?;
    Ok(())
}
