//! CloudTrail: log files with management and data events, and the digests that name them.

mod clean;
mod planted;

use super::{Estate, Scene};
use crate::Error;
use crate::encode::{Charset, Compression};
use crate::json::Json;
use crate::mark::{Sheet, plain};
use crate::noise::{self, ACCOUNTS, REGIONS};
use crate::random::Random;
use crate::{list, obj};

const FILES: u64 = 14;
const EVENTS: u64 = 72;

/// What one delivered log file is told by in a digest.
struct Delivered {
    key: String,
    hash: String,
    oldest: u64,
    newest: u64,
}

pub(super) fn add(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut delivered = Vec::new();
    let share = planted::PLANTED.len().div_ceil(FILES as usize);
    for number in 0..FILES {
        let mut random = Random::part(seed, &format!("trail {number}"));
        let account = ACCOUNTS[(number % 7 == 6) as usize];
        let region = REGIONS[(number % 3) as usize];
        let start = 1_773_014_400_000 + number * 9 * 3_600_000;
        let stamp = noise::iso(start + 300_000);
        let day = stamp[..10].replace('-', "/");
        let compact: String = stamp[..16]
            .chars()
            .filter(|c| *c != '-' && *c != ':')
            .collect();
        let letters = random.characters(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            16,
        );
        let key = format!(
            "AWSLogs/{account}/CloudTrail/{region}/{day}/{account}_CloudTrail_{region}_{compact}Z_{letters}.json.gz"
        );
        let mut sheet = Sheet::new(&key, "cloudtrail:event-record");
        let mut setting = Setting {
            account,
            region,
            start,
            addresses: Vec::new(),
        };
        for _ in 0..6 {
            setting.addresses.push(noise::client_address(&mut random));
        }
        let mut events = Vec::new();
        for _ in 0..EVENTS {
            let made = clean::event(&mut random);
            events.push(setting.wrap(&mut sheet, &mut random, made));
        }
        let from = number as usize * share;
        for planted in planted::PLANTED.iter().skip(from).take(share) {
            let made = planted::event(planted, &mut Scene::new(&mut sheet, &mut random));
            let at = random.below(events.len() as u64) as usize;
            let event = setting.wrap(&mut sheet, &mut random, made);
            events.insert(at, event);
        }
        for kind in 0..6 {
            let mut scene = Scene::new(&mut sheet, &mut random);
            let made = clean::near_event(&mut scene, number * 6 + kind);
            let at = random.below(events.len() as u64) as usize;
            let event = setting.wrap(&mut sheet, &mut random, made);
            events.insert(at, event);
        }
        let text = obj! { "Records" => events }.to_text();
        // The first trail is delivered compressed, as always; one copy of an archive is not.
        let compression = if number == 9 {
            Compression::Zstd
        } else {
            Compression::Gzip
        };
        if number == 9 {
            let mut file = sheet.finish(&text, Charset::Utf8, compression)?;
            file.path = key.replace(".json.gz", ".json.zst");
            for line in &mut file.truth {
                line.file.clone_from(&file.path);
            }
            estate.add(file);
            continue;
        }
        let file = sheet.finish(&text, Charset::Utf8, compression)?;
        delivered.push(Delivered {
            key,
            hash: file.hash.clone(),
            oldest: start,
            newest: start + 290_000,
        });
        estate.add(file);
    }
    digests(estate, seed, &delivered)
}

/// Events as text, for streams: clean ones, and the planted ones.
pub(crate) fn pool(seed: u64) -> (Vec<String>, Vec<String>) {
    let mut random = Random::part(seed, "trail pool");
    let mut sheet = Sheet::new("", "");
    let mut setting = Setting {
        account: ACCOUNTS[0],
        region: REGIONS[0],
        start: 1_773_014_400_000,
        addresses: Vec::new(),
    };
    for _ in 0..40 {
        setting.addresses.push(noise::client_address(&mut random));
    }
    let mut text = |sheet: &mut Sheet, random: &mut Random, made| {
        plain(&setting.wrap(sheet, random, made).to_text())
    };
    let clean = (0..400)
        .map(|_| {
            let made = clean::event(&mut random);
            text(&mut sheet, &mut random, made)
        })
        .collect();
    let planted = planted::PLANTED
        .iter()
        .map(|planted| {
            let made = planted::event(planted, &mut Scene::new(&mut sheet, &mut random));
            text(&mut sheet, &mut random, made)
        })
        .collect();
    (clean, planted)
}

/// One day's digests: a chain of which each names the one before.
fn digests(estate: &mut Estate, seed: u64, delivered: &[Delivered]) -> Result<(), Error> {
    let mut random = Random::part(seed, "digests");
    let (account, region, bucket) = (ACCOUNTS[0], REGIONS[0], "quenbrook-audit-trail");
    let mut previous: Option<(String, String, String)> = None;
    for hour in 1..=6 {
        let end = 1_773_014_400_000 + hour * 3_600_000;
        let stamp = noise::iso(end);
        let compact: String = stamp.chars().filter(|c| *c != '-' && *c != ':').collect();
        let key = format!(
            "AWSLogs/{account}/CloudTrail-Digest/{region}/{}/{account}_CloudTrail-Digest_{region}_quenbrook-org_{region}_{compact}.json.gz",
            stamp[..10].replace('-', "/")
        );
        let files: Vec<Json> = delivered
            .iter()
            .filter(|file| {
                file.oldest < end && file.oldest + 3_600_000 >= end && file.key.contains(region)
            })
            .map(|file| {
                obj! {
                    "s3Bucket" => bucket, "s3Object" => &file.key, "hashValue" => &file.hash,
                    "hashAlgorithm" => "SHA-256", "newestEventTime" => noise::iso(file.newest),
                    "oldestEventTime" => noise::iso(file.oldest),
                }
            })
            .collect();
        let text = |value: Option<&String>| value.map_or(Json::Null, Json::from);
        let earlier = previous.as_ref();
        let digest = obj! {
            "awsAccountId" => account,
            "digestStartTime" => noise::iso(end - 3_600_000),
            "digestEndTime" => stamp,
            "digestS3Bucket" => bucket,
            "digestS3Object" => &key,
            "digestPublicKeyFingerprint" => "8c1f2d7ab09e4536f7a1c25e9d3b6048",
            "digestSignatureAlgorithm" => "SHA256withRSA",
            "newestEventTime" => noise::iso(end - 65_000),
            "oldestEventTime" => noise::iso(end - 3_580_000),
            "previousDigestS3Bucket" => earlier.map_or(Json::Null, |_| Json::from(bucket)),
            "previousDigestS3Object" => text(earlier.map(|known| &known.0)),
            "previousDigestHashValue" => text(earlier.map(|known| &known.1)),
            "previousDigestHashAlgorithm" => earlier.map_or(Json::Null, |_| Json::from("SHA-256")),
            "previousDigestSignature" => text(earlier.map(|known| &known.2)),
            "logFiles" => files,
        };
        let sheet = Sheet::new(&key, "cloudtrail:digest");
        let file = sheet.finish(&digest.to_text(), Charset::Utf8, Compression::Gzip)?;
        previous = Some((key, file.hash.clone(), random.hex(512)));
        estate.add(file);
    }
    Ok(())
}

/// An event before the envelope is put around it.
pub(super) struct Made {
    pub(super) source: &'static str,
    pub(super) name: &'static str,
    pub(super) request: Json,
    pub(super) response: Json,
    /// Whether it is a data event, and on which resources.
    pub(super) resources: Option<Json>,
}

/// What the events of one file share.
struct Setting {
    account: &'static str,
    region: &'static str,
    start: u64,
    addresses: Vec<String>,
}

impl Setting {
    fn wrap(&mut self, sheet: &mut Sheet, random: &mut Random, made: Made) -> Json {
        let role = random.pick(&[
            "QuenbrookIngest",
            "ScanRelay",
            "OpsConsole",
            "NightlyBatch",
            "DeployPipeline",
        ]);
        let session = match role {
            "OpsConsole" => format!("console-{}", random.hex(6)),
            "DeployPipeline" => (1_773_000_000 + random.below(900_000)).to_string(),
            _ => noise::resource_id(random, "i"),
        };
        let principal = noise::principal(random);
        let account = self.account;
        let time = noise::iso(self.start + random.below(290_000));
        let address = match random.below(5) {
            0 => made.source.to_owned(),
            1 => format!(
                "10.{}.{}.{}",
                random.between(16, 40),
                random.below(250),
                random.between(4, 250)
            ),
            _ => {
                let address =
                    self.addresses[random.below(self.addresses.len() as u64) as usize].clone();
                sheet.clean("IP", "", &address)
            }
        };
        let agent = random.pick(&[
            "aws-sdk-java/2.31.4 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.0 lang/java#21.0.2",
            "Boto3/1.40.7 md/Botocore#1.40.7 ua/2.1 os/linux#6.8.0-1021-aws md/arch#x86_64 lang/python#3.12.3",
            "aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/linux#5.15 md/arch#aarch64",
            "AWS Internal",
            "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.80.0",
        ]);
        let read_only = ["Get", "List", "Describe", "Head", "Lookup"]
            .iter()
            .any(|verb| made.name.starts_with(verb));
        let mut event = obj! {
            "eventVersion" => "1.11",
            "userIdentity" => obj! {
                "type" => "AssumedRole",
                "principalId" => format!("{principal}:{session}"),
                "arn" => format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
                "accountId" => account,
                "accessKeyId" => noise::access_key(random),
                "sessionContext" => obj! {
                    "sessionIssuer" => obj! {
                        "type" => "Role", "principalId" => principal,
                        "arn" => format!("arn:aws:iam::{account}:role/{role}"),
                        "accountId" => account, "userName" => role,
                    },
                    "attributes" => obj! { "creationDate" => noise::iso(self.start - 2_400_000), "mfaAuthenticated" => "false" },
                },
            },
            "eventTime" => time,
            "eventSource" => made.source,
            "eventName" => made.name,
            "awsRegion" => self.region,
            "sourceIPAddress" => address,
            "userAgent" => agent,
            "requestParameters" => made.request,
            "responseElements" => made.response,
        };
        let data = made.resources.is_some();
        let Json::Object(members) = &mut event else {
            return event;
        };
        let mut more = |key: &str, value: Json| members.push((key.to_owned(), value));
        if data {
            more(
                "additionalEventData",
                obj! {
                    "SignatureVersion" => "SigV4", "CipherSuite" => "TLS_AES_128_GCM_SHA256",
                    "bytesTransferredIn" => random.below(4_000_000), "SSEApplied" => "Default_SSE_S3",
                    "AuthenticationMethod" => "AuthHeader", "x-amz-id-2" => noise::extended_id(random),
                    "bytesTransferredOut" => 0,
                },
            );
            more("requestID", noise::request_id(random).into());
        } else {
            more("requestID", noise::uuid(random).into());
        }
        more("eventID", noise::uuid(random).into());
        more("readOnly", read_only.into());
        if let Some(resources) = made.resources {
            more("resources", resources);
        }
        more("eventType", "AwsApiCall".into());
        more("managementEvent", (!data).into());
        more("recipientAccountId", account.into());
        more(
            "eventCategory",
            if data { "Data" } else { "Management" }.into(),
        );
        if !data {
            more(
                "tlsDetails",
                obj! {
                    "tlsVersion" => "TLSv1.3", "cipherSuite" => "TLS_AES_128_GCM_SHA256",
                    "clientProvidedHostHeader" => format!("{}.{}.amazonaws.com", made.source.split('.').next().unwrap_or(""), self.region),
                },
            );
        }
        event
    }
}

/// The resources of an S3 data event.
fn object_resources(bucket: &str, key: &str) -> Json {
    list![
        obj! { "type" => "AWS::S3::Object", "ARN" => format!("arn:aws:s3:::{bucket}/{key}") },
        obj! { "accountId" => ACCOUNTS[0], "type" => "AWS::S3::Bucket", "ARN" => format!("arn:aws:s3:::{bucket}") },
    ]
}
