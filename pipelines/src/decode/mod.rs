//! Outer decoding: compression by content, charset, and the limits on both.
//!
//! ```text
//! Bytes (file by pread, mapped file, stream) ─► Decoded (gzip, zstd or plain) ─► charset
//! ```
//!
//! [`Decoded::open`] looks at the first bytes, never at the name. Decoding streams: nothing is
//! held beyond one input buffer and the decompressor's own window. Whatever breaks (a cut or
//! damaged stream, a limit, a file that shrinks) ends the data at that point: all before it
//! has been delivered, and [`Decoded::stopped`] says why.

pub mod charset;
pub mod gzip;
pub mod input;
#[cfg(unix)]
pub mod mapped;
pub mod zst;

pub use input::{Bytes, FileBytes, Input, StreamBytes};

use crate::unit::Reason;

/// Limits on expansion.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most decoded bytes for each compressed byte, looked at once `ratio_after_bytes` are
    /// decoded. Deflate cannot do better than 1,032: 1,000 stops data made of one repeated
    /// byte and lets real logs (20 to 200) pass.
    pub ratio: u64,
    /// Decoded bytes from which the ratio counts.
    pub ratio_after_bytes: u64,
    /// Most decoded bytes of a unit.
    pub decoded_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            ratio: 1_000,
            ratio_after_bytes: 64 << 20,
            decoded_bytes: 1 << 40,
        }
    }
}

enum Coding {
    Plain,
    Gzip(Box<gzip::Gunzip>),
    Zstd(Box<zst::Unzstd>),
}

/// A unit's bytes after outer decompression.
pub struct Decoded {
    input: Input,
    coding: Coding,
    limits: Limits,
    decoded: u64,
    stopped: Option<Reason>,
    ended: bool,
}

impl Decoded {
    /// Looks at the first bytes and chooses the decompressor.
    pub fn open(source: Box<dyn Bytes>, limits: Limits) -> Decoded {
        let mut input = Input::new(source);
        let start = input.peek(4);
        let (coding, stopped) = if start.starts_with(&gzip::MAGIC) {
            (Coding::Gzip(Box::default()), None)
        } else if zst::is_zstd(start) {
            match zst::Unzstd::new() {
                Ok(unzstd) => (Coding::Zstd(Box::new(unzstd)), None),
                Err(reason) => (Coding::Plain, Some(reason)),
            }
        } else {
            (Coding::Plain, None)
        };
        let ended = stopped.is_some();
        Decoded {
            input,
            coding,
            limits,
            decoded: 0,
            stopped,
            ended,
        }
    }

    /// Bytes that are taken as they are, whatever they begin with.
    pub fn plain(source: Box<dyn Bytes>, limits: Limits) -> Decoded {
        let input = Input::new(source);
        Decoded {
            input,
            coding: Coding::Plain,
            limits,
            decoded: 0,
            stopped: None,
            ended: false,
        }
    }

    /// The outer layer's name as in the column `encoding`, if there is one.
    pub fn compression(&self) -> Option<&'static str> {
        match self.coding {
            Coding::Plain => None,
            Coding::Gzip(_) => Some("gzip"),
            Coding::Zstd(_) => Some("zstd"),
        }
    }

    /// Fills `into` as far as the data goes: less than its length only at the end.
    pub fn fill(&mut self, into: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < into.len() && !self.ended {
            let step = match &mut self.coding {
                Coding::Plain => self.input.read(&mut into[filled..]),
                Coding::Gzip(gunzip) => gunzip.read(&mut self.input, &mut into[filled..]),
                Coding::Zstd(unzstd) => unzstd.read(&mut self.input, &mut into[filled..]),
            };
            filled += step.bytes;
            self.decoded += step.bytes as u64;
            match step.end {
                Some(end) => self.end(end),
                None => self.check(),
            }
        }
        filled
    }

    fn end(&mut self, reason: Option<Reason>) {
        self.ended = true;
        self.stopped = reason;
    }

    fn check(&mut self) {
        let compressed = !matches!(self.coding, Coding::Plain);
        if compressed
            && self.decoded > self.limits.ratio_after_bytes
            && self.decoded / self.limits.ratio.max(1) > self.input.consumed()
        {
            self.end(Some(Reason::RatioLimit));
        } else if compressed && self.decoded > self.limits.decoded_bytes {
            self.end(Some(Reason::ByteLimit));
        }
    }

    /// Why the data ended early, if it did.
    pub fn stopped(&self) -> Option<Reason> {
        self.stopped
    }

    /// Bytes taken from the source so far.
    pub fn bytes_read(&self) -> u64 {
        self.input.taken()
    }

    /// Bytes delivered so far.
    pub fn bytes_decoded(&self) -> u64 {
        self.decoded
    }
}

/// What one call of a decompressor did.
pub struct Step {
    /// Bytes written.
    pub bytes: usize,
    /// Set at the end of the data: with a reason when it came too early.
    pub end: Option<Option<Reason>>,
}
