//! AWS Config snapshots and history files: `configurationItems`.

use super::cloudformation::setting_of;
use super::json::{Facts, RecordText, Rule, Scheme, Site, each_value, mentions, reader, unescaped};
use super::place_of::name_in_arn;
use super::{Format, Head, Hints, Identity, Reader};
use detectors::Setting;
use detectors::place::{Place, trail};

const VALUE_BYTES: usize = 4 << 10;

/// Snapshot and history files, and what the API answers (`configuration` as a JSON string).
pub(super) struct Snapshot;

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
        reader(rule, Items, hints)
    }
}

struct Items;

impl Scheme for Items {
    fn facts(&self, record: &RecordText<'_>) -> Facts {
        let mut facts = Facts::default();
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
                b"resourceType" => facts.more.push(("type".into(), text())),
                _ => {}
            }
            true
        });
        facts.identity = facts.resource.clone().map(Identity::Arn);
        facts
    }

    fn places(
        &self,
        facts: &Facts,
        site: &Site,
        record: &RecordText<'_>,
        at: usize,
    ) -> (Vec<Place>, Setting) {
        if record.block.is_frame(record.index) {
            return (vec![Place::new("config", "snapshot")], Setting::Content);
        }
        let item = Place::new("config", "configuration-item");
        let first = site.path.split('.').next().unwrap_or_default();
        if matches!(first, "ARN" | "arn") {
            let raw = record
                .block
                .text
                .get(site.token.clone())
                .unwrap_or_default();
            let named = name_in_arn(&unescaped(raw), at.saturating_sub(site.token.start));
            return (named.into_iter().chain([item]).collect(), Setting::Name);
        }
        let of_type = facts.more("type");
        // A document inside a string (a policy, a definition) counts as that string; but API answers
        // have the whole configuration in one.
        let path = match site.outer.as_deref() {
            Some(outer) if outer != "configuration" => outer,
            _ => &site.path,
        };
        match trail::config_item(of_type, path) {
            Some(own) => (vec![own.place, item], setting_of(own.names)),
            None => (vec![item], Setting::Content),
        }
    }
}
