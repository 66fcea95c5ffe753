//! Validators: is this candidate really the identifier that its shape suggests?
//!
//! Patterns propose, validators decide: check digits, ranges that are never issued, calendar days
//! that do not exist. Each family has one file with its rule and the rule's source; all read the
//! candidate's raw bytes, separators included, allocate nothing and take time linear in the
//! candidate. A detector names its validators in its file; [`lookup`] finds them:
//!
//! ```
//! use detectors::validate::{Validity, lookup};
//!
//! let npi = lookup("npi").expect("npi is registered");
//! assert_eq!(npi(b"1245319599"), Validity::Valid);
//! assert_eq!(npi(b"1245319598"), Validity::CheckFailed);
//! assert_eq!(npi(b"3245319599"), Validity::Invalid);
//! ```
//!
//! [`reserved`] knows the values that standards and vendors publish as samples. They are real in
//! form, so validators accept them; the score caps them.

pub mod address;
pub mod card;
pub mod date;
pub mod dea;
mod digits;
pub mod email;
pub mod hicn;
pub mod icd10;
pub mod ip;
pub mod luhn;
pub mod mbi;
pub mod medicaid;
pub mod member_id;
pub mod nanp;
pub mod ndc;
pub mod npi;
pub mod ssn;
pub mod zip;

pub(crate) use digits::Digits;

/// What a validator says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Structure and check digit (where there is one) are right.
    Valid,
    /// The structure is impossible: this is another thing.
    Invalid,
    /// The structure is right, the check digit is not: perhaps mistyped.
    CheckFailed,
}

impl Validity {
    /// For identifiers without a check digit.
    pub(crate) fn of(fits: bool) -> Self {
        if fits { Self::Valid } else { Self::Invalid }
    }

    /// For a candidate whose structure is right.
    pub(crate) fn of_check(passed: bool) -> Self {
        if passed {
            Self::Valid
        } else {
            Self::CheckFailed
        }
    }
}

/// Judges one candidate: its bytes as they stand in the text, separators included.
pub type Validator = fn(&[u8]) -> Validity;

/// A validator under the name that detector files use.
pub struct Registered {
    /// Name in `validate = [...]`.
    pub name: &'static str,
    /// The validator.
    pub validator: Validator,
    /// Whether it computes a check digit, so that a pass is evidence of its own.
    pub has_check: bool,
    /// Knows the identifier's sample values.
    reserved: fn(&[u8]) -> bool,
}

const fn entry(
    name: &'static str,
    validator: Validator,
    has_check: bool,
    reserved: fn(&[u8]) -> bool,
) -> Registered {
    Registered {
        name,
        validator,
        has_check,
        reserved,
    }
}

fn no_samples(_: &[u8]) -> bool {
    false
}

/// All validators, by name.
pub static REGISTRY: [Registered; 29] = [
    entry("age-over-89", date::age_over_89, false, no_samples),
    entry("birth-date", date::birth, false, date::reserved),
    entry("card", card::validate, true, card::reserved),
    entry("date", date::validate, false, date::reserved),
    entry("day-before-keys", date::before_keys, false, date::reserved),
    entry("day-since-keys", date::since_keys, false, date::reserved),
    entry("dea", dea::validate, true, dea::reserved),
    entry("email", email::validate, false, email::reserved),
    entry("email-syntax", email::syntax, false, email::reserved),
    entry(
        "file-number",
        member_id::file_number,
        false,
        member_id::reserved,
    ),
    entry("hicn", hicn::validate, false, hicn::reserved),
    entry("icd10", icd10::validate, false, no_samples),
    entry("ip", ip::validate, false, ip::reserved),
    entry("ip-public", ip::public, false, ip::reserved),
    entry("itin", ssn::itin, false, ssn::reserved),
    entry("luhn", luhn::validate, true, no_samples),
    entry("mbi", mbi::validate, false, mbi::reserved),
    entry("medicaid", medicaid::validate, false, member_id::reserved),
    entry("member-id", member_id::validate, false, member_id::reserved),
    entry("mrn", member_id::record_number, false, member_id::reserved),
    entry("nanp", nanp::validate, false, nanp::reserved),
    entry("ndc", ndc::validate, false, no_samples),
    entry("npi", npi::validate, true, npi::reserved),
    entry("phone", nanp::phone, false, nanp::reserved),
    entry("ssn", ssn::validate, false, ssn::reserved),
    entry("ssn-in-names", ssn::in_names, false, ssn::reserved),
    entry("zip", zip::validate, false, zip::reserved),
    entry("street", address::street, false, no_samples),
    entry("state-zip", address::state_zip, false, no_samples),
];

fn registered(name: &str) -> Option<&'static Registered> {
    REGISTRY.iter().find(|entry| entry.name == name)
}

/// The validator with this name.
pub fn lookup(name: &str) -> Option<Validator> {
    registered(name).map(|entry| entry.validator)
}

/// Whether the named validator computes a check digit.
pub fn has_check(name: &str) -> bool {
    registered(name).is_some_and(|entry| entry.has_check)
}

/// Whether `raw` is a published sample, a test value or a filler of the named validator's kind.
pub fn reserved(name: &str, raw: &[u8]) -> bool {
    registered(name).is_some_and(|entry| (entry.reserved)(raw))
}

#[cfg(test)]
mod tests;
