//! JSON: cutting documents into records without parsing them, and paths for hits.
//!
//! All JSON formats share the cutting ([`Elements`]), the path machinery ([`Document`]) and the
//! lookup ([`JsonLayout`]), which [`reader`] joins; a format adds a [`Rule`], what its records are,
//! and a [`Scheme`]: what its records say of time, account and resource, and which place a path is.

mod cut;
mod document;
mod lookup;
mod string;
mod walker;

pub use document::{Document, Site};
pub use walker::Walker;

pub(crate) use cut::{Elements, LastLine, Rule};
pub(crate) use lookup::{Facts, JsonLayout, KNOWN, RecordText, Scheme};
pub(crate) use string::{unescaped, unpercent};
pub(crate) use walker::{each_value, string_end};

use super::{Hints, Reader};
use memchr::memmem;
use std::sync::Arc;

/// The reader of a JSON format: cuts by `rule`, and explains hits by `scheme`.
pub(crate) fn reader<S: Scheme + 'static>(rule: Rule, scheme: S, hints: &Hints) -> Box<dyn Reader> {
    let hints = hints.clone();
    Box::new(Elements::new(rule, Arc::new(JsonLayout { scheme, hints })))
}

/// Whether a text begins with a JSON object whose first key is `key`.
pub(crate) fn first_key_is(text: &[u8], key: &str) -> bool {
    let Some(rest) = text.trim_ascii_start().strip_prefix(b"{") else {
        return false;
    };
    let Some(rest) = rest.trim_ascii_start().strip_prefix(b"\"") else {
        return false;
    };
    rest.strip_prefix(key.as_bytes())
        .is_some_and(|rest| rest.starts_with(b"\""))
}

/// Whether `"key"` is written anywhere in the text.
pub(crate) fn mentions(text: &[u8], key: &str) -> bool {
    let quoted = format!("\"{key}\"");
    memmem::find(text, quoted.as_bytes()).is_some()
}
