//! Names in fields: what stands behind a label (`patient name: Jane Q. Roe`), and the
//! components of HL7 and DICOM (`ROE^JANE^Q`).
//!
//! The label has said that a name follows, so the question here is where it ends, and whether it
//! is something else after all (`patient name: unknown`, `name: lambda-handler`).

use std::ops::Range;

use super::lexicon::Flags;
use super::score::{logistic, word_score};
use super::token::{Case, Kind, Token, Tokens};
use super::{Health, NameEvidence, cjk};

/// A name's field is not read further than this.
const FIELD_MAX: usize = 96;

/// Titles in front and letters behind a name, folded.
const TITLES: [&[u8]; 10] = [
    b"mr", b"mrs", b"ms", b"miss", b"dr", b"prof", b"sir", b"rev", b"mstr", b"baby",
];
const SUFFIXES: [&[u8]; 10] = [
    b"jr", b"sr", b"ii", b"iii", b"iv", b"md", b"do", b"rn", b"phd", b"esq",
];

/// What an unlisted family name in front of a caret says at least.
const FAMILY_AT_LEAST: f64 = -0.6;

fn is_one_of(text: &[u8], token: &Token, list: &[&[u8]]) -> bool {
    text.get(token.span())
        .is_some_and(|word| list.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// The bytes between two tokens that a name can have there.
fn joins(text: &[u8], from: usize, to: usize) -> bool {
    matches!(
        text.get(from..to),
        Some(
            b" " | b"-"
                | b". "
                | b"."
                | b", "
                | b","
                | b" - "
                | b"  "
                | b"+"
                | b",+"
                | b".+"
                | b"_"
                | b",_"
                | b"\xE2\x80\x90"
                | b"\xE2\x80\x91"
        )
    )
}

/// How many words of the start of `tokens` make one name.
fn run_length(text: &[u8], tokens: &[Token]) -> usize {
    let lead = tokens.first().and_then(Token::case);
    let mut length = 0;
    let mut commas = 0;
    let mut words = 0;
    for token in tokens {
        let Kind::Word {
            flags,
            case,
            letters,
            ..
        } = token.kind
        else {
            break;
        };
        if length > 0 {
            let previous = tokens.get(length - 1).map_or(0, |token| token.end);
            let gap = text.get(previous..token.start).unwrap_or(&[]);
            if gap.contains(&b',') {
                commas += 1;
            }
            // A dot ends a sentence, except behind an initial or a short title.
            let short = tokens
                .get(length - 1)
                .is_some_and(|token| token.end - token.start <= 3);
            if !joins(text, previous, token.start) || commas > 1 || (gap.contains(&b'.') && !short)
            {
                break;
            }
            // `Delgado_Maria`, but not `patient_table`.
            if gap.contains(&b'_') && flags.common() && !flags.listed() {
                break;
            }
        }
        let suffix = length > 0 && is_one_of(text, token, &SUFFIXES);
        let particle = flags.has(Flags::PARTICLE);
        let fits_case = match lead {
            Some(Case::Lower) => case == Case::Lower,
            Some(Case::Title | Case::Upper) => case != Case::Lower || particle,
            None => false,
        };
        let foreign = !flags.listed() && !particle && (flags.has(Flags::STOP) || flags.health());
        let prose =
            lead == Some(Case::Lower) && flags.has(Flags::ORDINARY) && !flags.listed() && !particle;
        if !suffix && (!fits_case || foreign || prose || words >= 5) {
            break;
        }
        length += 1;
        words += usize::from(letters > 1 && !particle);
    }
    // A particle or a hanging initial of the next sentence is no end of a name.
    while length > 0
        && tokens.get(length - 1).is_some_and(|t| {
            t.flags().has(Flags::PARTICLE) && !t.flags().listed() && !is_one_of(text, t, &SUFFIXES)
        })
    {
        length -= 1;
    }
    length
}

/// Where the name at the start of `text` ends, and how sure it is one, given that a label
/// announced it.
pub(crate) fn labelled(text: &[u8], health: Health) -> Option<NameEvidence> {
    let text = text.get(..text.len().min(FIELD_MAX))?;
    let opens = text
        .iter()
        .take_while(|byte| b" \t\"'([".contains(byte))
        .count();
    if text.get(opens).copied().is_some_and(cjk::may_begin) {
        let mut evidence = cjk::labelled(text.get(opens..)?)?;
        evidence.span = evidence.span.start + opens..evidence.span.end + opens;
        evidence.wide = evidence.span.clone();
        return Some(evidence);
    }
    let read = Tokens::read(text, false);
    let mut tokens = read.as_slice();
    while let [first, rest @ ..] = tokens {
        let opening = text
            .get(..first.start)?
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || b".\"'([{*".contains(byte))
            || text.get(..first.start)?.last() == Some(&b' ');
        if !opening {
            return None;
        }
        if !is_one_of(text, first, &TITLES) || rest.is_empty() {
            break;
        }
        tokens = rest;
    }
    let length = run_length(text, tokens);
    let run = tokens.get(..length)?;
    let (first, last) = (run.first()?, run.last()?);
    // An address, a path or an identifier goes on right behind the word.
    let behind = text.get(last.end).copied().unwrap_or(b' ');
    let goes_on = matches!(behind, b'@' | b'_' | b'/' | b'\\' | b'=' | b'(' | b'$')
        || behind.is_ascii_digit()
        || (behind == b'-'
            && text
                .get(last.end + 1)
                .is_some_and(u8::is_ascii_alphanumeric))
        || (matches!(behind, b'.' | b':')
            && text
                .get(last.end + 1)
                .is_some_and(u8::is_ascii_alphanumeric));
    let mut sum = 0.0;
    let mut listed = 0;
    let mut words = 0.0;
    for token in run
        .iter()
        .filter(|token| token.is_word() && !is_one_of(text, token, &SUFFIXES))
    {
        let score = word_score(token, Flags::SURNAME).max(word_score(token, Flags::GIVEN));
        if token.flags().has(Flags::PARTICLE) && !token.flags().listed() {
            continue;
        }
        listed += usize::from(token.flags().listed());
        sum += score;
        words += 1.0;
    }
    if words == 0.0 {
        return None;
    }
    let shape = match (first.case(), words >= 2.0) {
        (Some(Case::Title), true) => 1.3,
        (Some(Case::Upper), true) => 0.9,
        (Some(Case::Title), false) => 0.2,
        (_, true) => 0.3,
        _ => -0.5,
    };
    let health = match health {
        Health::None => 0.0,
        Health::Weak => 0.3,
        Health::Sure => 0.6,
    };
    let score =
        -0.3 + 1.2 * sum / f64::max(words, 1.5) + shape + health - if goes_on { 2.5 } else { 0.0 };
    let confidence = logistic(score);
    (confidence >= 0.05).then_some(NameEvidence {
        confidence,
        span: first.start..last.end,
        wide: first.start..last.end,
        listed,
        health: Health::None,
        numbered: false,
    })
}

/// The start of `text` up to what ends a field of HL7 or a string around one, and no more than a name needs.
pub(crate) fn field(text: &[u8]) -> &[u8] {
    let text = text.get(..text.len().min(FIELD_MAX)).unwrap_or(text);
    let end = text.iter().position(|byte| {
        matches!(
            byte,
            b'|' | b'~' | b'"' | b'<' | b'>' | b'{' | b'}' | b';' | 0..=0x1F
        )
    });
    text.get(..end.unwrap_or(text.len())).unwrap_or(text)
}

/// The name in `FAMILY^GIVEN^MIDDLE^…`: every component is letters, the first two are there. Codes
/// (`ADT^A01`), identifiers (`123^^^MR`) and coded entries (`718-7^Hemoglobin^LN`) are none.
pub(crate) fn caret(text: &[u8], health: Health) -> Option<NameEvidence> {
    let text = field(text);
    let mut end = 0;
    let mut best = 0.0;
    let mut listed = 0;
    let mut components = 0;
    // How the family name begins: a given name that begins otherwise is a code's text (`eng^English`).
    let mut family = None;
    for (index, component) in text.split(|&byte| byte == b'^').take(5).enumerate() {
        let read = Tokens::read(component, false);
        let tokens = read.as_slice();
        let lettered = component
            .iter()
            .all(|&byte| byte.is_ascii_alphabetic() || byte >= 0x80 || b" -'.&".contains(&byte));
        if component.is_empty() && index >= 2 {
            end += 1;
            continue;
        }
        let words = tokens.iter().filter(|token| token.is_word()).count();
        if !lettered
            || read.odd
            || tokens.is_empty()
            || tokens.len() > 4
            || (index == 0 && words == 0)
        {
            break;
        }
        let role = if index == 0 {
            Flags::SURNAME
        } else {
            Flags::GIVEN
        };
        if index < 2 {
            let initial = words == 0;
            let sum: f64 = tokens
                .iter()
                .filter(|token| token.is_word() && !token.flags().has(Flags::PARTICLE))
                .map(|token| word_score(token, role))
                .sum();
            let counted = f64::from(u8::try_from(words.max(1)).unwrap_or(1));
            // The form itself speaks for a family name, however foreign its letters; a word of
            // the language is none all the same.
            let unlisted = index == 0 && tokens.iter().all(|token| !token.flags().common());
            let said = if unlisted {
                (sum / counted).max(FAMILY_AT_LEAST)
            } else {
                sum / counted
            };
            best += if initial { 0.2 } else { said };
            let lower = tokens.first().and_then(Token::case) == Some(Case::Lower);
            best -= if *family.get_or_insert(lower) == lower {
                0.0
            } else {
                2.5
            };
            listed += tokens.iter().filter(|token| token.flags().listed()).count();
        }
        components += 1;
        end += component.len() + usize::from(index > 0);
    }
    if components < 2 {
        return None;
    }
    let health = match health {
        Health::None => 0.0,
        Health::Weak => 0.4,
        Health::Sure => 1.0,
    };
    let span: Range<usize> = 0..text
        .get(..end)?
        .iter()
        .rposition(|&byte| byte != b'^' && byte != b' ')
        .map_or(0, |last| last + 1);
    let confidence = logistic(-0.7 + best + health);
    (confidence >= 0.05).then_some(NameEvidence {
        confidence,
        wide: span.clone(),
        span,
        listed,
        health: Health::None,
        numbered: false,
    })
}
