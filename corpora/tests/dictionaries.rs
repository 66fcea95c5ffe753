//! The estate is no closed loop: the detectors' dictionaries do not know most of the
//! surnames and system words that it is made of.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::path::Path;

use corpora::noise::FILLER;
use corpora::people;
use corpora::random::Random;

/// Every word of the detectors' word lists, in lower case.
fn known() -> HashSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../detectors/data");
    let mut words = HashSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            let text = std::fs::read_to_string(path).unwrap();
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            words.extend(
                lines
                    .flat_map(str::split_whitespace)
                    .map(|word| word.trim_start_matches('+').to_lowercase()),
            );
        }
    }
    words
}

#[test]
fn half_of_surnames_and_filler_words_are_unknown() {
    let known = known();
    assert!(
        known.contains("smith") && known.contains("patient"),
        "the dictionaries were not read"
    );
    let mut random = Random::new(11);
    let surnames: Vec<String> = (0..2_000)
        .map(|_| people::surname(&mut random).to_lowercase())
        .collect();
    let unknown = surnames
        .iter()
        .filter(|name| !known.contains(*name))
        .count();
    assert!(
        unknown * 2 >= surnames.len(),
        "{unknown} of {} surnames are unknown",
        surnames.len()
    );
    let unknown = FILLER.iter().filter(|word| !known.contains(**word)).count();
    assert!(
        unknown * 2 >= FILLER.len(),
        "{unknown} of {} words are unknown",
        FILLER.len()
    );
}
