//! What every worker shares, and what each keeps for itself.

use detectors::place::{Catalogue, Place};
use detectors::vocabulary::Class;
use detectors::{DetectorSet, Found, KnownValue, Masked, Masker, Secret};

use crate::identity;
use crate::key::Key;
use crate::row::{Millis, Text};

/// The read-only part of a run: detectors, catalogue, key.
pub(super) struct Engine {
    detectors: DetectorSet,
    catalogue: Catalogue,
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
    pub(super) fn new(
        detectors: DetectorSet,
        catalogue: Catalogue,
        key: Key,
        run_id: Text,
        started: Millis,
    ) -> Self {
        Self {
            detectors,
            catalogue,
            key,
            run_id,
            started,
        }
    }

    pub(super) fn detectors(&self) -> &DetectorSet {
        &self.detectors
    }

    pub(super) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
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
        Masker::new(&self.detectors, &token).mask_with(&mut scratch.judge, name, known)
    }

    /// Whether the service of a place is one of our words. Where the catalogue has no section for
    /// it, it came out of an ARN or an option, which is data.
    pub(super) fn knows_service(&self, place: &Place) -> bool {
        place.is_local() || self.catalogue.has_section(&place.service)
    }

    /// What a worker needs.
    pub(super) fn scratch(&self) -> Scratch {
        Scratch {
            judge: self.detectors.scratch(),
            found: Vec::new(),
        }
    }
}
