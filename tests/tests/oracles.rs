//! Our validators against other people's: python-stdnum, Presidio's recognizers, phonenumbers and
//! Python's own `ipaddress` and `datetime`.
//!
//! A seeded generator makes 100,000 values for each validator, about half of them valid by construction
//! and the rest mutated from valid ones: near misses are where validators differ. Values and our
//! verdicts go into a file; `tests/oracles/check.py` computes the other verdicts, and knows every
//! difference that is meant, with its reason. Anything else fails this test and is printed (all values are
//! made up).
//!
//! It needs the packages of `tests/requirements.txt`; `cargo xtask test` sets them up.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use detectors::validate::{Validity, lookup};
use serde::Deserialize;

/// Values for each validator.
const VALUES: usize = 100_000;

/// SplitMix64, so that the values are the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `from` up to and without `to`.
    fn range(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from)
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.range(0, len as u64)).unwrap()
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + u8::try_from(self.range(0, 10)).unwrap()))
            .collect()
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.range(0, 100) < percent
    }
}

/// The Luhn digit that completes `body`, found by trying.
fn with_luhn(prefix: &str, body: &str) -> String {
    let luhn = lookup("luhn").unwrap();
    (0..10)
        .map(|digit| format!("{body}{digit}"))
        .find(|number| luhn(format!("{prefix}{number}").as_bytes()) == Validity::Valid)
        .unwrap()
}

fn joined(parts: &[&str], separator: &str) -> String {
    parts.join(separator)
}

fn ssn(r: &mut Random) -> String {
    let area = loop {
        let area = r.range(1, 900);
        if area != 666 {
            break area;
        }
    };
    let separator = r.pick(&["", "-", "-", " ", "."]);
    format!(
        "{area:03}{separator}{:02}{separator}{:04}",
        r.range(1, 100),
        r.range(1, 10_000)
    )
}

fn itin(r: &mut Random) -> String {
    let group = loop {
        let group = r.range(50, 100);
        if !matches!(group, 66..=69 | 89 | 93) {
            break group;
        }
    };
    let separator = r.pick(&["", "-", "-", " ", "."]);
    format!(
        "9{}{separator}{group}{separator}{}",
        r.digits(2),
        r.digits(4)
    )
}

fn npi(r: &mut Random) -> String {
    let body = format!("{}{}", r.range(1, 3), r.digits(8));
    let number = with_luhn("80840", &body);
    match r.range(0, 10) {
        0 => format!("80840{number}"),
        1 => joined(&[&number[..4], &number[4..7], &number[7..]], "-"),
        2 => joined(&[&number[..4], &number[4..7], &number[7..]], " "),
        _ => number,
    }
}

fn dea(r: &mut Random) -> String {
    let first = char::from(r.pick(b"ABCDEFGHJKLMPRSTUX0"));
    let second = char::from(r.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ9"));
    let body = r.digits(6);
    let d: Vec<u32> = body.chars().map(|c| c.to_digit(10).unwrap()).collect();
    let check = (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10;
    let suffix = if r.chance(5) {
        format!("-{}", r.digits(3))
    } else {
        String::new()
    };
    let number = format!("{first}{second}{body}{check}{suffix}");
    if r.chance(10) {
        number.to_lowercase()
    } else {
        number
    }
}

fn mbi(r: &mut Random) -> String {
    const LETTERS: &[u8] = b"ACDEFGHJKMNPQRTUVWXY";
    let mut out = String::new();
    for kind in b"CAXNAXNAANN" {
        out.push(char::from(match kind {
            b'C' => r.pick(b"123456789"),
            b'N' => r.pick(b"0123456789"),
            b'A' => r.pick(LETTERS),
            _ => r.pick(b"0123456789ACDEFGHJKMNPQRTUVWXY"),
        }));
    }
    let separator = r.pick(&["", "", "-", "-", " "]);
    let out = joined(&[&out[..4], &out[4..7], &out[7..]], separator);
    if r.chance(10) {
        out.to_lowercase()
    } else {
        out
    }
}

fn card(r: &mut Random) -> String {
    let (prefix, length) = r.pick(&[
        ("4", 16),
        ("4", 13),
        ("4", 19),
        ("51", 16),
        ("55", 16),
        ("2221", 16),
        ("2720", 16),
        ("2500", 16),
        ("34", 15),
        ("37", 15),
        ("6011", 16),
        ("644", 16),
        ("65", 16),
        ("65", 19),
        ("3528", 16),
        ("3589", 16),
        ("300", 14),
        ("305", 14),
        ("36", 14),
        ("38", 14),
        ("62", 16),
        ("62", 18),
    ]);
    let rest = r.digits(length - prefix.len() - 1);
    let number = with_luhn("", &format!("{prefix}{rest}"));
    let separator = r.pick(&["", "", "-", " "]);
    match number.len() {
        16 => joined(
            &[&number[..4], &number[4..8], &number[8..12], &number[12..]],
            separator,
        ),
        15 => joined(&[&number[..4], &number[4..10], &number[10..]], separator),
        _ => number,
    }
}

fn luhn(r: &mut Random) -> String {
    let length = r.index(18) + 1;
    let body = r.digits(length);
    with_luhn("", &body)
}

fn nanp(r: &mut Random) -> String {
    let valid = lookup("nanp").unwrap();
    loop {
        let (area, exchange, line) = (r.range(200, 1000), r.range(200, 1000), r.range(0, 10_000));
        let number = match r.range(0, 6) {
            0 => format!("({area}) {exchange}-{line:04}"),
            1 => format!("{area}-{exchange}-{line:04}"),
            2 => format!("{area}.{exchange}.{line:04}"),
            3 => format!("+1 {area} {exchange} {line:04}"),
            4 => format!("1{area}{exchange}{line:04}"),
            _ => format!("{area}{exchange}{line:04}"),
        };
        if valid(number.as_bytes()) == Validity::Valid {
            return number;
        }
    }
}

fn ip(r: &mut Random) -> String {
    if r.chance(60) {
        let first = if r.chance(40) {
            r.pick(&[10, 127, 169, 172, 192, 198, 203, 100, 224])
        } else {
            r.range(0, 256)
        };
        let second = if r.chance(30) {
            r.pick(&[0, 16, 18, 31, 51, 64, 127, 168, 254])
        } else {
            r.range(0, 256)
        };
        format!("{first}.{second}.{}.{}", r.range(0, 256), r.range(0, 256))
    } else {
        let first = r.pick(&[
            "2600", "2a00", "2001", "2001", "fe80", "fd00", "ff02", "3fff", "64",
        ]);
        let groups: Vec<String> = (0..7)
            .map(|_| format!("{:x}", r.range(0, 0x10000)))
            .collect();
        match r.range(0, 4) {
            0 => format!("{first}::{}", groups[0]),
            1 => format!(
                "{first}:{}::{}:{}",
                r.pick(&["db8", "0", "1ff", "20"]),
                groups[1],
                groups[2]
            ),
            2 => format!(
                "::ffff:{}.{}.{}.{}",
                r.range(0, 256),
                r.range(0, 256),
                r.range(0, 256),
                r.range(0, 256)
            ),
            _ => format!("{first}:{}", groups.join(":")),
        }
    }
}

fn date(r: &mut Random) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (y, m, d) = (r.range(1900, 2041), r.range(1, 13), r.range(1, 29));
    let month = MONTHS[usize::try_from(m - 1).unwrap()];
    match r.range(0, 5) {
        0 => format!("{y}-{m:02}-{d:02}"),
        1 => format!("{m:02}/{d:02}/{y}"),
        2 => format!("{y}{m:02}{d:02}"),
        3 => format!("{d:02}-{}-{y}", &month[..3]),
        _ => format!("{month} {d}, {y}"),
    }
}

/// One or two small errors: a character replaced by one of its kind, doubled, dropped, moved, or put in.
fn mutate(r: &mut Random, value: &str) -> String {
    let mut bytes = value.as_bytes().to_vec();
    for _ in 0..=r.range(0, 2) {
        let at = r.index(bytes.len());
        match r.range(0, 10) {
            0 if bytes.len() > 1 => {
                bytes.remove(at);
            }
            1 => bytes.insert(at, bytes[at]),
            2 | 3 if at > 0 => bytes.swap(at - 1, at),
            4 => {
                let zeros = at..bytes.len().min(at + 4);
                bytes[zeros]
                    .iter_mut()
                    .filter(|byte| byte.is_ascii_digit())
                    .for_each(|byte| *byte = b'0');
            }
            5 => {
                let first = r.pick(b"0269");
                if bytes[0].is_ascii_digit() {
                    bytes[0] = first;
                }
            }
            _ => {
                bytes[at] = match bytes[at] {
                    b'0'..=b'9' => r.pick(b"0123456789"),
                    b'a'..=b'z' | b'A'..=b'Z' => r.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                    _ => r.pick(b"-- ."),
                };
            }
        }
    }
    // Leading or trailing blanks are cut off by the program that finds candidates.
    String::from_utf8(bytes).unwrap().trim().to_owned()
}

#[derive(Deserialize)]
struct Comparison {
    validator: String,
    oracle: String,
    values: usize,
    valid: usize,
    unexplained: usize,
    differences: std::collections::BTreeMap<String, usize>,
}

#[test]
fn validators_agree_with_other_peoples() {
    let Some(python) = std::env::var_os("PHISCAN_PYTHON") else {
        panic!(
            "PHISCAN_PYTHON is not set: run `cargo xtask test`, which installs the Python packages that this test compares with"
        );
    };
    type Make = fn(&mut Random) -> String;
    let makers: [(&str, Make); 11] = [
        ("luhn", luhn),
        ("ssn", ssn),
        ("itin", itin),
        ("npi", npi),
        ("dea", dea),
        ("mbi", mbi),
        ("card", card),
        ("nanp", nanp),
        ("ip", ip),
        ("ip-public", ip),
        ("date", date),
    ];
    let mut lines = String::new();
    let samples = [
        "078-05-1120",
        "219-09-9999",
        "457-55-5462",
        "123-45-6789",
        "111-11-1111",
        "222222222",
    ];
    for (index, (name, make)) in makers.into_iter().enumerate() {
        let validator = lookup(name).unwrap();
        let mut r = Random(2026 + index as u64);
        let mut write = |value: &str| {
            let verdict = match validator(value.as_bytes()) {
                Validity::Valid => "valid",
                Validity::Invalid => "invalid",
                Validity::CheckFailed => "check-failed",
            };
            writeln!(lines, "{name}\t{value}\t{verdict}").unwrap();
        };
        if name == "ssn" {
            samples.iter().for_each(|sample| write(sample));
        }
        let mut made = 0;
        while made < VALUES {
            let value = make(&mut r);
            let value = if r.chance(50) {
                mutate(&mut r, &value)
            } else {
                value
            };
            if !value.is_empty() {
                write(&value);
                made += 1;
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.tsv");
    std::fs::write(&file, lines).unwrap();

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracles/check.py");
    let output = Command::new(python)
        .arg("-B")
        .arg(script)
        .arg(&file)
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let report = stdout.lines().last().unwrap_or_default();
    let comparisons: Vec<Comparison> = serde_json::from_str(report).unwrap_or_else(|_| {
        panic!(
            "the oracles did not answer:\n{stdout}\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
    });
    assert!(comparisons.len() >= 13);
    for c in &comparisons {
        assert!(
            c.values >= VALUES,
            "{} against {}: only {} values",
            c.validator,
            c.oracle,
            c.values
        );
        // Half are valid by construction; "ip-public" is made of addresses of every kind.
        let least = if c.validator == "ip-public" { 20 } else { 40 };
        assert!(
            c.valid * 100 >= c.values * least,
            "{}: only {} of {} are valid",
            c.validator,
            c.valid,
            c.values
        );
        assert_eq!(
            c.unexplained, 0,
            "{} differs from {}:\n{stdout}",
            c.validator, c.oracle
        );
        for (difference, count) in c
            .differences
            .iter()
            .filter(|(name, _)| !name.starts_with("by Python's version"))
        {
            assert!(
                *count > 0,
                "{} against {}: this difference no longer occurs: {difference}",
                c.validator,
                c.oracle
            );
        }
    }
    assert!(output.status.success(), "{stdout}");
}
