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
        "{what}: {}: {}{}",
        run.status,
        run.stdout,
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
        &["export", "--to", "csv"],
        &["export", "--to", "sarif"],
        &["query", "forbidden-places"],
        &["query", "since-last-run"],
        &["query", "same-patient", "--param", "min_places=1"],
        &["query", "who-writes"],
        &["query", "coverage-gaps"],
        &["query", "key-folders", "--param", "depth=20"],
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
    way_back(&mut leaks, &search, &little);
    step("way back");
    for value in values.iter().step_by(401) {
        messages(&mut leaks, &search, &little, value);
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

/// Errors repeat arguments, values and keys of the configuration file, variables and SQL; the
/// summary repeats the output folder's name.
fn messages(leaks: &mut Leaks, search: &Search, bench: &Bench, value: &Planted) {
    let said = format!("{}={}", value.label(), value.name);
    let said = said.as_str();
    let mut told = |what: &str, run: &Run, status: i32| {
        assert_eq!(run.status, status, "{what}: {}", run.stderr);
        assert!(!run.stderr.contains("internal error"), "{}", run.stderr);
        for (stream, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
            let place = format!("{stream} of {what}, {}", value.class);
            leaks.search(search, &place, text.as_bytes(), Kind::Text);
        }
    };
    for wrong in [
        &["scan", "--place", said][..],
        &["scan", "--as", said, "estate"],
        &["scan", "--token-key", said, "estate"],
        &["scan", "--memory", said, "estate"],
        &["scan", "--nothing", said],
        &["scan", "--config", said, "estate"],
        &["export", "--to", said],
        &["query", "--from", said, "SELECT 1"],
        &["query", said],
        &["query", "same-patient", "--param", said],
        &[
            "query",
            "same-patient",
            "--param",
            &format!("min_places={said}"),
        ],
        &["athena", "queries", said],
        &["detectors", "show", said],
        &["places", "show", said],
        &["explain", said],
        &["locate", said],
        &["locate", "01234567", "--root", said],
        &["locate", "01234567", "--token-key", said],
        &[said],
    ] {
        told(&wrong[..wrong.len() - 1].join(" "), &bench.run(wrong), 2);
    }
    told("scan of nothing", &bench.scan(&["--out", "none", said]), 3);
    for sql in [
        format!("SELECT CAST('{said}' AS INT)"),
        format!("SELECT \"{said}\" FROM findings_current"),
        format!("SELECT {} {} FROM '{said}'", value.label(), value.name),
        format!("SELECT nothing('{said}') FROM findings_current"),
    ] {
        told("query", &bench.run(&["query", &sql]), 2);
    }
    let quoted = toml::Value::String(said.to_owned());
    for text in [
        format!("{quoted} = 1\n"),
        format!("place = {quoted}\n"),
        format!("threads = {quoted}\n"),
        format!("lang = {quoted}\n"),
        format!("token-key = {quoted}\n"),
        format!("mmap = {quoted}\n"),
        format!("out = [{quoted}]\n"),
        format!("out = {quoted} {said}\n"),
        format!("{said}\n"),
    ] {
        bench.file("wrong.toml", text.as_bytes());
        let mut command = bench.phiscan(&["scan", "--config", "wrong.toml", "estate"]);
        let run = command.env_remove("PHISCAN_TOKEN_KEY").output().unwrap();
        told("a configuration file", &run.into(), 2);
    }
    for name in ["THREADS", "PLACE", "MMAP", "TOKEN_KEY", "CONFIG"] {
        let mut command = bench.phiscan(&["scan", "estate"]);
        let run = command.env(format!("PHISCAN_{name}"), said).output();
        told(name, &run.unwrap().into(), 2);
    }
    let out = format!("outs/{said}");
    for format in ["text", "json"] {
        let run = bench.scan(&["--out", &out, "--format", format, "estate/text/latin.log"]);
        told("a named output folder", &run, 1);
    }
}

/// `explain` and `locate` of a finding of every class, and what `--reveal` leaves besides the
/// screen.
fn way_back(leaks: &mut Leaks, search: &Search, bench: &Bench) {
    let ids = bench.query(
        "SELECT class, min(finding_id) AS low, max(finding_id) AS high FROM findings_current \
         GROUP BY class ORDER BY class",
    );
    assert_eq!(ids.len(), 20, "{ids:?}");
    for (number, row) in ids.iter().enumerate() {
        let format = if number % 2 == 0 { "text" } else { "json" };
        let id = |end: &str| row[end].as_str().unwrap().to_owned();
        for arguments in [
            &["explain", &id("low"), "--format", format][..],
            &["locate", &id("high"), "--verbose", "--format", format],
        ] {
            search_run(leaks, search, arguments[0], &bench.run(arguments), &[0]);
        }
        if number % 5 == 0 {
            let reveal = bench.phiscan(&["locate", &id("low"), "--reveal", "--verbose"]);
            let piped = Run::from(
                bench
                    .phiscan(&["locate", &id("low"), "--reveal"])
                    .output()
                    .unwrap(),
            );
            search_run(leaks, search, "locate --reveal into a pipe", &piped, &[2]);
            let shown = tests::on_terminal(&reveal, 100);
            assert_eq!(shown.status, 0, "{}", shown.stderr);
            let mut screen = Leaks::default();
            screen.search(search, "the screen", shown.stdout.as_bytes(), Kind::Text);
            assert!(
                screen.count() > 0,
                "--reveal shows nothing: {}",
                shown.stdout
            );
            leaks.search(
                search,
                "stderr of --reveal",
                shown.stderr.as_bytes(),
                Kind::Text,
            );
        }
    }
    leaks.search_output(search, bench, "phiscan-out");
    let notes = bench.query("SELECT run_id FROM runs_committed WHERE command = 'locate'");
    assert_eq!(notes.len(), 24);
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
