//! Lines: the reader of all formats whose records are lines, or groups of lines.

use crate::format::json::LastLine;
use crate::format::{Layout, Marks, Opening, Reader};
use std::sync::Arc;

/// Whether a line starts a record, by its first bytes.
pub(crate) enum Begins {
    /// Every line does.
    Every,
    /// Those whose first bytes pass; the number says how many bytes the test needs.
    Where(usize, fn(&[u8]) -> bool),
}

/// The reader.
pub(crate) struct Lines {
    begins: Begins,
    /// How many lines are a header: frames.
    header: u64,
    layout: Arc<dyn Layout>,
    /// Set where lines are JSON, which may end in the middle.
    json: Option<LastLine>,
    at: u64,
    /// The bytes of the present line's start, as long as the test still needs more.
    line_start: Option<Vec<u8>>,
    line_at: u64,
    lines: u64,
}

impl Lines {
    pub(crate) fn new(begins: Begins, header: bool, layout: Arc<dyn Layout>) -> Lines {
        Lines::below_header(begins, u64::from(header), layout)
    }

    /// A reader for text whose first `header` lines are no records.
    pub(crate) fn below_header(begins: Begins, header: u64, layout: Arc<dyn Layout>) -> Lines {
        Lines {
            begins,
            header,
            layout,
            json: None,
            at: 0,
            line_start: Some(Vec::new()),
            line_at: 0,
            lines: 0,
        }
    }

    /// Lines of JSON documents.
    pub(crate) fn of_json(layout: Arc<dyn Layout>) -> Lines {
        Lines {
            json: Some(LastLine::default()),
            ..Lines::new(Begins::Every, false, layout)
        }
    }

    fn mark(&mut self, marks: &mut Marks) {
        if self.lines < self.header {
            marks.frame(self.line_at);
        } else {
            marks.record(self.line_at);
        }
        self.lines += 1;
    }

    fn decide(&mut self, start: &[u8], marks: &mut Marks) {
        let begins = match self.begins {
            Begins::Every => true,
            Begins::Where(_, test) => test(start) || self.lines == 0,
        };
        if begins {
            self.mark(marks);
        }
    }
}

impl Reader for Lines {
    fn push(&mut self, text: &[u8], marks: &mut Marks) {
        let mut from = 0;
        while from < text.len() {
            let newline = memchr::memchr(b'\n', &text[from..]).map(|length| from + length);
            // The first mark comes with the first byte.
            let needed = match self.begins {
                Begins::Where(needed, _) if self.lines > 0 => needed,
                _ => 1,
            };
            if let Some(mut start) = self.line_start.take() {
                let missing = needed - start.len().min(needed);
                let upto = (from + missing).min(newline.map_or(text.len(), |at| at + 1));
                if start.is_empty() && (upto - from == needed || newline.is_some()) {
                    self.decide(&text[from..upto], marks);
                } else {
                    start.extend_from_slice(&text[from..upto]);
                    if start.len() >= needed || newline.is_some() {
                        self.decide(&start, marks);
                    } else {
                        self.line_start = Some(start);
                    }
                }
            }
            let Some(newline) = newline else { break };
            from = newline + 1;
            self.line_at = self.at + from as u64;
            self.line_start = Some(Vec::new());
        }
        self.at += text.len() as u64;
        if let Some(last) = &mut self.json {
            last.push(text);
        }
    }

    fn is_open(&self) -> bool {
        self.json.as_ref().is_some_and(LastLine::is_open)
    }

    fn finish(&mut self, marks: &mut Marks) {
        if let Some(start) = self.line_start.take()
            && !start.is_empty()
        {
            self.decide(&start, marks);
        }
    }

    fn settled(&self) -> u64 {
        if self.line_start.is_some() {
            self.line_at
        } else {
            self.at
        }
    }

    fn opening(&self) -> Opening {
        Opening::Plain
    }

    fn layout(&self) -> Arc<dyn Layout> {
        Arc::clone(&self.layout)
    }
}

/// The lines of a head that are certainly whole, without their ends, empty ones left out.
pub(crate) fn whole_lines<'h>(head: &super::Head<'h>) -> Vec<&'h [u8]> {
    let upto = match memchr::memrchr(b'\n', head.text) {
        Some(last) if !head.whole => last,
        _ => head.text.len(),
    };
    head.text[..upto]
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty())
        .collect()
}
