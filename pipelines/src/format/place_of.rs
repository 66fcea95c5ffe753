//! The place of the name in an ARN.

use detectors::place::Place;
use detectors::place::arn::Arn;

/// The place of the name in an ARN: for S3, of the part that holds position `at`.
pub(crate) fn name_in_arn(text: &str, at: usize) -> Option<Place> {
    let arn = Arn::parse(text)?;
    let service = arn.place_service()?;
    if arn.service != "s3" {
        return Some(Place::of(service, "resource-name"));
    }
    let resource_start = text.len() - arn.resource.len();
    Some(match arn.resource.find('/') {
        Some(slash) if at > resource_start + slash => Place::new("s3", "object-key"),
        _ => Place::new("s3", "bucket-name"),
    })
}
