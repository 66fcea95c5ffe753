//! The values found in a record, to be masked wherever a name of that record repeats one.
//!
//! A value is often found by what stands around it (a label, a column) and repeated where nothing
//! does: as the key of a JSON object, in the ARN of the same event. There the detectors see only
//! digits or two words. What was found in a record is masked in all its names, however it is
//! written there. It is the record and neither the block nor the run, so that a row does not depend
//! on its neighbours: not on where a block ends, which shard it is in, or what other threads have
//! read.

use std::collections::HashMap;

use detectors::{Found, KnownValue, Token};

use super::engine::Engine;
use super::folded::{Folded, Folding, Value};
use crate::identity;

/// Values, by what stands for them.
#[derive(Default)]
pub(super) struct Known {
    values: HashMap<u64, (Folding, detectors::Class, Option<Token>)>,
    /// The numbers of letters and digits that occur, ascending.
    lengths: Vec<usize>,
}

impl Known {
    /// The values of `found`, which are spans of `text`.
    pub(super) fn new<'f>(
        engine: &Engine,
        text: &[u8],
        found: impl Iterator<Item = &'f Found>,
    ) -> Self {
        let mut all = Self::default();
        for hit in found {
            let Some(value) = text.get(hit.span.clone()) else {
                continue;
            };
            for form in Value::all(value, hit.class) {
                all.add(engine, &form, hit);
            }
        }
        all
    }

    /// Adds one form of a value.
    pub(super) fn add(&mut self, engine: &Engine, form: &Value, hit: &Found) {
        let folding = form.folding;
        self.values.entry(folding.hash).or_insert_with(|| {
            let token = identity::mask_token(engine.key(), hit.class, &hit.value);
            (folding, hit.class, token)
        });
        if let Err(at) = self.lengths.binary_search(&folding.letters) {
            self.lengths.insert(at, folding.letters);
        }
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Where in a name they stand, as whole words; the longest where several begin.
    pub(super) fn within(&self, name: &str) -> Vec<KnownValue> {
        let mut hits = Vec::new();
        if self.values.is_empty() {
            return hits;
        }
        let folded = Folded::new(name.as_bytes());
        let mut at = 0;
        while at < folded.len() {
            match self.longest_at(&folded, at) {
                Some((hit, letters)) => {
                    at += letters;
                    hits.push(hit);
                }
                None => at += 1,
            }
        }
        hits
    }

    fn longest_at(&self, name: &Folded<'_>, at: usize) -> Option<(KnownValue, usize)> {
        if !name.may_start(at) {
            return None;
        }
        self.lengths.iter().rev().find_map(|&letters| {
            let (folding, span) = name.words(at, letters)?;
            let (of, class, token) = self.values.get(&folding.hash)?;
            let hit = KnownValue {
                span,
                class: *class,
                token: *token,
            };
            of.is(&folding).then_some((hit, letters))
        })
    }
}
