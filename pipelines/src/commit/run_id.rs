//! Names of runs.

use std::io;
use std::sync::atomic::{AtomicI64, Ordering};

use super::CommitError;
use crate::key::hex;
use crate::row::{Millis, Text};

/// The name of a run: `20261124T215700123Z-` and eight hex digits. Names sort
/// by the start of their runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId {
    name: String,
    start: Millis,
}

impl RunId {
    /// A new name; later ones of this process sort behind it.
    pub fn new() -> Result<Self, CommitError> {
        static LAST: AtomicI64 = AtomicI64::new(0);
        let now = Millis::now().0;
        let last = LAST.fetch_max(now, Ordering::Relaxed);
        let start = if now > last {
            now
        } else {
            LAST.fetch_add(1, Ordering::Relaxed) + 1
        };
        let mut tail = [0; 4];
        getrandom::fill(&mut tail).map_err(|error| CommitError::Folder(io::Error::other(error)))?;
        Ok(Self::from_parts(Millis(start), tail))
    }

    pub(super) fn from_parts(start: Millis, tail: [u8; 4]) -> Self {
        let moment = jiff::Timestamp::from_millisecond(start.0).unwrap_or_default();
        let digits = moment
            .to_zoned(jiff::tz::TimeZone::UTC)
            .strftime("%Y%m%dT%H%M%S")
            .to_string();
        Self {
            name: format!("{digits}{:03}Z-{}", start.0.rem_euclid(1000), hex(&tail)),
            start,
        }
    }

    /// The name, as rows hold it.
    pub fn text(&self) -> Text {
        Text::configured(&self.name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// When the run began.
    pub fn start(&self) -> Millis {
        self.start
    }
}

pub(super) fn is_run_name(name: &str) -> bool {
    let shape = b"99999999T999999999Z-hhhhhhhh";
    name.len() == shape.len()
        && name.bytes().zip(shape).all(|(byte, shape)| match shape {
            b'9' => byte.is_ascii_digit(),
            b'h' => byte.is_ascii_hexdigit(),
            exact => byte == *exact,
        })
}
