//! Zstandard frames, one behind the other, with a bound on the window.

use crate::decode::{Input, Step};
use crate::unit::Reason;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::DParameter;

/// 32 MiB: what every level up to 21 stays below, and what the memory bound can bear.
pub const WINDOW_LOG: u32 = 25;

/// The largest window, as a power of two, for a frame inside archives and other compression, where
/// that many windows are held around it already. All windows of one file together stay below 48 MiB,
/// however deep: 32 for the outermost layer, 8 for the first nested one, as all levels up to 19 need,
/// 2 for the next, and half of that for each further one.
pub fn nested_window_log(windows: u32) -> u32 {
    match windows {
        0 | 1 => 23,
        more => 23u32.saturating_sub(more).max(LEAST_WINDOW_LOG),
    }
}

/// The smallest window that a frame may have.
const LEAST_WINDOW_LOG: u32 = 10;

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

#[cfg(test)]
mod tests {
    use super::{WINDOW_LOG, nested_window_log};

    #[test]
    fn windows_of_any_depth_have_a_bound_together() {
        let windows = |first: u32| {
            let nested = (first..200).map(|held| 1u64 << nested_window_log(held));
            nested.sum::<u64>()
        };
        assert!((1 << WINDOW_LOG) + windows(1) < 48 << 20);
        assert!(windows(0) < 48 << 20);
    }
}
