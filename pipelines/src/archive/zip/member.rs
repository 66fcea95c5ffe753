//! One member of a zip file: inflated, and checked against its checksum and size.

use crate::archive::members::Counted;
use crate::decode::zst::Unzstd;
use crate::decode::{Bytes, Input, Limits, Meter};
use crate::unit::Reason;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use std::sync::Arc;

/// A member's compression.
pub(super) enum Method {
    Stored,
    Deflate(Box<Decompress>),
    Zstd(Box<Unzstd>),
}

impl Method {
    /// Whether the method with this number (APPNOTE.TXT, 4.4.5) is one that is read.
    pub(super) fn is_read(number: u16) -> bool {
        matches!(number, 0 | 8 | 20 | 93)
    }

    /// The method with this number, for windows up to a power of two, if it is one that is read.
    pub(super) fn of(number: u16, window_log: u32) -> Option<Method> {
        match number {
            0 => Some(Method::Stored),
            8 => Some(Method::Deflate(Box::new(Decompress::new(false)))),
            20 | 93 => Unzstd::new(window_log)
                .ok()
                .map(|unzstd| Method::Zstd(Box::new(unzstd))),
            _ => None,
        }
    }
}

/// What a member must be.
#[derive(Clone, Copy)]
pub(super) enum Expect {
    /// As the directory or the local header says.
    Told { crc: u32, size: u64 },
    /// As the descriptor behind its data says.
    Descriptor,
}

/// The data of a member. After the last byte it is an error that checksum or size do not agree: all
/// bytes have been delivered by then.
pub(super) struct Member<'i, 'a> {
    input: &'i mut Input<'a>,
    /// Compressed bytes that are left; unknown where only the data itself says where it ends.
    left: Option<u64>,
    method: Method,
    expect: Expect,
    crc: Crc,
    size: u64,
    consumed: u64,
    limits: Limits,
    meter: Arc<Meter>,
    end: Option<Result<(), Reason>>,
}

impl<'i, 'a> Member<'i, 'a> {
    /// The member whose data begins at the input's position.
    pub(super) fn new(
        input: &'i mut Input<'a>,
        left: Option<u64>,
        method: Method,
        expect: Expect,
        limits: Limits,
        meter: Arc<Meter>,
    ) -> Member<'i, 'a> {
        Member {
            input,
            left,
            method,
            expect,
            crc: Crc::new(),
            size: 0,
            consumed: 0,
            limits,
            meter,
            end: None,
        }
    }

    /// Goes to the end of the data, where the next member begins; whether it was found.
    pub(super) fn skip_rest(&mut self) -> bool {
        if let Some(left) = self.left {
            return self.input.skip(left);
        }
        let mut scrap = vec![0; 64 << 10];
        loop {
            match self.next(&mut scrap) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.consumed += bytes as u64;
        if let Some(left) = &mut self.left {
            *left -= bytes as u64;
        }
    }

    /// Some compressed bytes to look at.
    fn shown(&mut self, wanted: usize) -> &[u8] {
        let left = self.left.map_or(usize::MAX, |left| {
            usize::try_from(left).unwrap_or(usize::MAX)
        });
        let shown = self.input.peek(wanted.min(left.max(1)));
        &shown[..shown.len().min(left)]
    }

    /// Decompresses once: bytes written, and the end if the data says so.
    fn step(&mut self, into: &mut [u8]) -> (usize, Option<Result<(), Reason>>) {
        let cut = || Err(Reason::Truncated);
        if matches!(self.method, Method::Stored) {
            return self.copy(into);
        }
        let left = self.left;
        let limit = left.map_or(usize::MAX, |left| {
            usize::try_from(left).unwrap_or(usize::MAX)
        });
        let shown = self.input.peek(1);
        let shown = &shown[..shown.len().min(limit)];
        let at_end = shown.is_empty();
        let (consumed, bytes, end) = match &mut self.method {
            Method::Stored => (0, 0, None),
            Method::Deflate(inflate) => {
                let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
                let status = inflate.decompress(shown, into, FlushDecompress::None);
                let consumed = (inflate.total_in() - before_in) as usize;
                let bytes = (inflate.total_out() - before_out) as usize;
                let end = match status {
                    Ok(Status::StreamEnd) => Some(Ok(())),
                    Ok(_) if at_end && bytes == 0 => Some(cut()),
                    Ok(_) => None,
                    Err(_) => Some(Err(Reason::Corrupt)),
                };
                (consumed, bytes, end)
            }
            Method::Zstd(unzstd) if at_end && !unzstd.is_inside() => (0, 0, Some(Ok(()))),
            Method::Zstd(unzstd) => {
                let (consumed, bytes, damage) = unzstd.step(shown, into);
                let end = match damage {
                    Some(reason) => Some(Err(reason)),
                    None if at_end && bytes == 0 => Some(cut()),
                    None => None,
                };
                (consumed, bytes, end)
            }
        };
        self.consume(consumed);
        (bytes, end)
    }

    /// Copies stored bytes, as far as they are known to be the member's.
    fn copy(&mut self, into: &mut [u8]) -> (usize, Option<Result<(), Reason>>) {
        if self.left == Some(0) {
            return (0, Some(Ok(())));
        }
        let unknown = self.left.is_none();
        let shown = self.shown(if unknown { DESCRIPTOR_64 } else { 1 });
        if shown.is_empty() {
            return (0, Some(Err(Reason::Truncated)));
        }
        let mut bytes = shown.len().min(into.len());
        if unknown {
            match memchr::memmem::find(shown, DESCRIPTOR) {
                Some(0) => {
                    let (crc, size) = (self.crc.sum(), self.size);
                    let found = Descriptor::read(self.input.peek(DESCRIPTOR_64));
                    if found.is_some_and(|found| found.fits(crc, size, size)) {
                        return (0, Some(Ok(())));
                    }
                    bytes = 1;
                }
                Some(at) => bytes = bytes.min(at),
                // The signature may be cut by the buffer's end.
                None if shown.len() > 3 => bytes = bytes.min(shown.len() - 3),
                None => {}
            }
        }
        let shown = self.shown(1);
        let bytes = bytes.min(shown.len());
        into[..bytes].copy_from_slice(&shown[..bytes]);
        self.consume(bytes);
        (bytes, None)
    }

    /// The verdict at the end of whole data.
    fn verify(&mut self) -> Result<(), Reason> {
        let good = match self.expect {
            // Data that ends before its bytes do hides something behind it.
            Expect::Told { crc, size } => {
                let all = self.left.is_none_or(|left| left == 0);
                all && self.crc.sum() == crc && self.size == size
            }
            Expect::Descriptor => {
                let (crc, size, consumed) = (self.crc.sum(), self.size, self.consumed);
                let found = Descriptor::read(self.input.peek(DESCRIPTOR_64));
                let found = found.filter(|found| found.fits(crc, consumed, size));
                if let Some(found) = &found {
                    self.input.consume(found.bytes(consumed, size));
                }
                found.is_some()
            }
        };
        good.then_some(()).ok_or(Reason::Corrupt)
    }
}

impl Bytes for Member<'_, '_> {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        while !into.is_empty() {
            if let Some(end) = self.end {
                return end.map(|()| 0);
            }
            let (bytes, end) = self.step(into);
            self.crc.update(&into[..bytes]);
            self.size += bytes as u64;
            if !matches!(self.method, Method::Stored) {
                self.meter.inflated(bytes);
                let own = self.limits.exceeded(self.size, self.consumed);
                let all = || self.meter.exceeded(&self.limits);
                self.end = own.or_else(all).map(Err);
            }
            if self.end.is_none() {
                self.end = match end {
                    Some(Ok(())) => Some(self.verify()),
                    Some(Err(reason)) => Some(Err(self.input.failed().unwrap_or(reason))),
                    None => None,
                };
            }
            if bytes > 0 {
                return Ok(bytes);
            }
        }
        Ok(0)
    }
}

impl Counted for Member<'_, '_> {
    fn taken(&self) -> u64 {
        self.consumed
    }

    fn has_window(&self) -> bool {
        matches!(self.method, Method::Zstd(_))
    }
}

/// Takes in what stands for the data of a folder whose header leaves sizes to a descriptor: none, or
/// a deflated nothing, and the descriptor that says so; whether there is no more than that.
pub(super) fn skip_nothing(input: &mut Input<'_>) -> bool {
    const NOTHING: &[u8] = b"\x03\x00";
    for data in [b"", NOTHING] {
        let shown = input.peek(NOTHING.len() + DESCRIPTOR_64);
        let rest = shown.strip_prefix(data);
        let packed = data.len() as u64;
        if let Some(bytes) = rest.and_then(|rest| descriptor_bytes(rest, 0, packed, 0)) {
            input.consume(data.len() + bytes);
            return true;
        }
    }
    false
}

/// The length of the descriptor that begins a text, if it says this of the data before it.
pub(super) fn descriptor_bytes(text: &[u8], crc: u32, packed: u64, size: u64) -> Option<usize> {
    Descriptor::read(text)
        .filter(|found| found.fits(crc, packed, size))
        .map(|found| found.bytes(packed, size))
}

const DESCRIPTOR: &[u8] = b"PK\x07\x08";
/// Length of the longest descriptor: signature, checksum, two sizes of 8 bytes.
pub(super) const DESCRIPTOR_64: usize = 24;

/// What stands behind the data of a member whose header could not say it (APPNOTE.TXT, 4.3.9).
struct Descriptor {
    signature: usize,
    crc: u32,
    sizes: [Option<(u64, u64)>; 2],
}

impl Descriptor {
    fn read(text: &[u8]) -> Option<Descriptor> {
        let rest = text.strip_prefix(DESCRIPTOR).unwrap_or(text);
        let number = |at: usize, bytes: usize| {
            let raw = rest.get(at..at + bytes)?;
            Some(
                raw.iter()
                    .rev()
                    .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
            )
        };
        let sizes = |bytes: usize| Some((number(4, bytes)?, number(4 + bytes, bytes)?));
        Some(Descriptor {
            signature: text.len() - rest.len(),
            crc: u32::try_from(number(0, 4)?).ok()?,
            sizes: [sizes(4), sizes(8)],
        })
    }

    fn fits(&self, crc: u32, compressed: u64, size: u64) -> bool {
        self.crc == crc && self.sizes.contains(&Some((compressed, size)))
    }

    fn bytes(&self, compressed: u64, size: u64) -> usize {
        let wide = self.sizes[0] != Some((compressed, size));
        self.signature + if wide { 20 } else { 12 }
    }
}
