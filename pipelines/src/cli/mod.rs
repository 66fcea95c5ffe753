//! The `phiscan` command: one file a subcommand, each with its options, help and examples.

mod athena;
mod config;
mod detectors;
mod explain;
mod export;
mod finding;
mod locate;
mod man;
mod options;
mod places;
mod places_policy;
mod progress;
mod query;
mod said;
mod scan;
mod table;
mod terminal;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

pub use options::{Language, OutputFormat, ProgressMode};
pub use progress::{Counters, duration};
pub use terminal::{Screen, Terminal, Tone};

use crate::error::Error;
use crate::exit::ExitStatus;
use said::Said;

/// Finds PHI in AWS, in the places where it must not be.
#[derive(Parser, Debug)]
#[command(
    name = "phiscan",
    version,
    long_about = "\
Finds protected health information (PHI) in AWS and judges each hit by the place it sits in, as AWS's
whitepaper \"Architecting for HIPAA Security and Compliance on AWS\" says, section by section.
Findings and proof of what was read are written as Parquet that Athena reads. Nothing that phiscan
writes holds a detected value."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    common: options::Common,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Scan sources once; findings, coverage and a commit go to --out.
    #[command(after_help = scan::EXAMPLES)]
    Scan(Box<scan::ScanArgs>),
    /// Explain a finding: what it is, why it must not be there, and what to do, step by step.
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::ExplainArgs),
    /// Find a finding's value again in its source: where to look, or with --reveal the value.
    #[command(after_help = locate::EXAMPLES)]
    Locate(locate::LocateArgs),
    /// Run SQL over findings.
    #[command(after_help = query::EXAMPLES)]
    Query(query::QueryArgs),
    /// Write findings in another format.
    #[command(after_help = export::EXAMPLES)]
    Export(export::ExportArgs),
    /// The detectors: list, show one, test all on their examples.
    #[command(subcommand, after_help = detectors::EXAMPLES)]
    Detectors(detectors::DetectorsCommand),
    /// The whitepaper's places and what each may hold.
    #[command(subcommand, after_help = places::EXAMPLES)]
    Places(places::PlacesCommand),
    /// Table definitions and views for Amazon Athena.
    #[command(subcommand, after_help = athena::EXAMPLES)]
    Athena(athena::AthenaCommand),
    /// A completion script for your shell, on standard output.
    #[command(after_help = "\
Example, for bash:
  phiscan completions bash > ~/.local/share/bash-completion/completions/phiscan")]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Manual pages, one a command, on standard output.
    #[command(hide = true)]
    Man(man::ManArgs),
}

/// Runs the command that `arguments` ask for (the first one is the program's name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let terminal = Terminal::of_process();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut said = Said::new(&arguments);
    let outcome = parse(&arguments, &mut said, &terminal).and_then(|parsed| match parsed {
        Parsed::Run(cli) => dispatch(*cli, &arguments, &terminal),
        Parsed::Done(status) => Ok(status),
    });
    outcome.unwrap_or_else(|error| {
        if !matches!(error, Error::Closed) {
            terminal.note(&said.mask(&format!("phiscan: {error}")));
        }
        error.status()
    })
}

enum Parsed {
    Run(Box<Cli>),
    Done(ExitStatus),
}

/// The command line as clap sees it, with the values of the configuration file as defaults.
fn parse(arguments: &[OsString], said: &mut Said, terminal: &Terminal) -> Result<Parsed, Error> {
    let mut command = config::with_variables(Cli::command());
    if let Some(path) = config_path(&command, arguments) {
        let text = config::read(&path)?;
        said.add(&text);
        command = config::with_file(command, &path, &text)?;
    }
    let parsed = command
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => Ok(Parsed::Run(Box::new(cli))),
        Err(error) => shown(&error, arguments, said, terminal),
    }
}

/// What an earlier scan was told, from its arguments as recorded, under today's variables. Nothing
/// where they are not those of a scan, or are no longer understood.
fn scan_again(recorded: &[String]) -> Option<scan::ScanArgs> {
    let arguments: Vec<OsString> = std::iter::once("phiscan")
        .chain(recorded.iter().map(String::as_str))
        .map(OsString::from)
        .collect();
    let mut command = config::with_variables(Cli::command());
    if let Some(path) = config_path(&command, &arguments) {
        let text = config::read(&path).ok()?;
        command = config::with_file(command, &path, &text).ok()?;
    }
    let matches = command.try_get_matches_from(arguments).ok()?;
    match Cli::from_arg_matches(&matches).ok()?.command {
        Command::Scan(args) => Some(*args),
        _ => None,
    }
}

/// Help and version are answers; everything else that clap says is a usage error.
fn shown(
    error: &clap::Error,
    arguments: &[OsString],
    said: &Said,
    terminal: &Terminal,
) -> Result<Parsed, Error> {
    let text = error.render().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            terminal.write(text.as_bytes())?;
            Ok(Parsed::Done(ExitStatus::Clean))
        }
        _ => {
            terminal.note(said.mask(text.trim_end()).as_str());
            if let Some(name) = from_variable(error, arguments) {
                terminal.note(&format!("The value comes from the variable {name}."));
            }
            Ok(Parsed::Done(ExitStatus::Usage))
        }
    }
}

/// The variable that a refused value came from, when the command line does not name its option.
fn from_variable(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let flag = option.split([' ', '=']).next()?;
    let named = |argument: &OsString| {
        let text = argument.to_string_lossy();
        text.split('=').next() == Some(flag)
    };
    let name = config::variable(flag.strip_prefix("--")?);
    let given = !arguments.iter().any(named) && std::env::var_os(&name).is_some();
    given.then_some(name)
}

/// `--config FILE` or `PHISCAN_CONFIG`, looked for before the whole line is parsed.
fn config_path(command: &clap::Command, arguments: &[OsString]) -> Option<std::path::PathBuf> {
    let lenient = command.clone().ignore_errors(true);
    let matches = lenient.try_get_matches_from(arguments).ok()?;
    let mut level = Some(&matches);
    while let Some(matches) = level {
        if let Ok(Some(path)) = matches.try_get_one::<std::path::PathBuf>("config") {
            return Some(path.clone());
        }
        level = matches.subcommand().map(|(_, sub)| sub);
    }
    None
}

fn dispatch(cli: Cli, arguments: &[OsString], terminal: &Terminal) -> Result<ExitStatus, Error> {
    let common = &cli.common;
    match cli.command {
        Command::Scan(args) => scan::run(&args, common, arguments, terminal),
        Command::Explain(args) => explain::run(&args, common.lang, terminal),
        Command::Locate(args) => locate::run(&args, common, terminal),
        Command::Query(args) => query::run(&args, terminal),
        Command::Export(args) => export::run(&args, terminal),
        Command::Detectors(command) => detectors::run(&command, terminal),
        Command::Places(command) => places::run(&command, common.lang, terminal),
        Command::Athena(command) => athena::run(&command, terminal),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "phiscan", &mut script);
            terminal.write(&script)?;
            Ok(ExitStatus::Clean)
        }
        Command::Man(args) => man::run(&args, config::with_variables(Cli::command()), terminal),
    }
}
