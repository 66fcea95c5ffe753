//! Which places there are, and which one was meant.
//!
//! The catalogue names the elements of each service; the general rules add names, tags,
//! descriptions and other free-form fields of any service, and the contents of services without a
//! section. Any other word is a slip of the pen. It must not pass: a place that nobody speaks of
//! gets a mild verdict.

use super::catalogue::{CONTENT, Catalogue};
use super::{NotAPlace, Place};

/// A place that is none, with the one that was perhaps meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownPlace {
    /// Not written as a place.
    #[error(transparent)]
    Form(#[from] NotAPlace),
    /// Close to one of the catalogue.
    #[error("there is no such place; did you mean `{0}`?")]
    Near(Place),
    /// Like none of the service's; these are its elements.
    #[error("the service `{service}` has no such element; it has {}", .elements.join(", "))]
    Element {
        /// A service of the catalogue.
        service: String,
        /// All elements that it has, with those of the general rules.
        elements: Vec<String>,
    },
    /// Like nothing.
    #[error(
        "there is no such place; `phiscan places list` shows all, and tag, resource-name, description and free-form-field are elements of every service"
    )]
    Nothing,
}

/// How many letters a slip may change.
const SLIP: usize = 3;
/// Services with names at most this long are too much alike for a guess.
const SHORT: usize = 5;

impl Catalogue {
    /// Whether a value can be there: an element that an entry names, one that the general rules
    /// give to every service, or a local file's contents or name.
    pub fn is_place(&self, place: &Place) -> bool {
        if place.is_local() {
            return [Place::FILE_CONTENT, Place::FILE_NAME].contains(place);
        }
        if self.for_place(place).next().is_some() {
            return true;
        }
        let general = place.is_free_form() || place.element == CONTENT;
        general && (self.has_section(&place.service) || self.near_service(place).is_none())
    }

    /// The place that a text names.
    ///
    /// # Errors
    /// What to say to the user, where it names none.
    pub fn parse_place(&self, text: &str) -> Result<Place, UnknownPlace> {
        let place: Place = text.parse()?;
        if self.is_place(&place) {
            return Ok(place);
        }
        if let Some(near) = self.nearest(&place) {
            return Err(UnknownPlace::Near(near));
        }
        if !self.has_section(&place.service) {
            return Err(UnknownPlace::Nothing);
        }
        let own = self.entries().iter().map(|entry| &entry.place);
        let own = own.filter(|known| known.service == place.service);
        let mut elements: Vec<String> = own.map(|known| known.element.to_string()).collect();
        elements.extend(GENERAL.map(str::to_owned));
        elements.sort();
        elements.dedup();
        Err(UnknownPlace::Element {
            service: place.service.into_owned(),
            elements,
        })
    }

    /// The place that is written most like this one, if any is: the same service's elements before
    /// those of others.
    pub fn nearest(&self, place: &Place) -> Option<Place> {
        let general = GENERAL.map(|element| Place::of(place.service.clone(), element));
        let general = general.into_iter().filter(|place| self.is_place(place));
        let corrected = self
            .near_service(place)
            .map(|service| Place::of(service.to_owned(), place.element.clone()));
        let corrected = corrected.filter(|place| self.is_place(place));
        let entries = self.entries().iter().map(|entry| entry.place.clone());
        let local = [Place::FILE_CONTENT, Place::FILE_NAME];
        let all = entries.chain(general).chain(local).chain(corrected);
        let distance = |known: &Place| {
            let service = distance(&known.service, &place.service);
            let element = distance(&known.element, &place.element);
            (service + element, service)
        };
        let near = all
            .filter(|known| known.service != super::catalogue::ALL_SERVICES)
            .map(|known| (distance(&known), known))
            .min_by(|one, other| one.0.cmp(&other.0));
        near.filter(|((changes, _), _)| *changes <= SLIP)
            .map(|(_, known)| known)
    }

    /// A service of the catalogue whose word is almost the one of this place, and is not.
    fn near_service(&self, place: &Place) -> Option<&str> {
        let word = &*place.service;
        if word.len() <= SHORT || self.has_section(word) {
            return None;
        }
        let services = self.entries().iter().map(|entry| &*entry.place.service);
        services
            .map(|known| (distance(known, word), known))
            .filter(|(changes, known)| *changes < SLIP && known.len() > SHORT)
            .min()
            .map(|(_, known)| known)
    }
}

/// Elements that every service has.
const GENERAL: [&str; 4] = ["description", "free-form-field", "resource-name", "tag"];

/// How many letters have to be put in, taken out or changed to make one word of the other. Words
/// longer than any place's are as far as can be.
fn distance(one: &str, other: &str) -> usize {
    const LONGEST: usize = 64;
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() > LONGEST || other.len() > LONGEST {
        return usize::MAX / 2;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut diagonal = at;
        row[0] = at + 1;
        for (to, target) in other.iter().enumerate() {
            let change = diagonal + usize::from(letter != target);
            diagonal = row[to + 1];
            row[to + 1] = change.min(diagonal + 1).min(row[to] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_are_as_far_apart_as_their_letters() {
        for (one, other, changes) in [
            ("", "abc", 3),
            ("tag", "tag", 0),
            ("object-kye", "object-key", 2),
            ("flaw", "lawn", 2),
        ] {
            assert_eq!(distance(one, other), changes, "{one} {other}");
            assert_eq!(distance(other, one), changes, "{other} {one}");
        }
    }

    #[test]
    fn places_are_those_of_the_catalogue_and_of_the_general_rules() {
        let catalogue = Catalogue::built_in().unwrap();
        for place in [
            "s3:object-key",
            "elasticfilesystem:file-name",
            "local:file-name",
            "iam:tag",
            "iam:content",
            "s3:description",
            "lambda:resource-name",
            "athena:free-form-field",
        ] {
            assert_eq!(
                catalogue.parse_place(place).map(|place| place.to_string()),
                Ok(place.to_owned())
            );
        }
        for (text, meant) in [
            ("s3:object-kye", "s3:object-key"),
            ("s3:objectkey", "s3:object-key"),
            ("elasticfilesytem:file-name", "elasticfilesystem:file-name"),
            ("cloudtrial:tag", "cloudtrail:tag"),
            ("workdcs:content", "workdocs:content"),
            ("iam:tags", "iam:tag"),
            ("local:filename", "local:file-name"),
        ] {
            let error = catalogue.parse_place(text).unwrap_err();
            assert_eq!(error, UnknownPlace::Near(meant.parse().unwrap()), "{text}");
        }
        assert!(matches!(
            catalogue.parse_place("s3:nothing").unwrap_err(),
            UnknownPlace::Element { service, elements }
                if service == "s3" && elements.iter().any(|element| element == "object-key")
        ));
        assert_eq!(
            catalogue.parse_place("iam:policy-document"),
            Err(UnknownPlace::Nothing)
        );
        assert_eq!(
            catalogue.parse_place("local:tag"),
            Err(UnknownPlace::Nothing)
        );
        assert_eq!(catalogue.parse_place("s3"), Err(NotAPlace.into()));
    }
}
