//! People who do not exist.
//!
//! Surnames are half drawn from a list of our own over many origins and half built from
//! syllables, so that no dictionary of a detector can know them all. Given names, streets
//! and domains are ours too; city, state and ZIP belong together as they do in the world.

use crate::identifiers;
use crate::random::Random;

/// Given names.
pub const GIVEN: [&str; 52] = [
    "Maren",
    "Tobias",
    "Ines",
    "Callum",
    "Priya",
    "Hiroshi",
    "Leila",
    "Dmitri",
    "Rosa",
    "Kwame",
    "Brigid",
    "Anton",
    "Yolanda",
    "Nadia",
    "Walter",
    "Agnes",
    "Samuel",
    "Teresa",
    "Joanna",
    "Marcus",
    "Elena",
    "Patrick",
    "Denise",
    "Harold",
    "Miriam",
    "Oscar",
    "Judith",
    "Victor",
    "Carmen",
    "Leonard",
    "Beatrice",
    "Raymond",
    "Sylvia",
    "Eugene",
    "Lorraine",
    "Curtis",
    "Angela",
    "Gilbert",
    "Naomi",
    "Stefan",
    "Amara",
    "Mateo",
    "Sunita",
    "Goran",
    "Thandiwe",
    "Rafael",
    "Ingrid",
    "Desmond",
    "Oressa",
    "Jandrick",
    "Mirelda",
    "Tuvaleigh",
];

/// Surnames of many origins.
pub const FAMILY: [&str; 48] = [
    "Kowalczyk",
    "Okonkwo",
    "Nakagawa",
    "Vandermeer",
    "Castellanos",
    "Lindqvist",
    "Abubakar",
    "Petrosyan",
    "Marchetti",
    "Whitlock",
    "Gallagher",
    "Ferreira",
    "Sandoval",
    "Thibodeaux",
    "Rasmussen",
    "Iyer",
    "Chaudhary",
    "Mwangi",
    "Haverford",
    "Delacroix",
    "Kaminski",
    "Adeyemi",
    "Bergstrom",
    "Villanueva",
    "Oyelaran",
    "Szymborska",
    "Tupou",
    "Nguyen",
    "Hallorann",
    "Dragomir",
    "Ekwueme",
    "Farrokhzad",
    "Gundersen",
    "Ilunga",
    "Jurgensen",
    "Kealoha",
    "Lacroix",
    "Mbeki",
    "Novotny",
    "Ostrowski",
    "Pakulski",
    "Quintanar",
    "Ravichandran",
    "Soukup",
    "Takahashi",
    "Uzunoglu",
    "Vasquez",
    "Yazzie",
];

const ONSETS: [&str; 22] = [
    "Br", "Th", "Gr", "Kel", "Mar", "Dro", "Fen", "Hal", "Jor", "Lun", "Nor", "Pel", "Quen", "Ros",
    "Stav", "Tarn", "Ul", "Vos", "Wren", "Yar", "Zel", "Orr",
];
const MIDDLES: [&str; 16] = [
    "a", "e", "i", "o", "ada", "ebri", "ina", "olo", "uri", "avi", "enka", "imo", "osti", "ulla",
    "yva", "eda",
];
const ENDINGS: [&str; 20] = [
    "nvik", "lstrom", "quist", "mbeth", "rnagh", "ndovic", "skell", "thwen", "ckstad", "brook",
    "drell", "mplin", "ngar", "rvonen", "shaki", "tolo", "vrenko", "wicz", "xford", "zzani",
];

const STREETS: [&str; 18] = [
    "Wrenfield",
    "Quillhaven",
    "Tarnbrook",
    "Ossary",
    "Pellinor",
    "Hollowmere",
    "Dunreath",
    "Maplewick",
    "Yarrowgate",
    "Stavely",
    "Crannock",
    "Elderfen",
    "Foxmarch",
    "Gantry Mill",
    "Heronsgate",
    "Juniper Loch",
    "Kestrel Bend",
    "Lanternfield",
];
const SUFFIXES: [&str; 10] = [
    "Street", "Ave", "Lane", "Drive", "Court", "Rd", "Terrace", "Blvd", "Way", "Place",
];
const CITIES: [(&str, &str, &str); 14] = [
    ("Toledo", "OH", "43604"),
    ("Albany", "NY", "12207"),
    ("Fresno", "CA", "93721"),
    ("Amarillo", "TX", "79101"),
    ("Duluth", "MN", "55802"),
    ("Erie", "PA", "16501"),
    ("Bangor", "ME", "04401"),
    ("Tacoma", "WA", "98402"),
    ("Mobile", "AL", "36602"),
    ("Provo", "UT", "84601"),
    ("Savannah", "GA", "31401"),
    ("Topeka", "KS", "66603"),
    ("Billings", "MT", "59101"),
    ("Peoria", "IL", "61602"),
];
const MAIL_DOMAINS: [&str; 6] = [
    "quenbrookmail.com",
    "tarnwick.net",
    "ossarypost.org",
    "pellinor-family.com",
    "hollowmere.net",
    "yarrowgate.org",
];

/// A patient of the made-up hospital.
#[derive(Clone, Debug)]
pub struct Person {
    /// Given name.
    pub given: String,
    /// Surname.
    pub family: String,
    /// Middle initial.
    pub middle: char,
    /// Year, month, day of birth.
    pub born: (u64, u64, u64),
    /// Medical record number.
    pub mrn: String,
    /// House number, street name and suffix.
    pub street: String,
    /// City, state, ZIP code.
    pub city: (&'static str, &'static str, &'static str),
    /// E-mail address.
    pub email: String,
    /// Social Security number, with hyphens.
    pub ssn: String,
    /// Medicare Beneficiary Identifier, without hyphens.
    pub mbi: String,
    /// Taxpayer number of one who has no SSN.
    pub itin: String,
    /// Medicaid id of New York, California or Ohio.
    pub medicaid: String,
    /// Health plan's member id.
    pub member: String,
    /// Telephone number, as printed.
    pub phone: String,
    /// Payment card, without blanks.
    pub card: String,
}

/// A surname: from the list, or built from syllables.
pub fn surname(random: &mut Random) -> String {
    if random.chance(400) {
        random.pick(&FAMILY).to_owned()
    } else {
        format!(
            "{}{}{}",
            random.pick(&ONSETS),
            random.pick(&MIDDLES),
            random.pick(&ENDINGS)
        )
    }
}

impl Person {
    /// Makes one up.
    pub fn new(random: &mut Random) -> Self {
        let given = random.pick(&GIVEN).to_owned();
        let family = surname(random);
        let email = format!(
            "{}.{}@{}",
            given.to_lowercase(),
            family.to_lowercase(),
            random.pick(&MAIL_DOMAINS)
        );
        Self {
            middle: char::from(b'A' + random.below(23) as u8),
            born: (
                random.between(1934, 2019),
                random.between(1, 12),
                random.between(1, 28),
            ),
            mrn: identifiers::mrn(random),
            street: format!(
                "{} {} {}",
                random.between(103, 9870),
                random.pick(&STREETS),
                random.pick(&SUFFIXES)
            ),
            city: CITIES[random.below(CITIES.len() as u64) as usize],
            email,
            ssn: identifiers::ssn(random, "-"),
            mbi: identifiers::mbi(random),
            itin: identifiers::itin(random),
            medicaid: {
                let state = random.pick(&["NY", "NY", "CA", "OH"]);
                identifiers::medicaid(random, state)
            },
            member: identifiers::member(random),
            phone: identifiers::phone(random),
            card: identifiers::card(random),
            given,
            family,
        }
    }

    /// The SSN without hyphens.
    pub fn ssn_plain(&self) -> String {
        self.ssn.replace('-', "")
    }

    /// The MBI as on the card, 4-3-4.
    pub fn mbi_printed(&self) -> String {
        format!("{}-{}-{}", &self.mbi[..4], &self.mbi[4..7], &self.mbi[7..])
    }

    /// The Medicare claim number of the wage earner.
    pub fn hicn(&self) -> String {
        format!(
            "{}{}",
            self.ssn,
            if self.born.2.is_multiple_of(2) {
                "A"
            } else {
                "B1"
            }
        )
    }

    /// The card number in groups of four.
    pub fn card_printed(&self) -> String {
        format!(
            "{} {} {} {}",
            &self.card[..4],
            &self.card[4..8],
            &self.card[8..12],
            &self.card[12..]
        )
    }

    /// `Maren Kowalczyk`
    pub fn full(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// `Kowalczyk, Maren`
    pub fn last_first(&self) -> String {
        format!("{}, {}", self.family, self.given)
    }

    /// `KOWALCZYK^MAREN^T`
    pub fn carets(&self) -> String {
        format!(
            "{}^{}^{}",
            self.family.to_uppercase(),
            self.given.to_uppercase(),
            self.middle
        )
    }

    /// `kowalczyk` and `maren` with a separator, lower case.
    pub fn joined(&self, separator: &str) -> String {
        format!(
            "{}{separator}{}",
            self.family.to_lowercase(),
            self.given.to_lowercase()
        )
    }

    /// `KOWALCZYK_MAREN`
    pub fn shouted(&self) -> String {
        format!(
            "{}_{}",
            self.family.to_uppercase(),
            self.given.to_uppercase()
        )
    }

    /// `1962-03-04`
    pub fn born_iso(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.born.0, self.born.1, self.born.2)
    }

    /// `03/04/1962`
    pub fn born_us(&self) -> String {
        format!("{:02}/{:02}/{:04}", self.born.1, self.born.2, self.born.0)
    }

    /// `19620304`
    pub fn born_compact(&self) -> String {
        format!("{:04}{:02}{:02}", self.born.0, self.born.1, self.born.2)
    }

    /// Street, city, state and ZIP on one line.
    pub fn address(&self) -> String {
        format!(
            "{}, {}, {} {}",
            self.street, self.city.0, self.city.1, self.city.2
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn surnames_are_many_and_half_of_them_are_built() {
        let mut random = Random::new(5);
        let drawn: Vec<String> = (0..2_000).map(|_| surname(&mut random)).collect();
        let listed = drawn
            .iter()
            .filter(|name| FAMILY.contains(&name.as_str()))
            .count();
        assert!(listed * 2 < drawn.len());
        assert!(drawn.iter().collect::<BTreeSet<_>>().len() > 1_000);
    }
}
