//! S3 Inventory: CSV lists without header, and their manifest.
//!
//! The columns come from the manifest's `fileSchema`; the files source finds it beside or above
//! the list. Without it, the first two columns are bucket and key, as in every schema. Keys
//! are form-encoded. A listed key is the object that it names.

use super::csv::{Columns, Rows, fields};
use super::json::{
    Facts, RecordText, Rule, Scheme, Site, Walker, each_value, mentions, reader, unescaped,
};
use super::keys::{KEY_BYTES, form_decoded, object};
use super::lines::whole_lines;
use super::place_of::name_in_arn;
use super::text::{capped, in_unit};
use super::{Format, Head, Hints, InventoryColumns, Layout, Located, Lookup, Reader};
use crate::block::Block;
use detectors::place::Place;
use detectors::{Setting, Slot};
use scanner::layers::{Declared, Percent};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// The CSV list.
pub(super) struct Inventory;

impl Format for Inventory {
    fn name(&self) -> &'static str {
        "s3-inventory"
    }

    fn recognises(&self, head: &Head<'_>, hints: &Hints) -> bool {
        hints.inventory.is_some() || looks_like_inventory(head)
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let names = match &hints.inventory {
            Some(inventory) => inventory.columns.clone(),
            None => vec!["Bucket".to_owned(), "Key".to_owned()],
        };
        Box::new(Rows::new(
            b',',
            false,
            Arc::new(ListLayout {
                names,
                hints: hints.clone(),
            }),
        ))
    }
}

/// Without a manifest: all fields quoted, the same bucket in all rows, and a time or an ETag.
fn looks_like_inventory(head: &Head<'_>) -> bool {
    let lines = whole_lines(head);
    let rows = &lines[..lines.len().min(20)];
    let Some(first) = rows.first() else {
        return false;
    };
    let column = |row: &[u8], index: usize| {
        fields(row, b',')
            .get(index)
            .map(|range| row[range.clone()].to_vec())
    };
    let bucket = column(first, 0).unwrap_or_default();
    let bucket_name = (3..=63).contains(&bucket.len())
        && bucket
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(byte));
    bucket_name
        && rows.iter().all(|row| {
            row.starts_with(b"\"")
                && column(row, 0).as_ref() == Some(&bucket)
                && fields(row, b',')
                    .iter()
                    .skip(2)
                    .any(|range| is_time_or_etag(&row[range.clone()]))
        })
}

fn is_time_or_etag(field: &[u8]) -> bool {
    let etag = field.len() >= 32 && field[..32].iter().all(u8::is_ascii_hexdigit);
    let time = field.len() >= 20
        && field.get(4) == Some(&b'-')
        && field.get(10) == Some(&b'T')
        && field.ends_with(b"Z");
    etag || time
}

struct ListLayout {
    names: Vec<String>,
    hints: Hints,
}

impl Layout for ListLayout {
    fn declared(&self) -> Declared {
        Declared {
            json: false,
            percent: Percent::Form,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Name
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(ListLookup {
            columns: Columns::new(block, self.names.clone(), b','),
            hints: &self.hints,
        })
    }
}

struct ListLookup<'b> {
    columns: Columns<'b>,
    hints: &'b Hints,
}

impl Lookup for ListLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        let index = self.columns.block.record_at(span.start);
        let column = self
            .columns
            .field(span.start)
            .and_then(|(column, _)| self.columns.name(column))
            .unwrap_or_default();
        let of_manifest = self
            .hints
            .inventory
            .as_ref()
            .map(|inventory| inventory.bucket.as_bytes());
        let bucket = self
            .columns
            .value(index, "Bucket")
            .or(of_manifest)
            .unwrap_or_default();
        let key = self.columns.value(index, "Key").unwrap_or_default();
        // Percent-encoded, a key is three times as long.
        let key = match key.len() <= 3 * KEY_BYTES {
            true => form_decoded(key),
            false => key[..=KEY_BYTES].to_vec(),
        };
        let version = self
            .columns
            .value(index, "VersionId")
            .filter(|version| !version.is_empty());
        let version = version.map(|version| capped(version, KEY_BYTES).into_owned());
        let number = self.columns.block.record_number(index);
        let in_bucket = column == "Bucket";
        let mut located = object(bucket, &key, version, in_bucket, number);
        if !matches!(column, "Bucket" | "Key") {
            // A fact about the object, not its name.
            located.locator = column.to_owned();
            located.places =
                in_unit(self.columns.block, self.hints, span.start, String::new()).places;
        }
        located
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        self.columns.slot(&span)
    }

    fn labelled_values(&self, wanted: &dyn Fn(&str) -> bool, each: &mut dyn FnMut(Slot<'_>)) {
        self.columns.each_labelled(wanted, each);
    }

    fn setting(&self, _span: Range<usize>) -> Setting {
        Setting::Name
    }
}

/// `manifest.json` of an inventory.
pub(super) struct Manifest;

impl Format for Manifest {
    fn name(&self) -> &'static str {
        "s3-inventory-manifest"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        head.text.trim_ascii_start().starts_with(b"{")
            && mentions(head.text, "sourceBucket")
            && mentions(head.text, "fileSchema")
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let rule = Rule {
            elements: |_| false,
            document: true,
        };
        reader(rule, ManifestScheme, hints)
    }
}

struct ManifestScheme;

impl Scheme for ManifestScheme {
    fn facts(&self, record: &RecordText<'_>) -> Facts {
        let mut facts = Facts::default();
        each_value(record.text, &record.opening, |state, range, _| {
            if state.is(&["sourceBucket"]) {
                let bucket = unescaped(&record.text[range]);
                facts.resource = Some(format!("s3://{}", capped(bucket.as_bytes(), KEY_BYTES)));
            }
            facts.resource.is_none()
        });
        facts
    }

    fn places(
        &self,
        _facts: &Facts,
        site: &Site,
        record: &RecordText<'_>,
        at: usize,
    ) -> (Vec<Place>, Setting) {
        let last = site.path.rsplit('.').next().unwrap_or_default();
        let named = match last {
            "sourceBucket" => Place::new("s3", "bucket-name"),
            "destinationBucket" => {
                let raw = record
                    .block
                    .text
                    .get(site.token.clone())
                    .unwrap_or_default();
                name_in_arn(&unescaped(raw), at.saturating_sub(site.token.start))
                    .unwrap_or_else(|| Place::new("s3", "bucket-name"))
            }
            "key" => Place::new("s3", "object-key"),
            _ => return (vec![Place::FILE_CONTENT], Setting::Content),
        };
        (vec![named], Setting::Name)
    }
}

/// What a manifest says: its columns, and the names of the CSV files that it lists. `None` for
/// anything but the manifest of a CSV inventory.
pub fn read_manifest(manifest: &[u8]) -> Option<(InventoryColumns, HashSet<String>)> {
    let (mut columns, mut listed, mut csv) = (InventoryColumns::default(), HashSet::new(), false);
    each_value(manifest, &Walker::default(), |state, range, _| {
        let value = unescaped(&manifest[range]);
        if state.is(&["sourceBucket"]) {
            columns.bucket = value.into_owned();
        } else if state.is(&["fileFormat"]) {
            csv = value.eq_ignore_ascii_case("csv");
        } else if state.is(&["fileSchema"]) {
            columns.columns = value
                .split(',')
                .map(|name| name.trim().to_owned())
                .collect();
        } else if state.is(&["files", "*", "key"]) {
            listed.extend(value.rsplit('/').next().map(str::to_owned));
        }
        true
    });
    (csv && !columns.columns.is_empty()).then_some((columns, listed))
}
