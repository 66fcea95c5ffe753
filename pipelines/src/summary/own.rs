//! What the user's own files decided, apart from what the whitepaper says: places under the own
//! policy, findings that the allow list suppresses, entries that have ended.

use detectors::place::Verdict;

use super::Summary;
use super::table::wrap;
use super::words::Words;
use crate::cli::{Terminal, Tone};

/// Most entries of the allow list that are shown.
const MOST_SHOWN: usize = 12;

impl Summary<'_> {
    /// The lines of all three; none where there is nothing to say.
    pub(super) fn own(&self, terminal: &Terminal, words: &Words) -> Vec<String> {
        let blocks = [
            self.own_policy(terminal, words),
            self.suppressed(terminal, words),
            self.ended(terminal, words),
        ];
        let mut lines: Vec<String> = Vec::new();
        for block in blocks.into_iter().filter(|block| !block.is_empty()) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(block);
        }
        lines
    }

    fn own_policy(&self, terminal: &Terminal, words: &Words) -> Vec<String> {
        let own: Vec<_> = self
            .tally
            .lines
            .iter()
            .filter(|(_, line)| line.is_own())
            .collect();
        if own.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![terminal.paint(Tone::Heading, words.own_policy)];
        for (key, line) in own {
            let tone = match (line.counting > 0, key.verdict <= Verdict::Unexpected) {
                (true, true) => Tone::Bad,
                (true, false) => Tone::Warn,
                (false, _) => Tone::Faint,
            };
            let told = words.own_count(line.findings, line.counting);
            let text = format!("{}: {told}; {}", key.place, line.citation);
            let verdict = key.verdict.as_str();
            let width = terminal.width().saturating_sub(4 + verdict.len()).max(20);
            let wrapped = wrap(&text, width);
            let mut wrapped = wrapped.into_iter();
            let first = wrapped.next().unwrap_or_default();
            lines.push(format!("  {}  {first}", terminal.paint(tone, verdict)));
            lines.extend(wrapped.map(|line| format!("      {line}")));
        }
        lines
    }

    fn suppressed(&self, terminal: &Terminal, words: &Words) -> Vec<String> {
        let suppressed = &self.tally.suppressed;
        if suppressed.is_empty() {
            return Vec::new();
        }
        let heading = words.suppressed(suppressed.values().sum());
        let mut lines = vec![terminal.paint(Tone::Heading, &heading)];
        for (by, findings) in suppressed.iter().take(MOST_SHOWN) {
            lines.extend(indented(&words.answering(*findings, by), terminal));
        }
        if suppressed.len() > MOST_SHOWN {
            let more = words.more_entries(suppressed.len() - MOST_SHOWN);
            lines.extend(indented(&more, terminal));
        }
        lines
    }

    fn ended(&self, terminal: &Terminal, words: &Words) -> Vec<String> {
        if self.ended.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![terminal.paint(Tone::Warn, words.not_applied)];
        for entry in self.ended.iter().take(MOST_SHOWN) {
            lines.extend(indented(entry, terminal));
        }
        if self.ended.len() > MOST_SHOWN {
            let more = words.more_entries(self.ended.len() - MOST_SHOWN);
            lines.extend(indented(&more, terminal));
        }
        lines
    }
}

fn indented(text: &str, terminal: &Terminal) -> Vec<String> {
    let wrapped = wrap(text, terminal.width().saturating_sub(2));
    let mut lines = wrapped.into_iter();
    let first = lines.next().map(|line| format!("  {line}"));
    first
        .into_iter()
        .chain(lines.map(|line| format!("    {line}")))
        .collect()
}
