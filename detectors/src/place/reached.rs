//! Which sources read a place, so that an unread one is seen to be unread.
//!
//! The list is data (`places/reached.toml`): a source and format, and the places that it reads.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::Place;
use super::catalogue::ALL_SERVICES;
use super::table::{CatalogueError, Table, shipped};

/// A source and the format in which it reads a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Word of the source, such as `files`.
    pub source: String,
    /// Name of the format, such as `cloudtrail`.
    pub format: String,
}

/// What every source reaches.
#[derive(Debug)]
pub struct Reached {
    reaches: Vec<Reach>,
    /// Numbers of reaches by place.
    by_place: HashMap<Place, Vec<usize>>,
    /// Numbers of reaches by element of any service.
    by_element: HashMap<String, Vec<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    reach: Vec<Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    source: String,
    format: String,
    places: Vec<String>,
}

impl Reached {
    /// The shipped list.
    pub fn built_in() -> Result<Self, CatalogueError> {
        Self::from_table(shipped!("reached.toml"))
    }

    fn from_table(table: Table<'_>) -> Result<Self, CatalogueError> {
        let mut reaches = Vec::new();
        let mut by_place: HashMap<Place, Vec<usize>> = HashMap::new();
        let mut by_element: HashMap<String, Vec<usize>> = HashMap::new();
        for row in table.read::<File>()?.reach {
            let at = row.span().start;
            let row = row.into_inner();
            for place in row.places {
                let Some((service, element)) = place.split_once(':') else {
                    return Err(table.fault(at, format!("`{place}` is no place")));
                };
                let numbers = if service == ALL_SERVICES {
                    by_element.entry(element.to_owned()).or_default()
                } else {
                    let place = Place::of(service.to_owned(), element.to_owned());
                    by_place.entry(place).or_default()
                };
                numbers.push(reaches.len());
            }
            reaches.push(Reach {
                source: row.source,
                format: row.format,
            });
        }
        Ok(Self {
            reaches,
            by_place,
            by_element,
        })
    }

    /// The sources that read a place, in the order of the list; empty where none does.
    pub fn of(&self, place: &Place) -> Vec<&Reach> {
        let own = self.by_place.get(place);
        let any_service = self.by_element.get(&*place.element);
        let mut numbers: Vec<usize> = own
            .into_iter()
            .chain(any_service)
            .flatten()
            .copied()
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .into_iter()
            .filter_map(|number| self.reaches.get(number))
            .collect()
    }

    /// All places of the list.
    #[cfg(test)]
    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.by_place.keys()
    }

    /// All elements of the list that are read in any service.
    #[cfg(test)]
    pub(super) fn elements(&self) -> impl Iterator<Item = &str> {
        self.by_element.keys().map(String::as_str)
    }

    /// All sources with their formats.
    #[cfg(test)]
    pub(super) fn reaches(&self) -> &[Reach] {
        &self.reaches
    }
}
