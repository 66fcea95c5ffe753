#![allow(clippy::unwrap_used, clippy::panic)]
use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::*;
use crate::commit::{Output, RunId};
use crate::row::{Millis, clamp_event_time};
use crate::sample;

/// The value of a property of a table's statement.
fn property<'d>(statement: &'d str, name: &str) -> &'d str {
    let at = statement.find(&format!("'{name}'='")).unwrap() + name.len() + 4;
    statement[at..].split('\'').next().unwrap()
}

/// What Athena makes of one end of a range.
fn day(text: &str, now: Date) -> Date {
    match text.strip_prefix("NOW") {
        Some("") => now,
        Some(offset) => {
            let days: i64 = offset.strip_suffix("DAYS").unwrap().parse().unwrap();
            now.checked_add(Span::new().days(days)).unwrap()
        }
        None => Date::strptime("%Y%m%d", text).unwrap(),
    }
}

/// The locations of all partitions that the statement projects on the day `now`.
fn locations(statement: &str, now: Date) -> Vec<String> {
    assert_eq!(
        property(statement, "projection.event_day.format"),
        "yyyyMMdd"
    );
    let (first, last) = property(statement, "projection.event_day.range")
        .split_once(',')
        .unwrap();
    let template = property(statement, "storage.location.template");
    let mut locations = Vec::new();
    let mut at = day(first, now);
    while at <= day(last, now) {
        locations.push(template.replace("${event_day}", &at.strftime("%Y%m%d").to_string()));
        at = at.checked_add(1.day()).unwrap();
    }
    locations
}

#[test]
fn each_written_file_is_in_exactly_one_projected_partition() {
    let folder = tempfile::tempdir().unwrap();
    let mut output = Output::open(folder.path(), RunId::new().unwrap()).unwrap();
    let start = output.run().start();
    let mut commit = output.commit();
    let rows: Vec<_> = [i64::MIN, start.0 - 86_400_000, start.0, i64::MAX]
        .iter()
        .enumerate()
        .map(|(number, time)| {
            let mut row = sample::finding(number as u64, 1);
            (row.event_time, row.time_suspect) = clamp_event_time(Millis(*time), start);
            Ok(row)
        })
        .collect();
    commit.findings(rows.into_iter(), &mut |_| {}).unwrap();
    commit
        .coverage(
            [Ok(sample::coverage(1, "file", "scanned"))].into_iter(),
            &mut |_| {},
        )
        .unwrap();
    commit
        .attestations([Ok(sample::attestation())].into_iter(), &mut |_| {})
        .unwrap();
    let (files, runs) = commit.finish(sample::run()).unwrap();
    assert_eq!(files.len(), 6);

    let ddl = ddl("s3://out/phi/").unwrap();
    let statements: Vec<&str> = ddl.split_inclusive(";\n").collect();
    let now = Date::strptime("%Y%m%d", start.event_day()).unwrap();
    for path in files
        .iter()
        .map(|file| file.path.as_str())
        .chain([runs.as_str()])
    {
        let uri = format!("s3://out/phi/{path}");
        let holding: Vec<String> = statements
            .iter()
            .flat_map(|statement| locations(statement, now))
            .filter(|location| {
                uri.starts_with(location.as_str()) && !uri[location.len()..].contains('/')
            })
            .collect();
        assert_eq!(holding.len(), 1, "{path}");
    }
}

#[test]
fn the_range_holds_for_runs_of_many_years() {
    for year in 2026..2040 {
        let start = Date::new(year, 1, 1)
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .unwrap()
            .timestamp();
        let start = Millis(start.as_millisecond());
        for time in [i64::MIN, i64::MAX] {
            let written = clamp_event_time(Millis(time), start).0.event_day();
            let (first, last) = ("20160101", Millis(start.0 + 2 * 86_400_000).event_day());
            assert!(
                first <= written.as_str() && written <= last,
                "{written} of {year}"
            );
        }
    }
}

#[test]
fn only_places_in_s3_get_tables() {
    for bad in [
        "",
        "out",
        "s3://",
        "s3:///x",
        "s3://b'--",
        "s3://b/x y",
        "s3://b/${x}",
        "s3://b/\n",
    ] {
        assert!(ddl(bad).is_err(), "{bad:?}");
    }
    assert!(
        ddl("s3://b")
            .unwrap()
            .contains("LOCATION 's3://b/findings/'")
    );
    assert!(
        ddl("s3://b/p/")
            .unwrap()
            .contains("'s3://b/p/runs/event_day=${event_day}/'")
    );
}

#[test]
fn statements_are_as_reviewed() {
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../../testdata/snapshots" }, {
        insta::assert_snapshot!("athena-ddl", ddl("s3://BUCKET/phiscan").unwrap());
        insta::assert_snapshot!("athena-views", views());
    });
}
