//! CloudTrail log files (`{"Records": […]}`) and digest files.
//!
//! Each event is a record. What a value in it is, is decided by event source, event name and
//! parameter path (`detectors::place::trail`); every value is also in a `cloudtrail:event-record`.

use super::call::Call;
use super::envelope::carried;
use super::json::{
    Facts, RecordText, Rule, Scheme, Site, each_value, first_key_is, mentions, reader, unescaped,
};
use super::place_of::{is_arn, name_in_arn};
use super::time::iso_ms;
use super::{Format, Head, Hints, Identity, Reader};
use detectors::Setting;
use detectors::place::Place;
use std::borrow::Cow;
use std::sync::Arc;

/// Longest id, name or ARN that is taken from a record.
const VALUE_BYTES: usize = 4 << 10;
/// How deep members stand that name the thing of a call.
const CALL_DEPTH: usize = 7;

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
        let arn = arn_at(site, record);
        let within = at.saturating_sub(site.token.start);
        if site.path.starts_with("resources[")
            && let Some(named) = arn.as_deref().and_then(|arn| name_in_arn(arn, within))
        {
            return (vec![named, container], Setting::Name);
        }
        // A value inside a document inside a string counts as that string: what names its members
        // have says nothing of the call.
        let (own, own_setting) = match (&facts.call, &site.outer, arn.as_deref()) {
            (Some(call), None, Some(arn)) => call.places_in(&site.path, arn, within),
            (Some(call), outer, _) => call.own_places(outer.as_deref().unwrap_or(&site.path)),
            (None, ..) => (Vec::new(), Setting::Content),
        };
        // A document that says itself what it is says more of its members than the call does.
        let (mut places, mut setting) = carried(site, None);
        if places.is_empty() && !own.is_empty() {
            setting = own_setting;
        }
        let known: Vec<_> = places.iter().map(|place| place.service.clone()).collect();
        places.extend(own.into_iter().filter(|own| !known.contains(&own.service)));
        places.retain(|known| *known != container);
        places.push(container);
        if arn.is_some() {
            setting = Setting::Name;
        }
        (places, setting)
    }

    fn resource(&self, facts: &Facts, site: &Site, record: &RecordText<'_>) -> Option<String> {
        event_resource(facts, site, record)
    }
}

/// The ARN that a hit stands in, if its string is one.
fn arn_at<'b>(site: &Site, record: &RecordText<'b>) -> Option<Cow<'b, str>> {
    let raw = record.block.text.get(site.token.clone())?;
    (raw.len() <= VALUE_BYTES && is_arn(raw)).then(|| unescaped(raw))
}

/// The thing that a hit in an event is about: what the hit's own member names, else what the event
/// is about.
pub(super) fn event_resource(
    facts: &Facts,
    site: &Site,
    record: &RecordText<'_>,
) -> Option<String> {
    let named = || {
        let call = facts.call.as_ref().filter(|_| site.outer.is_none())?;
        let raw = record.block.text.get(site.token.clone())?;
        let value = (raw.len() <= VALUE_BYTES && !site.is_key).then(|| unescaped(raw))?;
        call.thing_at(&site.path, &value)
    };
    named().or_else(|| facts.resource.clone())
}

/// What an event says of itself.
pub(super) fn event_facts(record: &RecordText<'_>) -> Facts {
    let mut facts = Facts::default();
    let mut owner = None;
    let mut call = Call::default();
    if record.block.is_frame(record.index) {
        return facts;
    }
    each_value(record.text, &record.opening, |state, range, _| {
        let raw = &record.text[range];
        if raw.len() > VALUE_BYTES || state.depth() > CALL_DEPTH {
            return true;
        }
        call.add(&state.path(), raw);
        let text = || unescaped(raw).into_owned();
        if state.is(&["eventID"]) {
            facts.identity = Some(Identity::Event(text()));
        } else if state.is(&["eventTime"]) {
            facts.time_ms = iso_ms(&text());
        } else if state.is(&["recipientAccountId"]) {
            facts.account = Some(text());
        } else if state.is(&["awsRegion"]) {
            facts.region = Some(text());
        } else if state.is(&["userIdentity", "arn"]) {
            facts.producer = Some(text());
        } else if state.is(&["userIdentity", "accountId"]) {
            owner = Some(text());
        }
        true
    });
    facts.account = facts.account.or(owner);
    facts.resource = call.thing();
    facts.call = call.is_whole().then(|| Arc::new(call));
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
