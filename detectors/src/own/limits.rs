//! What a pattern of a user's may cost, found out before anything is scanned.
//!
//! A pattern of a few letters can ask for an automaton with more states than there is memory, or for
//! thousands of steps at every byte: `(a{60}){60}`, `[ab]*a[ab]{500}`. The engine stays within its
//! memory then and becomes slow instead. So each pattern of a user's file is made into its whole
//! automaton once, under limits, and refused where it does not fit. What passes takes one step a
//! byte, and all automata of a run together have a bound.
//!
//! | what | limit |
//! |---|---|
//! | text of a pattern, and its longest match | 4 KiB |
//! | shortest match of a pattern that needs no cue | 4 bytes, so that not every word of a text is a hit |
//! | its automaton: at a known start; where it is searched for, also from anywhere and backwards | 256 KiB each |
//! | patterns of a run | 1000 |
//! | all their automata | 16 MiB |

use regex_automata::MatchKind;
use regex_automata::dfa::{StartKind, dense};
use regex_automata::nfa::thompson::{NFA, WhichCaptures};
use regex_syntax::hir::Hir;
use scanner::{Flags, Lane, PatternSet};

use crate::spec::{Needs, Pattern};

/// Fewest bytes that a pattern without a cue may match.
pub const SHORTEST_FREE: usize = 4;
/// Most patterns of a user's detectors in one run.
pub const MOST_PATTERNS: usize = 1000;
/// Most bytes of one automaton.
pub const AUTOMATON_BYTES: usize = 256 << 10;
/// Most bytes of all automata of a run.
pub const ALL_AUTOMATA_BYTES: usize = 16 << 20;

/// Memory that making one automaton may take meanwhile.
const WORK_BYTES: usize = 1 << 20;
/// Compiled form from which automata are made.
const PROGRAM_BYTES: usize = 1 << 20;

/// The bytes of a pattern's automata; what is wrong where they do not fit.
pub(crate) fn cost(pattern: &Pattern) -> Result<usize, String> {
    let hir = parsed(&pattern.regex, pattern.ignore_case)?;
    let shortest = hir.properties().minimum_len().unwrap_or(0);
    let free = pattern.needs == Needs::Nothing;
    if free && shortest < SHORTEST_FREE {
        return Err(format!(
            "can match fewer than {SHORTEST_FREE} bytes, which every text is full of; ask for more, or for `needs = \"cue\"`"
        ));
    }
    let searched = free && matches!(lane(pattern), Some(Lane::Slow | Lane::Sweep));
    automata(&hir, searched)
}

/// The bytes of the automaton of a regex that is tried on a whole value.
pub(crate) fn cost_of_whole(regex: &str) -> Result<usize, String> {
    automata(&parsed(regex, false)?, false)
}

fn parsed(regex: &str, ignore_case: bool) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .case_insensitive(ignore_case)
        .nest_limit(100)
        .build()
        .parse(regex)
        .map_err(|error| crate::spec::reason(&error))
}

/// How the engine looks for a pattern.
fn lane(pattern: &Pattern) -> Option<Lane> {
    let mut set = PatternSet::new();
    let flags = Flags {
        ignore_case: pattern.ignore_case,
    };
    let id = set.regex(&pattern.regex, flags).ok()?;
    set.compile().ok()?.lane(id)
}

fn automata(hir: &Hir, searched: bool) -> Result<usize, String> {
    let forwards = program(hir, false)?;
    let mut bytes = forwards.memory_usage();
    bytes += automaton(&forwards, StartKind::Anchored, MatchKind::LeftmostFirst)?;
    if searched {
        bytes += automaton(&forwards, StartKind::Unanchored, MatchKind::LeftmostFirst)?;
        let backwards = program(hir, true)?;
        bytes += automaton(&backwards, StartKind::Anchored, MatchKind::All)?;
    }
    Ok(bytes)
}

fn program(hir: &Hir, reverse: bool) -> Result<NFA, String> {
    let config = NFA::config()
        .utf8(false)
        .reverse(reverse)
        .which_captures(WhichCaptures::None)
        .nfa_size_limit(Some(PROGRAM_BYTES));
    let built = NFA::compiler().configure(config).build_from_hir(hir);
    built.map_err(|_| too_large())
}

fn automaton(program: &NFA, start: StartKind, kind: MatchKind) -> Result<usize, String> {
    let config = dense::Config::new()
        .start_kind(start)
        .match_kind(kind)
        .dfa_size_limit(Some(AUTOMATON_BYTES))
        .determinize_size_limit(Some(WORK_BYTES));
    let built: Result<dense::DFA<Vec<u32>>, dense::BuildError> = dense::Builder::new()
        .configure(config)
        .build_from_nfa(program);
    built
        .map(|automaton| automaton.memory_usage())
        .map_err(|_| too_large())
}

fn too_large() -> String {
    format!(
        "needs an automaton of more than {} KiB; lower its repetition counts, or repeat something that differs from what follows",
        AUTOMATON_BYTES >> 10
    )
}
