//! Scanning: filters over the text in steps, then each pattern's positions in
//! order.
//!
//! The text is read in steps of 16 KiB. The filters note positions by pattern;
//! a window ends at most a few bytes behind the position that it points to, so
//! after each step all positions but the last few are known, and each pattern
//! tries its own in order. A pattern remembers from where on it may match next
//! (behind an accepted match, one byte behind the start of a rejected one) and
//! where the present record ends; both only grow, so long records and dense
//! hits cost no more than their bytes.

use aho_corasick::AhoCorasick;
use memchr::memchr;

use crate::confirm::{Rest, SweeperCache, TesterCache};
use crate::error::Error;
use crate::filter::{Filters, ShiftState};
use crate::pattern::{Pattern, Pivot};
use crate::set::{PatternId, Source};
use crate::shape::LONGEST;

/// Bytes between two rounds of confirming; small enough that the text is still
/// in the first-level cache.
const STEP_BYTES: usize = 16 << 10;

/// A match: `text[start..end]` for the text that was scanned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Match {
    /// The pattern that matches.
    pub pattern: PatternId,
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte; greater than `start`.
    pub end: usize,
}

/// Where a pattern goes on after a candidate: the caller's word on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Accepted: behind the match.
    PastMatch,
    /// Rejected: one byte behind the start of the match.
    PastStart,
}

/// How a pattern is looked for, for those who tune patterns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lane {
    /// By windows at a fixed distance from the start of a match.
    Window,
    /// By a byte that a match must hold behind a run of varying length.
    Pivot,
    /// By windows, then one search over the rest of the record: matches may be
    /// longer than 1 KiB.
    Sweep,
    /// Every record is searched: nothing selective is known about the pattern.
    Slow,
    /// The pattern cannot match within a record.
    Never,
}

/// A compiled pattern set. Threads share it, each with its own [`Cache`].
pub struct Scanner {
    filters: Filters,
    patterns: Vec<Pattern>,
    separator: u8,
}

/// A thread's scratch for one [`Scanner`]. Reused, it allocates nothing more.
pub struct Cache {
    shifts: Vec<ShiftState>,
    tracks: Vec<Track>,
}

/// Where one pattern stands in the text.
#[derive(Default)]
struct Track {
    /// Positions to be tried.
    positions: Vec<usize>,
    /// The pattern may not start before this offset.
    next: usize,
    /// End of the record that holds the last position tried.
    record_end: usize,
    tester: TesterCache,
    rest: TesterCache,
    sweeper: SweeperCache,
}

impl Scanner {
    pub(crate) fn new(sources: &[Source], separator: u8) -> Result<Self, Error> {
        let mut plans = Vec::with_capacity(sources.len());
        let mut patterns = Vec::with_capacity(sources.len());
        for source in sources {
            let (plan, pattern, words) = Pattern::new(source, separator)?;
            plans.push((plan, words));
            patterns.push(pattern);
        }
        let filters = Filters::new(plans.iter().map(|(plan, words)| (plan, *words)));
        Ok(Self {
            filters,
            patterns,
            separator,
        })
    }

    /// Scratch for one thread.
    pub fn cache(&self) -> Cache {
        Cache {
            shifts: Vec::new(),
            tracks: self.patterns.iter().map(|_| Track::default()).collect(),
        }
    }

    /// How many patterns the set has.
    pub fn patterns(&self) -> usize {
        self.patterns.len()
    }

    /// How a pattern is looked for; nothing for a pattern of another set.
    pub fn lane(&self, pattern: PatternId) -> Option<Lane> {
        Some(match self.patterns.get(pattern.index())? {
            Pattern::Start(_) | Pattern::Words(_) => Lane::Window,
            Pattern::Pivot(_) => Lane::Pivot,
            Pattern::Sweep(_) => Lane::Sweep,
            Pattern::Slow(_) | Pattern::SlowWords(_) => Lane::Slow,
            Pattern::Never => Lane::Never,
        })
    }

    /// Finds, for each pattern on its own, its leftmost-first non-overlapping
    /// matches in each record, as if the record stood alone.
    ///
    /// `cache` must come from this scanner. Matches of one pattern come in order
    /// of position; those of different patterns are interleaved in no promised
    /// order.
    pub fn find(&self, cache: &mut Cache, text: &[u8], found: &mut dyn FnMut(Match)) {
        self.candidates(cache, text, &mut |candidate| {
            found(candidate);
            Next::PastMatch
        });
    }

    /// Like [`Scanner::find`], but the caller judges each match: after a
    /// rejected one its pattern may match again from one byte behind its start.
    ///
    /// Candidates of one pattern come strictly in order of their starts. A
    /// caller that rejects everything makes a pattern read each byte at most
    /// once for each start before it within its longest match (at most 1 KiB;
    /// patterns without such a bound, [`Lane::Sweep`] and [`Lane::Slow`], may
    /// read the rest of the record for each rejected match).
    pub fn candidates(&self, cache: &mut Cache, text: &[u8], judge: &mut dyn FnMut(Match) -> Next) {
        let Cache { shifts, tracks } = cache;
        shifts.clear();
        let all = self.filters.shifts.iter();
        shifts.extend(all.map(|shift| shift.start(self.separator)));
        // A cache of another scanner would lack tracks.
        tracks.resize_with(self.patterns.len(), Track::default);
        for track in &mut *tracks {
            track.positions.clear();
            track.next = 0;
            track.record_end = 0;
        }
        let mut from = 0;
        while from < text.len() {
            let to = text.len().min(from + STEP_BYTES);
            self.filter(shifts, tracks, text, from, to);
            // A window ends within the longest string behind its position.
            let known = if to == text.len() {
                to
            } else {
                to.saturating_sub(LONGEST)
            };
            for (number, (pattern, track)) in (0u32..).zip(self.patterns.iter().zip(&mut *tracks)) {
                if !track.positions.is_empty() {
                    let mut judge = |start, end| {
                        judge(Match {
                            pattern: PatternId(number),
                            start,
                            end,
                        })
                    };
                    self.confirm(pattern, track, text, known, &mut judge);
                }
            }
            from = to;
        }
        for (number, (pattern, track)) in (0u32..).zip(self.patterns.iter().zip(tracks)) {
            let mut judge = |start, end| {
                judge(Match {
                    pattern: PatternId(number),
                    start,
                    end,
                })
            };
            match pattern {
                Pattern::Slow(sweeper) => self.search_records(text, &mut judge, |rest| {
                    sweeper.find(&mut track.sweeper, &rest)
                }),
                Pattern::SlowWords(words) => self.search_words(text, words, &mut judge),
                _ => {}
            }
        }
    }

    fn filter(
        &self,
        shifts: &mut [ShiftState],
        tracks: &mut [Track],
        text: &[u8],
        from: usize,
        to: usize,
    ) {
        let mut hit = |probe: &crate::filter::Probe, last: usize| {
            if let Some(at) = probe.position(text, last, self.separator) {
                tracks[probe.pattern as usize].positions.push(at);
            }
        };
        for (shift, state) in self.filters.shifts.iter().zip(shifts) {
            shift.scan(state, text, from, to, &mut hit);
        }
        if !self.filters.keys.is_empty() {
            self.filters
                .keys
                .scan(text, from, to, self.separator, &mut hit);
        }
    }

    /// Tries the positions of a pattern that lie before `known`.
    fn confirm(
        &self,
        pattern: &Pattern,
        track: &mut Track,
        text: &[u8],
        known: usize,
        judge: &mut dyn FnMut(usize, usize) -> Next,
    ) {
        let mut positions = std::mem::take(&mut track.positions);
        positions.sort_unstable();
        let ready = positions.partition_point(|at| *at < known);
        for &at in &positions[..ready] {
            match pattern {
                Pattern::Start(tester) => {
                    if at >= track.next {
                        let end = track.record_end(text, at, self.separator);
                        let rest = Rest::new(text, at, end, self.separator);
                        let end = tester.end(&mut track.tester, &rest);
                        track.try_start(at, end, judge);
                    }
                }
                Pattern::Words(words) => {
                    if at >= track.next {
                        let input = aho_corasick::Input::new(text)
                            .span(at..text.len())
                            .anchored(aho_corasick::Anchored::Yes);
                        let end = words.find(input).map(|found| found.end());
                        track.try_start(at, end, judge);
                    }
                }
                Pattern::Pivot(pattern) => self.confirm_pivot(pattern, track, text, at, judge),
                Pattern::Sweep(sweeper) => {
                    if at >= track.next {
                        let record_end = track.record_end(text, at, self.separator);
                        let rest = Rest::new(text, at, record_end, self.separator);
                        track.next = match sweeper.find(&mut track.sweeper, &rest) {
                            Some((start, end)) => match judge(start, end) {
                                Next::PastMatch => end,
                                Next::PastStart => start + 1,
                            },
                            None => record_end,
                        };
                    }
                }
                Pattern::Slow(_) | Pattern::SlowWords(_) | Pattern::Never => {}
            }
        }
        positions.drain(..ready);
        track.positions = positions;
    }

    /// Tries the starts in the run of lead bytes before a pivot. The pivot is
    /// the first byte of its kind behind each of them, so the runs of two pivots
    /// share no byte and starts come in order.
    fn confirm_pivot(
        &self,
        pattern: &Pivot,
        track: &mut Track,
        text: &[u8],
        pivot: usize,
        judge: &mut dyn FnMut(usize, usize) -> Next,
    ) {
        let Some(last) = pivot
            .checked_sub(pattern.shortest)
            .filter(|last| *last >= track.next)
        else {
            return;
        };
        let record_end = track.record_end(text, pivot, self.separator);
        let behind = Rest::new(text, pivot, record_end, self.separator);
        if pattern.rest.end(&mut track.rest, &behind).is_none() {
            // Another window may point to this pivot again.
            track.next = track.next.max(last + 1);
            return;
        }
        let floor = pivot.saturating_sub(pattern.longest).max(track.next);
        let run = text[floor..pivot].iter().rev();
        let first = pivot - run.take_while(|byte| pattern.lead.contains(**byte)).count();
        for at in first..=last {
            let from_here = Rest::new(text, at, record_end, self.separator);
            let end = pattern.whole.end(&mut track.tester, &from_here);
            track.try_start(at, end, judge);
            if track.next > at + 1 {
                break;
            }
        }
        track.next = track.next.max(last + 1);
    }

    /// Searches every record with `find`.
    fn search_records(
        &self,
        text: &[u8],
        judge: &mut dyn FnMut(usize, usize) -> Next,
        mut find: impl FnMut(Rest<'_>) -> Option<(usize, usize)>,
    ) {
        let mut from = 0;
        while from < text.len() {
            let record_end =
                memchr(self.separator, &text[from..]).map_or(text.len(), |at| from + at);
            while from < record_end {
                let rest = Rest::new(text, from, record_end, self.separator);
                let Some((start, end)) = find(rest) else {
                    break;
                };
                from = match judge(start, end) {
                    Next::PastMatch => end,
                    Next::PastStart => start + 1,
                };
            }
            from = record_end + 1;
        }
    }

    /// Searches the text for words; none holds the separator.
    fn search_words(
        &self,
        text: &[u8],
        words: &AhoCorasick,
        judge: &mut dyn FnMut(usize, usize) -> Next,
    ) {
        let mut from = 0;
        while let Some(found) = words.find(aho_corasick::Input::new(text).span(from..text.len())) {
            from = match judge(found.start(), found.end()) {
                Next::PastMatch => found.end(),
                Next::PastStart => found.start() + 1,
            };
        }
    }
}

impl Track {
    /// The end of the record that holds `at`. Called with growing positions.
    fn record_end(&mut self, text: &[u8], at: usize, separator: u8) -> usize {
        if at >= self.record_end {
            self.record_end = memchr(separator, &text[at..]).map_or(text.len(), |end| at + end);
        }
        self.record_end
    }

    /// Notes what came of a start: no match, or a match and the judge's word.
    fn try_start(
        &mut self,
        at: usize,
        end: Option<usize>,
        judge: &mut dyn FnMut(usize, usize) -> Next,
    ) {
        self.next = match end {
            Some(end) if judge(at, end) == Next::PastMatch => end,
            _ => at + 1,
        };
    }
}
