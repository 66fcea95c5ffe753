//! `--mmap`: a file mapped into memory, for files that cannot change.
//!
//! The only `unsafe` of this crate. A mapping is sound only while nobody changes or shortens the
//! file below it; the operating system cannot promise that, so the user does by asking for
//! `--mmap`: snapshots, read-only mounts, archives. All other files are read by `pread`.
#![allow(unsafe_code)]

use crate::decode::Bytes;
use crate::unit::Reason;
use memmap2::{Advice, Mmap};
use std::fs::File;
use std::io;

/// A mapped file.
pub struct MappedBytes {
    map: Mmap,
    offset: usize,
}

impl MappedBytes {
    /// Maps an open file, whole.
    pub fn new(file: &File) -> io::Result<MappedBytes> {
        // SAFETY: the bytes are only ever copied out of the mapping as plain `u8`, never kept as
        // a reference or read as another type, so a change below us yields other bytes and no
        // broken invariant; that the file is not shortened is what the user vouches for with
        // `--mmap` (a shortened file raises SIGBUS, which ends the process but corrupts nothing).
        let map = unsafe { Mmap::map(file)? };
        // Advice is a hint: without it the reading is slower, not wrong.
        map.advise(Advice::Sequential).ok();
        Ok(MappedBytes { map, offset: 0 })
    }
}

impl Bytes for MappedBytes {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        let rest = &self.map[self.offset..];
        let bytes = rest.len().min(into.len());
        into[..bytes].copy_from_slice(&rest[..bytes]);
        self.offset += bytes;
        Ok(bytes)
    }
}
