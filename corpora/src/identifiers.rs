//! Identifiers that their own rules accept, and none that is published as a sample.
//!
//! The rules are the issuers' (SSA, IRS, CMS, DEA, FDA, NANPA, ISO/IEC 7812); each
//! function says what it makes. Nothing here is taken from a person or a register.

use crate::random::Random;

/// Area codes of the United States that are in use, none of them toll-free.
const AREA_CODES: [&str; 24] = [
    "203", "207", "216", "254", "303", "314", "319", "360", "402", "406", "419", "503", "518",
    "541", "603", "608", "614", "717", "763", "802", "816", "843", "918", "970",
];

/// A Social Security number with the given separator: no area 000, 666 or 9xx, no group
/// 00, no serial 0000, no run of one digit.
pub fn ssn(random: &mut Random, separator: &str) -> String {
    let area = loop {
        let area = random.between(101, 899);
        if area != 666 && !area.is_multiple_of(111) {
            break area;
        }
    };
    let group = random.between(11, 98);
    let serial = random.between(1204, 9874);
    format!("{area:03}{separator}{group:02}{separator}{serial:04}")
}

/// An Individual Taxpayer Identification Number: 9xx, group 50–65, 70–88, 90–92, 94–99.
pub fn itin(random: &mut Random) -> String {
    let group = loop {
        let group = random.between(50, 99);
        if matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99) {
            break group;
        }
    };
    format!(
        "9{}-{group}-{}",
        random.between(10, 98),
        random.between(1204, 9874)
    )
}

/// A Medicare Beneficiary Identifier by CMS's position grammar, without hyphens.
pub fn mbi(random: &mut Random) -> String {
    const LETTERS: &str = "ACDEFGHJKMNPQRTUVWXY";
    const EITHER: &str = "0123456789ACDEFGHJKMNPQRTUVWXY";
    let parts = [
        random.characters("123456789", 1),
        random.characters(LETTERS, 1),
        random.characters(EITHER, 1),
        random.digits(1),
        random.characters(LETTERS, 1),
        random.characters(EITHER, 1),
        random.digits(1),
        random.characters(LETTERS, 2),
        random.digits(2),
    ];
    parts.concat()
}

/// A state Medicaid id: New York, California, Ohio or Texas.
pub fn medicaid(random: &mut Random, state: &str) -> String {
    match state {
        "NY" => format!(
            "{}{}{}",
            random.characters("ABCDEFGHJKLMNPRSTUVWXYZ", 2),
            random.digits(5),
            random.characters("ABCDEFGHJKLMNPRSTUVWXYZ", 1)
        ),
        "CA" => format!(
            "9{}{}",
            random.digits(7),
            random.characters("ACDEFGHMNTUVWXYZ", 1)
        ),
        "OH" => format!("1{}", random.digits(11)),
        _ => format!("5{}", random.digits(8)),
    }
}

/// A health-plan member id: a three-letter prefix and nine digits.
pub fn member(random: &mut Random) -> String {
    format!(
        "{}{}",
        random.characters("BCDFGHJKLMNPQRTVWXYZ", 3),
        random.digits(9)
    )
}

/// A medical record number of eight digits, zero-padded as most registries do.
pub fn mrn(random: &mut Random) -> String {
    format!("00{}", random.between(214_087, 987_431))
}

/// A telephone number in one of three printed forms; never 555, never an N11 exchange.
pub fn phone(random: &mut Random) -> String {
    let area = random.pick(&AREA_CODES);
    let exchange = loop {
        let exchange = random.between(222, 989);
        if exchange != 555 && exchange % 100 != 11 {
            break exchange;
        }
    };
    let line = random.between(1203, 9876);
    match random.below(3) {
        0 => format!("({area}) {exchange}-{line}"),
        1 => format!("{area}-{exchange}-{line}"),
        _ => format!("+1 {area}-{exchange}-{line}"),
    }
}

/// Luhn's check digit for a string of digits that it will follow.
pub fn luhn(body: &str) -> u32 {
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            if place % 2 == 0 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        })
        .sum();
    (10 - sum % 10) % 10
}

/// A payment card number with a valid issuer prefix and check digit.
pub fn card(random: &mut Random) -> String {
    let prefix = random.pick(&["4716", "4539", "5304", "5412", "2391"]);
    let body = format!("{prefix}{}", random.digits(11));
    format!("{body}{}", luhn(&body))
}

/// A National Provider Identifier: ten digits, Luhn with the prefix 80840.
pub fn npi(random: &mut Random) -> String {
    let body = format!("{}{}", random.between(1, 2), random.digits(8));
    let check = luhn(&format!("80840{body}"));
    format!("{body}{check}")
}

/// A DEA registration number of a practitioner (B, F or M) with its check digit.
pub fn dea(random: &mut Random, family: &str) -> String {
    let kind = random.pick(&["B", "F", "M"]);
    let initial = family
        .chars()
        .next()
        .filter(char::is_ascii_alphabetic)
        .unwrap_or('K');
    let digits = random.digits(6);
    let at = |index: usize| u32::from(digits.as_bytes()[index] - b'0');
    let sum = at(0) + at(2) + at(4) + 2 * (at(1) + at(3) + at(5));
    format!("{kind}{}{digits}{}", initial.to_ascii_uppercase(), sum % 10)
}

/// A drug code in the 5-4-2 form of a bill.
pub fn ndc(random: &mut Random) -> String {
    format!(
        "{:05}-{:04}-{:02}",
        random.between(10_019, 76_420),
        random.between(102, 7_986),
        random.between(1, 60)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luhn_valid(number: &str) -> bool {
        let (body, check) = number.split_at(number.len() - 1);
        luhn(body).to_string() == check
    }

    #[test]
    fn check_digits_agree_with_published_vectors() {
        // CMS's worked example of an NPI, and a DEA number of the standard texts.
        assert_eq!(luhn("80840123456789"), 3);
        assert_eq!(luhn("7992739871"), 3);
    }

    #[test]
    fn made_values_keep_their_rules() {
        let mut random = Random::new(3);
        for _ in 0..2_000 {
            let number = ssn(&mut random, "");
            assert_eq!(number.len(), 9);
            assert!(
                !number.starts_with('9')
                    && !number.starts_with("000")
                    && !number.starts_with("666")
            );
            assert!(&number[3..5] != "00" && &number[5..] != "0000");
            assert!(luhn_valid(&card(&mut random)));
            let npi = npi(&mut random);
            assert!(npi.len() == 10 && luhn_valid(&format!("80840{npi}")));
            let mbi = mbi(&mut random);
            assert!(
                mbi.len() == 11
                    && !mbi.starts_with('0')
                    && !mbi.contains(['S', 'L', 'O', 'I', 'B', 'Z'])
            );
            let phone = phone(&mut random);
            assert!(!phone.contains("555-"));
            let dea = dea(&mut random, "Orrel");
            let digit = |index: usize| u32::from(dea.as_bytes()[index] - b'0');
            let sum = digit(2) + digit(4) + digit(6) + 2 * (digit(3) + digit(5) + digit(7));
            assert_eq!(sum % 10, digit(8));
        }
    }
}
