//! All windows of byte sets at once: Shift-And (Baeza-Yates and Gonnet, 1992).
//!
//! Each window owns as many neighbouring bits of the state as it has sets. A
//! step shifts the state by one, sets the first bit of every window and clears
//! the bits whose set does not hold the byte; a window has passed when its last
//! bit is set. Four words of 64 bits make a group; the loop over them is written
//! so that the compiler uses vector registers. Whether any window passed is
//! asked once for eight bytes, which are gone through again only if so.

use super::Probe;
use crate::shape::ByteSet;

/// Words of 64 bits that step together.
const LANES: usize = 4;
/// Bytes between two looks at the last bits.
const STRIDE: usize = 8;

/// The state of a group between two calls.
pub(crate) type ShiftState = [u64; LANES];

/// A group of windows of at most 256 sets together.
pub(crate) struct Shift {
    /// For each byte value, the bits whose set holds it.
    rows: Box<[[u64; LANES]; 256]>,
    first: [u64; LANES],
    last: [u64; LANES],
    /// By the number of the window's last bit.
    probes: Vec<Vec<Probe>>,
    /// The group uses the first half of the words only.
    half: bool,
}

impl Shift {
    /// Packs windows into as few groups as it takes.
    pub(crate) fn groups(mut windows: Vec<(Vec<ByteSet>, Vec<Probe>)>) -> Vec<Self> {
        // Longest first fills the words best.
        windows.sort_by_key(|(sets, _)| std::cmp::Reverse(sets.len()));
        let mut used: Vec<u32> = Vec::new();
        let mut groups: Vec<Self> = Vec::new();
        for (sets, probes) in windows {
            let width = u32::try_from(sets.len()).unwrap_or(64);
            let word = used.iter().position(|used| used + width <= 64);
            let word = word.unwrap_or_else(|| {
                used.push(0);
                used.len() - 1
            });
            if word / LANES == groups.len() {
                groups.push(Self::empty());
            }
            groups[word / LANES].add(word % LANES, used[word], &sets, probes);
            used[word] += width;
        }
        groups
    }

    fn empty() -> Self {
        Self {
            rows: Box::new([[0; LANES]; 256]),
            first: [0; LANES],
            last: [0; LANES],
            probes: vec![Vec::new(); 64 * LANES],
            half: true,
        }
    }

    fn add(&mut self, lane: usize, bit: u32, sets: &[ByteSet], probes: Vec<Probe>) {
        for (bit, set) in (bit..).zip(sets) {
            for byte in set.iter() {
                self.rows[usize::from(byte)][lane] |= 1 << bit;
            }
        }
        let last = bit + u32::try_from(sets.len()).unwrap_or(1) - 1;
        self.first[lane] |= 1 << bit;
        self.last[lane] |= 1 << last;
        self.probes[lane * 64 + last as usize] = probes;
        self.half &= lane < LANES / 2;
    }

    /// The state at the start of a text, as if a separator stood before it.
    pub(crate) fn start(&self, separator: u8) -> ShiftState {
        let row = &self.rows[usize::from(separator)];
        std::array::from_fn(|lane| self.first[lane] & row[lane])
    }

    /// Reads `text[from..to]` and calls `hit` with the probes of each window
    /// that ends there and the position of its last byte.
    pub(crate) fn scan(
        &self,
        state: &mut ShiftState,
        text: &[u8],
        from: usize,
        to: usize,
        hit: &mut impl FnMut(&Probe, usize),
    ) {
        if self.half {
            self.scan_lanes::<{ LANES / 2 }>(state, text, from, to, hit);
        } else {
            self.scan_lanes::<LANES>(state, text, from, to, hit);
        }
    }

    fn scan_lanes<const N: usize>(
        &self,
        state: &mut ShiftState,
        text: &[u8],
        from: usize,
        to: usize,
        hit: &mut impl FnMut(&Probe, usize),
    ) {
        let first: [u64; N] = std::array::from_fn(|lane| self.first[lane]);
        let last: [u64; N] = std::array::from_fn(|lane| self.last[lane]);
        let mut now: [u64; N] = std::array::from_fn(|lane| state[lane]);
        let mut at = from;
        for bytes in text[from..to].chunks(STRIDE) {
            let before = now;
            let mut passed = [0u64; N];
            for byte in bytes {
                let row = &self.rows[usize::from(*byte)];
                for lane in 0..N {
                    now[lane] = ((now[lane] << 1) | first[lane]) & row[lane];
                    passed[lane] |= now[lane] & last[lane];
                }
            }
            if passed.iter().fold(0, |any, word| any | word) != 0 {
                self.report(before, bytes, at, hit);
            }
            at += bytes.len();
        }
        state[..N].copy_from_slice(&now);
    }

    /// Goes through bytes again in which a window passed.
    #[inline(never)]
    fn report<const N: usize>(
        &self,
        mut now: [u64; N],
        bytes: &[u8],
        at: usize,
        hit: &mut impl FnMut(&Probe, usize),
    ) {
        for (position, byte) in (at..).zip(bytes) {
            let row = &self.rows[usize::from(*byte)];
            let mut passed = [0u64; N];
            for lane in 0..N {
                now[lane] = ((now[lane] << 1) | self.first[lane]) & row[lane];
                passed[lane] = now[lane] & self.last[lane];
            }
            if passed.iter().fold(0, |any, word| any | word) == 0 {
                continue;
            }
            for (lane, mut passed) in passed.into_iter().enumerate() {
                while passed != 0 {
                    for probe in &self.probes[lane * 64 + passed.trailing_zeros() as usize] {
                        hit(probe, position);
                    }
                    passed &= passed - 1;
                }
            }
        }
    }
}
