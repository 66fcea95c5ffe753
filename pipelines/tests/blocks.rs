//! Blocks: the same whatever the reads, covering everything once, bounded, and sound on any input.
#![allow(clippy::unwrap_used, clippy::panic)]

use pipelines::block::{self, BLOCK_BYTES, Block};
use pipelines::decode::{Bytes, Decoded, Limits};
use pipelines::format::{FORMATS, Hints};
use pipelines::unit::{Outcome, Reading, Reason};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::ops::ControlFlow;

/// Gives the data in pieces of the given sizes, over and over.
struct Pieces {
    data: Vec<u8>,
    at: usize,
    sizes: Vec<usize>,
    turn: usize,
}

impl Bytes for Pieces {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        let size = self.sizes[self.turn % self.sizes.len()].max(1);
        self.turn += 1;
        let bytes = size.min(into.len()).min(self.data.len() - self.at);
        into[..bytes].copy_from_slice(&self.data[self.at..self.at + bytes]);
        self.at += bytes;
        Ok(bytes)
    }
}

fn read(data: &[u8], sizes: &[usize], format: Option<&str>) -> (Vec<Block>, Reading) {
    let supply = Pieces {
        data: data.to_vec(),
        at: 0,
        sizes: sizes.to_vec(),
        turn: 0,
    };
    let mut decoded = Decoded::open(Box::new(supply), Limits::default());
    let hints = Hints {
        format: format.map(str::to_owned),
        ..Hints::default()
    };
    let mut blocks = Vec::new();
    let reading = block::read(&mut decoded, &hints, &mut |block| {
        blocks.push(block);
        ControlFlow::Continue(())
    });
    (blocks, reading)
}

/// All that a block shows, for comparing.
fn shape(block: &Block) -> String {
    let mut shape = format!(
        "{} {} {:?} {}",
        block.number, block.unit_offset, block.core, block.first_record
    );
    for index in 0..block.len() {
        write!(
            shape,
            " {:?}{}",
            block.record(index),
            if block.is_frame(index) { "f" } else { "" }
        )
        .unwrap();
    }
    write!(shape, " {:?}", block.frame).unwrap();
    shape
}

/// Every byte of the text belongs to the core of exactly one block, and stands where it says.
fn covers(data: &[u8], skipped: usize, blocks: &[Block]) {
    let mut at = skipped as u64;
    let mut record = None;
    for block in blocks {
        let core = block.unit_span(block.core.clone());
        assert_eq!(core.start, at, "a gap or an overlap");
        at = core.end;
        let all = block.unit_span(0..block.text.len());
        assert_eq!(&data[all.start as usize..all.end as usize], &block.text[..]);
        assert!(
            core.start / BLOCK_BYTES == block.number,
            "block {} starts at {}",
            block.number,
            core.start
        );
        assert_eq!(block.record(0).start, 0);
        for index in 1..block.len() {
            assert!(block.record(index).start > block.record(index - 1).start);
        }
        if let Some(last) = record {
            assert!(block.first_record == last || block.first_record == last + 1);
        }
        record = Some(block.record_number(block.len() - 1));
    }
    assert_eq!(at, data.len() as u64);
}

/// Asks every question about some spans; the answers only must not panic and lie in the text.
fn ask(block: &Block) {
    let lookup = block.layout.lookup(block);
    let length = block.text.len();
    let step = (length / 16).max(1);
    for start in (0..length).step_by(step).chain([length.saturating_sub(1)]) {
        for span in [
            start..start,
            start..(start + 1).min(length),
            start..(start + step).min(length),
        ] {
            lookup.locate(span.clone());
            lookup.setting(span.clone());
            for range in [
                lookup.slot(span.clone()).map(|slot| slot.value),
                lookup.value_of_label(span.clone()),
            ]
            .into_iter()
            .flatten()
            {
                assert!(
                    range.start <= range.end && range.end <= length,
                    "{range:?} of {length}"
                );
            }
        }
    }
    lookup.labelled_values(&|_| true, &mut |slot| assert!(slot.value.end <= length));
}

fn events(count: usize, filler: usize) -> String {
    let mut text = String::from("{\"Records\":[");
    for number in 0..count {
        let comma = if number == 0 { "" } else { "," };
        let filler = "x".repeat(filler * (number % 7));
        write!(
            text,
            "{comma}{{\"eventVersion\":\"1\",\"eventID\":\"e-{number}\",\"note\":\"{filler}\"}}"
        )
        .unwrap();
    }
    text.push_str("]}\n");
    text
}

#[test]
fn blocks_of_many_mib_are_the_same_however_they_are_read() {
    let lines: String = (0..90_000)
        .map(|number| format!("line {number} {}\n", "y".repeat(number % 60)))
        .collect();
    let giant = format!("a\n{}\nb\nc", "g".repeat(6 << 20));
    let table: String = (0..200_000)
        .map(|number| format!("{number},\"a\nb\",c\n"))
        .collect();
    let cases = [
        lines,
        events(9_000, 80),
        giant,
        format!("id,name,note\n{table}"),
    ];
    for text in &cases {
        let (whole, reading) = read(text.as_bytes(), &[usize::MAX], None);
        assert_eq!(reading.outcome, Outcome::Scanned);
        covers(text.as_bytes(), 0, &whole);
        assert!(whole.len() > 2);
        for sizes in [&[4096][..], &[1, 100_000, 7], &[65_536, 3]] {
            let (again, _) = read(text.as_bytes(), sizes, None);
            let shapes = |blocks: &[Block]| blocks.iter().map(shape).collect::<Vec<_>>();
            assert_eq!(shapes(&whole), shapes(&again), "{sizes:?}");
        }
    }
}

#[test]
fn a_record_belongs_to_the_mib_in_which_it_starts() {
    let text: String = (0..50_000)
        .map(|number| format!("{number} {}\n", "z".repeat(number % 90)))
        .collect();
    let (blocks, reading) = read(text.as_bytes(), &[usize::MAX], None);
    assert_eq!(reading.records, 50_000);
    // The slow, obvious way.
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let block = blocks
            .iter()
            .find(|block| block.number == start as u64 / BLOCK_BYTES)
            .unwrap();
        let at = start - block.unit_offset as usize;
        let index = block.record_at(at);
        assert_eq!(block.record_number(index), number as u64);
        assert_eq!(&block.text[block.record(index)], line.as_bytes());
        start += line.len();
    }
}

#[test]
fn a_giant_record_is_segmented_and_its_paths_are_known_in_every_segment() {
    let mut text = String::from(
        "{\"Records\":[{\"eventVersion\":\"1\",\"eventID\":\"e-0\"},{\"eventID\":\"e-1\",\"requestParameters\":{\"notes\":[",
    );
    for number in 0..300_000 {
        write!(text, "{{\"id\":\"{number:07}\",\"text\":\"t\"}},").unwrap();
    }
    text.push_str("0]}},{\"eventID\":\"e-2\",\"last\":\"here\"}]}");
    let (blocks, reading) = read(text.as_bytes(), &[70_000], None);
    assert_eq!((reading.outcome, reading.records), (Outcome::Scanned, 3));
    covers(text.as_bytes(), 0, &blocks);
    assert!(blocks.iter().all(|block| block.text.len() < 2 << 20));
    for number in [0, 40_000, 123_456, 299_999] {
        let find = format!("{number:07}");
        let mut seen = 0;
        for block in &blocks {
            for at in memchr::memmem::find_iter(&block.text, find.as_bytes())
                .filter(|at| block.core.contains(at))
            {
                seen += 1;
                let located = block.layout.lookup(block).locate(at..at + 7);
                assert_eq!(
                    located.locator,
                    format!("requestParameters.notes[{number}].id")
                );
            }
        }
        assert_eq!(seen, 1, "{find}");
    }
    let last = blocks.last().unwrap();
    let at = memchr::memmem::find(&last.text, b"here").unwrap();
    assert_eq!(last.layout.lookup(last).locate(at..at + 4).locator, "last");
}

#[test]
fn many_hits_in_one_long_string_cost_no_more_than_one_each() {
    let values: String = (0..60_000).map(|number| format!("{number:08} ")).collect();
    let text = format!("{{\"a\":{{\"Key\":\"k\",\"Value\":\"{values}\"}}}}");
    let (blocks, _) = read(text.as_bytes(), &[usize::MAX], Some("json-lines"));
    let started = std::time::Instant::now();
    for block in &blocks {
        let lookup = block.layout.lookup(block);
        for at in (30..block.text.len() - 20).step_by(9) {
            assert_eq!(lookup.slot(at..at + 8).unwrap().label, "k");
            assert_eq!(lookup.locate(at..at + 8).locator, "a.Value");
        }
    }
    // Quadratic work would be 60,000 times half a MiB.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

fn wide(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

#[test]
fn utf16_and_latin1_map_back_across_blocks() {
    let text: String = (0..40_000)
        .map(|number| format!("{number} Zoë 😀 {}\n", "é".repeat(number % 40)))
        .collect();
    let bytes = wide(&text);
    let (blocks, reading) = read(&bytes, &[4099], None);
    assert_eq!(reading.records, 40_000);
    let mut number = 0_u64;
    for block in &blocks {
        assert_eq!(block.charset_layer, Some("utf-16"));
        for index in (0..block.len()).step_by(97) {
            let record = block.record(index);
            let span = block.unit_span(record.clone());
            let units = bytes[span.start as usize..span.end as usize]
                .chunks(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            let back: String = char::decode_utf16(units).map(Result::unwrap).collect();
            assert_eq!(back.as_bytes(), &block.text[record]);
        }
        assert_eq!(block.first_record, number);
        number += block.len() as u64;
    }
    assert!(blocks.len() > 2);

    let latin: Vec<u8> = text
        .chars()
        .filter_map(|character| u8::try_from(u32::from(character)).ok())
        .collect();
    let (blocks, _) = read(&latin, &[usize::MAX], None);
    for block in &blocks {
        assert_eq!(block.charset_layer, Some("latin-1"));
        let at = memchr::memmem::find(&block.text, "Zoë".as_bytes()).unwrap();
        let span = block.unit_span(at..at + 4);
        assert_eq!(&latin[span.start as usize..span.end as usize], b"Zo\xeb");
    }
}

#[test]
fn a_long_single_line_needs_little_memory_at_a_time() {
    // One line, made while it is read.
    struct Endless(u64);
    impl Bytes for Endless {
        fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
            const UNIT: &[u8; 16] = b"{\"a\":\"0123456\"},";
            let bytes = (into.len() as u64).min(self.0) as usize;
            for (at, byte) in into[..bytes].iter_mut().enumerate() {
                *byte = UNIT[at % 16];
            }
            self.0 -= bytes as u64;
            Ok(bytes)
        }
    }
    let mut decoded = Decoded::open(Box::new(Endless(64 << 20)), Limits::default());
    let hints = Hints {
        format: Some("text".to_owned()),
        ..Hints::default()
    };
    let mut longest = 0;
    let reading = block::read(&mut decoded, &hints, &mut |block| {
        longest = longest.max(block.text.len());
        ControlFlow::Continue(())
    });
    assert_eq!(reading.bytes_decoded, 64 << 20);
    assert!(longest <= (1 << 20) + (8 << 10), "{longest}");
}

/// Bytes that formats care about, far more often than chance.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        4 => prop::sample::select(vec![
            "{", "}", "[", "]", "\"", "\\", ":", ",", "\n", "\r\n", " ", "{\"Records\":[", "{\"logEvents\":[", "\"message\":\"",
            "\\u00e9", "\\ud83d", "%7B%22", "\"Key\":", "\"Value\":", "\"eventID\":\"", "2026-01-31T12:00:00.000Z ", "a,b\n", "- Key: x\n",
            "  Value: y\n", "Resources:\n", "k=v ", "s3://bucket/", "\t", "é", "日", "\u{feff}", "}}}}", "[[[[", "\"{\\\"a\\\":\\\"", "0", "\"tags\":{",
            "\"GET /Patient?family=", "&birthdate=", " HTTP/1.1\" 200 - ", "#Fields: date cs-uri-stem\n", "arn:aws:", "?", "%25", "https://",
            "(8a1b2c3d-0000) Method request: {a=b, c=", "interface-id srcaddr\n", "REST.GET.OBJECT ",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_input_panics_and_reads_of_any_size_cut_alike(data in hostile(), sizes in prop::collection::vec(1_usize..9, 1..4)) {
        for format in FORMATS {
            let (blocks, reading) = read(&data, &[usize::MAX], Some(format.name()));
            if reading.outcome == Outcome::Scanned && blocks.iter().all(|block| block.charset_layer.is_none()) {
                // A byte order mark alone is no text.
                let mark = if data == b"\xef\xbb\xbf" { data.len() } else { 0 };
                covers(&data, blocks.first().map_or(mark, |block| block.unit_offset as usize), &blocks);
            }
            blocks.iter().for_each(ask);
            let (again, _) = read(&data, &sizes, Some(format.name()));
            prop_assert_eq!(blocks.iter().map(shape).collect::<Vec<_>>(), again.iter().map(shape).collect::<Vec<_>>());
        }
    }

    #[test]
    fn marks_do_not_depend_on_pieces(data in hostile(), cuts in prop::collection::vec(1_usize..12, 1..5)) {
        use pipelines::format::{Head, Marks};
        for format in FORMATS {
            let head = Head { text: &data, whole: false };
            let mut whole = (format.open(&head, &Hints::default()), Marks::default());
            whole.0.push(&data, &mut whole.1);
            whole.0.finish(&mut whole.1);
            let mut pieces = (format.open(&head, &Hints::default()), Marks::default());
            let (mut at, mut turn) = (0, 0);
            while at < data.len() {
                let end = data.len().min(at + cuts[turn % cuts.len()]);
                pieces.0.push(&data[at..end], &mut pieces.1);
                (at, turn) = (end, turn + 1);
                // What is settled stays settled.
                prop_assert!(pieces.0.settled() <= at as u64);
            }
            pieces.0.finish(&mut pieces.1);
            prop_assert_eq!(whole.1.starts(), pieces.1.starts(), "{}", format.name());
            prop_assert_eq!(whole.0.opening(), pieces.0.opening(), "{}", format.name());
            prop_assert!(data.is_empty() || whole.1.starts().first().is_some_and(|mark| mark.at == 0));
            prop_assert!(whole.1.starts().windows(2).all(|pair| pair[0].at < pair[1].at), "{}", format.name());
        }
    }
}
