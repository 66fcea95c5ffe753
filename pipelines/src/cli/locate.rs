//! `phiscan locate`: the way back from a finding to the value, for whoever has to mend it.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::options::{Common, From, OutputFormat, OwnDetectors};
use super::scan::ScanArgs;
use super::terminal::{Terminal, Tone};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::key::{Key, Surroundings};
use crate::locate::{How, Lost, Search, Sighting, Spot, locate, note, was_stream};
use crate::own::{Paths, Rules};
use crate::query::Session;
use crate::query::recorded::{Known, Recorded};
use crate::run::again::Again;
use crate::source::{self, Source};

pub(super) const EXAMPLES: &str = "\
Examples:
  phiscan locate 5e0c1f6e                      where to look: file, record, bytes; nothing raw
  phiscan locate 5e0c1f6e --reveal             the value itself, on a terminal only
  phiscan locate 5e0c1f6e exports/             the source, where it lies elsewhere than in the scan
  zcat app.log.gz | phiscan locate 5e0c1f6e -  what was scanned from a pipe, piped again

The first 8 digits of an id are enough. It needs the key of the scan (--token-key), and reads the source
again with the options of the scan. Every call is noted in the table runs: who, when, which finding, revealed
or not. What --reveal shows stays in the terminal's scrollback: clear it.

Exit status: 0 found, 2 wrong usage (no such id, another key, --reveal without a terminal),
3 not found (gone, changed, unreadable), 4 it failed.";

/// Options of `phiscan locate`.
#[derive(Args, Debug, Clone)]
pub(super) struct LocateArgs {
    /// The finding: the column finding_id, or its first 8 digits or more.
    #[arg(value_name = "FINDING_ID")]
    pub id: String,

    /// Where to look, as given to the scan [default: what the scan was given].
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,

    #[command(flatten)]
    pub from: From,

    #[command(flatten)]
    pub own: OwnDetectors,

    /// Show the value in its line, and real names. Refused where standard output is no terminal.
    #[arg(long)]
    pub reveal: bool,

    /// The key of ids and tokens that the scan had.
    #[arg(long, value_name = "FILE")]
    pub token_key: Option<PathBuf>,

    /// The URI that stood for the scanned folder in ids [default: as in the scan].
    #[arg(long, value_name = "URI")]
    pub root: Option<String>,

    /// What goes to standard output; JSON never holds anything raw.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

pub(super) fn run(
    args: &LocateArgs,
    common: &Common,
    terminal: &Terminal,
) -> Result<ExitStatus, Error> {
    if args.reveal && (args.format == OutputFormat::Json || terminal.screen().is_none()) {
        return Err(Error::usage(
            "--reveal shows values to a person only: standard output has to be a terminal, and --format text. Nothing was read.",
        ));
    }
    let prefix = super::finding::prefix(&args.id)?;
    let session = Session::open(&args.from.from)?;
    let known = super::finding::known(&session, &prefix, terminal)?;
    let key = key(args, known.newest())?;
    let scan = super::scan_again(&session.arguments_of(&known.newest().run_id)?);
    let mut again = Again::new(rules(args, scan.as_ref())?, key);
    let sources = sources(args, scan.as_ref())?;
    if common.verbose {
        terminal.note(&format!("phiscan: {} sources to look into", sources.len()));
    }
    let search = Search {
        known: &known,
        sources: &sources,
        named: !args.sources.is_empty(),
    };
    let outcome = locate(&search, &mut again)?;
    let status = match &outcome {
        Ok(sighting) if !matches!(sighting.how, How::Other(_)) => ExitStatus::Clean,
        Ok(_) | Err(_) => ExitStatus::Incomplete,
    };
    // Before anything is shown: what cannot be noted is not shown.
    note::write(
        &args.from.from,
        &mut again,
        &known.newest().finding_id,
        args.reveal,
        &args.sources,
        status,
    )?;
    let printed = match args.format {
        OutputFormat::Text => text(args, &known, outcome.as_deref(), terminal),
        OutputFormat::Json => as_json(&known, outcome.as_deref(), terminal),
    };
    match printed {
        Ok(()) | Err(Error::Closed) => Ok(status),
        Err(error) => Err(error),
    }
}

/// The key of the finding's tokens. None is made here: a new one would fit nothing.
fn key(args: &LocateArgs, row: &Recorded) -> Result<Key, Error> {
    if row.is_run_only() {
        return Err(Error::usage(
            "this finding's id holds for its run only, since no token key was kept then: nothing can be compared with it. Scan again with --token-key FILE.",
        ));
    }
    let surroundings = Surroundings {
        ci: true,
        ..Surroundings::from_env()
    };
    let (key, _) = Key::load(args.token_key.as_deref(), &surroundings)
        .map_err(|error| Error::usage(error.to_string()))?;
    match (key.id(), &row.token_key_id) {
        (own, wanted) if own == *wanted => Ok(key),
        (own, wanted) => {
            let named = |id: Option<&str>| id.map_or("none".to_owned(), |id| format!("key {id}"));
            Err(Error::usage(format!(
                "another key made this finding's id: it was {}, and here is {}; name the key of the scan with --token-key",
                named(wanted.as_deref()),
                named(own.as_deref())
            )))
        }
    }
}

/// What finds the value again: with the detector files that the user names, else with those of the
/// scan that are still there. Policy and allow list do not change what is found.
///
/// # Errors
/// [`Error::Usage`] for a detector file that cannot be read or understood.
fn rules(args: &LocateArgs, scan: Option<&ScanArgs>) -> Result<Rules, Error> {
    let recorded = scan.map(|scan| scan.own.detectors.as_slice());
    let detectors: Vec<PathBuf> = if args.own.detectors.is_empty() {
        let recorded = recorded.unwrap_or_default().iter();
        recorded.filter(|path| path.exists()).cloned().collect()
    } else {
        args.own.detectors.clone()
    };
    Rules::load(Paths {
        detectors: &detectors,
        ..Paths::default()
    })
}

/// What to look into: what the user names, else what the scan was given and can be read again.
///
/// # Errors
/// [`Error::Usage`] for a SOURCE of a kind that this version does not read.
fn sources(args: &LocateArgs, scan: Option<&ScanArgs>) -> Result<Vec<Box<dyn Source>>, Error> {
    let mut options = scan.map(ScanArgs::source_options).unwrap_or_default();
    if let Some(root) = &args.root {
        options.root = Some(root.clone());
    }
    let parse = |text: &String| source::parse(text, &options);
    if !args.sources.is_empty() {
        return args.sources.iter().map(parse).collect();
    }
    let recorded = scan.map(|scan| scan.sources.as_slice()).unwrap_or_default();
    recorded
        .iter()
        .filter(|text| is_still_there(text))
        .map(parse)
        .collect()
}

/// Whether a recorded source is a file or folder. A stream is over, and to open one would wait for
/// a writer.
fn is_still_there(text: &str) -> bool {
    let path = text.strip_prefix("names:").unwrap_or(text);
    std::fs::metadata(path).is_ok_and(|found| found.is_file() || found.is_dir())
}

/// What came of it, in a word for programs and a sentence for people.
fn told(known: &Known, outcome: Result<&Sighting, &Lost>) -> (&'static str, String) {
    let elsewhere = if was_stream(known.newest()) {
        "It came from standard input: pipe the same bytes again, `… | phiscan locate ID -`."
    } else {
        "No unit of the sources is the finding's: the file is gone, or lies elsewhere. Name the SOURCE as in the scan, and its --root if it had one; paths are relative to the present folder."
    };
    match outcome {
        Ok(sighting) => {
            let (word, text) = match &sighting.how {
                How::There if sighting.spot.is_none() => (
                    "there",
                    "It is still there, in what the archive says of its files: a name or a comment, which has no bytes to go to.".to_owned(),
                ),
                How::There => (
                    "there",
                    "It is still there: the value at these bytes has the finding's token.".to_owned(),
                ),
                How::Moved => (
                    "moved",
                    "It is still there, at other bytes than recorded: the file has changed since.".to_owned(),
                ),
                How::Other(id) => (
                    "gone",
                    format!(
                        "The finding is gone, but the file still holds its value, as finding {id}: its record has changed, or it is another record."
                    ),
                ),
            };
            let place = if sighting.in_its_unit {
                ""
            } else {
                " The file is another than the recorded one, with the same value."
            };
            (word, format!("{text}{place}"))
        }
        Err(Lost::NoUnit) => ("no-unit", elsewhere.to_owned()),
        Err(Lost::Unread(outcome, reason)) => (
            "unread",
            format!(
                "The file cannot be read: {outcome}. {}",
                reason.map_or("", crate::unit::Reason::meaning)
            ),
        ),
        Err(Lost::Gone) => (
            "gone",
            "It is gone: the file was read to its end, and nothing in it has the finding's token. Scan again, and the finding is no longer current.".to_owned(),
        ),
        Err(Lost::NoDetector) => (
            "no-detector",
            format!(
                "It is not at the recorded bytes, and nothing tells whether it is elsewhere in the file: the detector {} is not loaded. Name its file with --detectors.",
                known.newest().detector
            ),
        ),
        Err(Lost::Partly(reason)) => (
            "partly-read",
            format!(
                "Nothing before the break has the finding's token. {}",
                reason.map_or("", crate::unit::Reason::meaning)
            ),
        ),
    }
}

fn text(
    args: &LocateArgs,
    known: &Known,
    outcome: Result<&Sighting, &Lost>,
    terminal: &Terminal,
) -> Result<(), Error> {
    let row = outcome.map_or_else(|_| known.newest(), |sighting| &sighting.row);
    terminal.print(&format!(
        "{}  {}",
        terminal.paint(Tone::Heading, &row.finding_id),
        super::finding::headline(row)
    ))?;
    let spot = outcome.ok().and_then(|seen| seen.spot.as_ref());
    let bytes = bytes_of(row, outcome);
    let unit = row.unit.as_deref().unwrap_or("not recorded");
    let mut lines = vec![("file", unit.to_owned())];
    if let Some(Spot { record, line, .. }) = spot {
        lines.push(("record", format!("{record}, line {line}")));
    }
    if !row.locator.is_empty() {
        lines.push(("locator", row.locator.clone()));
    }
    if let Some(resource) = &row.resource {
        lines.push(("resource", resource.clone()));
    }
    if let Some((start, end)) = bytes {
        lines.push((
            "bytes",
            format!("{start} to {end}, {}", layers(&row.encoding)),
        ));
    }
    if row.occurrences > 1 {
        let text = format!("{}, of which this is the first", row.occurrences);
        lines.push(("occurrences", text));
    }
    if let Some(command) = bytes.and_then(|bytes| way_there(row, bytes)) {
        lines.push(("get there", command));
    }
    for (name, text) in lines {
        terminal.print(&format!("  {name:<11} {text}"))?;
    }
    if args.reveal
        && let Ok(seen) = outcome
    {
        reveal(seen, terminal)?;
    }
    let (word, sentence) = told(known, outcome);
    let tone = if word == "there" {
        Tone::Plain
    } else {
        Tone::Warn
    };
    for line in crate::summary::wrap(&sentence, terminal.width()) {
        terminal.print(&terminal.paint(tone, &line))?;
    }
    if outcome.is_ok() && !args.reveal {
        let hint = format!(
            "To see it, on a terminal: phiscan locate {} --reveal",
            row.finding_id
        );
        terminal.print(&terminal.paint(Tone::Faint, &hint))?;
    }
    Ok(())
}

/// The bytes to tell of: where the value is now, else where it was.
fn bytes_of(row: &Recorded, outcome: Result<&Sighting, &Lost>) -> Option<(u64, u64)> {
    match outcome {
        Ok(seen) => seen.spot.as_ref().map(|at| (at.bytes.start, at.bytes.end)),
        Err(_) => row.byte_start.zip(row.byte_end),
    }
}

/// What only a screen gets.
fn reveal(seen: &Sighting, terminal: &Terminal) -> Result<(), Error> {
    let Some(screen) = terminal.screen() else {
        return Ok(());
    };
    let sight = &seen.sight;
    screen.reveal("  real file   ", &sight.path)?;
    if let Some(locator) = &sight.locator {
        screen.reveal("  real locator ", locator)?;
    }
    if let Some(resource) = &sight.resource {
        screen.reveal("  real name   ", resource)?;
    }
    screen.reveal("  the line    ", &sight.line)
}

/// The layers that were removed, in words.
fn layers(encoding: &str) -> String {
    if encoding.is_empty() {
        return "as they are in the file".to_owned();
    }
    let outer: Vec<&str> = encoding
        .split('>')
        .take_while(|layer| matches!(*layer, "gzip" | "zstd"))
        .collect();
    let mut inner: Vec<&str> = encoding.split('>').skip(outer.len()).collect();
    inner.reverse();
    match (outer.is_empty(), inner.is_empty()) {
        (false, true) => format!("counted after {}", outer.join(", ")),
        (true, _) => format!("written as {}", inner.join(" in ")),
        (false, false) => format!(
            "counted after {}, written as {}",
            outer.join(", "),
            inner.join(" in ")
        ),
    }
}

/// A command that gets at the bytes. It holds offsets and a masked path only.
fn way_there(row: &Recorded, (start, end): (u64, u64)) -> Option<String> {
    let unit = row.unit.as_deref()?;
    let kind = row.source.as_str();
    // An archive's member is reached through its archive.
    if kind != "files" || unit == "-" || unit.contains('!') {
        return None;
    }
    let plain = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '/' | '.' | '_' | '-' | '+' | '=' | ',' | '@' | '%')
    };
    let file = if !unit.starts_with('-') && unit.chars().all(plain) {
        unit
    } else {
        "FILE"
    };
    let cut = format!(
        "tail -c +{} | head -c {}",
        start + 1,
        end.saturating_sub(start)
    );
    Some(match row.encoding.split('>').next() {
        Some("gzip") => format!("zcat < {file} | {cut}"),
        Some("zstd") => format!("zstdcat < {file} | {cut}"),
        _ => format!(
            "tail -c +{} {file} | head -c {}",
            start + 1,
            end.saturating_sub(start)
        ),
    })
}

fn as_json(
    known: &Known,
    outcome: Result<&Sighting, &Lost>,
    terminal: &Terminal,
) -> Result<(), Error> {
    let row = outcome.map_or_else(|_| known.newest(), |sighting| &sighting.row);
    let (state, message) = told(known, outcome);
    let seen = outcome.ok();
    let spot = seen.and_then(|seen| seen.spot.as_ref());
    let bytes = bytes_of(row, outcome);
    let line = json!({
        "finding_id": row.finding_id,
        "state": state,
        "message": message,
        "current": known.current,
        "now_finding_id": match seen.map(|seen| &seen.how) {
            Some(How::Other(id)) => Some(id.as_str()),
            Some(_) => Some(row.finding_id.as_str()),
            None => None,
        },
        "class": row.class,
        "place": row.place(),
        "verdict": row.verdict,
        "unit": row.unit,
        "unit_token": row.unit_token,
        "in_its_unit": seen.map(|seen| seen.in_its_unit),
        "record": spot.map(|spot| spot.record),
        "line": spot.map(|spot| spot.line),
        "locator": row.locator,
        "resource": row.resource,
        "byte_start": bytes.map(|bytes| bytes.0),
        "byte_end": bytes.map(|bytes| bytes.1),
        "encoding": row.encoding,
        "occurrences": row.occurrences,
        "get_there": bytes.and_then(|bytes| way_there(row, bytes)),
    });
    terminal.print(&line.to_string())
}

#[cfg(test)]
mod tests {
    use super::layers;

    #[test]
    fn layers_are_told_in_words() {
        for (encoding, words) in [
            ("", "as they are in the file"),
            ("gzip", "counted after gzip"),
            ("percent", "written as percent"),
            ("utf-16>json-string", "written as json-string in utf-16"),
            (
                "gzip>json-string>percent",
                "counted after gzip, written as percent in json-string",
            ),
        ] {
            assert_eq!(layers(encoding), words);
        }
    }
}
