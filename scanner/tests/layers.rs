//! Layers: the cases of `testdata/layers.toml`; texts encoded unit by unit, whose
//! way back is therefore known; and arbitrary bytes.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use scanner::layers::{
    Declared, Layer, OffsetMap, Percent, View, transcode_latin1, transcode_utf16, undo,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    json: bool,
    #[serde(default)]
    percent: String,
    text: String,
    view: String,
    spans: Vec<(String, String, Vec<String>)>,
}

#[test]
fn cases() {
    let cases: Cases = toml::from_str(include_str!("../testdata/layers.toml")).unwrap();
    for case in cases.case {
        let percent = match case.percent.as_str() {
            "" | "never" => Percent::Never,
            "in-json-strings" => Percent::InJsonStrings,
            "everywhere" => Percent::Everywhere,
            "form" => Percent::Form,
            "urls" => Percent::Urls,
            other => panic!("{}: percent = {other}", case.name),
        };
        let json = case.json;
        let view = undo(case.text.as_bytes(), &Declared { json, percent });
        assert_eq!(
            String::from_utf8_lossy(&view.text),
            case.view,
            "{}",
            case.name
        );
        for (inner, outer, layers) in case.spans {
            let start = case.view.find(&inner).unwrap();
            let span = start..start + inner.len();
            assert_eq!(
                &case.text[view.map.outer(span.clone())],
                outer,
                "{}",
                case.name
            );
            let names: Vec<&str> = view.map.layers(span).into_iter().map(Layer::name).collect();
            assert_eq!(names, layers, "{}", case.name);
        }
    }
}

/// What one or more bytes of the view were encoded as.
#[derive(Clone, Debug)]
struct Unit {
    inner: Vec<u8>,
    outer: Vec<u8>,
}

impl Unit {
    fn plain(text: &str) -> Vec<Self> {
        let unit = |c: char| Self {
            inner: c.to_string().into_bytes(),
            outer: c.to_string().into_bytes(),
        };
        text.chars().map(unit).collect()
    }
}

/// The view and the map must be what the units say, for each run of units.
fn check(view: &View<'_>, units: &[Unit]) {
    let inner: Vec<u8> = units.iter().flat_map(|unit| unit.inner.clone()).collect();
    let outer: Vec<u8> = units.iter().flat_map(|unit| unit.outer.clone()).collect();
    assert_eq!(
        String::from_utf8_lossy(&view.text),
        String::from_utf8_lossy(&inner),
        "from {}",
        String::from_utf8_lossy(&outer)
    );
    let (mut inner_at, mut outer_at) = (vec![0], vec![0]);
    for unit in units {
        inner_at.push(inner_at[inner_at.len() - 1] + unit.inner.len());
        outer_at.push(outer_at[outer_at.len() - 1] + unit.outer.len());
    }
    for from in 0..units.len() {
        for to in from + 1..units.len().min(from + 6) + 1 {
            let expected = outer_at[from]..outer_at[to];
            assert_eq!(view.map.outer(inner_at[from]..inner_at[to]), expected);
            // A part of a unit leads to the whole; copied bytes are on their own.
            if units[to - 1].inner != units[to - 1].outer {
                let last = inner_at[to] - 1..inner_at[to];
                assert_eq!(view.map.outer(last), outer_at[to - 1]..outer_at[to]);
            }
        }
    }
    let whole = view.map.outer(0..inner.len());
    assert_eq!(whole, 0..if inner.is_empty() { 0 } else { outer.len() });
}

/// One character as it stands in a JSON string; `how` picks among the ways.
fn escape(c: char, how: u8) -> String {
    let hexadecimal = |c: char| {
        let units = c.encode_utf16(&mut [0; 2]).to_vec();
        units
            .iter()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect::<String>()
    };
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' if how.is_multiple_of(2) => "\\t".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '/' if how.is_multiple_of(2) => "\\/".to_owned(),
        c if (c as u32) < 0x20 => hexadecimal(c),
        c if how.is_multiple_of(8) || (!c.is_ascii() && how.is_multiple_of(2)) => hexadecimal(c),
        c => c.to_string(),
    }
}

/// The units inside one more JSON string.
fn wrap(units: &[Unit], how: &[u8]) -> Vec<Unit> {
    let mut turn = 0;
    let wrapped = units.iter().map(|unit| {
        let text = String::from_utf8(unit.outer.clone()).unwrap();
        let escaped = text.chars().map(|c| {
            turn += 1;
            escape(c, how[turn % how.len()])
        });
        let outer = escaped.collect::<String>().into_bytes();
        let mut inner = unit.inner.clone();
        if inner == b"\n" || inner == b"\r" {
            inner = b" ".to_vec();
        }
        Unit { inner, outer }
    });
    wrapped.collect()
}

/// A document of one to four depths around the given strings.
fn document(leaf: &str, sibling: &str, depth: usize, how: &[u8]) -> Vec<Unit> {
    let mut units = Unit::plain(leaf);
    for level in 0..depth {
        let mut outer = Unit::plain(if level % 2 == 0 {
            "{\"k\": \""
        } else {
            "[3, \""
        });
        outer.extend(wrap(&units, how));
        outer.extend(Unit::plain("\", \""));
        outer.extend(wrap(&Unit::plain(sibling), how));
        outer.extend(Unit::plain(if level % 2 == 0 {
            "\" : true}"
        } else {
            "\"]"
        }));
        units = outer;
    }
    units
}

/// Strings that hold no JSON strings with escapes themselves: those would be
/// undone too, as they should.
fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab \n\r\t/\"é😀\u{1}%+-]{0,12}",
        "[ab \n\\\\u0/é😀%+n-]{0,12}"
    ]
}

fn json() -> Declared {
    Declared {
        json: true,
        percent: Percent::Never,
    }
}

fn bytes_of(units: &[Unit]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.outer.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_documents(
        leaves in proptest::collection::vec((leaf(), "[ab/\né\u{c}]{0,6}"), 1..4),
        depth in 1usize..=4,
        how in proptest::collection::vec(any::<u8>(), 1..20),
    ) {
        // JSON Lines.
        let mut units = Vec::new();
        for (leaf, sibling) in &leaves {
            units.extend(document(leaf, sibling, depth, &how));
            units.extend(Unit::plain("\n"));
        }
        let text = bytes_of(&units);
        check(&undo(&text, &json()), &units);
    }

    #[test]
    fn pieces_of_json(
        leaf in "[ab \né😀\"/]{0,12}", sibling in "[ab\n]{1,6}",
        depth in 1usize..=3,
        how in proptest::collection::vec(any::<u8>(), 1..20),
        cuts in (any::<proptest::sample::Index>(), any::<proptest::sample::Index>()),
    ) {
        let units = document(&leaf, &sibling, depth, &how);
        let (from, to) = (cuts.0.index(units.len()), cuts.1.index(units.len() + 1));
        // What begins with a quote may be the second half of an escape or of
        // nothing; what ends before the next quote says too little.
        let piece = &units[from..to.max(from)];
        let text = bytes_of(piece);
        let told = text.first() != Some(&b'"')
            && text.windows(2).filter(|pair| pair[1] == b'"' && pair[0] != b'\\').count() >= 2;
        if told {
            check(&undo(&text, &json()), piece);
        }
    }

    #[test]
    fn percent_runs(text in "[ab%+é\"{}:, \n/]{0,30}", form: bool, how in proptest::collection::vec(any::<u8>(), 1..20)) {
        // What is left of a form after one round is undone once more.
        let text = if form { text.replace('%', "") } else { text };
        let encoded = text.bytes().zip(how.iter().cycle()).map(|(byte, how)| {
            let kept = byte == b'\n' || (how.is_multiple_of(2) && !b"%+".contains(&byte));
            let outer = if kept {
                vec![byte]
            } else if form && byte == b' ' {
                b"+".to_vec()
            } else {
                format!("%{byte:02X}").into_bytes()
            };
            Unit { inner: vec![byte], outer }
        });
        let units: Vec<Unit> = encoded.collect();
        let percent = if form { Percent::Form } else { Percent::Everywhere };
        check(&undo(&bytes_of(&units), &Declared { json: false, percent }), &units);
    }

    #[test]
    fn percent_in_strings(leaves in proptest::collection::vec("[ab%é/\n\"]{0,8}", 1..4), depth in 1usize..=3, how in proptest::collection::vec(any::<u8>(), 1..20)) {
        let mut units = Vec::new();
        for leaf in &leaves {
            // Percent runs lie below the JSON strings.
            let encoded: Vec<Unit> = leaf.bytes().map(|byte| Unit {
                inner: vec![if byte == b'\n' { b' ' } else { byte }],
                outer: format!("%{byte:02x}").into_bytes(),
            }).collect();
            let mut value = encoded;
            for _ in 0..depth {
                let mut outer = Unit::plain("{\"k\":\"");
                outer.extend(wrap(&value, &how));
                outer.extend(Unit::plain("\"}"));
                value = outer;
            }
            units.extend(value);
            units.extend(Unit::plain(" %41\n"));
        }
        let declared = Declared { json: true, percent: Percent::InJsonStrings };
        check(&undo(&bytes_of(&units), &declared), &units);
    }

    #[test]
    fn character_sets(text in "[ -~é\u{80}-\u{ff}\n😀\u{ffff}]{0,40}", big_endian: bool) {
        let units: Vec<Unit> = text.chars().map(|c| {
            let mut buffer = [0; 2];
            let order = |unit: &u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let outer = c.encode_utf16(&mut buffer).iter().flat_map(order).collect();
            Unit { inner: c.to_string().into_bytes(), outer }
        }).collect();
        check(&transcode_utf16(&bytes_of(&units), big_endian), &units);
        let units: Vec<Unit> = text.chars().filter_map(|c| {
            let outer = vec![u8::try_from(c as u32).ok()?];
            Some(Unit { inner: c.to_string().into_bytes(), outer })
        }).collect();
        check(&transcode_latin1(&bytes_of(&units)), &units);
    }

    #[test]
    fn utf16_equals_the_standard_library(units in proptest::collection::vec(prop_oneof![0xd7f0u16..0xe010, any::<u16>()], 0..20), odd: bool) {
        let mut bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let mut expected = String::from_utf16_lossy(&units);
        if odd {
            bytes.push(7);
            expected.push('\u{fffd}');
        }
        prop_assert_eq!(&*transcode_utf16(&bytes, false).text, expected.as_bytes());
    }

    #[test]
    fn any_bytes(
        text in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..60),
            proptest::collection::vec(proptest::sample::select(b"\\\\\\\"\"u0d8n%+:,{}[]x\n".to_vec()), 0..80),
        ],
        json: bool,
        percent in proptest::sample::select(vec![Percent::Never, Percent::InJsonStrings, Percent::Everywhere, Percent::Form, Percent::Urls]),
    ) {
        sound(&undo(&text, &Declared { json, percent }), &text);
        sound(&transcode_utf16(&text, true), &text);
        sound(&transcode_latin1(&text), &text);
        // Records stay records.
        let newlines = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
        prop_assert_eq!(newlines(&undo(&text, &Declared { json, percent }).text), newlines(&text));
    }
}

/// Spans lie in the text, grow with their start, and cover it without a gap.
fn sound(view: &View<'_>, text: &[u8]) {
    if view.map.is_identity() {
        assert_eq!(&*view.text, text);
        assert!(matches!(view.text, std::borrow::Cow::Borrowed(_)));
    }
    let mut last = 0..0;
    for at in 0..view.text.len() {
        let outer = view.map.outer(at..at + 1);
        assert!(
            outer == last || outer.start == last.end,
            "{outer:?} after {last:?}"
        );
        assert!(outer.end <= text.len() && !outer.is_empty());
        let _ = view.map.layers(at..at + 1);
        last = outer;
    }
    assert_eq!(last.end, text.len());
}

#[test]
fn maps_stack() {
    let inner = undo(b"{\"a\":\"\\u0041b\"}", &json()).map;
    // Each byte of the text came from two.
    let text: Vec<u8> = b"{\"a\":\"\\u0041b\"}"
        .iter()
        .flat_map(|b| [*b, 0])
        .collect();
    let charset = transcode_utf16(&text, false).map;
    let both = charset.then(inner);
    assert_eq!(both.outer(6..8), 12..26);
    assert_eq!(both.layers(6..8), [Layer::Utf16, Layer::JsonString]);
    assert!(OffsetMap::default().is_identity());
}

/// Texts of nothing but signs: a slip into quadratic work would take hours.
#[test]
fn dense_texts_take_linear_time() {
    let declared = Declared {
        json: true,
        percent: Percent::InJsonStrings,
    };
    for piece in [
        "\\",
        "\"\\",
        "\\\"",
        "%41",
        "\"\\n\"",
        "\\u0022",
        "\"\\\"\\\\\\\"",
        "\"%\\",
    ] {
        let text = piece.repeat((4 << 20) / piece.len());
        let begin = std::time::Instant::now();
        let view = undo(text.as_bytes(), &declared);
        assert!(view.text.len() <= text.len());
        assert!(begin.elapsed().as_secs() < 20, "{piece}");
    }
}
