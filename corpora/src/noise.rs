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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(iso(1_773_014_400_000), "2026-03-09T00:00:00Z");
        assert_eq!(iso_ms(951_782_400_007), "2000-02-29T00:00:00.007Z");
        assert_eq!(civil(0), (1970, 1, 1));
    }
}
