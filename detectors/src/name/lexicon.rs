//! What is known of a word: the embedded dictionaries and the character model.
//!
//! All lists go into one open-addressing table of 64-bit entries, built once: 48 bits of the
//! word's hash and the flags. A look-up hashes the folded word (ASCII, lower case, no marks); a bitmap
//! that stays in the first-level cache turns most unlisted words away, and the rest touch one line. The lists themselves are text files in `data/`, made and explained by
//! `data/build.py`.

use std::sync::OnceLock;

/// What the lists say of a word, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u16);

impl Flags {
    /// A listed surname.
    pub(crate) const SURNAME: Self = Self(1);
    /// A listed given name.
    pub(crate) const GIVEN: Self = Self(2);
    /// An ordinary word of prose or software.
    pub(crate) const ORDINARY: Self = Self(4);
    /// A word of the stop list.
    pub(crate) const STOP: Self = Self(8);
    /// A word that hints at health data.
    pub(crate) const HEALTH: Self = Self(16);
    /// A word that means health data.
    pub(crate) const HEALTH_SURE: Self = Self(32);
    /// A small word inside surnames (de, la, van).
    pub(crate) const PARTICLE: Self = Self(64);
    /// A place, institution, firm, disease or product; of several words, all of them joined.
    pub(crate) const THING: Self = Self(128);
    /// A word of the name of a document about a person: report, final, scan.
    pub(crate) const PAPER: Self = Self(256);

    /// Whether any bit of `other` is set.
    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Listed as a name of either kind.
    pub(crate) fn listed(self) -> bool {
        self.0 & (Self::SURNAME.0 | Self::GIVEN.0) != 0
    }

    /// An ordinary or stopped word, whether it is a name as well or not.
    pub(crate) fn common(self) -> bool {
        self.0 & (Self::ORDINARY.0 | Self::STOP.0) != 0
    }

    /// Any kind of health word.
    pub(crate) fn health(self) -> bool {
        self.0 & (Self::HEALTH.0 | Self::HEALTH_SURE.0) != 0
    }
}

/// The hash of a folded word, built byte by byte.
#[derive(Clone, Copy)]
pub(crate) struct Hash(u64);

impl Hash {
    pub(crate) const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    /// The hash of a listed word; hyphens join the words of one thing.
    fn of(word: &str) -> Self {
        let mut hash = Self::EMPTY;
        word.bytes()
            .filter(|&byte| byte != b'-')
            .for_each(|byte| hash.push(byte));
        hash
    }

    pub(crate) fn push(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    /// Spread over all bits, with the low 16 clear for the flags.
    fn key(self) -> u64 {
        let mixed = self.0 ^ (self.0 >> 32);
        mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) & !0xffff
    }
}

/// The table and the model.
pub(crate) struct Lexicon {
    table: Box<[u64]>,
    /// Shift that takes a key to its slot.
    shift: u32,
    /// One bit for every 2^18th of the keys: clear if no listed word has such a key.
    present: Box<[u64]>,
}

/// Logarithm of the number of slots, and of bits in the bitmap.
const SLOTS_LOG2: u32 = 17;
const BITS_LOG2: u32 = 18;

const LISTS: [(&str, Flags); 9] = [
    (include_str!("../../data/surnames.txt"), Flags::SURNAME),
    (include_str!("../../data/given.txt"), Flags::GIVEN),
    (include_str!("../../data/words.txt"), Flags::ORDINARY),
    (include_str!("../../data/terms.txt"), Flags::ORDINARY),
    (include_str!("../../data/papers.txt"), Flags::PAPER),
    (include_str!("../../data/stop.txt"), Flags::STOP),
    (include_str!("../../data/health.txt"), Flags::HEALTH),
    (include_str!("../../data/particles.txt"), Flags::PARTICLE),
    (include_str!("../../data/things.txt"), Flags::THING),
];

/// Eight times the log likelihood ratio of three characters; see `data/build.py`.
static TRIGRAMS: &[u8; 27 * 27 * 27] = include_bytes!("../../data/trigrams.bin");

/// The same of the names of the world; what a word is worth is the mean of both.
static WORLD: &[u8; 27 * 27 * 27] = include_bytes!("../../data/world.bin");

impl Lexicon {
    /// The embedded lexicon, built at its first use.
    pub(crate) fn get() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(Self::build)
    }

    fn build() -> Self {
        let mut lexicon = Self {
            table: vec![0; 1 << SLOTS_LOG2].into_boxed_slice(),
            shift: 64 - SLOTS_LOG2,
            present: vec![0; 1 << (BITS_LOG2 - 6)].into_boxed_slice(),
        };
        for (list, flags) in LISTS {
            for word in list
                .lines()
                .filter(|line| !line.starts_with('#'))
                .flat_map(str::split_whitespace)
            {
                // `+` marks the sure ones among the health words.
                match word.strip_prefix('+') {
                    Some(word) => lexicon.insert(word, Flags::HEALTH_SURE),
                    None => lexicon.insert(word, flags),
                }
            }
        }
        lexicon
    }

    fn insert(&mut self, word: &str, flags: Flags) {
        let hash = Hash::of(word);
        let slot = self.slot(hash);
        if let Some(entry) = self.table.get_mut(slot) {
            *entry = hash.key() | (*entry & 0xffff) | u64::from(flags.0);
        }
        let (word, bit) = presence(hash);
        if let Some(bits) = self.present.get_mut(word) {
            *bits |= bit;
        }
    }

    /// The slot that holds the word, or the free one where it would stand.
    fn slot(&self, hash: Hash) -> usize {
        let key = hash.key();
        let mask = self.table.len() - 1;
        let mut at = usize::try_from(key >> self.shift).unwrap_or(0);
        // The table is at most two fifths full, so a free slot is near.
        while let Some(&entry) = self.table.get(at) {
            if entry == 0 || entry & !0xffff == key {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    /// What the lists say of the word with this hash.
    pub(crate) fn flags(&self, hash: Hash) -> Flags {
        let (word, bit) = presence(hash);
        if self.present.get(word).is_none_or(|bits| bits & bit == 0) {
            return Flags::default();
        }
        let entry = self.table.get(self.slot(hash)).copied().unwrap_or(0);
        Flags(u16::try_from(entry & 0xffff).unwrap_or(0))
    }
}

/// Where a word's bit stands in the bitmap: index and mask.
fn presence(hash: Hash) -> (usize, u64) {
    let index = hash.key() >> (64 - BITS_LOG2);
    (usize::try_from(index >> 6).unwrap_or(0), 1 << (index & 63))
}

/// How much likelier a folded word (`a`–`z`) is a surname than a word of prose or software: the mean
/// log likelihood ratio of its characters, about −2 to 2.
pub(crate) fn likeness(folded: &[u8]) -> f64 {
    let code = |byte: u8| usize::from(byte.wrapping_sub(b'a' - 1)).min(26);
    let (mut a, mut b) = (0usize, folded.first().map_or(0, |&byte| code(byte)));
    let mut sum = 0i32;
    let mut count = 0i32;
    for c in folded.iter().skip(1).map(|&byte| code(byte)).chain([0]) {
        for table in [TRIGRAMS, WORLD] {
            let value = table.get((a * 27 + b) * 27 + c).copied().unwrap_or(0);
            sum += i32::from(value.cast_signed());
        }
        count += 1;
        (a, b) = (b, c);
    }
    f64::from(sum) / (16.0 * f64::from(count.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(word: &str) -> Flags {
        Lexicon::get().flags(Hash::of(word))
    }

    #[test]
    fn every_listed_word_is_found_and_nothing_else() {
        for (list, wanted) in LISTS {
            for word in list
                .lines()
                .filter(|line| !line.starts_with('#'))
                .flat_map(str::split_whitespace)
            {
                let (word, wanted) = word
                    .strip_prefix('+')
                    .map_or((word, wanted), |word| (word, Flags::HEALTH_SURE));
                assert!(flags(word).has(wanted), "{word}");
            }
        }
        for word in ["smithx", "qqqq", "", "zzyzzyx"] {
            assert_eq!(flags(word), Flags::default(), "{word}");
        }
    }

    #[test]
    fn the_table_has_room() {
        let used = Lexicon::get()
            .table
            .iter()
            .filter(|entry| **entry != 0)
            .count();
        assert!(used * 5 <= Lexicon::get().table.len() * 2, "{used} entries");
    }

    #[test]
    fn names_are_likelier_than_words() {
        for name in ["oberholtzer", "zywicki", "petrosian", "okereke"] {
            assert!(likeness(name.as_bytes()) > 0.5, "{name}");
        }
        for word in ["tokenize", "webpack", "numpy", "xkcd"] {
            assert!(likeness(word.as_bytes()) < -0.5, "{word}");
        }
    }
}
