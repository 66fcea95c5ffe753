//! CloudFront standard logs: tab-separated, below two header lines that name the columns.
//!
//! Values are percent-encoded, most of them twice. The whitepaper's section speaks of what goes
//! through CloudFront, not of its logs; a log repeats the URLs and cookies of that.

use super::fields::Split;
use super::{Row, Shape, Site, open};
use crate::format::lines::whole_lines;
use crate::format::time::iso_ms;
use crate::format::{Format, Head, Hints, Located, Reader};
use detectors::Setting;
use detectors::place::Place;

/// The format.
pub(in crate::format) struct CloudFront;

static SHAPE: Shape = Shape {
    split: Split::Tabs,
    columns: &[
        "date",
        "time",
        "x-edge-location",
        "sc-bytes",
        "c-ip",
        "cs-method",
        "cs(Host)",
        "cs-uri-stem",
        "sc-status",
        "cs(Referer)",
        "cs(User-Agent)",
        "cs-uri-query",
        "cs(Cookie)",
        "x-edge-result-type",
        "x-edge-request-id",
        "x-host-header",
        "cs-protocol",
        "cs-bytes",
        "time-taken",
        "x-forwarded-for",
        "ssl-protocol",
        "ssl-cipher",
        "x-edge-response-result-type",
        "cs-protocol-version",
        "fle-status",
        "fle-encrypted-fields",
        "c-port",
        "time-to-first-byte",
        "x-edge-detailed-result-type",
        "sc-content-type",
        "sc-content-len",
        "sc-range-start",
        "sc-range-end",
    ],
    describe,
    places,
};

impl Format for CloudFront {
    fn name(&self) -> &'static str {
        "cloudfront-access"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        let (_, columns) = header(head);
        head.text.starts_with(b"#")
            && columns.is_some_and(|columns| {
                columns
                    .iter()
                    .any(|name| name == "cs-uri-stem" || name.starts_with("x-edge-"))
            })
    }

    fn open(&self, head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let (lines, columns) = header(head);
        open(&SHAPE, lines, columns, hints)
    }
}

/// How many header lines there are, and the columns that they name.
fn header(head: &Head<'_>) -> (u64, Option<Vec<String>>) {
    let lines = whole_lines(head);
    let comments: Vec<&[u8]> = lines
        .into_iter()
        .take_while(|line| line.starts_with(b"#"))
        .take(8)
        .collect();
    let named = comments
        .iter()
        .find_map(|line| line.strip_prefix(b"#Fields:"))
        .map(|names| {
            let names = String::from_utf8_lossy(names);
            names.split_whitespace().map(str::to_owned).collect()
        });
    (comments.len() as u64, named)
}

fn describe(row: &Row<'_>, located: &mut Located) {
    if let (Some(date), Some(time)) = (row.get("date"), row.get("time")) {
        located.time_ms = iso_ms(&format!("{date}T{time}Z"));
    }
    located.resource = row
        .get("cs(Host)")
        .or_else(|| row.get("x-host-header"))
        .map(|host| format!("https://{host}"));
}

fn places(_row: &Row<'_>, site: &Site) -> (Vec<Place>, Setting) {
    let setting = match site.column.as_str() {
        "cs-uri-stem" | "cs(Host)" | "x-host-header" => Setting::Name,
        _ => Setting::Content,
    };
    (vec![Place::new("cloudfront", "payload")], setting)
}
