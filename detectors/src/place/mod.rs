//! Where a value may not be: places, the catalogue of what the whitepaper says of them, verdicts.
//!
//! A [`Place`] is `service:element`, such as `s3:object-key`. The [`Catalogue`] has one [`Entry`]
//! for each statement of the whitepaper about a place; its rows are data
//! (`places/whitepaper-*.toml`), made to be read by a compliance person. [`Catalogue::rule`] joins
//! the entries of the places that a value sits in with the facts of its configuration, and gives
//! the [`Ruling`]: verdict, citation, basis, condition, remedy, and what else applies.
//!
//! ```
//! use detectors::place::{Catalogue, Place, Verdict};
//!
//! let catalogue = Catalogue::built_in()?;
//! let key = Place::new("s3", "object-key");
//! let record = Place::new("cloudtrail", "event-record");
//! let ruling = catalogue.rule(&[record, key], &|_, _| None);
//! assert_eq!(ruling.place.to_string(), "s3:object-key");
//! assert_eq!(ruling.verdict, Verdict::Forbidden);
//! assert_eq!(ruling.policy_id.as_deref(), Some("WP-S3-OBJECT-KEY"));
//! assert_eq!(ruling.also[0].place.to_string(), "cloudtrail:event-record");
//! # Ok::<(), detectors::place::CatalogueError>(())
//! ```
//!
//! A user's own [`Policy`] is laid over that ruling. Beside it: how severe a finding is ([`severity()`]), what to do ([`remedy`]), which sources read a
//! place ([`reached`]), and the place that a log group's name ([`log_group`]) or an ARN ([`arn`])
//! tells.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

pub mod arn;
pub mod catalogue;
pub mod edition;
mod known;
pub mod log_group;
pub mod policy;
pub mod reached;
pub mod remedy;
pub mod severity;
mod table;
pub mod terms;
pub mod trail;
pub mod verdict;

#[cfg(test)]
mod catalogue_tests;
#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod verdict_tests;

pub use catalogue::{Catalogue, Entry};
pub use known::UnknownPlace;
pub use log_group::log_group_place;
pub use policy::Policy;
pub use remedy::Step;
pub use severity::severity;
pub use table::CatalogueError;
pub use terms::{Basis, ConditionState, Fact, Severity, Stance, Verdict};
pub use verdict::{Also, Ruling};

/// An element of a service: where a value can be. Written `service:element`.
///
/// Both words are lower-case letters, digits and hyphens. The service is the catalogue's word (for
/// a service without a section: the one of its ARNs), or `local` for what is not AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The service, such as `s3`.
    pub service: Cow<'static, str>,
    /// The element of it, such as `object-key`.
    pub element: Cow<'static, str>,
}

/// A place that is not written as `service:element`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a place is written `service:element`, both of lower-case letters, digits and hyphens")]
pub struct NotAPlace;

impl Place {
    /// The service of places outside AWS.
    pub const LOCAL: &'static str = "local";
    /// The contents of a file that nothing says more about.
    pub const FILE_CONTENT: Self = Self::new(Self::LOCAL, "file-content");
    /// The name of a file or folder that nothing says more about.
    pub const FILE_NAME: Self = Self::new(Self::LOCAL, "file-name");

    /// A place from two words that the program knows.
    pub const fn new(service: &'static str, element: &'static str) -> Self {
        Self {
            service: Cow::Borrowed(service),
            element: Cow::Borrowed(element),
        }
    }

    /// An element of a service whose word comes from data (an ARN, a table).
    pub fn of(
        service: impl Into<Cow<'static, str>>,
        element: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            service: service.into(),
            element: element.into(),
        }
    }

    /// Whether the place is outside AWS, so that the whitepaper says nothing of it.
    pub fn is_local(&self) -> bool {
        self.service == Self::LOCAL
    }

    /// Whether the element is one of those that the general rule on free-form fields names.
    pub fn is_free_form(&self) -> bool {
        matches!(
            &*self.element,
            "resource-name" | "tag" | "description" | "free-form-field"
        )
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.service, self.element)
    }
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match text.split_once(':') {
            Some((service, element)) if is_word(service) && is_word(element) => {
                Ok(Self::of(service.to_owned(), element.to_owned()))
            }
            _ => Err(NotAPlace),
        }
    }
}

impl serde::Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Place {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_it_is_written() {
        assert_eq!("s3:object-key".parse(), Ok(Place::new("s3", "object-key")));
        assert_eq!(
            Place::new("opsworks-cm", "tag").to_string(),
            "opsworks-cm:tag"
        );
        for wrong in [
            "",
            "s3",
            "s3:",
            ":tag",
            "S3:tag",
            "s3:a:b",
            "s3:object key",
            "*:tag",
        ] {
            assert_eq!(wrong.parse::<Place>(), Err(NotAPlace), "{wrong}");
        }
    }
}
