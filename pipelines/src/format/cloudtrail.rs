//! CloudTrail log files (`{"Records": […]}`) and digest files.
//!
//! Each event is a record. What a value in it is, is decided by event source, event name and
//! parameter path (`detectors::place::trail`); every value is also in a `cloudtrail:event-record`.

use super::cloudformation::setting_of;
use super::envelope::carried;
use super::json::{
    Facts, RecordText, Rule, Scheme, Site, each_value, first_key_is, mentions, reader, unescaped,
};
use super::place_of::{is_arn, name_in_arn};
use super::time::iso_ms;
use super::{Format, Head, Hints, Identity, Reader};
use detectors::Setting;
use detectors::place::{Place, trail};

/// Longest id, name or ARN that is taken from a record.
const VALUE_BYTES: usize = 4 << 10;

/// Log files.
pub(super) struct Trail;

impl Format for Trail {
    fn name(&self) -> &'static str {
        "cloudtrail"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        first_key_is(head.text, "Records")
            && (mentions(head.text, "eventVersion") || mentions(head.text, "eventSource"))
            && !notifies(head.text)
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let rule = Rule {
            elements: |state| state.opened_as(&["Records", "*"]),
            document: false,
        };
        reader(rule, Events, hints)
    }
}

/// Whether the records are notifications of a service (`"eventSource": "aws:s3"`), which have the
/// shape of a trail and are none.
fn notifies(text: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(text, b"\"eventSource\"") else {
        return false;
    };
    let value = text[at + b"\"eventSource\"".len()..].trim_ascii_start();
    let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii_start();
    value.starts_with(b"\"aws:")
}

struct Events;

impl Scheme for Events {
    fn facts(&self, record: &RecordText<'_>) -> Facts {
        event_facts(record)
    }

    fn places(
        &self,
        facts: &Facts,
        site: &Site,
        record: &RecordText<'_>,
        at: usize,
    ) -> (Vec<Place>, Setting) {
        let container = Place::new("cloudtrail", "event-record");
        if site.path.starts_with("resources[")
            && let Some(arn) = record.block.text.get(site.token.clone())
            && let Some(named) = name_in_arn(&unescaped(arn), at.saturating_sub(site.token.start))
        {
            return (vec![named, container], Setting::Name);
        }
        let (source, name) = (facts.more("eventSource"), facts.more("eventName"));
        // A value inside a document inside a string counts as that string: what names its members
        // have says nothing of the call.
        let own = trail::place(source, name, site.outer.as_deref().unwrap_or(&site.path));
        // A document that says itself what it is says more of its members than the call does.
        let (mut places, mut setting) = carried(site, None);
        if let Some(own) = own
            && !places
                .iter()
                .any(|known| known.service == own.place.service)
        {
            if places.is_empty() {
                setting = setting_of(own.names);
            }
            places.push(own.place);
        }
        places.retain(|known| *known != container);
        places.push(container);
        let text = record.block.text.get(site.token.clone());
        if text.is_some_and(is_arn) {
            setting = Setting::Name;
        }
        (places, setting)
    }
}

/// What an event says of itself.
pub(super) fn event_facts(record: &RecordText<'_>) -> Facts {
    let mut facts = Facts::default();
    let (mut bucket, mut key, mut owner) = (String::new(), String::new(), None);
    if record.block.is_frame(record.index) {
        return facts;
    }
    each_value(record.text, &record.opening, |state, range, _| {
        let raw = &record.text[range];
        if raw.len() > VALUE_BYTES || state.depth() > 3 {
            return true;
        }
        let text = || unescaped(raw).into_owned();
        if state.is(&["eventID"]) {
            facts.identity = Some(Identity::Event(text()));
        } else if state.is(&["eventTime"]) {
            facts.time_ms = iso_ms(&text());
        } else if state.is(&["recipientAccountId"]) {
            facts.account = Some(text());
        } else if state.is(&["awsRegion"]) {
            facts.region = Some(text());
        } else if state.is(&["eventSource"]) {
            facts.more.push(("eventSource".into(), text()));
        } else if state.is(&["eventName"]) {
            facts.more.push(("eventName".into(), text()));
        } else if state.is(&["userIdentity", "arn"]) {
            facts.producer = Some(text());
        } else if state.is(&["userIdentity", "accountId"]) {
            owner = Some(text());
        } else if state.is(&["requestParameters", "bucketName"]) {
            bucket = text();
        } else if state.is(&["requestParameters", "key"]) {
            key = text();
        } else if facts.resource.is_none()
            && (state.is(&["resources", "*", "ARN"]) || state.is(&["resources", "*", "arn"]))
        {
            facts.resource = Some(text());
        }
        true
    });
    facts.account = facts.account.or(owner);
    if !bucket.is_empty() && (!key.is_empty() || facts.resource.is_none()) {
        let slash = if key.is_empty() { "" } else { "/" };
        facts.resource = Some(format!("s3://{bucket}{slash}{key}"));
    }
    facts
}

/// Digest files: hourly, with hashes of the log files. Their fields are no place for PHI; object
/// names in them may hold it all the same.
pub(super) struct Digest;

impl Format for Digest {
    fn name(&self) -> &'static str {
        "cloudtrail-digest"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        head.text.trim_ascii_start().starts_with(b"{")
            && mentions(head.text, "digestS3Object")
            && mentions(head.text, "digestEndTime")
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let rule = Rule {
            elements: |_| false,
            document: true,
        };
        reader(rule, Digests, hints)
    }
}

struct Digests;

impl Scheme for Digests {
    fn facts(&self, record: &RecordText<'_>) -> Facts {
        let mut facts = Facts::default();
        let (mut bucket, mut object) = (String::new(), String::new());
        each_value(record.text, &record.opening, |state, range, _| {
            let raw = &record.text[range];
            if raw.len() > VALUE_BYTES || state.depth() > 1 {
                return true;
            }
            if state.is(&["awsAccountId"]) {
                facts.account = Some(unescaped(raw).into_owned());
            } else if state.is(&["digestEndTime"]) {
                facts.time_ms = iso_ms(&unescaped(raw));
            } else if state.is(&["digestS3Bucket"]) {
                bucket = unescaped(raw).into_owned();
            } else if state.is(&["digestS3Object"]) {
                object = unescaped(raw).into_owned();
            }
            true
        });
        if !bucket.is_empty() {
            facts.resource = Some(format!("s3://{bucket}/{object}"));
        }
        facts
    }

    fn places(
        &self,
        _facts: &Facts,
        site: &Site,
        _record: &RecordText<'_>,
        _at: usize,
    ) -> (Vec<Place>, Setting) {
        let digest = Place::new("cloudtrail", "digest");
        let named = match site.path.rsplit('.').next().unwrap_or_default() {
            "s3Object" | "digestS3Object" | "previousDigestS3Object" => {
                Place::new("s3", "object-key")
            }
            "s3Bucket" | "digestS3Bucket" | "previousDigestS3Bucket" => {
                Place::new("s3", "bucket-name")
            }
            _ => return (vec![digest], Setting::Content),
        };
        (vec![named, digest], Setting::Name)
    }
}
