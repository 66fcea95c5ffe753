//! The plan of a pattern: which windows lead to it and how it is confirmed.
//!
//! Costs are nanoseconds a byte, rough on purpose. Three kinds of plan compete:
//! windows at a fixed distance from the start of the match; a *pivot*, a byte
//! that must occur in the match and cannot occur before itself in it (`@` in an
//! e-mail address), for patterns that begin with a run of varying length; and
//! the slow lane, which reads every record with a lazy DFA.

use std::ops::Range;

use regex_syntax::hir::{Hir, HirKind};

use super::bytes::{ByteSet, chance};
use super::strings::{Shape, alphabet, shapes};

/// Matches up to this length are confirmed where their window hits. Longer ones
/// are swept: one search from the hit on, which reads each byte once however
/// many windows hit.
pub(crate) const LONGEST_ANCHORED: usize = 1024;
/// Longest run before a pivot: each of its bytes may be tried as a start.
const LONGEST_LEAD: usize = 128;
/// Widest window of byte sets.
const WIDEST: usize = 12;

/// Cost of one confirmation.
const CONFIRM: f64 = 30.0;
/// Cost of one bit of the shift-and filter, a byte of text.
const BIT: f64 = 0.004;
/// Cost of one key of the key filter.
const KEY: f64 = 0.001;
/// Cost of the slow lane.
const SLOW: f64 = 4.0;

/// A condition on bytes near the start of a match.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Window {
    /// These byte sets one after the other.
    Sets(Vec<ByteSet>),
    /// These three or four bytes, all with bit 5 set as if to fold case.
    Key(Vec<u8>),
}

/// Where a window lies, and what else the text must hold there.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) window: Window,
    /// From the position that is to be tried to the last byte of the window.
    pub(crate) to_last: usize,
    /// The whole string: the byte before the position and those from it on.
    pub(crate) before: ByteSet,
    pub(crate) bytes: Vec<ByteSet>,
}

pub(crate) type Windows = Vec<Placed>;

/// How a position that a window points to is confirmed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Strategy {
    /// The match starts there: try it.
    Start,
    /// The match holds that position after a run of bytes of `lead`: try the
    /// rest from there, then the starts in the run before it.
    Pivot {
        lead: ByteSet,
        lengths: Range<usize>,
        rest: Hir,
    },
    /// The match starts there or later: search the rest of the record.
    Sweep,
    /// No window: search every record.
    Slow,
    /// The pattern cannot match within a record.
    Never,
}

/// What a pattern became.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) strategy: Strategy,
    pub(crate) windows: Windows,
}

impl Plan {
    fn without_windows(strategy: Strategy) -> Self {
        let windows = Vec::new();
        Self { strategy, windows }
    }
}

/// Plans a regex that cannot match empty.
pub(crate) fn plan_regex(hir: &Hir, separator: u8) -> Plan {
    let shapes = shapes(hir, separator);
    if shapes.is_empty() || hir.properties().minimum_len().is_none() {
        return Plan::without_windows(Strategy::Never);
    }
    let bounded = |hir: &Hir| {
        let longest = hir.properties().maximum_len();
        longest.is_some_and(|longest| longest <= LONGEST_ANCHORED)
    };
    let strategy = if bounded(hir) {
        Strategy::Start
    } else {
        Strategy::Sweep
    };
    let mut best = Plan::without_windows(Strategy::Slow);
    let mut cost = SLOW;
    let mut consider = |strategy: Strategy, shapes: &[Shape], confirm: f64| {
        if let Some((windows, price)) = place_all(shapes, separator, confirm)
            && price < cost
        {
            cost = price;
            best = Plan { strategy, windows };
        }
    };
    consider(strategy, &shapes, CONFIRM);
    for (strategy, shapes) in pivots(hir, separator) {
        if let Strategy::Pivot { rest, .. } = &strategy
            && bounded(rest)
        {
            // The rest and then the whole.
            consider(strategy, &shapes, 2.0 * CONFIRM);
        }
    }
    best
}

/// Plans a word list.
pub(crate) fn plan_words<'w>(
    words: impl Iterator<Item = &'w [u8]>,
    ignore_case: bool,
    separator: u8,
) -> Plan {
    let shapes: Vec<Shape> = words
        .filter(|word| !word.contains(&separator))
        .map(|word| Shape::word(word, ignore_case))
        .collect();
    if shapes.is_empty() {
        return Plan::without_windows(Strategy::Never);
    }
    // A word of one letter would hit so often that the price of the slow lane
    // is never reached in practice; then the list is searched as a whole.
    match place_all(&shapes, separator, CONFIRM) {
        Some((windows, price)) if price < 4.0 * SLOW => Plan {
            strategy: Strategy::Start,
            windows,
        },
        _ => Plan::without_windows(Strategy::Slow),
    }
}

/// The ways to cut a pattern into a lead, a pivot byte, and a rest.
fn pivots(hir: &Hir, separator: u8) -> Vec<(Strategy, Vec<Shape>)> {
    let HirKind::Concat(parts) = uncaptured(hir).kind() else {
        return Vec::new();
    };
    let parts = unrolled(parts);
    let mut found = Vec::new();
    let mut lead = ByteSet::EMPTY;
    let (mut shortest, mut longest) = (0usize, Some(0usize));
    // A pattern of many parts would be expanded from each of them.
    for cut in 1..parts.len().min(24) {
        let part = &parts[cut - 1];
        lead = lead.union(&alphabet(part));
        shortest += part.properties().minimum_len().unwrap_or(0);
        longest = longest
            .zip(part.properties().maximum_len())
            .map(|(a, b)| a.saturating_add(b));
        let Some(longest) = longest.filter(|longest| *longest <= LONGEST_LEAD) else {
            break;
        };
        if longest == 0 || parts[cut].properties().minimum_len().unwrap_or(0) == 0 {
            continue;
        }
        let mut lead = lead;
        lead.remove(separator);
        let rest = Hir::concat(parts[cut..].to_vec());
        let mut shapes = shapes(&rest, separator);
        let apart = |shape: &Shape| {
            let first = shape.bytes.first();
            first.is_some_and(|first| first.intersect(&lead).is_empty())
        };
        if shapes.is_empty() || !shapes.iter().all(apart) {
            continue;
        }
        if shortest > 0 {
            for shape in &mut shapes {
                shape.before = shape.before.intersect(&lead);
            }
        }
        let strategy = Strategy::Pivot {
            lead,
            lengths: shortest..longest + 1,
            rest,
        };
        found.push((strategy, shapes));
    }
    found
}

fn uncaptured(hir: &Hir) -> &Hir {
    match hir.kind() {
        HirKind::Capture(capture) => uncaptured(&capture.sub),
        _ => hir,
    }
}

/// The parts of a concatenation, with one turn of each repeated concatenation
/// written out: `(?:a\.){3}` holds its pivot inside.
fn unrolled(parts: &[Hir]) -> Vec<Hir> {
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        if let HirKind::Repetition(repetition) = part.kind()
            && repetition.min >= 1
            && let HirKind::Concat(turn) = uncaptured(&repetition.sub).kind()
        {
            let mut rest = repetition.clone();
            rest.min -= 1;
            rest.max = rest.max.map(|max| max.saturating_sub(1));
            all.extend(turn.iter().cloned());
            all.push(Hir::repetition(rest));
        } else {
            all.push(part.clone());
        }
    }
    all
}

/// A window for each of the strings, and the price of all.
fn place_all(shapes: &[Shape], separator: u8, confirm: f64) -> Option<(Windows, f64)> {
    let mut windows = Vec::with_capacity(shapes.len());
    let mut total = 0.0;
    for shape in shapes {
        let (window, price) = place(shape, separator, confirm)?;
        windows.push(window);
        total += price;
    }
    Some((windows, total))
}

/// The cheapest window of a string.
fn place(shape: &Shape, separator: u8, confirm: f64) -> Option<(Placed, f64)> {
    let mut best: Option<(Window, usize, f64)> = None;
    let mut offer = |window: Window, last: usize, price: f64| {
        if best
            .as_ref()
            .is_none_or(|(_, _, cheapest)| price < *cheapest)
        {
            best = Some((window, last, price));
        }
    };
    // Byte sets, the one before the match included where it says something.
    let mut sets = vec![shape.before];
    sets.extend_from_slice(&shape.bytes);
    let first = usize::from(shape.before == ByteSet::ALL);
    for from in first..sets.len() {
        for to in from.max(1)..sets.len().min(from + WIDEST) {
            let window = &sets[from..=to];
            #[expect(clippy::cast_precision_loss, reason = "at most twelve")]
            let price = chance(window) * confirm + window.len() as f64 * BIT;
            offer(Window::Sets(window.to_vec()), to - 1, price);
        }
    }
    // Keys: letters whose case does not matter to the filter.
    for width in [3, 4] {
        for (from, window) in shape.bytes.windows(width).enumerate() {
            let key: Option<Vec<u8>> = window.iter().map(ByteSet::folded).collect();
            let Some(key) = key else { continue };
            // The filter takes either case, and what else folds alike.
            let both = key.iter().map(|byte| {
                let mut set = ByteSet::of([*byte, byte & !0x20]);
                set.remove(separator);
                set
            });
            let both: Vec<ByteSet> = both.collect();
            let price = chance(&both) * confirm + KEY;
            offer(Window::Key(key), from + width - 1, price);
        }
    }
    let (window, to_last, price) = best?;
    let placed = Placed {
        window,
        to_last,
        before: shape.before,
        bytes: shape.bytes.clone(),
    };
    Some((placed, price))
}
