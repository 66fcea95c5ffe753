//! The place catalogue: what the whitepaper says of each place, from its tables.
//!
//! The tables (`places/whitepaper-*.toml`) have a row for each section, service and stance. A row
//! names its elements, and each becomes an [`Entry`] with a policy id of its own. Entries of one
//! place are kept in the order of precedence, so that the first one decides:
//!
//! 1. the service's own section, then another section's remark about the place;
//! 2. within each, the stricter stance, then the plainer basis, then the order of the tables.
//!
//! Rows of service `*` are general rules. They are found by their policy id and apply where no
//! entry speaks of a place (see [`super::verdict`]).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::Place;
use super::reached::{Reach, Reached};
use super::remedy::{Remedies, Step};
use super::table::{CatalogueError, Table, shipped};
use super::terms::{Basis, Fact, Stance};

/// The service word of general rules in the tables.
pub const ALL_SERVICES: &str = "*";
/// The element that stands for whatever of a service no entry names.
pub const CONTENT: &str = "content";
/// General rule: free-form fields of any service.
pub const FREE_FORM_FIELD: &str = "WP-FREE-FORM-FIELD";
/// General rule: contents only in HIPAA-eligible services.
pub const ELIGIBLE_SERVICE: &str = "WP-ELIGIBLE-SERVICE";
/// General rule: PHI is encrypted at rest and in transit.
pub const ENCRYPTION: &str = "WP-ENCRYPTION";

/// One statement of the whitepaper about one place.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Stable name, such as `WP-S3-OBJECT-KEY`.
    pub policy_id: Arc<str>,
    /// The place; its service is `*` for a general rule.
    pub place: Place,
    /// What is said of it.
    pub stance: Stance,
    /// What the condition asks, all of it; empty where the stance is not conditional.
    pub facts: Vec<Fact>,
    /// How plainly it is said.
    pub basis: Basis,
    /// Why the basis is not `stated`, in one sentence; empty where it is.
    pub basis_reason: Arc<str>,
    /// English title of the section that says it.
    pub section_en: Arc<str>,
    /// Title of that section in Traditional Chinese.
    pub section_zh: Arc<str>,
    /// What the section says, in our words, with what no configuration can answer.
    pub note: Arc<str>,
    /// Number of the row in the tables, from 0.
    pub row: usize,
    /// Whether it is another section's remark, which the service's own section outranks.
    pub remark: bool,
    /// The other place that this entry is a remark about.
    pub about: Option<Place>,
    /// Places whose data may be delivered to this one: what their sections say is read as covering
    /// it here.
    pub carries: Arc<[Place]>,
    /// Policy id of the general rule that carries the entry too.
    pub besides: Option<Arc<str>>,
    /// The section under which the tables list the row.
    pub listed_under: Arc<str>,
}

/// A title of the whitepaper's table of contents.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// English title.
    pub en: String,
    /// Title above the section, in Traditional Chinese.
    pub zh: String,
    /// As the table of contents prints it, where that differs.
    pub toc: Option<String>,
    /// Front or back matter.
    #[serde(default)]
    pub front: bool,
    /// English title of the section that it is a part of.
    pub parent: Option<String>,
}

/// All entries, and the general rules for what no entry names.
#[derive(Debug)]
pub struct Catalogue {
    entries: Vec<Entry>,
    titles: Vec<Title>,
    /// Entries of a place, in the order of precedence; remarks about it included.
    by_place: HashMap<Place, Vec<usize>>,
    by_policy: HashMap<Arc<str>, usize>,
    /// Entry of the rule on free-form fields for each of its elements.
    free_form: BTreeMap<String, usize>,
    services: HashSet<String>,
    remedies: Remedies,
    reached: Reached,
    hash: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    section: String,
    cited: Option<String>,
    service: String,
    word: Option<String>,
    policy: Option<String>,
    stance: Stance,
    elements: Vec<String>,
    #[serde(default)]
    facts: Vec<Fact>,
    #[serde(default)]
    facts_of: BTreeMap<String, Vec<Fact>>,
    besides: Option<String>,
    #[serde(default)]
    remark: bool,
    #[serde(default)]
    about: BTreeMap<String, Place>,
    #[serde(default)]
    carries: Vec<Place>,
    note: String,
    #[serde(default)]
    advised: BTreeMap<String, String>,
    #[serde(default)]
    read_as: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    row: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Titles {
    title: Vec<Title>,
}

impl Catalogue {
    /// The shipped catalogue.
    pub fn built_in() -> Result<Self, CatalogueError> {
        Self::from_tables(
            shipped!("sections.toml"),
            &[
                shipped!("whitepaper-amazon-a-k.toml"),
                shipped!("whitepaper-amazon-k-z.toml"),
                shipped!("whitepaper-aws-a-g.toml"),
                shipped!("whitepaper-aws-i-z.toml"),
            ],
        )
    }

    /// A catalogue from a table of titles and tables of rows, in their order.
    pub(super) fn from_tables(
        titles: Table<'_>,
        tables: &[Table<'_>],
    ) -> Result<Self, CatalogueError> {
        let mut digest = Sha256::new();
        for table in std::iter::once(&titles).chain(tables) {
            digest.update(table.text);
        }
        let hash = digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let titles = titles.read::<Titles>()?.title;
        let sections = titles
            .iter()
            .map(|title| (title.en.as_str(), title))
            .collect();
        let mut entries = Vec::new();
        let mut row_number = 0;
        for table in tables {
            for row in table.read::<Rows>()?.row {
                let at = row.span().start;
                entries_of(row.into_inner(), row_number, &sections, &mut entries)
                    .map_err(|message| table.fault(at, message))?;
                row_number += 1;
            }
        }
        Self::index(entries, titles, hash)
    }

    fn index(
        entries: Vec<Entry>,
        titles: Vec<Title>,
        hash: String,
    ) -> Result<Self, CatalogueError> {
        let mut by_place: HashMap<Place, Vec<usize>> = HashMap::new();
        let mut by_policy = HashMap::new();
        let mut free_form = BTreeMap::new();
        let mut services = HashSet::new();
        for (number, entry) in entries.iter().enumerate() {
            by_policy
                .entry(Arc::clone(&entry.policy_id))
                .or_insert(number);
            if entry.place.service == ALL_SERVICES {
                if &*entry.policy_id == FREE_FORM_FIELD {
                    free_form.insert(entry.place.element.to_string(), number);
                }
                continue;
            }
            services.insert(entry.place.service.to_string());
            by_place
                .entry(entry.place.clone())
                .or_default()
                .push(number);
            if let Some(about) = &entry.about {
                by_place.entry(about.clone()).or_default().push(number);
            }
        }
        for (place, numbers) in &mut by_place {
            numbers.sort_by_key(|&number| {
                let entry = &entries[number];
                let remark = entry.remark || entry.place != *place;
                (remark, entry.stance, entry.basis, number)
            });
        }
        Ok(Self {
            entries,
            titles,
            by_place,
            by_policy,
            free_form,
            services,
            remedies: Remedies::built_in()?,
            reached: Reached::built_in()?,
            hash,
        })
    }

    /// SHA-256 of the tables of the whitepaper's entries, in hex: which catalogue judged.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// All entries, in the order of the tables.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All titles of the whitepaper's table of contents, in its order.
    pub fn titles(&self) -> &[Title] {
        &self.titles
    }

    /// The entries that speak of exactly this place, the deciding one first; remarks that are made
    /// under another place are among them. Empty where only a general rule applies.
    pub fn for_place(&self, place: &Place) -> impl Iterator<Item = &Entry> + use<'_> {
        let numbers = self
            .by_place
            .get(place)
            .map(Vec::as_slice)
            .unwrap_or_default();
        numbers
            .iter()
            .filter_map(|&number| self.entries.get(number))
    }

    /// The entry of that policy id; of a general rule, the one for its first element.
    pub fn policy(&self, policy_id: &str) -> Option<&Entry> {
        self.by_policy
            .get(policy_id)
            .and_then(|&number| self.entries.get(number))
    }

    /// The rule on free-form fields, where the element is one of those that it names.
    pub(super) fn free_form_rule(&self, place: &Place) -> Option<&Entry> {
        self.free_form
            .get(&*place.element)
            .and_then(|&number| self.entries.get(number))
    }

    /// Whether the service has a section of its own, and so is on the shipped list of eligible
    /// services.
    pub fn has_section(&self, service: &str) -> bool {
        self.services.contains(service)
    }

    /// What to do about a value in this place, in one line.
    pub fn remedy(&self, place: &Place, stance: Stance) -> &str {
        self.remedies.line(place, stance)
    }

    /// What to do about a value in this place, step by step, in an order that loses nothing; `open`
    /// are the facts of its condition that do not hold or could not be read.
    pub fn steps(&self, place: &Place, stance: Stance, open: &[Fact]) -> Vec<&Step> {
        self.remedies.steps(place, stance, open)
    }

    /// The sources that read this place; empty where none does.
    pub fn reached_by(&self, place: &Place) -> Vec<&Reach> {
        self.reached.of(place)
    }
}

/// The entries of one row, or what is wrong with it.
fn entries_of(
    row: Row,
    number: usize,
    sections: &HashMap<&str, &Title>,
    entries: &mut Vec<Entry>,
) -> Result<(), String> {
    let title_of = |name: &str| {
        sections
            .get(name)
            .copied()
            .ok_or_else(|| format!("section `{name}` is not in sections.toml"))
    };
    let listed_under = title_of(&row.section)?;
    let title = title_of(row.cited.as_deref().unwrap_or(&row.section))?;
    let keys = [&row.advised, &row.read_as]
        .into_iter()
        .flat_map(BTreeMap::keys);
    let named = keys.chain(row.facts_of.keys()).chain(row.about.keys());
    if let Some(stray) = named
        .into_iter()
        .find(|key| *key != "*" && !row.elements.contains(key))
    {
        return Err(format!("`{stray}` is not among the elements of the row"));
    }
    let word = row.word.unwrap_or_else(|| row.service.to_ascii_uppercase());
    let besides: Option<Arc<str>> = row.besides.map(Into::into);
    let note: Arc<str> = row.note.into();
    let carries: Arc<[Place]> = row.carries.into();
    for element in row.elements {
        let reason = |reasons: &BTreeMap<String, String>| {
            reasons
                .get(&element)
                .or_else(|| reasons.get("*"))
                .map(|reason| Arc::from(reason.as_str()))
        };
        let (basis, basis_reason) = match (reason(&row.advised), reason(&row.read_as)) {
            (Some(reason), _) => (Basis::Advised, reason),
            (None, Some(reason)) => (Basis::ReadAs, reason),
            (None, None) => (Basis::Stated, Arc::from("")),
        };
        let facts = row.facts_of.get(&element).unwrap_or(&row.facts).clone();
        if (row.stance == Stance::Conditional) == facts.is_empty() {
            return Err(format!(
                "`{element}` is {}: a conditional element needs facts, and no other has them",
                row.stance
            ));
        }
        let policy_id = match &row.policy {
            Some(policy) => Arc::from(policy.as_str()),
            None => format!("WP-{word}-{}", element.to_ascii_uppercase()).into(),
        };
        if row.policy.is_none() && entries.iter().any(|entry| entry.policy_id == policy_id) {
            return Err(format!(
                "policy id `{policy_id}` is taken; give the row another `word`"
            ));
        }
        entries.push(Entry {
            policy_id,
            about: row.about.get(&element).cloned(),
            place: Place::of(row.service.clone(), element),
            stance: row.stance,
            facts,
            basis,
            basis_reason,
            section_en: title.en.as_str().into(),
            section_zh: title.zh.as_str().into(),
            note: Arc::clone(&note),
            row: number,
            remark: row.remark,
            carries: Arc::clone(&carries),
            besides: besides.clone(),
            listed_under: listed_under.en.as_str().into(),
        });
    }
    Ok(())
}
