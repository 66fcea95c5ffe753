//! Names in object keys, paths and resource names.
//!
//! A key is cut at its slashes into segments, and each is weighed by itself: `smith_john_1962.pdf`. The
//! rest of the key says whether patients are spoken of (`intake/`, `discharge`). One pass looks up every
//! word; segments without a listed name and without a health word in the key are not looked at again.

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
            let length = rest.iter().position(|&byte| is_border(byte)).unwrap_or(rest.len());
            self.at = start + length + 1;
            let last = start + length == self.key.len();
            let segment = rest.get(..length)?;
            let length = if last { without_ending(segment) } else { length };
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
        let Some(dot) = name.get(..length).unwrap_or(&[]).iter().rposition(|&byte| byte == b'.') else { break };
        let ending = name.get(dot + 1..length).unwrap_or(&[]);
        let known = (1..=5).contains(&ending.len())
            && ending.first().is_some_and(u8::is_ascii_alphabetic)
            && ending.iter().all(u8::is_ascii_alphanumeric);
        // `john.smith` has no ending: it is only one if it is short or the name has one more dot.
        if !known || dot == 0 || (ending.len() == 5 && !ending.eq_ignore_ascii_case(b"dicom") && !ending.eq_ignore_ascii_case(b"jsonl")) {
            break;
        }
        length = dot;
    }
    length
}

/// What the words of a text say about patients; used for keys and for the names of buckets.
pub fn health_of(text: &[u8]) -> Health {
    survey(text).0
}

/// Looks up every word of `text`: its health words, and whether a listed name is among them.
fn survey(text: &[u8]) -> (Health, bool) {
    let lexicon = Lexicon::get();
    let mut health = Health::None;
    let mut listed = false;
    let mut hash = Hash::EMPTY;
    let mut open = false;
    let mut previous_upper = false;
    let mut word_done = |hash: Hash| {
        let flags = lexicon.flags(hash);
        listed |= flags.listed();
        // `Grant Chart` says less than `patients`; a name that is a health word says nothing.
        if flags.has(Flags::HEALTH_SURE) {
            health = Health::Sure;
        } else if flags.has(Flags::HEALTH) {
            health = health.max(Health::Weak);
        }
    };
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let (char, size) = if byte < 0x80 { (fold::next(&[byte]).0, 1) } else { fold::next(text.get(at..).unwrap_or(&[])) };
        match char {
            Char::Letter(letter, upper) => {
                if open && upper && !previous_upper {
                    word_done(hash);
                    hash = Hash::EMPTY;
                }
                hash.push(letter);
                open = true;
                previous_upper = upper;
            }
            Char::Mark | Char::Apostrophe if open => {}
            _ => {
                if open {
                    word_done(hash);
                }
                hash = Hash::EMPTY;
                open = false;
                previous_upper = false;
            }
        }
        at += size;
    }
    if open {
        word_done(hash);
    }
    (health, listed)
}

/// Weighs every segment of `key` and hands over those that may be a name, with spans in `key`.
/// `around` is what the container (bucket, folder, log group) says already: [`health_of`] it.
pub fn find(key: &[u8], around: Health, each: &mut dyn FnMut(NameEvidence)) {
    let (own, listed) = survey(key);
    let health = own.max(around);
    if !listed && health == Health::None {
        return;
    }
    for segment in segments(key) {
        let Some(text) = key.get(segment.clone()) else { continue };
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
