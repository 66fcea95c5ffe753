//! `phiscan export --to jsonl`: findings as JSON lines, and the canonical form
//! in which two runs are compared.
//!
//! The canonical form leaves out what differs between runs that found the same:
//! which run and file it was, when it was found or last changed, the name of
//! the unit; the time of state, which is that of the run; the resource of a
//! local file, whose path depends on where it lies. Rows are in the order of
//! all remaining columns. State is told by its time: it is exactly the start of
//! its run. A record's time that was clamped depends on the run as well.

use std::io::Write;

use arrow::json::LineDelimitedWriter;

use super::{QueryError, Session};
use crate::schema::{PARTITION, Table};

/// What to leave out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    /// The canonical form, else all columns.
    pub canonical: bool,
    /// Of the canonical form also `encoding`, to compare inputs that are
    /// compressed differently.
    pub without_encoding: bool,
}

const RUN_COLUMNS: &[&str] = &["run_id", "file", "detected_at", "last_modified", "unit"];
const STATE_COLUMNS: &[&str] = &["event_time", PARTITION, "time_suspect"];

/// Writes the current findings, one JSON object a line; columns without a value
/// are left out. Gives their number.
pub fn jsonl(session: &Session, form: Form, to: &mut dyn Write) -> Result<u64, QueryError> {
    let sql = if form.canonical {
        canonical(form.without_encoding)
    } else {
        "SELECT * FROM findings_current ORDER BY account_id, region, event_time, finding_id"
            .to_owned()
    };
    let mut rows = 0;
    session.each(&sql, &mut |batch| {
        rows += batch.num_rows() as u64;
        let mut writer = LineDelimitedWriter::new(&mut *to);
        writer.write(&batch)?;
        writer.finish()?;
        Ok(())
    })?;
    Ok(rows)
}

fn canonical(without_encoding: bool) -> String {
    let kept: Vec<&str> = Table::Findings
        .columns()
        .map(|column| column.name)
        .chain([PARTITION])
        .filter(|name| !RUN_COLUMNS.contains(name) && !(without_encoding && *name == "encoding"))
        .collect();
    let values: Vec<String> = kept
        .iter()
        .map(|name| match *name {
            "time_suspect" => format!("CASE WHEN f.event_time = r.started_at THEN NULL ELSE f.{name} END AS {name}"),
            name if STATE_COLUMNS.contains(&name) => {
                format!("CASE WHEN f.event_time = r.started_at OR f.time_suspect THEN NULL ELSE f.{name} END AS {name}")
            }
            "resource" => "CASE WHEN f.source IN ('files', 'names') THEN NULL ELSE f.resource END AS resource".to_owned(),
            name => format!("f.\"{name}\" AS \"{name}\""),
        })
        .collect();
    let order: Vec<String> = kept.iter().map(|name| format!("\"{name}\"")).collect();
    format!(
        "SELECT {} FROM findings_current f LEFT JOIN (SELECT run_id, min(started_at) AS started_at \
         FROM runs_committed GROUP BY run_id) r ON r.run_id = f.run_id ORDER BY {}",
        values.join(", "),
        order.join(", ")
    )
}
