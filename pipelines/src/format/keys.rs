//! Lists of object keys: one `s3://BUCKET/KEY` a line, or bare keys with `--as keys`.
//!
//! A listed key is the thing that it names: identity and resource are the object's.

use super::json::unpercent;
use super::lines::{Begins, Lines, whole_lines};
use super::{Format, Head, Hints, Identity, Layout, Located, Lookup, Reader};
use crate::block::Block;
use detectors::Setting;
use detectors::place::Place;
use scanner::layers::{Declared, Percent};
use std::ops::Range;
use std::sync::Arc;

/// The format.
pub(super) struct Keys;

impl Format for Keys {
    fn name(&self) -> &'static str {
        "keys"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        let lines = whole_lines(head);
        !lines.is_empty() && lines.iter().all(|line| bucket_end(line).is_some())
    }

    fn open(&self, _head: &Head<'_>, _hints: &Hints) -> Box<dyn Reader> {
        Box::new(Lines::new(Begins::Every, false, Arc::new(KeysLayout)))
    }
}

/// Where the bucket's name ends, in `s3://BUCKET/KEY`.
fn bucket_end(line: &[u8]) -> Option<usize> {
    let rest = line.strip_prefix(b"s3://")?;
    let bucket = memchr::memchr(b'/', rest)?;
    let name = &rest[..bucket];
    let valid = name.len() >= 3
        && name.iter().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
        });
    valid.then_some(5 + bucket)
}

struct KeysLayout;

impl Layout for KeysLayout {
    fn declared(&self) -> Declared {
        // Clients often store names that are percent-encoded already.
        Declared {
            json: false,
            percent: Percent::Everywhere,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Name
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(KeysLookup { block })
    }
}

struct KeysLookup<'b> {
    block: &'b Block,
}

impl Lookup for KeysLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        let index = self.block.record_at(span.start);
        let record = self.block.record(index);
        let line = self.block.text.get(record.clone()).unwrap_or_default();
        // A key may end in a space: only the line's end is not part of it.
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let bucket_end = bucket_end(line);
        let (bucket, key) = match bucket_end {
            Some(end) => (&line[5..end], &line[end + 1..]),
            None => (&line[..0], line),
        };
        let in_bucket = bucket_end.is_some_and(|end| span.start < record.start + end);
        let number = self.block.record_number(index);
        object(bucket, key, None, in_bucket, number)
    }

    fn setting(&self, _span: Range<usize>) -> Setting {
        Setting::Name
    }
}

/// Longest bucket and key that name an object; S3 allows 63 and 1,024 bytes. What is longer is
/// known by its record alone, so that the cost of a hit does not grow with its line.
pub(crate) const KEY_BYTES: usize = 4 << 10;

/// A hit in the name of an object, or of its bucket. Names are as S3 has them: decoded already.
/// `record` is the record's number in its unit.
pub(crate) fn object(
    bucket: &[u8],
    key: &[u8],
    version: Option<String>,
    in_bucket: bool,
    record: u64,
) -> Located {
    let text = |raw: &[u8]| String::from_utf8_lossy(raw).into_owned();
    if bucket.len() + key.len() > KEY_BYTES {
        return Located {
            identity: Identity::UnitRecord(record),
            places: vec![Place::new("s3", "object-key")],
            ..Located::default()
        };
    }
    let (bucket, key) = (text(bucket), text(key));
    let element = if in_bucket {
        "bucket-name"
    } else {
        "object-key"
    };
    let resource = match (bucket.is_empty(), in_bucket) {
        (true, _) => key.clone(),
        (_, true) => format!("s3://{bucket}"),
        _ => format!("s3://{bucket}/{key}"),
    };
    let identity = if in_bucket {
        Identity::Object {
            bucket,
            key: String::new(),
            version: None,
        }
    } else {
        Identity::Object {
            bucket,
            key,
            version,
        }
    };
    Located {
        identity,
        places: vec![Place::new("s3", element)],
        resource: Some(resource),
        ..Located::default()
    }
}

/// A key as an Inventory or an event writes it, decoded: `+` is a space.
pub(crate) fn form_decoded(raw: &[u8]) -> Vec<u8> {
    unpercent(raw, true).text
}
