//! The `phiscan` command.

use std::process::ExitCode;

use pipelines::cli;

fn main() -> ExitCode {
    // A panic's message may hold what was being looked at. Say where it happened, never what.
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        cli::Terminal::of_process().note(&format!(
            "phiscan: internal error{place}; the unit concerned is marked in coverage. Please report it."
        ));
    }));
    cli::run(std::env::args_os()).into()
}
