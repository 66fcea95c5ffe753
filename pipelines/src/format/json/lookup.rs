//! Answers about hits in JSON records.

use super::document::{Document, Site};
use super::walker::Walker;
use crate::block::Block;
use crate::format::access::query;
use crate::format::call::Call;
use crate::format::envelope::Envelope;
use crate::format::{Hints, Identity, Layout, Located, Lookup, Opening};
use detectors::place::Place;
use detectors::{Setting, Slot};
use scanner::layers::{Declared, Percent};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// A record, for its scheme.
pub(crate) struct RecordText<'b> {
    pub(crate) block: &'b Block,
    pub(crate) index: usize,
    /// Its place in the block's text.
    pub(crate) range: Range<usize>,
    pub(crate) text: &'b [u8],
    pub(crate) opening: Walker,
    pub(crate) hints: &'b Hints,
    /// What the scheme read in the frames around it.
    pub(crate) around: Rc<Facts>,
}

/// What a record says of all hits in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) identity: Option<Identity>,
    pub(crate) time_ms: Option<i64>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) producer: Option<String>,
    /// What the record itself is, where it is a record of another service.
    pub(crate) envelope: Option<Envelope>,
    /// The API call, where the record is an event of a trail.
    pub(crate) call: Option<Arc<Call>>,
    /// Further values that the scheme's places depend on.
    pub(crate) more: Vec<(Cow<'static, str>, String)>,
}

impl Facts {
    pub(crate) fn more(&self, key: &str) -> &str {
        self.more
            .iter()
            .find(|(name, _)| name == key)
            .map_or("", |(_, value)| value)
    }
}

/// What one JSON format knows.
pub(crate) trait Scheme: Send + Sync {
    /// Looks through the frames around a record: once for all records between two frames.
    fn around(&self, _block: &Block, _index: usize) -> Facts {
        Facts::default()
    }
    /// Looks through a record once.
    fn facts(&self, record: &RecordText<'_>) -> Facts;
    /// The places of a hit, its own first, and whether the text there is a name.
    fn places(
        &self,
        facts: &Facts,
        site: &Site,
        record: &RecordText<'_>,
        at: usize,
    ) -> (Vec<Place>, Setting);
    /// The thing that a hit is about.
    fn resource(&self, facts: &Facts, _site: &Site, _record: &RecordText<'_>) -> Option<String> {
        facts.resource.clone()
    }
    /// The locator; the path unless the format has a better one.
    fn locator(&self, _facts: &Facts, site: &Site) -> String {
        site.path.clone()
    }
    /// Whether strings hold URLs and queries, whose parameters are labels of their own.
    fn queries(&self) -> bool {
        false
    }
    /// The setting of the whole text.
    fn setting(&self) -> Setting {
        Setting::Mixed
    }
}

/// The layout of a JSON format.
pub(crate) struct JsonLayout<S> {
    pub(crate) scheme: S,
    pub(crate) hints: Hints,
}

impl<S: Scheme> Layout for JsonLayout<S> {
    fn declared(&self) -> Declared {
        Declared {
            json: true,
            percent: match self.scheme.queries() {
                true => Percent::Urls,
                false => Percent::InJsonStrings,
            },
        }
    }

    fn setting(&self) -> Setting {
        self.scheme.setting()
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(JsonLookup {
            block,
            scheme: &self.scheme,
            hints: &self.hints,
            records: RefCell::default(),
            last: RefCell::default(),
            around: RefCell::default(),
        })
    }
}

/// Records whose facts are kept at a time: hits come in clusters, and a block may have a hit in
/// every one of half a million records.
pub(crate) const KNOWN: usize = 256;

struct JsonLookup<'b, S> {
    block: &'b Block,
    scheme: &'b S,
    hints: &'b Hints,
    records: RefCell<HashMap<usize, Rc<Known<'b>>>>,
    last: RefCell<Option<Asked<'b>>>,
    around: RefCell<Option<(Frames, Rc<Facts>)>>,
}

/// The frames before and behind a record, and whether it is one itself.
type Frames = (Option<usize>, Option<usize>, bool);

/// The span that was asked about last: the judge asks several questions about one hit.
type Asked<'b> = (Range<usize>, Rc<Known<'b>>, Rc<Site>);

struct Known<'b> {
    record: RecordText<'b>,
    document: Document<'b>,
    facts: Facts,
}

impl<'b, S: Scheme> JsonLookup<'b, S> {
    fn around(&self, index: usize) -> Rc<Facts> {
        let block = self.block;
        let frames = (
            block.frame_before(index),
            block.frame_after(index),
            block.is_frame(index),
        );
        if let Some((known, facts)) = &*self.around.borrow()
            && *known == frames
        {
            return Rc::clone(facts);
        }
        let facts = Rc::new(self.scheme.around(block, index));
        self.around.replace(Some((frames, Rc::clone(&facts))));
        facts
    }

    fn known(&self, at: usize) -> Rc<Known<'b>> {
        let index = self.block.record_at(at);
        let mut records = self.records.borrow_mut();
        if records.len() >= KNOWN {
            records.clear();
        }
        let known = records.entry(index).or_insert_with(|| {
            let range = self.block.record(index);
            let text = self.block.text.get(range.clone()).unwrap_or_default();
            let opening = match self.block.opening(index) {
                Opening::Json(walker) => Walker::clone(&walker),
                _ => Walker::default(),
            };
            let document = Document::new(text, opening.clone());
            let record = RecordText {
                block: self.block,
                index,
                range,
                text,
                opening,
                hints: self.hints,
                around: self.around(index),
            };
            let facts = self.scheme.facts(&record);
            Rc::new(Known {
                record,
                document,
                facts,
            })
        });
        Rc::clone(known)
    }

    /// The record and the site of a span, whose ranges are in the block's text.
    fn site(&self, span: &Range<usize>) -> (Rc<Known<'b>>, Rc<Site>) {
        if let Some((last, known, site)) = &*self.last.borrow()
            && last == span
        {
            return (Rc::clone(known), Rc::clone(site));
        }
        let known = self.known(span.start);
        let start = known.record.range.start;
        let mut site = known
            .document
            .site(span.start.saturating_sub(start)..span.end.saturating_sub(start));
        let shift = |range: Range<usize>| range.start + start..range.end + start;
        let token = shift(site.token.clone());
        site.token = token;
        site.value = site.value.map(shift);
        let site = Rc::new(site);
        self.last
            .replace(Some((span.clone(), Rc::clone(&known), Rc::clone(&site))));
        (known, site)
    }
}

impl<S> JsonLookup<'_, S> {
    /// The parameter of a query around a span of a string.
    fn parameter(&self, token: &Range<usize>, span: &Range<usize>) -> Option<query::Parameter> {
        let text = self.block.text.get(token.clone())?;
        let within = span.start.checked_sub(token.start)?..span.end.checked_sub(token.start)?;
        let found = query::parameter(text, within)?.shifted(token.start);
        (found.value.start <= span.start && span.end <= found.value.end).then_some(found)
    }
}

impl<S: Scheme> Lookup for JsonLookup<'_, S> {
    fn locate(&self, span: Range<usize>) -> Located {
        let (known, site) = self.site(&span);
        let facts = &known.facts;
        let (places, _) = self.scheme.places(facts, &site, &known.record, span.start);
        let (account, region) = self.hints.owner();
        Located {
            identity: facts.identity.clone().unwrap_or(Identity::UnitRecord(
                self.block.record_number(known.record.index),
            )),
            locator: self.scheme.locator(facts, &site),
            places: self.hints.placed(places),
            time_ms: facts.time_ms,
            account: facts.account.clone().or(account),
            region: facts.region.clone().or(region),
            resource: self.scheme.resource(facts, &site, &known.record),
            producer: facts.producer.clone(),
            made_up: false,
        }
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        let (_, site) = self.site(&span);
        if site.is_key || site.token.end < span.end {
            return None;
        }
        if self.scheme.queries()
            && let Some(parameter) = self.parameter(&site.token, &span)
        {
            return Some(Slot {
                label: Cow::Owned(parameter.announces(&self.block.text)),
                value: parameter.value,
            });
        }
        let label = site.pair_key.clone().unwrap_or_else(|| site.label.clone());
        (!label.is_empty()).then(|| Slot {
            label: Cow::Owned(label),
            value: site.token.clone(),
        })
    }

    fn value_of_label(&self, span: Range<usize>) -> Option<Range<usize>> {
        self.site(&span).1.value.clone()
    }

    fn setting(&self, span: Range<usize>) -> Setting {
        let (known, site) = self.site(&span);
        self.scheme
            .places(&known.facts, &site, &known.record, span.start)
            .1
    }
}
