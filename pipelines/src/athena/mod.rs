//! `phiscan athena ddl|views|queries`: the tables and views for Athena, and the saved queries.
//!
//! Tables are external, over `s3://BUCKET/PREFIX/findings/` and so on, with
//! partition projection on `event_day`: no crawler, no registered partitions.
//! The range of days reaches from the earliest that a run of any release can
//! write (findings are clamped to ten years before their run, and there is no
//! run before 2026) to two days from now (one for the clamp, one for clocks).

use crate::query::saved::{Saved, SavedError, Values};
use crate::schema::{PARTITION, Table};
use crate::views::{self, Dialect};

/// First day with rows: findings, and the other tables.
const FIRST_DAY: (&str, &str) = ("20160101", "20260101");
const LAST_DAY: &str = "NOW+2DAYS";

/// Why there is no DDL.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no place in S3; give s3://BUCKET or s3://BUCKET/PREFIX without quotes or control characters"
)]
pub struct NotS3(String);

/// The days that Athena looks at for a table, as in `projection.event_day.range`.
pub fn projection_range(table: Table) -> String {
    let first = if table == Table::Findings {
        FIRST_DAY.0
    } else {
        FIRST_DAY.1
    };
    format!("{first},{LAST_DAY}")
}

/// Where Athena looks for the files of a day below `table`'s location.
fn template(location: &str) -> String {
    format!("{location}{PARTITION}=${{{PARTITION}}}/")
}

/// `CREATE EXTERNAL TABLE` statements for the output at `out`, an `s3://` URI.
pub fn ddl(out: &str) -> Result<String, NotS3> {
    let plain = |c: char| !c.is_control() && !['\'', '"', '`', '\\', '$', ' '].contains(&c);
    let bucket = out
        .strip_prefix("s3://")
        .map(|rest| rest.split('/').next().unwrap_or_default());
    if bucket.is_none_or(str::is_empty) || !out.chars().all(plain) {
        return Err(NotS3(out.to_owned()));
    }
    let out = out.trim_end_matches('/');
    Ok(Table::ALL
        .map(|table| statement(table, &format!("{out}/{}/", table.name())))
        .join("\n"))
}

fn statement(table: Table, location: &str) -> String {
    let columns: Vec<String> = table
        .columns()
        .map(|c| format!("  `{}` {} COMMENT '{}'", c.name, c.kind.hive(), c.meaning))
        .collect();
    format!(
        "CREATE EXTERNAL TABLE IF NOT EXISTS `{name}` (\n{columns}\n)\n\
         PARTITIONED BY (`{PARTITION}` string)\n\
         STORED AS PARQUET\n\
         LOCATION '{location}'\n\
         TBLPROPERTIES (\n\
         \x20 'parquet.compression'='ZSTD',\n\
         \x20 'projection.enabled'='true',\n\
         \x20 'projection.{PARTITION}.type'='date',\n\
         \x20 'projection.{PARTITION}.format'='yyyyMMdd',\n\
         \x20 'projection.{PARTITION}.interval'='1',\n\
         \x20 'projection.{PARTITION}.interval.unit'='DAYS',\n\
         \x20 'projection.{PARTITION}.range'='{range}',\n\
         \x20 'storage.location.template'='{template}'\n\
         );\n",
        name = table.name(),
        columns = columns.join(",\n"),
        range = projection_range(table),
        template = template(location),
    )
}

/// `CREATE OR REPLACE VIEW` statements, each behind those that it uses.
pub fn views() -> String {
    let views: Vec<String> = views::all(Dialect::Athena)
        .into_iter()
        .map(|view| {
            format!(
                "-- {}\nCREATE OR REPLACE VIEW {} AS\n{};\n",
                view.about, view.name, view.query
            )
        })
        .collect();
    views.join("\n")
}

/// A saved query as a statement, below what it tells.
///
/// # Errors
/// [`SavedError::Damaged`], which a test keeps from happening.
pub fn query(query: &Saved, values: &Values) -> Result<String, SavedError> {
    let mut text = format!("-- {}: {}\n", query.name, query.title());
    for line in query.about().lines() {
        text.push_str(format!("-- {line}").trim_end());
        text.push('\n');
    }
    let statement = query.statement(Dialect::Athena, values)?;
    Ok(format!(
        "{text}-- A row is {}.\n{statement};\n",
        query.rows()
    ))
}

/// All saved queries, with the defaults of their parameters.
///
/// # Errors
/// [`SavedError::Damaged`], which a test keeps from happening.
pub fn queries() -> Result<String, SavedError> {
    let one = |saved: &Saved| query(saved, &saved.values([])?);
    Ok(Saved::all()?
        .iter()
        .map(one)
        .collect::<Result<Vec<_>, _>>()?
        .join("\n"))
}

#[cfg(test)]
mod tests;
