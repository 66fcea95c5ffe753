//! `phiscan athena`: the statements that make the output's tables and views in Amazon Athena.

use clap::Subcommand;

use super::terminal::Terminal;
use crate::athena;
use crate::error::Error;
use crate::exit::ExitStatus;

/// The subcommands of `phiscan athena`.
#[derive(Subcommand, Debug, Clone)]
pub(super) enum AthenaCommand {
    /// CREATE EXTERNAL TABLE statements with partition projection, for output in a bucket.
    Ddl {
        /// Where the output folder lies: s3://BUCKET/PREFIX.
        #[arg(value_name = "S3-URI")]
        uri: String,
    },
    /// The views that count committed rows only.
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
