//! Mounted shares: files that matter by their names only (`names:` sources).
//!
//! The files are empty or hold a line without meaning. Their truth has no positions.

use super::Estate;
use crate::people::Person;
use crate::random::Random;
use crate::truth::{Kind, Line, subject_of, verdict_of};

/// A share, the place of its file names and that of its folder names.
const SHARES: [(&str, &str); 4] = [
    ("workdocs", "workdocs"),
    ("efs", "elasticfilesystem"),
    ("fsx", "fsx"),
    ("gateway", "storagegateway"),
];

const CLEAN: [&str; 12] = [
    "policies/hand-hygiene-2025.pdf",
    "policies/visitor badges.docx",
    "templates/discharge-letter.dotx",
    "templates/intake_form_v3.pdf",
    "it/quillbase-rollout.xlsx",
    "it/backup_schedule_2026.txt",
    "it/printers/4w-hp-m507.inf",
    "minutes/2026-02-17 pharmacy board.docx",
    "minutes/2026-03-03 south wing.docx",
    "facilities/parking_north_lot.dwg",
    "facilities/boiler-418273950617.log",
    "training/new_grad_orientation.pptx",
];

pub(super) fn add(estate: &mut Estate, seed: u64) {
    for (share, service) in SHARES {
        let mut random = Random::part(seed, share);
        for name in CLEAN {
            let path = format!("shares/{share}/{name}");
            estate.files.insert(path, Vec::new());
        }
        near(
            estate,
            share,
            "policies/hand-hygiene-2025.pdf",
            "hand-hygiene",
            "NAME",
            "two words of a title",
        );
        near(
            estate,
            share,
            "minutes/2026-03-03 south wing.docx",
            "2026-03-03",
            "DATE",
            "date of a meeting",
        );
        near(
            estate,
            share,
            "facilities/boiler-418273950617.log",
            "418273950617",
            "MEDICAID_ID",
            "asset number of twelve digits",
        );
        near(
            estate,
            share,
            "it/printers/4w-hp-m507.inf",
            "m507",
            "ICD10",
            "printer model",
        );
        for number in 0..4 {
            let who = Person::new(&mut random);
            let (path, values) = match number {
                0 => (
                    format!(
                        "patients/{}_{}.pdf",
                        who.joined("_"),
                        format_args!("mrn{}", who.mrn)
                    ),
                    vec![("NAME", who.joined("_")), ("MRN", who.mrn.clone())],
                ),
                1 => (
                    format!("discharge/{} DOB {}.docx", who.last_first(), who.born_iso()),
                    vec![("NAME", who.last_first()), ("DOB", who.born_iso())],
                ),
                2 => (
                    format!("hr/ssn {}.tif", who.ssn),
                    vec![("SSN", who.ssn.clone())],
                ),
                _ => (
                    format!("intake/{}/consent.pdf", who.shouted()),
                    vec![("NAME", who.shouted())],
                ),
            };
            let element = match (number, service) {
                (_, "storagegateway") => "file-name",
                (3, _) => "folder-name",
                _ => "file-name",
            };
            let place = format!("{service}:{element}");
            let path = format!("shares/{share}/{path}");
            for (class, value) in values {
                estate.truth.push(Line {
                    kind: Kind::Leak,
                    file: path.clone(),
                    source: Some(format!("names:shares/{share}")),
                    compression: None,
                    charset: None,
                    class: class.to_owned(),
                    subject: Some(subject_of(class).to_owned()),
                    verdict: Some(verdict_of(&place).to_owned()),
                    places: vec![place.clone()],
                    place: Some(place.clone()),
                    byte_start: None,
                    byte_end: None,
                    value,
                    min_confidence: Some(0.5),
                    occurrences: None,
                    why: None,
                });
            }
            estate.files.insert(
                path,
                if number == 0 {
                    b"scanned\n".to_vec()
                } else {
                    Vec::new()
                },
            );
        }
    }
}

fn near(estate: &mut Estate, share: &str, name: &str, value: &str, resembles: &str, why: &str) {
    estate.truth.push(Line {
        kind: Kind::NearMiss,
        file: format!("shares/{share}/{name}"),
        source: Some(format!("names:shares/{share}")),
        compression: None,
        charset: None,
        class: resembles.to_owned(),
        subject: None,
        verdict: None,
        places: Vec::new(),
        place: None,
        byte_start: None,
        byte_end: None,
        value: value.to_owned(),
        min_confidence: None,
        occurrences: None,
        why: Some(why.to_owned()),
    });
}
