//! The place that a log group's name tells.
//!
//! Log data as such is permitted (`logs:log-event`), but some groups carry the data of a place with
//! a stricter stance, and AWS fixes how those are named. The names are data
//! (`places/log-groups.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::Place;
use super::table::shipped;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    place: Place,
}

// A shipped table that does not read is found by the test below, so it cannot be empty here.
static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    shipped!("log-groups.toml")
        .read::<File>()
        .map(|file| file.group)
        .unwrap_or_default()
});

/// The place of which a log group carries the data, besides `logs:log-event`: by its name, or by
/// its ARN (`arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, with or without `:*`).
///
/// ```
/// use detectors::place::log_group_place;
/// let place = log_group_place("/aws/vendedlogs/states/admission-Logs");
/// assert_eq!(place.map(|place| place.to_string()).as_deref(), Some("states:history"));
/// assert_eq!(log_group_place("/app/billing"), None);
/// ```
pub fn log_group_place(name: &str) -> Option<Place> {
    let name = match super::arn::Arn::parse(name) {
        Some(arn) => arn.name(),
        None => name,
    };
    let group = GROUPS
        .iter()
        .find(|group| match group.name.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == group.name,
        })?;
    Some(group.place.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_tell_their_place() {
        assert_eq!(
            shipped!("log-groups.toml")
                .read::<File>()
                .unwrap()
                .group
                .len(),
            GROUPS.len()
        );
        let cases = [
            ("/aws/events/bus-a", Some("events:event-payload")),
            ("/aws/vendedlogs/states/x", Some("states:history")),
            ("/aws/batch/job", Some("batch:job-result")),
            ("/aws/batch/job-nightly", Some("batch:job-result")),
            ("/aws/robomaker/SimulationJobs", Some("robomaker:log-event")),
            ("aws-waf-logs-portal", Some("wafv2:web-acl-log")),
            (
                "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/bus:*",
                Some("events:event-payload"),
            ),
            ("/aws/lambda/intake", None),
            ("/my/aws/events/x", None),
            ("aws-waf-log-portal", None),
            ("", None),
        ];
        for (name, expected) in cases {
            let place = log_group_place(name).map(|place| place.to_string());
            assert_eq!(place.as_deref(), expected, "{name}");
        }
    }
}
