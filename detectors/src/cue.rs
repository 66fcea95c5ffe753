//! Cues: the words that announce a value, and those that speak against it.
//!
//! Values that prove nothing by themselves (a record number, a bare SSN) are never looked for
//! everywhere. The scanner looks for one word of each cue instead (its *anchor*, the longest), the
//! cue is confirmed around it, and the value is looked for behind it ([`crate::gap`]). Values that
//! are looked for everywhere ask for words within reach *before* them ([`Cues::before`]).
//! Labels that a format knows (JSON path, CSV header, tag key) are read by [`Cues::label`].

use crate::gap;
use crate::spec::{Needs, Spec};
use crate::vocabulary::CueKind;
use crate::words;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// How much doubt a cue leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    Weak,
    Strong,
}

/// A cue that was found for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CueHit {
    pub(crate) kind: CueKind,
    pub(crate) strength: Strength,
    /// Only as a whole label does it announce anything (`name`).
    pub(crate) alone: bool,
}

/// What the words around a value say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) cue: Option<CueHit>,
    pub(crate) hard: bool,
    pub(crate) soft: bool,
}

/// One cue of one detector.
#[derive(Debug)]
pub(crate) struct Cue {
    pub(crate) detector: usize,
    pub(crate) strength: Strength,
    /// Counts only as the whole label.
    pub(crate) alone: bool,
    /// How it announces its value.
    pub(crate) way: Way,
    words: Vec<Vec<u8>>,
    anchor: usize,
}

/// How a cue announces its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// As a label in front of it, or a word.
    Label,
    /// In names, as the folder of the part that is the value.
    Folder,
    /// In names, as a word that the value touches.
    Touching,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Against {
    Hard,
    Soft,
}

/// FNV-1a: the keys are a few letters, fixed when the set is compiled.
#[derive(Default)]
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}

type ByWord<T> = HashMap<Box<[u8]>, T, BuildHasherDefault<Fnv>>;

/// All cues and suppressors of a detector set.
#[derive(Debug, Default)]
pub(crate) struct Cues {
    cues: Vec<Cue>,
    by_anchor: ByWord<Vec<usize>>,
    by_last: ByWord<Vec<usize>>,
    against: Vec<ByWord<Against>>,
    /// Labels of staff, by detector.
    staff: Vec<Vec<Vec<Vec<u8>>>>,
    /// Folders whose parts are no patients', by detector.
    others: Vec<Vec<String>>,
    beside: Vec<Vec<Box<[u8]>>>,
    health: Vec<Box<[u8]>>,
}

/// Words of places that hold patients' data. In a container's name they speak weakly for any
/// patient identifier in it.
const HEALTH: &[&str] = &[
    "patient",
    "patients",
    "clinical",
    "clinic",
    "hospital",
    "medical",
    "ehr",
    "emr",
    "phi",
    "hl7",
    "fhir",
    "claims",
    "eligibility",
    "intake",
    "admission",
    "admissions",
    "discharge",
    "discharges",
    "encounter",
    "encounters",
    "radiology",
    "pathology",
    "oncology",
    "cardiology",
    "lab",
    "labs",
    "chart",
    "charts",
    "referral",
    "referrals",
    "pharmacy",
    "prescription",
    "prescriptions",
    "diagnosis",
    "immunization",
    "immunizations",
    "enrollment",
    "beneficiary",
    "beneficiaries",
];

/// Letters that make even two of them rare enough to be looked for: `dx`.
const RARE: &[u8] = b"jkqvxz";

/// Words looked at before a value.
const MOST_WORDS_BEFORE: usize = 8;

impl Cues {
    pub(crate) fn new(specs: &[&Spec]) -> Self {
        let mut all = Self::default();
        for (detector, spec) in specs.iter().enumerate() {
            let cue = &spec.cue;
            // Where every form is looked for everywhere, words before it are found from there.
            let follow = spec
                .patterns
                .iter()
                .any(|pattern| pattern.needs != Needs::Nothing);
            for (list, strength, alone, way) in [
                (&cue.strong, Strength::Strong, false, Way::Label),
                (&cue.weak, Strength::Weak, false, Way::Label),
                (&cue.alone, Strength::Weak, true, Way::Label),
                (&cue.folders, Strength::Weak, false, Way::Folder),
                (&cue.touching, Strength::Weak, false, Way::Touching),
            ] {
                for phrase in list {
                    let split = words::fold(phrase);
                    // `dateofbirth` and `date_of_birth` are one cue.
                    if split.len() > 1 && split.iter().all(|w| w[0].is_ascii_lowercase()) {
                        let whole = vec![split.concat()];
                        all.add(
                            Cue {
                                detector,
                                strength,
                                alone,
                                way,
                                words: whole,
                                anchor: 0,
                            },
                            follow,
                        );
                    }
                    let cue = Cue {
                        detector,
                        strength,
                        alone,
                        way,
                        words: split,
                        anchor: 0,
                    };
                    all.add(cue, follow);
                }
            }
            let mut against = ByWord::default();
            for (list, weight) in [
                (&spec.suppress.soft, Against::Soft),
                (&spec.suppress.hard, Against::Hard),
            ] {
                for word in list {
                    against.insert(word.to_ascii_lowercase().into_bytes().into(), weight);
                }
            }
            all.against.push(against);
            let staff = spec.suppress.staff.iter().map(|phrase| words::fold(phrase));
            all.staff.push(staff.collect());
            all.others.push(spec.suppress.folders.clone());
            let beside = spec.beside.words.iter();
            all.beside.push(
                beside
                    .map(|w| w.to_ascii_lowercase().into_bytes().into())
                    .collect(),
            );
        }
        all.health = HEALTH.iter().map(|word| word.as_bytes().into()).collect();
        all
    }

    /// Adds a cue. Its longest word of letters is its anchor, unless that is so short that it
    /// stands in every line; such a cue counts in labels and before values only.
    fn add(&mut self, cue: Cue, follow: bool) {
        let words = &cue.words;
        let Some(last) = words.last() else { return };
        let number = self.cues.len();
        if cue.way == Way::Label {
            self.by_last
                .entry(last.clone().into())
                .or_default()
                .push(number);
        }
        let anchor = (0..words.len())
            .filter(|&i| words[i][0].is_ascii_lowercase())
            .filter(|&i| words[i].len() > 2 || words[i].iter().any(|letter| RARE.contains(letter)))
            .max_by_key(|&i| (words[i].len(), std::cmp::Reverse(i)));
        if let Some(anchor) = anchor.filter(|_| follow) {
            self.by_anchor
                .entry(words[anchor].clone().into())
                .or_default()
                .push(number);
        }
        self.cues.push(Cue {
            anchor: anchor.unwrap_or(0),
            ..cue
        });
    }

    /// The anchors, for the scanner's word list.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = &[u8]> {
        self.by_anchor.keys().map(AsRef::as_ref)
    }

    /// Calls `each` with every cue whose anchor starts at `start`, and its span.
    pub(crate) fn at_anchor(
        &self,
        text: &[u8],
        start: usize,
        scratch: &mut Vec<Range<usize>>,
        each: &mut dyn FnMut(&Cue, Range<usize>),
    ) {
        if !words::may_start(text, start) {
            return;
        }
        let end = words::word_end(text, start);
        let Some(candidates) = get(&self.by_anchor, &text[start..end]) else {
            return;
        };
        // A closing XML tag announces nothing.
        if start >= 2 && text[start - 1] == b'/' && text[start - 2] == b'<' {
            return;
        }
        let window = start.saturating_sub(words::WINDOW)..text.len().min(start + words::WINDOW);
        words::split(text, window, scratch);
        let Some(index) = scratch.iter().position(|word| word.start == start) else {
            return;
        };
        for &number in candidates {
            let cue = &self.cues[number];
            let Some(first) = index.checked_sub(cue.anchor) else {
                continue;
            };
            if let Some(span) = cue.matches(text, scratch, first) {
                each(cue, span);
            }
        }
    }

    /// What stands before a value of `detector` that starts at `start`, not farther than `reach`
    /// and not before `record`.
    pub(crate) fn before(
        &self,
        detector: usize,
        text: &[u8],
        record: usize,
        start: usize,
        reach: usize,
        scratch: &mut Vec<Range<usize>>,
    ) -> Words {
        let mut said = Words::default();
        let from = record.max(start.saturating_sub(reach));
        words::split(text, from..start, scratch);
        if scratch
            .first()
            .is_some_and(|word| word.start == from && !words::may_start(text, from))
        {
            scratch.remove(0);
        }
        let mut next = start;
        let mut separators = 0;
        // Whether only what belongs to the label stands between cue and value.
        let mut close = true;
        for index in (0..scratch.len()).rev().take(MOST_WORDS_BEFORE) {
            let word = scratch[index].clone();
            let between = &text[word.end..next];
            if between.iter().any(|&byte| ends_a_field(byte)) {
                break;
            }
            separators += usize::from(between.iter().any(|byte| matches!(byte, b':' | b'=')));
            // Two separators: the word is the label of another value.
            if separators > 1 || (word.len() > 3 && text[word.start].is_ascii_digit()) {
                break;
            }
            for &number in get(&self.by_last, &text[word.clone()]).unwrap_or(&[]) {
                let cue = &self.cues[number];
                if cue.detector != detector || cue.alone {
                    continue;
                }
                let Some(first) = (index + 1).checked_sub(cue.words.len()) else {
                    continue;
                };
                if cue.matches(text, scratch, first).is_some()
                    && said.cue.is_none_or(|known| known.strength < cue.strength)
                {
                    let kind = if close {
                        CueKind::Slot
                    } else {
                        CueKind::Before
                    };
                    said.cue = Some(CueHit {
                        kind,
                        strength: cue.strength,
                        alone: cue.alone,
                    });
                }
            }
            if said.cue.is_some() {
                break;
            }
            match get_one(&self.against[detector], &text[word.clone()]) {
                Some(Against::Hard) => said.hard = true,
                Some(Against::Soft) => said.soft = true,
                None => {}
            }
            close &= gap::continues(&text[word.clone()]);
            next = word.start;
        }
        said
    }

    /// What a label says of a value of `detector`: `patient.identifiers.ssn`.
    pub(crate) fn label(&self, detector: usize, label: &str) -> Words {
        let mut said = Words::default();
        let text = label.as_bytes();
        let mut scratch = Vec::new();
        words::split(text, 0..text.len(), &mut scratch);
        for (index, word) in scratch.iter().enumerate() {
            match get_one(&self.against[detector], &text[word.clone()]) {
                Some(Against::Hard) => said.hard = true,
                Some(Against::Soft) => said.soft = true,
                None => {}
            }
            for &number in get(&self.by_last, &text[word.clone()]).unwrap_or(&[]) {
                let cue = &self.cues[number];
                if cue.detector == detector
                    && cue.announces(text, &scratch, index)
                    && said.cue.is_none_or(|known| known.strength < cue.strength)
                {
                    said.cue = Some(CueHit {
                        kind: CueKind::Slot,
                        strength: cue.strength,
                        alone: cue.alone,
                    });
                }
            }
        }
        said
    }

    /// Whether any label says so, for `detector`.
    pub(crate) fn knows_staff(&self, detector: usize) -> bool {
        !self.staff[detector].is_empty()
    }

    /// Whether a label says that its value is staff's, for `detector`.
    pub(crate) fn is_staff(&self, detector: usize, label: &[u8]) -> bool {
        let staff = &self.staff[detector];
        let mut found = Vec::new();
        words::split(label, 0..label.len(), &mut found);
        staff.iter().any(|phrase| {
            found.windows(phrase.len()).any(|own| {
                own.iter()
                    .zip(phrase)
                    .all(|(word, wanted)| words::is(label, word, wanted))
            })
        })
    }

    /// Whether a folder's parts are none of patients, for `detector`.
    pub(crate) fn is_of_others(&self, detector: usize, folder: &[u8]) -> bool {
        self.others[detector]
            .iter()
            .any(|known| folder.eq_ignore_ascii_case(known.as_bytes()))
    }

    /// The detectors that a label announces, each once.
    pub(crate) fn announced(&self, label: &str, each: &mut dyn FnMut(usize, CueHit)) {
        let text = label.as_bytes();
        let mut scratch = Vec::new();
        words::split(text, 0..text.len(), &mut scratch);
        let mut seen: Vec<(usize, Strength, bool)> = Vec::new();
        for (index, word) in scratch.iter().enumerate() {
            for &number in get(&self.by_last, &text[word.clone()]).unwrap_or(&[]) {
                let cue = &self.cues[number];
                if cue.announces(text, &scratch, index) {
                    match seen
                        .iter_mut()
                        .find(|(detector, ..)| *detector == cue.detector)
                    {
                        Some((_, strength, alone)) => {
                            *strength = (*strength).max(cue.strength);
                            *alone &= cue.alone;
                        }
                        None => seen.push((cue.detector, cue.strength, cue.alone)),
                    }
                }
            }
        }
        for (detector, strength, alone) in seen {
            each(
                detector,
                CueHit {
                    kind: CueKind::Slot,
                    strength,
                    alone,
                },
            );
        }
    }

    /// Whether a word that speaks for `detector` stands in `text[around]`.
    pub(crate) fn beside(
        &self,
        detector: usize,
        text: &[u8],
        around: Range<usize>,
        value: &Range<usize>,
        scratch: &mut Vec<Range<usize>>,
    ) -> bool {
        let wanted = &self.beside[detector];
        if wanted.is_empty() {
            return false;
        }
        words::split(text, around, scratch);
        scratch.iter().any(|word| {
            (word.end <= value.start || word.start >= value.end)
                && wanted.iter().any(|known| words::is(text, word, known))
        })
    }

    /// What a container's name says: whether it is a place of patients' data, and whether it
    /// announces values of `detector`.
    pub(crate) fn container(&self, detector: usize, container: &str) -> (bool, bool) {
        let mut scratch = Vec::new();
        let text = container.as_bytes();
        words::split(text, 0..text.len().min(512), &mut scratch);
        let health = scratch
            .iter()
            .any(|word| self.health.iter().any(|known| words::is(text, word, known)));
        (health, self.label(detector, container).cue.is_some())
    }
}

impl Cue {
    /// The cue's span if its words are `found[first..]`.
    fn matches(&self, text: &[u8], found: &[Range<usize>], first: usize) -> Option<Range<usize>> {
        let own = found.get(first..first + self.words.len())?;
        if !own
            .iter()
            .zip(&self.words)
            .all(|(word, wanted)| words::is(text, word, wanted))
        {
            return None;
        }
        let joined = own
            .windows(2)
            .all(|pair| joins(&text[pair[0].end..pair[1].start]));
        let span = own.first()?.start..own.last()?.end;
        (joined && (!self.alone || is_whole(text, &span))).then_some(span)
    }

    /// Whether the cue ends at word `last` of a label and only continuing words follow.
    fn announces(&self, text: &[u8], found: &[Range<usize>], last: usize) -> bool {
        let Some(first) = (last + 1).checked_sub(self.words.len()) else {
            return false;
        };
        let own = &found[first..=last];
        own.iter()
            .zip(&self.words)
            .all(|(word, wanted)| words::is(text, word, wanted))
            && found[last + 1..].len() <= 3
            && found[last + 1..]
                .iter()
                .all(|word| gap::ends_path(&text[word.clone()]))
            && (!self.alone || first == 0 || text[found[first].start - 1] == b'.')
    }
}

/// What may stand between two words of one cue.
fn joins(between: &[u8]) -> bool {
    between.len() <= 2
        && between
            .iter()
            .all(|byte| matches!(byte, b' ' | b'_' | b'-' | b'.' | b'/' | b'\''))
}

/// What ends a field, so that a cue before it is another value's.
fn ends_a_field(byte: u8) -> bool {
    matches!(
        byte,
        b',' | b';' | b'{' | b'}' | b'&' | b'|' | b'\t' | b'\n' | b'\r' | b'<' | b'?'
    )
}

/// Whether nothing that belongs to the same label stands around `span`.
fn is_whole(text: &[u8], span: &Range<usize>) -> bool {
    let mut before = span.start;
    while before > 0 && text[before - 1] == b' ' {
        before -= 1;
    }
    let open = before == 0
        || !(text[before - 1].is_ascii_alphanumeric()
            || matches!(text[before - 1], b'_' | b'-' | b'.' | b'\'')
            || text[before - 1] >= 0x80);
    let after = text.get(span.end).copied().unwrap_or(b' ');
    open && !(after.is_ascii_alphanumeric() || after == b'_')
}

fn get<'m>(map: &'m ByWord<Vec<usize>>, word: &[u8]) -> Option<&'m [usize]> {
    with_folded(word, |folded| map.get(folded)).map(Vec::as_slice)
}

fn get_one(map: &ByWord<Against>, word: &[u8]) -> Option<Against> {
    if map.is_empty() {
        return None;
    }
    with_folded(word, |folded| map.get(folded)).copied()
}

/// Looks a word up in lower case, without allocation.
fn with_folded<'m, T>(word: &[u8], look: impl FnOnce(&[u8]) -> Option<&'m T>) -> Option<&'m T> {
    let mut folded = [0_u8; 40];
    let folded = folded.get_mut(..word.len())?;
    folded.copy_from_slice(word);
    folded.make_ascii_lowercase();
    look(folded)
}
