#![allow(clippy::unwrap_used, clippy::panic)]
use serde_json::Value;

use super::super::super::tests::{Estate, container, record, state, unit};
use super::*;
use crate::row::Finding;
use crate::sample::text;

fn document(estate: &Estate, form: Form) -> Value {
    let mut written = Vec::new();
    let session = Session::open_for_export(&estate.out()).unwrap();
    let count = sarif(&session, form, &mut written).unwrap();
    let document: Value = serde_json::from_slice(&written).unwrap();
    assert_eq!(
        document["runs"][0]["results"].as_array().unwrap().len() as u64,
        count
    );
    document
}

#[test]
fn a_result_says_what_the_row_says() {
    let estate = Estate::new();
    let allowed = Finding {
        suppressed: true,
        suppressed_by: Some(text("privacy@example.org")),
        suppressed_reason: Some(text("training data")),
        suppressed_until: Some(text("2026-12-31")),
        unit: Some(text("in/{NAME:3f9c} 1.log")),
        severity: text("medium"),
        ..state(2, 1)
    };
    let fine = Finding {
        verdict: text("permitted"),
        policy_id: None,
        byte_start: None,
        ..record(3, 1)
    };
    estate.run(
        vec![state(1, 1), allowed, fine],
        vec![container("scanned"), unit(1, "scanned"), unit(2, "denied")],
    );
    estate.run(vec![], vec![container("partial")]);
    let document = document(&estate, Form::default());
    let run = &document["runs"][0];
    let of = |id: u64| {
        let id = format!("{id:032x}");
        let mut results = run["results"].as_array().unwrap().iter();
        results
            .find(|result| result["partialFingerprints"]["phiscanFindingId/v1"] == id)
            .unwrap()
    };
    let one = of(1);
    assert_eq!(one["ruleId"], "WP-FREE-FORM-FIELD/mrn");
    let rule = &run["tool"]["driver"]["rules"][one["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!(rule["id"], one["ruleId"]);
    assert!(
        rule["help"]["text"]
            .as_str()
            .unwrap()
            .contains("log an internal id instead")
    );
    assert_eq!(
        (&one["level"], &one["kind"]),
        (&json!("error"), &json!("fail"))
    );
    assert_eq!(one["suppressions"], json!([]));
    let physical = &one["locations"][0]["physicalLocation"];
    assert_eq!(
        physical["region"],
        json!({"byteOffset": 10, "byteLength": 8})
    );
    assert_eq!(
        physical["artifactLocation"],
        json!({"uri": "logs/app.log", "uriBaseId": "%SRCROOT%"})
    );
    assert_eq!(one["provenance"]["invocationIndex"], 0);
    assert_eq!(
        one["message"]["text"],
        "MRN (99999999) in logs:log-event: forbidden, section AWS Auto Scaling (WP-FREE-FORM-FIELD). What to do: log an internal id instead."
    );

    let two = of(2);
    assert_eq!(two["suppressions"][0]["kind"], "external");
    assert_eq!(
        two["suppressions"][0]["justification"],
        "training data; allowed by privacy@example.org; until 2026-12-31"
    );
    assert_eq!(two["level"], "warning");
    let uri = &two["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "in/%7BNAME%3A3f9c%7D%201.log");

    let three = of(3);
    assert_eq!(
        (&three["level"], &three["kind"]),
        (&json!("none"), &json!("informational"))
    );
    assert_eq!(three["ruleId"], "logs:log-event/mrn");
    assert!(
        three["locations"][0]["physicalLocation"]
            .get("region")
            .is_none()
    );

    let invocations = run["invocations"].as_array().unwrap();
    assert_eq!(invocations.len(), 2);
    assert_eq!(invocations[0]["exitCode"], 1);
    let notified = invocations[0]["toolExecutionNotifications"]
        .as_array()
        .unwrap();
    assert_eq!(notified.len(), 1);
    assert_eq!(notified[0]["descriptor"]["id"], "coverage/denied");
    assert_eq!(notified[0]["level"], "error");
    let known = run["tool"]["driver"]["notifications"].as_array().unwrap();
    assert!(
        known
            .iter()
            .any(|descriptor| descriptor["id"] == "coverage/denied")
    );
    assert_eq!(
        invocations[1]["toolExecutionNotifications"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let text = document.to_string();
    for absent in ["snippet", "contextRegion", "\"token\""] {
        assert!(!text.contains(absent), "{absent}");
    }
}

#[test]
fn nothing_is_a_document_too() {
    let estate = Estate::new();
    estate.run(vec![], vec![container("scanned")]);
    let run = &document(&estate, Form::default())["runs"][0];
    assert_eq!(
        (
            &run["results"],
            run["invocations"].as_array().unwrap().len()
        ),
        (&json!([]), 1)
    );
}

#[test]
fn canonical_documents_of_the_same_are_the_same() {
    let form = Form {
        canonical: true,
        without_encoding: false,
    };
    let make = |name: &str| {
        let estate = Estate::new();
        let mut found = state(1, 1);
        found.unit = Some(text(name));
        estate.run(
            vec![found, record(2, 1)],
            vec![container("scanned"), unit(1, "scanned")],
        );
        document(&estate, form)
    };
    let one = make("here/app.log");
    assert_eq!(one, make("there/app.log"));
    assert!(one["runs"][0].get("invocations").is_none());
    assert!(one["runs"][0]["results"][0].get("provenance").is_none());
}

#[test]
fn ids_of_one_run_are_no_fingerprints() {
    let estate = Estate::new();
    let mut found = state(1, 1);
    found.finding_id =
        postcard::from_bytes(&postcard::to_allocvec("run-0000000000000000000000000001").unwrap())
            .unwrap();
    estate.run(vec![found], vec![container("scanned"), unit(1, "scanned")]);
    assert!(
        document(&estate, Form::default())["runs"][0]["results"][0]
            .get("partialFingerprints")
            .is_none()
    );
}

#[test]
fn messages_have_no_placeholders_or_links() {
    assert_eq!(
        results::escaped("a {0} [b](1) \\"),
        "a {{0}} \\[b\\](1) \\\\"
    );
}
