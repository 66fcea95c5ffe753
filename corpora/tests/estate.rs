//! The committed estate: equal to a fresh one, and what its truth file says is there.
#![allow(clippy::unwrap_used, clippy::panic)]

mod committed;

use std::collections::{BTreeMap, BTreeSet};

use committed::{decoded, folder, read, truth};
use corpora::hospital;
use corpora::truth::{Kind, Line};

#[test]
fn committed_files_equal_a_fresh_generation() {
    let fresh = hospital::generate(hospital::SEED).unwrap();
    let committed = read();
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(
        names(&fresh.files),
        names(&committed),
        "run `cargo run -p corpora -- hospital corpora/hospital`"
    );
    for (path, bytes) in &fresh.files {
        assert!(
            bytes == &committed[path],
            "{path} differs from a fresh generation"
        );
    }
    let text = std::fs::read_to_string(folder().with_extension("truth.jsonl")).unwrap();
    assert!(
        text == corpora::truth::to_text(&fresh.truth),
        "the truth file differs from a fresh generation"
    );
}

#[test]
fn the_estate_is_small_and_the_plan_is_kept() {
    let files = read();
    let size: usize = files.values().map(Vec::len).sum();
    assert!(size <= 3 << 20, "{size} bytes");
    let lines = truth();
    let of = |kind| {
        lines
            .iter()
            .filter(move |line| line.kind == kind)
            .collect::<Vec<&Line>>()
    };
    let leaks = of(Kind::Leak);
    assert!((140..=320).contains(&leaks.len()), "{} leaks", leaks.len());
    assert!(
        of(Kind::NearMiss).len() >= 150,
        "{} near misses",
        of(Kind::NearMiss).len()
    );
    let places: BTreeSet<_> = leaks
        .iter()
        .filter_map(|line| line.place.as_deref())
        .collect();
    assert!(places.len() >= 30, "{} places: {places:?}", places.len());
    let classes: BTreeSet<_> = leaks
        .iter()
        .chain(&of(Kind::CleanFinding))
        .map(|line| line.class.as_str())
        .collect();
    assert_eq!(classes.len(), 20, "{classes:?}");
    let verdicts: BTreeSet<_> = leaks
        .iter()
        .filter_map(|line| line.verdict.as_deref())
        .collect();
    assert!(verdicts.len() >= 5, "{verdicts:?}");
}

/// Every span, when its encodings are undone by hand, gives the value that the truth tells.
#[test]
fn every_span_holds_its_value() {
    let files = read();
    let mut checked = 0;
    for line in truth() {
        let (Some(start), Some(end)) = (line.byte_start, line.byte_end) else {
            assert!(
                line.source.is_some() && line.file.contains(&line.value),
                "{line:?}"
            );
            continue;
        };
        let bytes = decoded(&line.file, &files[&line.file]);
        let raw = &bytes[start as usize..end as usize];
        let text = match line.charset.as_deref() {
            Some("utf-16le") => String::from_utf16(
                &raw.chunks(2)
                    .map(|two| u16::from_le_bytes([two[0], two[1]]))
                    .collect::<Vec<_>>(),
            )
            .unwrap(),
            Some("utf-16be") => String::from_utf16(
                &raw.chunks(2)
                    .map(|two| u16::from_be_bytes([two[0], two[1]]))
                    .collect::<Vec<_>>(),
            )
            .unwrap(),
            Some("latin-1") => raw.iter().map(|byte| char::from(*byte)).collect(),
            _ => String::from_utf8(raw.to_vec()).unwrap(),
        };
        assert_eq!(undone(&text), undone(&line.value), "{line:?}");
        checked += 1;
    }
    assert!(checked > 300);
}

/// A planted value that stood somewhere without a line of truth would look like a false alarm.
#[test]
fn no_planted_value_stands_where_the_truth_does_not_say() {
    let files = read();
    let lines = truth();
    let mut by_file: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in &lines {
        by_file.entry(&line.file).or_default().push(line);
    }
    for (path, bytes) in &files {
        let bytes = decoded(path, bytes);
        assert!(
            bytes.len() < 1 << 20,
            "{path}: client addresses would fold by MiB"
        );
        let told = by_file.get(path.as_str()).map_or(&[][..], Vec::as_slice);
        for leak in &lines {
            let unique = leak.kind == Kind::Leak
                && leak.value.len() >= 8
                && leak.class != "DOB"
                && leak.class != "DATE";
            if !unique {
                continue;
            }
            for at in memchr::memmem::find_iter(&bytes, &leak.value) {
                let covered = told.iter().any(|line| {
                    line.byte_start.is_some_and(|start| start <= at as u64)
                        && line
                            .byte_end
                            .is_some_and(|end| end >= (at + leak.value.len()) as u64)
                });
                assert!(covered, "{path} holds {:?} at {at}", leak.value);
            }
        }
    }
}

/// Undoes `\u002d`, `%2D` and `+` for a blank.
fn undone(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some(&first) = rest.first() {
        let hex = |range: std::ops::Range<usize>| {
            rest.get(range)
                .and_then(|digits| std::str::from_utf8(digits).ok())
                .and_then(|digits| u8::from_str_radix(digits, 16).ok())
        };
        let (byte, length) = match first {
            b'%' if hex(1..3).is_some() => (hex(1..3).unwrap(), 3),
            b'\\' => {
                let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
                (hex(slashes + 3..slashes + 5).unwrap(), slashes + 5)
            }
            b'+' => (b' ', 1),
            other => (other, 1),
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    String::from_utf8(bytes).unwrap()
}
