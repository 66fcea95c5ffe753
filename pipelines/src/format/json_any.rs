//! Any JSON document, and JSON Lines.
//!
//! A small object is one record. An array, or a large object, is a collection: the objects in its
//! outermost arrays are the records, whether the text is one line or pretty-printed.

use super::cloudtrail::{event_facts, event_resource};
use super::envelope::{Envelope, carried};
use super::json::{Facts, JsonLayout, RecordText, Rule, Scheme, Site, reader};
use super::lines::{Lines, whole_lines};
use super::{Format, Head, Hints, Reader, notification};
use detectors::Setting;
use detectors::place::Place;
use memchr::memmem;
use std::sync::Arc;

/// Any document.
pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        let text = head.text.trim_ascii();
        let inside = text.get(1..).unwrap_or_default().trim_ascii_start();
        match text.first() {
            Some(b'{') => matches!(inside.first(), Some(b'"' | b'}')),
            // `[2026-01-31 …` and `[error] …` begin lines of logs.
            Some(b'[') => matches!(inside.first(), Some(b'{' | b'[' | b'"' | b']')),
            _ => false,
        }
    }

    fn open(&self, head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let object = head.text.trim_ascii_start().starts_with(b"{");
        let rule = match head.whole && object {
            true => Rule {
                elements: |_| false,
                document: true,
            },
            false => Rule {
                elements: |_| true,
                document: false,
            },
        };
        reader(
            rule,
            Plain {
                names: holds_names(head),
            },
            hints,
        )
    }
}

/// One document a line.
pub(super) struct JsonLines;

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "json-lines"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        let lines = whole_lines(head);
        let objects = lines.iter().filter(|line| is_object(line)).count();
        // A line that is broken or no object does not make a log of objects something else.
        objects >= 2
            && lines.first().is_some_and(|line| line.starts_with(b"{"))
            && objects * 10 >= lines.len() * 9
    }

    fn open(&self, head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let layout = JsonLayout {
            scheme: Plain {
                names: holds_names(head),
            },
            hints: hints.clone(),
        };
        Box::new(Lines::of_json(Arc::new(layout)))
    }
}

fn is_object(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.starts_with(b"{")
        && line.ends_with(b"}")
        && line
            .get(1..)
            .is_some_and(|rest| matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')))
}

/// Whether events are among the records in which something is named: calls of a trail, what S3
/// tells of objects, what topics deliver. Then names are to be looked at as such, which costs more
/// than contents.
pub(super) fn holds_names(head: &Head<'_>) -> bool {
    let holds = |member: &str| memmem::find(head.text, member.as_bytes()).is_some();
    holds("eventSource") && (holds("eventName") || holds("aws:"))
        || holds("detail-type")
        || holds("TopicArn")
}

struct Plain {
    names: bool,
}

impl Scheme for Plain {
    fn facts(&self, record: &RecordText<'_>) -> Facts {
        let envelope = Envelope::of(record.text);
        let mut facts = match envelope {
            Some(Envelope::Trail(_)) => event_facts(record),
            Some(Envelope::EventBridge(_) | Envelope::Trigger) => notification::facts(record),
            _ => Facts::default(),
        };
        facts.envelope = envelope;
        facts
    }

    fn places(
        &self,
        facts: &Facts,
        site: &Site,
        _record: &RecordText<'_>,
        _at: usize,
    ) -> (Vec<Place>, Setting) {
        let own = facts
            .envelope
            .as_ref()
            .map(|envelope| (envelope, site.path.as_str()));
        let (mut places, setting) = carried(site, own);
        places.push(Place::FILE_CONTENT);
        (places, setting)
    }

    fn resource(&self, facts: &Facts, site: &Site, record: &RecordText<'_>) -> Option<String> {
        match facts.envelope {
            Some(Envelope::Trail(_)) => event_resource(facts, site, record),
            Some(Envelope::EventBridge(_) | Envelope::Trigger) => {
                notification::resource(facts, site)
            }
            _ => facts.resource.clone(),
        }
    }

    fn setting(&self) -> Setting {
        match self.names {
            true => Setting::Mixed,
            false => Setting::Content,
        }
    }
}
