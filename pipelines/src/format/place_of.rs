//! Places from ARNs and resource types.

use detectors::place::Place;

/// A place.
pub(crate) fn place(service: &str, element: &'static str) -> Place {
    Place {
        service: service.to_owned().into(),
        element: element.into(),
    }
}

/// The place of text that is in no AWS place.
pub(crate) fn file_content() -> Place {
    place("local", "file-content")
}

/// The parts of an ARN: service, Region, account, resource.
pub(crate) struct Arn<'t> {
    pub(crate) service: &'t str,
    pub(crate) region: &'t str,
    pub(crate) account: &'t str,
    pub(crate) resource: &'t str,
}

/// Takes an ARN apart.
pub(crate) fn arn(text: &str) -> Option<Arn<'_>> {
    let mut parts = text.splitn(6, ':');
    let (prefix, _partition) = (parts.next()?, parts.next()?);
    let arn = Arn {
        service: parts.next()?,
        region: parts.next()?,
        account: parts.next()?,
        resource: parts.next()?,
    };
    (prefix == "arn" && !arn.service.is_empty()).then_some(arn)
}

/// The place of the name in an ARN: for S3, of the part that holds position `at`.
pub(crate) fn name_in_arn(text: &str, at: usize) -> Option<Place> {
    let parts = arn(text)?;
    if parts.service != "s3" {
        return Some(place(parts.service, "resource-name"));
    }
    let resource_start = text.len() - parts.resource.len();
    match parts.resource.find('/') {
        Some(slash) if at > resource_start + slash => Some(place("s3", "object-key")),
        _ => Some(place("s3", "bucket-name")),
    }
}

/// The service of a CloudFormation or Config resource type, as ARNs spell it.
pub(crate) fn service_of_type(resource_type: &str) -> Option<String> {
    let mut parts = resource_type.split("::");
    let (aws, service, kind) = (
        parts.next()?,
        parts.next()?,
        parts.next().unwrap_or_default(),
    );
    if aws != "AWS" {
        return None;
    }
    let known = TYPES
        .iter()
        .find(|(name, _)| *name == service)
        .map(|(_, service)| *service);
    Some(match (service, kind) {
        ("Events", _) | ("EventSchemas", _) => "events".to_owned(),
        ("Route53", _) => "route53".to_owned(),
        _ => known.map_or_else(|| service.to_ascii_lowercase(), str::to_owned),
    })
}

/// Type names whose service is spelled otherwise in ARNs.
const TYPES: &[(&str, &str)] = &[
    ("ApiGatewayV2", "apigateway"),
    ("CertificateManager", "acm"),
    ("DAX", "dax"),
    ("EFS", "elasticfilesystem"),
    ("ElasticLoadBalancingV2", "elasticloadbalancing"),
    ("EMR", "elasticmapreduce"),
    ("KinesisFirehose", "firehose"),
    ("Logs", "logs"),
    ("OpenSearchService", "es"),
    ("Elasticsearch", "es"),
    ("StepFunctions", "states"),
    ("WAF", "waf"),
    ("WAFv2", "wafv2"),
    ("XRay", "xray"),
];
