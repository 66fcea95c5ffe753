//! Layers of encoding: undone before matching, with a map back.
//!
//! What a log holds is often wrapped: a JSON document in a JSON string, percent
//! runs in an URL, UTF-16 in an export. [`undo`] and the `transcode_…` functions
//! give the text below as a [`View`]; its [`OffsetMap`] leads each span of the
//! view back to the smallest span outside that covers it, and names the layers
//! that were removed to see it. Text without any encoding is borrowed, and its
//! map allocates nothing.
//!
//! ```
//! use scanner::layers::{Declared, Layer, Percent, undo};
//!
//! let text = br#"{"message":"{\"name\":\"Ren\u00e9\"}"}"#;
//! let declared = Declared { json: true, percent: Percent::Never };
//! let view = undo(text, &declared);
//! assert_eq!(&*view.text, r#"{"message":"{"name":"René"}"}"#.as_bytes());
//!
//! let name = view.text.windows(5).position(|w| w == "René".as_bytes()).unwrap();
//! let outer = view.map.outer(name..name + 5);
//! assert_eq!(&text[outer], br"Ren\u00e9");
//! assert_eq!(view.map.layers(name..name + 5), [Layer::JsonString]);
//! ```

mod charset;
mod json;
mod map;
mod percent;

use std::borrow::Cow;

pub use charset::{transcode_latin1, transcode_utf16};
pub use map::OffsetMap;

/// A kind of encoding that was removed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Layer {
    /// UTF-16, either byte order.
    Utf16,
    /// ISO 8859-1.
    Latin1,
    /// Escapes of a JSON string (RFC 8259, section 7).
    JsonString,
    /// Percent-encoding (RFC 3986, section 2.1).
    Percent,
    /// `application/x-www-form-urlencoded`: percent runs, and `+` for a space.
    Form,
}

impl Layer {
    /// The name as findings show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf16 => "utf-16",
            Self::Latin1 => "latin-1",
            Self::JsonString => "json-string",
            Self::Percent => "percent",
            Self::Form => "form",
        }
    }
}

/// Where percent runs are undone.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Percent {
    /// Nowhere.
    #[default]
    Never,
    /// In JSON strings only.
    InJsonStrings,
    /// In the whole text.
    Everywhere,
    /// In the whole text, where `+` is a space too; and in what comes out, since clients store names
    /// that they have encoded already.
    Form,
    /// In the whole text, twice: logs of URLs encode what clients have encoded. In queries, behind
    /// a `=` or `?` of the same word, `+` is a space.
    Urls,
}

/// What a format says its text is encoded with.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Declared {
    /// The text is JSON: a document, JSON Lines, or a piece of either.
    pub json: bool,
    /// Where percent runs are undone, after JSON escapes.
    pub percent: Percent,
}

/// A text with its encoding undone, and the way back.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The text below the layers.
    pub text: Cow<'a, [u8]>,
    /// From offsets in `text` to offsets in what was decoded.
    pub map: OffsetMap,
}

impl<'a> View<'a> {
    /// The text as it is.
    pub fn clean(text: &'a [u8]) -> Self {
        Self {
            text: Cow::Borrowed(text),
            map: OffsetMap::default(),
        }
    }
}

/// Undoes what `declared` names, in time linear in the text.
///
/// JSON escapes are undone in every JSON string, and in the JSON strings that
/// come out, to four deep. A string ends at a newline at the latest. The text
/// may begin or end in the middle of a string; where it begins inside one is
/// told from its first quotes. Invalid escapes and unpaired surrogates stay as
/// they are; so do percent signs without two hexadecimal digits.
///
/// A newline or carriage return that an escape stands for is written as a space,
/// so that it does not end the record that holds it.
///
/// Text of 4 GiB or more is given back as it is.
pub fn undo<'a>(text: &'a [u8], declared: &Declared) -> View<'a> {
    let mut view = View::clean(text);
    if u32::try_from(text.len()).is_err() {
        return view;
    }
    let within_strings = declared.percent == Percent::InJsonStrings;
    let mut strings = Vec::new();
    if declared.json || within_strings {
        strings = json::undo(&mut view, declared.json, within_strings);
    }
    match declared.percent {
        Percent::Never => {}
        Percent::InJsonStrings => percent::undo(&mut view, Layer::Percent, Some(&strings)),
        Percent::Everywhere => percent::undo(&mut view, Layer::Percent, None),
        Percent::Form => {
            percent::undo(&mut view, Layer::Form, None);
            percent::undo(&mut view, Layer::Percent, None);
        }
        Percent::Urls => {
            percent::undo_plus_in_queries(&mut view);
            percent::undo(&mut view, Layer::Percent, None);
            percent::undo(&mut view, Layer::Percent, None);
        }
    }
    view
}

/// A newline inside a record may not end it.
fn kept_in_record(byte: u8) -> u8 {
    if matches!(byte, b'\n' | b'\r') {
        b' '
    } else {
        byte
    }
}
