//! Street addresses of the United States: `1420 N Maple Ave Apt 3B`, `PO Box 91`, and
//! `Springfield, IL 62704`.
//!
//! A street line is a house number, one to five words and a street suffix of USPS Publication 28,
//! appendix C1 (its common spellings), perhaps followed by a direction and a unit. The number in
//! front and the suffix at its place are what tell an address from prose (`3 minor changes in the
//! court drive` has no suffix where the words end).

use super::{Validity, zip};

/// Street suffixes and their usual spellings, sorted, in lower case.
const SUFFIXES: [&[u8]; 77] = [
    b"alley",
    b"aly",
    b"av",
    b"ave",
    b"avenue",
    b"bend",
    b"blvd",
    b"bnd",
    b"boulevard",
    b"bvd",
    b"cir",
    b"circle",
    b"court",
    b"cove",
    b"creek",
    b"crescent",
    b"crossing",
    b"ct",
    b"cv",
    b"dr",
    b"drive",
    b"estates",
    b"expressway",
    b"expy",
    b"freeway",
    b"fwy",
    b"glen",
    b"grove",
    b"grv",
    b"heights",
    b"highway",
    b"hill",
    b"hl",
    b"hts",
    b"hwy",
    b"junction",
    b"knoll",
    b"landing",
    b"lane",
    b"ln",
    b"lndg",
    b"loop",
    b"manor",
    b"park",
    b"parkway",
    b"pass",
    b"path",
    b"pike",
    b"pkwy",
    b"pl",
    b"place",
    b"plaza",
    b"plz",
    b"pt",
    b"rd",
    b"ridge",
    b"road",
    b"route",
    b"row",
    b"rte",
    b"run",
    b"sq",
    b"square",
    b"st",
    b"station",
    b"street",
    b"ter",
    b"terr",
    b"terrace",
    b"tpke",
    b"trail",
    b"trl",
    b"turnpike",
    b"view",
    b"walk",
    b"way",
    b"xing",
];

/// States, districts, territories and military mail, sorted.
const STATES: [&[u8; 2]; 62] = [
    b"AA", b"AE", b"AK", b"AL", b"AP", b"AR", b"AS", b"AZ", b"CA", b"CO", b"CT", b"DC", b"DE",
    b"FL", b"FM", b"GA", b"GU", b"HI", b"IA", b"ID", b"IL", b"IN", b"KS", b"KY", b"LA", b"MA",
    b"MD", b"ME", b"MH", b"MI", b"MN", b"MO", b"MP", b"MS", b"MT", b"NC", b"ND", b"NE", b"NH",
    b"NJ", b"NM", b"NV", b"NY", b"OH", b"OK", b"OR", b"PA", b"PR", b"PW", b"RI", b"SC", b"SD",
    b"TN", b"TX", b"UT", b"VA", b"VI", b"VT", b"WA", b"WI", b"WV", b"WY",
];

const DIRECTIONS: [&[u8]; 12] = [
    b"n", b"s", b"e", b"w", b"ne", b"nw", b"se", b"sw", b"north", b"south", b"east", b"west",
];

const UNITS: [&[u8]; 11] = [
    b"apt",
    b"apartment",
    b"unit",
    b"suite",
    b"ste",
    b"fl",
    b"floor",
    b"rm",
    b"room",
    b"lot",
    b"#",
];

/// The most words of a line.
const WORDS_MAX: usize = 12;

fn is_suffix(word: &[u8]) -> bool {
    let mut folded = [0u8; 12];
    let Some(slot) = folded.get_mut(..word.len()) else {
        return false;
    };
    slot.copy_from_slice(word);
    slot.make_ascii_lowercase();
    SUFFIXES.binary_search(&&*slot).is_ok()
}

fn any_of(word: &[u8], list: &[&[u8]]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn house_number(word: &[u8]) -> bool {
    let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = word.get(digits..).unwrap_or(&[]);
    let tail = match rest {
        [] => true,
        [letter] => letter.is_ascii_alphabetic(),
        [b'-', number @ ..] => number.len() <= 4 && number.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    (1..=6).contains(&digits) && tail && word.first() != Some(&b'0')
}

fn name_word(word: &[u8]) -> bool {
    word.iter()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'\'' | b'-') || *byte >= 0x80)
}

/// Validator `street`: a street line or a post-office box.
pub fn street(raw: &[u8]) -> Validity {
    Validity::of(is_box(raw) || is_street(raw))
}

fn words(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    raw.split(|byte| matches!(byte, b' ' | b'\t' | b',' | b'+'))
        .map(|word| word.strip_suffix(b".").unwrap_or(word))
        .filter(|word| !word.is_empty())
}

fn is_box(raw: &[u8]) -> bool {
    let mut words = words(raw);
    let mut next = words.next();
    let first = |word: Option<&[u8]>, list: &[&[u8]]| word.is_some_and(|word| any_of(word, list));
    let opened = if first(next, &[b"po", b"p.o", b"pobox"]) {
        let whole = first(next, &[b"pobox"]);
        next = words.next();
        whole || {
            let is_box = first(next, &[b"box"]);
            next = words.next();
            is_box
        }
    } else {
        false
    };
    opened
        && next.is_some_and(|number| {
            (1..=6).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)
        })
        && words.next().is_none()
}

fn is_street(raw: &[u8]) -> bool {
    let mut all = words(raw);
    if !all.next().is_some_and(house_number) {
        return false;
    }
    // The suffix is the last one seen before a unit; one word at least stands in front of it.
    let mut named = 0;
    let mut suffix_seen = false;
    for (index, word) in all.enumerate() {
        let unit = any_of(word, &UNITS) || word.first() == Some(&b'#');
        if index >= WORDS_MAX {
            return false;
        } else if suffix_seen && unit {
            return true;
        } else if named >= 1 && is_suffix(word) {
            suffix_seen = true;
            named += 1;
        } else if suffix_seen {
            // After the suffix only a direction may follow, or the name goes on (Park Hill Road).
            suffix_seen = any_of(word, &DIRECTIONS);
            named += 1;
        } else if name_word(word) {
            named += usize::from(!any_of(word, &DIRECTIONS) || named > 0);
        } else {
            return false;
        }
        if named > 6 {
            return false;
        }
    }
    suffix_seen
}

/// Validator `state-zip`: a state's abbreviation and a ZIP code (`IL 62704-1234`).
pub fn state_zip(raw: &[u8]) -> Validity {
    let mut parts = words(raw);
    let state = parts.next().and_then(|word| <[u8; 2]>::try_from(word).ok());
    let known = state.is_some_and(|state| {
        STATES
            .binary_search(&&state.map(|byte| byte.to_ascii_uppercase()))
            .is_ok()
    });
    Validity::of(
        known
            && parts
                .next()
                .is_some_and(|code| zip::validate(code) == Validity::Valid)
            && parts.next().is_none(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(SUFFIXES.is_sorted());
        assert!(STATES.is_sorted());
    }
}
