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
    /// Numbers of reaches by (service or `*`, element).
    by_place: HashMap<(String, String), Vec<usize>>,
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
        let mut by_place: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for row in table.read::<File>()?.reach {
            let at = row.span().start;
            let row = row.into_inner();
            for place in row.places {
                let Some((service, element)) = place.split_once(':') else {
                    return Err(table.fault(at, format!("`{place}` is no place")));
                };
                by_place
                    .entry((service.to_owned(), element.to_owned()))
                    .or_default()
                    .push(reaches.len());
            }
            reaches.push(Reach {
                source: row.source,
                format: row.format,
            });
        }
        Ok(Self { reaches, by_place })
    }

    /// The sources that read a place, in the order of the list; empty where none does.
    pub fn of(&self, place: &Place) -> Vec<&Reach> {
        let mut numbers: Vec<usize> = [&*place.service, ALL_SERVICES]
            .into_iter()
            .filter_map(|service| {
                self.by_place
                    .get(&(service.to_owned(), place.element.to_string()))
            })
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

    /// All (service or `*`, element) of the list.
    #[cfg(test)]
    pub(super) fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_place
            .keys()
            .map(|(service, element)| (service.as_str(), element.as_str()))
    }
}
