//! `phiscan export`: findings in other formats.

use clap::{Args, ValueEnum};

use super::options::From;
use super::terminal::Terminal;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::query::Session;
use crate::query::export::{Form, jsonl};

pub(super) const EXAMPLES: &str = "\
Examples:
  phiscan export --to jsonl > findings.jsonl
  phiscan export --to jsonl --canonical | sha256sum     equal for equal inputs under one key";

/// Formats of `phiscan export`.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExportFormat {
    /// One JSON object a finding and line.
    Jsonl,
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
    let session = Session::open(&args.from.from)?;
    let form = Form {
        canonical: args.canonical,
        without_encoding: args.without_encoding,
    };
    match args.to {
        ExportFormat::Jsonl => jsonl(&session, form, &mut terminal.writer())?,
    };
    Ok(ExitStatus::Clean)
}
