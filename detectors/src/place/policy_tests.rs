//! Policies: what is refused, which entry decides, what a ruling becomes.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde::Deserialize;

use super::policy::{Policy, Standing, Value};
use super::{Basis, Catalogue, Place, Verdict};
use crate::own::Day;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn policy(text: &str) -> Policy {
    let catalogue = Catalogue::built_in().unwrap();
    Policy::parse("policy.toml", text, &catalogue, day("2026-11-25")).unwrap()
}

fn refused(text: &str) -> String {
    let catalogue = Catalogue::built_in().unwrap();
    let read = Policy::parse("policy.toml", text, &catalogue, day("2026-11-25"));
    read.err().unwrap().to_string()
}

/// `testdata/policy.toml`: policies, and which line decides for which value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    why: String,
    policy: String,
    ask: Vec<Ask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    place: Place,
    class: Option<String>,
    account: Option<String>,
    resource: Option<String>,
    /// The citation of the entry that decides; nothing where none does.
    decides: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    policy: String,
    /// Beginning of the message.
    says: String,
}

fn cases() -> Cases {
    toml::from_str(include_str!("../../testdata/policy.toml")).unwrap()
}

#[test]
fn the_entry_that_decides() {
    for case in cases().case {
        let policy = policy(&case.policy);
        for ask in &case.ask {
            let value = Value {
                class: ask.class.as_deref().map(|class| class.parse().unwrap()),
                account: ask.account.as_deref(),
                resource: ask.resource.as_deref(),
            };
            let decides = policy.decides(&ask.place, value);
            assert_eq!(
                decides.map(|entry| &*entry.citation),
                ask.decides.as_deref(),
                "{}: {} {value:?}",
                case.why,
                ask.place
            );
            let standings = policy.standings(&ask.place, value);
            let winners = standings
                .iter()
                .filter(|(_, standing)| *standing == Standing::Decides);
            assert_eq!(
                winners.count(),
                usize::from(ask.decides.is_some()),
                "{}",
                case.why
            );
        }
    }
}

#[test]
fn faults_are_told_with_file_line_and_key() {
    for case in cases().refused {
        let message = refused(&case.policy);
        assert!(
            message.starts_with(&case.says),
            "{}\n{message}",
            case.policy
        );
        assert!(!message.contains("219"), "{message}");
    }
    let many = "[[entry]]\nplace = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"ORG-1\"\n";
    assert!(refused(&many.repeat(1001)).contains("more than 1000"));
}

#[test]
fn standings_say_why() {
    let policy = policy(
        "[[entry]]\nplace = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"ORG-1\"\n\
         [[entry]]\nplace = \"ec2:tag\"\nverdict = \"permitted\"\ncitation = \"ORG-2\"\n\
         [[entry]]\nplace = \"ec2:tag\"\nverdict = \"unexpected\"\ncitation = \"ORG-3\"\n\
         [[entry]]\nplace = \"ec2:tag\"\nclass = \"SSN\"\nverdict = \"permitted\"\ncitation = \"ORG-4\"\n\
         [[entry]]\nplace = \"ec2:tag\"\nverdict = \"permitted\"\ncitation = \"ORG-5\"\nuntil = 2026-11-24\n\
         [[entry]]\nplace = \"s3:object-tag\"\nverdict = \"permitted\"\ncitation = \"ORG-6\"\n",
    );
    let value = Value {
        class: None,
        account: None,
        resource: None,
    };
    let standings: Vec<Standing> = policy
        .standings(&Place::new("ec2", "tag"), value)
        .into_iter()
        .map(|(_, standing)| standing)
        .collect();
    use Standing::{Decides, Ended, Milder, Outweighed, Unfit};
    assert_eq!(
        standings,
        [Outweighed(5), Milder(9), Decides, Unfit("class"), Ended]
    );
    let ended: Vec<usize> = policy.ended().map(|entry| entry.line).collect();
    assert_eq!(ended, [18]);
}

#[test]
fn a_ruling_keeps_its_place_and_what_the_whitepaper_says() {
    let catalogue = Catalogue::built_in().unwrap();
    let policy = policy(
        "[[entry]]\nplace = \"s3:object-key\"\nclass = \"MRN\"\nverdict = \"permitted\"\ncitation = \"ORG-EXC-7, 2\"\n\
         [[entry]]\nplace = \"cloudtrail:event-record\"\nverdict = \"forbidden\"\ncitation = \"ORG-9\"\n",
    );
    let places = [
        Place::new("cloudtrail", "event-record"),
        Place::new("s3", "object-key"),
    ];
    let mut ruling = catalogue.rule(&places, &|_, _| None);
    let before = ruling.clone();
    let value = |class: &str| Value {
        class: Some(class.parse().unwrap()),
        account: None,
        resource: None,
    };
    policy.apply(&catalogue, &mut ruling, value("MRN"));
    assert_eq!(ruling.place, before.place);
    assert_eq!(ruling.verdict, Verdict::Permitted);
    assert_eq!(ruling.basis, Some(Basis::Organisation));
    assert_eq!(ruling.policy_id.as_deref(), Some("ORG-EXC-7"));
    assert_eq!(ruling.citation.as_deref(), Some("ORG-EXC-7, 2"));
    assert_eq!(ruling.condition, "");
    let also: Vec<(String, &str, Verdict)> = ruling
        .also
        .iter()
        .map(|also| {
            let id = also.policy_id.as_deref().unwrap_or_default();
            (also.place.to_string(), id, also.verdict)
        })
        .collect();
    let record = "cloudtrail:event-record".to_owned();
    assert_eq!(
        also[0],
        (
            "s3:object-key".to_owned(),
            "WP-S3-OBJECT-KEY",
            Verdict::Forbidden
        )
    );
    assert_eq!(also[1].0, record);
    assert_eq!(also.last(), Some(&(record, "ORG-9", Verdict::Forbidden)));

    // Another class: the entry for the place of the row does not fit, the other place's does.
    let mut other = before.clone();
    policy.apply(&catalogue, &mut other, value("SSN"));
    assert_eq!((other.verdict, other.basis), (before.verdict, before.basis));
    assert_eq!(other.also.len(), before.also.len() + 1);
}

#[test]
fn what_is_printed_is_masked() {
    let mut policy = policy(
        "[[entry]]\nplace = \"*:tag\"\nverdict = \"forbidden\"\ncitation = \"ORG-1 of Jane\"\nremark = \"Jane\"\n",
    );
    policy.mask(&mut |text| text.replace("Jane", "{NAME}"));
    let entry = &policy.entries()[0];
    assert_eq!(
        (&*entry.citation, &*entry.remark),
        ("ORG-1 of {NAME}", "{NAME}")
    );
}
