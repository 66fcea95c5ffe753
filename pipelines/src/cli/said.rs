//! What the user said, so that messages can repeat it without the identifiers in it.
//!
//! A path pasted into the wrong option, a number in a SQL statement, a name in a configuration
//! file: messages quote them, terminals and logs keep messages. A quoted piece has lost what
//! announced its value (`patient_name = "…"`), so each text is looked at whole, where it was said,
//! and what is found there is masked wherever a message repeats it; then the message itself is
//! looked at.
//!
//! ```text
//! --place=219-47-3612   ─►   invalid value '{SSN}' for '--place <PLACE>': …
//! ```

use std::ffi::OsString;

use detectors::{DetectorSet, KnownValue, Masker};

/// Shorter values are words that messages hold for other reasons.
const SHORTEST: usize = 4;

/// Texts that came from the user.
#[derive(Debug, Default)]
pub(super) struct Said {
    texts: Vec<String>,
}

impl Said {
    /// The arguments behind the program's name, and the values of all `PHISCAN_…` variables.
    pub(super) fn new(arguments: &[OsString]) -> Self {
        let mut said = Self::default();
        for argument in arguments.iter().skip(1) {
            let argument = argument.to_string_lossy();
            if let Some((_, value)) = argument.split_once('=') {
                said.add(value);
            }
            said.add(&argument);
        }
        for (name, value) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PHISCAN_") {
                said.add(&value.to_string_lossy());
            }
        }
        said
    }

    /// Another text: a configuration file.
    pub(super) fn add(&mut self, text: &str) {
        if !text.is_empty() {
            self.texts.push(text.to_owned());
        }
    }

    /// A message for people, line by line. Identifiers are replaced by their class; no key is at
    /// hand where messages are made, so there are no tokens.
    pub(super) fn mask(&self, message: &str) -> String {
        let Ok(detectors) = DetectorSet::built_in() else {
            return "wrong usage, or the run failed".to_owned();
        };
        let masker = Masker::new(&detectors, &|_, _| None);
        let mut scratch = detectors.scratch();
        let mut message = message.to_owned();
        let mut values: Vec<(Vec<u8>, detectors::Class)> = Vec::new();
        for text in &self.texts {
            let found = masker.values(&mut scratch, text, Vec::new());
            if found.is_empty() {
                continue;
            }
            let masked = masker.mask(&mut scratch, text);
            message = message.replace(text.as_str(), masked.as_str());
            for hit in found {
                let value = text.as_bytes().get(hit.span).unwrap_or_default();
                if value.len() >= SHORTEST {
                    values.push((value.to_ascii_lowercase(), hit.class));
                }
            }
        }
        let lines = message.split('\n').map(|line| {
            let known = repeated(line, &values);
            masker.mask_with(&mut scratch, line, known).to_string()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Where values stand in a line, whatever their case: SQL is quoted in lower case. Pieces of them
/// too: a parser that stops in the middle of a value quotes the part that it took for a number.
fn repeated(line: &str, values: &[(Vec<u8>, detectors::Class)]) -> Vec<KnownValue> {
    let lower = line.to_ascii_lowercase();
    let mut known = Vec::new();
    for (value, class) in values {
        for start in memchr::memmem::find_iter(lower.as_bytes(), value) {
            known.push(KnownValue {
                span: start..start + value.len(),
                class: *class,
                token: None,
            });
        }
    }
    let mut end = 0;
    for word in lower.split_inclusive(|character: char| !character.is_alphanumeric()) {
        let start = end;
        end += word.len();
        let word = word.trim_end_matches(|character: char| !character.is_alphanumeric());
        if word.len() < SHORTEST {
            continue;
        }
        let holder = values.iter().find(|(value, _)| is_piece(word, value));
        known.extend(holder.map(|(_, class)| KnownValue {
            span: start..start + word.len(),
            class: *class,
            token: None,
        }));
    }
    known
}

/// Whether a word is a part of a value: digits anywhere in it, letters as a whole word.
fn is_piece(word: &str, value: &[u8]) -> bool {
    let is_letter = |at: Option<&u8>| at.is_some_and(|byte| byte.is_ascii_alphanumeric());
    memchr::memmem::find_iter(value, word.as_bytes()).any(|start| {
        let before = start.checked_sub(1).and_then(|before| value.get(before));
        let after = value.get(start + word.len());
        word.bytes().any(|byte| byte.is_ascii_digit()) || !is_letter(before) && !is_letter(after)
    })
}

#[cfg(test)]
mod tests {
    use super::Said;

    fn masked(texts: &[&str], message: &str) -> String {
        let mut said = Said::default();
        texts.iter().for_each(|text| said.add(text));
        said.mask(message)
    }

    #[test]
    fn what_was_said_is_masked_where_a_message_repeats_it() {
        for (texts, message, shown) in [
            (
                &["SELECT medicaid_id=AB12907C FROM t"][..],
                "Expected: end of statement, found: 12907 at Line: 1",
                "Expected: end of statement, found: {MEDICAID_ID} at Line: 1",
            ),
            (
                &["patient_name = Brigid Tupou"][..],
                "no field named tupou",
                "no field named {NAME}",
            ),
            (
                &["219-47-3612"][..],
                "invalid value '219-47-3612' for '--place <PLACE>'",
                "invalid value '{SSN}' for '--place <PLACE>'",
            ),
            (
                &["a = 1\npatient_mrn = \"00451874\"\n"],
                "c.toml:2: unknown key `patient_mrn`, value 00451874",
                "c.toml:2: unknown key `patient_mrn`, value {MRN}",
            ),
            (
                &["SELECT 'patient_name=Tupou Brigid'"],
                "no function takes utf8(\"patient_name=tupou brigid\")",
                "no function takes utf8(\"patient_name={NAME}\")",
            ),
            (
                &[],
                "cannot cast '219-47-3612' to Int32",
                "cannot cast '{SSN}' to Int32",
            ),
        ] {
            assert_eq!(masked(texts, message), shown, "{texts:?}");
        }
    }

    #[test]
    fn our_own_words_stay() {
        for message in [
            "error: invalid value 'bad' for '--fail-on <VERDICT>': expected one of forbidden, not-for-phi\n\nFor more information, try '--help'.",
            "phiscan: c.toml:2: unknown key `threds`; keys are the long names of options, see `phiscan scan --help`",
            "phiscan: there are no findings here: the folder has no .phiscan-output marker; name the folder of a scan with --from",
            "phiscan: Schema error: No field named nothing. Valid fields are findings_current.schema_version, findings_current.finding_id.",
            "phiscan: SQL error: ParserError(\"Expected: an SQL statement, found: SELEC at Line: 1, Column: 1\")",
            "Usage: phiscan scan [OPTIONS] <SOURCE>...",
        ] {
            assert_eq!(masked(&["threds", "SELEC 1", "scan"], message), message);
        }
    }
}
