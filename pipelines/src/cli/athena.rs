//! `phiscan athena`: the statements that make the output's tables and views in Amazon Athena.

use clap::Subcommand;

use super::terminal::Terminal;
use crate::athena;
use crate::error::Error;
use crate::exit::ExitStatus;

pub(super) const EXAMPLES: &str = "\
Examples:
  aws s3 sync phiscan-out s3://BUCKET/phi --sse aws:kms     put the output where Athena reads it
  phiscan athena ddl s3://BUCKET/phi                        tables over it; run each statement
  phiscan athena views                                      then the views, in their order";

/// The subcommands of `phiscan athena`.
#[derive(Subcommand, Debug, Clone)]
pub(super) enum AthenaCommand {
    /// CREATE EXTERNAL TABLE statements with partition projection, for output in a bucket.
    #[command(after_help = EXAMPLES)]
    Ddl {
        /// Where the output folder lies: s3://BUCKET/PREFIX.
        #[arg(value_name = "S3-URI")]
        uri: String,
    },
    /// The views that count committed rows only.
    #[command(after_help = EXAMPLES)]
    Views,
}

pub(super) fn run(command: &AthenaCommand, terminal: &Terminal) -> Result<ExitStatus, Error> {
    let statements = match command {
        AthenaCommand::Ddl { uri } => {
            athena::ddl(uri).map_err(|error| Error::usage(error.to_string()))?
        }
        AthenaCommand::Views => athena::views(),
    };
    terminal.print(statements.trim_end())?;
    Ok(ExitStatus::Clean)
}
