//! Text without case and separators: one value is written in many ways in names.
//!
//! `73-82-91-44` in a record is `73829144` in the name of its file, and `Leopold Thornbury` is
//! `leopold_thornbury`. So both are compared by their letters and digits alone; spans are those of
//! the text as it is.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use detectors::Class;
use zeroize::Zeroizing;

/// Shorter values are words that names hold for other reasons.
const SHORTEST: usize = 4;
/// From this many letters and digits on, separators do not matter: fewer come together by chance.
const SURE: usize = 6;

/// A text by its letters and digits.
pub(super) struct Folded<'t> {
    text: &'t [u8],
    bytes: Zeroizing<Vec<u8>>,
    /// Where each of them stands in the text.
    at: Vec<usize>,
}

impl<'t> Folded<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        let mut at = Vec::with_capacity(text.len());
        for (position, byte) in text.iter().enumerate() {
            if is_word(*byte) {
                bytes.push(byte.to_ascii_lowercase());
                at.push(position);
            }
        }
        Self { text, bytes, at }
    }

    /// How many letters and digits there are.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The letters and digits from `start` on, `count` of them, if they are whole words: the number
    /// that stands for them, and their span in the text.
    pub(super) fn words(&self, start: usize, count: usize) -> Option<(Folding, Range<usize>)> {
        let end = start.checked_add(count)?;
        let bytes = self.bytes.get(start..end)?;
        let span = *self.at.get(start)?..self.at.get(end.checked_sub(1)?)? + 1;
        if !self.is_edge(span.start) || !self.is_edge(span.end) {
            return None;
        }
        Some((Folding::of(bytes, span.len()), span))
    }

    /// Whether a word can begin at the letter or digit number `start`.
    pub(super) fn may_start(&self, start: usize) -> bool {
        self.at.get(start).is_some_and(|at| self.is_edge(*at))
    }

    /// Where in the text a value stands as whole words.
    pub(super) fn find(&self, value: &Value) -> Vec<Range<usize>> {
        memchr::memmem::find_iter(&self.bytes, &value.bytes[..])
            .filter_map(|start| self.words(start, value.bytes.len()))
            .filter(|(folding, _)| value.folding.is(folding))
            .map(|(_, span)| span)
            .collect()
    }

    /// Whether a word begins or ends between two bytes: where letters meet something else, digits
    /// too, or a capital a small letter.
    fn is_edge(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.text.get(before));
        let (Some(before), Some(after)) = (before, self.text.get(at)) else {
            return true;
        };
        !is_word(*before)
            || !is_word(*after)
            || before.is_ascii_digit() != after.is_ascii_digit()
            || before.is_ascii_lowercase() && after.is_ascii_uppercase()
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// What stands for a folded value where the value itself must not be kept.
#[derive(Clone, Copy)]
pub(super) struct Folding {
    /// A hash of the letters and digits. That two are equal by chance would mask a word too many.
    pub(super) hash: u64,
    /// How many they are, and how many bytes the text has with its separators.
    pub(super) letters: usize,
    bytes: usize,
}

impl Folding {
    fn of(folded: &[u8], bytes: usize) -> Self {
        let mut hasher = DefaultHasher::new();
        folded.hash(&mut hasher);
        Self {
            hash: hasher.finish(),
            letters: folded.len(),
            bytes,
        }
    }

    /// Whether both are of one value.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.hash == other.hash
            && self.letters == other.letters
            && (self.letters >= SURE || self.bytes == other.bytes)
    }
}

/// A value, folded.
pub(super) struct Value {
    bytes: Zeroizing<Vec<u8>>,
    pub(super) folding: Folding,
}

impl Value {
    /// The forms of a value that are looked for: itself, and the longer words of a person's name,
    /// which stand in any order and alone. None for a value that is too short to tell.
    pub(super) fn all(text: &[u8], class: Class) -> Vec<Self> {
        let mut all: Vec<Self> = Self::whole(text).into_iter().collect();
        if class == Class::Name {
            let words = text.split(|byte| !is_word(*byte));
            all.extend(
                words
                    .filter(|word| word.len() < text.len())
                    .filter_map(Self::whole),
            );
        }
        all
    }

    /// The value as it is, and a person's name with the last word first, as folders have it.
    pub(super) fn whole_in_any_order(text: &[u8], class: Class) -> Vec<Self> {
        let mut all: Vec<Self> = Self::whole(text).into_iter().collect();
        let last = text.iter().rposition(|byte| !is_word(*byte));
        if let (Class::Name, Some(last)) = (class, last) {
            let (before, surname) = text.split_at(last + 1);
            let turned = Zeroizing::new([surname, b" ", before].concat());
            all.extend(Self::whole(&turned));
        }
        all
    }

    /// The value itself. None where it is too short to tell.
    pub(super) fn whole(text: &[u8]) -> Option<Self> {
        let folded = Folded::new(text).bytes;
        (folded.len() >= SHORTEST).then(|| Self {
            folding: Folding::of(&folded, text.len()),
            bytes: folded,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Folded, Value};
    use detectors::Class;

    #[test]
    fn values_are_found_however_they_are_written() {
        let cases: [(&str, Class, &str, &[&str]); 14] = [
            ("73829144", Class::Mrn, "L/73829144.txt", &["73829144"]),
            ("73-82-91-44", Class::Mrn, "d.73829144.ssn", &["73829144"]),
            (
                "73829144",
                Class::Mrn,
                "d.73_82_91_44.ssn",
                &["73_82_91_44"],
            ),
            ("73829144", Class::Mrn, "pt73829144", &["73829144"]),
            ("E4417290", Class::Mrn, "d.e4417290.ssn", &["e4417290"]),
            ("73829144", Class::Mrn, "d.173829144.ssn", &[]),
            (
                "Leopold Thornbury",
                Class::Name,
                "d.leopold-thornbury.ssn",
                &["leopold-thornbury", "leopold", "thornbury"],
            ),
            (
                "Leopold Thornbury",
                Class::Name,
                "ThornburyLeopold",
                &["Leopold", "Thornbury"],
            ),
            (
                "Brigid O'Tupou",
                Class::Name,
                "d.brigid_o_tupou",
                &["brigid_o_tupou", "brigid", "tupou"],
            ),
            ("Ann Lee", Class::Name, "annlee/anne/lees", &["annlee"]),
            ("10.0.0.1", Class::Ip, "port-10001", &[]),
            ("10.0.0.1", Class::Ip, "at/10.0.0.1", &["10.0.0.1"]),
            ("A1", Class::Mrn, "A1/A1", &[]),
            (
                "Åsa Öberg",
                Class::Name,
                "x/Åsa_Öberg.pdf",
                &["Åsa_Öberg", "Åsa", "Öberg"],
            ),
        ];
        for (value, class, name, wanted) in cases {
            let folded = Folded::new(name.as_bytes());
            let found: Vec<&str> = Value::all(value.as_bytes(), class)
                .iter()
                .flat_map(|value| folded.find(value))
                .map(|span| &name[span])
                .collect();
            assert_eq!(found, wanted, "{value} in {name}");
        }
    }
}
