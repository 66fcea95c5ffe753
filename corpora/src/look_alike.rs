//! What occurs in AWS data all day and looks like an identifier: epoch times, account ids,
//! versions, request ids, published samples.

use crate::identifiers::luhn;
use crate::noise::{ACCOUNTS, request_id, word};
use crate::random::Random;

/// A look-alike: the class whose plain pattern it matches, the text with its surroundings
/// split around it, and why it is none.
#[derive(Clone, Debug)]
pub struct LookAlike {
    /// The class that it resembles.
    pub resembles: &'static str,
    /// What stands before it in a log line.
    pub before: String,
    /// The text itself.
    pub text: String,
    /// What stands behind it.
    pub after: String,
    /// Why it is no such thing.
    pub why: &'static str,
}

/// How many kinds of look-alike [`make`] makes.
pub const LOOK_ALIKES: u64 = 34;

/// The look-alike of a kind (0 to [`LOOK_ALIKES`] − 1), with fresh numbers.
pub fn make(random: &mut Random, kind: u64) -> LookAlike {
    let made = |resembles, before: &str, text: String, after: &str, why| LookAlike {
        resembles,
        before: before.to_owned(),
        text,
        after: after.to_owned(),
        why,
    };
    match kind % LOOK_ALIKES {
        0 => made(
            "NPI",
            "lease renewed at ",
            (1_773_000_000 + random.below(600_000)).to_string(),
            " by worker",
            "epoch seconds",
        ),
        1 => made(
            "CARD",
            "offset committed ts=",
            (1_773_014_400_000 + random.below(600_000_000)).to_string(),
            "",
            "epoch milliseconds",
        ),
        2 => made(
            "CARD",
            "span start_us=",
            (1_773_014_400_000_000 + random.below(600_000_000_000)).to_string(),
            "",
            "epoch microseconds",
        ),
        3 => made(
            "MEDICAID_ID",
            "assumed into account ",
            random.pick(&ACCOUNTS).to_owned(),
            " for rollout",
            "AWS account id",
        ),
        4 => made(
            "MBI",
            "x-amz-request-id: ",
            request_id(random),
            "",
            "S3 request id",
        ),
        5 => made(
            "SSN",
            "trace Root=1-",
            format!("{}-{}", random.hex(8), random.hex(24)),
            "",
            "X-Ray trace id",
        ),
        6 => made(
            "SSN",
            "ticket routed to extension ",
            format!(
                "9{}-{}-{}",
                random.between(10, 99),
                random.between(10, 49),
                random.between(1000, 9999)
            ),
            "",
            "area 9xx and no ITIN group: neither SSN nor ITIN",
        ),
        7 => made(
            "SSN",
            "form shows sample ssn ",
            random
                .pick(&["000-12-3456", "666-41-2207", "412-00-7731", "531-48-0000"])
                .to_owned(),
            "",
            "area, group or serial that SSA never issues",
        ),
        8 => made(
            "PHONE",
            "build number ",
            format!(
                "{}{}{}",
                random.between(200, 989),
                random.between(200, 989),
                random.between(1000, 9999)
            ),
            " promoted",
            "ten bare digits after a hard suppressor",
        ),
        9 => made(
            "PHONE",
            "test dial ",
            format!("202-555-01{:02}", random.below(100)),
            "",
            "range reserved for fiction",
        ),
        10 => made(
            "CARD",
            "gateway self-test with pan ",
            random
                .pick(&[
                    "4111111111111111",
                    "5555555555554444",
                    "378282246310005",
                    "6011111111111117",
                ])
                .to_owned(),
            "",
            "published test card",
        ),
        11 => made(
            "CARD",
            "sequence token ",
            format!("49{}", failing_card_tail(random)),
            "",
            "sixteen digits whose Luhn check fails",
        ),
        12 => made(
            "NDC",
            "agent version ",
            format!(
                "{}.{}.{}",
                random.between(10, 99),
                random.between(100, 999),
                random.between(1, 9)
            ),
            "",
            "version number",
        ),
        13 => made(
            "IP",
            "module loaded from wheel ",
            format!(
                "{}.{}.{}.{}",
                random.between(1, 9),
                random.between(0, 30),
                random.between(0, 30),
                random.between(0, 9)
            ),
            " of toolchain",
            "four-part version",
        ),
        14 => made(
            "IP",
            "target registered ",
            format!(
                "10.{}.{}.{}",
                random.below(250),
                random.below(250),
                random.between(2, 250)
            ),
            ":8443",
            "private address",
        ),
        15 => made(
            "DOB",
            "image built on ",
            format!(
                "{}-{:02}-{:02}",
                random.between(2023, 2025),
                random.between(1, 12),
                random.between(1, 28)
            ),
            "",
            "build date",
        ),
        16 => made(
            "DOB",
            "retention ends ",
            format!(
                "{}{:02}{:02}",
                random.between(2027, 2031),
                random.between(1, 12),
                random.between(1, 28)
            ),
            "",
            "date without a birth cue",
        ),
        17 => made(
            "EMAIL",
            "alerts go to ",
            format!("noreply@{}.internal", word(random)),
            "",
            "service address on an internal host",
        ),
        18 => made(
            "EMAIL",
            "clone from ",
            format!(
                "git@code.{}.internal:{}/{}.git",
                word(random),
                word(random),
                word(random)
            ),
            "",
            "SSH form of a repository",
        ),
        19 => made(
            "ADDRESS",
            "pool size ",
            format!(
                "{} {}",
                random.between(100, 999),
                random.pick(&["workers draining", "shards open", "leases held"])
            ),
            "",
            "count and words",
        ),
        20 => made(
            "ICD10",
            "instance type ",
            random
                .pick(&["m54.large", "c50.xlarge", "r10.metal", "t22.micro"])
                .to_owned(),
            "",
            "instance type",
        ),
        21 => made(
            "NAME",
            "queue ",
            format!("{}_{}", word(random), word(random)),
            " drained",
            "two system words",
        ),
        22 => made(
            "NAME",
            "region label ",
            random
                .pick(&[
                    "South Georgia",
                    "Virginia West",
                    "Jordan Gateway",
                    "Madison County",
                    "Austin North",
                ])
                .to_owned(),
            "",
            "places that are also names",
        ),
        23 => made(
            "MRN",
            "received ",
            format!("{} bytes", random.between(1_000_000, 99_999_999)),
            " in one part",
            "byte count",
        ),
        24 => made(
            "CARD",
            "parcel tracking ",
            format!("9400{}", random.digits(18)),
            "",
            "postal tracking number of 22 digits",
        ),
        25 => made(
            "CARD",
            "handset imei ",
            imei(random),
            " enrolled",
            "IMEI: Luhn-valid, but no card issuer's",
        ),
        26 => made(
            "MEMBER_ID",
            "parcel ",
            format!(
                "1Z{}{}",
                random.characters("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", 6),
                random.digits(10)
            ),
            " left the dock",
            "parcel tracking number",
        ),
        27 => made(
            "DOB",
            "hire_date=",
            format!(
                "{}-{:02}-{:02}",
                random.between(1998, 2024),
                random.between(1, 12),
                random.between(1, 28)
            ),
            " loaded",
            "date of hire",
        ),
        28 => made(
            "SSN",
            "social media batch ",
            format!("{}", random.between(201_204_411, 898_204_411)),
            " queued",
            "nine digits behind social media",
        ),
        29 => made(
            "MEMBER_ID",
            "etcd member ",
            random.hex(16),
            " became leader",
            "member of a cluster",
        ),
        30 => made(
            "MRN",
            "mrn index rebuilt, took ",
            random.between(12_000, 98_000).to_string(),
            " ms",
            "duration behind a word of health",
        ),
        31 => made(
            "DOB",
            "dob parser v2.4.1 deployed ",
            format!(
                "{}-{:02}-{:02}",
                random.between(2024, 2026),
                random.between(1, 12),
                random.between(1, 28)
            ),
            "",
            "date of a deployment",
        ),
        32 => made(
            "PHONE",
            "phone-queue listens on port ",
            random.between(10_000, 65_000).to_string(),
            "",
            "port number",
        ),
        _ => made(
            "DEA",
            "eni ",
            format!("eni-0{}", random.hex(16)),
            " attached",
            "network interface id",
        ),
    }
}

/// Fifteen digits of a handset: a type allocation code, a serial, a Luhn digit.
fn imei(random: &mut Random) -> String {
    let body = format!("86{}", random.digits(12));
    format!("{body}{}", luhn(&body))
}

/// Fourteen digits that, behind 49, fail the Luhn check.
fn failing_card_tail(random: &mut Random) -> String {
    let body = random.digits(13);
    let check = luhn(&format!("49{body}"));
    format!("{body}{}", (check + 1 + random.below(8) as u32) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_cards_fail() {
        let mut random = Random::new(2);
        for _ in 0..500 {
            let number = format!("49{}", failing_card_tail(&mut random));
            assert_eq!(number.len(), 16);
            let (body, check) = number.split_at(15);
            assert_ne!(luhn(body).to_string(), check);
        }
    }
}
