//! A walk through JSON text that can stop at any byte and go on later.
//!
//! The walker knows at every byte which containers are open, under which keys and at which
//! index, and whether it is inside a string. It builds no tree. Cutting runs it over every byte
//! of a unit, in whatever pieces the bytes arrive; finding the path of a hit runs a copy of it
//! from the start of the record. It is tolerant: broken JSON gives some path, never a panic, and
//! containers nested deeper than [`DEPTH`] are counted, not remembered.

use std::fmt::Write as _;
use std::ops::Range;

/// Containers that are remembered; deeper ones have the path of the last remembered one.
const DEPTH: usize = 128;
/// Bytes of a key that are remembered: CloudTrail and tags stay far below.
pub(super) const KEY_BYTES: usize = 256;
/// Bytes after which a path or label takes no further key.
const PATH_BYTES: usize = 4 << 10;

/// An open container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level {
    array: bool,
    /// Elements before the present one (arrays).
    index: u32,
    /// Where, in the key arena, the key of the present member starts.
    key_start: u32,
}

/// What the walker sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A container opens here; it is not yet among the levels.
    Open {
        /// `[` rather than `{`.
        array: bool,
    },
    /// A container closed here; it is no longer among the levels.
    Close,
    /// A comma between members or elements, already counted.
    Comma,
    /// The opening quote of a string.
    StringStart,
    /// The closing quote.
    StringEnd,
    /// The first byte of a number or word.
    Scalar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Between,
    Scalar,
    Key,
    Text,
}

/// The state between two bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walker {
    levels: Vec<Level>,
    /// Keys of the present members of all open objects, outermost first.
    keys: Vec<u8>,
    /// Open containers beyond the remembered ones.
    deeper: u32,
    mode: Mode,
    escaped: bool,
    expect_key: bool,
    /// Levels that were open where the record began: not part of its paths.
    base: usize,
}

impl Default for Walker {
    fn default() -> Walker {
        Walker {
            levels: Vec::new(),
            keys: Vec::new(),
            deeper: 0,
            mode: Mode::Between,
            escaped: false,
            expect_key: false,
            base: 0,
        }
    }
}

impl Walker {
    /// Walks over the next bytes. `on` gets the position in `text`, the event, and the state
    /// after it; `false` stops the walk behind that byte. Returns how many bytes were walked.
    pub(crate) fn walk(
        &mut self,
        text: &[u8],
        mut on: impl FnMut(usize, Event, &mut Walker) -> bool,
    ) -> usize {
        let mut at = 0;
        while at < text.len() {
            if matches!(self.mode, Mode::Key | Mode::Text) {
                match self.string(&text[at..]) {
                    None => return text.len(),
                    Some(length) => {
                        at += length;
                        self.mode = Mode::Between;
                        if !on(at - 1, Event::StringEnd, self) {
                            return at;
                        }
                        continue;
                    }
                }
            }
            let byte = text[at];
            let event = match byte {
                b'"' => {
                    self.mode = if self.expect_key {
                        Mode::Key
                    } else {
                        Mode::Text
                    };
                    if self.expect_key {
                        self.drop_key();
                    }
                    Event::StringStart
                }
                b'{' | b'[' => Event::Open {
                    array: byte == b'[',
                },
                b'}' | b']' => {
                    self.mode = Mode::Between;
                    self.close();
                    Event::Close
                }
                b',' => {
                    self.mode = Mode::Between;
                    self.comma();
                    Event::Comma
                }
                b':' => {
                    self.mode = Mode::Between;
                    self.expect_key = false;
                    at += 1;
                    continue;
                }
                b' ' | b'\t' | b'\r' | b'\n' => {
                    self.mode = Mode::Between;
                    at += 1;
                    continue;
                }
                _ if self.mode == Mode::Scalar => {
                    at += 1;
                    continue;
                }
                _ => {
                    self.mode = Mode::Scalar;
                    Event::Scalar
                }
            };
            let go_on = on(at, event, self);
            if let Event::Open { array } = event {
                self.mode = Mode::Between;
                self.open(array);
            }
            at += 1;
            if !go_on {
                return at;
            }
        }
        at
    }

    /// Walks inside a string; the length up to and with its closing quote.
    fn string(&mut self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        if self.escaped && !text.is_empty() {
            self.escaped = false;
            self.key_bytes(&text[..1]);
            at = 1;
        }
        loop {
            match memchr::memchr2(b'"', b'\\', &text[at..]) {
                None => {
                    self.key_bytes(&text[at..]);
                    return None;
                }
                Some(length) => {
                    self.key_bytes(&text[at..at + length]);
                    at += length;
                    if text[at] == b'"' {
                        return Some(at + 1);
                    }
                    match text.get(at + 1) {
                        None => {
                            self.key_bytes(&text[at..]);
                            self.escaped = true;
                            return None;
                        }
                        Some(_) => {
                            self.key_bytes(&text[at..at + 2]);
                            at += 2;
                        }
                    }
                }
            }
        }
    }

    fn key_bytes(&mut self, bytes: &[u8]) {
        if self.mode == Mode::Key && self.deeper == 0 {
            let start = self
                .levels
                .last()
                .map_or(0, |level| level.key_start as usize);
            let room = KEY_BYTES.saturating_sub(self.keys.len() - start);
            self.keys.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }

    fn drop_key(&mut self) {
        if self.deeper == 0 {
            self.keys.truncate(
                self.levels
                    .last()
                    .map_or(0, |level| level.key_start as usize),
            );
        }
    }

    fn open(&mut self, array: bool) {
        self.expect_key = !array;
        if self.levels.len() >= DEPTH || self.deeper > 0 {
            self.deeper += 1;
            return;
        }
        // The arena never exceeds DEPTH * KEY_BYTES.
        self.levels.push(Level {
            array,
            index: 0,
            key_start: self.keys.len() as u32,
        });
    }

    fn close(&mut self) {
        self.expect_key = false;
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if let Some(level) = self.levels.pop() {
            self.keys.truncate(level.key_start as usize);
            self.base = self.base.min(self.levels.len());
        }
    }

    fn comma(&mut self) {
        if self.deeper > 0 {
            self.expect_key = false;
            return;
        }
        match self.levels.last_mut() {
            Some(level) if level.array => {
                level.index = level.index.saturating_add(1);
                self.expect_key = false;
            }
            Some(_) => {
                self.drop_key();
                self.expect_key = true;
            }
            None => self.expect_key = false,
        }
    }

    /// Makes the present depth the root of the paths.
    pub(crate) fn rebase(&mut self) {
        self.base = self.levels.len();
    }

    /// Open containers below the root of the paths.
    pub(crate) fn depth(&self) -> usize {
        self.levels.len() - self.base
    }

    /// All open containers.
    pub(crate) fn full_depth(&self) -> usize {
        self.levels.len() + self.deeper as usize
    }

    /// Whether the innermost open container is an array.
    pub(crate) fn in_array(&self) -> bool {
        self.deeper == 0 && self.levels.last().is_some_and(|level| level.array)
    }

    /// Whether the walker stands inside a string, or a number or word.
    pub(crate) fn in_token(&self) -> bool {
        self.mode != Mode::Between
    }

    /// Whether it stands inside a string.
    pub(crate) fn in_string(&self) -> bool {
        matches!(self.mode, Mode::Key | Mode::Text)
    }

    /// Whether it stands inside a key.
    pub(crate) fn in_key(&self) -> bool {
        self.mode == Mode::Key
    }

    /// Whether the next byte of the string is escaped by a backslash before it.
    pub(crate) fn is_escaped(&self) -> bool {
        self.escaped
    }

    fn key_of(&self, level: usize) -> &[u8] {
        let start = self.levels[level].key_start as usize;
        let end = self
            .levels
            .get(level + 1)
            .map_or(self.keys.len(), |next| next.key_start as usize);
        self.keys.get(start..end).unwrap_or_default()
    }

    /// The key of the present member of the innermost object, as it is written.
    pub(crate) fn key(&self) -> &[u8] {
        match self.levels.len() {
            0 => &[],
            length => self.key_of(length - 1),
        }
    }

    /// Whether the path below the root is exactly these keys; `*` stands for any array index.
    pub(crate) fn is(&self, path: &[&str]) -> bool {
        self.deeper == 0
            && self.depth() == path.len()
            && path.iter().enumerate().all(|(step, key)| {
                let level = self.base + step;
                if self.levels[level].array {
                    *key == "*"
                } else {
                    self.key_of(level) == key.as_bytes()
                }
            })
    }

    /// The keys of all open objects, with `*` for arrays, outermost first, from the outermost
    /// container on: what a cutting rule looks at.
    pub(crate) fn opened_as(&self, path: &[&str]) -> bool {
        self.deeper == 0
            && self.levels.len() == path.len()
            && path.iter().enumerate().all(|(level, key)| {
                if self.levels[level].array {
                    *key == "*"
                } else {
                    self.key_of(level) == key.as_bytes()
                }
            })
    }

    /// The path of the present member: `requestParameters.tagSet.items[3].value`. Keys stand as
    /// they are written, with their JSON escapes undone.
    pub(crate) fn path(&self) -> String {
        self.render(self.base, true)
    }

    /// The path as a label: all keys from the outermost container on, without indexes.
    pub(crate) fn label(&self) -> String {
        self.render(0, false)
    }

    fn render(&self, from: usize, indexes: bool) -> String {
        let mut path = String::new();
        for level in from..self.levels.len() {
            if path.len() > PATH_BYTES {
                break;
            }
            if self.levels[level].array {
                if indexes {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "[{}]", self.levels[level].index);
                }
                continue;
            }
            let key = self.key_of(level);
            if !key.is_empty() {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&super::string::unescaped(key));
            }
        }
        path
    }
}

/// The end of the string whose opening quote is before `from`: the position of its closing
/// quote, or the end of the text.
pub(crate) fn string_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(length) = text
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += length;
        if text[at] == b'"' {
            return at;
        }
        at += 2;
    }
    text.len()
}

/// The end of a number or word.
pub(crate) fn scalar_end(text: &[u8], from: usize) -> usize {
    let ends = |byte: &u8| {
        matches!(
            byte,
            b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[' | b' ' | b'\t' | b'\r' | b'\n'
        )
    };
    text[from.min(text.len())..]
        .iter()
        .position(ends)
        .map_or(text.len(), |length| from + length)
}

/// Calls `each` for every string, number and word that is a value below an object or array
/// (not for keys), with the walker at that member and the value's range without quotes.
/// `false` ends the walk.
pub(crate) fn each_value(
    text: &[u8],
    opening: &Walker,
    mut each: impl FnMut(&Walker, Range<usize>, bool) -> bool,
) {
    let mut walker = opening.clone();
    walker.walk(text, |at, event, state| match event {
        Event::StringStart if state.mode == Mode::Text => {
            each(state, at + 1..string_end(text, at + 1), true)
        }
        Event::Scalar => each(state, at..scalar_end(text, at), false),
        _ => true,
    });
}
