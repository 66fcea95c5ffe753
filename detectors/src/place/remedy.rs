//! What to do about a value: for each place one line, and the steps behind it.
//!
//! Lines and steps are data (`places/remedies.toml`). The most particular ones are taken: the
//! place's own, then those for its element in any service, then those for the entry's stance. Where
//! an entry has a condition and its place no steps of its own, the facts that do not hold say what
//! to do.
//!
//! Steps come in an order that loses nothing: changes, then checks, then what cannot be undone,
//! last what nobody can edit and when it ages out.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::Place;
use super::catalogue::ALL_SERVICES;
use super::table::{CatalogueError, Table, shipped};
use super::terms::{Fact, Stance};

/// One step towards a place without PHI.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Makes something new or alters it; loses nothing.
    Change(String),
    /// Shows that the changes have done what they should.
    Check(String),
    /// Cannot be undone.
    Remove(String),
    /// Nothing to do: what keeps the value, cannot be edited, and when it ages out.
    Remains(String),
}

impl Step {
    /// The word for its kind, as the tables write it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Change(_) => "change",
            Self::Check(_) => "check",
            Self::Remove(_) => "remove",
            Self::Remains(_) => "remains",
        }
    }

    /// What to do, or what remains.
    pub fn text(&self) -> &str {
        match self {
            Self::Change(text) | Self::Check(text) | Self::Remove(text) | Self::Remains(text) => {
                text
            }
        }
    }

    /// Whether it cannot be undone.
    pub const fn is_irreversible(&self) -> bool {
        matches!(self, Self::Remove(_))
    }

    /// Its place in the order that loses nothing.
    const fn turn(&self) -> u8 {
        match self {
            Self::Change(_) => 0,
            Self::Check(_) => 1,
            Self::Remove(_) => 2,
            Self::Remains(_) => 3,
        }
    }
}

/// A line and its steps.
#[derive(Debug, Clone)]
struct Advice {
    line: String,
    steps: Vec<Step>,
}

/// The advice by place, by element of any service, by stance and by fact.
#[derive(Debug)]
pub struct Remedies {
    by_place: HashMap<Place, Advice>,
    by_element: HashMap<String, Advice>,
    by_stance: HashMap<Stance, Advice>,
    by_fact: HashMap<Fact, Vec<Step>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    in_trail: String,
    stance: HashMap<Stance, Lines>,
    fact: HashMap<Fact, Steps>,
    remedy: Vec<Spanned<Remedy>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    line: String,
    steps: Spanned<Vec<Step>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    steps: Spanned<Vec<Step>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Remedy {
    places: Vec<String>,
    line: String,
    #[serde(default)]
    in_trail: bool,
    steps: Spanned<Vec<Step>>,
}

impl Remedies {
    /// The shipped lines and steps.
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
        if let Some(fact) = Fact::ALL.iter().find(|fact| !file.fact.contains_key(fact)) {
            return Err(table.fault(0, format!("no steps for the fact `{fact}`")));
        }
        let by_stance = file
            .stance
            .into_iter()
            .map(|(stance, Lines { line, steps })| {
                let steps = in_order(&table, steps)?;
                Ok((stance, Advice { line, steps }))
            })
            .collect::<Result<_, CatalogueError>>()?;
        let by_fact = file
            .fact
            .into_iter()
            .map(|(fact, Steps { steps })| Ok((fact, in_order(&table, steps)?)))
            .collect::<Result<_, CatalogueError>>()?;
        let mut by_place = HashMap::new();
        let mut by_element = HashMap::new();
        for remedy in file.remedy {
            let at = remedy.span().start;
            let remedy = remedy.into_inner();
            let mut steps = in_order(&table, remedy.steps)?;
            if remedy.in_trail {
                steps.push(Step::Remains(file.in_trail.clone()));
            }
            let advice = Advice {
                line: remedy.line,
                steps,
            };
            for place in remedy.places {
                let Some((service, element)) = place.split_once(':') else {
                    return Err(table.fault(at, format!("`{place}` is no place")));
                };
                let earlier = if service == ALL_SERVICES {
                    by_element.insert(element.to_owned(), advice.clone())
                } else {
                    let place = Place::of(service.to_owned(), element.to_owned());
                    by_place.insert(place, advice.clone())
                };
                if earlier.is_some() {
                    return Err(table.fault(at, format!("`{place}` has a line already")));
                }
            }
        }
        Ok(Self {
            by_place,
            by_element,
            by_stance,
            by_fact,
        })
    }

    /// What is said of the place itself, or of its element in any service.
    fn own(&self, place: &Place) -> Option<&Advice> {
        self.by_place
            .get(place)
            .or_else(|| self.by_element.get(&*place.element))
    }

    /// The line for a place whose entry has that stance.
    pub fn line(&self, place: &Place, stance: Stance) -> &str {
        self.own(place)
            .or_else(|| self.by_stance.get(&stance))
            .map_or("", |advice| &advice.line)
    }

    /// The steps for a place whose entry has that stance and asks for `open`: the facts of its
    /// condition that do not hold or could not be read.
    pub fn steps(&self, place: &Place, stance: Stance, open: &[Fact]) -> Vec<&Step> {
        if let Some(advice) = self.own(place) {
            return advice.steps.iter().collect();
        }
        let mut steps: Vec<&Step> = open
            .iter()
            .filter_map(|fact| self.by_fact.get(fact))
            .flatten()
            .collect();
        if steps.is_empty() {
            let advice = self.by_stance.get(&stance);
            steps.extend(advice.iter().flat_map(|advice| &advice.steps));
        }
        // Of several facts: all changes, then all checks. The sort keeps the order within a kind.
        steps.sort_by_key(|step| step.turn());
        steps
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

/// The steps, if they stand in an order that loses nothing: by kind, and a check before anything
/// that cannot be undone.
fn in_order(table: &Table<'_>, steps: Spanned<Vec<Step>>) -> Result<Vec<Step>, CatalogueError> {
    let at = steps.span().start;
    let steps = steps.into_inner();
    let fault = |message: String| Err(table.fault(at, message));
    if steps.is_empty() {
        return fault("no steps".to_owned());
    }
    for pair in steps.windows(2) {
        if let [before, step] = pair
            && step.turn() < before.turn()
        {
            return fault(format!(
                "a step `{}` may not follow a step `{}`",
                step.kind(),
                before.kind()
            ));
        }
    }
    let checked = steps.iter().any(|step| matches!(step, Step::Check(_)));
    if !checked && steps.iter().any(Step::is_irreversible) {
        return fault("a step `remove` needs a step `check` before it".to_owned());
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::place::catalogue::{CONTENT, Catalogue};

    /// Words of steps that destroy something.
    const DESTROYS: [&str; 9] = [
        "delete",
        "purge",
        "terminate",
        "empty",
        "deregister",
        "invalidate",
        "drop",
        "abort",
        "wipe",
    ];

    #[test]
    fn every_place_with_a_stance_has_steps_of_its_own() {
        let catalogue = Catalogue::built_in().unwrap();
        let remedies = Remedies::built_in().unwrap();
        let mut without = Vec::new();
        for entry in catalogue.entries() {
            let own = remedies.own(&entry.place).is_some();
            let steps = remedies.steps(&entry.place, entry.stance, &entry.facts);
            assert!(!steps.is_empty(), "{}", entry.policy_id);
            let strict = entry.stance <= Stance::Unexpected && entry.place.element != CONTENT;
            if strict && !own {
                without.push(entry.policy_id.to_string());
            }
            if entry.stance <= Stance::Conditional {
                let acts = |step: &&&Step| matches!(step, Step::Change(_));
                assert!(steps.iter().any(|step| acts(&step)), "{}", entry.policy_id);
            }
        }
        assert_eq!(without, Vec::<String>::new());
    }

    #[test]
    fn what_destroys_is_marked_irreversible_and_comes_late() {
        let remedies = Remedies::built_in().unwrap();
        let advices = remedies
            .by_place
            .values()
            .chain(remedies.by_element.values())
            .chain(remedies.by_stance.values());
        let all = advices
            .map(|advice| &advice.steps)
            .chain(remedies.by_fact.values());
        let mut removals = 0;
        for steps in all {
            removals += steps.iter().filter(|step| step.is_irreversible()).count();
            for step in steps {
                let text = step.text();
                assert!(text.ends_with('.'), "{text}");
                let destroys = text
                    .to_ascii_lowercase()
                    .split(|c: char| !c.is_ascii_alphabetic())
                    .any(|word| DESTROYS.contains(&word));
                let marked = matches!(step, Step::Remove(_) | Step::Remains(_));
                assert!(marked || !destroys, "not marked: {text}");
            }
        }
        assert!(removals > 40, "{removals}");
    }

    #[test]
    fn facts_that_are_open_say_what_to_do() {
        let remedies = Remedies::built_in().unwrap();
        let place = Place::new("emr", "job-volume");
        let both = [Fact::Encrypted, Fact::InTransit];
        let steps = remedies.steps(&place, Stance::Conditional, &both);
        let kinds: Vec<&str> = steps.iter().map(|step| step.kind()).collect();
        assert!(kinds.is_sorted_by_key(|kind| {
            ["change", "check", "remove", "remains"]
                .iter()
                .position(|known| known == kind)
        }));
        let one = remedies.steps(&place, Stance::Conditional, &both[1..]);
        assert!(one.len() < steps.len() && one.iter().all(|step| steps.contains(step)));
        let none = remedies.steps(&place, Stance::Conditional, &[]);
        assert_eq!(none[0], &remedies.by_stance[&Stance::Conditional].steps[0]);
    }

    #[test]
    fn an_order_that_may_lose_something_is_refused_with_its_line() {
        let shipped = include_str!("../../places/remedies.toml");
        for (steps, message) in [
            ("[]", "no steps"),
            (r#"[{ remove = "Delete it." }]"#, "needs a step `check`"),
            (
                r#"[{ check = "Look." }, { change = "Copy." }]"#,
                "`change` may not follow",
            ),
            (
                r#"[{ remains = "Logs." }, { remove = "Delete." }]"#,
                "`remove` may not follow",
            ),
            (r#"[{ destroy = "All." }]"#, "unknown variant"),
        ] {
            let text = format!(
                "{shipped}\n[[remedy]]\nplaces = [\"x:y\"]\nline = \"l\"\nsteps = {steps}\n"
            );
            let table = Table {
                file: "r.toml",
                text: &text,
            };
            let fault = Remedies::from_table(table).unwrap_err();
            assert!(fault.message.contains(message), "{fault}");
            assert_eq!(fault.line, text.lines().count(), "{fault}");
        }
    }
}
