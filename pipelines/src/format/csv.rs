//! CSV and TSV with a header: a record is a row, a value's label is its column's header.
//!
//! Quoting as in RFC 4180: a field is quoted if its first byte is a quote; line ends inside quotes
//! belong to the field, and a quote in an unquoted field is only a quote.

use super::text::{capped, in_unit};
use super::{Format, Head, Hints, Layout, Located, Lookup, Marks, Opening, Reader};
use crate::block::Block;
use detectors::{Setting, Slot};
use scanner::layers::{Declared, Percent};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// Fields of a row that are told apart; hits beyond have no column.
const FIELDS: usize = 16 << 10;
/// Bytes of a column's name that are kept: it is repeated for every hit below it.
const NAME_BYTES: usize = 256;

/// Comma-separated.
pub(super) struct Csv;
/// Tab-separated.
pub(super) struct Tsv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        has_header(head, b',')
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        Box::new(Rows::new(
            b',',
            true,
            Arc::new(Table {
                delimiter: b',',
                hints: hints.clone(),
            }),
        ))
    }
}

impl Format for Tsv {
    fn name(&self) -> &'static str {
        "tsv"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        has_header(head, b'\t')
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        Box::new(Rows::new(
            b'\t',
            true,
            Arc::new(Table {
                delimiter: b'\t',
                hints: hints.clone(),
            }),
        ))
    }
}

/// A first line of names, and rows of as many fields below it.
fn has_header(head: &Head<'_>, delimiter: u8) -> bool {
    let lines = first_rows(head, delimiter);
    let Some((header, rows)) = lines.split_first() else {
        return false;
    };
    let names = fields(header, delimiter);
    let is_name = |range: &Range<usize>| {
        let name = header[range.clone()].trim_ascii();
        let word =
            |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"_-. #()/".contains(byte);
        (1..=64).contains(&name.len())
            && name.iter().all(word)
            && name
                .first()
                .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || *byte == b'_')
            && name.iter().filter(|&&byte| byte == b' ').count() <= 4
    };
    if names.len() < 2 || !names.iter().all(is_name) || rows.is_empty() {
        return false;
    }
    let same = rows
        .iter()
        .filter(|row| fields(row, delimiter).len() == names.len())
        .count();
    same * 5 >= rows.len() * 4
}

/// The first rows of a head that are whole, at most 20 and the header; blank ones left out.
fn first_rows<'h>(head: &Head<'h>, delimiter: u8) -> Vec<&'h [u8]> {
    let (mut rows, mut start, mut at, mut state) = (Vec::new(), 0, 0, At::FieldStart);
    while at < head.text.len() && rows.len() < 21 {
        let (length, met) = state.step(&head.text[at..], delimiter);
        at += length;
        if matches!(met, Met::Row) || (at == head.text.len() && head.whole) {
            let row = head.text[start..at].trim_ascii_end();
            if !row.is_empty() {
                rows.push(row);
            }
            start = at;
        }
    }
    rows
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    FieldStart,
    Unquoted,
    Quoted,
    /// Behind a quote inside quotes: the end, or the first of a doubled one.
    Quote,
}

/// What follows a step over some bytes.
enum Met {
    Field,
    Row,
    Nothing,
}

impl At {
    /// Steps over the next bytes of a row; returns how many, and what they ended.
    fn step(&mut self, text: &[u8], delimiter: u8) -> (usize, Met) {
        match *self {
            At::Quoted => {
                let Some(quote) = memchr::memchr(b'"', text) else {
                    return (text.len(), Met::Nothing);
                };
                *self = At::Quote;
                (quote + 1, Met::Nothing)
            }
            At::FieldStart if text[0] == b'"' => {
                *self = At::Quoted;
                (1, Met::Nothing)
            }
            At::Quote if text[0] == b'"' => {
                *self = At::Quoted;
                (1, Met::Nothing)
            }
            _ => {
                let Some(end) = memchr::memchr2(delimiter, b'\n', text) else {
                    *self = At::Unquoted;
                    return (text.len(), Met::Nothing);
                };
                *self = At::FieldStart;
                (
                    end + 1,
                    if text[end] == b'\n' {
                        Met::Row
                    } else {
                        Met::Field
                    },
                )
            }
        }
    }
}

/// The reader.
pub(crate) struct Rows {
    delimiter: u8,
    header: bool,
    layout: Arc<dyn Layout>,
    at: u64,
    state: At,
    column: usize,
    rows: u64,
    row_next: bool,
}

impl Rows {
    pub(crate) fn new(delimiter: u8, header: bool, layout: Arc<dyn Layout>) -> Rows {
        Rows {
            delimiter,
            header,
            layout,
            at: 0,
            state: At::FieldStart,
            column: 0,
            rows: 0,
            row_next: true,
        }
    }
}

impl Reader for Rows {
    fn push(&mut self, text: &[u8], marks: &mut Marks) {
        let mut from = 0;
        while from < text.len() {
            if std::mem::take(&mut self.row_next) {
                let here = self.at + from as u64;
                match self.rows == 0 && self.header {
                    true => marks.frame(here),
                    false => marks.record(here),
                }
                self.rows += 1;
                self.column = 0;
            }
            let (length, met) = self.state.step(&text[from..], self.delimiter);
            from += length;
            match met {
                Met::Field => self.column += 1,
                Met::Row => self.row_next = true,
                Met::Nothing => {}
            }
        }
        self.at += text.len() as u64;
    }

    fn finish(&mut self, _marks: &mut Marks) {}

    fn is_open(&self) -> bool {
        self.state == At::Quoted
    }

    fn settled(&self) -> u64 {
        self.at
    }

    fn opening(&self) -> Opening {
        Opening::Csv {
            column: self.column,
            quoted: self.state == At::Quoted,
        }
    }

    fn layout(&self) -> Arc<dyn Layout> {
        Arc::clone(&self.layout)
    }
}

/// The fields of one row, without quotes.
pub(crate) fn fields(row: &[u8], delimiter: u8) -> Vec<Range<usize>> {
    fields_from(row, delimiter, At::FieldStart)
}

fn fields_from(row: &[u8], delimiter: u8, mut state: At) -> Vec<Range<usize>> {
    let mut fields = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut push = |range: Range<usize>| {
        if fields.len() < FIELDS {
            fields.push(unquoted(row, range));
        }
    };
    while at < row.len() {
        let (length, met) = state.step(&row[at..], delimiter);
        at += length;
        match met {
            Met::Nothing => {}
            Met::Field => {
                push(start..at - 1);
                start = at;
            }
            Met::Row => {
                push(start..at - 1);
                return fields;
            }
        }
    }
    push(start..row.len());
    fields
}

fn unquoted(row: &[u8], mut field: Range<usize>) -> Range<usize> {
    if !field.is_empty() && row[field.end - 1] == b'\r' {
        field.end -= 1;
    }
    if field.len() >= 2 && row[field.start] == b'"' && row[field.end - 1] == b'"' {
        field.start + 1..field.end - 1
    } else {
        field
    }
}

struct Table {
    delimiter: u8,
    hints: Hints,
}

impl Layout for Table {
    fn declared(&self) -> Declared {
        Declared {
            json: false,
            percent: Percent::Everywhere,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Content
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        let header = (0..block.len()).find(|&index| block.is_frame(index));
        let header = match header {
            Some(index) => block.text.get(block.record(index)),
            None => block.frame.as_deref(),
        };
        let names = header
            .map(|header| names(header, self.delimiter))
            .unwrap_or_default();
        Box::new(TableLookup {
            columns: Columns::new(block, names, self.delimiter),
            hints: &self.hints,
        })
    }
}

fn names(header: &[u8], delimiter: u8) -> Vec<String> {
    let text = |range: Range<usize>| capped(header[range].trim_ascii(), NAME_BYTES).into_owned();
    fields(header, delimiter).into_iter().map(text).collect()
}

/// Rows of a block by column; the row asked for last is remembered.
pub(crate) struct Columns<'b> {
    pub(crate) block: &'b Block,
    pub(crate) names: Vec<String>,
    delimiter: u8,
    last: RefCell<Row>,
}

/// A row's index, the column of its first field, and its fields.
type Row = (usize, usize, Rc<[Range<usize>]>);

impl<'b> Columns<'b> {
    pub(crate) fn new(block: &'b Block, names: Vec<String>, delimiter: u8) -> Columns<'b> {
        Columns {
            block,
            names,
            delimiter,
            last: RefCell::new((usize::MAX, 0, Rc::from([]))),
        }
    }

    /// Column of a row's first field (not 0 where the block begins inside it), and its fields.
    pub(crate) fn row<T>(
        &self,
        index: usize,
        use_row: impl FnOnce(usize, &[Range<usize>]) -> T,
    ) -> T {
        // Whoever is asked for a row may ask for another one meanwhile, so nothing stays borrowed.
        let (known, mut first, mut row) = self.last.borrow().clone();
        if known != index {
            let record = self.block.record(index);
            let (column, state) = match self.block.opening(index) {
                Opening::Csv { column, quoted } if index == 0 => {
                    (column, if quoted { At::Quoted } else { At::FieldStart })
                }
                _ => (0, At::FieldStart),
            };
            let text = self.block.text.get(record.clone()).unwrap_or_default();
            let shifted = fields_from(text, self.delimiter, state)
                .into_iter()
                .map(|field| field.start + record.start..field.end + record.start);
            (first, row) = (column, shifted.collect());
            *self.last.borrow_mut() = (index, first, Rc::clone(&row));
        }
        use_row(first, &row)
    }

    /// The column's number and the field around a position.
    pub(crate) fn field(&self, at: usize) -> Option<(usize, Range<usize>)> {
        self.row(self.block.record_at(at), |first, fields| {
            let index = fields
                .partition_point(|field| field.end < at)
                .min(fields.len().checked_sub(1)?);
            let field = fields.get(index)?.clone();
            (field.start <= at && at <= field.end).then_some((first + index, field))
        })
    }

    /// The text of the named column in a row.
    pub(crate) fn value(&self, index: usize, name: &str) -> Option<&'b [u8]> {
        let column = self.names.iter().position(|known| known == name)?;
        let range = self.row(index, |first, fields| {
            column
                .checked_sub(first)
                .and_then(|column| fields.get(column).cloned())
        })?;
        self.block.text.get(range)
    }

    pub(crate) fn name(&self, column: usize) -> Option<&str> {
        self.names.get(column).map(String::as_str)
    }

    pub(crate) fn slot(&self, span: &Range<usize>) -> Option<Slot<'_>> {
        let (column, value) = self.field(span.start)?;
        let label = self.name(column).filter(|_| span.end <= value.end)?;
        (!self.block.is_frame(self.block.record_at(span.start))).then(|| Slot {
            label: label.to_owned().into(),
            value,
        })
    }

    pub(crate) fn each_labelled(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(Slot<'_>),
    ) {
        let columns: Vec<usize> = (0..self.names.len())
            .filter(|&column| wanted(&self.names[column]))
            .collect();
        if columns.is_empty() {
            return;
        }
        for index in (0..self.block.len()).filter(|&index| !self.block.is_frame(index)) {
            self.row(index, |first, fields| {
                let upto = first + fields.len();
                for &column in columns.iter().take_while(|&&column| column < upto) {
                    let field = column
                        .checked_sub(first)
                        .and_then(|column| fields.get(column));
                    if let Some(value) = field.filter(|value| !value.is_empty()) {
                        each(Slot {
                            label: self.names[column].as_str().into(),
                            value: value.clone(),
                        });
                    }
                }
            });
        }
    }
}

struct TableLookup<'b> {
    columns: Columns<'b>,
    hints: &'b Hints,
}

impl Lookup for TableLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        let column = self.columns.field(span.start).map(|(column, _)| column);
        let name = column.map(|column| {
            self.columns
                .name(column)
                .map_or_else(|| format!("column {}", column + 1), str::to_owned)
        });
        in_unit(
            self.columns.block,
            self.hints,
            span.start,
            name.unwrap_or_default(),
        )
    }

    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        self.columns.slot(&span)
    }

    fn labelled_values(&self, wanted: &dyn Fn(&str) -> bool, each: &mut dyn FnMut(Slot<'_>)) {
        self.columns.each_labelled(wanted, each);
    }

    fn setting(&self, _span: Range<usize>) -> Setting {
        Setting::Content
    }
}
