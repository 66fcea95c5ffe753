//! The token key: made on first use, not under CI, and what a key file may hold.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;
use tests::{Bench, KEY, Run};

/// A scan with nothing said about keys.
fn keyless(bench: &Bench, more: &[&str]) -> Command {
    let mut command = bench.phiscan(&[&["scan", "keyed", "--progress", "never"], more].concat());
    command.env_remove("PHISCAN_TOKEN_KEY");
    command
}

#[test]
fn under_ci_no_key_is_made_and_that_is_said_once() {
    let bench = Bench::new();
    bench.file(
        "keyed/Okonkwo, Leonard DOB 1987-04-01.txt",
        b"patient ssn 219-47-3612\n",
    );
    let run: Run = keyless(&bench, &[])
        .env("CI", "true")
        .output()
        .unwrap()
        .into();
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_eq!(
        run.stderr.matches("no token key is kept").count(),
        1,
        "{}",
        run.stderr
    );
    assert!(!bench.at("config").exists());
    let rows = bench
        .query("SELECT finding_id, unit_token, token, token_key_id, unit FROM findings_current");
    assert_eq!(rows.len(), 1);
    for name in ["finding_id", "unit_token"] {
        let id = rows[0][name].as_str().unwrap();
        assert!(id.len() == 32 && id.starts_with("run-"), "{id}");
    }
    for name in ["token", "token_key_id"] {
        assert!(rows[0].get(name).is_none_or(Value::is_null), "{name}");
    }
    let unit = rows[0]["unit"].as_str().unwrap();
    assert!(unit.contains("{NAME}") && unit.contains("{DOB}"), "{unit}");
}

#[test]
fn a_key_is_made_on_first_use_and_that_is_said_once() {
    let bench = Bench::new();
    bench.file("keyed/a.txt", b"patient ssn 219-47-3612\n");
    let first: Run = keyless(&bench, &[]).output().unwrap().into();
    assert_eq!(
        first.stderr.matches("token.key").count(),
        1,
        "{}",
        first.stderr
    );
    let key = bench.at("config/phiscan/token.key");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&key), 0o600);
    assert_eq!(mode(key.parent().unwrap()), 0o700);
    let made = fs::read(&key).unwrap();
    let second: Run = keyless(&bench, &["--out", "second"])
        .output()
        .unwrap()
        .into();
    assert_eq!(second.stderr, "");
    assert_eq!(made, fs::read(&key).unwrap());
    assert!(bench.canonical() == bench.canonical_from("second", &[]));
    // The kept key is used under CI, too.
    let third: Run = keyless(&bench, &["--out", "third"])
        .env("CI", "true")
        .output()
        .unwrap()
        .into();
    assert_eq!(third.stderr, "");
    assert!(bench.canonical() == bench.canonical_from("third", &[]));
}

#[test]
fn keys_are_32_bytes_or_64_hex_digits() {
    let bench = Bench::new();
    bench.file("keyed/a.txt", b"patient ssn 219-47-3612\n");
    let bytes: Vec<u8> = (0..32).collect();
    let hex = KEY.trim_end();
    let good: [(&str, Vec<u8>); 4] = [
        ("bytes", bytes.clone()),
        ("hex", hex.into()),
        ("line", KEY.into()),
        ("upper", hex.to_uppercase().into()),
    ];
    let mut exports = BTreeSet::new();
    for (name, key) in good {
        bench.file(name, &key);
        let run: Run = keyless(&bench, &["--token-key", name, "--out", "out"])
            .output()
            .unwrap()
            .into();
        assert_eq!((run.status, run.stderr.as_str()), (1, ""), "{name}");
        exports.insert(bench.canonical_from("out", &[]));
        fs::remove_dir_all(bench.at("out")).unwrap();
    }
    assert_eq!(exports.len(), 1);
    let bad: [&[u8]; 7] = [
        b"",
        &bytes[1..],
        &[&bytes[..], b"x"].concat(),
        &hex.as_bytes()[1..],
        &[hex.as_bytes(), b"\n\n"].concat(),
        &[hex.as_bytes(), b"\r\n"].concat(),
        &[&hex.as_bytes()[1..], b"g"].concat(),
    ];
    for key in bad {
        bench.file("bad", key);
        let run: Run = keyless(&bench, &["--token-key", "bad"])
            .output()
            .unwrap()
            .into();
        assert_eq!(run.status, 2, "{key:?}");
        assert!(run.stderr.contains("64 hex digits"), "{}", run.stderr);
        assert!(!bench.at("phiscan-out").exists());
    }
}
