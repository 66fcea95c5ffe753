//! The words that catalogue, verdicts and findings are written in.
//!
//! Each list is closed. Order matters in two of them: verdicts and stances are listed strictest
//! first, so the smaller of two is the stricter.

use serde::Deserialize;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// All values, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The string that is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
                    .ok_or(UnknownWord { list: stringify!($name) })
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
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    serde::de::Error::unknown_variant(&text, &[$($text,)+])
                })
            }
        }
    };
}

/// A string that is not in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such word in the list {list}")]
pub struct UnknownWord {
    /// The list that was asked.
    pub list: &'static str,
}

words!(
    /// What a place says about a value in it, strictest first.
    Verdict {
        /// PHI must not be in this element.
        Forbidden = "forbidden",
        /// The service does not, or cannot, hold PHI.
        NotForPhi = "not-for-phi",
        /// The place is said to hold no PHI, so its presence breaks a premise.
        Unexpected = "unexpected",
        /// Allowed on a condition that was read and does not hold.
        ConditionUnmet = "condition-unmet",
        /// Allowed on a condition that could not be read.
        ConditionUnknown = "condition-unknown",
        /// The whitepaper is silent, or the place is not AWS.
        NoStatement = "no-statement",
        /// Allowed on a condition, and it holds.
        ConditionMet = "condition-met",
        /// Allowed without condition.
        Permitted = "permitted",
    }
);

words!(
    /// What an entry says of its place before facts are looked at, strictest first.
    Stance {
        /// PHI must not be in this element.
        Forbidden = "forbidden",
        /// The service does not, or cannot, hold PHI.
        NotForPhi = "not-for-phi",
        /// The place is said to hold no PHI.
        Unexpected = "unexpected",
        /// Allowed where the entry's facts hold.
        Conditional = "conditional",
        /// The section says nothing of it.
        NoStatement = "no-statement",
        /// Allowed.
        Permitted = "permitted",
    }
);

words!(
    /// How plainly the section says it, plainest first.
    Basis {
        /// The section names this element.
        Stated = "stated",
        /// The section advises it strongly.
        Advised = "advised",
        /// Words of the section, or a general rule, are read as covering this element.
        ReadAs = "read-as",
    }
);

words!(
    /// What became of an entry's condition.
    ConditionState {
        /// The entry has no condition.
        NotApplicable = "not-applicable",
        /// Every fact was read and holds.
        Met = "met",
        /// A fact was read and does not hold.
        Unmet = "unmet",
        /// No fact is false, but one could not be read.
        Unknown = "unknown",
    }
);

words!(
    /// How much a finding weighs, heaviest first.
    Severity {
        /// Act today.
        Critical = "critical",
        /// Act this week.
        High = "high",
        /// Plan a remedy.
        Medium = "medium",
        /// Look when convenient.
        Low = "low",
        /// Context only.
        Info = "info",
    }
);

words!(
    /// What a condition can ask of a configuration.
    Fact {
        /// Encrypted at rest: by the service (SSE-S3 or KMS), the volume or the client.
        Encrypted = "encrypted",
        /// Encrypted in transit, as the resource's own settings require it of all who connect.
        InTransit = "in-transit",
        /// Log file integrity validation of the trail is on.
        Validation = "validation",
        /// The service is on the list of HIPAA-eligible services.
        Eligible = "eligible",
        /// Clients have to authenticate by a token of the required strength (Redis AUTH).
        AuthToken = "auth-token",
        /// The engine's version is one that the section names.
        EngineVersion = "engine-version",
        /// Nodes are of a current generation.
        NodeGeneration = "node-generation",
        /// Security updates were applied by their recommended date.
        ServiceUpdates = "service-updates",
        /// The edition is one that the section names.
        Edition = "edition",
        /// The engine's audit is on.
        Auditing = "auditing",
        /// The service's logging is on.
        Logging = "logging",
    }
);

impl Severity {
    /// One step less, `info` at the least.
    pub const fn lowered(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Info => Self::Info,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stricter_is_smaller() {
        assert!(Verdict::Forbidden < Verdict::NotForPhi);
        assert!(Verdict::ConditionUnknown < Verdict::NoStatement);
        assert!(Verdict::NoStatement < Verdict::ConditionMet);
        assert!(Stance::Conditional < Stance::NoStatement);
        assert!(Basis::Stated < Basis::Advised && Basis::Advised < Basis::ReadAs);
    }

    #[test]
    fn words_read_as_they_are_written() {
        for verdict in Verdict::ALL {
            assert_eq!(verdict.as_str().parse(), Ok(*verdict));
        }
        assert_eq!(
            "met ".parse::<ConditionState>(),
            Err(UnknownWord {
                list: "ConditionState"
            })
        );
    }

    #[test]
    fn lowering_ends_at_info() {
        let mut severity = Severity::Critical;
        for expected in [
            Severity::High,
            Severity::Medium,
            Severity::Low,
            Severity::Info,
            Severity::Info,
        ] {
            severity = severity.lowered();
            assert_eq!(severity, expected);
        }
    }
}
