//! The options that several subcommands share, each in one place with its help.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What a person may choose about any command. The help shows these behind a command's own options:
/// without an order, clap mixes them by how many subcommands there are.
#[derive(Args, Debug, Clone)]
pub(super) struct Common {
    /// Read option values from FILE (TOML; keys are the long names of options).
    #[arg(long, value_name = "FILE", global = true, display_order = 900)]
    pub config: Option<PathBuf>,

    /// Language of summaries and of section titles.
    #[arg(
        long,
        value_enum,
        default_value = "en",
        global = true,
        display_order = 901
    )]
    pub lang: Language,

    /// Say more on standard error: units as they are read, files as they are written.
    #[arg(long, short, global = true, display_order = 902)]
    pub verbose: bool,
}

/// What goes to standard output.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// For people.
    Text,
    /// For programs: one JSON document or one object a line.
    Json,
}

/// Languages of the summary; the whitepaper's section titles exist in both.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Traditional Chinese.
    #[value(name = "zh-TW")]
    ZhTw,
}

/// When progress is shown on standard error.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressMode {
    /// One line drawn over itself on a terminal, else a line every 30 seconds.
    Auto,
    /// The same, and a last line when the work has ended.
    Always,
    /// Nothing.
    Never,
}

/// Where findings are read from.
#[derive(Args, Debug, Clone)]
pub(super) struct From {
    /// The output folder to read.
    #[arg(long, value_name = "DIR", default_value = "phiscan-out")]
    pub from: PathBuf,
}

/// The user's own detectors.
#[derive(Args, Debug, Clone)]
pub(super) struct OwnDetectors {
    /// Detectors of your own, in a file of the built-in ones' form, or a folder of such files. May
    /// be given several times.
    #[arg(long, value_name = "FILE", action = clap::ArgAction::Append)]
    pub detectors: Vec<PathBuf>,
}

/// A number of bytes as people write it: `65536`, `64KiB`, `256MiB`, `1GiB`, `10MB`.
///
/// # Errors
/// A sentence for the user, when the text is no such number.
pub(super) fn parse_bytes(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number
        .parse()
        .map_err(|_| "expected a size such as 256MiB".to_owned())?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return Err("unknown unit; use KiB, MiB, GiB or TiB".to_owned()),
    };
    number
        .checked_mul(factor)
        .ok_or_else(|| "too large".to_owned())
}

/// Bytes that a scan may use: less than a MiB holds no block.
///
/// # Errors
/// A sentence for the user, when the text is no such number or too small.
pub(super) fn parse_memory(text: &str) -> Result<u64, String> {
    let bytes = parse_bytes(text)?;
    if bytes < 1 << 20 {
        return Err("at least 1MiB is needed".to_owned());
    }
    Ok(bytes)
}

/// A probability.
///
/// # Errors
/// A sentence for the user, when the text is no number from 0 to 1.
pub(super) fn parse_confidence(text: &str) -> Result<f64, String> {
    let number: f64 = text
        .parse()
        .map_err(|_| "expected a number from 0 to 1".to_owned())?;
    if (0.0..=1.0).contains(&number) {
        Ok(number)
    } else {
        Err("expected a number from 0 to 1".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{parse_bytes, parse_memory};

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let cases = [
            ("0", 0),
            ("65536", 65_536),
            ("64KiB", 65_536),
            ("256MiB", 268_435_456),
            ("1g", 1 << 30),
            ("10MB", 10_000_000),
        ];
        for (text, bytes) in cases {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "12 apples", "99999999999TiB", "-1"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
        assert_eq!(parse_memory("1MiB"), Ok(1 << 20));
        for text in ["0", "1023KiB", "much"] {
            assert!(parse_memory(text).is_err(), "{text}");
        }
    }
}
