//! CloudFormation templates in JSON; those in YAML share the places here.

use super::json::{
    Elements, Facts, JsonLayout, RecordText, Rule, Scheme, Site, each_value, mentions, unescaped,
};
use super::place_of::{place, service_of_type};
use super::{Format, Head, Hints, Reader};
use detectors::Setting;
use detectors::place::Place;
use memchr::memmem;
use std::sync::Arc;

/// A template.
pub struct Template;

impl Format for Template {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        head.text.trim_ascii_start().starts_with(b"{")
            && (mentions(head.text, "AWSTemplateFormatVersion")
                || mentions(head.text, "Resources")
                    && memmem::find(head.text, b"\"AWS::").is_some())
    }

    fn open(&self, head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        if !head.text.trim_ascii_start().starts_with(b"{") {
            return super::yaml::Template.open(head, hints);
        }
        let rule = Rule {
            elements: |_| false,
            document: true,
        };
        Box::new(Elements::new(
            rule,
            Arc::new(JsonLayout {
                scheme: Document,
                hints: hints.clone(),
            }),
        ))
    }
}

struct Document;

impl Scheme for Document {
    fn facts(&self, record: &RecordText<'_>) -> Facts {
        let mut facts = Facts::default();
        each_value(record.text, &record.opening, |state, range, _| {
            if state.depth() == 3 && state.key() == b"Type" {
                let path = state.path();
                let logical = path
                    .strip_prefix("Resources.")
                    .and_then(|rest| rest.strip_suffix(".Type"));
                if let (Some(logical), Some(service)) =
                    (logical, service_of_type(&unescaped(&record.text[range])))
                {
                    facts.more.push((logical.to_owned().into(), service));
                }
            }
            true
        });
        facts
    }

    fn places(
        &self,
        facts: &Facts,
        site: &Site,
        _record: &RecordText<'_>,
        _at: usize,
    ) -> (Vec<Place>, Setting) {
        let logical = logical_name(&site.path);
        places(
            &site.path,
            logical
                .map(|logical| facts.more(logical))
                .unwrap_or_default(),
        )
    }
}

/// The resource that a path lies in.
pub(crate) fn logical_name(path: &str) -> Option<&str> {
    path.strip_prefix("Resources.")?.split('.').next()
}

/// The places of a path in a template; `service` is that of the resource it lies in, or empty.
pub(crate) fn places(path: &str, service: &str) -> (Vec<Place>, Setting) {
    let template = place("cloudformation", "template");
    let first = path.split(['.', '[']).next().unwrap_or_default();
    let of_template = match first {
        "Description" => Some(("description", Setting::Name)),
        "Parameters" => Some(("parameter", Setting::Content)),
        "Outputs" => Some(("output", Setting::Content)),
        _ => None,
    };
    if let Some((element, setting)) = of_template {
        return (vec![place("cloudformation", element), template], setting);
    }
    let property = path
        .split_once(".Properties.")
        .map(|(_, property)| property)
        .unwrap_or_default();
    let last = property.rsplit('.').next().unwrap_or_default();
    if service.is_empty() || property.is_empty() {
        return (vec![template], Setting::Content);
    }
    let tags = property.split('.').any(|step| {
        step.split('[')
            .next()
            .is_some_and(|key| key.ends_with("Tags") || key == "TagList")
    });
    let own = if tags {
        (place(service, "tag"), Setting::Name)
    } else if service == "states" && property.starts_with("Definition") {
        (place(service, "state-machine-definition"), Setting::Content)
    } else if service == "batch" && property.starts_with("ContainerProperties") {
        (place(service, "job-definition"), Setting::Content)
    } else if last.ends_with("Description") || last.ends_with("Comment") {
        (place(service, "description"), Setting::Name)
    } else if service == "s3" && property == "BucketName" {
        (place(service, "bucket-name"), Setting::Name)
    } else if !property.contains('.') && last.ends_with("Name") {
        (place(service, "resource-name"), Setting::Name)
    } else {
        return (vec![template], Setting::Content);
    };
    (vec![own.0, template], own.1)
}
