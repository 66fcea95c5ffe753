//! The words that catalogue, verdicts and findings are written in.
//!
//! Each list stands in `vocabulary.toml` with its meanings. Order matters in two of them: verdicts and stances are listed strictest
//! first, so the smaller of two is the stricter.

use serde::Deserialize;

use crate::vocabulary::{NotInVocabulary, closed_list};

closed_list!(
    /// What a place says about a value in it, strictest first.
    Verdict, "verdict", {
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

closed_list!(
    /// What an entry says of its place before facts are looked at, strictest first.
    Stance, "stance", {
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

closed_list!(
    /// How plainly the section says it, plainest first; or that the user's own policy does.
    Basis, "basis", {
        /// The section names this element.
        Stated = "stated",
        /// The section advises it strongly.
        Advised = "advised",
        /// Words of the section, or a general rule, are read as covering this element.
        ReadAs = "read-as",
        /// The organisation's own policy says so; no entry of the catalogue has this one.
        Organisation = "organisation",
    }
);

closed_list!(
    /// What became of an entry's condition.
    ConditionState, "condition_state", {
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

closed_list!(
    /// How much a finding weighs, heaviest first.
    Severity, "severity", {
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

closed_list!(
    /// What a condition can ask of a configuration.
    Fact, "fact", {
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
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::vocabulary::Vocabulary;

    #[test]
    fn stricter_is_smaller() {
        assert!(Verdict::Forbidden < Verdict::NotForPhi);
        assert!(Verdict::ConditionUnknown < Verdict::NoStatement);
        assert!(Verdict::NoStatement < Verdict::ConditionMet);
        assert!(Stance::Conditional < Stance::NoStatement);
        assert!(Basis::Stated < Basis::Advised && Basis::Advised < Basis::ReadAs);
    }

    #[test]
    fn the_vocabulary_file_says_the_same() {
        let vocabulary = Vocabulary::built_in().unwrap();
        let file = |list: &str| -> Vec<String> {
            vocabulary
                .list(list)
                .unwrap()
                .values
                .iter()
                .map(|value| value.name.clone())
                .collect()
        };
        macro_rules! compare {
            ($($name:ident),+) => {$(
                let words: Vec<&str> = $name::ALL.iter().map(|word| word.as_str()).collect();
                assert_eq!(file($name::LIST), words, "{}", $name::LIST);
            )+};
        }
        compare!(Verdict, Stance, Basis, ConditionState, Severity, Fact);
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
