//! CloudFormation templates, as JSON and as the YAML that people write.

use super::{Estate, Scene};
use crate::Error;
use crate::encode::{Charset, Compression};
use crate::mark::Sheet;
use crate::random::Random;
use crate::{list, noise, obj};

const PLACE: &str = "cloudformation:template";

pub(super) fn add(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    json(estate, seed)?;
    yaml(estate, seed)
}

fn json(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "template json");
    let mut sheet = Sheet::new("templates/chart-viewer.template.json", PLACE);
    let mut scene = Scene::new(&mut sheet, &mut random);
    let name = scene.leak("NAME", "cloudformation:description", &scene.patient.full());
    let mrn = scene.leak(
        "MRN",
        "cloudformation:parameter",
        &scene.patient.mrn.clone(),
    );
    let ssn = scene.leak("SSN", "s3:tag", &scene.patient.ssn.clone());
    let email = scene.leak("EMAIL", PLACE, &scene.patient.email.clone());
    let build = scene.near_line(12);
    let epoch = scene.near_line(0);
    let template = obj! {
        "AWSTemplateFormatVersion" => "2010-09-09",
        "Description" => format!("Chart viewer, demo for patient name: {name}"),
        "Metadata" => obj! { "Build" => build, "Rendered" => epoch },
        "Parameters" => obj! {
            "PatientMrn" => obj! { "Type" => "String", "Default" => mrn },
            "Stage" => obj! { "Type" => "String", "Default" => "prod", "AllowedValues" => list!["dev", "prod"] },
        },
        "Resources" => obj! {
            "Records" => obj! {
                "Type" => "AWS::S3::Bucket",
                "Properties" => obj! {
                    "BucketName" => "quenbrook-viewer-cache",
                    "Tags" => list![obj! { "Key" => "ssn", "Value" => ssn }, obj! { "Key" => "service", "Value" => "viewer" }],
                },
            },
            "Viewer" => obj! {
                "Type" => "AWS::Lambda::Function",
                "Properties" => obj! {
                    "Runtime" => "python3.12", "Handler" => "index.main", "MemorySize" => 512,
                    "Environment" => obj! { "Variables" => obj! { "PATIENT_EMAIL" => email, "TABLE" => obj! { "Ref" => "Visits" } } },
                },
            },
        },
        "Outputs" => obj! { "Bucket" => obj! { "Value" => obj! { "Ref" => "Records" } } },
    };
    estate.add(sheet.finish(&template.to_pretty(), Charset::Utf8, Compression::None)?);
    Ok(())
}

fn yaml(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "template yaml");
    let mut sheet = Sheet::new("templates/intake.template.yaml", PLACE);
    let mut scene = Scene::new(&mut sheet, &mut random);
    let name = scene.leak("NAME", "cloudformation:parameter", &scene.patient.full());
    let born = scene.leak("DOB", "cloudformation:parameter", &scene.patient.born_iso());
    let phone = scene.leak("PHONE", "sqs:tag", &scene.patient.phone.clone());
    let mbi = scene.leak("MBI", PLACE, &scene.patient.mbi_printed());
    let bytes = scene.near_line(23);
    let version = scene.near_line(13);
    let word = noise::word(scene.random);
    let text = format!(
        "AWSTemplateFormatVersion: '2010-09-09'
# {bytes}
Description: Intake queue of the front desk
Parameters:
  PatientName:
    Type: String
    Default: {name}
  DateOfBirth:
    Type: String
    Default: '{born}'
  Stage:
    Type: String
    Default: prod
Resources:
  Intake:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: intake-{word}
      Tags:
        - Key: patientPhone
          Value: '{phone}'
        - Key: service
          Value: {word}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: app.main
      Role: !GetAtt Role.Arn
      Environment:
        Variables:
          TEST_MEDICARE_NUMBER: {mbi}
          NOTE: {version}
Outputs:
  QueueUrl:
    Value: !Ref Intake
"
    );
    estate.add(sheet.finish(&text, Charset::Utf8, Compression::None)?);
    Ok(())
}
