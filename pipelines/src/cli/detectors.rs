//! `phiscan detectors`: what is looked for, why, and whether it still passes its own examples.

use clap::Subcommand;
use detectors::{Detector, DetectorSet};
use serde_json::json;

use super::options::OutputFormat;
use super::table::Table;
use super::terminal::{Terminal, Tone};
use crate::error::Error;
use crate::exit::ExitStatus;

pub(super) const EXAMPLES: &str = "\
Examples:
  phiscan detectors list
  phiscan detectors show us-ssn
  phiscan detectors show mrn --format json | jq .cues
  phiscan detectors test                       also after a change of a detector file";

/// The subcommands of `phiscan detectors`.
#[derive(Subcommand, Debug, Clone)]
pub(super) enum DetectorsCommand {
    /// All detectors, one a line.
    #[command(after_help = EXAMPLES)]
    List {
        /// What goes to standard output.
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
    /// One detector in full: what it finds, its cues, patterns, examples and references.
    #[command(after_help = EXAMPLES)]
    Show {
        /// The detector's id, as `phiscan detectors list` prints it.
        id: String,
        /// What goes to standard output.
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
    /// Run every detector on its examples and near misses. Exit status 4 if one fails.
    #[command(after_help = EXAMPLES)]
    Test,
}

pub(super) fn run(command: &DetectorsCommand, terminal: &Terminal) -> Result<ExitStatus, Error> {
    let set = DetectorSet::built_in().map_err(|error| Error::failed(error.to_string()))?;
    match command {
        DetectorsCommand::List {
            format: OutputFormat::Text,
        } => list(&set, terminal)?,
        DetectorsCommand::List {
            format: OutputFormat::Json,
        } => {
            for detector in set.detectors() {
                terminal.print(&as_json(detector).to_string())?;
            }
        }
        DetectorsCommand::Show { id, format } => {
            let found = set.detectors().iter().find(|detector| detector.id() == id);
            let detector = found.ok_or_else(|| {
                Error::usage(format!(
                    "no detector `{id}`; `phiscan detectors list` shows all"
                ))
            })?;
            match format {
                OutputFormat::Text => show(detector, terminal)?,
                OutputFormat::Json => terminal.print(&as_json(detector).to_string())?,
            }
        }
        DetectorsCommand::Test => return test(&set, terminal),
    }
    Ok(ExitStatus::Clean)
}

fn list(set: &DetectorSet, terminal: &Terminal) -> Result<(), Error> {
    let mut table = Table::new(["ID", "CLASS", "SUBJECT", "SAFE HARBOR", "EXAMPLES", "TITLE"]);
    for detector in set.detectors() {
        let spec = detector.spec();
        table.row([
            spec.id.clone(),
            spec.class.to_string(),
            spec.subject.to_string(),
            if spec.safe_harbor == 0 {
                "–".to_owned()
            } else {
                spec.safe_harbor.to_string()
            },
            format!("{} + {}", spec.examples.len(), spec.near_misses.len()),
            spec.title.clone(),
        ]);
    }
    table.print(terminal)
}

fn show(detector: &Detector, terminal: &Terminal) -> Result<(), Error> {
    let spec = detector.spec();
    let heading = |text: &str| terminal.paint(Tone::Heading, text);
    terminal.print(&heading(&format!(
        "{}  {} (version {})",
        spec.id, spec.title, spec.version
    )))?;
    terminal.print(&format!(
        "class {}, subject {}, Safe Harbor {}, floor {}",
        spec.class, spec.subject, spec.safe_harbor, spec.floor
    ))?;
    for text in [&spec.about, &spec.why] {
        terminal.print("")?;
        terminal.print(text.trim())?;
    }
    let list = |name: &str, words: &[String]| -> Result<(), Error> {
        if words.is_empty() {
            Ok(())
        } else {
            terminal.print(&format!("  {name}: {}", words.join(", ")))
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
    for pattern in &spec.patterns {
        terminal.print(&format!("  {}: {}", pattern.id, pattern.regex))?;
    }
    terminal.print(&heading("Matches"))?;
    for example in &spec.examples {
        terminal.print(&format!(
            "  {}  →  {}",
            example.text.escape_debug(),
            example.value.escape_debug()
        ))?;
    }
    terminal.print(&heading("Does not match"))?;
    for near_miss in &spec.near_misses {
        terminal.print(&format!(
            "  {}  ({})",
            near_miss.text.escape_debug(),
            near_miss.why
        ))?;
    }
    terminal.print(&heading("References"))?;
    for reference in &spec.references {
        terminal.print(&format!("  {reference}"))?;
    }
    Ok(())
}

fn as_json(detector: &Detector) -> serde_json::Value {
    let spec = detector.spec();
    let patterns: Vec<_> = spec
        .patterns
        .iter()
        .map(|pattern| json!({"id": pattern.id, "regex": pattern.regex, "score": pattern.score}))
        .collect();
    json!({
        "id": spec.id, "version": spec.version, "class": spec.class, "subject": spec.subject,
        "safe_harbor": spec.safe_harbor, "floor": spec.floor, "title": spec.title,
        "about": spec.about, "why": spec.why, "references": spec.references,
        "validators": spec.validate, "patterns": patterns,
        "cues": {"strong": spec.cue.strong, "weak": spec.cue.weak},
        "suppressors": {"hard": spec.suppress.hard, "soft": spec.suppress.soft},
        "examples": spec.examples.len(), "near_misses": spec.near_misses.len(),
    })
}

fn test(set: &DetectorSet, terminal: &Terminal) -> Result<ExitStatus, Error> {
    let outcome = set.self_test();
    for failure in &outcome.failures {
        terminal.print(&format!(
            "{} {}: {}: {}",
            terminal.paint(Tone::Bad, "FAILED"),
            failure.detector,
            failure.text.escape_debug(),
            failure.problem
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
