//! The table `places/cloudtrail*.toml`, read once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

use serde::Deserialize;

use super::super::Place;
use super::general::{General, Kinds};
use super::path::Path;

/// The rules as shipped.
const RULES: &str = include_str!("../../../places/cloudtrail.toml");
/// The rows as shipped.
const ROWS: [&str; 5] = [
    include_str!("../../../places/cloudtrail-a-c.toml"),
    include_str!("../../../places/cloudtrail-e-o.toml"),
    include_str!("../../../places/cloudtrail-p-s3.toml"),
    include_str!("../../../places/cloudtrail-s-z.toml"),
    include_str!("../../../places/cloudtrail-by-hand.toml"),
];

/// The table, ready for look-ups.
pub(super) struct Table {
    pub(super) general: General,
    pub(super) names: HashSet<String>,
    pub(super) names_by_member: HashSet<String>,
    pub(super) resources: HashMap<String, Resource>,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by the test that the table is complete")
    )]
    pub(super) unreachable: BTreeMap<String, String>,
    wrappers: HashSet<String>,
    sources: Vec<Source>,
    by_name: HashMap<String, usize>,
}

/// One or more event sources of a service.
pub(super) struct Source {
    pub(super) service: String,
    pub(super) kinds: Kinds,
    pub(super) rest: Option<String>,
    wrappers: HashSet<String>,
    rows: HashMap<Box<[u8]>, Row>,
    /// Elements of `Event:*`, by event in lower case.
    whole_events: HashMap<String, String>,
    /// Components of the longest row.
    longest: usize,
}

/// What a row says of its member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'t> {
    /// An element of the source's service, or `service:element` of another one.
    pub(super) text: &'t str,
    /// The row says that the member is a name, whatever it is called.
    pub(super) named: bool,
}

/// The elements of one member.
#[derive(Default)]
struct Row {
    any_event: Option<String>,
    events: Vec<(String, String)>,
    named: bool,
}

/// A resource type of AWS Config and CloudFormation that does not follow from its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resource {
    r#type: String,
    pub(super) source: Option<String>,
    pub(super) event: String,
    pub(super) name: Option<Place>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    #[serde(rename = "botocore")]
    _botocore: String,
    wrappers: HashSet<String>,
    names: HashSet<String>,
    names_by_member: HashSet<String>,
    general: General,
    #[serde(rename = "omit")]
    _omit: toml::Table,
    unreachable: BTreeMap<String, String>,
    resource: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    source: Vec<WrittenSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    event_source: Vec<String>,
    service: String,
    #[serde(default, rename = "models")]
    _models: Vec<String>,
    #[serde(default, rename = "by_hand")]
    _by_hand: bool,
    #[serde(default)]
    wrappers: HashSet<String>,
    #[serde(default)]
    kinds: Kinds,
    rest: Option<String>,
    #[serde(default)]
    members: BTreeMap<String, Vec<String>>,
}

/// The shipped table; `None` only if it could not be read, which a test excludes.
pub(super) fn table() -> Option<&'static Table> {
    static TABLE: OnceLock<Option<Table>> = OnceLock::new();
    TABLE.get_or_init(|| Table::shipped().ok()).as_ref()
}

impl Table {
    /// Members that were looked at and are only part of the record.
    pub(super) const EVENT_RECORD: &str = "event-record";

    /// Reads the shipped table.
    pub(super) fn shipped() -> Result<Self, toml::de::Error> {
        let written: Rules = toml::from_str(RULES)?;
        let mut by_name = HashMap::new();
        let mut sources = Vec::new();
        for part in ROWS {
            for source in toml::from_str::<Rows>(part)?.source {
                for name in &source.event_source {
                    by_name.insert(name.clone(), sources.len());
                }
                sources.push(Source::new(source, &written.wrappers));
            }
        }
        Ok(Self {
            general: written.general,
            names: written.names,
            names_by_member: written.names_by_member,
            resources: written
                .resource
                .into_iter()
                .map(|one| (one.r#type.clone(), one))
                .collect(),
            unreachable: written.unreachable,
            wrappers: written.wrappers,
            sources,
            by_name,
        })
    }

    /// The source of this name, if the table has it.
    pub(super) fn source(&self, name: &str) -> Option<&Source> {
        self.by_name.get(name).and_then(|at| self.sources.get(*at))
    }

    /// Whether a component is a list wrapper in this source.
    pub(super) fn is_wrapper(&self, source: Option<&Source>, part: &[u8]) -> bool {
        let Ok(part) = std::str::from_utf8(part) else {
            return false;
        };
        self.wrappers.contains(part) || source.is_some_and(|source| source.wrappers.contains(part))
    }

    /// Every source with its rows: service, element (of it, or `service:element`), event, path.
    #[cfg(test)]
    pub(super) fn elements(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().flat_map(|source| {
            let rows = source.rows.values().flat_map(|row| {
                row.any_event
                    .iter()
                    .chain(row.events.iter().map(|(_, element)| element))
            });
            rows.chain(source.whole_events.values())
                .chain(source.rest.iter())
                .map(|element| (source.service.as_str(), element.as_str()))
        })
    }
}

impl Source {
    fn new(written: WrittenSource, wrappers: &HashSet<String>) -> Self {
        let mut this = Self {
            service: written.service,
            kinds: written.kinds,
            rest: written.rest,
            wrappers: written.wrappers,
            rows: HashMap::new(),
            whole_events: HashMap::new(),
            longest: 0,
        };
        for (element, rows) in written.members {
            for row in rows {
                let (events, member) = match row.rsplit_once(':') {
                    Some((events, member)) => (Some(events), member),
                    None => (None, row.as_str()),
                };
                this.add(&element, events, member, wrappers);
            }
        }
        this
    }

    fn add(
        &mut self,
        element: &str,
        events: Option<&str>,
        member: &str,
        wrappers: &HashSet<String>,
    ) {
        let events = events.into_iter().flat_map(|events| events.split('|'));
        if member == "*" {
            self.whole_events
                .extend(events.map(|event| (event.to_ascii_lowercase(), element.to_owned())));
            return;
        }
        let is_wrapper = |part: &[u8]| {
            std::str::from_utf8(part)
                .is_ok_and(|part| wrappers.contains(part) || self.wrappers.contains(part))
        };
        let (member, named) = match member.strip_suffix('+') {
            Some(member) => (member, true),
            None => (member, false),
        };
        let path = Path::new(member, is_wrapper);
        self.longest = self.longest.max(path.len());
        let row = self.rows.entry(path.run(0, path.len()).into()).or_default();
        row.named |= named;
        let before = row.events.len();
        row.events
            .extend(events.map(|event| (event.to_owned(), element.to_owned())));
        if row.events.len() == before {
            row.any_event = Some(element.to_owned());
        }
    }

    /// The element of the row that holds for a member.
    pub(super) fn row(&self, event: &str, path: &Path) -> Option<Element<'_>> {
        for start in 0..path.len() {
            let furthest = path.len().min(start + self.longest);
            for end in (start + 1..=furthest).rev() {
                let row = self.rows.get(path.run(start, end));
                if let Some(element) = row.and_then(|row| row.element(event)) {
                    return Some(element);
                }
            }
        }
        if self.whole_events.is_empty() {
            return None;
        }
        let element = self.whole_events.get(&event.to_ascii_lowercase())?;
        Some(Element {
            text: element,
            named: false,
        })
    }

    /// Every row: path in normal form, event if it is tied to one, element.
    #[cfg(test)]
    pub(super) fn written_rows(&self) -> impl Iterator<Item = (&str, Option<&str>, &str)> {
        self.rows.iter().flat_map(|(path, row)| {
            let path = std::str::from_utf8(path).unwrap_or_default();
            let tied = row
                .events
                .iter()
                .map(|(event, element)| (Some(event.as_str()), element));
            let any = row.any_event.iter().map(|element| (None, element));
            tied.chain(any)
                .map(move |(event, element)| (path, event, element.as_str()))
        })
    }

    /// The element of a member that has a row for this event.
    pub(super) fn event_row(&self, event: &str, path: &Path) -> Option<&str> {
        self.rows.get(path.run(0, path.len()))?.of_event(event)
    }
}

impl Row {
    fn of_event(&self, event: &str) -> Option<&str> {
        let one = self
            .events
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(event));
        one.map(|(_, element)| element.as_str())
    }

    fn element(&self, event: &str) -> Option<Element<'_>> {
        let text = self.of_event(event).or(self.any_event.as_deref())?;
        Some(Element {
            text,
            named: self.named,
        })
    }
}
