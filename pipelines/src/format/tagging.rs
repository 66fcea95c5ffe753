//! A dump of the Resource Groups Tagging API: `ResourceTagMappingList` with an ARN and its tags.

use super::json::{Facts, RecordText, Rule, Scheme, Site, each_value, mentions, reader, unescaped};
use super::place_of::name_in_arn;
use super::{Format, Head, Hints, Identity, Reader};
use detectors::Setting;
use detectors::place::Place;
use detectors::place::arn::Arn;

/// Longest ARN that is taken from a record; AWS allows 2,048 bytes.
const ARN_BYTES: usize = 4 << 10;

/// GetResources output; pages may follow each other.
pub(super) struct Tagging;

impl Format for Tagging {
    fn name(&self) -> &'static str {
        "tagging"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        mentions(head.text, "ResourceTagMappingList")
            && head.text.trim_ascii_start().starts_with(b"{")
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let rule = Rule {
            elements: |state| state.opened_as(&["ResourceTagMappingList", "*"]),
            document: false,
        };
        reader(rule, Resources, hints)
    }
}

struct Resources;

impl Scheme for Resources {
    fn facts(&self, record: &RecordText<'_>) -> Facts {
        let mut facts = Facts::default();
        each_value(record.text, &record.opening, |state, range, _| {
            if !state.is(&["ResourceARN"]) || range.len() > ARN_BYTES {
                return true;
            }
            let text = unescaped(&record.text[range]).into_owned();
            if let Some(parts) = Arn::parse(&text) {
                let owned = |part: &str| (!part.is_empty()).then(|| part.to_owned());
                (facts.account, facts.region) = (owned(parts.account), owned(parts.region));
            }
            facts.identity = Some(Identity::Arn(text.clone()));
            facts.resource = Some(text);
            false
        });
        facts
    }

    fn places(
        &self,
        facts: &Facts,
        site: &Site,
        record: &RecordText<'_>,
        at: usize,
    ) -> (Vec<Place>, Setting) {
        if site.path == "ResourceARN"
            && let Some(raw) = record.block.text.get(site.token.clone())
            && let Some(named) = name_in_arn(&unescaped(raw), at.saturating_sub(site.token.start))
        {
            return (vec![named], Setting::Name);
        }
        let named = facts.resource.as_deref().and_then(Arn::parse);
        let place = named.and_then(|arn| arn.tag_place());
        (
            vec![place.unwrap_or(Place::new("tagging", "tag"))],
            Setting::Name,
        )
    }

    /// `Tags[Key]`: the position of a tag among the others says nothing.
    fn locator(&self, _facts: &Facts, site: &Site) -> String {
        match (&site.pair_key, site.path.starts_with("Tags[")) {
            (Some(key), true) => format!("Tags[{key}]"),
            (None, true) if site.path.ends_with(".Key") => "Tags[].Key".to_owned(),
            _ => site.path.clone(),
        }
    }
}
