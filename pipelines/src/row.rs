//! Rows of the four output tables.
//!
//! A row holds only what may be printed. Text comes in as [`Text`]: a word of
//! the program itself, or a name that went through the masker; ids and tokens
//! come in as [`Token`], which only [`crate::key::Key`] makes. So a raw value
//! has no way into a row.
//!
//! The names of the fields are the names of the columns ([`crate::schema`]);
//! `schema_version` and `file` are filled in when the row is written.

use std::fmt;

use detectors::place::{self, Basis, ConditionState, Severity, Verdict};
use detectors::{Checksum, Class, CueKind, Evidence, KnownValue, Masked, Subject};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::key::Token;
use crate::schema::Table;

/// Text that may be printed and written.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Text(String);

impl Text {
    /// A word of the program itself.
    pub fn word(word: &'static str) -> Self {
        Self(word.to_owned())
    }

    /// Text that came with the program or that its user configured: out of the
    /// catalogue, a detector file, a policy. Never text out of the data: that
    /// goes through the masker.
    pub fn configured(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same without further values, whose spans come in order and do not overlap.
    pub fn without(&self, values: &[KnownValue]) -> Self {
        let mut text = String::with_capacity(self.0.len() + 16);
        let mut at = 0;
        for value in values {
            text.push_str(self.0.get(at..value.span.start).unwrap_or_default());
            text.push_str(&value.mask());
            at = value.span.end;
        }
        text.push_str(self.0.get(at..).unwrap_or_default());
        Self(text)
    }
}

impl From<Masked> for Text {
    fn from(masked: Masked) -> Self {
        Self(masked.to_string())
    }
}

impl From<&Evidence> for Text {
    fn from(evidence: &Evidence) -> Self {
        Self(evidence.as_str().to_owned())
    }
}

impl From<&Token> for Text {
    fn from(token: &Token) -> Self {
        Self(token.as_str().to_owned())
    }
}

/// Words of the closed lists.
macro_rules! words {
    ($($list:ty),*) => { $(
        impl From<$list> for Text {
            fn from(word: $list) -> Self { Self::word(word.as_str()) }
        }
    )* };
}

words!(
    Class,
    Subject,
    Checksum,
    CueKind,
    Verdict,
    Severity,
    Basis,
    ConditionState
);

impl From<&place::Also> for Also {
    fn from(also: &place::Also) -> Self {
        Self {
            service: Text::configured(&also.place.service),
            element: Text::configured(&also.place.element),
            verdict: also.verdict.into(),
            policy_id: Text::configured(also.policy_id.as_deref().unwrap_or_default()),
            condition_state: also.condition_state.into(),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A moment: milliseconds since 1970 in UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Millis(pub i64);

const DAY_MS: i64 = 86_400_000;

impl Millis {
    /// The present.
    pub fn now() -> Self {
        Self(Timestamp::now().as_millisecond())
    }

    /// Days since 1970 in UTC.
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }

    /// The UTC day as `YYYYMMDD`, the value of the partition key.
    pub fn event_day(self) -> String {
        let moment = Timestamp::from_millisecond(self.0).unwrap_or_default();
        moment
            .to_zoned(TimeZone::UTC)
            .strftime("%Y%m%d")
            .to_string()
    }
}

/// Brings a record's own time into the range that a run may write: ten years
/// before its start to one day after it. Gives the time to write and whether it
/// had to be changed (`time_suspect`).
pub fn clamp_event_time(record: Millis, run_start: Millis) -> (Millis, bool) {
    let start = Timestamp::from_millisecond(run_start.0)
        .unwrap_or_default()
        .to_zoned(TimeZone::UTC);
    let earliest = start
        .checked_sub(Span::new().years(10))
        .map_or(run_start.0 - 3653 * DAY_MS, |moment| {
            moment.timestamp().as_millisecond()
        });
    let clamped = record.0.clamp(earliest, run_start.0.saturating_add(DAY_MS));
    (Millis(clamped), clamped != record.0)
}

/// Another place, or another entry for the same place, that applies to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are columns; the schema says what they mean"
)]
pub struct Also {
    pub service: Text,
    pub element: Text,
    pub verdict: Text,
    pub policy_id: Text,
    pub condition_state: Text,
}

/// A file that a commit adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedFile {
    /// Path below OUT.
    pub path: String,
    /// Its size.
    pub bytes: i64,
    /// Its rows.
    pub row_count: i64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// A value of a row, borrowed for writing.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// [`crate::schema::Kind::Int`]
    Int(i32),
    /// [`crate::schema::Kind::Long`]
    Long(i64),
    /// [`crate::schema::Kind::Double`]
    Double(f64),
    /// [`crate::schema::Kind::Flag`]
    Flag(bool),
    /// [`crate::schema::Kind::Time`]
    Time(Millis),
    /// [`crate::schema::Kind::Text`] and [`crate::schema::Kind::Token`]
    Text(&'a str),
    /// [`crate::schema::Kind::Texts`]
    Texts(&'a [Text]),
    /// [`crate::schema::Kind::Also`]
    Also(&'a [Also]),
    /// [`crate::schema::Kind::Files`]
    Files(&'a [CommittedFile]),
}

/// A type of a row's field.
trait ToCell {
    fn cell(&self) -> Cell<'_>;
}

macro_rules! cells {
    ($($from:ty: |$value:ident| $cell:expr),* $(,)?) => { $(
        impl ToCell for $from {
            fn cell(&self) -> Cell<'_> {
                let $value = self;
                $cell
            }
        }
    )* };
}

cells! {
    Text: |v| Cell::Text(v.as_str()),
    Token: |v| Cell::Text(v.as_str()),
    i32: |v| Cell::Int(*v),
    i64: |v| Cell::Long(*v),
    f64: |v| Cell::Double(*v),
    bool: |v| Cell::Flag(*v),
    Millis: |v| Cell::Time(*v),
    Vec<Text>: |v| Cell::Texts(v),
    Vec<Also>: |v| Cell::Also(v),
    Vec<CommittedFile>: |v| Cell::Files(v),
}

impl<T: ToCell> ToCell for Option<T> {
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, T::cell)
    }
}

/// Takes one column's value out of a row.
pub type Getter<R> = for<'r> fn(&'r R) -> Cell<'r>;

/// A row of one of the tables.
pub trait Row {
    /// The table it belongs to.
    const TABLE: Table;

    /// The columns that the row holds.
    const FIELDS: &'static [&'static str];

    /// How to get the column called `name`; `None` for a column that the row
    /// does not hold.
    fn getter(name: &str) -> Option<Getter<Self>>;
}

/// Declares a row: a struct whose fields are columns, and its [`Row`].
macro_rules! row {
    ($(#[$about:meta])* $name:ident in $table:expr; $($field:ident: $type:ty,)*) => {
        $(#[$about])*
        #[expect(missing_docs, reason = "the fields are columns; the schema says what they mean")]
        pub struct $name { $(pub $field: $type,)* }

        impl Row for $name {
            const TABLE: Table = $table;
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
            fn getter(name: &str) -> Option<Getter<Self>> {
                $(if name == stringify!($field) { return Some(|row: &$name| row.$field.cell()); })*
                None
            }
        }
    };
}

row! {
    /// A value in a place.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    Finding in Table::Findings;
    finding_id: Token,
    run_id: Text,
    scope_token: Option<Token>,
    account_id: Text,
    region: Text,
    unit_token: Option<Token>,
    unit: Option<Text>,
    event_time: Millis,
    time_suspect: bool,
    last_modified: Option<Millis>,
    source: Text,
    service: Text,
    element: Option<Text>,
    resource: Option<Text>,
    locator: Text,
    byte_start: Option<i64>,
    byte_end: Option<i64>,
    encoding: Text,
    class: Text,
    subject: Text,
    other_classes: Vec<Text>,
    contains: Vec<Text>,
    safe_harbor: i32,
    detector: Text,
    detector_version: Text,
    confidence: f64,
    checksum: Text,
    cue_kind: Text,
    reserved: bool,
    suppressed: bool,
    evidence: Text,
    token: Option<Token>,
    token_key_id: Option<Text>,
    verdict: Text,
    policy_id: Option<Text>,
    basis: Option<Text>,
    citation: Option<Text>,
    condition: Text,
    condition_state: Text,
    also: Vec<Also>,
    severity: Text,
    producer: Option<Text>,
    remedy: Option<Text>,
    occurrences: i64,
    suppressed_by: Option<Text>,
    suppressed_reason: Option<Text>,
    suppressed_until: Option<Text>,
    // Last, so that of rows that are otherwise equal in order the clock decides last.
    detected_at: Millis,
}

row! {
    /// A unit that was considered, and what came of it.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    Coverage in Table::Coverage;
    run_id: Text,
    scope_token: Option<Token>,
    account_id: Text,
    region: Text,
    unit_token: Option<Token>,
    unit: Option<Text>,
    source: Text,
    service: Text,
    unit_kind: Text,
    units_in_row: i64,
    elements_read: Vec<Text>,
    elements_missed: Vec<Text>,
    outcome: Text,
    reason: Option<Text>,
    bytes_read: i64,
    bytes_decoded: i64,
    records: i64,
    findings: i64,
    started_at: Millis,
    ended_at: Option<Millis>,
    etag: Option<Text>,
    version: Option<Text>,
}

row! {
    /// The integrity of one object of a trail.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    Attestation in Table::Attestations;
    run_id: Text,
    scope_token: Option<Token>,
    account_id: Text,
    region: Text,
    unit_token: Option<Token>,
    unit: Option<Text>,
    source: Text,
    trail: Text,
    kind: Text,
    object: Text,
    object_token: Option<Token>,
    period_start: Option<Millis>,
    period_end: Option<Millis>,
    state: Text,
    signature_state: Option<Text>,
    hash_state: Option<Text>,
    chain_state: Option<Text>,
    aws_verdict: Option<Text>,
    aws_message: Option<Text>,
    stricter: Vec<Text>,
}

row! {
    /// A commit of a run.
    #[derive(Clone, Debug, PartialEq)]
    RunRow in Table::Runs;
    run_id: Text,
    scope_token: Option<Token>,
    account_id: Text,
    region: Text,
    token_key_id: Option<Text>,
    bytes_read: i64,
    bytes_decoded: i64,
    records: i64,
    findings: i64,
    started_at: Millis,
    commit_number: i32,
    committed_at: Millis,
    command: Text,
    arguments: Vec<Text>,
    phiscan_version: Text,
    detector_set_hash: Text,
    catalogue_hash: Text,
    policy_hash: Option<Text>,
    score_model: Text,
    score_model_hash: Option<Text>,
    whitepaper_edition: Text,
    units: i64,
    units_incomplete: i64,
    findings_counting: i64,
    exit_status: Option<i32>,
    files: Vec<CommittedFile>,
    replaced: Vec<Text>,
    allow_hash: Option<Text>,
    own_classes: Vec<Text>,
    actor: Option<Text>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::sample;
    use crate::schema::Kind;

    fn check<R: Row>(row: &R) {
        for field in R::FIELDS {
            assert!(
                R::TABLE.columns().any(|c| c.name == *field),
                "{field} is no column of {}",
                R::TABLE.name()
            );
        }
        for column in R::TABLE.columns() {
            let Some(get) = R::getter(column.name) else {
                assert!(
                    ["schema_version", "file"].contains(&column.name),
                    "{} is in no row",
                    column.name
                );
                continue;
            };
            let kind_fits = match get(row) {
                Cell::Null => column.nullable,
                Cell::Int(_) => column.kind == Kind::Int,
                Cell::Long(_) => column.kind == Kind::Long,
                Cell::Double(_) => column.kind == Kind::Double,
                Cell::Flag(_) => column.kind == Kind::Flag,
                Cell::Time(_) => column.kind == Kind::Time,
                Cell::Text(_) => matches!(column.kind, Kind::Text | Kind::Token),
                Cell::Texts(_) => column.kind == Kind::Texts,
                Cell::Also(_) => column.kind == Kind::Also,
                Cell::Files(_) => column.kind == Kind::Files,
            };
            assert!(
                kind_fits,
                "{} of {} is {:?}",
                column.name,
                R::TABLE.name(),
                column.kind
            );
        }
    }

    #[test]
    fn rows_hold_the_columns_of_their_tables() {
        check(&sample::finding(1, 1));
        check(&sample::coverage(1, "file", "scanned"));
        check(&sample::attestation());
        check(&sample::run());
    }

    #[test]
    fn times_are_clamped_to_ten_years_before_and_a_day_after() {
        let start = sample::NOON;
        let day = |y: i16, m: i8, d: i8| {
            Millis(
                jiff::civil::date(y, m, d)
                    .at(12, 0, 0, 0)
                    .to_zoned(TimeZone::UTC)
                    .unwrap()
                    .timestamp()
                    .as_millisecond(),
            )
        };
        assert_eq!(start, day(2026, 11, 24));
        for (record, written, suspect) in [
            (start, start, false),
            (day(2016, 11, 24), day(2016, 11, 24), false),
            (Millis(day(2016, 11, 24).0 - 1), day(2016, 11, 24), true),
            (day(2026, 11, 25), day(2026, 11, 25), false),
            (Millis(day(2026, 11, 25).0 + 1), day(2026, 11, 25), true),
            (Millis(i64::MIN), day(2016, 11, 24), true),
            (Millis(i64::MAX), day(2026, 11, 25), true),
        ] {
            assert_eq!(
                clamp_event_time(record, start),
                (written, suspect),
                "{record:?}"
            );
        }
        assert_eq!(day(2026, 11, 25).day() - day(2016, 11, 24).day() + 1, 3654);
    }

    #[test]
    fn days_are_those_of_utc() {
        assert_eq!(Millis(0).event_day(), "19700101");
        assert_eq!(Millis(-1).event_day(), "19691231");
        assert_eq!(Millis(-1).day(), -1);
        assert_eq!(sample::NOON.event_day(), "20261124");
    }
}
