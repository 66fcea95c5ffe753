//! A finding named on the command line, by its id or the beginning of it.

use super::terminal::{Terminal, Tone};
use crate::error::Error;
use crate::query::Session;
use crate::query::recorded::{Asked, IdPrefix, Known, MOST_LISTED, Recorded};

/// What the user typed, as the beginning of an id. The text is not repeated: it may be anything
/// that was on the clipboard.
///
/// # Errors
/// [`Error::Usage`] when it cannot be one.
pub(super) fn prefix(text: &str) -> Result<IdPrefix, Error> {
    text.trim()
        .parse()
        .map_err(|message: &str| Error::usage(message))
}

/// The finding whose id begins like this.
///
/// # Errors
/// [`Error::Usage`] when there is none, or several: these are told on standard error.
pub(super) fn known(
    session: &Session,
    prefix: &IdPrefix,
    terminal: &Terminal,
) -> Result<Known, Error> {
    match session.finding(prefix)? {
        Asked::Known(known) => Ok(known),
        Asked::Unknown => Err(Error::usage(
            "no finding here has an id that begins like this; `phiscan query \"SELECT finding_id, class, service, element FROM findings_current\"` lists them",
        )),
        Asked::Ambiguous(rows, more) => {
            for row in &rows {
                terminal.note(&format!("  {}  {}", row.finding_id, headline(row)));
            }
            Err(Error::usage(format!(
                "{}{} findings have an id that begins like this: give more digits",
                if more { "more than " } else { "" },
                rows.len().min(MOST_LISTED)
            )))
        }
    }
}

/// Class, place and verdict in one phrase.
pub(super) fn headline(row: &Recorded) -> String {
    format!("{} in {}, {}", row.class, row.place(), row.verdict)
}

/// The colour of a verdict.
pub(super) fn tone(verdict: &str) -> Tone {
    match verdict {
        "forbidden" | "not-for-phi" | "unexpected" => Tone::Bad,
        "condition-met" | "permitted" => Tone::Good,
        _ => Tone::Warn,
    }
}
