//! Tries detectors out: scans files line by line, or runs the cases of detector files.
//!
//! ```text
//! cargo run -p detectors --example scan_lines -- [--detectors DIR] FILE…
//! cargo run -p detectors --example scan_lines -- [--detectors DIR] --test
//! ```
//!
//! Prints shapes and counts, never a value: patient findings at 0.5 and more for each MiB, and how
//! often each detector fired with which shape, cue and confidence.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use detectors::{DetectorSet, Lines, Setting, Subject};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folder = None;
    let (mut test, mut lines) = (false, false);
    let mut setting = Setting::Content;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--detectors" => folder = arguments.next(),
            "--test" => test = true,
            "--lines" => lines = true,
            "--names" => setting = Setting::Name,
            file => files.push(file.into()),
        }
    }
    let set = match folder {
        Some(folder) => from_folder(Path::new(&folder))?,
        None => DetectorSet::built_in()?,
    };
    if test {
        let result = set.self_test();
        for failure in &result.failures {
            println!("{failure}");
        }
        let (examples, near_misses) = (result.examples, result.near_misses);
        println!(
            "{examples} examples, {near_misses} near misses, {} failed",
            result.failures.len()
        );
        return Ok(());
    }
    scan(&set, &files, setting, lines)
}

fn from_folder(folder: &Path) -> Result<DetectorSet, Box<dyn std::error::Error>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push((path.display().to_string(), std::fs::read_to_string(&path)?));
        }
    }
    files.sort();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(f, t)| (f.as_str(), t.as_str()))
        .collect();
    Ok(DetectorSet::from_files(&files)?)
}

fn scan(
    set: &DetectorSet,
    files: &[PathBuf],
    setting: Setting,
    lines: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut scratch = set.scratch();
    let mut kinds: BTreeMap<(String, String), usize> = BTreeMap::new();
    let (mut bytes, mut counting) = (0, 0);
    let started = Instant::now();
    for path in files {
        let text = std::fs::read(path)?;
        bytes += text.len();
        let mut found = Vec::new();
        let context = Lines::new(&text, setting);
        set.scan(&mut scratch, &text, setting, &context, &mut found);
        let mut here = 0;
        for hit in &found {
            let counts = hit.confidence >= 0.5 && hit.subject == Subject::Patient;
            here += usize::from(counts);
            let mark = if counts { "!" } else { " " };
            let kind = format!("{mark}{:<11} {:.2} {}", hit.class, hit.confidence, hit.cue);
            *kinds.entry((kind, hit.evidence.to_string())).or_default() += 1;
            if lines {
                let line = 1 + text[..hit.span.start]
                    .iter()
                    .filter(|&&b| b == b'\n')
                    .count();
                let (class, span) = (hit.class, &hit.span);
                println!(
                    "  {}:{line} {class} {span:?} {:.3}",
                    path.display(),
                    hit.confidence
                );
            }
        }
        counting += here;
        if here > 0 {
            println!("{here:>6} {}", path.display());
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    for ((kind, shape), count) in &kinds {
        println!("{count:>6} {kind} {shape}");
    }
    let mib = bytes as f64 / f64::from(1 << 20);
    println!(
        "{counting} patient findings at 0.5 or more in {mib:.2} MiB: {:.2} per MiB",
        counting as f64 / mib
    );
    println!("{:.0} MiB/s", mib / seconds);
    Ok(())
}
