//! A unit's own name, in which a value may stand that only its contents give away.
//!
//! `73829144.txt` is a number like others until a line in it says `MRN: 73829144`. One file for each
//! patient is how many systems export. So what is found in a unit is looked for in its name too, and
//! masked in all that is printed of it: its rows, its coverage, the row of the SOURCE and the
//! argument that named it.
//!
//! A unit of one block is known before its first row is made. For a longer one, rows made before the
//! value was met are put right when they are merged ([`Renamed`]); there is at most one such unit
//! for each MiB of input.

use std::sync::Mutex;

use detectors::{Found, KnownValue};

use super::engine::{Engine, Scratch};
use super::folded::{Folded, Value};
use super::judging::UnitNotes;
use crate::identity;
use crate::row::{Finding, Text};

/// What has been learned of a unit's name.
#[derive(Default)]
pub(super) struct OwnName(Mutex<Learned>);

#[derive(Default)]
struct Learned {
    shown: Vec<KnownValue>,
    identity: Vec<KnownValue>,
    blocks: u64,
    /// What rows were given as resource.
    resources: Vec<Text>,
}

/// The name of a unit as it is printed at last.
pub(super) struct Renamed {
    /// Its name.
    pub(super) unit: Text,
    resource: Text,
    /// The values in its identity.
    pub(super) identity: Vec<KnownValue>,
    /// The values in its name as it is shown.
    pub(super) shown: Vec<KnownValue>,
    /// What rows have as resource where that is the unit itself.
    resources: Vec<Text>,
    /// Whether rows may have been made before all was known.
    pub(super) is_late: bool,
}

impl Renamed {
    /// Puts a row of the unit right.
    pub(super) fn put_right(&self, row: &mut Finding) {
        row.unit = Some(self.unit.clone());
        let is_own = |resource: &Text| self.resources.contains(resource);
        if row.resource.as_ref().is_some_and(is_own) {
            row.resource = Some(self.resource.clone());
        }
    }
}

impl OwnName {
    /// Looks for the values of a block in the unit's name. `found` are spans of `text`. Gives the
    /// unit and the resource for the block's rows.
    pub(super) fn learn(
        &self,
        engine: &Engine,
        scratch: &mut Scratch,
        notes: &UnitNotes,
        text: &[u8],
        found: &[Found],
    ) -> (Text, Text) {
        let plain = || (notes.unit.clone(), notes.resource.clone());
        let names = [&notes.shown, &notes.identity].map(|name| Folded::new(name.as_bytes()));
        let mut new: [Vec<KnownValue>; 2] = Default::default();
        for hit in found {
            let Some(value) = text.get(hit.span.clone()) else {
                continue;
            };
            for form in Value::all(value, hit.class) {
                for (name, new) in names.iter().zip(&mut new) {
                    new.extend(name.find(&form).into_iter().map(|span| KnownValue {
                        span,
                        class: hit.class,
                        token: identity::mask_token(engine.key(), hit.class, &hit.value),
                    }));
                }
            }
        }
        let Ok(mut learned) = self.0.lock() else {
            return plain();
        };
        learned.blocks += 1;
        let Learned {
            shown, identity, ..
        } = &mut *learned;
        for (known, new) in [shown, identity].into_iter().zip(new) {
            known.extend(new);
            // One value a span, so that a million records with one given name stay one, and the
            // least, so that the order in which blocks were judged does not show.
            known.sort_by_key(|value| (value.span.start, value.span.end, value.class, value.token));
            known.dedup_by(|next, first| next.span == first.span);
        }
        let (unit, resource) = match learned.shown.is_empty() && learned.identity.is_empty() {
            true => plain(),
            false => learned.texts(engine, scratch, notes),
        };
        if !learned.resources.contains(&resource) {
            learned.resources.push(resource.clone());
        }
        (unit, resource)
    }

    /// What the unit is called at last, where its contents gave something away.
    pub(super) fn last(
        self,
        engine: &Engine,
        scratch: &mut Scratch,
        notes: &UnitNotes,
    ) -> Option<Renamed> {
        let learned = self.0.into_inner().ok()?;
        if learned.shown.is_empty() && learned.identity.is_empty() {
            return None;
        }
        let (unit, resource) = learned.texts(engine, scratch, notes);
        Some(Renamed {
            unit,
            resource,
            is_late: learned.blocks > 1,
            identity: learned.identity,
            shown: learned.shown,
            resources: learned.resources,
        })
    }
}

impl Learned {
    fn texts(&self, engine: &Engine, scratch: &mut Scratch, notes: &UnitNotes) -> (Text, Text) {
        let unit = engine.mask_with(scratch, &notes.shown, self.shown.clone());
        let resource = engine.mask_with(scratch, &notes.identity, self.identity.clone());
        (Text::from(unit), Text::from(resource))
    }
}
