//! Files of the hospital's own making: JSON Lines, CSV, TSV, logfmt, plain text, in several
//! character sets and compressions.

use super::{Estate, Scene, clean_line};
use crate::Error;
use crate::encode::{Charset, Compression};
use crate::identifiers;
use crate::json::Json;
use crate::mark::Sheet;
use crate::noise;
use crate::obj;
use crate::random::Random;

const PLACE: &str = "local:file-content";

pub(super) fn add(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    json_lines(estate, seed, "app/portal-api.jsonl", Compression::None)?;
    json_lines(estate, seed, "app/refill-api.jsonl.zst", Compression::Zstd)?;
    csv(estate, seed)?;
    tsv(estate, seed)?;
    logfmt(estate, seed)?;
    let texts = [
        ("text/front-desk.log", Charset::Utf8, Compression::None),
        (
            "text/windows-spooler.txt",
            Charset::Utf16Le,
            Compression::None,
        ),
        (
            "text/mainframe-export.txt.gz",
            Charset::Utf16Be,
            Compression::Gzip,
        ),
        ("text/letters-1998.txt", Charset::Latin1, Compression::None),
        (
            "text/archive-notes.log.zst",
            Charset::Utf8,
            Compression::Zstd,
        ),
    ];
    for (number, form) in texts.into_iter().enumerate() {
        text(estate, seed, number, form)?;
    }
    Ok(())
}

fn json_lines(
    estate: &mut Estate,
    seed: u64,
    path: &str,
    compression: Compression,
) -> Result<(), Error> {
    let mut random = Random::part(seed, path);
    let mut sheet = Sheet::new(path, PLACE);
    let mut text = String::new();
    let mut time = 1_773_300_000_000;
    let zstd = compression == Compression::Zstd;
    for line in 0..420_usize {
        time += random.below(3_000);
        let mut record = obj! {
            "ts" => noise::iso_ms(time), "level" => random.pick(&["info", "info", "warn"]),
            "logger" => format!("io.quenbrook.{}", noise::word(&mut random)), "requestId" => noise::uuid(&mut random),
        };
        if line % 105 == 21 {
            let mut scene = Scene::new(&mut sheet, &mut random);
            merge(
                &mut record,
                planted_record(&mut scene, line / 105 + if zstd { 3 } else { 0 }),
            );
        } else if line % 35 == 6 {
            let near = Scene::new(&mut sheet, &mut random)
                .near_line((line / 35 + if zstd { 12 } else { 0 }) as u64);
            merge(&mut record, obj! { "msg" => near });
        } else if line % 9 == 2 {
            let address = noise::client_address(&mut random);
            let address = sheet.clean("IP", PLACE, &address);
            merge(
                &mut record,
                obj! { "msg" => "request served", "clientIp" => address, "status" => 200, "bytes" => random.below(90_000) },
            );
        } else {
            merge(
                &mut record,
                obj! { "msg" => clean_line(&mut random), "durationMs" => random.below(4_000) },
            );
        }
        text.push_str(&record.to_text());
        text.push('\n');
    }
    estate.add(sheet.finish(&text, Charset::Utf8, compression)?);
    Ok(())
}

fn merge(record: &mut Json, more: Json) {
    if let (Json::Object(members), Json::Object(extra)) = (record, more) {
        members.extend(extra);
    }
}

fn planted_record(s: &mut Scene<'_>, number: usize) -> Json {
    match number % 6 {
        0 => {
            let given = s.leak("NAME", PLACE, &s.patient.given.clone());
            let family = s.leak("NAME", PLACE, &s.patient.family.clone());
            let born = s.leak("DOB", PLACE, &s.patient.born_iso());
            obj! { "msg" => "registration", "patient" => obj! { "firstName" => given, "lastName" => family, "birthDate" => born } }
        }
        1 => {
            let mrn = s.leak("MRN", PLACE, &s.patient.mrn.clone());
            let ssn = s.leak("SSN", PLACE, &s.patient.ssn.clone());
            obj! { "msg" => "chart merge", "patientMRN" => mrn, "patientSsn" => Json::Escaped(ssn) }
        }
        2 => {
            // A document in a string in a document, as queues hand it on.
            let phone = s.leak("PHONE", PLACE, &s.patient.phone.clone());
            let email = s.leak("EMAIL", PLACE, &s.patient.email.clone());
            let inner =
                obj! { "contact" => obj! { "mobilePhone" => phone, "email" => email } }.to_text();
            obj! { "msg" => "sqs message", "body" => obj! { "Message" => inner }.to_text() }
        }
        3 => {
            let member = s.leak("MEMBER_ID", PLACE, &s.patient.member.clone());
            let npi = identifiers::npi(s.random);
            let npi = s.sheet.clean("NPI", PLACE, &npi);
            let code = s.sheet.clean("ICD10", PLACE, "J45.909");
            obj! { "msg" => "prior auth", "subscriberId" => member, "providerNpi" => npi, "diagnosisCode" => code }
        }
        4 => {
            let card = s.leak("CARD", PLACE, &s.patient.card.clone());
            let street = s.leak("ADDRESS", PLACE, &s.patient.street.clone());
            obj! { "msg" => "payment", "cardNumber" => card, "billingAddress" => street }
        }
        _ => {
            let mbi = s.leak("MBI", PLACE, &s.patient.mbi.clone());
            let discharged = s.leak("DATE", PLACE, "2026-03-10");
            let ndc = identifiers::ndc(s.random);
            let ndc = s.sheet.clean("NDC", PLACE, &ndc);
            obj! { "msg" => "discharge meds", "mbi" => mbi, "dischargeDate" => discharged, "ndc" => ndc }
        }
    }
}

/// A worklist: every row is a patient, so every cell under these headers is a leak.
fn csv(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "csv");
    let mut sheet = Sheet::new("exports/worklist.csv", PLACE);
    let mut text = "visit_id,patient_name,mrn,dob,npi,opened_at,bytes\n".to_owned();
    for _ in 0..4 {
        let mut s = Scene::new(&mut sheet, &mut random);
        let name = s.leak("NAME", PLACE, &s.patient.last_first());
        let mrn = s.leak("MRN", PLACE, &s.patient.mrn.clone());
        let born = s.leak("DOB", PLACE, &s.patient.born_us());
        let npi = identifiers::npi(s.random);
        let npi = s.sheet.clean("NPI", PLACE, &npi);
        text.push_str(&format!(
            "{},\"{name}\",{mrn},{born},{npi},{},{}\n",
            noise::uuid(s.random),
            1_773_000_000 + s.random.below(900_000),
            s.random.below(90_000_000)
        ));
    }
    estate.add(sheet.finish(&text, Charset::Utf8, Compression::None)?);

    let mut sheet = Sheet::new("exports/job-runs.csv.gz", PLACE);
    let mut text = "run,started,finished_ms,rows,account,checksum,host\n".to_owned();
    for _ in 0..500 {
        let started = (1_773_000_000 + random.below(900_000)).to_string();
        let finished = (1_773_000_000_000 + random.below(900_000_000)).to_string();
        text.push_str(&format!(
            "{},{started},{finished},{},{},{},10.{}.{}.{}\n",
            noise::uuid(&mut random),
            random.below(9_000_000),
            noise::ACCOUNTS[0],
            random.hex(40),
            random.below(250),
            random.below(250),
            random.between(2, 250)
        ));
        if random.chance(10) {
            let near = sheet.near("NPI", "1773400000", "epoch seconds");
            text.push_str(&format!("{},{near},,,,,\n", noise::uuid(&mut random)));
        }
    }
    estate.add(sheet.finish(&text, Charset::Utf8, Compression::Gzip)?);
    Ok(())
}

fn tsv(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "tsv");
    let mut sheet = Sheet::new("exports/recall-calls.tsv", PLACE);
    let mut text = "call\tPatient Phone\tMember ID\tqueue\tseconds\n".to_owned();
    for _ in 0..2 {
        let mut s = Scene::new(&mut sheet, &mut random);
        let phone = s.leak("PHONE", PLACE, &s.patient.phone.clone());
        let member = s.leak("MEMBER_ID", PLACE, &s.patient.member.clone());
        text.push_str(&format!(
            "{}\t{phone}\t{member}\t{}\t{}\n",
            s.random.hex(12),
            noise::word(s.random),
            s.random.below(900)
        ));
    }
    estate.add(sheet.finish(&text, Charset::Utf8, Compression::None)?);
    Ok(())
}

fn logfmt(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "logfmt");
    let mut sheet = Sheet::new("app/gateway.log", PLACE);
    let mut text = String::new();
    let mut time = 1_773_310_000_000;
    for line in 0..420_usize {
        time += random.below(2_000);
        let tail = if line % 80 == 17 {
            let mut s = Scene::new(&mut sheet, &mut random);
            match line / 80 {
                0 => format!(
                    "msg=lookup mrn={}",
                    s.leak("MRN", PLACE, &s.patient.mrn.clone())
                ),
                1 => format!(
                    "msg=\"name mismatch\" patient_name=\"{}\"",
                    s.leak("NAME", PLACE, &s.patient.full())
                ),
                2 => format!(
                    "msg=verify ssn={}",
                    s.leak("SSN", PLACE, &s.patient.ssn_plain())
                ),
                3 => format!(
                    "msg=\"reminder sent\" patient_email={}",
                    s.leak("EMAIL", PLACE, &s.patient.email.clone())
                ),
                _ => format!(
                    "msg=verify date_of_birth={}",
                    s.leak("DOB", PLACE, &s.patient.born_iso())
                ),
            }
        } else if line % 40 == 5 {
            let near = Scene::new(&mut sheet, &mut random).near_line(line as u64 / 40 + 5);
            format!("msg=\"{near}\"")
        } else {
            format!(
                "msg=\"{} {}\" trace={} status={} bytes={} port={}",
                noise::word(&mut random),
                noise::word(&mut random),
                random.hex(32),
                random.pick(&["200", "204", "301", "404", "503"]),
                random.below(9_000_000),
                random.between(1024, 65_000)
            )
        };
        text.push_str(&format!(
            "ts={} level=info caller={}.go:{} {tail}\n",
            noise::iso_ms(time),
            noise::word(&mut random),
            random.below(900)
        ));
    }
    estate.add(sheet.finish(&text, Charset::Utf8, Compression::None)?);
    Ok(())
}

fn text(
    estate: &mut Estate,
    seed: u64,
    number: usize,
    form: (&str, Charset, Compression),
) -> Result<(), Error> {
    let (path, charset, compression) = form;
    let mut random = Random::part(seed, path);
    let mut sheet = Sheet::new(path, PLACE);
    let mut text = String::new();
    if charset == Charset::Latin1 {
        text.push_str("Übertragung der Akten, Außenstelle. Café, señor, naïve, Müller & Søn.\n");
    }
    for line in 0..130_usize {
        let said = if line % 60 == 11 {
            let mut s = Scene::new(&mut sheet, &mut random);
            match (line / 60 + number * 2) % 6 {
                0 => {
                    let name = s.leak("NAME", PLACE, &s.patient.full());
                    let phone = s.leak("PHONE", PLACE, &s.patient.phone.clone());
                    format!("Called back. Patient name: {name}, phone: {phone}")
                }
                1 => format!(
                    "Social security number: {}",
                    s.leak("SSN", PLACE, &s.patient.ssn.clone())
                ),
                2 => {
                    let name = s.leak("NAME", PLACE, &s.patient.last_first());
                    let born = s.leak("DOB", PLACE, &s.patient.born_us());
                    format!("Patient: {name}   Date of birth: {born}")
                }
                3 => format!(
                    "Medical record number {} pulled from the basement",
                    s.leak("MRN", PLACE, &s.patient.mrn.clone())
                ),
                4 => format!(
                    "Mail the statement to {}",
                    s.leak("ADDRESS", PLACE, &s.patient.address())
                ),
                _ => format!(
                    "Medicaid ID: {}",
                    s.leak("MEDICAID_ID", PLACE, &s.patient.medicaid.clone())
                ),
            }
        } else if line % 13 == 4 {
            Scene::new(&mut sheet, &mut random).near_line(line as u64 / 13 + number as u64 * 10)
        } else {
            clean_line(&mut random)
        };
        let end = if charset == Charset::Utf16Le {
            "\r\n"
        } else {
            "\n"
        };
        text.push_str(&format!(
            "[{}] {said}{end}",
            noise::iso(noise::moment(&mut random))
        ));
    }
    estate.add(sheet.finish(&text, charset, compression)?);
    Ok(())
}
