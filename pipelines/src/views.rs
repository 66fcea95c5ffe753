//! The views through which findings are read, in SQL.
//!
//! They are written once, in SQL that DataFusion (`phiscan query`) and Athena
//! both take; the two ways of expanding a list are the only difference
//! ([`Dialect`]). In the order in which they build on each other:
//!
//! | view | rows |
//! |---|---|
//! | `files_replaced` | paths that a commit replaces |
//! | `files_committed` | paths that a commit lists and none replaces |
//! | `runs_committed`, `findings_committed`, `coverage_committed`, `attestations_committed` | rows of the files that count |
//! | `units_gone` | units that a newer complete listing of their container did not have |
//! | `findings_current` | what is known to be there now, each id once |

use crate::schema::{PARTITION, Table};

/// Sources whose records happened and stay true: what was in a log, a trail or
/// a stream of AWS itself. Everything else is state, of which only the newest
/// counts; so is a file, whatever it holds: it may be corrected or deleted.
pub const RECORD_SOURCES: &[&str] = &["logs", "cloudtrail", "kinesis"];

/// Outcomes that say what is in a unit now. An empty unit was read, too.
const READ: &str = "'scanned', 'partial', 'empty'";
/// Outcomes of a container's row that say that nothing is missing in its listing.
const LISTED: &str = "'scanned', 'empty'";

/// Whose SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Athena engine 3, which is Trino.
    Athena,
    /// DataFusion, in `phiscan query`.
    DataFusion,
}

/// A view: its name and its query.
#[derive(Debug)]
pub struct View {
    /// The name.
    pub name: &'static str,
    /// What its rows are, in a line.
    pub about: &'static str,
    /// A `SELECT` over tables and views before it.
    pub query: String,
}

/// All views, each behind those that it uses.
pub fn all(dialect: Dialect) -> Vec<View> {
    let (replaced, listed) = match dialect {
        Dialect::Athena => (
            "SELECT DISTINCT t.path FROM runs CROSS JOIN UNNEST(replaced) AS t(path)",
            "SELECT t.path, r.commit_number FROM runs r\n  CROSS JOIN UNNEST(r.files) AS t(path, bytes, row_count, sha256)",
        ),
        Dialect::DataFusion => (
            "SELECT DISTINCT path FROM (SELECT unnest(replaced) AS path FROM runs)",
            "SELECT f['path'] AS path, commit_number FROM (SELECT unnest(files) AS f, commit_number FROM runs)",
        ),
    };
    let mut views = vec![
        View {
            name: "files_replaced",
            about: "Files that a commit replaces.",
            query: replaced.to_owned(),
        },
        View {
            name: "files_committed",
            about: "Files that a commit lists and none replaces.",
            query: format!(
                "SELECT l.path, max(l.commit_number) AS commit_number\n\
                 FROM (\n  {listed}\n) l\n\
                 LEFT JOIN files_replaced x ON x.path = l.path\n\
                 WHERE x.path IS NULL\n\
                 GROUP BY l.path"
            ),
        },
        View {
            name: "runs_committed",
            about: "Commits whose own file is not replaced.",
            query: format!(
                "SELECT {}\nFROM runs r\nWHERE r.file NOT IN (SELECT path FROM files_replaced)",
                columns(Table::Runs, "r")
            ),
        },
    ];
    for (table, name) in [
        (Table::Findings, "findings_committed"),
        (Table::Coverage, "coverage_committed"),
        (Table::Attestations, "attestations_committed"),
    ] {
        views.push(View {
            name,
            about: "Rows of files that count.",
            query: format!(
                "SELECT {}\nFROM {} r\nWHERE r.file IN (SELECT path FROM files_committed)",
                columns(table, "r"),
                table.name()
            ),
        });
    }
    views.push(View {
        name: "units_read",
        about: "For each unit the newest run that read it.",
        query: format!(
            "SELECT c.unit_key, max(c.run_id) AS run_id\n\
             FROM (SELECT run_id, outcome, {} AS unit_key FROM coverage_committed) c\n\
             WHERE c.outcome IN ({READ}) AND c.unit_key IS NOT NULL\n\
             GROUP BY c.unit_key",
            key("unit_token", "source", "unit")
        ),
    });
    views.push(View {
        name: "units_gone",
        about: "Units that a newer complete listing of their container did not have.",
        query: units_gone(),
    });
    views.push(View {
        name: "findings_current",
        about: "What is known to be there now: records of logs, trails and streams of every run, of \
                everything else what the newest run that read it found; each id once.",
        query: findings_current(),
    });
    views
}

/// The columns of a table, as the select list of a view.
fn columns(table: Table, of: &str) -> String {
    let names: Vec<String> = table
        .columns()
        .map(|c| c.name)
        .chain([PARTITION])
        .map(|name| format!("{of}.\"{name}\""))
        .collect();
    names.join(", ")
}

/// What tells a thing apart over runs: its token, or where no key was kept (the
/// token then holds for one run only) its source and masked name.
fn key(token: &str, source: &str, name: &str) -> String {
    format!("CASE WHEN {token} LIKE 'run-%' THEN concat({source}, ' ', {name}) ELSE {token} END")
}

fn units_gone() -> String {
    let unit_key = key("unit_token", "source", "unit");
    format!(
        "WITH units AS (
  SELECT DISTINCT run_id, scope_token, unit_kind, outcome, {unit_key} AS unit_key
  FROM coverage_committed
),
containers AS (
  SELECT run_id, scope_token, outcome,
    CASE WHEN scope_token LIKE 'run-%' THEN unit_key ELSE scope_token END AS scope_key
  FROM units
  WHERE unit_kind = 'container'
),
placed AS (
  SELECT n.unit_key, n.run_id,
    CASE WHEN u.scope_token LIKE 'run-%' THEN c.scope_key ELSE u.scope_token END AS scope_key
  FROM units_read n
  JOIN units u ON u.unit_key = n.unit_key AND u.run_id = n.run_id
  LEFT JOIN containers c ON c.run_id = u.run_id AND c.scope_token = u.scope_token
)
SELECT DISTINCT p.unit_key
FROM placed p
JOIN containers c ON c.scope_key = p.scope_key AND c.run_id > p.run_id AND c.outcome IN ({LISTED})
LEFT JOIN units u ON u.run_id = c.run_id AND u.unit_key = p.unit_key
WHERE u.unit_key IS NULL"
    )
}

fn findings_current() -> String {
    let records = RECORD_SOURCES
        .iter()
        .map(|source| format!("'{source}'"))
        .collect::<Vec<_>>()
        .join(", ");
    let unit_key = key("f.unit_token", "f.source", "f.unit");
    format!(
        "SELECT {columns}
FROM (
  SELECT f.*, row_number() OVER (
      PARTITION BY f.finding_id
      ORDER BY f.run_id DESC, l.commit_number DESC, f.unit_token ASC NULLS LAST, f.byte_start ASC NULLS LAST
    ) AS turn
  FROM findings f
  JOIN files_committed l ON l.path = f.file
  LEFT JOIN units_read n ON n.unit_key = {unit_key} AND n.run_id = f.run_id
  LEFT JOIN units_gone g ON g.unit_key = {unit_key}
  WHERE f.source IN ({records}) OR (n.unit_key IS NOT NULL AND g.unit_key IS NULL)
) r
WHERE r.turn = 1",
        columns = columns(Table::Findings, "r")
    )
}
