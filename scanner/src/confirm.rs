//! The exact answer at one position, or from one position on.
//!
//! A [`Tester`] says where a match that starts at a position ends: an anchored
//! automaton, dense if it stays small, else determinised as it goes. A
//! [`Sweeper`] searches the rest of a record. Dense automata are built on the
//! first candidate, so a pattern that never gets one costs nothing.

use std::sync::OnceLock;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::hybrid;
use regex_automata::meta;
use regex_automata::nfa::thompson::{NFA, WhichCaptures};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::Hir;

/// Largest dense automaton, and the most memory that building one may take.
const DENSE_BYTES: usize = 512 << 10;
const DENSE_WORK_BYTES: usize = 2 << 20;
/// Largest compiled form of one pattern.
const NFA_BYTES: usize = 2 << 20;
/// Memory a thread may use for states of a lazy automaton.
const LAZY_BYTES: usize = 2 << 20;

/// The rest of a record from a position on, with the byte before it as context.
#[derive(Clone, Copy)]
pub(crate) struct Rest<'t> {
    bytes: &'t [u8],
    /// Where `bytes` begins in the text.
    base: usize,
    at: usize,
}

impl<'t> Rest<'t> {
    /// From `at` to the end of its record at `end`. What looks back sees one
    /// byte, which is all that any look-around of the syntax asks for.
    pub(crate) fn new(text: &'t [u8], at: usize, end: usize, separator: u8) -> Self {
        let inside = at > 0 && text[at - 1] != separator;
        let base = if inside { at - 1 } else { at };
        Self {
            bytes: &text[base..end],
            base,
            at,
        }
    }

    fn input(&self, anchored: Anchored) -> Input<'t> {
        Input::new(self.bytes)
            .span(self.at - self.base..self.bytes.len())
            .anchored(anchored)
    }
}

/// Says where a match ends that starts at a given position.
pub(crate) struct Tester {
    nfa: NFA,
    automaton: OnceLock<Automata>,
}

enum Automata {
    Dense(Box<dense::DFA<Vec<u32>>>),
    Lazy(Box<hybrid::dfa::DFA>),
}

/// A thread's states of a lazy automaton.
#[derive(Default)]
pub(crate) struct TesterCache(Option<Box<hybrid::dfa::Cache>>);

impl Tester {
    /// Fails with the reason if the compiled form is over the limit.
    pub(crate) fn new(hir: &Hir) -> Result<Self, String> {
        let config = NFA::config()
            .utf8(false)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(NFA_BYTES));
        let nfa = NFA::compiler().configure(config).build_from_hir(hir);
        Ok(Self {
            nfa: nfa.map_err(|error| error.to_string())?,
            automaton: OnceLock::new(),
        })
    }

    fn automaton(&self) -> Option<&Automata> {
        if self.automaton.get().is_none() {
            // Another thread may have been faster; either is the same.
            let _ = self.automaton.set(self.dense().or_else(|| self.lazy())?);
        }
        self.automaton.get()
    }

    /// The dense automaton, if it stays small.
    fn dense(&self) -> Option<Automata> {
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::LeftmostFirst)
            .dfa_size_limit(Some(DENSE_BYTES))
            .determinize_size_limit(Some(DENSE_WORK_BYTES));
        let built = dense::Builder::new()
            .configure(config)
            .build_from_nfa(&self.nfa);
        Some(Automata::Dense(Box::new(built.ok()?)))
    }

    fn lazy(&self) -> Option<Automata> {
        let config = hybrid::dfa::DFA::config()
            .match_kind(MatchKind::LeftmostFirst)
            .skip_cache_capacity_check(true)
            .cache_capacity(LAZY_BYTES);
        let mut builder = hybrid::dfa::DFA::builder();
        let built = builder.configure(config).build_from_nfa(self.nfa.clone());
        Some(Automata::Lazy(Box::new(built.ok()?)))
    }

    /// The end of the leftmost-first match that starts at the position.
    pub(crate) fn end(&self, cache: &mut TesterCache, rest: &Rest<'_>) -> Option<usize> {
        let input = rest.input(Anchored::Yes);
        // Neither automaton can fail: they have no quit bytes, and the lazy one
        // never gives up.
        let half = match self.automaton()? {
            Automata::Dense(dfa) => dfa.try_search_fwd(&input).ok()??,
            Automata::Lazy(dfa) => {
                let cache = cache.0.get_or_insert_with(|| Box::new(dfa.create_cache()));
                dfa.try_search_fwd(cache, &input).ok()??
            }
        };
        Some(half.offset() + rest.base)
    }
}

/// Finds the leftmost match in the rest of a record.
pub(crate) struct Sweeper(meta::Regex);

/// A thread's scratch of a sweeper.
#[derive(Default)]
pub(crate) struct SweeperCache(Option<Box<meta::Cache>>);

impl Sweeper {
    /// Fails with the reason if the compiled form is over the limit.
    pub(crate) fn new(hir: &Hir) -> Result<Self, String> {
        let config = meta::Config::new()
            .match_kind(MatchKind::LeftmostFirst)
            .utf8_empty(false)
            .nfa_size_limit(Some(NFA_BYTES))
            .hybrid_cache_capacity(LAZY_BYTES);
        let built = meta::Builder::new().configure(config).build_from_hir(hir);
        Ok(Self(built.map_err(|error| error.to_string())?))
    }

    /// The leftmost match that starts at the position or later.
    pub(crate) fn find(&self, cache: &mut SweeperCache, rest: &Rest<'_>) -> Option<(usize, usize)> {
        let cache = cache
            .0
            .get_or_insert_with(|| Box::new(self.0.create_cache()));
        let found = self.0.search_with(cache, &rest.input(Anchored::No))?;
        Some((found.start() + rest.base, found.end() + rest.base))
    }
}
