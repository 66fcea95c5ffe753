//! Labelled values inside a field: parameters of an URL's query, cookies, and the maps that API
//! Gateway prints (`{family=Okonkwo, birthdate=1970-01-02}`).
//!
//! ```text
//! GET /fhir/Patient?family=Okonkwo&birthdate=1971-03-04 HTTP/1.1
//!                   ^name  ^value
//! ```
//!
//! A search for patients in FHIR (R5, 3.2.1.5.7 and 8.1.14) shortens the path of what it looks for: its
//! `family` is the `Patient.name.family` of a record. That path is what a value is announced by.

use crate::format::json::unpercent;
use std::ops::Range;

/// How far a value and its name reach from a hit.
const REACH_BYTES: usize = 4 << 10;
/// Longest name.
const NAME_BYTES: usize = 128;

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
    /// Whether the parameters beside it look for patients.
    of_patients: bool,
}

/// Search parameters of FHIR's Patient, and the paths that they look into.
const PATIENT: &[(&str, &str)] = &[
    ("address", "Patient.address"),
    ("birthdate", "Patient.birthDate"),
    ("death-date", "Patient.deceasedDate"),
    ("email", "Patient.telecom.email"),
    ("family", "Patient.name.family"),
    ("given", "Patient.name.given"),
    ("identifier", "Patient.identifier"),
    ("name", "Patient.name"),
    ("phone", "Patient.telecom.phone"),
    ("phonetic", "Patient.name"),
    ("telecom", "Patient.telecom"),
];

impl Parameter {
    /// The same, in a text that begins `by` bytes earlier.
    pub(crate) fn shifted(self, by: usize) -> Parameter {
        let shift = |range: Range<usize>| range.start + by..range.end + by;
        Parameter {
            name: shift(self.name),
            value: shift(self.value),
            ..self
        }
    }

    /// What the name says of the value: the path that a FHIR search means, else the name itself.
    pub(crate) fn announces(&self, text: &[u8]) -> String {
        let label = self.label(text);
        // Modifiers (`family:exact`) change nothing; chains (`subject:Patient.family`) end in a
        // parameter of the patient.
        let lower = label.to_ascii_lowercase();
        let (of_patients, name) = match lower.rsplit_once("patient.") {
            Some((_, name)) => (true, name),
            None => (self.of_patients, lower.as_str()),
        };
        let name = name.split(':').next().unwrap_or_default();
        let known = PATIENT.iter().find(|(known, _)| *known == name);
        match known.filter(|_| of_patients) {
            Some((_, path)) => (*path).to_owned(),
            None => label,
        }
    }

    /// The name, its percent runs undone.
    pub(crate) fn label(&self, text: &[u8]) -> String {
        let raw = text.get(self.name.clone()).unwrap_or_default();
        let plain = unpercent(&unpercent(raw, false).text, false).text;
        String::from_utf8_lossy(&plain).trim().to_owned()
    }
}

/// The parameter of a query or the cookie around a span: `?name=value`, `&name=value`,
/// `; name=value`, or at the start of the text.
pub(crate) fn parameter(text: &[u8], span: Range<usize>) -> Option<Parameter> {
    let before = text.get(..span.start)?;
    let reach = before.len().saturating_sub(REACH_BYTES);
    let begins = |byte: &u8| matches!(byte, b'?' | b'&' | b';' | b'"' | b'\'' | b' ' | b'#');
    let from = before[reach..].iter().rposition(begins);
    let from = match from {
        Some(at) => reach + at + 1,
        None if reach == 0 => 0,
        None => return None,
    };
    let equals = from + memchr::memchr(b'=', &before[from..])?;
    let name = from..equals;
    if !is_name(&text[name.clone()]) {
        return None;
    }
    let of_patients = searches_patients(text, from);
    let ends = |byte: &u8| matches!(byte, b'&' | b';' | b'"' | b'\'' | b' ' | b'#');
    let rest = &text[equals + 1..text.len().min(equals + 1 + REACH_BYTES)];
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    Some(Parameter {
        name,
        value: equals + 1..equals + 1 + length,
        of_patients,
    })
}

/// Whether the query around a position looks for patients: by the resource before it, or since it
/// asks for a date of birth under FHIR's name for it.
fn searches_patients(text: &[u8], at: usize) -> bool {
    let from = at.saturating_sub(REACH_BYTES);
    let begins = |byte: &u8| matches!(byte, b'"' | b'\'' | b' ' | b'?');
    let start = text[from..at]
        .iter()
        .rposition(begins)
        .map_or(from, |found| from + found + 1);
    let before = &text[from..start];
    let resource = before.strip_suffix(b"?").unwrap_or_default();
    let resource = resource.strip_suffix(b"/_search").unwrap_or(resource);
    let rest = &text[start..text.len().min(start + REACH_BYTES)];
    let end = rest.iter().position(begins).unwrap_or(rest.len());
    resource.ends_with(b"/Patient")
        || rest[..end]
            .split(|&byte| byte == b'&')
            .any(|parameter| parameter.starts_with(b"birthdate"))
}

/// The member of a printed map around a span: `{name=value, name=value}`. Values may hold blanks and
/// commas; the next name ends them.
pub(crate) fn member(text: &[u8], span: Range<usize>) -> Option<Parameter> {
    let before = text.get(..span.start)?;
    let reach = before.len().saturating_sub(REACH_BYTES);
    let (name, equals) = memchr::memrchr_iter(b'=', &before[reach..]).find_map(|at| {
        let equals = reach + at;
        let from = before[..equals]
            .iter()
            .rposition(|byte| matches!(byte, b'{' | b' ' | b',' | b'='))?;
        let name = from + 1..equals;
        let begins = before[from] == b'{' || before[..=from].ends_with(b", ");
        (begins && is_name(&before[name.clone()])).then_some((name, equals))
    })?;
    let rest = &text[equals + 1..text.len().min(equals + 1 + REACH_BYTES)];
    let next = memchr::memmem::find_iter(rest, b", ").find(|&comma| {
        let after = &rest[comma + 2..];
        let equals = memchr::memchr(b'=', &after[..after.len().min(NAME_BYTES)]);
        equals.is_some_and(|equals| is_name(&after[..equals]))
    });
    let close = || memchr::memchr3(b'}', b'\n', b'\r', rest);
    let length = next.or_else(close).unwrap_or(rest.len());
    let around = &text[reach..text.len().min(equals + REACH_BYTES)];
    (span.start < equals + 1 + length).then(|| Parameter {
        name,
        value: equals + 1..equals + 1 + length,
        of_patients: [&b"{birthdate"[..], b", birthdate"]
            .iter()
            .any(|name| memchr::memmem::find(around, name).is_some()),
    })
}

fn is_name(name: &[u8]) -> bool {
    (1..=NAME_BYTES).contains(&name.len())
        && name
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || b"_-.:[]%~$".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::{member, parameter};

    fn found(
        by: fn(&[u8], std::ops::Range<usize>) -> Option<super::Parameter>,
        text: &str,
        value: &str,
    ) -> Option<(String, String)> {
        let at = text.find(value).unwrap_or_default();
        let found = by(text.as_bytes(), at..at + value.len())?;
        Some((found.label(text.as_bytes()), text[found.value].to_owned()))
    }

    fn some(label: &str, value: &str) -> Option<(String, String)> {
        Some((label.to_owned(), value.to_owned()))
    }

    #[test]
    fn parameters_of_queries_and_cookies() {
        let url = "GET /fhir/Patient?family=Odra&birthdate=1971-03-04&name%5Btext%5D=A+B HTTP/1.1";
        assert_eq!(found(parameter, url, "Odra"), some("family", "Odra"));
        assert_eq!(
            found(parameter, url, "1971"),
            some("birthdate", "1971-03-04")
        );
        assert_eq!(found(parameter, url, "A+B"), some("name[text]", "A+B"));
        assert_eq!(found(parameter, url, "Patient"), None);
        assert_eq!(found(parameter, "mrn=12;%20b=34", "34"), some("b", "34"));
        assert_eq!(found(parameter, "a=1", "1"), some("a", "1"));
        assert_eq!(found(parameter, "/x/y=1", "1"), None);
    }

    #[test]
    fn searches_for_patients_say_what_they_look_into() {
        let announced = |text: &str, value: &str| {
            let at = text.find(value).unwrap_or_default();
            let found = parameter(text.as_bytes(), at..at + value.len());
            found.map(|found| found.announces(text.as_bytes()))
        };
        for (text, label) in [
            (
                "GET /fhir/Patient?family=Odra HTTP/1.1",
                "Patient.name.family",
            ),
            (
                "POST /Patient/_search?given:exact=Odra",
                "Patient.name.given",
            ),
            ("family=Odra&birthdate=1971-03-04", "Patient.name.family"),
            ("birthdate=1971-03-04&name=Odra", "Patient.name"),
            (
                "/Observation?subject:Patient.family=Odra",
                "Patient.name.family",
            ),
            ("/Encounter?patient.given=Odra", "Patient.name.given"),
            ("/Practitioner?family=Odra", "family"),
            ("/Patient?_id=Odra", "_id"),
        ] {
            assert_eq!(announced(text, "Odra").as_deref(), Some(label), "{text}");
        }
    }

    #[test]
    fn members_of_printed_maps() {
        let map = "Method request headers: {Accept=*/*, X-Patient=Odra, Ann, via=1.1 a, b}";
        assert_eq!(found(member, map, "Odra"), some("X-Patient", "Odra, Ann"));
        assert_eq!(found(member, map, "1.1"), some("via", "1.1 a, b"));
        assert_eq!(found(member, map, "Method"), None);
        assert_eq!(found(member, "{mrn=1}", "1"), some("mrn", "1"));
    }
}
