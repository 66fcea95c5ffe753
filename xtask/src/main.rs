//! The project's automation, so that nothing depends on a shell: `cargo xtask test`, `lint`,
//! `docs`, `bench`, `picture`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool talks to its developer"
)]

mod picture;
mod python;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The automation of phiscan")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what the tests need (a Python environment below target/) and run all of them.
    Test {
        /// Arguments for `cargo test`, for instance `-p scanner` or a test's name.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Formatting and lints, as CI checks them.
    Lint,
    /// Build the release binary and measure it; the figures go into docs/src/performance.md.
    Bench {
        /// Arguments for the benches, for instance `scan --mib 256` [default: all].
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Write the parts of the book in docs/ that are made from code, and say which changed.
    Docs,
    /// Draw docs/src/scan.svg from a real run over the sample estate.
    Picture,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Test { rest } => test(&rest),
        Task::Lint => lint(),
        Task::Bench { rest } => bench(&rest),
        Task::Docs => docs(),
        Task::Picture => picture::draw(&root()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned)
}

fn test(rest: &[String]) -> Result<(), String> {
    let python = python::environment(&root())?;
    let mut command = cargo(&["test"]);
    if rest
        .iter()
        .all(|argument| argument != "-p" && argument != "--package")
    {
        command.arg("--workspace");
    }
    // The whole-program tests start the binary that an ordinary build makes.
    run(cargo(&["build", "--package", "pipelines"]))?;
    run(command.args(rest).env("PHISCAN_PYTHON", python))
}

fn lint() -> Result<(), String> {
    run(cargo(&["fmt", "--all", "--check"]))?;
    run(cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn bench(rest: &[String]) -> Result<(), String> {
    run(cargo(&["build", "--release", "--package", "pipelines"]))?;
    let mut command = cargo(&["run", "--release", "--quiet", "--package", "benches", "--"]);
    if rest.is_empty() {
        command.arg("all");
    }
    run(command.args(rest))
}

/// The pages are made where the code is that they describe: by a test, which compares them with
/// the committed ones and, with this variable, writes them instead.
fn docs() -> Result<(), String> {
    run(cargo(&[
        "test",
        "--quiet",
        "--package",
        "pipelines",
        "--lib",
        "schema::pages",
    ])
    .env("PHISCAN_WRITE_PAGES", "1"))
}

fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

fn run(mut command: impl std::borrow::BorrowMut<Command>) -> Result<(), String> {
    let command = command.borrow_mut();
    let shown = format!("{command:?}");
    let status = command
        .status()
        .map_err(|error| format!("cannot start {shown}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("failed ({status}): {shown}"))
    }
}
