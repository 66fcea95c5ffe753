//! Logs, trail files and object keys of any size, for benches and memory tests.
//!
//! A few hundred records are made with care; then they are repeated with fresh digits in
//! their long numbers and ids, which costs a copy and a few nanoseconds a byte. Records that
//! leak are made whole, so that their check digits hold, and come again after 65,536.

use std::io::{self, Write};

use crate::hospital::{clean_line, pool};
use crate::identifiers;
use crate::look_alike;
use crate::noise;
use crate::people::Person;
use crate::random::Random;
use crate::template::Template;

/// What a stream is to be like.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Of a thousand records, how many hold a patient's value.
    pub leak_per_mille: u64,
    /// Over how many days the records' times are spread.
    pub days: u64,
    /// The end of the last of these days, in seconds since 1970.
    pub end: u64,
    /// Whether a log's records are joined by blanks into one line without an end.
    pub one_line: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 7,
            leak_per_mille: 1,
            days: 1,
            end: 1_773_619_200,
            one_line: false,
        }
    }
}

/// Messages about patients: new ones first, later the same ones again, as patients come again.
struct Leaking {
    seen: Vec<String>,
}

impl Leaking {
    const PATIENTS: usize = 1 << 16;

    fn append(&mut self, random: &mut Random, out: &mut Vec<u8>) {
        if self.seen.len() < Self::PATIENTS {
            self.seen.push(leaking_line(random));
            let newest = self.seen.last().map_or("", String::as_str);
            out.extend_from_slice(newest.as_bytes());
        } else {
            let known = random.below(Self::PATIENTS as u64) as usize;
            out.extend_from_slice(self.seen[known].as_bytes());
        }
    }
}

/// A log message about a patient.
fn leaking_line(random: &mut Random) -> String {
    let who = Person::new(random);
    match random.below(14) {
        0 => format!("WARN eligibility failed for SSN {}", who.ssn),
        1 => format!(
            "INFO intake accepted, patient name: {}, DOB: {}",
            who.full(),
            who.born_us()
        ),
        2 => format!("INFO merge MRN={} ward 4W", who.mrn),
        3 => format!(
            "ERROR claim rejected: Medicare number {}",
            who.mbi_printed()
        ),
        4 => format!(
            "{{\"event\":\"callback\",\"patientName\":\"{}\",\"homePhone\":\"{}\"}}",
            who.full(),
            who.phone
        ),
        5 => format!("INFO portal invitation mailed to {}", who.email),
        6 => format!("DEBUG copay authorised, card {}", who.card_printed()),
        7 => format!("INFO prior auth: member id {}", who.member),
        8 => format!("INFO supply order ship to address: {}", who.address()),
        9 => format!("WARN Medicaid ID {} inactive", who.medicaid),
        10 => format!("INFO legacy claim found by HICN {}", who.hicn()),
        11 => format!(
            "level=info msg=verify ssn={} date_of_birth={}",
            who.ssn_plain(),
            who.born_iso()
        ),
        12 => format!(
            "INFO refill sent, patient fax: {}, NPI {}",
            who.phone,
            identifiers::npi(random)
        ),
        _ => format!("INFO charity care form: ITIN {}", who.itin),
    }
}

/// A mixed application log of at least `bytes` bytes: each line a time and a message that is
/// plain text, JSON, logfmt or an access line.
pub fn logs(plan: &Plan, bytes: u64, out: &mut dyn Write) -> io::Result<u64> {
    let mut random = Random::part(plan.seed, "stream logs");
    let templates: Vec<Template> = (0..600)
        .map(|_| Template::new(mixed_line(&mut random)))
        .collect();
    let mut leaking = Leaking { seen: Vec::new() };
    let span = plan.days.max(1) * 86_400_000;
    let start = (plan.end * 1000).saturating_sub(span);
    let mut buffer = Vec::with_capacity(1 << 17);
    let (mut written, mut stamped) = (0_u64, String::new());
    let mut second = u64::MAX;
    while written + (buffer.len() as u64) < bytes {
        // Times rise with the bytes written, so any number of bytes fills all days.
        let done = written + buffer.len() as u64;
        let time = start + (u128::from(span) * u128::from(done) / u128::from(bytes.max(1))) as u64;
        if time / 1000 != second {
            second = time / 1000;
            stamped = noise::iso(second * 1000);
        }
        buffer.extend_from_slice(&stamped.as_bytes()[..19]);
        let ms = time % 1000;
        buffer.extend_from_slice(&[
            b'.',
            b'0' + (ms / 100) as u8,
            b'0' + (ms / 10 % 10) as u8,
            b'0' + (ms % 10) as u8,
        ]);
        buffer.extend_from_slice(b"Z ");
        if random.chance(plan.leak_per_mille) {
            leaking.append(&mut random, &mut buffer);
        } else {
            let template = &templates[random.below(templates.len() as u64) as usize];
            template.append(&mut random, &mut buffer);
        }
        buffer.push(if plan.one_line { b' ' } else { b'\n' });
        if buffer.len() >= 1 << 16 {
            out.write_all(&buffer)?;
            written += buffer.len() as u64;
            buffer.clear();
        }
    }
    out.write_all(&buffer)?;
    out.flush()?;
    Ok(written + buffer.len() as u64)
}

fn mixed_line(random: &mut Random) -> String {
    let word = noise::word;
    match random.below(6) {
        0 => format!(
            "{{\"level\":\"info\",\"logger\":\"io.quenbrook.{}\",\"requestId\":\"{}\",\"msg\":\"{}\",\"durationMs\":{}}}",
            word(random),
            noise::uuid(random),
            clean_line(random),
            random.below(9_000)
        ),
        1 => format!(
            "level=info caller={}.go:{} msg=\"{} {}\" trace={} bytes={}",
            word(random),
            random.below(900),
            word(random),
            word(random),
            random.hex(32),
            random.below(90_000_000)
        ),
        2 => format!(
            "10.{}.{}.{} - - \"GET /{}/{}?page={} HTTP/1.1\" 200 {} \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"",
            random.below(250),
            random.below(250),
            random.below(250),
            word(random),
            noise::uuid(random),
            random.below(90),
            random.below(900_000)
        ),
        3 => {
            let kind = random.below(look_alike::LOOK_ALIKES);
            let made = look_alike::make(random, kind);
            format!("DEBUG {}{}{}", made.before, made.text, made.after)
        }
        _ => format!("INFO {}", clean_line(random)),
    }
}

/// `count` lines `s3://bucket/key`.
pub fn keys(plan: &Plan, count: u64, out: &mut dyn Write) -> io::Result<u64> {
    let mut random = Random::part(plan.seed, "stream keys");
    let templates: Vec<Template> = (0..600)
        .map(|_| {
            Template::new(format!(
                "s3://quenbrook-archive/{}",
                crate::hospital::clean_key(&mut random)
            ))
        })
        .collect();
    let mut buffer = Vec::with_capacity(1 << 17);
    let mut written = 0;
    for _ in 0..count {
        if random.chance(plan.leak_per_mille) {
            let who = Person::new(&mut random);
            let key = match random.below(5) {
                0 => format!("patients/{}_mrn{}.pdf", who.joined("_"), who.mrn),
                1 => format!(
                    "intake/{}/dob={}/consent.pdf",
                    who.shouted(),
                    who.born_iso()
                ),
                2 => format!("w2/ssn_{}.pdf", who.ssn),
                3 => format!("eligibility/mbi-{}.271", who.mbi_printed()),
                _ => format!("portal/uploads/{}/photo.jpg", who.email),
            };
            buffer.extend_from_slice(b"s3://quenbrook-records/");
            buffer.extend_from_slice(key.as_bytes());
        } else {
            templates[random.below(templates.len() as u64) as usize]
                .append(&mut random, &mut buffer);
        }
        buffer.push(b'\n');
        if buffer.len() >= 1 << 16 {
            out.write_all(&buffer)?;
            written += buffer.len() as u64;
            buffer.clear();
        }
    }
    out.write_all(&buffer)?;
    out.flush()?;
    Ok(written + buffer.len() as u64)
}

/// The events of which trail files are made.
pub struct Trail {
    clean: Vec<Template>,
    planted: Vec<Template>,
}

impl Trail {
    /// Prepares them; takes some milliseconds.
    pub fn new(seed: u64) -> Self {
        let (clean, planted) = pool(seed);
        Self {
            clean: clean.into_iter().map(Template::new).collect(),
            planted: planted.into_iter().map(Template::fixed).collect(),
        }
    }

    /// Writes one log file, a single line of at least `bytes` bytes. In planted events the
    /// values are those of the small estate's kind, the same in each file.
    pub fn file(
        &self,
        plan: &Plan,
        number: u64,
        bytes: u64,
        out: &mut dyn Write,
    ) -> io::Result<u64> {
        let mut random = Random::part(plan.seed, &format!("stream trail {number}"));
        let mut buffer = b"{\"Records\":[".to_vec();
        let mut written = 0;
        while written + (buffer.len() as u64) < bytes {
            if written + buffer.len() as u64 > 12 {
                buffer.push(b',');
            }
            let list = if random.chance(plan.leak_per_mille) {
                &self.planted
            } else {
                &self.clean
            };
            list[random.below(list.len() as u64) as usize].append(&mut random, &mut buffer);
            if buffer.len() >= 1 << 16 {
                out.write_all(&buffer)?;
                written += buffer.len() as u64;
                buffer.clear();
            }
        }
        buffer.extend_from_slice(b"]}");
        out.write_all(&buffer)?;
        out.flush()?;
        Ok(written + buffer.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn made(plan: &Plan, bytes: u64) -> Vec<u8> {
        let mut out = Vec::new();
        let written = logs(plan, bytes, &mut out).unwrap();
        assert_eq!(written, out.len() as u64);
        out
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let plan = Plan::default();
        let one = made(&plan, 300_000);
        assert!(one.len() >= 300_000 && one.len() < 301_000);
        assert!(one == made(&plan, 300_000));
        assert!(one != made(&Plan { seed: 8, ..plan }, 300_000));
        assert!(std::str::from_utf8(&one).is_ok());
    }

    #[test]
    fn times_reach_over_all_days() {
        let text = made(
            &Plan {
                days: 30,
                ..Plan::default()
            },
            200_000,
        );
        let text = String::from_utf8(text).unwrap();
        let days: std::collections::BTreeSet<&str> = text.lines().map(|line| &line[..10]).collect();
        assert_eq!(days.len(), 30);
    }

    #[test]
    fn one_line_has_no_line_end() {
        let text = made(
            &Plan {
                one_line: true,
                ..Plan::default()
            },
            200_000,
        );
        assert!(text.len() >= 200_000 && !text.contains(&b'\n'));
    }

    #[test]
    fn every_line_leaks_if_asked() {
        let text = made(
            &Plan {
                leak_per_mille: 1000,
                ..Plan::default()
            },
            50_000,
        );
        let text = String::from_utf8(text).unwrap();
        let distinct: std::collections::BTreeSet<&str> =
            text.lines().map(|line| &line[25..]).collect();
        assert!(distinct.len() > text.lines().count() * 99 / 100);
    }

    #[test]
    fn trail_files_are_json_with_distinct_event_ids() {
        let trail = Trail::new(7);
        let plan = Plan {
            leak_per_mille: 100,
            ..Plan::default()
        };
        let mut out = Vec::new();
        trail.file(&plan, 0, 400_000, &mut out).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let records = read["Records"].as_array().unwrap();
        let ids: std::collections::BTreeSet<&str> = records
            .iter()
            .map(|record| record["eventID"].as_str().unwrap())
            .collect();
        assert!(records.len() > 100);
        assert_eq!(ids.len(), records.len());
    }

    #[test]
    fn keys_are_lines_of_uris() {
        let mut out = Vec::new();
        keys(
            &Plan {
                leak_per_mille: 50,
                ..Plan::default()
            },
            1_000,
            &mut out,
        )
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 1_000);
        assert!(text.lines().all(|line| line.starts_with("s3://quenbrook-")));
    }
}
