//! Payment card numbers: 13 to 19 digits with an issuer range (IIN) of a card brand, the length
//! that this brand uses, and a Luhn digit (ISO/IEC 7812-1).
//!
//! Range and length together let 1 to 2 of 100 random numbers pass; epoch times in milli- or
//! microseconds never do, as no brand starts with 15 to 18.

use super::{Digits, Validity, luhn};

/// Digits of a card number, bare or in groups of two to seven after a first group of four,
/// all parted by the same hyphen or space.
fn read(raw: &[u8]) -> Option<Digits> {
    let digits = Digits::skipping(raw, b"- ")?;
    if digits.len() == raw.len() {
        return Some(digits);
    }
    let separator = *raw.get(4)?;
    let grouped = !separator.is_ascii_digit()
        && raw
            .split(|&byte| byte == separator)
            .enumerate()
            .all(|(index, group)| {
                let fits = if index == 0 {
                    group.len() == 4
                } else {
                    (2..=7).contains(&group.len())
                };
                fits && group.iter().all(u8::is_ascii_digit)
            });
    grouped.then_some(digits)
}

/// Whether a brand issues numbers of this length in this range.
fn issued(digits: &Digits) -> bool {
    let length = digits.len();
    let one = digits.number(0..1);
    let two = digits.number(0..2);
    let three = digits.number(0..3);
    let four = digits.number(0..4);
    let long = (16..=19).contains(&length);
    match one {
        // Diners Club, American Express, JCB
        3 => {
            (length == 14 && (matches!(three, 300..=305) || matches!(two, 36 | 38 | 39)))
                || (length == 15 && matches!(two, 34 | 37))
                || (long && matches!(four, 3528..=3589))
        }
        // Visa
        4 => matches!(length, 13 | 16 | 19),
        // Mastercard
        5 => length == 16 && matches!(two, 51..=55),
        2 => length == 16 && matches!(four, 2221..=2720),
        // Discover, UnionPay
        6 => long && (four == 6011 || matches!(three, 644..=649) || matches!(two, 62 | 65)),
        _ => false,
    }
}

/// Validator `card`.
pub fn validate(raw: &[u8]) -> Validity {
    match read(raw) {
        Some(digits) if issued(&digits) => {
            Validity::of_check(luhn::sum(digits.as_slice()).is_multiple_of(10))
        }
        _ => Validity::Invalid,
    }
}

/// Whether this is a test number that a payment provider or brand publishes.
pub fn reserved(raw: &[u8]) -> bool {
    read(raw).is_some_and(|digits| {
        TEST_NUMBERS
            .binary_search(&digits.number(0..digits.len()))
            .is_ok()
    })
}

/// Published test numbers, ascending.
const TEST_NUMBERS: [u64; 88] = [
    4_007_000_000_027,
    4_222_222_222_222,
    30_000_000_000_004,
    30_569_309_025_904,
    36_006_666_333_344,
    36_111_111_111_111,
    36_148_900_647_913,
    36_227_206_271_667,
    38_000_000_000_006,
    38_520_000_023_237,
    340_000_000_000_009,
    341_111_111_111_111,
    343_434_343_434_343,
    345_678_901_234_564,
    370_000_000_000_002,
    371_449_635_398_431,
    373_953_192_351_004,
    374_245_455_400_126,
    378_282_246_310_005,
    378_734_493_671_000,
    2_221_000_000_000_009,
    2_222_400_010_000_008,
    2_222_400_030_000_004,
    2_222_420_000_001_113,
    2_222_630_000_001_125,
    2_223_000_048_400_011,
    2_223_003_122_003_222,
    3_528_000_700_000_000,
    3_530_111_333_300_000,
    3_566_002_020_360_505,
    3_566_111_111_111_113,
    3_569_990_010_095_841,
    4_000_000_000_000_002,
    4_000_000_000_000_069,
    4_000_000_000_000_077,
    4_000_000_000_000_119,
    4_000_000_000_000_127,
    4_000_000_000_003_220,
    4_000_000_000_009_995,
    4_000_000_760_000_002,
    4_000_002_500_003_155,
    4_000_020_000_000_000,
    4_000_056_655_665_556,
    4_005_519_200_000_004,
    4_009_348_888_881_881,
    4_012_000_033_330_026,
    4_012_000_077_777_777,
    4_012_001_037_141_112,
    4_012_888_888_881_881,
    4_111_111_111_111_111,
    4_166_676_667_666_746,
    4_217_651_111_111_119,
    4_242_424_242_424_242,
    4_444_333_322_221_111,
    4_500_600_000_000_061,
    4_646_464_646_464_644,
    4_917_610_000_000_000,
    4_988_438_843_884_305,
    5_105_105_105_105_100,
    5_111_010_030_175_156,
    5_136_333_333_333_335,
    5_185_540_810_000_019,
    5_200_828_282_828_210,
    5_413_330_089_020_011,
    5_424_000_000_000_015,
    5_431_111_111_111_111,
    5_436_031_030_606_378,
    5_454_545_454_545_454,
    5_506_900_140_100_305,
    5_555_555_555_554_444,
    5_577_000_055_770_004,
    5_585_558_555_855_583,
    6_011_000_000_000_004,
    6_011_000_000_000_012,
    6_011_000_400_000_000,
    6_011_000_990_139_424,
    6_011_111_111_111_117,
    6_011_601_160_116_611,
    6_011_981_111_111_113,
    6_200_000_000_000_005,
    6_200_000_000_000_047,
    6_212_345_678_901_232,
    6_212_345_678_901_265,
    6_240_008_631_401_148,
    6_243_030_000_000_001,
    6_445_644_564_456_445,
    6_510_000_000_000_133,
    6_205_500_000_000_000_004,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_numbers_ascend_and_are_cards() {
        assert!(TEST_NUMBERS.is_sorted());
        for number in TEST_NUMBERS {
            assert_eq!(
                validate(number.to_string().as_bytes()),
                Validity::Valid,
                "{number}"
            );
        }
    }
}
