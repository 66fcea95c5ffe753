//! Values in keys, paths and tags that no label in front announces, but something else:
//!
//! | what speaks for the value | example |
//! |---|---|
//! | a folder of such values | `patients/00482913/scan.dcm` |
//! | a word that it touches, where the key is about patients | `charts/acct00482913.pdf` |
//! | its label behind it | `00482913_MRN.dcm` |
//! | a person's name beside it | `patients/Delgado_Maria/1962-03-14/scan.dcm` |
//!
//! Detector files say which patterns are tried (`needs = "folder"`, `needs = "name"`) and behind which
//! words. Here too is what speaks against a value: a label of staff (`Owner=Jane Porter`), or a folder of
//! projects or staff.

use crate::context::Setting;
use crate::cue::{CueHit, Strength, Way};
use crate::judge::{Candidate, Scan, Work, check};
use crate::name::{self, Health, NameEvidence};
use crate::spec::Needs;
use crate::vocabulary::{Class, CueKind};
use crate::{bounds, validate};
use regex_automata::{Anchored, Input};
use std::ops::Range;

/// Longest value in front of its label, and fewest digits of it.
const LONGEST_BEFORE_LABEL: usize = 24;
const FEWEST_DIGITS: usize = 6;

/// Longest way from a value back to its label in the same part, and longest label.
const LONGEST_VALUE: usize = 64;
const LONGEST_LABEL: usize = 40;

fn is_border(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

/// Where the part of a key ends that begins behind the border at `border`.
fn behind_part(key: &[u8], border: usize) -> usize {
    let start = key.len().min(border + 1);
    let rest = key.get(start..).unwrap_or(&[]);
    let length = rest.iter().position(|&byte| is_border(byte));
    start + length.unwrap_or(rest.len())
}

impl Scan<'_> {
    /// Looks for a value of `detector` behind a folder or a touching word at `cue`, in a name.
    pub(crate) fn follow_in_name(
        &self,
        work: &mut Work,
        detector: usize,
        cue: &Range<usize>,
        way: Way,
    ) {
        let next = self.text.get(cue.end).copied().unwrap_or(0);
        let (start, kind) = match way {
            Way::Label => return,
            Way::Folder => {
                if !is_border(next) || !bounds::begins_a_part(&self.text[..cue.start]) {
                    return;
                }
                (cue.end + 1, CueKind::Slot)
            }
            Way::Touching => {
                let start = cue.end + usize::from(matches!(next, b'-' | b'_' | b'='));
                if !self.text.get(start).is_some_and(u8::is_ascii_digit) {
                    return;
                }
                let whole = self.whole_name(cue);
                let about = name::health_of(&self.text[whole])
                    .max(name::health_of(self.context.container().as_bytes()));
                match about {
                    Health::Sure => (start, CueKind::Slot),
                    Health::Weak | Health::None => (start, CueKind::Container),
                }
            }
        };
        let hit = CueHit {
            kind,
            strength: Strength::Weak,
            alone: false,
        };
        for number in self.forms_needing(detector, Needs::Folder) {
            let Some(span) = self.matched(work, detector, number, start..self.text.len()) else {
                continue;
            };
            if self.grade(work, detector, number, span, Some(hit)) {
                return;
            }
        }
    }

    /// Looks for a value of `detector` right in front of its label `cue`, in a name.
    pub(crate) fn look_back(&self, work: &mut Work, detector: usize, cue: &Range<usize>) -> bool {
        let Some(end) = cue.start.checked_sub(1) else {
            return false;
        };
        let behind = self.text.get(cue.end).copied().unwrap_or(b'/');
        if !matches!(self.text[end], b'_' | b'-' | b'.' | b' ') || behind.is_ascii_alphanumeric() {
            return false;
        }
        // `id=4412907_mrn=…`: a label of what follows.
        if matches!(behind, b'=' | b':') {
            return false;
        }
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let length = self.text[..end]
            .iter()
            .rev()
            .take(LONGEST_BEFORE_LABEL)
            .take_while(|byte| inside(byte))
            .count();
        let class = self.set.detectors()[detector].class();
        let hit = CueHit {
            kind: CueKind::Slot,
            strength: Strength::Strong,
            alone: false,
        };
        for start in end - length..end {
            let fresh = start == end - length || self.text[start - 1] == b'-';
            let value = &self.text[start..end];
            let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
            let last = value.iter().rev().take_while(|byte| byte.is_ascii_digit());
            let last = &value[value.len() - last.count()..];
            let dated = !matches!(class, Class::Dob | Class::Date)
                && last.len() == digits
                && validate::member_id::file_number(last) == validate::Validity::Invalid;
            if !fresh || digits < FEWEST_DIGITS || dated {
                continue;
            }
            for number in 0..self.set.detectors()[detector].forms.len() {
                let needs = self.set.detectors()[detector].forms[number].needs;
                if matches!(needs, Needs::Folder | Needs::Name) {
                    continue;
                }
                let matched = self.matched(work, detector, number, start..end);
                if let Some(span) = matched.filter(|span| span.end == end)
                    && self.grade(work, detector, number, span, Some(hit))
                {
                    return true;
                }
            }
        }
        false
    }

    /// Looks for values beside a person's name, in its part of the key `whole` and in those before
    /// and behind it. They are no surer than the name.
    pub(crate) fn look_beside(
        &self,
        work: &mut Work,
        whole: &Range<usize>,
        at: &Range<usize>,
        evidence: &NameEvidence,
    ) {
        let key = &self.text[whole.clone()];
        // A day may be parts of its own: `1962/03/14`.
        let day = |mut end: usize| {
            for _ in 0..2 {
                let part = behind_part(key, end);
                let digits = key.get(end + 1..part).unwrap_or(&[]);
                if !(1..=2).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
                    break;
                }
                end = part;
            }
            end
        };
        let (from, to) = (at.start - whole.start, at.end - whole.start);
        let before = |end: usize| {
            let border = key[..end].iter().rposition(|&byte| is_border(byte));
            border.unwrap_or(0)
        };
        let end = to
            + key[to..]
                .iter()
                .take_while(|&&byte| !is_border(byte))
                .count();
        let region = whole.start + before(before(from))..whole.start + day(behind_part(key, end));
        for detector in 0..self.set.detectors().len() {
            for number in self.forms_needing(detector, Needs::Name) {
                let mut start = region.start;
                while start < region.end {
                    start += match self.beside(work, detector, number, start..region.end) {
                        Some((span, checksum)) if span.end <= at.start || span.start >= at.end => {
                            let form = &self.set.detectors()[detector].forms[number];
                            let score = match evidence.confidence >= 0.5 {
                                true => form.score,
                                false => form.score.min(evidence.confidence),
                            };
                            let length = span.len();
                            self.keep(
                                work,
                                Candidate {
                                    detector,
                                    form: number,
                                    span,
                                    cue: None,
                                    checksum,
                                    score,
                                    known: true,
                                },
                            );
                            length
                        }
                        _ => 1,
                    };
                }
            }
        }
    }

    /// A value of that form at the start of `within`, if its neighbours and validators allow one.
    fn beside(
        &self,
        work: &mut Work,
        detector: usize,
        number: usize,
        within: Range<usize>,
    ) -> Option<(Range<usize>, crate::vocabulary::Checksum)> {
        let start = within.start;
        let digit = self.text[start].is_ascii_digit();
        let fresh = start == 0
            || match self.text[start - 1] {
                before if before.is_ascii_digit() => false,
                before => digit || !before.is_ascii_alphabetic(),
            };
        if !fresh {
            return None;
        }
        let span = self.matched(work, detector, number, within)?;
        let compiled = &self.set.detectors()[detector];
        let form = &compiled.forms[number];
        if !bounds::allowed(form.bounds, self.text, &span, true) {
            return None;
        }
        let checksum = check(compiled, form, &self.text[span.clone()])?;
        Some((span, checksum))
    }

    /// Numbers of the forms of a detector that need that.
    fn forms_needing(&self, detector: usize, needs: Needs) -> impl Iterator<Item = usize> {
        let forms = self.set.detectors()[detector].forms.iter().enumerate();
        forms
            .filter(move |(_, form)| form.needs == needs)
            .map(|(number, _)| number)
    }

    /// The match of a form at the start of `within`.
    fn matched(
        &self,
        work: &mut Work,
        detector: usize,
        number: usize,
        within: Range<usize>,
    ) -> Option<Range<usize>> {
        let form = &self.set.detectors()[detector].forms[number];
        let byte = *self.text.get(within.start)?;
        if !form.first[usize::from(byte)] {
            return None;
        }
        let start = within.start;
        let input = Input::new(self.text).span(within).anchored(Anchored::Yes);
        let end = form
            .regex
            .search_half_with(&mut work.regexes[form.number], &input)?;
        Some(start..end.offset())
    }

    /// Whether the label of the part that holds the span names staff: `Owner=Jane Porter`. `slot` is
    /// the label that the format knows.
    pub(crate) fn is_staff(
        &self,
        detector: usize,
        span: &Range<usize>,
        slot: Option<&str>,
    ) -> bool {
        let cues = &self.set.cues;
        if !cues.knows_staff(detector) || self.setting_at(span) != Setting::Name {
            return false;
        }
        if slot.is_some_and(|label| cues.is_staff(detector, label.as_bytes())) {
            return true;
        }
        let before = &self.text[..span.start];
        let near = before.len().saturating_sub(LONGEST_VALUE);
        let ends = |byte: &u8| is_border(*byte) || matches!(byte, b'=' | b':' | b'"' | b'\n');
        let Some(at) = before[near..].iter().rposition(ends).map(|at| near + at) else {
            return false;
        };
        if is_border(before[at]) {
            // `projects/jordan-peak/`: the folder says what its parts are.
            let folder = before[..at].iter().rev().take(LONGEST_LABEL);
            let length = folder.take_while(|byte| !is_border(**byte)).count();
            return cues.is_of_others(detector, &before[at - length..at]);
        }
        if !matches!(before[at], b'=' | b':') {
            return false;
        }
        let in_label =
            |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ');
        let label = before[..at].iter().rev().take(LONGEST_LABEL);
        let length = label.take_while(in_label).count();
        cues.is_staff(detector, &before[at - length..at])
    }
}
