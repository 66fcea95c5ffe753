//! Records of other services inside log messages and JSON lines, told by unmistakable members:
//! X-Ray segments, EventBridge events, Step Functions history, resolver query logs, web ACL logs,
//! VPC flow logs.

use super::json::{Walker, each_value};
use detectors::place::Place;
use std::borrow::Cow;

/// What a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    XRay,
    EventBridge,
    StepFunctions,
    ResolverQuery,
    WebAcl,
    FlowLog,
}

/// Top-level members that are looked at; a real envelope has fewer than this.
const MEMBERS: usize = 200;

const ALL: [(Envelope, &str); 6] = [
    (Envelope::XRay, "xray"),
    (Envelope::EventBridge, "eventbridge"),
    (Envelope::StepFunctions, "step-functions"),
    (Envelope::ResolverQuery, "resolver-query"),
    (Envelope::WebAcl, "web-acl"),
    (Envelope::FlowLog, "flow-log"),
];

impl Envelope {
    /// A name to keep among a record's facts.
    pub(crate) fn name(self) -> &'static str {
        ALL.iter()
            .find(|(envelope, _)| *envelope == self)
            .map_or("", |(_, name)| name)
    }

    /// The envelope of that name.
    pub(crate) fn by_name(name: &str) -> Option<Envelope> {
        ALL.iter()
            .find(|(_, known)| *known == name)
            .map(|(envelope, _)| *envelope)
    }

    /// Looks at a message: JSON, or the fields of a flow log line.
    pub(crate) fn of(message: &[u8]) -> Option<Envelope> {
        let message = message.trim_ascii();
        if is_flow_log(message) {
            return Some(Envelope::FlowLog);
        }
        if !message.starts_with(b"{") {
            return None;
        }
        let mut keys: Vec<Cow<'_, str>> = Vec::new();
        each_value(message, &Walker::default(), |state, _, _| {
            // The outermost key tells, however deep the value.
            let label = state.label();
            let first = label.split('.').next().unwrap_or_default();
            if keys.last().is_none_or(|last| last != first) {
                keys.push(Cow::Owned(first.to_owned()));
            }
            keys.len() < MEMBERS
        });
        let has = |key: &str| keys.iter().any(|known| known == key);
        if has("detail-type") && has("source") && (has("detail") || has("resources")) {
            Some(Envelope::EventBridge)
        } else if has("trace_id")
            && has("start_time")
            && (has("annotations") || has("metadata") || has("id"))
        {
            Some(Envelope::XRay)
        } else if has("execution_arn") && has("type") {
            Some(Envelope::StepFunctions)
        } else if has("query_name") && (has("srcaddr") || has("query_type")) {
            Some(Envelope::ResolverQuery)
        } else if has("webaclId") && has("httpRequest") {
            Some(Envelope::WebAcl)
        } else {
            None
        }
    }

    /// The place of a value at this path inside the message.
    pub(crate) fn place(self, path: &str) -> Place {
        match self {
            Envelope::XRay => {
                let within = |key: &str| path.split(['.', '[']).any(|step| step == key);
                if within("annotations") {
                    Place::new("xray", "segment-annotation")
                } else if within("metadata") {
                    Place::new("xray", "segment-metadata")
                } else {
                    Place::new("xray", "trace")
                }
            }
            Envelope::EventBridge => Place::new("events", "event-payload"),
            Envelope::StepFunctions if path == "execution_arn" => {
                Place::new("states", "execution-name")
            }
            Envelope::StepFunctions => Place::new("states", "history"),
            Envelope::ResolverQuery => Place::new("guardduty", "dns-log"),
            Envelope::WebAcl => Place::new("wafv2", "web-acl-log"),
            Envelope::FlowLog => Place::new("ec2", "vpc-flow-log"),
        }
    }
}

/// `2 123456789012 eni-… …`: version, account, interface, and at least ten fields.
fn is_flow_log(message: &[u8]) -> bool {
    let mut fields = message.split(|&byte| byte == b' ');
    let version = fields.next().is_some_and(|field| {
        (1..=2).contains(&field.len()) && field.iter().all(u8::is_ascii_digit)
    });
    let account = fields.next().is_some_and(|field| {
        field == b"unknown" || field.len() == 12 && field.iter().all(u8::is_ascii_digit)
    });
    let interface = fields
        .next()
        .is_some_and(|field| field.starts_with(b"eni-"));
    version && account && interface && fields.take(10).count() >= 7
}
