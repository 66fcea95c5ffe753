//! Cutting JSON documents into records: the elements of arrays that a rule names.

use super::walker::{Event, Walker};
use crate::format::{Layout, Marks, Opening, Reader};
use std::sync::Arc;

/// What a record is.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// Whether the containers directly inside the array that is now innermost are records. Asked
    /// where such a container opens.
    pub(crate) elements: fn(&Walker) -> bool,
    /// Whether a document is a record (else a frame around its records).
    pub(crate) document: bool,
}

/// Whether the last line of a text is JSON that ends in the middle, whatever pieces the text comes
/// in. Only last lines of pieces are walked, so that cutting lines stays cheap.
#[derive(Default)]
pub(crate) struct LastLine {
    walker: Walker,
    /// The line has ended: what comes next is another one.
    ended: bool,
}

impl LastLine {
    /// The next piece of text.
    pub(crate) fn push(&mut self, text: &[u8]) {
        let written = text.trim_ascii_end();
        if let Some(newline) = memchr::memrchr(b'\n', written) {
            self.walker = Walker::default();
            self.walk(&written[newline + 1..]);
        } else if !written.is_empty() {
            if self.ended {
                self.walker = Walker::default();
            }
            self.walk(written);
        } else {
            self.ended |= text.contains(&b'\n');
            return;
        }
        self.ended = text[written.len()..].contains(&b'\n');
    }

    fn walk(&mut self, text: &[u8]) {
        self.walker.walk(text, |_, _, _| true);
    }

    /// Whether a container is open at the end of the line.
    pub(crate) fn is_open(&self) -> bool {
        self.walker.full_depth() > 0
    }
}

/// The reader of all JSON formats. Documents may follow each other without separator.
pub(crate) struct Elements {
    rule: Rule,
    layout: Arc<dyn Layout>,
    state: Walker,
    cut: Cut,
    recent: Recent,
}

#[derive(Default)]
struct Cut {
    at: u64,
    started: bool,
    documents: u64,
    /// Depth of the array whose elements are the present records.
    array: Option<usize>,
    inside: bool,
    /// Where the last frame behind an array began.
    framed: u64,
    /// A frame begins at the next byte, if there is one.
    frame_next: bool,
}

impl Elements {
    pub(crate) fn new(rule: Rule, layout: Arc<dyn Layout>) -> Elements {
        Elements {
            rule,
            layout,
            state: Walker::default(),
            cut: Cut::default(),
            recent: Recent::default(),
        }
    }
}

/// The last openings given: payloads behind each other open alike, and share them.
#[derive(Default)]
struct Recent([Option<Arc<Walker>>; 4], usize);

impl Recent {
    fn open(&mut self, marks: &mut Marks, at: u64, state: &Walker) {
        let known = self.0.iter().flatten().find(|known| ***known == *state);
        let walker = match known {
            Some(known) => Arc::clone(known),
            None => {
                let walker = Arc::new(state.clone());
                self.1 = (self.1 + 1) % self.0.len();
                self.0[self.1] = Some(Arc::clone(&walker));
                walker
            }
        };
        marks.opening(at, Opening::Json(walker));
    }
}

impl Reader for Elements {
    fn push(&mut self, text: &[u8], marks: &mut Marks) {
        if text.is_empty() {
            return;
        }
        let (rule, cut, recent) = (self.rule, &mut self.cut, &mut self.recent);
        if !cut.started {
            cut.started = true;
            match rule.document {
                true => marks.record(0),
                false => marks.frame(0),
            }
            recent.open(marks, 0, &self.state);
        }
        let base = cut.at;
        let mut from = 0;
        while from < text.len() {
            if std::mem::take(&mut cut.frame_next) {
                self.state.rebase();
                cut.framed = base + from as u64;
                marks.frame(cut.framed);
                recent.open(marks, base + from as u64, &self.state);
            }
            from += self.state.walk(&text[from..], |at, event, state| {
                let here = base + (from + at) as u64;
                match event {
                    Event::Open { .. } => {
                        if state.full_depth() == 0 {
                            cut.documents += 1;
                            if cut.documents > 1 && here > cut.framed {
                                match rule.document {
                                    true => marks.record(here),
                                    false => marks.frame(here),
                                }
                                recent.open(marks, here, &Walker::default());
                            }
                        } else if !cut.inside
                            && state.in_array()
                            && (cut.array.is_some() || (rule.elements)(state))
                        {
                            marks.record(here);
                            cut.inside = true;
                            if cut.array.is_none() {
                                cut.array = Some(state.full_depth());
                                state.rebase();
                                recent.open(marks, here, state);
                            } else {
                                state.rebase();
                            }
                        }
                        true
                    }
                    Event::Close => {
                        let depth = state.full_depth();
                        match cut.array {
                            Some(array) if depth == array => cut.inside = false,
                            Some(array) if depth < array => {
                                (cut.array, cut.inside, cut.frame_next) = (None, false, true);
                                return false;
                            }
                            _ => {}
                        }
                        true
                    }
                    _ => true,
                }
            });
        }
        cut.at = base + text.len() as u64;
    }

    fn finish(&mut self, _marks: &mut Marks) {}

    fn is_open(&self) -> bool {
        self.state.full_depth() > 0
    }

    fn settled(&self) -> u64 {
        self.cut.at
    }

    fn opening(&self) -> Opening {
        Opening::Json(Arc::new(self.state.clone()))
    }

    fn layout(&self) -> Arc<dyn Layout> {
        Arc::clone(&self.layout)
    }
}

#[cfg(test)]
mod tests {
    use super::LastLine;

    #[test]
    fn the_last_line_is_open_or_not_however_it_comes() {
        let cases = [
            ("", false),
            ("{\"a\":1}\n{\"a\":2}", false),
            ("{\"a\":1}\n{\"a\":2}\n\n", false),
            ("{\"a\":1}\n{\"a\":\"x", true),
            ("{\"a\":1}\n{\"a\":\"x\n", true),
            ("{\"a\":1}\n{\"a\":[1, 2]", true),
            ("{\"a\":\"x\n{\"a\":2}\n", false),
            ("{\"a\":1}\nshutting down, it's \"late\n", false),
            ("{\"a\":\"\\\\\\\"}\"}", false),
        ];
        for (text, open) in cases {
            for size in 1..=text.len().max(1) {
                let mut line = LastLine::default();
                text.as_bytes()
                    .chunks(size)
                    .for_each(|piece| line.push(piece));
                assert_eq!(line.is_open(), open, "{text:?} by {size}");
            }
        }
    }
}
