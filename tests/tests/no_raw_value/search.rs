//! Looks for planted values, in all forms in which they could leak, in whatever a run wrote.

use std::collections::BTreeMap;
use std::path::Path;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// All forms of all planted values, compiled.
pub(crate) struct Search {
    automaton: AhoCorasick,
    /// Value and form of each pattern.
    patterns: Vec<(usize, String)>,
}

/// What kind of text is searched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text that holds anything: pieces of values count.
    Text,
    /// Bytes that chance can make look like a piece; or a column of ids, tokens or hashes.
    Opaque,
}

impl Search {
    /// Makes the forms with `readers/value_forms.py`.
    pub(crate) fn new(folder: &Path, spellings: &[Vec<String>]) -> Self {
        let list = folder.join("values.json");
        std::fs::write(&list, serde_json::to_vec(spellings).unwrap()).unwrap();
        let printed =
            tests::python_program("readers/value_forms.py", &[&list.display().to_string()]);
        let mut patterns = Vec::new();
        let mut bytes = Vec::new();
        for line in printed.lines() {
            let (value, form, hex): (usize, String, String) = serde_json::from_str(line).unwrap();
            let pairs = hex.as_bytes().chunks(2);
            bytes.push(
                pairs
                    .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
                    .collect::<Vec<u8>>(),
            );
            patterns.push((value, form));
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&bytes)
            .unwrap();
        Self {
            automaton,
            patterns,
        }
    }

    /// How many patterns there are.
    pub(crate) fn len(&self) -> usize {
        self.patterns.len()
    }

    /// The values that stand in `text`, with the form and what is around.
    pub(crate) fn find(&self, text: &[u8], kind: Kind) -> Vec<(usize, String, String)> {
        let mut found = Vec::new();
        for hit in self.automaton.find_overlapping_iter(text) {
            let (value, form) = &self.patterns[hit.pattern().as_usize()];
            if kind == Kind::Opaque && form == "piece" {
                continue;
            }
            let run = hex_run(text, hit.start(), hit.end());
            // Ids, tokens and hashes are long runs of hex digits; eight digits in one are chance.
            if hit.len() < 16 && run.is_some_and(|run| run >= 28) {
                continue;
            }
            if form == "crc-32" && run.is_some_and(|run| run > hit.len()) {
                continue;
            }
            let around = &text[hit.start().saturating_sub(40)..text.len().min(hit.end() + 40)];
            found.push((
                *value,
                form.clone(),
                String::from_utf8_lossy(around).into_owned(),
            ));
        }
        found
    }
}

/// Length of the run of hex digits that holds a span, if the span is made of hex digits.
fn hex_run(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit();
    if !text[start..end].iter().all(is_hex) {
        return None;
    }
    let before = text[..start]
        .iter()
        .rev()
        .take_while(|byte| is_hex(byte))
        .count();
    let behind = text[end..].iter().take_while(|byte| is_hex(byte)).count();
    Some(before + end - start + behind)
}

/// Leaks, by where they are.
#[derive(Default)]
pub(crate) struct Leaks(BTreeMap<String, Vec<String>>);

impl Leaks {
    /// Searches one text.
    pub(crate) fn search(&mut self, search: &Search, place: &str, text: &[u8], kind: Kind) {
        for (value, form, around) in search.find(text, kind) {
            self.0
                .entry(place.to_owned())
                .or_default()
                .push(format!("value {value}, {form}: {around:?}"));
        }
    }

    /// Searches an output folder: its files as bytes, and every cell and footer of its Parquet.
    pub(crate) fn search_output(&mut self, search: &Search, bench: &tests::Bench, out: &str) {
        for (path, bytes) in bench.files_below(out) {
            let place = format!("bytes of {}", path.display());
            self.search(search, &place, &bytes, Kind::Opaque);
            self.search(
                search,
                "a file's name",
                path.to_string_lossy().as_bytes(),
                Kind::Text,
            );
        }
        let folder = bench.at(out).display().to_string();
        let mut cells = 0;
        for line in tests::python_program("readers/parquet_cells.py", &[&folder]).lines() {
            let (file, column, texts): (String, String, Vec<String>) =
                serde_json::from_str(line).unwrap();
            let opaque = ["_id", "_token", "_hash"]
                .iter()
                .any(|end| column.ends_with(end))
                || column == "token";
            let kind = if opaque { Kind::Opaque } else { Kind::Text };
            let table = file.split('/').next().unwrap_or_default();
            let place = format!("{table}.{column}");
            cells += texts.len();
            self.search(search, &place, texts.join("\n").as_bytes(), kind);
        }
        assert!(cells > 0, "no cell was read below {out}");
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Some of them for each place, to be read.
    pub(crate) fn report(&self) -> String {
        let mut report = String::new();
        for (place, leaks) in &self.0 {
            report.push_str(&format!("{place}: {} leaks\n", leaks.len()));
            for leak in leaks.iter().step_by(1 + leaks.len() / 12) {
                report.push_str(&format!("    {leak}\n"));
            }
        }
        report
    }
}
