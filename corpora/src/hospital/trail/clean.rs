//! Events without PHI, and such as hold look-alikes.

use super::{Made, object_resources};
use crate::hospital::Scene;
use crate::json::Json;
use crate::noise::{self, ACCOUNTS, REGIONS};
use crate::random::Random;
use crate::{encode, list, obj};

/// An everyday event.
pub(super) fn event(random: &mut Random) -> Made {
    let word = noise::word(random);
    let region = random.pick(&REGIONS);
    let account = ACCOUNTS[0];
    let made = |source, name, request, response| Made {
        source,
        name,
        request,
        response,
        resources: None,
    };
    match random.below(16) {
        0..=3 => {
            let bucket = random.pick(&[
                "quenbrook-imaging-cache",
                "quenbrook-build-artifacts",
                "quenbrook-lake-raw",
            ]);
            let key = format!(
                "{word}/{}/part-{}-{}.parquet",
                noise::iso(noise::moment(random))[..10].replace('-', "/"),
                random.digits(5),
                noise::uuid(random)
            );
            let name = random.pick(&["PutObject", "GetObject", "HeadObject"]);
            let name = if name == "PutObject" {
                "PutObject"
            } else if name == "GetObject" {
                "GetObject"
            } else {
                "HeadObject"
            };
            Made {
                source: "s3.amazonaws.com",
                name,
                request: obj! {
                    "bucketName" => bucket, "Host" => format!("{bucket}.s3.{region}.amazonaws.com"), "key" => &key,
                },
                response: obj! { "x-amz-server-side-encryption" => "AES256" },
                resources: Some(object_resources(bucket, &key)),
            }
        }
        4 => made(
            "ec2.amazonaws.com",
            "DescribeInstances",
            obj! { "instancesSet" => obj! { "items" => list![obj! { "instanceId" => noise::resource_id(random, "i") }] }, "filterSet" => obj! {} },
            Json::Null,
        ),
        5 => made(
            "kms.amazonaws.com",
            "Decrypt",
            obj! {
                "encryptionAlgorithm" => "SYMMETRIC_DEFAULT",
                "encryptionContext" => obj! { "aws:s3:arn" => format!("arn:aws:s3:::quenbrook-lake-raw/{word}") },
            },
            Json::Null,
        ),
        6 => made(
            "sts.amazonaws.com",
            "AssumeRole",
            obj! {
                "roleArn" => format!("arn:aws:iam::{account}:role/ScanRelay"),
                "roleSessionName" => noise::resource_id(random, "i"), "durationSeconds" => 3600,
            },
            obj! { "credentials" => obj! {
            "accessKeyId" => noise::access_key(random), "sessionToken" => random.hex(96),
            "expiration" => "Mar 9, 2026, 4:14:28 PM" } },
        ),
        7 => made(
            "logs.amazonaws.com",
            "CreateLogStream",
            obj! {
                "logGroupName" => format!("/aws/lambda/quenbrook-{word}"),
                "logStreamName" => format!("2026/03/09/[$LATEST]{}", random.hex(32)),
            },
            Json::Null,
        ),
        8 => made(
            "ec2.amazonaws.com",
            "CreateTags",
            obj! {
                "resourcesSet" => obj! { "items" => list![obj! { "resourceId" => noise::resource_id(random, "vol") }] },
                "tagSet" => obj! { "items" => list![
                    obj! { "key" => "cost-center", "value" => format!("cc-{}", random.digits(4)) },
                    obj! { "key" => "service", "value" => word },
                ] },
            },
            obj! { "requestId" => noise::uuid(random), "_return" => true },
        ),
        9 => made(
            "monitoring.amazonaws.com",
            "PutMetricAlarm",
            obj! {
                "alarmName" => format!("{word}-queue-depth-high"), "metricName" => "ApproximateNumberOfMessagesVisible",
                "namespace" => "AWS/SQS", "threshold" => random.between(100, 9_000), "evaluationPeriods" => 3,
                "dimensions" => list![obj! { "name" => "QueueName", "value" => word }],
            },
            Json::Null,
        ),
        10 => made(
            "states.amazonaws.com",
            "DescribeExecution",
            obj! { "executionArn" => format!("arn:aws:states:{region}:{account}:execution:{word}-flow:{}", noise::uuid(random)) },
            Json::Null,
        ),
        11 => {
            let policy = obj! {
                "Version" => "2012-10-17",
                "Statement" => list![obj! {
                    "Effect" => "Allow", "Principal" => obj! { "Service" => "lambda.amazonaws.com" }, "Action" => "sts:AssumeRole",
                }],
            };
            made(
                "iam.amazonaws.com",
                "CreateRole",
                obj! { "roleName" => format!("{word}-exec"), "assumeRolePolicyDocument" => policy.to_text() },
                obj! { "role" => obj! {
                    "path" => "/", "roleName" => format!("{word}-exec"), "roleId" => noise::principal(random),
                    "arn" => format!("arn:aws:iam::{account}:role/{word}-exec"),
                    "createDate" => "Mar 9, 2026, 3:14:28 PM",
                    "assumeRolePolicyDocument" => encode::percent(&policy.to_text(), false),
                } },
            )
        }
        12 => made(
            "lambda.amazonaws.com",
            "UpdateFunctionCode20150331v2",
            obj! { "functionName" => format!("quenbrook-{word}"), "publish" => false, "dryRun" => false },
            obj! { "functionName" => format!("quenbrook-{word}"), "runtime" => "python3.12", "codeSize" => random.below(9_000_000),
            "codeSha256" => random.hex(64), "version" => "$LATEST", "memorySize" => 512, "timeout" => 60,
            "revisionId" => noise::uuid(random) },
        ),
        13 => made(
            "dynamodb.amazonaws.com",
            "DescribeTable",
            obj! { "tableName" => format!("{word}-locks") },
            Json::Null,
        ),
        14 => made(
            "ecr.amazonaws.com",
            "BatchGetImage",
            obj! { "repositoryName" => format!("quenbrook/{word}"), "registryId" => account,
            "imageIds" => list![obj! { "imageTag" => format!("v{}.{}.{}", random.below(9), random.below(30), random.below(60)) }] },
            Json::Null,
        ),
        _ => made(
            "ssm.amazonaws.com",
            "GetParameter",
            obj! { "name" => format!("/quenbrook/{word}/endpoint"), "withDecryption" => true },
            Json::Null,
        ),
    }
}

/// An event whose parameters hold a look-alike.
pub(super) fn near_event(scene: &mut Scene<'_>, kind: u64) -> Made {
    let line = scene.near_line(kind);
    let word = noise::word(scene.random);
    let (source, name, request) = match kind % 5 {
        0 => (
            "athena.amazonaws.com",
            "StartQueryExecution",
            obj! {
                "queryString" => format!("SELECT count(*) FROM {word}_runs -- {line}"), "workGroup" => "primary",
            },
        ),
        1 => (
            "ssm.amazonaws.com",
            "SendCommand",
            obj! {
                "documentName" => "AWS-RunShellScript",
                "parameters" => obj! { "commands" => list![format!("echo {line}")] },
            },
        ),
        2 => (
            "ec2.amazonaws.com",
            "CreateSecurityGroup",
            obj! {
                "groupName" => format!("{word}-nodes"), "groupDescription" => line, "vpcId" => noise::resource_id(scene.random, "vpc"),
            },
        ),
        3 => (
            "lambda.amazonaws.com",
            "UpdateFunctionConfiguration20150331v2",
            obj! {
                "functionName" => format!("quenbrook-{word}"), "description" => line,
            },
        ),
        _ => (
            "codebuild.amazonaws.com",
            "StartBuild",
            obj! {
                "projectName" => format!("{word}-image"),
                "environmentVariablesOverride" => list![obj! { "name" => "NOTE", "value" => line, "type" => "PLAINTEXT" }],
            },
        ),
    };
    Made {
        source,
        name,
        request,
        response: Json::Null,
        resources: None,
    }
}
