//! VPC flow logs: blank-separated, with a header line that names the columns in whatever order the
//! user chose, or without one in the order of version 2.
//!
//! They hold addresses and ports, and nothing that anyone typed.

use super::fields::{Split, before_blank};
use super::{Row, Shape, Site, most_lines, nth, open};
use crate::format::envelope::is_flow_log;
use crate::format::lines::whole_lines;
use crate::format::time::epoch_ms;
use crate::format::{Format, Head, Hints, Located, Reader};
use detectors::Setting;
use detectors::place::Place;

/// The format.
pub(in crate::format) struct FlowLog;

static SHAPE: Shape = Shape {
    split: Split::Blanks {
        brackets: false,
        closes: before_blank,
    },
    columns: &[
        "version",
        "account-id",
        "interface-id",
        "srcaddr",
        "dstaddr",
        "srcport",
        "dstport",
        "protocol",
        "packets",
        "bytes",
        "start",
        "end",
        "action",
        "log-status",
    ],
    describe,
    places,
};

/// The columns of versions 3 and later.
const LATER: &[&str] = &[
    "vpc-id",
    "subnet-id",
    "instance-id",
    "tcp-flags",
    "type",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "region",
    "az-id",
    "sublocation-type",
    "sublocation-id",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
    "flow-direction",
    "traffic-path",
    "reject-reason",
    "resource-id",
    "encryption-status",
];

impl Format for FlowLog {
    fn name(&self) -> &'static str {
        "vpc-flow"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        header(head).is_some() || most_lines(head, is_flow_log)
    }

    fn open(&self, head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let columns = header(head);
        open(&SHAPE, u64::from(columns.is_some()), columns, hints)
    }
}

/// The names in the first line, if it is nothing but names of columns.
fn header(head: &Head<'_>) -> Option<Vec<String>> {
    let lines = whole_lines(head);
    let line = lines
        .first()
        .filter(|_| head.text.first().is_some_and(u8::is_ascii_lowercase))?;
    let fields = SHAPE.split.fields(line);
    let names: Vec<&[u8]> = (0..fields.len())
        .map(|index| nth(line, &fields, index))
        .collect();
    let is_known = |name: &&[u8]| {
        let known = SHAPE.columns.iter().chain(LATER);
        name.starts_with(b"ecs-") || known.into_iter().any(|column| column.as_bytes() == *name)
    };
    let is_own = |name: &&[u8]| name.ends_with(b"addr") || *name == b"interface-id";
    let is_header = names.len() >= 2 && names.iter().all(is_known) && names.iter().any(is_own);
    is_header.then(|| {
        let text = |name: &&[u8]| String::from_utf8_lossy(name).into_owned();
        names.iter().map(text).collect()
    })
}

fn describe(row: &Row<'_>, located: &mut Located) {
    located.time_ms = row.get("start").and_then(epoch_ms);
    let own = |column| row.get(column).map(str::to_owned);
    located.account = own("account-id").or(located.account.take());
    located.region = own("region").or(located.region.take());
    located.resource =
        row.get("interface-id")
            .map(|interface| match (&located.account, &located.region) {
                (Some(account), Some(region)) => {
                    format!("arn:aws:ec2:{region}:{account}:network-interface/{interface}")
                }
                _ => format!("network-interface/{interface}"),
            });
}

fn places(_row: &Row<'_>, _site: &Site) -> (Vec<Place>, Setting) {
    (vec![Place::new("ec2", "vpc-flow-log")], Setting::Content)
}
