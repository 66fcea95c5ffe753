//! `phiscan export`: findings in other formats.

use std::io::Write as _;

use clap::{Args, ValueEnum};

use super::options::From;
use super::terminal::Terminal;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::query::export::{Form, csv, jsonl, sarif};
use crate::query::{QueryError, Session};

pub(super) const EXAMPLES: &str = "\
Examples:
  phiscan export --to jsonl > findings.jsonl
  phiscan export --to jsonl --canonical | sha256sum     equal for equal inputs under one key
  phiscan export --to csv > findings.csv                for a spreadsheet: no cell is computed
  phiscan export --to sarif > findings.sarif            for code scanning and other consoles";

/// Formats of `phiscan export`.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExportFormat {
    /// One JSON object a finding and line.
    Jsonl,
    /// RFC 4180 with a header; text that a spreadsheet would compute begins with an apostrophe.
    Csv,
    /// SARIF 2.1.0, without snippets; what was not read are notifications.
    Sarif,
}

/// Options of `phiscan export`.
#[derive(Args, Debug, Clone)]
pub(super) struct ExportArgs {
    /// The format to write to standard output.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: ExportFormat,

    /// Leave out what differs between two runs over the same input, and sort, so that runs compare.
    #[arg(long)]
    pub canonical: bool,

    /// With --canonical: leave out the encoding too, to compare compressed with uncompressed input.
    #[arg(long)]
    pub without_encoding: bool,

    #[command(flatten)]
    pub from: From,
}

pub(super) fn run(args: &ExportArgs, terminal: &Terminal) -> Result<ExitStatus, Error> {
    if args.without_encoding && !args.canonical {
        return Err(Error::usage(
            "--without-encoding goes with --canonical: other exports have all columns",
        ));
    }
    let session = Session::open_for_export(&args.from.from)?;
    let form = Form {
        canonical: args.canonical,
        without_encoding: args.without_encoding,
    };
    let mut to = terminal.writer();
    match args.to {
        ExportFormat::Jsonl => jsonl(&session, form, &mut to)?,
        ExportFormat::Csv => csv(&session, form, &mut to)?,
        ExportFormat::Sarif => sarif(&session, form, &mut to)?,
    };
    to.flush().map_err(QueryError::Io)?;
    Ok(ExitStatus::Clean)
}
