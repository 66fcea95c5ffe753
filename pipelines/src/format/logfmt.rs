//! logfmt: lines of `key=value` pairs, values with spaces in double quotes.

use super::lines::{Begins, Lines, whole_lines};
use super::text::{capped, in_unit};
use super::{Format, Head, Hints, Layout, Located, Lookup, Reader};
use crate::block::Block;
use detectors::{Setting, Slot};
use scanner::layers::{Declared, Percent};
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

/// Longest line whose pairs are looked at for a hit: what is beyond has no slot.
const LINE_BYTES: usize = 64 << 10;
/// Bytes of a key that are repeated in labels and locators.
const KEY_BYTES: usize = 256;

/// The format.
pub(super) struct Logfmt;

impl Format for Logfmt {
    fn name(&self) -> &'static str {
        "logfmt"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        let lines = whole_lines(head);
        let sample = lines.len().min(20);
        let good = lines[..sample]
            .iter()
            .filter(|line| is_logfmt(line))
            .count();
        good > 0 && good * 10 >= sample * 9
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        Box::new(Lines::new(
            Begins::Every,
            false,
            Arc::new(LogfmtLayout {
                hints: hints.clone(),
            }),
        ))
    }
}

/// At least two pairs, and nothing but pairs.
fn is_logfmt(line: &[u8]) -> bool {
    let mut covered = 0;
    let mut pairs = 0;
    each_pair(line, |whole, _, _| {
        pairs += 1;
        covered += whole.len();
        true
    });
    let spaces = line
        .iter()
        .filter(|byte| byte.is_ascii_whitespace())
        .count();
    pairs >= 2 && covered + spaces >= line.len()
}

/// Calls `each` with the ranges of pair, key and value; `false` ends it.
fn each_pair(line: &[u8], mut each: impl FnMut(Range<usize>, Range<usize>, Range<usize>) -> bool) {
    let is_key = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'@')
    };
    let mut at = 0;
    while at < line.len() {
        let key = at..at + line[at..].iter().take_while(|byte| is_key(byte)).count();
        if key.is_empty() || line.get(key.end) != Some(&b'=') {
            at += line[at..]
                .iter()
                .position(|&byte| byte == b' ')
                .map_or(line.len(), |space| space + 1);
            continue;
        }
        let from = key.end + 1;
        let (value, end) = match line.get(from) {
            Some(b'"') => {
                let close = super::json::string_end(line, from + 1);
                (from + 1..close, (close + 1).min(line.len()))
            }
            _ => {
                let length = line[from..]
                    .iter()
                    .take_while(|byte| !byte.is_ascii_whitespace())
                    .count();
                (from..from + length, from + length)
            }
        };
        if !each(key.start..end, key, value) {
            return;
        }
        at = end
            + line[end..]
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
    }
}

struct LogfmtLayout {
    hints: Hints,
}

impl Layout for LogfmtLayout {
    fn declared(&self) -> Declared {
        Declared {
            json: false,
            percent: Percent::Everywhere,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Content
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(LogfmtLookup {
            block,
            hints: &self.hints,
            last: RefCell::new((usize::MAX, Vec::new())),
        })
    }
}

struct LogfmtLookup<'b> {
    block: &'b Block,
    hints: &'b Hints,
    /// The line asked for last, by its number, and its pairs.
    last: RefCell<(usize, Vec<Pair>)>,
}

/// Where a pair stands, its key and its value.
#[derive(Clone)]
struct Pair {
    whole: Range<usize>,
    key: Range<usize>,
    value: Range<usize>,
}

impl LogfmtLookup<'_> {
    /// Key and value ranges of the pair around a position.
    fn pair(&self, at: usize) -> Option<(Range<usize>, Range<usize>)> {
        let index = self.block.record_at(at);
        let mut last = self.last.borrow_mut();
        if last.0 != index {
            let record = self.block.record(index);
            let end = record.end.min(record.start + LINE_BYTES);
            let line = self.block.text.get(record.start..end)?;
            let shift = |range: Range<usize>| range.start + record.start..range.end + record.start;
            last.0 = index;
            last.1.clear();
            each_pair(line, |whole, key, value| {
                last.1.push(Pair {
                    whole: shift(whole),
                    key: shift(key),
                    value: shift(value),
                });
                true
            });
        }
        let behind = last.1.partition_point(|pair| pair.whole.start <= at);
        let pair = last.1.get(behind.checked_sub(1)?)?;
        (at < pair.whole.end).then(|| (pair.key.clone(), pair.value.clone()))
    }

    fn key(&self, range: Range<usize>) -> String {
        capped(self.block.text.get(range).unwrap_or_default(), KEY_BYTES).into_owned()
    }
}

impl Lookup for LogfmtLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        let locator = self
            .pair(span.start)
            .map(|(key, _)| self.key(key))
            .unwrap_or_default();
        in_unit(self.block, self.hints, span.start, locator)
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        let (key, value) = self.pair(span.start)?;
        (value.start <= span.start && span.end <= value.end).then(|| Slot {
            label: self.key(key).into(),
            value,
        })
    }

    fn value_of_label(&self, span: Range<usize>) -> Option<Range<usize>> {
        let (key, value) = self.pair(span.start)?;
        (span.end <= key.end).then_some(value)
    }

    fn setting(&self, _span: Range<usize>) -> Setting {
        Setting::Content
    }
}
