//! The API call of a trail event: what its members are, and the thing that it is about.
//!
//! A [`Call`] is collected from the members of an event, wherever the event stands: as a record of a
//! log file, in a log message, in the `detail` of an EventBridge event.

use super::cloudformation::setting_of;
use super::json::unescaped;
use super::place_of::name_in_arn;
use detectors::Setting;
use detectors::place::{Place, trail};

/// Longest event source, event name, account or Region.
const WORD_BYTES: usize = 256;
/// Longest value that may name a thing; ARNs have at most 2,048 bytes.
const VALUE_BYTES: usize = 2 << 10;
/// Members that are kept: those that name the thing come early.
const MEMBERS: usize = 128;

/// The API call of a trail event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    source: String,
    name: String,
    account: String,
    region: String,
    /// Parameters, answer and resources, by path. Raw.
    members: Vec<(String, String)>,
}

impl Call {
    /// A member of the event: its path below the event, and its value as written. Whether it was
    /// one that a call has.
    pub(crate) fn add(&mut self, path: &str, raw: &[u8]) {
        let word = || match raw.len() <= WORD_BYTES {
            true => unescaped(raw).into_owned(),
            false => String::new(),
        };
        match path {
            "eventSource" => self.source = word(),
            "eventName" => self.name = word(),
            "awsRegion" => self.region = word(),
            "recipientAccountId" => self.account = word(),
            "userIdentity.accountId" if self.account.is_empty() => self.account = word(),
            _ => {
                let named = ["requestParameters", "responseElements", "resources"]
                    .iter()
                    .any(|root| {
                        path.strip_prefix(root)
                            .is_some_and(|rest| rest.starts_with(['.', '[']))
                    });
                if named && raw.len() <= VALUE_BYTES && self.members.len() < MEMBERS {
                    self.members
                        .push((path.to_owned(), unescaped(raw).into_owned()));
                }
            }
        }
    }

    /// Whether it has what every call has.
    pub(crate) fn is_whole(&self) -> bool {
        !self.source.is_empty() && !self.name.is_empty()
    }

    fn told(&self) -> trail::Call<'_> {
        trail::Call {
            source: &self.source,
            name: &self.name,
            account: &self.account,
            region: &self.region,
            members: &self.members,
        }
    }

    /// The places of a value at this path, which are more than one for a tag that is given to
    /// things of several services; none where it is only part of the record.
    pub(crate) fn own_places(&self, path: &str) -> (Vec<Place>, Setting) {
        let Some(own) = trail::place(&self.source, &self.name, path) else {
            return (Vec::new(), Setting::Content);
        };
        let tagged = self.told().tagged(&own.place);
        let places = match tagged.is_empty() {
            true => vec![own.place],
            false => tagged,
        };
        (places, setting_of(own.names))
    }

    /// As [`Call::own_places`], for a value inside the text `value` at `at`: where that is an ARN
    /// and the member a name by the general rule, the ARN's own service says what it names.
    pub(crate) fn places_in(&self, path: &str, value: &str, at: usize) -> (Vec<Place>, Setting) {
        let (mut places, setting) = self.own_places(path);
        if let [own] = places.as_slice()
            && own.element == "resource-name"
            && let Some(named) = name_in_arn(value, at)
        {
            places = vec![named];
        }
        (places, setting)
    }

    /// ARN or URI of the thing that the event is about. Raw.
    pub(crate) fn thing(&self) -> Option<String> {
        self.told().thing()
    }

    /// ARN or URI of the thing that the value at this path itself names. Raw.
    pub(crate) fn thing_at(&self, path: &str, value: &str) -> Option<String> {
        self.told().thing_at(path, value)
    }
}
