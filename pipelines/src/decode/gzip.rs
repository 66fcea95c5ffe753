//! Gzip with any number of members (RFC 1952), over raw deflate.
//!
//! Firehose and `cat a.gz b.gz` write members one behind the other. Zero bytes behind the last
//! member are padding (tape blocks); anything else there is reported as `corrupt`. Done
//! on raw deflate rather than with a ready reader so that bytes which come out before an error
//! are delivered, and so that a cut stream and a damaged one can be told apart.

use crate::decode::{Input, Step};
use crate::unit::Reason;
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// The two bytes that every member starts with.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A name or comment in a header beyond this length is refused as damage.
const HEADER_BYTES: usize = 64 << 10;

enum At {
    Header,
    Body,
    Trailer,
}

/// The decompressor.
pub struct Gunzip {
    inflate: Decompress,
    crc: Crc,
    at: At,
    members: u64,
}

impl Default for Gunzip {
    fn default() -> Gunzip {
        Gunzip {
            inflate: Decompress::new(false),
            crc: Crc::new(),
            at: At::Header,
            members: 0,
        }
    }
}

fn end(reason: Option<Reason>) -> Step {
    Step {
        bytes: 0,
        end: Some(reason),
    }
}

impl Gunzip {
    /// Inflates the next bytes into `into`.
    pub fn read(&mut self, input: &mut Input, into: &mut [u8]) -> Step {
        loop {
            match self.at {
                At::Header => {
                    if self.members > 0 {
                        match next_member(input) {
                            Next::Member => {}
                            Next::End => return end(input.failed()),
                            Next::Other => return end(Some(Reason::Corrupt)),
                        }
                    }
                    let shown = input.peek(HEADER_BYTES);
                    match header_bytes(shown) {
                        Header::Bytes(bytes) => input.consume(bytes),
                        Header::Short if shown.len() < HEADER_BYTES => return end(cut(input)),
                        Header::Short | Header::Damaged => return end(Some(Reason::Corrupt)),
                    }
                    self.inflate.reset(false);
                    self.crc.reset();
                    self.at = At::Body;
                }
                At::Body => {
                    let shown = input.peek(1);
                    let at_end = shown.is_empty();
                    let (before_in, before_out) =
                        (self.inflate.total_in(), self.inflate.total_out());
                    let status = self.inflate.decompress(shown, into, FlushDecompress::None);
                    let consumed = (self.inflate.total_in() - before_in) as usize;
                    let bytes = (self.inflate.total_out() - before_out) as usize;
                    input.consume(consumed);
                    self.crc.update(&into[..bytes]);
                    match status {
                        Ok(Status::StreamEnd) => self.at = At::Trailer,
                        Ok(_) if at_end && bytes == 0 => return end(cut(input)),
                        Ok(_) => {}
                        Err(_) => {
                            return Step {
                                bytes,
                                end: Some(Some(Reason::Corrupt)),
                            };
                        }
                    }
                    if bytes > 0 {
                        return Step { bytes, end: None };
                    }
                }
                At::Trailer => {
                    let shown = input.peek(8);
                    let Some(trailer) = shown.first_chunk::<8>() else {
                        return end(cut(input));
                    };
                    let [a, b, c, d, e, f, g, h] = *trailer;
                    let good = u32::from_le_bytes([a, b, c, d]) == self.crc.sum()
                        && u32::from_le_bytes([e, f, g, h]) == self.crc.amount();
                    input.consume(8);
                    if !good {
                        return end(Some(Reason::Corrupt));
                    }
                    self.members += 1;
                    self.at = At::Header;
                }
            }
        }
    }
}

/// The reason for a stream that ends too early: the supply's own failure, else truncation.
fn cut(input: &Input) -> Option<Reason> {
    Some(input.failed().unwrap_or(Reason::Truncated))
}

enum Next {
    Member,
    End,
    Other,
}

fn next_member(input: &mut Input) -> Next {
    loop {
        let shown = input.peek(2);
        if shown.is_empty() {
            return Next::End;
        }
        if shown.starts_with(&MAGIC) {
            return Next::Member;
        }
        let zeros = shown.iter().take_while(|&&byte| byte == 0).count();
        if zeros == 0 {
            return Next::Other;
        }
        input.consume(zeros);
    }
}

enum Header {
    Bytes(usize),
    Short,
    Damaged,
}

/// The length of the member header at the start of `bytes`.
fn header_bytes(bytes: &[u8]) -> Header {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const CRC: u8 = 2;
    if !bytes.starts_with(&MAGIC) && bytes.len() >= 2 {
        return Header::Damaged;
    }
    let Some(fixed) = bytes.first_chunk::<10>() else {
        return Header::Short;
    };
    if fixed[2] != 8 || fixed[3] & 0xe0 != 0 {
        return Header::Damaged;
    }
    let flags = fixed[3];
    let mut at = 10;
    if flags & EXTRA != 0 {
        let Some(&[low, high]) = bytes.get(at..at + 2).and_then(|two| two.first_chunk::<2>())
        else {
            return Header::Short;
        };
        at += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            match bytes.get(at..).and_then(|rest| memchr::memchr(0, rest)) {
                Some(length) => at += length + 1,
                None => return Header::Short,
            }
        }
    }
    if flags & CRC != 0 {
        at += 2;
    }
    if at > bytes.len() {
        Header::Short
    } else {
        Header::Bytes(at)
    }
}
