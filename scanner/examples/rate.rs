//! Measures how fast a pattern set scans a file.
//!
//! `cargo run --release -p scanner --example rate -- PATTERNS.tsv FILE [WORDS.txt]`
//!
//! PATTERNS.tsv: number, name, flags (`i` or `-`), regex, tab-separated.
//! WORDS.txt: one word a line, added as one list without regard to case. Prints
//! MiB/s (best of five), and for each pattern its lane and number of matches.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use scanner::{Flags, PatternSet};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let patterns = arguments.next().ok_or("no pattern file given")?;
    let file = arguments.next().ok_or("no file given")?;
    let words = arguments.next();
    let mut set = PatternSet::new();
    let mut names = Vec::new();
    for line in std::fs::read_to_string(patterns)?.lines() {
        let mut fields = line.splitn(4, '\t').skip(1);
        if let (Some(name), Some(flags), Some(regex)) =
            (fields.next(), fields.next(), fields.next())
        {
            let ignore_case = flags.contains('i');
            names.push((set.regex(regex, Flags { ignore_case })?, name.to_owned()));
        }
    }
    if let Some(words) = words {
        let words = std::fs::read(words)?;
        let words = words
            .split(|byte| *byte == b'\n')
            .filter(|word| !word.is_empty());
        let id = set.words(words, Flags { ignore_case: true })?;
        names.push((id, "words".to_owned()));
    }
    let text = std::fs::read(file)?;
    let begin = Instant::now();
    let scanner = set.compile()?;
    println!("compiled in {:.1} ms", begin.elapsed().as_secs_f64() * 1e3);
    let mut cache = scanner.cache();
    let mut counts = vec![0u64; scanner.patterns()];
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        counts.fill(0);
        let begin = Instant::now();
        // Blocks, as a caller that reads a file would scan it.
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            let block = rest.len().min(1 << 20);
            let end = memchr::memchr(b'\n', &rest[block..]).map_or(rest.len(), |at| block + at + 1);
            scanner.find(&mut cache, &rest[..end], &mut |found| {
                counts[found.pattern.index()] += 1;
            });
            rest = &rest[end..];
        }
        best = best.min(begin.elapsed().as_secs_f64());
    }
    for (id, name) in names {
        println!("{name}\t{:?}\t{}", scanner.lane(id), counts[id.index()]);
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let mib = text.len() as f64 / f64::from(1 << 20);
    println!("{:.0} MiB/s", mib / best);
    Ok(())
}
