//! The closed lists of strings that phiscan writes.
//!
//! `vocabulary.toml` holds every list with its meanings; documentation and SQL checks are made
//! from it. The enums here are the lists that code decides on. A test compares each of them with
//! the file, in both directions and in order, so the two cannot drift apart.
//!
//! ```
//! use detectors::vocabulary::{Class, Vocabulary};
//! assert_eq!(Class::Ssn.as_str(), "SSN");
//! assert_eq!("MEDICAID_ID".parse(), Ok(Class::MedicaidId));
//! let vocabulary = Vocabulary::built_in().expect("the shipped file is well-formed");
//! assert!(vocabulary.contains("outcome", "scanned"));
//! ```

use serde::Deserialize;

pub use crate::own::class::OwnClass;

/// The text of `vocabulary.toml`.
pub const VOCABULARY_TOML: &str = include_str!("../vocabulary.toml");

/// All lists of the vocabulary file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    #[serde(rename = "list")]
    lists: Vec<List>,
}

/// One closed list: a column, or an element of an array column, takes its values from here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Name of the list, which is mostly the name of the column.
    pub name: String,
    /// What the list is for.
    pub about: String,
    /// The values, in the order that decides where an order matters.
    pub values: Vec<Value>,
}

/// One value of a closed list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// The string that is written.
    pub name: String,
    /// What it means.
    pub meaning: String,
}

impl Vocabulary {
    /// Reads the shipped file.
    pub fn built_in() -> Result<Self, toml::de::Error> {
        toml::from_str(VOCABULARY_TOML)
    }

    /// The lists in the order of the file.
    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    /// The list of that name.
    pub fn list(&self, name: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.name == name)
    }

    /// Whether `value` stands in the list `list`.
    pub fn contains(&self, list: &str, value: &str) -> bool {
        self.list(list)
            .is_some_and(|list| list.values.iter().any(|known| known.name == value))
    }
}

/// A string that is not in its closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not in the vocabulary list `{list}`")]
pub struct NotInVocabulary {
    /// The list that was asked.
    pub list: &'static str,
}

macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident, $list:literal, { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }
        $(and $own:ident($own_type:ty))?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* #[doc = concat!("Written `", $text, "`.")] $variant,)+
            $(
                /// One that the user brings; in no closed list, and behind all that are.
                $own($own_type),
            )?
        }

        impl $name {
            /// Name of the list in `vocabulary.toml`.
            pub const LIST: &'static str = $list;
            /// All values of the list, in the order of the file.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The string that is written.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ $($name::$own(own) => <$own_type>::as_str(own),)? }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotInVocabulary;
            fn from_str(text: &str) -> Result<Self, NotInVocabulary> {
                let known = Self::ALL.iter().copied().find(|value| value.as_str() == text);
                $(let known = known.or_else(|| <$own_type>::named(text).map($name::$own));)?
                known.ok_or(NotInVocabulary { list: $list })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use closed_list;

closed_list!(
    /// What a value identifies. The order decides ties.
    ///
    /// Reading one from text takes the names of the list, and names of a user's own classes in
    /// their form ([`OwnClass::named`]).
    Class, "class", {
        Ssn = "SSN",
        Itin = "ITIN",
        Mbi = "MBI",
        Hicn = "HICN",
        MedicaidId = "MEDICAID_ID",
        MemberId = "MEMBER_ID",
        Mrn = "MRN",
        Dob = "DOB",
        Date = "DATE",
        Name = "NAME",
        Address = "ADDRESS",
        Phone = "PHONE",
        Fax = "FAX",
        Email = "EMAIL",
        Card = "CARD",
        Npi = "NPI",
        Dea = "DEA",
        Ndc = "NDC",
        Icd10 = "ICD10",
        Ip = "IP",
    }
    and Own(OwnClass)
);

closed_list!(
    /// Whom or what a value points at.
    Subject, "subject", {
        Patient = "patient",
        Provider = "provider",
        Product = "product",
        ClinicalCode = "clinical-code",
        Credential = "credential",
        Client = "client",
    }
);

closed_list!(
    /// What around a value speaks for its class.
    CueKind, "cue_kind", {
        None = "none",
        Slot = "slot",
        Before = "before",
        LabelLine = "label-line",
        Container = "container",
        Structure = "structure",
    }
);

closed_list!(
    /// What a value's own check digit says.
    Checksum, "checksum", {
        None = "none",
        Passed = "passed",
        Failed = "failed",
        NotApplicable = "not-applicable",
    }
);

closed_list!(
    /// Where the bytes came from.
    Source, "source", {
        Files = "files",
        Names = "names",
        S3 = "s3",
        Logs = "logs",
        Cloudtrail = "cloudtrail",
        Kinesis = "kinesis",
        Resources = "resources",
        Config = "config",
        Xray = "xray",
        States = "states",
        Events = "events",
    }
);

closed_list!(
    /// What became of a unit.
    Outcome, "outcome", {
        Scanned = "scanned",
        Partial = "partial",
        Unchanged = "unchanged",
        Empty = "empty",
        Skipped = "skipped",
        Denied = "denied",
        Unreadable = "unreadable",
        Unsupported = "unsupported",
    }
);

closed_list!(
    /// Why an outcome is not simply `scanned`.
    Reason, "reason", {
        None = "none",
        Truncated = "truncated",
        Unclosed = "unclosed",
        Corrupt = "corrupt",
        RatioLimit = "ratio-limit",
        ByteLimit = "byte-limit",
        InvalidUtf8 = "invalid-utf8",
        NoPermission = "no-permission",
        NotFound = "not-found",
        Fifo = "fifo",
        SpecialFile = "special-file",
        Binary = "binary",
        SymlinkLoop = "symlink-loop",
        Shrank = "shrank",
        OwnOutput = "own-output",
        Archived = "archived",
        Filtered = "filtered",
        TooDeep = "too-deep",
        Link = "link",
        Overlap = "overlap",
        MemberLimit = "member-limit",
        MembersMissed = "members-missed",
        Sparse = "sparse",
        Encrypted = "encrypted",
        Compression = "compression",
        WriteFailed = "write-failed",
        Panicked = "panicked",
        Interrupted = "interrupted",
        IoError = "io-error",
        Throttled = "throttled",
    }
);

closed_list!(
    /// A layer taken off before a value became visible.
    Encoding, "encoding", {
        Gzip = "gzip",
        Zstd = "zstd",
        Zip = "zip",
        Tar = "tar",
        Base64 = "base64",
        Utf16 = "utf-16",
        Latin1 = "latin-1",
        JsonString = "json-string",
        Percent = "percent",
        Form = "form",
    }
);

closed_list!(
    /// Elements of the general rule on free-form fields.
    ElementKind, "element_kind", {
        ResourceName = "resource-name",
        Tag = "tag",
        Description = "description",
        FreeFormField = "free-form-field",
    }
);

closed_list!(
    /// The kinds of things that coverage accounts for.
    UnitKind, "unit_kind", {
        File = "file",
        Names = "names",
        Folder = "folder",
        ArchiveMember = "archive-member",
        TrailFile = "trail-file",
        LogStream = "log-stream",
        KeyRange = "key-range",
        Object = "object",
        ResourcePage = "resource-page",
        Container = "container",
    }
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn assert_list(list: &str, all: Vec<&str>) {
        let vocabulary = Vocabulary::built_in().unwrap();
        let file: Vec<String> = vocabulary
            .list(list)
            .unwrap()
            .values
            .iter()
            .map(|value| value.name.clone())
            .collect();
        assert_eq!(file, all, "list `{list}`");
    }

    #[test]
    fn enums_and_file_say_the_same() {
        macro_rules! compare {
            ($($name:ident),+) => {$(
                assert_list($name::LIST, $name::ALL.iter().map(|value| value.as_str()).collect());
                for value in $name::ALL {
                    assert_eq!(value.as_str().parse(), Ok(*value));
                }
            )+};
        }
        compare!(
            Class,
            Subject,
            CueKind,
            Checksum,
            Source,
            Outcome,
            Reason,
            Encoding,
            ElementKind,
            UnitKind
        );
    }

    #[test]
    fn every_value_has_a_meaning_and_stands_once() {
        for list in Vocabulary::built_in().unwrap().lists() {
            assert!(!list.about.is_empty(), "{}", list.name);
            let mut names: Vec<_> = list.values.iter().map(|value| &value.name).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), list.values.len(), "{}", list.name);
            assert!(
                list.values.iter().all(|value| !value.meaning.is_empty()),
                "{}",
                list.name
            );
        }
    }

    #[test]
    fn unknown_strings_are_refused() {
        for wrong in ["ssn", "", "SNN", "ORG", "ORG_", "ORG_7", "ORG_a"] {
            assert_eq!(
                wrong.parse::<Class>(),
                Err(NotInVocabulary { list: "class" }),
                "{wrong}"
            );
        }
    }

    #[test]
    fn own_classes_stand_behind_the_list_and_in_none() {
        let own: Class = "ORG_SPECIMEN".parse().unwrap();
        assert_eq!(own.as_str(), "ORG_SPECIMEN");
        assert!(Class::ALL.iter().all(|class| *class < own));
        assert_eq!("ORG_SPECIMEN".parse(), Ok(own));
        assert!(
            !Vocabulary::built_in()
                .unwrap()
                .contains("class", "ORG_SPECIMEN")
        );
    }
}
