//! What a format tells the judge about the text around a hit.

use std::borrow::Cow;
use std::ops::Range;

/// What kind of text is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Bodies: log messages, documents, records.
    Content,
    /// Object keys, tags, file and resource names: name forms without a cue apply.
    Name,
    /// Both; [`Context::setting`] says which at a hit.
    Mixed,
}

/// A labelled value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot<'t> {
    /// JSON key path joined by `.`, CSV header, tag key.
    pub label: Cow<'t, str>,
    /// The value's bytes.
    pub value: Range<usize>,
}

/// What surrounds a hit. All positions are in the text given to the scan; every method is called
/// for hits only, so it may do work.
pub trait Context {
    /// The record around a position: a line, a JSON document, a key.
    fn record(&self, at: usize) -> Range<usize>;

    /// The labelled value that holds the span, if the format has labels.
    fn slot(&self, span: Range<usize>) -> Option<Slot<'_>> {
        let _ = span;
        None
    }

    /// The value of the label that holds the span, where it stands elsewhere: a tag's `Value` for
    /// its `Key`, in either order.
    fn value_of_label(&self, span: Range<usize>) -> Option<Range<usize>> {
        let _ = span;
        None
    }

    /// Calls `each` for every value whose label is not in its record (CSV columns) and is wanted.
    fn labelled_values(&self, wanted: &dyn Fn(&str) -> bool, each: &mut dyn FnMut(Slot<'_>)) {
        let _ = (wanted, each);
    }

    /// Whether the span lies in a name or in content. Asked where a scan's setting is `Mixed`.
    fn setting(&self, span: Range<usize>) -> Setting;

    /// Folder path, bucket, log group: words in it are weak cues.
    fn container(&self) -> &str {
        ""
    }
}

/// Plain text, one record a line.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'t> {
    text: &'t [u8],
    setting: Setting,
    label: Option<&'t str>,
    container: &'t str,
}

impl<'t> Lines<'t> {
    /// Lines of `text`, all of one setting.
    pub fn new(text: &'t [u8], setting: Setting) -> Self {
        Self {
            text,
            setting,
            label: None,
            container: "",
        }
    }

    /// The same, where the whole text is the value of a label.
    pub fn labelled(self, label: Option<&'t str>) -> Self {
        Self { label, ..self }
    }

    /// The same, found in a container of that name.
    pub fn within(self, container: &'t str) -> Self {
        Self { container, ..self }
    }
}

impl Context for Lines<'_> {
    fn record(&self, at: usize) -> Range<usize> {
        let at = at.min(self.text.len());
        let start = memchr::memrchr(b'\n', &self.text[..at]).map_or(0, |newline| newline + 1);
        let end = memchr::memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |n| at + n);
        start..end
    }

    fn slot(&self, _: Range<usize>) -> Option<Slot<'_>> {
        self.label.map(|label| Slot {
            label: Cow::Borrowed(label),
            value: 0..self.text.len(),
        })
    }

    fn labelled_values(&self, wanted: &dyn Fn(&str) -> bool, each: &mut dyn FnMut(Slot<'_>)) {
        if let Some(label) = self.label.filter(|label| wanted(label)) {
            each(Slot {
                label: Cow::Borrowed(label),
                value: 0..self.text.len(),
            });
        }
    }

    fn setting(&self, _: Range<usize>) -> Setting {
        self.setting
    }

    fn container(&self) -> &str {
        self.container
    }
}
