//! The user's own policy: what an organisation says of places, added to the whitepaper or over it.
//!
//! ```toml
//! [[entry]]
//! place = "logs:log-event"          # or "*:tag": that element of every service
//! class = "SSN"                     # optional: only values of this class
//! verdict = "forbidden"
//! citation = "ORG-SEC-014, section 3"
//! remark = "No identifiers in log messages, encrypted or not."
//!
//! [[entry]]
//! place = "*:tag"
//! class = "NAME"
//! account = "111122223333"          # optional: only data of this account
//! resource = "arn:aws:ec2:*"        # optional: only these resources
//! verdict = "permitted"
//! citation = "ORG-EXC-7"
//! until = 2027-01-31                # optional: the last day (UTC) on which the entry holds
//! ```
//!
//! The whitepaper's catalogue decides first, and with it which of the places that a value sits in is
//! the row's. Only then the policy is asked about that place ([`Policy::apply`]). So an entry that
//! lowers a verdict silences the row; it does not move it to another place. What the whitepaper says
//! stays beside it, in `also`.
//!
//! **Which entry decides.** All keys of an entry have to fit. Of several that do, one *outweighs*
//! another if it is at least as narrow in each of four respects and narrower in one: it names a
//! service, a class, an account, and more letters of the resource. Of those that none outweighs the
//! strictest decides, and of equally strict ones the first in the file. So an exception has to be
//! narrower than the rule that it is an exception from, and where two rules are narrow in different
//! ways the stricter holds.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Place;
use super::catalogue::Catalogue;
use super::terms::{Basis, ConditionState, Stance, Verdict};
use super::verdict::{Also, Ruling};
use crate::error::Error;
use crate::own::glob::LONGEST_GLOB;
use crate::own::reader::{Entry as Read, Source};
use crate::own::{Day, Glob, PlaceRule};
use crate::vocabulary::Class;

/// What all citations of an organisation begin with.
pub const CITATION_PREFIX: &str = "ORG-";

/// Most entries of a policy.
pub const MOST_ENTRIES: usize = 1000;

const KEYS: &[&str] = &[
    "place", "class", "account", "resource", "verdict", "citation", "remark", "until",
];

/// One entry of a policy.
pub struct Entry {
    /// The place that it speaks of.
    pub place: PlaceRule,
    /// Only values of this class.
    pub class: Option<Class>,
    /// Only data of this account.
    pub account: Option<Arc<str>>,
    /// Only these resources; raw.
    pub resource: Option<Glob>,
    /// What holds there.
    pub verdict: Verdict,
    /// The rule of the organisation that says so; masked once [`Policy::mask`] has been called.
    pub citation: Arc<str>,
    /// The first word of the citation; masked as that.
    pub policy_id: Arc<str>,
    /// What else is to be said; masked as the citation.
    pub remark: Arc<str>,
    /// The last day on which it holds.
    pub until: Option<Day>,
    /// Its line in the file.
    pub line: usize,
    /// How narrow it is in each respect. Entries are compared for every finding.
    narrowness: [usize; 4],
}

/// What an entry is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Value<'v> {
    /// The class, if one is meant.
    pub class: Option<Class>,
    /// The account, if it is known.
    pub account: Option<&'v str>,
    /// The raw name of the resource, if it is known.
    pub resource: Option<&'v str>,
}

/// How an entry fares for a value in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It decides.
    Decides,
    /// It fits, but the entry of that line is narrower.
    Outweighed(usize),
    /// It fits and is as narrow as any, but the entry of that line is stricter, or as strict and
    /// earlier.
    Milder(usize),
    /// A key of it does not fit: this one.
    Unfit(&'static str),
    /// Its last day has passed.
    Ended,
}

/// The entries of a policy file.
pub struct Policy {
    entries: Vec<Entry>,
    /// Entries that hold, by their element.
    by_element: HashMap<String, Vec<usize>>,
    today: Day,
    hash: String,
}

impl Policy {
    /// Reads a policy. `file` is its name for messages; entries whose `until` lies before `today`
    /// do not apply ([`Policy::ended`]).
    ///
    /// # Errors
    /// The first fault, with file, line and key, and without what stands there.
    pub fn parse(file: &str, text: &str, catalogue: &Catalogue, today: Day) -> Result<Self, Error> {
        let source = Source { file, text };
        let mut entries = Vec::new();
        let mut by_element: HashMap<String, Vec<usize>> = HashMap::new();
        for read in source.entries("entry", KEYS, MOST_ENTRIES)? {
            let entry = entry(read, catalogue)?;
            if entry.until.is_none_or(|until| until >= today) {
                by_element
                    .entry(entry.place.element().to_owned())
                    .or_default()
                    .push(entries.len());
            }
            entries.push(entry);
        }
        let digest = Sha256::digest(text);
        Ok(Self {
            entries,
            by_element,
            today,
            hash: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// SHA-256 of the file, in hex.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The entries whose last day has passed.
    pub fn ended(&self) -> impl Iterator<Item = &Entry> {
        let today = self.today;
        let ended = move |entry: &&Entry| entry.until.is_some_and(|until| until < today);
        self.entries.iter().filter(ended)
    }

    /// Replaces all text that is printed by what `mask` makes of it.
    pub fn mask(&mut self, mask: &mut dyn FnMut(&str) -> String) {
        for entry in &mut self.entries {
            for text in [&mut entry.citation, &mut entry.policy_id, &mut entry.remark] {
                *text = mask(text).into();
            }
        }
    }

    /// The entry that decides for a value in a place, if any does.
    pub fn decides(&self, place: &Place, value: Value<'_>) -> Option<&Entry> {
        let fit = self.fit(place, value);
        let unbeaten = fit
            .iter()
            .filter(|entry| !fit.iter().any(|other| other.outweighs(entry)));
        // `min_by_key` takes the first of equals, which is the rule.
        unbeaten.min_by_key(|entry| entry.verdict).copied()
    }

    fn fit(&self, place: &Place, value: Value<'_>) -> Vec<&Entry> {
        let of_element = self.by_element.get(&*place.element);
        of_element
            .into_iter()
            .flatten()
            .filter_map(|&number| self.entries.get(number))
            .filter(|entry| entry.unfit(place, value).is_none())
            .collect()
    }

    /// How every entry that speaks of a place fares for a value in it, in the order of the file.
    pub fn standings(&self, place: &Place, value: Value<'_>) -> Vec<(&Entry, Standing)> {
        let fit = self.fit(place, value);
        let winner = self.decides(place, value).map(|entry| entry.line);
        let standing = |entry: &Entry| {
            if entry.until.is_some_and(|until| until < self.today) {
                return Standing::Ended;
            }
            if let Some(key) = entry.unfit(place, value) {
                return Standing::Unfit(key);
            }
            if winner == Some(entry.line) {
                return Standing::Decides;
            }
            match fit.iter().find(|other| other.outweighs(entry)) {
                Some(narrower) => Standing::Outweighed(narrower.line),
                None => Standing::Milder(winner.unwrap_or(0)),
            }
        };
        self.entries
            .iter()
            .filter(|entry| entry.place.covers(place))
            .map(|entry| (entry, standing(entry)))
            .collect()
    }

    /// Lays the policy over a ruling: the entry that decides for its place gives verdict, basis
    /// `organisation`, policy id and citation, and what the whitepaper says goes to `also`, first.
    /// Entries for the other places in `also` stand there too.
    pub fn apply(&self, catalogue: &Catalogue, ruling: &mut Ruling, value: Value<'_>) {
        if self.by_element.is_empty() {
            return;
        }
        let mut others: Vec<Also> = Vec::new();
        for also in &ruling.also {
            let known = others.iter().any(|other| other.place == also.place);
            if also.place != ruling.place
                && !known
                && let Some(entry) = self.decides(&also.place, value)
            {
                others.push(Also {
                    place: also.place.clone(),
                    verdict: entry.verdict,
                    policy_id: Some(Arc::clone(&entry.policy_id)),
                    condition_state: state_of(entry.verdict),
                });
            }
        }
        ruling.also.extend(others);
        let Some(entry) = self.decides(&ruling.place, value) else {
            return;
        };
        let whitepaper = Also {
            place: ruling.place.clone(),
            verdict: ruling.verdict,
            policy_id: ruling.policy_id.take(),
            condition_state: ruling.condition_state,
        };
        ruling.also.insert(0, whitepaper);
        ruling.verdict = entry.verdict;
        ruling.policy_id = Some(Arc::clone(&entry.policy_id));
        ruling.basis = Some(Basis::Organisation);
        ruling.citation = Some(Arc::clone(&entry.citation));
        ruling.condition = String::new();
        ruling.condition_state = state_of(entry.verdict);
        ruling.remedy = catalogue
            .remedy(&ruling.place, stance_of(entry.verdict))
            .to_owned();
    }
}

impl Entry {
    /// The first key that does not fit.
    fn unfit(&self, place: &Place, value: Value<'_>) -> Option<&'static str> {
        if !self.place.covers(place) {
            return Some("place");
        }
        if self.class.is_some_and(|class| value.class != Some(class)) {
            return Some("class");
        }
        if self
            .account
            .as_deref()
            .is_some_and(|account| value.account != Some(account))
        {
            return Some("account");
        }
        let resource = self.resource.as_ref();
        if resource.is_some_and(|glob| !value.resource.is_some_and(|name| glob.fits(name))) {
            return Some("resource");
        }
        None
    }

    fn outweighs(&self, other: &Self) -> bool {
        let (own, others) = (self.narrowness, other.narrowness);
        own != others && own.iter().zip(others).all(|(own, other)| *own >= other)
    }
}

fn entry(mut read: Read<'_>, catalogue: &Catalogue) -> Result<Entry, Error> {
    let line = read.line();
    let place = read.parsed("place", 200, str::parse::<PlaceRule>)?;
    let place = place.ok_or_else(|| read.missing("place"))?;
    if let Err(message) = place.value.check(catalogue) {
        return Err(read.fault_of(&place, message));
    }
    let verdict = read.parsed("verdict", 60, |text| {
        text.parse::<Verdict>().map_err(|_| {
            let all: Vec<&str> = Verdict::ALL.iter().map(|word| word.as_str()).collect();
            format!("takes one of {}", all.join(", "))
        })
    })?;
    let verdict = verdict.ok_or_else(|| read.missing("verdict"))?.value;
    let citation = read.required("citation", 200)?;
    let first = citation.value.split([' ', ',', ';', '\t', '\n']).next();
    let policy_id = first.unwrap_or_default().to_owned();
    if policy_id.len() <= CITATION_PREFIX.len() || !policy_id.starts_with(CITATION_PREFIX) {
        let message = "begins with ORG- and the name of your rule, as in ORG-SEC-014";
        return Err(read.fault_of(&citation, message));
    }
    let account = read.parsed("account", 60, |text| {
        let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_account {
            Ok(Arc::from(text))
        } else {
            Err("takes the twelve digits of an account, in quotes")
        }
    })?;
    let class = read.parsed("class", 60, class)?;
    let resource = read.parsed("resource", LONGEST_GLOB, Glob::new)?;
    let remark = read.text("remark", 1000)?;
    let narrowness = [
        usize::from(place.value.names_a_service()),
        usize::from(class.is_some()),
        usize::from(account.is_some()),
        // A pattern of stars alone names nothing, but asks for a resource.
        resource.as_ref().map_or(0, |glob| 1 + glob.value.literal()),
    ];
    Ok(Entry {
        place: place.value,
        class: class.map(|field| field.value),
        account: account.map(|field| field.value),
        resource: resource.map(|field| field.value),
        verdict,
        citation: citation.value.trim().into(),
        policy_id: policy_id.into(),
        remark: remark.map_or_else(|| Arc::from(""), |field| field.value.trim().into()),
        until: read.day("until")?,
        line,
        narrowness,
    })
}

/// A class of the list, or of a user's own.
pub(crate) fn class(text: &str) -> Result<Class, String> {
    text.parse().map_err(|_| {
        let all: Vec<&str> = Class::ALL.iter().map(|class| class.as_str()).collect();
        format!(
            "takes one of {}, or a class ORG_… of your own",
            all.join(", ")
        )
    })
}

/// The stance that a verdict is of: what is to be done goes by it.
fn stance_of(verdict: Verdict) -> Stance {
    match verdict {
        Verdict::Forbidden => Stance::Forbidden,
        Verdict::NotForPhi => Stance::NotForPhi,
        Verdict::Unexpected => Stance::Unexpected,
        Verdict::ConditionUnmet | Verdict::ConditionUnknown | Verdict::ConditionMet => {
            Stance::Conditional
        }
        Verdict::NoStatement => Stance::NoStatement,
        Verdict::Permitted => Stance::Permitted,
    }
}

/// A policy asks no facts; where its verdict is about a condition, that verdict is the state.
fn state_of(verdict: Verdict) -> ConditionState {
    match verdict {
        Verdict::ConditionUnmet => ConditionState::Unmet,
        Verdict::ConditionUnknown => ConditionState::Unknown,
        Verdict::ConditionMet => ConditionState::Met,
        _ => ConditionState::NotApplicable,
    }
}
