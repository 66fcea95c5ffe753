//! CloudFormation templates in JSON; those in YAML share the places here.

use super::json::{Facts, RecordText, Rule, Scheme, Site, each_value, mentions, reader, unescaped};
use super::{Format, Head, Hints, Reader};
use detectors::Setting;
use detectors::place::{Place, trail};
use memchr::memmem;

/// A template.
pub(super) struct Template;

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
        reader(rule, Document, hints)
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
                if let Some(logical) = logical {
                    let of_type = unescaped(&record.text[range]).into_owned();
                    facts.more.push((logical.to_owned().into(), of_type));
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
        let of_type = logical
            .map(|logical| facts.more(logical))
            .unwrap_or_default();
        // A definition inside a string counts as that string.
        places(site.outer.as_deref().unwrap_or(&site.path), of_type)
    }
}

/// The resource that a path lies in.
pub(crate) fn logical_name(path: &str) -> Option<&str> {
    path.strip_prefix("Resources.")?.split('.').next()
}

/// The places of a path in a template; `of_type` is the type of the resource it lies in, or empty.
pub(crate) fn places(path: &str, of_type: &str) -> (Vec<Place>, Setting) {
    let template = Place::new("cloudformation", "template");
    let of_template = |element| Some((Place::new("cloudformation", element), Setting::Content));
    let own = match path.split(['.', '[']).next().unwrap_or_default() {
        "Description" => of_template("description"),
        "Parameters" => of_template("parameter"),
        "Outputs" => of_template("output"),
        _ => {
            // A state machine's definition is an object or, under another name, a string.
            let property = path
                .find(".Properties.")
                .and_then(|at| path.get(at + 1..))
                .map(|property| property.replace(".DefinitionString", ".Definition"))
                .and_then(|property| trail::config_item(of_type, &property));
            property.map(|found| (found.place, setting_of(found.names)))
        }
    };
    match own {
        Some((place, setting)) => (vec![place, template], setting),
        None => (vec![template], Setting::Content),
    }
}

/// Names, or content.
pub(crate) fn setting_of(names: bool) -> Setting {
    if names {
        Setting::Name
    } else {
        Setting::Content
    }
}
