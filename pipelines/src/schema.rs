//! The columns of the four output tables, once.
//!
//! [`COLUMNS`] is the only place that says which column a table has, of which
//! type, and what it means. The Arrow schemas of the Parquet files, the Athena
//! DDL, the lists of columns in the views and the reference page are made from
//! it, and a test holds each row type of [`crate::row`] against it.
//!
//! Types are those that Athena reads without surprise: signed integers,
//! millisecond times in UTC, annotated strings, three-level lists whose member
//! is called `element`. `event_day` is a partition key: it stands in the path
//! of a file (`event_day=20261124`) and never in the file.

mod columns;
#[cfg(test)]
mod pages;

use std::sync::Arc;

pub use columns::COLUMNS;

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

/// The number in `schema_version`. It changes when a column is renamed or
/// retyped, and then the tables move to a new prefix; a new column leaves it.
pub const SCHEMA_VERSION: i32 = 1;

/// The partition key of every table: a UTC day as `YYYYMMDD`, a string.
pub const PARTITION: &str = "event_day";

/// One of the four tables below OUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// One row a finding.
    Findings,
    /// One row a unit that was considered, whatever came of it.
    Coverage,
    /// One row a digest or log file of a trail whose integrity was judged.
    Attestations,
    /// One row a commit.
    Runs,
}

impl Table {
    /// All tables, in the order in which a commit writes them.
    pub const ALL: [Table; 4] = [
        Table::Findings,
        Table::Coverage,
        Table::Attestations,
        Table::Runs,
    ];

    /// The table's name in SQL and its folder below OUT.
    pub const fn name(self) -> &'static str {
        match self {
            Table::Findings => "findings",
            Table::Coverage => "coverage",
            Table::Attestations => "attestations",
            Table::Runs => "runs",
        }
    }

    /// The table's columns in file order.
    pub fn columns(self) -> impl Iterator<Item = &'static Column> {
        COLUMNS
            .iter()
            .filter(move |column| column.tables.contains(&self))
    }

    /// The schema of the table's Parquet files, without the partition key.
    pub fn arrow(self) -> SchemaRef {
        Arc::new(Schema::new(
            self.columns()
                .map(|c| Field::new(c.name, c.kind.arrow(), c.nullable))
                .collect::<Vec<_>>(),
        ))
    }
}

/// A column of one or several tables.
#[derive(Debug)]
pub struct Column {
    /// Lower-case name, the same in Parquet and SQL.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whether a row may have nothing here.
    pub nullable: bool,
    /// The tables that have it.
    pub tables: &'static [Table],
    /// What stands in it, for the reference page and the DDL's comments.
    pub meaning: &'static str,
}

/// A column's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit signed integer.
    Int,
    /// 64-bit signed integer.
    Long,
    /// 64-bit floating point.
    Double,
    /// True or false.
    Flag,
    /// Milliseconds since 1970 in UTC.
    Time,
    /// Text out of few values, or with long common parts.
    Text,
    /// Text that hardly repeats (ids, tokens, hashes): written without dictionary.
    Token,
    /// List of texts.
    Texts,
    /// List of [`crate::row::Also`].
    Also,
    /// List of [`crate::row::CommittedFile`].
    Files,
}

/// A member of a list of structs: name and type.
type Member = (&'static str, Kind);

const ALSO: &[Member] = &[
    ("service", Kind::Text),
    ("element", Kind::Text),
    ("verdict", Kind::Text),
    ("policy_id", Kind::Text),
    ("condition_state", Kind::Text),
];

const FILES: &[Member] = &[
    ("path", Kind::Text),
    ("bytes", Kind::Long),
    ("row_count", Kind::Long),
    ("sha256", Kind::Token),
];

impl Kind {
    /// The Arrow type, which decides the Parquet type.
    pub fn arrow(self) -> DataType {
        match self {
            Kind::Int => DataType::Int32,
            Kind::Long => DataType::Int64,
            Kind::Double => DataType::Float64,
            Kind::Flag => DataType::Boolean,
            Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Kind::Text | Kind::Token => DataType::Utf8,
            Kind::Texts => DataType::List(Arc::new(Field::new("element", DataType::Utf8, false))),
            Kind::Also | Kind::Files => DataType::List(Arc::new(Field::new(
                "element",
                DataType::Struct(self.members_arrow()),
                false,
            ))),
        }
    }

    /// The fields of a list of structs; empty for every other kind.
    pub fn members_arrow(self) -> Fields {
        self.members()
            .iter()
            .map(|(name, kind)| Field::new(*name, kind.arrow(), false))
            .collect()
    }

    fn members(self) -> &'static [Member] {
        match self {
            Kind::Also => ALSO,
            Kind::Files => FILES,
            _ => &[],
        }
    }

    /// The type in Hive's words, as Athena's DDL wants it.
    pub fn hive(self) -> String {
        match self {
            Kind::Int => "int".into(),
            Kind::Long => "bigint".into(),
            Kind::Double => "double".into(),
            Kind::Flag => "boolean".into(),
            Kind::Time => "timestamp".into(),
            Kind::Text | Kind::Token => "string".into(),
            Kind::Texts => "array<string>".into(),
            Kind::Also | Kind::Files => {
                let members: Vec<String> = self
                    .members()
                    .iter()
                    .map(|(name, kind)| format!("{name}:{}", kind.hive()))
                    .collect();
                format!("array<struct<{}>>", members.join(","))
            }
        }
    }
}

/// The reference page's tables, in Markdown.
pub fn reference() -> String {
    let mut page = String::new();
    for table in Table::ALL {
        page.push_str(&format!(
            "## `{}`\n\n| column | type | may be null | meaning |\n|---|---|---|---|\n",
            table.name()
        ));
        for c in table.columns() {
            let nullable = if c.nullable { "yes" } else { "" };
            page.push_str(&format!(
                "| `{}` | `{}` | {nullable} | {} |\n",
                c.name,
                c.kind.hive(),
                c.meaning
            ));
        }
        page.push_str(&format!(
            "| `{PARTITION}` | `string` | | partition key: UTC day, `YYYYMMDD` |\n\n"
        ));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_and_unique_in_each_table() {
        for table in Table::ALL {
            let mut seen = std::collections::HashSet::new();
            for c in table.columns() {
                assert!(
                    c.name
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                    "{}",
                    c.name
                );
                assert!(seen.insert(c.name), "{} twice in {}", c.name, table.name());
                assert_ne!(c.name, PARTITION);
                assert!(
                    !c.meaning.contains(['\'', '\\', '|']),
                    "{} is quoted in SQL and in tables",
                    c.meaning
                );
            }
        }
    }

    #[test]
    fn all_tables_carry_the_common_columns() {
        for table in Table::ALL {
            let names: Vec<&str> = table.columns().map(|c| c.name).collect();
            for name in [
                "schema_version",
                "run_id",
                "account_id",
                "region",
                "file",
                "scope_token",
            ] {
                assert!(
                    names.contains(&name),
                    "{name} is missing in {}",
                    table.name()
                );
            }
            assert_eq!(names.contains(&"unit_token"), table != Table::Runs);
        }
    }
}
