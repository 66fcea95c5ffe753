//! The table against its cases, and against the catalogue.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::place::{Catalogue, Stance};

type Cases = BTreeMap<String, BTreeMap<String, String>>;

fn written(found: Option<TrailPlace>) -> String {
    match found {
        Some(found) if found.names => format!("{} +", found.place),
        Some(found) => found.place.to_string(),
        None => "-".to_owned(),
    }
}

fn cases() -> Cases {
    toml::from_str(include_str!("../../../testdata/cloudtrail.toml")).unwrap()
}

#[test]
fn the_shipped_table_reads() {
    if let Err(error) = Table::shipped() {
        panic!("{error}");
    }
}

#[test]
fn members_have_the_places_of_the_cases() {
    let mut wrong = Vec::new();
    for (source, members) in cases() {
        for (member, expected) in members {
            let (event, path) = member.split_once(' ').unwrap();
            let found = written(place(&format!("{source}.amazonaws.com"), event, path));
            if found != expected {
                wrong.push(format!("{source}.{member}: {found}, expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Elements that PHI must not be in, cannot be in, or is not expected in; `content` is whatever
/// of a service no entry names, which is no member.
fn strict_elements() -> BTreeSet<String> {
    let catalogue = Catalogue::built_in().unwrap();
    let strict = [Stance::Forbidden, Stance::NotForPhi, Stance::Unexpected];
    catalogue
        .entries()
        .iter()
        .filter(|entry| strict.contains(&entry.stance) && entry.place.service != "*")
        .filter(|entry| entry.place.element != "content")
        .map(|entry| entry.place.to_string())
        .collect()
}

/// Every place that a row names, without `event-record`, which is none.
fn reached_places() -> BTreeSet<String> {
    let elements = table().unwrap().elements();
    let elements = elements.filter(|(_, element)| *element != Table::EVENT_RECORD);
    let written = |(service, element): (&str, &str)| match element.split_once(':') {
        Some(_) => element.to_owned(),
        None => format!("{service}:{element}"),
    };
    elements.map(written).collect()
}

#[test]
fn every_strict_element_is_reached_or_said_to_be_unreachable() {
    let table = table().unwrap();
    let reached = reached_places();
    let tested: BTreeSet<String> = cases()
        .into_values()
        .flat_map(BTreeMap::into_values)
        .map(|place| place.trim_end_matches(" +").to_owned())
        .collect();
    let mut wrong = Vec::new();
    for element in strict_elements() {
        let unreachable = table.unreachable.contains_key(&element);
        if reached.contains(&element) == unreachable {
            wrong.push(format!(
                "{element}: wants a row, or a reason why it is unreachable, not both"
            ));
        }
        if tested.contains(&element) == unreachable {
            wrong.push(format!("{element}: wants a case where it is reachable"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_of_reached_places_agrees_with_the_table() {
    #[derive(serde::Deserialize)]
    struct Listed {
        reach: Vec<Reach>,
    }
    #[derive(serde::Deserialize)]
    struct Reach {
        format: String,
        places: BTreeSet<String>,
    }
    let listed: Listed = toml::from_str(include_str!("../../../places/reached.toml")).unwrap();
    let trail = listed
        .reach
        .into_iter()
        .find(|reach| reach.format == "cloudtrail")
        .unwrap();
    let general = |place: &str| place.parse().is_ok_and(|place: Place| place.is_free_form());
    let reached: BTreeSet<String> = reached_places()
        .into_iter()
        .filter(|one| !general(one))
        .collect();
    let whole_record = ["cloudtrail:event-record", "guardduty:cloudtrail-event-log"];
    let named = |one: &String| !one.starts_with("*:") && !whole_record.contains(&one.as_str());
    let listed: BTreeSet<String> = trail.places.into_iter().filter(named).collect();
    assert_eq!(
        listed, reached,
        "left: places/reached.toml, right: places/cloudtrail-*.toml"
    );
}

#[test]
fn nothing_is_called_unreachable_that_the_catalogue_does_not_have() {
    let strict = strict_elements();
    for (element, reason) in &table().unwrap().unreachable {
        assert!(strict.contains(element), "{element}");
        assert!(reason.ends_with('.'), "{element}: {reason}");
    }
}

#[test]
fn rows_name_elements_that_the_catalogue_has() {
    let catalogue = Catalogue::built_in().unwrap();
    let known: BTreeSet<String> = catalogue
        .entries()
        .iter()
        .map(|entry| entry.place.to_string())
        .collect();
    for (service, element) in table().unwrap().elements() {
        let place: Place = match element.split_once(':') {
            Some(_) => element.parse().unwrap(),
            None => Place::of(service.to_owned(), element.to_owned()),
        };
        let is_record = place.element == Table::EVENT_RECORD;
        assert!(
            is_record || place.is_free_form() || known.contains(&place.to_string()),
            "{place}"
        );
    }
}

#[test]
fn spelling_does_not_matter() {
    let spellings = [
        "requestParameters.tagSet.items[3].value",
        "requestParameters.TagSet.items.Value",
        "requestParameters.tagSet[3].value",
        "requestParameters.tags.member.1.value",
        "requestParameters.Tagging.TagSet.Tag.Value",
        "requestParameters.tags.patient",
        "responseElements.thing.tagList[0].Key",
        "requestParameters.tagSpecification.tag[0].value",
    ];
    for path in spellings {
        assert_eq!(
            written(place("ec2.amazonaws.com", "CreateTags", path)),
            "ec2:tag +",
            "{path}"
        );
    }
    assert_eq!(
        written(place("ec2", "CreateTags", spellings[0])),
        "ec2:tag +"
    );
}

/// The normal form, slowly: what [`path::Path`] does without allocating.
fn normal(path: &str) -> Vec<String> {
    let parts = path
        .split('.')
        .map(|part| part.split('[').next().unwrap_or(part).to_ascii_lowercase());
    parts
        .filter(|part| {
            !part.is_empty() && part != "items" && !part.bytes().all(|b| b.is_ascii_digit())
        })
        .map(|part| {
            if part.starts_with("x-amz-meta-") {
                "x-amz-meta-".to_owned()
            } else {
                part
            }
        })
        .collect()
}

proptest::proptest! {
    #[test]
    fn paths_have_the_normal_form(
        parts in proptest::collection::vec("(items|x-amz-meta-[a-z]{0,3}|[0-9]{1,2}|[A-Za-zé]{0,4}(\\[[0-9]\\])?)", 0..24)
    ) {
        let written = parts.join(".");
        let path = Path::new(&written, |part| part == b"items");
        let wanted = normal(&written);
        let found: Vec<&[u8]> = path.components().collect();
        proptest::prop_assert_eq!(found, wanted.iter().map(String::as_bytes).collect::<Vec<_>>());
        let whole = wanted.join(".");
        proptest::prop_assert_eq!(path.run(0, path.len()), whole.as_bytes());
    }
}

/// The rule for rows, slowly: of all rows that stand in the path and are for the event, the one
/// that starts furthest out, then the longest, then one for this event.
fn row_by_rule(source: &Source, event: &str, parts: &[&str]) -> Option<String> {
    let mut best: Option<((usize, usize, bool), &str)> = None;
    for (row, tied, element) in source.written_rows() {
        let row: Vec<&str> = row.split('.').collect();
        if tied.is_some_and(|tied| tied != event) {
            continue;
        }
        for (start, window) in parts.windows(row.len()).enumerate() {
            let rank = (start, usize::MAX - row.len(), tied.is_none());
            if window == row && best.is_none_or(|(before, _)| rank < before) {
                best = Some((rank, element));
            }
        }
    }
    best.map(|(_, element)| element.to_owned())
}

proptest::proptest! {
    #[test]
    fn rows_are_found_by_the_rule(
        source in proptest::sample::select(vec!["s3", "ssm", "ecs", "connect", "states", "events", "config", "xray"]),
        picks in proptest::collection::vec((0..10_000usize, proptest::bool::weighted(0.6)), 1..4),
        event in 0..10_000usize,
    ) {
        let source = table().unwrap().source(source).unwrap();
        let mut rows: Vec<_> = source.written_rows().collect();
        rows.sort_unstable();
        let events: Vec<&str> = rows.iter().filter_map(|(_, event, _)| *event).chain(["Other"]).collect();
        let event = events[event % events.len()];
        // Rows and pieces of rows, one behind the other.
        let mut parts = vec!["requestparameters"];
        for (pick, whole) in picks {
            let row = rows[pick % rows.len()].0.split('.');
            let pieces = if whole { usize::MAX } else { 1 };
            parts.extend(row.filter(|part| *part != "requestparameters").take(pieces));
        }
        let path = Path::new(&parts.join("."), |_| false);
        let found = source.row(event, &path).map(|element| element.text.to_owned());
        proptest::prop_assert_eq!(found, row_by_rule(source, event, &parts));
    }
}

#[test]
fn case_does_not_matter_in_any_case() {
    for (source, members) in cases() {
        for (member, expected) in members {
            let (event, path) = member.split_once(' ').unwrap();
            for path in [path.to_ascii_uppercase(), path.to_ascii_lowercase()] {
                assert_eq!(
                    written(place(&source, event, &path)),
                    expected,
                    "{source}.{event} {path}"
                );
            }
        }
    }
}

#[test]
fn a_version_behind_the_event_is_ignored() {
    assert_eq!(unversioned("CreateFunction20150331"), "CreateFunction");
    assert_eq!(
        unversioned("UpdateFunctionConfiguration20150331v2"),
        "UpdateFunctionConfiguration"
    );
    assert_eq!(
        unversioned("CreateDistribution2020_05_31"),
        "CreateDistribution"
    );
    assert_eq!(unversioned("ListObjectsV2"), "ListObjectsV2");
    assert_eq!(unversioned("GetLambdaAt2"), "GetLambdaAt2");
}

#[test]
fn hostile_paths_are_looked_up_in_bounded_work() {
    let deep = format!("requestParameters.{}name", "a.".repeat(200_000));
    let long = format!("requestParameters.{}", "x".repeat(1 << 20));
    for path in [
        "",
        ".",
        "requestParameters",
        "requestParameters.",
        "requestParameters...[",
        "é.é.名",
        &deep,
        &long,
    ] {
        for source in ["s3.amazonaws.com", "", "..", "nowhere.example", "\u{0}"] {
            let _ = place(source, "PutObject", path);
        }
        let _ = config_item("AWS::S3::Bucket", path);
    }
    assert_eq!(
        place("not a service.amazonaws.com", "X", "requestParameters.name"),
        None
    );
}

#[test]
fn config_items_have_places_too() {
    let cases = [
        (
            "AWS::StepFunctions::StateMachine",
            "configuration.definition",
            "states:state-machine-definition",
        ),
        (
            "AWS::StepFunctions::StateMachine",
            "Properties.DefinitionString",
            "states:state-machine-definition",
        ),
        (
            "AWS::StepFunctions::StateMachine",
            "Properties.StateMachineName",
            "states:metadata +",
        ),
        (
            "AWS::StepFunctions::Activity",
            "Properties.Name",
            "states:task +",
        ),
        ("AWS::S3::Bucket", "resourceName", "s3:bucket-name +"),
        (
            "AWS::S3::Bucket",
            "Properties.BucketName",
            "s3:bucket-name +",
        ),
        ("AWS::S3::Bucket", "tags.Owner", "s3:tag +"),
        ("AWS::EC2::Instance", "tags.Patient", "ec2:tag +"),
        ("AWS::EC2::Instance", "resourceName", "ec2:resource-name +"),
        (
            "AWS::EC2::SecurityGroup",
            "configuration.description",
            "ec2:description",
        ),
        (
            "AWS::Lambda::Function",
            "configuration.functionName",
            "lambda:resource-name +",
        ),
        (
            "AWS::Lambda::Function",
            "configuration.environment.variables.NAME",
            "-",
        ),
        (
            "AWS::SSM::Parameter",
            "Properties.Name",
            "ssm:parameter-name +",
        ),
        ("AWS::SSM::Parameter", "Properties.Value", "-"),
        (
            "AWS::SSM::Document",
            "Properties.Name",
            "ssm:document-name +",
        ),
        (
            "AWS::Route53::HostedZone",
            "Properties.Name",
            "route53:dns-name +",
        ),
        (
            "AWS::Route53::RecordSet",
            "Properties.Name",
            "route53:dns-name +",
        ),
        (
            "AWS::CloudWatch::Alarm",
            "configuration.alarmDescription",
            "cloudwatch:alarm-description",
        ),
        (
            "AWS::CloudWatch::Alarm",
            "resourceName",
            "cloudwatch:alarm-name +",
        ),
        (
            "AWS::Events::Rule",
            "Properties.EventPattern.detail.mrn[0]",
            "events:event-payload",
        ),
        (
            "AWS::Batch::JobDefinition",
            "Properties.ContainerProperties.Environment[0].Value",
            "batch:job-definition",
        ),
        (
            "AWS::ECS::TaskDefinition",
            "Properties.ContainerDefinitions[0].Environment[0].Value",
            "ecs:task-definition",
        ),
        ("AWS::KMS::Key", "Properties.Description", "kms:description"),
        ("AWS::KMS::Alias", "Properties.AliasName", "kms:alias +"),
        (
            "AWS::EFS::AccessPoint",
            "Properties.RootDirectory.Path",
            "elasticfilesystem:folder-name +",
        ),
        (
            "AWS::DynamoDB::Table",
            "configuration.tableName",
            "dynamodb:resource-name +",
        ),
        (
            "AWS::CustomerProfiles::Domain",
            "Properties.DomainName",
            "connect:customer-profile-domain-name +",
        ),
        ("Custom::Thing", "Properties.Name", "-"),
        ("nonsense", "name", "-"),
    ];
    for (kind, path, expected) in cases {
        assert_eq!(written(config_item(kind, path)), expected, "{kind} {path}");
    }
}
