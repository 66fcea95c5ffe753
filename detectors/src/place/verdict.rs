//! Verdicts: the entries of the places that a value sits in, joined with the facts read.
//!
//! For one place the first of these that speaks decides, the others go to `also`:
//!
//! 1. entries of the service's own section that name the element;
//! 2. remarks of another section about it;
//! 3. the general rules. A name, tag, description or other free-form field: `WP-FREE-FORM-FIELD`.
//!    Anything else of a service that has a section: its entry `content` where the section speaks
//!    of the service as a whole, else `WP-ENCRYPTION`. Contents of a service without a section:
//!    `WP-ELIGIBLE-SERVICE`, with `WP-ENCRYPTION` beside it.
//!
//! Where a value sits in several places, the strictest verdict among theirs is the ruling's (the
//! earlier place where two are equal). Places outside AWS have no statement.
//!
//! Where the place that decides is one whose data was delivered to another (the events of a log
//! group), its section is read as covering that other place, and the basis is `read-as`.
//!
//! A condition holds if all its facts do: one that is false makes it unmet, else one that could not
//! be read makes it unknown.

use std::sync::Arc;

use super::Place;
use super::catalogue::{CONTENT, Catalogue, ELIGIBLE_SERVICE, ENCRYPTION, Entry};
use super::terms::{Basis, ConditionState, Fact, Stance, Verdict};

/// What can be read of a configuration: the fact of that place, or `None` where it was not read.
pub type Facts<'f> = &'f dyn Fn(&Place, Fact) -> Option<bool>;

/// The judgement of the places that one value sits in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The place whose verdict it is.
    pub place: Place,
    /// The verdict.
    pub verdict: Verdict,
    /// Policy id of the deciding entry; none where the place is not AWS.
    pub policy_id: Option<Arc<str>>,
    /// Basis of the verdict: that of the deciding entry, or `read-as` where its place's data was
    /// delivered to another place; none where the place is not AWS.
    pub basis: Option<Basis>,
    /// English title of the section that says it; none where the place is not AWS.
    pub citation: Option<Arc<str>>,
    /// The facts as read, `encrypted=yes;validation=no`; empty without condition.
    pub condition: String,
    /// What became of the condition.
    pub condition_state: ConditionState,
    /// What to do, in one line.
    pub remedy: String,
    /// What else applies.
    pub also: Vec<Also>,
}

/// Another statement that applies to the same value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Also {
    /// The place that it is made about.
    pub place: Place,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its policy id; none where the place is not AWS.
    pub policy_id: Option<Arc<str>>,
    /// What became of its condition.
    pub condition_state: ConditionState,
}

/// An entry (none for a place outside AWS) as it applies to a place, with its facts read.
struct Applied<'c> {
    place: Place,
    entry: Option<&'c Entry>,
    verdict: Verdict,
    state: ConditionState,
    condition: String,
}

impl Catalogue {
    /// Judges a value that sits in `places`, own place first.
    ///
    /// `facts` is asked for the facts of the entries that apply, and answers `None` for what was
    /// not read. Whether a service is eligible is asked only where the shipped list does not say.
    /// Without any place the value is in the contents of a local file.
    pub fn rule(&self, places: &[Place], facts: Facts<'_>) -> Ruling {
        let mut by_place: Vec<Vec<Applied<'_>>> = places
            .iter()
            .map(|place| self.applied(place, facts))
            .collect();
        if by_place.is_empty() {
            by_place.push(self.applied(&Place::FILE_CONTENT, facts));
        }
        let verdict_of = |applied: &Vec<Applied<'_>>| applied.first().map(|first| first.verdict);
        // `min_by_key` takes the first of equals, which is the rule.
        let strictest = (0..by_place.len())
            .min_by_key(|&at| {
                by_place
                    .get(at)
                    .and_then(verdict_of)
                    .unwrap_or(Verdict::Permitted)
            })
            .unwrap_or(0);
        let mut all = by_place.remove(strictest);
        all.extend(by_place.into_iter().flatten());
        let mut all = all.into_iter();
        let deciding = all
            .next()
            .unwrap_or_else(|| Applied::outside(Place::FILE_CONTENT));
        let mut also: Vec<Also> = Vec::new();
        for applied in all {
            let same = |place: &Place, policy: Option<&Arc<str>>| {
                *place == applied.place && policy == applied.entry.map(|entry| &entry.policy_id)
            };
            let decided = same(
                &deciding.place,
                deciding.entry.map(|entry| &entry.policy_id),
            );
            if !decided
                && !also
                    .iter()
                    .any(|other| same(&other.place, other.policy_id.as_ref()))
            {
                also.push(applied.into_also());
            }
        }
        let delivered = places
            .iter()
            .filter_map(|place| self.for_place(place).next())
            .any(|entry| entry.carries.contains(&deciding.place));
        let stance = deciding
            .entry
            .map_or(Stance::NoStatement, |entry| entry.stance);
        Ruling {
            verdict: deciding.verdict,
            policy_id: deciding.entry.map(|entry| Arc::clone(&entry.policy_id)),
            basis: deciding.entry.map(|entry| {
                if delivered {
                    entry.basis.max(Basis::ReadAs)
                } else {
                    entry.basis
                }
            }),
            citation: deciding.entry.map(|entry| Arc::clone(&entry.section_en)),
            condition_state: deciding.state,
            remedy: self.remedy(&deciding.place, stance).to_owned(),
            place: deciding.place,
            condition: deciding.condition,
            also,
        }
    }

    /// What applies to one place, the deciding entry first. Never empty.
    fn applied(&self, place: &Place, facts: Facts<'_>) -> Vec<Applied<'_>> {
        if place.is_local() {
            return vec![Applied::outside(place.clone())];
        }
        let mut applied = Vec::new();
        for entry in self.for_place(place) {
            // A remark that is made under another place is reported as that place.
            let made_about = if entry.about.as_ref() == Some(place) {
                &entry.place
            } else {
                place
            };
            applied.push(self.read(entry, made_about, facts));
        }
        if applied.is_empty() {
            applied.extend(
                self.general(place)
                    .into_iter()
                    .map(|entry| self.read(entry, place, facts)),
            );
        }
        let besides = applied
            .first()
            .and_then(|first| first.entry?.besides.as_deref());
        if let Some(rule) = besides.and_then(|policy_id| self.policy(policy_id)) {
            applied.push(self.read(rule, place, facts));
        }
        applied
    }

    /// The general rules for a place that no entry names.
    fn general(&self, place: &Place) -> Vec<&Entry> {
        if let Some(rule) = self.free_form_rule(place) {
            return vec![rule];
        }
        let encryption = self.policy(ENCRYPTION);
        if !self.has_section(&place.service) {
            return self
                .policy(ELIGIBLE_SERVICE)
                .into_iter()
                .chain(encryption)
                .collect();
        }
        let whole: Vec<&Entry> = self
            .for_place(&Place::of(place.service.clone(), CONTENT))
            .collect();
        if whole.is_empty() {
            encryption.into_iter().collect()
        } else {
            whole
        }
    }

    /// Reads an entry's facts for a place.
    fn read<'c>(&'c self, entry: &'c Entry, place: &Place, facts: Facts<'_>) -> Applied<'c> {
        let answers: Vec<(Fact, Option<bool>)> = entry
            .facts
            .iter()
            .map(|&fact| match fact {
                Fact::Eligible if self.has_section(&place.service) => (fact, Some(true)),
                _ => (fact, facts(place, fact)),
            })
            .collect();
        let state = state_of(&answers);
        Applied {
            place: place.clone(),
            entry: Some(entry),
            verdict: verdict_of(entry.stance, state),
            state,
            condition: condition_of(&answers),
        }
    }
}

impl Applied<'_> {
    /// A place that is not AWS, of which the whitepaper says nothing.
    fn outside(place: Place) -> Self {
        Self {
            place,
            entry: None,
            verdict: Verdict::NoStatement,
            state: ConditionState::NotApplicable,
            condition: String::new(),
        }
    }

    fn into_also(self) -> Also {
        Also {
            place: self.place,
            verdict: self.verdict,
            policy_id: self.entry.map(|entry| Arc::clone(&entry.policy_id)),
            condition_state: self.state,
        }
    }
}

/// The state of a conjunction of facts.
fn state_of(answers: &[(Fact, Option<bool>)]) -> ConditionState {
    if answers.is_empty() {
        ConditionState::NotApplicable
    } else if answers.iter().any(|(_, answer)| *answer == Some(false)) {
        ConditionState::Unmet
    } else if answers.iter().any(|(_, answer)| answer.is_none()) {
        ConditionState::Unknown
    } else {
        ConditionState::Met
    }
}

/// The facts as findings print them: `encrypted=yes;validation=unknown`.
fn condition_of(answers: &[(Fact, Option<bool>)]) -> String {
    let mut condition = String::new();
    for (fact, answer) in answers {
        if !condition.is_empty() {
            condition.push(';');
        }
        condition.push_str(fact.as_str());
        condition.push_str(match answer {
            Some(true) => "=yes",
            Some(false) => "=no",
            None => "=unknown",
        });
    }
    condition
}

fn verdict_of(stance: Stance, state: ConditionState) -> Verdict {
    match stance {
        Stance::Forbidden => Verdict::Forbidden,
        Stance::NotForPhi => Verdict::NotForPhi,
        Stance::Unexpected => Verdict::Unexpected,
        Stance::NoStatement => Verdict::NoStatement,
        Stance::Permitted => Verdict::Permitted,
        Stance::Conditional => match state {
            ConditionState::Unmet => Verdict::ConditionUnmet,
            ConditionState::Unknown => Verdict::ConditionUnknown,
            ConditionState::Met | ConditionState::NotApplicable => Verdict::ConditionMet,
        },
    }
}
