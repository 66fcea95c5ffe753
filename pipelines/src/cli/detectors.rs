//! `phiscan detectors`: what is looked for, why, and whether it still passes its own examples.

use clap::Subcommand;
use detectors::{Detector, DetectorSet, Evidence, Masker};
use serde_json::json;

use super::options::{OutputFormat, OwnDetectors};
use super::table::Table;
use super::terminal::{Terminal, Tone};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::own::Rules;

pub(super) const EXAMPLES: &str = "\
Examples:
  phiscan detectors list
  phiscan detectors show us-ssn
  phiscan detectors show mrn --format json | jq .cues
  phiscan detectors test                       also after a change of a detector file
  phiscan detectors test --detectors own/      built-in detectors and your own, together";

/// The subcommands of `phiscan detectors`.
#[derive(Subcommand, Debug, Clone)]
pub(super) enum DetectorsCommand {
    /// All detectors, one a line.
    #[command(after_help = EXAMPLES)]
    List {
        #[command(flatten)]
        own: OwnDetectors,

        /// What goes to standard output.
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
    /// One detector in full: what it finds, its cues, patterns, examples and references.
    #[command(after_help = EXAMPLES)]
    Show {
        /// The detector's id, as `phiscan detectors list` prints it.
        id: String,

        #[command(flatten)]
        own: OwnDetectors,

        /// What goes to standard output.
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
    /// Run every detector on its examples and near misses. Exit status 4 if one fails.
    #[command(after_help = EXAMPLES)]
    Test {
        #[command(flatten)]
        own: OwnDetectors,
    },
}

pub(super) fn run(command: &DetectorsCommand, terminal: &Terminal) -> Result<ExitStatus, Error> {
    let (DetectorsCommand::List { own, .. }
    | DetectorsCommand::Show { own, .. }
    | DetectorsCommand::Test { own }) = command;
    let set = Rules::detectors(&own.detectors)?;
    match command {
        DetectorsCommand::List { format, .. } => match format {
            OutputFormat::Text => list(&set, terminal)?,
            OutputFormat::Json => {
                for detector in set.detectors() {
                    terminal.print(&as_json(&set, detector).to_string())?;
                }
            }
        },
        DetectorsCommand::Show { id, format, .. } => {
            let found = set.detectors().iter().find(|detector| detector.id() == id);
            let detector = found.ok_or_else(|| {
                let masker = Masker::new(&set, &|_, _| None);
                let id = masker.mask(&mut set.scratch(), id);
                Error::usage(format!(
                    "no detector `{id}`; `phiscan detectors list` shows all"
                ))
            })?;
            match format {
                OutputFormat::Text => show(&set, detector, terminal)?,
                OutputFormat::Json => terminal.print(&as_json(&set, detector).to_string())?,
            }
        }
        DetectorsCommand::Test { .. } => return test(&set, terminal),
    }
    Ok(ExitStatus::Clean)
}

fn list(set: &DetectorSet, terminal: &Terminal) -> Result<(), Error> {
    let mut table = Table::new([
        "ID",
        "CLASS",
        "FROM",
        "SUBJECT",
        "SAFE HARBOR",
        "EXAMPLES",
        "TITLE",
    ]);
    for detector in set.detectors() {
        let spec = detector.spec();
        table.row([
            spec.id.clone(),
            spec.class.to_string(),
            if detector.is_own() { "own" } else { "built-in" }.to_owned(),
            spec.subject.to_string(),
            if spec.safe_harbor == 0 {
                "–".to_owned()
            } else {
                spec.safe_harbor.to_string()
            },
            format!("{} + {}", spec.examples.len(), spec.near_misses.len()),
            shown(set, detector, &spec.title),
        ]);
    }
    table.print(terminal)
}

/// Text of a detector's file. Built-in ones hold invented values only; in a user's own, what looks
/// like a value is masked.
fn shown(set: &DetectorSet, detector: &Detector, text: &str) -> String {
    if !detector.is_own() {
        return text.to_owned();
    }
    let masker = Masker::new(set, &|_, _| None);
    let mut scratch = set.scratch();
    let lines = text.trim().lines();
    let masked = lines.map(|line| masker.mask(&mut scratch, line).to_string());
    masked.collect::<Vec<_>>().join("\n")
}

fn show(set: &DetectorSet, detector: &Detector, terminal: &Terminal) -> Result<(), Error> {
    let spec = detector.spec();
    let shown = |text: &str| shown(set, detector, text);
    let heading = |text: &str| terminal.paint(Tone::Heading, text);
    let own = if detector.is_own() { ", your own" } else { "" };
    terminal.print(&heading(&format!(
        "{}  {} (version {})",
        spec.id,
        shown(&spec.title),
        spec.version
    )))?;
    terminal.print(&format!(
        "class {}, subject {}, Safe Harbor {}, floor {}{own}",
        spec.class, spec.subject, spec.safe_harbor, spec.floor
    ))?;
    for text in [&spec.about, &spec.why] {
        terminal.print("")?;
        terminal.print(shown(text).trim())?;
    }
    let list = |name: &str, words: &[String]| -> Result<(), Error> {
        if words.is_empty() {
            Ok(())
        } else {
            terminal.print(&format!("  {name}: {}", shown(&words.join(", "))))
        }
    };
    terminal.print("")?;
    terminal.print(&heading("Cues and suppressors"))?;
    list("strong", &spec.cue.strong)?;
    list("weak", &spec.cue.weak)?;
    list("folders", &spec.cue.folders)?;
    list("touching, in keys", &spec.cue.touching)?;
    list("hard", &spec.suppress.hard)?;
    list("soft", &spec.suppress.soft)?;
    list("labels of staff", &spec.suppress.staff)?;
    list("folders of others", &spec.suppress.folders)?;
    list("validators", &spec.validate)?;
    terminal.print(&heading("Patterns"))?;
    let slow = set.slow_patterns();
    for pattern in &spec.patterns {
        let lane = if slow.contains(&(spec.id.as_str(), pattern.id.as_str())) {
            "  (slow: every record is searched for it)"
        } else {
            ""
        };
        terminal.print(&format!(
            "  {}: {}{lane}",
            shown(&pattern.id),
            shown(&pattern.regex)
        ))?;
    }
    terminal.print(&heading("Matches"))?;
    for example in &spec.examples {
        terminal.print(&format!(
            "  {}  →  {}",
            case_text(set, detector, &example.text, Some(&example.value)),
            case_value(detector, &example.value)
        ))?;
    }
    terminal.print(&heading("Does not match"))?;
    for near_miss in &spec.near_misses {
        terminal.print(&format!(
            "  {}  ({})",
            case_text(set, detector, &near_miss.text, None),
            shown(&near_miss.why)
        ))?;
    }
    terminal.print(&heading("References"))?;
    for reference in &spec.references {
        terminal.print(&format!("  {}", shown(reference)))?;
    }
    Ok(())
}

/// The text of a case. In a user's own file, which may hold real values, the value in it is its class,
/// and every digit that is left a 9.
fn case_text(set: &DetectorSet, detector: &Detector, text: &str, value: Option<&str>) -> String {
    if !detector.is_own() {
        return text.escape_debug().to_string();
    }
    let class = format!("{{{}}}", detector.class());
    let text = match value {
        Some(value) if !value.is_empty() => text.replace(value, &class),
        _ => text.to_owned(),
    };
    let masked = shown(set, detector, &text);
    let digit = |letter: char| if letter.is_ascii_digit() { '9' } else { letter };
    let shape: String = masked.chars().map(digit).collect();
    shape.escape_debug().to_string()
}

/// The value of a case; of a user's own its shape.
fn case_value(detector: &Detector, value: &str) -> String {
    if detector.is_own() {
        Evidence::of(detector.class(), value.as_bytes()).to_string()
    } else {
        value.escape_debug().to_string()
    }
}

fn as_json(set: &DetectorSet, detector: &Detector) -> serde_json::Value {
    let spec = detector.spec();
    let shown = |text: &str| shown(set, detector, text);
    let all = |texts: &[String]| -> Vec<String> { texts.iter().map(|text| shown(text)).collect() };
    let patterns: Vec<_> = spec
        .patterns
        .iter()
        .map(|pattern| json!({"id": shown(&pattern.id), "regex": shown(&pattern.regex), "score": pattern.score}))
        .collect();
    json!({
        "id": spec.id, "version": spec.version, "class": spec.class, "subject": spec.subject,
        "safe_harbor": spec.safe_harbor, "floor": spec.floor, "title": shown(&spec.title),
        "about": shown(&spec.about), "why": shown(&spec.why), "references": all(&spec.references),
        "validators": spec.validate, "patterns": patterns,
        "cues": {"strong": all(&spec.cue.strong), "weak": all(&spec.cue.weak)},
        "suppressors": {"hard": all(&spec.suppress.hard), "soft": all(&spec.suppress.soft)},
        "examples": spec.examples.len(), "near_misses": spec.near_misses.len(),
        "own": detector.is_own(),
    })
}

fn test(set: &DetectorSet, terminal: &Terminal) -> Result<ExitStatus, Error> {
    let outcome = set.self_test();
    for failure in &outcome.failures {
        let detector = set
            .detectors()
            .iter()
            .find(|detector| detector.id() == failure.detector);
        let (text, problem) = match detector {
            Some(detector) => (
                case_text(set, detector, &failure.text, failure.value.as_deref()),
                shown(set, detector, &failure.problem),
            ),
            None => (String::new(), String::new()),
        };
        terminal.print(&format!(
            "{} {}: {text}: {problem}",
            terminal.paint(Tone::Bad, "FAILED"),
            failure.detector,
        ))?;
    }
    terminal.print(&format!(
        "{} detectors: {} examples and {} near misses, {} failed",
        set.detectors().len(),
        outcome.examples,
        outcome.near_misses,
        outcome.failures.len()
    ))?;
    Ok(if outcome.passed() {
        ExitStatus::Clean
    } else {
        ExitStatus::Failed
    })
}
