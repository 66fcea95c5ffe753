//! The invocations of a document: one for each run, with a notification for each thing that it did
//! not read, or not whole, and that no later run has read.

use std::collections::HashMap;
use std::io::Write;

use detectors::vocabulary::Vocabulary;
use serde_json::{Map, Value, json};

use super::super::cells::Cells;
use super::{put, uri};
use crate::query::{QueryError, Session};

/// Runs, by the newest commit of each; beside them what is not known because of it.
const RUNS: &str = "
SELECT r.run_id, r.started_at, r.committed_at, r.exit_status, r.arguments, r.phiscan_version,
  g.outcome, g.reason, g.incomplete, g.source, g.unit_kind, g.unit, g.units_in_row, g.elements_missed
FROM (
  SELECT run_id, started_at, committed_at, exit_status, arguments, phiscan_version,
    row_number() OVER (PARTITION BY run_id ORDER BY commit_number DESC) AS turn
  FROM runs_committed
) r
LEFT JOIN coverage_gaps g ON g.run_id = r.run_id
WHERE r.turn = 1
ORDER BY r.run_id, g.outcome, g.reason, g.unit";

/// Where the invocation of each run stands.
#[derive(Default)]
pub(super) struct Indices(HashMap<String, usize>);

impl Indices {
    /// The place of a run's invocation.
    pub(super) fn of(&self, run_id: &str) -> Option<usize> {
        self.0.get(run_id).copied()
    }
}

/// Writes the invocations, as members of an array.
pub(super) fn write(session: &Session, to: &mut dyn Write) -> Result<Indices, QueryError> {
    let vocabulary = Vocabulary::built_in()
        .map_err(|error| QueryError::Io(std::io::Error::other(error.to_string())))?;
    let mut indices = Indices::default();
    let mut open: Option<String> = None;
    let mut notifications = 0;
    session.each(RUNS, &mut |batch| {
        let cells = |name: &str| Cells::of(&batch, name);
        for row in 0..batch.num_rows() {
            let run_id = cells("run_id").text(row).unwrap_or_default();
            if open.as_deref() != Some(run_id) {
                if open.is_some() {
                    write!(to, "]}},")?;
                }
                let invocation = Value::Object(invocation(&cells, row)).to_string();
                // Its last member is the list that follows.
                let members = invocation.strip_suffix('}').unwrap_or(&invocation);
                write!(to, "\n{members},\"toolExecutionNotifications\":[")?;
                indices.0.insert(run_id.to_owned(), indices.0.len());
                open = Some(run_id.to_owned());
                notifications = 0;
            }
            if let Some(outcome) = cells("outcome").text(row) {
                to.write_all(if notifications == 0 { b"\n" } else { b",\n" })?;
                put(&notification(&cells, row, outcome, &vocabulary), to)?;
                notifications += 1;
            }
        }
        Ok(())
    })?;
    if open.is_some() {
        write!(to, "]}}")?;
    }
    Ok(indices)
}

fn invocation<'b>(cells: &dyn Fn(&str) -> Cells<'b>, row: usize) -> Map<String, Value> {
    let mut invocation = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            invocation.insert(name.to_owned(), value);
        }
    };
    // A run that failed leaves no commit, and so no row.
    put("executionSuccessful", true.into());
    put("arguments", cells("arguments").json(row));
    put("startTimeUtc", cells("started_at").time(row).into());
    put("endTimeUtc", cells("committed_at").time(row).into());
    let status = cells("exit_status").long(row);
    put("exitCode", status.into());
    put("exitCodeDescription", status.and_then(meaning).into());
    invocation
}

fn meaning(status: i64) -> Option<&'static str> {
    Some(match status {
        0 => "nothing that counts, and everything was read",
        1 => "findings that count",
        3 => "nothing that counts, but something could not be read",
        5 => "findings that count, and something could not be read",
        6 => "an attestation failed",
        _ => return None,
    })
}

fn notification<'b>(
    cells: &dyn Fn(&str) -> Cells<'b>,
    row: usize,
    outcome: &str,
    vocabulary: &Vocabulary,
) -> Value {
    let word = |name: &str| cells(name).text(row).unwrap_or_default();
    let reason = word("reason");
    let meant = vocabulary
        .list("reason")
        .and_then(|list| list.values.iter().find(|value| value.name == reason));
    let mut text = match meant {
        Some(value) => format!("{outcome} ({reason}): {}.", value.meaning),
        None => format!("{outcome}."),
    };
    let missed = word("elements_missed");
    if !missed.is_empty() {
        text.push_str(&format!(" Not read: {missed}."));
    }
    // What makes a run incomplete makes its results so.
    let level = if cells("incomplete").is_true(row) {
        "error"
    } else {
        "note"
    };
    let mut notification = json!({
        "descriptor": {"id": format!("coverage/{outcome}")},
        "level": level,
        "message": {"text": text},
        "properties": {
            "source": word("source"), "unitKind": word("unit_kind"), "units": cells("units_in_row").long(row),
        },
    });
    let unit = word("unit");
    if !unit.is_empty() {
        notification["locations"] =
            json!([{"physicalLocation": {"artifactLocation": uri::artifact_location(unit)}}]);
    }
    notification
}
