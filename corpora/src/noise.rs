//! The clean part: what AWS writes all day, and what in it looks like an identifier.

use crate::random::Random;

/// Words of the made-up hospital's systems and of operators' log lines.
pub const FILLER: [&str; 72] = [
    "quillbase",
    "tarnwick",
    "orrelpipe",
    "vosgate",
    "wrenhub",
    "stavelink",
    "pelldock",
    "ossarium",
    "yarrowd",
    "fenrelay",
    "drosync",
    "halcore",
    "jorvault",
    "lunarium",
    "norbatch",
    "queniq",
    "rostrack",
    "zelcache",
    "ulmesh",
    "thexport",
    "grintake",
    "kelroute",
    "marfeed",
    "brolog",
    "tarnsync",
    "wrenfeed",
    "ossgate",
    "pellbus",
    "vosqueue",
    "yarpool",
    "stavdb",
    "fenproxy",
    "hallocker",
    "jorindex",
    "lunqueue",
    "norgrid",
    "quenstore",
    "rosbeat",
    "zelstream",
    "ulvisor",
    "request",
    "worker",
    "queue",
    "batch",
    "retry",
    "commit",
    "offset",
    "lease",
    "shard",
    "replica",
    "snapshot",
    "cursor",
    "schema",
    "session",
    "timeout",
    "payload",
    "handler",
    "pipeline",
    "metrics",
    "checkpoint",
    "partition",
    "upstream",
    "listener",
    "scheduler",
    "warmup",
    "rollout",
    "throttle",
    "backlog",
    "heartbeat",
    "digest",
    "endpoint",
    "cluster",
];

/// Regions that the hospital uses.
pub const REGIONS: [&str; 3] = ["us-east-1", "us-east-2", "us-west-2"];

/// Accounts of the hospital: its own, and that of its archive.
pub const ACCOUNTS: [&str; 2] = ["418273950617", "730265918442"];

/// A UUID, version 4.
pub fn uuid(random: &mut Random) -> String {
    format!(
        "{}-{}-4{}-{}{}-{}",
        random.hex(8),
        random.hex(4),
        random.hex(3),
        random.characters("89ab", 1),
        random.hex(3),
        random.hex(12)
    )
}

/// An S3 request id: sixteen upper-case letters and digits.
pub fn request_id(random: &mut Random) -> String {
    random.characters("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 16)
}

/// An S3 extended request id (base64).
pub fn extended_id(random: &mut Random) -> String {
    random.characters(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        75,
    ) + "="
}

/// A resource id such as `i-0abc…`.
pub fn resource_id(random: &mut Random, prefix: &str) -> String {
    format!("{prefix}-0{}", random.hex(16))
}

/// A temporary access key's id.
pub fn access_key(random: &mut Random) -> String {
    format!(
        "ASIA{}",
        random.characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
    )
}

/// A principal's id.
pub fn principal(random: &mut Random) -> String {
    format!(
        "AROA{}",
        random.characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17)
    )
}

/// A word of the hospital's systems.
pub fn word(random: &mut Random) -> &'static str {
    random.pick(&FILLER)
}

/// An ETag.
pub fn etag(random: &mut Random) -> String {
    random.hex(32)
}

/// A public address of a client, outside every reserved and documentation range.
pub fn client_address(random: &mut Random) -> String {
    let first = random.pick(&["63", "68", "71", "73", "75", "96", "98", "174"]);
    format!(
        "{first}.{}.{}.{}",
        random.between(20, 240),
        random.between(2, 250),
        random.between(2, 250)
    )
}

/// A moment of the estate's week, in milliseconds since 1970: 9 to 15 March 2026, UTC.
pub fn moment(random: &mut Random) -> u64 {
    1_773_014_400_000 + random.below(7 * 86_400_000)
}

/// `2026-03-09T14:05:07Z` for milliseconds since 1970.
pub fn iso(ms: u64) -> String {
    let (year, month, day) = civil(ms / 86_400_000);
    let second = ms / 1000 % 86_400;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// `2026-03-09T14:05:07.042Z` for milliseconds since 1970.
pub fn iso_ms(ms: u64) -> String {
    let whole = iso(ms);
    format!("{}.{:03}Z", &whole[..19], ms % 1000)
}

/// Year, month and day of a day number since 1970 (Gregorian calendar).
pub fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

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

/// How many kinds of look-alike [`look_alike`] makes.
pub const LOOK_ALIKES: u64 = 26;

/// The look-alike of a kind (0 to [`LOOK_ALIKES`] − 1), with fresh numbers.
pub fn look_alike(random: &mut Random, kind: u64) -> LookAlike {
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
                    "Austin Paris",
                    "Sydney Madison",
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
        _ => made(
            "DEA",
            "eni ",
            format!("eni-0{}", random.hex(16)),
            " attached",
            "network interface id",
        ),
    }
}

/// Fourteen digits that, behind 49, fail the Luhn check.
fn failing_card_tail(random: &mut Random) -> String {
    let body = random.digits(13);
    let check = crate::identifiers::luhn(&format!("49{body}"));
    format!("{body}{}", (check + 1 + random.below(8) as u32) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(iso(1_773_014_400_000), "2026-03-09T00:00:00Z");
        assert_eq!(iso_ms(951_782_400_007), "2000-02-29T00:00:00.007Z");
        assert_eq!(civil(0), (1970, 1, 1));
    }

    #[test]
    fn failing_cards_fail() {
        let mut random = Random::new(2);
        for _ in 0..500 {
            let number = format!("49{}", failing_card_tail(&mut random));
            assert_eq!(number.len(), 16);
            let (body, check) = number.split_at(15);
            assert_ne!(crate::identifiers::luhn(body).to_string(), check);
        }
    }
}
