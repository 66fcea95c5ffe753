//! The records of a zip file, as far as they say where members are and what they are called
//! (APPNOTE.TXT, 4.3.7, 4.3.12 and 4.5).

use super::member::Method;
use crate::decode::Input;
use crate::unit::Reason;

/// The signature of a local header.
pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
pub(super) const LOCAL_BYTES: usize = 30;
/// The signature of an entry of the directory.
pub(super) const ENTRY: &[u8] = b"PK\x01\x02";
pub(super) const ENTRY_BYTES: usize = 46;
/// The signature of the end record.
pub(super) const END: &[u8] = b"PK\x05\x06";
pub(super) const END_BYTES: usize = 22;
/// The signature of the 64-bit end record, and its length without extensions.
pub(super) const END_64: &[u8] = b"PK\x06\x06";
pub(super) const END_64_BYTES: usize = 56;
/// The signature of what says where the 64-bit end record is.
pub(super) const LOCATOR: &[u8] = b"PK\x06\x07";
pub(super) const LOCATOR_BYTES: usize = 20;
/// The signature of the directory's own signature.
pub(super) const SIGNATURE: &[u8] = b"PK\x05\x05";

/// Extra fields of a name and a comment in Unicode: a version, a checksum, the text.
const UNICODE: [u64; 2] = [0x7075, 0x6375];
/// Longest data of a symbolic link that is a name; what is longer is data.
const LINK_BYTES: u64 = 4 << 10;

/// Little-endian number of two, four or eight bytes.
pub(super) fn number(text: &[u8], at: usize, bytes: usize) -> Option<u64> {
    let raw = text.get(at..at.checked_add(bytes)?)?;
    Some(
        raw.iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

/// What a header says of a member.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    /// Where the local header is; 0 in that itself.
    pub(super) offset: u64,
    link: bool,
    /// Comment and extra fields, where they are texts.
    pub(super) texts: Vec<Vec<u8>>,
}

impl Entry {
    /// Takes an entry of the directory in; `None` if there is none, or not all of it.
    pub(super) fn central(input: &mut Input<'_>) -> Option<Entry> {
        let fixed = *input.peek(ENTRY_BYTES).first_chunk::<ENTRY_BYTES>()?;
        if !fixed.starts_with(ENTRY) {
            return None;
        }
        let field = |at: usize, bytes: usize| number(&fixed, at, bytes);
        let [name, extra, comment] = [28, 30, 32].map(|at| field(at, 2).unwrap_or(0) as usize);
        let all = ENTRY_BYTES + name + extra + comment;
        let text = input.peek(all).get(ENTRY_BYTES..all)?;
        let (name, rest) = text.split_at(name);
        let (extra, comment) = rest.split_at(extra);
        let mut texts = texts(extra, name);
        if !comment.is_empty() {
            texts.push(comment.to_vec());
        }
        let mut wide = Wide::new(extra);
        let unix = field(4, 2)? >> 8 == 3;
        let size = wide.or_told(field(24, 4)?);
        let compressed = wide.or_told(field(20, 4)?);
        let offset = wide.or_told(field(42, 4)?);
        let entry = Entry {
            name: name.to_vec(),
            flags: field(8, 2)? as u16,
            method: field(10, 2)? as u16,
            crc: field(16, 4)? as u32,
            compressed,
            size,
            offset,
            link: unix && field(38, 4)? >> 28 == 0o12,
            texts,
        };
        input.consume(all);
        Some(entry)
    }

    /// Takes a local header in; `None` if there is none, or not all of it.
    pub(super) fn local(input: &mut Input<'_>) -> Option<Entry> {
        let fixed = *input.peek(LOCAL_BYTES).first_chunk::<LOCAL_BYTES>()?;
        if !fixed.starts_with(LOCAL) {
            return None;
        }
        let field = |at: usize, bytes: usize| number(&fixed, at, bytes);
        let (name, extra) = (field(26, 2)? as usize, field(28, 2)? as usize);
        let all = LOCAL_BYTES + name + extra;
        let text = input.peek(all).get(LOCAL_BYTES..all)?;
        let (name, extra) = text.split_at(name);
        let mut wide = Wide::new(extra);
        let size = wide.or_told(field(22, 4)?);
        let compressed = wide.or_told(field(18, 4)?);
        let entry = Entry {
            name: name.to_vec(),
            flags: field(6, 2)? as u16,
            method: field(8, 2)? as u16,
            crc: field(14, 4)? as u32,
            compressed,
            size,
            offset: 0,
            link: false,
            texts: texts(extra, name),
        };
        input.consume(all);
        Some(entry)
    }

    /// Whether checksum and sizes stand behind the data.
    pub(super) fn has_descriptor(&self) -> bool {
        self.flags & 8 != 0
    }

    /// Whether it is named as folders are.
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with(b"/")
    }

    /// Why the member is not read, if so.
    pub(super) fn refused(&self) -> Option<Reason> {
        if self.flags & 1 != 0 {
            Some(Reason::Encrypted)
        } else if self.link && self.size <= LINK_BYTES && self.compressed <= LINK_BYTES {
            Some(Reason::Link)
        } else if !Method::is_read(self.method) {
            Some(Reason::Compression)
        } else {
            None
        }
    }
}

/// The fields of an extra field: number and data.
fn fields(mut extra: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    std::iter::from_fn(move || {
        let (id, length) = (number(extra, 0, 2)?, number(extra, 2, 2)?);
        let data = extra.get(4..4 + length as usize)?;
        extra = &extra[4 + data.len()..];
        Some((id, data))
    })
}

/// What extra fields say in words, beside the name itself. Nearly all hold times and numbers, so a
/// field counts if letters, digits or the like stand in it in a row.
fn texts(extra: &[u8], name: &[u8]) -> Vec<Vec<u8>> {
    const WORD_BYTES: usize = 6;
    let is_text = |data: &[u8]| {
        data.split(|byte| !matches!(byte, b' '..=b'~' | 0x80..))
            .any(|run| run.len() >= WORD_BYTES && run.iter().any(u8::is_ascii_alphanumeric))
    };
    let text = |(id, data): (u64, &[u8])| {
        let data = if UNICODE.contains(&id) {
            data.get(5..)?
        } else {
            data
        };
        (id != 1 && data != name && is_text(data)).then(|| data.to_vec())
    };
    fields(extra).filter_map(text).collect()
}

/// The extra field of 64-bit numbers: those, in a fixed order, that did not fit.
struct Wide<'e> {
    rest: &'e [u8],
}

impl<'e> Wide<'e> {
    fn new(extra: &'e [u8]) -> Wide<'e> {
        let field = fields(extra).find(|&(id, _)| id == 1);
        Wide {
            rest: field.map_or(&[], |(_, data)| data),
        }
    }

    /// The number as told, or the next wide one where it says that it did not fit.
    fn or_told(&mut self, told: u64) -> u64 {
        if told != u64::from(u32::MAX) {
            return told;
        }
        match number(self.rest, 0, 8) {
            Some(wide) => {
                self.rest = &self.rest[8..];
                wide
            }
            None => told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Wide, texts};

    #[test]
    fn wide_numbers_come_in_their_order() {
        let mut extra = vec![9, 9, 2, 0, 7, 7, 1, 0, 16, 0];
        extra.extend_from_slice(&5u64.to_le_bytes());
        extra.extend_from_slice(&6u64.to_le_bytes());
        let mut wide = Wide::new(&extra);
        let none = u64::from(u32::MAX);
        assert_eq!(wide.or_told(none), 5);
        assert_eq!(wide.or_told(3), 3);
        assert_eq!(wide.or_told(none), 6);
        assert_eq!(wide.or_told(none), none);
    }

    #[test]
    fn words_in_extra_fields_are_told_and_times_are_not() {
        let field = |id: u16, data: &[u8]| {
            let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
            [&id.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
        };
        let extra = [
            field(0x5455, b"\x03\x10\x20\x30\x61\x10\x20\x30\x61"),
            field(0x7075, b"\x01crc4same.log"),
            field(0x7075, b"\x01crc4other.log"),
            field(0x4242, b"\0\0written by hand\0"),
        ]
        .concat();
        let found = texts(&extra, b"same.log");
        assert_eq!(found, [&b"other.log"[..], b"\0\0written by hand\0"]);
    }
}
