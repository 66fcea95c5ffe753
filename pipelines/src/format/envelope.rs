//! Records of other services inside log messages, JSON lines and strings of other documents, told
//! by unmistakable members: events of CloudTrail, EventBridge events (also those that carry a trail
//! event), notifications that start functions (S3, SQS, SNS and others), messages of SQS and SNS
//! around them, X-Ray segments, Step Functions history and definitions, resolver query logs, web
//! ACL logs, VPC flow logs, access and execution logs of API Gateway, CloudFront logs.

use super::access::is_execution;
use super::call::Call;
use super::json::{Site, Walker, each_value};
use detectors::Setting;
use detectors::place::Place;
use std::borrow::Cow;
use std::sync::Arc;

/// What a document carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    Trail(Arc<Call>),
    XRay,
    /// With the call, where the event is one of CloudTrail.
    EventBridge(Option<Arc<Call>>),
    /// What a function receives from the service that starts it: `{"Records": [{"eventSource":
    /// "aws:s3", …}]}`, or one of these records.
    Trigger,
    /// Messages of a queue, or one of them.
    Queue,
    /// What a topic delivers.
    Topic,
    StepFunctions,
    StateMachine,
    ResolverQuery,
    WebAcl,
    FlowLog,
    GatewayAccess,
    GatewayExecution,
    CloudFront,
}

/// Top-level members that are looked at; a real envelope has fewer than this.
const MEMBERS: usize = 200;

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
        let (mut trigger, mut queue) = (false, false);
        each_value(message, &Walker::default(), |state, range, _| {
            // The outermost key tells, however deep the value.
            let label = state.label();
            let first = label.split('.').next().unwrap_or_default();
            if keys.last().is_none_or(|last| last != first) {
                keys.push(Cow::Owned(first.to_owned()));
            }
            let raw = message.get(range).unwrap_or_default();
            match label.strip_prefix("detail.") {
                Some(member) => detail.add(member, raw),
                None => own.add(&label, raw),
            }
            let of_record = label.strip_prefix("Records.").unwrap_or(&label);
            trigger |=
                matches!(of_record, "eventSource" | "EventSource") && raw.starts_with(b"aws:");
            queue |= label == "Messages.ReceiptHandle";
            keys.len() < MEMBERS
        });
        let has = |key: &str| keys.iter().any(|known| known == key);
        let called = |call: Call| call.is_whole().then(|| Arc::new(call));
        let is_trail = has("eventVersion") || has("requestParameters") || has("userIdentity");
        if has("detail-type") && has("source") && (has("detail") || has("resources")) {
            Some(Envelope::EventBridge(called(detail)))
        } else if trigger {
            Some(Envelope::Trigger)
        } else if has("TopicArn") && has("Message") && has("Type") {
            Some(Envelope::Topic)
        } else if has("ReceiptHandle") && has("Body") || has("Messages") && queue {
            Some(Envelope::Queue)
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
            Envelope::Trail(call) => called(call, path, Place::new("cloudtrail", "event-record")),
            Envelope::EventBridge(call) => {
                let payload = Place::new("events", "event-payload");
                match (call, path.strip_prefix("detail.")) {
                    (Some(call), Some(below)) => called(call, below, payload),
                    // What S3 tells of an object.
                    (None, Some("object.key")) => {
                        (vec![payload, Place::new("s3", "object-key")], Setting::Name)
                    }
                    (None, Some("bucket.name")) => (
                        vec![payload, Place::new("s3", "bucket-name")],
                        Setting::Name,
                    ),
                    _ => content(payload),
                }
            }
            Envelope::Trigger => triggered(below_list(path, "Records")),
            Envelope::Queue => match without_nested(below_list(path, "Messages"), &["Body"]) {
                "Body" => content(Place::new("sqs", "message-body")),
                // Attributes and the like, of which the section does not speak.
                _ => (Vec::new(), Setting::Content),
            },
            Envelope::Topic => match without_nested(path, &["Message"]) {
                "Message" | "Subject" => content(Place::new("sns", "message-content")),
                "TopicArn" => (vec![Place::new("sns", "resource-name")], Setting::Name),
                _ => (Vec::new(), Setting::Content),
            },
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

/// The places of a call's member, which is in `container` as well.
fn called(call: &Call, path: &str, container: Place) -> (Vec<Place>, Setting) {
    let (mut places, setting) = call.own_places(path);
    places.push(container);
    (places, setting)
}

/// The places of a value in what a function receives, by its path in the record. All of it is the
/// trigger's event; names in it are names of their own service too.
fn triggered(path: &str) -> (Vec<Place>, Setting) {
    let event = Place::new("lambda", "trigger-event");
    let (of_service, setting) = match without_nested(path, &["body", "Sns.Message"]) {
        "s3.object.key" => (Some(Place::new("s3", "object-key")), Setting::Name),
        "s3.bucket.name" | "s3.bucket.arn" => {
            (Some(Place::new("s3", "bucket-name")), Setting::Name)
        }
        "body" => (Some(Place::new("sqs", "message-body")), Setting::Content),
        "Sns.Message" | "Sns.Subject" => {
            (Some(Place::new("sns", "message-content")), Setting::Content)
        }
        "Sns.TopicArn" => (Some(Place::new("sns", "resource-name")), Setting::Name),
        "eventSourceARN" | "EventSubscriptionArn" => (None, Setting::Name),
        _ => (None, Setting::Content),
    };
    (std::iter::once(event).chain(of_service).collect(), setting)
}

/// A path below an element of a list, or as it is where the element is the document:
/// `Records[2].s3.object.key` is `s3.object.key`.
fn below_list<'p>(path: &'p str, list: &str) -> &'p str {
    let in_list = path
        .strip_prefix(list)
        .filter(|rest| rest.starts_with('['))
        .and_then(|rest| rest.split_once("]."));
    in_list.map_or(path, |(_, below)| below)
}

/// A path up to the first of these members in which it lies: they are strings that may be documents
/// themselves, and then the path goes on inside.
fn without_nested<'p>(path: &'p str, members: &[&'static str]) -> &'p str {
    let around = members.iter().find(|member| {
        path.strip_prefix(**member)
            .is_some_and(|rest| rest.starts_with(['.', '[']))
    });
    around.map_or(path, |member| &path[..member.len()])
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
