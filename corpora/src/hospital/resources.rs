//! Names and tags of resources: a dump of the Tagging API, and what Config delivers.

use super::{Estate, Scene};
use crate::Error;
use crate::encode::{Charset, Compression};
use crate::identifiers;
use crate::json::Json;
use crate::look_alike;
use crate::mark::Sheet;
use crate::noise::{self, ACCOUNTS};
use crate::random::Random;
use crate::{list, obj};

pub(super) fn add(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    tagging(estate, seed)?;
    snapshot(estate, seed)?;
    history(estate, seed)
}

/// Key and value of a planted tag.
type Tag = fn(&mut Scene<'_>, &str) -> (&'static str, String);

const TAGS: &[Tag] = &[
    |s, place| ("PatientName", s.leak("NAME", place, &s.patient.full())),
    |s, place| ("patient_mrn", s.leak("MRN", place, &s.patient.mrn.clone())),
    |s, place| ("ssn", s.leak("SSN", place, &s.patient.ssn.clone())),
    |s, place| ("DateOfBirth", s.leak("DOB", place, &s.patient.born_iso())),
    |s, place| {
        (
            "patientPhone",
            s.leak("PHONE", place, &s.patient.phone.clone()),
        )
    },
    |s, place| {
        (
            "memberId",
            s.leak("MEMBER_ID", place, &s.patient.member.clone()),
        )
    },
    |s, place| {
        (
            "medicare-number",
            s.leak("MBI", place, &s.patient.mbi.clone()),
        )
    },
    |s, place| {
        (
            "patient-email",
            s.leak("EMAIL", place, &s.patient.email.clone()),
        )
    },
];

/// Services whose resources get planted tags: the ARN's part behind the account, and the
/// place of a tag there.
const TAGGED: [(&str, &str, &str); 10] = [
    ("ec2", "volume/vol-", "ec2:tag"),
    ("s3", "", "s3:tag"),
    ("rds", "db:ehr-", "rds:tag"),
    ("lambda", "function:quenbrook-", "lambda:tag"),
    ("states", "stateMachine:flow-", "states:tag"),
    ("batch", "job-queue/", "batch:tag"),
    ("kms", "key/", "kms:tag"),
    ("ssm", "parameter/quenbrook-", "ssm:tag"),
    ("cloudformation", "stack/app-", "cloudformation:tag"),
    (
        "elasticfilesystem",
        "file-system/fs-",
        "elasticfilesystem:tag",
    ),
];

fn arn(random: &mut Random, service: &str, tail: &str) -> String {
    let word = noise::word(random);
    match service {
        "s3" => format!("arn:aws:s3:::quenbrook-{word}-{}", random.hex(6)),
        "kms" => format!(
            "arn:aws:kms:us-east-1:{}:key/{}",
            ACCOUNTS[0],
            noise::uuid(random)
        ),
        _ => format!(
            "arn:aws:{service}:us-east-1:{}:{tail}{}{}",
            ACCOUNTS[0],
            if tail.ends_with("vol-") || tail.ends_with("fs-") {
                "0"
            } else {
                word
            },
            random.hex(16)
        ),
    }
}

/// What `aws resourcegroupstaggingapi get-resources` prints.
fn tagging(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "tagging");
    let mut sheet = Sheet::new("cli/get-resources-us-east-1.json", "");
    let mut resources = Vec::new();
    for number in 0..260_usize {
        let (service, tail, place) = TAGGED[random.below(10) as usize];
        let mut tags = vec![
            obj! { "Key" => "cost-center", "Value" => format!("cc-{}", random.digits(4)) },
            obj! { "Key" => "service", "Value" => noise::word(&mut random) },
        ];
        let (mut service, mut tail) = (service, tail);
        if number % 22 == 8 {
            let (own_service, own_tail, own_place) = TAGGED[(number / 22) % TAGGED.len()];
            (service, tail) = (own_service, own_tail);
            let mut scene = Scene::new(&mut sheet, &mut random);
            let (key, value) = TAGS[(number / 22) % TAGS.len()](&mut scene, own_place);
            // The CLI writes Key first; other tools sort their members otherwise.
            tags.push(if number % 44 == 8 {
                obj! { "Key" => key, "Value" => value }
            } else {
                obj! { "Value" => value, "Key" => key }
            });
        } else if number % 13 == 5 {
            let scene = Scene::new(&mut sheet, &mut random);
            let made = look_alike::make(scene.random, number as u64 / 13);
            let text = scene.sheet.near(made.resembles, &made.text, made.why);
            tags.push(
                obj! { "Key" => "note", "Value" => format!("{}{text}{}", made.before, made.after) },
            );
        } else if number % 50 == 21 {
            let npi = identifiers::npi(&mut random);
            tags.push(obj! { "Key" => "facility-npi", "Value" => sheet.clean("NPI", place, &npi) });
            (service, tail) = TAGGED
                .iter()
                .find(|tagged| tagged.2 == place)
                .map_or((service, tail), |tagged| (tagged.0, tagged.1));
        }
        resources.push(obj! { "ResourceARN" => arn(&mut random, service, tail), "Tags" => tags });
    }
    let dump = obj! { "PaginationToken" => "", "ResourceTagMappingList" => resources };
    estate.add(sheet.finish(&dump.to_pretty(), Charset::Utf8, Compression::None)?);
    Ok(())
}

fn item(
    random: &mut Random,
    kind: &str,
    id: &str,
    name: &str,
    tags: Json,
    configuration: Json,
) -> Json {
    obj! {
        "relatedEvents" => list![], "relationships" => list![],
        "configuration" => configuration, "supplementaryConfiguration" => obj! {}, "tags" => tags,
        "configurationItemVersion" => "1.3",
        "configurationItemCaptureTime" => noise::iso_ms(noise::moment(random)),
        "configurationStateId" => 1_773_014_400_000_u64 + random.below(600_000_000),
        "awsAccountId" => ACCOUNTS[0], "configurationItemStatus" => "OK",
        "resourceType" => kind, "resourceId" => id, "resourceName" => name,
        "ARN" => match kind {
            "AWS::S3::Bucket" => format!("arn:aws:s3:::{id}"),
            "AWS::Lambda::Function" => format!("arn:aws:lambda:us-east-1:{}:function:{id}", ACCOUNTS[0]),
            "AWS::EC2::SecurityGroup" => format!("arn:aws:ec2:us-east-1:{}:security-group/{id}", ACCOUNTS[0]),
            _ => format!("arn:aws:ec2:us-east-1:{}:volume/{id}", ACCOUNTS[0]),
        },
        "awsRegion" => "us-east-1", "availabilityZone" => "us-east-1b",
        "configurationStateMd5Hash" => "", "resourceCreationTime" => noise::iso_ms(noise::moment(random)),
    }
}

fn clean_item(random: &mut Random) -> Json {
    let word = noise::word(random);
    let tags = obj! { "service" => word, "cost-center" => format!("cc-{}", random.digits(4)) };
    match random.below(3) {
        0 => {
            let id = noise::resource_id(random, "vol");
            let configuration = obj! {
                "volumeId" => &id, "size" => random.between(8, 900), "iops" => 3000, "encrypted" => true, "volumeType" => "gp3",
                "snapshotId" => noise::resource_id(random, "snap"), "state" => obj! { "value" => "in-use" },
                "attachments" => list![obj! { "instanceId" => noise::resource_id(random, "i"), "device" => "/dev/xvda" }],
            };
            item(random, "AWS::EC2::Volume", &id, "", tags, configuration)
        }
        1 => {
            let id = noise::resource_id(random, "sg");
            let configuration = obj! {
                "groupId" => &id, "description" => format!("{word} nodes"), "vpcId" => noise::resource_id(random, "vpc"),
                "ipPermissions" => list![obj! { "fromPort" => 8443, "toPort" => 8443, "ipProtocol" => "tcp",
                    "ipRanges" => list![format!("10.{}.0.0/16", random.below(250))] }],
            };
            item(
                random,
                "AWS::EC2::SecurityGroup",
                &id,
                &format!("{word}-nodes"),
                tags,
                configuration,
            )
        }
        _ => {
            let id = format!("quenbrook-{word}-{}", random.hex(6));
            let configuration = obj! { "name" => &id, "owner" => obj! { "id" => random.hex(64) }, "creationDate" => noise::iso_ms(noise::moment(random)) };
            item(random, "AWS::S3::Bucket", &id, &id, tags, configuration)
        }
    }
}

/// Items with PHI: in the resource's tags (the resource's own place holds too), and in its
/// configuration.
fn planted_item(scene: &mut Scene<'_>, number: usize) -> Json {
    let id = noise::resource_id(scene.random, "vol");
    if number.is_multiple_of(2) {
        let (key, value) = TAGS[number % TAGS.len()](scene, "ec2:tag");
        let tags = obj! { "service" => "ehr", key => value };
        let configuration = obj! { "volumeId" => &id, "size" => 40, "encrypted" => true };
        item(
            scene.random,
            "AWS::EC2::Volume",
            &id,
            "",
            tags,
            configuration,
        )
    } else {
        let name = format!("quenbrook-fix-{}", scene.random.hex(4));
        let (variable, value) = match number % 4 {
            1 => (
                "PATIENT_SSN",
                scene.leak("SSN", "", &scene.patient.ssn.clone()),
            ),
            _ => (
                "PATIENT_MRN",
                scene.leak("MRN", "", &scene.patient.mrn.clone()),
            ),
        };
        let configuration = obj! {
            "functionName" => &name, "runtime" => "python3.12", "memorySize" => 256,
            "environment" => obj! { "variables" => obj! { "STAGE" => "prod", variable => value } },
        };
        item(
            scene.random,
            "AWS::Lambda::Function",
            &name,
            &name,
            obj! { "service" => "ehr" },
            configuration,
        )
    }
}

fn near_item(scene: &mut Scene<'_>, kind: u64) -> Json {
    let id = noise::resource_id(scene.random, "sg");
    let line = scene.near_line(kind);
    let configuration = obj! { "groupId" => &id, "description" => line, "vpcId" => noise::resource_id(scene.random, "vpc") };
    item(
        scene.random,
        "AWS::EC2::SecurityGroup",
        &id,
        "nodes",
        obj! {},
        configuration,
    )
}

/// `AWSLogs/…/Config/…/ConfigSnapshot/…`; month and day without zeros.
fn snapshot(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "config snapshot");
    let account = ACCOUNTS[0];
    let path = format!(
        "AWSLogs/{account}/Config/us-east-1/2026/3/11/ConfigSnapshot/{account}_Config_us-east-1_ConfigSnapshot_20260311T061412Z_{}.json.gz",
        noise::uuid(&mut random)
    );
    let mut sheet = Sheet::new(&path, "config:configuration-item");
    let items = items(&mut sheet, &mut random, 180, 30);
    let text = obj! { "fileVersion" => "1.0", "configSnapshotId" => noise::uuid(&mut random), "configurationItems" => items };
    estate.add(sheet.finish(&text.to_text(), Charset::Utf8, Compression::Gzip)?);
    Ok(())
}

/// `AWSLogs/…/Config/…/ConfigHistory/…`: the type's name holds `::`, which not every file
/// system takes, so the copy has `__`.
fn history(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "config history");
    let account = ACCOUNTS[0];
    let path = format!(
        "AWSLogs/{account}/Config/us-east-1/2026/3/9/ConfigHistory/{account}_Config_us-east-1_ConfigHistory_AWS__EC2__Volume_20260309T001412Z_20260309T061412Z_1.json.gz"
    );
    let mut sheet = Sheet::new(&path, "config:configuration-item");
    let items = items(&mut sheet, &mut random, 40, 20);
    let text = obj! { "fileVersion" => "1.0", "configurationItems" => items };
    estate.add(sheet.finish(&text.to_text(), Charset::Utf8, Compression::Gzip)?);
    Ok(())
}

fn items(sheet: &mut Sheet, random: &mut Random, count: usize, every: usize) -> Vec<Json> {
    (0..count)
        .map(|number| {
            if number % every == 11 {
                planted_item(&mut Scene::new(sheet, random), number / every)
            } else if number % 15 == 4 {
                near_item(&mut Scene::new(sheet, random), number as u64 / 15)
            } else {
                clean_item(random)
            }
        })
        .collect()
}
