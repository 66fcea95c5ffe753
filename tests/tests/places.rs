//! Every place that a source reaches, through the real binary: a number is planted in each, and the
//! finding must have the place, the verdict and the policy id that the catalogue gives it.
//!
//! Inputs are made from tables: members of trail events (`detectors/testdata/cloudtrail.toml`, and
//! whole events in `places/events.toml`), properties of resources (`places/items.toml`) and small
//! files of every other format (`places/files.toml`). The last test holds the list of what sources
//! reach (`detectors/places/reached.toml`) against them.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;

use detectors::place::{Catalogue, Place};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tests::{Bench, root};

type Members = BTreeMap<String, BTreeMap<String, String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: Option<String>,
    format: String,
    text: Option<String>,
    beside: Option<Beside>,
    share: Option<String>,
    #[serde(default)]
    names: Vec<String>,
    places: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Beside {
    file: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Events {
    event: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    source: String,
    name: String,
    /// JSON of the parameters, with `{}` for each number.
    request: String,
    places: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Row {
    byte_start: u64,
    byte_end: u64,
    class: String,
    service: String,
    element: String,
    verdict: String,
    policy_id: Option<String>,
    confidence: f64,
    also: Vec<Also>,
}

#[derive(Debug, Deserialize)]
struct Also {
    service: String,
    element: String,
    policy_id: Option<String>,
}

/// Numbers that are valid, no samples, and all different.
struct Numbers(u32);

impl Numbers {
    fn next(&mut self) -> String {
        self.0 += 1;
        let n = self.0;
        format!(
            "{:03}-{:02}-{:04}",
            301 + n % 200,
            11 + n % 83,
            1201 + n * 7 % 8000
        )
    }

    fn fill(&mut self, text: &str) -> (String, Vec<String>) {
        let mut pieces = text.split("{}");
        let mut filled = pieces.next().unwrap().to_owned();
        let mut numbers = Vec::new();
        for piece in pieces {
            numbers.push(self.next());
            filled.push_str(numbers.last().unwrap());
            filled.push_str(piece);
        }
        (filled, numbers)
    }
}

/// A number in a file, and what must be found of it.
struct Planted {
    number: String,
    /// Its places as the format knows them, its own first; the catalogue says which one rules.
    places: Vec<Place>,
    /// Whether these are all its places.
    whole: bool,
    told: String,
}

fn toml_file<T: for<'d> Deserialize<'d>>(path: &str) -> T {
    toml::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap_or_else(|error| {
        panic!("{path}: {error}");
    })
}

/// Scans one file that lies in the bench, and compares.
fn differences(bench: &Bench, file: &str, text: &str, planted: &[Planted]) -> Vec<String> {
    bench.file(&format!("in/{file}"), text.as_bytes());
    let out = format!("out/{file}");
    let _ = bench.scan(&["--out", &out, &format!("in/{file}")]);
    compare(&rows(bench, &out), text, planted)
}

fn rows(bench: &Bench, out: &str) -> Vec<Row> {
    let rows = bench.query_from(
        out,
        "SELECT byte_start, byte_end, class, service, element, verdict, policy_id, confidence, also \
         FROM findings_committed",
    );
    let rows = rows.into_iter().map(serde_json::from_value);
    rows.map(Result::unwrap).collect()
}

fn compare(rows: &[Row], text: &str, planted: &[Planted]) -> Vec<String> {
    let catalogue = Catalogue::built_in().unwrap();
    let by_span: HashMap<(u64, u64), &Row> = rows
        .iter()
        .filter(|row| row.class == "SSN")
        .map(|row| ((row.byte_start, row.byte_end), row))
        .collect();
    let mut wrong = Vec::new();
    for one in planted {
        let start = text.find(&one.number).unwrap();
        let span = (start as u64, (start + one.number.len()) as u64);
        let Some(row) = by_span.get(&span) else {
            wrong.push(format!("{}: not found", one.told));
            continue;
        };
        let ruling = catalogue.rule(&one.places, &|_, _| None);
        let expected = (
            ruling.place.to_string(),
            ruling.verdict.as_str().to_owned(),
            ruling.policy_id.map(|id| id.to_string()),
        );
        let found = (
            format!("{}:{}", row.service, row.element),
            row.verdict.clone(),
            row.policy_id.clone(),
        );
        if found != expected {
            wrong.push(format!("{}: {found:?}, not {expected:?}", one.told));
        }
        let also: BTreeSet<_> = ruling
            .also
            .iter()
            .map(|also| {
                (
                    also.place.to_string(),
                    also.policy_id.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        let told: BTreeSet<_> = row
            .also
            .iter()
            .map(|also| {
                let place = format!("{}:{}", also.service, also.element);
                (place, also.policy_id.as_deref().unwrap_or_default())
            })
            .collect();
        if one.whole && told != also {
            wrong.push(format!("{}: also {told:?}, not {also:?}", one.told));
        }
        if row.confidence < 0.5 {
            wrong.push(format!("{}: confidence {:.2}", one.told, row.confidence));
        }
    }
    wrong
}

/// `a.b[1].c` around a value, merged into what is there.
fn put(into: &mut Value, path: &str, value: Value) {
    let mut at = into;
    for step in path.split('.') {
        let (key, index) = match step.split_once('[') {
            Some((key, index)) => (key, index.trim_end_matches(']').parse::<usize>().ok()),
            None => (step, None),
        };
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = at
            .as_object_mut()
            .unwrap()
            .entry(key)
            .or_insert(Value::Null);
        if let Some(index) = index {
            let mut list = vec![json!({"x": 0}); index];
            list.push(Value::Null);
            *at = Value::Array(list);
            at = &mut at.as_array_mut().unwrap()[index];
        }
    }
    *at = value;
}

fn event(id: usize, source: &str, name: &str) -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": {"type": "AWSService", "invokedBy": "x.amazonaws.com"},
        "eventTime": "2026-03-09T00:00:00Z",
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "us-east-1",
        "eventID": format!("00000000-0000-4000-8000-{id:012}"),
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333",
    })
}

fn place(text: &str) -> Place {
    text.parse().unwrap()
}

const RECORD: &str = "cloudtrail:event-record";

/// Members of events: their own places, and the events with a number in each.
fn members() -> (Vec<Value>, Vec<Planted>) {
    let mut numbers = Numbers(0);
    let (mut records, mut planted) = (Vec::new(), Vec::new());
    for (source, members) in toml_file::<Members>("detectors/testdata/cloudtrail.toml") {
        for (member, expected) in members {
            let (name, path) = member.split_once(' ').unwrap();
            let own = expected.trim_end_matches(" +");
            let number = numbers.next();
            let mut record = event(records.len(), &source, name);
            put(&mut record, path, json!(format!("ssn {number}")));
            records.push(record);
            let own = (own != "-").then(|| place(own));
            planted.push(Planted {
                number,
                places: own.into_iter().chain([place(RECORD)]).collect(),
                whole: true,
                told: format!("{source}.{member}"),
            });
        }
    }
    (records, planted)
}

/// Whole events, as services write them.
fn whole_events() -> (Vec<String>, Vec<Planted>) {
    let mut numbers = Numbers(2000);
    let (mut records, mut planted) = (Vec::new(), Vec::new());
    for (at, one) in toml_file::<Events>("tests/tests/places/events.toml")
        .event
        .into_iter()
        .enumerate()
    {
        let (request, filled) = numbers.fill(&one.request);
        assert_eq!(
            filled.len(),
            one.places.len(),
            "{}.{}",
            one.source,
            one.name
        );
        serde_json::from_str::<Value>(&request)
            .unwrap_or_else(|error| panic!("{request}: {error}"));
        let mut record = event(100_000 + at, &one.source, &one.name).to_string();
        record.pop();
        records.push(format!("{record},\"requestParameters\":{request}}}"));
        for (number, own) in filled.into_iter().zip(&one.places) {
            let own = own.split(' ').filter(|own| *own != "-").map(place);
            planted.push(Planted {
                told: format!("{}.{} {request} ({number})", one.source, one.name),
                number,
                places: own.chain([place(RECORD)]).collect(),
                whole: true,
            });
        }
    }
    (records, planted)
}

#[test]
fn members_of_trail_events_have_their_places() {
    let (records, planted) = members();
    let text = json!({ "Records": records }).to_string();
    assert!(planted.len() > 400);
    let wrong = differences(&Bench::new(), "trail.json", &text, &planted);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn whole_trail_events_have_their_places() {
    let (records, planted) = whole_events();
    let text = format!("{{\"Records\":[{}]}}", records.join(","));
    assert!(planted.len() > 100);
    let wrong = differences(&Bench::new(), "trail.json", &text, &planted);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A snapshot and templates with a number in each property of `places/items.toml`.
fn items() -> [(String, &'static str, Vec<Planted>); 3] {
    let mut numbers = Numbers(4000);
    let (mut snapshot, mut template, mut yaml) = (Vec::new(), Map::new(), String::new());
    let (mut in_items, mut in_template, mut in_yaml) = (Vec::new(), Vec::new(), Vec::new());
    for (of_type, properties) in toml_file::<Members>("tests/tests/places/items.toml") {
        for (path, own) in properties {
            let told = format!("{of_type} {path}");
            let own = (own != "-").then(|| place(&own));
            let mut plant = |into: &mut Vec<Planted>, container| {
                let number = numbers.next();
                into.push(Planted {
                    number: number.clone(),
                    places: own.iter().cloned().chain([place(container)]).collect(),
                    whole: true,
                    told: told.clone(),
                });
                json!(format!("ssn {number}"))
            };
            if path.starts_with("Properties.") {
                let mut resource = json!({ "Type": of_type });
                put(
                    &mut resource,
                    &path,
                    plant(&mut in_template, "cloudformation:template"),
                );
                template.insert(format!("R{}", template.len()), resource);
                let mut resource = json!({ "Type": of_type });
                put(
                    &mut resource,
                    &path,
                    plant(&mut in_yaml, "cloudformation:template"),
                );
                yaml.push_str(&format!("  R{}:\n", in_yaml.len()));
                write_yaml(&resource, 4, &mut yaml);
            } else {
                let mut item = json!({
                    "version": "1.3", "configurationItemStatus": "OK", "awsAccountId": "111122223333",
                    "resourceType": of_type, "awsRegion": "us-east-1",
                    "ARN": format!("arn:aws:x:us-east-1:111122223333:thing/{}", snapshot.len()),
                });
                put(
                    &mut item,
                    &path,
                    plant(&mut in_items, "config:configuration-item"),
                );
                snapshot.push(item);
            }
        }
    }
    let mut parts = Vec::new();
    for (section, own) in [
        ("Description", "cloudformation:description"),
        ("Parameters.Who.Default", "cloudformation:parameter"),
        ("Outputs.Who.Value", "cloudformation:output"),
        ("Metadata.Note", "-"),
    ] {
        for into in [&mut in_template, &mut in_yaml] {
            let number = numbers.next();
            let own = (own != "-").then(|| place(own));
            into.push(Planted {
                number: number.clone(),
                places: own
                    .into_iter()
                    .chain([place("cloudformation:template")])
                    .collect(),
                whole: true,
                told: section.to_owned(),
            });
            parts.push((section, format!("ssn {number}")));
        }
    }
    let mut json_template =
        json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": template });
    let mut head = json!({});
    for (at, (section, text)) in parts.into_iter().enumerate() {
        let into = if at % 2 == 0 {
            &mut json_template
        } else {
            &mut head
        };
        put(into, section, json!(text));
    }
    let mut yaml_template = "AWSTemplateFormatVersion: '2010-09-09'\n".to_owned();
    write_yaml(&head, 0, &mut yaml_template);
    yaml_template.push_str("Resources:\n");
    yaml_template.push_str(&yaml);
    let number = numbers.next();
    in_items.push(Planted {
        number: number.clone(),
        places: vec![place("config:snapshot")],
        whole: true,
        told: "outside of items".to_owned(),
    });
    let snapshot =
        json!({ "configSnapshotId": format!("ssn {number}"), "configurationItems": snapshot });
    [
        (snapshot.to_string(), "snapshot.json", in_items),
        (json_template.to_string(), "template.json", in_template),
        (yaml_template, "template.yaml", in_yaml),
    ]
}

/// Block style, as people write templates.
fn write_yaml(value: &Value, indent: usize, to: &mut String) {
    let blank = " ".repeat(indent);
    for (key, value) in value.as_object().unwrap() {
        match value {
            Value::Object(_) => {
                to.push_str(&format!("{blank}{key}:\n"));
                write_yaml(value, indent + 2, to);
            }
            Value::Array(list) => {
                to.push_str(&format!("{blank}{key}:\n"));
                for item in list {
                    match item {
                        Value::Object(_) => {
                            let mut inner = String::new();
                            write_yaml(item, indent + 4, &mut inner);
                            to.push_str(&format!("{blank}  - {}", inner.trim_start()));
                        }
                        other => to.push_str(&format!("{blank}  - {}\n", other.as_str().unwrap())),
                    }
                }
            }
            other => to.push_str(&format!("{blank}{key}: {}\n", other.as_str().unwrap())),
        }
    }
}

#[test]
fn properties_of_resources_have_their_places() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for (text, file, planted) in items() {
        let found = differences(&bench, file, &text, &planted);
        wrong.extend(found.into_iter().map(|one| format!("{file}: {one}")));
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn files_of_every_format_have_their_places() {
    let bench = Bench::new();
    let mut numbers = Numbers(6000);
    let mut wrong = Vec::new();
    for (at, case) in toml_file::<Files>("tests/tests/places/files.toml")
        .case
        .iter()
        .enumerate()
    {
        let folder = format!("case-{at}");
        let found = if let Some(share) = &case.share {
            share_differences(&bench, &folder, share, case, &mut numbers)
        } else {
            let (text, filled) = numbers.fill(case.text.as_deref().unwrap().trim_start());
            assert_eq!(filled.len(), case.places.len(), "{:?}", case.file);
            if let Some(beside) = &case.beside {
                bench.file(
                    &format!("in/{folder}/{}", beside.file),
                    beside.text.as_bytes(),
                );
            }
            let planted: Vec<Planted> = filled
                .into_iter()
                .zip(&case.places)
                .map(|(number, own)| Planted {
                    told: format!("{} {own} ({number})", case.format),
                    number,
                    places: vec![place(own)],
                    whole: false,
                })
                .collect();
            differences(
                &bench,
                &format!("{folder}/{}", case.file.as_deref().unwrap()),
                &text,
                &planted,
            )
        };
        let name = case.file.as_deref().or(case.share.as_deref()).unwrap();
        wrong.extend(found.into_iter().map(|one| format!("{name}: {one}")));
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn share_differences(
    bench: &Bench,
    folder: &str,
    share: &str,
    case: &Case,
    numbers: &mut Numbers,
) -> Vec<String> {
    for name in &case.names {
        let (name, _) = numbers.fill(name);
        bench.file(&format!("in/{folder}/{name}"), b"");
    }
    let out = format!("out/{folder}");
    let _ = bench.scan(&[
        "--out",
        &out,
        "--place",
        share,
        &format!("names:in/{folder}"),
    ]);
    let found: BTreeSet<String> = rows(bench, &out)
        .into_iter()
        .map(|row| format!("{}:{}", row.service, row.element))
        .collect();
    let expected: BTreeSet<String> = case.places.iter().cloned().collect();
    if found == expected {
        return Vec::new();
    }
    vec![format!("{found:?}, not {expected:?}")]
}

#[derive(Deserialize)]
struct ReachedFile {
    reach: Vec<Reach>,
}

#[derive(Deserialize)]
struct Reach {
    format: String,
    places: Vec<String>,
}

#[test]
fn the_list_of_what_is_reached_is_what_is_tested() {
    let mut tested: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut test = |format: &str, places: &mut dyn Iterator<Item = String>| {
        tested.entry(format.to_owned()).or_default().extend(places);
    };
    let catalogue = Catalogue::built_in().unwrap();
    let own = |planted: &[Planted]| -> Vec<String> {
        let all = planted.iter().flat_map(|one| {
            let remarks = catalogue.rule(&one.places, &|_, _| None).also;
            let remarks = remarks.into_iter().map(|also| also.place);
            one.places.iter().cloned().chain(remarks)
        });
        all.map(|place| place.to_string()).collect()
    };
    test("cloudtrail", &mut own(&members().1).into_iter());
    test("cloudtrail", &mut own(&whole_events().1).into_iter());
    for ((_, _, planted), format) in
        items()
            .iter()
            .zip(["config-snapshot", "cloudformation", "cloudformation-yaml"])
    {
        test(format, &mut own(planted).into_iter());
    }
    for case in toml_file::<Files>("tests/tests/places/files.toml").case {
        test(&case.format, &mut case.places.iter().cloned());
    }
    let mut wrong = Vec::new();
    for reach in toml_file::<ReachedFile>("detectors/places/reached.toml").reach {
        let tested = tested.remove(&reach.format).unwrap_or_default();
        let elements: BTreeSet<&str> = reach
            .places
            .iter()
            .filter_map(|place| place.strip_prefix("*:"))
            .collect();
        let element = |place: &str| place.split_once(':').unwrap().1.to_owned();
        for place in &reach.places {
            let reached = match place.strip_prefix("*:") {
                Some(wanted) => tested.iter().any(|one| element(one) == wanted),
                None => tested.contains(place),
            };
            if !reached {
                wrong.push(format!("{} {place} is listed and not tested", reach.format));
            }
        }
        for one in &tested {
            let local = one.starts_with("local:");
            if !local && !reach.places.contains(one) && !elements.contains(&*element(one)) {
                wrong.push(format!("{} {one} is reached and not listed", reach.format));
            }
        }
    }
    for (format, places) in tested {
        if places.iter().any(|place| !place.starts_with("local:")) {
            wrong.push(format!("{format} is not listed"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
