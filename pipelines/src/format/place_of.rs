//! The place of the name in an ARN.

use detectors::place::Place;
use detectors::place::arn::Arn;

/// The place of the name in an ARN, of whose text `at` is a position.
pub(crate) fn name_in_arn(text: &str, at: usize) -> Option<Place> {
    let arn = Arn::parse(text)?;
    arn.name_place(at.saturating_sub(text.len() - arn.resource.len()))
}

/// Whether a text is an ARN, percent-encoded or not: names stand in it, wherever it is.
pub(crate) fn is_arn(raw: &[u8]) -> bool {
    let head = raw.get(..6).unwrap_or_default().to_ascii_lowercase();
    head.starts_with(b"arn:") || head == b"arn%3a"
}
