//! The general rule: what the name of a member says in any service.

use std::collections::HashSet;

use serde::Deserialize;

use super::super::Place;
use super::path::Path;

/// What a member is by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Tag,
    Description,
    FreeFormField,
}

impl Kind {
    /// The element of the general rule.
    pub(super) fn element(self) -> &'static str {
        match self {
            Self::Name => "resource-name",
            Self::Tag => "tag",
            Self::Description => "description",
            Self::FreeFormField => "free-form-field",
        }
    }

    /// Whether the text is a name, a tag or an identifier.
    pub(super) fn is_name(self) -> bool {
        matches!(self, Self::Name | Self::Tag)
    }
}

/// What a source's section calls its names, tags and descriptions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Kinds {
    name: Option<String>,
    tag: Option<String>,
    description: Option<String>,
    free_form_field: Option<String>,
}

impl Kinds {
    /// The source's element for a kind, or the general rule's.
    pub(super) fn element(&self, kind: Kind) -> &str {
        let own = match kind {
            Kind::Name => &self.name,
            Kind::Tag => &self.tag,
            Kind::Description => &self.description,
            Kind::FreeFormField => &self.free_form_field,
        };
        own.as_deref().unwrap_or(kind.element())
    }
}

/// The words of the general rule, all in lower case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct General {
    tag: Words,
    description: Words,
    #[serde(rename = "free-form-field")]
    free_form_field: Words,
    name: Words,
    name_not_below: HashSet<String>,
    data: HashSet<String>,
    s3: S3,
}

/// What members of one kind are called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: HashSet<String>,
    suffix: Vec<String>,
    #[serde(default)]
    except: HashSet<String>,
    #[serde(default)]
    except_suffix: Vec<String>,
}

impl Words {
    fn mean(&self, part: &str) -> bool {
        let named = self.words.contains(part) || ends(part, &self.suffix);
        named && !self.except.contains(part) && !ends(part, &self.except_suffix)
    }
}

/// How other services' calls name an object of S3.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct S3 {
    bucket: HashSet<String>,
    bucket_suffix: Vec<String>,
    key: HashSet<String>,
    key_suffix: Vec<String>,
    container: HashSet<String>,
}

impl General {
    /// What the member at a path is by its name.
    pub(super) fn kind(&self, path: &Path) -> Option<Kind> {
        let mut outwards = path.components().rev().map(text);
        let last = outwards.next()?;
        let parent = outwards.next();
        let mut above = path.components().take(path.len() - 1).map(text);
        if above.any(|part| self.data.contains(part)) {
            return None;
        }
        if path.components().map(text).any(|part| self.tag.mean(part)) {
            return Some(Kind::Tag);
        }
        if last == "name" && parent.is_some_and(|parent| self.name_not_below.contains(parent)) {
            return None;
        }
        let rules = [
            (Kind::Description, &self.description),
            (Kind::FreeFormField, &self.free_form_field),
            (Kind::Name, &self.name),
        ];
        let found = rules.into_iter().find(|(_, words)| words.mean(last));
        found.map(|(kind, _)| kind)
    }

    /// The bucket or object of S3 that a member of another service's call names.
    pub(super) fn s3_object(&self, path: &Path) -> Option<Place> {
        let mut outwards = path.components().rev().map(text);
        let last = outwards.next()?;
        let inside = outwards
            .next()
            .is_some_and(|parent| self.s3.container.contains(parent));
        let is_bucket = self.s3.bucket.contains(last) || ends(last, &self.s3.bucket_suffix);
        if is_bucket {
            return Some(Place::new("s3", "bucket-name"));
        }
        let is_key = self.s3.key.contains(last) || ends(last, &self.s3.key_suffix);
        let is_key =
            is_key || (inside && matches!(last, "key" | "name" | "prefix" | "uri" | "path"));
        is_key.then(|| Place::new("s3", "object-key"))
    }
}

fn ends(word: &str, suffixes: &[String]) -> bool {
    suffixes
        .iter()
        .any(|suffix| word.ends_with(suffix.as_str()))
}

/// A component as text; the words are ASCII, so that what is not UTF-8 matches none.
fn text(component: &[u8]) -> &str {
    std::str::from_utf8(component).unwrap_or_default()
}
