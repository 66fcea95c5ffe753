//! Hostile and broken input: each case ends in a coverage row that says so, in a clear message and
//! in the right exit status; the good file beside it is scanned; nothing panics.
#![allow(clippy::print_stderr, clippy::unwrap_used, clippy::panic)]

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tests::{Bench, Run};

const LEAK: &str = "patient ssn 219-47-3612\n";
const MIB: usize = 1 << 20;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A case: how it is made, more arguments, and how it must end.
struct Case {
    name: &'static str,
    make: fn(&Path),
    arguments: &'static [&'static str],
    outcome: &'static str,
    reason: Option<&'static str>,
    /// Findings that count are in the bad file too.
    finds: bool,
}

fn case(
    name: &'static str,
    outcome: &'static str,
    reason: Option<&'static str>,
    make: fn(&Path),
) -> Case {
    Case {
        name,
        make,
        arguments: &[],
        outcome,
        reason,
        finds: false,
    }
}

impl Case {
    fn with(mut self, arguments: &'static [&'static str]) -> Self {
        self.arguments = arguments;
        self
    }

    fn finds(mut self) -> Self {
        self.finds = true;
        self
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

/// Writes a large file without holding it.
fn large(path: &Path, each: impl Fn(&mut dyn Write)) {
    let mut file = BufWriter::with_capacity(MIB, File::create(path).unwrap());
    each(&mut file);
    file.flush().unwrap();
}

fn cases() -> Vec<Case> {
    let bomb = |path: &Path| {
        let mut text = LEAK.as_bytes().to_vec();
        text.resize(72 * MIB, b' ');
        write(path, &gzip(&text));
    };
    vec![
        case("truncated.log.gz", "partial", Some("truncated"), |path| {
            let mut whole = gzip(LEAK.repeat(5_000).as_bytes());
            whole.truncate(whole.len() / 2);
            write(path, &whole);
        })
        .finds(),
        case("damaged.log.gz", "partial", Some("corrupt"), |path| {
            let mut whole = gzip(LEAK.as_bytes());
            let crc = whole.len() - 8;
            whole[crc] ^= 0xff;
            write(path, &whole);
        })
        .finds(),
        case("trailing.log.gz", "partial", Some("corrupt"), |path| {
            let mut whole = gzip(LEAK.as_bytes());
            whole.extend(b"this is no gzip member");
            write(path, &whole);
        })
        .finds(),
        case("members.log.gz", "scanned", None, |path| {
            let mut whole = gzip(b"a clean line\n");
            whole.extend(gzip(LEAK.as_bytes()));
            whole.extend(gzip(b""));
            write(path, &whole);
        })
        .finds(),
        case("bomb.log.gz", "partial", Some("ratio-limit"), bomb)
            .with(&["--max-ratio", "100"])
            .finds(),
        case("bytes.log.gz", "partial", Some("byte-limit"), bomb)
            .with(&["--max-inflated", "2MiB"])
            .finds(),
        case("window.log.zst", "unreadable", Some("compression"), |path| {
            let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
            encoder.long_distance_matching(true).unwrap();
            encoder.window_log(30).unwrap();
            encoder.include_contentsize(false).unwrap();
            encoder.write_all(&LEAK.repeat(100).into_bytes()).unwrap();
            write(path, &encoder.finish().unwrap());
        }),
        case("truncated.log.zst", "partial", Some("truncated"), |path| {
            let lines: String = (0..60_000).map(|n| format!("{n} {LEAK}")).collect();
            let mut whole = zstd::encode_all(lines.as_bytes(), 1).unwrap();
            whole.truncate(whole.len() / 2);
            write(path, &whole);
        })
        .finds(),
        case("invalid-utf-8.log", "scanned", None, |path| {
            let mut text = b"\xff\xfe\xc0\x80 \xed\xa0\x80 \xf5 ".to_vec();
            text[0] = 0xc3;
            text.extend(LEAK.as_bytes());
            text.extend(b"\xe2\x82");
            write(path, &text);
        })
        .finds(),
        case("empty.log", "empty", None, |path| write(path, b"")),
        case("empty.log.gz", "empty", None, |path| write(path, &gzip(b""))),
        case("binary.dat", "unsupported", Some("binary"), |path| {
            let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
            write(path, &bytes);
        }),
        case("nul.log", "scanned", None, |path| {
            write(path, format!("a line\n{LEAK}b\0c\n").as_bytes());
        })
        .finds(),
        case("one-line.json", "scanned", None, |path| {
            large(path, |file| {
                file.write_all(b"{\"rows\":[").unwrap();
                let row = format!("{{\"n\":17,\"t\":\"{}\"}},", "nothing to see here ".repeat(100)).into_bytes();
                let rows = row.repeat(MIB / row.len());
                for _ in 0..200 {
                    file.write_all(&rows).unwrap();
                }
                file.write_all(br#"{"patient_ssn":"219-47-3612"}]}"#).unwrap();
            });
        })
        .finds(),
        case("no-newline.log", "scanned", None, |path| {
            large(path, |file| {
                let words = b"nothing to see here ".repeat(MIB / 20);
                for _ in 0..100 {
                    file.write_all(&words).unwrap();
                }
                file.write_all(LEAK.trim_end().as_bytes()).unwrap();
            });
        })
        .finds(),
        case("deep.json", "scanned", None, |path| {
            let depth = 100_000;
            let mut text = "{\"a\":[".repeat(depth / 2);
            text.push_str("{\"patient_ssn\":\"219-47-3612\"}");
            text.push_str(&"]}".repeat(depth / 2));
            write(path, text.as_bytes());
        })
        .finds(),
        case("escapes.json", "scanned", None, |path| {
            let mut text = serde_json::json!({"patient_ssn": "219-47-3612"}).to_string();
            for _ in 0..12 {
                text = serde_json::json!({ "message": text }).to_string();
            }
            write(path, text.as_bytes());
        })
        .finds(),
        case("wide.csv", "scanned", None, |path| {
            let mut text = String::new();
            for column in 0..1_000_000 {
                text.push_str(if column == 0 { "patient_ssn" } else { ",x" });
            }
            text.push_str("\n219-47-3612");
            text.push_str(&",1".repeat(999_999));
            text.push('\n');
            write(path, text.as_bytes());
        })
        .finds(),
        case("cut.json", "partial", Some("unclosed"), |path| {
            write(path, b"{\"rows\":[{\"patient_ssn\":\"219-47-3612\"},{\"patient_ssn\":\"2");
        })
        .finds(),
        case("cut-trail.json", "partial", Some("unclosed"), |path| {
            let event = "{\"eventVersion\":\"1.11\",\"eventSource\":\"s3.amazonaws.com\",\"requestParameters\":{\"note\":\"ssn 219-47-3612\"}}";
            write(path, format!("{{\"Records\":[{event},{event}").as_bytes());
        })
        .finds(),
        case("cut-utf-16.json", "partial", Some("unclosed"), |path| {
            let text = "{\"patient_ssn\":\"219-47-3612\"";
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            write(path, &units.flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        })
        .finds(),
        case("cut.jsonl", "partial", Some("unclosed"), |path| {
            let lines = "{\"patient_ssn\":\"219-47-3612\"}\n".repeat(3);
            write(path, format!("{lines}{{\"patient_ssn\":\"219").as_bytes());
        })
        .finds(),
        case("middle.jsonl", "scanned", None, |path| {
            let line = "{\"patient_ssn\":\"219-47-3612\"}\n";
            write(path, format!("{}{{\"cut\": \n{line}", line.repeat(12)).as_bytes());
        })
        .finds(),
        case("cut.log", "scanned", None, |path| {
            write(path, b"answer: {\"patient_ssn\": \"219-47-3612\", \"rest\": \"");
        })
        .finds(),
        case("quote.csv", "partial", Some("unclosed"), |path| {
            write(path, format!("a,b\n1,2\n3,\"never closed {LEAK}").as_bytes());
        })
        .finds(),
        case("broken.json", "partial", Some("unclosed"), |path| {
            write(path, br#"{"Records":[{"eventVersion":"1.11","eventSource":"s3.amazonaws.com","x":"patient ssn 219-47-3612"#);
        })
        .finds(),
        case("new\nline\u{1b}[31m\u{7}.log", "scanned", None, |path| {
            write(path, LEAK.as_bytes());
        })
        .finds(),
    ]
}

fn check(what: &str, run: &Run, status: i32) {
    let said = run.stderr.to_lowercase();
    assert!(
        !said.contains("internal error") && !said.contains("panic"),
        "{what}: {}",
        run.stderr
    );
    assert_eq!(run.status, status, "{what}: {}{}", run.stdout, run.stderr);
}

fn is_incomplete(outcome: &str) -> bool {
    matches!(outcome, "partial" | "denied" | "unreadable" | "skipped")
}

/// Outcome and reason of the unit whose shown name ends so.
fn outcome(bench: &Bench, out: &str, ending: &str) -> (String, Option<String>) {
    let rows = bench.query_from(out, "SELECT unit, outcome, reason FROM coverage WHERE unit_kind <> 'container' OR outcome <> 'scanned'");
    let row = rows
        .iter()
        .find(|row| row["unit"].as_str().unwrap().ends_with(ending));
    let row = row.unwrap_or_else(|| panic!("no coverage row of {ending}: {rows:?}"));
    (
        row["outcome"].as_str().unwrap().to_owned(),
        row["reason"].as_str().map(str::to_owned),
    )
}

/// The good file beside the bad one was read, and each SOURCE has its container row.
fn good_is_scanned(bench: &Bench, out: &str, what: &str) {
    let rows = bench.query_from(
        out,
        "SELECT class FROM findings WHERE unit LIKE '%good.log'",
    );
    assert_eq!(rows.len(), 1, "{what}: the good file's finding");
    let rows = bench.query_from(
        out,
        "SELECT unit FROM coverage WHERE unit_kind = 'container'",
    );
    assert!(!rows.is_empty(), "{what}: no container row");
}

#[test]
fn each_bad_file_is_accounted_for_and_the_good_one_scanned() {
    for (n, case) in cases().iter().enumerate() {
        let bench = Bench::new();
        let clock = std::time::Instant::now();
        let folder = format!("in-{n}");
        bench.file(&format!("{folder}/good.log"), LEAK.as_bytes());
        let path = bench.at(&folder).join(case.name);
        (case.make)(&path);
        let run = bench.scan(&[&[folder.as_str()], case.arguments].concat());
        check(
            case.name,
            &run,
            if is_incomplete(case.outcome) { 5 } else { 1 },
        );
        good_is_scanned(&bench, "phiscan-out", case.name);
        let ending = if case.name.contains('\n') {
            "\\u{a}line\\u{1b}[31m\\u{7}.log"
        } else {
            case.name
        };
        let expected = (case.outcome.to_owned(), case.reason.map(str::to_owned));
        assert_eq!(
            outcome(&bench, "phiscan-out", ending),
            expected,
            "{}",
            case.name
        );
        if case.finds {
            let rows = bench.query("SELECT class FROM findings WHERE class = 'SSN' AND unit NOT LIKE '%good.log' LIMIT 1");
            assert_eq!(
                rows.len(),
                1,
                "{}: what could be read was judged",
                case.name
            );
        }
        if let Some(reason) = case.reason {
            assert!(
                run.stdout.contains(reason) || run.stdout.contains(case.outcome),
                "{}: {}",
                case.name,
                run.stdout
            );
        }

        // Alone, as SOURCE: incomplete and nothing else is 3.
        if !case.finds {
            let alone =
                bench.scan(&[&["--out", "alone", path.to_str().unwrap()], case.arguments].concat());
            check(
                case.name,
                &alone,
                if is_incomplete(case.outcome) { 3 } else { 0 },
            );
        }
        eprintln!("{}: {:.1?}", case.name, clock.elapsed());
        let raw = [run.stdout.as_bytes(), run.stderr.as_bytes()].concat();
        assert!(
            !raw.contains(&0x1b) && !raw.contains(&7),
            "{}: control characters",
            case.name
        );
    }
}

#[test]
fn what_is_not_there_and_what_is_no_file() {
    let bench = Bench::new();
    bench.file("in/good.log", LEAK.as_bytes());
    check("no such path", &bench.scan(&["in", "no/such/path"]), 5);
    assert_eq!(
        outcome(&bench, "phiscan-out", "no/such/path"),
        ("unreadable".into(), Some("not-found".into()))
    );
    good_is_scanned(&bench, "phiscan-out", "no such path");
    check("alone", &bench.scan(&["--out", "o2", "no/such/path"]), 3);

    let fifo = bench.at("in/pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    check("a FIFO in a folder", &bench.scan(&["--out", "o3", "in"]), 1);
    assert_eq!(
        outcome(&bench, "o3", "in/pipe"),
        ("unsupported".into(), Some("fifo".into()))
    );
    good_is_scanned(&bench, "o3", "a FIFO in a folder");

    let feed = fifo.clone();
    let writer = std::thread::spawn(move || fs::write(feed, LEAK));
    let run = bench.scan(&["--out", "o4", "in/pipe"]);
    writer.join().unwrap().unwrap();
    check("a FIFO as SOURCE", &run, 1);
    assert_eq!(outcome(&bench, "o4", "in/pipe").0, "scanned");
    fs::remove_file(&fifo).unwrap();

    let socket = std::os::unix::net::UnixListener::bind(bench.at("in/socket")).unwrap();
    check("a socket", &bench.scan(&["--out", "o5", "in"]), 1);
    assert_eq!(
        outcome(&bench, "o5", "in/socket"),
        ("unsupported".into(), Some("special-file".into()))
    );
    drop(socket);
    fs::remove_file(bench.at("in/socket")).unwrap();

    symlink("..", bench.at("in/up")).unwrap();
    symlink("self", bench.at("in/self")).unwrap();
    symlink("nowhere", bench.at("in/dangling")).unwrap();
    check("links", &bench.scan(&["--out", "o6", "in"]), 5);
    assert_eq!(
        outcome(&bench, "o6", "in/up"),
        ("skipped".into(), Some("symlink-loop".into()))
    );
    assert_eq!(
        outcome(&bench, "o6", "in/self"),
        ("skipped".into(), Some("symlink-loop".into()))
    );
    assert_eq!(
        outcome(&bench, "o6", "in/dangling"),
        ("unreadable".into(), Some("not-found".into()))
    );
    good_is_scanned(&bench, "o6", "links");

    // A name that is no UTF-8.
    let name = std::ffi::OsStr::from_bytes(b"in/b\xffd.log");
    fs::write(bench.path().join(name), LEAK).unwrap();
    check("a name of bytes", &bench.scan(&["--out", "o7", "in"]), 5);
    assert_eq!(outcome(&bench, "o7", "in/b%FFd.log").0, "scanned");
}

#[test]
fn output_inside_the_source_is_left_out() {
    let bench = Bench::new();
    bench.file("in/good.log", LEAK.as_bytes());
    for _ in 0..2 {
        check("own output", &bench.scan(&["--out", "in/out", "in"]), 1);
    }
    let rows = bench.query_from(
        "in/out",
        "SELECT DISTINCT unit, reason FROM coverage WHERE outcome = 'skipped'",
    );
    assert!(rows.len() >= 3, "{rows:?}");
    assert!(
        rows.iter().all(|row| row["reason"] == "own-output"),
        "{rows:?}"
    );
    let rows = bench.query_from("in/out", "SELECT count(*) AS n FROM findings_current");
    assert_eq!(rows[0]["n"], 1);
}

#[test]
fn a_wrong_key_is_wrong_usage() {
    let bench = Bench::new();
    bench.file("in/good.log", LEAK.as_bytes());
    for (name, key) in [
        ("short", &b"0011"[..]),
        ("no-hex", &[b'x'; 64]),
        ("long", &[b'0'; 66]),
        ("empty", b""),
    ] {
        let path = bench.file(name, key);
        let run = bench.scan(&["--token-key", path.to_str().unwrap(), "in"]);
        check(name, &run, 2);
        assert!(run.stderr.contains("key"), "{name}: {}", run.stderr);
        assert!(
            !bench.at("phiscan-out/findings").exists(),
            "{name}: nothing is written"
        );
    }
    check(
        "missing key",
        &bench.scan(&["--token-key", "nowhere", "in"]),
        2,
    );
}

/// The command, without the rights of root to read everything.
fn without_privileges(command: &Command) -> Command {
    let root = fs::metadata("/proc/self").unwrap();
    let mut wrapped;
    if std::os::unix::fs::MetadataExt::uid(&root) == 0 {
        wrapped = Command::new("setpriv");
        wrapped.args([
            "--bounding-set=-dac_override,-dac_read_search",
            "--inh-caps=-dac_override,-dac_read_search",
            "--securebits=+noroot",
        ]);
        wrapped.arg(command.get_program());
    } else {
        wrapped = Command::new(command.get_program());
    }
    same_surroundings(command, &mut wrapped);
    wrapped
}

fn same_surroundings(command: &Command, wrapped: &mut Command) {
    wrapped.args(command.get_args()).stdin(Stdio::null());
    wrapped.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
}

#[test]
fn what_may_not_be_read_is_denied() {
    let bench = Bench::new();
    bench.file("in/good.log", LEAK.as_bytes());
    let closed = bench.file("in/closed.log", LEAK.as_bytes());
    bench.file("in/folder/inside.log", LEAK.as_bytes());
    let allow =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    allow(&closed, 0);
    allow(&bench.at("in/folder"), 0);
    let scan = bench.phiscan(&["scan", "--progress", "never", "in"]);
    let run = Run::from(without_privileges(&scan).output().unwrap());
    let names = bench.phiscan(&["scan", "--progress", "never", "--out", "names", "names:in"]);
    let of_names = Run::from(without_privileges(&names).output().unwrap());
    allow(&closed, 0o600);
    allow(&bench.at("in/folder"), 0o700);
    check("denied", &run, 5);
    assert_eq!(
        outcome(&bench, "phiscan-out", "in/closed.log"),
        ("denied".into(), Some("no-permission".into()))
    );
    assert_eq!(
        outcome(&bench, "phiscan-out", "in/folder"),
        ("denied".into(), Some("no-permission".into()))
    );
    good_is_scanned(&bench, "phiscan-out", "denied");
    check("denied names", &of_names, 3);
}

#[test]
fn a_file_that_shrinks_is_partial() {
    let bench = Bench::new();
    bench.file("in/good.log", LEAK.as_bytes());
    let path = bench.at("in/shrinking.log");
    // A slow file: standard input comes first and holds the only thread until the file was cut.
    // The file is opened, and its size noted, before: it is what `--threads 1` reads meanwhile.
    large(&path, |file| {
        file.write_all(LEAK.as_bytes()).unwrap();
        let dense = format!("x {LEAK}").repeat(MIB / 26);
        for _ in 0..24 {
            file.write_all(dense.as_bytes()).unwrap();
        }
    });
    let child = bench
        .phiscan(&["scan", "--threads", "1", "--progress", "never", "in"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Cut as soon as the scan has the file open.
    let open = format!("/proc/{}/fd", child.id());
    let is_open = || {
        let entries = fs::read_dir(&open).into_iter().flatten().flatten();
        entries
            .into_iter()
            .any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == path))
    };
    let clock = std::time::Instant::now();
    while !is_open() {
        assert!(
            clock.elapsed() < Duration::from_secs(30),
            "the file was never opened"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(100)
        .unwrap();
    let run = Run::from(child.wait_with_output().unwrap());
    check("shrinking", &run, 5);
    assert_eq!(
        outcome(&bench, "phiscan-out", "in/shrinking.log"),
        ("partial".into(), Some("shrank".into()))
    );
    good_is_scanned(&bench, "phiscan-out", "shrinking");
}

#[test]
fn a_full_disk_fails_the_run_and_commits_nothing() {
    let bench = Bench::new();
    let line = |n: usize| {
        format!(
            "{n} patient ssn 219-{:02}-{:04}\n",
            10 + n % 80,
            1000 + n % 8999
        )
    };
    let text: String = (0..60_000).map(line).collect();
    bench.file("in/good.log", text.as_bytes());
    fs::create_dir(bench.at("small")).unwrap();
    let script = "mount -t tmpfs -o size=1m tmpfs small && \"$@\"; status=$?; find small -path '*/runs/*.parquet' | sed 's/^/committed: /'; exit $status";
    for memory in ["1MiB", "64MiB"] {
        let scan = bench.phiscan(&[
            "scan",
            "--progress",
            "never",
            "--memory",
            memory,
            "--out",
            "small/out",
            "in",
        ]);
        let is_root =
            std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0;
        let mut outer = Command::new("unshare");
        outer
            .arg(if is_root { "-m" } else { "-rm" })
            .args(["sh", "-c", script, "sh"])
            .arg(scan.get_program());
        same_surroundings(&scan, &mut outer);
        let run = Run::from(outer.output().unwrap());
        check("full disk", &run, 4);
        assert!(run.stderr.contains("space"), "{}", run.stderr);
        assert!(!run.stdout.contains("committed: "), "{}", run.stdout);
    }
}

#[test]
fn an_output_that_cannot_be_made_fails_the_run() {
    let bench = Bench::new();
    bench.file("in/good.log", LEAK.as_bytes());
    bench.file("taken", b"a file");
    check(
        "a file in the way",
        &bench.scan(&["--out", "taken", "in"]),
        4,
    );
    check(
        "below a file",
        &bench.scan(&["--out", "taken/out", "in"]),
        4,
    );
}

#[test]
fn the_summary_says_how_much_was_not_read() {
    let bench = Bench::new();
    bench.file("in/good.log", b"all well\n");
    for count in 0..3 {
        let run = bench.scan(&["in"]);
        check("binaries", &run, 0);
        let said = match count {
            0 => "everything was read".to_owned(),
            1 => "1 unit was not read".to_owned(),
            _ => format!("{count} units were not read"),
        };
        assert!(run.stdout.contains(&said), "{count}: {}", run.stdout);
        assert_eq!(
            run.stdout.contains("everything"),
            count == 0,
            "{}",
            run.stdout
        );
        let bytes: Vec<u8> = (0..100_000_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        bench.file(&format!("in/binary-{count}.dat"), &bytes);
    }
}
