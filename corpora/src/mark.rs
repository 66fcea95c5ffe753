//! Marked text: values that know where they are.
//!
//! [`Sheet::leak`] and its sisters give the value back between two private-use
//! characters that stand for its entry. The text around it is put together as usual, also
//! by encoders of many layers, and [`Sheet::finish`] takes the marks out and notes the byte
//! positions between which each value stood. A value that is written twice gives two
//! lines of truth.

use sha2::{Digest, Sha256};

use crate::encode::{Charset, Compression};
use crate::truth::{Kind, Line, strictest, verdict_of};

const FIRST_START: u32 = 0xf_0000;
const FIRST_END: u32 = 0x10_0000;
const COUNT: u32 = 0xfff0;

/// Whether a character is a mark.
pub fn is_mark(character: char) -> bool {
    u32::from(character) >= FIRST_START
}

/// Takes the marks out of a text, as for a name that is made from a marked value.
pub fn plain(text: &str) -> String {
    text.chars()
        .filter(|character| !is_mark(*character))
        .collect()
}

#[derive(Clone, Debug)]
struct Entry {
    kind: Kind,
    class: String,
    places: Vec<String>,
    value: String,
    why: Option<String>,
}

/// One file of the estate while it is being written.
#[derive(Debug)]
pub struct Sheet {
    file: String,
    base: Vec<String>,
    entries: Vec<Entry>,
}

/// A file of the estate, ready to be written.
#[derive(Debug)]
pub struct Finished {
    /// Path below the estate, with `/`.
    pub path: String,
    /// What the file holds.
    pub bytes: Vec<u8>,
    /// SHA-256 of what it holds before compression, as lower-case hex.
    pub hash: String,
    /// The expected findings and near misses in it.
    pub truth: Vec<Line>,
}

impl Sheet {
    /// A file whose records lie in the given place whatever else holds for them
    /// (`cloudtrail:event-record` for a trail file; empty where each value has its own).
    pub fn new(file: &str, base: &str) -> Self {
        let base = if base.is_empty() {
            Vec::new()
        } else {
            vec![base.to_owned()]
        };
        Self {
            file: file.to_owned(),
            base,
            entries: Vec::new(),
        }
    }

    /// Replaces the place that holds for all that follows.
    pub fn set_base(&mut self, places: &[&str]) {
        self.base = places.iter().map(|place| (*place).to_owned()).collect();
    }

    fn mark(
        &mut self,
        kind: Kind,
        class: &str,
        place: &str,
        value: &str,
        why: Option<&str>,
    ) -> String {
        let number = self.entries.len() as u32;
        let mut places = self.base.clone();
        if !place.is_empty() && !places.iter().any(|known| known == place) {
            places.insert(0, place.to_owned());
        }
        self.entries.push(Entry {
            kind,
            class: class.to_owned(),
            places,
            value: value.to_owned(),
            why: why.map(str::to_owned),
        });
        let (Some(start), Some(end)) = (
            char::from_u32(FIRST_START + number.min(COUNT)),
            char::from_u32(FIRST_END + number.min(COUNT)),
        ) else {
            return value.to_owned();
        };
        format!("{start}{value}{end}")
    }

    /// A value about a patient that must be found. `place` is its own place, or empty where
    /// only the file's place holds.
    pub fn leak(&mut self, class: &str, place: &str, value: &str) -> String {
        self.mark(Kind::Leak, class, place, value, None)
    }

    /// A finding that is no leak: provider, product, clinical code, client.
    pub fn clean(&mut self, class: &str, place: &str, value: &str) -> String {
        self.mark(Kind::CleanFinding, class, place, value, None)
    }

    /// A value that one may report or not (a date beside a name, say), with the reason.
    pub fn may(&mut self, class: &str, place: &str, value: &str, why: &str) -> String {
        self.mark(Kind::May, class, place, value, Some(why))
    }

    /// A value that looks like a class and is none.
    pub fn near(&mut self, resembles: &str, text: &str, why: &str) -> String {
        self.mark(Kind::NearMiss, resembles, "", text, Some(why))
    }

    /// Takes the marks out, encodes, compresses.
    pub fn finish(
        self,
        text: &str,
        charset: Charset,
        compression: Compression,
    ) -> std::io::Result<Finished> {
        let mut bytes = Vec::with_capacity(text.len());
        bytes.extend_from_slice(charset.opening());
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut truth = Vec::new();
        for character in text.chars() {
            let code = u32::from(character);
            if code >= FIRST_END {
                let number = (code - FIRST_END) as usize;
                let start = open
                    .iter()
                    .rposition(|(opened, _)| *opened == number)
                    .map(|at| open.remove(at).1);
                if let (Some(entry), Some(start)) = (self.entries.get(number), start) {
                    truth.push(self.line(
                        entry,
                        start as u64,
                        bytes.len() as u64,
                        charset,
                        compression,
                    ));
                }
            } else if code >= FIRST_START {
                open.push(((code - FIRST_START) as usize, bytes.len()));
            } else {
                charset.push(character, &mut bytes);
            }
        }
        fold_clients(&mut truth);
        let hash = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Finished {
            path: self.file,
            bytes: compression.apply(&bytes)?,
            hash,
            truth,
        })
    }

    fn line(
        &self,
        entry: &Entry,
        start: u64,
        end: u64,
        charset: Charset,
        compression: Compression,
    ) -> Line {
        let reported = entry.kind != Kind::NearMiss;
        let places: Vec<String> = if reported {
            entry.places.clone()
        } else {
            Vec::new()
        };
        Line {
            kind: entry.kind,
            file: self.file.clone(),
            source: None,
            compression: compression.name().map(str::to_owned),
            charset: (charset != Charset::Utf8).then(|| charset.name().to_owned()),
            class: entry.class.clone(),
            subject: reported.then(|| crate::truth::subject_of(&entry.class).to_owned()),
            place: strictest(&places),
            verdict: strictest(&places).map(|place| verdict_of(&place).to_owned()),
            places,
            byte_start: Some(start),
            byte_end: Some(end),
            value: entry.value.clone(),
            min_confidence: match entry.kind {
                Kind::Leak => Some(0.5),
                Kind::CleanFinding => Some(0.2),
                Kind::May | Kind::NearMiss => None,
            },
            occurrences: None,
            why: entry.why.clone(),
        }
    }
}

/// Client addresses fold by MiB in findings; here by file, since no file holds more than
/// one MiB of decoded bytes.
fn fold_clients(truth: &mut Vec<Line>) {
    let mut folded: Vec<Line> = Vec::with_capacity(truth.len());
    for line in truth.drain(..) {
        let earlier = (line.class == "IP" && line.kind == Kind::CleanFinding)
            .then(|| {
                folded
                    .iter_mut()
                    .find(|seen| seen.class == "IP" && seen.value == line.value)
            })
            .flatten();
        match earlier {
            Some(seen) => seen.occurrences = Some(seen.occurrences.unwrap_or(1) + 1),
            None => folded.push(line),
        }
    }
    *truth = folded;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::encode;
    use crate::obj;

    #[test]
    fn spans_hold_through_nested_layers() {
        let mut sheet = Sheet::new("a.json", "local:file-content");
        let value = sheet.leak("NAME", "s3:object-key", "Orla Bré");
        let inner = obj! { "key" => encode::percent(&value, true) }.to_text();
        let text = obj! { "detail" => inner, "again" => value }.to_text();
        let done = sheet
            .finish(&text, Charset::Utf8, Compression::None)
            .unwrap();
        let spans: Vec<&str> = done
            .truth
            .iter()
            .map(|line| {
                let range = line.byte_start.unwrap() as usize..line.byte_end.unwrap() as usize;
                std::str::from_utf8(&done.bytes[range]).unwrap()
            })
            .collect();
        assert_eq!(spans, ["Orla%20Br%C3%A9", "Orla Bré"]);
        assert_eq!(done.truth[0].verdict.as_deref(), Some("forbidden"));
    }

    #[test]
    fn spans_count_bytes_of_the_charset() {
        for (charset, width) in [
            (Charset::Utf16Le, 2),
            (Charset::Utf16Be, 2),
            (Charset::Latin1, 1),
        ] {
            let mut sheet = Sheet::new("a.txt", "local:file-content");
            let value = sheet.leak("NAME", "", "Zoë");
            let done = sheet
                .finish(&format!("ü {value}"), charset, Compression::None)
                .unwrap();
            let line = &done.truth[0];
            let opening = charset.opening().len() as u64;
            assert_eq!(line.byte_start, Some(opening + 2 * width));
            assert_eq!(line.byte_end, Some(opening + 5 * width));
        }
    }
}
