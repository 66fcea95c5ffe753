//! What was found anywhere in a run, for the names of its units.
//!
//! A folder is called by a record number that one file in it tells; the number stands in the path of
//! every other file below. So when all is read, units are looked through once more for values that
//! other units hold. Locators are not: they are compared between runs and shards, and must not
//! depend on what else was read (see [`super::known`]); the columns `unit` and `resource` may.
//!
//! Values are kept as hashes of their letters and digits, and so many of them at most that they fit
//! the memory of a run.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use detectors::{Class, Found, Subject};

use super::engine::Engine;
use super::folded::Value;
use super::known::Known;
use crate::row::{Coverage, Finding, Text};
use crate::source::files::identity::without_compression;

/// Different values that are kept: a table of some 15 MB.
const MOST: usize = 200_000;
/// Letters and digits from which a value is more than a word that paths hold for other reasons.
const LONG: usize = 6;
/// Names whose mask is remembered: rows of one unit follow each other more or less.
const REMEMBERED: usize = 1 << 12;

/// Values of all units of a run.
#[derive(Default)]
pub(super) struct Seen {
    known: Mutex<Known>,
    is_full: AtomicBool,
}

impl Seen {
    /// Takes note of a block's values. `found` are spans of `text`.
    pub(super) fn learn(&self, engine: &Engine, text: &[u8], found: &[Found]) {
        if self.is_full.load(Relaxed) {
            return;
        }
        let mut new = found
            .iter()
            .filter(|hit| names_a_patient(hit))
            .flat_map(|hit| {
                let value = text.get(hit.span.clone()).unwrap_or_default();
                let forms = Value::whole_in_any_order(value, hit.class);
                forms.into_iter().map(move |form| (form, hit))
            })
            .filter(|(value, _)| value.folding.letters >= LONG)
            .peekable();
        if new.peek().is_none() {
            return;
        }
        let Ok(mut known) = self.known.lock() else {
            return;
        };
        new.for_each(|(value, hit)| known.add(engine, &value, hit));
        self.is_full.store(known.len() >= MOST, Relaxed);
    }

    /// When all is read: what looks through names.
    pub(super) fn finish(self) -> Glance {
        Glance {
            known: self.known.into_inner().unwrap_or_default(),
            remembered: HashMap::new(),
        }
    }
}

/// Whether folders are called by such a value. Days and addresses are in paths for other reasons.
fn names_a_patient(hit: &Found) -> bool {
    hit.subject == Subject::Patient
        && !matches!(
            hit.class,
            Class::Date | Class::Dob | Class::Ip | Class::Address | Class::Icd10
        )
}

/// Looks through names that are masked already.
pub(super) struct Glance {
    known: Known,
    remembered: HashMap<Text, Option<Text>>,
}

impl Glance {
    /// Masks the values of other units in the names of the unit that a finding is in.
    pub(super) fn finding(&mut self, row: &mut Finding) {
        let is_own = match (&row.unit, &row.resource) {
            (Some(unit), Some(resource)) => is_resource_of(unit.as_str(), resource.as_str()),
            _ => false,
        };
        self.mask(&mut row.unit);
        if is_own {
            self.mask(&mut row.resource);
        }
    }

    /// The same for the row that accounts for a unit.
    pub(super) fn coverage(&mut self, row: &mut Coverage) {
        self.mask(&mut row.unit);
    }

    fn mask(&mut self, name: &mut Option<Text>) {
        let Some(text) = name else {
            return;
        };
        if self.known.len() == 0 {
            return;
        }
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        let known = &self.known;
        let better = self.remembered.entry(text.clone()).or_insert_with(|| {
            let hits = known.within(text.as_str());
            (!hits.is_empty()).then(|| text.without(&hits))
        });
        if let Some(better) = better {
            *text = better.clone();
        }
    }
}

/// Whether a finding's resource is the unit itself: a URI that ends as the path does, but for the
/// suffix of a compression. A resource that a record names is no business of other records.
fn is_resource_of(unit: &str, resource: &str) -> bool {
    let (unit, resource) = (last_part(unit), last_part(resource));
    unit == resource || without_compression(unit) == resource
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}
