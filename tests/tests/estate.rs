//! The sample hospital through the real binary: everything that its truth file plants is found,
//! at its span, with its class, subject, place and verdict, and nothing else is.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use corpora::truth::{self, Kind, Line};
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;
use tests::{Bench, KEY, root};

/// The root under which the estate is scanned: it makes unit tokens independent of this machine.
const ROOT: &str = "estate:";

/// The shares, and what is mounted there.
const SHARES: [(&str, &str); 4] = [
    ("shares/efs", "elasticfilesystem:file-name"),
    ("shares/fsx", "fsx:file-name"),
    ("shares/gateway", "storagegateway:file-name"),
    ("shares/workdocs", "workdocs:file-name"),
];

/// Another place of a finding.
#[derive(Clone, Debug, Deserialize)]
struct Also {
    service: String,
    element: String,
}

/// What is read of a finding.
#[derive(Clone, Debug, Deserialize)]
struct Row {
    unit_token: String,
    byte_start: u64,
    byte_end: u64,
    class: String,
    subject: String,
    service: String,
    element: String,
    verdict: String,
    confidence: f64,
    occurrences: u64,
    reserved: bool,
    also: Vec<Also>,
    locator: String,
    evidence: String,
}

impl Row {
    fn place(&self) -> String {
        format!("{}:{}", self.service, self.element)
    }

    /// All its places. What another section remarks about one of them is no place of its own.
    fn places(&self) -> BTreeSet<String> {
        let also = self.also.iter().filter(|also| also.service != "guardduty");
        let also = also.map(|also| format!("{}:{}", also.service, also.element));
        also.chain([self.place()]).collect()
    }

    fn told(&self) -> String {
        format!(
            "{} {} {}..{} {:.2} {} {} [{}] at {} x{}{}",
            self.class,
            self.subject,
            self.byte_start,
            self.byte_end,
            self.confidence,
            self.place(),
            self.verdict,
            self.evidence,
            self.locator,
            self.occurrences,
            if self.reserved { " reserved" } else { "" },
        )
    }

    fn touches(&self, spans: &[(u64, u64)]) -> bool {
        spans
            .iter()
            .any(|span| self.byte_start < span.1 && span.0 < self.byte_end)
    }
}

/// The token that the contract defines for a unit.
fn unit_token(identity: &str) -> String {
    let key: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&KEY[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    for part in ["phiscan/unit/1", identity] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    let bytes = mac.finalize().into_bytes();
    bytes[..16].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Where each path stands in a listing of all names below a folder, depth first and sorted.
fn listing(folder: &Path, below: &str, at: &mut u64, starts: &mut HashMap<String, u64>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        starts.insert(path.clone(), *at);
        *at += path.len() as u64 + 1;
        if entry.file_type().unwrap().is_dir() {
            *at += 1; // The slash behind a folder.
            listing(&entry.path(), &path, at, starts);
        }
    }
}

/// The lines of truth about one unit, with the spans that they mean: several for a folder, whose
/// name stands in every path below it.
type Unit = (String, Vec<(Line, Vec<(u64, u64)>)>);

fn units() -> BTreeMap<String, Unit> {
    let text = fs::read_to_string(root().join("corpora/hospital.truth.jsonl")).unwrap();
    let mut starts = HashMap::new();
    for (share, _) in SHARES {
        let mut below = HashMap::new();
        listing(
            &root().join("corpora/hospital").join(share),
            "",
            &mut 0,
            &mut below,
        );
        starts.extend(
            below
                .into_iter()
                .map(|(path, at)| (format!("{share}/{path}"), at)),
        );
    }
    let mut units: BTreeMap<String, Unit> = BTreeMap::new();
    for line in truth::from_text(&text).unwrap() {
        let (name, spans) = match &line.source {
            None => {
                let plain = line.file.strip_suffix(".gz");
                let plain = plain.or(line.file.strip_suffix(".zst"));
                let span = (line.byte_start.unwrap(), line.byte_end.unwrap());
                (
                    format!("{ROOT}/{}", plain.unwrap_or(&line.file)),
                    vec![span],
                )
            }
            Some(source) => {
                let from = line.file.rfind(&line.value).unwrap();
                let to = from + line.value.len();
                let end = line.file[to..].find('/').map(|at| to + at);
                let share = source.len() - "names:".len();
                let paths = starts.iter().filter(|(path, _)| match end {
                    Some(end) => path.starts_with(&line.file[..=end]) || **path == line.file[..end],
                    None => **path == line.file,
                });
                let spans = paths.map(|(_, start)| {
                    let below = |at: usize| start + (at - share - 1) as u64;
                    (below(from), below(to))
                });
                (source.clone(), spans.collect())
            }
        };
        units
            .entry(unit_token(&name))
            .or_insert_with(|| (name, Vec::new()))
            .1
            .push((line, spans));
    }
    units
}

/// Scans the estate and its shares.
fn rows() -> Vec<Row> {
    let bench = Bench::new();
    let estate = root().join("corpora/hospital");
    let estate = estate.to_str().unwrap();
    let run = bench.scan(&["--root", ROOT, estate]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let mut rows = Vec::new();
    let mut read = |from: &str| {
        let found = bench.query_from(
            from,
            "SELECT unit_token, byte_start, byte_end, class, subject, service, element, verdict, \
             confidence, occurrences, reserved, locator, evidence, also FROM findings_current",
        );
        rows.extend(
            found
                .into_iter()
                .map(|row| serde_json::from_value::<Row>(row).unwrap()),
        );
    };
    read("phiscan-out");
    for (share, place) in SHARES {
        let source = format!("names:{estate}/{share}");
        let root = format!("names:{share}");
        let run = bench.scan(&["--root", &root, "--place", place, "--out", share, &source]);
        assert_eq!(run.status, 1, "{}", run.stderr);
        read(share);
    }
    rows
}

/// From this confidence on a finding that the truth does not have is a false alarm, whomever it is
/// about; below it, a number with four parts may be an address of a client.
const COUNTS: f64 = 0.5;

fn is_about_people(row: &Row) -> bool {
    matches!(row.subject.as_str(), "patient" | "credential")
}

/// What a line of truth demands of the rows of its unit: the differences.
fn judge_line(
    line: &Line,
    spans: &[(u64, u64)],
    rows: &[Row],
    used: &mut [bool],
) -> Option<String> {
    let near = || {
        let near = rows.iter().filter(|row| row.touches(spans)).map(Row::told);
        near.collect::<Vec<_>>().join("; ")
    };
    let exact = rows
        .iter()
        .position(|row| spans.contains(&(row.byte_start, row.byte_end)) && row.class == line.class);
    match line.kind {
        Kind::Leak | Kind::CleanFinding => {
            let Some(at) = exact else {
                return Some(format!("not found; there: {}", near()));
            };
            used[at] = true;
            let row = &rows[at];
            let places: BTreeSet<String> = line.places.iter().cloned().collect();
            let mut wrong = Vec::new();
            if Some(&row.subject) != line.subject.as_ref() {
                wrong.push(format!("subject {}", row.subject));
            }
            if Some(row.place()) != line.place || row.places() != places {
                wrong.push(format!(
                    "places {} of {:?}, not {places:?}",
                    row.place(),
                    row.places()
                ));
            }
            if Some(&row.verdict) != line.verdict.as_ref() {
                wrong.push(format!("verdict {}", row.verdict));
            }
            if line
                .min_confidence
                .is_some_and(|least| row.confidence < least)
            {
                wrong.push(format!("confidence {:.2}", row.confidence));
            }
            if line
                .occurrences
                .is_some_and(|count| count != row.occurrences)
            {
                wrong.push(format!("{} occurrences", row.occurrences));
            }
            (!wrong.is_empty()).then(|| wrong.join(", "))
        }
        Kind::May => {
            for (row, used) in rows.iter().zip(used) {
                *used |= row.touches(spans);
            }
            None
        }
        Kind::NearMiss => {
            let alarm = rows.iter().zip(used.iter()).find(|(row, used)| {
                row.touches(spans) && is_about_people(row) && row.confidence >= COUNTS && !**used
            })?;
            Some(format!("raised {}", alarm.0.told()))
        }
    }
}

#[test]
fn the_estate_holds_what_its_truth_says_and_nothing_else() {
    let mut by_unit: HashMap<String, Vec<Row>> = HashMap::new();
    for row in rows() {
        by_unit.entry(row.unit_token.clone()).or_default().push(row);
    }
    let mut differences = Vec::new();
    let mut leaks = 0;
    for (token, (name, mut lines)) in units() {
        let rows = by_unit.remove(&token).unwrap_or_default();
        let mut used = vec![false; rows.len()];
        // What a planted value explains is no near miss.
        lines.sort_by_key(|(line, _)| line.kind == Kind::NearMiss);
        for (line, spans) in &lines {
            leaks += usize::from(line.kind == Kind::Leak);
            if let Some(wrong) = judge_line(line, spans, &rows, &mut used) {
                differences.push(format!(
                    "{name} {:?}: {:?} {} `{}` {}{}: {wrong}",
                    spans.first(),
                    line.kind,
                    line.class,
                    line.value,
                    line.place.as_deref().unwrap_or_default(),
                    line.why.as_deref().unwrap_or_default(),
                ));
            }
        }
        let beyond = rows.iter().zip(&used);
        let beyond = beyond.filter(|(row, used)| !**used && row.confidence >= COUNTS);
        differences
            .extend(beyond.map(|(row, _)| format!("{name}: beyond the truth: {}", row.told())));
    }
    let strangers = by_unit.values().flatten();
    let strangers = strangers.filter(|row| row.confidence >= COUNTS);
    differences.extend(strangers.map(|row| format!("a unit without truth: {}", row.told())));
    assert!(leaks > 150, "{leaks} leaks in the truth");
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}
