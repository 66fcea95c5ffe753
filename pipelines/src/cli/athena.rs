//! `phiscan athena`: the statements that make the output's tables and views in Amazon Athena, and
//! the saved queries over them.

use clap::Subcommand;

use super::query::Given;
use super::terminal::Terminal;
use crate::athena;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::query::saved::Saved;

pub(super) const EXAMPLES: &str = "\
Examples:
  aws s3 sync phiscan-out s3://BUCKET/phi --sse aws:kms     put the output where Athena reads it
  phiscan athena ddl s3://BUCKET/phi                        tables over it; run each statement
  phiscan athena views                                      then the views, in their order
  phiscan athena queries                                    the saved queries over them
  phiscan athena queries since-last-run --param status=gone";

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
    /// The saved queries that `phiscan query` has, as statements for Athena.
    #[command(after_help = EXAMPLES)]
    Queries {
        /// One query by its name; all of them where none is given.
        #[arg(value_name = "NAME")]
        name: Option<String>,

        #[command(flatten)]
        given: Given,
    },
}

pub(super) fn run(command: &AthenaCommand, terminal: &Terminal) -> Result<ExitStatus, Error> {
    let statements = match command {
        AthenaCommand::Ddl { uri } => {
            athena::ddl(uri).map_err(|error| Error::usage(error.to_string()))?
        }
        AthenaCommand::Views => athena::views(),
        AthenaCommand::Queries {
            name: Some(name),
            given,
        } => {
            let query = Saved::named(name)?;
            let values = given.values(&query)?;
            athena::query(&query, &values)?
        }
        AthenaCommand::Queries { name: None, given } if given.param.is_empty() => {
            athena::queries()?
        }
        AthenaCommand::Queries { .. } => {
            return Err(Error::usage("--param goes with one query: name it"));
        }
    };
    terminal.print(statements.trim_end())?;
    Ok(ExitStatus::Clean)
}
