//! Fields of health messages met inside any text: HL7 v2 segments and X12 segments.
//!
//! A segment names its fields by position, so position is the label: the third field of `PID` holds
//! record numbers, the seventh the birth date. The scanner looks for the openings in
//! [`OPENINGS`]; [`fields`] cuts the segment behind one and hands over each field that names a
//! person, with the words that a label would have. Whole messages with declared separators are a
//! format's business; here are the usual separators `|^~&` and `*:~`, which survive in logs.
//!
//! ```text
//! PID|1||8812734^^^HOSP^MR||ROE^JANE||19620403     PID-3 mrn, PID-5 patient name, PID-7 dob
//! NM1*IL*1*ROE*JANE****MI*XYZ441290773~            03 last name, 04 first name, 09 member id
//! ```

use std::ops::Range;

/// How segments that name persons start.
pub(crate) const OPENINGS: [&[u8]; 14] = [
    b"PID|", b"NK1|", b"GT1|", b"IN1|", b"IN2|", b"MRG|", b"PV1|", b"DG1|", b"NM1*", b"DMG*",
    b"REF*", b"DTP*", b"CLM*", b"HI*",
];

/// Longest segment that is cut, in bytes, and most fields of it.
const LONGEST: usize = 4096;
const MOST_FIELDS: usize = 64;

/// HL7 v2 fields: segment, field, component (0: the whole repetition), label.
/// HL7 v2.8.2 chapters 3 (PID, NK1, MRG, PV1) and 6 (GT1, IN1, IN2, DG1).
const HL7: &[(&[u8], usize, usize, &str)] = &[
    (b"PID", 2, 1, "mrn"),
    (b"PID", 3, 1, "mrn"),
    (b"PID", 4, 1, "mrn"),
    (b"PID", 5, 0, "patient name"),
    (b"PID", 6, 0, "maiden name"),
    (b"PID", 7, 1, "dob"),
    (b"PID", 9, 0, "patient name"),
    (b"PID", 11, 1, "street address"),
    (b"PID", 11, 5, "zip code"),
    (b"PID", 13, 1, "phone"),
    (b"PID", 14, 1, "phone"),
    (b"PID", 18, 1, "patient account"),
    (b"PID", 19, 1, "ssn"),
    (b"PID", 29, 1, "date of death"),
    (b"NK1", 2, 0, "next of kin"),
    (b"NK1", 4, 1, "street address"),
    (b"NK1", 4, 5, "zip code"),
    (b"NK1", 5, 1, "phone"),
    (b"NK1", 6, 1, "phone"),
    (b"NK1", 16, 1, "dob"),
    (b"GT1", 3, 0, "guarantor name"),
    (b"GT1", 5, 1, "street address"),
    (b"GT1", 5, 5, "zip code"),
    (b"GT1", 6, 1, "phone"),
    (b"GT1", 7, 1, "phone"),
    (b"GT1", 8, 1, "dob"),
    (b"GT1", 12, 1, "ssn"),
    (b"IN1", 16, 0, "insured name"),
    (b"IN1", 18, 1, "dob"),
    (b"IN1", 19, 1, "street address"),
    (b"IN1", 19, 5, "zip code"),
    (b"IN1", 36, 1, "policy number"),
    (b"IN1", 49, 1, "insured id"),
    (b"IN2", 2, 1, "ssn"),
    (b"IN2", 6, 1, "medicare number"),
    (b"MRG", 1, 1, "mrn"),
    (b"MRG", 7, 0, "patient name"),
    (b"PV1", 7, 1, "npi"),
    (b"PV1", 8, 1, "npi"),
    (b"PV1", 19, 1, "visit number"),
    (b"PV1", 44, 1, "admit date"),
    (b"PV1", 45, 1, "discharge date"),
    (b"DG1", 3, 1, "icd 10"),
];

/// Entities of `NM1` that are patients: insured, patient, corrected insured, dependent, incorrect
/// name (X12 element 98).
const PATIENTS: [&[u8]; 5] = [b"IL", b"QC", b"74", b"03", b"70"];

/// Calls `each` with label and value of the fields behind the opening at `at` that name persons.
pub(crate) fn fields(text: &[u8], at: usize, each: &mut dyn FnMut(&'static str, Range<usize>)) {
    let opens = at == 0 || !(text[at - 1].is_ascii_alphanumeric() || text[at - 1] == b'_');
    let rest = &text[at..text.len().min(at + LONGEST)];
    let Some(separator) = rest.iter().position(|byte| matches!(byte, b'|' | b'*')) else {
        return;
    };
    if !opens {
        return;
    }
    let hl7 = rest[separator] == b'|';
    let end = at + segment_length(rest, hl7);
    let mut cut = Vec::new();
    let mut start = at;
    for part in text[at..end]
        .split(|&byte| byte == rest[separator])
        .take(MOST_FIELDS)
    {
        cut.push(start..start + part.len());
        start += part.len() + 1;
    }
    if hl7 {
        hl7_fields(text, &cut, each)
    } else {
        x12_fields(text, &cut, each)
    }
}

/// Up to the end of the segment: a line end, an X12 terminator, a quote, or a blank before the next
/// segment where a message was put on one line.
fn segment_length(rest: &[u8], hl7: bool) -> usize {
    let ends = |(index, &byte): (usize, &u8)| match byte {
        b'\r' | b'\n' | b'"' | 0x1c => true,
        b'~' | b'\'' => !hl7,
        b' ' if hl7 => {
            let next = rest.get(index + 1..index + 5).unwrap_or(&[]);
            next.last() == Some(&b'|')
                && next[..3]
                    .iter()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        }
        _ => false,
    };
    rest.iter()
        .enumerate()
        .position(|(index, byte)| ends((index, byte)))
        .unwrap_or(rest.len())
}

fn hl7_fields(text: &[u8], cut: &[Range<usize>], each: &mut dyn FnMut(&'static str, Range<usize>)) {
    let Some(name) = cut.first().map(|name| &text[name.clone()]) else {
        return;
    };
    for &(_, field, component, label) in HL7.iter().filter(|row| row.0 == name) {
        let Some(field) = cut.get(field) else {
            continue;
        };
        let mut start = field.start;
        for repetition in text[field.clone()].split(|&byte| byte == b'~').take(8) {
            let whole = start..start + repetition.len();
            start = whole.end + 1;
            let part = |number: usize| nth(text, &whole, b'^', number);
            // An identifier says in its fifth component what it is (HL7 table 0203).
            let kind = part(5).map(|kind| &text[kind]);
            let label = if label == "mrn" && kind == Some(b"SS") {
                "ssn"
            } else {
                label
            };
            let value = if component == 0 {
                Some(whole.clone())
            } else {
                part(component)
            };
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                each(label, value);
            }
        }
    }
}

fn x12_fields(text: &[u8], cut: &[Range<usize>], each: &mut dyn FnMut(&'static str, Range<usize>)) {
    let element = |number: usize| {
        cut.get(number)
            .map_or(&[][..], |range| &text[range.clone()])
    };
    let mut tell = |label: Option<&'static str>, number: usize| {
        if let (Some(label), Some(value)) =
            (label, cut.get(number).filter(|value| !value.is_empty()))
        {
            each(label, value.clone());
        }
    };
    match element(0) {
        b"NM1" => {
            let patient = PATIENTS.contains(&element(1)) && element(2) == b"1";
            tell(patient.then_some("last name"), 3);
            tell(patient.then_some("first name"), 4);
            let label = match element(8) {
                b"MI" | b"II" if patient => Some("member id"),
                b"34" if patient => Some("ssn"),
                b"HN" if patient => Some("hicn"),
                b"MR" if patient => Some("medicaid id"),
                b"XX" => Some("npi"),
                _ => None,
            };
            tell(label, 9);
        }
        b"DMG" => tell((element(1) == b"D8").then_some("dob"), 2),
        b"REF" => {
            let label = match element(1) {
                b"SY" => Some("ssn"),
                b"0F" | b"1W" => Some("member id"),
                b"EA" => Some("mrn"),
                b"EJ" => Some("patient account"),
                _ => None,
            };
            tell(label, 2);
        }
        b"DTP" => {
            let label = match element(1) {
                b"435" => Some("admit date"),
                b"096" => Some("discharge date"),
                b"472" => Some("service date"),
                _ => None,
            };
            tell(label, 3);
        }
        b"CLM" => tell(Some("patient account"), 1),
        b"HI" => {
            for composite in cut.iter().skip(1) {
                let code = nth(text, composite, b':', 2).filter(|code| !code.is_empty());
                let kind = nth(text, composite, b':', 1).map(|kind| &text[kind]);
                let icd10 = matches!(kind, Some(b"ABK" | b"ABF" | b"ABJ" | b"APR" | b"ABN"));
                if let Some(code) = code.filter(|_| icd10) {
                    each("icd 10", code);
                }
            }
        }
        _ => {}
    }
}

/// The `number`-th part, from 1, of a range that is cut by `separator`.
fn nth(text: &[u8], range: &Range<usize>, separator: u8, number: usize) -> Option<Range<usize>> {
    let mut start = range.start;
    for (index, part) in text[range.clone()]
        .split(|&byte| byte == separator)
        .enumerate()
    {
        if index + 1 == number {
            return Some(start..start + part.len());
        }
        start += part.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(&'static str, &str)> {
        let mut told = Vec::new();
        fields(text.as_bytes(), 0, &mut |label, value| {
            told.push((label, &text[value]))
        });
        told
    }

    #[test]
    fn hl7_fields_have_their_labels() {
        let pid = "PID|1||88127^^^H^MR~301228841^^^US^SS||ROE^JANE^M||19620403|F\rPV1|1";
        assert_eq!(
            told(pid),
            [
                ("mrn", "88127"),
                ("ssn", "301228841"),
                ("patient name", "ROE^JANE^M"),
                ("dob", "19620403")
            ]
        );
        assert_eq!(told("PID|1||88127 PV1|1||7|8|9"), [("mrn", "88127")]);
        assert_eq!(told("PID|"), []);
    }

    #[test]
    fn x12_elements_have_their_labels() {
        assert_eq!(
            told("NM1*IL*1*ROE*JANE****MI*XYZ4412907~DMG*D8*19620403"),
            [
                ("last name", "ROE"),
                ("first name", "JANE"),
                ("member id", "XYZ4412907")
            ]
        );
        assert_eq!(
            told("NM1*85*2*ELM CLINIC*****XX*1245319599~"),
            [("npi", "1245319599")]
        );
        assert_eq!(
            told("HI*ABK:S52131A*ABF:I10"),
            [("icd 10", "S52131A"), ("icd 10", "I10")]
        );
        assert_eq!(told("REF*ZZ*1"), []);
    }
}
