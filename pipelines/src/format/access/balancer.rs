//! Access logs of Application, Network (TLS) and Classic Load Balancers.
//!
//! The request, the user agent, the names in TLS and the redirect's URL are what clients send. The
//! names of the load balancer, its target groups and certificates are resource names.

use super::fields::{Split, before_blank};
use super::{Row, Shape, Site, in_path, most_lines, nth, open};
use crate::format::place_of::{is_arn, name_in_arn};
use crate::format::time::iso_ms;
use crate::format::{Format, Head, Hints, Located, Reader};
use detectors::Setting;
use detectors::place::Place;
use detectors::place::arn::Arn;

/// Application Load Balancers.
pub(in crate::format) struct Application;
/// Network Load Balancers with TLS listeners.
pub(in crate::format) struct Network;
/// Classic Load Balancers.
pub(in crate::format) struct Classic;

const SPLIT: Split = Split::Blanks {
    brackets: false,
    closes: before_blank,
};

static APPLICATION: Shape = Shape {
    split: SPLIT,
    columns: &[
        "type",
        "time",
        "elb",
        "client:port",
        "target:port",
        "request_processing_time",
        "target_processing_time",
        "response_processing_time",
        "elb_status_code",
        "target_status_code",
        "received_bytes",
        "sent_bytes",
        "request",
        "user_agent",
        "ssl_cipher",
        "ssl_protocol",
        "target_group_arn",
        "trace_id",
        "domain_name",
        "chosen_cert_arn",
        "matched_rule_priority",
        "request_creation_time",
        "actions_executed",
        "redirect_url",
        "error_reason",
        "target:port_list",
        "target_status_code_list",
        "classification",
        "classification_reason",
        "conn_trace_id",
        "transformed_host",
        "transformed_uri",
        "request_transform_status",
    ],
    describe,
    places,
};

static NETWORK: Shape = Shape {
    split: SPLIT,
    columns: &[
        "type",
        "version",
        "time",
        "elb",
        "listener",
        "client:port",
        "destination:port",
        "connection_time",
        "tls_handshake_time",
        "received_bytes",
        "sent_bytes",
        "incoming_tls_alert",
        "chosen_cert_arn",
        "chosen_cert_serial",
        "tls_cipher",
        "tls_protocol_version",
        "tls_named_group",
        "domain_name",
        "alpn_fe_protocol",
        "alpn_be_protocol",
        "alpn_client_preference_list",
        "tls_connection_creation_time",
    ],
    describe,
    places,
};

static CLASSIC: Shape = Shape {
    split: SPLIT,
    columns: &[
        "time",
        "elb",
        "client:port",
        "backend:port",
        "request_processing_time",
        "backend_processing_time",
        "response_processing_time",
        "elb_status_code",
        "backend_status_code",
        "received_bytes",
        "sent_bytes",
        "request",
        "user_agent",
        "ssl_cipher",
        "ssl_protocol",
    ],
    describe,
    places,
};

fn is_time(text: &[u8]) -> bool {
    std::str::from_utf8(text).ok().and_then(time).is_some()
}

/// Network Load Balancers write no zone: it is UTC.
fn time(text: &str) -> Option<i64> {
    iso_ms(text).or_else(|| iso_ms(&format!("{text}Z")))
}

fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    text.iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

impl Format for Application {
    fn name(&self) -> &'static str {
        "alb-access"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        const TYPES: [&[u8]; 6] = [b"http", b"https", b"h2", b"grpcs", b"ws", b"wss"];
        most_lines(head, |line| {
            let fields = SPLIT.fields(line);
            fields.len() >= 16
                && TYPES.contains(&nth(line, &fields, 0))
                && is_time(nth(line, &fields, 1))
                && (5..12).all(|index| is_number(nth(line, &fields, index)))
        })
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        open(&APPLICATION, 0, None, hints)
    }
}

impl Format for Network {
    fn name(&self) -> &'static str {
        "nlb-access"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        most_lines(head, |line| {
            let fields = SPLIT.fields(line);
            fields.len() >= 18
                && nth(line, &fields, 0) == b"tls"
                && is_number(nth(line, &fields, 1))
                && is_time(nth(line, &fields, 2))
        })
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        open(&NETWORK, 0, None, hints)
    }
}

impl Format for Classic {
    fn name(&self) -> &'static str {
        "clb-access"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        most_lines(head, |line| {
            let fields = SPLIT.fields(line);
            fields.len() >= 12
                && is_time(nth(line, &fields, 0))
                && (4..11).all(|index| is_number(nth(line, &fields, index)))
                && line.get(fields[11].start.saturating_sub(1)) == Some(&b'"')
        })
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        open(&CLASSIC, 0, None, hints)
    }
}

fn describe(row: &Row<'_>, located: &mut Located) {
    located.time_ms = row.get("time").and_then(time);
    let arns = ["target_group_arn", "chosen_cert_arn", "listener"];
    for arn in arns.iter().filter_map(|column| row.get(column)) {
        if let Some(arn) = Arn::parse(arn) {
            located
                .account
                .get_or_insert_with(|| arn.account.to_owned());
            located.region.get_or_insert_with(|| arn.region.to_owned());
        }
    }
    located.resource = row
        .get("elb")
        .map(|name| match (&located.account, &located.region) {
            (Some(account), Some(region)) => {
                format!("arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{name}")
            }
            _ => format!("loadbalancer/{name}"),
        });
}

const LOG: Place = Place::new("elasticloadbalancing", "access-log");
const NAME: Place = Place::new("elasticloadbalancing", "resource-name");

fn places(row: &Row<'_>, site: &Site) -> (Vec<Place>, Setting) {
    let text = row.field(site);
    let at = site.at.saturating_sub(site.field.start);
    match site.column.as_str() {
        "elb" | "listener" if !is_arn(text) => (vec![NAME, LOG], Setting::Name),
        _ if is_arn(text) => {
            let own = name_in_arn(&String::from_utf8_lossy(text), at);
            (own.into_iter().chain([LOG]).collect(), Setting::Name)
        }
        "domain_name" | "transformed_host" => (vec![LOG], Setting::Name),
        // A path is made of names; what is asked for is content.
        "request" | "redirect_url" | "transformed_uri" if in_path(text, at) => {
            (vec![LOG], Setting::Name)
        }
        _ => (vec![LOG], Setting::Content),
    }
}
