//! Events in which somebody put PHI where the whitepaper says that it must not be.
//!
//! One entry an event: the API, and what its parameters hold. The names of parameters are
//! those that CloudTrail records.

use super::{Made, object_resources};
use crate::encode;
use crate::hospital::Scene;
use crate::json::Json;
use crate::noise::{self, ACCOUNTS};
use crate::{list, obj};

/// An API call and how to make its request.
pub(super) struct Planted {
    source: &'static str,
    name: &'static str,
    request: fn(&mut Scene<'_>) -> Json,
}

const fn call(
    source: &'static str,
    name: &'static str,
    request: fn(&mut Scene<'_>) -> Json,
) -> Planted {
    Planted {
        source,
        name,
        request,
    }
}

/// Makes the event of an entry.
pub(super) fn event(planted: &Planted, scene: &mut Scene<'_>) -> Made {
    let request = (planted.request)(scene);
    let data = planted.source == "s3.amazonaws.com" && planted.name.ends_with("Object");
    let text = |wanted: &str| match &request {
        Json::Object(members) => members
            .iter()
            .find(|(key, _)| key == wanted)
            .map(|(_, value)| match value {
                Json::Text(text) => text.clone(),
                other => other.to_text(),
            }),
        _ => None,
    };
    let resources = data.then(|| {
        object_resources(
            &text("bucketName").unwrap_or_default(),
            &text("key").unwrap_or_default(),
        )
    });
    Made {
        source: planted.source,
        name: planted.name,
        request,
        response: Json::Null,
        resources,
    }
}

const S3: &str = "s3.amazonaws.com";
const KEY: &str = "s3:object-key";
const NAME: &str = "NAME";

fn put(bucket: &str, key: String) -> Json {
    obj! { "bucketName" => bucket, "Host" => format!("{bucket}.s3.us-east-1.amazonaws.com"), "key" => key }
}

fn tag(key: &str, value: String) -> Json {
    obj! { "key" => key, "value" => value }
}

/// All planted events.
pub(super) const PLANTED: &[Planted] = &[
    // Object keys: names without a cue in the value, in the shapes that exports have.
    call(S3, "PutObject", |s| {
        let name = s.leak(NAME, KEY, &s.patient.joined("_"));
        let mrn = s.leak("MRN", KEY, &s.patient.mrn.clone());
        put(
            "quenbrook-records",
            format!("patients/{name}/mrn-{mrn}/summary.pdf"),
        )
    }),
    call(S3, "PutObject", |s| {
        let name = s.leak(NAME, KEY, &s.patient.shouted());
        let born = s.leak("DOB", KEY, &s.patient.born_compact());
        put("quenbrook-records", format!("intake/{name}_DOB_{born}.tif"))
    }),
    call(S3, "GetObject", |s| {
        let name = s.leak(NAME, KEY, &s.patient.joined("-"));
        let ssn = s.leak("SSN", KEY, &s.patient.ssn.clone());
        put(
            "quenbrook-claims",
            format!("patients/{name}/ssn-{ssn}.json"),
        )
    }),
    call(S3, "PutObject", |s| {
        let name = s.leak(NAME, KEY, &s.patient.last_first());
        put("quenbrook-records", format!("discharge/{name}.docx"))
    }),
    call(S3, "PutObject", |s| {
        let name = s.leak(NAME, KEY, &s.patient.carets());
        let mrn = s.leak("MRN", KEY, &s.patient.mrn.clone());
        put(
            "quenbrook-imaging",
            format!("dicom/patient={name}/MRN={mrn}/series-004.dcm"),
        )
    }),
    call(S3, "DeleteObject", |s| {
        let mbi = s.leak("MBI", KEY, &s.patient.mbi.clone());
        put("quenbrook-claims", format!("medicare/{mbi}/remit.x12"))
    }),
    call(S3, "GetObject", |s| {
        let name = s.leak(NAME, KEY, &s.patient.joined("."));
        let born = s.sheet.may(
            "DOB",
            KEY,
            &s.patient.born_iso(),
            "a date beside a name: of birth or of a visit",
        );
        put("quenbrook-records", format!("patients/{name}.{born}.pdf"))
    }),
    call(S3, "PutObject", |s| {
        let email = s.leak("EMAIL", KEY, &s.patient.email.clone());
        put(
            "quenbrook-portal",
            format!("uploads/{email}/insurance-card.jpg"),
        )
    }),
    call(S3, "PutObject", |s| {
        let phone = s.leak("PHONE", KEY, &s.patient.phone.clone());
        put("quenbrook-portal", format!("voicemail/phone {phone}.wav"))
    }),
    call(S3, "CopyObject", |s| {
        // A key that its client had already percent-encoded.
        let ssn = encode::percent_all(&s.leak("SSN", KEY, &s.patient.ssn.clone()));
        put(
            "quenbrook-claims",
            format!("appeals/ssn%3D{ssn}/letter.pdf"),
        )
    }),
    call(S3, "PutObject", |s| {
        let name = s.leak(NAME, "s3:object-metadata", &s.patient.full());
        let mut request = put(
            "quenbrook-imaging",
            format!("studies/{}/1.dcm", noise::uuid(s.random)),
        );
        push(&mut request, "x-amz-meta-patient-name", name.into());
        request
    }),
    call(S3, "PutObject", |s| {
        let mrn = s.leak("MRN", "s3:object-metadata", &s.patient.mrn.clone());
        let born = s.leak("DOB", "s3:object-metadata", &s.patient.born_iso());
        let mut request = put(
            "quenbrook-imaging",
            format!("studies/{}/2.dcm", noise::uuid(s.random)),
        );
        push(&mut request, "x-amz-meta-mrn", mrn.into());
        push(&mut request, "x-amz-meta-date-of-birth", born.into());
        request
    }),
    call(S3, "PutObjectTagging", |s| {
        let name = s.leak(NAME, "s3:object-tag", &s.patient.full());
        let ssn = s.leak("SSN", "s3:object-tag", &s.patient.ssn_plain());
        obj! {
            "bucketName" => "quenbrook-records", "key" => format!("scans/{}.pdf", noise::uuid(s.random)), "tagging" => "",
            "Tagging" => obj! { "xmlns" => "http://s3.amazonaws.com/doc/2006-03-01/", "TagSet" => obj! { "Tag" => list![
                obj! { "Key" => "PatientName", "Value" => name },
                obj! { "Value" => ssn, "Key" => "patientSSN" },
            ] } },
        }
    }),
    call(S3, "PutObjectTagging", |s| {
        let member = s.leak("MEMBER_ID", "s3:object-tag", &s.patient.member.clone());
        obj! {
            "bucketName" => "quenbrook-claims", "key" => format!("era/{}.txt", noise::uuid(s.random)), "tagging" => "",
            "Tagging" => obj! { "TagSet" => obj! { "Tag" => obj! { "Key" => "member_id", "Value" => member } } },
        }
    }),
    call(S3, "CreateBucket", |s| {
        let ssn = s.leak("SSN", "s3:bucket-name", &s.patient.ssn.clone());
        obj! { "bucketName" => format!("quenbrook-ssn-{ssn}"), "CreateBucketConfiguration" => obj! { "LocationConstraint" => "us-east-2" } }
    }),
    call(S3, "CreateBucket", |s| {
        let mrn = s.leak("MRN", "s3:bucket-name", &s.patient.mrn.clone());
        obj! { "bucketName" => format!("quenbrook-patient-mrn-{mrn}") }
    }),
    call(S3, "PutBucketTagging", |s| {
        let name = s.leak(NAME, "s3:tag", &s.patient.full());
        obj! { "bucketName" => "quenbrook-legal-hold", "tagging" => "", "Tagging" => obj! { "TagSet" => obj! { "Tag" => list![
        obj! { "Key" => "patient_name", "Value" => name } ] } } }
    }),
    // Route 53
    call("route53.amazonaws.com", "ChangeTagsForResource", |s| {
        let name = s.leak(NAME, "route53:tag", &s.patient.full());
        obj! { "resourceType" => "hostedzone", "resourceId" => format!("Z0{}", s.random.characters("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 12)),
        "addTags" => list![tag("patientName", name)] }
    }),
    call("route53.amazonaws.com", "ChangeTagsForResource", |s| {
        let born = s.leak("DOB", "route53:tag", &s.patient.born_us());
        obj! { "resourceType" => "healthcheck", "resourceId" => noise::uuid(s.random), "addTags" => list![obj! { "value" => born, "key" => "dob" }] }
    }),
    call("route53.amazonaws.com", "ChangeResourceRecordSets", |s| {
        let mrn = s.leak("MRN", "route53:dns-name", &s.patient.mrn.clone());
        obj! { "hostedZoneId" => "Z08317225RWQ1XKAVJ4TT", "changeBatch" => obj! { "changes" => list![obj! {
        "action" => "UPSERT", "resourceRecordSet" => obj! {
            "name" => format!("mrn-{mrn}.portal.quenbrook-clinic.org"), "type" => "CNAME", "tTL" => 300,
            "resourceRecords" => list![obj! { "value" => "portal-lb.quenbrook-clinic.org" }] } }] } }
    }),
    // Step Functions
    call("states.amazonaws.com", "CreateStateMachine", |s| {
        let name = s.leak(NAME, "states:state-machine-definition", &s.patient.full());
        let mrn = s.leak(
            "MRN",
            "states:state-machine-definition",
            &s.patient.mrn.clone(),
        );
        let definition = obj! {
            "Comment" => format!("One-off for patient name: {name}"), "StartAt" => "Notify",
            "States" => obj! { "Notify" => obj! { "Type" => "Pass", "Result" => obj! { "mrn" => mrn }, "End" => true } },
        };
        obj! { "name" => "one-off-notify", "roleArn" => format!("arn:aws:iam::{}:role/NightlyBatch", ACCOUNTS[0]),
        "definition" => definition.to_text(), "type" => "STANDARD" }
    }),
    call("states.amazonaws.com", "StartExecution", |s| {
        let ssn = s.leak("SSN", "states:execution-input", &s.patient.ssn.clone());
        let phone = s.leak("PHONE", "states:execution-input", &s.patient.phone.clone());
        let input =
            obj! { "patientSsn" => Json::Escaped(ssn), "homePhone" => phone, "attempt" => 1 };
        obj! { "stateMachineArn" => format!("arn:aws:states:us-east-1:{}:stateMachine:discharge-flow", ACCOUNTS[0]),
        "name" => noise::uuid(s.random), "input" => input.to_text() }
    }),
    call("states.amazonaws.com", "StartExecution", |s| {
        let mrn = s.leak("MRN", "states:execution-name", &s.patient.mrn.clone());
        obj! { "stateMachineArn" => format!("arn:aws:states:us-east-1:{}:stateMachine:discharge-flow", ACCOUNTS[0]),
        "name" => format!("discharge-mrn-{mrn}"), "input" => "{}" }
    }),
    call("states.amazonaws.com", "TagResource", |s| {
        let name = s.leak(NAME, "states:tag", &s.patient.last_first());
        obj! { "resourceArn" => format!("arn:aws:states:us-east-1:{}:stateMachine:intake", ACCOUNTS[0]), "tags" => list![tag("patient", name)] }
    }),
    // Systems Manager
    call("ssm.amazonaws.com", "PutParameter", |s| {
        let mrn = s.leak("MRN", "ssm:parameter-name", &s.patient.mrn.clone());
        obj! { "name" => format!("/quenbrook/patient/mrn-{mrn}/consent"), "type" => "SecureString", "value" => "HIDDEN_DUE_TO_SECURITY_REASONS", "overwrite" => true }
    }),
    call("ssm.amazonaws.com", "CreateDocument", |s| {
        let ssn = s.leak("SSN", "ssm:document-name", &s.patient.ssn.clone());
        obj! { "name" => format!("Export-SSN-{ssn}"), "documentType" => "Command", "documentFormat" => "YAML" }
    }),
    call("ssm.amazonaws.com", "AddTagsToResource", |s| {
        let born = s.leak("DOB", "ssm:tag", &s.patient.born_iso());
        obj! { "resourceType" => "Parameter", "resourceId" => "/quenbrook/intake/flag", "tags" => list![tag("DateOfBirth", born)] }
    }),
    // Batch
    call("batch.amazonaws.com", "RegisterJobDefinition", |s| {
        let name = s.leak(NAME, "batch:job-definition", &s.patient.full());
        let mbi = s.leak("MBI", "batch:job-definition", &s.patient.mbi_printed());
        obj! { "jobDefinitionName" => "remit-once", "type" => "container", "containerProperties" => obj! {
        "image" => format!("{}.dkr.ecr.us-east-1.amazonaws.com/quenbrook/remit:v4.2.1", ACCOUNTS[0]), "vcpus" => 2, "memory" => 4096,
        "command" => list!["remit", "--mbi", mbi],
        "environment" => list![obj! { "name" => "PATIENT_NAME", "value" => name }] } }
    }),
    call("batch.amazonaws.com", "CreateJobQueue", |s| {
        let mrn = s.leak("MRN", "batch:job-queue", &s.patient.mrn.clone());
        obj! { "jobQueueName" => format!("rerun-mrn-{mrn}"), "state" => "ENABLED", "priority" => 5, "computeEnvironmentOrder" => list![] }
    }),
    call("batch.amazonaws.com", "TagResource", |s| {
        let medicaid = s.leak("MEDICAID_ID", "batch:tag", &s.patient.medicaid.clone());
        obj! { "resourceArn" => format!("arn:aws:batch:us-east-1:{}:job-queue/nightly", ACCOUNTS[0]), "tags" => obj! { "medicaidId" => medicaid } }
    }),
    // EventBridge
    call("events.amazonaws.com", "PutEvents", |s| {
        let mbi = s.leak("MBI", "events:event-payload", &s.patient.mbi_printed());
        let born = s.leak("DOB", "events:event-payload", &s.patient.born_iso());
        let admitted = s.leak("DATE", "events:event-payload", "2026-03-08");
        let detail = obj! { "medicareNumber" => mbi, "birthDate" => born, "admissionDate" => admitted, "ward" => "4W" };
        obj! { "entries" => list![obj! { "source" => "quenbrook.adt", "detailType" => "PatientAdmitted", "detail" => detail.to_text(), "eventBusName" => "ehr-bus" }] }
    }),
    call("events.amazonaws.com", "PutTargets", |s| {
        let fax = s.leak("FAX", "events:event-payload", &s.patient.phone.clone());
        let input = obj! { "faxNumber" => fax, "template" => "referral" };
        obj! { "rule" => "referral-hourly", "targets" => list![obj! { "id" => "1", "arn" => format!("arn:aws:lambda:us-east-1:{}:function:fax-out", ACCOUNTS[0]), "input" => input.to_text() }] }
    }),
    // CloudFormation
    call("cloudformation.amazonaws.com", "CreateStack", |s| {
        let mrn = s.leak("MRN", "cloudformation:stack-name", &s.patient.mrn.clone());
        let name = s.leak(NAME, "cloudformation:parameter", &s.patient.full());
        let email = s.leak("EMAIL", "cloudformation:tag", &s.patient.email.clone());
        obj! { "stackName" => format!("sandbox-mrn-{mrn}"), "parameters" => list![obj! { "parameterKey" => "PatientName", "parameterValue" => name }],
        "tags" => list![tag("patientEmail", email)] }
    }),
    // Config, Organizations, Shield, Firewall Manager, Transfer
    call("config.amazonaws.com", "PutConfigRule", |s| {
        let ssn = s.leak("SSN", "config:rule-name", &s.patient.ssn.clone());
        obj! { "configRule" => obj! { "configRuleName" => format!("watch-ssn-{ssn}"), "source" => obj! { "owner" => "AWS", "sourceIdentifier" => "S3_BUCKET_VERSIONING_ENABLED" } } }
    }),
    call(
        "organizations.amazonaws.com",
        "CreateOrganizationalUnit",
        |s| {
            let mrn = s.leak("MRN", "organizations:ou-name", &s.patient.mrn.clone());
            obj! { "parentId" => "r-4k2q", "name" => format!("study-mrn-{mrn}") }
        },
    ),
    call("organizations.amazonaws.com", "TagResource", |s| {
        let name = s.leak(NAME, "organizations:tag", &s.patient.full());
        obj! { "resourceId" => ACCOUNTS[1], "tags" => list![tag("PatientName", name)] }
    }),
    call("transfer.amazonaws.com", "CreateUser", |s| {
        let ssn = s.leak("SSN", "transfer:user-name", &s.patient.ssn.clone());
        obj! { "serverId" => "s-4c1f0d2a97be4f36a", "userName" => format!("ssn-{ssn}"), "homeDirectory" => "/quenbrook-portal/in" }
    }),
    call("shield.amazonaws.com", "CreateProtection", |s| {
        let mrn = s.leak("MRN", "shield:protection-name", &s.patient.mrn.clone());
        obj! { "name" => format!("patient-mrn-{mrn}"), "resourceArn" => format!("arn:aws:elasticloadbalancing:us-east-1:{}:loadbalancer/app/portal/4c1f0d2a97be4f36", ACCOUNTS[0]) }
    }),
    // KMS
    call("kms.amazonaws.com", "CreateAlias", |s| {
        let mrn = s.leak("MRN", "kms:alias", &s.patient.mrn.clone());
        obj! { "aliasName" => format!("alias/patient-mrn-{mrn}"), "targetKeyId" => noise::uuid(s.random) }
    }),
    call("kms.amazonaws.com", "CreateKey", |s| {
        let name = s.leak(NAME, "kms:description", &s.patient.full());
        obj! { "description" => format!("Key for patient name: {name}"), "keySpec" => "SYMMETRIC_DEFAULT", "keyUsage" => "ENCRYPT_DECRYPT" }
    }),
    call("kms.amazonaws.com", "TagResource", |s| {
        let ssn = s.leak("SSN", "kms:tag", &s.patient.ssn.clone());
        obj! { "keyId" => noise::uuid(s.random), "tags" => list![obj! { "tagKey" => "ssn", "tagValue" => ssn }] }
    }),
    // The general rule about free-form fields
    call("lambda.amazonaws.com", "CreateFunction20150331", |s| {
        let mrn = s.leak("MRN", "lambda:resource-name", &s.patient.mrn.clone());
        let name = s.leak(NAME, "lambda:description", &s.patient.full());
        obj! { "functionName" => format!("fix-mrn-{mrn}"), "runtime" => "python3.12", "handler" => "app.main", "description" => format!("Corrects the chart, patient name: {name}") }
    }),
    call("ec2.amazonaws.com", "CreateTags", |s| {
        let name = s.leak(NAME, "ec2:tag", &s.patient.full());
        let mrn = s.leak("MRN", "ec2:tag", &s.patient.mrn.clone());
        obj! { "resourcesSet" => obj! { "items" => list![obj! { "resourceId" => noise::resource_id(s.random, "vol") }] },
        "tagSet" => obj! { "items" => list![tag("PatientName", name), obj! { "value" => mrn, "key" => "patientMRN" }] } }
    }),
    call("logs.amazonaws.com", "CreateLogStream", |s| {
        let mrn = s.leak("MRN", "logs:resource-name", &s.patient.mrn.clone());
        obj! { "logGroupName" => "/quenbrook/portal", "logStreamName" => format!("session/mrn-{mrn}") }
    }),
    call("iam.amazonaws.com", "CreateRole", |s| {
        let email = s.leak("EMAIL", "iam:description", &s.patient.email.clone());
        obj! { "roleName" => "portal-proxy", "description" => format!("Proxy access for {email}") }
    }),
    call("dynamodb.amazonaws.com", "TagResource", |s| {
        let name = s.leak(NAME, "dynamodb:tag", &s.patient.last_first());
        obj! { "resourceArn" => format!("arn:aws:dynamodb:us-east-1:{}:table/visits", ACCOUNTS[0]), "tags" => list![tag("patient_name", name)] }
    }),
    call("sqs.amazonaws.com", "TagQueue", |s| {
        let member = s.leak("MEMBER_ID", "sqs:tag", &s.patient.member.clone());
        obj! { "queueUrl" => format!("https://sqs.us-east-1.amazonaws.com/{}/eligibility", ACCOUNTS[0]), "tags" => obj! { "subscriberId" => member } }
    }),
    call("secretsmanager.amazonaws.com", "CreateSecret", |s| {
        let ssn = s.leak(
            "SSN",
            "secretsmanager:resource-name",
            &s.patient.ssn.clone(),
        );
        obj! { "name" => format!("portal/ssn/{ssn}"), "clientRequestToken" => noise::uuid(s.random) }
    }),
    call("ecs.amazonaws.com", "RegisterTaskDefinition", |s| {
        let born = s.leak("DOB", "ecs:task-definition", &s.patient.born_us());
        let name = s.leak(NAME, "ecs:task-definition", &s.patient.full());
        obj! { "family" => "chart-fix", "containerDefinitions" => list![obj! { "name" => "app", "image" => "quenbrook/chart:v9", "essential" => true,
        "environment" => list![obj! { "name" => "PATIENT_NAME", "value" => name }, obj! { "value" => born, "name" => "DATE_OF_BIRTH" }] }] }
    }),
    // SWF, Service Catalog, Elastic Beanstalk
    call("swf.amazonaws.com", "StartWorkflowExecution", |s| {
        let hicn = s.leak("HICN", "swf:workflow-input", &s.patient.hicn());
        let mrn = s.leak("MRN", "swf:tag", &s.patient.mrn.clone());
        let input = obj! { "hicn" => hicn, "step" => 2 };
        obj! { "domain" => "claims", "workflowId" => noise::uuid(s.random), "input" => input.to_text(), "tagList" => list![format!("mrn:{mrn}"), "retry"] }
    }),
    call("servicecatalog.amazonaws.com", "CreateProduct", |s| {
        let name = s.leak(NAME, "servicecatalog:item-description", &s.patient.full());
        obj! { "name" => "imaging-sandbox", "owner" => "radiology", "description" => format!("Requested for patient name: {name}"), "productType" => "CLOUD_FORMATION_TEMPLATE" }
    }),
    call("servicecatalog.amazonaws.com", "ProvisionProduct", |s| {
        let itin = s.leak(
            "ITIN",
            "servicecatalog:provisioning-parameter",
            &s.patient.itin.clone(),
        );
        obj! { "productId" => "prod-4kq2vx7wlmz3e", "provisionedProductName" => "sandbox-12", "provisioningParameters" => list![tag("itin", itin)] }
    }),
    call("elasticbeanstalk.amazonaws.com", "CreateApplication", |s| {
        let mrn = s.leak(
            "MRN",
            "elasticbeanstalk:application-name",
            &s.patient.mrn.clone(),
        );
        let ssn = s.leak(
            "SSN",
            "elasticbeanstalk:free-form-field",
            &s.patient.ssn.clone(),
        );
        obj! { "applicationName" => format!("viewer-mrn-{mrn}"), "description" => format!("demo with SSN {ssn}") }
    }),
    call("elasticbeanstalk.amazonaws.com", "CreateEnvironment", |s| {
        let email = s.leak(
            "EMAIL",
            "elasticbeanstalk:environment-property",
            &s.patient.email.clone(),
        );
        obj! { "applicationName" => "viewer", "environmentName" => "viewer-blue", "optionSettings" => list![obj! {
        "namespace" => "aws:elasticbeanstalk:application:environment", "optionName" => "PATIENT_EMAIL", "value" => email }] }
    }),
    // Connect, Auto Scaling, Glacier, App Mesh, Cloud Map, CloudWatch, X-Ray
    call("profile.amazonaws.com", "CreateDomain", |s| {
        let mrn = s.leak(
            "MRN",
            "connect:customer-profile-domain-name",
            &s.patient.mrn.clone(),
        );
        obj! { "domainName" => format!("patient-mrn-{mrn}"), "defaultExpirationDays" => 366 }
    }),
    call("connect.amazonaws.com", "CreateUser", |s| {
        let phone = s.leak("PHONE", "connect:user-field", &s.patient.phone.clone());
        obj! { "instanceId" => noise::uuid(s.random), "username" => "desk-4", "phoneConfig" => obj! { "phoneType" => "DESK_PHONE", "deskPhoneNumber" => phone } }
    }),
    call("autoscaling.amazonaws.com", "CreateOrUpdateTags", |s| {
        let name = s.leak(NAME, "autoscaling:tag", &s.patient.full());
        obj! { "tags" => list![obj! { "resourceId" => "portal-asg", "resourceType" => "auto-scaling-group", "key" => "patientName", "value" => name, "propagateAtLaunch" => true }] }
    }),
    call("autoscaling.amazonaws.com", "CreateAutoScalingGroup", |s| {
        let mrn = s.leak("MRN", "autoscaling:resource-name", &s.patient.mrn.clone());
        obj! { "autoScalingGroupName" => format!("render-mrn-{mrn}"), "minSize" => 0, "maxSize" => 4 }
    }),
    call("glacier.amazonaws.com", "UploadArchive", |s| {
        let name = s.leak(NAME, "glacier:archive-description", &s.patient.last_first());
        let born = s.leak("DOB", "glacier:archive-description", &s.patient.born_us());
        obj! { "vaultName" => "charts-2019", "accountId" => "-", "archiveDescription" => format!("patient: {name} dob: {born}") }
    }),
    call("glacier.amazonaws.com", "CreateVault", |s| {
        let ssn = s.leak("SSN", "glacier:vault-name", &s.patient.ssn.clone());
        obj! { "vaultName" => format!("ssn-{ssn}"), "accountId" => "-" }
    }),
    call("appmesh.amazonaws.com", "CreateVirtualNode", |s| {
        let mrn = s.leak("MRN", "appmesh:resource-name", &s.patient.mrn.clone());
        obj! { "meshName" => "clinic", "virtualNodeName" => format!("viewer-mrn-{mrn}"), "spec" => obj! { "listeners" => list![] } }
    }),
    call("servicediscovery.amazonaws.com", "RegisterInstance", |s| {
        let name = s.leak(
            NAME,
            "servicediscovery:resource-attribute",
            &s.patient.full(),
        );
        obj! { "serviceId" => "srv-4kq2vx7wlmz3e", "instanceId" => noise::resource_id(s.random, "i"), "attributes" => obj! { "AWS_INSTANCE_PORT" => "8080", "patientName" => name } }
    }),
    call("monitoring.amazonaws.com", "PutMetricAlarm", |s| {
        let mrn = s.leak("MRN", "cloudwatch:alarm-name", &s.patient.mrn.clone());
        let name = s.leak(NAME, "cloudwatch:alarm-description", &s.patient.full());
        obj! { "alarmName" => format!("spo2-low-mrn-{mrn}"), "alarmDescription" => format!("Page the ward, patient name: {name}"),
        "metricName" => "SpO2", "namespace" => "Quenbrook/Bedside", "threshold" => 88, "evaluationPeriods" => 2 }
    }),
    call("monitoring.amazonaws.com", "PutMetricAlarm", |s| {
        let mrn = s.leak("MRN", "cloudwatch:dimension", &s.patient.mrn.clone());
        obj! { "alarmName" => "spo2-low-bed-12", "metricName" => "SpO2", "namespace" => "Quenbrook/Bedside", "threshold" => 88,
        "dimensions" => list![obj! { "name" => "mrn", "value" => mrn }] }
    }),
    call("xray.amazonaws.com", "TagResource", |s| {
        let ssn = s.leak("SSN", "xray:tag", &s.patient.ssn.clone());
        obj! { "resourceARN" => format!("arn:aws:xray:us-east-1:{}:group/portal/4C1F0D2A97BE4F36", ACCOUNTS[0]), "tags" => list![obj! { "Key" => "ssn", "Value" => ssn }] }
    }),
    call("xray.amazonaws.com", "PutTraceSegments", |s| {
        let mrn = s.leak("MRN", "xray:segment-annotation", &s.patient.mrn.clone());
        let name = s.leak(NAME, "xray:segment-metadata", &s.patient.full());
        let segment = obj! {
            "name" => "portal", "id" => s.random.hex(16), "trace_id" => format!("1-{}-{}", s.random.hex(8), s.random.hex(24)),
            "start_time" => Json::Literal("1773014461.042".into()), "end_time" => Json::Literal("1773014461.318".into()),
            "annotations" => obj! { "patient_mrn" => mrn }, "metadata" => obj! { "default" => obj! { "patientName" => name } },
        };
        obj! { "traceSegmentDocuments" => list![segment.to_text()] }
    }),
    // Services that the whitepaper speaks of in a sentence each
    call("cloudhsm.amazonaws.com", "TagResource", |s| {
        let name = s.leak(NAME, "cloudhsm:tag", &s.patient.full());
        obj! { "resourceId" => "cluster-4kq2vx7wlmz", "tagList" => list![tag("patientName", name)] }
    }),
    call(
        "comprehend.amazonaws.com",
        "StartEntitiesDetectionJob",
        |s| {
            let mrn = s.leak("MRN", "comprehend:free-form-field", &s.patient.mrn.clone());
            obj! { "jobName" => format!("notes-mrn-{mrn}"), "languageCode" => "en", "dataAccessRoleArn" => format!("arn:aws:iam::{}:role/NightlyBatch", ACCOUNTS[0]) }
        },
    ),
    call("fms.amazonaws.com", "PutPolicy", |s| {
        let ssn = s.leak("SSN", "fms:policy-name", &s.patient.ssn.clone());
        obj! { "policy" => obj! { "policyName" => format!("allow-ssn-{ssn}"), "resourceType" => "AWS::EC2::Instance", "remediationEnabled" => false } }
    }),
    call("serverlessrepo.amazonaws.com", "CreateApplication", |s| {
        let name = s.leak(NAME, "serverlessrepo:description", &s.patient.full());
        obj! { "name" => "chart-fix", "author" => "radiology", "description" => format!("Fix for patient name: {name}") }
    }),
    call("opsworks.amazonaws.com", "UpdateStack", |s| {
        let mrn = s.leak("MRN", "opsworks:data-bag", &s.patient.mrn.clone());
        let bag = obj! { "demo" => obj! { "mrn" => mrn } };
        obj! { "stackId" => noise::uuid(s.random), "customJson" => bag.to_text() }
    }),
    call(
        "workdocs.amazonaws.com",
        "InitiateDocumentVersionUpload",
        |s| {
            let name = s.leak(NAME, "workdocs:file-name", &s.patient.last_first());
            let born = s.leak("DOB", "workdocs:file-name", &s.patient.born_iso());
            obj! { "name" => format!("patients {name} DOB {born}.pdf"), "parentFolderId" => s.random.hex(64), "contentType" => "application/pdf" }
        },
    ),
    call("connect.amazonaws.com", "UpdateContactFlowName", |s| {
        let phone = s.leak(
            "PHONE",
            "connect:contact-flow-field",
            &s.patient.phone.clone(),
        );
        obj! { "instanceId" => noise::uuid(s.random), "contactFlowId" => noise::uuid(s.random), "name" => format!("callback phone {phone}") }
    }),
    call("robomaker.amazonaws.com", "TagResource", |s| {
        let ssn = s.leak("SSN", "robomaker:tag", &s.patient.ssn.clone());
        obj! { "resourceArn" => format!("arn:aws:robomaker:us-east-1:{}:robot/cart-2", ACCOUNTS[0]), "tags" => obj! { "ssn" => ssn } }
    }),
    // Members that are neither names nor tags: only the trail's own condition holds.
    call("athena.amazonaws.com", "StartQueryExecution", |s| {
        let ssn = s.leak("SSN", "", &s.patient.ssn.clone());
        obj! { "queryString" => format!("SELECT visit_id FROM visits WHERE ssn = '{ssn}'"), "workGroup" => "primary", "clientRequestToken" => noise::uuid(s.random) }
    }),
    call("rds-data.amazonaws.com", "ExecuteStatement", |s| {
        let name = s.leak(NAME, "", &s.patient.full());
        let born = s.leak("DOB", "", &s.patient.born_iso());
        let card = s.leak("CARD", "", &s.patient.card.clone());
        obj! { "sql" => format!("update patients set card_number = '{card}' where patient_name = '{name}' and birth_date = '{born}'"), "database" => "portal" }
    }),
    call("ssm.amazonaws.com", "SendCommand", |s| {
        let mrn = s.leak("MRN", "", &s.patient.mrn.clone());
        obj! { "documentName" => "AWS-RunShellScript", "parameters" => obj! { "commands" => list![format!("/opt/chart/merge --mrn {mrn} --force")] } }
    }),
    call("iam.amazonaws.com", "PutRolePolicy", |s| {
        // A policy that names one patient's folder, percent-encoded as IAM answers it.
        let name = s.leak(NAME, "", &s.patient.joined("_"));
        let mrn = s.leak("MRN", "", &s.patient.mrn.clone());
        let policy = obj! { "Version" => "2012-10-17", "Statement" => list![obj! {
        "Effect" => "Allow", "Action" => "s3:GetObject", "Resource" => format!("arn:aws:s3:::quenbrook-records/patients/{name}/mrn-{mrn}/*") }] };
        obj! { "roleName" => "portal-proxy", "policyName" => "one-chart", "policyDocument" => encode::percent(&policy.to_text(), false) }
    }),
];

fn push(request: &mut Json, key: &str, value: Json) {
    if let Json::Object(members) = request {
        members.push((key.to_owned(), value));
    }
}
