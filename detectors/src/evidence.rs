//! What may be said of a value without saying it.
//!
//! [`Evidence`] is the shape of the value: `9` for a digit, `A` and `a` for letters, a few
//! separators as they are, `?` for the rest. Names, addresses and e-mail addresses, whose shape
//! says much, are their class word.

use crate::vocabulary::Class;
use std::fmt;

/// Longest shape, in characters; longer ones end in `…`.
const LONGEST: usize = 40;

/// A printable description that holds nothing of the value but its shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Evidence(String);

impl Evidence {
    /// The shape of `raw`, or the class word.
    pub fn of(class: Class, raw: &[u8]) -> Self {
        if matches!(class, Class::Name | Class::Address | Class::Email) {
            return Self(class.as_str().to_owned());
        }
        let mut shape = String::with_capacity(raw.len().min(LONGEST));
        let text = String::from_utf8_lossy(raw);
        for (index, character) in text.chars().enumerate() {
            if index == LONGEST {
                shape.push('…');
                break;
            }
            shape.push(match character {
                '0'..='9' => '9',
                'a'..='z' => 'a',
                'A'..='Z' => 'A',
                '-' | '_' | '.' | '/' | ' ' | ':' | '(' | ')' | '+' | ',' => character,
                _ => '?',
            });
        }
        Self(shape)
    }

    /// The description.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_hold_no_value() {
        let shape = |class, text: &str| Evidence::of(class, text.as_bytes()).0;
        assert_eq!(shape(Class::Ssn, "219-47-3612"), "999-99-9999");
        assert_eq!(shape(Class::Mbi, "2FG7HT4KC91"), "9AA9AA9AA99");
        assert_eq!(shape(Class::Name, "Jane Roe"), "NAME");
        assert_eq!(shape(Class::Dob, "3 Apr 1962\u{1b}é"), "9 Aaa 9999??");
        assert_eq!(
            shape(Class::Mrn, &"7".repeat(60)).chars().count(),
            LONGEST + 1
        );
    }
}
