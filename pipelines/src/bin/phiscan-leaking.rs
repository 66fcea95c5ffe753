//! phiscan with a leak made on purpose, for the test that looks for leaks. See the feature
//! `leak-on-purpose`.

use std::process::ExitCode;

fn main() -> ExitCode {
    pipelines::cli::run(std::env::args_os()).into()
}
