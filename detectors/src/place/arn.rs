//! ARNs and the service words in them.
//!
//! AWS names one service by several words: `monitoring` in event sources and `CloudWatch` in
//! CloudFormation types are both the catalogue's `cloudwatch`. Where they differ, the words are
//! data (`places/services.toml`).
//!
//! ```
//! use detectors::place::arn::{Arn, service_of_event_source, service_of_type};
//!
//! let arn = Arn::parse("arn:aws:lambda:us-east-1:111122223333:function:intake").unwrap();
//! assert_eq!((arn.account, arn.name()), ("111122223333", "intake"));
//! assert_eq!(service_of_event_source("monitoring.amazonaws.com").as_deref(), Some("cloudwatch"));
//! assert_eq!(service_of_type("AWS::StepFunctions::StateMachine").as_deref(), Some("states"));
//! ```

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Place;
use super::table::shipped;

/// The fields of an ARN, as slices of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'t> {
    /// `aws`, `aws-us-gov`, `aws-cn`.
    pub partition: &'t str,
    /// The service's word in ARNs.
    pub service: &'t str,
    /// Region; empty for global resources.
    pub region: &'t str,
    /// Account; empty for buckets and AWS's own resources.
    pub account: &'t str,
    /// Type and name of the resource, in the service's own form.
    pub resource: &'t str,
}

impl<'t> Arn<'t> {
    /// The ARN, or `None` where the text is none.
    pub fn parse(text: &'t str) -> Option<Self> {
        let mut fields = text.strip_prefix("arn:")?.splitn(5, ':');
        let arn = Self {
            partition: fields.next()?,
            service: fields.next()?,
            region: fields.next()?,
            account: fields.next()?,
            resource: fields.next()?,
        };
        let is_arn =
            !arn.partition.is_empty() && !arn.service.is_empty() && !arn.resource.is_empty();
        is_arn.then_some(arn)
    }

    /// The name of the resource: what people chose, without the type before it. A path stays whole
    /// (`role/clinic/intake` is `clinic/intake`).
    pub fn name(&self) -> &'t str {
        let resource = self.resource.strip_suffix(":*").unwrap_or(self.resource);
        // These services put the name first, without a type.
        if matches!(self.service, "s3" | "sns" | "sqs") {
            return resource;
        }
        match resource.find([':', '/']) {
            Some(at) => resource.get(at + 1..).unwrap_or(resource),
            None => resource,
        }
    }

    /// The catalogue's word for the service, else the ARN's own.
    pub fn place_service(&self) -> Option<Cow<'static, str>> {
        word_of(&NAMES.arn, self.service)
    }

    /// The place of the name in the ARN. `at` is a position in `resource`; it matters for S3, whose
    /// ARNs hold two names, the bucket's and the object's key.
    pub fn name_place(&self, at: usize) -> Option<Place> {
        if self.service == "s3" {
            let in_key = self.resource.find('/').is_some_and(|slash| at > slash);
            return Some(Place::new(
                "s3",
                if in_key { "object-key" } else { "bucket-name" },
            ));
        }
        let service = self.place_service()?;
        let element = NAMES.elements.get(&*service).and_then(|elements| {
            let by_type = elements.resources.get(self.resource_type());
            by_type.or(elements.name.as_ref())
        });
        Some(Place::of(
            service,
            element.map_or("resource-name", String::as_str),
        ))
    }

    /// The place of the tags of the thing that the ARN names.
    pub fn tag_place(&self) -> Option<Place> {
        if self.service == "s3" && self.resource.contains('/') {
            return Some(Place::new("s3", "object-tag"));
        }
        let service = self.place_service()?;
        let element = NAMES
            .elements
            .get(&*service)
            .and_then(|elements| elements.tag.as_ref());
        Some(Place::of(service, element.map_or("tag", String::as_str)))
    }

    /// The type of the resource, as the service's ARNs write it; empty where they write none.
    fn resource_type(&self) -> &'t str {
        self.resource.split([':', '/']).next().unwrap_or_default()
    }
}

/// The service of a CloudTrail event source, such as `states.amazonaws.com`.
pub fn service_of_event_source(event_source: &str) -> Option<Cow<'static, str>> {
    word_of(&NAMES.events, event_source.split('.').next()?)
}

/// The service of a CloudFormation or Config resource type, such as `AWS::S3::Bucket`.
pub fn service_of_type(resource_type: &str) -> Option<Cow<'static, str>> {
    let mut parts = resource_type.split("::");
    if parts.next()? != "AWS" {
        return None;
    }
    word_of(&NAMES.types, parts.next()?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    service: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    word: String,
    #[serde(default)]
    arn: Vec<String>,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
    name: Option<String>,
    tag: Option<String>,
    #[serde(default)]
    resources: HashMap<String, String>,
}

/// What names and tags of a service are, where its section has words of its own for them.
struct Elements {
    name: Option<String>,
    tag: Option<String>,
    /// By the resource type in ARNs.
    resources: HashMap<String, String>,
}

#[derive(Default)]
struct Names {
    arn: HashMap<String, String>,
    events: HashMap<String, String>,
    /// Keys in lower case.
    types: HashMap<String, String>,
    elements: HashMap<String, Elements>,
}

// A shipped table that does not read is found by the test below.
static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names::default();
    for service in shipped!("services.toml")
        .read::<File>()
        .map(|file| file.service)
        .unwrap_or_default()
    {
        let word = |key: String| (key, service.word.clone());
        names.arn.extend(service.arn.into_iter().map(word));
        names.events.extend(service.events.into_iter().map(word));
        names.types.extend(
            service
                .types
                .into_iter()
                .map(|key| word(key.to_ascii_lowercase())),
        );
        let Service {
            word,
            name,
            tag,
            resources,
            ..
        } = service;
        names.elements.insert(
            word,
            Elements {
                name,
                tag,
                resources,
            },
        );
    }
    names
});

/// The catalogue's word for a service name, else the name itself in lower case; `None` where it
/// cannot be a service word at all.
fn word_of(names: &'static HashMap<String, String>, name: &str) -> Option<Cow<'static, str>> {
    /// Longer than any service's word.
    const LONGEST: usize = 64;
    let is_word = (1..=LONGEST).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_word {
        return None;
    }
    let name = name.to_ascii_lowercase();
    Some(match names.get(&name) {
        Some(word) => Cow::Borrowed(word.as_str()),
        None => Cow::Owned(name),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::place::Catalogue;

    #[test]
    fn the_table_speaks_of_services_of_the_catalogue() {
        let catalogue = Catalogue::built_in().unwrap();
        let file: File = shipped!("services.toml").read().unwrap();
        let mut seen = std::collections::HashSet::new();
        for service in &file.service {
            assert!(catalogue.has_section(&service.word), "{}", service.word);
            assert!(
                seen.insert(service.word.clone()),
                "{} stands twice",
                service.word
            );
        }
        let keys: usize = file
            .service
            .iter()
            .map(|s| s.arn.len() + s.events.len() + s.types.len())
            .sum();
        assert_eq!(
            keys,
            NAMES.arn.len() + NAMES.events.len() + NAMES.types.len(),
            "a key stands twice"
        );
    }

    #[test]
    fn every_kind_of_name_leads_to_the_catalogue() {
        let events = [
            ("elasticloadbalancing.amazonaws.com", "elasticloadbalancing"),
            ("states.amazonaws.com", "states"),
            ("monitoring.amazonaws.com", "cloudwatch"),
            ("waf-regional.amazonaws.com", "wafv2"),
            ("profile.amazonaws.com", "connect"),
            ("route53.amazonaws.com", "route53"),
            ("iam.amazonaws.com", "iam"),
        ];
        for (source, service) in events {
            assert_eq!(
                service_of_event_source(source).as_deref(),
                Some(service),
                "{source}"
            );
        }
        let types = [
            ("AWS::StepFunctions::StateMachine", "states"),
            ("AWS::EFS::FileSystem", "elasticfilesystem"),
            ("AWS::S3::Bucket", "s3"),
            ("AWS::IAM::Role", "iam"),
            ("AWS::OpenSearchService::Domain", "es"),
        ];
        for (name, service) in types {
            assert_eq!(service_of_type(name).as_deref(), Some(service), "{name}");
        }
        for wrong in ["", "Custom::Thing", "AWS", "AWS::", "AWS::a b::c"] {
            assert_eq!(service_of_type(wrong), None, "{wrong}");
        }
        assert_eq!(service_of_event_source(""), None);
    }

    #[test]
    fn names_and_tags_are_elements_of_the_services_section() {
        let cases = [
            ("arn:aws:s3:::clinic", "s3:bucket-name", "s3:tag"),
            (
                "arn:aws:ssm:eu-west-1:111122223333:parameter/a/b",
                "ssm:parameter-name",
                "ssm:tag",
            ),
            (
                "arn:aws:ssm:eu-west-1:111122223333:maintenancewindow/mw-1",
                "ssm:metadata",
                "ssm:tag",
            ),
            (
                "arn:aws:states:eu-west-1:111122223333:stateMachine:admit",
                "states:metadata",
                "states:tag",
            ),
            (
                "arn:aws:states:eu-west-1:111122223333:execution:admit:run",
                "states:execution-name",
                "states:tag",
            ),
            (
                "arn:aws:transfer:eu-west-1:111122223333:user/s-1/ward",
                "transfer:user-name",
                "transfer:server-tag",
            ),
            (
                "arn:aws:kms:eu-west-1:111122223333:alias/claims",
                "kms:alias",
                "kms:tag",
            ),
            (
                "arn:aws:sqs:eu-west-1:111122223333:claims",
                "sqs:resource-name",
                "sqs:tag",
            ),
            (
                "arn:aws:iam::111122223333:role/claims",
                "iam:resource-name",
                "iam:tag",
            ),
        ];
        for (text, name, tag) in cases {
            let arn = Arn::parse(text).unwrap();
            assert_eq!(arn.name_place(0).unwrap().to_string(), name, "{text}");
            assert_eq!(arn.tag_place().unwrap().to_string(), tag, "{text}");
        }
        let object = Arn::parse("arn:aws:s3:::clinic/scan.pdf").unwrap();
        assert_eq!(object.name_place(2), Some(Place::new("s3", "bucket-name")));
        assert_eq!(object.name_place(7), Some(Place::new("s3", "object-key")));
        assert_eq!(object.tag_place(), Some(Place::new("s3", "object-tag")));
    }

    #[test]
    fn names_come_out_of_arns() {
        let cases = [
            (
                "arn:aws:s3:::clinic-a/reports/x.pdf",
                "s3",
                "clinic-a/reports/x.pdf",
            ),
            (
                "arn:aws:sns:eu-west-1:111122223333:admissions",
                "sns",
                "admissions",
            ),
            (
                "arn:aws:dynamodb:eu-west-1:111122223333:table/visits",
                "dynamodb",
                "visits",
            ),
            (
                "arn:aws:iam::111122223333:role/clinic/intake",
                "iam",
                "clinic/intake",
            ),
            (
                "arn:aws:states:eu-west-1:111122223333:stateMachine:admit",
                "states",
                "admit",
            ),
            (
                "arn:aws:logs:eu-west-1:111122223333:log-group:/app/billing:*",
                "logs",
                "/app/billing",
            ),
            (
                "arn:aws:apigateway:eu-west-1::/restapis/a1",
                "apigateway",
                "restapis/a1",
            ),
            (
                "arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:111122223333:loadbalancer/app/web/1",
                "elasticloadbalancing",
                "app/web/1",
            ),
        ];
        for (text, service, name) in cases {
            let arn = Arn::parse(text).unwrap();
            assert_eq!(arn.place_service().as_deref(), Some(service), "{text}");
            assert_eq!(arn.name(), name, "{text}");
        }
        for wrong in [
            "",
            "arn:",
            "arn:aws:s3",
            "arn:aws:s3:::",
            "s3://bucket/key",
            "arn::s3:::b",
        ] {
            assert_eq!(Arn::parse(wrong), None, "{wrong}");
        }
    }
}
