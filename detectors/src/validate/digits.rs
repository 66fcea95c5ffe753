//! Reading digits out of a candidate, with its separators, into a small array on the stack.
//!
//! Every numeric identifier is written bare or in fixed groups. The two readers here keep the
//! validators to one line each and reject early: a candidate that is too long costs no more
//! than one that fits.

/// The most digits that an identifier of ours has (an IIN card number has 19).
const CAPACITY: usize = 24;

/// Digits as numbers 0–9, in the order written.
#[derive(Clone, Copy)]
pub(crate) struct Digits {
    digits: [u8; CAPACITY],
    len: usize,
}

impl Digits {
    const EMPTY: Self = Self {
        digits: [0; CAPACITY],
        len: 0,
    };

    /// Reads a run of digits without any separator; `None` for anything else.
    pub(crate) fn bare(raw: &[u8]) -> Option<Self> {
        Self::skipping(raw, b"")
    }

    /// Reads digits and passes over the bytes in `separators`, wherever they stand.
    pub(crate) fn skipping(raw: &[u8], separators: &[u8]) -> Option<Self> {
        let mut out = Self::EMPTY;
        for &byte in raw {
            let digit = byte.wrapping_sub(b'0');
            if digit <= 9 {
                out.push(digit)?;
            } else if !separators.contains(&byte) {
                return None;
            }
        }
        Some(out)
    }

    /// Reads digits that are either bare or written in exactly these groups, parted by one
    /// separator that is the same throughout (`078-05-1120`, not `078-05 1120`).
    pub(crate) fn grouped(raw: &[u8], groups: &[usize], separators: &[u8]) -> Option<Self> {
        let total: usize = groups.iter().sum();
        if raw.len() == total {
            return Self::bare(raw);
        }
        if raw.len() != total + groups.len() - 1 {
            return None;
        }
        let mut out = Self::EMPTY;
        let mut rest = raw;
        let mut separator = None;
        for (index, &size) in groups.iter().enumerate() {
            if index > 0 {
                let (&first, tail) = rest.split_first()?;
                if !separators.contains(&first) || *separator.get_or_insert(first) != first {
                    return None;
                }
                rest = tail;
            }
            let (group, tail) = rest.split_at_checked(size)?;
            for &byte in group {
                let digit = byte.wrapping_sub(b'0');
                if digit > 9 {
                    return None;
                }
                out.push(digit)?;
            }
            rest = tail;
        }
        Some(out)
    }

    fn push(&mut self, digit: u8) -> Option<()> {
        *self.digits.get_mut(self.len)? = digit;
        self.len += 1;
        Some(())
    }

    /// The digits, each 0–9.
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.digits.get(..self.len).unwrap_or(&[])
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The number that the digits in `range` write; 0 when the range lies outside.
    pub(crate) fn number(&self, range: std::ops::Range<usize>) -> u64 {
        self.as_slice()
            .get(range)
            .unwrap_or(&[])
            .iter()
            .fold(0u64, |n, &d| n.wrapping_mul(10).wrapping_add(u64::from(d)))
    }

    /// Whether all digits are one and the same (`000000000`, `111111111`).
    pub(crate) fn all_equal(&self) -> bool {
        all_equal(self.as_slice())
    }
}

/// Whether all items are one and the same; true for none.
pub(crate) fn all_equal(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair.first() == pair.last())
}

/// Whether digits are a keyboard filler: one digit throughout, or counting up or down in
/// steps of one (`1234567`, `9876543`, `0123456`, and `…8901` past nine).
pub(crate) fn filler(digits: &[u8]) -> bool {
    let step = |by: u8| {
        digits.windows(2).all(|pair| match pair {
            [a, b] => (a + by) % 10 == *b,
            _ => false,
        })
    };
    digits.len() >= 4 && (step(0) || step(1) || step(9))
}
