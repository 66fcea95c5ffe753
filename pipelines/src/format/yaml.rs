//! CloudFormation templates in YAML: lines, whose key path follows from indentation.
//!
//! That is enough for places: the path of a line is the keys of the lines above it that are
//! indented less. Block scalars and flow collections keep the path of the line they begin on.

use super::cloudformation::{logical_name, places};
use super::lines::{Begins, Lines, whole_lines};
use super::text::{capped, in_unit};
use super::{Format, Head, Hints, Layout, Located, Lookup, Reader};
use crate::block::Block;
use detectors::place::Place;
use detectors::{Setting, Slot};
use scanner::layers::{Declared, Percent};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Steps of a path; templates nest less.
const DEPTH: usize = 64;
/// Bytes of a key that a path takes, and of a value that is compared with a name.
const NAME_BYTES: usize = 256;

/// The format; its name for `--as` is that of the JSON form, which passes YAML on to it.
pub(super) struct Template;

impl Format for Template {
    fn name(&self) -> &'static str {
        "cloudformation-yaml"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        let lines = whole_lines(head);
        let starts = |key: &str| lines.iter().any(|line| line.starts_with(key.as_bytes()));
        let resource = lines.iter().any(|line| {
            line.trim_ascii()
                .strip_prefix(b"Type:")
                .is_some_and(|rest| {
                    rest.trim_ascii().trim_ascii_start().starts_with(b"AWS::")
                        || rest.trim_ascii().starts_with(b"'AWS::")
                        || rest.trim_ascii().starts_with(b"\"AWS::")
                })
        });
        starts("AWSTemplateFormatVersion:") || starts("Resources:") && resource
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        Box::new(Lines::new(
            Begins::Every,
            false,
            Arc::new(YamlLayout {
                hints: hints.clone(),
            }),
        ))
    }
}

struct YamlLayout {
    hints: Hints,
}

impl Layout for YamlLayout {
    fn declared(&self) -> Declared {
        Declared {
            json: false,
            percent: Percent::Everywhere,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Mixed
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(YamlLookup {
            block,
            hints: &self.hints,
            outline: OnceCell::new(),
        })
    }
}

struct YamlLookup<'b> {
    block: &'b Block,
    hints: &'b Hints,
    outline: OnceCell<Outline>,
}

/// What each line of the block is.
#[derive(Default)]
struct Outline {
    lines: Vec<Line>,
    /// Logical name of a resource to its type.
    types: HashMap<String, String>,
}

#[derive(Clone)]
struct Line {
    /// The line that this one is below.
    parent: Option<usize>,
    indent: usize,
    /// A list item starts here.
    starts_item: bool,
    /// The line belongs to a list item.
    item: bool,
    key: Range<usize>,
    value: Range<usize>,
}

/// Takes a line apart: indentation, `- `, key, value.
fn line_of(text: &[u8], record: Range<usize>) -> Line {
    let line = text.get(record.clone()).unwrap_or_default();
    let end = line.trim_ascii_end().len();
    let mut at = line.iter().take_while(|&&byte| byte == b' ').count();
    let mut indent = at;
    let mut item = false;
    while line.get(at..).is_some_and(|rest| rest.starts_with(b"- ")) {
        item = true;
        at += 2 + line[at + 2..]
            .iter()
            .take_while(|&&byte| byte == b' ')
            .count();
        indent = at;
    }
    let rest = &line[at.min(end)..end];
    let colon = memchr::memchr_iter(b':', rest)
        .find(|&colon| matches!(rest.get(colon + 1), None | Some(b' ')));
    let start = record.start + at.min(end);
    let (key, mut value) = match colon.filter(|&colon| !rest.starts_with(b"#") && colon > 0) {
        Some(colon) => {
            let space = rest[colon + 1..]
                .iter()
                .take_while(|&&byte| byte == b' ')
                .count();
            (
                start..start + colon,
                start + colon + 1 + space..record.start + end,
            )
        }
        None => (start..start, start..record.start + end),
    };
    let quoted =
        |quote: u8| value.len() >= 2 && text[value.start] == quote && text[value.end - 1] == quote;
    if quoted(b'"') || quoted(b'\'') {
        value = value.start + 1..value.end - 1;
    }
    Line {
        parent: None,
        indent,
        starts_item: item,
        item,
        key,
        value,
    }
}

impl YamlLookup<'_> {
    fn outline(&self) -> &Outline {
        self.outline.get_or_init(|| {
            let mut outline = Outline::default();
            let mut open: Vec<usize> = Vec::new();
            for index in 0..self.block.len() {
                let mut line = line_of(&self.block.text, self.block.record(index));
                let blank = line.key.is_empty() && line.value.is_empty();
                if !blank {
                    while let Some(above) = open.last().and_then(|&last| outline.lines.get(last)) {
                        if above.indent < line.indent {
                            break;
                        }
                        line.item |= above.indent == line.indent && above.item;
                        open.pop();
                    }
                    line.parent = open.last().copied();
                    if !line.key.is_empty() && open.len() < DEPTH {
                        open.push(index);
                    }
                }
                outline.lines.push(line);
            }
            for index in 0..outline.lines.len() {
                if self.text(&outline.lines[index].key) == "Type"
                    && let Some(logical) = logical_name(&self.path(&outline, index))
                {
                    let of_type = self.text(&outline.lines[index].value);
                    outline.types.insert(logical.to_owned(), of_type);
                }
            }
            outline
        })
    }

    fn text(&self, range: &Range<usize>) -> String {
        let text = self.block.text.get(range.clone()).unwrap_or_default();
        capped(text, NAME_BYTES).into_owned()
    }

    fn path(&self, outline: &Outline, index: usize) -> String {
        let mut steps = Vec::new();
        let mut at = Some(index);
        while let Some(line) = at.and_then(|at| outline.lines.get(at)) {
            let key = self.text(&line.key);
            let key = key.trim_matches(['"', '\'']).to_owned();
            if !key.is_empty() {
                steps.push(key);
            }
            if line.item && !steps.is_empty() && line.parent.is_some() {
                steps.push("[]".to_owned());
            }
            at = line.parent;
        }
        steps.reverse();
        steps.join(".").replace(".[]", "[]")
    }

    fn at(&self, at: usize) -> (String, &Line) {
        let outline = self.outline();
        let index = self.block.record_at(at);
        let line = &outline.lines[index.min(outline.lines.len().saturating_sub(1))];
        (self.path(outline, index), line)
    }

    /// The line beside this one, in the same list item, with that key.
    fn beside(&self, index: usize, key: &str) -> Option<&Line> {
        let lines = &self.outline().lines;
        let line = lines.get(index)?;
        let before = index
            .checked_sub(1)
            .filter(|_| !line.starts_item)
            .and_then(|before| lines.get(before));
        let after = lines.get(index + 1).filter(|after| !after.starts_item);
        [before, after]
            .into_iter()
            .flatten()
            .find(|other| other.indent == line.indent && self.text(&other.key) == key)
    }

    fn places(&self, at: usize) -> (String, Vec<Place>, Setting) {
        let (path, _) = self.at(at);
        let types = &self.outline().types;
        let of_type = logical_name(&path).and_then(|logical| types.get(logical));
        let (places, setting) = places(&path, of_type.map_or("", String::as_str));
        (path, places, setting)
    }
}

impl Lookup for YamlLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        let (path, places, _) = self.places(span.start);
        Located {
            places,
            ..in_unit(self.block, self.hints, span.start, path)
        }
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        let (path, line) = self.at(span.start);
        if line.key.is_empty() || span.start < line.value.start || line.value.end < span.end {
            return None;
        }
        let key = match self.text(&line.key) == "Value" {
            true => self.beside(self.block.record_at(span.start), "Key"),
            false => None,
        };
        let label = key.map_or_else(|| path.replace("[]", ""), |key| self.text(&key.value));
        Some(Slot {
            label: label.into(),
            value: line.value.clone(),
        })
    }

    fn value_of_label(&self, span: Range<usize>) -> Option<Range<usize>> {
        let (_, line) = self.at(span.start);
        if span.end <= line.key.end {
            return (!line.value.is_empty()).then(|| line.value.clone());
        }
        let is_label = self.text(&line.key) == "Key";
        let value = self
            .beside(self.block.record_at(span.start), "Value")
            .filter(|_| is_label)?;
        Some(value.value.clone())
    }

    fn setting(&self, span: Range<usize>) -> Setting {
        self.places(span.start).2
    }
}
