//! The first look at every byte: which positions may begin a match.
//!
//! Two filters share the work. [`shift`] steps all windows of byte sets through
//! the text at once, one bit a set. [`keys`] looks three or four bytes at a time
//! up in a bitmap, at a price that does not grow with the number of words. Both
//! point to *probes*: a pattern, and the distance from the last byte of the
//! window back to the position to be tried.

mod keys;
mod shift;

pub(crate) use keys::Keys;
pub(crate) use shift::{Shift, ShiftState};

use crate::shape::{ByteSet, Plan, Window};

/// What a window that hits says: try `pattern` at the hit's last byte less
/// `back`, if the text around fits the string there.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) pattern: u32,
    pub(crate) back: u32,
    /// The byte before the position, if that matters.
    before: Option<ByteSet>,
    /// The bytes from the position on. Empty for words, where confirming is as
    /// cheap.
    bytes: Box<[ByteSet]>,
}

impl Probe {
    /// The position to be tried for a window that ends with byte `last`.
    #[inline]
    pub(crate) fn position(&self, text: &[u8], last: usize, separator: u8) -> Option<usize> {
        let at = last.checked_sub(self.back as usize)?;
        if let Some(before) = &self.before {
            let byte = at.checked_sub(1).map_or(separator, |before| text[before]);
            if !before.contains(byte) {
                return None;
            }
        }
        let bytes = text.get(at..at + self.bytes.len())?;
        let fits = bytes
            .iter()
            .zip(&self.bytes)
            .all(|(b, set)| set.contains(*b));
        fits.then_some(at)
    }
}

/// All windows of a set of plans, by filter.
pub(crate) struct Filters {
    pub(crate) shifts: Vec<Shift>,
    pub(crate) keys: Keys,
}

impl Filters {
    /// Builds the filters; `plans` in the order of the patterns' numbers, with
    /// whether each is a word list.
    pub(crate) fn new<'p>(plans: impl Iterator<Item = (&'p Plan, bool)>) -> Self {
        let mut sets: Vec<(Vec<ByteSet>, Vec<Probe>)> = Vec::new();
        let mut keys: Vec<(Vec<u8>, Probe)> = Vec::new();
        for (pattern, (plan, words)) in (0u32..).zip(plans) {
            for placed in &plan.windows {
                let probe = Probe {
                    pattern,
                    back: u32::try_from(placed.to_last).unwrap_or(u32::MAX),
                    before: (placed.before != ByteSet::ALL).then_some(placed.before),
                    bytes: if words {
                        Box::default()
                    } else {
                        placed.bytes.clone().into()
                    },
                };
                match &placed.window {
                    Window::Key(key) => keys.push((key.clone(), probe)),
                    Window::Sets(window) => {
                        match sets.iter_mut().find(|(other, _)| other == window) {
                            Some((_, probes)) => probes.push(probe),
                            None => sets.push((window.clone(), vec![probe])),
                        }
                    }
                }
            }
        }
        Self {
            shifts: Shift::groups(sets),
            keys: Keys::new(keys),
        }
    }
}
