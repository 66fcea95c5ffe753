//! Which place a member of a CloudTrail event is.
//!
//! An event repeats the parameters of an API call, so that an object key, a tag or a state
//! machine's definition stands in it. A value there is judged as what it is (`s3:object-key`,
//! `route53:tag`, `states:state-machine-definition`), beside being part of the record.
//!
//! The table (`places/cloudtrail*.toml`) has the members of every service in which the whitepaper
//! speaks of names, tags or contents of calls. [`place`] looks a path up in four steps:
//!
//! 1. The path is brought into one form: lower case, without list indexes and list wrappers.
//! 2. The rows of the event's source. A row holds for a member and what is below it, wherever it
//!    stands in the path; the one that starts furthest out wins, then the longest, then one for
//!    this event before one for all.
//! 3. The general rule, from the member's name alone: names, tags, descriptions and free-form
//!    fields of any service. The source says what its section calls them.
//! 4. `None`: the value is nothing more than `cloudtrail:event-record`.
//!
//! ```
//! use detectors::place::trail;
//!
//! let key = trail::place("s3.amazonaws.com", "PutObject", "requestParameters.key");
//! assert_eq!(key.map(|found| found.place.to_string()).as_deref(), Some("s3:object-key"));
//! assert!(trail::place("s3.amazonaws.com", "PutObject", "userIdentity.userName").is_none());
//! ```
//!
//! [`Call`] says which thing an event is about, by ARN or URI, from a table of its own
//! (`places/trail-things.toml`).
//!
//! [`config_item`] reads the same table for AWS Config items and CloudFormation resources, whose
//! properties have the names of the parameters that made them.

mod general;
mod path;
mod table;
mod thing;

use super::Place;
use super::arn::{service_of_event_source, service_of_type};
use general::Kind;
use path::Path;
use table::{Source, Table, table};

pub use thing::Call;

/// The place of a member of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailPlace {
    /// The place.
    pub place: Place,
    /// The text is a name, a tag or an identifier, so that names in file-name form count.
    pub names: bool,
}

/// Parts of an event that hold parameters.
const PARAMETERS: [&str; 4] = [
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
];

/// The place of the member at `path` of an event; `None` where it is only part of the record.
///
/// `event_source` is the event's `eventSource` (`s3.amazonaws.com`; a bare `s3` does too),
/// `event_name` its `eventName` (a version at its end, `CreateFunction20150331`, is ignored) and
/// `path` the member's path from the event down: `requestParameters.tagSet.items[3].value`. A tag
/// key that is itself a field name is the path's last component.
pub fn place(event_source: &str, event_name: &str, path: &str) -> Option<TrailPlace> {
    let table = table()?;
    let source_name = source_name(event_source);
    let (root, below) = path.split_once('.')?;
    let root = root.split('[').next().unwrap_or(root);
    let is_root = |name: &str| root.eq_ignore_ascii_case(name);
    if PARAMETERS.iter().any(|name| is_root(name)) {
        return table.find(source_name, unversioned(event_name), path);
    }
    if is_root("resources") && below.eq_ignore_ascii_case("ARN") {
        return table.own_name(source_name, unversioned(event_name));
    }
    if is_root("tlsDetails") && below.eq_ignore_ascii_case("clientProvidedHostHeader") {
        let source = table.source(source_name)?;
        return (source.service == "s3").then(|| table.found(source, "bucket-name", None));
    }
    None
}

/// The place of a property of an AWS Config item or a CloudFormation resource.
///
/// `resource_type` is the type's full name, `path` the property's path in the item or the
/// template's resource: `configuration.definition`, `Properties.Tags[0].Value`, `tags.Owner`,
/// `resourceName`. `None` where the property is nothing more than part of the item.
pub fn config_item(resource_type: &str, path: &str) -> Option<TrailPlace> {
    let table = table()?;
    let service = service_of_type(resource_type)?;
    let kind = resource_type.splitn(3, "::").nth(2)?;
    let special = table.resources.get(resource_type);
    let source = special
        .and_then(|known| known.source.as_deref())
        .unwrap_or(&service);
    let created;
    let event = match special {
        Some(known) => known.event.as_str(),
        None => {
            created = format!("Create{}", kind.replace("::", ""));
            &created
        }
    };
    let below = [
        "configuration.",
        "supplementaryConfiguration.",
        "Properties.",
    ]
    .iter()
    .find_map(|root| strip_prefix_ignoring_case(path, root))
    .unwrap_or(path);
    if ["resourceName", "resourceId", "ARN"]
        .iter()
        .any(|own| below.eq_ignore_ascii_case(own))
    {
        let named = special.and_then(|known| known.name.clone());
        return match named {
            Some(place) => Some(TrailPlace { place, names: true }),
            None => table.own_name(source, event),
        };
    }
    let found = table.find(source, event, below);
    // `AWS::X::Y` has its own name under `YName` or `Name`, which the call may spell otherwise.
    match (found, special.and_then(|known| known.name.clone())) {
        (Some(general), Some(own))
            if general.place.element == "resource-name" && !below.contains('.') =>
        {
            let is_own = below.eq_ignore_ascii_case("name")
                || strip_prefix_ignoring_case(below, kind)
                    .is_some_and(|rest| rest.eq_ignore_ascii_case("name"));
            Some(if is_own {
                TrailPlace {
                    place: own,
                    names: true,
                }
            } else {
                general
            })
        }
        (found, _) => found,
    }
}

/// `states.amazonaws.com` → `states`.
fn source_name(event_source: &str) -> &str {
    match event_source.find(".amazonaws.com") {
        Some(end) => &event_source[..end],
        None => event_source
            .strip_suffix(".aws.internal")
            .unwrap_or(event_source),
    }
}

/// An event's name without the version of the API: `CreateFunction20150331v2`,
/// `CreateDistribution2020_05_31`.
fn unversioned(event_name: &str) -> &str {
    let bytes = event_name.as_bytes();
    let mut end = bytes.len();
    while end > 0 && (bytes[end - 1].is_ascii_digit() || matches!(bytes[end - 1], b'_' | b'v')) {
        end -= 1;
    }
    match event_name.get(end..) {
        Some(version) if version.starts_with("20") && version.len() >= 8 => &event_name[..end],
        _ => event_name,
    }
}

/// Whether an event of S3 is about an object rather than its bucket.
fn is_about_object(event: &str) -> bool {
    let names = |words: &[&str]| words.iter().any(|word| event.contains(word));
    names(&["Object", "Upload", "Part"]) && !names(&["Bucket", "ObjectLockConfiguration"])
}

fn strip_prefix_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

impl Table {
    /// The place of a member of the event's parameters.
    fn find(&self, source_name: &str, event: &str, path: &str) -> Option<TrailPlace> {
        let source = self.source(source_name);
        let path = Path::new(path, |part| self.is_wrapper(source, part));
        let kind = self.general.kind(&path);
        if let Some(source) = source
            && let Some(element) = source.row(event, &path)
        {
            let mut found = self.found(source, element.text, kind);
            found.names |= element.named;
            return (element.text != Table::EVENT_RECORD).then_some(found);
        }
        if let Some(place) = self.general.s3_object(&path) {
            return Some(TrailPlace { place, names: true });
        }
        match (kind, source) {
            (Some(kind), Some(source)) => {
                Some(self.found(source, source.kinds.element(kind), Some(kind)))
            }
            (Some(kind), None) => Some(TrailPlace {
                place: Place::of(service_of_event_source(source_name)?, kind.element()),
                names: kind.is_name(),
            }),
            (None, Some(source)) => {
                let rest = source.rest.as_deref()?;
                Some(self.found(source, rest, kind))
            }
            (None, None) => None,
        }
    }

    /// The name of the resource that an event is about.
    fn own_name(&self, source_name: &str, event: &str) -> Option<TrailPlace> {
        let Some(source) = self.source(source_name) else {
            let place = Place::of(service_of_event_source(source_name)?, Kind::Name.element());
            return Some(TrailPlace { place, names: true });
        };
        let element = match source.service.as_str() {
            "s3" if is_about_object(event) => "object-key",
            "s3" => "bucket-name",
            _ => ["name", "names"]
                .iter()
                .find_map(|own| source.event_row(event, &Path::new(own, |_| false)))
                .unwrap_or_else(|| source.kinds.element(Kind::Name)),
        };
        Some(self.found(source, element, Some(Kind::Name)))
    }

    /// An element of a source, or `service:element` of another one, as a place.
    fn found(&self, source: &Source, element: &str, kind: Option<Kind>) -> TrailPlace {
        let (service, element) = element
            .split_once(':')
            .unwrap_or((&source.service, element));
        let named = kind.is_some_and(Kind::is_name);
        let names =
            self.names.contains(element) || (named && self.names_by_member.contains(element));
        TrailPlace {
            place: Place::of(service.to_owned(), element.to_owned()),
            names,
        }
    }
}

#[cfg(test)]
mod tests;
