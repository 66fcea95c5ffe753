//! Names in object keys, paths and resource names.
//!
//! A key is cut at its slashes into segments, and each is weighed by itself: `smith_john_1962.pdf`. The
//! rest of the key says whether patients are spoken of (`intake/`, `discharge`). One pass looks up every
//! word; a segment without a listed name is looked at again only if the key has a health word. Names in
//! scripts without blanks are looked for by [`cjk`].

use std::ops::Range;

use super::fold::{self, Char};
use super::lexicon::{Flags, Hash, Lexicon};
use super::score::{Spot, best_run};
use super::token::{Token, Tokens};
use super::{Health, NameEvidence, cjk};
use crate::validate;

/// The longest segment that is weighed. S3 keys have at most 1,024 bytes.
const SEGMENT_MAX: usize = 255;

/// Segments of a key: what stands between slashes, colons of ARNs, and `?`, `&`, `=` of URLs, the
/// file ending cut off.
pub struct Segments<'k> {
    key: &'k [u8],
    at: usize,
}

/// Cuts a key into its segments; empty ones are left out.
pub fn segments(key: &[u8]) -> Segments<'_> {
    Segments { key, at: 0 }
}

impl Iterator for Segments<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        while self.at < self.key.len() {
            let start = self.at;
            let rest = self.key.get(start..)?;
            let length = rest
                .iter()
                .position(|&byte| is_border(byte))
                .unwrap_or(rest.len());
            self.at = start + length + 1;
            let last = start + length == self.key.len();
            let segment = rest.get(..length)?;
            let length = if last {
                without_ending(segment)
            } else {
                length
            };
            if length > 0 {
                return Some(start..start + length);
            }
        }
        None
    }
}

fn is_border(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\' | b':' | b'?' | b'&' | b'=' | b'|' | b';')
}

/// Endings that stand in front of another one: `csv.gz`, `tar.zst`.
const INNER_ENDINGS: [&[u8]; 24] = [
    b"avro", b"bak", b"csv", b"d", b"dcm", b"dump", b"gz", b"hl7", b"html", b"js", b"json",
    b"jsonl", b"log", b"min", b"ndjson", b"old", b"orc", b"pdf", b"snappy", b"sql", b"tar", b"tsv",
    b"txt", b"xml",
];

/// The length of a file name without its endings (`.pdf`, `.tar.gz`): a dot, a letter, at most
/// four letters or digits more, and known ones in front of that.
fn without_ending(name: &[u8]) -> usize {
    let mut length = name.len();
    for inner in [false, true] {
        let Some(dot) = name
            .get(..length)
            .unwrap_or(&[])
            .iter()
            .rposition(|&byte| byte == b'.')
        else {
            break;
        };
        let ending = name.get(dot + 1..length).unwrap_or(&[]);
        let listed = |list: &[&[u8]]| list.iter().any(|known| ending.eq_ignore_ascii_case(known));
        // `john.smith` has no ending, and in `ada.king.pdf` one is.
        let known = (1..=5).contains(&ending.len())
            && ending.first().is_some_and(u8::is_ascii_alphabetic)
            && ending.iter().all(u8::is_ascii_alphanumeric)
            && (ending.len() < 5 || listed(&[b"dicom", b"jsonl"]));
        if !known || dot == 0 || (inner && !listed(&INNER_ENDINGS)) {
            break;
        }
        length = dot;
    }
    length
}

/// Words of folders whose parts are a patient each; beside them stand words of documents only:
/// `Patient Files`, `active-patients`.
const PATIENTS: [&[u8]; 12] = [
    b"patients",
    b"patient",
    b"inpatients",
    b"inpatient",
    b"outpatients",
    b"outpatient",
    b"pts",
    b"decedents",
    b"newborns",
    b"charts",
    b"chart",
    b"facesheets",
];

/// Words that stand beside those.
const BESIDE_PATIENTS: [&[u8]; 8] = [
    b"active",
    b"inactive",
    b"former",
    b"all",
    b"by",
    b"name",
    b"folders",
    b"archive",
];

/// Whether each part below the folder of this name is a patient's.
fn of_patients(name: &[u8]) -> bool {
    let read = Tokens::read(
        name.get(..name.len().min(SEGMENT_MAX)).unwrap_or(name),
        true,
    );
    let is = |token: &Token, list: &[&[u8]]| {
        name.get(token.span())
            .is_some_and(|word| list.iter().any(|one| word.eq_ignore_ascii_case(one)))
    };
    let tokens = read.as_slice();
    let beside = |token: &Token| {
        !token.is_word()
            || is(token, &PATIENTS)
            || is(token, &BESIDE_PATIENTS)
            || token.flags().has(Flags::PAPER)
            || token.flags().health()
    };
    tokens.iter().any(|token| is(token, &PATIENTS)) && tokens.iter().all(beside)
}

/// Whether a folder only sorts what is in it: `2024`, `2024-05`, `K`, `active`.
fn sorts(name: &[u8]) -> bool {
    let lettered = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
    name.len() == 1
        || !name.iter().any(lettered)
        || BESIDE_PATIENTS
            .iter()
            .any(|one| name.eq_ignore_ascii_case(one))
}

/// What the words of a text say about patients; used for keys and for the names of buckets.
pub fn health_of(text: &[u8]) -> Health {
    survey(text).health.max(cjk::health_of(text))
}

/// What one pass over a key tells.
#[derive(Default)]
struct Survey {
    health: Health,
    /// A bit for every segment (by its borders, empty ones counted) that holds a listed name which
    /// is no ordinary word; the last bit stands for all from the 64th on.
    named: u64,
}

impl Survey {
    fn word(&mut self, lexicon: &Lexicon, hash: Hash, segment: u32) {
        let flags = lexicon.flags(hash);
        if flags.listed() && !flags.common() {
            self.named |= 1 << segment.min(63);
        }
        if flags.has(Flags::HEALTH_SURE) {
            self.health = Health::Sure;
        } else if flags.has(Flags::HEALTH) {
            self.health = self.health.max(Health::Weak);
        }
    }
}

/// Looks up every word of `text`.
fn survey(text: &[u8]) -> Survey {
    let lexicon = Lexicon::get();
    let mut out = Survey::default();
    let mut hash = Hash::EMPTY;
    let mut open = false;
    let mut previous_upper = false;
    let mut segment = 0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let lower = byte | 0x20;
        let (char, size) = if lower.is_ascii_lowercase() {
            (Char::Letter(lower, byte != lower), 1)
        } else if byte < 0x80 && byte != b'\'' {
            (Char::Other(byte), 1)
        } else {
            fold::next(text.get(at..).unwrap_or(&[]))
        };
        match char {
            Char::Letter(letter, upper) => {
                if open && upper && !previous_upper {
                    out.word(lexicon, hash, segment);
                    hash = Hash::EMPTY;
                }
                hash.push(letter);
                open = true;
                previous_upper = upper;
            }
            Char::Mark | Char::Apostrophe if open => {}
            _ => {
                if open {
                    out.word(lexicon, hash, segment);
                    hash = Hash::EMPTY;
                    open = false;
                }
                previous_upper = false;
                segment += u32::from(is_border(byte));
            }
        }
        at += size;
    }
    if open {
        out.word(lexicon, hash, segment);
    }
    out
}

/// Weighs the segments of `key` and hands over those that may be a name, with spans in `key`.
/// `around` is what the container (bucket, folder, log group) says already: [`health_of`] it.
pub fn find(key: &[u8], around: Health, each: &mut dyn FnMut(NameEvidence)) {
    let survey = survey(key);
    let health = survey.health.max(cjk::health_of(key)).max(around);
    cjk::find(key, health, each);
    if survey.named == 0 && health == Health::None {
        return;
    }
    let mut index = 0u32;
    let mut seen = 0;
    let mut folder = 0..0;
    let mut below_patients = false;
    for segment in segments(key) {
        let joined = folder.end + 1 == segment.start && key.get(folder.end) == Some(&b'/');
        let name = key.get(folder.clone()).unwrap_or(&[]);
        below_patients = joined
            && if sorts(name) {
                below_patients
            } else {
                health > Health::None && of_patients(name)
            };
        let beside_birth = [
            segment.end + 1..length_at(key, segment.end + 1),
            folder.clone(),
        ]
        .into_iter()
        .any(|part| key.get(part).is_some_and(is_birth));
        folder = segment.clone();
        // Count the borders passed, to find this segment's bit.
        let passed = key
            .get(seen..segment.start)
            .unwrap_or(&[])
            .iter()
            .filter(|&&byte| is_border(byte))
            .count();
        index = index.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        seen = segment.start;
        let named = survey.named & (1 << index.min(63)) != 0;
        // Without a listed name, only a path about patients can make unlisted words a name.
        if !named && health == Health::None {
            continue;
        }
        let Some(text) = key.get(segment.clone()) else {
            continue;
        };
        let spot = Spot {
            health,
            below_patients,
            beside_birth: health > Health::None && beside_birth,
        };
        if let Some(mut evidence) = weigh(text, spot) {
            let moved = |span: Range<usize>| span.start + segment.start..span.end + segment.start;
            evidence.span = moved(evidence.span);
            evidence.wide = moved(evidence.wide);
            each(evidence);
        }
    }
}

/// Where the part of a key that starts at `start` ends.
fn length_at(key: &[u8], start: usize) -> usize {
    let rest = key.get(start..).unwrap_or(&[]);
    // Longer than any day: it is none.
    let length = rest.iter().take(12).position(|&byte| is_border(byte));
    start + length.unwrap_or(rest.len().min(12))
}

/// Whether a part of a key is a day on which a patient can be born and no key was written.
fn is_birth(part: &[u8]) -> bool {
    part.first().is_some_and(u8::is_ascii_digit)
        && validate::date::before_keys(part) == validate::Validity::Valid
}

/// Weighs one segment by itself.
pub(crate) fn weigh(segment: &[u8], spot: Spot) -> Option<NameEvidence> {
    if segment.len() > SEGMENT_MAX {
        return None;
    }
    best_run(segment, &Tokens::read(segment, true), spot)
}
