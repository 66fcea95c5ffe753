//! `phiscan export`: the current findings in other formats, and the canonical form
//! in which two runs are compared.
//!
//! | format | for |
//! |---|---|
//! | [`jsonl`] | programs: every column as it is |
//! | [`csv`] | spreadsheets: every column, safe to open |
//! | [`sarif`] | consoles for results of scanners: rules, results, what was not read |
//!
//! Each writes row by row what the query gives batch by batch. Sorts and joins of a session opened
//! with [`super::Session::open_for_export`] go to temporary files when they need more than a fixed
//! amount of memory, so an export of any size needs little.
//!
//! The canonical form leaves out what differs between runs that found the same:
//! which run and file it was, when it was found or last changed, the name of
//! the unit; the time of state, which is that of the run; the resource of a
//! local file, whose path depends on where it lies. Rows are in the order of
//! all remaining columns. State is told by its time: it is exactly the start of
//! its run. A record's time that was clamped depends on the run as well.

mod cells;
mod csv;
mod jsonl;
mod sarif;

pub use self::csv::csv;
pub use self::jsonl::jsonl;
pub use self::sarif::sarif;

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

/// The rows of an export, in its order.
fn select(form: Form) -> String {
    if form.canonical {
        canonical(form.without_encoding)
    } else {
        "SELECT * FROM findings_current ORDER BY account_id, region, event_time, finding_id"
            .to_owned()
    }
}

fn canonical(without_encoding: bool) -> String {
    let kept: Vec<&str> = Table::Findings
        .columns()
        .map(|column| column.name)
        .chain([PARTITION])
        .filter(|name| !(RUN_COLUMNS.contains(name) || without_encoding && *name == "encoding"))
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
