//! Where bytes come from: files by `pread` into one reused buffer, and streams.

use crate::decode::Step;
use crate::unit::Reason;
use std::fs::File;
use std::io::{self, Read};

/// A supply of raw bytes.
pub trait Bytes: Send {
    /// Puts the next bytes into `into`; 0 at the end. The error is the reason for coverage.
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason>;
}

impl<B: Bytes + ?Sized> Bytes for &mut B {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        (**self).next(into)
    }
}

/// A regular file, read at explicit offsets up to the length it had when it was opened.
///
/// So a file that grows is read as it was, and one that shrinks is a short read with the
/// reason `shrank`, not a dead process as with a mapping.
pub struct FileBytes {
    file: File,
    offset: u64,
    length: u64,
}

impl FileBytes {
    /// Takes over an open file.
    pub fn new(file: File) -> io::Result<FileBytes> {
        let length = file.metadata()?.len();
        Ok(FileBytes {
            file,
            offset: 0,
            length,
        })
    }

    #[cfg(unix)]
    fn read_at(&self, into: &mut [u8]) -> io::Result<usize> {
        use std::os::unix::fs::FileExt;
        self.file.read_at(into, self.offset)
    }

    #[cfg(not(unix))]
    fn read_at(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.file.read(into)
    }
}

impl Bytes for FileBytes {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        // Files of /proc claim no length: those are read to their end.
        let wanted = match self.length {
            0 => into.len(),
            length => into
                .len()
                .min(usize::try_from(length - self.offset).unwrap_or(usize::MAX)),
        };
        loop {
            match self.read_at(&mut into[..wanted]) {
                Ok(0) if wanted > 0 && self.offset < self.length => return Err(Reason::Shrank),
                Ok(read) => {
                    self.offset += read as u64;
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Reason::of(&error)),
            }
        }
    }
}

/// A piece of a file, for formats that say where in the file something is.
pub struct FileRange<'f> {
    file: &'f File,
    at: u64,
    end: u64,
}

impl<'f> FileRange<'f> {
    /// The bytes `at..end`.
    pub fn new(file: &'f File, at: u64, end: u64) -> FileRange<'f> {
        FileRange { file, at, end }
    }
}

impl Bytes for FileRange<'_> {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = into.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        loop {
            match read_at(self.file, &mut into[..wanted], self.at) {
                Ok(0) => return Err(Reason::Shrank),
                Ok(read) => {
                    self.at += read as u64;
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Reason::of(&error)),
            }
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    use std::os::unix::fs::FileExt;
    file.read_at(into, at)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(at))?;
    file.read(into)
}

/// The next so many bytes of an input.
pub struct Take<'i, 'a> {
    input: &'i mut Input<'a>,
    left: u64,
    taken: u64,
}

impl<'i, 'a> Take<'i, 'a> {
    /// The next `bytes` of `input`; that they end before is the reason `truncated`.
    pub fn new(input: &'i mut Input<'a>, bytes: u64) -> Take<'i, 'a> {
        Take {
            input,
            left: bytes,
            taken: 0,
        }
    }

    /// How many bytes were taken.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// How many are left.
    pub fn left(&self) -> u64 {
        self.left
    }
}

impl Bytes for Take<'_, '_> {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        let wanted = into
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if wanted == 0 {
            return Ok(0);
        }
        let step = self.input.read(&mut into[..wanted]);
        self.left -= step.bytes as u64;
        self.taken += step.bytes as u64;
        match (step.bytes, step.end) {
            (0, Some(reason)) => Err(reason.unwrap_or(Reason::Truncated)),
            (bytes, _) => Ok(bytes),
        }
    }
}

/// Standard input, a FIFO, or anything else that is read in order.
pub struct StreamBytes<R>(pub R);

impl<R: Read + Send> Bytes for StreamBytes<R> {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        loop {
            match self.0.read(into) {
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Reason::of(&error)),
            }
        }
    }
}

const BUFFER_BYTES: usize = 256 << 10;
/// What the longest header of any format needs to be shown at once fits into a buffer of this size
/// wherever the supply is that short.
const LEAST_BYTES: usize = 4 << 10;

/// A buffered supply for decompressors, which remembers a failure until it is asked for.
pub struct Input<'a> {
    source: Box<dyn Bytes + 'a>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    failed: Option<Reason>,
    taken: u64,
}

impl<'a> Input<'a> {
    /// Wraps a supply.
    pub fn new(source: Box<dyn Bytes + 'a>) -> Input<'a> {
        Input::with_buffer(source, BUFFER_BYTES as u64)
    }

    /// Wraps a supply of about that many bytes: a small one needs no large buffer.
    pub(crate) fn with_buffer(source: Box<dyn Bytes + 'a>, bytes: u64) -> Input<'a> {
        let size = usize::try_from(bytes).unwrap_or(usize::MAX);
        Input {
            source,
            buffer: vec![0; size.clamp(LEAST_BYTES, BUFFER_BYTES)],
            start: 0,
            end: 0,
            ended: false,
            failed: None,
            taken: 0,
        }
    }

    /// The next bytes without consuming them: at least `wanted` (at most the buffer's size)
    /// unless the data ends before.
    pub fn peek(&mut self, wanted: usize) -> &[u8] {
        if self.end - self.start < wanted && self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        while self.end - self.start < wanted && self.end < self.buffer.len() && !self.ended {
            match self.source.next(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    self.end += read;
                    self.taken += read as u64;
                }
                Err(reason) => {
                    self.ended = true;
                    self.failed = Some(reason);
                }
            }
        }
        &self.buffer[self.start..self.end]
    }

    /// Drops the next bytes; whether there were so many.
    pub fn skip(&mut self, mut bytes: u64) -> bool {
        while bytes > 0 {
            let shown = self.peek(1).len();
            if shown == 0 {
                return false;
            }
            let step = usize::try_from(bytes).unwrap_or(usize::MAX).min(shown);
            self.consume(step);
            bytes -= step as u64;
        }
        true
    }

    /// Drops bytes that [`Input::peek`] showed.
    pub fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// Copies plain bytes out; a large request goes past the buffer.
    pub fn read(&mut self, into: &mut [u8]) -> Step {
        let shown = self.peek(1);
        if shown.is_empty() {
            return Step {
                bytes: 0,
                end: Some(self.failed),
            };
        }
        let bytes = shown.len().min(into.len());
        into[..bytes].copy_from_slice(&shown[..bytes]);
        self.consume(bytes);
        Step { bytes, end: None }
    }

    /// Why the supply ended, if it was an error.
    pub fn failed(&self) -> Option<Reason> {
        self.failed
    }

    /// Bytes taken from the supply.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Bytes consumed from the buffer.
    pub fn consumed(&self) -> u64 {
        self.taken - (self.end - self.start) as u64
    }
}
