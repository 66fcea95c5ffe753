//! Archives byte by byte, so that a test can make those that no decent writer makes.
//!
//! ```
//! use tests::archives::{Packing, Zip};
//! let mut zip = Zip::default();
//! zip.member(b"a.txt", b"hello", Packing::Deflated);
//! assert!(zip.finish().starts_with(b"PK"));
//! ```

use std::io::Write as _;

/// How a member of a zip file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As it is.
    Stored,
    /// Deflated.
    Deflated,
    /// Zstandard, method 93.
    Zstd,
    /// Deflated, with checksum and sizes behind the data.
    Streamed,
    /// As it is, with checksum and sizes behind the data.
    StoredStreamed,
    /// Said to be encrypted.
    Encrypted,
    /// By a method that nobody has.
    Unknown,
}

/// A zip file in the making.
#[derive(Default)]
pub struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    members: u16,
}

impl Zip {
    /// Adds a member.
    pub fn member(&mut self, name: &[u8], data: &[u8], packing: Packing) {
        let packed = match packing {
            Packing::Deflated | Packing::Streamed => deflate(data),
            Packing::Zstd => zstd::encode_all(data, 1).unwrap(),
            _ => data.to_vec(),
        };
        let mut crc = flate2::Crc::new();
        crc.update(data);
        self.packed(name, &packed, data.len(), crc.sum(), packing);
    }

    /// Adds a member whose packed bytes, size and checksum are whatever the test wants.
    pub fn packed(&mut self, name: &[u8], packed: &[u8], size: usize, crc: u32, packing: Packing) {
        let offset = self.bytes.len();
        let (told_crc, told_packed, told_size) = match packing {
            Packing::Streamed | Packing::StoredStreamed => (0, 0, 0),
            _ => (crc, packed.len(), size),
        };
        self.bytes.extend(b"PK\x03\x04");
        self.bytes
            .extend(fields(packing, told_crc, told_packed, told_size, name));
        self.bytes.extend(0u16.to_le_bytes());
        self.bytes.extend(name);
        self.bytes.extend(packed);
        if matches!(packing, Packing::Streamed | Packing::StoredStreamed) {
            self.bytes.extend(b"PK\x07\x08");
            self.bytes.extend(crc.to_le_bytes());
            self.bytes.extend(word(packed.len()));
            self.bytes.extend(word(size));
        }
        self.entry(name, offset, packed.len(), size, crc, packing);
    }

    /// Adds bytes that are no member's.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// Adds an entry to the directory only: it names bytes that are there already.
    pub fn entry(
        &mut self,
        name: &[u8],
        offset: usize,
        packed: usize,
        size: usize,
        crc: u32,
        packing: Packing,
    ) {
        self.directory.extend(b"PK\x01\x02\x14\x03");
        self.directory
            .extend(fields(packing, crc, packed, size, name));
        // Extra field, comment, disk, internal attributes.
        self.directory.extend([0; 8]);
        self.directory.extend((0o100_644_u32 << 16).to_le_bytes());
        self.directory.extend(word(offset));
        self.directory.extend(name);
        self.members = self.members.wrapping_add(1);
    }

    /// Adds a symbolic link.
    pub fn link(&mut self, name: &[u8], target: &[u8]) {
        let offset = self.bytes.len();
        self.member(name, target, Packing::Stored);
        let start = self.directory.len() - name.len() - 46;
        assert_eq!(&self.directory[start..start + 4], b"PK\x01\x02");
        self.directory[start + 38..start + 42]
            .copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
        assert_eq!(
            self.directory[start + 42..start + 46],
            word(offset),
            "the entry's offset"
        );
    }

    /// Bytes written so far, without the directory.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The whole file.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let start = self.bytes.len();
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.members.to_le_bytes());
        self.bytes.extend(self.members.to_le_bytes());
        self.bytes.extend(word(self.directory.len()));
        self.bytes.extend(word(start));
        self.bytes.extend(0u16.to_le_bytes());
        self.bytes
    }
}

/// A finished zip file with a comment at its end.
#[must_use]
pub fn with_comment(mut zip: Vec<u8>, comment: &[u8]) -> Vec<u8> {
    let length = u16::try_from(comment.len()).unwrap();
    zip.truncate(zip.len() - 2);
    zip.extend(length.to_le_bytes());
    zip.extend(comment);
    zip
}

/// What local headers and entries have in common: version to the name's length.
fn fields(packing: Packing, crc: u32, packed: usize, size: usize, name: &[u8]) -> Vec<u8> {
    let flags: u16 = match packing {
        Packing::Streamed | Packing::StoredStreamed => 8,
        Packing::Encrypted => 1,
        _ => 0,
    };
    let method: u16 = match packing {
        Packing::Stored | Packing::StoredStreamed | Packing::Encrypted => 0,
        Packing::Deflated | Packing::Streamed => 8,
        Packing::Zstd => 93,
        Packing::Unknown => 1234,
    };
    let mut fields = Vec::new();
    fields.extend(20u16.to_le_bytes());
    fields.extend(flags.to_le_bytes());
    fields.extend(method.to_le_bytes());
    fields.extend([0, 0, 0x21, 0x5c]);
    fields.extend(crc.to_le_bytes());
    fields.extend(word(packed));
    fields.extend(word(size));
    fields.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    fields
}

fn word(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}

/// Raw deflate.
#[must_use]
pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Gzip.
#[must_use]
pub fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A tar header.
#[must_use]
pub fn tar_header(name: &[u8], size: &[u8], kind: u8) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
    block[100..107].copy_from_slice(b"0000644");
    block[108..115].copy_from_slice(b"0000000");
    block[116..123].copy_from_slice(b"0000000");
    block[124..124 + size.len()].copy_from_slice(size);
    block[136..147].copy_from_slice(b"15100000000");
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    sealed(block)
}

/// A header with its checksum.
#[must_use]
pub fn sealed(mut block: Vec<u8>) -> Vec<u8> {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// A tar file.
#[must_use]
pub fn tar(members: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, data) in members {
        bytes.extend(tar_member(name, data));
    }
    bytes.extend([0; 1024]);
    bytes
}

/// One member of a tar file.
#[must_use]
pub fn tar_member(name: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = tar_header(name, format!("{:011o}", data.len()).as_bytes(), b'0');
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}
