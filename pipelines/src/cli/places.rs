//! `phiscan places`: what the whitepaper says of each place, which sources reach it, and what the
//! user's own policy makes of it.

use clap::Subcommand;
use detectors::place::{Catalogue, Entry};
use serde_json::json;

use super::options::{Language, OutputFormat};
use super::places_policy::{self, PolicyArgs};
use super::table::Table;
use super::terminal::{Terminal, Tone};
use crate::error::Error;
use crate::exit::ExitStatus;

pub(super) const EXAMPLES: &str = "\
Examples:
  phiscan places list                          every entry; grep it for a service
  phiscan places show s3                       all places of a service
  phiscan places show s3:object-key            one place
  phiscan places show WP-FREE-FORM-FIELD       one entry by its policy id
  phiscan places show logs:log-event --policy policy.toml --class SSN
                                               which of your own rules decides, and why
  phiscan --lang zh-TW places list             section titles as the source text has them";

/// The subcommands of `phiscan places`.
#[derive(Subcommand, Debug, Clone)]
pub(super) enum PlacesCommand {
    /// Every entry of the catalogue, one a line.
    #[command(after_help = EXAMPLES)]
    List {
        /// What goes to standard output.
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
    /// The entries of a service (`s3`), of a place (`s3:object-key`), or with a policy id, in full.
    #[command(after_help = EXAMPLES)]
    Show {
        /// SERVICE, SERVICE:ELEMENT or POLICY-ID.
        #[arg(value_name = "PLACE")]
        place: String,

        #[command(flatten)]
        own: PolicyArgs,

        /// What goes to standard output.
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
}

pub(super) fn run(
    command: &PlacesCommand,
    language: Language,
    terminal: &Terminal,
) -> Result<ExitStatus, Error> {
    let catalogue = Catalogue::built_in().map_err(|error| Error::failed(error.to_string()))?;
    match command {
        PlacesCommand::List { format } => {
            let entries: Vec<&Entry> = catalogue.entries().iter().collect();
            match format {
                OutputFormat::Json => as_json(&catalogue, &entries, terminal)?,
                OutputFormat::Text => list(&catalogue, &entries, language, terminal)?,
            }
        }
        PlacesCommand::Show { place, own, format } => {
            let own = places_policy::answer(own, &catalogue, place)?;
            let entries = match matching(&catalogue, place) {
                Err(_) if own.as_ref().is_some_and(|own| !own.is_empty()) => Vec::new(),
                entries => entries?,
            };
            match format {
                OutputFormat::Json => {
                    as_json(&catalogue, &entries, terminal)?;
                    if let Some(own) = own {
                        own.as_json(terminal)?;
                    }
                }
                OutputFormat::Text => {
                    show(&catalogue, &entries, terminal)?;
                    if let Some(own) = own {
                        own.print(terminal)?;
                    }
                    edition(language, terminal)?;
                }
            }
        }
    }
    Ok(ExitStatus::Clean)
}

fn matching<'c>(catalogue: &'c Catalogue, asked: &str) -> Result<Vec<&'c Entry>, Error> {
    let found: Vec<&Entry> = if let Some(entry) = catalogue.policy(asked) {
        vec![entry]
    } else if asked.contains(':') {
        let place = catalogue
            .parse_place(asked)
            .map_err(|error| Error::usage(format!("`{asked}`: {error}")))?;
        let own: Vec<&Entry> = catalogue.for_place(&place).collect();
        // A place that no section names falls under the general rules: show the one that decides.
        let ruling = catalogue.rule(std::slice::from_ref(&place), &|_, _| None);
        let decides = ruling
            .policy_id
            .as_deref()
            .and_then(|id| catalogue.policy(id));
        if own.is_empty() {
            decides.into_iter().collect()
        } else {
            own
        }
    } else {
        catalogue
            .entries()
            .iter()
            .filter(|entry| entry.place.service == asked)
            .collect()
    };
    if found.is_empty() {
        return Err(Error::usage(format!(
            "no place, service or policy id `{asked}` in the catalogue; `phiscan places list` shows all"
        )));
    }
    Ok(found)
}

fn reached(catalogue: &Catalogue, entry: &Entry) -> Vec<String> {
    let reaches = catalogue.reached_by(&entry.place);
    reaches
        .iter()
        .map(|reach| format!("{} ({})", reach.source, reach.format))
        .collect()
}

fn reached_words(catalogue: &Catalogue, entry: &Entry) -> String {
    let mut sources: Vec<String> = catalogue
        .reached_by(&entry.place)
        .iter()
        .map(|reach| reach.source.clone())
        .collect();
    sources.dedup();
    if sources.is_empty() {
        "none".to_owned()
    } else {
        sources.join(", ")
    }
}

fn title(entry: &Entry, language: Language) -> &str {
    match language {
        Language::En => &entry.section_en,
        Language::ZhTw => &entry.section_zh,
    }
}

fn list(
    catalogue: &Catalogue,
    entries: &[&Entry],
    language: Language,
    terminal: &Terminal,
) -> Result<(), Error> {
    let mut table = Table::new([
        "PLACE",
        "STANCE",
        "BASIS",
        "REACHED BY",
        "POLICY",
        "SECTION",
    ]);
    for entry in entries {
        table.row([
            entry.place.to_string(),
            entry.stance.as_str().to_owned(),
            entry.basis.as_str().to_owned(),
            reached_words(catalogue, entry),
            entry.policy_id.to_string(),
            title(entry, language).to_owned(),
        ]);
    }
    table.print(terminal)?;
    terminal.print("")?;
    edition(language, terminal)
}

fn show(catalogue: &Catalogue, entries: &[&Entry], terminal: &Terminal) -> Result<(), Error> {
    for entry in entries {
        terminal.print(&terminal.paint(
            Tone::Heading,
            &format!("{}  {}", entry.place, entry.stance.as_str()),
        ))?;
        let reached = reached(catalogue, entry);
        let facts: Vec<&str> = entry.facts.iter().map(|fact| fact.as_str()).collect();
        let lines = [
            ("policy", entry.policy_id.to_string()),
            (
                "section",
                format!("{} / {}", entry.section_en, entry.section_zh),
            ),
            ("basis", basis(entry)),
            (
                "condition",
                if facts.is_empty() {
                    "none".to_owned()
                } else {
                    facts.join(" and ")
                },
            ),
            ("says", entry.note.to_string()),
            (
                "remedy",
                catalogue.remedy(&entry.place, entry.stance).to_owned(),
            ),
            (
                "reached by",
                if reached.is_empty() {
                    "none: no source of phiscan reads this place".to_owned()
                } else {
                    reached.join(", ")
                },
            ),
        ];
        for (name, text) in lines {
            if !text.is_empty() {
                terminal.print(&format!("  {name:<11} {text}"))?;
            }
        }
        terminal.print("")?;
    }
    Ok(())
}

fn basis(entry: &Entry) -> String {
    if entry.basis_reason.is_empty() {
        entry.basis.as_str().to_owned()
    } else {
        format!("{}: {}", entry.basis.as_str(), entry.basis_reason)
    }
}

fn edition(language: Language, terminal: &Terminal) -> Result<(), Error> {
    use detectors::place::edition::{EDITION, EDITION_ZH, NO_DETERMINATION, NO_DETERMINATION_ZH};
    let line = match language {
        Language::En => format!("{EDITION}. {NO_DETERMINATION}"),
        Language::ZhTw => format!("{EDITION_ZH}。{NO_DETERMINATION_ZH}"),
    };
    terminal.print(&terminal.paint(Tone::Faint, &line))
}

fn as_json(catalogue: &Catalogue, entries: &[&Entry], terminal: &Terminal) -> Result<(), Error> {
    for entry in entries {
        let facts: Vec<&str> = entry.facts.iter().map(|fact| fact.as_str()).collect();
        let line = json!({
            "policy_id": &*entry.policy_id,
            "place": entry.place,
            "service": entry.place.service,
            "element": entry.place.element,
            "stance": entry.stance.as_str(),
            "condition": facts,
            "basis": entry.basis.as_str(),
            "basis_reason": &*entry.basis_reason,
            "section_en": &*entry.section_en,
            "section_zh": &*entry.section_zh,
            "note": &*entry.note,
            "remedy": catalogue.remedy(&entry.place, entry.stance),
            "reached_by": catalogue.reached_by(&entry.place).iter().map(|reach| json!({"source": reach.source, "format": reach.format})).collect::<Vec<_>>(),
        });
        terminal.print(&line.to_string())?;
    }
    Ok(())
}
