//! Names of units as URI references.
//!
//! A unit's name is a masked path, or begins with a scheme. Masks hold braces and names hold
//! anything, so whatever a URI does not take is percent-encoded. The name stays readable after one
//! decoding, and no name can end up as a query, a fragment, another scheme or another host.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// The `artifactLocation` of a unit.
pub(super) fn artifact_location(unit: &str) -> Value {
    let (uri, is_relative) = reference(unit);
    if is_relative {
        // What relative names are relative to: the folder in which the scan was started.
        json!({"uri": uri, "uriBaseId": "%SRCROOT%"})
    } else {
        json!({"uri": uri})
    }
}

/// The reference, and whether it is relative.
fn reference(unit: &str) -> (String, bool) {
    if let Some((scheme, rest)) = unit.split_once("://")
        && is_scheme(scheme)
    {
        return (format!("{scheme}://{}", encoded(rest)), false);
    }
    if let Some(rest) = unit.strip_prefix("arn:") {
        return (format!("arn:{}", encoded(rest).replace("%3A", ":")), false);
    }
    if unit.starts_with('/') {
        return (format!("file://{}", encoded(unit)), false);
    }
    (encoded(unit), true)
}

fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte)
        })
}

/// Whatever has a meaning in a URI outside of its path is encoded, `:` included.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn names_become_references_that_mean_nothing_else() {
        for (unit, uri, is_relative) in [
            ("logs/app.log", "logs/app.log", true),
            ("-", "-", true),
            ("/data/a b.log", "file:///data/a%20b.log", false),
            (
                "p/{NAME:3f9c}_{DATE:a1b2}.pdf",
                "p/%7BNAME%3A3f9c%7D_%7BDATE%3Aa1b2%7D.pdf",
                true,
            ),
            ("s3://bucket/50%?x#y", "s3://bucket/50%25%3Fx%23y", false),
            ("javascript:alert(1)", "javascript%3Aalert(1)", true),
            ("a.zip!in/é\n", "a.zip!in/%C3%A9%0A", true),
            ("X://y", "X%3A//y", true),
            ("a b://y", "a%20b%3A//y", true),
            (
                "arn:aws:logs:us-east-1:111122223333:log-group:/a b",
                "arn:aws:logs:us-east-1:111122223333:log-group:/a%20b",
                false,
            ),
        ] {
            assert_eq!(reference(unit), (uri.to_owned(), is_relative), "{unit}");
        }
    }
}
