//! A member's path in one form: lower case, without list indexes and list wrappers.

/// Components beyond these are cut off: no API nests as deep, and the work stays small.
const MOST_COMPONENTS: usize = 24;
/// Bytes beyond these are cut off.
const MOST_BYTES: usize = 1024;
/// Object metadata is a header for each name; all of them are one member.
const METADATA_HEADER: &[u8] = b"x-amz-meta-";

/// A normalised path, on the stack: most paths of an event are looked up in vain.
pub(super) struct Path {
    bytes: [u8; MOST_BYTES],
    /// Start and end of each component; between two components stands a dot.
    parts: [(u16, u16); MOST_COMPONENTS],
    len: usize,
}

impl Path {
    /// Reads a path; `is_wrapper` says which components (in lower case) are list wrappers.
    pub(super) fn new(path: &str, is_wrapper: impl Fn(&[u8]) -> bool) -> Self {
        let mut this = Self {
            bytes: [0; MOST_BYTES],
            parts: [(0, 0); MOST_COMPONENTS],
            len: 0,
        };
        let mut at = 0;
        for part in path.split('.') {
            let part = part.split('[').next().unwrap_or(part).as_bytes();
            let separator = usize::from(this.len > 0);
            let end = at + separator + part.len();
            if this.len == MOST_COMPONENTS || end > MOST_BYTES {
                break;
            }
            let start = at + separator;
            for (to, from) in this.bytes[start..end].iter_mut().zip(part) {
                *to = from.to_ascii_lowercase();
            }
            let written = &this.bytes[start..end];
            if written.is_empty() || written.iter().all(u8::is_ascii_digit) || is_wrapper(written) {
                continue;
            }
            let end = if written.starts_with(METADATA_HEADER) {
                start + METADATA_HEADER.len()
            } else {
                end
            };
            if separator == 1 {
                this.bytes[at] = b'.';
            }
            // Both fit: MOST_BYTES is below u16::MAX.
            this.parts[this.len] = (start as u16, end as u16);
            this.len += 1;
            at = end;
        }
        this
    }

    /// Number of components.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Components `from..to`, joined by dots; empty where there are none.
    pub(super) fn run(&self, from: usize, to: usize) -> &[u8] {
        if from >= to || to > self.len {
            return &[];
        }
        let (start, _) = self.parts[from];
        let (_, end) = self.parts[to - 1];
        &self.bytes[usize::from(start)..usize::from(end)]
    }

    /// Every component.
    pub(super) fn components(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        (0..self.len).map(|at| self.run(at, at + 1))
    }
}
