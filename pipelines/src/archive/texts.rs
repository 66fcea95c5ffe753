//! What an archive says beside the names of its members: comments, and extra fields that hold words.
//! They are contents of the archive itself, at the locator `comment`.

use crate::block::Block;
use crate::format::{Identity, Layout, Located, Lookup};
use detectors::Setting;
use detectors::place::Place;
use scanner::layers::{Declared, Percent};
use std::ops::Range;

/// The locator of all findings in such texts.
const LOCATOR: &str = "comment";

/// Explains hits in the texts of one archive.
pub(super) struct TextsLayout {
    archive: String,
}

impl TextsLayout {
    /// Those of the archive with this identity.
    pub(super) fn of_archive(identity: &str) -> TextsLayout {
        TextsLayout {
            archive: identity.to_owned(),
        }
    }
}

impl Layout for TextsLayout {
    fn declared(&self) -> Declared {
        Declared {
            json: false,
            percent: Percent::Everywhere,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Content
    }

    fn lookup<'b>(&'b self, _block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(TextsLookup { layout: self })
    }
}

struct TextsLookup<'b> {
    layout: &'b TextsLayout,
}

impl Lookup for TextsLookup<'_> {
    fn locate(&self, _span: Range<usize>) -> Located {
        Located {
            identity: Identity::Named(self.layout.archive.clone()),
            locator: LOCATOR.to_owned(),
            places: vec![Place::FILE_CONTENT],
            resource: Some(self.layout.archive.clone()),
            // Texts from many records of the archive stand one behind the other.
            made_up: true,
            ..Located::default()
        }
    }

    fn setting(&self, _span: Range<usize>) -> Setting {
        Setting::Content
    }
}
