//! Runs phiscan and notes time, memory and what it found.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

use crate::corpus::{Corpus, folder};
use crate::{Runs, page};

/// A token key that is no secret, so that ids and tokens cost what they cost in earnest.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

/// One run of phiscan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// From starting the process to its end.
    pub(crate) elapsed: Duration,
    /// Processor time, user and system.
    pub(crate) processor: Duration,
    /// Largest resident set.
    pub(crate) peak_bytes: u64,
    /// Rows written.
    pub(crate) findings: u64,
    /// Rows that count.
    pub(crate) counting: u64,
}

/// Scans a corpus as often as asked. All runs must find the same.
pub(crate) fn measure(corpus: &Corpus, more: &[&str], runs: &Runs) -> Result<Vec<Run>, String> {
    let mut done: Vec<Run> = Vec::new();
    for number in 1..=runs.runs {
        let run = scan(corpus, more, runs)?;
        println!(
            "run {number}: {:.2} s, {:.1} MiB/s, {} findings, peak {:.0} MiB",
            run.elapsed.as_secs_f64(),
            page::mib(corpus.bytes) / run.elapsed.as_secs_f64(),
            run.findings,
            page::mib(run.peak_bytes),
        );
        if done
            .first()
            .is_some_and(|first| first.findings != run.findings)
        {
            return Err("two runs over the same bytes found different things".to_owned());
        }
        done.push(run);
    }
    Ok(done)
}

fn scan(corpus: &Corpus, more: &[&str], runs: &Runs) -> Result<Run, String> {
    let binary = runs.binary()?;
    let out = folder().join("out");
    if out.exists() {
        fs::remove_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    }
    let key = folder().join("token.key");
    fs::write(&key, KEY).map_err(|error| format!("{}: {error}", key.display()))?;
    let mut command = Command::new(&binary);
    command
        .arg("scan")
        .arg(&corpus.path)
        .args(more)
        .args(["--format", "json", "--progress", "never", "--threads"])
        .arg(runs.threads.to_string())
        .arg("--token-key")
        .arg(&key)
        .arg("--out")
        .arg(&out)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PHISCAN_") {
            command.env_remove(name);
        }
    }
    let fail = |error: std::io::Error| format!("{}: {error}", binary.display());
    let clock = Instant::now();
    let mut child = command.spawn().map_err(fail)?;
    let mut said = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut said).map_err(fail)?;
    }
    let ended = child.wait4().map_err(fail)?;
    let elapsed = clock.elapsed();
    // Complete, with findings that count or without. Anything else is no measurement.
    if !matches!(ended.status.code(), Some(0 | 1)) {
        return Err(format!("{} ended with {}", binary.display(), ended.status));
    }
    let summary: serde_json::Value =
        serde_json::from_str(&said).map_err(|error| format!("the summary: {error}"))?;
    let number = |pointer: &str| {
        summary
            .pointer(pointer)
            .and_then(serde_json::Value::as_u64)
            .ok_or_else(|| format!("the summary has no {pointer}"))
    };
    if number("/coverage/bytes_decoded")? != corpus.bytes {
        return Err("not all of the corpus was read".to_owned());
    }
    Ok(Run {
        elapsed,
        processor: ended.rusage.utime + ended.rusage.stime,
        peak_bytes: ended.rusage.maxrss,
        findings: number("/findings")?,
        counting: number("/findings_counting")?,
    })
}
