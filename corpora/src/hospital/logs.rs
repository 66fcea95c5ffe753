//! CloudWatch Logs: an export task's files, subscription payloads, and an answer of
//! FilterLogEvents as the AWS CLI saves it.

use super::{Estate, Scene, clean_line};
use crate::Error;
use crate::encode::{self, Charset, Compression};
use crate::identifiers;
use crate::json::Json;
use crate::mark::Sheet;
use crate::noise::{self, ACCOUNTS};
use crate::obj;
use crate::random::Random;

/// A log message about a patient; each has a number, so that every file takes its own.
type Message = fn(&mut Scene<'_>) -> String;

/// Messages of the hospital's services, as careless code writes them.
const MESSAGES: &[Message] = &[
    |s| {
        let ssn = s.leak("SSN", "", &s.patient.ssn.clone());
        format!("WARN eligibility check failed for SSN {ssn}, payer timeout after 30s")
    },
    |s| {
        let name = s.leak("NAME", "", &s.patient.full());
        let born = s.leak("DOB", "", &s.patient.born_us());
        format!("INFO intake form accepted, patient name: {name}, DOB: {born}")
    },
    |s| {
        let mrn = s.leak("MRN", "", &s.patient.mrn.clone());
        let admitted = s.leak("DATE", "", "03/07/2026");
        format!("INFO merge requested MRN={mrn} admission date: {admitted}")
    },
    |s| {
        let mbi = s.leak("MBI", "", &s.patient.mbi_printed());
        let npi = s.sheet.clean("NPI", "", &identifiers::npi(s.random));
        format!(
            "ERROR claim rejected: Medicare number {mbi} not on file, rendering provider NPI {npi}"
        )
    },
    |s| {
        let name = s.leak("NAME", "", &s.patient.full());
        let phone = s.leak("PHONE", "", &s.patient.phone.clone());
        let body = obj! { "event" => "callback", "patientName" => name, "homePhone" => phone, "tries" => 2 };
        body.to_text()
    },
    |s| {
        let email = s.leak("EMAIL", "", &s.patient.email.clone());
        format!("INFO portal invitation mailed to {email} (queue 4, 212 ms)")
    },
    |s| {
        let card = s.leak("CARD", "", &s.patient.card_printed());
        format!("DEBUG copay authorised, card {card}, terminal 7")
    },
    |s| {
        let member = s.leak("MEMBER_ID", "", &s.patient.member.clone());
        let code = s.sheet.clean("ICD10", "", "E11.9");
        format!("INFO prior auth: member id {member}, diagnosis code {code}")
    },
    |s| {
        let street = s.leak("ADDRESS", "", &s.patient.street.clone());
        let name = s.leak("NAME", "", &s.patient.full());
        let body = obj! { "shipTo" => obj! { "patient_name" => name, "street_address" => street }, "carrier" => "ground" };
        format!("INFO supply order {}", body.to_text())
    },
    |s| {
        let medicaid = s.leak("MEDICAID_ID", "", &s.patient.medicaid.clone());
        format!("WARN Medicaid ID {medicaid} inactive on 270 response")
    },
    |s| {
        let ssn = s.leak("SSN", "", &s.patient.ssn.replace('-', " "));
        format!("ERROR could not parse social security number {ssn} from fax page 2")
    },
    |s| {
        let hicn = s.leak("HICN", "", &s.patient.hicn());
        format!("INFO legacy claim found by HICN {hicn}")
    },
    |s| {
        let fax = s.leak("FAX", "", &s.patient.phone.clone());
        let dea = identifiers::dea(s.random, "Orrel");
        let dea = s.sheet.clean("DEA", "", &dea);
        format!("INFO refill sent, patient fax: {fax}, prescriber DEA number {dea}")
    },
    |s| {
        let itin = s.leak("ITIN", "", &s.patient.itin.clone());
        let ndc = identifiers::ndc(s.random);
        let ndc = s.sheet.clean("NDC", "", &ndc);
        format!("INFO charity care form: ITIN {itin}, NDC {ndc} dispensed")
    },
];

pub(super) fn add(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    export(estate, seed)?;
    subscriptions(estate, seed)?;
    filtered(estate, seed)
}

/// `exportedlogs/<task>/<stream>/000000.gz`: one line an event; a message of several lines
/// goes on in lines without a time.
fn export(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "export");
    let task = noise::uuid(&mut random);
    for (number, stream) in ["portal-web-1", "portal-web-2", "eligibility-worker"]
        .iter()
        .enumerate()
    {
        let path = format!("exportedlogs/{task}/{stream}/000000.gz");
        let mut sheet = Sheet::new(&path, "logs:log-event");
        let mut text = String::new();
        let mut time = 1_773_100_800_000 + number as u64 * 3_600_000;
        for line in 0..900_u64 {
            time += random.below(4_000);
            let message = if line % 300 == 40 {
                let message = MESSAGES[(number * 3 + line as usize / 300) % MESSAGES.len()];
                message(&mut Scene::new(&mut sheet, &mut random))
            } else if line % 60 == 7 {
                Scene::new(&mut sheet, &mut random).near_line(line / 60 + number as u64 * 9)
            } else if line % 97 == 50 {
                format!(
                    "ERROR unexpected end of stream\n\tat io.quenbrook.{}.Reader.next(Reader.java:{})\n\tat io.quenbrook.Main.run(Main.java:88)",
                    noise::word(&mut random),
                    random.below(900)
                )
            } else {
                format!(
                    "{} {}",
                    random.pick(&["INFO", "INFO", "DEBUG", "WARN"]),
                    clean_line(&mut random)
                )
            };
            text.push_str(&format!("{} {message}\n", noise::iso_ms(time)));
        }
        estate.add(sheet.finish(&text, Charset::Utf8, Compression::Gzip)?);
    }
    let sheet = Sheet::new("exportedlogs/aws-logs-write-test", "local:file-content");
    estate.add(sheet.finish(
        "Permission Check Successful",
        Charset::Utf8,
        Compression::None,
    )?);
    Ok(())
}

/// Subscription payloads, one gzipped JSON object a file. The group's name decides what
/// stricter place its events are in.
fn subscriptions(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let groups: [(&str, &str, &[&str]); 7] = [
        ("intake", "/quenbrook/app/intake", &["logs:log-event"]),
        (
            "events",
            "/aws/events/ehr-bus",
            &["events:event-payload", "logs:log-event"],
        ),
        (
            "states",
            "/aws/vendedlogs/states/discharge-flow",
            &["states:history", "logs:log-event"],
        ),
        (
            "batch",
            "/aws/batch/job",
            &["batch:job-result", "logs:log-event"],
        ),
        (
            "lambda",
            "/aws/lambda/quenbrook-refill",
            &["logs:log-event"],
        ),
        (
            "robots",
            "/aws/robomaker/SimulationJobs",
            &["robomaker:log-event", "logs:log-event"],
        ),
        (
            "waf",
            "aws-waf-logs-portal",
            &["wafv2:web-acl-log", "logs:log-event"],
        ),
    ];
    for (number, (short, group, places)) in groups.into_iter().enumerate() {
        let mut random = Random::part(seed, group);
        let path = format!("subscriptions/{short}/{}.gz", noise::uuid(&mut random));
        let mut sheet = Sheet::new(&path, "logs:log-event");
        sheet.set_base(places);
        let mut time = 1_773_187_200_000;
        let mut events = Vec::new();
        for line in 0..160_usize {
            time += random.below(900);
            let message = if short == "waf" {
                web_request(&mut Scene::new(&mut sheet, &mut random), line)
            } else if line % 80 == 13 {
                let message = MESSAGES[(9 + number * 2 + line / 80) % MESSAGES.len()];
                message(&mut Scene::new(&mut sheet, &mut random))
            } else if line % 20 == 4 {
                Scene::new(&mut sheet, &mut random).near_line((line / 20 + number * 8) as u64)
            } else if short == "lambda" && line % 8 == 0 {
                format!(
                    "START RequestId: {} Version: $LATEST\n",
                    noise::uuid(&mut random)
                )
            } else {
                clean_line(&mut random)
            };
            events.push(obj! { "id" => format!("39{}", random.digits(54)), "timestamp" => time, "message" => message });
        }
        let payload = obj! {
            "messageType" => "DATA_MESSAGE", "owner" => ACCOUNTS[0], "logGroup" => group,
            "logStream" => format!("2026/03/11/[$LATEST]{}", random.hex(32)),
            "subscriptionFilters" => vec![Json::from("to-scanner")], "logEvents" => events,
        };
        estate.add(sheet.finish(&payload.to_text(), Charset::Utf8, Compression::Gzip)?);
    }
    Ok(())
}

/// A line of a web ACL's log; two of the requests carry a number in their query.
fn web_request(s: &mut Scene<'_>, line: usize) -> String {
    let address = noise::client_address(s.random);
    let address = s.sheet.clean("IP", "", &address);
    let query = match line {
        31 => format!(
            "ssn={}&next=%2Fhome",
            s.leak("SSN", "", &s.patient.ssn.clone())
        ),
        97 => format!(
            "lang=en&email={}",
            encode::percent(&s.leak("EMAIL", "", &s.patient.email.clone()), false)
        ),
        _ => format!("page={}&session={}", s.random.below(40), s.random.hex(32)),
    };
    obj! {
        "formatVersion" => 1, "webaclId" => format!("arn:aws:wafv2:us-east-1:{}:regional/webacl/portal/{}", ACCOUNTS[0], noise::uuid(s.random)),
        "terminatingRuleId" => "Default_Action", "action" => "ALLOW", "httpSourceName" => "ALB",
        "httpRequest" => obj! {
            "clientIp" => address, "country" => "US", "uri" => format!("/{}/lookup", noise::word(s.random)), "args" => query,
            "httpVersion" => "HTTP/2.0", "httpMethod" => "GET", "requestId" => format!("1-{}-{}", s.random.hex(8), s.random.hex(24)),
        },
    }
    .to_text()
}

/// What `aws logs filter-log-events` prints.
fn filtered(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "filter");
    let mut sheet = Sheet::new("cli/filter-log-events-portal.json", "logs:log-event");
    let mut events = Vec::new();
    let mut time = 1_773_273_600_000;
    for line in 0..140_usize {
        time += random.below(2_000);
        let mut stream = format!("portal/{}", noise::resource_id(&mut random, "i"));
        let message = if line % 47 == 9 {
            MESSAGES[(11 + line / 47) % MESSAGES.len()](&mut Scene::new(&mut sheet, &mut random))
        } else if line % 14 == 3 {
            Scene::new(&mut sheet, &mut random).near_line(line as u64 / 14 + 16)
        } else {
            clean_line(&mut random)
        };
        if line == 70 {
            // A stream that is named after a patient.
            let scene = Scene::new(&mut sheet, &mut random);
            scene.sheet.set_base(&[]);
            let mrn = scene
                .sheet
                .leak("MRN", "logs:resource-name", &scene.patient.mrn);
            scene.sheet.set_base(&["logs:log-event"]);
            stream = format!("portal/mrn-{mrn}");
        }
        events.push(obj! {
            "logStreamName" => stream, "timestamp" => time, "message" => message,
            "ingestionTime" => time + 412, "eventId" => format!("39{}", random.digits(54)),
        });
    }
    let answer = obj! { "events" => events, "searchedLogStreams" => Vec::new() };
    estate.add(sheet.finish(&answer.to_pretty(), Charset::Utf8, Compression::None)?);
    Ok(())
}
