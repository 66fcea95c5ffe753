//! The planted values: a hundred of each class, each unique.

use corpora::identifiers;
use corpora::people::Person;
use corpora::random::Random;
use detectors::{Class, normalise};

/// A value, and how it is written where.
pub(crate) struct Planted {
    pub class: Class,
    /// In text.
    pub text: String,
    /// In a path or name: no slash.
    pub name: String,
}

/// Values of each class.
pub(crate) const OF_A_CLASS: usize = 100;

/// All of them, by class.
pub(crate) fn values() -> Vec<Planted> {
    let mut random = Random::part(20_261_124, "no raw value");
    let mut planted: Vec<Planted> = Vec::new();
    for class in Class::ALL {
        let mut number = 0;
        while number < OF_A_CLASS {
            let value = value(*class, number, &mut random);
            let known = planted.iter().any(|other| {
                let (one, two) = (plain(&other.text), plain(&value.text));
                one == two
                    || (one.len() > 6 && two.contains(&one))
                    || (two.len() > 6 && one.contains(&two))
            });
            if !known {
                planted.push(value);
                number += 1;
            }
        }
    }
    planted
}

fn plain(text: &str) -> String {
    let kept = text.chars().filter(|one| one.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

impl Planted {
    /// How it could leak: as planted, and normalised.
    pub(crate) fn spellings(&self) -> Vec<String> {
        let normalised = normalise(self.class, self.text.as_bytes());
        let mut spellings = vec![
            self.text.clone(),
            self.name.clone(),
            String::from_utf8_lossy(&normalised).into_owned(),
            plain(&self.text).to_uppercase(),
        ];
        spellings.sort();
        spellings.dedup();
        spellings
    }

    /// The label that announces it.
    pub(crate) fn label(&self) -> &'static str {
        match self.class {
            Class::Ssn => "patient_ssn",
            Class::Itin => "itin",
            Class::Mbi => "mbi",
            Class::Hicn => "hicn",
            Class::MedicaidId => "medicaid_id",
            Class::MemberId => "member_id",
            Class::Mrn => "mrn",
            Class::Dob => "date_of_birth",
            Class::Date => "admission_date",
            Class::Name => "patient_name",
            Class::Address => "home_address",
            Class::Phone => "home_phone",
            Class::Fax => "patient_fax",
            Class::Email => "patient_email",
            Class::Card => "card_number",
            Class::Npi => "npi",
            Class::Dea => "dea_number",
            Class::Ndc => "ndc",
            Class::Icd10 => "diagnosis_code",
            Class::Ip => "client_ip",
            Class::Own(_) => "specimen",
        }
    }
}

fn date(from: u64, to: u64, random: &mut Random) -> (String, String) {
    let (year, month, day) = (
        random.between(from, to),
        random.between(1, 12),
        random.between(1, 28),
    );
    (
        format!("{year}-{month:02}-{day:02}"),
        format!("{month:02}/{day:02}/{year}"),
    )
}

fn value(class: Class, number: usize, random: &mut Random) -> Planted {
    let who = Person::new(random);
    let same = |text: String| Planted {
        class,
        name: text.replace('/', "-"),
        text,
    };
    match class {
        Class::Ssn => same(who.ssn),
        Class::Itin => same(who.itin),
        Class::Mbi => same(who.mbi_printed()),
        Class::Hicn => same(who.hicn()),
        Class::MedicaidId => same(identifiers::medicaid(
            random,
            ["NY", "CA", "OH"][number % 3],
        )),
        Class::MemberId => same(who.member),
        Class::Mrn => same(who.mrn),
        Class::Dob | Class::Date => {
            let (from, to) = if class == Class::Dob {
                (1931, 1979)
            } else {
                (1985, 2009)
            };
            let (iso, us) = date(from, to, random);
            let text = if number.is_multiple_of(2) {
                us
            } else {
                iso.clone()
            };
            Planted {
                class,
                text,
                name: iso,
            }
        }
        Class::Name => Planted {
            class,
            text: who.full(),
            name: match number % 3 {
                0 => who.full(),
                1 => who.last_first(),
                _ => who.joined("_"),
            },
        },
        Class::Address => same(who.address()),
        Class::Phone | Class::Fax => same(who.phone),
        Class::Email => same(who.email),
        Class::Card => same(who.card),
        Class::Npi => same(identifiers::npi(random)),
        Class::Dea => same(identifiers::dea(random, &who.family)),
        Class::Ndc => same(identifiers::ndc(random)),
        Class::Icd10 => same(format!("S{}2.{}A", random.between(4, 8), random.digits(3))),
        Class::Ip => same(format!(
            "{}.{}.{}.{}",
            random.between(60, 99),
            random.between(100, 250),
            random.between(100, 250),
            random.between(100, 250)
        )),
        // Not in the list; `tests/own_detectors.rs` plants these.
        Class::Own(_) => same(format!("SP-{}", random.digits(8))),
    }
}
