//! Words by their rarest three or four letters.
//!
//! At each position the next bytes, with the ASCII case bit set, are hashed into
//! a bitmap of 8 KiB that stays in the first-level cache. Most positions end
//! there; the others are looked up in a table of the keys. The price of a byte
//! is the same for ten words and for thousands.

use super::Probe;

const FOLD: u32 = 0x2020_2020;

/// All keys of a pattern set.
pub(crate) struct Keys {
    four: Table,
    three: Table,
}

struct Table {
    bitmap: Box<[u64; 1024]>,
    /// Open addressing; a slot is a key and its range in `probes`.
    slots: Vec<Option<(u32, u32, u32)>>,
    probes: Vec<Probe>,
}

#[inline]
fn hash(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

impl Keys {
    pub(crate) fn new(keys: Vec<(Vec<u8>, Probe)>) -> Self {
        let (mut four, mut three) = (Vec::new(), Vec::new());
        for (bytes, probe) in keys {
            let mut number = 0u32;
            for byte in bytes.iter().rev() {
                number = number << 8 | u32::from(*byte);
            }
            if bytes.len() == 4 {
                four.push((number, probe));
            } else {
                // Moved up, so that a shift drops the fourth byte of the text.
                three.push((number << 8, probe));
            }
        }
        Self {
            four: Table::new(four),
            three: Table::new(three),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.four.probes.is_empty() && self.three.probes.is_empty()
    }

    /// Calls `hit` with the probes of each key that *starts* in
    /// `text[from..to]` and the position of its last byte.
    pub(crate) fn scan(
        &self,
        text: &[u8],
        from: usize,
        to: usize,
        separator: u8,
        hit: &mut impl FnMut(&Probe, usize),
    ) {
        // All positions that have four bytes, without a look at the end.
        let whole = to.min(text.len().saturating_sub(3)).max(from);
        let three = !self.three.probes.is_empty();
        for (at, bytes) in (from..whole).zip(text[from..].windows(4)) {
            let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
            let four = u32::from_le_bytes(bytes) | FOLD;
            if self.four.may_hold(four) {
                self.four.look_up(four, at + 3, hit);
            }
            if three && self.three.may_hold(four << 8) {
                self.three.look_up(four << 8, at + 2, hit);
            }
        }
        for at in whole..to {
            let rest = &text[at..];
            if let [a, b, c, ..] = *rest {
                let key = u32::from_le_bytes([a, b, c, separator]) | FOLD;
                self.three.look_up(key << 8, at + 2, hit);
            }
        }
    }
}

impl Table {
    fn new(mut keys: Vec<(u32, Probe)>) -> Self {
        keys.sort_by_key(|(key, _)| *key);
        let mut table = Self {
            bitmap: Box::new([0; 1024]),
            slots: vec![None; (keys.len() * 4).next_power_of_two().max(4)],
            probes: Vec::with_capacity(keys.len()),
        };
        let mut from = 0;
        for same in keys.chunk_by(|(a, _), (b, _)| a == b) {
            let key = same[0].0;
            let to = from + same.len();
            let hash = hash(key);
            table.bitmap[hash >> 6] |= 1 << (hash & 63);
            let mut slot = table.slot(key);
            while table.slots[slot].is_some() {
                slot = (slot + 1) & (table.slots.len() - 1);
            }
            let range = u32::try_from(from).ok().zip(u32::try_from(to).ok());
            table.slots[slot] = range.map(|(from, to)| (key, from, to));
            table
                .probes
                .extend(same.iter().map(|(_, probe)| probe.clone()));
            from = to;
        }
        table
    }

    /// Other bits of the product than the bitmap takes.
    fn slot(&self, key: u32) -> usize {
        (key.wrapping_mul(0x85EB_CA6B) >> 12) as usize & (self.slots.len() - 1)
    }

    #[inline]
    fn may_hold(&self, key: u32) -> bool {
        let hash = hash(key);
        self.bitmap[hash >> 6] >> (hash & 63) & 1 == 1
    }

    #[inline(never)]
    fn look_up(&self, key: u32, last: usize, hit: &mut impl FnMut(&Probe, usize)) {
        let mut slot = self.slot(key);
        while let Some((held, from, to)) = self.slots[slot] {
            if held == key {
                for probe in &self.probes[from as usize..to as usize] {
                    hit(probe, last);
                }
                return;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }
}
