//! `phiscan scan`: read sources once, write findings, coverage and a commit, print the verdicts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use detectors::place::{Catalogue, Place, UnknownPlace, Verdict};

use super::options::{
    Common, OutputFormat, OwnDetectors, ProgressMode, parse_bytes, parse_confidence, parse_memory,
};
use super::progress::{self, Counters};
use super::said::Said;
use super::terminal::Terminal;
use crate::decode::Limits;
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::key::{Key, Surroundings};
use crate::own::{Paths, Rules};
use crate::run::{Settings, scan};
use crate::source::Options;
use crate::summary::{Counting, Summary};

/// The command's help, as `--help` prints it below the options.
pub(super) const EXAMPLES: &str = "\
Examples:
  phiscan scan exports/                        every file below a folder, whatever its format
  phiscan scan trail.json.gz --format json     one file; the summary as JSON
  phiscan scan names:/mnt/share --place elasticfilesystem:file-name
                                               file and folder names of a mounted EFS share
  phiscan scan exports/ --policy policy.toml --detectors own/ --allow allow.toml
                                               with your own rules, detectors and allowances
  aws s3api list-objects-v2 --bucket B --query 'Contents[].Key' --output text | tr '\\t' '\\n' |
    phiscan scan - --as keys                   object keys from a pipe

Exit status: 0 clean and complete, 1 findings that count, 2 wrong usage, 3 incomplete,
4 the run failed, 5 findings that count and incomplete.";

/// Options of `phiscan scan`.
#[derive(Args, Debug, Clone)]
pub(super) struct ScanArgs {
    /// What to scan: a file, a folder, `-` for standard input, `names:PATH` for file and folder names.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,

    /// The folder that findings, coverage and runs are written to. Treat it as PHI.
    #[arg(long, value_name = "DIR", default_value = "phiscan-out")]
    pub out: PathBuf,

    /// Confidence from which a finding counts.
    #[arg(long, value_name = "0..1", default_value = "0.5", value_parser = parse_confidence)]
    pub min_confidence: f64,

    /// Mildest verdict that counts: forbidden, not-for-phi, unexpected, condition-unmet,
    /// condition-unknown, no-statement, condition-met or permitted.
    #[arg(long, value_name = "VERDICT", default_value = "no-statement", value_parser = parse_verdict)]
    pub fail_on: Verdict,

    /// Your organisation's own rules for places: they add to the whitepaper's, or stand over them.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    #[command(flatten)]
    pub own: OwnDetectors,

    /// Findings that somebody answers for until a day: they are written, marked, and do not count.
    #[arg(long, value_name = "FILE")]
    pub allow: Option<PathBuf>,

    /// The key of ids and tokens: 32 bytes, or 64 hex digits. Keep it: tokens join only under one key.
    #[arg(long, value_name = "FILE")]
    pub token_key: Option<PathBuf>,

    /// Worker threads [default: one a processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Memory for blocks in flight and for findings before they go to temporary files.
    #[arg(long, value_name = "SIZE", default_value = "128MiB", value_parser = parse_memory)]
    pub memory: u64,

    /// Map files instead of reading them. Only for files that do not change meanwhile.
    #[arg(long)]
    pub mmap: bool,

    /// The URI that stands for the scanned folder in ids, so that they stay the same when it moves
    /// [default: file:// and the absolute path].
    #[arg(long, value_name = "URI")]
    pub root: Option<String>,

    /// Read every file as this format instead of recognising it.
    #[arg(long = "as", value_name = "FORMAT", value_parser = parse_format)]
    pub as_format: Option<String>,

    /// The place of what is scanned, where no record says it: SERVICE:ELEMENT. Records that say what
    /// they are (events of a trail, object keys, tags) keep their own place.
    #[arg(long, value_name = "PLACE", value_parser = parse_place)]
    pub place: Option<Place>,

    /// Most bytes that one compressed file may inflate to; the rest of it is not read.
    #[arg(long, value_name = "SIZE", default_value = "1TiB", value_parser = parse_bytes)]
    pub max_inflated: u64,

    /// Highest ratio of inflated to compressed bytes; a file beyond it is taken for a bomb.
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_ratio: u32,

    /// Most layers of archives and compression around a file; what lies deeper is not read.
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub max_depth: u8,

    /// Most members of one archive; the rest of them is not read.
    #[arg(long, value_name = "N", default_value = "1048576", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_members: u32,

    /// What goes to standard output.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,

    /// Progress on standard error.
    #[arg(long, value_enum, default_value = "auto")]
    pub progress: ProgressMode,
}

pub(super) fn run(
    args: &ScanArgs,
    common: &Common,
    arguments: &[OsString],
    terminal: &Terminal,
) -> Result<ExitStatus, Error> {
    let mut rules = Rules::load(Paths {
        detectors: &args.own.detectors,
        policy: args.policy.as_deref(),
        allow: args.allow.as_deref(),
    })?;
    let (key, note) = Key::load(args.token_key.as_deref(), &Surroundings::from_env())
        .map_err(|error| Error::usage(error.to_string()))?;
    if let Some(note) = note {
        terminal.note(&Said::new(arguments).mask(&format!("phiscan: {note}")));
    }
    let has_key = key.is_kept();
    rules.mask(&|class, value| crate::identity::mask_token(&key, class, value));
    for note in rules.notes(has_key) {
        terminal.note(&format!("phiscan: {note}"));
    }
    let ended = rules.ended();
    let settings = settings(args, arguments)?;
    let counters = Counters::default();
    let say = |line: &str| {
        if common.verbose {
            terminal.note(line);
        }
    };
    say(&format!(
        "{}{} for blocks in flight and rows{}",
        match settings.threads {
            1 => "1 worker thread, ".to_owned(),
            threads => format!("{threads} worker threads, "),
        },
        progress::size(settings.memory_bytes),
        if args.mmap { ", files are mapped" } else { "" }
    ));
    let report = progress::watch(args.progress, terminal, &counters, || {
        scan(&settings, rules, key, &counters, &say)
    })?;
    let summary = Summary {
        tally: &report.tally,
        counting: settings.counting,
        run_id: &report.run_id,
        out: &report.out,
        seconds: report.seconds,
        status: report.status,
        has_key,
        ended: &ended,
    };
    let printed = match args.format {
        OutputFormat::Text => summary.print(terminal, common.lang),
        OutputFormat::Json => terminal.print(&summary.to_json().to_string()),
    };
    match printed {
        // Who reads only the first line still gets the exit status of the whole run.
        Ok(()) | Err(Error::Closed) => Ok(report.status),
        Err(error) => Err(error),
    }
}

impl ScanArgs {
    /// What decides how sources are read.
    pub(super) fn source_options(&self) -> Options {
        Options {
            root: self.root.clone(),
            format: self.as_format.clone(),
            place: self.place.clone(),
            mmap: self.mmap,
            limits: Limits {
                ratio: self.max_ratio.into(),
                decoded_bytes: self.max_inflated,
                depth: self.max_depth.into(),
                members: self.max_members.into(),
                ..Limits::default()
            },
        }
    }
}

fn settings(args: &ScanArgs, arguments: &[OsString]) -> Result<Settings, Error> {
    let out = args.out.to_string_lossy();
    if let Some(scheme) = crate::source::scheme(&out) {
        return Err(Error::usage(format!(
            "--out takes a folder; output to {scheme}:// is not in this version"
        )));
    }
    let options = args.source_options();
    let parsed = args
        .sources
        .iter()
        .map(|source| crate::source::parse(source, &options));
    let sources = parsed.collect::<Result<_, _>>()?;
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(Settings {
        sources,
        place: args.place.clone(),
        out: args.out.clone(),
        counting: Counting {
            min_confidence: args.min_confidence,
            fail_on: args.fail_on,
        },
        threads: args.threads.map_or_else(processors, usize::from),
        memory_bytes: args.memory,
        arguments: arguments
            .iter()
            .skip(1)
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect(),
    })
}

fn parse_verdict(text: &str) -> Result<Verdict, String> {
    text.parse().map_err(|_| {
        let all: Vec<&str> = Verdict::ALL
            .iter()
            .map(|verdict| verdict.as_str())
            .collect();
        format!("expected one of {}", all.join(", "))
    })
}

fn parse_place(text: &str) -> Result<Place, String> {
    let catalogue = Catalogue::built_in().map_err(|error| error.to_string())?;
    catalogue.parse_place(text).map_err(|error| match error {
        UnknownPlace::Form(_) => {
            "expected SERVICE:ELEMENT, such as elasticfilesystem:file-name; see `phiscan places list`"
                .to_owned()
        }
        other => other.to_string(),
    })
}

fn parse_format(text: &str) -> Result<String, String> {
    if crate::format::by_name(text).is_some() {
        return Ok(text.to_owned());
    }
    let all: Vec<&str> = crate::format::FORMATS
        .iter()
        .map(|format| format.name())
        .collect();
    Err(format!("expected one of {}", all.join(", ")))
}
