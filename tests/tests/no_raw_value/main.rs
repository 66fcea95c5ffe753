//! No raw value leaves: 2,000 unique values of all classes are planted in every source format and
//! every kind of name; then everything that phiscan wrote or printed is searched for each of them,
//! in all forms in which it could leak.
#![allow(clippy::print_stderr, clippy::unwrap_used, clippy::panic)]

mod estate;
mod search;
mod values;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use search::{Kind, Leaks, Search};
use tests::{Bench, Run};
use values::Planted;

fn spellings(values: &[Planted]) -> Vec<Vec<String>> {
    values.iter().map(Planted::spellings).collect()
}

/// Searches what a command printed, which must have gone well.
fn search_run(leaks: &mut Leaks, search: &Search, what: &str, run: &Run, statuses: &[i32]) {
    assert!(
        statuses.contains(&run.status),
        "{what}: {}: {}",
        run.status,
        run.stderr
    );
    assert!(
        !run.stderr.contains("internal error"),
        "{what}: {}",
        run.stderr
    );
    leaks.search(
        search,
        &format!("stdout of {what}"),
        run.stdout.as_bytes(),
        Kind::Text,
    );
    leaks.search(
        search,
        &format!("stderr of {what}"),
        run.stderr.as_bytes(),
        Kind::Text,
    );
}

#[test]
fn no_planted_value_leaves() {
    let values = values::values();
    assert_eq!(values.len(), 2000);
    let bench = Bench::new();
    estate::write(&bench, &values);
    let search = Search::new(bench.path(), &spellings(&values));
    assert!(search.len() > 60_000, "{} forms", search.len());
    let clock = Instant::now();
    let step = |what: &str| eprintln!("{what}: {:.1?}", clock.elapsed());
    let mut leaks = Leaks::default();

    // Values in arguments too: SOURCE, --root.
    let named = values
        .iter()
        .step_by(50)
        .map(|value| format!("estate/share/{}={}.txt", value.label(), value.name))
        .filter(|path| bench.at(path).exists());
    let mut arguments: Vec<String> = [
        "scan",
        "--verbose",
        "--progress",
        "always",
        "estate",
        "names:estate/share",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.extend(named.take(20));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = bench.run(&arguments);
    search_run(&mut leaks, &search, "scan", &run, &[5]);
    step("scan");
    leaks.search_output(&search, &bench, "phiscan-out");
    step("searched");

    // Nearly all of them must have been found, or nothing is shown.
    let found = bench.query(
        "SELECT class, count(DISTINCT token) AS n FROM findings GROUP BY class ORDER BY class",
    );
    let total: u64 = found.iter().map(|row| row["n"].as_u64().unwrap()).sum();
    assert_eq!(found.len(), 20, "{found:?}");
    assert!(total >= 1950, "{found:?}");

    step("counted");
    let mut n = 0;
    for value in values.iter().step_by(199) {
        let root = format!("s3://intake/{}={}", value.label(), value.name);
        let out = format!("--out=roots/out-{n}-{}", value.class);
        let run = bench.run(&[
            "scan",
            "-v",
            &out,
            "--root",
            &root,
            "--format",
            "json",
            "estate/text/latin.log",
        ]);
        search_run(&mut leaks, &search, "scan --root", &run, &[1]);
        n += 1;
    }
    assert!(n >= 10);
    leaks.search_output(&search, &bench, "roots");
    step("roots");

    // What is printed of it, on a tenth of the values.
    let some: Vec<Planted> = values::values().into_iter().step_by(10).collect();
    let little = Bench::new();
    estate::write(&little, &some);
    assert_eq!(little.scan(&["estate"]).status, 5);
    for arguments in [
        &["query", "SELECT * FROM findings_current"][..],
        &["query", "--format", "json", "SELECT * FROM findings"],
        &["query", "--format", "json", "SELECT * FROM coverage"],
        &["query", "--format", "json", "SELECT * FROM runs"],
        &["export", "--to", "jsonl"],
        &["export", "--to", "jsonl", "--canonical"],
    ] {
        search_run(
            &mut leaks,
            &search,
            arguments[0],
            &little.run(arguments),
            &[0],
        );
    }
    step("queries");
    // Errors repeat arguments.
    let value = &values[0].text;
    for wrong in [
        &["scan", "--place", value][..],
        &["scan", "--as", value, "estate"],
        &["scan", "--token-key", value, "estate"],
        &["scan", "--memory", value, "estate"],
        &["scan", value],
        &["scan", "--nothing", value],
        &["query", "--from", value],
        &["query", value],
    ] {
        let run = bench.run(wrong);
        leaks.search(
            &search,
            &format!("stderr of {:?}", &wrong[..wrong.len() - 1]),
            run.stderr.as_bytes(),
            Kind::Text,
        );
        leaks.search(
            &search,
            "stdout of an error",
            run.stdout.as_bytes(),
            Kind::Text,
        );
    }
    step("errors");
    killed_run(&mut leaks, &search, &bench);
    step("killed");
    assert_eq!(
        leaks.count(),
        0,
        "{} leaks\n{}",
        leaks.count(),
        leaks.report()
    );
}

/// The temporary folder of a run that was killed, with rows in it.
fn killed_run(leaks: &mut Leaks, search: &Search, bench: &Bench) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let mut child = bench
        .phiscan(&[
            "scan",
            "--out",
            "killed",
            "--memory",
            "1MiB",
            "--progress",
            "never",
            "estate",
            "-",
        ])
        .stdin(reader)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Standard input stays open, so the run cannot end before it is killed.
    let clock = Instant::now();
    let rows = |bench: &Bench| {
        let files = bench.files_below("killed");
        let rows = files.into_iter().map(|(_, bytes)| bytes);
        rows.map(|bytes| unzstd(&bytes))
            .filter(|bytes| bytes.len() > 100_000)
            .count()
    };
    while rows(bench) < 3 {
        assert!(
            clock.elapsed() < Duration::from_secs(60),
            "no rows were spooled"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    use std::io::Write as _;
    let _ = writer.flush();
    let mut searched = 0;
    for (path, bytes) in bench.files_below("killed") {
        leaks.search(
            search,
            "a temporary file's name",
            path.to_string_lossy().as_bytes(),
            Kind::Text,
        );
        leaks.search(search, "bytes of a temporary file", &bytes, Kind::Opaque);
        let rows = unzstd(&bytes);
        searched += rows.len();
        leaks.search(search, "rows of a temporary file", &rows, Kind::Text);
    }
    assert!(searched > 300_000, "{searched} bytes of rows");
}

/// As much of a zstd frame as there is.
fn unzstd(bytes: &[u8]) -> Vec<u8> {
    let mut rows = Vec::new();
    if let Ok(mut decoder) = zstd::Decoder::new(bytes) {
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = std::io::Read::read(&mut decoder, &mut piece) {
            rows.extend_from_slice(&piece[..length]);
        }
    }
    rows
}

/// The same search over what a build wrote that leaks on purpose.
#[test]
fn a_leak_made_on_purpose_is_found() {
    let values = values::values();
    let bench = Bench::new();
    let text: String = values
        .iter()
        .map(|v| format!("{}: {}\n", v.label(), v.text))
        .collect();
    bench.file("app.log", text.as_bytes());
    let search = Search::new(bench.path(), &spellings(&values));

    let honest = bench.scan(&["app.log"]);
    assert_eq!(honest.status, 1, "{}", honest.stderr);
    let mut leaks = Leaks::default();
    leaks.search_output(&search, &bench, "phiscan-out");
    assert_eq!(leaks.count(), 0, "{}", leaks.report());

    let leaking = leaking_binary();
    let mut command = Command::new(&leaking);
    let like = bench.phiscan(&["scan", "--out", "leaking", "--progress", "never", "app.log"]);
    command
        .args(like.get_args())
        .current_dir(bench.path())
        .stdin(Stdio::null());
    for (name, value) in like.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let run = Run::from(command.output().unwrap());
    assert_eq!(run.status, 1, "{}", run.stderr);
    let mut leaks = Leaks::default();
    leaks.search_output(&search, &bench, "leaking");
    assert!(
        leaks.count() > 1000,
        "{} leaks\n{}",
        leaks.count(),
        leaks.report()
    );
    assert!(
        leaks.report().contains("findings.locator"),
        "{}",
        leaks.report()
    );
}

/// Builds phiscan with the feature `leak-on-purpose`, beside the ordinary binary.
fn leaking_binary() -> std::path::PathBuf {
    let ordinary = tests::binary();
    let profile = ordinary.parent().unwrap();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args([
            "build",
            "--quiet",
            "--locked",
            "-p",
            "pipelines",
            "--features",
            "leak-on-purpose",
            "--bin",
            "phiscan-leaking",
        ])
        .arg("--target-dir")
        .arg(profile.parent().unwrap())
        .current_dir(tests::root());
    if profile.ends_with(Path::new("release")) {
        cargo.arg("--release");
    }
    let run = Run::from(cargo.output().unwrap());
    assert_eq!(run.status, 0, "{}", run.stderr);
    profile.join("phiscan-leaking")
}
