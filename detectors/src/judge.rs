//! The judge: which candidates of a text are identifiers, and how sure that is.
//!
//! Judging has two steps, so that a test over a population of values can later be put between them:
//! *grading* collects the evidence around one candidate into [`Clues`](crate::score), *deciding*
//! turns it into a finding or drops it. Candidates come from three sides:
//!
//! 1. patterns that prove something by themselves, looked for everywhere,
//! 2. values behind a cue, where the cue's words are looked for and the value behind them,
//! 3. values of labels that a format knows and the text does not show beside them (CSV columns).
//!
//! The order within grading is by price: neighbouring bytes, check digits, and only then the
//! context, which is asked for hits only. Nothing is allocated before a candidate is accepted.

use crate::context::{Context, Setting};
use crate::cue::{CueHit, Strength, Way, Words};
use crate::evidence::Evidence;
use crate::normalise::normalise;
use crate::overlap::{self, Claim};
use crate::score::{self, Clues};
use crate::secret::Secret;
use crate::set::{Detector, DetectorId, DetectorSet, Form, Target};
use crate::spec::{NameUse, Needs, PatternSetting};
use crate::vocabulary::{Checksum, Class, CueKind, Subject};
use crate::{bounds, validate};
use regex_automata::meta;
use scanner::{Cache, Next};
use std::ops::Range;

/// How far around a value words beside it are looked for, in bytes.
const BESIDE: usize = 200;

/// An identifier that was found.
pub struct Found {
    /// Who found it.
    pub detector: DetectorId,
    /// Bytes of the value in the text given to `scan`, without cue and quotes.
    pub span: Range<usize>,
    /// What it identifies.
    pub class: Class,
    /// Whom it points at.
    pub subject: Subject,
    /// 0 to 1, by the model [`score::MODEL`].
    pub confidence: f64,
    /// What its check digit says.
    pub checksum: Checksum,
    /// What around it speaks for it.
    pub cue: CueKind,
    /// Whether it is a published sample.
    pub reserved: bool,
    /// Its shape, printable.
    pub evidence: Evidence,
    /// Its normalised value, for tokens and ids only.
    pub value: Secret,
    /// What the same span could also be.
    pub other_classes: Vec<Class>,
    /// What it embeds.
    pub contains: Vec<Class>,
}

/// From which confidence on candidates are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threshold {
    /// Each detector's floor.
    Floor,
    /// Everything, for masks.
    Zero,
}

/// Working memory of one thread.
pub struct Scratch {
    content: Cache,
    names: Cache,
    work: Work,
}

pub(crate) struct Work {
    pub(crate) regexes: Vec<meta::Cache>,
    pub(crate) words: Vec<Range<usize>>,
    pub(crate) cues: Vec<(usize, Strength, bool, Way, Range<usize>)>,
    graded: Vec<Graded>,
    /// Up to where names were weighed as wholes.
    pub(crate) named_to: usize,
}

/// A value that its neighbours and validators let through.
pub(crate) struct Candidate {
    pub(crate) detector: usize,
    pub(crate) form: usize,
    pub(crate) span: Range<usize>,
    pub(crate) cue: Option<CueHit>,
    pub(crate) checksum: Checksum,
    /// Confidence with nothing around it.
    pub(crate) score: f64,
    /// Whether the value itself speaks for its class, not its label alone.
    pub(crate) known: bool,
}

/// A candidate with its evidence.
struct Graded {
    detector: usize,
    form: usize,
    span: Range<usize>,
    class: Class,
    clues: Clues,
    confidence: f64,
}

impl Claim for Graded {
    fn span(&self) -> Range<usize> {
        self.span.clone()
    }
    fn evidence(&self) -> f64 {
        score::evidence(&self.clues)
    }
    fn class(&self) -> Class {
        self.class
    }
    fn yields(&self) -> bool {
        self.class == Class::Name && self.clues.cue.is_none()
    }
}

/// What a scan is about; does not change during it.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'s> {
    pub(crate) set: &'s DetectorSet,
    pub(crate) text: &'s [u8],
    pub(crate) setting: Setting,
    pub(crate) context: &'s dyn Context,
    pub(crate) threshold: Threshold,
}

impl Scratch {
    pub(crate) fn new(set: &DetectorSet) -> Self {
        let forms = set.detectors().iter().flat_map(|detector| &detector.forms);
        Self {
            content: set.content.scanner.cache(),
            names: set.names.scanner.cache(),
            work: Work {
                regexes: forms.map(|form| form.regex.create_cache()).collect(),
                words: Vec::new(),
                cues: Vec::new(),
                graded: Vec::new(),
                named_to: 0,
            },
        }
    }
}

impl DetectorSet {
    /// Appends all identifiers of `text` at or above each detector's floor to `found`, in the order
    /// of their spans, which do not overlap.
    pub fn scan(
        &self,
        scratch: &mut Scratch,
        text: &[u8],
        setting: Setting,
        context: &dyn Context,
        found: &mut Vec<Found>,
    ) {
        self.scan_from(Threshold::Floor, scratch, text, setting, context, found);
    }

    pub(crate) fn scan_from(
        &self,
        threshold: Threshold,
        scratch: &mut Scratch,
        text: &[u8],
        setting: Setting,
        context: &dyn Context,
        found: &mut Vec<Found>,
    ) {
        let scan = Scan {
            set: self,
            text,
            setting,
            context,
            threshold,
        };
        let Scratch {
            content,
            names,
            work,
        } = scratch;
        work.graded.clear();
        work.named_to = 0;
        let (engine, cache) = match setting {
            Setting::Content => (&self.content, content),
            Setting::Name | Setting::Mixed => (&self.names, names),
        };
        engine
            .scanner
            .candidates(cache, text, &mut |hit| match engine.target(hit.pattern) {
                Some(Target::Form { detector, form }) => {
                    let accepted = scan.grade(work, detector, form, hit.start..hit.end, None);
                    if accepted {
                        Next::PastMatch
                    } else {
                        Next::PastStart
                    }
                }
                Some(Target::Anchors) => {
                    scan.follow_cues(work, hit.start);
                    Next::PastStart
                }
                Some(Target::Segments) => {
                    scan.read_segment(work, hit.start);
                    Next::PastMatch
                }
                None => Next::PastMatch,
            });
        let wanted = |label: &str| {
            let mut any = false;
            self.cues.announced(label, &mut |_, _| any = true);
            any
        };
        context.labelled_values(&wanted, &mut |slot| {
            self.cues.announced(&slot.label, &mut |detector, cue| {
                scan.search_slot(work, detector, slot.value.clone(), cue);
            });
        });
        for (graded, others) in overlap::resolve(std::mem::take(&mut work.graded)) {
            found.push(scan.found(graded, others));
        }
    }
}

impl Scan<'_> {
    /// Grades one candidate; true if its pattern is to go on behind it.
    pub(crate) fn grade(
        &self,
        work: &mut Work,
        detector: usize,
        number: usize,
        span: Range<usize>,
        cue: Option<CueHit>,
    ) -> bool {
        let compiled = &self.set.detectors()[detector];
        let form = &compiled.forms[number];
        if !bounds::allowed(form.bounds, self.text, &span, cue.is_some()) {
            return false;
        }
        let Some(checksum) = check(compiled, form, &self.text[span.clone()]) else {
            return false;
        };
        if form.setting == PatternSetting::Name {
            // Weighed as a whole already, or no name: nothing shorter in it is of interest.
            let weighed = form.name_form.is_some() && span.start < work.named_to;
            if weighed || self.setting_at(&span) != Setting::Name {
                return true;
            }
        }
        if let Some(usage) = form.name_form {
            if cue.is_some_and(|cue| cue.alone) && self.setting_at(&span) == Setting::Name {
                // The `name` of a resource is no person's.
                return false;
            }
            return self.weigh_names(work, detector, number, span, cue, usage);
        }
        let score = form.score;
        self.keep(
            work,
            Candidate {
                detector,
                form: number,
                span,
                cue,
                checksum,
                score,
                known: true,
            },
        )
    }

    /// Grades a candidate and keeps it if it reaches the threshold.
    pub(crate) fn keep(&self, work: &mut Work, candidate: Candidate) -> bool {
        let compiled = &self.set.detectors()[candidate.detector];
        let value = &self.text[candidate.span.clone()];
        if compiled.stop.iter().any(|stop| contains_word(value, stop)) {
            return false;
        }
        let floor = compiled.spec().floor;
        let Some(graded) = self.collect(work, candidate) else {
            return false;
        };
        let kept = match self.threshold {
            Threshold::Floor => graded.confidence >= floor,
            Threshold::Zero => true,
        };
        if kept {
            work.graded.push(graded);
        }
        kept
    }

    /// Asks the context, and adds the evidence up.
    fn collect(&self, work: &mut Work, candidate: Candidate) -> Option<Graded> {
        let Candidate {
            detector,
            form: number,
            span,
            cue,
            checksum,
            score,
            known,
        } = candidate;
        let compiled = &self.set.detectors()[detector];
        let (form, spec) = (&compiled.forms[number], compiled.spec());
        let cues = &self.set.cues;
        let record = self.context.record(span.start);
        let record = record.start.min(span.start)..record.end.max(span.end).min(self.text.len());

        let mut said = Words {
            cue,
            ..Words::default()
        };
        let names_a_resource = |cue: CueHit| cue.alone && self.setting_at(&span) == Setting::Name;
        let mut in_prose = Words::default();
        let slot = self.context.slot(span.clone());
        let staff = self.is_staff(detector, &span, slot.as_ref().map(|slot| &*slot.label));
        if let Some(slot) = slot {
            let mut label = cues.label(detector, &slot.label);
            label.cue = label
                .cue
                .filter(|cue| form.name_form.is_none() || !names_a_resource(*cue));
            // A label that holds more than the value (`log`, `message`) says little of it where
            // words of its own stand before it.
            if label.cue.is_none() && span.start > slot.value.start {
                in_prose = label;
            } else {
                said = stronger(said, label);
            }
        }
        if said.cue.is_none() {
            let (from, reach) = (record.start, spec.cue.reach);
            let before = cues.before(
                detector,
                self.text,
                from,
                span.start,
                reach,
                &mut work.words,
            );
            said = stronger(said, before);
        }
        if said.cue.is_none() {
            said = stronger(said, in_prose);
        }
        // Words lower a value with a passing check digit; they cannot undo it.
        if form.needs != Needs::Nothing && said.hard && checksum != Checksum::Passed {
            return None;
        }
        let around = record.start.max(span.start.saturating_sub(BESIDE))
            ..record.end.min(span.end.saturating_add(BESIDE));
        // What the words of its path say is in a name's score already: they make no name of a lone word.
        let lone = |value: &[u8]| !value.iter().any(|byte| b"_- .,+^".contains(byte));
        let doubtful = form.name_form == Some(NameUse::Segment)
            && score < 0.5
            && lone(&self.text[span.clone()]);
        let beside = !doubtful && cues.beside(detector, self.text, around, &span, &mut work.words);
        let (health, announced) = cues.container(detector, self.context.container());
        if said.cue.is_none() && announced {
            said.cue = Some(CueHit {
                kind: CueKind::Container,
                strength: Strength::Strong,
                alone: false,
            });
        }
        let weak = said.cue.is_none_or(|cue| cue.strength == Strength::Weak);
        let announced_only = !matches!(form.needs, Needs::Nothing | Needs::Name) && weak;
        // A weak label proves nothing by itself.
        if announced_only && (!known || spec.beside.weak_cues_need_it && !beside && !health) {
            return None;
        }
        let raw = &self.text[span.clone()];
        let reserved = form.kinds.iter().any(|name| validate::reserved(name, raw))
            || self.is_reserved(compiled, spec.class, raw);
        let clues = Clues {
            score,
            checksum,
            cue: said.cue,
            beside,
            health,
            hard: said.hard,
            soft: said.soft,
            reserved,
            staff: staff && weak,
        };
        let confidence = score::confidence(&clues);
        Some(Graded {
            detector,
            form: number,
            span,
            class: spec.class,
            clues,
            confidence,
        })
    }

    fn is_reserved(&self, compiled: &Detector, class: Class, raw: &[u8]) -> bool {
        if compiled.reserved.is_empty() && compiled.reserved_patterns.is_empty() {
            return false;
        }
        let normalised = Secret::new(normalise(class, raw));
        compiled.reserved.contains(normalised.expose())
            || compiled
                .reserved_patterns
                .iter()
                .any(|regex| regex.is_match(normalised.expose()))
    }

    pub(crate) fn setting_at(&self, span: &Range<usize>) -> Setting {
        match self.setting {
            Setting::Mixed => self.context.setting(span.clone()),
            known => known,
        }
    }

    fn found(&self, graded: Graded, other_classes: Vec<Class>) -> Found {
        let spec = self.set.detectors()[graded.detector].spec();
        let raw = &self.text[graded.span.clone()];
        Found {
            detector: DetectorId(graded.detector),
            class: graded.class,
            subject: spec.subject,
            confidence: graded.confidence,
            checksum: graded.clues.checksum,
            cue: graded.clues.cue.map_or(CueKind::None, |cue| cue.kind),
            reserved: graded.clues.reserved,
            evidence: Evidence::of(graded.class, raw),
            value: Secret::new(normalise(graded.class, raw)),
            other_classes,
            contains: spec.patterns[graded.form]
                .contains
                .as_ref()
                .unwrap_or(&spec.contains)
                .clone(),
            span: graded.span,
        }
    }
}

/// Runs the validators; `None` if one says that the value is something else.
pub(crate) fn check(compiled: &Detector, form: &Form, raw: &[u8]) -> Option<Checksum> {
    let mut checksum = match (compiled.spec().check_digit, form.checked) {
        (false, _) => Checksum::None,
        (true, false) => Checksum::NotApplicable,
        (true, true) => Checksum::Passed,
    };
    for validator in &form.validators {
        match validator(raw) {
            validate::Validity::Valid => {}
            validate::Validity::Invalid => return None,
            // Without anything else a wrong check digit is another number.
            validate::Validity::CheckFailed if form.needs == Needs::Nothing => return None,
            validate::Validity::CheckFailed => checksum = Checksum::Failed,
        }
    }
    Some(checksum)
}

/// Joins what two sides say: the stronger cue, and every word against.
fn stronger(a: Words, b: Words) -> Words {
    let cue = match (a.cue, b.cue) {
        (Some(a), Some(b)) if b.strength > a.strength => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    };
    Words {
        cue,
        hard: a.hard || b.hard,
        soft: a.soft || b.soft,
    }
}

fn contains_word(value: &[u8], folded: &[u8]) -> bool {
    let mut words = value.split(|byte| !byte.is_ascii_alphanumeric());
    words.any(|word| word.eq_ignore_ascii_case(folded))
}
