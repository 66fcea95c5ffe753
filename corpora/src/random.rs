//! A small pseudo-random generator (SplitMix64), so that a seed means the same bytes in
//! every version of every dependency.

/// A seeded source of numbers.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator that gives the same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self {
            state: seed ^ 0x9e37_79b9_7f4a_7c15,
        }
    }

    /// An independent generator for a named part, so that a change in one part of an
    /// estate leaves the others as they were.
    pub fn part(seed: u64, name: &str) -> Self {
        // FNV-1a over the name.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self::new(seed.wrapping_mul(0xd605_bbb5_8c8a_bc03) ^ hash)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `share` times in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One element of a list that is not empty.
    pub fn pick<'l, T: ?Sized>(&mut self, list: &[&'l T]) -> &'l T {
        list[self.below(list.len() as u64) as usize]
    }

    /// `count` characters of an ASCII alphabet.
    pub fn characters(&mut self, alphabet: &str, count: usize) -> String {
        let alphabet = alphabet.as_bytes();
        (0..count)
            .map(|_| char::from(alphabet[self.below(alphabet.len() as u64) as usize]))
            .collect()
    }

    /// `count` decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        self.characters("0123456789", count)
    }

    /// `count` lower-case hexadecimal digits.
    pub fn hex(&mut self, count: usize) -> String {
        self.characters("0123456789abcdef", count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_fixed_for_ever() {
        let mut random = Random::part(7, "logs");
        let first = random.bits();
        assert_eq!(first, Random::part(7, "logs").bits());
        assert_ne!(first, Random::part(8, "logs").bits());
        assert_ne!(first, Random::part(7, "keys").bits());
        // SplitMix64's published first output for state 0.
        let mut zero = Random { state: 0 };
        assert_eq!(zero.bits(), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn numbers_stay_in_range() {
        let mut random = Random::new(1);
        for _ in 0..10_000 {
            assert!((3..=9).contains(&random.between(3, 9)));
        }
    }
}
