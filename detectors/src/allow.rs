//! Allow lists: findings that somebody answers for, for a reason and until a day.
//!
//! ```toml
//! [[allow]]
//! token = "3f9c0d6e5b7a41c28d1e0f9a8b7c6d5e"   # one value, by its keyed token
//! owner = "intake team"
//! reason = "record number of the training patient"
//! until = 2027-01-31
//!
//! [[allow]]
//! path = "*/fixtures/*"                         # everything in units or resources of such names
//! class = "NAME"                                # optional: only findings of this class
//! owner = "QA"
//! reason = "invented people, ticket QA-118"
//! until = 2027-01-31
//! ```
//!
//! An entry names at least one of `token`, `shape` (the column `evidence`), `place` (or `*:tag`) and
//! `path`; of several all have to fit. Findings that it fits are written, marked and counted, and
//! decide nothing. The first entry of the file that fits answers for a finding. After its last day
//! an entry stops working and is named.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::own::glob::LONGEST_GLOB;
use crate::own::reader::{Entry as Read, Source};
use crate::own::{Day, Glob, PlaceRule};
use crate::place::{Catalogue, Place};
use crate::vocabulary::Class;

/// Most entries of a list.
pub const MOST_ENTRIES: usize = 10_000;

const KEYS: &[&str] = &[
    "token", "shape", "place", "path", "class", "owner", "reason", "until",
];

/// One entry of an allow list.
pub struct Entry {
    token: Option<String>,
    shape: Option<String>,
    place: Option<PlaceRule>,
    /// Raw.
    path: Option<Glob>,
    class: Option<Class>,
    /// Who answers for it; masked once [`AllowList::mask`] has been called.
    pub owner: Arc<str>,
    /// Why; masked as the owner.
    pub reason: Arc<str>,
    /// The last day on which it works.
    pub until: Day,
    /// Its line in the file.
    pub line: usize,
}

/// A finding, as entries see it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'f> {
    /// Its token; nothing where there is no key.
    pub token: Option<&'f str>,
    /// Its shape.
    pub shape: &'f str,
    /// Its class.
    pub class: Class,
    /// Its place.
    pub place: &'f Place,
    /// The raw names that a path may fit: of the unit, of the resource.
    pub names: [&'f str; 2],
}

/// The entries of an allow list.
pub struct AllowList {
    entries: Vec<Entry>,
    /// Entries that work and name a token, by it.
    by_token: HashMap<String, Vec<usize>>,
    /// Of the others, those that name a shape, by it.
    by_shape: HashMap<String, Vec<usize>>,
    /// The rest.
    others: Vec<usize>,
    today: Day,
    hash: String,
}

impl AllowList {
    /// Reads an allow list. `file` is its name for messages; entries whose `until` lies before
    /// `today` do not work ([`AllowList::ended`]).
    ///
    /// # Errors
    /// The first fault, with file, line and key, and without what stands there.
    pub fn parse(file: &str, text: &str, catalogue: &Catalogue, today: Day) -> Result<Self, Error> {
        let source = Source { file, text };
        let digest = Sha256::digest(text);
        let mut list = Self {
            entries: Vec::new(),
            by_token: HashMap::new(),
            by_shape: HashMap::new(),
            others: Vec::new(),
            today,
            hash: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        for read in source.entries("allow", KEYS, MOST_ENTRIES)? {
            let entry = entry(read, catalogue)?;
            if entry.until >= today {
                let number = list.entries.len();
                let index = match (&entry.token, &entry.shape) {
                    (Some(token), _) => list.by_token.entry(token.clone()).or_default(),
                    (None, Some(shape)) => list.by_shape.entry(shape.clone()).or_default(),
                    (None, None) => &mut list.others,
                };
                index.push(number);
            }
            list.entries.push(entry);
        }
        Ok(list)
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// SHA-256 of the file, in hex.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The entries whose last day has passed.
    pub fn ended(&self) -> impl Iterator<Item = &Entry> {
        let today = self.today;
        self.entries.iter().filter(move |entry| entry.until < today)
    }

    /// The entries that work and name a token: without a kept key they fit nothing.
    pub fn by_token(&self) -> usize {
        self.by_token.values().map(Vec::len).sum()
    }

    /// Replaces all text that is printed by what `mask` makes of it.
    pub fn mask(&mut self, mask: &mut dyn FnMut(&str) -> String) {
        for entry in &mut self.entries {
            for text in [&mut entry.owner, &mut entry.reason] {
                *text = mask(text).into();
            }
        }
    }

    /// The entry that answers for a finding, if one does.
    pub fn answering(&self, asked: Asked<'_>) -> Option<&Entry> {
        let first = |numbers: &Vec<usize>| {
            let fits = |number: &&usize| {
                let entry = self.entries.get(**number);
                entry.is_some_and(|entry| entry.fits(asked))
            };
            numbers.iter().find(fits).copied()
        };
        let by_token = asked.token.and_then(|token| self.by_token.get(token));
        let by_shape = self.by_shape.get(asked.shape);
        let found = [
            by_token.and_then(first),
            by_shape.and_then(first),
            first(&self.others),
        ];
        let number = found.into_iter().flatten().min()?;
        self.entries.get(number)
    }
}

impl Entry {
    /// The class that it is narrowed to.
    pub fn class(&self) -> Option<Class> {
        self.class
    }

    fn fits(&self, asked: Asked<'_>) -> bool {
        let token = self.token.as_deref();
        let shape = self.shape.as_deref();
        token.is_none_or(|token| asked.token == Some(token))
            && shape.is_none_or(|shape| asked.shape == shape)
            && self.class.is_none_or(|class| asked.class == class)
            && self
                .place
                .as_ref()
                .is_none_or(|place| place.covers(asked.place))
            && self
                .path
                .as_ref()
                .is_none_or(|glob| asked.names.iter().any(|name| glob.fits(name)))
    }
}

fn entry(mut read: Read<'_>, catalogue: &Catalogue) -> Result<Entry, Error> {
    let line = read.line();
    let token = read.parsed("token", 64, |text| {
        let is_token = text.len() == 32
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if is_token {
            Ok(text.to_owned())
        } else {
            Err("takes a value of the column `token`: 32 hex digits in lower case")
        }
    })?;
    let shape = read.parsed("shape", 200, shape)?;
    let place = read.parsed("place", 200, str::parse::<PlaceRule>)?;
    if let Some(place) = &place
        && let Err(message) = place.value.check(catalogue)
    {
        return Err(read.fault_of(place, message));
    }
    let path = read.parsed("path", LONGEST_GLOB, Glob::new)?;
    if token.is_none() && shape.is_none() && place.is_none() && path.is_none() {
        return Err(read.fault("names nothing; give it token, shape, place or path"));
    }
    let class = read.parsed("class", 60, crate::place::policy::class)?;
    let owner = read.required("owner", 200)?;
    let reason = read.required("reason", 1000)?;
    let until = read.day("until")?.ok_or_else(|| read.missing("until"))?;
    Ok(Entry {
        token: token.map(|field| field.value),
        shape: shape.map(|field| field.value),
        place: place.map(|field| field.value),
        path: path.map(|field| field.value),
        class: class.map(|field| field.value),
        owner: owner.value.trim().into(),
        reason: reason.value.trim().into(),
        until,
        line,
    })
}

/// A shape as the column `evidence` has it: so no value passes for one.
fn shape(text: &str) -> Result<String, &'static str> {
    let word = ["NAME", "ADDRESS", "EMAIL"].contains(&text);
    let body = text.strip_suffix('…').unwrap_or(text);
    let shaped = body.chars().all(|character| {
        matches!(
            character,
            '9' | 'a' | 'A' | '-' | '.' | '/' | ' ' | ':' | '(' | ')' | '+' | ',' | '?'
        )
    });
    if word || shaped {
        Ok(text.to_owned())
    } else {
        Err(
            "takes a value of the column `evidence`: 9 for every digit, a and A for letters, \
             as 999-99-9999; or NAME, ADDRESS, EMAIL",
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const BEHIND: &str = "owner = \"QA\"\nreason = \"invented\"\nuntil = 2026-12-31\n";
    const TOKEN: &str = "3f9c0d6e5b7a41c28d1e0f9a8b7c6d5e";

    fn parse(text: &str) -> Result<AllowList, Error> {
        let catalogue = Catalogue::built_in().unwrap();
        AllowList::parse(
            "allow.toml",
            text,
            &catalogue,
            "2026-11-25".parse().unwrap(),
        )
    }

    fn list(selectors: &[&str]) -> AllowList {
        let entries = selectors
            .iter()
            .map(|selector| format!("[[allow]]\n{selector}\n{BEHIND}"));
        parse(&entries.collect::<String>()).unwrap()
    }

    fn asked<'f>(place: &'f Place, names: [&'f str; 2]) -> Asked<'f> {
        Asked {
            token: Some(TOKEN),
            shape: "999-99-9999",
            class: Class::Ssn,
            place,
            names,
        }
    }

    #[test]
    fn each_selector_fits_what_it_names_and_several_fit_together() {
        let place = Place::new("s3", "object-key");
        let finding = asked(&place, ["in/fixtures/a.log", "s3://intake/training/a"]);
        for (selector, fits) in [
            (format!("token = \"{TOKEN}\""), true),
            (format!("token = \"{}\"", TOKEN.replace('3', "4")), false),
            ("shape = \"999-99-9999\"".to_owned(), true),
            ("shape = \"999999999\"".to_owned(), false),
            ("place = \"s3:object-key\"".to_owned(), true),
            ("place = \"*:object-key\"".to_owned(), true),
            ("place = \"s3:object-tag\"".to_owned(), false),
            ("path = \"*/fixtures/*\"".to_owned(), true),
            ("path = \"s3://intake/training/*\"".to_owned(), true),
            ("path = \"fixtures\"".to_owned(), false),
            ("path = \"*\"\nclass = \"SSN\"".to_owned(), true),
            ("path = \"*\"\nclass = \"MRN\"".to_owned(), false),
            (
                "shape = \"999-99-9999\"\npath = \"*/fixtures/*\"".to_owned(),
                true,
            ),
            (
                "shape = \"999-99-9999\"\npath = \"*/live/*\"".to_owned(),
                false,
            ),
            (
                format!("token = \"{TOKEN}\"\nplace = \"s3:object-tag\""),
                false,
            ),
        ] {
            let list = list(&[&selector]);
            assert_eq!(list.answering(finding).is_some(), fits, "{selector}");
        }
        let by_token = list(&[&format!("token = \"{TOKEN}\"")]);
        assert_eq!(by_token.by_token(), 1);
        let unkeyed = Asked {
            token: None,
            ..finding
        };
        assert!(by_token.answering(unkeyed).is_none());
    }

    #[test]
    fn the_first_of_the_file_answers() {
        let place = Place::new("s3", "object-key");
        let finding = asked(&place, ["a", "b"]);
        let token = format!("token = \"{TOKEN}\"");
        let selectors = ["path = \"*\"", token.as_str(), "shape = \"999-99-9999\""];
        for turn in 0..3 {
            let mut turned = selectors;
            turned.rotate_left(turn);
            assert_eq!(list(&turned).answering(finding).unwrap().line, 1);
        }
    }

    #[test]
    fn after_its_last_day_an_entry_is_named_and_does_nothing() {
        let place = Place::new("s3", "object-key");
        let text = format!(
            "[[allow]]\npath = \"*\"\n{}",
            BEHIND.replace("12-31", "11-24")
        );
        let list = parse(&text).unwrap();
        assert!(list.answering(asked(&place, ["a", "b"])).is_none());
        assert_eq!(
            list.ended().map(|entry| entry.line).collect::<Vec<_>>(),
            [1]
        );
        let text = text.replace("11-24", "11-25");
        let list = parse(&text).unwrap();
        assert!(list.answering(asked(&place, ["a", "b"])).is_some());
        assert_eq!(list.ended().count(), 0);
    }

    #[test]
    fn faults_are_told_with_file_line_and_key() {
        for (from, to, says) in [
            ("path", "paths", "allow.toml:2: `paths`: unknown key"),
            ("path = \"*\"\n", "", "allow.toml:1: `allow`: names nothing"),
            (
                "path = \"*\"",
                "token = \"3F9C\"",
                "allow.toml:2: `token`: takes a value",
            ),
            (
                "path = \"*\"",
                "shape = \"219-47-3612\"",
                "allow.toml:2: `shape`: takes a value",
            ),
            (
                "path = \"*\"",
                "place = \"s3:key\"",
                "allow.toml:2: `place`: the service has",
            ),
            (
                "path = \"*\"",
                "path = \"*\"\nclass = \"PIN\"",
                "allow.toml:3: `class`: takes one",
            ),
            ("owner = \"QA\"\n", "", "allow.toml:1: `owner`: missing"),
            (
                "reason = \"invented\"",
                "reason = \" \"",
                "allow.toml:4: `reason`: is empty",
            ),
            (
                "reason = \"invented\"\n",
                "",
                "allow.toml:1: `reason`: missing",
            ),
            ("until = 2026-12-31", "", "allow.toml:1: `until`: missing"),
            (
                "2026-12-31",
                "\"soon\"",
                "allow.toml:5: `until`: expected a calendar day",
            ),
        ] {
            let good = format!("[[allow]]\npath = \"*\"\n{BEHIND}");
            assert!(good.contains(from), "{from}");
            let message = parse(&good.replacen(from, to, 1))
                .err()
                .unwrap()
                .to_string();
            assert!(message.starts_with(says), "{message}");
            assert!(!message.contains("219"), "{message}");
        }
    }
}
