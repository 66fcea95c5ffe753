//! S3 server access logs.
//!
//! A line names the object twice: in the key column, percent-encoded twice for most operations and
//! once for those of S3's own (`BATCH.DELETE.OBJECT`, `S3.EXPIRE.OBJECT`), and in the request. Both
//! are object names. Everything else is the log's own content, which is an object's body.

use super::fields::{Split, before_blank};
use super::{Row, Shape, Site, in_path, most_lines, nth, open, path_start};
use crate::format::hints::{is_account, is_region};
use crate::format::json::unpercent;
use crate::format::place_of::{is_arn, name_in_arn};
use crate::format::time::clf_ms;
use crate::format::{Format, Head, Hints, Located, Reader};
use detectors::Setting;
use detectors::place::Place;

/// The format.
pub(in crate::format) struct ServerAccess;

/// Positions of columns that end in a quote which may be one of many.
const REQUEST: usize = 8;
const REFERRER: usize = 15;
const USER_AGENT: usize = 16;

static SHAPE: Shape = Shape {
    split: Split::Blanks {
        brackets: true,
        closes,
    },
    columns: &[
        "bucket_owner",
        "bucket",
        "time",
        "remote_ip",
        "requester",
        "request_id",
        "operation",
        "key",
        "request_uri",
        "http_status",
        "error_code",
        "bytes_sent",
        "object_size",
        "total_time",
        "turn_around_time",
        "referrer",
        "user_agent",
        "version_id",
        "host_id",
        "signature_version",
        "cipher_suite",
        "authentication_type",
        "host_header",
        "tls_version",
        "access_point_arn",
        "acl_required",
        "source_region",
    ],
    describe,
    places,
};

/// S3 does not escape quotes in what clients send, so what follows must fit the next column.
fn closes(column: usize, rest: &[u8]) -> bool {
    match column {
        REQUEST => match rest {
            [b' ', b'-', b' ', ..] => true,
            [b' ', status @ ..] => status
                .get(..3)
                .is_some_and(|code| code.iter().all(u8::is_ascii_digit)),
            _ => rest.is_empty(),
        },
        REFERRER => rest.is_empty() || rest.starts_with(b" \"") || rest.starts_with(b" -"),
        // A version id, or none, and behind it the host id: no blank or quote is in them.
        USER_AGENT => match rest {
            [b' ', version @ ..] => {
                let version = version
                    .split(|&byte| byte == b' ')
                    .next()
                    .unwrap_or_default();
                matches!(version, b"-" | b"null")
                    || version.iter().all(is_id) && version.len() >= 32
            }
            _ => rest.is_empty(),
        },
        _ => before_blank(column, rest),
    }
}

fn is_id(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

impl Format for ServerAccess {
    fn name(&self) -> &'static str {
        "s3-access"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        most_lines(head, |line| {
            let fields = SHAPE.split.fields(line);
            let time = std::str::from_utf8(nth(line, &fields, 2)).ok();
            let operation = nth(line, &fields, 6);
            let kind = operation
                .split(|&byte| byte == b'.')
                .next()
                .unwrap_or_default();
            fields.len() > REQUEST
                && time.and_then(clf_ms).is_some()
                && [
                    &b"REST"[..],
                    b"SOAP",
                    b"S3",
                    b"BATCH",
                    b"WEBSITE",
                    b"CLOUDFRONT",
                ]
                .contains(&kind)
        })
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        open(&SHAPE, 0, None, hints)
    }
}

/// The key as S3 has it.
fn key(row: &Row<'_>) -> Option<String> {
    let written = row.get("key")?;
    let once = unpercent(written.as_bytes(), false).text;
    let own = matches!(
        row.get("operation"),
        Some("BATCH.DELETE.OBJECT" | "S3.EXPIRE.OBJECT")
    );
    let name = match own {
        true => once,
        false => unpercent(&once, false).text,
    };
    Some(String::from_utf8_lossy(&name).into_owned())
}

fn describe(row: &Row<'_>, located: &mut Located) {
    located.time_ms = row.get("time").and_then(clf_ms);
    located.producer = row.get("requester").map(str::to_owned);
    located.resource = row.get("bucket").map(|bucket| match key(row) {
        Some(key) => format!("s3://{bucket}/{key}"),
        None => format!("s3://{bucket}"),
    });
    if located.account.is_none() {
        // `{prefix}{account}/{region}/{bucket}/…`, where logs are partitioned.
        let steps: Vec<&str> = row.hints.path.split(['/', '!']).collect();
        let owner = steps
            .windows(2)
            .find(|pair| is_account(pair[0]) && is_region(pair[1]));
        if let Some([account, region]) = owner {
            located.account = Some((*account).to_owned());
            located.region = Some((*region).to_owned());
        }
    }
}

const BODY: Place = Place::new("s3", "object-body");
const KEY: Place = Place::new("s3", "object-key");
const BUCKET: Place = Place::new("s3", "bucket-name");

fn places(row: &Row<'_>, site: &Site) -> (Vec<Place>, Setting) {
    let text = row.field(site);
    let at = site.at.saturating_sub(site.field.start);
    let named = |place: Place| (vec![place, BODY], Setting::Name);
    match site.column.as_str() {
        "bucket" => named(BUCKET),
        "key" => named(KEY),
        "request_uri" if in_path(text, at) => {
            let path = path_start(text);
            let bucket = row.get("bucket").unwrap_or("/");
            let rest = text.get(path..).unwrap_or_default();
            let rest = rest.strip_prefix(b"/").unwrap_or(rest);
            let by_path = rest
                .strip_prefix(bucket.as_bytes())
                .is_some_and(|rest| matches!(rest.first(), None | Some(b'/' | b'?' | b' ')));
            match by_path && at <= path + bucket.len() {
                true => named(BUCKET),
                false => named(KEY),
            }
        }
        "request_uri" => match site.parameter.as_ref().map(|found| found.label(row.text)) {
            Some(label) => of_parameter(&label.to_ascii_lowercase()),
            None => (vec![BODY], Setting::Content),
        },
        "host_header" => {
            let bucket = row.get("bucket").unwrap_or("/");
            match text.starts_with(bucket.as_bytes()) && at < bucket.len() {
                true => named(BUCKET),
                false => (vec![BODY], Setting::Content),
            }
        }
        _ if is_arn(text) => {
            let arn = String::from_utf8_lossy(text);
            let own = name_in_arn(&arn, at);
            (own.into_iter().chain([BODY]).collect(), Setting::Name)
        }
        _ => (vec![BODY], Setting::Content),
    }
}

/// What a parameter of a request to S3 is.
fn of_parameter(label: &str) -> (Vec<Place>, Setting) {
    let place = match label {
        "prefix" | "marker" | "key-marker" | "start-after" | "x-amz-copy-source" => KEY,
        "x-amz-tagging" => Place::new("s3", "object-tag"),
        _ if label.starts_with("x-amz-meta-") => Place::new("s3", "object-metadata"),
        _ => return (vec![BODY], Setting::Content),
    };
    (vec![place, BODY], Setting::Name)
}

#[cfg(test)]
mod tests {
    use super::SHAPE;

    #[test]
    fn quotes_inside_quoted_fields_end_nothing() {
        let line = concat!(
            r#"o b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 r i REST.GET.OBJECT k "GET /b/k?q="a" b HTTP/1.1" "#,
            r#"200 - 1 2 3 4 "http://x/?q="z" y" "agent "odd" 1.0" - host SigV4 c AuthHeader h TLSv1.2 - -"#
        );
        let fields = SHAPE.split.fields(line.as_bytes());
        let texts: Vec<&str> = fields.into_iter().map(|field| &line[field]).collect();
        assert_eq!(texts[8], r#"GET /b/k?q="a" b HTTP/1.1"#);
        assert_eq!(texts[15], r#"http://x/?q="z" y"#);
        assert_eq!(texts[16], r#"agent "odd" 1.0"#);
        assert_eq!(texts[22], "h");
        assert_eq!(texts.len(), 26);
    }
}
