//! Zstandard frames, one behind the other, with a bound on the window.

use crate::decode::{Input, Step};
use crate::unit::Reason;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::DParameter;

/// 32 MiB: what every level up to 21 stays below, and what the memory bound can bear.
pub const WINDOW_LOG: u32 = 25;
/// 8 MiB: for frames inside archives and other compression, of which many may be open at a time.
pub const NESTED_WINDOW_LOG: u32 = 23;

/// Whether the data begins with a zstd frame or a skippable one.
pub fn is_zstd(start: &[u8]) -> bool {
    start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
        || matches!(start, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// The decompressor.
pub struct Unzstd {
    decoder: Decoder<'static>,
    inside: bool,
    frames: u64,
}

impl Unzstd {
    /// Makes one that takes windows up to a power of two.
    pub fn new(window_log: u32) -> Result<Unzstd, Reason> {
        let mut decoder = Decoder::new().map_err(|_| Reason::IoError)?;
        decoder
            .set_parameter(DParameter::WindowLogMax(window_log))
            .map_err(|_| Reason::IoError)?;
        Ok(Unzstd {
            decoder,
            inside: false,
            frames: 0,
        })
    }

    /// Decompresses the next bytes into `into`.
    pub fn read(&mut self, input: &mut Input, into: &mut [u8]) -> Step {
        loop {
            let shown = input.peek(if self.inside { 1 } else { 4 });
            let at_end = shown.is_empty();
            if !self.inside && self.frames > 0 {
                if at_end {
                    return Step {
                        bytes: 0,
                        end: Some(input.failed()),
                    };
                }
                if !is_zstd(shown) {
                    return Step {
                        bytes: 0,
                        end: Some(Some(Reason::Corrupt)),
                    };
                }
            }
            let (consumed, bytes, damage) = self.step(shown, into);
            input.consume(consumed);
            if damage.is_some() {
                return Step {
                    bytes,
                    end: Some(damage),
                };
            }
            if self.inside && at_end && bytes == 0 {
                return Step {
                    bytes,
                    end: Some(Some(input.failed().unwrap_or(Reason::Truncated))),
                };
            }
            if bytes > 0 {
                return Step { bytes, end: None };
            }
        }
    }

    /// Decompresses some of `shown`: how many bytes were consumed and written, and why not more, if
    /// the data is to blame.
    pub(crate) fn step(&mut self, shown: &[u8], into: &mut [u8]) -> (usize, usize, Option<Reason>) {
        let mut source = InBuffer::around(shown);
        let mut sink = OutBuffer::around(into);
        let result = self.decoder.run(&mut source, &mut sink);
        let (consumed, bytes) = (source.pos(), sink.pos());
        let damage = match result {
            Ok(0) => {
                self.inside = false;
                self.frames += 1;
                self.decoder.reinit().err().map(|_| Reason::IoError)
            }
            Ok(_) => {
                self.inside = true;
                None
            }
            // The library's own text is the only thing that tells a window from damage.
            Err(error) if error.to_string().contains("too much memory") => {
                Some(Reason::Compression)
            }
            Err(_) => Some(Reason::Corrupt),
        };
        (consumed, bytes, damage)
    }

    /// Whether the data so far ends in the middle of a frame.
    pub(crate) fn is_inside(&self) -> bool {
        self.inside
    }
}
