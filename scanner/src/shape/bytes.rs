//! Sets of bytes, and how often they are met in logs.
//!
//! The figures decide only which filter a pattern gets; a wrong figure costs
//! time, never an answer.

use std::sync::LazyLock;

/// A set of byte values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(crate) const EMPTY: Self = Self([0; 4]);
    pub(crate) const ALL: Self = Self([u64::MAX; 4]);

    pub(crate) fn of(bytes: impl IntoIterator<Item = u8>) -> Self {
        let mut set = Self::EMPTY;
        for byte in bytes {
            set.insert(byte);
        }
        set
    }

    /// The bytes that `\w` takes without Unicode.
    pub(crate) fn word() -> Self {
        Self::of((0..=255u8).filter(|b| b.is_ascii_alphanumeric() || *b == b'_'))
    }

    pub(crate) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(crate) fn remove(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] &= !(1 << (byte & 63));
    }

    #[inline]
    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    pub(crate) fn intersect(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    pub(crate) fn complement(&self) -> Self {
        Self(std::array::from_fn(|i| !self.0[i]))
    }

    pub(crate) fn within(&self, other: &Self) -> bool {
        self.intersect(other) == *self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0u8..4).flat_map(|lane| {
            let mut left = self.0[usize::from(lane)];
            std::iter::from_fn(move || {
                let bit = u8::try_from(left.trailing_zeros())
                    .ok()
                    .filter(|bit| *bit < 64)?;
                left &= left - 1;
                Some(lane * 64 + bit)
            })
        })
    }

    /// The one byte that all members become when bit 5 is set (the ASCII case
    /// bit), if there is just one.
    pub(crate) fn folded(&self) -> Option<u8> {
        let mut members = self.iter().map(|byte| byte | 0x20);
        let first = members.next()?;
        members.all(|byte| byte == first).then_some(first)
    }
}

/// Kinds of bytes that come in runs: a digit is mostly followed by a digit.
const KINDS: usize = 4;
const STAYS: [f64; KINDS] = [0.2, 0.7, 0.5, 0.7];
const DIGIT: usize = 3;
/// What stands between digits of one address, date, time or number.
const JOINTS: &[u8] = b".-:/,";
/// A joint follows a digit, and a digit a joint behind a digit.
const JOINED: f64 = 0.15;
const GOES_ON: f64 = 0.7;

fn kind(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => DIGIT,
        _ => 0,
    }
}

struct Frequencies {
    byte: [f64; 256],
    kind: [f64; KINDS],
}

/// Shares of the bytes in ordinary logs, rounded: a mixture of JSON, web access
/// and application logs.
static FREQUENCIES: LazyLock<Frequencies> = LazyLock::new(|| {
    let mut byte = [0.05f64; 256];
    byte[0x20..0x7f].fill(0.5);
    for b in b'0'..=b'9' {
        byte[usize::from(b)] = 18.0;
    }
    for b in b'A'..=b'Z' {
        byte[usize::from(b)] = 2.3;
    }
    // Letters in the order of their frequency in English.
    for (rank, b) in b"etaoinsrhldcumfpgwybvkxjqz".iter().enumerate() {
        byte[usize::from(*b)] = 42.0 * 0.88f64.powi(i32::try_from(rank).unwrap_or(0));
    }
    let others: [(&[u8], f64); 9] = [
        (b" ", 80.0),
        (b"\"", 40.0),
        (b":", 25.0),
        (b",.-", 20.0),
        (b"/_", 13.0),
        (b"=\n", 8.0),
        (b"{}[]\\", 4.0),
        (b"()|%&?;'", 1.0),
        (b"@", 0.5),
    ];
    for (bytes, share) in others {
        for b in bytes {
            byte[usize::from(*b)] = share;
        }
    }
    let total: f64 = byte.iter().sum();
    let mut kinds = [0.0; KINDS];
    for b in 0..=255u8 {
        byte[usize::from(b)] /= total;
        kinds[kind(b)] += byte[usize::from(b)];
    }
    Frequencies { byte, kind: kinds }
});

fn shares(set: &ByteSet) -> [f64; KINDS] {
    let mut shares = [0.0; KINDS];
    for byte in set.iter() {
        shares[kind(byte)] += FREQUENCIES.byte[usize::from(byte)];
    }
    shares
}

/// The chance that a position of a log begins bytes of these sets in turn.
pub(crate) fn chance(sets: &[ByteSet]) -> f64 {
    let Some((first, rest)) = sets.split_first() else {
        return 1.0;
    };
    let mut now = shares(first);
    // The chance of being at a joint behind a digit.
    let mut joint = 0.0;
    for set in rest {
        let free = shares(set);
        let leaving: f64 = (0..KINDS).map(|k| now[k] * (1.0 - STAYS[k])).sum();
        let leaving = leaving - now[DIGIT] * JOINED + joint * (1.0 - GOES_ON);
        let joints = JOINTS.iter().filter(|byte| set.contains(**byte)).count();
        #[expect(clippy::cast_precision_loss, reason = "at most five")]
        let joints = joints as f64 / JOINTS.len() as f64;
        let digits = now[DIGIT];
        now = std::array::from_fn(|k| {
            now[k] * STAYS[k] * free[k] / FREQUENCIES.kind[k] + leaving * free[k]
        });
        now[DIGIT] += joint * GOES_ON * free[DIGIT] / FREQUENCIES.kind[DIGIT];
        joint = digits * JOINED * joints;
    }
    now.iter().sum::<f64>() + joint
}
