//! Measures phiscan as its users start it: the release binary, on generated files, from a cold
//! process to the committed output.
//!
//! ```text
//! corpus (made once, below target/bench) ─► measure (N runs) ─► report ─► docs/src/performance.md
//! ```
//!
//! Each bench is one small file that says what its corpus is and what is counted.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool talks to its developer"
)]

mod corpus;
mod keys;
mod leaky;
mod machine;
mod measure;
mod page;
mod report;
mod scan;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(name = "benches", about = "Measures phiscan on generated corpora")]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// A mixed application log in which one record of a thousand leaks.
    Scan(scan::Arguments),
    /// A list of object keys, one of a thousand with a patient in it.
    ScanKeys(keys::Arguments),
    /// A log in which every line leaks.
    Leaky(leaky::Arguments),
    /// All of them, at their ordinary sizes.
    All(Runs),
}

/// What all benches take.
#[derive(Args, Clone)]
struct Runs {
    /// Worker threads of phiscan
    #[arg(long, default_value_t = 2)]
    threads: u16,
    /// How often it is run
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    /// The binary to measure [default: target/release/phiscan]
    #[arg(long, value_name = "FILE")]
    phiscan: Option<PathBuf>,
    /// Print the figures only; leave docs/src/performance.md as it is
    #[arg(long)]
    no_page: bool,
}

impl Runs {
    fn binary(&self) -> Result<PathBuf, String> {
        let path = match &self.phiscan {
            Some(path) => path.clone(),
            None => root().join("target/release/phiscan"),
        };
        if path.is_file() {
            Ok(path)
        } else {
            Err(format!(
                "{} is missing: run `cargo build --release` first",
                path.display()
            ))
        }
    }
}

fn main() -> ExitCode {
    match run(&Cli::parse().bench) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("benches: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(bench: &Bench) -> Result<(), String> {
    match bench {
        Bench::Scan(arguments) => scan::run(arguments),
        Bench::ScanKeys(arguments) => keys::run(arguments),
        Bench::Leaky(arguments) => leaky::run(arguments),
        Bench::All(runs) => {
            scan::run(&scan::Arguments::ordinary(runs))?;
            keys::run(&keys::Arguments::ordinary(runs))?;
            leaky::run(&leaky::Arguments::ordinary(runs))
        }
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned)
}
