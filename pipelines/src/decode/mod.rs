//! Outer decoding: compression by content, charset, and the limits on both.
//!
//! ```text
//! Bytes (file by pread, mapped file, stream) ─► Decoded (gzip, zstd or plain) ─► charset
//! ```
//!
//! [`Decoded::open`] looks at the first bytes, never at the name. What comes out may be compressed
//! again, or an archive: `crate::archive` goes on from there. Decoding streams: nothing is
//! held beyond one input buffer and the decompressor's own window. Whatever breaks (a cut or
//! damaged stream, a limit, a file that shrinks) ends the data at that point: all before it
//! has been delivered, and [`Decoded::stopped`] says why.

pub mod charset;
pub mod gzip;
pub mod input;
#[cfg(unix)]
pub mod mapped;
pub mod zst;

pub use input::{Bytes, FileBytes, FileRange, Input, StreamBytes, Take};

use crate::unit::Reason;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
    /// Most layers of archives and compression around a unit.
    pub depth: usize,
    /// Most members of an archive.
    pub members: u64,
    /// Largest window of a zstd frame, as a power of two.
    pub window_log: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            ratio: 1_000,
            ratio_after_bytes: 64 << 20,
            decoded_bytes: 1 << 40,
            depth: 8,
            members: 1 << 20,
            window_log: zst::WINDOW_LOG,
        }
    }
}

impl Limits {
    /// Whether that many bytes out of so many compressed ones are too many, and why.
    pub(crate) fn exceeded(&self, decoded: u64, consumed: u64) -> Option<Reason> {
        if decoded > self.ratio_after_bytes && decoded / self.ratio.max(1) > consumed {
            Some(Reason::RatioLimit)
        } else if decoded > self.decoded_bytes {
            Some(Reason::ByteLimit)
        } else {
            None
        }
    }
}

/// Bombs that one file may hold: each is stopped for itself, and all of them together.
const BOMBS: u64 = 16;

/// What all decompressors have made of one file together, so that layers and members that are each
/// within the limits do not multiply.
#[derive(Debug, Default)]
pub struct Meter {
    taken: AtomicU64,
    inflated: AtomicU64,
}

impl Meter {
    /// Bytes were taken from the file.
    pub(crate) fn took(&self, bytes: usize) {
        self.taken.fetch_add(bytes as u64, Relaxed);
    }

    /// Bytes came out of a decompressor.
    pub(crate) fn inflated(&self, bytes: usize) {
        self.inflated.fetch_add(bytes as u64, Relaxed);
    }

    /// Bytes taken from the file so far.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Relaxed)
    }

    /// Why nothing more may be decoded, if that is so.
    pub(crate) fn exceeded(&self, limits: &Limits) -> Option<Reason> {
        let limits = Limits {
            ratio_after_bytes: limits.ratio_after_bytes.saturating_mul(BOMBS),
            ..*limits
        };
        limits.exceeded(self.inflated.load(Relaxed), self.taken())
    }
}

/// A supply whose bytes are counted.
pub(crate) struct Metered<'a> {
    bytes: Box<dyn Bytes + 'a>,
    meter: Arc<Meter>,
}

impl<'a> Metered<'a> {
    /// Counts what is taken from `bytes`.
    pub(crate) fn new(bytes: Box<dyn Bytes + 'a>, meter: Arc<Meter>) -> Metered<'a> {
        Metered { bytes, meter }
    }
}

impl Bytes for Metered<'_> {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        let bytes = self.bytes.next(into)?;
        self.meter.took(bytes);
        Ok(bytes)
    }
}

enum Coding {
    Plain,
    Gzip(Box<gzip::Gunzip>),
    Zstd(Box<zst::Unzstd>),
}

/// A unit's bytes after outer decompression.
pub struct Decoded<'a> {
    input: Input<'a>,
    coding: Coding,
    limits: Limits,
    meter: Option<Arc<Meter>>,
    /// Bytes that were looked at before they were asked for, and how many of them are delivered.
    ahead: Vec<u8>,
    ahead_at: usize,
    decoded: u64,
    stopped: Option<Reason>,
    ended: bool,
}

impl<'a> Decoded<'a> {
    /// Looks at the first bytes and chooses the decompressor.
    pub fn open(source: Box<dyn Bytes + 'a>, limits: Limits) -> Decoded<'a> {
        let mut input = Input::new(source);
        let start = input.peek(4);
        let (coding, stopped) = if start.starts_with(&gzip::MAGIC) {
            (Coding::Gzip(Box::default()), None)
        } else if zst::is_zstd(start) {
            match zst::Unzstd::new(limits.window_log) {
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
            meter: None,
            ahead: Vec::new(),
            ahead_at: 0,
            decoded: 0,
            stopped,
            ended,
        }
    }

    /// Counts in `meter` what is decompressed, and keeps to its limits too.
    pub(crate) fn metered(mut self, meter: Arc<Meter>) -> Self {
        self.meter = Some(meter);
        self
    }

    /// The first bytes, at most `wanted`, without delivering them. Asked before anything else.
    pub(crate) fn head(&mut self, wanted: usize) -> &[u8] {
        let mut ahead = vec![0; wanted];
        let filled = self.fill(&mut ahead);
        ahead.truncate(filled);
        self.ahead = ahead;
        &self.ahead
    }

    /// Bytes that are taken as they are, whatever they begin with.
    pub fn plain(source: Box<dyn Bytes + 'a>, limits: Limits) -> Decoded<'a> {
        let input = Input::new(source);
        Decoded {
            input,
            coding: Coding::Plain,
            limits,
            meter: None,
            ahead: Vec::new(),
            ahead_at: 0,
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
        let ahead = &self.ahead[self.ahead_at..];
        let mut filled = ahead.len().min(into.len());
        into[..filled].copy_from_slice(&ahead[..filled]);
        self.ahead_at += filled;
        while filled < into.len() && !self.ended {
            let step = match &mut self.coding {
                Coding::Plain => self.input.read(&mut into[filled..]),
                Coding::Gzip(gunzip) => gunzip.read(&mut self.input, &mut into[filled..]),
                Coding::Zstd(unzstd) => unzstd.read(&mut self.input, &mut into[filled..]),
            };
            filled += step.bytes;
            self.decoded += step.bytes as u64;
            if let (Some(meter), Coding::Gzip(_) | Coding::Zstd(_)) = (&self.meter, &self.coding) {
                meter.inflated(step.bytes);
            }
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
        if matches!(self.coding, Coding::Plain) {
            return;
        }
        let own = self.limits.exceeded(self.decoded, self.input.consumed());
        let all = || self.meter.as_ref()?.exceeded(&self.limits);
        if let Some(reason) = own.or_else(all) {
            self.end(Some(reason));
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

impl Bytes for Decoded<'_> {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        match (self.fill(into), self.stopped) {
            (0, Some(reason)) => Err(reason),
            (bytes, _) => Ok(bytes),
        }
    }
}

/// What one call of a decompressor did.
pub struct Step {
    /// Bytes written.
    pub bytes: usize,
    /// Set at the end of the data: with a reason when it came too early.
    pub end: Option<Option<Reason>>,
}
