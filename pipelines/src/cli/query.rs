//! `phiscan query`: SQL over the findings of an output folder.

use clap::Args;

use super::options::{From, OutputFormat};
use super::terminal::Terminal;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::query;

pub(super) const EXAMPLES: &str = "\
Views: findings_current, findings_committed, coverage_committed, attestations_committed, runs_committed.

Examples:
  phiscan query \"SELECT service, element, verdict, count(*) AS n FROM findings_current GROUP BY 1, 2, 3 ORDER BY n DESC\"
  phiscan query \"SELECT unit, outcome, reason FROM coverage_committed WHERE outcome <> 'scanned'\" --format json";

/// Options of `phiscan query`.
#[derive(Args, Debug, Clone)]
pub(super) struct QueryArgs {
    /// The statement to run.
    #[arg(value_name = "SQL")]
    pub sql: String,

    #[command(flatten)]
    pub from: From,

    /// What goes to standard output.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}
pub(super) fn run(args: &QueryArgs, terminal: &Terminal) -> Result<ExitStatus, Error> {
    let batches = query::run(&args.from.from, &args.sql)?;
    let mut rendered = Vec::new();
    match args.format {
        OutputFormat::Text => query::render::table(&batches, &mut rendered)?,
        OutputFormat::Json => query::render::json(&batches, &mut rendered)?,
    }
    terminal.write(&rendered)?;
    Ok(ExitStatus::Clean)
}
