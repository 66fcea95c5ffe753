//! Generated pattern sets on generated texts, against the `regex` crate.
//!
//! Alphabets are small and hostile, so that matches are dense and nearly-matches
//! denser.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod reference;

use proptest::prelude::*;
use reference::{PatternText, build, sorted};
use scanner::{Flags, Lane, Match, Next};

/// Pieces of text that the patterns below are made for.
const PIECES: &[&str] = &[
    "a",
    "b",
    "ab",
    "A",
    "B",
    "x",
    "0",
    "1",
    "9",
    "12",
    "123",
    "-",
    ".",
    "@",
    "_",
    " ",
    "\n",
    "\n",
    "(",
    ")",
    "mrn",
    "MRN",
    "dob",
    "date of birth",
    "\\",
    "\u{e9}",
    "\r",
    "|",
    "aaaaaaaa",
    "11111111",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = proptest::sample::select(PIECES);
    let few = proptest::collection::vec(0..PIECES.len(), 1..4).prop_flat_map(|kinds| {
        proptest::collection::vec(proptest::sample::select(kinds), 0..60)
            .prop_map(|picks| picks.iter().map(|i| PIECES[*i]).collect::<String>())
    });
    let many = proptest::collection::vec(piece, 0..60).prop_map(|all| all.concat());
    prop_oneof![
        few.prop_map(String::into_bytes),
        many.prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..80),
    ]
}

fn regex() -> impl Strategy<Value = String> {
    let atom = proptest::sample::select(vec![
        "a",
        "b",
        "x",
        "1",
        "-",
        r"\.",
        "@",
        "mrn",
        "dob",
        "date",
        r"\b",
        r"\B",
        "^",
        "$",
        "(?m:^)",
        "(?m:$)",
        "[ab]",
        "[0-9]",
        r"\w",
        r"\s",
        ".",
        "[^a]",
        "[^@\n]",
        "[A-Z]",
        r"\|",
        "(?i:mrn)",
        "(?s:.)",
        r"\b{start}",
        r"\b{end}",
        r"\b{start-half}",
        "(?Rm:^)",
        "(?Rm:$)",
        r"\xe9",
        r"[\x80-\xff]",
        "(?:00[1-9]|0[1-9][0-9]|[1-9][0-9]{2})",
    ]);
    let leaf = atom.prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 5, |inner| {
        let counts = proptest::sample::select(vec![
            "?", "*", "+", "{2}", "{1,3}", "{0,5}", "{3,}", "??", "*?", "+?", "{1,4}?", "{9,12}",
            "{0,40}",
        ]);
        prop_oneof![
            4 => proptest::collection::vec(inner.clone(), 1..5).prop_map(|all| all.concat()),
            1 => proptest::collection::vec(inner.clone(), 1..4)
                .prop_map(|all| format!("(?:{})", all.join("|"))),
            2 => (inner, counts).prop_map(|(one, count)| format!("(?:{one}){count}")),
        ]
    })
}

/// Patterns in the shape of real ones, so that each lane is met often.
fn shaped() -> impl Strategy<Value = String> {
    let class = proptest::sample::select(vec!["[ab]", "[0-9]", r"\w", "[a-z0-9.]", "[A-Z0-9]"]);
    let counts = || proptest::sample::select(vec!["{2}", "{1,3}", "{0,40}", "*", "+", "?"]);
    let pivot = proptest::sample::select(vec!["@", "-", r"\.", "mrn", "[-.]", r"\|", "@a", " "]);
    let edge = || proptest::sample::select(vec!["", r"\b", "^", "(?m:$)", r"\B"]);
    (
        edge(),
        class.clone(),
        counts(),
        pivot,
        class,
        counts(),
        edge(),
    )
        .prop_map(|(a, b, c, d, e, f, g)| format!("{a}{b}{c}{d}{e}{f}{g}"))
}

/// Patterns as detectors have them, on texts where they nearly match.
fn real() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b",
        r"([0-9]{1,2}\.)+[0-9]",
        r"(?:\(1[0-9]{2}\) ?|\b(?:1[-.])?[0-9]{2}[-.])1[0-9]",
        r"\b(?:00[1-9]|1[0-9]{2})-(?:0[1-9]|1[0-9])-",
        r"\b[A-Za-z0-9][A-Za-z0-9._-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{1,24}\b",
        r"\b(?:mrn|dob|date[ _-]?of[ _-]?birth)[ \t]*[:=]?[ \t]*[0-9]{1,3}\b",
        r"\b(?:1[0-9]{3}|9[1-5][0-9]{2})[ -]?[0-9]{4}[ -]?[0-9]{4}",
        r"\b(?:AB|AX|BA|XA)[. ] ?1(?:-[0-9])?\b",
        r"\|[0-9]{0,4}\|[^|\r\n]{0,40}\|",
    ])
    .prop_map(str::to_owned)
}

fn pattern() -> impl Strategy<Value = PatternText> {
    let word = proptest::sample::select(vec![
        "a",
        "ab",
        "aba",
        "abab",
        "mrn",
        "mrn 1",
        "dob",
        "date of birth",
        "date",
        "a@",
        "11",
        "111",
        "1111",
        "11111",
        "\\",
        "b\nb",
        "MRN",
        "\u{e9}",
        "aaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
    ]);
    let words = proptest::collection::vec(word, 1..6);
    let text = prop_oneof![
        3 => regex().prop_map(|regex| (Some(regex), Vec::new())),
        3 => shaped().prop_map(|regex| (Some(regex), Vec::new())),
        2 => real().prop_map(|regex| (Some(regex), Vec::new())),
        2 => words.prop_map(|words| (None, words.into_iter().map(str::to_owned).collect())),
    ];
    (text, any::<bool>()).prop_map(|((regex, words), ignore_case)| PatternText {
        regex,
        words,
        flags: Flags { ignore_case },
    })
}

/// A judge whose word depends on nothing but the match.
fn moody(seed: u64, candidate: &Match) -> Next {
    let mixed = (candidate.start as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 61;
    if mixed < 3 {
        Next::PastMatch
    } else {
        Next::PastStart
    }
}

fn check(patterns: &[PatternText], texts: &[Vec<u8>], separator: u8, seed: u64) {
    // Patterns that may match empty are refused; their own test says so.
    let good: Vec<PatternText> = patterns
        .iter()
        .filter(|one| build(std::slice::from_ref(one), separator).is_ok())
        .cloned()
        .collect();
    let (scanner, reference) = build(&good, separator).unwrap();
    let mut cache = scanner.cache();
    for text in texts {
        let found = sorted(|push| scanner.find(&mut cache, text, &mut |m| push(m)));
        let slow = reference.search(text, separator, &mut |_| Next::PastMatch);
        assert_eq!(found, slow, "find");
        let offered = sorted(|push| {
            scanner.candidates(&mut cache, text, &mut |m| {
                push(m);
                moody(seed, &m)
            });
        });
        let slow = reference.search(text, separator, &mut |m| moody(seed, &m));
        assert_eq!(offered, slow, "candidates");
    }
}

fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: asked.and_then(|n| n.parse().ok()).unwrap_or(800),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn equals_the_regex_crate(
        patterns in proptest::collection::vec(pattern(), 1..6),
        texts in proptest::collection::vec(text(), 1..4),
        separator in proptest::sample::select(vec![b'\n', b'\n', b'\n', 0, b'a', b' ', b'-']),
        seed in any::<u64>(),
    ) {
        check(&patterns, &texts, separator, seed);
    }
}

/// Windows across the steps in which the text is read, and long records.
#[test]
fn steps_do_not_show() {
    let patterns: Vec<PatternText> = [
        r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b",
        r"[a-z.]{1,60}@[a-z]{1,60}\.[a-z]{2,8}",
        r"key=.*;",
        r"[a-z ]+x",
        r"date[ _]of[ _]birth",
    ]
    .iter()
    .map(|regex| PatternText {
        regex: Some((*regex).to_owned()),
        words: Vec::new(),
        flags: Flags::default(),
    })
    .collect();
    let values = [
        "219-09-9999",
        "ann.lee@example.org",
        "key=a;b;",
        "words x",
        "date_of_birth",
    ];
    for separator in [b'\n', 0] {
        let (scanner, reference) = build(&patterns, separator).unwrap();
        let mut cache = scanner.cache();
        for lead in 0..40usize {
            let mut text = vec![b'.'; (16 << 10) - lead];
            text.extend_from_slice(values[lead % values.len()].as_bytes());
            text.extend_from_slice(b" \n ");
            for (turn, value) in values.iter().cycle().take(4000).enumerate() {
                text.extend_from_slice(value.as_bytes());
                text.push(if (turn + lead) % 7 == 0 { b'\n' } else { b' ' });
            }
            let found = sorted(|push| scanner.find(&mut cache, &text, &mut |m| push(m)));
            let slow = reference.search(&text, separator, &mut |_| Next::PastMatch);
            assert_eq!(found, slow);
        }
    }
}

#[test]
fn lanes() {
    let mut set = scanner::PatternSet::new();
    let mut lane = |regex: &str| set.regex(regex, Flags::default()).unwrap();
    let ids = [
        (lane(r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b"), Lane::Window),
        (lane(r"\b[a-z0-9][a-z0-9.]{0,63}@[a-z]{1,9}"), Lane::Pivot),
        (lane(r"secret: .*;"), Lane::Sweep),
        (lane(r"[a-z ]+x"), Lane::Slow),
        (lane(r"a\nb"), Lane::Never),
    ];
    let scanner = set.compile().unwrap();
    for (id, expected) in ids {
        assert_eq!(scanner.lane(id), Some(expected), "{id:?}");
    }
}

#[test]
fn refusals() {
    let refused = |regex: &str| {
        let mut set = scanner::PatternSet::new();
        let added = set.regex(regex, Flags::default());
        match added.and_then(|_| set.compile()) {
            Ok(_) => panic!("`{regex}` was taken"),
            Err(error) => error.to_string(),
        }
    };
    assert!(refused("a*").contains("empty string"));
    assert!(refused(r"\b").contains("empty string"));
    assert!(refused("(").contains("not a valid regular expression"));
    assert!(refused("(?:(?:[a-z]{1,1000}x){1,1000}){1,1000}").contains("too large"));
    assert!(refused(&"(".repeat(5000)).contains("not a valid"));
    assert!(refused(&"a".repeat(70_000)).contains("too large"));
    let mut set = scanner::PatternSet::new();
    assert!(set.words([], Flags::default()).is_err());
    assert!(set.words([b"a".as_slice(), b""], Flags::default()).is_err());
}

/// Nothing but what patterns begin with: work must not grow faster than the text,
/// in both modes, whatever the judge says.
#[test]
fn hostile_texts_take_linear_time() {
    let mut set = scanner::PatternSet::new();
    let ignore_case = Flags { ignore_case: true };
    for regex in [
        r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b",
        r"\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b",
        r"[0-9]{13,16}",
        r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}",
        r"key=.*;",
        r"[0-9]{1,200}x",
    ] {
        set.regex(regex, Flags::default()).unwrap();
    }
    set.words(
        [b"aaaa".as_slice(), b"aaaaaaaaaaaaaaaa", b"@@"],
        ignore_case,
    )
    .unwrap();
    let scanner = set.compile().unwrap();
    let mut cache = scanner.cache();
    for piece in [
        "1",
        "@",
        "a",
        "a@",
        "1.",
        "key=",
        "a.b@c.",
        "-",
        "219-09-9999 ",
        "\n",
        "1\n",
    ] {
        let text = piece.repeat((1 << 20) / piece.len());
        let begin = std::time::Instant::now();
        let mut count = 0u64;
        scanner.find(&mut cache, text.as_bytes(), &mut |_| count += 1);
        let found = count;
        scanner.candidates(&mut cache, text.as_bytes(), &mut |_| {
            count += 1;
            Next::PastStart
        });
        assert!(count >= 2 * found, "{piece}");
        assert!(
            begin.elapsed().as_secs() < 20,
            "{piece}: {:?}",
            begin.elapsed()
        );
    }
}
