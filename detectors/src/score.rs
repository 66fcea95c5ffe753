//! Confidence from evidence: the model `uncalibrated-1`.
//!
//! Every piece of evidence adds to the log-odds that a value is what its detector says. The sum
//! starts from the pattern's own score (the confidence with nothing around it) and becomes a
//! probability at the end. The weights are judgement, not measurement, which the model's name says;
//! every input is written beside the finding, so scores can be redone later.
//!
//! | evidence | log-odds |
//! |---|---|
//! | pattern `score` p | ln(p / (1 − p)) |
//! | check digit passed / failed | +1.5 / −3.0 |
//! | strong cue: structure / its slot / label line / before | +3.0 / +2.4 / +2.0 / +1.6 |
//! | strong cue in the container's name | +0.8 |
//! | weak cue | half of the above |
//! | a word beside it in the record | +0.9 |
//! | the container holds patients' data | +0.4 |
//! | hard word against it | −2.5 |
//! | soft word against it, no strong cue | −1.4 |
//! | name evidence n | ln(n / (1 − n)), in place of the pattern's score where that is lower |
//!
//! A reserved value is capped at [`RESERVED_CAP`] whatever stands around it, and one whose label
//! names staff at [`STAFF_CAP`].

use crate::cue::{CueHit, Strength};
use crate::vocabulary::{Checksum, CueKind};

/// Name of the model, written into every run.
pub const MODEL: &str = "uncalibrated-1";

/// Highest confidence of a published sample value.
pub const RESERVED_CAP: f64 = 0.25;

/// Highest confidence of a value whose label says that it is staff's.
pub const STAFF_CAP: f64 = 0.3;

/// All that is known of one candidate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clues {
    pub(crate) score: f64,
    pub(crate) checksum: Checksum,
    pub(crate) cue: Option<CueHit>,
    pub(crate) beside: bool,
    pub(crate) health: bool,
    pub(crate) hard: bool,
    pub(crate) soft: bool,
    pub(crate) reserved: bool,
    pub(crate) staff: bool,
}

/// Confidence, 0 to 1, in thousandths; those of reserved values and of staff's are capped.
pub(crate) fn confidence(clues: &Clues) -> f64 {
    let cap = match (clues.reserved, clues.staff) {
        (true, _) => RESERVED_CAP,
        (false, true) => STAFF_CAP,
        (false, false) => 1.0,
    };
    evidence(clues).min(cap)
}

/// How much speaks for a class, 0 to 1, in thousandths; of two classes for one span the one with
/// more wins.
pub(crate) fn evidence(clues: &Clues) -> f64 {
    let mut odds = log_odds(clues.score);
    odds += checksum_weight(clues.checksum);
    if let Some(cue) = clues.cue {
        let full = cue_weight(cue.kind);
        odds += if cue.strength == Strength::Strong {
            full
        } else {
            full / 2.0
        };
    }
    let strong = clues
        .cue
        .is_some_and(|cue| cue.strength == Strength::Strong && cue.kind != CueKind::Container);
    odds += if clues.beside { 0.9 } else { 0.0 };
    odds += if clues.health { 0.4 } else { 0.0 };
    odds -= if clues.hard { 2.5 } else { 0.0 };
    odds -= if clues.soft && !strong { 1.4 } else { 0.0 };
    let probability = 1.0 / (1.0 + (-odds).exp());
    (probability * 1000.0).round() / 1000.0
}

/// What a check digit adds to the log-odds.
pub const fn checksum_weight(checksum: Checksum) -> f64 {
    match checksum {
        Checksum::Passed => 1.5,
        Checksum::Failed => -3.0,
        Checksum::None | Checksum::NotApplicable => 0.0,
    }
}

/// What a strong cue adds to the log-odds; a weak one adds half of it.
pub const fn cue_weight(cue: CueKind) -> f64 {
    match cue {
        CueKind::None => 0.0,
        CueKind::Structure => 3.0,
        CueKind::Slot => 2.4,
        CueKind::LabelLine => 2.0,
        CueKind::Before => 1.6,
        CueKind::Container => 0.8,
    }
}

fn log_odds(probability: f64) -> f64 {
    let p = probability.clamp(0.001, 0.999);
    (p / (1.0 - p)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Clues = Clues {
        score: 0.5,
        checksum: Checksum::None,
        cue: None,
        beside: false,
        health: false,
        hard: false,
        soft: false,
        reserved: false,
        staff: false,
    };

    fn cue(kind: CueKind, strength: Strength) -> Option<CueHit> {
        Some(CueHit {
            kind,
            strength,
            alone: false,
        })
    }

    #[test]
    fn nothing_around_leaves_the_score() {
        for score in [0.05, 0.3, 0.5, 0.9] {
            assert!((confidence(&Clues { score, ..BARE }) - score).abs() < 0.001);
        }
    }

    #[test]
    fn evidence_moves_confidence_its_own_way() {
        let of = |clues: Clues| confidence(&clues);
        let slot = of(Clues {
            cue: cue(CueKind::Slot, Strength::Strong),
            ..BARE
        });
        let before = of(Clues {
            cue: cue(CueKind::Before, Strength::Strong),
            ..BARE
        });
        let weak = of(Clues {
            cue: cue(CueKind::Slot, Strength::Weak),
            ..BARE
        });
        assert!(slot > before && before > weak && weak > 0.5);
        assert!(of(Clues { hard: true, ..BARE }) < of(Clues { soft: true, ..BARE }));
        let passed = of(Clues {
            checksum: Checksum::Passed,
            hard: true,
            ..BARE
        });
        assert!(
            passed > 0.2,
            "negative words lower a checked value, they do not delete it"
        );
    }

    #[test]
    fn a_strong_cue_outweighs_soft_words() {
        let strong = Clues {
            cue: cue(CueKind::Slot, Strength::Strong),
            ..BARE
        };
        assert_eq!(
            confidence(&strong).to_bits(),
            confidence(&Clues {
                soft: true,
                ..strong
            })
            .to_bits()
        );
    }

    #[test]
    fn values_of_staff_stay_low() {
        let sure = Clues {
            score: 0.95,
            beside: true,
            staff: true,
            ..BARE
        };
        assert!(confidence(&sure) <= STAFF_CAP);
    }

    #[test]
    fn reserved_values_stay_low() {
        let sure = Clues {
            score: 0.9,
            checksum: Checksum::Passed,
            cue: cue(CueKind::Slot, Strength::Strong),
            reserved: true,
            ..BARE
        };
        assert!(confidence(&sure) <= RESERVED_CAP);
    }
}
