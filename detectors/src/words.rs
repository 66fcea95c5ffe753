//! Words of identifiers and prose: `patientMRN`, `patient_mrn`, `PATIENT-MRN`, `pt.mrn2`.
//!
//! A word is a run of letters or of digits. Within a run of letters a new word starts at a change
//! from lower to upper case (`patientName`), and before the last capital of an acronym that a
//! lower-case letter follows (`MRNNumber`), but not before a plural s (`SSNs`). Comparison folds
//! ASCII case. Bytes above 0x7F are letters without case, so words of other scripts stay whole.

use std::ops::Range;

/// Longest identifier that is looked at around a hit, in each direction.
pub(crate) const WINDOW: usize = 64;

/// What a byte is to a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Other,
}

fn kind(byte: u8) -> Kind {
    match byte {
        b'a'..=b'z' | 0x80.. => Kind::Lower,
        b'A'..=b'Z' => Kind::Upper,
        b'0'..=b'9' => Kind::Digit,
        _ => Kind::Other,
    }
}

/// Collects the words of `text[range]`, as positions in `text`.
pub(crate) fn split(text: &[u8], range: Range<usize>, words: &mut Vec<Range<usize>>) {
    words.clear();
    let end = range.end.min(text.len());
    let mut at = range.start;
    while at < end {
        match kind(text[at]) {
            Kind::Other => at += 1,
            _ => {
                let stop = word_end(&text[..end], at);
                words.push(at..stop);
                at = stop;
            }
        }
    }
}

/// End of the word that starts at `start`, where a word byte stands.
pub(crate) fn word_end(text: &[u8], start: usize) -> usize {
    let at = |i: usize| text.get(i).map_or(Kind::Other, |&byte| kind(byte));
    let run = |from: usize, of: Kind| {
        let mut end = from;
        while at(end) == of {
            end += 1;
        }
        end
    };
    match at(start) {
        Kind::Upper => {
            let capitals = run(start, Kind::Upper);
            if at(capitals) != Kind::Lower {
                return capitals;
            }
            let lower = run(capitals, Kind::Lower);
            // A single capital starts a word; a lone s is a plural (`SSNs`).
            if capitals - start == 1 || (lower - capitals == 1 && text[capitals] == b's') {
                lower
            } else {
                capitals - 1 // MRNNumber
            }
        }
        of => run(start, of),
    }
}

/// Whether a word can start at `start`, looking one byte back only.
pub(crate) fn may_start(text: &[u8], start: usize) -> bool {
    let Some(before) = start.checked_sub(1) else {
        return true;
    };
    match (kind(text[before]), kind(text[start])) {
        (Kind::Other, _) => true,
        (Kind::Upper, Kind::Upper) => {
            // The last capital of an acronym starts a word: `MRNNumber`.
            text.get(start + 1)
                .is_some_and(|&next| kind(next) == Kind::Lower)
        }
        (Kind::Upper, Kind::Lower) => false,
        (left, right) => left != right,
    }
}

/// Whether the word is `folded`, which is lower case.
pub(crate) fn is(text: &[u8], word: &Range<usize>, folded: &[u8]) -> bool {
    text.get(word.clone())
        .is_some_and(|word| word.eq_ignore_ascii_case(folded))
}

/// The lower-case words of a phrase of a detector file.
pub(crate) fn fold(phrase: &str) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    split(phrase.as_bytes(), 0..phrase.len(), &mut words);
    words
        .into_iter()
        .map(|word| phrase.as_bytes()[word].to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut words = Vec::new();
        split(text.as_bytes(), 0..text.len(), &mut words);
        words.into_iter().map(|word| &text[word]).collect()
    }

    #[test]
    fn all_spellings_of_one_identifier_are_the_same_words() {
        for text in [
            "patientMRN",
            "patient_mrn",
            "PATIENT-MRN",
            "patient/mrn",
            "Patient.Mrn",
        ] {
            let folded: Vec<_> = words(text).iter().map(|w| w.to_ascii_lowercase()).collect();
            assert_eq!(folded, ["patient", "mrn"], "{text}");
        }
        assert_eq!(words("MRNNumber2"), ["MRN", "Number", "2"]);
        assert_eq!(words("SSNs of"), ["SSNs", "of"]);
        assert_eq!(words("icd10Code"), ["icd", "10", "Code"]);
    }

    #[test]
    fn starts_agree_with_the_split() {
        for text in ["patientMRNNumber2a_b SSNs", "aBCd12EFg", "x"] {
            let mut split_words = Vec::new();
            split(text.as_bytes(), 0..text.len(), &mut split_words);
            for word in split_words {
                assert!(
                    may_start(text.as_bytes(), word.start),
                    "{text} at {}",
                    word.start
                );
            }
        }
        assert!(!may_start(b"filename", 4));
        assert!(!may_start(b"XMRN", 1));
    }
}
