//! The archive: entries in the order of their names, with one time, one owner and no chance.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

/// What goes below the archive's folder.
pub(super) struct Archive {
    folder: String,
    time: u64,
    entries: BTreeMap<String, Entry>,
}

struct Entry {
    bytes: Vec<u8>,
    mode: u32,
}

impl Archive {
    /// An archive whose entries lie below `folder` and were made at `time`, in seconds since 1970.
    pub(super) fn new(folder: &str, time: u64) -> Self {
        Self {
            folder: folder.to_owned(),
            time,
            entries: BTreeMap::new(),
        }
    }

    /// Adds a file.
    pub(super) fn add(&mut self, name: &str, bytes: Vec<u8>) {
        self.entries
            .insert(name.to_owned(), Entry { bytes, mode: 0o644 });
    }

    /// Adds a file that can be started.
    pub(super) fn add_program(&mut self, name: &str, bytes: Vec<u8>) {
        self.entries
            .insert(name.to_owned(), Entry { bytes, mode: 0o755 });
    }

    /// The files that are no programs, by name.
    pub(super) fn documents(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let documents = self.entries.iter().filter(|(_, entry)| entry.mode == 0o644);
        documents.map(|(name, entry)| (name.as_str(), entry.bytes.as_slice()))
    }

    /// The archive's bytes, with `SHA256SUMS` of all its files.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, String> {
        let sums: String = self
            .entries
            .iter()
            .map(|(name, entry)| format!("{}  {name}\n", sha256(&entry.bytes)))
            .collect();
        self.add("SHA256SUMS", sums.into_bytes());
        self.written()
            .map_err(|error| format!("cannot make the archive: {error}"))
    }

    fn written(&self) -> std::io::Result<Vec<u8>> {
        let gzip = GzBuilder::new()
            .mtime(0)
            .write(Vec::new(), Compression::default());
        let mut tar = tar::Builder::new(gzip);
        for (name, entry) in &self.entries {
            let mut header = tar::Header::new_ustar();
            header.set_entry_type(tar::EntryType::Regular);
            header.set_mode(entry.mode);
            header.set_uid(0);
            header.set_gid(0);
            header.set_mtime(self.time);
            header.set_size(entry.bytes.len() as u64);
            let path = format!("{}/{name}", self.folder);
            tar.append_data(&mut header, path, entry.bytes.as_slice())?;
        }
        let mut gzip = tar.into_inner()?;
        gzip.flush()?;
        gzip.finish()
    }
}

/// SHA-256 in hex digits, as `sha256sum` prints it.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
