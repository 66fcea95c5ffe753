//! How a run ends: the exit statuses of the public contract, and which one wins.

use std::process::ExitCode;

/// What the process tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing that counts was found, and everything was read that is of a kind that is read.
    Clean = 0,
    /// Findings that count.
    Findings = 1,
    /// Wrong usage or configuration; nothing was scanned.
    Usage = 2,
    /// Nothing that counts was found, but something could not be read.
    Incomplete = 3,
    /// The run itself failed: its output is not committed.
    Failed = 4,
    /// Findings that count, and something could not be read.
    FindingsIncomplete = 5,
    /// An attestation failed: a trail or its digests were altered.
    AttestationFailed = 6,
}

impl ExitStatus {
    /// The status of a run that went through to its commit.
    ///
    /// A failed attestation outranks findings and gaps, because then the trail itself cannot be
    /// believed.
    #[must_use]
    pub fn of_run(counting: u64, incomplete: bool, attestation_failed: bool) -> Self {
        match (attestation_failed, counting > 0, incomplete) {
            (true, _, _) => Self::AttestationFailed,
            (_, true, true) => Self::FindingsIncomplete,
            (_, true, false) => Self::Findings,
            (_, false, true) => Self::Incomplete,
            (_, false, false) => Self::Clean,
        }
    }

    /// The number that the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

#[cfg(test)]
mod tests {
    use super::ExitStatus;

    #[test]
    fn every_combination_has_the_status_of_the_contract() {
        let cases = [
            (0, false, false, 0),
            (3, false, false, 1),
            (0, true, false, 3),
            (3, true, false, 5),
            (0, false, true, 6),
            (3, true, true, 6),
        ];
        for (counting, incomplete, attestation, code) in cases {
            let status = ExitStatus::of_run(counting, incomplete, attestation);
            assert_eq!(status.code(), code, "{counting} {incomplete} {attestation}");
        }
    }
}
