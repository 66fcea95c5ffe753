//! Where a value may not be: places.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

pub mod trail;

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
        Self { service: Cow::Borrowed(service), element: Cow::Borrowed(element) }
    }

    /// An element of a service whose word comes from data (an ARN, a table).
    pub fn of(service: impl Into<Cow<'static, str>>, element: impl Into<Cow<'static, str>>) -> Self {
        Self { service: service.into(), element: element.into() }
    }

    /// Whether the place is outside AWS, so that the whitepaper says nothing of it.
    pub fn is_local(&self) -> bool {
        self.service == Self::LOCAL
    }

    /// Whether the element is one of those that the general rule on free-form fields names.
    pub fn is_free_form(&self) -> bool {
        matches!(&*self.element, "resource-name" | "tag" | "description" | "free-form-field")
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
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
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
