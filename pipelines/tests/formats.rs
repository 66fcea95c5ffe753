//! Formats, tested from the cases in `testdata/formats/*.toml`.
//!
//! Each case is read plain, gzipped, zstd-compressed, with a UTF-8 byte order mark and in UTF-16:
//! format, records and answers must be the same, and each span must map back to exactly the
//! bytes that stand in the decoded unit.
#![allow(clippy::unwrap_used, clippy::panic)]

use detectors::Context;
use pipelines::block::{self, Block};
use pipelines::decode::{Decoded, Limits, StreamBytes};
use pipelines::format::{BlockContext, Hints, Identity, InventoryColumns};
use pipelines::unit::{Outcome, Reading};
use serde::Deserialize;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// `--as`.
    r#as: Option<String>,
    /// `--place`.
    place: Option<String>,
    #[serde(default)]
    path: String,
    inventory: Option<Inventory>,
    text: String,
    /// The format that must be recognised.
    format: String,
    records: u64,
    #[serde(default)]
    hit: Vec<Hit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inventory {
    bucket: String,
    columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hit {
    /// As it is written in the text; the first occurrence, or the one after `behind`.
    find: String,
    behind: Option<String>,
    /// What the judge sees of `find`, with escapes undone; then asked through the judge's context.
    seen: Option<String>,
    /// The layers removed to see it, in the plain form.
    layers: Option<Vec<String>>,
    locator: Option<String>,
    places: Option<Vec<String>>,
    identity: Option<String>,
    time_ms: Option<i64>,
    account: Option<String>,
    region: Option<String>,
    resource: Option<String>,
    producer: Option<String>,
    setting: Option<String>,
    label: Option<String>,
    slot: Option<String>,
    no_slot: Option<bool>,
    value_of_label: Option<String>,
}

fn read(bytes: Vec<u8>, hints: &Hints) -> (Vec<Block>, Reading) {
    let mut decoded = Decoded::open(Box::new(StreamBytes(Cursor::new(bytes))), Limits::default());
    let mut blocks = Vec::new();
    let reading = block::read(&mut decoded, hints, &mut |block| {
        blocks.push(block);
        ControlFlow::Continue(())
    });
    (blocks, reading)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units
        .flat_map(|unit| {
            if big_endian {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        })
        .collect()
}

/// The decoded unit, how it is delivered, and how a piece of text stands in it.
type Form = (&'static str, Vec<u8>, Vec<u8>, fn(&str) -> Vec<u8>);

fn forms(text: &str) -> Vec<Form> {
    let plain = text.as_bytes().to_vec();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let little: fn(&str) -> Vec<u8> = |text| utf16(text, false)[2..].to_vec();
    let big: fn(&str) -> Vec<u8> = |text| utf16(text, true)[2..].to_vec();
    let bytes: fn(&str) -> Vec<u8> = |text| text.as_bytes().to_vec();
    vec![
        ("plain", plain.clone(), plain.clone(), bytes),
        ("gzip", plain.clone(), gzip(&plain), bytes),
        (
            "zstd",
            plain.clone(),
            zstd::encode_all(&plain[..], 3).unwrap(),
            bytes,
        ),
        ("utf-8 mark", marked.clone(), marked, bytes),
        ("utf-16le", utf16(text, false), utf16(text, false), little),
        (
            "utf-16be, gzip",
            utf16(text, true),
            gzip(&utf16(text, true)),
            big,
        ),
    ]
}

fn show(identity: &Identity, block: &Block) -> String {
    match identity {
        Identity::Event(id) => format!("event {id}"),
        Identity::LogEvent {
            account,
            group,
            stream,
            timestamp_ms,
            message,
        } => {
            let message = String::from_utf8_lossy(&block.text[message.clone()]).into_owned();
            format!("log {account} {group} {stream} {timestamp_ms} {message}")
        }
        Identity::Object {
            bucket,
            key,
            version,
        } => {
            format!(
                "object {bucket} {key}{}",
                version
                    .as_ref()
                    .map(|version| format!(" {version}"))
                    .unwrap_or_default()
            )
        }
        Identity::Arn(arn) => arn.clone(),
        Identity::Named(name) => name.clone(),
        Identity::UnitRecord(number) => format!("record {number}"),
    }
}

fn check(case: &Case, hit: &Hit, form: &Form, blocks: &[Block]) {
    let name = format!("{} ({}): {}", case.name, form.0, hit.find);
    let found = blocks.iter().find_map(|block| {
        let text = std::str::from_utf8(&block.text).unwrap();
        let from = hit.behind.as_ref().map_or(Some(0), |behind| {
            text.find(behind.as_str()).map(|at| at + behind.len())
        })?;
        text[from..]
            .find(hit.find.as_str())
            .map(|at| (block, from + at))
    });
    let (block, at) = found.unwrap_or_else(|| panic!("{name}: not in the text"));
    let span = at..at + hit.find.len();
    let unit = block.unit_span(span.clone());
    assert_eq!(
        &form.1[unit.start as usize..unit.end as usize],
        form.3(&hit.find),
        "{name}: unit span"
    );

    if let Some(seen) = &hit.seen {
        check_seen(&name, hit, seen, form, block);
    }
    let lookup = block.layout.lookup(block);
    let located = lookup.locate(span.clone());
    if let Some(want) = &hit.locator {
        assert_eq!(&located.locator, want, "{name}: locator");
    }
    if let Some(want) = &hit.places {
        let places: Vec<String> = located.places.iter().map(ToString::to_string).collect();
        assert_eq!(&places, want, "{name}: places");
    }
    if let Some(want) = &hit.identity {
        assert_eq!(&show(&located.identity, block), want, "{name}: identity");
    }
    if let Some(want) = hit.time_ms {
        assert_eq!(located.time_ms, Some(want), "{name}: time");
    }
    let texts = [
        ("account", &hit.account, &located.account),
        ("region", &hit.region, &located.region),
        ("resource", &hit.resource, &located.resource),
        ("producer", &hit.producer, &located.producer),
    ];
    for (what, want, got) in texts {
        if want.is_some() {
            assert_eq!(got, want, "{name}: {what}");
        }
    }
    if let Some(want) = &hit.setting {
        assert_eq!(
            format!("{:?}", lookup.setting(span.clone())).to_lowercase(),
            *want,
            "{name}: setting"
        );
    }
    let slot = lookup.slot(span.clone());
    let text_of =
        |range: std::ops::Range<usize>| String::from_utf8_lossy(&block.text[range]).into_owned();
    if let Some(want) = &hit.label {
        assert_eq!(
            slot.as_ref().map(|slot| slot.label.as_ref()),
            Some(want.as_str()),
            "{name}: label"
        );
    }
    if let Some(want) = &hit.slot {
        assert_eq!(
            slot.as_ref()
                .map(|slot| text_of(slot.value.clone()))
                .as_ref(),
            Some(want),
            "{name}: slot"
        );
    }
    if hit.no_slot == Some(true) {
        assert_eq!(slot, None, "{name}: slot");
    }
    if let Some(want) = &hit.value_of_label {
        assert_eq!(
            lookup.value_of_label(span).map(text_of).as_ref(),
            Some(want),
            "{name}: value of label"
        );
    }
}

fn check_seen(name: &str, hit: &Hit, seen: &str, form: &Form, block: &Block) {
    let view = scanner::layers::undo(&block.text, &block.layout.declared());
    let lookup = block.layout.lookup(block);
    let context = BlockContext::new(block, &view, lookup.as_ref(), "");
    let at = memchr::memmem::find(&view.text, seen.as_bytes());
    let at = at.unwrap_or_else(|| {
        panic!(
            "{name}: not seen in {}",
            String::from_utf8_lossy(&view.text)
        )
    });
    let span = at..at + seen.len();
    let in_block = context.in_block(span.clone());
    let unit = block.unit_span(in_block.clone());
    assert_eq!(
        &form.1[unit.start as usize..unit.end as usize],
        form.3(&hit.find),
        "{name}: span of the view"
    );
    assert!(block.core.contains(&in_block.start));
    let slot = context.slot(span.clone());
    if let Some(label) = &hit.label {
        let slot = slot.unwrap();
        assert_eq!(&slot.label, label, "{name}");
        assert!(
            slot.value.start <= span.start && span.end <= slot.value.end,
            "{name}: slot around the span"
        );
    }
    let record = context.record(at);
    assert!(
        record.start <= span.start && span.end <= record.end,
        "{name}: record around the span"
    );
    if let (Some(layers), "plain") = (&hit.layers, form.0) {
        let removed = view.map.layers(span);
        let names: Vec<&str> = removed.iter().map(|layer| layer.name()).collect();
        assert_eq!(&names, layers, "{name}: layers");
    }
}

fn run(file: &str) {
    let path = format!(
        "{}/testdata/formats/{file}.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let cases: File = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(!cases.case.is_empty());
    for case in &cases.case {
        let hints = Hints {
            format: case.r#as.clone(),
            place: case.place.as_ref().map(|place| {
                let (service, element) = place.split_once(':').unwrap();
                detectors::place::Place {
                    service: service.to_owned().into(),
                    element: element.to_owned().into(),
                }
            }),
            path: case.path.clone(),
            inventory: case.inventory.as_ref().map(|inventory| {
                Arc::new(InventoryColumns {
                    bucket: inventory.bucket.clone(),
                    columns: inventory.columns.clone(),
                })
            }),
        };
        for form in forms(&case.text) {
            let (blocks, reading) = read(form.2.clone(), &hints);
            assert_eq!(
                reading.outcome,
                Outcome::Scanned,
                "{} ({})",
                case.name,
                form.0
            );
            assert_eq!(reading.format, case.format, "{} ({})", case.name, form.0);
            assert_eq!(
                reading.records, case.records,
                "{} ({}): records",
                case.name, form.0
            );
            assert_eq!(
                reading.bytes_decoded,
                form.1.len() as u64,
                "{} ({})",
                case.name,
                form.0
            );
            for hit in &case.hit {
                check(case, hit, &form, &blocks);
            }
        }
    }
}

macro_rules! files {
    ($($name:ident = $file:literal;)*) => { $(#[test] fn $name() { run($file); })* };
}

files! {
    aws_logs = "aws_logs";
    cloudtrail = "cloudtrail";
    logs = "logs";
    state = "state";
    tables = "tables";
    documents = "documents";
}
