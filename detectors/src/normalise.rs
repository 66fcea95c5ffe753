//! The one form of a value that tokens and ids are made of.
//!
//! Tokens can never change afterwards, so neither may this table. `testdata/normalise.toml` holds
//! test vectors for every row; other implementations can be checked with it.
//!
//! | class | rule | example |
//! |---|---|---|
//! | SSN, ITIN, CARD, NPI | digits only | `219-47-3612` → `219473612` |
//! | MBI, HICN, MEDICAID_ID, MEMBER_ID, MRN, DEA, ICD10 | ASCII letters and digits, upper case | `s52.131a` → `S52131A` |
//! | NDC | three groups padded to 5-4-2 and joined; else digits only | `0071-0155-23` → `00071015523` |
//! | DOB, DATE | ISO date of the day; two-digit years up to 30 are 20xx | `04/03/1962` → `1962-04-03` |
//! | PHONE, FAX | E.164; ten digits are North American; extensions dropped | `(212) 867-4410` → `+12128674410` |
//! | EMAIL | lower case, local part too | `Jane.Roe@Mail.org` → `jane.roe@mail.org` |
//! | NAME | NFKC, upper case, runs of letters as words, sorted, joined by one space | `Roe, Jané` → `JANÉ ROE` |
//! | ADDRESS | upper case, runs of letters and digits joined by one space | `12 Elm St., Apt 4` → `12 ELM ST APT 4` |
//! | own (`ORG_…`) | NFKC, upper case, letters and digits of any script; a value without any stays as it is | `Sp-204/7b` → `SP2047B` |
//! | IP | canonical text (RFC 5952 for IPv6) | `2600:0:0:0:0:0:0:1` → `2600::1` |
//!
//! A date or address that does not read as one (which its validator should have refused) is its
//! letters and digits in upper case. Bytes that are no UTF-8 are replaced before names are read.

use crate::validate::date;
use crate::vocabulary::Class;
use unicode_normalization::UnicodeNormalization;

/// The normalised form of `raw`, a value of `class` as it stands in the text.
pub fn normalise(class: Class, raw: &[u8]) -> Vec<u8> {
    match class {
        Class::Ssn | Class::Itin | Class::Card | Class::Npi => digits(raw),
        Class::Mbi
        | Class::Hicn
        | Class::MedicaidId
        | Class::MemberId
        | Class::Mrn
        | Class::Dea
        | Class::Icd10 => upper_alphanumeric(raw),
        Class::Ndc => ndc(raw),
        Class::Dob | Class::Date => match date::parse(raw) {
            Some((day, _)) => {
                format!("{:04}-{:02}-{:02}", day.year, day.month, day.day).into_bytes()
            }
            None => upper_alphanumeric(raw),
        },
        Class::Phone | Class::Fax => phone(raw),
        Class::Email => String::from_utf8_lossy(raw).to_lowercase().into_bytes(),
        Class::Name => name(raw),
        Class::Address => address(raw),
        Class::Own(_) => own(raw),
        Class::Ip => match std::str::from_utf8(raw)
            .ok()
            .and_then(|text| text.parse().ok())
        {
            Some(address) => std::net::IpAddr::to_string(&address).into_bytes(),
            None => raw.to_ascii_lowercase(),
        },
    }
}

fn digits(raw: &[u8]) -> Vec<u8> {
    raw.iter().copied().filter(u8::is_ascii_digit).collect()
}

fn upper_alphanumeric(raw: &[u8]) -> Vec<u8> {
    raw.iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_uppercase)
        .collect()
}

fn ndc(raw: &[u8]) -> Vec<u8> {
    let groups: Vec<&[u8]> = raw.split(|byte| !byte.is_ascii_digit()).collect();
    match groups.as_slice() {
        [labeler, product, package]
            if labeler.len() <= 5 && product.len() <= 4 && package.len() <= 2 =>
        {
            let mut padded = Vec::with_capacity(11);
            for (group, width) in [(labeler, 5), (product, 4), (package, 2)] {
                padded.resize(padded.len() + width - group.len(), b'0');
                padded.extend_from_slice(group);
            }
            padded
        }
        _ => digits(raw),
    }
}

fn phone(raw: &[u8]) -> Vec<u8> {
    // An extension starts with a letter: `x12`, `ext. 12`.
    let number = raw.split(u8::is_ascii_alphabetic).next().unwrap_or(raw);
    let plus = number.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'+');
    let digits = digits(number);
    let mut normalised = vec![b'+'];
    if digits.len() == 10 && !plus {
        normalised.push(b'1');
    }
    normalised.extend(digits);
    normalised
}

/// NFKC and upper case.
fn folded(raw: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(raw)
        .nfkc()
        .flat_map(char::to_uppercase)
        .collect();
    // Upper-casing can undo the composition.
    text.nfkc().collect()
}

fn name(raw: &[u8]) -> Vec<u8> {
    let text = folded(raw);
    let mut words: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.join(" ").into_bytes()
}

fn address(raw: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(raw).to_uppercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").into_bytes()
}

/// Separators vary in what people write, letters and digits do not.
fn own(raw: &[u8]) -> Vec<u8> {
    let text = folded(raw);
    let kept: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    if kept.is_empty() {
        raw.to_vec()
    } else {
        kept.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        vector: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        class: Class,
        raw: String,
        normalised: String,
    }

    #[test]
    fn vectors_hold_and_every_class_has_some() {
        let vectors: Vectors = toml::from_str(include_str!("../testdata/normalise.toml")).unwrap();
        for Vector {
            class,
            raw,
            normalised,
        } in &vectors.vector
        {
            let got = String::from_utf8(normalise(*class, raw.as_bytes())).unwrap();
            assert_eq!(&got, normalised, "{class} {raw:?}");
        }
        for class in Class::ALL {
            assert!(
                vectors.vector.iter().any(|vector| vector.class == *class),
                "{class}"
            );
        }
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        let vectors: Vectors = toml::from_str(include_str!("../testdata/normalise.toml")).unwrap();
        for Vector {
            class, normalised, ..
        } in &vectors.vector
        {
            assert_eq!(
                normalise(*class, normalised.as_bytes()),
                normalised.as_bytes(),
                "{class}"
            );
        }
    }
}
