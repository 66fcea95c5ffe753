//! The logs that AWS writes to S3, through the real binary: leaks in each field that leaks are found
//! at the bytes where they stand, in their place, and clean lines hold none. The logs are data
//! (`aws_logs.toml`).
#![allow(clippy::unwrap_used, clippy::panic)]

use serde::Deserialize;
use tests::Bench;
use tests::archives::gzip;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Logs {
    log: Vec<Log>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    file: String,
    format: String,
    /// A time that findings in it must have.
    time: Option<String>,
    text: String,
}

/// A leak: class, place, span and what stands there.
type Leak = (String, String, u64, u64, String);

/// The text without marks, and the leaks that they mark.
fn planted(marked: &str) -> (String, Vec<Leak>) {
    let mut pieces = marked.split("<<");
    let mut text = pieces.next().unwrap().to_owned();
    let mut leaks = Vec::new();
    for piece in pieces {
        let (mark, rest) = piece.split_once(">>").unwrap();
        let (what, value) = mark.split_once('|').unwrap();
        let (class, place) = what.split_once(' ').unwrap();
        let start = text.len() as u64;
        text.push_str(value);
        leaks.push((
            class.into(),
            place.into(),
            start,
            text.len() as u64,
            value.into(),
        ));
        text.push_str(rest);
    }
    (text, leaks)
}

#[derive(Deserialize)]
struct Row {
    class: String,
    service: String,
    element: String,
    byte_start: u64,
    byte_end: u64,
    event_time: String,
    account_id: String,
}

#[test]
fn leaks_are_found_where_they_stand_and_clean_lines_hold_none() {
    let logs: Logs = toml::from_str(include_str!("aws_logs.toml")).unwrap();
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for log in &logs.log {
        let (text, _) = planted(&log.text);
        match log.file.ends_with(".gz") {
            true => bench.file(&format!("in/{}", log.file), &gzip(text.as_bytes())),
            false => bench.file(&format!("in/{}", log.file), text.as_bytes()),
        };
    }
    let run = bench.scan(&["in"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    for log in &logs.log {
        let (text, leaks) = planted(&log.text);
        let rows = bench.query(&format!(
            "SELECT class, service, element, byte_start, byte_end, CAST(event_time AS VARCHAR) event_time, \
             account_id FROM findings WHERE unit = 'in/{}' AND subject = 'patient' AND class <> 'IP' \
             AND confidence >= 0.5 ORDER BY byte_start",
            log.file
        ));
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|row| serde_json::from_value(row).unwrap())
            .collect();
        let found: Vec<Leak> = rows
            .iter()
            .map(|row| {
                let span = row.byte_start as usize..row.byte_end as usize;
                (
                    row.class.clone(),
                    format!("{}:{}", row.service, row.element),
                    row.byte_start,
                    row.byte_end,
                    text[span].to_owned(),
                )
            })
            .collect();
        let missing = leaks.iter().filter(|leak| !found.contains(leak));
        wrong.extend(missing.map(|leak| format!("{}: not found: {leak:?}", log.format)));
        let more = found.iter().filter(|leak| !leaks.contains(leak));
        wrong.extend(more.map(|leak| format!("{}: found: {leak:?}", log.format)));
        if let Some(time) = &log.time
            && !rows
                .iter()
                .any(|row| row.event_time.replace(' ', "T").starts_with(time))
        {
            let times: Vec<&String> = rows.iter().map(|row| &row.event_time).collect();
            wrong.push(format!("{}: {time} is not among {times:?}", log.format));
        }
        if log.file.starts_with("AWSLogs") {
            let other = rows.iter().filter(|row| row.account_id != "418273950617");
            wrong.extend(other.map(|row| format!("{}: account {}", log.format, row.account_id)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let read = bench.query(
        "SELECT DISTINCT service, element FROM (SELECT service, unnest(elements_read) element FROM coverage)",
    );
    assert!(read.len() >= 10, "{read:?}");
}

#[test]
fn the_same_leaks_are_found_inside_archives() {
    let logs: Logs = toml::from_str(include_str!("aws_logs.toml")).unwrap();
    let bench = Bench::new();
    let mut zip = tests::archives::Zip::default();
    for log in &logs.log {
        let (text, _) = planted(&log.text);
        let name = log.file.trim_end_matches(".gz");
        bench.file(&format!("in/{name}"), text.as_bytes());
        zip.member(
            name.as_bytes(),
            text.as_bytes(),
            tests::archives::Packing::Deflated,
        );
    }
    bench.file("zipped/logs.zip", &zip.finish());
    for source in ["in", "zipped"] {
        let run = bench.scan(&[source, "--out", &format!("out-{source}")]);
        assert_eq!(run.status, 1, "{}", run.stderr);
    }
    let values = |from: &str| {
        bench.query_from(
            from,
            "SELECT service, element, account_id, region, event_time, byte_start, byte_end, class, token, \
             confidence FROM findings WHERE element <> 'file-name' AND event_day < '20260901' ORDER BY \
             service, element, byte_start, class, event_time, token",
        )
    };
    let plain = values("out-in");
    assert!(plain.len() > 30, "{}", plain.len());
    assert_eq!(plain, values("out-zipped"));
}
