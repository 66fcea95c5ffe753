//! AWS Config snapshots and history files: `configurationItems`.

use super::json::{
    Elements, Facts, JsonLayout, RecordText, Rule, Scheme, Site, each_value, mentions, unescaped,
};
use super::place_of::{arn, name_in_arn, place, service_of_type};
use super::{Format, Head, Hints, Identity, Reader};
use detectors::Setting;
use detectors::place::Place;
use std::sync::Arc;

const VALUE_BYTES: usize = 4 << 10;

/// Snapshot and history files, and what the API answers (`configuration` as a JSON string).
pub struct Snapshot;

impl Format for Snapshot {
    fn name(&self) -> &'static str {
        "config-snapshot"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        head.text.trim_ascii_start().starts_with(b"{")
            && mentions(head.text, "configurationItems")
            && (mentions(head.text, "resourceType") || mentions(head.text, "configSnapshotId"))
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let rule = Rule {
            elements: |state| state.opened_as(&["configurationItems", "*"]),
            document: false,
        };
        Box::new(Elements::new(
            rule,
            Arc::new(JsonLayout {
                scheme: Items,
                hints: hints.clone(),
            }),
        ))
    }
}

struct Items;

impl Scheme for Items {
    fn facts(&self, record: &RecordText<'_>) -> Facts {
        let mut facts = Facts::default();
        let mut of_type = None;
        if record.block.is_frame(record.index) {
            return facts;
        }
        each_value(record.text, &record.opening, |state, range, _| {
            let raw = &record.text[range];
            if state.depth() != 1 || raw.len() > VALUE_BYTES {
                return true;
            }
            let text = || unescaped(raw).into_owned();
            match state.key() {
                b"awsAccountId" | b"accountId" => facts.account = Some(text()),
                b"awsRegion" => facts.region = Some(text()),
                b"ARN" | b"arn" => facts.resource = Some(text()),
                b"resourceType" => of_type = service_of_type(&text()),
                _ => {}
            }
            true
        });
        facts.identity = facts.resource.clone().map(Identity::Arn);
        let of_arn = facts
            .resource
            .as_deref()
            .and_then(arn)
            .map(|parts| parts.service.to_owned());
        if let Some(service) = of_arn.or(of_type) {
            facts.more.push(("service".into(), service));
        }
        facts
    }

    fn places(
        &self,
        facts: &Facts,
        site: &Site,
        record: &RecordText<'_>,
        at: usize,
    ) -> (Vec<Place>, Setting) {
        let item = place("config", "configuration-item");
        let service = facts.more("service");
        if service.is_empty() {
            return (vec![item], Setting::Content);
        }
        let first = site.path.split(['.', '[']).next().unwrap_or_default();
        let last = site.path.rsplit('.').next().unwrap_or_default();
        let element = match (first, last) {
            ("ARN" | "arn", _) => {
                let raw = record
                    .block
                    .text
                    .get(site.token.clone())
                    .unwrap_or_default();
                let named = name_in_arn(&unescaped(raw), at.saturating_sub(site.token.start));
                let named = named.unwrap_or_else(|| place(service, "resource-name"));
                return (vec![named, item], Setting::Name);
            }
            ("tags", _) => "tag",
            ("resourceName" | "resourceId", _) if service == "s3" => "bucket-name",
            ("resourceName" | "resourceId", _) => "resource-name",
            _ if site.path.contains("tags[")
                || site.path.contains("tags.")
                || site.path.contains("Tags[") =>
            {
                "tag"
            }
            (_, "description" | "Description" | "comment" | "Comment") => "description",
            ("configuration", "definition") if service == "states" => "state-machine-definition",
            _ => return (vec![item], Setting::Content),
        };
        let setting = if element == "state-machine-definition" {
            Setting::Content
        } else {
            Setting::Name
        };
        (vec![place(service, element), item], setting)
    }
}
