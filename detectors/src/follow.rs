//! From a label to its value: behind a cue in the text, in a slot that a format knows, in a field of
//! a health message. Whatever is found goes on to grading in [`crate::judge`].

use crate::context::Setting;
use crate::cue::{CueHit, Strength, Way};
use crate::judge::{Scan, Work};
use crate::set::Form;
use crate::spec::{Needs, PatternSetting};
use crate::vocabulary::CueKind;
use crate::{bounds, gap, structure};
use regex_automata::{Anchored, Input};
use std::ops::Range;

/// Longest value of a label that is searched for identifiers of the label's kind.
const LONGEST_SLOT: usize = 256;

impl Scan<'_> {
    /// Looks for values behind the cues whose anchor starts at `at`.
    pub(crate) fn follow_cues(&self, work: &mut Work, at: usize) {
        let mut cues = std::mem::take(&mut work.cues);
        cues.clear();
        self.set
            .cues
            .at_anchor(self.text, at, &mut work.words, &mut |cue, span| {
                cues.push((cue.detector, cue.strength, cue.alone, cue.way, span));
            });
        for (detector, strength, alone, way, span) in cues.drain(..) {
            if way != Way::Label {
                if self.setting_at(&span) == Setting::Name {
                    self.follow_in_name(work, detector, &span, way);
                }
                continue;
            }
            let own_line =
                self.setting != Setting::Name && bounds::label_stands_alone(self.text, &span);
            // `surgery/2026-03-14/`: in a name, a weak word is mostly a folder or a department.
            let doubtful = strength == Strength::Weak
                && !alone
                && !matches!(self.text.get(span.end), Some(b'=' | b':' | b' '))
                && self.setting_at(&span) == Setting::Name;
            let taken = gap::walk(self.text, span.end, own_line, &mut |start, kind| {
                let kind = if doubtful { CueKind::Container } else { kind };
                self.try_forms(
                    work,
                    detector,
                    start..self.text.len(),
                    &span,
                    CueHit {
                        kind,
                        strength,
                        alone,
                    },
                )
            });
            let taken = taken
                || strength == Strength::Strong
                    && self.setting_at(&span) == Setting::Name
                    && self.look_back(work, detector, &span);
            if !taken && let Some(value) = self.context.value_of_label(span) {
                let cue = CueHit {
                    kind: CueKind::Slot,
                    strength,
                    alone,
                };
                self.search_slot(work, detector, value, cue);
            }
        }
        work.cues = cues;
    }

    /// Looks for values in the fields of a health message's segment that starts at `at`.
    pub(crate) fn read_segment(&self, work: &mut Work, at: usize) {
        structure::fields(self.text, at, &mut |label, value| {
            self.set.cues.announced(label, &mut |detector, cue| {
                let cue = CueHit {
                    kind: CueKind::Structure,
                    ..cue
                };
                self.search_slot(work, detector, value.clone(), cue);
            });
        });
    }

    /// Tries the forms of a detector at the start of `within`, a place behind its cue.
    fn try_forms(
        &self,
        work: &mut Work,
        detector: usize,
        within: Range<usize>,
        cue_span: &Range<usize>,
        cue: CueHit,
    ) -> bool {
        let start = within.start;
        let compiled = &self.set.detectors()[detector];
        let Some(&byte) = self.text.get(start) else {
            return false;
        };
        for (number, form) in compiled.forms.iter().enumerate() {
            if !form.first[usize::from(byte)] || !admits(form, cue) {
                continue;
            }
            let input = Input::new(self.text)
                .span(within.clone())
                .anchored(Anchored::Yes);
            let Some(end) = form
                .regex
                .search_half_with(&mut work.regexes[form.number], &input)
            else {
                continue;
            };
            let span = start..end.offset();
            if cue.kind != CueKind::LabelLine && self.context.record(start).start > cue_span.start {
                return false;
            }
            if self.grade(work, detector, number, span, Some(cue)) {
                return true;
            }
        }
        false
    }

    /// Looks for a value of `detector` in the value of a label that announces it.
    pub(crate) fn search_slot(
        &self,
        work: &mut Work,
        detector: usize,
        value: Range<usize>,
        cue: CueHit,
    ) {
        let end = self
            .text
            .len()
            .min(value.end)
            .min(value.start.saturating_add(LONGEST_SLOT));
        let mut start = value.start;
        while start < end {
            let boundary = start == value.start
                || !(self.text[start - 1].is_ascii_alphanumeric() || self.text[start - 1] >= 0x80);
            if boundary
                && self.try_forms(work, detector, start..end, &(value.start..value.start), cue)
            {
                return;
            }
            start += 1;
        }
    }
}

/// Whether a form may be tried behind that cue.
fn admits(form: &Form, cue: CueHit) -> bool {
    form.setting == PatternSetting::Any
        && match form.needs {
            Needs::Nothing | Needs::Cue => true,
            Needs::StrongCue => cue.strength == Strength::Strong,
            Needs::Folder | Needs::Name => false,
        }
}
