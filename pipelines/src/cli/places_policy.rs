//! `phiscan places show … --policy FILE`: which entry of the user's own policy decides for a place,
//! and why the others do not.

use std::path::PathBuf;

use clap::Args;
use detectors::place::policy::{Entry, Standing, Value};
use detectors::place::{Catalogue, Place, Policy, Verdict};
use detectors::{Class, DetectorSet, Masker};
use serde_json::json;

use super::options::OwnDetectors;
use super::terminal::{Terminal, Tone};
use crate::error::Error;
use crate::own::{Paths, Rules};

/// What is asked of a policy.
#[derive(Args, Debug, Clone)]
pub(super) struct PolicyArgs {
    /// Also what your organisation's own rules say, and which of them decides.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    #[command(flatten)]
    pub own: OwnDetectors,

    /// Ask the policy about values of this class, such as SSN.
    #[arg(long, value_name = "CLASS", value_parser = parse_class)]
    pub class: Option<Class>,

    /// Ask the policy about data of this account.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,

    /// Ask the policy about this resource: an ARN or URI.
    #[arg(long, value_name = "RESOURCE")]
    pub resource: Option<String>,
}

fn parse_class(text: &str) -> Result<Class, String> {
    text.parse().map_err(|_| {
        let all: Vec<&str> = Class::ALL.iter().map(|class| class.as_str()).collect();
        format!(
            "expected one of {}, or a class ORG_… of your own",
            all.join(", ")
        )
    })
}

/// What a policy says of a place: printable.
pub(super) struct Answer {
    asked: Asked,
    entries: Vec<Told>,
    verdict: Option<Decided>,
}

/// The value that was asked about, masked.
struct Asked {
    class: Option<Class>,
    account: Option<String>,
    resource: Option<String>,
}

/// The verdict for that value.
struct Decided {
    place: String,
    whitepaper: Verdict,
    policy: Verdict,
}

/// An entry, with all of its texts masked.
struct Told {
    line: usize,
    place: String,
    verdict: Verdict,
    citation: String,
    policy_id: String,
    class: Option<Class>,
    account: Option<String>,
    resource: Option<String>,
    until: Option<String>,
    remark: String,
    decides: bool,
    why: String,
}

/// Asks the policy, where one is given, about a place, or about all places of a service.
pub(super) fn answer(
    args: &PolicyArgs,
    catalogue: &Catalogue,
    asked: &str,
) -> Result<Option<Answer>, Error> {
    let Some(path) = &args.policy else {
        return Ok(None);
    };
    let mut rules = Rules::load(Paths {
        policy: Some(path),
        detectors: &args.own.detectors,
        allow: None,
    })?;
    rules.mask(&|_, _| None);
    let Some(policy) = &rules.policy else {
        return Ok(None);
    };
    let value = Value {
        class: args.class,
        account: args.account.as_deref(),
        resource: args.resource.as_deref(),
    };
    let place: Option<Place> = asked.parse().ok();
    let place = place.or_else(|| Some(catalogue.policy(asked)?.place.clone()));
    let standings = match &place {
        Some(place) => {
            let standings = policy.standings(place, value).into_iter();
            standings
                .map(|(entry, standing)| (entry, Some(standing)))
                .collect()
        }
        None => of_service(policy, asked),
    };
    let mut mask = Mask {
        masker: Masker::new(&rules.detectors, &|_, _| None),
        set: &rules.detectors,
    };
    let decided = place.map(|place| {
        let mut ruling = catalogue.rule(std::slice::from_ref(&place), &|_, _| None);
        let whitepaper = ruling.verdict;
        policy.apply(catalogue, &mut ruling, value);
        Decided {
            place: mask.text(&place.to_string()),
            whitepaper,
            policy: ruling.verdict,
        }
    });
    let entries = standings
        .into_iter()
        .map(|(entry, standing)| mask.told(entry, standing))
        .collect();
    Ok(Some(Answer {
        entries,
        verdict: decided,
        asked: Asked {
            class: args.class,
            account: args.account.as_deref().map(|text| mask.text(text)),
            resource: args.resource.as_deref().map(|text| mask.text(text)),
        },
    }))
}

/// Of a service as a whole nothing is asked; its entries are listed.
fn of_service<'p>(policy: &'p Policy, service: &str) -> Vec<(&'p Entry, Option<Standing>)> {
    let entries = policy.entries().iter();
    let of = entries.filter(|entry| entry.place.of_service(service));
    of.map(|entry| (entry, None)).collect()
}

struct Mask<'s> {
    masker: Masker<'s>,
    set: &'s DetectorSet,
}

impl Mask<'_> {
    fn text(&mut self, text: &str) -> String {
        self.masker.mask(&mut self.set.scratch(), text).to_string()
    }

    fn told(&mut self, entry: &Entry, standing: Option<Standing>) -> Told {
        let why = match standing {
            None => "ask about a place to know whether it decides".to_owned(),
            Some(Standing::Decides) => "it decides".to_owned(),
            Some(Standing::Outweighed(line)) => {
                format!("fits, but the entry in line {line} is narrower")
            }
            Some(Standing::Milder(line)) => format!(
                "fits and is as narrow, but the entry in line {line} is stricter, or as strict and stands first"
            ),
            Some(Standing::Unfit(key)) => format!("does not fit: its {key} is another"),
            Some(Standing::Ended) => "has ended".to_owned(),
        };
        Told {
            line: entry.line,
            place: self.text(&entry.place.to_string()),
            verdict: entry.verdict,
            citation: entry.citation.to_string(),
            policy_id: entry.policy_id.to_string(),
            class: entry.class,
            account: entry.account.as_deref().map(str::to_owned),
            resource: entry.resource.as_ref().map(|glob| self.text(glob.expose())),
            until: entry.until.map(|day| day.to_string()),
            remark: entry.remark.to_string(),
            decides: standing == Some(Standing::Decides),
            why,
        }
    }
}

impl Answer {
    /// Whether no entry speaks of the place.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Prints it for people.
    pub(super) fn print(&self, terminal: &Terminal) -> Result<(), Error> {
        terminal.print(&terminal.paint(Tone::Heading, "Your own policy"))?;
        if self.entries.is_empty() {
            terminal.print("  no entry speaks of this")?;
        }
        for told in &self.entries {
            let tone = if told.decides {
                Tone::Warn
            } else {
                Tone::Faint
            };
            let head = format!(
                "line {}  {}  {}",
                told.line,
                told.place,
                told.verdict.as_str()
            );
            terminal.print(&format!("  {}", terminal.paint(tone, &head)))?;
            let class = told.class.map(|class| class.to_string());
            let lines = [
                ("citation", Some(&told.citation)),
                ("class", class.as_ref()),
                ("account", told.account.as_ref()),
                ("resource", told.resource.as_ref()),
                ("until", told.until.as_ref()),
                ("remark", Some(&told.remark)),
                ("stands", Some(&told.why)),
            ];
            for (name, text) in lines {
                if let Some(text) = text.filter(|text| !text.is_empty()) {
                    terminal.print(&format!("    {name:<9} {text}"))?;
                }
            }
        }
        if let Some(verdict) = &self.verdict {
            let asked = self.asked.words();
            terminal.print(&format!(
                "  {}{asked}: {} by the whitepaper, {} with your policy",
                verdict.place,
                verdict.whitepaper.as_str(),
                verdict.policy.as_str()
            ))?;
        }
        terminal.print("")
    }

    /// Prints it for programs, an entry a line.
    pub(super) fn as_json(&self, terminal: &Terminal) -> Result<(), Error> {
        for told in &self.entries {
            let line = json!({
                "policy_id": told.policy_id, "place": told.place, "verdict": told.verdict.as_str(),
                "basis": "organisation", "citation": told.citation, "class": told.class,
                "account": told.account, "resource": told.resource, "until": told.until,
                "remark": told.remark, "line": told.line, "decides": told.decides, "why": told.why,
            });
            terminal.print(&line.to_string())?;
        }
        if let Some(verdict) = &self.verdict {
            let line = json!({
                "place": verdict.place, "class": self.asked.class, "account": self.asked.account,
                "resource": self.asked.resource, "verdict_by_whitepaper": verdict.whitepaper.as_str(),
                "verdict": verdict.policy.as_str(),
            });
            terminal.print(&line.to_string())?;
        }
        Ok(())
    }
}

impl Asked {
    fn words(&self) -> String {
        let class = self.class.map(|class| class.to_string());
        let words = [
            ("class", class.as_ref()),
            ("account", self.account.as_ref()),
            ("resource", self.resource.as_ref()),
        ];
        let given = words.into_iter();
        given
            .filter_map(|(name, text)| Some(format!(", {name} {}", text?)))
            .collect()
    }
}
