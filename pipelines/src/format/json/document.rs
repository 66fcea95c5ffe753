//! Where in a JSON document a span lies: path, label and the string around it.
//!
//! A [`Document`] is one record's text. Paths are found by walking from the nearest of the
//! checkpoints that earlier walks left (one every 4 KiB), so the cost of a hit does not grow with
//! its record. A string that is itself a document (a policy, a log message, percent-encoded or
//! not) is opened once and asked in turn, up to four deep.

use super::string::{Undone, unescape, unpercent};
use super::walker::{Event, KEY_BYTES, Walker, scalar_end, string_end};
use crate::format::envelope::Envelope;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

const CHECKPOINT_BYTES: usize = 4 << 10;
const NESTED: u8 = 4;
/// How far the members of one object are looked through for a sibling.
const SIBLING_BYTES: usize = 64 << 10;
/// Longest run of blanks between a key, its colon and its value.
const BLANK_BYTES: usize = 1 << 10;

/// What surrounds a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Path inside the record, with indexes: `requestParameters.tagSet.items[3].value`.
    pub path: String,
    /// The keys of that path, without indexes, from the outermost container on.
    pub label: String,
    /// The string (without quotes) or scalar that holds the span's start.
    pub token: Range<usize>,
    /// Whether it is a key of an object.
    pub is_key: bool,
    /// The path up to the string that held a nested document, if the span lies in one.
    pub outer: Option<String>,
    /// For a key, its value's range, if that is a string or scalar. For the `Key` of a
    /// key-value pair, the range of the `Value` beside it.
    pub value: Option<Range<usize>>,
    /// For the `Value` of a key-value pair, the text of the `Key` beside it.
    pub pair_key: Option<String>,
    /// The known documents among the strings around the span, outermost first, each with the path
    /// inside it.
    pub(crate) carried: Vec<(Envelope, String)>,
}

/// The text of one record and what is known of it.
pub struct Document<'t> {
    text: Cow<'t, [u8]>,
    opening: Walker,
    nesting: u8,
    checkpoints: RefCell<Vec<(usize, Start)>>,
    nested: RefCell<HashMap<usize, Option<Rc<Nested>>>>,
    last_token: RefCell<Range<usize>>,
    last_value: RefCell<(usize, Option<Range<usize>>)>,
    members: RefCell<HashMap<Member, Option<Range<usize>>>>,
}

/// Where an object starts, and a key in it.
type Member = (usize, &'static str);

#[derive(Clone)]
struct Start {
    walker: Walker,
    /// Where the token here begins; unknown where the text begins inside it.
    token: Option<usize>,
    /// Where the open containers start that opened inside the text.
    objects: Vec<usize>,
}

struct Nested {
    document: Document<'static>,
    from: Vec<u32>,
    envelope: OnceCell<Option<Envelope>>,
}

impl<'t> Document<'t> {
    /// A record's text; `opening` is the walker's state at its start.
    pub fn new(text: impl Into<Cow<'t, [u8]>>, opening: Walker) -> Document<'t> {
        let text = text.into();
        let start = Start {
            walker: opening.clone(),
            token: None,
            objects: Vec::new(),
        };
        Document {
            text,
            opening,
            nesting: 0,
            checkpoints: RefCell::new(vec![(0, start)]),
            nested: RefCell::default(),
            last_token: RefCell::new(usize::MAX..usize::MAX),
            last_value: RefCell::new((usize::MAX, None)),
            members: RefCell::default(),
        }
    }

    /// The record's text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The walker's state at the start of the record.
    pub fn opening(&self) -> &Walker {
        &self.opening
    }

    /// The state at `at`, with the start of the token there.
    fn state(&self, at: usize) -> Start {
        let mut checkpoints = self.checkpoints.borrow_mut();
        let nearest = checkpoints
            .partition_point(|(position, _)| *position <= at)
            .saturating_sub(1);
        let Some((mut position, mut start)) = checkpoints.get(nearest).cloned() else {
            return Start {
                walker: self.opening.clone(),
                token: None,
                objects: Vec::new(),
            };
        };
        while position < at {
            let next = at.min(position + CHECKPOINT_BYTES - position % CHECKPOINT_BYTES);
            start.advance(&self.text[position..next], position);
            position = next;
            let last = checkpoints.last().map_or(0, |(last, _)| *last);
            if position.is_multiple_of(CHECKPOINT_BYTES) && position > last {
                checkpoints.push((position, start.clone()));
            }
        }
        start
    }

    /// What surrounds a span of the record's text.
    pub fn site(&self, span: Range<usize>) -> Site {
        let at = span.start.min(self.text.len());
        let mut start = self.state(at);
        if !start.walker.in_token() && self.text.get(at) == Some(&b'"') {
            start.advance(&self.text[at..at + 1], at);
        }
        let quoted = start.walker.in_string();
        let token = self.token(&start, at, quoted);
        let colon = self.colon_after(token.end, quoted);
        let mut site = Site {
            path: String::new(),
            label: String::new(),
            token: token.clone(),
            is_key: colon.is_some(),
            outer: None,
            value: None,
            pair_key: None,
            carried: Vec::new(),
        };
        if let Some(colon) = colon {
            // Let the walker take in what it remembers of the key: it is part of the path.
            let from = at.max(token.start);
            let upto = token.end.min(token.start.saturating_add(KEY_BYTES));
            start
                .walker
                .walk(self.text.get(from..upto).unwrap_or_default(), |_, _, _| {
                    true
                });
            site.value = self.value_behind(colon);
        }
        site.path = start.walker.path();
        site.label = start.walker.label();
        if site.is_key {
            return site;
        }
        if let Some(object) = start
            .objects
            .last()
            .copied()
            .filter(|_| !start.walker.in_array())
        {
            self.pair(&mut site, &start.walker, object);
        }
        if quoted && self.nesting < NESTED {
            self.descend(&mut site, span);
        }
        site
    }

    /// The inside of the string, or the scalar, around `at`. The last one is remembered, so that
    /// many hits in one long string do not look for its end again and again.
    fn token(&self, start: &Start, at: usize, quoted: bool) -> Range<usize> {
        let begin = match (start.token, quoted) {
            (Some(quote), true) => quote + 1,
            (Some(first), false) if start.walker.in_token() => first,
            (None, _) if start.walker.in_token() => 0,
            _ => at,
        };
        let last = self.last_token.borrow().clone();
        if last.start == begin && at < last.end {
            return last;
        }
        let from = begin.max(at);
        let end = match quoted {
            true => string_end(&self.text, from + usize::from(start.walker.is_escaped())),
            false => scalar_end(&self.text, from),
        };
        let token = begin.min(end)..end;
        self.last_token.replace(token.clone());
        token
    }

    /// The colon behind a string, if the string is a key.
    fn colon_after(&self, end: usize, quoted: bool) -> Option<usize> {
        let after = self.text.get(end + 1..).filter(|_| quoted)?;
        let mut near = after.iter().take(BLANK_BYTES);
        let at = near.position(|byte| !byte.is_ascii_whitespace())?;
        (after[at] == b':').then_some(end + 1 + at)
    }

    /// The value behind a colon; the last one is remembered, for many hits in one key.
    fn value_behind(&self, colon: usize) -> Option<Range<usize>> {
        let (known, value) = self.last_value.borrow().clone();
        if known == colon {
            return value;
        }
        let value = value_at(&self.text, colon + 1);
        self.last_value.replace((colon, value.clone()));
        value
    }

    /// `{"Key": …, "Value": …}` in either order and in the spellings that AWS uses.
    fn pair(&self, site: &mut Site, walker: &Walker, object: usize) {
        let own = walker.key();
        for (label, value) in PAIRS {
            let (partner, is_label) = match own {
                _ if own == label.as_bytes() => (value, true),
                _ if own == value.as_bytes() => (label, false),
                _ => continue,
            };
            let Some(range) = self.member(object, partner) else {
                continue;
            };
            if is_label {
                site.value = Some(range);
            } else {
                site.pair_key = self
                    .text
                    .get(range)
                    .map(|raw| super::string::unescaped(raw).into_owned());
            }
            return;
        }
    }

    /// The string or scalar under a key of the object that starts at `object`.
    fn member(&self, object: usize, key: &'static str) -> Option<Range<usize>> {
        if let Some(known) = self.members.borrow().get(&(object, key)) {
            return known.clone();
        }
        let text = &self.text[object..self.text.len().min(object + SIBLING_BYTES)];
        let mut found = None;
        Walker::default().walk(text, |at, event, state| {
            let here = state.full_depth() == 1 && state.key() == key.as_bytes();
            match event {
                Event::StringStart if here && !state.in_key() => {
                    found = Some(object + at + 1..object + string_end(text, at + 1));
                }
                Event::Scalar if here => found = Some(object + at..object + scalar_end(text, at)),
                Event::Close if state.full_depth() == 0 => return false,
                _ => {}
            }
            found.is_none()
        });
        self.members
            .borrow_mut()
            .insert((object, key), found.clone());
        found
    }

    /// Goes into a string that is a document itself.
    fn descend(&self, site: &mut Site, span: Range<usize>) {
        let token = site.token.clone();
        let nested = self
            .nested
            .borrow_mut()
            .entry(token.start)
            .or_insert_with(|| {
                Nested::open(&self.text[token.clone()], self.nesting + 1).map(Rc::new)
            })
            .clone();
        let Some(nested) = nested else { return };
        let base = token.start;
        let inner = nested.inner(span.start.saturating_sub(base))
            ..nested.inner(span.end.saturating_sub(base));
        let within = nested.document.site(inner);
        if within.path.is_empty() {
            return;
        }
        let outward =
            |range: Range<usize>| nested.outer(range.start) + base..nested.outer(range.end) + base;
        let outer = site.path.clone();
        let mut carried = within.carried;
        if let Some(envelope) = nested.envelope() {
            carried.insert(0, (envelope.clone(), within.path.clone()));
        }
        *site = Site {
            path: join(&outer, &within.path),
            label: join(&site.label, &within.label),
            token: outward(within.token),
            is_key: within.is_key,
            value: within.value.map(outward),
            pair_key: within.pair_key,
            outer: Some(outer),
            carried,
        };
    }
}

impl Start {
    fn advance(&mut self, text: &[u8], position: usize) {
        let (token, objects) = (&mut self.token, &mut self.objects);
        self.walker.walk(text, |at, event, _| {
            match event {
                Event::StringStart | Event::Scalar => *token = Some(position + at),
                // Bounded like the walker's own stack.
                Event::Open { .. } if objects.len() < 256 => objects.push(position + at),
                Event::Close => {
                    objects.pop();
                }
                _ => {}
            }
            true
        });
    }
}

/// The string or scalar that begins at or behind `from`.
fn value_at(text: &[u8], from: usize) -> Option<Range<usize>> {
    let at = from
        + text
            .get(from..)?
            .iter()
            .take(BLANK_BYTES)
            .position(|byte| !byte.is_ascii_whitespace())?;
    match text[at] {
        b'"' => Some(at + 1..string_end(text, at + 1)),
        b'{' | b'[' | b'}' | b']' | b',' | b':' => None,
        _ => Some(at..scalar_end(text, at)),
    }
}

fn join(outer: &str, inner: &str) -> String {
    match (outer.is_empty(), inner.is_empty()) {
        (true, _) => inner.to_owned(),
        (_, true) => outer.to_owned(),
        _ if inner.starts_with('[') => format!("{outer}{inner}"),
        _ => format!("{outer}.{inner}"),
    }
}

/// Members that are the label and the value of a pair.
const PAIRS: &[(&str, &str)] = &[
    ("Key", "Value"),
    ("key", "value"),
    ("TagKey", "TagValue"),
    ("tagKey", "tagValue"),
    ("Name", "Value"),
    ("name", "value"),
    ("ParameterKey", "ParameterValue"),
    ("parameterKey", "parameterValue"),
];

impl Nested {
    /// Opens the inside of a string if it is a JSON object or array, plain or percent-encoded.
    fn open(raw: &[u8], nesting: u8) -> Option<Nested> {
        let first = raw.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let rest = &raw[first..];
        let Undone { text, from } = match rest {
            [b'{' | b'[', ..] => unescape(raw),
            [b'%', b'7', b'B' | b'b', ..] | [b'%', b'5', b'B' | b'b', ..] => unpercent(raw, false),
            _ => return None,
        };
        let mut document = Document::new(text, Walker::default());
        document.nesting = nesting;
        Some(Nested {
            document,
            from,
            envelope: OnceCell::new(),
        })
    }

    /// What the document is, looked at once.
    fn envelope(&self) -> Option<&Envelope> {
        let envelope = self
            .envelope
            .get_or_init(|| Envelope::of(self.document.text()));
        envelope.as_ref()
    }

    fn inner(&self, outer: usize) -> usize {
        self.from
            .partition_point(|&at| (at as usize) < outer)
            .min(self.document.text.len())
    }

    fn outer(&self, inner: usize) -> usize {
        self.from
            .get(inner)
            .or(self.from.last())
            .map_or(0, |&at| at as usize)
    }
}
