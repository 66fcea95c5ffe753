//! Logs of AWS services as JSON, one object a line: web ACL logs, Route 53 resolver query logs, API
//! Gateway access logs (where the stage's template is JSON), CloudFront logs as JSON.
//!
//! What a line is, its members tell ([`Envelope`]), the same way as inside a log event; here they are
//! the records of a file, so time, account and resource come from them too.

use super::envelope::{Envelope, carried};
use super::json::{Facts, JsonLayout, RecordText, Scheme, Site, each_value, unescaped};
use super::lines::{Begins, Lines, whole_lines};
use super::time::{clf_ms, epoch_ms, iso_ms};
use super::{Format, Head, Hints, Reader};
use detectors::Setting;
use detectors::place::Place;
use detectors::place::arn::Arn;
use std::sync::Arc;

/// Lines that recognition looks at.
const SAMPLE: usize = 5;
/// Longest value that is taken from a record.
const VALUE_BYTES: usize = 4 << 10;

/// A log of one kind of record.
pub(super) struct ServiceLines {
    name: &'static str,
    record: Envelope,
}

/// WAF.
pub(super) const WEB_ACL: ServiceLines = ServiceLines {
    name: "waf",
    record: Envelope::WebAcl,
};
/// Route 53 resolver.
pub(super) const RESOLVER: ServiceLines = ServiceLines {
    name: "resolver-query",
    record: Envelope::ResolverQuery,
};
/// API Gateway.
pub(super) const GATEWAY: ServiceLines = ServiceLines {
    name: "apigateway-json",
    record: Envelope::GatewayAccess,
};
/// CloudFront.
pub(super) const CLOUDFRONT: ServiceLines = ServiceLines {
    name: "cloudfront-json",
    record: Envelope::CloudFront,
};

impl Format for ServiceLines {
    fn name(&self) -> &'static str {
        self.name
    }

    fn recognises(&self, head: &Head<'_>, _hints: &Hints) -> bool {
        if !head.text.trim_ascii_start().starts_with(b"{") {
            return false;
        }
        let lines = whole_lines(head);
        let sample = &lines[..lines.len().min(SAMPLE)];
        !sample.is_empty()
            && sample
                .iter()
                .all(|line| Envelope::of(line).as_ref() == Some(&self.record))
    }

    fn open(&self, _head: &Head<'_>, hints: &Hints) -> Box<dyn Reader> {
        let layout = JsonLayout {
            scheme: Records {
                record: self.record.clone(),
            },
            hints: hints.clone(),
        };
        Box::new(Lines::new(Begins::Every, false, Arc::new(layout)))
    }
}

struct Records {
    record: Envelope,
}

impl Scheme for Records {
    fn facts(&self, record: &RecordText<'_>) -> Facts {
        let mut facts = Facts {
            envelope: Some(self.record.clone()),
            ..Facts::default()
        };
        let mut told = Told::default();
        each_value(record.text, &record.opening, |state, range, _| {
            let raw = &record.text[range];
            if raw.len() <= VALUE_BYTES && state.depth() == 1 {
                told.member(state.key(), &unescaped(raw), &mut facts);
            }
            true
        });
        told.finish(&mut facts);
        facts
    }

    fn places(
        &self,
        _facts: &Facts,
        site: &Site,
        record: &RecordText<'_>,
        at: usize,
    ) -> (Vec<Place>, Setting) {
        let (places, setting) = carried(site, Some((&self.record, &site.path)));
        // Where an URL is one member, its query is no name.
        let before = record
            .block
            .text
            .get(site.token.start..at)
            .unwrap_or_default();
        match memchr::memchr(b'?', before) {
            Some(_) => (places, Setting::Content),
            None => (places, setting),
        }
    }

    fn queries(&self) -> bool {
        true
    }
}

/// Members that say something together.
#[derive(Default)]
struct Told {
    date: Option<String>,
    time: Option<String>,
    vpc: Option<String>,
    api: Option<String>,
}

impl Told {
    fn member(&mut self, key: &[u8], value: &str, facts: &mut Facts) {
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty() && value != "-");
        match key {
            b"timestamp" | b"requestTimeEpoch" | b"timestamp(ms)" => {
                facts.time_ms = facts.time_ms.or_else(|| epoch_ms(value));
            }
            b"query_timestamp" => facts.time_ms = iso_ms(value),
            b"requestTime" => facts.time_ms = clf_ms(value).or_else(|| iso_ms(value)),
            b"date" => self.date = text(),
            b"time" => self.time = text(),
            b"account_id" | b"accountId" => facts.account = text(),
            b"region" => facts.region = text(),
            b"vpc_id" => self.vpc = text(),
            b"apiId" => self.api = text(),
            b"webaclId" => {
                if let Some(arn) = Arn::parse(value) {
                    facts.account = Some(arn.account.to_owned());
                    facts.region = Some(arn.region.to_owned());
                }
                facts.resource = text();
            }
            b"cs(Host)" => facts.resource = text().map(|host| format!("https://{host}")),
            b"user" | b"caller" | b"httpSourceId" => {
                facts.producer = facts.producer.take().or_else(text);
            }
            _ => {}
        }
    }

    fn finish(self, facts: &mut Facts) {
        if let (Some(date), Some(time), None) = (&self.date, &self.time, facts.time_ms) {
            facts.time_ms = iso_ms(&format!("{date}T{time}Z"));
        }
        if let Some(vpc) = self.vpc {
            facts.resource = Some(match (&facts.account, &facts.region) {
                (Some(account), Some(region)) => {
                    format!("arn:aws:ec2:{region}:{account}:vpc/{vpc}")
                }
                _ => format!("vpc/{vpc}"),
            });
        }
        if let Some(api) = self.api {
            facts.resource.get_or_insert(format!("apigateway://{api}"));
        }
    }
}
