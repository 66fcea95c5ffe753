//! One finding a span: of candidates that overlap, the one with most evidence wins.
//!
//! Candidates are taken from the one with most evidence down; ties go to the earlier class of the
//! vocabulary, then to the longer span, then to the earlier one. One that overlaps a span already
//! taken only leaves its class there, as what the span could also be. The order of the input does
//! not matter, and the work is n log n however long a chain of overlaps is.

use crate::vocabulary::Class;
use std::collections::BTreeMap;
use std::ops::Range;

/// What the resolution needs to know of a candidate.
pub(crate) trait Claim {
    fn span(&self) -> Range<usize>;
    fn evidence(&self) -> f64;
    fn class(&self) -> Class;
    /// Whether any other candidate comes first: a name without a label inside an e-mail address.
    fn yields(&self) -> bool {
        false
    }
}

/// The winners with the classes that lost to each, in the order of their spans.
pub(crate) fn resolve<C: Claim>(mut claims: Vec<C>) -> Vec<(C, Vec<Class>)> {
    claims.sort_by(|a, b| {
        let length = |claim: &C| claim.span().len();
        a.yields()
            .cmp(&b.yields())
            .then_with(|| b.evidence().total_cmp(&a.evidence()))
            .then_with(|| a.class().cmp(&b.class()))
            .then_with(|| length(b).cmp(&length(a)))
            .then_with(|| a.span().start.cmp(&b.span().start))
    });
    let mut taken: BTreeMap<usize, (C, Vec<Class>)> = BTreeMap::new();
    for claim in claims {
        let span = claim.span();
        let rival = taken
            .range_mut(..span.end)
            .next_back()
            .filter(|(_, (winner, _))| winner.span().end > span.start);
        match rival {
            Some((_, (winner, others))) => {
                let class = claim.class();
                if class != winner.class() && !others.contains(&class) {
                    others.push(class);
                }
            }
            None => {
                taken.insert(span.start, (claim, Vec::new()));
            }
        }
    }
    let mut winners: Vec<_> = taken.into_values().collect();
    for (_, others) in &mut winners {
        others.sort_unstable();
    }
    winners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Toy(Range<usize>, f64, Class);

    impl Claim for Toy {
        fn span(&self) -> Range<usize> {
            self.0.clone()
        }
        fn evidence(&self) -> f64 {
            self.1
        }
        fn class(&self) -> Class {
            self.2
        }
    }

    #[test]
    fn evidence_wins_then_vocabulary_order() {
        let phone = Toy(0..12, 0.6, Class::Phone);
        let fax = Toy(0..12, 0.9, Class::Fax);
        assert_eq!(
            resolve(vec![phone.clone(), fax.clone()]),
            [(fax, vec![Class::Phone])]
        );
        let ssn = Toy(0..9, 0.7, Class::Ssn);
        let mrn = Toy(0..9, 0.7, Class::Mrn);
        assert_eq!(resolve(vec![mrn, ssn.clone()]), [(ssn, vec![Class::Mrn])]);
        let long = Toy(0..20, 0.6, Class::Phone);
        assert_eq!(resolve(vec![phone, long.clone()]), [(long, vec![])]);
    }

    #[test]
    fn neighbours_stay() {
        let claims = vec![Toy(5..9, 0.5, Class::Dob), Toy(0..5, 0.9, Class::Ssn)];
        let spans: Vec<_> = resolve(claims)
            .into_iter()
            .map(|(claim, _)| claim.0)
            .collect();
        assert_eq!(spans, [0..5, 5..9]);
    }
}
