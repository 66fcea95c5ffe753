//! What a person sees when a scan ends: verdicts by place and class, worst first, with citation
//! and basis; apart from these what the user's own policy and allow list decided; what was read;
//! where the files are; what to do next.
//!
//! The summary is made from a [`Tally`], so it shows counts, words of the catalogue and masked words
//! of the user's own files, and never anything that was read from a source.

mod own;
mod table;
mod tally;
mod words;

use serde_json::json;

pub use tally::{Answering, Counting, Line, LineKey, NotCounted, SEVERITIES, Tally, is_incomplete};

use crate::cli::{Language, Terminal, Tone};
use crate::error::Error;
use crate::exit::ExitStatus;
use detectors::Masked;
use detectors::place::Verdict;
pub(crate) use table::wrap;
use table::{Columns, groups};
use words::Words;

/// Lines of a small terminal.
const SCREEN: usize = 24;

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
    pub out: &'a Masked,
    /// Seconds that the scan took.
    pub seconds: f64,
    /// How the run ends.
    pub status: ExitStatus,
    /// Whether ids and tokens come from a key that stays.
    pub has_key: bool,
    /// Entries of policy and allow list that have ended, in a line each, masked.
    pub ended: &'a [String],
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
        let mut lines = self.headline(terminal, words);
        lines.push(String::new());
        let table = self.tables(terminal, words, language);
        if !table.is_empty() {
            let long = table.len() > SCREEN;
            lines.extend(table);
            lines.push(String::new());
            if long {
                // The first line has left the screen: what counts stands at the end as well.
                lines.extend(self.headline(terminal, words));
            }
        }
        for remark in self.remarks(words) {
            lines.extend(wrap(&remark, terminal.width()));
        }
        lines.extend(self.coverage(terminal, words));
        lines.push(String::new());
        lines.extend(self.next_steps(terminal, words, language));
        lines.push(String::new());
        let edition = wrap(&words.edition(), terminal.width());
        lines.extend(edition.iter().map(|line| terminal.paint(Tone::Faint, line)));
        lines
    }

    /// The whitepaper's verdicts, and below them what is the user's own.
    fn tables(&self, terminal: &Terminal, words: &Words, language: Language) -> Vec<String> {
        let mut lines = self.table(terminal, words, language);
        let own = self.own(terminal, words);
        if !lines.is_empty() && !own.is_empty() {
            lines.push(String::new());
        }
        lines.extend(own);
        lines
    }

    fn headline(&self, terminal: &Terminal, words: &Words) -> Vec<String> {
        let counting = self.tally.counting;
        let (tone, text) = if counting > 0 {
            (Tone::Bad, words.found(counting))
        } else if self.tally.is_incomplete() {
            (Tone::Warn, words.none_but_incomplete.to_owned())
        } else if let unread @ 1.. = self.tally.outcome("unsupported") {
            (Tone::Warn, words.none_but_unread(unread))
        } else {
            (Tone::Good, words.none.to_owned())
        };
        let lines = wrap(&text, terminal.width());
        lines
            .iter()
            .map(|line| terminal.paint(tone, line))
            .collect()
    }

    /// The verdict table: a heading for each verdict, below it a row for each place with findings
    /// that count, worst first; places without are named in one line.
    fn table(&self, terminal: &Terminal, words: &Words, language: Language) -> Vec<String> {
        let groups = groups(self.tally, words, language);
        let rows = || groups.iter().flat_map(|group| &group.rows);
        let columns = Columns::fitting(terminal.width(), words, rows());
        let mut lines = Vec::new();
        if rows().next().is_some() {
            lines.push(terminal.paint(Tone::Faint, columns.head(words).trim_end()));
        }
        for group in &groups {
            let tone = if group.rows.is_empty() {
                Tone::Faint
            } else if group.verdict <= Verdict::Unexpected {
                Tone::Bad
            } else {
                Tone::Warn
            };
            let name = terminal.paint(tone, group.verdict.as_str());
            lines.push(format!("{name}  {}", words.meaning(group.verdict)));
            for row in &group.rows {
                lines.extend(columns.lines(row, terminal));
            }
            if group.silent > 0 {
                let text = words.silent(group.silent, &group.silent_places);
                let wrapped = wrap(&text, terminal.width().saturating_sub(2));
                let faint = |line: String| terminal.paint(Tone::Faint, &format!("  {line}"));
                lines.extend(wrapped.into_iter().map(faint));
            }
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
                "{}{}",
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
        let read = tally.outcome("scanned") + tally.outcome("empty");
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

    fn next_steps(&self, terminal: &Terminal, words: &Words, language: Language) -> Vec<String> {
        let out = self.out.as_str();
        let from = if out == "phiscan-out" {
            String::new()
        } else {
            format!(" --from {out}")
        };
        let mut lines = vec![format!(
            "{}{out}/{{findings,coverage,runs}}/event_day=…/*.parquet  ({})",
            words.files, self.run_id
        )];
        lines.push(terminal.paint(Tone::Heading, words.next));
        let query = |sql: &str| format!("  phiscan query{from} \"{sql}\"");
        // The row that stands first in the table.
        let groups = groups(self.tally, words, language);
        let first = groups
            .iter()
            .find_map(|group| Some((group.verdict, group.rows.first()?)));
        let own = self
            .tally
            .lines
            .iter()
            .find(|(_, line)| line.is_own() && line.counting > 0);
        if let Some((verdict, row)) = first {
            lines.push(query(&format!(
                "SELECT class, resource, unit, locator, remedy FROM findings_current WHERE verdict = '{}'",
                verdict.as_str()
            )));
            lines.push(format!("  phiscan places show {}", row.place));
        }
        if first.is_none() && own.is_some() {
            lines.push(query(
                "SELECT class, resource, unit, locator, citation FROM findings_current WHERE basis = 'organisation'",
            ));
        }
        if self.tally.is_incomplete() {
            lines.push(query("SELECT unit, outcome, reason FROM coverage WHERE outcome NOT IN ('scanned', 'empty')"));
        }
        if first.is_none() && own.is_none() && !self.tally.is_incomplete() {
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
        let lines = |own: bool| -> Vec<_> {
            let lines = tally.lines.iter().filter(|(_, line)| line.is_own() == own);
            lines.map(|(key, line)| {
                json!({
                    "verdict": key.verdict.as_str(), "place": key.place, "policy_id": key.policy_id,
                    "basis": line.basis, "citation": line.citation, "condition": line.condition,
                    "findings": line.findings, "counting": line.counting,
                    "worst_severity": SEVERITIES.get(line.worst), "classes": line.classes,
                })
            })
            .collect()
        };
        let suppressed: Vec<_> = tally
            .suppressed
            .iter()
            .map(|(by, findings)| {
                json!({"owner": by.owner, "reason": by.reason, "until": by.until, "findings": findings})
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
            "verdicts": lines(false),
            "organisation": lines(true),
            "suppressed": suppressed,
            "ended": self.ended,
            "coverage": {
                "units": tally.units, "incomplete": tally.incomplete, "records": tally.records,
                "bytes_read": tally.bytes_read, "bytes_decoded": tally.bytes_decoded,
                "outcomes": tally.outcomes, "gaps": gaps,
            },
            "out": self.out.as_str(),
            "seconds": self.seconds,
            "whitepaper_edition": detectors::place::edition::EDITION,
            "notice": Words::of(Language::En).edition(),
        })
    }
}
