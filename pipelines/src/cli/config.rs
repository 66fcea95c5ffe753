//! The configuration file: every option's long name is a key.
//!
//! ```toml
//! # phiscan.toml
//! out = "/secure/phiscan-out"
//! min-confidence = 0.6
//! mmap = true
//! detectors = ["mrn.toml", "specimen.toml"]
//! ```
//!
//! Flags win over `PHISCAN_…` variables, variables over the file, the file over the defaults. That
//! order comes for free: a value of the file becomes the default of its argument, so there is one
//! table of options, clap's own, and nothing to keep in step.

use std::path::Path;

use clap::builder::BoolishValueParser;
use clap::{Arg, ArgAction, Command};

use crate::error::Error;

/// The variable that sets an option: `min-confidence` is `PHISCAN_MIN_CONFIDENCE`.
#[must_use]
pub(super) fn variable(option: &str) -> String {
    format!("PHISCAN_{}", option.replace('-', "_").to_ascii_uppercase())
}

/// Options that stand for an action of the moment and have neither key nor variable.
fn is_setting(argument: &Arg) -> bool {
    argument
        .get_long()
        .is_some_and(|long| !matches!(long, "help" | "version" | "config"))
}

/// Gives every option of every subcommand its variable.
#[must_use]
pub(super) fn with_variables(command: Command) -> Command {
    each_argument(command, &|argument| match argument.get_long() {
        Some(long) if long != "help" && long != "version" => {
            let name = variable(long);
            if argument.get_action().takes_values() {
                argument.env(name).hide_env_values(true)
            } else {
                // A switch: its variable says 1 or 0, yes or no, on or off, true or false.
                argument
                    .env(name)
                    .hide_env_values(true)
                    .value_parser(BoolishValueParser::new())
            }
        }
        _ => argument,
    })
}

/// The text of the configuration file.
///
/// # Errors
/// [`Error::Usage`] for a file that cannot be read.
pub(super) fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| {
        Error::usage(format!(
            "{}: cannot read the configuration file: {error}",
            path.display()
        ))
    })
}

/// Makes the values of a file, whose text this is, the defaults of the options that they name.
///
/// # Errors
/// [`Error::Usage`] with file, line and key: for a file that cannot be parsed, a key that is no
/// option, or a value that its option refuses.
pub(super) fn with_file(command: Command, path: &Path, text: &str) -> Result<Command, Error> {
    let shown = path.display();
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        Error::usage(format!("{shown}:{line}: {}", error.message()))
    })?;
    let mut command = command;
    for (key, value) in &table {
        let line = line_of_key(text, key);
        let known = settings(&command).iter().any(|name| name == key);
        if !known {
            return Err(Error::usage(format!(
                "{shown}:{line}: unknown key `{key}`; keys are the long names of options, see `phiscan scan --help`"
            )));
        }
        let repeats = find(&command, key)
            .is_some_and(|argument| matches!(argument.get_action(), ArgAction::Append));
        let values = match value {
            toml::Value::Array(values) if repeats => values.iter().map(scalar).collect(),
            value => scalar(value).map(|value| vec![value]),
        };
        let values = values.ok_or_else(|| {
            let takes = if repeats {
                "takes a string or a list of strings"
            } else {
                "takes one string, number or true/false"
            };
            Error::usage(format!("{shown}:{line}: `{key}` {takes}"))
        })?;
        for value in &values {
            check(&command, key, value)
                .map_err(|reason| Error::usage(format!("{shown}:{line}: `{key}`: {reason}")))?;
        }
        command = each_argument(command, &|argument| {
            if argument.get_long() == Some(key) {
                argument.required(false).default_values(values.clone())
            } else {
                argument
            }
        });
    }
    Ok(command)
}

/// The long names of all options that a configuration file may set, sorted.
#[must_use]
pub(super) fn settings(command: &Command) -> Vec<String> {
    let mut names = Vec::new();
    collect(command, &mut names);
    names.sort();
    names.dedup();
    names
}

fn collect(command: &Command, names: &mut Vec<String>) {
    let own = command
        .get_arguments()
        .filter(|argument| is_setting(argument));
    names.extend(own.filter_map(|argument| argument.get_long().map(str::to_owned)));
    for sub in command.get_subcommands() {
        collect(sub, names);
    }
}

/// Runs the option's own parser over the value, so that a wrong value is reported at its line.
fn check(command: &Command, key: &str, value: &str) -> Result<(), String> {
    let Some(argument) = find(command, key) else {
        return Ok(());
    };
    let probe = Command::new("config")
        .no_binary_name(true)
        .arg(argument.clone().required(false).global(false));
    let given = if argument.get_action().takes_values() {
        vec![format!("--{key}={value}")]
    } else if value == "true" || value == "false" {
        return Ok(());
    } else {
        return Err("takes true or false".to_owned());
    };
    probe
        .try_get_matches_from(given)
        .map(|_| ())
        .map_err(|error| {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            first.strip_prefix("error: ").unwrap_or(first).to_owned()
        })
}

fn find<'c>(command: &'c Command, key: &str) -> Option<&'c Arg> {
    let own = command
        .get_arguments()
        .find(|argument| argument.get_long() == Some(key));
    own.or_else(|| command.get_subcommands().find_map(|sub| find(sub, key)))
}

fn each_argument(command: Command, change: &dyn Fn(Arg) -> Arg) -> Command {
    let mut command = command.mut_args(change);
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| each_argument(sub, change));
    }
    command
}

fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

/// The line on which a top-level key stands; 1 where it cannot be told.
fn line_of_key(text: &str, key: &str) -> usize {
    let named = |line: &str| {
        let left = line.split('=').next().unwrap_or_default().trim();
        left.trim_matches(|quote| quote == '"' || quote == '\'') == key
            || left.trim_matches(|bracket| bracket == '[' || bracket == ']') == key
    };
    text.lines().position(named).map_or(1, |index| index + 1)
}
