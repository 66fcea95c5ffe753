//! Memory stays below 256 MiB whatever the input, and work grows no faster than it.
#![allow(clippy::print_stderr, clippy::unwrap_used, clippy::panic)]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tests::{Bench, Run, peak_memory_mib};

const MIB: usize = 1 << 20;
const LIMIT_MIB: u64 = 256;
/// An export sorts in 128 MiB; beside them are the engine, and files being read.
const EXPORT_LIMIT_MIB: u64 = 320;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Writes pieces to a file without holding them together.
fn write_all(path: &Path, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = BufWriter::with_capacity(MIB, File::create(path).unwrap());
    for piece in pieces {
        file.write_all(piece.as_ref()).unwrap();
    }
    file.flush().unwrap();
}

/// Scans, and requires the bound. The status must be `status`.
fn bounded(bench: &Bench, arguments: &[&str], status: i32) -> Run {
    let arguments = [&["scan", "--progress", "never"], arguments].concat();
    let (peak, run) = peak_memory_mib(&bench.phiscan(&arguments));
    eprintln!("{arguments:?}: peak {peak} MiB");
    assert_eq!(run.status, status, "{}{}", run.stdout, run.stderr);
    assert!(peak <= LIMIT_MIB, "{arguments:?}: peak of {peak} MiB");
    run
}

fn count(bench: &Bench, of: &str) -> u64 {
    bench.query(&format!("SELECT {of} AS n FROM findings"))[0]["n"]
        .as_u64()
        .unwrap()
}

#[test]
fn four_gib_of_gzipped_stream() {
    let bench = Bench::new();
    // Members of long lines, one with a leak: what is tested is the stream, not the detectors.
    let line = "z".repeat(64 << 10) + "\n";
    let clean = gzip(line.repeat(1024).as_bytes());
    let leak = gzip(b"patient ssn 219-47-3612\n");
    let members = (0..64).flat_map(|_| [clean.as_slice(), leak.as_slice()]);
    write_all(&bench.at("stream.log.gz"), members);
    // One letter over and over deflates better than any log: not a bomb for this once.
    bounded(&bench, &["stream.log.gz", "--max-ratio", "2000"], 1);
    assert_eq!(count(&bench, "count(*)"), 64);
    let rows = bench.query("SELECT bytes_decoded AS n FROM coverage WHERE unit_kind = 'file'");
    assert!(rows[0]["n"].as_u64().unwrap() >= 4 << 30, "{rows:?}");
}

#[test]
fn every_line_leaks() {
    let bench = Bench::new();
    let line = |n: usize| {
        format!(
            "{n} patient ssn 219-{:02}-{:04}\n",
            10 + n / 8999 % 80,
            1000 + n % 8999
        )
    };
    write_all(&bench.at("leaks.log"), (0..200_000).map(line));
    bounded(&bench, &["leaks.log"], 1);
    assert_eq!(count(&bench, "sum(occurrences)"), 200_000);
    let rows = count(&bench, "count(*)");
    for format in ["csv", "sarif"] {
        let (peak, lines) = exported(&bench, format);
        eprintln!("export --to {format}: peak {peak} MiB, {lines} lines");
        assert!(lines >= rows, "{format}: {lines} lines of {rows} rows");
        assert!(peak <= EXPORT_LIMIT_MIB, "{format}: peak of {peak} MiB");
    }
}

/// Exports into a file. Gives the peak of memory in MiB, and the number of lines.
fn exported(bench: &Bench, format: &str) -> (u64, u64) {
    let export = bench.phiscan(&["export", "--to", format]);
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" \"$@\" > exported"]);
    command
        .arg(export.get_program())
        .args(export.get_args())
        .current_dir(bench.path());
    for (name, value) in export.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let (peak, run) = peak_memory_mib(&command);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let lines = BufReader::new(File::open(bench.at("exported")).unwrap())
        .split(b'\n')
        .count();
    (peak, lines as u64)
}

#[test]
fn every_day_of_the_clamp() {
    let bench = Bench::new();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let today = i64::try_from(now.as_secs()).unwrap() / 86_400;
    // Ten years back, today, and tomorrow: more than that is clamped to the first and last day.
    let records = (-3_660..=5_i64).map(|day| {
        let event = json!({"timestamp": (today + day) * 86_400_000 + 1, "message": "patient ssn 219-47-3612",
            "ingestionTime": 1, "eventId": format!("{day}"), "logStreamName": "a"});
        format!("{}{event}", if day == -3_660 { "" } else { "," })
    });
    let pieces = ["{\"events\":[".to_owned()]
        .into_iter()
        .chain(records)
        .chain(["],\"searchedLogStreams\":[]}".to_owned()]);
    write_all(&bench.at("events.json"), pieces);
    bounded(&bench, &["events.json", "--fail-on", "permitted"], 1);
    let days = fs::read_dir(bench.at("phiscan-out/findings"))
        .unwrap()
        .count();
    assert!((3_653..=3_656).contains(&days), "{days} days");
}

#[test]
fn one_slow_gib_before_a_hundred_thousand_files() {
    let bench = Bench::new();
    let folder = bench.at("in");
    for group in 0..100 {
        let folder = folder.join(format!("{group}"));
        fs::create_dir_all(&folder).unwrap();
        for n in 0..1_000 {
            let text = if n == 0 {
                "patient ssn 219-47-3612\n"
            } else {
                "nothing to see in this file\n"
            };
            fs::write(folder.join(format!("{n}.log")), text).unwrap();
        }
    }
    // Standard input comes first and trickles until all small files wait behind it.
    let pipe = bench.at("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let feeder = std::thread::spawn(move || {
        let mut pipe = File::options().write(true).open(pipe).unwrap();
        let piece = ("y".repeat(64 << 10) + "\n").repeat(16);
        for n in 0..1024 {
            pipe.write_all(piece.as_bytes()).unwrap();
            if n % 256 == 0 {
                std::thread::sleep(Duration::from_secs(2));
            }
        }
        pipe.write_all(b"patient ssn 219-47-3612\n").unwrap();
    });
    let scan = bench.phiscan(&["scan", "--progress", "never", "-", "in"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$@\" < pipe", "sh"]);
    shell.arg(scan.get_program()).args(scan.get_args());
    shell.current_dir(bench.path());
    for (name, value) in scan.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let measured = peak_memory_mib(&shell);
    feeder.join().unwrap();
    let (peak, run) = measured;
    eprintln!("a slow GiB and 100,000 files: peak {peak} MiB");
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    assert!(peak <= LIMIT_MIB, "peak of {peak} MiB");
    assert_eq!(count(&bench, "count(*)"), 101);
}

#[test]
fn a_single_record_of_one_gib() {
    let bench = Bench::new();
    let piece = "nothing to see here, ".repeat(MIB / 21);
    let pieces = ["{\"text\":\"".to_owned()]
        .into_iter()
        .chain((0..1024).map(|_| piece.clone()))
        .chain(["\",\"patient_ssn\":\"219-47-3612\"}".to_owned()]);
    write_all(&bench.at("one.json"), pieces);
    bounded(&bench, &["one.json"], 1);
    assert_eq!(count(&bench, "count(*)"), 1);
}

/// Seconds of processor time that a scan takes; it must find something.
fn seconds(bench: &Bench, file: &str, arguments: &[&str]) -> f64 {
    let _ = fs::remove_dir_all(bench.at("phiscan-out"));
    let scan = bench.phiscan(
        &[
            &[
                "scan",
                "--progress",
                "never",
                "--threads",
                "1",
                "--fail-on",
                "permitted",
                file,
            ],
            arguments,
        ]
        .concat(),
    );
    let mut timed = tests::python();
    timed
            .args(["-c", "import resource,subprocess,sys\nassert subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,timeout=120).returncode==1\nu=resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(u.ru_utime+u.ru_stime)"])
            .arg(scan.get_program())
            .args(scan.get_args())
            .current_dir(bench.path())
            .stdin(Stdio::null());
    for (name, value) in scan.get_envs() {
        if let Some(value) = value {
            timed.env(name, value);
        }
    }
    let output = timed.output().unwrap();
    assert!(
        output.status.success(),
        "{file}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse::<f64>()
        .unwrap()
}

/// One record dense with hits, of about `bytes`, and the format it is read as.
type Dense = (&'static str, fn(usize) -> String);

const DENSE: &[Dense] = &[
    ("text", |bytes| hits(bytes, " ")),
    ("json", |bytes| {
        format!("{{\"note\":\"{}\"}}", hits(bytes, " "))
    }),
    ("json", |bytes| {
        format!("{{\"{}\":\"x\"}}", hits(bytes, " "))
    }),
    ("json", |bytes| format!("[\"{}\"]", hits(bytes, "\",\""))),
    ("json-lines", |bytes| {
        format!("{{\"note\":\"{}\"}}\n", hits(bytes, " "))
    }),
    ("csv", |bytes| format!("a,b\n1,{}\n", hits(bytes, ","))),
    ("logfmt", |bytes| {
        format!("level=info {}\n", hits(bytes, " a="))
    }),
    ("keys", |bytes| {
        format!("s3://intake-bucket/{}\n", hits(bytes, "/"))
    }),
    ("logs-export", |bytes| {
        format!("2026-03-11T15:00:50.123Z {}\n", hits(bytes, " "))
    }),
    ("logs-subscription", |bytes| {
        format!(
            "{{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"418273950617\",\"logGroup\":\"g\",\"logStream\":\"s\",\"logEvents\":[{{\"id\":\"1\",\"timestamp\":1773273600634,\"message\":\"{}\"}}]}}",
            hits(bytes, " ")
        )
    }),
    ("cloudformation", |bytes| {
        format!(
            "Resources:\n  A:\n    Type: AWS::SQS::Queue\n    Metadata:\n      note: {}\n",
            hits(bytes, " ")
        )
    }),
    ("cloudtrail", |bytes| {
        format!(
            "{{\"Records\":[{{\"eventVersion\":\"1.11\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"PutObject\",\"requestParameters\":{{\"key\":\"{}\"}}}}]}}",
            hits(bytes, "/")
        )
    }),
];

fn hits(bytes: usize, between: &str) -> String {
    let mut text = String::with_capacity(bytes + 64);
    let mut n = 0;
    while text.len() < bytes {
        text.push_str(&format!(
            "ssn 219-{:02}-{:04}{between}{}",
            10 + n / 8999 % 80,
            1000 + n % 8999,
            "x ".repeat(40)
        ));
        n += 1;
    }
    text.truncate(text.rfind("ssn").unwrap());
    text
}

#[test]
fn time_is_linear_in_a_dense_record() {
    for (n, (format, dense)) in DENSE.iter().enumerate() {
        let bench = Bench::new();
        bench.file("small", dense(MIB / 4).as_bytes());
        bench.file("large", dense(MIB).as_bytes());
        let arguments = ["--as", *format];
        let clock = Instant::now();
        let (small, large) = (
            seconds(&bench, "small", &arguments),
            seconds(&bench, "large", &arguments),
        );
        eprintln!(
            "{n} {format}: {small:.2} s, {large:.2} s, all {:.1?}",
            clock.elapsed()
        );
        // Four times the input; the start takes a part of the small one's time.
        assert!(
            large < 6.0 * small,
            "{n} {format}: {small} s for 1/4 MiB, {large} s for 1 MiB"
        );
    }
}
