//! CloudWatch Logs exported to S3: `2026-01-31T12:00:00.000Z message`.
//!
//! A line that does not start with a time continues the event before it. Group and account are
//! not in the file, so an event is known by unit and number.

use super::access::{body_at, query};
use super::envelope::{Envelope, carried};
use super::json::{Document, KNOWN, Walker};
use super::json_any::holds_names;
use super::lines::{Begins, Lines};
use super::text::in_unit;
use super::time::{EXPORT_BYTES, iso_ms, starts_with_export_time};
use super::{Format, Head, Hints, Layout, Located, Lookup, Reader};
use crate::block::Block;
use detectors::place::{Place, log_group_place};
use detectors::{Setting, Slot};
use scanner::layers::{Declared, Percent};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// The format.
pub(super) struct LogsExport;

impl Format for LogsExport {
    fn name(&self) -> &'static str {
        "logs-export"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        starts_with_export_time(head.text)
    }

    fn open(&self, head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let begins = Begins::Where(EXPORT_BYTES, starts_with_export_time);
        Box::new(Lines::new(
            begins,
            false,
            Arc::new(ExportLayout {
                hints: hints.clone(),
                calls: holds_names(head),
            }),
        ))
    }
}

struct ExportLayout {
    hints: Hints,
    /// Whether trail events are among the messages: their names are to be looked at as names.
    calls: bool,
}

impl Layout for ExportLayout {
    fn declared(&self) -> Declared {
        // Functions and services log JSON more often than not.
        Declared {
            json: true,
            percent: Percent::Everywhere,
        }
    }

    fn setting(&self) -> Setting {
        match self.calls {
            true => Setting::Mixed,
            false => Setting::Content,
        }
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(ExportLookup {
            block,
            hints: &self.hints,
            events: RefCell::default(),
        })
    }
}

struct ExportLookup<'b> {
    block: &'b Block,
    hints: &'b Hints,
    events: RefCell<HashMap<usize, Rc<Event<'b>>>>,
}

struct Event<'b> {
    time_ms: Option<i64>,
    envelope: Option<Envelope>,
    /// Start of the message, or of the JSON document in it, in the block's text; its end; and the
    /// document, if there is one.
    message: usize,
    end: usize,
    document: Option<Document<'b>>,
}

impl<'b> ExportLookup<'b> {
    fn event(&self, at: usize) -> Rc<Event<'b>> {
        let index = self.block.record_at(at);
        let mut events = self.events.borrow_mut();
        if events.len() >= KNOWN {
            events.clear();
        }
        let event = events.entry(index).or_insert_with(|| {
            let record = self.block.record(index);
            let text = self.block.text.get(record.clone()).unwrap_or_default();
            let timed = starts_with_export_time(text);
            let time = std::str::from_utf8(text.get(..EXPORT_BYTES - 1).unwrap_or_default()).ok();
            let skipped = if timed {
                EXPORT_BYTES.min(text.len())
            } else {
                0
            };
            let message = &text[skipped..];
            let json = matches!(message.trim_ascii_start().first(), Some(b'{' | b'['));
            let envelope = Envelope::of(message);
            let body = match envelope {
                // The bodies that API Gateway traces stand behind the words that say so.
                Some(Envelope::GatewayExecution) => body_at(message),
                _ => json.then_some(0),
            };
            let document = body.map(|body| Document::new(&message[body..], Walker::default()));
            Rc::new(Event {
                time_ms: time.filter(|_| timed).and_then(iso_ms),
                envelope,
                message: record.start + skipped + body.unwrap_or(0),
                document,
                end: record.end,
            })
        });
        Rc::clone(event)
    }

    /// The places besides the log event, and what the text there is.
    fn places(&self, event: &Event<'_>, site: Option<&super::json::Site>) -> (Vec<Place>, Setting) {
        let own = event.envelope.as_ref();
        let (mut places, setting) = match (site, own) {
            (Some(site), own) => carried(site, own.map(|own| (own, site.path.as_str()))),
            (None, Some(own)) => own.places(""),
            (None, None) => (Vec::new(), Setting::Content),
        };
        let of_group = self
            .hints
            .log_group()
            .and_then(|group| log_group_place(&group));
        places.extend(of_group.filter(|place| !places.contains(place)));
        (places, setting)
    }

    /// The member of a map that API Gateway printed, or a parameter of its URLs.
    fn parameter(&self, span: &Range<usize>) -> Option<query::Parameter> {
        let event = self.event(span.start);
        if event.envelope != Some(Envelope::GatewayExecution) || event.document.is_some() {
            return None;
        }
        let text = self.block.text.get(event.message..event.end)?;
        let within = span.start.checked_sub(event.message)?..span.end.checked_sub(event.message)?;
        let found = query::member(text, within.clone())
            .or_else(|| query::parameter(text, within))?
            .shifted(event.message);
        (found.value.start <= span.start && span.end <= found.value.end).then_some(found)
    }

    fn site(&self, span: &Range<usize>) -> Option<super::json::Site> {
        let event = self.event(span.start);
        let document = event
            .document
            .as_ref()
            .filter(|_| span.start >= event.message)?;
        let shift = |range: Range<usize>| range.start + event.message..range.end + event.message;
        let mut site =
            document.site(span.start - event.message..span.end.saturating_sub(event.message));
        site.token = shift(site.token);
        site.value = site.value.map(shift);
        Some(site)
    }
}

impl Lookup for ExportLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        let event = self.event(span.start);
        let site = self.site(&span);
        let locator = site
            .as_ref()
            .map(|site| site.path.clone())
            .unwrap_or_default();
        let mut places = self.places(&event, site.as_ref()).0;
        let log_event = Place::new("logs", "log-event");
        places.retain(|place| *place != log_event);
        places.push(log_event);
        Located {
            time_ms: event.time_ms,
            places,
            ..in_unit(self.block, self.hints, span.start, locator)
        }
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        if let Some(parameter) = self.parameter(&span) {
            return Some(Slot {
                label: parameter.announces(&self.block.text).into(),
                value: parameter.value,
            });
        }
        let site = self.site(&span)?;
        if site.is_key || site.token.end < span.end {
            return None;
        }
        let label = site.pair_key.unwrap_or(site.label);
        (!label.is_empty()).then(|| Slot {
            label: label.into(),
            value: site.token,
        })
    }

    fn value_of_label(&self, span: Range<usize>) -> Option<Range<usize>> {
        self.site(&span)?.value
    }

    fn setting(&self, span: Range<usize>) -> Setting {
        let event = self.event(span.start);
        self.places(&event, self.site(&span).as_ref()).1
    }
}
