//! The views through which findings are read, in SQL.
//!
//! They are written once, in SQL that DataFusion (`phiscan query`) and Athena
//! both take; how a list is expanded and which side of a join comes first are
//! the only differences ([`Dialect`]). In the order in which they build on each other:
//!
//! | view | rows |
//! |---|---|
//! | `files_replaced` | paths that a commit replaces |
//! | `files_committed` | paths that a commit lists and none replaces |
//! | `runs_committed`, `findings_committed`, `coverage_committed`, `attestations_committed` | rows of the files that count |
//! | `units_gone` | units that a newer complete listing of their container did not have |
//! | `coverage_gaps` | what was considered and not read, or not whole |
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
        query: units_read("coverage_committed"),
    });
    views.push(View {
        name: "units_gone",
        about: "Units that a newer complete listing of their container did not have.",
        query: units_gone("coverage_committed", "units_read"),
    });
    views.push(View {
        name: "coverage_gaps",
        about: "What was not read, or not whole, when it was last considered, and is not known to be gone.",
        query: coverage_gaps(),
    });
    views.push(View {
        name: "findings_current",
        about: "What is known to be there now: records of logs, trails and streams of every run, of \
                everything else what the newest run that read it found; each id once.",
        query: findings_current(dialect),
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

/// What tells a thing apart over runs, as SQL over these columns: its token, or where no key was kept (the
/// token then holds for one run only) its source and masked name.
pub(crate) fn key(token: &str, source: &str, name: &str) -> String {
    format!("CASE WHEN {token} LIKE 'run-%' THEN concat({source}, ' ', {name}) ELSE {token} END")
}

/// The sources of records, as a list in SQL.
pub(crate) fn record_sources() -> String {
    let quoted = RECORD_SOURCES.iter().map(|source| format!("'{source}'"));
    quoted.collect::<Vec<_>>().join(", ")
}

/// Which units had been read, and which were gone, when only the runs had been made that fulfil
/// `runs`, a condition on `run_id`: common table expressions `units_read_SUFFIX` and
/// `units_gone_SUFFIX`, which are to those runs what the views are to all.
pub(crate) fn units_of(suffix: &str, runs: &str) -> String {
    let coverage = format!("coverage_{suffix}");
    let read = format!("units_read_{suffix}");
    format!(
        "{coverage} AS (SELECT * FROM coverage_committed WHERE {runs}),\n\
         {read} AS (\n{}\n),\nunits_gone_{suffix} AS (\n{}\n)",
        units_read(&coverage),
        units_gone(&coverage, &read),
    )
}

fn units_read(coverage: &str) -> String {
    format!(
        "SELECT c.unit_key, max(c.run_id) AS run_id\n\
         FROM (SELECT run_id, outcome, {} AS unit_key FROM {coverage}) c\n\
         WHERE c.outcome IN ({READ}) AND c.unit_key IS NOT NULL\n\
         GROUP BY c.unit_key",
        key("unit_token", "source", "unit")
    )
}

fn units_gone(coverage: &str, units_read: &str) -> String {
    let unit_key = key("unit_token", "source", "unit");
    format!(
        "WITH units AS (
  SELECT DISTINCT run_id, scope_token, unit_kind, outcome, {unit_key} AS unit_key
  FROM {coverage}
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
  FROM {units_read} n
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

/// The newest row of each unit that says what became of it, where it is no reading of all that
/// there is to read. A unit that was then found unchanged is known as far as it had been read.
fn coverage_gaps() -> String {
    let unit_key = key("unit_token", "source", "unit");
    format!(
        "WITH considered AS (
  SELECT r.*, array_join(elements_missed, ', ') AS missed, {unit_key} AS unit_key,
    row_number() OVER (
      PARTITION BY {unit_key}
      ORDER BY CASE WHEN outcome = 'unchanged' THEN 1 ELSE 0 END ASC, run_id DESC, outcome ASC, started_at DESC
    ) AS turn,
    max(run_id) OVER (PARTITION BY {unit_key}) AS considered_run,
    max(CASE WHEN outcome = 'unchanged' THEN run_id ELSE '' END) OVER (PARTITION BY {unit_key}) AS unchanged_run
  FROM coverage_committed r
),
listed AS (
  SELECT scope_token, max(run_id) AS listed_run
  FROM coverage_committed
  WHERE unit_kind = 'container' AND outcome IN ({LISTED})
  GROUP BY scope_token
)
SELECT c.run_id, c.source, c.service, c.unit_kind, c.unit, c.units_in_row, c.outcome, c.reason,
  c.missed AS elements_missed,
  c.outcome IN ('partial', 'denied', 'unreadable')
    OR (c.outcome = 'skipped' AND coalesce(c.reason, '') NOT IN ('filtered', 'own-output')) AS incomplete,
  n.run_id AS last_read_run
FROM considered c
LEFT JOIN units_read n ON n.unit_key = c.unit_key
LEFT JOIN listed l ON l.scope_token = c.scope_token AND l.listed_run > c.considered_run
WHERE c.turn = 1 AND l.listed_run IS NULL AND coalesce(c.reason, '') <> 'own-output'
  AND (
    c.outcome = 'partial'
    OR (c.outcome IN ({LISTED}) AND c.missed <> '')
    OR (c.outcome IN ('denied', 'skipped', 'unreadable', 'unsupported') AND c.unchanged_run < c.run_id)
  )"
    )
}

fn findings_current(dialect: Dialect) -> String {
    let records = record_sources();
    let unit_key = key("f.unit_token", "f.source", "f.unit");
    let committed = "files_committed l";
    // Names of their own: DataFusion's physical optimizer takes columns of one name on both sides of
    // an outer join for the same one.
    let read = "(SELECT unit_key AS read_key, run_id AS read_run FROM units_read) n";
    let gone = "(SELECT unit_key AS gone_key FROM units_gone) g";
    let is_committed = "l.path = f.file";
    let is_read = format!("n.read_key = {unit_key} AND n.read_run = f.run_id");
    let is_gone = format!("g.gone_key = {unit_key}");
    // Findings are many, the others few: Athena keeps the right side of a join in memory,
    // DataFusion the left one.
    let from = match dialect {
        Dialect::Athena => format!(
            "FROM findings f
  JOIN {committed} ON {is_committed}
  LEFT JOIN {read} ON {is_read}
  LEFT JOIN {gone} ON {is_gone}"
        ),
        Dialect::DataFusion => format!(
            "FROM {gone}
  RIGHT JOIN (
    {read}
    RIGHT JOIN ({committed} JOIN findings f ON {is_committed}) ON {is_read}
  ) ON {is_gone}"
        ),
    };
    format!(
        "SELECT {columns}
FROM (
  SELECT f.*, row_number() OVER (
      PARTITION BY f.finding_id
      ORDER BY f.run_id DESC, l.commit_number DESC, f.unit_token ASC NULLS LAST, f.byte_start ASC NULLS LAST
    ) AS turn
  {from}
  WHERE f.source IN ({records}) OR (n.read_key IS NOT NULL AND g.gone_key IS NULL)
) r
WHERE r.turn = 1",
        columns = columns(Table::Findings, "r")
    )
}
