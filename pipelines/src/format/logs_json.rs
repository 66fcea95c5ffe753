//! CloudWatch Logs as JSON: subscription payloads, and the output of FilterLogEvents and
//! GetLogEvents.
//!
//! A log event's message is what the ids and locators see, as in an export: plain text has an
//! empty locator, a message that is a JSON document has the path inside it.

use super::envelope::{Envelope, carried};
use super::json::{
    Facts, RecordText, Rule, Scheme, Site, Walker, each_value, mentions, reader, unescaped,
};
use super::time::epoch_ms;
use super::{Format, Head, Hints, Identity, Reader};
use crate::block::Block;
use detectors::Setting;
use detectors::place::arn::Arn;
use detectors::place::{Place, log_group_place};
use std::ops::Range;

const NAME_BYTES: usize = 4 << 10;

/// What a subscription delivers: `messageType`, `owner`, `logGroup`, `logStream`, `logEvents`,
/// objects behind each other without separator.
pub(super) struct Subscription;

impl Format for Subscription {
    fn name(&self) -> &'static str {
        "logs-subscription"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        head.text.trim_ascii_start().starts_with(b"{")
            && mentions(head.text, "logEvents")
            && mentions(head.text, "message")
            && (mentions(head.text, "messageType") || mentions(head.text, "logGroup"))
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let rule = Rule {
            elements: |state| state.opened_as(&["logEvents", "*"]),
            document: false,
        };
        reader(rule, LogEvents, hints)
    }
}

/// `{"events": [{"timestamp": …, "message": …, "logStreamName": …, "eventId": …}, …]}`.
pub(super) struct Events;

impl Format for Events {
    fn name(&self) -> &'static str {
        "logs-events"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        head.text.trim_ascii_start().starts_with(b"{")
            && mentions(head.text, "events")
            && mentions(head.text, "message")
            && mentions(head.text, "timestamp")
            && mentions(head.text, "ingestionTime")
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let rule = Rule {
            elements: |state| state.opened_as(&["events", "*"]),
            document: false,
        };
        reader(rule, LogEvents, hints)
    }
}

struct LogEvents;

/// Account, group and stream as the frames around the events tell them.
#[derive(Default)]
struct Source {
    account: Option<String>,
    region: Option<String>,
    group: Option<String>,
    stream: Option<String>,
}

impl Source {
    fn read(&mut self, frame: &[u8], opening: &Walker) {
        each_value(frame, opening, |state, range, _| {
            let key = state.key();
            let Some(raw) = frame
                .get(range)
                .filter(|raw| raw.len() <= NAME_BYTES && state.depth() <= 1)
            else {
                return true;
            };
            let text = || Some(unescaped(raw).into_owned());
            match key {
                b"owner" => self.account = text(),
                b"logGroup" | b"logGroupName" => self.group = text(),
                b"logStream" | b"logStreamName" => self.stream = text(),
                b"logGroupIdentifier" | b"logGroupArn" => {
                    let identifier = unescaped(raw);
                    match Arn::parse(&identifier) {
                        Some(parts) => {
                            self.account = Some(parts.account.to_owned());
                            self.region = Some(parts.region.to_owned());
                            self.group = Some(parts.name().to_owned());
                        }
                        None => self.group = text(),
                    }
                }
                _ => {}
            }
            true
        });
    }

    fn of(block: &Block, index: usize) -> Source {
        let mut source = Source::default();
        if let Some(frame) = block.frame_of(index) {
            // An object begins in the frame, perhaps behind the end of the one before.
            let from = memchr::memrchr(b'{', frame).unwrap_or(0);
            source.read(frame, &Walker::default());
            source.read(&frame[from..], &Walker::default());
        }
        if source.group.is_none() && !block.is_frame(index) {
            // Members may come in another order: then they stand behind the events.
            let next = block.frame_after(index);
            if let Some(frame) = next.and_then(|index| block.text.get(block.record(index))) {
                let upto = memchr::memchr(b'}', frame).unwrap_or(frame.len());
                let mut members = b"{\"\":0".to_vec();
                members.extend_from_slice(&frame[..upto]);
                source.read(&members, &Walker::default());
            }
        }
        source
    }
}

impl Scheme for LogEvents {
    fn around(&self, block: &Block, index: usize) -> Facts {
        let source = Source::of(block, index);
        let named = [("group", source.group), ("stream", source.stream)];
        Facts {
            account: source.account,
            region: source.region,
            more: named
                .into_iter()
                .filter_map(|(name, value)| Some((name.into(), value?)))
                .collect(),
            ..Facts::default()
        }
    }

    fn facts(&self, record: &RecordText<'_>) -> Facts {
        let around = &record.around;
        let mut facts = Facts {
            account: around.account.clone(),
            region: around.region.clone(),
            ..Facts::default()
        };
        let told = |name: &str| {
            let found = around.more.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        };
        let (group, mut stream) = (told("group"), told("stream"));
        let mut message: Range<usize> = 0..0;
        if !record.block.is_frame(record.index) {
            each_value(record.text, &record.opening, |state, range, _| {
                let raw = &record.text[range.clone()];
                if state.is(&["message"]) {
                    message = range;
                } else if state.is(&["timestamp"]) {
                    facts.time_ms = epoch_ms(&unescaped(&raw[..raw.len().min(32)]));
                } else if state.is(&["logStreamName"]) && raw.len() <= NAME_BYTES {
                    stream = Some(unescaped(raw).into_owned());
                }
                true
            });
            // A document in a message is found when a hit lies in it.
            let text = &record.text[message.clone()];
            facts.envelope = Envelope::of(text).filter(|_| !text.trim_ascii().starts_with(b"{"));
        }
        let start = record.range.start;
        if let (Some(account), Some(group), Some(stream), Some(timestamp_ms)) =
            (&facts.account, &group, &stream, facts.time_ms)
            && !message.is_empty()
        {
            facts.identity = Some(Identity::LogEvent {
                account: account.clone(),
                group: group.clone(),
                stream: stream.clone(),
                timestamp_ms,
                message: message.start + start..message.end + start,
            });
        }
        let group = group.or_else(|| record.hints.log_group());
        if let Some(group) = group {
            facts.resource = Some(match (&facts.account, &facts.region) {
                (Some(account), Some(region)) => {
                    format!("arn:aws:logs:{region}:{account}:log-group:{group}")
                }
                _ => format!("logs://{group}"),
            });
            facts.more.push(("group".into(), group));
        }
        facts.producer = stream;
        facts
    }

    fn places(
        &self,
        facts: &Facts,
        site: &Site,
        record: &RecordText<'_>,
        _at: usize,
    ) -> (Vec<Place>, Setting) {
        let log_event = Place::new("logs", "log-event");
        if record.block.is_frame(record.index) {
            return match site.path.rsplit(['.', ']']).next().unwrap_or_default() {
                "logGroup" | "logStream" | "logGroupName" | "logStreamName"
                | "logGroupIdentifier" => {
                    (vec![Place::new("logs", "resource-name")], Setting::Name)
                }
                _ => (vec![log_event], Setting::Content),
            };
        }
        if site.path == "logStreamName" {
            return (vec![Place::new("logs", "resource-name")], Setting::Name);
        }
        let own = facts.envelope.as_ref().map(|envelope| (envelope, ""));
        let (mut places, setting) = carried(site, own);
        if let Some(of_group) = log_group_place(facts.more("group"))
            && !places.contains(&of_group)
        {
            places.push(of_group);
        }
        places.push(log_event);
        (places, setting)
    }

    fn locator(&self, _facts: &Facts, site: &Site) -> String {
        match site.path.strip_prefix("message") {
            Some(rest) if rest.is_empty() || rest.starts_with(['.', '[']) => {
                rest.trim_start_matches('.').to_owned()
            }
            _ => site.path.clone(),
        }
    }
}
