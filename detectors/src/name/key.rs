//! Names in object keys, paths and resource names.
//!
//! A key is cut at its slashes into segments, and each is weighed by itself: `smith_john_1962.pdf`. The
//! rest of the key says whether patients are spoken of (`intake/`, `discharge`). One pass looks up every
//! word; a segment without a listed name is looked at again only if the key has a health word.

use std::ops::Range;

use super::fold::{self, Char};
use super::lexicon::{Flags, Hash, Lexicon};
use super::score::best_run;
use super::token::Tokens;
use super::{Health, NameEvidence};

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

/// The length of a file name without its endings (`.pdf`, `.tar.gz`): a dot, a letter, at most
/// four letters or digits more.
fn without_ending(name: &[u8]) -> usize {
    let mut length = name.len();
    for _ in 0..2 {
        let Some(dot) = name
            .get(..length)
            .unwrap_or(&[])
            .iter()
            .rposition(|&byte| byte == b'.')
        else {
            break;
        };
        let ending = name.get(dot + 1..length).unwrap_or(&[]);
        let known = (1..=5).contains(&ending.len())
            && ending.first().is_some_and(u8::is_ascii_alphabetic)
            && ending.iter().all(u8::is_ascii_alphanumeric);
        // `john.smith` has no ending: it is only one if it is short or the name has one more dot.
        if !known
            || dot == 0
            || (ending.len() == 5
                && !ending.eq_ignore_ascii_case(b"dicom")
                && !ending.eq_ignore_ascii_case(b"jsonl"))
        {
            break;
        }
        length = dot;
    }
    length
}

/// What the words of a text say about patients; used for keys and for the names of buckets.
pub fn health_of(text: &[u8]) -> Health {
    survey(text).health
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
    let health = survey.health.max(around);
    if survey.named == 0 && health == Health::None {
        return;
    }
    let mut index = 0u32;
    let mut seen = 0;
    for segment in segments(key) {
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
        if let Some(mut evidence) = weigh(text, health) {
            evidence.span = evidence.span.start + segment.start..evidence.span.end + segment.start;
            each(evidence);
        }
    }
}

/// Weighs one segment by itself.
pub(crate) fn weigh(segment: &[u8], health: Health) -> Option<NameEvidence> {
    if segment.len() > SEGMENT_MAX {
        return None;
    }
    let tokens = Tokens::read(segment, true);
    best_run(tokens.as_slice(), tokens.cut, tokens.odd, health)
}
