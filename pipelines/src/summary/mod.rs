//! What a person sees when a scan ends: verdicts by place and class, worst first, with citation
//! and basis; what was read; where the files are; what to do next.
//!
//! The summary is made from a [`Tally`] alone, so it shows counts and words of the catalogue and
//! never anything that was read from a source.

mod tally;
mod words;

use std::path::Path;

use serde_json::json;

pub use tally::{Counting, Line, LineKey, NotCounted, SEVERITIES, Tally, is_incomplete};

use crate::cli::{Language, Terminal, Tone};
use crate::error::Error;
use crate::exit::ExitStatus;
use words::Words;

/// What the summary is about.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The counts.
    pub tally: &'a Tally,
    /// When a finding counts.
    pub counting: Counting,
    /// The run.
    pub run_id: &'a str,
    /// The output folder, as the user gave it.
    pub out: &'a Path,
    /// Seconds that the scan took.
    pub seconds: f64,
    /// How the run ends.
    pub status: ExitStatus,
    /// Whether ids and tokens come from a key that stays.
    pub has_key: bool,
}

impl Summary<'_> {
    /// Writes the summary for people.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn print(&self, terminal: &Terminal, language: Language) -> Result<(), Error> {
        let words = Words::of(language);
        for line in self.lines(terminal, words, language) {
            terminal.print(line.trim_end())?;
        }
        Ok(())
    }

    fn lines(&self, terminal: &Terminal, words: &Words, language: Language) -> Vec<String> {
        let mut lines = vec![self.headline(terminal, words), String::new()];
        if !self.tally.lines.is_empty() {
            lines.extend(self.table(terminal, words, language));
            lines.push(String::new());
        }
        lines.extend(self.remarks(words));
        lines.extend(self.coverage(terminal, words));
        lines.push(String::new());
        lines.extend(self.next_steps(terminal, words));
        lines.push(terminal.paint(Tone::Faint, &words.edition()));
        lines
    }

    fn headline(&self, terminal: &Terminal, words: &Words) -> String {
        let counting = self.tally.counting;
        let (tone, text) = if counting > 0 {
            (Tone::Bad, words.found(counting))
        } else if self.tally.incomplete > 0 {
            (Tone::Warn, words.none_but_incomplete.to_owned())
        } else {
            (Tone::Good, words.none.to_owned())
        };
        terminal.paint(tone, &text)
    }

    /// The verdict table, cut into columns that fit the terminal.
    fn table(&self, terminal: &Terminal, words: &Words, language: Language) -> Vec<String> {
        let rows: Vec<[String; 6]> = self
            .tally
            .lines
            .iter()
            .map(|(key, line)| cells(key, line, words, language))
            .collect();
        let mut widths = words.columns.map(columns_of);
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(columns_of(cell));
            }
        }
        // The classes give way first, then the citation.
        let fixed: usize = widths
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != CLASSES && *at != CITATION)
            .map(|(_, width)| width + 2)
            .sum();
        let free = terminal.width().saturating_sub(fixed + 2).max(30);
        widths[CITATION] = widths[CITATION].min(free * 3 / 5);
        widths[CLASSES] = widths[CLASSES].min(free - widths[CITATION]);
        let head = padded(&words.columns.map(str::to_owned), &widths).concat();
        let mut lines = vec![terminal.paint(Tone::Heading, &head)];
        for ((key, line), row) in self.tally.lines.iter().zip(&rows) {
            let tone = if line.counting == 0 {
                Tone::Faint
            } else if key.verdict <= detectors::place::Verdict::Unexpected {
                Tone::Bad
            } else {
                Tone::Warn
            };
            let mut cells = padded(row, &widths);
            if let Some(first) = cells.first_mut() {
                *first = terminal.paint(tone, first);
            }
            lines.push(cells.concat());
        }
        lines
    }

    fn remarks(&self, words: &Words) -> Vec<String> {
        let mut lines = Vec::new();
        let parts: Vec<String> = self
            .tally
            .not_counted
            .iter()
            .map(|(reason, count)| {
                format!("{count} {}", words.not_counted(*reason, &self.counting))
            })
            .collect();
        if !parts.is_empty() {
            lines.push(format!(
                "{} {}",
                words.not_counted_head,
                parts.join(words.comma)
            ));
        }
        if !self.has_key && self.tally.findings > 0 {
            lines.push(words.no_key.to_owned());
        }
        lines
    }

    fn coverage(&self, terminal: &Terminal, words: &Words) -> Vec<String> {
        let tally = self.tally;
        let read = tally.outcomes.get("scanned").copied().unwrap_or(0)
            + tally.outcomes.get("empty").copied().unwrap_or(0);
        let mib = tally.bytes_decoded as f64 / f64::from(1 << 20);
        let mut lines = vec![words.read(read, tally.units, tally.records, mib, self.seconds)];
        for ((outcome, reason), count) in &tally.gaps {
            let tone = if is_incomplete(outcome, reason) {
                Tone::Warn
            } else {
                Tone::Faint
            };
            let reason = if reason.is_empty() {
                String::new()
            } else {
                format!(" ({reason})")
            };
            lines.push(terminal.paint(tone, &format!("  {count} {outcome}{reason}")));
        }
        lines
    }

    fn next_steps(&self, terminal: &Terminal, words: &Words) -> Vec<String> {
        let out = self.out.display().to_string();
        let from = if out == "phiscan-out" {
            String::new()
        } else {
            format!(" --from {out}")
        };
        let mut lines = vec![format!(
            "{} {out}/{{findings,coverage,runs}}/event_day=…/*.parquet  ({})",
            words.files, self.run_id
        )];
        lines.push(terminal.paint(Tone::Heading, words.next));
        let query = |sql: &str| format!("  phiscan query{from} \"{sql}\"");
        if let Some(key) = self
            .tally
            .lines
            .iter()
            .find(|(_, line)| line.counting > 0)
            .map(|(key, _)| key)
        {
            lines.push(query("SELECT class, resource, unit, locator, remedy FROM findings_current WHERE verdict = 'forbidden'"));
            lines.push(format!("  phiscan places show {}", key.place));
        }
        if self.tally.incomplete > 0 {
            lines.push(query("SELECT unit, outcome, reason FROM coverage WHERE outcome NOT IN ('scanned', 'empty')"));
        }
        if self.tally.findings == 0 && self.tally.incomplete == 0 {
            lines.push(query(
                "SELECT unit, source, elements_read, records, bytes_decoded FROM coverage",
            ));
        }
        lines
    }

    /// The summary for programs.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let tally = self.tally;
        let verdicts: Vec<_> = tally
            .lines
            .iter()
            .map(|(key, line)| {
                json!({
                    "verdict": key.verdict.as_str(), "place": key.place, "policy_id": key.policy_id,
                    "basis": line.basis, "citation": line.citation, "condition": line.condition,
                    "findings": line.findings, "counting": line.counting,
                    "worst_severity": SEVERITIES.get(line.worst), "classes": line.classes,
                })
            })
            .collect();
        let gaps: Vec<_> = tally
            .gaps
            .iter()
            .map(|((outcome, reason), units)| json!({"outcome": outcome, "reason": reason, "units": units}))
            .collect();
        json!({
            "run_id": self.run_id,
            "exit_status": self.status.code(),
            "findings": tally.findings,
            "findings_counting": tally.counting,
            "verdicts": verdicts,
            "coverage": {
                "units": tally.units, "incomplete": tally.incomplete, "records": tally.records,
                "bytes_read": tally.bytes_read, "bytes_decoded": tally.bytes_decoded,
                "outcomes": tally.outcomes, "gaps": gaps,
            },
            "out": self.out.display().to_string(),
            "seconds": self.seconds,
            "whitepaper_edition": detectors::place::edition::EDITION,
            "notice": Words::of(Language::En).edition(),
        })
    }
}

const CLASSES: usize = 2;
const CITATION: usize = 5;

fn cells(key: &LineKey, line: &Line, words: &Words, language: Language) -> [String; 6] {
    let mut classes: Vec<(&String, &u64)> = line.classes.iter().collect();
    classes.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let classes: Vec<String> = classes
        .iter()
        .map(|(class, count)| format!("{class} {count}"))
        .collect();
    let basis = words.basis(&line.basis);
    let title = match language {
        Language::En => line.citation.clone(),
        Language::ZhTw => title_zh(&line.citation),
    };
    let citation = if title.is_empty() {
        "–".to_owned()
    } else {
        format!("{title} ({basis})")
    };
    let severity = SEVERITIES.get(line.worst).copied().unwrap_or_default();
    [
        key.verdict.as_str().to_owned(),
        key.place.clone(),
        classes.join(", "),
        line.findings.to_string(),
        severity.to_owned(),
        citation,
    ]
}

/// The title as the Chinese text has it.
fn title_zh(title_en: &str) -> String {
    let catalogue = detectors::place::Catalogue::built_in().ok();
    let titles = catalogue
        .as_ref()
        .map_or(&[][..], |catalogue| catalogue.titles());
    let title = titles.iter().find(|title| title.en == title_en);
    title.map_or_else(|| title_en.to_owned(), |title| title.zh.clone())
}

/// Cells with two blanks between them; too long ones end in `…`. The fourth is a number.
fn padded(row: &[String; 6], widths: &[usize; 6]) -> Vec<String> {
    row.iter()
        .zip(widths)
        .enumerate()
        .map(|(at, (cell, width))| {
            let shown = shorten(cell, *width);
            let gap = " ".repeat(width.saturating_sub(columns_of(&shown)));
            if at == 3 {
                format!("{gap}{shown}  ")
            } else {
                format!("{shown}{gap}  ")
            }
        })
        .collect()
}

fn shorten(text: &str, width: usize) -> String {
    if columns_of(text) <= width {
        return text.to_owned();
    }
    let mut shown = String::new();
    for letter in text.chars() {
        if columns_of(&shown) + columns_of(letter.encode_utf8(&mut [0; 4])) + 1 > width {
            break;
        }
        shown.push(letter);
    }
    shown.push('…');
    shown
}

/// Terminal columns of a text: letters of CJK take two.
fn columns_of(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}
