//! The thing that an API call is about: its ARN, or a URI.
//!
//! A finding in a trail event is about a bucket, a role, a log group, and not about the file that
//! the event came in. Many events say so in `resources`; of the others the call's own parameters name
//! the thing, and how is data (`places/trail-things.toml`).

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::super::Place;
use super::super::arn::{Arn, service_of_event_source};
use super::path::Path;
use super::{source_name, unversioned};

/// An API call as its trail event tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'e> {
    /// `eventSource`.
    pub source: &'e str,
    /// `eventName`.
    pub name: &'e str,
    /// The account that owns the thing; empty where it is not told.
    pub account: &'e str,
    /// `awsRegion`; empty where it is not told.
    pub region: &'e str,
    /// Values of members, by their paths from the event down: of `requestParameters`,
    /// `responseElements` and `resources`, in the order of the event.
    pub members: &'e [(String, String)],
}

/// The table as shipped.
const ROWS: &str = include_str!("../../../places/trail-things.toml");
/// Longest ARN or URI that is made: AWS's limit on ARNs.
const LONGEST: usize = 2048;

impl Call<'_> {
    /// The thing that a member itself names, by its path and its whole value: a finding in it is
    /// about that thing, whatever else the event is about. Names in it are raw: mask it.
    pub fn thing_at(&self, path: &str, value: &str) -> Option<String> {
        let (root, below) = path.split_once(['.', '['])?;
        let named = matches!(root, "requestParameters" | "responseElements" | "resources");
        if !named || value.len() > LONGEST {
            return None;
        }
        if Arn::parse(value).is_some() {
            return Some(value.to_owned());
        }
        let things = self.things()?;
        let below = Path::new(below, is_wrapper);
        let mut rows = things.rows.iter();
        rows.find_map(|row| {
            let of_row = row.is_of(self.name, &below);
            of_row.then(|| self.made(things, row, value)).flatten()
        })
    }

    /// The thing that the event is about. Names in it are raw: mask it.
    pub fn thing(&self) -> Option<String> {
        let things = self.things();
        // An object of S3 is named better by its bucket and key than by `resources`, which may
        // list the bucket first.
        let made = || self.by_rows(things?);
        let listed = || self.arns("resources").next().map(str::to_owned);
        let named = match things.is_some_and(|things| things.uri.is_some()) {
            true => made().or_else(listed),
            false => listed().or_else(made),
        };
        let named = named.or_else(|| {
            let service = service_of_event_source(source_name(self.source))?;
            let own = |arn: &&str| {
                let of = Arn::parse(arn).and_then(|arn| arn.place_service());
                of.as_deref() == Some(&*service)
            };
            let asked = self.arns("requestParameters").find(own);
            asked
                .or_else(|| self.arns("responseElements").find(own))
                .map(str::to_owned)
        });
        named.filter(|thing| thing.len() <= LONGEST)
    }

    fn things(&self) -> Option<&'static Things> {
        THINGS.get(source_name(self.source)).map(|things| &**things)
    }

    /// Values below a part of the event that are ARNs.
    fn arns(&self, root: &str) -> impl Iterator<Item = &str> {
        let below = self.members.iter().filter(move |(path, _)| {
            path.strip_prefix(root)
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        });
        below
            .map(|(_, value)| value.as_str())
            .filter(|value| Arn::parse(value).is_some())
    }

    /// The first row that holds, in the request before the answer.
    fn by_rows(&self, things: &Things) -> Option<String> {
        let members: Vec<(Path, &str)> = ["requestParameters.", "responseElements."]
            .iter()
            .flat_map(|root| {
                self.members.iter().filter_map(move |(path, value)| {
                    let below = path.strip_prefix(root)?;
                    Some((Path::new(below, is_wrapper), value.as_str()))
                })
            })
            .collect();
        things.rows.iter().find_map(|row| {
            let mut of_row = members
                .iter()
                .filter(|(path, _)| row.is_of(self.name, path));
            of_row.find_map(|(_, value)| self.made(things, row, value))
        })
    }

    /// What a row makes of its member's value.
    fn made(&self, things: &Things, row: &Row, value: &str) -> Option<String> {
        if value.is_empty() || value.len() > LONGEST || !value.starts_with(&row.begins) {
            return None;
        }
        if Arn::parse(value).is_some() || value.contains("://") {
            return Some(value.to_owned());
        }
        let mut made = things.before(self);
        let mut rest = row.template.as_str();
        while let Some((text, behind)) = rest.split_once('{') {
            let (member, after) = behind.split_once('}')?;
            made.push_str(text);
            made.push_str(match member {
                "" if made.ends_with('/') => value.trim_start_matches('/'),
                "" => value,
                other => self.member(other)?,
            });
            rest = after;
        }
        made.push_str(rest);
        Some(made)
    }

    /// A parameter by its name.
    fn member(&self, name: &str) -> Option<&str> {
        let of_request = |path: &str| {
            path.strip_prefix("requestParameters.")
                .is_some_and(|below| below.eq_ignore_ascii_case(name))
        };
        let mut members = self.members.iter();
        let (_, value) = members.find(|(path, value)| of_request(path) && !value.is_empty())?;
        Some(value)
    }

    /// The places of a tag that this call gives to other services' things: by their ARNs. Empty for
    /// calls that tag their own service's.
    pub fn tagged(&self, own: &Place) -> Vec<Place> {
        let mut places = Vec::new();
        if own.service == "tagging" && own.element == "tag" {
            for arn in self.arns("requestParameters") {
                let place = Arn::parse(arn).and_then(|arn| arn.tag_place());
                places.extend(place.filter(|place| !places.contains(place)));
            }
        }
        places
    }
}

/// How the calls of one source name their things.
#[derive(Debug)]
struct Things {
    arn: String,
    uri: Option<String>,
    global: bool,
    account: bool,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    events: Vec<String>,
    /// In the form of [`Path`].
    member: Box<[u8]>,
    template: String,
    begins: String,
}

impl Row {
    fn is_of(&self, event: &str, path: &Path) -> bool {
        let event = unversioned(event);
        let in_event = self.events.is_empty()
            || self
                .events
                .iter()
                .any(|known| known.eq_ignore_ascii_case(event));
        in_event && path.run(0, path.len()) == &*self.member
    }
}

impl Things {
    /// What stands before the name.
    fn before(&self, call: &Call<'_>) -> String {
        if let Some(uri) = &self.uri {
            return uri.clone();
        }
        let partition = match call.region {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let region = if self.global { "" } else { call.region };
        let account = if self.account { call.account } else { "" };
        format!("arn:{partition}:{}:{region}:{account}:", self.arn)
    }
}

/// List wrappers of the XML and query protocols.
fn is_wrapper(part: &[u8]) -> bool {
    matches!(part, b"item" | b"items" | b"member")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    event_source: Vec<String>,
    #[serde(default)]
    arn: String,
    uri: Option<String>,
    #[serde(default)]
    global: bool,
    #[serde(default = "yes")]
    account: bool,
    things: Vec<Vec<String>>,
}

fn yes() -> bool {
    true
}

// A shipped table that does not read is found by a test, so it cannot be empty here.
static THINGS: LazyLock<HashMap<String, std::sync::Arc<Things>>> = LazyLock::new(|| {
    let mut by_source = HashMap::new();
    let written = toml::from_str::<File>(ROWS);
    for written in written.map(|file| file.source).unwrap_or_default() {
        let rows = written.things.iter().filter_map(|row| {
            let (events, member) = match row.first()?.rsplit_once(':') {
                Some((events, member)) => (events.split('|').map(str::to_owned).collect(), member),
                None => (Vec::new(), row.first()?.as_str()),
            };
            let path = Path::new(member, is_wrapper);
            Some(Row {
                events,
                member: path.run(0, path.len()).into(),
                template: row.get(1)?.clone(),
                begins: row.get(2).cloned().unwrap_or_default(),
            })
        });
        let things = std::sync::Arc::new(Things {
            rows: rows.collect(),
            arn: written.arn,
            uri: written.uri,
            global: written.global,
            account: written.account,
        });
        for source in written.event_source {
            by_source.insert(source, std::sync::Arc::clone(&things));
        }
    }
    by_source
});

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::collections::{BTreeMap, HashSet};

    use super::*;

    /// Events as JSON-like members, and the things that they are about.
    const CASES: &str = include_str!("../../../testdata/things.toml");

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Cases {
        case: Vec<Case>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        source: String,
        event: String,
        #[serde(default)]
        region: Option<String>,
        members: BTreeMap<String, String>,
        hit: Option<String>,
        thing: Option<String>,
    }

    #[test]
    fn the_table_reads_whole() {
        let file: File = toml::from_str(ROWS).unwrap();
        let mut seen = HashSet::new();
        for source in file.source {
            for name in source.event_source {
                assert!(seen.insert(name.clone()), "{name} stands twice");
            }
            assert_ne!(source.arn.is_empty(), source.uri.is_none(), "{seen:?}");
            for row in source.things {
                assert!((2..=3).contains(&row.len()), "{row:?}");
                assert!(row[1].contains("{}"), "{row:?}");
            }
        }
        assert_eq!(seen.len(), THINGS.len());
    }

    #[test]
    fn events_are_about_what_their_parameters_name() {
        let cases: Cases = toml::from_str(CASES).unwrap();
        for case in cases.case {
            let members: Vec<(String, String)> = case.members.into_iter().collect();
            let call = Call {
                source: &case.source,
                name: &case.event,
                account: "111122223333",
                region: case.region.as_deref().unwrap_or("us-east-1"),
                members: &members,
            };
            let at_hit = case.hit.as_deref().and_then(|path| {
                let known = members.iter().find(|(known, _)| known == path);
                let (_, value) = known.unwrap_or_else(|| panic!("{path} is no member"));
                call.thing_at(path, value)
            });
            assert_eq!(
                at_hit.or_else(|| call.thing()),
                case.thing,
                "{} {} {members:?}",
                case.source,
                case.event
            );
        }
    }
}
