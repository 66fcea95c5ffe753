//! CloudWatch Logs exported to S3: `2026-01-31T12:00:00.000Z message`.
//!
//! A line that does not start with a time continues the event before it. Group and account are
//! not in the file, so an event is known by unit and number.

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
    /// Start of the message in the block's text, and the message if it is a JSON document.
    message: usize,
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
            Rc::new(Event {
                time_ms: time.filter(|_| timed).and_then(iso_ms),
                envelope: Envelope::of(message),
                message: record.start + skipped,
                document: json.then(|| Document::new(message, Walker::default())),
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
