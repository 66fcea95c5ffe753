//! What a format tells the judge decides: labels elsewhere, settings at a hit, records.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use detectors::{Class, Context, CueKind, DetectorSet, Found, Lines, Setting, Slot};
use proptest::prelude::*;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

static SET: LazyLock<DetectorSet> = LazyLock::new(|| DetectorSet::built_in().unwrap());

fn scan(text: &[u8], setting: Setting, context: &dyn Context) -> Vec<Found> {
    let mut found = Vec::new();
    SET.scan(&mut SET.scratch(), text, setting, context, &mut found);
    found
}

/// A table with a header line and commas.
struct Table<'t>(&'t str);

impl Table<'_> {
    fn cells(&self) -> Vec<(usize, Range<usize>)> {
        let mut cells = Vec::new();
        let mut at = 0;
        for line in self.0.split_inclusive('\n') {
            let mut start = at;
            for (column, cell) in line.trim_end().split(',').enumerate() {
                cells.push((column, start..start + cell.len()));
                start += cell.len() + 1;
            }
            at += line.len();
        }
        cells
    }

    fn header(&self, column: usize) -> &str {
        self.0
            .lines()
            .next()
            .unwrap()
            .split(',')
            .nth(column)
            .unwrap_or("")
    }
}

impl Context for Table<'_> {
    fn record(&self, at: usize) -> Range<usize> {
        Lines::new(self.0.as_bytes(), Setting::Content).record(at)
    }
    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        let cells = self.cells();
        let (column, value) = cells
            .into_iter()
            .find(|(_, cell)| cell.contains(&span.start))?;
        Some(Slot {
            label: Cow::Borrowed(self.header(column)),
            value,
        })
    }
    fn labelled_values(&self, wanted: &dyn Fn(&str) -> bool, each: &mut dyn FnMut(Slot<'_>)) {
        for (column, value) in self.cells() {
            let label = self.header(column);
            if wanted(label) {
                each(Slot {
                    label: Cow::Borrowed(label),
                    value,
                });
            }
        }
    }
    fn setting(&self, _: Range<usize>) -> Setting {
        Setting::Content
    }
}

#[test]
fn a_header_announces_its_own_column_only() {
    let text = "id,mrn,ssn,dob,note\n20017734,8812734,301228841,04/03/1962,55512734\n";
    let found = scan(text.as_bytes(), Setting::Content, &Table(text));
    let classes: Vec<(Class, &str)> = found
        .iter()
        .map(|hit| (hit.class, &text[hit.span.clone()]))
        .collect();
    assert_eq!(
        classes,
        [
            (Class::Mrn, "8812734"),
            (Class::Ssn, "301228841"),
            (Class::Dob, "04/03/1962")
        ]
    );
    assert!(
        found
            .iter()
            .all(|hit| hit.cue == CueKind::Slot && hit.confidence > 0.6)
    );
}

/// A tag dump in which the value stands before its key.
struct Tags {
    key: Range<usize>,
    value: Range<usize>,
    whole: Range<usize>,
}

impl Context for Tags {
    fn record(&self, _: usize) -> Range<usize> {
        self.whole.clone()
    }
    fn value_of_label(&self, span: Range<usize>) -> Option<Range<usize>> {
        (self.key.start <= span.start && span.end <= self.key.end).then(|| self.value.clone())
    }
    fn setting(&self, _: Range<usize>) -> Setting {
        Setting::Name
    }
}

#[test]
fn a_tag_key_announces_its_value_in_either_order() {
    let text = r#"{"Value":"8812734","Key":"patientMRN"}"#;
    let context = Tags {
        value: 10..17,
        key: 26..36,
        whole: 0..text.len(),
    };
    let found = scan(text.as_bytes(), Setting::Name, &context);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].class, found[0].span.clone()),
        (Class::Mrn, 10..17)
    );
}

/// Content, except for one stretch that is a name.
struct Half(usize, usize);

impl Context for Half {
    fn record(&self, at: usize) -> Range<usize> {
        if at < self.0 {
            0..self.0
        } else {
            self.0..self.1
        }
    }
    fn setting(&self, span: Range<usize>) -> Setting {
        if span.start < self.0 {
            Setting::Name
        } else {
            Setting::Content
        }
    }
}

#[test]
fn name_forms_apply_where_the_context_says_name() {
    let text = b"patients/smith_john_1962.pdf patients/smith_john_1962.pdf";
    let found = scan(text, Setting::Mixed, &Half(28, text.len()));
    let names: Vec<_> = found
        .iter()
        .filter(|hit| hit.class == Class::Name)
        .collect();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].span, 9..19);
}

#[test]
fn fax_and_hicn_and_what_they_could_also_be() {
    let text = b"Fax: 212-867-4411\nHICN 219-47-3612A\n";
    let found = scan(text, Setting::Content, &Lines::new(text, Setting::Content));
    assert_eq!(found[0].class, Class::Fax);
    assert_eq!(found[0].other_classes, [Class::Phone]);
    assert_eq!(found[1].class, Class::Hicn);
    assert_eq!(found[1].contains, [Class::Ssn]);
}

#[test]
fn every_look_alike_stays_silent() {
    let look_alikes = include_str!("../testdata/look-alikes.txt");
    for setting in [Setting::Content, Setting::Name] {
        let text = look_alikes.as_bytes();
        for hit in scan(text, setting, &Lines::new(text, setting)) {
            let line = look_alikes[..hit.span.start].lines().count();
            assert!(
                hit.confidence < 0.5,
                "line {line}: {} {}",
                hit.class,
                hit.confidence
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_scanned_and_spans_are_disjoint(
        pieces in proptest::collection::vec(prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..12),
            prop_oneof![
                Just("ssn"), Just(":"), Just("=\""), Just("219-47-3612"), Just("\n"), Just("mrn"),
                Just("00412345"), Just("dob "), Just("04/03/1962"), Just("Patient Name: "),
                Just("Jane Roe"), Just("smith_john"), Just("-"), Just(","), Just("212-867-4410"),
                Just("fax"), Just("4539148803436467"), Just("a@b.org"), Just("{\"S\":\""),
            ].prop_map(|text| text.as_bytes().to_vec()),
        ], 0..30),
        named in any::<bool>(),
    ) {
        let text = pieces.concat();
        let setting = if named { Setting::Name } else { Setting::Content };
        let found = scan(&text, setting, &Lines::new(&text, setting));
        let mut end = 0;
        for hit in &found {
            prop_assert!(hit.span.start >= end && hit.span.end > hit.span.start);
            prop_assert!((0.2..=1.0).contains(&hit.confidence));
            end = hit.span.end;
        }
        prop_assert!(end <= text.len());
    }

    #[test]
    fn a_line_is_judged_alike_wherever_it_stands(before in 0_usize..40_000) {
        let line = b"patientMRN=00412345 ssn: 219-47-3612 call (212) 867-4410";
        let mut text = b"x = nothing to see here\n".repeat(before / 24);
        let shift = text.len();
        text.extend_from_slice(line);
        let spans = |text: &[u8]| -> Vec<(Class, Range<usize>)> {
            scan(text, Setting::Content, &Lines::new(text, Setting::Content))
                .into_iter().map(|hit| (hit.class, hit.span)).collect()
        };
        let moved: Vec<_> = spans(&text).into_iter()
            .map(|(class, span)| (class, span.start - shift..span.end - shift)).collect();
        prop_assert_eq!(moved, spans(line));
    }
}
