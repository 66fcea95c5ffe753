//! Runs the cases of `testdata/verdicts.toml`: places and facts in, ruling out.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde::Deserialize;

use super::catalogue::CONTENT;
use super::{Basis, Catalogue, ConditionState, Fact, Place, Stance, Verdict};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::built_in().unwrap());

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Case {
    why: String,
    places: Vec<Place>,
    /// What was read of any place that applies.
    #[serde(default)]
    facts: BTreeMap<String, bool>,
    place: Option<Place>,
    verdict: Verdict,
    policy: Option<String>,
    basis: Option<Basis>,
    citation: Option<String>,
    condition: Option<String>,
    state: Option<ConditionState>,
    /// `place verdict policy` of each, in order.
    also: Option<Vec<String>>,
}

#[test]
fn cases() {
    let catalogue = &*CATALOGUE;
    let cases: Cases = toml::from_str(include_str!("../../testdata/verdicts.toml")).unwrap();
    for case in &cases.case {
        let facts = |_: &Place, fact: Fact| case.facts.get(fact.as_str()).copied();
        for fact in case.facts.keys() {
            assert!(
                fact.parse::<Fact>().is_ok(),
                "{}: no fact `{fact}`",
                case.why
            );
        }
        let ruling = catalogue.rule(&case.places, &facts);
        let why = format!("{} ({:?})", case.why, ruling);
        assert_eq!(ruling.verdict, case.verdict, "{why}");
        assert_eq!(
            &ruling.place,
            case.place.as_ref().unwrap_or(&case.places[0]),
            "{why}"
        );
        assert_eq!(ruling.policy_id.as_deref(), case.policy.as_deref(), "{why}");
        if case.basis.is_some() {
            assert_eq!(ruling.basis, case.basis, "{why}");
        }
        if case.citation.is_some() {
            assert_eq!(
                ruling.citation.as_deref(),
                case.citation.as_deref(),
                "{why}"
            );
        }
        if let Some(condition) = &case.condition {
            assert_eq!(&ruling.condition, condition, "{why}");
        }
        if let Some(state) = case.state {
            assert_eq!(ruling.condition_state, state, "{why}");
        }
        if let Some(also) = &case.also {
            let got: Vec<String> = ruling
                .also
                .iter()
                .map(|also| {
                    format!(
                        "{} {} {}",
                        also.place,
                        also.verdict,
                        also.policy_id.as_deref().unwrap_or("-")
                    )
                })
                .collect();
            assert_eq!(&got, also, "{why}");
        }
        assert!(!ruling.remedy.is_empty(), "{why}");
    }
    // Each verdict and each general rule has at least one case.
    for verdict in Verdict::ALL {
        assert!(
            cases.case.iter().any(|case| case.verdict == *verdict),
            "no case for {verdict}"
        );
    }
    for rule in ["WP-FREE-FORM-FIELD", "WP-ELIGIBLE-SERVICE", "WP-ENCRYPTION"] {
        assert!(
            cases
                .case
                .iter()
                .any(|case| case.policy.as_deref() == Some(rule)),
            "{rule}"
        );
    }
}

/// The rules of the module's description, written out the slow way: the verdict and policy id of
/// one place.
fn slow(catalogue: &Catalogue, place: &Place, answer: Option<bool>) -> (Verdict, Option<String>) {
    if place.service == "local" {
        return (Verdict::NoStatement, None);
    }
    let free_form = ["resource-name", "tag", "description", "free-form-field"];
    let general = |policy: &str| {
        catalogue
            .entries()
            .iter()
            .find(|entry| &*entry.policy_id == policy)
            .unwrap()
    };
    let best = |place: &Place, remarks: bool| {
        catalogue
            .entries()
            .iter()
            .filter(|entry| {
                let about = entry.about.as_ref() == Some(place);
                let own = entry.place == *place;
                if remarks {
                    about || own && entry.remark
                } else {
                    own && !entry.remark
                }
            })
            .min_by_key(|entry| (entry.stance, entry.basis, entry.row))
    };
    let has_section = catalogue
        .entries()
        .iter()
        .any(|entry| entry.place.service == place.service);
    let entry = best(place, false)
        .or_else(|| best(place, true))
        .or_else(|| {
            free_form
                .contains(&&*place.element)
                .then(|| general("WP-FREE-FORM-FIELD"))
        })
        .or_else(|| (!has_section).then(|| general("WP-ELIGIBLE-SERVICE")))
        .or_else(|| best(&Place::of(place.service.clone(), CONTENT), false))
        .unwrap_or_else(|| general("WP-ENCRYPTION"));
    let verdict = match (entry.stance, answer) {
        (Stance::Conditional, Some(true)) => Verdict::ConditionMet,
        (Stance::Conditional, Some(false)) => Verdict::ConditionUnmet,
        (Stance::Conditional, None) => Verdict::ConditionUnknown,
        (stance, _) => stance.as_str().parse().unwrap(),
    };
    (verdict, Some(entry.policy_id.to_string()))
}

/// Any place of the catalogue, or a service with an element that need not go together.
fn any_place(catalogue: &Catalogue) -> impl Strategy<Value = Place> + use<> {
    let mut places: Vec<Place> = catalogue
        .entries()
        .iter()
        .map(|entry| entry.place.clone())
        .filter(|place| place.service != "*")
        .collect();
    let mut elements: Vec<String> = places
        .iter()
        .map(|place| place.element.to_string())
        .collect();
    elements.push("description".to_owned());
    elements.push("whatever".to_owned());
    let mut services: Vec<String> = places
        .iter()
        .map(|place| place.service.to_string())
        .collect();
    services.extend(["iam", "bedrock", "local"].map(str::to_owned));
    places.extend([Place::FILE_CONTENT, Place::FILE_NAME]);
    let mixed = (
        prop::sample::select(services),
        prop::sample::select(elements),
    )
        .prop_map(|(service, element)| Place::of(service, element));
    prop_oneof![prop::sample::select(places), mixed]
}

proptest! {
    #[test]
    fn rulings_agree_with_the_slow_reading(
        places in prop::collection::vec(any_place(&CATALOGUE), 1..5),
        answer in prop::option::of(any::<bool>()),
    ) {
        let catalogue = &*CATALOGUE;
        let ruling = catalogue.rule(&places, &|_, _| answer);
        let each: Vec<_> = places.iter().map(|place| slow(catalogue, place, answer)).collect();
        let (at, (verdict, policy)) =
            each.iter().enumerate().min_by_key(|(_, (verdict, _))| *verdict).unwrap();
        prop_assert_eq!(&ruling.place, &places[at]);
        prop_assert_eq!(ruling.verdict, *verdict);
        prop_assert_eq!(ruling.policy_id.as_deref(), policy.as_deref());
        // No place is forgotten, and nothing stands twice.
        for place in &places {
            let told = ruling.place == *place || ruling.also.iter().any(|also| also.place == *place);
            prop_assert!(told, "{} is not told", place);
        }
        for (at, also) in ruling.also.iter().enumerate() {
            prop_assert!(!ruling.also[..at].contains(also));
            prop_assert!((&also.place, &also.policy_id) != (&ruling.place, &ruling.policy_id));
        }
    }
}
