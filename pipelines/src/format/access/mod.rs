//! The logs that AWS writes to S3 as lines of fields: S3 server access, load balancers, CloudFront,
//! VPC flow logs, API Gateway in common log form. (Those of JSON lines are in `service_json`.)
//!
//! Each log is a [`Shape`]: how its lines fall into fields, what its columns are called, and two
//! functions that say what a line tells (time, owner, resource) and which places a hit is in:
//!
//! ```text
//! line ─► fields.rs: fields ─► column around the hit ─► query.rs: parameter of an URL around it
//!                                    │                          │
//!                                    └── place, Name or Content └── slot `family` = `Okonkwo`
//! ```
//!
//! URLs in these logs are percent-encoded once by the client and, for keys of S3 and most columns of
//! CloudFront, a second time by the service; both are undone for the whole line, and `+` is a space
//! in queries. A line that is cut or has more columns than are known still gives what it has.

mod balancer;
mod cloudfront;
mod fields;
mod flow;
mod gateway;
pub(super) mod query;
mod s3;

pub(super) use balancer::{Application, Classic, Network};
pub(super) use cloudfront::CloudFront;
pub(super) use flow::FlowLog;
pub(super) use gateway::{Access as GatewayAccess, Execution as GatewayExecution};
pub(crate) use gateway::{body_at, is_execution};

use super::lines::{Begins, Lines, whole_lines};
use super::text::in_unit;
use super::{Head, Hints, Layout, Located, Lookup, Reader};
use crate::block::Block;
use detectors::place::Place;
use detectors::{Setting, Slot};
use fields::Split;
pub(super) use s3::ServerAccess;
use scanner::layers::{Declared, Percent};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// Longest line whose fields are told apart: a hit behind that has no column.
const LINE_BYTES: usize = 64 << 10;
/// Longest field that is repeated in a resource or producer.
const NAME_BYTES: usize = 4 << 10;
/// Lines that recognition looks at.
const SAMPLE: usize = 20;

/// One log's layout.
struct Shape {
    split: Split,
    /// The columns in their order; those of a header line come before these.
    columns: &'static [&'static str],
    /// What a line says of all hits in it.
    describe: fn(&Row<'_>, &mut Located),
    /// The places of a hit, its own first, and whether the text there is a name.
    places: fn(&Row<'_>, &Site) -> (Vec<Place>, Setting),
}

/// Where in its line a hit is.
struct Site {
    /// The column's name; empty where the line has more than are known.
    column: String,
    /// The field, in the block's text.
    field: Range<usize>,
    /// The hit's start, in the block's text.
    at: usize,
    /// The parameter of a query around it.
    parameter: Option<query::Parameter>,
}

/// A line by its fields.
struct Row<'b> {
    text: &'b [u8],
    fields: Rc<[Range<usize>]>,
    columns: &'b [String],
    hints: &'b Hints,
}

impl<'b> Row<'b> {
    /// The text of a column; `None` where it is missing, `-`, or too long to be repeated.
    fn get(&self, column: &str) -> Option<&'b str> {
        let index = self.columns.iter().position(|name| name == column)?;
        let field = self.fields.get(index)?.clone();
        let text = std::str::from_utf8(self.text.get(field)?).ok()?;
        (!text.is_empty() && text != "-" && text.len() <= NAME_BYTES).then_some(text)
    }

    /// The text of the field around a hit.
    fn field(&self, site: &Site) -> &'b [u8] {
        self.text.get(site.field.clone()).unwrap_or_default()
    }
}

/// Opens a reader for lines of this shape. `header` is how many lines are above the first record,
/// `columns` what they call the columns.
fn open(
    shape: &'static Shape,
    header: u64,
    columns: Option<Vec<String>>,
    hints: &Hints,
) -> Box<dyn Reader> {
    let columns = columns.unwrap_or_else(|| {
        shape
            .columns
            .iter()
            .map(|name| (*name).to_owned())
            .collect()
    });
    Box::new(Lines::below_header(
        Begins::Every,
        header,
        Arc::new(AccessLayout {
            shape,
            columns,
            hints: hints.clone(),
        }),
    ))
}

/// Whether nine of ten of a head's first lines pass; damaged lines do not make another format.
fn most_lines(head: &Head<'_>, test: impl Fn(&[u8]) -> bool) -> bool {
    let lines = whole_lines(head);
    let sample = &lines[..lines.len().min(SAMPLE)];
    let good = sample.iter().filter(|line| test(line)).count();
    good > 0 && good * 10 >= sample.len() * 9
}

/// The text of the field with this number.
fn nth<'l>(line: &'l [u8], fields: &[Range<usize>], index: usize) -> &'l [u8] {
    fields
        .get(index)
        .and_then(|field| line.get(field.clone()))
        .unwrap_or_default()
}

struct AccessLayout {
    shape: &'static Shape,
    columns: Vec<String>,
    hints: Hints,
}

impl Layout for AccessLayout {
    fn declared(&self) -> Declared {
        Declared {
            json: false,
            percent: Percent::Urls,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Mixed
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(AccessLookup {
            layout: self,
            block,
            last: RefCell::new((usize::MAX, Rc::from([]))),
        })
    }
}

struct AccessLookup<'b> {
    layout: &'b AccessLayout,
    block: &'b Block,
    /// The line asked for last, by its index, and its fields.
    last: RefCell<(usize, Rc<[Range<usize>]>)>,
}

impl<'b> AccessLookup<'b> {
    fn row(&self, at: usize) -> Row<'b> {
        let index = self.block.record_at(at);
        let mut last = self.last.borrow_mut();
        if last.0 != index {
            let record = self.block.record(index);
            let end = record.end.min(record.start + LINE_BYTES);
            let line = self.block.text.get(record.start..end).unwrap_or_default();
            let shifted = self
                .layout
                .shape
                .split
                .fields(line)
                .into_iter()
                .map(|field| field.start + record.start..field.end + record.start);
            *last = (index, shifted.collect());
        }
        Row {
            text: &self.block.text,
            fields: Rc::clone(&last.1),
            columns: &self.layout.columns,
            hints: &self.layout.hints,
        }
    }

    fn site(&self, row: &Row<'_>, span: &Range<usize>) -> Option<Site> {
        let behind = row
            .fields
            .partition_point(|field| field.start <= span.start);
        let index = behind.checked_sub(1)?;
        let field = row.fields.get(index)?.clone();
        if span.start >= field.end {
            return None;
        }
        let text = row.text.get(field.clone())?;
        let within = span.start - field.start..span.end.min(field.end) - field.start;
        Some(Site {
            column: row.columns.get(index).cloned().unwrap_or_default(),
            parameter: query::parameter(text, within).map(|found| found.shifted(field.start)),
            field,
            at: span.start,
        })
    }

    fn is_header(&self, at: usize) -> bool {
        self.block.is_frame(self.block.record_at(at))
    }
}

impl Lookup for AccessLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        let hints = &self.layout.hints;
        let mut located = in_unit(self.block, hints, span.start, String::new());
        if self.is_header(span.start) {
            return located;
        }
        let row = self.row(span.start);
        let site = self.site(&row, &span);
        (self.layout.shape.describe)(&row, &mut located);
        let site = site.unwrap_or(Site {
            column: String::new(),
            field: 0..0,
            at: span.start,
            parameter: None,
        });
        if hints.place.is_none() {
            located.places = (self.layout.shape.places)(&row, &site).0;
        }
        located.locator = match &site.parameter {
            Some(parameter) => format!("{}?{}", site.column, parameter.label(row.text)),
            None => site.column,
        };
        located
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        if self.is_header(span.start) {
            return None;
        }
        let row = self.row(span.start);
        let site = self.site(&row, &span)?;
        let holds = |value: &Range<usize>| value.start <= span.start && span.end <= value.end;
        if let Some(parameter) = &site.parameter {
            return holds(&parameter.value).then(|| Slot {
                label: parameter.announces(row.text).into(),
                value: parameter.value.clone(),
            });
        }
        // A name is weighed as a whole, and without what stands around it in the line.
        let text = row.field(&site);
        let value = match in_path(text, site.at - site.field.start) {
            true => {
                let path = path(text);
                site.field.start + path.start..site.field.start + path.end
            }
            false => site.field,
        };
        let (_, setting) = (self.layout.shape.places)(&row, &self.site(&row, &span)?);
        (setting == Setting::Name && holds(&value)).then(|| Slot {
            label: site.column.into(),
            value,
        })
    }

    fn setting(&self, span: Range<usize>) -> Setting {
        let row = self.row(span.start);
        match self.site(&row, &span) {
            Some(site) => (self.layout.shape.places)(&row, &site).1,
            None => Setting::Content,
        }
    }
}

/// Whether a position of an URL, or of a request line (`GET /path?query HTTP/1.1`), is in its path.
fn in_path(url: &[u8], at: usize) -> bool {
    path(url).contains(&at)
}

/// The path of an URL or request line.
fn path(url: &[u8]) -> Range<usize> {
    let from = path_start(url);
    let end = memchr::memchr3(b'?', b' ', b'#', url.get(from..).unwrap_or_default())
        .map_or(url.len(), |length| from + length);
    from..end
}

/// Where the path of an URL or request line begins: behind method, scheme and host.
fn path_start(url: &[u8]) -> usize {
    let blank = memchr::memchr(b' ', url);
    let method = blank.filter(|&blank| url[..blank].iter().all(u8::is_ascii_uppercase));
    let from = method.map_or(0, |blank| blank + 1);
    let rest = &url[from..];
    let target = memchr::memchr3(b'?', b' ', b'#', rest).unwrap_or(rest.len());
    match memchr::memmem::find(&rest[..target], b"://") {
        Some(scheme) => {
            let host = from + scheme + 3;
            memchr::memchr(b'/', &url[host..from + target])
                .map_or(from + target, |slash| host + slash)
        }
        None => from,
    }
}
