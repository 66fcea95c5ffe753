//! Formats: how a unit's text falls into records, and what a record says about a hit in it.
//!
//! A [`Format`] recognises itself from the unit's head and opens a [`Reader`], which is fed the
//! text in whatever pieces it arrives in and marks where records start. Records are cut without
//! being parsed. Only for a hit is its record looked at, by the format's [`Layout`]: identity,
//! locator, places, time, account, and the labelled slot around it. A new format is one file
//! here and its line in [`FORMATS`].
//!
//! All positions are in [`Block::text`], before JSON escapes and percent runs are undone.

pub mod hints;
pub mod json;
mod lines;

mod access;
mod call;
mod cloudformation;
mod cloudtrail;
mod config;
mod context;
mod csv;
mod envelope;
mod inventory;
mod json_any;
mod keys;
mod logfmt;
mod logs_export;
mod logs_json;
mod notification;
mod place_of;
mod service_json;
mod tagging;
mod text;
mod time;
mod yaml;

pub use context::BlockContext;
pub use hints::{Hints, InventoryColumns};
pub use inventory::read_manifest;

pub(crate) use lines::{Begins, Lines};
pub(crate) use text::capped;

use crate::block::Block;
use detectors::place::Place;
use detectors::{Setting, Slot};
use scanner::layers::Declared;
use std::ops::Range;
use std::sync::Arc;

/// The start of a unit's text, at most 64 KiB, by which formats are recognised.
pub struct Head<'h> {
    /// The text, its charset undone.
    pub text: &'h [u8],
    /// Whether this is all of the unit.
    pub whole: bool,
}

/// A file format.
pub trait Format: Send + Sync {
    /// The name for `--as` and coverage.
    fn name(&self) -> &'static str;
    /// Whether the head is of this format, beyond doubt.
    fn recognises(&self, head: &Head<'_>, hints: &Hints) -> bool;
    /// Starts reading a unit.
    fn open(&self, head: &Head<'_>, hints: &Hints) -> Box<dyn Reader>;
}

/// All formats, in the order in which they are asked; the last two take anything.
pub const FORMATS: &[&dyn Format] = &[
    &cloudtrail::Trail,
    &cloudtrail::Digest,
    &logs_json::Subscription,
    &logs_json::Events,
    &tagging::Tagging,
    &config::Snapshot,
    &inventory::Manifest,
    &cloudformation::Template,
    &service_json::WEB_ACL,
    &service_json::RESOLVER,
    &service_json::GATEWAY,
    &service_json::CLOUDFRONT,
    &json_any::JsonLines,
    &json_any::Json,
    &inventory::Inventory,
    &keys::Keys,
    &logs_export::LogsExport,
    &access::ServerAccess,
    &access::Application,
    &access::Network,
    &access::Classic,
    &access::CloudFront,
    &access::FlowLog,
    &access::GatewayAccess,
    &access::GatewayExecution,
    &yaml::Template,
    &csv::Csv,
    &csv::Tsv,
    &logfmt::Logfmt,
    &text::Text,
];

/// The format with this `--as` name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

/// The service and the elements that reading this format proves to have been looked at, for the
/// coverage row. An event of a trail may hold elements of any service; what proves that they were
/// read is that the trail's records were.
pub fn reads(format: &str) -> (&'static str, &'static [&'static str]) {
    match format {
        "cloudtrail" => ("cloudtrail", &["event-record"]),
        "cloudtrail-digest" => ("cloudtrail", &["digest"]),
        "logs-export" | "logs-subscription" | "logs-events" => {
            ("logs", &["log-event", "resource-name"])
        }
        "keys" | "s3-inventory" => ("s3", &["bucket-name", "object-key"]),
        "tagging" => ("*", &["resource-name", "tag"]),
        "config-snapshot" => ("config", &["configuration-item"]),
        "cloudformation" | "cloudformation-yaml" => ("cloudformation", &["template"]),
        "s3-access" => (
            "s3",
            &[
                "bucket-name",
                "object-body",
                "object-key",
                "object-metadata",
                "object-tag",
            ],
        ),
        "alb-access" | "nlb-access" | "clb-access" => {
            ("elasticloadbalancing", &["access-log", "resource-name"])
        }
        "cloudfront-access" | "cloudfront-json" => ("cloudfront", &["payload"]),
        "vpc-flow" => ("ec2", &["vpc-flow-log"]),
        "apigateway-access" | "apigateway-json" => ("apigateway", &["access-log"]),
        "apigateway-execution" => ("apigateway", &["execution-log"]),
        "waf" => ("wafv2", &["web-acl-log"]),
        "resolver-query" => ("guardduty", &["dns-log"]),
        "names" | "zip" | "tar" => ("local", &["file-name"]),
        _ => ("local", &["file-content"]),
    }
}

/// The format of a unit: as told by `hints`, else the first that recognises the head.
pub fn recognise(head: &Head<'_>, hints: &Hints) -> &'static dyn Format {
    if let Some(format) = hints.format.as_deref().and_then(by_name) {
        return format;
    }
    FORMATS
        .iter()
        .copied()
        .find(|format| format.recognises(head, hints))
        .unwrap_or(&text::Text)
}

/// Cuts a unit's text into records.
///
/// The text is pushed in pieces of any size; the marks do not depend on where the pieces end.
/// The first mark is at 0 and comes with the first byte.
pub trait Reader: Send {
    /// The next piece of text. New marks are appended, in order.
    fn push(&mut self, text: &[u8], marks: &mut Marks);
    /// The text has ended.
    fn finish(&mut self, marks: &mut Marks);
    /// Whether the text so far ends inside something that has to be closed: a JSON container, a
    /// quoted field. Asked at the end of the unit, which then has lost its rest.
    fn is_open(&self) -> bool {
        false
    }
    /// All marks before this position have been given.
    fn settled(&self) -> u64;
    /// What is open at the present position, for a block that begins in the middle of a record.
    fn opening(&self) -> Opening;
    /// What explains hits in these records.
    fn layout(&self) -> Arc<dyn Layout>;
}

/// Where records start, as positions in the unit's text. A record reaches to the next start.
#[derive(Default)]
pub struct Marks {
    pub(crate) starts: Vec<Mark>,
    pub(crate) openings: Vec<(u64, Opening)>,
}

/// The start of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Position in the unit's text.
    pub at: u64,
    /// Text around records (the head of an array, a CSV header): scanned, numbered, not counted
    /// as a record, and kept for the records that follow.
    pub frame: bool,
}

impl Marks {
    /// The starts so far.
    pub fn starts(&self) -> &[Mark] {
        &self.starts
    }

    /// A record starts at `at`.
    pub fn record(&mut self, at: u64) {
        self.starts.push(Mark { at, frame: false });
    }

    /// A frame starts at `at`.
    pub fn frame(&mut self, at: u64) {
        self.starts.push(Mark { at, frame: true });
    }

    /// What is open at the start of this record and the following ones.
    pub(crate) fn opening(&mut self, at: u64, opening: Opening) {
        self.openings.push((at, opening));
    }
}

/// What is open where a record, or a block, begins.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Opening {
    /// Nothing.
    #[default]
    Plain,
    /// Containers of a JSON document.
    Json(Arc<json::Walker>),
    /// A CSV row: the column, and whether inside quotes.
    Csv {
        /// The column's number.
        column: usize,
        /// Inside quotes.
        quoted: bool,
    },
}

/// Explains hits in the records of one unit.
pub trait Layout: Send + Sync {
    /// Which encodings the scanner undoes.
    fn declared(&self) -> Declared;
    /// What the text is; [`Setting::Mixed`] where it depends on the hit.
    fn setting(&self) -> Setting;
    /// Opens a block for questions. It keeps what it learns of each record, so ask one lookup
    /// for all hits of a block.
    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b>;
}

/// Answers questions about hits in one block.
pub trait Lookup {
    /// Where a hit is: what it belongs to, and which places that is.
    fn locate(&self, span: Range<usize>) -> Located;
    /// The labelled value around a span.
    fn slot(&self, _span: Range<usize>) -> Option<Slot<'_>> {
        None
    }
    /// For a span inside a label, the value that it labels.
    fn value_of_label(&self, _span: Range<usize>) -> Option<Range<usize>> {
        None
    }
    /// All values whose label stands outside their record and is wanted.
    fn labelled_values(&self, _wanted: &dyn Fn(&str) -> bool, _each: &mut dyn FnMut(Slot<'_>)) {}
    /// What the text at a span is.
    fn setting(&self, span: Range<usize>) -> Setting;
}

/// What a record says about a hit in it. Names are raw: mask them before they are printed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Located {
    /// The thing that ids hang on.
    pub identity: Identity,
    /// Where inside: a path, a column, a tag key's position. Empty for plain text.
    pub locator: String,
    /// All places that the value is in, its own first.
    pub places: Vec<Place>,
    /// The record's own time, in milliseconds since 1970; `None` for state.
    pub time_ms: Option<i64>,
    /// The account that owns the data.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// ARN or URI of the resource concerned.
    pub resource: Option<String>,
    /// The principal or component that wrote the record.
    pub producer: Option<String>,
    /// The text was made up to be scanned (names in an archive), so positions in it are none of the
    /// unit's.
    pub made_up: bool,
}

/// What a finding's id hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A trail event's `eventID`.
    Event(String),
    /// A log event.
    LogEvent {
        /// The owner's account.
        account: String,
        /// Log group.
        group: String,
        /// Log stream.
        stream: String,
        /// Its timestamp.
        timestamp_ms: i64,
        /// The message, in the block's text.
        message: Range<usize>,
    },
    /// An object, or its metadata, tags, body.
    Object {
        /// Bucket; empty where a key list names none.
        bucket: String,
        /// Key, decoded.
        key: String,
        /// Version id, where one is told.
        version: Option<String>,
    },
    /// A resource.
    Arn(String),
    /// A file or folder by its URI, for listed names.
    Named(String),
    /// The unit and the record's number in it.
    UnitRecord(u64),
}

impl Default for Identity {
    fn default() -> Identity {
        Identity::UnitRecord(0)
    }
}
