//! `phiscan query`: a saved query, or any SQL, over the findings of an output folder.

use clap::Args;

use super::options::{From, OutputFormat};
use super::table::Table;
use super::terminal::{Terminal, Tone};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::query::saved::{LIMIT, Parameter, Saved, Values};
use crate::query::{self, saved::SavedError};
use crate::views::Dialect;

pub(super) const EXAMPLES: &str = "\
Views: findings_current, findings_committed, coverage_committed, attestations_committed, runs_committed.

Examples:
  phiscan query --list                                        the saved queries
  phiscan query forbidden-places
  phiscan query since-last-run --param status=gone
  phiscan query who-writes --list                             one saved query in full
  phiscan query \"SELECT service, element, verdict, count(*) AS n FROM findings_current GROUP BY 1, 2, 3 ORDER BY n DESC\"
  phiscan query \"SELECT unit, outcome, reason FROM coverage_committed WHERE outcome <> 'scanned'\" --format json";

/// Options of `phiscan query`.
#[derive(Args, Debug, Clone)]
pub(super) struct QueryArgs {
    /// A saved query by its name, or a statement to run.
    #[arg(value_name = "NAME | SQL", required_unless_present = "list")]
    pub query: Option<String>,

    #[command(flatten)]
    pub given: Given,

    /// Show the saved queries, or the one of that name in full, instead of running any.
    #[arg(long)]
    pub list: bool,

    #[command(flatten)]
    pub from: From,

    /// What goes to standard output.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// Values of a saved query's parameters.
#[derive(Args, Debug, Clone)]
pub(super) struct Given {
    /// A parameter of the saved query, again for each.
    #[arg(long, value_name = "NAME=VALUE")]
    pub param: Vec<String>,
}

impl Given {
    /// The values of all parameters of a query.
    pub(super) fn values(&self, query: &Saved) -> Result<Values, SavedError> {
        query.values(self.param.iter().map(String::as_str))
    }
}

impl std::convert::From<SavedError> for Error {
    fn from(error: SavedError) -> Self {
        match error {
            SavedError::Damaged { .. } => Self::failed(error.to_string()),
            _ => Self::usage(error.to_string()),
        }
    }
}

pub(super) fn run(args: &QueryArgs, terminal: &Terminal) -> Result<ExitStatus, Error> {
    let asked = args.query.as_deref();
    let saved = asked
        .filter(|text| Saved::is_name(text))
        .map(Saved::named)
        .transpose()?;
    if args.list {
        let queries = match (asked, saved) {
            (_, Some(query)) => vec![query],
            (Some(_), None) => {
                return Err(Error::usage(
                    "--list takes the name of a saved query, or none",
                ));
            }
            (None, None) => return list(terminal),
        };
        queries.iter().try_for_each(|query| show(query, terminal))?;
        return Ok(ExitStatus::Clean);
    }
    let (sql, limit) = match &saved {
        Some(query) => {
            let values = args.given.values(query)?;
            (
                query.statement(Dialect::DataFusion, &values)?,
                values.limit(),
            )
        }
        None if args.given.param.is_empty() => (asked.unwrap_or_default().to_owned(), None),
        None => {
            return Err(Error::usage(
                "--param goes with a saved query; in SQL of your own, write the values",
            ));
        }
    };
    let batches = query::run(&args.from.from, &sql)?;
    let mut rendered = Vec::new();
    match args.format {
        OutputFormat::Text => query::render::table(&batches, &mut rendered)?,
        OutputFormat::Json => query::render::json(&batches, &mut rendered)?,
    }
    terminal.write(&rendered)?;
    let rows: usize = batches
        .iter()
        .map(arrow::array::RecordBatch::num_rows)
        .sum();
    if limit == Some(rows as u64) {
        terminal.note(&format!(
            "There may be more: these are the first {rows} rows, see --param {LIMIT}=NUMBER."
        ));
    }
    Ok(ExitStatus::Clean)
}

fn list(terminal: &Terminal) -> Result<ExitStatus, Error> {
    let mut table = Table::new(["NAME", "WHAT IT TELLS", "PARAMETERS"]);
    for query in Saved::all()? {
        let names: Vec<&str> = query
            .parameters()
            .iter()
            .map(|parameter| parameter.name.as_str())
            .collect();
        table.row([
            query.name.to_owned(),
            query.title().to_owned(),
            names.join(", "),
        ]);
    }
    table.print(terminal)?;
    Ok(ExitStatus::Clean)
}

/// A query in full: what it tells, what may be chosen, and the statement with the defaults.
fn show(query: &Saved, terminal: &Terminal) -> Result<(), Error> {
    terminal
        .print(&terminal.paint(Tone::Heading, &format!("{}  {}", query.name, query.title())))?;
    terminal.print(query.about())?;
    terminal.print(&format!("A row is {}.", query.rows()))?;
    terminal.print("")?;
    for parameter in query.parameters() {
        terminal.print(&line(parameter))?;
    }
    terminal.print("")?;
    let values = query.values([])?;
    terminal.print(&query.statement(Dialect::DataFusion, &values)?)
}

fn line(parameter: &Parameter) -> String {
    let default = if parameter.default.is_empty() {
        "none"
    } else {
        &parameter.default
    };
    format!(
        "  --param {}=…  {}: {} (default: {default})",
        parameter.name,
        parameter.about,
        parameter.expected()
    )
}
