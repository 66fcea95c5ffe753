//! `phiscan man`: manual pages, one a command, made from the same definitions as the help.
//!
//! Hidden from the help, since packagers want it and hardly anybody else: `cargo xtask dist` puts all
//! pages into the release archive. A page lists the pages below it under SUBCOMMANDS.

use clap::{Args, Command};

use super::terminal::Terminal;
use crate::error::Error;
use crate::exit::ExitStatus;

/// Options of `phiscan man`.
#[derive(Args, Debug, Clone)]
pub(super) struct ManArgs {
    /// Whose page: none for phiscan's own, `places show` for that of a command below `places`.
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Writes the page of a command of `program` to standard output, in roff.
pub(super) fn run(
    args: &ManArgs,
    program: Command,
    terminal: &Terminal,
) -> Result<ExitStatus, Error> {
    let mut program = program.disable_help_subcommand(true);
    // Gives the commands below it their full names and the options that all share.
    program.build();
    let mut command = &program;
    for name in &args.command {
        command = command
            .find_subcommand(name)
            .ok_or_else(|| Error::usage("no command has this name: see `phiscan --help`"))?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(|error| Error::failed(error.to_string()))?;
    terminal.write(&page)?;
    Ok(ExitStatus::Clean)
}
