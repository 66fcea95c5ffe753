//! The detector files that ship with phiscan, in the order of the class vocabulary.

macro_rules! shipped {
    ($($id:literal),+ $(,)?) => {
        &[$((concat!($id, ".toml"), include_str!(concat!("../specs/", $id, ".toml")))),+]
    };
}

/// File name and text of each.
pub(crate) const BUILT_IN: &[(&str, &str)] = shipped![
    "us-ssn",
    "us-itin",
    "mbi",
    "hicn",
    "medicaid-id",
    "member-id",
    "mrn",
    "date-of-birth",
    "service-date",
    "person-name",
    "address",
    "phone",
    "fax",
    "email",
    "payment-card",
    "npi",
    "dea",
    "ndc",
    "icd10-cm",
    "ip-address",
];
