//! What a match must begin with: a pattern as strings of byte sets.
//!
//! `\b(?:ref|pid)[0-9]{2,}` becomes `ref##` and `pid##` (`#` a digit), both
//! with an edge before them: every match begins with one of the strings. Where
//! a pattern branches too much, strings are merged position by position, or
//! end early; they then let more through, but never less.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::bytes::{ByteSet, chance};

/// Longest string; enough for the windows that filters look for.
pub(crate) const LONGEST: usize = 16;
/// Most strings of a pattern.
const MOST: usize = 48;

/// One way for a match to begin.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shape {
    /// What the byte before the match may be, the separator standing for the
    /// start of a record.
    pub(crate) before: ByteSet,
    /// A word boundary stands before the first byte.
    edge: bool,
    /// The first bytes of the match.
    pub(crate) bytes: Vec<ByteSet>,
    /// The string is the whole of what was expanded so far, so what follows in
    /// the pattern can be appended.
    open: bool,
}

impl Shape {
    fn empty() -> Self {
        Self {
            before: ByteSet::ALL,
            edge: false,
            bytes: Vec::new(),
            open: true,
        }
    }

    /// The string of a literal word.
    pub(crate) fn word(word: &[u8], ignore_case: bool) -> Self {
        let bytes = word.iter().take(LONGEST).map(|byte| {
            if ignore_case {
                ByteSet::of([byte.to_ascii_lowercase(), byte.to_ascii_uppercase()])
            } else {
                ByteSet::of([*byte])
            }
        });
        Self {
            bytes: bytes.collect(),
            ..Self::empty()
        }
    }

    fn followed_by(&self, next: &Self) -> Self {
        let mut joined = self.clone();
        if self.bytes.is_empty() {
            joined.before = self.before.intersect(&next.before);
            joined.edge |= next.edge;
        }
        joined.bytes.extend_from_slice(&next.bytes);
        joined.open = next.open;
        if joined.bytes.len() >= LONGEST {
            joined.open &= joined.bytes.len() == LONGEST && next.open;
            joined.bytes.truncate(LONGEST);
        }
        joined
    }

    /// Takes everything that either takes; both have the same length.
    fn merged(&self, other: &Self) -> Self {
        let pairs = self.bytes.iter().zip(&other.bytes);
        Self {
            before: self.before.union(&other.before),
            edge: self.edge && other.edge,
            bytes: pairs.map(|(a, b)| a.union(b)).collect(),
            open: self.open && other.open,
        }
    }
}

/// The strings of which each match of `hir` begins with one. None at all: the
/// pattern cannot match within a record.
pub(crate) fn shapes(hir: &Hir, separator: u8) -> Vec<Shape> {
    let word = ByteSet::word();
    let not_word = word.complement();
    let mut shapes = expand(hir, separator);
    for shape in &mut shapes {
        if let (true, Some(first)) = (shape.edge, shape.bytes.first()) {
            if first.within(&word) {
                let mut outside = not_word;
                outside.insert(separator);
                shape.before = shape.before.intersect(&outside);
            } else if first.within(&not_word) {
                // The start of a record is no word byte, whatever the separator is.
                shape.before = shape.before.intersect(&word);
            }
        }
    }
    shapes
}

/// All bytes that a match of `hir` can contain.
pub(crate) fn alphabet(hir: &Hir) -> ByteSet {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => ByteSet::EMPTY,
        HirKind::Literal(literal) => ByteSet::of(literal.0.iter().copied()),
        HirKind::Class(class) => byte_class(class).unwrap_or(ByteSet::ALL),
        HirKind::Repetition(repetition) => alphabet(&repetition.sub),
        HirKind::Capture(capture) => alphabet(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .fold(ByteSet::EMPTY, |all, part| all.union(&alphabet(part))),
    }
}

/// A class as a byte set, or nothing if it holds characters of several bytes.
fn byte_class(class: &Class) -> Option<ByteSet> {
    let class = match class {
        Class::Bytes(class) => class.clone(),
        Class::Unicode(class) => class.to_byte_class()?,
    };
    let ranges = class.ranges().iter();
    Some(ByteSet::of(
        ranges.flat_map(|range| range.start()..=range.end()),
    ))
}

fn expand(hir: &Hir, separator: u8) -> Vec<Shape> {
    match hir.kind() {
        HirKind::Empty => vec![Shape::empty()],
        HirKind::Look(look) => vec![expand_look(*look, separator)],
        HirKind::Capture(capture) => expand(&capture.sub, separator),
        HirKind::Literal(literal) => {
            if literal.0.contains(&separator) {
                return Vec::new();
            }
            let mut shape = Shape::word(&literal.0, false);
            shape.open = literal.0.len() <= LONGEST;
            vec![shape]
        }
        HirKind::Class(class) => {
            let mut shape = Shape::empty();
            match byte_class(class) {
                Some(mut set) => {
                    set.remove(separator);
                    if set.is_empty() {
                        return Vec::new();
                    }
                    shape.bytes.push(set);
                }
                None => shape.open = false,
            }
            vec![shape]
        }
        HirKind::Concat(parts) => {
            let mut all = vec![Shape::empty()];
            for part in parts {
                if !all.iter().any(|shape| shape.open) {
                    break;
                }
                all = concat(all, &expand(part, separator)).unwrap_or_else(closed);
            }
            all
        }
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(expand(part, separator));
                if all.len() > MOST {
                    all = merge_all(all);
                }
            }
            merge_cheap(all)
        }
        HirKind::Repetition(repetition) => {
            let sub = expand(&repetition.sub, separator);
            expand_repetition(&sub, repetition.min, repetition.max)
        }
    }
}

fn expand_look(look: Look, separator: u8) -> Shape {
    let mut shape = Shape::empty();
    match look {
        Look::WordAscii | Look::WordStartAscii => shape.edge = true,
        Look::Start => shape.before = ByteSet::of([separator]),
        Look::StartLF => shape.before = ByteSet::of([separator, b'\n']),
        _ => {}
    }
    shape
}

fn expand_repetition(sub: &[Shape], min: u32, max: Option<u32>) -> Vec<Shape> {
    let mut all: Vec<Shape> = Vec::new();
    let mut now = vec![Shape::empty()];
    for turn in 0u32.. {
        if turn >= min {
            all.extend(now.iter().cloned());
        }
        if max.is_some_and(|max| turn >= max) || now.is_empty() {
            break;
        }
        let open = now.iter().any(|shape| shape.open);
        if !open || turn as usize > LONGEST || all.len() > MOST / 2 {
            all.extend(closed(now));
            break;
        }
        match concat(now, sub) {
            Ok(next) => now = next,
            Err(last) => {
                all.extend(closed(last));
                break;
            }
        }
        // Strings that ended early are complete as they are.
        let (going, ended) = now.into_iter().partition(|shape| shape.open);
        now = going;
        all.extend::<Vec<Shape>>(ended);
    }
    if all.len() > MOST {
        all = merge_all(all);
    }
    all.dedup();
    all
}

/// Each of `head` with each of `tail`, or `head` again if those are too many.
fn concat(mut head: Vec<Shape>, tail: &[Shape]) -> Result<Vec<Shape>, Vec<Shape>> {
    let mut tail = tail.to_vec();
    if head.len() * tail.len() > MOST {
        head = merge_all(head);
        tail = merge_all(tail);
    }
    if head.len() * tail.len() > MOST {
        return Err(head);
    }
    let mut all = Vec::with_capacity(head.len() * tail.len());
    for first in head {
        if first.open {
            all.extend(tail.iter().map(|next| first.followed_by(next)));
        } else {
            all.push(first);
        }
    }
    Ok(all)
}

fn closed(mut shapes: Vec<Shape>) -> Vec<Shape> {
    for shape in &mut shapes {
        shape.open = false;
    }
    shapes
}

/// One string for each length.
fn merge_all(shapes: Vec<Shape>) -> Vec<Shape> {
    merge(shapes, |_, _, _| true)
}

/// Merges strings of one length where that lets little more through.
fn merge_cheap(shapes: Vec<Shape>) -> Vec<Shape> {
    merge(shapes, |a, b, both| {
        chance(&both.bytes) <= 1.5 * (chance(&a.bytes) + chance(&b.bytes))
    })
}

fn merge(shapes: Vec<Shape>, worth: impl Fn(&Shape, &Shape, &Shape) -> bool) -> Vec<Shape> {
    let mut kept: Vec<Shape> = Vec::new();
    'next: for shape in shapes {
        for other in &mut kept {
            if other.bytes.len() == shape.bytes.len() && other.open == shape.open {
                let both = other.merged(&shape);
                if worth(other, &shape, &both) {
                    *other = both;
                    continue 'next;
                }
            }
        }
        kept.push(shape);
    }
    kept
}
