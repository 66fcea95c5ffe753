//! The verdict table: which places stand in it, in which order, in how many columns.
//!
//! Nothing is cut off. Where the terminal is too narrow for a cell, the cell goes on in the next
//! line; where it is too narrow for all columns, the section stands below its place.

use detectors::place::{Catalogue, Verdict};

use super::words::Words;
use super::{SEVERITIES, Tally};
use crate::cli::{Language, Terminal, Tone};

/// The places under one verdict.
pub(super) struct Group {
    pub(super) verdict: Verdict,
    /// Places with findings that count, worst first.
    pub(super) rows: Vec<Row>,
    /// Findings in places where none counts.
    pub(super) silent: u64,
    /// These places, with how many.
    pub(super) silent_places: Vec<(String, u64)>,
}

/// One place under one entry of the catalogue.
pub(super) struct Row {
    pub(super) place: String,
    findings: u64,
    worst: usize,
    classes: String,
    section: String,
}

/// The tally as the table shows it, strictest verdict first. What the user's own policy decided
/// stands in a table of its own ([`super::own`]).
pub(super) fn groups(tally: &Tally, words: &Words, language: Language) -> Vec<Group> {
    let titles = match language {
        Language::En => None,
        Language::ZhTw => Catalogue::built_in().ok(),
    };
    let mut groups: Vec<Group> = Vec::new();
    for (key, line) in tally.lines.iter().filter(|(_, line)| !line.is_own()) {
        if groups
            .last()
            .is_none_or(|group| group.verdict != key.verdict)
        {
            groups.push(Group {
                verdict: key.verdict,
                rows: Vec::new(),
                silent: 0,
                silent_places: Vec::new(),
            });
        }
        let Some(group) = groups.last_mut() else {
            continue;
        };
        if line.counting == 0 {
            group.silent += line.findings;
            match group
                .silent_places
                .iter_mut()
                .find(|(place, _)| *place == key.place)
            {
                Some((_, findings)) => *findings += line.findings,
                None => group.silent_places.push((key.place.clone(), line.findings)),
            }
            continue;
        }
        let title = titles
            .as_ref()
            .and_then(|catalogue| {
                catalogue
                    .titles()
                    .iter()
                    .find(|title| title.en == line.citation)
            })
            .map_or(line.citation.as_str(), |title| title.zh.as_ref());
        group.rows.push(Row {
            place: key.place.clone(),
            findings: line.counting,
            worst: line.worst,
            classes: classes(line),
            section: if title.is_empty() {
                words.no_section.to_owned()
            } else {
                format!("{title} ({})", words.basis(&line.basis))
            },
        });
    }
    for group in &mut groups {
        // Stable: places with equally much stay in the order of their names.
        group
            .rows
            .sort_by_key(|row| (row.worst, u64::MAX - row.findings));
        group
            .silent_places
            .sort_by_key(|(_, findings)| u64::MAX - findings);
    }
    groups
}

/// Classes of the findings that count, most frequent first. Blanks within `MRN 5` do not break.
fn classes(line: &super::Line) -> String {
    let mut classes: Vec<(&String, &u64)> = line.classes_counting.iter().collect();
    classes.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let told = classes
        .iter()
        .map(|(class, count)| format!("{class}{FIXED}{count}"));
    told.collect::<Vec<_>>().join(", ")
}

/// A blank at which lines are not broken, printed as a blank.
const FIXED: char = '\u{a0}';

/// Widths of the columns.
pub(super) struct Columns {
    place: usize,
    findings: usize,
    worst: usize,
    classes: usize,
    /// None: the section stands below the place.
    section: Option<usize>,
}

/// Most columns for the place; a longer one is broken behind its colon.
const PLACE: usize = 32;

/// Least columns for the classes, and for the section beside them.
const LEAST: (usize, usize) = (16, 26);

impl Columns {
    /// The widths that fit a terminal of `width` columns.
    pub(super) fn fitting<'r>(
        width: usize,
        words: &Words,
        rows: impl Iterator<Item = &'r Row> + Clone,
    ) -> Self {
        let [place, findings, worst, ..] = words.columns.map(columns_of);
        let widest = |least: usize, cell: &dyn Fn(&Row) -> usize| {
            rows.clone().map(cell).max().unwrap_or(0).max(least)
        };
        let place = widest(place, &|row| columns_of(&row.place)).min(PLACE);
        let findings = widest(findings, &|row| row.findings.to_string().len());
        let worst = widest(worst, &|row| severity(row.worst).len());
        let left = width.saturating_sub(2 + place + 2 + findings + 2 + worst + 2);
        let classes = widest(0, &|row| columns_of(&row.classes));
        let section = widest(0, &|row| columns_of(&row.section));
        if left >= LEAST.0 + 2 + LEAST.1 {
            let beside = section.min(left - 2 - LEAST.0);
            let classes = classes.min(left - 2 - beside).max(LEAST.0);
            Self {
                place,
                findings,
                worst,
                classes,
                section: Some(left - 2 - classes),
            }
        } else {
            let head = columns_of(&both(words));
            Self {
                place: place.max(head),
                findings,
                worst,
                classes: left.saturating_sub(head.saturating_sub(place)).max(LEAST.0),
                section: None,
            }
        }
    }

    pub(super) fn head(&self, words: &Words) -> String {
        let [place, findings, worst, classes, section] = words.columns;
        let place = if self.section.is_some() {
            place.to_owned()
        } else {
            both(words)
        };
        let mut head = format!(
            "  {}  {}{findings}  {}  {}",
            padded(&place, self.place),
            gap(findings, self.findings),
            padded(worst, self.worst),
            padded(classes, self.classes),
        );
        if self.section.is_some() {
            head = format!("{head}  {section}");
        }
        head
    }

    /// A row, in as many lines as its cells need.
    pub(super) fn lines(&self, row: &Row, terminal: &Terminal) -> Vec<String> {
        let mut places: Vec<(Tone, String)> = place_lines(&row.place, self.place)
            .into_iter()
            .map(|line| (Tone::Plain, line))
            .collect();
        let mut sections = Vec::new();
        match self.section {
            Some(width) => sections = wrap(&row.section, width),
            None => {
                let width = self.place + 2 + self.findings + 2 + self.worst;
                let below = wrap(&row.section, width.saturating_sub(2)).into_iter();
                places.extend(below.map(|line| (Tone::Faint, format!("  {line}"))));
            }
        }
        let classes = wrap(&row.classes, self.classes);
        let count = places.len().max(classes.len()).max(sections.len());
        let cell = |cells: &[String], at: usize| cells.get(at).cloned().unwrap_or_default();
        let line = |at: usize| {
            let (tone, place) = places
                .get(at)
                .cloned()
                .unwrap_or((Tone::Plain, String::new()));
            let (findings, worst) = if at == 0 {
                (row.findings.to_string(), severity(row.worst))
            } else {
                (String::new(), "")
            };
            // A section below its place may reach under the numbers beside it.
            let left = self.place + 2 + self.findings + 2 + self.worst;
            let left = if at == 0 {
                let numbers = format!(
                    "{}{findings}  {}",
                    gap(&findings, self.findings),
                    padded(worst, self.worst)
                );
                format!("{}  {numbers}", padded(&place, self.place))
            } else {
                terminal.paint(tone, &place) + &gap(&place, left)
            };
            let mut line = format!("  {left}  {}", padded(&cell(&classes, at), self.classes));
            let section = cell(&sections, at);
            if !section.is_empty() {
                line = format!("{line}  {}", terminal.paint(Tone::Faint, &section));
            }
            line.trim_end().replace(FIXED, " ")
        };
        (0..count).map(line).collect()
    }
}

fn place_lines(place: &str, width: usize) -> Vec<String> {
    match place.split_once(':') {
        Some((service, element)) if columns_of(place) > width => {
            let element = wrap(element, width.saturating_sub(2));
            let element = element.into_iter().map(|line| format!("  {line}"));
            std::iter::once(format!("{service}:"))
                .chain(element)
                .collect()
        }
        _ => wrap(place, width),
    }
}

/// The heading of places with their sections below them.
fn both(words: &Words) -> String {
    let [place, .., section] = words.columns;
    format!("{place} / {section}")
}

fn severity(rank: usize) -> &'static str {
    SEVERITIES.get(rank).copied().unwrap_or_default()
}

/// The blanks that fill a cell up to `width`.
fn gap(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(columns_of(text)))
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", gap(text, width))
}

/// Breaks a text into lines of at most `width` columns: at blanks, else between letters.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| columns_of(line));
        let fits = line + usize::from(line > 0) + columns_of(word) <= width;
        if !fits && line > 0 && (columns_of(word) <= width || word.is_ascii()) {
            lines.push(String::new());
        } else if line > 0
            && let Some(last) = lines.last_mut()
        {
            last.push(' ');
        }
        for letter in word.chars() {
            let wide = columns_of(letter.encode_utf8(&mut [0; 4]));
            if lines
                .last()
                .is_some_and(|line| !line.is_empty() && columns_of(line) + wide > width)
            {
                lines.push(String::new());
            }
            if let Some(last) = lines.last_mut() {
                last.push(letter);
            }
        }
    }
    lines
        .iter_mut()
        .for_each(|line| line.truncate(line.trim_end().len()));
    lines
}

/// Terminal columns of a text: letters of CJK take two.
fn columns_of(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{columns_of, wrap};

    #[test]
    fn lines_break_at_blanks_and_between_wide_letters() {
        let cases: [(&str, usize, &[&str]); 6] = [
            ("", 10, &[""]),
            (
                "AWS Auto Scaling (advised)",
                26,
                &["AWS Auto Scaling (advised)"],
            ),
            (
                "AWS Auto Scaling (advised)",
                16,
                &["AWS Auto Scaling", "(advised)"],
            ),
            (
                "MRN\u{a0}1, NAME\u{a0}2",
                8,
                &["MRN\u{a0}1,", "NAME\u{a0}2"],
            ),
            ("abcdefgh", 3, &["abc", "def", "gh"]),
            ("用 AWS 加密", 5, &["用", "AWS", "加密"]),
        ];
        for (text, width, lines) in cases {
            assert_eq!(wrap(text, width), lines, "{text}");
        }
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let text = "判定依據：AWS 白皮書 2023 年 5 月 12 日繁體中文版。phiscan 不作 HIPAA 認定 averyverylongwordindeed";
        for width in 2..60 {
            let lines = wrap(text, width);
            assert!(
                lines.iter().all(|line| columns_of(line) <= width),
                "{width}: {lines:?}"
            );
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(text), "{width}");
        }
    }
}
