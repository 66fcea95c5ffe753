//! How often names are found in a list of keys or paths, one a line.
//!
//! ```text
//! find /usr/share -type f > paths.txt
//! cargo run --release -p detectors --example name_rate -- paths.txt          # clean names: how many are flagged
//! cargo run --release -p detectors --example name_rate -- --truth keys.tsv   # planted names: how many are found
//! ```
//!
//! A truth file has a kind, the key and the name inside it in each line, parted by tabs; rates are
//! given per kind. `--list` prints the flagged lines as well: for clean lists only, it prints data.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::time::Instant;

use detectors::name::{self, Health, NameEvidence};

/// The threshold of the figures.
const THRESHOLD: f64 = 0.5;

fn best(key: &[u8]) -> Option<NameEvidence> {
    let mut best: Option<NameEvidence> = None;
    name::find(key, Health::None, &mut |evidence| {
        if best
            .as_ref()
            .is_none_or(|other| evidence.confidence > other.confidence)
        {
            best = Some(evidence);
        }
    });
    best.filter(|evidence| evidence.confidence >= THRESHOLD)
}

fn main() -> io::Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut flag = |name: &str| {
        let before = arguments.len();
        arguments.retain(|argument| argument != name);
        arguments.len() < before
    };
    let (truth, list) = (flag("--truth"), flag("--list"));
    let mut out = io::stdout().lock();
    for path in arguments {
        let lines: Vec<Vec<u8>> = io::BufReader::new(std::fs::File::open(&path)?)
            .split(b'\n')
            .collect::<Result<_, _>>()?;
        name::health_of(b""); // builds the dictionaries: not part of the speed
        let start = Instant::now();
        let mut kinds: BTreeMap<String, [usize; 3]> = BTreeMap::new();
        for line in &lines {
            let mut fields = line.split(|&byte| byte == b'\t');
            let first = fields.next().unwrap_or(&[]);
            let (kind, key, wanted) = match (truth, fields.next(), fields.next()) {
                (true, Some(key), Some(name)) => {
                    (String::from_utf8_lossy(first).into_owned(), key, Some(name))
                }
                _ => (String::from("all"), line.as_slice(), None),
            };
            let found = best(key);
            let counts = kinds.entry(kind).or_default();
            counts[0] += 1;
            counts[1] += usize::from(found.is_some());
            if let Some(evidence) = found {
                let span = key.get(evidence.span.clone()).unwrap_or(&[]);
                counts[2] += usize::from(wanted == Some(span));
                if list {
                    writeln!(
                        out,
                        "{:.2}\t{}\t{}",
                        evidence.confidence,
                        String::from_utf8_lossy(span),
                        String::from_utf8_lossy(key)
                    )?;
                }
            } else if list && wanted.is_some() {
                writeln!(out, "missed\t\t{}", String::from_utf8_lossy(key))?;
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        for (kind, [count, flagged, exact]) in kinds {
            write!(
                out,
                "{path}\t{kind}\t{count} lines, {flagged} found ({:.5})",
                ratio(flagged, count)
            )?;
            if truth {
                write!(out, ", {exact} with the exact span")?;
            }
            writeln!(out)?;
        }
        writeln!(
            out,
            "{path}\t{:.2} million keys a second",
            ratio(lines.len(), 1_000_000) / seconds.max(1e-9)
        )?;
    }
    Ok(())
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |n: usize| u32::try_from(n).map_or(f64::MAX, f64::from);
    number(part) / number(whole.max(1))
}
