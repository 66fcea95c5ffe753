//! Placeholder until the query room lands.
use clap::Subcommand;
use super::terminal::Terminal;
use crate::error::Error;
use crate::exit::ExitStatus;
/// The subcommands of `phiscan athena`.
#[derive(Subcommand, Debug, Clone)]
pub enum AthenaCommand { /// x
 Ddl, }
pub(super) fn run(_: &AthenaCommand, _: &Terminal) -> Result<ExitStatus, Error> { Ok(ExitStatus::Clean) }
