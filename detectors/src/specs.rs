//! The detector files that ship with phiscan, in the order of the class vocabulary.

macro_rules! shipped {
    ($($id:literal),+ $(,)?) => {
        &[$((concat!($id, ".toml"), include_str!(concat!("../specs/", $id, ".toml")))),+]
    };
}

/// File name and text of each.
pub(crate) const BUILT_IN: &[(&str, &str)] = shipped![
    "us-ssn",
    "mrn",
    "email",
];
