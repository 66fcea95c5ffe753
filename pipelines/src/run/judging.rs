//! From a block to rows: scan, judge, find the place, rule, mask.
//!
//! Raw values are borrowed from the block or held in `Secret` here, and nowhere behind: a row takes
//! tokens, shapes and masked names only.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use detectors::allow::Asked;
use detectors::place::policy::Value;
use detectors::place::{Place, Ruling, severity};
use detectors::vocabulary::{Class, Subject};
use detectors::{Found, Masked};

use super::engine::{Engine, Scratch};
use super::known::Known;
use super::own_name::OwnName;
use super::seen::Seen;
use crate::block::Block;
use crate::format::{BlockContext, Identity, Located};
use crate::identity::{self, Message, Record};
use crate::key::Token;
use crate::row::{Also, Finding, Millis, Text, clamp_event_time};
use crate::unit::Unit;

/// What all findings of a unit share.
pub(super) struct UnitNotes {
    /// The unit's raw identity, on which ids hang.
    pub(super) identity: String,
    /// The unit's raw name as it is shown, for paths of an allow list.
    pub(super) shown: String,
    /// Masked name, token, container token.
    pub(super) unit: Text,
    pub(super) unit_token: Token,
    pub(super) scope_token: Token,
    /// The SOURCE's own name and the path below it: words in it are weak cues. What stands above
    /// the SOURCE is about the machine that scans, and typed differently from run to run.
    pub(super) container: String,
    pub(super) resource: Text,
    pub(super) modified: Option<Millis>,
    pub(super) source: &'static str,
}

impl UnitNotes {
    pub(super) fn of(
        engine: &Engine,
        scratch: &mut Scratch,
        unit: &Unit,
        source: &'static str,
        scope: &str,
    ) -> Self {
        Self {
            unit: Text::from(engine.mask(scratch, &unit.shown)),
            unit_token: identity::unit_token(engine.key(), &unit.identity),
            scope_token: identity::scope_token(engine.key(), scope),
            container: below_parent(&unit.identity, scope).to_owned(),
            resource: Text::from(engine.mask(scratch, &unit.identity)),
            identity: unit.identity.clone(),
            shown: unit.shown.clone(),
            modified: unit.modified_ms.map(Millis),
            source,
        }
    }
}

/// A unit's identity without what stands before the last name of its container.
fn below_parent<'i>(identity: &'i str, scope: &str) -> &'i str {
    let scope = scope.trim_end_matches('/');
    let parent = scope.rfind('/').map_or(0, |slash| slash + 1);
    match identity.get(parent..) {
        Some(below) if identity.starts_with(&scope[..parent]) => below,
        _ => identity,
    }
}

/// Judges one block; gives the rows of its findings, folded within each record, and where they are
/// in the block's text, to `each` as soon as nothing can change them: a block in which every line leaks has some hundred times its size
/// in rows.
pub(super) fn judge(
    engine: &Engine,
    scratch: &mut Scratch,
    notes: &UnitNotes,
    own_name: &OwnName,
    seen: &Seen,
    block: &Block,
    each: &mut dyn FnMut(Finding, Range<usize>),
) {
    let layout = &block.layout;
    let view = scanner::layers::undo(&block.text, &layout.declared());
    let lookup = layout.lookup(block);
    let surroundings = BlockContext::new(block, &view, lookup.as_ref(), &notes.container);
    let mut found = std::mem::take(&mut scratch.found);
    engine.detectors().scan(
        &mut scratch.judge,
        &view.text,
        layout.setting(),
        &surroundings,
        &mut found,
    );

    seen.learn(engine, &view.text, &found);
    let (unit, resource) = own_name.learn(engine, scratch, notes, &view.text, &found);
    let mut rows = Rows {
        engine,
        notes,
        unit,
        resource,
        block,
        known: Known::default(),
        folded: HashMap::new(),
        message: None,
        flush_at: FLUSH_ROWS,
        names: HashMap::new(),
        record_names: HashMap::new(),
        rows: Vec::new(),
    };
    let mut patients: HashSet<usize> = HashSet::new();
    let mut hits = found
        .drain(..)
        .map(|hit| {
            let span = surroundings.in_block(hit.span.clone());
            (block.record_at(span.start), span, hit)
        })
        .peekable();
    let mut of_record = Vec::new();
    while let Some(&(record, ..)) = hits.peek() {
        while let Some((_, span, hit)) = hits.next_if(|(of, ..)| *of == record) {
            of_record.push((span, hit));
        }
        rows.known = Known::new(engine, &view.text, of_record.iter().map(|(_, hit)| hit));
        rows.record_names.clear();
        for (span, hit) in of_record.drain(..) {
            if !block.core.contains(&span.start) {
                continue;
            }
            if rows.rows.len() >= rows.flush_at {
                rows.flush(record, &patients, each);
            }
            if hit.subject == Subject::Patient && !hit.reserved && hit.confidence >= SURE {
                patients.insert(record);
            }
            let layers = view.map.layers(hit.span.clone());
            let located = lookup.locate(span.clone());
            rows.add(scratch, hit, record, span, &layers, located);
        }
    }
    drop(hits);
    scratch.found = found;
    rows.flush(usize::MAX, &patients, each);
}

/// Confidence from which a patient finding raises the severity of others in its record.
const SURE: f64 = 0.5;

struct Rows<'b> {
    engine: &'b Engine,
    notes: &'b UnitNotes,
    /// The unit's name and identity, masked by what this block shows of them.
    unit: Text,
    resource: Text,
    block: &'b Block,
    /// The values of the present record.
    known: Known,
    /// Row of what was found before: by record, locator, class and value's id.
    folded: HashMap<(usize, Token), usize>,
    /// The message of the log event that was met last, and its token.
    message: Option<(Range<usize>, Token)>,
    /// Names masked before that no value of their record stands in; they repeat from record to
    /// record.
    names: HashMap<String, Masked>,
    /// Other names of the present record.
    record_names: HashMap<String, Masked>,
    rows: Vec<Draft>,
    /// From how many drafts on settled ones are given away.
    flush_at: usize,
}

/// Drafts that are kept before settled ones are given away.
const FLUSH_ROWS: usize = 1 << 10;

/// A row whose severity waits for the other findings of its record.
struct Draft {
    finding: Finding,
    /// Where its value is in the block's text.
    span: Range<usize>,
    records: Vec<usize>,
    ruling: Ruling,
    subject: Subject,
    class: Class,
}

impl Rows<'_> {
    fn add(
        &mut self,
        scratch: &mut Scratch,
        hit: Found,
        record: usize,
        span: Range<usize>,
        layers: &[scanner::layers::Layer],
        located: Located,
    ) {
        let engine = self.engine;
        if let Identity::LogEvent { message, .. } = &located.identity
            && self.message.as_ref().is_none_or(|(of, _)| of != message)
        {
            let text = self.block.text.get(message.clone()).unwrap_or_default();
            let token = identity::message_token(engine.key(), text);
            self.message = Some((message.clone(), token));
        }
        let identity = self.record_identity(&hit, record, &located.identity);
        let id = identity::finding_id(
            engine.key(),
            identity,
            &located.locator,
            hit.class,
            &hit.value,
        );
        // Client addresses fold over the block, which is a MiB; everything else within its record.
        // A folder's name stands in the path of every file below it.
        let fold = if hit.class == Class::Ip || matches!(located.identity, Identity::Named(_)) {
            usize::MAX
        } else {
            record
        };
        if let Some(&at) = self.folded.get(&(fold, id.clone())) {
            if let Some(draft) = self.rows.get_mut(at) {
                draft.finding.occurrences += 1;
                draft.records.push(record);
            }
            return;
        }
        self.folded.insert((fold, id.clone()), self.rows.len());
        let account = located.account.as_deref().filter(|id| is_account(id));
        let resource = located.resource.as_deref().unwrap_or(&self.notes.identity);
        let mut ruling = engine.catalogue().rule(&located.places, &|_, _| None);
        let value = Value {
            class: Some(hit.class),
            account,
            resource: Some(resource),
        };
        engine.apply_policy(&mut ruling, value);
        let unit_span = (!located.made_up).then(|| self.block.unit_span(span.clone()));
        let detector = engine.detectors().detector(hit.detector);
        let time = located.time_ms.map_or((engine.started(), false), |time| {
            clamp_event_time(Millis(time), engine.started())
        });
        let token = identity::value_token(engine.key(), hit.class, &hit.value);
        let allowed = engine.allowed(Asked {
            token: token.as_ref().map(Token::as_str),
            shape: hit.evidence.as_str(),
            class: hit.class,
            place: &ruling.place,
            names: [&self.notes.shown, resource],
        });
        let finding = Finding {
            finding_id: id,
            run_id: engine.run_id().clone(),
            scope_token: Some(self.notes.scope_token.clone()),
            account_id: configured_or_none(account),
            region: configured_or_none(located.region.as_deref().filter(|name| is_region(name))),
            unit_token: Some(self.notes.unit_token.clone()),
            unit: Some(self.unit.clone()),
            event_time: time.0,
            time_suspect: time.1,
            last_modified: self.notes.modified,
            source: Text::word(self.notes.source),
            service: self.service(scratch, &ruling.place),
            element: Some(Text::configured(&ruling.place.element)),
            resource: Some(match &located.resource {
                Some(name) => self.mask(scratch, name),
                None => self.resource.clone(),
            }),
            #[cfg(not(feature = "leak-on-purpose"))]
            locator: self.mask(scratch, &located.locator),
            #[cfg(feature = "leak-on-purpose")]
            locator: Text::configured(&String::from_utf8_lossy(
                self.block.text.get(span.clone()).unwrap_or_default(),
            )),
            byte_start: unit_span
                .as_ref()
                .and_then(|span| i64::try_from(span.start).ok()),
            byte_end: unit_span.and_then(|span| i64::try_from(span.end).ok()),
            encoding: self.encoding(layers),
            class: hit.class.into(),
            subject: hit.subject.into(),
            other_classes: hit
                .other_classes
                .iter()
                .map(|class| Text::from(*class))
                .collect(),
            contains: hit
                .contains
                .iter()
                .map(|class| Text::from(*class))
                .collect(),
            safe_harbor: detector.map_or(0, |detector| i32::from(detector.spec().safe_harbor)),
            detector: Text::configured(detector.map_or("", |detector| detector.id())),
            detector_version: Text::configured(
                &detector.map_or_else(String::new, |detector| detector.spec().version.to_string()),
            ),
            confidence: hit.confidence,
            checksum: hit.checksum.into(),
            cue_kind: hit.cue.into(),
            reserved: hit.reserved,
            suppressed: allowed.is_some(),
            evidence: Text::from(&hit.evidence),
            token_key_id: token
                .as_ref()
                .and_then(|_| engine.key().id())
                .map(|id| Text::configured(&id)),
            token,
            verdict: ruling.verdict.into(),
            policy_id: ruling.policy_id.as_deref().map(Text::configured),
            basis: ruling.basis.map(Text::from),
            citation: ruling.citation.as_deref().map(Text::configured),
            condition: Text::configured(&ruling.condition),
            condition_state: ruling.condition_state.into(),
            also: ruling
                .also
                .iter()
                .map(|other| self.also(scratch, other))
                .collect(),
            severity: Text::default(),
            producer: located
                .producer
                .as_deref()
                .map(|name| self.mask(scratch, name)),
            remedy: Some(Text::configured(&ruling.remedy)),
            occurrences: 1,
            suppressed_by: allowed.map(|entry| Text::configured(&entry.owner)),
            suppressed_reason: allowed.map(|entry| Text::configured(&entry.reason)),
            suppressed_until: allowed.map(|entry| Text::configured(&entry.until.to_string())),
            detected_at: engine.started(),
        };
        self.rows.push(Draft {
            finding,
            span,
            records: vec![record],
            ruling,
            subject: hit.subject,
            class: hit.class,
        });
    }

    fn service(&mut self, scratch: &mut Scratch, place: &Place) -> Text {
        if self.engine.knows_service(place) {
            Text::configured(&place.service)
        } else {
            self.mask(scratch, &place.service)
        }
    }

    fn also(&mut self, scratch: &mut Scratch, other: &detectors::place::Also) -> Also {
        Also {
            service: self.service(scratch, &other.place),
            ..Also::from(other)
        }
    }

    fn record_identity<'l>(
        &'l self,
        hit: &Found,
        record: usize,
        identity: &'l Identity,
    ) -> Record<'l> {
        let unit = self.notes.identity.as_str();
        if hit.class == Class::Ip {
            return Record::InMebibyte {
                unit,
                mebibyte: self.block.number,
            };
        }
        match identity {
            Identity::Event(id) => Record::TrailEvent { event_id: id },
            Identity::LogEvent {
                account,
                group,
                stream,
                timestamp_ms,
                message: _,
            } => Record::LogEvent {
                account,
                group,
                stream,
                timestamp_ms: *timestamp_ms,
                message: match &self.message {
                    Some((_, token)) => Message::Token(token),
                    None => Message::Text(&[]),
                },
            },
            Identity::Object {
                bucket,
                key,
                version,
            } => Record::Object {
                bucket,
                key,
                version: version.as_deref(),
            },
            Identity::Arn(name) | Identity::Named(name) => Record::Resource { name },
            Identity::UnitRecord(_) => Record::InUnit {
                unit,
                record: self.block.record_number(record),
            },
        }
    }

    fn mask(&mut self, scratch: &mut Scratch, name: &str) -> Text {
        if name.is_empty() {
            return Text::default();
        }
        let known = self.known.within(name);
        let names = match known.is_empty() {
            true => &mut self.names,
            false => &mut self.record_names,
        };
        if let Some(masked) = names.get(name) {
            return Text::from(masked.clone());
        }
        let masked = self.engine.mask_with(scratch, name, known);
        names.insert(name.to_owned(), masked.clone());
        Text::from(masked)
    }

    fn encoding(&self, layers: &[scanner::layers::Layer]) -> Text {
        let outer = self.block.outer.iter().copied();
        let names = outer
            .chain(self.block.charset_layer)
            .chain(layers.iter().map(|layer| layer.name()))
            .collect::<Vec<_>>();
        Text::configured(&names.join(">"))
    }

    /// Gives away the rows that hits from record `next` on cannot change: those of earlier records
    /// that are not folded over the block.
    fn flush(
        &mut self,
        next: usize,
        patients: &HashSet<usize>,
        each: &mut dyn FnMut(Finding, Range<usize>),
    ) {
        let mut kept = Vec::new();
        let mut moved = HashMap::new();
        for (at, draft) in std::mem::take(&mut self.rows).into_iter().enumerate() {
            let of_block = draft.class == Class::Ip && next < usize::MAX;
            if of_block || draft.records.last().is_some_and(|&last| last >= next) {
                moved.insert(at, kept.len());
                kept.push(draft);
            } else {
                let span = draft.span.clone();
                each(draft.finish(patients), span);
            }
        }
        self.folded.retain(|_, at| match moved.get(at) {
            Some(&now) => {
                *at = now;
                true
            }
            None => false,
        });
        self.flush_at = 2 * kept.len() + FLUSH_ROWS;
        self.rows = kept;
    }
}

impl Draft {
    fn finish(self, patients: &HashSet<usize>) -> Finding {
        let mut finding = self.finding;
        let beside_patient = self.records.iter().any(|record| patients.contains(record));
        let severity = severity(
            self.ruling.verdict,
            self.subject,
            finding.confidence,
            self.ruling.basis,
            finding.reserved,
            beside_patient,
        );
        finding.severity = severity.into();
        finding
    }
}

fn configured_or_none(name: Option<&str>) -> Text {
    name.map_or_else(|| Text::word("none"), Text::configured)
}

/// Account ids are twelve digits; anything else in such a field is data and is not repeated.
fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A Region's name, such as `us-gov-west-1`; anything else is data and is not repeated.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-').rev();
    let number = parts
        .next()
        .is_some_and(|part| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit()));
    let words: Vec<&str> = parts.collect();
    let known = |word: &&str| AREAS.contains(word);
    number && (2..=3).contains(&words.len()) && words.iter().all(known)
}

/// The words that Regions' names are made of.
const AREAS: [&str; 29] = [
    "af",
    "ap",
    "ca",
    "cn",
    "eu",
    "eusc",
    "il",
    "me",
    "mx",
    "sa",
    "us",
    "gov",
    "iso",
    "isob",
    "isoe",
    "isof",
    "north",
    "south",
    "east",
    "west",
    "central",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "de",
    "secret",
    "local",
    "global",
];

#[cfg(test)]
mod tests {
    use super::{below_parent, is_account, is_region};

    #[test]
    fn what_stands_above_the_source_is_no_cue() {
        for (identity, scope, container) in [
            (
                "file:///home/mrn/in/a/b.log",
                "file:///home/mrn/in",
                "in/a/b.log",
            ),
            (
                "file:///home/mrn/in.log",
                "file:///home/mrn/in.log.gz",
                "in.log",
            ),
            ("s3://bucket/a", "s3://bucket", "bucket/a"),
            ("s3://bucket/a", "s3://bucket/", "bucket/a"),
            ("estate:/a/b", "estate:", "estate:/a/b"),
            ("stdin:", "stdin:", "stdin:"),
            ("/etc/x", "/", "/etc/x"),
        ] {
            assert_eq!(
                below_parent(identity, scope),
                container,
                "{identity} {scope}"
            );
        }
    }

    #[test]
    fn only_accounts_and_regions_are_repeated() {
        for name in [
            "us-east-1",
            "us-gov-west-1",
            "ap-southeast-3",
            "eusc-de-east-1",
            "cn-north-1",
            "us-isob-east-1",
        ] {
            assert!(is_region(name), "{name}");
        }
        for name in ["", "us-east", "john-smith-1", "us-east-12", "east", "1"] {
            assert!(!is_region(name), "{name}");
        }
        assert!(is_account("111122223333"));
        assert!(!is_account("11112222333"));
        assert!(!is_account("jane.roe@a.b"));
    }
}
