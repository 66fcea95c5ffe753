//! Compression, charsets and their limits: what breaks ends the data there, and says why.
#![allow(clippy::unwrap_used, clippy::panic)]

use pipelines::block;
use pipelines::decode::{Bytes, Decoded, FileBytes, Limits, StreamBytes};
use pipelines::format::Hints;
use pipelines::unit::{Outcome, Reading, Reason};
use std::io::{Cursor, Write};
use std::ops::ControlFlow;

fn read(bytes: &[u8], limits: Limits) -> (Vec<u8>, Reading) {
    read_from(Box::new(StreamBytes(Cursor::new(bytes.to_vec()))), limits)
}

fn read_from(bytes: Box<dyn Bytes>, limits: Limits) -> (Vec<u8>, Reading) {
    let mut decoded = Decoded::open(bytes, limits);
    let mut text = Vec::new();
    let reading = block::read(&mut decoded, &Hints::default(), &mut |block| {
        text.extend_from_slice(&block.text[block.core.clone()]);
        ControlFlow::Continue(())
    });
    (text, reading)
}

fn ended(reading: &Reading) -> (Outcome, Option<Reason>) {
    (reading.outcome, reading.reason)
}

const SCANNED: (Outcome, Option<Reason>) = (Outcome::Scanned, None);

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new()
        .filename("name")
        .comment("a comment")
        .extra(vec![1, 2, 3])
        .write(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Lines that do not compress to nothing.
fn lines(count: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let mut number = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state >> 33
    };
    (0..count)
        .flat_map(|at| format!("{at} {:x} {:x}\n", number(), number()).into_bytes())
        .collect()
}

#[test]
fn members_and_frames_follow_each_other() {
    let (one, two) = (lines(3000), lines(10));
    let both = [&one[..], &two[..]].concat();
    let members = [gzip(&one), gzip(&two)].concat();
    let (text, reading) = read(&members, Limits::default());
    assert_eq!(
        (ended(&reading), reading.compression),
        (SCANNED, Some("gzip"))
    );
    assert_eq!(text, both);
    assert_eq!(
        (reading.bytes_read, reading.bytes_decoded),
        (members.len() as u64, both.len() as u64)
    );

    let (text, reading) = read(&[&members[..], &[0; 700]].concat(), Limits::default());
    assert_eq!(
        (text == both, ended(&reading)),
        (true, SCANNED),
        "zero bytes are padding"
    );

    let frames = [
        zstd::encode_all(&one[..], 3).unwrap(),
        zstd::encode_all(&two[..], 19).unwrap(),
    ]
    .concat();
    let (text, reading) = read(&frames, Limits::default());
    assert_eq!(
        (text == both, ended(&reading), reading.compression),
        (true, SCANNED, Some("zstd"))
    );
}

#[test]
fn truncated_data_is_delivered_up_to_its_end() {
    let plain = lines(60_000);
    for (packed, name) in [
        (gzip(&plain), "gzip"),
        (zstd::encode_all(&plain[..], 3).unwrap(), "zstd"),
    ] {
        for kept in [1, 2, 3] {
            let cut = &packed[..packed.len() * kept / 4];
            let (text, reading) = read(cut, Limits::default());
            assert_eq!(
                ended(&reading),
                (Outcome::Partial, Some(Reason::Truncated)),
                "{name}"
            );
            assert!(plain.starts_with(&text), "{name}");
            assert!(
                text.len() + (300 << 10) > plain.len() * kept / 4,
                "{name}: {} of {}",
                text.len(),
                plain.len()
            );
        }
        let (text, reading) = read(&packed[..packed.len() - 4], Limits::default());
        assert_eq!(
            ended(&reading),
            (Outcome::Partial, Some(Reason::Truncated)),
            "{name}"
        );
        assert!(plain.starts_with(&text));
    }
    let (_, reading) = read(&gzip(&plain)[..6], Limits::default());
    assert_eq!(
        ended(&reading),
        (Outcome::Partial, Some(Reason::Truncated)),
        "in the header"
    );
}

#[test]
fn damaged_data_is_delivered_up_to_the_damage() {
    let plain = lines(20_000);
    let mut packed = gzip(&plain);
    let last = packed.len() - 5;
    packed[last] ^= 1;
    let (text, reading) = read(&packed, Limits::default());
    assert_eq!(
        (text.len(), ended(&reading)),
        (plain.len(), (Outcome::Partial, Some(Reason::Corrupt))),
        "checksum"
    );

    let mut packed = zstd::encode_all(&plain[..], 3).unwrap();
    let middle = packed.len() / 2;
    packed[middle..middle + 40].fill(0xff);
    let (text, reading) = read(&packed, Limits::default());
    assert_eq!(ended(&reading), (Outcome::Partial, Some(Reason::Corrupt)));
    assert!(plain.starts_with(&text));

    let (text, reading) = read(
        &[&gzip(&plain)[..], b"and so on"].concat(),
        Limits::default(),
    );
    assert_eq!(
        (text.len(), ended(&reading)),
        (plain.len(), (Outcome::Partial, Some(Reason::Corrupt))),
        "other bytes behind"
    );
}

#[test]
fn a_bomb_is_stopped_by_ratio_or_bytes() {
    let zeros = vec![b'0'; 8 << 20];
    let limits = Limits {
        ratio: 500,
        ratio_after_bytes: 2 << 20,
        ..Limits::default()
    };
    for packed in [gzip(&zeros), zstd::encode_all(&zeros[..], 3).unwrap()] {
        let (text, reading) = read(&packed, limits);
        assert_eq!(
            ended(&reading),
            (Outcome::Partial, Some(Reason::RatioLimit))
        );
        assert!((2 << 20..4 << 20).contains(&text.len()), "{}", text.len());
        let (text, reading) = read(
            &packed,
            Limits {
                decoded_bytes: 3 << 20,
                ..Limits::default()
            },
        );
        assert_eq!(ended(&reading), (Outcome::Partial, Some(Reason::ByteLimit)));
        assert!((3 << 20..4 << 20).contains(&text.len()));
        let (text, reading) = read(&packed, Limits::default());
        assert_eq!((text.len(), ended(&reading)), (8 << 20, SCANNED));
    }
    let (_, reading) = read(&zeros, limits);
    assert_eq!(ended(&reading), SCANNED, "a plain file expands nothing");
}

#[test]
fn a_window_beyond_the_bound_is_refused() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&vec![b'x'; 1 << 20]).unwrap();
    let packed = encoder.finish().unwrap();
    let (_, reading) = read(&packed, Limits::default());
    assert_eq!(
        ended(&reading),
        (Outcome::Unreadable, Some(Reason::Compression))
    );
}

#[test]
fn charsets_are_told_from_the_head() {
    let layer = |bytes: &[u8]| {
        let mut decoded = Decoded::open(
            Box::new(StreamBytes(Cursor::new(bytes.to_vec()))),
            Limits::default(),
        );
        let mut layer = None;
        let reading = block::read(&mut decoded, &Hints::default(), &mut |block| {
            layer = Some((block.charset_layer, block.unit_offset));
            ControlFlow::Continue(())
        });
        (reading.outcome, layer)
    };
    let text = |name, offset| (Outcome::Scanned, Some((name, offset)));
    assert_eq!(layer(b"abc"), text(None, 0));
    assert_eq!(layer(b"\xef\xbb\xbfabc"), text(None, 3));
    assert_eq!(layer(b"\xff\xfea\0b\0"), text(Some("utf-16"), 2));
    assert_eq!(layer(b"\xfe\xff\0a\0b"), text(Some("utf-16"), 2));
    assert_eq!(layer(b"caf\xe9 au lait"), text(Some("latin-1"), 0));
    assert_eq!(layer("café \u{fe}".as_bytes()), text(None, 0));
    // Damaged UTF-8 is scanned as it is.
    assert_eq!(layer(b"caf\xc3\xa9 \xff\xfe damaged"), text(None, 0));
    assert_eq!(
        layer(b"one \0 in a text that is otherwise plain, and long enough to be believed").0,
        Outcome::Scanned
    );
    assert_eq!(
        layer(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0").0,
        Outcome::Unsupported
    );
    assert_eq!(layer(b"\xff\xfe\0\0a\0\0\0").0, Outcome::Unsupported);
    assert_eq!(layer(b"PK\x03\x04\x14\0\0\0\x08\0").0, Outcome::Unsupported);
    assert_eq!(layer(b"").0, Outcome::Empty);
    assert_eq!(layer(&gzip(b"")).0, Outcome::Empty);
}

#[test]
fn a_file_that_shrinks_is_partial() {
    struct Shrinking(FileBytes, std::fs::File, u32);
    impl Bytes for Shrinking {
        fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
            self.2 += 1;
            if self.2 == 3 {
                self.1.set_len(100).unwrap();
            }
            let most = into.len().min(100_000);
            self.0.next(&mut into[..most])
        }
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let plain = lines(60_000);
    file.write_all(&plain).unwrap();
    let bytes = FileBytes::new(file.reopen().unwrap()).unwrap();
    let writer = std::fs::OpenOptions::new()
        .write(true)
        .open(file.path())
        .unwrap();
    let (text, reading) = read_from(Box::new(Shrinking(bytes, writer, 0)), Limits::default());
    assert_eq!(ended(&reading), (Outcome::Partial, Some(Reason::Shrank)));
    assert!(text.len() >= 100_000 && plain.starts_with(&text));
}

#[cfg(unix)]
#[test]
fn mapped_and_read_files_are_the_same() {
    use pipelines::decode::mapped::MappedBytes;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let plain = lines(90_000);
    file.write_all(&plain).unwrap();
    let mapped = MappedBytes::new(&file.reopen().unwrap()).unwrap();
    let (text, reading) = read_from(Box::new(mapped), Limits::default());
    assert_eq!((text == plain, ended(&reading)), (true, SCANNED));
    let (text, _) = read_from(
        Box::new(FileBytes::new(file.reopen().unwrap()).unwrap()),
        Limits::default(),
    );
    assert!(text == plain);
}
