//! API Gateway: access logs in common log form, and execution logs.
//!
//! An access log has the form that its stage's template gives it; the one that AWS shows for CLF ends
//! in the request's id, by which it is told from a web server's. (JSON templates are in
//! `service_json`.) An execution log tells one request in some twenty lines, each after the request's
//! id in parentheses; with data tracing they hold queries, headers and whole bodies.

use super::fields::{Split, before_blank};
use super::{Row, Shape, Site, in_path, most_lines, nth, open, query};
use crate::block::Block;
use crate::format::lines::{Begins, Lines};
use crate::format::text::in_unit;
use crate::format::time::clf_ms;
use crate::format::{Format, Head, Hints, Layout, Located, Lookup, Reader};
use detectors::place::Place;
use detectors::{Setting, Slot};
use scanner::layers::{Declared, Percent};
use std::ops::Range;
use std::sync::Arc;

/// Access logs in common log form.
pub(in crate::format) struct Access;
/// Execution logs, outside CloudWatch Logs' own envelopes.
pub(in crate::format) struct Execution;

static SHAPE: Shape = Shape {
    split: Split::Blanks {
        brackets: true,
        closes: before_blank,
    },
    columns: &[
        "ip",
        "caller",
        "user",
        "requestTime",
        "request",
        "status",
        "responseLength",
        "requestId",
        "extendedRequestId",
    ],
    describe,
    places,
};

impl Format for Access {
    fn name(&self) -> &'static str {
        "apigateway-access"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        most_lines(head, |line| {
            let fields = SHAPE.split.fields(line);
            let time = std::str::from_utf8(nth(line, &fields, 3)).ok();
            let status = nth(line, &fields, 5);
            (8..=9).contains(&fields.len())
                && time.and_then(clf_ms).is_some()
                && status.len() == 3
                && status.iter().all(u8::is_ascii_digit)
                && is_request_id(nth(line, &fields, 7))
        })
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        open(&SHAPE, 0, None, hints)
    }
}

/// A UUID, as REST and WebSocket APIs have it, or `JKJaXmPLvHcESHA=`, as HTTP APIs have it.
fn is_request_id(text: &[u8]) -> bool {
    let uuid = text.len() == 36
        && text.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    let short = (12..=24).contains(&text.len())
        && text.ends_with(b"=")
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte));
    uuid || short
}

fn describe(row: &Row<'_>, located: &mut Located) {
    located.time_ms = row.get("requestTime").and_then(clf_ms);
    located.producer = row
        .get("user")
        .or_else(|| row.get("caller"))
        .map(str::to_owned);
}

fn places(row: &Row<'_>, site: &Site) -> (Vec<Place>, Setting) {
    let at = site.at.saturating_sub(site.field.start);
    let setting = match site.column == "request" && in_path(row.field(site), at) {
        true => Setting::Name,
        false => Setting::Content,
    };
    (vec![Place::new("apigateway", "access-log")], setting)
}

/// What lines of an execution log say behind the request's id.
const SAYS: [&[u8]; 16] = [
    b"Extended Request Id",
    b"Verifying Usage Plan",
    b"API Key ",
    b"Usage Plan check",
    b"Starting execution",
    b"Starting authorizer",
    b"HTTP Method",
    b"Method ",
    b"Endpoint ",
    b"Sending request to",
    b"Received response",
    b"Successfully completed",
    b"Execution failed",
    b"Gateway response",
    b"Unauthorized request",
    b"AWS Integration Endpoint",
];

/// Whether a message is a line of an execution log: `(request-id) Method request path: {…}`.
pub(crate) fn is_execution(message: &[u8]) -> bool {
    said(message).is_some_and(|said| SAYS.iter().any(|known| said.starts_with(known)))
}

/// What stands behind the request's id.
fn said(message: &[u8]) -> Option<&[u8]> {
    let inside = message.strip_prefix(b"(")?;
    let close = memchr::memchr(b')', inside.get(..64).unwrap_or(inside))?;
    let is_id = (12..=48).contains(&close)
        && inside[..close]
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte));
    is_id.then(|| inside[close + 1..].trim_ascii_start())
}

/// Where, in a line of an execution log, a JSON body begins.
pub(crate) fn body_at(message: &[u8]) -> Option<usize> {
    let said = said(message)?;
    let colon = memchr::memchr(b':', said.get(..128).unwrap_or(said))?;
    let body = said[colon + 1..].trim_ascii_start();
    let inside = body
        .strip_prefix(b"{")
        .or_else(|| body.strip_prefix(b"["))?;
    let json = matches!(inside.trim_ascii_start().first(), Some(b'"' | b'{' | b'['));
    json.then(|| message.len() - body.len())
}

impl Format for Execution {
    fn name(&self) -> &'static str {
        "apigateway-execution"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        // Bodies of several lines may stand below.
        is_execution(head.text)
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        // A body of several lines belongs to the line that it begins in.
        let begins = Begins::Where(64, |line| said(line).is_some());
        Box::new(Lines::new(
            begins,
            false,
            Arc::new(ExecutionLayout {
                hints: hints.clone(),
            }),
        ))
    }
}

struct ExecutionLayout {
    hints: Hints,
}

impl Layout for ExecutionLayout {
    fn declared(&self) -> Declared {
        Declared {
            json: true,
            percent: Percent::Urls,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Content
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(ExecutionLookup {
            block,
            hints: &self.hints,
        })
    }
}

struct ExecutionLookup<'b> {
    block: &'b Block,
    hints: &'b Hints,
}

impl ExecutionLookup<'_> {
    fn parameter(&self, span: &Range<usize>) -> Option<query::Parameter> {
        let record = self.block.record(self.block.record_at(span.start));
        let text = self.block.text.get(record.clone())?;
        let within = span.start.checked_sub(record.start)?..span.end.checked_sub(record.start)?;
        let found = query::member(text, within.clone()).or_else(|| query::parameter(text, within));
        found.map(|found| found.shifted(record.start))
    }
}

impl Lookup for ExecutionLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        let parameter = self.parameter(&span);
        let label = parameter.map(|found| found.label(&self.block.text));
        let mut located = in_unit(
            self.block,
            self.hints,
            span.start,
            label.unwrap_or_default(),
        );
        if self.hints.place.is_none() {
            located.places = vec![Place::new("apigateway", "execution-log")];
        }
        located
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        let parameter = self.parameter(&span)?;
        (parameter.value.start <= span.start && span.end <= parameter.value.end).then(|| Slot {
            label: parameter.announces(&self.block.text).into(),
            value: parameter.value,
        })
    }

    fn setting(&self, _span: Range<usize>) -> Setting {
        Setting::Content
    }
}
