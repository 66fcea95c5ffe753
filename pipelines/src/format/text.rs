//! Plain text: one record a line, no locator.

use super::lines::{Begins, Lines};
use super::{Format, Head, Hints, Identity, Layout, Located, Lookup, Reader};
use crate::block::Block;
use detectors::Setting;
use detectors::place::Place;
use scanner::layers::{Declared, Percent};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Anything that no other format takes.
pub(super) struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn recognises(&self, _head: &Head<'_>, _hints: &Hints) -> bool {
        true
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        Box::new(Lines::new(
            Begins::Every,
            false,
            Arc::new(TextLayout {
                hints: hints.clone(),
            }),
        ))
    }
}

struct TextLayout {
    hints: Hints,
}

impl Layout for TextLayout {
    fn declared(&self) -> Declared {
        // Access logs and traces hold URLs.
        Declared {
            json: false,
            percent: Percent::Everywhere,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Content
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(TextLookup {
            block,
            hints: &self.hints,
        })
    }
}

struct TextLookup<'b> {
    block: &'b Block,
    hints: &'b Hints,
}

impl Lookup for TextLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        in_unit(self.block, self.hints, span.start, String::new())
    }

    fn setting(&self, _span: Range<usize>) -> Setting {
        Setting::Content
    }
}

/// The first bytes of a name as text. What is said of every hit must not grow with the record.
pub(crate) fn capped(name: &[u8], bytes: usize) -> Cow<'_, str> {
    String::from_utf8_lossy(name.get(..bytes).unwrap_or(name))
}

/// What a record of a file says that knows neither time nor resource.
pub(crate) fn in_unit(block: &Block, hints: &Hints, at: usize, locator: String) -> Located {
    let (account, region) = hints.owner();
    Located {
        identity: Identity::UnitRecord(block.record_number(block.record_at(at))),
        locator,
        places: hints.placed(vec![Place::FILE_CONTENT]),
        account,
        region,
        ..Located::default()
    }
}
