//! Records of other services inside log messages, JSON lines and strings of other documents, told
//! by unmistakable members: events of CloudTrail, EventBridge events (also those that carry a trail
//! event), X-Ray segments, Step Functions history and definitions, resolver query logs, web ACL
//! logs, VPC flow logs, access and execution logs of API Gateway, CloudFront logs.

use super::access::is_execution;
use super::json::{Site, Walker, each_value, unescaped};
use detectors::Setting;
use detectors::place::{Place, trail};
use std::borrow::Cow;
use std::sync::Arc;

/// What a document carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    Trail(Arc<Call>),
    XRay,
    /// With the call, where the event is one of CloudTrail.
    EventBridge(Option<Arc<Call>>),
    StepFunctions,
    StateMachine,
    ResolverQuery,
    WebAcl,
    FlowLog,
    GatewayAccess,
    GatewayExecution,
    CloudFront,
}

/// The API call of a trail event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    source: String,
    name: String,
}

/// Top-level members that are looked at; a real envelope has fewer than this.
const MEMBERS: usize = 200;
/// Longest event source or event name.
const CALL_BYTES: usize = 256;

impl Envelope {
    /// Looks at a message: JSON, or a line of a flow log or an execution log.
    pub(crate) fn of(message: &[u8]) -> Option<Envelope> {
        let message = message.trim_ascii();
        if is_flow_log(message) {
            return Some(Envelope::FlowLog);
        }
        if is_execution(message) {
            return Some(Envelope::GatewayExecution);
        }
        if !message.starts_with(b"{") {
            return None;
        }
        let mut keys: Vec<Cow<'_, str>> = Vec::new();
        let (mut own, mut detail) = (Call::default(), Call::default());
        each_value(message, &Walker::default(), |state, range, _| {
            // The outermost key tells, however deep the value.
            let label = state.label();
            let first = label.split('.').next().unwrap_or_default();
            if keys.last().is_none_or(|last| last != first) {
                keys.push(Cow::Owned(first.to_owned()));
            }
            let (call, member) = match label.strip_prefix("detail.") {
                Some(member) => (&mut detail, member),
                None => (&mut own, label.as_str()),
            };
            let text = message.get(range).filter(|raw| raw.len() <= CALL_BYTES);
            match (member, text) {
                ("eventSource", Some(raw)) => call.source = unescaped(raw).into_owned(),
                ("eventName", Some(raw)) => call.name = unescaped(raw).into_owned(),
                _ => {}
            }
            keys.len() < MEMBERS
        });
        let has = |key: &str| keys.iter().any(|known| known == key);
        let called =
            |call: Call| (!call.source.is_empty() && !call.name.is_empty()).then(|| Arc::new(call));
        let is_trail = has("eventVersion") || has("requestParameters") || has("userIdentity");
        if has("detail-type") && has("source") && (has("detail") || has("resources")) {
            Some(Envelope::EventBridge(called(detail)))
        } else if let Some(call) = called(own).filter(|_| is_trail) {
            Some(Envelope::Trail(call))
        } else if has("trace_id")
            && has("start_time")
            && (has("annotations") || has("metadata") || has("id"))
        {
            Some(Envelope::XRay)
        } else if has("execution_arn") && has("type") {
            Some(Envelope::StepFunctions)
        } else if has("StartAt") && has("States") {
            Some(Envelope::StateMachine)
        } else if has("query_name") && (has("srcaddr") || has("query_type")) {
            Some(Envelope::ResolverQuery)
        } else if has("webaclId") && has("httpRequest") {
            Some(Envelope::WebAcl)
        } else if has("requestId")
            && (has("resourcePath") || has("routeKey"))
            && (has("requestTime") || has("requestTimeEpoch") || has("httpMethod"))
        {
            Some(Envelope::GatewayAccess)
        } else if has("cs-uri-stem") && (has("sc-status") || has("cs(Host)")) {
            Some(Envelope::CloudFront)
        } else {
            None
        }
    }

    /// The places of a value at this path inside the document, its own first, and whether the text
    /// there is a name.
    pub(crate) fn places(&self, path: &str) -> (Vec<Place>, Setting) {
        let content = |place| (vec![place], Setting::Content);
        match self {
            Envelope::Trail(call) => call.places(path, Place::new("cloudtrail", "event-record")),
            Envelope::EventBridge(call) => {
                let payload = Place::new("events", "event-payload");
                match (call, path.strip_prefix("detail.")) {
                    (Some(call), Some(below)) => call.places(below, payload),
                    _ => content(payload),
                }
            }
            Envelope::XRay => {
                let within = |key: &str| path.split(['.', '[']).any(|step| step == key);
                content(if within("annotations") {
                    Place::new("xray", "segment-annotation")
                } else if within("metadata") {
                    Place::new("xray", "segment-metadata")
                } else {
                    Place::new("xray", "trace")
                })
            }
            Envelope::StepFunctions if path == "execution_arn" => {
                (vec![Place::new("states", "execution-name")], Setting::Name)
            }
            Envelope::StepFunctions => content(Place::new("states", "history")),
            Envelope::StateMachine => content(Place::new("states", "state-machine-definition")),
            Envelope::ResolverQuery => named(path, &["query_name"], "guardduty", "dns-log"),
            Envelope::WebAcl => named(
                path,
                &["httpRequest.uri", "httpRequest.host"],
                "wafv2",
                "web-acl-log",
            ),
            Envelope::FlowLog => content(Place::new("ec2", "vpc-flow-log")),
            Envelope::GatewayAccess => named(
                path,
                &["path", "resourcePath", "domainName"],
                "apigateway",
                "access-log",
            ),
            Envelope::GatewayExecution => content(Place::new("apigateway", "execution-log")),
            Envelope::CloudFront => named(
                path,
                &["cs-uri-stem", "cs(Host)", "x-host-header"],
                "cloudfront",
                "payload",
            ),
        }
    }
}

/// One place, whose text is a name at these paths: those of URLs and hosts.
fn named(
    path: &str,
    names: &[&str],
    service: &'static str,
    element: &'static str,
) -> (Vec<Place>, Setting) {
    let setting = match names.contains(&path) {
        true => Setting::Name,
        false => Setting::Content,
    };
    (vec![Place::new(service, element)], setting)
}

impl Call {
    fn places(&self, path: &str, container: Place) -> (Vec<Place>, Setting) {
        match trail::place(&self.source, &self.name, path) {
            Some(own) => (
                vec![own.place, container],
                super::cloudformation::setting_of(own.names),
            ),
            None => (vec![container], Setting::Content),
        }
    }
}

/// The places that a hit has because of the documents it lies in: those inside strings, innermost
/// first, and the record's own (`record`, with the path in it).
pub(crate) fn carried(site: &Site, record: Option<(&Envelope, &str)>) -> (Vec<Place>, Setting) {
    let mut places: Vec<Place> = Vec::new();
    let mut setting = Setting::Content;
    let nested = site.carried.iter().rev();
    let nested = nested.map(|(envelope, path)| (envelope, path.as_str()));
    for (envelope, path) in nested.chain(record) {
        let (own, text) = envelope.places(path);
        if places.is_empty() {
            setting = text;
        }
        for place in own {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    (places, setting)
}

/// `2 123456789012 eni-… …`: version, account, interface, and at least ten fields.
pub(super) fn is_flow_log(message: &[u8]) -> bool {
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
