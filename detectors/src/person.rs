//! Names of persons among the candidates: from a pattern's match to the name inside it.
//!
//! Patterns only say where a name may stand; [`crate::name`] says where it ends and how name-like it
//! is. Its word on a text behind a label takes the label for granted, so that much
//! ([`LABEL_LOG_ODDS`]) is taken off again before the label's own weight is added.

use crate::cue::{CueHit, Strength};
use crate::judge::{Candidate, Scan, Threshold, Work};
use crate::name::{self, NameEvidence, NameForm};
use crate::spec::NameUse;
use crate::vocabulary::{Checksum, CueKind};
use std::ops::Range;

/// What `name::assess` gives for the label in front of a text, in log-odds.
const LABEL_LOG_ODDS: f64 = 1.5;

/// Longest key, tag or resource name that is weighed as a whole, in bytes.
const LONGEST_NAME: usize = 2048;

/// Longest label with the name behind it, in bytes.
const LONGEST_ANNOUNCED: usize = 96;

impl Scan<'_> {
    /// Weighs the names at a pattern's match; true if one is kept.
    pub(crate) fn weigh_names(
        &self,
        work: &mut Work,
        detector: usize,
        form: usize,
        span: Range<usize>,
        cue: Option<CueHit>,
        usage: NameUse,
    ) -> bool {
        let container = [self.context.container()];
        let masking = self.threshold == Threshold::Zero;
        let span_of = |evidence: &NameEvidence| match masking {
            true => evidence.wide.clone(),
            false => evidence.span.clone(),
        };
        let candidate = |from: usize, evidence: &NameEvidence, score: f64| Candidate {
            detector,
            form,
            span: from + span_of(evidence).start..from + span_of(evidence).end,
            cue,
            checksum: Checksum::None,
            score,
            known: evidence.listed > 0,
        };
        match usage {
            NameUse::Segment => {
                let whole = self.whole_name(&span);
                work.named_to = whole.end;
                let around = name::health_of(self.context.container().as_bytes());
                let mut names = Vec::new();
                name::find(&self.text[whole.clone()], around, &mut |evidence| {
                    let name = candidate(whole.start, &evidence, evidence.confidence);
                    names.push((name, evidence));
                });
                for (name, evidence) in names {
                    self.look_beside(work, &whole, &name.span, &evidence);
                    self.keep(work, name);
                }
                true
            }
            NameUse::Announced => {
                let end = self.text.len().min(span.start + LONGEST_ANNOUNCED);
                let text = &self.text[span.start..end];
                let cue = CueHit {
                    kind: CueKind::Slot,
                    strength: Strength::Strong,
                    alone: false,
                };
                name::assess(text, NameForm::Announced, &container).is_some_and(|evidence| {
                    let named = candidate(span.start, &evidence, evidence.confidence);
                    self.keep(
                        work,
                        Candidate {
                            cue: Some(cue),
                            ..named
                        },
                    )
                })
            }
            NameUse::Caret => {
                // Behind a caret stands a component, not the beginning of the name.
                if span.start > 0 && self.text[span.start - 1] == b'^' {
                    return false;
                }
                let text = &self.text[span.clone()];
                name::assess(text, NameForm::Caret, &container).is_some_and(|evidence| {
                    self.keep(work, candidate(span.start, &evidence, evidence.confidence))
                })
            }
            NameUse::Labelled => {
                let text = &self.text[span.clone()];
                name::assess(text, NameForm::Labelled, &container).is_some_and(|evidence| {
                    let odds = evidence.confidence / (1.0 - evidence.confidence).max(0.001);
                    let odds = odds / LABEL_LOG_ODDS.exp();
                    self.keep(work, candidate(span.start, &evidence, odds / (1.0 + odds)))
                })
            }
        }
    }

    /// The key, tag value or resource name around a match: its slot, else its record.
    pub(crate) fn whole_name(&self, span: &Range<usize>) -> Range<usize> {
        let record = match self.context.slot(span.clone()) {
            Some(slot) if slot.value.start <= span.start && slot.value.end >= span.end => {
                slot.value
            }
            // Without a slot (a key of an object), quotes end it.
            _ => {
                let record = self.context.record(span.start);
                let start = record.start.min(span.start);
                let end = record.end.max(span.end).min(self.text.len());
                let quote = |byte: &u8| *byte == b'"';
                let before = self.text[start..span.start].iter().rposition(quote);
                let after = self.text[span.end..end].iter().position(quote);
                before.map_or(start, |at| start + at + 1)..after.map_or(end, |at| span.end + at)
            }
        };
        let start = record
            .start
            .min(span.start)
            .max(span.start.saturating_sub(LONGEST_NAME / 2));
        let end = record
            .end
            .max(span.end)
            .min(self.text.len())
            .min(start + LONGEST_NAME);
        // A line's end is no part of the name on it.
        let end = start + self.text[start..end].trim_ascii_end().len();
        start..end.max(span.end)
    }
}
