//! What to do about a value: one line for each place.
//!
//! The lines are data (`places/remedies.toml`). The most particular one is taken: the place's own,
//! then the one for its element in any service, then the one for the entry's stance.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::Place;
use super::catalogue::ALL_SERVICES;
use super::table::{CatalogueError, Table, shipped};
use super::terms::Stance;

/// The lines, by place and by stance.
#[derive(Debug)]
pub struct Remedies {
    by_place: HashMap<Place, String>,
    by_element: HashMap<String, String>,
    by_stance: HashMap<Stance, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    stance: HashMap<Stance, String>,
    remedy: Vec<Spanned<Remedy>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Remedy {
    places: Vec<String>,
    line: String,
}

impl Remedies {
    /// The shipped lines.
    pub fn built_in() -> Result<Self, CatalogueError> {
        Self::from_table(shipped!("remedies.toml"))
    }

    fn from_table(table: Table<'_>) -> Result<Self, CatalogueError> {
        let file: File = table.read()?;
        if let Some(stance) = Stance::ALL
            .iter()
            .find(|stance| !file.stance.contains_key(stance))
        {
            return Err(table.fault(0, format!("no line for the stance `{stance}`")));
        }
        let mut by_place = HashMap::new();
        let mut by_element = HashMap::new();
        for remedy in file.remedy {
            let at = remedy.span().start;
            let Remedy { places, line } = remedy.into_inner();
            for place in places {
                let Some((service, element)) = place.split_once(':') else {
                    return Err(table.fault(at, format!("`{place}` is no place")));
                };
                let earlier = if service == ALL_SERVICES {
                    by_element.insert(element.to_owned(), line.clone())
                } else {
                    by_place.insert(
                        Place::of(service.to_owned(), element.to_owned()),
                        line.clone(),
                    )
                };
                if earlier.is_some() {
                    return Err(table.fault(at, format!("`{place}` has a line already")));
                }
            }
        }
        Ok(Self {
            by_place,
            by_element,
            by_stance: file.stance,
        })
    }

    /// The line for a place whose entry has that stance.
    pub fn line(&self, place: &Place, stance: Stance) -> &str {
        self.by_place
            .get(place)
            .or_else(|| self.by_element.get(&*place.element))
            .or_else(|| self.by_stance.get(&stance))
            .map_or("", String::as_str)
    }

    /// The places that have a line of their own.
    #[cfg(test)]
    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.by_place.keys()
    }

    /// The elements that have a line for any service.
    #[cfg(test)]
    pub(super) fn elements(&self) -> impl Iterator<Item = &str> {
        self.by_element.keys().map(String::as_str)
    }
}
