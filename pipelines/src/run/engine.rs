//! What every worker shares, and what each keeps for itself.

use detectors::allow::{Asked, Entry};
use detectors::place::policy::Value;
use detectors::place::{Catalogue, Place, Ruling};
use detectors::vocabulary::Class;
use detectors::{DetectorSet, Found, KnownValue, Masked, Masker, Secret};

use crate::identity;
use crate::key::Key;
use crate::own::Rules;
use crate::row::{Millis, Text};

/// The read-only part of a run: what it judges by, and the key.
pub(super) struct Engine {
    rules: Rules,
    key: Key,
    run_id: Text,
    started: Millis,
}

/// What one worker needs while it judges a block.
pub(super) struct Scratch {
    pub(super) judge: detectors::Scratch,
    pub(super) found: Vec<Found>,
}

impl Engine {
    pub(super) fn new(rules: Rules, key: Key, run_id: Text, started: Millis) -> Self {
        Self {
            rules,
            key,
            run_id,
            started,
        }
    }

    pub(super) fn detectors(&self) -> &DetectorSet {
        &self.rules.detectors
    }

    pub(super) fn catalogue(&self) -> &Catalogue {
        &self.rules.catalogue
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Lays the user's policy over a ruling.
    pub(super) fn apply_policy(&self, ruling: &mut Ruling, value: Value<'_>) {
        if let Some(policy) = &self.rules.policy {
            policy.apply(&self.rules.catalogue, ruling, value);
        }
    }

    /// The entry of the user's allow list that answers for a finding.
    pub(super) fn allowed(&self, asked: Asked<'_>) -> Option<&Entry> {
        self.rules.allow.as_ref()?.answering(asked)
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    pub(super) fn run_id(&self) -> &Text {
        &self.run_id
    }

    /// The run's start: the time of everything that has none of its own.
    pub(super) fn started(&self) -> Millis {
        self.started
    }

    /// A name made printable.
    pub(super) fn mask(&self, scratch: &mut Scratch, name: &str) -> Masked {
        self.mask_with(scratch, name, Vec::new())
    }

    /// A name made printable, in which values stand that were found elsewhere.
    pub(super) fn mask_with(
        &self,
        scratch: &mut Scratch,
        name: &str,
        known: Vec<KnownValue>,
    ) -> Masked {
        let token = |class: Class, value: &Secret| identity::mask_token(&self.key, class, value);
        Masker::new(&self.rules.detectors, &token).mask_with(&mut scratch.judge, name, known)
    }

    /// Whether the service of a place is one of our words. Where the catalogue has no section for
    /// it, it came out of an ARN or an option, which is data.
    pub(super) fn knows_service(&self, place: &Place) -> bool {
        place.is_local() || self.rules.catalogue.has_section(&place.service)
    }

    /// What a worker needs.
    pub(super) fn scratch(&self) -> Scratch {
        Scratch {
            judge: self.rules.detectors.scratch(),
            found: Vec::new(),
        }
    }
}
