//! The local sources: what is walked, in which order, under which identity, and how each odd
//! thing ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

use pipelines::block::Block;
use pipelines::format::Identity;
use pipelines::source::files::Files;
use pipelines::source::names::Names;
use pipelines::source::{Options, Source};
use pipelines::unit::{Outcome, Reading, Reason, Unit};
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::symlink;
use std::path::Path;

fn walk(source: &dyn Source) -> Vec<(Unit, Reading, String)> {
    let mut units = Vec::new();
    let _ = source.walk(&mut |unit| {
        units.push(unit);
        ControlFlow::Continue(())
    });
    let read = |unit: Unit| {
        let mut text = String::new();
        let reading = source.read(&unit, &mut |block: Block| {
            text.push_str(&String::from_utf8_lossy(&block.text));
            ControlFlow::Continue(())
        });
        (unit, reading, text)
    };
    units.into_iter().map(read).collect()
}

fn rooted(root: &str) -> Options {
    Options {
        root: Some(root.to_owned()),
        ..Options::default()
    }
}

fn outcome(units: &[(Unit, Reading, String)], below: &str) -> (Outcome, Option<Reason>) {
    let unit = units
        .iter()
        .find(|(unit, _, _)| unit.identity == format!("x:{below}"));
    let (_, reading, _) = unit.unwrap_or_else(|| panic!("{below} is not accounted for"));
    (reading.outcome, reading.reason)
}

fn fifo(path: &Path) {
    assert!(
        std::process::Command::new("mkfifo")
            .arg(path)
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn a_folder_with_everything_odd_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("b/c")).unwrap();
    fs::write(at("b/c/one.txt"), "one").unwrap();
    fs::write(at("a.log.gz"), "not compressed, whatever the name says").unwrap();
    fs::write(at("empty"), "").unwrap();
    fs::write(at("binary"), [0_u8; 64]).unwrap();
    fs::write(at("Z.txt"), "z").unwrap();
    symlink(folder.path(), at("b/loop")).unwrap();
    symlink("self", at("self")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    symlink("b/c", at("linked")).unwrap();
    fifo(&at("pipe"));
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    for output in [
        "findings/event_day=20260131",
        "coverage",
        "runs",
        "attestations",
        "other",
    ] {
        fs::create_dir_all(at("out").join(output)).unwrap();
        fs::write(at("out").join(output).join("f"), "x").unwrap();
    }
    fs::write(
        at("out/.phiscan-output"),
        "phiscan output, made by run 20260131T060000000Z-0badcafe\n",
    )
    .unwrap();
    fs::create_dir_all(at("findings")).unwrap();
    fs::write(at("findings/mine.txt"), "not output").unwrap();

    let units = walk(&Files::new(folder.path().to_path_buf(), rooted("x:")));
    let order: Vec<&str> = units
        .iter()
        .map(|(unit, _, _)| unit.identity.trim_start_matches("x:/"))
        .collect();
    let mut sorted = order.clone();
    sorted.sort_by_key(|name| name.split('/').map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(order, sorted);
    let scanned = (Outcome::Scanned, None);
    for below in [
        "/Z.txt",
        "/a.log",
        "/b/c/one.txt",
        "/linked/one.txt",
        "/findings/mine.txt",
        "/out/other/f",
    ] {
        assert_eq!(outcome(&units, below), scanned, "{below}");
    }
    assert_eq!(outcome(&units, "/empty"), (Outcome::Empty, None));
    assert_eq!(
        outcome(&units, "/binary"),
        (Outcome::Unsupported, Some(Reason::Binary))
    );
    assert_eq!(
        outcome(&units, "/b/loop"),
        (Outcome::Skipped, Some(Reason::SymlinkLoop))
    );
    assert_eq!(
        outcome(&units, "/self"),
        (Outcome::Skipped, Some(Reason::SymlinkLoop))
    );
    assert_eq!(
        outcome(&units, "/dangling"),
        (Outcome::Unreadable, Some(Reason::NotFound))
    );
    assert_eq!(
        outcome(&units, "/pipe"),
        (Outcome::Unsupported, Some(Reason::Fifo))
    );
    assert_eq!(
        outcome(&units, "/socket"),
        (Outcome::Unsupported, Some(Reason::SpecialFile))
    );
    for output in ["findings", "coverage", "runs", "attestations"] {
        assert_eq!(
            outcome(&units, &format!("/out/{output}")),
            (Outcome::Skipped, Some(Reason::OwnOutput))
        );
    }
    assert_eq!(units.len(), 17, "{order:?}");
}

#[test]
fn identity_is_the_root_and_the_path_below() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().canonicalize().unwrap();
    fs::create_dir(real.join("logs")).unwrap();
    fs::write(real.join("logs/a.log.gz"), "x").unwrap();
    let identity = |path: &Path, options: Options| {
        let units = walk(&Files::new(path.to_path_buf(), options));
        assert_eq!(units.len(), 1);
        (units[0].0.identity.clone(), units[0].0.shown.clone())
    };
    let plain = format!("file://{}/logs/a.log", real.display());
    let shown = format!("{}/logs/a.log.gz", real.display());
    assert_eq!(
        identity(&real, Options::default()),
        (plain.clone(), shown.clone())
    );
    assert_eq!(
        identity(&real.join("logs/../logs/a.log.gz"), Options::default()).0,
        plain
    );
    assert_eq!(identity(&real, rooted("s3://b/p")).0, "s3://b/p/logs/a.log");
    assert_eq!(
        identity(&real.join("logs/a.log.gz"), rooted("s3://b/p/")).0,
        "s3://b/p/a.log"
    );
    let units = walk(&Files::new(real.join("not-there"), Options::default()));
    assert_eq!(
        (units[0].1.outcome, units[0].1.reason),
        (Outcome::Unreadable, Some(Reason::NotFound))
    );
}

#[test]
fn a_fifo_that_is_named_is_a_stream() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    fifo(&path);
    let writer = std::thread::spawn({
        let path = path.clone();
        move || fs::write(path, "hello\nthere\n").unwrap()
    });
    let units = walk(&Files::new(path, Options::default()));
    writer.join().unwrap();
    assert_eq!(
        (units[0].1.outcome, units[0].1.records, units[0].2.as_str()),
        (Outcome::Scanned, 2, "hello\nthere\n")
    );
}

#[test]
fn a_file_that_vanishes_between_walk_and_read_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "x").unwrap();
    let source = Files::new(folder.path().to_path_buf(), Options::default());
    let mut unit = None;
    let _ = source.walk(&mut |next| {
        unit = Some(next);
        ControlFlow::Continue(())
    });
    fs::remove_file(folder.path().join("a")).unwrap();
    let reading = source.read(&unit.unwrap(), &mut |_: Block| ControlFlow::Continue(()));
    assert_eq!(
        (reading.outcome, reading.reason),
        (Outcome::Unreadable, Some(Reason::NotFound))
    );
}

#[test]
fn an_inventory_list_finds_its_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("lists/intake/all");
    fs::create_dir_all(base.join("data")).unwrap();
    fs::create_dir_all(base.join("2026-01-30T01-00Z")).unwrap();
    fs::create_dir_all(base.join("2026-01-31T01-00Z")).unwrap();
    let manifest = |name: &str, schema: &str| {
        format!(
            r#"{{"sourceBucket":"intake","fileFormat":"CSV","fileSchema":"{schema}","files":[{{"key":"intake/all/data/{name}"}}]}}"#
        )
    };
    fs::write(
        base.join("2026-01-30T01-00Z/manifest.json"),
        manifest("old.csv.gz", "Bucket, Key"),
    )
    .unwrap();
    fs::write(
        base.join("2026-01-31T01-00Z/manifest.json"),
        manifest("new.csv.gz", "Key, Size, Bucket"),
    )
    .unwrap();
    fs::write(
        base.join("data/new.csv.gz"),
        zstd::encode_all(&b"\"a+b%2B\",\"1\",\"intake\"\n"[..], 1).unwrap(),
    )
    .unwrap();
    let source = Files::new(folder.path().to_path_buf(), Options::default());
    let mut found = Vec::new();
    let _ = source.walk(&mut |unit| {
        if unit.identity.ends_with(".csv") {
            let reading = source.read(&unit, &mut |block: Block| {
                found.push(block.layout.lookup(&block).locate(1..4));
                ControlFlow::Continue(())
            });
            assert_eq!(
                (reading.format, reading.compression),
                ("s3-inventory", Some("zstd"))
            );
        }
        ControlFlow::Continue(())
    });
    let object = Identity::Object {
        bucket: "intake".into(),
        key: "a b+".into(),
        version: None,
    };
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0].identity, found[0].places[0].to_string().as_str()),
        (&object, "s3:object-key")
    );
}

#[test]
fn names_below_a_folder_are_records() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("Ordra")).unwrap();
    fs::write(
        folder.path().join("Ordra/scan\nof Zellwin.pdf"),
        "content is not read",
    )
    .unwrap();
    let source = Names::new(folder.path().to_path_buf(), rooted("nfs://share"));
    let units = walk(&source);
    assert_eq!(
        (units.len(), units[0].1.outcome, units[0].1.records),
        (1, Outcome::Scanned, 2)
    );
    assert_eq!(units[0].2, "Ordra/\nOrdra/scan%0Aof Zellwin.pdf\n");
    let _ = source.read(&units[0].0, &mut |block: Block| {
        let located = block.layout.lookup(&block).locate(23..30);
        assert_eq!(
            located.identity,
            Identity::Named("nfs://share/Ordra/scan%0Aof Zellwin.pdf".into())
        );
        assert_eq!(located.places[0].to_string(), "local:file-name");
        ControlFlow::Continue(())
    });
    let empty = tempfile::tempdir().unwrap();
    let units = walk(&Names::new(empty.path().to_path_buf(), Options::default()));
    assert_eq!(units[0].1.outcome, Outcome::Empty);
    let units = walk(&Names::new(empty.path().join("gone"), Options::default()));
    assert_eq!(
        (units[0].1.outcome, units[0].1.reason),
        (Outcome::Unreadable, Some(Reason::NotFound))
    );
}

#[test]
fn every_word_for_coverage_is_in_the_vocabulary() {
    use pipelines::unit::UnitKind;
    let vocabulary = include_str!("../../detectors/vocabulary.toml");
    let known = |word: &str| vocabulary.contains(&format!("name = \"{word}\""));
    for reason in Reason::ALL {
        assert!(known(reason.as_str()), "{reason}");
        assert!(!reason.meaning().is_empty());
    }
    for kind in [
        UnitKind::File,
        UnitKind::Stream,
        UnitKind::Names,
        UnitKind::Folder,
        UnitKind::Member,
    ] {
        assert!(known(kind.as_str()), "{kind:?}");
    }
}
