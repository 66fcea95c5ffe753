//! `phiscan explain`: one finding for whoever has to decide about it and mend it.
//!
//! Nothing is read but the output folder and the tables that ship with phiscan: no source, no key,
//! no value. Names are masked as they were written.

use clap::Args;
use detectors::place::{Basis, Catalogue, Entry, Fact, Place, Stance, Step, Verdict};
use detectors::vocabulary::Vocabulary;
use detectors::{Checksum, CueKind, DetectorSet, score};
use serde_json::{Value, json};

use super::finding;
use super::options::{From, Language, OutputFormat, OwnDetectors};
use super::terminal::{Terminal, Tone};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::own::Rules;
use crate::query::Session;
use crate::query::recorded::{Known, Recorded};
use crate::summary::wrap;

pub(super) const EXAMPLES: &str = "\
Examples:
  phiscan explain 5e0c1f6e                     what it is, why it matters, what to do
  phiscan explain 5e0c1f6e --lang zh-TW        section titles as the source text has them
  phiscan explain 5e0c1f6e --format json | jq .steps

The first 8 digits of an id are enough. To see the value itself: phiscan locate FINDING_ID --reveal";

/// Options of `phiscan explain`.
#[derive(Args, Debug, Clone)]
pub(super) struct ExplainArgs {
    /// The finding: the column finding_id, or its first 8 digits or more.
    #[arg(value_name = "FINDING_ID")]
    pub id: String,

    #[command(flatten)]
    pub from: From,

    #[command(flatten)]
    pub own: OwnDetectors,

    /// What goes to standard output.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

pub(super) fn run(
    args: &ExplainArgs,
    language: Language,
    terminal: &Terminal,
) -> Result<ExitStatus, Error> {
    let prefix = finding::prefix(&args.id)?;
    let session = Session::open(&args.from.from)?;
    let known = finding::known(&session, &prefix, terminal)?;
    let failed = |error: String| Error::failed(error);
    let catalogue = Catalogue::built_in().map_err(|error| failed(error.to_string()))?;
    let detectors = Rules::detectors(&args.own.detectors)?;
    let vocabulary = Vocabulary::built_in().map_err(|error| failed(error.to_string()))?;
    let case = Case {
        known: &known,
        row: known.newest(),
        entry: known
            .newest()
            .policy_id
            .as_deref()
            .and_then(|id| entry(&catalogue, id, known.newest())),
        catalogue: &catalogue,
        detectors: &detectors,
        vocabulary: &vocabulary,
        language,
    };
    match args.format {
        OutputFormat::Text => case.print(terminal)?,
        OutputFormat::Json => terminal.print(&case.json().to_string())?,
    }
    Ok(ExitStatus::Clean)
}

/// The catalogue's entry behind a verdict. General rules have one id for several elements.
fn entry<'c>(catalogue: &'c Catalogue, policy_id: &str, row: &Recorded) -> Option<&'c Entry> {
    let of_policy = |entry: &&Entry| &*entry.policy_id == policy_id;
    let same_element = |entry: &&Entry| Some(&*entry.place.element) == row.element.as_deref();
    let entries = || catalogue.entries().iter().filter(of_policy);
    entries().find(same_element).or_else(|| entries().next())
}

/// A finding with all that is known of its detector and its place.
struct Case<'a> {
    known: &'a Known,
    row: &'a Recorded,
    /// Nothing where the organisation's own policy decided, or the place is not AWS.
    entry: Option<&'a Entry>,
    catalogue: &'a Catalogue,
    detectors: &'a DetectorSet,
    vocabulary: &'a Vocabulary,
    language: Language,
}

impl Case<'_> {
    fn meaning(&self, list: &str, word: &str) -> &str {
        self.vocabulary
            .list(list)
            .and_then(|list| list.values.iter().find(|value| value.name == word))
            .map_or("", |value| &value.meaning)
    }

    /// A word of a closed list with its meaning.
    fn told(&self, list: &str, word: &str) -> String {
        match self.meaning(list, word) {
            "" => word.to_owned(),
            meaning => format!("{word}: {meaning}"),
        }
    }

    fn spec(&self) -> Option<&detectors::spec::Spec> {
        let detectors = self.detectors.detectors().iter();
        detectors
            .map(|detector| detector.spec())
            .find(|spec| spec.id == self.row.detector)
    }

    fn section(&self) -> Option<&str> {
        match (self.entry, self.language) {
            (Some(entry), Language::En) => Some(&entry.section_en),
            (Some(entry), Language::ZhTw) => Some(&entry.section_zh),
            (None, _) => self.row.citation.as_deref(),
        }
    }

    /// Why the basis is not `stated`.
    fn basis_reason(&self) -> &str {
        let basis = self.row.basis.as_deref();
        match self.entry {
            Some(entry) if basis == Some(entry.basis.as_str()) => &entry.basis_reason,
            Some(_) if basis == Some(Basis::ReadAs.as_str()) => {
                "the data of this place was delivered to another, and its section is read as covering it there"
            }
            _ => "",
        }
    }

    /// The facts of the condition as read, `(fact, yes, no or unknown)`.
    fn facts(&self) -> Vec<(&str, &str)> {
        self.row
            .condition
            .split(';')
            .filter_map(|fact| fact.split_once('='))
            .collect()
    }

    /// What speaks for the value, each with its weight.
    fn evidence(&self) -> Vec<(String, Option<f64>)> {
        let row = self.row;
        let mut evidence = Vec::new();
        if let Ok(checksum) = row.checksum.parse::<Checksum>() {
            let weight = Some(score::checksum_weight(checksum)).filter(|weight| *weight != 0.0);
            let text = format!("check digit {}", self.told("checksum", &row.checksum));
            evidence.push((text, weight));
        }
        if let Ok(cue) = row.cue_kind.parse::<CueKind>() {
            let weight = Some(score::cue_weight(cue)).filter(|weight| *weight != 0.0);
            let text = format!("cue {}", self.told("cue_kind", &row.cue_kind));
            evidence.push((text, weight));
        }
        evidence
    }

    /// What to do, in order.
    fn steps(&self) -> Vec<&Step> {
        let element = self.row.element.clone().unwrap_or_default();
        let Ok(place) = format!("{}:{element}", self.row.service).parse::<Place>() else {
            return Vec::new();
        };
        let open: Vec<Fact> = self
            .facts()
            .into_iter()
            .filter(|(_, answer)| *answer != "yes")
            .filter_map(|(fact, _)| fact.parse().ok())
            .collect();
        let stance = self
            .entry
            .map_or_else(|| self.own_stance(), |entry| entry.stance);
        self.catalogue.steps(&place, stance, &open)
    }

    /// The stance behind a verdict that no entry of the catalogue gave.
    fn own_stance(&self) -> Stance {
        match self.row.verdict.parse() {
            Ok(Verdict::Forbidden) => Stance::Forbidden,
            Ok(Verdict::NotForPhi) => Stance::NotForPhi,
            Ok(Verdict::Unexpected) => Stance::Unexpected,
            Ok(Verdict::ConditionUnmet | Verdict::ConditionUnknown | Verdict::ConditionMet) => {
                Stance::Conditional
            }
            Ok(Verdict::Permitted) => Stance::Permitted,
            Ok(Verdict::NoStatement) | Err(_) => Stance::NoStatement,
        }
    }

    fn print(&self, terminal: &Terminal) -> Result<(), Error> {
        let row = self.row;
        let page = Page { terminal };
        let verdict = terminal.paint(finding::tone(&row.verdict), &row.verdict);
        terminal.print(&format!(
            "{}  {verdict}  severity {}",
            terminal.paint(Tone::Heading, &format!("{} in {}", row.class, row.place())),
            row.severity
        ))?;
        page.faint(&format!("finding {}", row.finding_id))?;
        if !self.known.current {
            page.plain("A newer scan no longer found it: it is not among the current findings.")?;
        }

        page.heading("What was found")?;
        page.field("class", &self.told("class", &row.class))?;
        page.field("subject", &self.told("subject", &row.subject))?;
        page.field("evidence", &self.shape())?;
        page.field("confidence", &self.confidence())?;
        for (text, weight) in self.evidence() {
            let half = if text.starts_with("cue") {
                ", half where the cue is a weak one"
            } else {
                ""
            };
            let weight = weight.map_or(String::new(), |weight| format!(" ({weight:+.1}{half})"));
            page.field("", &format!("{text}{weight}"))?;
        }
        for (name, classes) in [("could be", &row.other_classes), ("embeds", &row.contains)] {
            if !classes.is_empty() {
                page.field(name, &classes.join(", "))?;
            }
        }
        page.field(
            "detector",
            &match self.spec() {
                Some(spec) => format!("{} {}: {}", row.detector, row.detector_version, spec.title),
                None => format!("{} {}", row.detector, row.detector_version),
            },
        )?;
        for reference in self.spec().iter().flat_map(|spec| &spec.references) {
            page.field("", reference)?;
        }

        page.heading("Where")?;
        page.field("place", &row.place())?;
        for (name, text) in self.positions() {
            page.field(name, &text)?;
        }

        page.heading("Why it matters")?;
        page.field("verdict", &self.told("verdict", &row.verdict))?;
        match (&row.policy_id, self.section()) {
            (Some(policy), Some(section)) => {
                page.field("says so", &format!("{section} ({policy})"))?
            }
            (Some(policy), None) => page.field("says so", policy)?,
            (None, _) => page.field("says so", "no section: the place is not AWS")?,
        }
        if let Some(basis) = &row.basis {
            let reason = self.basis_reason();
            let colon = if reason.is_empty() { "" } else { "; " };
            page.field(
                "basis",
                &format!("{}{colon}{reason}", self.told("basis", basis)),
            )?;
        }
        if let Some(entry) = self.entry {
            page.field("it says", &entry.note)?;
        }
        for (number, (fact, answer)) in self.facts().into_iter().enumerate() {
            let name = if number == 0 { "condition" } else { "" };
            page.field(
                name,
                &format!("{fact}={answer}: {}", self.meaning("fact", fact)),
            )?;
        }
        if !row.condition.is_empty() {
            page.field("", &self.told("condition_state", &row.condition_state))?;
        }
        for (number, also) in row.also.iter().enumerate() {
            let name = if number == 0 { "also" } else { "" };
            let policy = also.policy_id.as_deref().unwrap_or_default();
            let text = format!(
                "{}:{} {} {policy}",
                also.service, also.element, also.verdict
            );
            page.field(name, text.trim_end())?;
        }

        page.heading("What to do")?;
        if let Some(lead) = self.lead() {
            page.plain(lead)?;
        }
        let steps = self.steps();
        let (remains, acts): (Vec<&Step>, Vec<&Step>) = steps
            .into_iter()
            .partition(|step| matches!(step, Step::Remains(_)));
        for (number, step) in acts.iter().enumerate() {
            let kind = match step {
                Step::Check(_) => "Check: ",
                Step::Remove(_) => "Cannot be undone: ",
                Step::Change(_) | Step::Remains(_) => "",
            };
            page.item(&format!("{}.", number + 1), kind, step)?;
        }
        if !remains.is_empty() {
            page.plain("What stays behind:")?;
        }
        for step in remains {
            page.item("–", "", step)?;
        }

        terminal.print("")?;
        page.faint(&format!(
            "To see the value, on a terminal: phiscan locate {} --reveal",
            row.finding_id
        ))?;
        use detectors::place::edition::{
            EDITION, EDITION_ZH, NO_DETERMINATION, NO_DETERMINATION_ZH,
        };
        page.faint(&match self.language {
            Language::En => format!("{EDITION}. {NO_DETERMINATION}"),
            Language::ZhTw => format!("{EDITION_ZH}。{NO_DETERMINATION_ZH}"),
        })
    }

    fn shape(&self) -> String {
        let row = self.row;
        let mut text = format!("shape {}", row.evidence);
        if row.safe_harbor > 0 {
            text.push_str(&format!(
                "; identifier {} of the 18 of Safe Harbor (45 CFR 164.514(b)(2))",
                row.safe_harbor
            ));
        }
        if row.reserved {
            text.push_str("; a published sample or test value, which does not count");
        }
        if row.suppressed {
            text.push_str("; on the allow list");
            if let (Some(owner), Some(until)) = (&row.suppressed_by, &row.suppressed_until) {
                text.push_str(&format!(" of {owner} until {until}"));
            }
            if let Some(reason) = &row.suppressed_reason {
                text.push_str(&format!(": {reason}"));
            }
        }
        text
    }

    fn confidence(&self) -> String {
        let model = score::MODEL;
        let calibrated = if model.starts_with("uncalibrated") {
            ", an ordering and not a measured probability"
        } else {
            ""
        };
        format!(
            "{} (model {model}{calibrated}); it starts from the pattern's own score and adds, in log-odds:",
            self.row.confidence
        )
    }

    /// Where the value is, by name.
    fn positions(&self) -> Vec<(&'static str, String)> {
        let row = self.row;
        let mut all = Vec::new();
        if let Some(unit) = &row.unit {
            all.push(("file", unit.clone()));
        }
        if !row.locator.is_empty() {
            all.push(("locator", row.locator.clone()));
        }
        if let Some(resource) = &row.resource {
            all.push(("resource", resource.clone()));
        }
        if let Some((start, end)) = row.byte_start.zip(row.byte_end) {
            let layers = if row.encoding.is_empty() {
                String::new()
            } else {
                format!(", layers {}", row.encoding)
            };
            all.push(("bytes", format!("{start} to {end}{layers}")));
        }
        if row.occurrences > 1 {
            all.push(("occurrences", row.occurrences.to_string()));
        }
        if let Some(producer) = &row.producer {
            all.push(("written by", producer.clone()));
        }
        if row.account_id != "none" || row.region != "none" {
            all.push((
                "account",
                format!("{}, Region {}", row.account_id, row.region),
            ));
        }
        all
    }

    /// What stands before the steps where the verdict asks for nothing.
    fn lead(&self) -> Option<&'static str> {
        let is_own = self.row.basis.as_deref() == Some(Basis::Organisation.as_str());
        match self.row.verdict.parse() {
            Ok(Verdict::ConditionMet | Verdict::Permitted) if is_own => Some(
                "Your own policy allows it here and asks for nothing; what the whitepaper says stands above, under `also`. To mend it all the same:",
            ),
            Ok(Verdict::ConditionMet) => Some(
                "The condition holds, so the whitepaper asks for nothing here. Where your own policy does:",
            ),
            Ok(Verdict::Permitted) => {
                Some("The whitepaper allows it here. Where your own policy does not:")
            }
            _ => None,
        }
    }

    fn json(&self) -> Value {
        let row = self.row;
        let spec = self.spec();
        let also: Vec<Value> = row
            .also
            .iter()
            .map(|also| {
                json!({
                    "place": format!("{}:{}", also.service, also.element), "verdict": also.verdict,
                    "policy_id": also.policy_id, "condition_state": also.condition_state,
                })
            })
            .collect();
        let steps: Vec<Value> = self
            .steps()
            .into_iter()
            .map(|step| {
                json!({"kind": step.kind(), "text": step.text(), "irreversible": step.is_irreversible()})
            })
            .collect();
        let evidence: Vec<Value> = self
            .evidence()
            .into_iter()
            .map(|(text, weight)| json!({"text": text, "log_odds": weight}))
            .collect();
        let facts: Vec<Value> = self
            .facts()
            .into_iter()
            .map(|(fact, answer)| json!({"fact": fact, "answer": answer, "meaning": self.meaning("fact", fact)}))
            .collect();
        let value = json!({
            "class": row.class, "class_meaning": self.meaning("class", &row.class),
            "subject": row.subject, "safe_harbor": row.safe_harbor, "shape": row.evidence,
            "reserved": row.reserved, "suppressed": row.suppressed,
            "suppressed_by": row.suppressed_by, "suppressed_reason": row.suppressed_reason,
            "suppressed_until": row.suppressed_until,
            "other_classes": row.other_classes, "contains": row.contains,
            "confidence": row.confidence, "score_model": score::MODEL,
            "checksum": row.checksum, "cue_kind": row.cue_kind, "evidence": evidence,
            "detector": {
                "id": row.detector, "version": row.detector_version,
                "title": spec.map(|spec| &spec.title), "why": spec.map(|spec| spec.why.trim()),
                "references": spec.map(|spec| &spec.references),
            },
        });
        let position = json!({
            "unit": row.unit, "resource": row.resource, "locator": row.locator,
            "byte_start": row.byte_start, "byte_end": row.byte_end, "encoding": row.encoding,
            "occurrences": row.occurrences, "producer": row.producer,
            "account_id": row.account_id, "region": row.region, "event_time": row.event_time,
        });
        let judgement = json!({
            "verdict": row.verdict, "meaning": self.meaning("verdict", &row.verdict),
            "policy_id": row.policy_id, "section": self.section(), "citation": row.citation,
            "basis": row.basis, "basis_reason": self.basis_reason(),
            "says": self.entry.map(|entry| &*entry.note),
            "condition": facts, "condition_state": row.condition_state, "also": also,
            "whitepaper_edition": detectors::place::edition::EDITION,
        });
        json!({
            "finding_id": row.finding_id, "current": self.known.current, "run_id": row.run_id,
            "place": row.place(), "severity": row.severity,
            "value": value, "position": position, "judgement": judgement,
            "remedy": row.remedy, "steps": steps,
            "notice": detectors::place::edition::NO_DETERMINATION,
        })
    }
}

/// Text on the terminal, broken at its width.
struct Page<'t> {
    terminal: &'t Terminal,
}

/// Columns of the names of fields.
const NAMES: usize = 14;

impl Page<'_> {
    fn heading(&self, text: &str) -> Result<(), Error> {
        self.terminal.print("")?;
        self.terminal
            .print(&self.terminal.paint(Tone::Heading, text))
    }

    fn plain(&self, text: &str) -> Result<(), Error> {
        self.indented("  ", "  ", text)
    }

    fn faint(&self, text: &str) -> Result<(), Error> {
        for line in wrap(text, self.terminal.width()) {
            self.terminal
                .print(&self.terminal.paint(Tone::Faint, &line))?;
        }
        Ok(())
    }

    fn field(&self, name: &str, text: &str) -> Result<(), Error> {
        let first = format!("  {name:<width$}", width = NAMES - 2);
        self.indented(&first, &" ".repeat(NAMES), text)
    }

    fn item(&self, number: &str, kind: &str, step: &Step) -> Result<(), Error> {
        let first = format!("  {number:<3}");
        let text = format!("{kind}{}", step.text());
        if !step.is_irreversible() {
            return self.indented(&first, "     ", &text);
        }
        let width = self.terminal.width().saturating_sub(5);
        for (number, line) in wrap(&text, width).iter().enumerate() {
            let margin = if number == 0 { first.as_str() } else { "     " };
            let line = self.terminal.paint(Tone::Warn, line);
            self.terminal.print(&format!("{margin}{line}"))?;
        }
        Ok(())
    }

    fn indented(&self, first: &str, rest: &str, text: &str) -> Result<(), Error> {
        let width = self.terminal.width().saturating_sub(rest.len());
        for (number, line) in wrap(text, width).iter().enumerate() {
            let margin = if number == 0 { first } else { rest };
            self.terminal.print(format!("{margin}{line}").trim_end())?;
        }
        Ok(())
    }
}
