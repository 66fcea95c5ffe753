//! Labelled values inside a field: parameters of an URL's query, cookies, and the maps that API
//! Gateway prints (`{family=Okonkwo, birthdate=1970-01-02}`).
//!
//! ```text
//! GET /fhir/Patient?family=Okonkwo&birthdate=1971-03-04 HTTP/1.1
//!                   ^name  ^value
//! ```

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
}

impl Parameter {
    /// The same, in a text that begins `by` bytes earlier.
    pub(crate) fn shifted(self, by: usize) -> Parameter {
        let shift = |range: Range<usize>| range.start + by..range.end + by;
        Parameter {
            name: shift(self.name),
            value: shift(self.value),
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
    let ends = |byte: &u8| matches!(byte, b'&' | b';' | b'"' | b'\'' | b' ' | b'#');
    let rest = &text[equals + 1..text.len().min(equals + 1 + REACH_BYTES)];
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    Some(Parameter {
        name,
        value: equals + 1..equals + 1 + length,
    })
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
    (span.start < equals + 1 + length).then(|| Parameter {
        name,
        value: equals + 1..equals + 1 + length,
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
    fn members_of_printed_maps() {
        let map = "Method request headers: {Accept=*/*, X-Patient=Odra, Ann, via=1.1 a, b}";
        assert_eq!(found(member, map, "Odra"), some("X-Patient", "Odra, Ann"));
        assert_eq!(found(member, map, "1.1"), some("via", "1.1 a, b"));
        assert_eq!(found(member, map, "Method"), None);
        assert_eq!(found(member, "{mrn=1}", "1"), some("mrn", "1"));
    }
}
