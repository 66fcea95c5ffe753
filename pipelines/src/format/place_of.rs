//! The place of the name in an ARN.

use detectors::place::Place;
use detectors::place::arn::Arn;

/// The place of the name in an ARN, of whose text `at` is a position.
pub(crate) fn name_in_arn(text: &str, at: usize) -> Option<Place> {
    let arn = Arn::parse(text)?;
    arn.name_place(at.saturating_sub(text.len() - arn.resource.len()))
}
