//! Names made printable: `patients/{NAME:3f9c}_{DATE:a1b2}.pdf`.
//!
//! Object keys, tags, paths and ARNs may hold identifiers themselves. Before anything prints one, a
//! [`Masker`] replaces every identifier in it by its class and the first 16 bits of its token, or
//! by the class alone where there is no key. Here every candidate counts, however low its
//! confidence. Control characters are escaped, so that a name cannot steer a terminal.

use crate::context::{Lines, Setting};
use crate::cue::Strength;
use crate::judge::{Found, Scratch, Threshold};
use crate::normalise::normalise;
use crate::secret::Secret;
use crate::set::DetectorSet;
use crate::vocabulary::Class;
use scanner::layers::{self, Declared, Percent};
use std::fmt::{self, Write as _};
use std::ops::Range;

/// A value's keyed token: 128 bits, written as 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub [u8; 16]);

impl fmt::Display for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// A name without identifiers: safe to print and to write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Masked(String);

impl Masked {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// Where a value found elsewhere stands in a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownValue {
    /// Its bytes in the name.
    pub span: Range<usize>,
    /// Its class.
    pub class: Class,
    /// Its token; nothing where there is no key.
    pub token: Option<Token>,
}

impl KnownValue {
    /// What stands in a name instead: `{NAME:3f9c}`, or `{NAME}` without a key.
    pub fn mask(&self) -> String {
        match self.token {
            Some(Token([first, second, ..])) => {
                format!("{{{}:{first:02x}{second:02x}}}", self.class)
            }
            None => format!("{{{}}}", self.class),
        }
    }
}

/// Masks names with all detectors of a set.
pub struct Masker<'a> {
    set: &'a DetectorSet,
    token: &'a (dyn Fn(Class, &Secret) -> Option<Token> + Sync),
}

impl<'a> Masker<'a> {
    /// `token` gives a value's token, or nothing where there is no key.
    pub fn new(
        set: &'a DetectorSet,
        token: &'a (dyn Fn(Class, &Secret) -> Option<Token> + Sync),
    ) -> Self {
        Self { set, token }
    }

    /// Masks one name.
    pub fn mask(&self, scratch: &mut Scratch, name: &str) -> Masked {
        self.mask_with(scratch, name, Vec::new())
    }

    /// Masks one name, and in it the values that `known` says stand there: values found elsewhere,
    /// which by themselves look like nothing (a key of eight digits that is the record number of
    /// the record below it).
    pub fn mask_with(&self, scratch: &mut Scratch, name: &str, known: Vec<KnownValue>) -> Masked {
        let hits = self.values(scratch, name, known);
        let mut masked = String::with_capacity(name.len() + 16);
        let mut at = 0;
        for hit in &hits {
            escape(&name.as_bytes()[at..hit.span.start], &mut masked);
            masked.push_str(&hit.mask());
            at = hit.span.end;
        }
        escape(&name.as_bytes()[at..], &mut masked);
        Masked(masked)
    }

    /// What a mask replaces in a name, in order and without overlaps; `known` as in
    /// [`Masker::mask_with`].
    pub fn values(
        &self,
        scratch: &mut Scratch,
        name: &str,
        known: Vec<KnownValue>,
    ) -> Vec<KnownValue> {
        let mut found = Vec::new();
        self.find(scratch, name.as_bytes(), &mut found);
        let own = found.iter().map(|hit| self.known(hit, hit.span.clone()));
        let mut hits: Vec<KnownValue> = own.chain(known).collect();
        self.labelled_names(name, &mut hits);
        self.encoded(scratch, name, &mut hits);
        // Where two overlap, all that either covers goes, under the name of the longer.
        hits.sort_by_key(|hit| (hit.span.start, std::cmp::Reverse(hit.span.end)));
        hits.dedup_by(|next, before| {
            if next.span.start >= before.span.end {
                return false;
            }
            if next.span.len() > before.span.len() {
                (before.class, before.token) = (next.class, next.token);
            }
            before.span.end = before.span.end.max(next.span.end);
            true
        });
        hits
    }

    fn known(&self, hit: &Found, span: Range<usize>) -> KnownValue {
        KnownValue {
            span,
            class: hit.class,
            token: (self.token)(hit.class, &hit.value),
        }
    }

    /// What is found in a name once its percent runs are undone, and those in the result: clients
    /// store names that they have encoded already.
    fn encoded(&self, scratch: &mut Scratch, name: &str, hits: &mut Vec<KnownValue>) {
        let declared = Declared {
            json: false,
            percent: Percent::Form,
        };
        let once = layers::undo(name.as_bytes(), &declared);
        if once.map.is_identity() {
            return;
        }
        let twice = layers::undo(&once.text, &declared);
        let mut found = Vec::new();
        for (text, again) in [(&once.text, false), (&twice.text, true)] {
            found.clear();
            self.find(scratch, text, &mut found);
            for hit in &found {
                let inner = if again {
                    twice.map.outer(hit.span.clone())
                } else {
                    hit.span.clone()
                };
                hits.push(self.known(hit, once.map.outer(inner)));
            }
            if again || twice.map.is_identity() {
                break;
            }
        }
    }

    /// Two to four words behind a label that announces a person's name, as `patient_name=a_b`: a
    /// finding wants listed words or capitals there, a mask does not.
    fn labelled_names(&self, name: &str, hits: &mut Vec<KnownValue>) {
        let text = name.as_bytes();
        for at in (0..text.len()).filter(|&at| matches!(text[at], b'=' | b':' | b'.')) {
            // A dot ends no label, unless the name behind it was found in part.
            let begins = |hit: &KnownValue| hit.class == Class::Name && hit.span.start == at + 1;
            if text[at] == b'.' && !hits.iter().any(begins) {
                continue;
            }
            let is_label = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            let label = text[..at]
                .iter()
                .rev()
                .take(64)
                .take_while(|byte| is_label(byte));
            let label = &name[at - label.count()..at];
            let mut announced = false;
            self.set.cues.announced(label, &mut |detector, cue| {
                let of = self.set.detectors().get(detector);
                announced |= cue.strength == Strength::Strong
                    && of.is_some_and(|detector| detector.class() == Class::Name);
            });
            if !announced {
                continue;
            }
            let joins = |byte: &u8| matches!(byte, b'_' | b'-' | b' ' | b'+' | b'\'');
            let value = text[at + 1..]
                .iter()
                .take(64)
                .take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80 || joins(byte));
            let mut span = at + 1..at + 1 + value.count();
            while !name.is_char_boundary(span.end) {
                span.end -= 1;
            }
            let value = &text[span.clone()];
            let words = value.split(joins).filter(|word| !word.is_empty()).count();
            if (2..=4).contains(&words) {
                let normalised = Secret::new(normalise(Class::Name, value));
                hits.push(KnownValue {
                    span,
                    class: Class::Name,
                    token: (self.token)(Class::Name, &normalised),
                });
            }
        }
    }

    /// Everything in a name that a mask replaces.
    fn find(&self, scratch: &mut Scratch, text: &[u8], found: &mut Vec<Found>) {
        let context = Lines::new(text, Setting::Name);
        self.set.scan_from(
            Threshold::Zero,
            scratch,
            text,
            Setting::Name,
            &context,
            found,
        );
    }
}

/// Appends a piece of a name; control characters and bytes cut off from theirs are escaped.
fn escape(piece: &[u8], out: &mut String) {
    for character in String::from_utf8_lossy(piece).chars() {
        if character.is_control()
            || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            let _ = write!(out, "{}", character.escape_unicode());
        } else {
            out.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn masked(name: &str, keyed: bool) -> String {
        let set = DetectorSet::built_in().unwrap();
        let token = |_: Class, _: &Secret| keyed.then_some(Token([0x3f; 16]));
        Masker::new(&set, &token)
            .mask(&mut set.scratch(), name)
            .to_string()
    }

    #[test]
    fn identifiers_become_their_class() {
        assert_eq!(masked("intake/219-47-3612.pdf", false), "intake/{SSN}.pdf");
        assert_eq!(
            masked("intake/219-47-3612.pdf", true),
            "intake/{SSN:3f3f}.pdf"
        );
        assert_eq!(
            masked("a/jane.roe@mail.org/mrn-00412345", false),
            "a/{EMAIL}/mrn-{MRN}"
        );
        assert_eq!(masked("logs/2024/app.log", true), "logs/2024/app.log");
    }

    #[test]
    fn names_behind_their_label_need_no_list() {
        let masked = |name: &str| masked(name, false);
        assert_eq!(
            masked("in/patient_name=tupou_brigid.txt"),
            "in/patient_name={NAME}.txt"
        );
        assert_eq!(
            masked("in/service=eligibility_worker"),
            "in/service=eligibility_worker"
        );
    }

    #[test]
    fn names_are_masked_whole_and_with_what_is_beside_them() {
        let masked = |name: &str| masked(name, false);
        for (name, wanted) in [
            ("patients/Trần_Thị_Bích_An/x.pdf", "patients/{NAME}/x.pdf"),
            ("patients/Seo_Hye-jin.pdf", "patients/{NAME}.pdf"),
            ("in/patient_name=Sandoval%2C+Rosa", "in/patient_name={NAME}"),
            (
                "patients/Whitlock-Samuel-19620314.pdf",
                "patients/{NAME}-{DOB}.pdf",
            ),
            (
                "patients/Sandoval_Rosa/2026-03-14/x.dcm",
                "patients/{NAME}/{DATE}/x.dcm",
            ),
            (
                "patients/Sandoval_Rosa_448812/x.dcm",
                "patients/{NAME}_{MRN}/x.dcm",
            ),
            ("patients/周建國/x.pdf", "patients/{NAME}/x.pdf"),
            ("patients/00482917/x.pdf", "patients/{MRN}/x.pdf"),
            ("exports/00482917_MRN.dcm", "exports/{MRN}_MRN.dcm"),
            ("logs/2026-03-14/app.log", "logs/2026-03-14/app.log"),
        ] {
            assert_eq!(masked(name), wanted);
        }
    }

    #[test]
    fn values_known_from_elsewhere_go_too() {
        let set = DetectorSet::built_in().unwrap();
        let token = |_: Class, _: &Secret| None;
        let masker = Masker::new(&set, &token);
        let known = |span, class| KnownValue {
            span,
            class,
            token: Some(Token([0xab; 16])),
        };
        let masked = |name: &str, known: Vec<KnownValue>| {
            let masked = masker.mask_with(&mut set.scratch(), name, known);
            masked.to_string()
        };
        assert_eq!(
            masked("charts.00219697.note", vec![known(7..15, Class::Mrn)]),
            "charts.{MRN:abab}.note"
        );
        // Inside, around and across what the detectors find.
        assert_eq!(
            masked("id 219-47-3612 x", vec![known(3..6, Class::Mrn)]),
            "id {SSN} x"
        );
        assert_eq!(
            masked("id 219-47-3612 x", vec![known(0..16, Class::Address)]),
            "{ADDRESS:abab}"
        );
        assert_eq!(
            masked("id 219-47-3612 x", vec![known(13..16, Class::Mrn)]),
            "id {SSN}"
        );
    }

    #[test]
    fn encoded_names_are_masked_where_they_stand() {
        assert_eq!(
            masked("a%20219-47-3612%2Fx.txt", false),
            "a%20{SSN}%2Fx.txt"
        );
        assert_eq!(masked("pt%3D219%2D47%2D3612.txt", false), "pt%3D{SSN}.txt");
        assert_eq!(masked("pt%252D219-47-3612.txt", false), "pt%252D{SSN}.txt");
        let name = masked("patients/%4d%61ria%20Delgado/notes.txt", false);
        assert_eq!(name, "patients/{NAME}/notes.txt");
        assert_eq!(
            masked("100%25/a%20b/%ff%fe.txt", false),
            "100%25/a%20b/%ff%fe.txt"
        );
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(masked("a\u{1b}[2Jb\n", false), "a\\u{1b}[2Jb\\u{a}");
    }
}
