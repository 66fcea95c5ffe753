//! What a key says to be a name whatever the dictionaries know.
//!
//! Half the world's names are on no list, and their letters are not those of the names that the model
//! has learned from. But `patients/Xhosa_Qhubeka/chart.pdf` can hardly be anything else than a patient:
//! two or three words with capitals, all that the part holds, none of them a word of the language, of
//! files, of medicine, or a place. Where the folder is one of patients, that is enough; where
//! the key only speaks of health, the letters must be a name's too.

use std::ops::Range;

use super::Health;
use super::lexicon::Flags;
use super::token::{Case, Kind, Token};

/// The log odds of such a part in a folder of patients, and in another key about health.
const IN_FOLDER: f64 = 0.4;
const IN_KEY: f64 = 0.05;

/// How name-like the letters of an unlisted word must be: in capitals, where codes are written so,
/// and in a key that only speaks of health.
const LETTERS_OF_CAPITALS: f64 = -0.2;
const LETTERS_IN_KEY: f64 = 0.1;

/// Words that say that what stands beside them is a person.
const OF_A_PERSON: [&[u8]; 8] = [
    b"patient",
    b"pt",
    b"mrn",
    b"dob",
    b"patients",
    b"pts",
    b"chart",
    b"facesheet",
];

/// Ends of words of medicine, of no name.
const ENDS_OF_MEDICINE: [&[u8]; 27] = [
    b"ology",
    b"ologist",
    b"itis",
    b"osis",
    b"oses",
    b"ectomy",
    b"otomy",
    b"ostomy",
    b"plasty",
    b"scopy",
    b"graphy",
    b"gram",
    b"grams",
    b"emia",
    b"uria",
    b"pathy",
    b"trophy",
    b"megaly",
    b"umab",
    b"sartan",
    b"statin",
    b"mycin",
    b"cillin",
    b"oxacin",
    b"gliptin",
    b"gliflozin",
    b"lutide",
];

/// Ends of words of medicine and of offices that few names have: with one of them, the place does not make
/// an unlisted word a name.
const ENDS_OF_WORDS: [&[u8]; 23] = [
    b"tion", b"tions", b"sion", b"sions", b"ment", b"ments", b"ness", b"inib", b"pril", b"azole",
    b"ability", b"ities", b"ized", b"ised", b"izer", b"able", b"ible", b"ical", b"ically", b"less",
    b"ware", b"sheet", b"sheets",
];

/// Ends of words for what is done, and of some surnames.
const ENDS_OF_ACTS: [&[u8]; 2] = [b"ing", b"ings"];

/// Whether a folded word ends as words of medicine do.
pub(crate) fn of_medicine(word: &[u8]) -> bool {
    ends_in(word, &ENDS_OF_MEDICINE)
}

fn ends_in(word: &[u8], ends: &[&[u8]]) -> bool {
    ends.iter().any(|end| {
        word.len() > end.len() + 1
            && word
                .get(word.len() - end.len()..)
                .is_some_and(|last| last.eq_ignore_ascii_case(end))
    })
}

/// A run of words in a segment, and where it stands.
pub(crate) struct Claim<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) tokens: &'t [Token],
    pub(crate) run: Range<usize>,
    pub(crate) health: Health,
    pub(crate) below_patients: bool,
}

/// The least log odds that the place gives the run, if it makes it a name.
pub(crate) fn claim(said: &Claim<'_>) -> Option<f64> {
    let run = said.tokens.get(said.run.clone())?;
    let beside = |token: &Token| {
        said.text.get(token.span()).is_some_and(|word| {
            OF_A_PERSON
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known))
        })
    };
    let comma = run.iter().skip(1).any(|token| token.comma);
    // `Qhubeka, Xhosa MRI`: so are patients filed.
    let filed = |token: &Token| beside(token) || (comma && token.flags().has(Flags::HEALTH_SURE));
    let folder = said.below_patients || said.tokens.iter().any(filed);
    if !folder && said.health < Health::Sure {
        return None;
    }
    let outside = said
        .tokens
        .iter()
        .enumerate()
        .filter(|(index, _)| !said.run.contains(index));
    for (_, token) in outside {
        // A word that says nothing against it; `utf8`.
        let flags = token.flags();
        let fits = match token.kind {
            Kind::Word { .. } => flags.health() || (flags.has(Flags::PAPER) && !flags.listed()),
            Kind::Number { .. } => token.before != 0 || token.start == 0,
        };
        if !fits {
            return None;
        }
    }
    let lead = run
        .iter()
        .find(|token| token.is_word() && !particle(token))?;
    let case = lead.case()?;
    if case == Case::Lower {
        return None;
    }
    let mut words = 0;
    let mut known = 0;
    let mut common = 0;
    for (index, token) in run.iter().enumerate() {
        let Kind::Word {
            flags,
            likeness,
            letters,
            case: own,
        } = token.kind
        else {
            return None;
        };
        if token.is_initial() || (particle(token) && run.len() > 2) {
            continue;
        }
        // The second half of `Hye-jin`.
        let half = index > 0 && token.before == b'-' && token.gap == 1 && own == Case::Lower;
        let touches = index > 0 && token.gap == 0;
        if (own != case && !half) || token.gap > 2 && index > 0 {
            return None;
        }
        words += 1;
        if flags.listed() {
            if flags.has(Flags::STOP) || flags.health() || flags.has(Flags::PAPER) {
                return None;
            }
            common += usize::from(flags.common() || flags.has(Flags::THING));
            known += usize::from(!flags.common());
            continue;
        }
        let least = match (folder, case) {
            (true, Case::Upper) => LETTERS_OF_CAPITALS,
            (true, _) if !touches => f64::NEG_INFINITY,
            _ => LETTERS_IN_KEY,
        };
        let none = flags.common()
            || flags.health()
            || flags.has(Flags::THING)
            || flags.has(Flags::PAPER)
            || letters < 3
            || likeness < least;
        if none || !spoken(said.text.get(token.span())?) {
            return None;
        }
    }
    let camel = run.iter().skip(1).any(|token| token.gap == 0);
    if !(2..=4).contains(&words) || common > 1 || common == words || (camel && known == 0) {
        return None;
    }
    Some(if folder { IN_FOLDER } else { IN_KEY })
}

fn particle(token: &Token) -> bool {
    token.flags().has(Flags::PARTICLE) && !token.flags().listed()
}

/// Whether a word can be said, and does not end as words of the language do.
fn spoken(word: &[u8]) -> bool {
    let vowel =
        |byte: &u8| matches!(byte | 0x20, b'a' | b'e' | b'i' | b'o' | b'u' | b'y') || *byte >= 0x80;
    word.iter().any(vowel)
        && !ends_in(word, &ENDS_OF_MEDICINE)
        && !ends_in(word, &ENDS_OF_WORDS)
        && !ends_in(word, &ENDS_OF_ACTS)
}
