//! Places as a user's file names them: `logs:log-event`, or `*:tag` for the element of any service.

use std::fmt;
use std::str::FromStr;

use crate::place::catalogue::{ALL_SERVICES, CONTENT};
use crate::place::{Catalogue, NotAPlace, Place};

/// One place, or one element of every service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRule {
    /// Nothing for every service.
    service: Option<String>,
    element: String,
}

impl FromStr for PlaceRule {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (service, _) = text.split_once(':').ok_or(NotAPlace)?;
        let every = service == ALL_SERVICES;
        // The rest is read as a place of some service.
        let place: Place = if every {
            text.replacen(ALL_SERVICES, "every", 1).parse()?
        } else {
            text.parse()?
        };
        Ok(Self {
            service: (!every).then(|| place.service.into_owned()),
            element: place.element.into_owned(),
        })
    }
}

impl fmt::Display for PlaceRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = self.service.as_deref().unwrap_or(ALL_SERVICES);
        write!(out, "{service}:{}", self.element)
    }
}

impl PlaceRule {
    /// Whether the place is meant.
    pub fn covers(&self, place: &Place) -> bool {
        self.element == place.element && self.of_service(&place.service)
    }

    /// Whether places of that service are meant.
    pub fn of_service(&self, service: &str) -> bool {
        self.service.as_deref().is_none_or(|own| own == service)
    }

    /// Whether one service is named.
    pub fn names_a_service(&self) -> bool {
        self.service.is_some()
    }

    /// The element.
    pub fn element(&self) -> &str {
        &self.element
    }

    /// Says what is wrong where the catalogue knows the service and no such element of it, so that a
    /// slip does not make a rule that never applies. Services that the catalogue does not know have
    /// the elements of the general rules.
    pub(crate) fn check(&self, catalogue: &Catalogue) -> Result<(), String> {
        let known: Vec<&str> = match self.service.as_deref() {
            None => catalogue
                .entries()
                .iter()
                .map(|entry| &*entry.place.element)
                .collect(),
            Some(Place::LOCAL) => [Place::FILE_CONTENT, Place::FILE_NAME]
                .iter()
                .map(|place| match &place.element {
                    std::borrow::Cow::Borrowed(element) => *element,
                    std::borrow::Cow::Owned(_) => "",
                })
                .collect(),
            Some(service) if catalogue.has_section(service) => catalogue
                .entries()
                .iter()
                .flat_map(|entry| std::iter::once(&entry.place).chain(&entry.about))
                .filter(|place| place.service == service)
                .map(|place| &*place.element)
                .collect(),
            Some(_) => vec![CONTENT],
        };
        let free = Place::of("every", self.element.clone()).is_free_form();
        if known.contains(&self.element.as_str()) || (free && !self.is_local()) {
            return Ok(());
        }
        let mut known = known;
        known.sort_unstable();
        known.dedup();
        Err(match &self.service {
            Some(service) if known.len() <= 24 && catalogue.has_section(service) => {
                format!(
                    "the service has no such element; it has {}",
                    known.join(", ")
                )
            }
            _ => "there is no such element; see `phiscan places list`".to_owned(),
        })
    }

    fn is_local(&self) -> bool {
        self.service.as_deref() == Some(Place::LOCAL)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_place_or_one_element_of_all() {
        let rule: PlaceRule = "*:tag".parse().unwrap();
        assert!(rule.covers(&Place::new("ec2", "tag")) && !rule.names_a_service());
        assert!(!rule.covers(&Place::new("ec2", "resource-name")));
        let rule: PlaceRule = "s3:object-key".parse().unwrap();
        assert!(rule.covers(&Place::new("s3", "object-key")));
        assert!(!rule.covers(&Place::new("s3", "object-tag")));
        assert_eq!(rule.to_string(), "s3:object-key");
        for wrong in [
            "", "*", "tag", "s3:*", "*:*", "**:tag", "S3:tag", "s3:", ":tag", "a:b:c",
        ] {
            assert_eq!(wrong.parse::<PlaceRule>(), Err(NotAPlace), "{wrong}");
        }
    }

    #[test]
    fn slips_in_known_services_are_told() {
        let catalogue = Catalogue::built_in().unwrap();
        let check = |text: &str| text.parse::<PlaceRule>().unwrap().check(&catalogue);
        for good in [
            "s3:object-key",
            "logs:log-event",
            "*:tag",
            "*:log-event",
            "lambda:tag",
            "local:file-name",
            "onprem:content",
            "onprem:tag",
            "guardduty:dns-log",
            "logs:resource-name",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for wrong in [
            "s3:objectkey",
            "logs:log-events",
            "*:tags",
            "onprem:share",
            "local:tag",
            "local:file",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        assert!(check("s3:objectkey").unwrap_err().contains("object-key"));
    }
}
