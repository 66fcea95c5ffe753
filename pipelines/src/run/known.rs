//! The values found in a record, to be masked wherever a name of that record repeats one.
//!
//! A value is often found by what stands around it (a label, a column) and repeated where nothing
//! does: as the key of a JSON object, in the ARN of the same event. There the detectors see only
//! digits or two words. What was found in a record is masked in all its names. It is the record
//! and neither the block nor the run, so that a row does not depend on its neighbours: not on where
//! a block ends, which shard it is in, or what other threads have read.

use std::collections::HashMap;
use std::ops::Range;

use detectors::{Found, KnownValue, Token};

use super::engine::Engine;
use crate::identity;

/// Shorter values are words that names hold for other reasons.
const SHORTEST: usize = 4;

/// Values of a record by their text, borrowed from the view of its block.
#[derive(Default)]
pub(super) struct Known<'v> {
    values: HashMap<&'v [u8], (detectors::Class, Option<Token>)>,
    /// The lengths that occur, ascending.
    lengths: Vec<usize>,
}

impl<'v> Known<'v> {
    /// The values of `found`, which are spans of `text`.
    pub(super) fn new<'f>(
        engine: &Engine,
        text: &'v [u8],
        found: impl Iterator<Item = &'f Found>,
    ) -> Self {
        let mut values = HashMap::new();
        for hit in found {
            let Some(value) = text.get(hit.span.clone()) else {
                continue;
            };
            if value.len() >= SHORTEST {
                values.entry(value).or_insert_with(|| {
                    let token = identity::mask_token(engine.key(), hit.class, &hit.value);
                    (hit.class, token)
                });
            }
        }
        let mut lengths: Vec<usize> = values.keys().map(|value| value.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        Self { values, lengths }
    }

    /// Where in a name they stand, as whole words; the longest where several begin.
    pub(super) fn within(&self, name: &str) -> Vec<KnownValue> {
        let text = name.as_bytes();
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
        let boundary = |at: usize| {
            at == 0 || at >= text.len() || !is_word(&text[at - 1]) || !is_word(&text[at])
        };
        let mut hits = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let hit = boundary(at)
                .then(|| self.longest_at(text, at, &boundary))
                .flatten();
            match hit {
                Some(hit) => {
                    at = hit.span.end;
                    hits.push(hit);
                }
                None => at += 1,
            }
        }
        hits
    }

    fn longest_at(
        &self,
        text: &[u8],
        at: usize,
        boundary: &dyn Fn(usize) -> bool,
    ) -> Option<KnownValue> {
        let fitting = self
            .lengths
            .partition_point(|length| at + length <= text.len());
        let mut spans = self.lengths[..fitting]
            .iter()
            .rev()
            .map(|length| at..at + length);
        spans.find_map(|span: Range<usize>| {
            if !boundary(span.end) {
                return None;
            }
            let (class, token) = self.values.get(text.get(span.clone())?)?;
            Some(KnownValue {
                span,
                class: *class,
                token: *token,
            })
        })
    }
}
