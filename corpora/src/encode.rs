//! The encodings in which values come: percent, form, UTF-16, Latin-1, gzip, zstd.
//!
//! The text encoders let the marks of [`crate::mark`] through, so that a value's place is
//! still known after any number of layers.

use crate::mark::is_mark;

/// Percent-encodes all but letters, digits, `-._~` and, if asked, `/`.
pub fn percent(text: &str, keep_slash: bool) -> String {
    encode(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (keep_slash && byte == b'/')
    })
}

/// Encodes as S3 does in inventories and event messages: a blank becomes `+`, and every
/// sign but `-._*/` and letters and digits is percent-encoded.
pub fn form(text: &str) -> String {
    encode(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-._*/ ".contains(&byte)
    })
    .replace(' ', "+")
}

/// Percent-encodes punctuation as well, hyphens included, as careless clients do.
pub fn percent_all(text: &str) -> String {
    encode(text, |byte| byte.is_ascii_alphanumeric())
}

fn encode(text: &str, keep: impl Fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut utf8 = [0; 4];
    for character in text.chars() {
        if is_mark(character) {
            out.push(character);
            continue;
        }
        for &byte in character.encode_utf8(&mut utf8).as_bytes() {
            if keep(byte) {
                out.push(char::from(byte));
            } else {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    out
}

/// The character set in which a file's text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-16, little-endian, with a byte-order mark.
    Utf16Le,
    /// UTF-16, big-endian, with a byte-order mark.
    Utf16Be,
    /// ISO 8859-1; what it lacks becomes `?`.
    Latin1,
}

impl Charset {
    /// Its name in the truth file.
    pub fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "utf-8",
            Charset::Utf16Le => "utf-16le",
            Charset::Utf16Be => "utf-16be",
            Charset::Latin1 => "latin-1",
        }
    }

    /// The bytes that open a file in it.
    pub fn opening(self) -> &'static [u8] {
        match self {
            Charset::Utf8 | Charset::Latin1 => b"",
            Charset::Utf16Le => &[0xff, 0xfe],
            Charset::Utf16Be => &[0xfe, 0xff],
        }
    }

    /// Appends one character.
    pub fn push(self, character: char, out: &mut Vec<u8>) {
        match self {
            Charset::Utf8 => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Charset::Latin1 => out.push(u8::try_from(u32::from(character)).unwrap_or(b'?')),
            Charset::Utf16Le | Charset::Utf16Be => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(&if self == Charset::Utf16Le {
                        unit.to_le_bytes()
                    } else {
                        unit.to_be_bytes()
                    });
                }
            }
        }
    }
}

/// How a whole file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// One gzip member.
    Gzip,
    /// One zstd frame.
    Zstd,
}

impl Compression {
    /// Its name in the truth file and among the encodings of a finding.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Compression::None => None,
            Compression::Gzip => Some("gzip"),
            Compression::Zstd => Some("zstd"),
        }
    }

    /// Compresses whole bytes; the same bytes come out on every machine.
    pub fn apply(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            Compression::None => Ok(bytes.to_vec()),
            Compression::Gzip => Ok(gzip(bytes)),
            Compression::Zstd => zstd::bulk::compress(bytes, 9),
        }
    }
}

/// One gzip member (RFC 1952) without name or time.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    out.extend_from_slice(&miniz_oxide::deflate::compress_to_vec(bytes, 8));
    let mut check = flate2::Crc::new();
    check.update(bytes);
    out.extend_from_slice(&check.sum().to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn percent_and_form_follow_their_rules() {
        assert_eq!(percent("a b/c-ü", true), "a%20b/c-%C3%BC");
        assert_eq!(percent("a/b", false), "a%2Fb");
        assert_eq!(form("red flower+1/ü.jpg"), "red+flower%2B1/%C3%BC.jpg");
        assert_eq!(percent_all("4-1"), "4%2D1");
    }

    #[test]
    fn gzip_is_read_back_by_another_reader() {
        let text = "line\n".repeat(5000);
        let mut back = String::new();
        flate2::read::GzDecoder::new(&gzip(text.as_bytes())[..])
            .read_to_string(&mut back)
            .unwrap();
        assert_eq!(back, text);
    }
}
