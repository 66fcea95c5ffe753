//! What a notification says of itself: EventBridge events, and what S3 tells functions, queues and
//! topics of its objects.

use super::json::{Facts, RecordText, Site, each_value, unescaped};
use super::keys::{KEY_BYTES, form_decoded};
use super::time::iso_ms;

/// Objects that are told of in one record.
const OBJECTS: usize = 1000;

/// The facts of a record that is such an event, or a list of them.
pub(super) fn facts(record: &RecordText<'_>) -> Facts {
    let mut facts = Facts::default();
    let mut bucket = (String::new(), String::new());
    each_value(record.text, &record.opening, |state, range, _| {
        let raw = &record.text[range];
        if raw.len() > 3 * KEY_BYTES || state.depth() > 5 {
            return true;
        }
        let text = || unescaped(raw).into_owned();
        let path = state.path();
        let (event, member) = split(&path);
        match member {
            "eventTime" | "time" => facts.time_ms = facts.time_ms.or_else(|| iso_ms(&text())),
            "awsRegion" | "region" => facts.region = facts.region.take().or_else(|| Some(text())),
            "account" => facts.account = facts.account.take().or_else(|| Some(text())),
            "s3.bucket.name" | "detail.bucket.name" => bucket = (event.to_owned(), text()),
            "s3.object.key" | "detail.object.key" if bucket.0 == event => {
                let key = match member.starts_with("s3.") {
                    true => String::from_utf8_lossy(&form_decoded(text().as_bytes())).into_owned(),
                    false => text(),
                };
                if facts.more.len() < OBJECTS {
                    let object = format!("s3://{}/{key}", bucket.1);
                    facts.more.push((event.to_owned().into(), object));
                }
            }
            _ => {}
        }
        true
    });
    if let [(_, object)] = facts.more.as_slice() {
        facts.resource = Some(object.clone());
    }
    facts
}

/// The object that the event around a hit tells of.
pub(super) fn resource(facts: &Facts, site: &Site) -> Option<String> {
    let (event, _) = split(&site.path);
    let mut told = facts.more.iter();
    let object = told.find(|(of, _)| of == event).map(|(_, object)| object);
    object.or(facts.resource.as_ref()).cloned()
}

/// An event in a list, and the path in it.
fn split(path: &str) -> (&str, &str) {
    match path.split_once("].") {
        Some((event, member)) if event.starts_with("Records[") => (event, member),
        _ => ("", path),
    }
}
