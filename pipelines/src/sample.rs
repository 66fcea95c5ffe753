//! Rows for tests.
#![allow(clippy::unwrap_used)]

use crate::key::Token;
use crate::row::{Also, Attestation, Coverage, Finding, Millis, RunRow, Text};

/// 24 November 2026, 12:00 UTC.
pub(crate) const NOON: Millis = Millis(1_795_521_600_000);

pub(crate) fn text(word: &str) -> Text {
    Text::configured(word)
}

/// A token that is not keyed: 32 digits made of a number.
pub(crate) fn token(number: u64) -> Token {
    postcard::from_bytes(&postcard::to_allocvec(&format!("{number:032x}")).unwrap()).unwrap()
}

pub(crate) fn finding(id: u64, unit: u64) -> Finding {
    Finding {
        finding_id: token(id),
        run_id: text("20261124T120000000Z-00000001"),
        scope_token: Some(token(9000)),
        account_id: text("111122223333"),
        region: text("us-east-1"),
        unit_token: Some(token(unit)),
        unit: Some(text("logs/app.log")),
        event_time: NOON,
        time_suspect: false,
        last_modified: None,
        source: text("files"),
        service: text("logs"),
        element: Some(text("log-event")),
        resource: Some(text("file:///data/logs/app.log")),
        locator: text("$.mrn"),
        byte_start: Some(10),
        byte_end: Some(18),
        encoding: text("gzip>json-string"),
        class: text("MRN"),
        subject: text("patient"),
        other_classes: vec![text("MEMBER_ID")],
        contains: Vec::new(),
        safe_harbor: 8,
        detector: text("mrn"),
        detector_version: text("1"),
        confidence: 0.75,
        checksum: text("none"),
        cue_kind: text("slot"),
        reserved: false,
        suppressed: false,
        evidence: text("99999999"),
        token: Some(token(id + 500)),
        token_key_id: Some(text("7f8f53f7")),
        verdict: text("forbidden"),
        policy_id: Some(text("WP-FREE-FORM-FIELD")),
        basis: Some(text("advised")),
        citation: Some(text("AWS Auto Scaling")),
        condition: text(""),
        condition_state: text("not-applicable"),
        also: vec![Also {
            service: text("cloudtrail"),
            element: text("event-record"),
            verdict: text("condition-unknown"),
            policy_id: text("WP-CLOUDTRAIL-EVENT-RECORD"),
            condition_state: text("unknown"),
        }],
        severity: text("high"),
        producer: None,
        remedy: Some(text("log an internal id instead")),
        occurrences: 1,
        suppressed_by: None,
        suppressed_reason: None,
        suppressed_until: None,
        detected_at: Millis(NOON.0 + 1234),
    }
}

pub(crate) fn coverage(unit: u64, kind: &str, outcome: &str) -> Coverage {
    Coverage {
        run_id: text("20261124T120000000Z-00000001"),
        scope_token: Some(token(9000)),
        account_id: text("none"),
        region: text("none"),
        unit_token: Some(token(unit)),
        unit: Some(text(&format!("unit {unit}"))),
        source: text("files"),
        service: text("local"),
        unit_kind: text(kind),
        units_in_row: 1,
        elements_read: vec![text("file-content"), text("file-name")],
        elements_missed: Vec::new(),
        outcome: text(outcome),
        reason: None,
        bytes_read: 100,
        bytes_decoded: 1000,
        records: 10,
        findings: 1,
        started_at: NOON,
        ended_at: Some(NOON),
        etag: None,
        version: None,
    }
}

pub(crate) fn attestation() -> Attestation {
    Attestation {
        run_id: text("20261124T120000000Z-00000001"),
        scope_token: None,
        account_id: text("111122223333"),
        region: text("us-east-1"),
        unit_token: Some(token(5)),
        unit: None,
        source: text("cloudtrail"),
        trail: text("arn:aws:cloudtrail:us-east-1:111122223333:trail/main"),
        kind: text("digest"),
        object: text("s3://trail/digest.json.gz"),
        object_token: Some(token(6)),
        period_start: Some(NOON),
        period_end: None,
        state: text("valid"),
        signature_state: Some(text("valid")),
        hash_state: Some(text("valid")),
        chain_state: None,
        aws_verdict: None,
        aws_message: None,
        stricter: Vec::new(),
    }
}

pub(crate) fn run() -> RunRow {
    RunRow {
        run_id: text(""),
        scope_token: None,
        account_id: text("none"),
        region: text("none"),
        token_key_id: Some(text("7f8f53f7")),
        bytes_read: 100,
        bytes_decoded: 1000,
        records: 10,
        findings: 1,
        started_at: NOON,
        commit_number: -1,
        committed_at: Millis(0),
        command: text("scan"),
        arguments: vec![text("scan"), text("logs")],
        actor: Some(text("jane (1000)")),
        phiscan_version: text("0.1.0"),
        detector_set_hash: text("00"),
        catalogue_hash: text("00"),
        policy_hash: None,
        score_model: text("uncalibrated-1"),
        score_model_hash: None,
        whitepaper_edition: text("2023-05-12 zh-TW"),
        units: 1,
        units_incomplete: 0,
        findings_counting: 1,
        exit_status: Some(1),
        files: Vec::new(),
        replaced: Vec::new(),
        allow_hash: None,
        own_classes: Vec::new(),
    }
}
