//! Archives through the real binary: members are units, their names are scanned and masked, other
//! people's writers are read, and hostile files are bounded, said, and do no harm to the rest.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::Value;
use tests::archives::{
    self, Packing, Zip, gzip, sealed, tar, tar_header, tar_member, with_comment,
};
use tests::{Bench, Run, python_program};

const LEAK: &str = "patient ssn 219-47-3612 admitted\n";
const CLEAN: &str = "the lift is out of order\n";

/// Coverage of a run: unit, kind, outcome, reason.
fn coverage(bench: &Bench) -> Vec<(String, String, String, String)> {
    let rows = bench.query(
        "SELECT unit, unit_kind, outcome, reason FROM coverage WHERE unit_kind <> 'container' \
         ORDER BY unit, outcome",
    );
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| {
            (
                word(row, "unit"),
                word(row, "unit_kind"),
                word(row, "outcome"),
                word(row, "reason"),
            )
        })
        .collect()
}

/// Outcome and reason of the unit whose name ends so.
fn ended(bench: &Bench, suffix: &str) -> (String, String) {
    let all = coverage(bench);
    let found = all.iter().find(|row| row.0.ends_with(suffix));
    let row = found.unwrap_or_else(|| panic!("{suffix} is not in {all:?}"));
    (row.2.clone(), row.3.clone())
}

fn is(outcome: &str, reason: &str) -> (String, String) {
    (outcome.to_owned(), reason.to_owned())
}

/// Units with a finding in their contents.
fn leaking(bench: &Bench) -> Vec<String> {
    let rows = bench.query(
        "SELECT DISTINCT unit FROM findings WHERE class = 'SSN' AND element = 'file-content' \
         ORDER BY unit",
    );
    let unit = |row: &Value| row["unit"].as_str().unwrap().to_owned();
    rows.iter().map(unit).collect()
}

fn scan(bench: &Bench, more: &[&str]) -> Run {
    let run = bench.scan(&[&["in"], more].concat());
    assert!(!run.stderr.contains("internal error"), "{}", run.stderr);
    assert!([0, 1, 3, 5].contains(&run.status), "{}", run.stderr);
    run
}

fn zip_of(members: &[(&[u8], &[u8], Packing)]) -> Vec<u8> {
    let mut zip = Zip::default();
    for (name, data, packing) in members {
        zip.member(name, data, *packing);
    }
    zip.finish()
}

#[test]
fn members_are_units_with_spans_in_their_own_bytes() {
    let bench = Bench::new();
    let leak = format!("{CLEAN}{LEAK}");
    let inner = gzip(leak.as_bytes());
    let all = [
        Packing::Stored,
        Packing::Deflated,
        Packing::Zstd,
        Packing::Streamed,
        Packing::StoredStreamed,
    ];
    let names: Vec<String> = all
        .iter()
        .map(|packing| format!("{packing:?}.log"))
        .collect();
    let mut zip = Zip::default();
    for (name, packing) in names.iter().zip(all) {
        zip.member(name.as_bytes(), leak.as_bytes(), packing);
    }
    zip.member(b"folder/", b"", Packing::Stored);
    zip.member(b"folder/inner.log.gz", &inner, Packing::Stored);
    zip.member(b"folder/clean.log", CLEAN.as_bytes(), Packing::Deflated);
    let zip = zip.finish();
    let tarred = tar(&[
        (b"a/b.log", leak.as_bytes()),
        (b"c.zip", &zip),
        (b"empty", b""),
    ]);
    bench.file("in/one.zip", &zip);
    bench.file("in/two.tar", &tarred);
    bench.file("in/three.tar.gz", &gzip(&tarred));
    bench.file(
        "in/four.tar.zst",
        &zstd::encode_all(&tarred[..], 1).unwrap(),
    );
    let run = scan(&bench, &[]);
    assert_eq!(run.status, 1, "{}{:?}", run.stdout, coverage(&bench));

    let mut wanted = Vec::new();
    for zipped in [
        "in/one.zip",
        "in/two.tar!c.zip",
        "in/three.tar.gz!c.zip",
        "in/four.tar.zst!c.zip",
    ] {
        wanted.extend(names.iter().map(|name| format!("{zipped}!{name}")));
        wanted.push(format!("{zipped}!folder/inner.log.gz"));
    }
    for tarred in ["in/two.tar", "in/three.tar.gz", "in/four.tar.zst"] {
        wanted.push(format!("{tarred}!a/b.log"));
    }
    wanted.sort();
    assert_eq!(leaking(&bench), wanted);

    let at = leak.find("219").unwrap();
    let spans = bench.query("SELECT DISTINCT byte_start, byte_end FROM findings");
    assert_eq!(spans.len(), 1, "{spans:?}");
    assert_eq!(spans[0]["byte_start"], at);
    assert_eq!(spans[0]["byte_end"], at + 11);
    let encodings = bench.query(
        "SELECT encoding FROM findings WHERE unit IN ('in/three.tar.gz!c.zip!folder/inner.log.gz', \
         'in/one.zip!Stored.log') ORDER BY 1",
    );
    assert_eq!(encodings[0]["encoding"], "gzip>tar>zip>gzip");
    assert_eq!(encodings[1]["encoding"], "zip");
    assert_eq!(ended(&bench, "two.tar!empty"), is("empty", ""));
    let kinds = bench.query(
        "SELECT unit_kind, count(*) n FROM coverage WHERE outcome IN ('scanned', 'empty') \
         GROUP BY 1 ORDER BY 1",
    );
    assert_eq!(kinds[0]["unit_kind"], "archive-member");
    assert_eq!(kinds[0]["n"], 4 * 7 + 3 * 3);
    // Totals count each byte once.
    let totals = bench.query("SELECT bytes_read FROM runs");
    let sizes: u64 = bench
        .files_below("in")
        .iter()
        .map(|(_, bytes)| bytes.len() as u64)
        .sum();
    let read = totals[0]["bytes_read"].as_u64().unwrap();
    assert!(
        (sizes..sizes * 2 + 4096).contains(&read),
        "{read} of {sizes}"
    );
}

#[test]
fn any_number_of_threads_and_any_order_of_reading_find_the_same() {
    let bench = Bench::new();
    let mut zip = Zip::default();
    for number in 0..40 {
        let text = format!("{CLEAN}{number} {LEAK}").repeat(number * 40 + 1);
        let name = format!("logs/{number}/app.log");
        zip.member(name.as_bytes(), text.as_bytes(), Packing::Streamed);
    }
    let zip = zip.finish();
    bench.file("in/logs.zip", &zip);
    let mut outputs = Vec::new();
    for threads in ["1", "2", "7"] {
        let out = format!("out-{threads}");
        let run = bench.scan(&["in", "--threads", threads, "--out", &out]);
        assert_eq!(run.status, 1);
        outputs.push(bench.canonical_from(&out, &[]));
    }
    assert!(outputs[0].lines().count() >= 40);
    assert!(outputs.iter().all(|output| *output == outputs[0]));
    // By local headers, inside a tar, the members are the same; only the way to them differs.
    bench.file("tarred/logs.tar", &tar(&[(b"logs.zip", &zip)]));
    let run = bench.scan(&["tarred", "--out", "out-tar"]);
    assert_eq!(run.status, 1);
    let values = |from: &str| {
        bench.query_from(
            from,
            "SELECT byte_start, byte_end, token, occurrences, confidence FROM findings ORDER BY 1, 2, 3",
        )
    };
    assert_eq!(values("out-1"), values("out-tar"));
}

#[test]
fn names_of_members_are_scanned_and_masked() {
    let bench = Bench::new();
    let named = b"intake/ssn 219-47-3612/scan.pdf";
    let zip = zip_of(&[
        (named, b"x", Packing::Stored),
        (b"plain.txt", b"x", Packing::Stored),
    ]);
    bench.file("in/a.zip", &zip);
    bench.file("in/b.tar", &tar(&[(named, b"x"), (b"c.zip", &zip)]));
    let run = scan(&bench, &["--verbose"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let rows = bench.query(
        "SELECT unit, resource, service, element, byte_start, byte_end, source FROM findings ORDER BY unit",
    );
    let units: Vec<&str> = rows
        .iter()
        .map(|row| row["unit"].as_str().unwrap())
        .collect();
    assert_eq!(units, ["in/a.zip", "in/b.tar", "in/b.tar!c.zip"]);
    for row in &rows {
        assert_eq!(row["service"], "local");
        assert_eq!(row["element"], "file-name");
        assert!(row["byte_start"].is_null() && row["byte_end"].is_null());
        let resource = row["resource"].as_str().unwrap();
        assert!(resource.contains("!intake/ssn {SSN:"), "{resource}");
    }
    let rows = bench.query("SELECT unit FROM coverage");
    let all = format!("{rows:?}{}{}", run.stdout, run.stderr);
    assert!(all.contains("!intake/ssn {SSN:"));
    assert!(!all.contains("219-47-3612"));
}

#[test]
fn archives_of_other_peoples_writers_are_read() {
    let bench = Bench::new();
    let folder = bench.at("in");
    std::fs::create_dir_all(&folder).unwrap();
    let told = python_program("readers/write_archives.py", &[folder.to_str().unwrap()]);
    let members: Vec<&str> = told.lines().collect();
    assert!(members.len() >= 20, "{told}");
    let run = scan(&bench, &[]);
    assert_eq!(run.status, 5, "{:?}", coverage(&bench));
    let wanted: Vec<String> = members
        .iter()
        .map(|member| format!("in/{member}"))
        .collect();
    assert_eq!(leaking(&bench), wanted);
    let bad = bench.query(
        "SELECT unit, reason FROM coverage WHERE outcome NOT IN ('scanned', 'empty') \
         AND unit_kind <> 'container'",
    );
    // What stands before the archive is no member's.
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert_eq!(bad[0]["unit"], "in/behind.zip");
}

#[test]
fn bombs_are_stopped_and_the_rest_is_scanned() {
    let bench = Bench::new();
    let bomb = vec![b' '; 96 << 20];
    let packed = archives::deflate(&bomb);
    let mut crc = flate2::Crc::new();
    crc.update(&bomb);
    let mut zip = Zip::default();
    zip.packed(b"bomb", &packed, bomb.len(), crc.sum(), Packing::Deflated);
    zip.member(b"after.log", LEAK.as_bytes(), Packing::Deflated);
    bench.file("in/member.zip", &zip.finish());
    let inside = gzip(&bomb);
    bench.file("in/twice.gz", &gzip(&inside));
    bench.file(
        "in/tarred.tar.gz",
        &gzip(&tar(&[(b"a.log", LEAK.as_bytes()), (b"bomb", &bomb)])),
    );
    bench.file("in/beside.log", LEAK.as_bytes());
    let run = scan(&bench, &["--max-ratio", "100"]);
    assert_eq!(run.status, 5, "{:?}", coverage(&bench));
    assert_eq!(
        ended(&bench, "member.zip!bomb"),
        is("partial", "ratio-limit")
    );
    assert_eq!(ended(&bench, "member.zip"), is("scanned", ""));
    assert_eq!(ended(&bench, "twice.gz"), is("partial", "ratio-limit"));
    assert_eq!(
        ended(&bench, "tarred.tar.gz!bomb"),
        is("partial", "ratio-limit")
    );
    assert_eq!(ended(&bench, "tarred.tar.gz"), is("partial", "ratio-limit"));
    assert_eq!(
        leaking(&bench),
        [
            "in/beside.log",
            "in/member.zip!after.log",
            "in/tarred.tar.gz!a.log"
        ]
    );
    // Members of a cut archive may exist all the same, so those of earlier runs are not gone.
    let container =
        bench.query("SELECT outcome, reason FROM coverage WHERE unit_kind = 'container'");
    assert_eq!(container[0]["outcome"], "partial");
    assert_eq!(container[0]["reason"], "members-missed");

    let bench = Bench::new();
    bench.file("in/many.zip", &{
        let mut zip = Zip::default();
        for number in 0..40 {
            let name = format!("{number:02}");
            zip.packed(
                name.as_bytes(),
                &packed,
                bomb.len(),
                crc.sum(),
                Packing::Deflated,
            );
        }
        zip.finish()
    });
    bench.file("in/beside.log", LEAK.as_bytes());
    let run = scan(&bench, &["--max-ratio", "100"]);
    assert_eq!(run.status, 5);
    assert_eq!(ended(&bench, "many.zip"), is("partial", "ratio-limit"));
    let bytes = bench.query("SELECT sum(bytes_decoded) n FROM coverage");
    assert!(bytes[0]["n"].as_u64().unwrap() < 1200 << 20, "{bytes:?}");
}

#[test]
fn a_bomb_of_shared_bytes_is_read_once() {
    let bench = Bench::new();
    let kernel = "x y z\n".repeat(100_000) + LEAK;
    let packed = archives::deflate(kernel.as_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(kernel.as_bytes());
    let mut zip = Zip::default();
    zip.member(b"before.log", LEAK.as_bytes(), Packing::Deflated);
    let at = zip.bytes().len();
    zip.packed(
        b"k0000",
        &packed,
        kernel.len(),
        crc.sum(),
        Packing::Deflated,
    );
    for number in 1..2000 {
        let name = format!("k{number:04}");
        zip.entry(
            name.as_bytes(),
            at,
            packed.len(),
            kernel.len(),
            crc.sum(),
            Packing::Deflated,
        );
    }
    zip.member(b"after.log", LEAK.as_bytes(), Packing::Deflated);
    bench.file("in/a.zip", &zip.finish());
    let run = scan(&bench, &[]);
    assert_eq!(run.status, 5);
    assert_eq!(
        leaking(&bench),
        [
            "in/a.zip!after.log",
            "in/a.zip!before.log",
            "in/a.zip!k0000"
        ]
    );
    let shared = bench.query(
        "SELECT count(*) n FROM coverage WHERE outcome = 'unreadable' AND reason = 'overlap'",
    );
    assert_eq!(shared[0]["n"], 1999);
}

#[test]
fn no_entry_hides_the_others() {
    let bench = Bench::new();
    // A comment that looks like the end of an empty archive.
    let mut comment = zip_of(&[(b"good.log", LEAK.as_bytes(), Packing::Deflated)]);
    let length = comment.len();
    comment[length - 2] = 22;
    comment.extend(b"PK\x05\x06");
    comment.extend([0; 18]);
    bench.file("in/comment.zip", &comment);
    // Entries that are not read, and claim the bytes of one that is.
    let mut greedy = Zip::default();
    greedy.entry(b"all.log", 0, 1 << 30, 9, 0, Packing::Deflated);
    greedy.entry(b"secret.log", 0, 40, 40, 0, Packing::Encrypted);
    greedy.member(b"good.log", LEAK.as_bytes(), Packing::Deflated);
    bench.file("in/greedy.zip", &greedy.finish());
    // A folder that is written as a file is: packed, with a descriptor.
    let folder = zip_of(&[
        (b"folder/", b"", Packing::Streamed),
        (b"folder/good.log", LEAK.as_bytes(), Packing::Streamed),
    ]);
    bench.file("in/folder.tar", &tar(&[(b"f.zip", &folder)]));
    scan(&bench, &[]);
    assert_eq!(
        leaking(&bench),
        [
            "in/comment.zip!good.log",
            "in/folder.tar!f.zip!folder/good.log",
            "in/greedy.zip!good.log"
        ]
    );
    for (unit, outcome, reason) in [
        ("in/comment.zip", "scanned", ""),
        ("in/greedy.zip!all.log", "unreadable", "corrupt"),
        ("in/greedy.zip!secret.log", "unreadable", "encrypted"),
        ("in/folder.tar!f.zip", "scanned", ""),
    ] {
        assert_eq!(ended(&bench, unit), is(outcome, reason), "{unit}");
    }
}

#[test]
fn long_names_are_scanned_whole_and_kept_short() {
    let bench = Bench::new();
    let long = |end: &str| format!("{}{end}", "in/".repeat(3000)).into_bytes();
    let (first, second) = (long("ssn-410-51-8971.log"), long("b.log"));
    let zip = zip_of(&[
        (&first, LEAK.as_bytes(), Packing::Deflated),
        (&second, LEAK.as_bytes(), Packing::Deflated),
    ]);
    bench.file("in/long.zip", &zip);
    scan(&bench, &[]);
    let units = leaking(&bench);
    assert_eq!(units.len(), 2, "one name for two members");
    assert!(units.iter().all(|unit| unit.len() < 4200));
    let named = bench.query("SELECT class FROM findings WHERE element = 'file-name'");
    assert!(named.iter().any(|row| row["class"] == "SSN"), "{named:?}");
}

#[test]
fn many_members_are_bounded() {
    let bench = Bench::new();
    let mut bytes = Vec::new();
    for number in 0..20_000 {
        bytes.extend(tar_member(format!("m/{number}").as_bytes(), b""));
    }
    bytes.extend(tar_member(b"last.log", LEAK.as_bytes()));
    bench.file("in/many.tar", &bytes);
    let mut zip = Zip::default();
    for number in 0..20_000 {
        zip.member(format!("m/{number}").as_bytes(), b"", Packing::Stored);
    }
    zip.member(b"last.log", LEAK.as_bytes(), Packing::Stored);
    bench.file("in/many.zip", &zip.finish());
    let (mib, run) = tests::peak_memory_mib(&bench.phiscan(&[
        "scan",
        "--progress",
        "never",
        "in",
        "--memory",
        "32MiB",
    ]));
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(mib < 300, "{mib} MiB");
    assert_eq!(
        leaking(&bench),
        ["in/many.tar!last.log", "in/many.zip!last.log"]
    );

    let run = bench.scan(&["in", "--max-members", "1000", "--out", "few"]);
    assert_eq!(run.status, 3);
    let rows = bench.query_from(
        "few",
        "SELECT unit, outcome, reason, records FROM coverage WHERE unit_kind = 'file' ORDER BY unit",
    );
    for row in rows {
        assert_eq!(row["outcome"], "partial");
        assert_eq!(row["reason"], "member-limit");
        assert_eq!(row["records"], 1000);
    }
}

#[test]
fn a_million_members_are_bounded() {
    let bench = Bench::new();
    // All are listed by their names; those with contents end at a limit, since a row for each of a
    // million takes a minute.
    let mut folders = Zip::default();
    for number in 0..1_000_000 {
        folders.member(format!("{number}/").as_bytes(), b"", Packing::Stored);
    }
    folders.member(b"last.log", LEAK.as_bytes(), Packing::Stored);
    bench.file("in/folders.zip", &folders.finish());
    let mut files = Zip::default();
    files.member(b"first.log", LEAK.as_bytes(), Packing::Stored);
    for number in 0..1_000_000 {
        files.member(format!("{number}").as_bytes(), b"x\n", Packing::Stored);
    }
    bench.file("few/files.zip", &files.finish());
    let measured = |arguments: &[&str]| {
        let started = std::time::Instant::now();
        let all = [
            &["scan", "--progress", "never", "--memory", "32MiB"],
            arguments,
        ]
        .concat();
        let (mib, run) = tests::peak_memory_mib(&bench.phiscan(&all));
        assert!(mib < 300, "{arguments:?}: {mib} MiB");
        assert!(started.elapsed().as_secs() < 60, "{arguments:?}");
        run
    };
    let run = measured(&["in"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_eq!(leaking(&bench), ["in/folders.zip!last.log"]);
    let records = "SELECT outcome, reason, records FROM coverage WHERE unit_kind = 'file'";
    let rows = bench.query(records);
    assert_eq!(rows[0]["records"], 1_000_001);
    assert_eq!(rows[0]["outcome"], "scanned");

    let run = measured(&["few", "--max-members", "1000", "--out", "out-few"]);
    assert_eq!(run.status, 5, "{}", run.stderr);
    let rows = bench.query_from("out-few", records);
    assert_eq!(rows[0]["records"], 1000);
    assert_eq!(rows[0]["outcome"], "partial");
    assert_eq!(rows[0]["reason"], "member-limit");
}

#[test]
fn nesting_ends_at_the_limit() {
    let bench = Bench::new();
    let (mut zipped, mut tarred) = (LEAK.as_bytes().to_vec(), LEAK.as_bytes().to_vec());
    let (mut twice, mut name) = (LEAK.as_bytes().to_vec(), "leak.log".to_owned());
    for _ in 0..50 {
        zipped = zip_of(&[
            (name.as_bytes(), &zipped, Packing::Deflated),
            (b"beside.log", LEAK.as_bytes(), Packing::Stored),
        ]);
        tarred = tar(&[(name.as_bytes(), &tarred), (b"beside.log", LEAK.as_bytes())]);
        twice = gzip(&twice);
        name = "n".to_owned();
    }
    bench.file("in/zip", &zipped);
    bench.file("in/tar", &tarred);
    bench.file("in/gz", &twice);
    let run = scan(&bench, &[]);
    assert_eq!(run.status, 5);
    let deepest = "!n".repeat(8);
    for root in ["in/zip", "in/tar"] {
        assert_eq!(
            ended(&bench, &format!("{root}{deepest}")),
            is("skipped", "too-deep")
        );
    }
    assert_eq!(ended(&bench, "in/gz"), is("skipped", "too-deep"));
    assert_eq!(leaking(&bench).len(), 16);

    let run = bench.scan(&["in", "--max-depth", "60", "--out", "deep"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let found = bench.query_from("deep", "SELECT count(DISTINCT unit) n FROM findings");
    assert_eq!(found[0]["n"], 103);
}

#[test]
fn names_that_would_escape_stay_names() {
    let bench = Bench::new();
    let names: [&[u8]; 7] = [
        b"../../etc/cron.d/x",
        b"/etc/passwd",
        b"a\nb\x1b[2J\x07.log",
        b"C:\\windows\\x",
        b"\xff\xfe.log",
        b"same.log",
        b"same.log",
    ];
    let mut zip = Zip::default();
    let mut tarred = Vec::new();
    for name in names {
        zip.member(name, LEAK.as_bytes(), Packing::Deflated);
        tarred.extend(tar_member(name, LEAK.as_bytes()));
    }
    bench.file("in/a.zip", &zip.finish());
    bench.file("in/b.tar", &tarred);
    let before = bench.files_below("in").len();
    let run = scan(&bench, &["--verbose"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let units = leaking(&bench);
    assert_eq!(units.len(), 12, "{units:?}");
    assert!(units.contains(&"in/a.zip!../../etc/cron.d/x".to_owned()));
    let all = format!(
        "{units:?}{:?}{}{}",
        coverage(&bench),
        run.stdout,
        run.stderr
    );
    assert!(!all.contains(['\x1b', '\x07']), "terminal escapes");
    assert_eq!(coverage(&bench).len(), 16);
    // Nothing is ever written from an archive.
    assert_eq!(bench.files_below("in").len(), before);
    assert!(!bench.at("etc").exists());
}

#[test]
fn damage_is_said_and_the_rest_is_scanned() {
    let bench = Bench::new();
    let filler: String = (0..30_000)
        .map(|n| format!("{n} {}\n", n * 7919 % 10_007))
        .collect();
    let data = format!("{LEAK}{filler}");
    let whole = zip_of(&[
        (b"first.log", data.as_bytes(), Packing::Deflated),
        (b"second.log", data.as_bytes(), Packing::Deflated),
        (b"third.log", data.as_bytes(), Packing::Deflated),
    ]);
    bench.file("in/cut.zip", &whole[..whole.len() / 2]);
    let tarred = tar(&[
        (b"first.log", data.as_bytes()),
        (b"second.log", data.as_bytes()),
        (b"third.log", data.as_bytes()),
    ]);
    bench.file("in/cut.tar", &tarred[..tarred.len() / 2]);
    bench.file("in/packed.tar.gz", &{
        let mut cut = gzip(&tarred);
        cut.truncate(cut.len() / 2);
        cut
    });

    let mut zip = Zip::default();
    zip.packed(
        b"crc.log",
        &archives::deflate(LEAK.as_bytes()),
        LEAK.len(),
        7,
        Packing::Deflated,
    );
    zip.packed(
        b"size.log",
        &archives::deflate(LEAK.as_bytes()),
        3,
        7,
        Packing::Deflated,
    );
    zip.packed(
        b"noise.log",
        b"\xff\xff\xff\xff\xff",
        100,
        7,
        Packing::Deflated,
    );
    zip.member(b"secret.log", LEAK.as_bytes(), Packing::Encrypted);
    zip.member(b"odd.log", LEAK.as_bytes(), Packing::Unknown);
    zip.entry(b"nowhere.log", 9_999_999, 10, 10, 7, Packing::Stored);
    zip.link(b"link.log", b"/etc/passwd");
    zip.member(b"good.log", LEAK.as_bytes(), Packing::Deflated);
    let zip = zip.finish();
    bench.file("in/bad.zip", &zip);
    // By local headers, where each has to be found from the one before.
    bench.file("in/streamed.tar", &tar(&[(b"bad.zip", &zip)]));

    let mut odd = tar_member(b"good.log", LEAK.as_bytes());
    odd.extend(tar_header(b"link.log", b"00000000000", b'2'));
    odd.extend(tar_header(b"pipe", b"00000000000", b'6'));
    odd.extend(tar_header(b"disk", b"00000000000", b'4'));
    odd.extend({
        let mut header = tar_member(b"broken.log", LEAK.as_bytes());
        header[0] = b'x';
        header
    });
    odd.extend(tar_member(b"after.log", LEAK.as_bytes()));
    odd.extend({
        // A sparse file of eight exabytes, of which one piece is stored.
        let mut block = tar_header(
            b"sparse.log",
            format!("{:011o}", LEAK.len()).as_bytes(),
            b'S',
        );
        block[257..265].copy_from_slice(b"ustar  \0");
        block[483..495].copy_from_slice(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
        let mut member = sealed(block);
        member.extend(LEAK.as_bytes());
        member.resize(1024, 0);
        member
    });
    odd.extend(tar_member(b"behind.log", LEAK.as_bytes()));
    odd.extend({
        let mut block = tar_header(b"huge.log", b"", b'0');
        block[124..136].copy_from_slice(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
        let mut member = sealed(block);
        member.extend(LEAK.as_bytes());
        member
    });
    bench.file("in/odd.tar", &odd);
    bench.file("in/beside.log", LEAK.as_bytes());

    let run = scan(&bench, &[]);
    assert_eq!(run.status, 5);
    for (unit, outcome, reason) in [
        ("in/cut.zip", "partial", "truncated"),
        ("in/cut.zip!first.log", "scanned", ""),
        ("in/cut.zip!second.log", "partial", "truncated"),
        ("in/cut.tar", "partial", "truncated"),
        ("in/cut.tar!first.log", "scanned", ""),
        ("in/cut.tar!second.log", "partial", "truncated"),
        ("in/packed.tar.gz", "partial", "truncated"),
        ("in/bad.zip", "scanned", ""),
        ("in/bad.zip!crc.log", "partial", "corrupt"),
        ("in/bad.zip!size.log", "partial", "corrupt"),
        ("in/bad.zip!noise.log", "unreadable", "corrupt"),
        ("in/bad.zip!secret.log", "unreadable", "encrypted"),
        ("in/bad.zip!odd.log", "unreadable", "compression"),
        ("in/bad.zip!nowhere.log", "unreadable", "corrupt"),
        ("in/bad.zip!link.log", "unsupported", "link"),
        ("in/bad.zip!good.log", "scanned", ""),
        ("in/streamed.tar!bad.zip!crc.log", "partial", "corrupt"),
        (
            "in/streamed.tar!bad.zip!secret.log",
            "unreadable",
            "encrypted",
        ),
        ("in/streamed.tar!bad.zip!good.log", "scanned", ""),
        ("in/odd.tar", "partial", "truncated"),
        ("in/odd.tar!good.log", "scanned", ""),
        ("in/odd.tar!link.log", "unsupported", "link"),
        ("in/odd.tar!pipe", "unsupported", "fifo"),
        ("in/odd.tar!disk", "unsupported", "special-file"),
        ("in/odd.tar!after.log", "scanned", ""),
        ("in/odd.tar!sparse.log", "scanned", "sparse"),
        ("in/odd.tar!behind.log", "scanned", ""),
        ("in/odd.tar!huge.log", "partial", "truncated"),
    ] {
        assert_eq!(ended(&bench, unit), is(outcome, reason), "{unit}");
    }
    let found = leaking(&bench);
    for unit in [
        "in/bad.zip!crc.log",
        "in/bad.zip!good.log",
        "in/beside.log",
        "in/cut.tar!first.log",
        "in/cut.tar!second.log",
        "in/packed.tar.gz!first.log",
        "in/cut.zip!first.log",
        "in/cut.zip!second.log",
        "in/odd.tar!after.log",
        "in/odd.tar!behind.log",
        "in/odd.tar!huge.log",
        "in/odd.tar!sparse.log",
        "in/streamed.tar!bad.zip!good.log",
    ] {
        assert!(
            found.contains(&unit.to_owned()),
            "{unit} is not in {found:?}"
        );
    }
    assert!(!found.iter().any(|unit| unit.contains("secret")));
}

/// An entry whose packed size, size and offset stand in a 64-bit extra field.
fn wide_entry(name: &[u8], packed: u64, size: u64, offset: u64) -> Vec<u8> {
    let mut entry = b"PK\x01\x02\x2d\x03\x2d\0\0\0\0\0\0\0\x21\x5c\x07\0\0\0".to_vec();
    entry.extend([0xff; 8]);
    entry.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    entry.extend(28u16.to_le_bytes());
    entry.extend([0; 10]);
    entry.extend([0xff; 4]);
    entry.extend(name);
    entry.extend([1, 0, 24, 0]);
    for number in [size, packed, offset] {
        entry.extend(number.to_le_bytes());
    }
    entry
}

/// A zip file with one more entry in its directory.
fn with_entry(mut zip: Vec<u8>, entry: &[u8]) -> Vec<u8> {
    let mut end = zip.split_off(zip.len() - 22);
    zip.extend(entry);
    let add = |end: &mut [u8], more: usize| {
        let old = end
            .iter()
            .rev()
            .fold(0, |sum, &byte| sum << 8 | usize::from(byte));
        end.copy_from_slice(&(old + more).to_le_bytes()[..end.len()]);
    };
    add(&mut end[8..10], 1);
    add(&mut end[10..12], 1);
    add(&mut end[12..16], entry.len());
    zip.extend(end);
    zip
}

#[test]
fn entries_that_lie_take_nothing_from_the_others() {
    let bench = Bench::new();
    for (name, packed, offset) in [
        ("far", 1 << 40, 0),
        ("most", u64::MAX, 0),
        ("sum", u64::MAX - 30, 0),
        ("nowhere", 10, u64::MAX),
        ("behind", 10, u64::MAX - 40),
    ] {
        let mut zip = Zip::default();
        zip.member(b"a.log", LEAK.as_bytes(), Packing::Stored);
        zip.member(b"b.log", LEAK.as_bytes(), Packing::Deflated);
        let zip = with_entry(
            zip.finish(),
            &wide_entry(b"lie.log", packed, packed, offset),
        );
        bench.file(&format!("in/{name}.zip"), &zip);
    }
    scan(&bench, &[]);
    for name in ["far", "most", "sum", "nowhere", "behind"] {
        for (member, outcome, reason) in [
            ("lie", "unreadable", "corrupt"),
            ("a", "scanned", ""),
            ("b", "scanned", ""),
        ] {
            let unit = format!("in/{name}.zip!{member}.log");
            assert_eq!(ended(&bench, &unit), is(outcome, reason), "{unit}");
        }
    }
    assert_eq!(leaking(&bench).len(), 10);
}

/// A number in a zip file's end record, or in its only entry or header, at an offset.
fn set(zip: &mut [u8], at: usize, bytes: &[u8]) {
    zip[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A zip of two members between which other bytes stand.
fn with_gap(between: &[u8]) -> Vec<u8> {
    let mut zip = Zip::default();
    zip.member(b"one.log", LEAK.as_bytes(), Packing::Stored);
    zip.raw(between);
    zip.member(b"two.log", LEAK.as_bytes(), Packing::Deflated);
    zip.finish()
}

/// A zip whose directory names one of its two members.
fn with_hidden() -> Vec<u8> {
    let mut zip = Zip::default();
    zip.member(b"one.log", LEAK.as_bytes(), Packing::Stored);
    let hidden = zip_of(&[(b"two.log", LEAK.as_bytes(), Packing::Deflated)]);
    let end = hidden
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    zip.raw(&hidden[..end]);
    zip.finish()
}

#[test]
fn what_a_directory_does_not_account_for_is_read_and_said() {
    let bench = Bench::new();
    let leak = LEAK.as_bytes();
    let one = zip_of(&[(b"one.log", leak, Packing::Stored)]);
    let two = zip_of(&[(b"two.log", leak, Packing::Deflated)]);
    let both = zip_of(&[
        (b"one.log", leak, Packing::Stored),
        (b"two.log", leak, Packing::Stored),
    ]);
    let end = both.len() - 22;
    let mut count = both.clone();
    set(&mut count, end + 8, &[5, 0, 5]);
    // The directory is told to begin at its second entry.
    let mut late = both.clone();
    let start = u32::from_le_bytes(late[end + 16..end + 20].try_into().unwrap());
    set(&mut late, end + 8, &[1, 0, 1]);
    set(&mut late, end + 12, &53u32.to_le_bytes());
    set(&mut late, end + 16, &(start + 53).to_le_bytes());
    // Its second entry is none.
    let mut broken = both.clone();
    set(&mut broken, start as usize + 53, b"PQ");
    let false_entry = [&b"PK\x01\x02"[..], &[0; 60]].concat();
    let cases = [
        ("joined", [&one[..], &two].concat()),
        ("false-entry", with_gap(&false_entry)),
        (
            "false-end",
            with_gap(&[&b"PK\x05\x06"[..], &[0; 18]].concat()),
        ),
        ("gap", with_gap(b"neither a member nor a header")),
        ("hidden", with_hidden()),
        ("count", count),
        ("late", late),
        ("broken", broken),
        ("behind", [&both[..], b"more"].concat()),
    ];
    for (name, zip) in &cases {
        bench.file(&format!("in/{name}.zip"), zip);
        bench.file(&format!("in/{name}-packed.zip.gz"), &gzip(zip));
        bench.file(&format!("in/{name}-tarred.tar"), &tar(&[(b"a.zip", zip)]));
    }
    // Zeros fill up, as writers do that align members.
    bench.file("in/aligned.zip", &with_gap(&[0; 100]));
    bench.file("in/padded.zip", &[&both[..], &[0; 512]].concat());
    bench.file(
        "in/padded-packed.zip.gz",
        &gzip(&[&both[..], &[0; 512]].concat()),
    );
    assert_eq!(scan(&bench, &[]).status, 5);
    let found = leaking(&bench);
    for (name, _) in &cases {
        for unit in [
            format!("in/{name}.zip"),
            format!("in/{name}-packed.zip.gz"),
            format!("in/{name}-tarred.tar!a.zip"),
        ] {
            assert_eq!(ended(&bench, &unit), is("partial", "corrupt"), "{unit}");
            for member in ["one", "two"] {
                let unit = format!("{unit}!{member}.log");
                assert!(found.contains(&unit), "{unit} is not in {found:?}");
            }
        }
    }
    for unit in ["in/aligned.zip", "in/padded.zip", "in/padded-packed.zip.gz"] {
        assert_eq!(ended(&bench, unit), is("scanned", ""), "{unit}");
    }
}

#[test]
fn folders_and_links_with_data_are_read() {
    let bench = Bench::new();
    let leak = LEAK.as_bytes();
    let data = zip_of(&[(b"data/", leak, Packing::Stored)]);
    let streamed = zip_of(&[(b"data/", leak, Packing::Streamed)]);
    let none = zip_of(&[
        (b"folder/", b"", Packing::Streamed),
        (b"data/", leak, Packing::Streamed),
        (b"other/", b"", Packing::Stored),
        (b"packed/", b"", Packing::Deflated),
        (b"last/", b"", Packing::StoredStreamed),
    ]);
    for (name, zip) in [("data", &data), ("streamed", &streamed), ("none", &none)] {
        bench.file(&format!("in/{name}.zip"), zip);
        bench.file(&format!("in/{name}-packed.zip.gz"), &gzip(zip));
    }
    let mut packed = archives::deflate(CLEAN.as_bytes());
    packed.extend(leak);
    let mut crc = flate2::Crc::new();
    crc.update(CLEAN.as_bytes());
    let mut trail = Zip::default();
    trail.packed(b"t.log", &packed, CLEAN.len(), crc.sum(), Packing::Deflated);
    let trail = trail.finish();
    bench.file("in/trail.zip", &trail);
    bench.file("in/trail-packed.zip.gz", &gzip(&trail));
    let mut tarred = Vec::new();
    let size = format!("{:011o}", leak.len());
    for (name, kind) in [
        ("folder/", b'5'),
        ("link", b'2'),
        ("hard", b'1'),
        ("disk", b'3'),
    ] {
        tarred.extend(tar_header(name.as_bytes(), size.as_bytes(), kind));
        tarred.extend(leak);
        tarred.resize(tarred.len().next_multiple_of(512), 0);
    }
    // A size that stands for no data, as folders may have.
    tarred.extend(tar_header(b"quota/", size.as_bytes(), b'5'));
    tarred.extend(tar_member(b"after.log", leak));
    bench.file("in/a.tar", &tarred);
    let mut filled = tar_member(b"filled.log", CLEAN.as_bytes());
    let at = filled.len() - LEAK.len();
    filled[at..].copy_from_slice(leak);
    bench.file("in/filled.tar", &filled);
    scan(&bench, &[]);
    assert_eq!(
        leaking(&bench),
        [
            "in/a.tar!after.log",
            "in/a.tar!disk",
            "in/a.tar!folder/",
            "in/a.tar!hard",
            "in/a.tar!link",
            "in/data-packed.zip.gz!data/",
            "in/data.zip!data/",
            "in/none-packed.zip.gz!data/",
            "in/none.zip!data/",
            "in/streamed-packed.zip.gz!data/",
            "in/streamed.zip!data/",
        ]
    );
    for (unit, outcome, reason) in [
        ("in/a.tar", "scanned", ""),
        ("in/data.zip", "scanned", ""),
        ("in/none.zip", "scanned", ""),
        ("in/none-packed.zip.gz", "scanned", ""),
        ("in/streamed-packed.zip.gz", "scanned", ""),
        ("in/trail.zip!t.log", "partial", "corrupt"),
        ("in/trail-packed.zip.gz!t.log", "partial", "corrupt"),
        ("in/filled.tar", "partial", "corrupt"),
    ] {
        assert_eq!(ended(&bench, unit), is(outcome, reason), "{unit}");
    }
}

/// The 64-bit end record belongs before its locator; in the comment it would put the directory's end
/// behind the archive's.
#[test]
fn an_end_record_in_the_comment_is_none() {
    let bench = Bench::new();
    let plain = zip_of(&[(b"a.log", LEAK.as_bytes(), Packing::Stored)]);
    let end = plain.len() - 22;
    let start = end - 46 - 5;
    for padding in [0, 30] {
        let at = end + 20 + 22 + padding;
        let mut record = b"PK\x06\x06".to_vec();
        record.extend(44u64.to_le_bytes());
        record.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for number in [1, 1, at - start, start] {
            record.extend((number as u64).to_le_bytes());
        }
        let mut zip = plain[..end].to_vec();
        zip.extend(b"PK\x06\x07\0\0\0\0");
        zip.extend((at as u64).to_le_bytes());
        zip.extend(1u32.to_le_bytes());
        zip.extend(&plain[end..]);
        let comment = [vec![b'c'; padding], record].concat();
        bench.file(&format!("in/{padding}.zip"), &with_comment(zip, &comment));
    }
    let run = bench.scan(&["in"]);
    assert_eq!(run.status, 5, "{}", run.stderr);
    for padding in [0, 30] {
        let unit = format!("in/{padding}.zip");
        // It has no directory that ends where its end record says.
        assert_eq!(ended(&bench, &unit), is("partial", "truncated"), "{unit}");
        let member = format!("{unit}!a.log");
        assert_eq!(ended(&bench, &member), is("scanned", ""), "{member}");
    }
}

#[test]
fn what_an_archive_says_beside_its_members_is_scanned() {
    let bench = Bench::new();
    let text = LEAK.as_bytes();
    let plain = zip_of(&[(b"a.log", CLEAN.as_bytes(), Packing::Stored)]);
    let start = plain.len() - 22 - 46 - 5;
    // In the entry, at the field of a length: the text behind the name, counted by the end record.
    let with_entry_text = |field: usize, text: &[u8]| {
        let mut zip = plain.clone();
        let end = zip.split_off(plain.len() - 22);
        set(
            &mut zip,
            start + field,
            &u16::try_from(text.len()).unwrap().to_le_bytes(),
        );
        zip.extend(text);
        zip.extend(end);
        let size = u32::try_from(46 + 5 + text.len()).unwrap();
        let at = zip.len() - 22 + 12;
        set(&mut zip, at, &size.to_le_bytes());
        zip
    };
    let length = u16::try_from(text.len()).unwrap().to_le_bytes();
    let extra = [&[0x42, 0x42][..], &length, text].concat();
    // Only the local header has the name.
    let named = b"ssn 219-47-3612 x.log";
    let mut local = zip_of(&[(named, CLEAN.as_bytes(), Packing::Stored)]);
    let at = local.len() - 22 - named.len();
    set(
        &mut local,
        at,
        b"something harmless.log".get(..named.len()).unwrap(),
    );
    let mut central = zip_of(&[(named, CLEAN.as_bytes(), Packing::Stored)]);
    set(
        &mut central,
        30,
        b"something harmless.log".get(..named.len()).unwrap(),
    );
    for (name, zip) in [
        ("comment", with_comment(plain.clone(), text)),
        ("member", with_entry_text(32, text)),
        ("extra", with_entry_text(30, &extra)),
        ("local", local),
        ("central", central),
    ] {
        bench.file(&format!("in/{name}.zip"), &zip);
        bench.file(&format!("in/{name}-packed.zip.gz"), &gzip(&zip));
    }
    let record = |key: &str, value: &str| {
        let rest = format!(" {key}={value}\n");
        format!("{}{rest}", rest.len() + 2)
    };
    let comment = record("comment", "patient ssn 219-47-3612");
    let mut tarred = tar_header(b"pax", format!("{:011o}", comment.len()).as_bytes(), b'g');
    tarred.extend(comment.as_bytes());
    tarred.resize(1024, 0);
    tarred.extend(tar_member(b"a.log", CLEAN.as_bytes()));
    bench.file("in/pax.tar", &tarred);
    let run = scan(&bench, &["--verbose"]);
    assert_eq!(run.status, 1, "{:?}", coverage(&bench));
    let rows = bench.query(
        "SELECT unit, locator, element, resource, byte_start FROM findings WHERE class = 'SSN' \
         ORDER BY unit",
    );
    let units: Vec<&str> = rows
        .iter()
        .map(|row| row["unit"].as_str().unwrap())
        .collect();
    let mut wanted: Vec<String> = ["central", "comment", "extra", "local", "member"]
        .iter()
        .flat_map(|name| [format!("in/{name}.zip"), format!("in/{name}-packed.zip.gz")])
        .collect();
    wanted.push("in/pax.tar".to_owned());
    wanted.sort();
    assert_eq!(units, wanted, "{rows:?}");
    for row in &rows {
        let unit = row["unit"].as_str().unwrap();
        let is_name = unit.contains("local") || unit.contains("central");
        let (element, locator) = match is_name {
            true => ("file-name", ""),
            false => ("file-content", "comment"),
        };
        assert_eq!(row["element"], element, "{unit}");
        assert_eq!(
            row["locator"].as_str().unwrap_or_default(),
            locator,
            "{unit}"
        );
        assert!(row["byte_start"].is_null(), "{unit}");
    }
    let all = format!("{rows:?}{:?}{}{}", coverage(&bench), run.stdout, run.stderr);
    assert!(!all.contains("219-47-3612"));
}

#[test]
fn what_is_encrypted_leaves_a_run_incomplete() {
    let bench = Bench::new();
    let zip = zip_of(&[
        (b"clean.log", CLEAN.as_bytes(), Packing::Stored),
        (b"secret.log", LEAK.as_bytes(), Packing::Encrypted),
    ]);
    bench.file("in/a.zip", &zip);
    bench.file("in/b.tar", &tar(&[(b"a.zip", &zip)]));
    assert_eq!(scan(&bench, &[]).status, 3);
    for unit in ["in/a.zip!secret.log", "in/b.tar!a.zip!secret.log"] {
        assert_eq!(ended(&bench, unit), is("unreadable", "encrypted"), "{unit}");
    }
}

#[test]
fn archives_are_known_by_what_they_hold_not_by_their_names() {
    let cut = |bytes: &[u8]| bytes[..bytes.len() - 30].to_vec();
    let zip = zip_of(&[
        (b"a.log", CLEAN.as_bytes(), Packing::Stored),
        (b"b.log", CLEAN.as_bytes(), Packing::Stored),
    ]);
    let json = b"{\"a\": [1, 2".to_vec();
    for (name, bytes, container) in [
        ("in/backup", cut(&zip), "partial"),
        ("in/backup.tar", json.clone(), "scanned"),
        ("in/notes.json", json, "scanned"),
        ("in/data", gzip(&zip)[..20].to_vec(), "partial"),
    ] {
        let bench = Bench::new();
        bench.file(name, &bytes);
        assert_eq!(scan(&bench, &[]).status, 3, "{name}");
        let rows = bench.query("SELECT outcome FROM coverage WHERE unit_kind = 'container'");
        assert_eq!(rows[0]["outcome"], container, "{name}");
    }
}

#[test]
fn windows_of_nested_layers_have_a_bound() {
    let bench = Bench::new();
    let filler: String = (0..60_000)
        .map(|n| format!("{n} {}\n", n * 7919 % 10_007))
        .collect();
    let text = format!("{filler}{LEAK}");
    // Windows are as told, however little is in them.
    let packed = |bytes: &[u8], window_log: u32| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window_log).unwrap();
        std::io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    };
    let within = |inner: &[u8], window_log: u32| packed(&tar(&[(b"n", inner)]), window_log);
    let small = within(&within(&packed(text.as_bytes(), 20), 21), 23);
    let large = within(&within(&packed(text.as_bytes(), 23), 21), 23);
    bench.file("in/small", &within(&small, 25));
    bench.file(
        "in/large",
        &within(&within(&packed(text.as_bytes(), 23), 23), 25),
    );
    bench.file("in/deep", &within(&large, 25));
    scan(&bench, &["--max-depth", "20"]);
    assert_eq!(leaking(&bench), ["in/small!n!n!n"]);
    assert_eq!(
        ended(&bench, "in/large!n!n"),
        is("unreadable", "compression")
    );
    assert_eq!(
        ended(&bench, "in/deep!n!n!n"),
        is("unreadable", "compression")
    );
}

#[test]
fn times_that_no_calendar_has_are_left_out() {
    let bench = Bench::new();
    let seconds = (i64::MAX as u64 / 1000 - 1).to_be_bytes();
    let mut block = tar_header(b"big.log", format!("{:011o}", LEAK.len()).as_bytes(), b'0');
    block[136..148].copy_from_slice(&[&[0x80, 0, 0, 0], &seconds[..]].concat());
    let mut tarred = sealed(block);
    tarred.extend(LEAK.as_bytes());
    tarred.resize(1024, 0);
    tarred.extend({
        let record = b"26 mtime=9000000000000000\n";
        let size = format!("{:011o}", record.len());
        let mut pax = tar_header(b"pax", size.as_bytes(), b'x');
        pax.extend(record);
        pax.resize(1024, 0);
        pax
    });
    tarred.extend(tar_member(b"pax.log", LEAK.as_bytes()));
    tarred.extend(tar_member(b"good.log", LEAK.as_bytes()));
    bench.file("in/times.tar", &tarred);
    scan(&bench, &[]);
    let rows = bench.query(
        "SELECT DISTINCT unit, CAST(last_modified AS VARCHAR) t FROM findings \
         WHERE class = 'SSN' AND element = 'file-content' ORDER BY unit",
    );
    let times: Vec<bool> = rows.iter().map(|row| row["t"].is_string()).collect();
    assert_eq!(times, [false, true, false], "{rows:?}");
    assert_eq!(leaking(&bench).len(), 3);
}

#[test]
fn bytes_that_follow_no_rule_do_no_harm() {
    let bench = Bench::new();
    let zip = zip_of(&[
        (b"a.log", LEAK.as_bytes(), Packing::Deflated),
        (b"b.log", LEAK.as_bytes(), Packing::StoredStreamed),
    ]);
    let tarred = tar(&[(b"a.log", LEAK.as_bytes()), (b"b.zip", &zip)]);
    let mut state = 7u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    for number in 0..300 {
        let mut bytes = if number % 2 == 0 {
            zip.clone()
        } else {
            tarred.clone()
        };
        for _ in 0..=random(6) {
            let at = random(bytes.len());
            bytes[at] = random(256) as u8;
        }
        if random(3) == 0 {
            bytes.truncate(random(bytes.len()) + 1);
        }
        bench.file(&format!("in/{number}"), &bytes);
    }
    bench.file("in/beside.log", LEAK.as_bytes());
    let run = scan(&bench, &[]);
    assert!([1, 5].contains(&run.status), "{}", run.stderr);
    let panics = bench.query("SELECT unit FROM coverage WHERE reason = 'panicked'");
    assert!(panics.is_empty(), "{panics:?}");
    let files = bench.query("SELECT count(*) n FROM coverage WHERE unit_kind = 'file'");
    assert_eq!(files[0]["n"], 301);
}
