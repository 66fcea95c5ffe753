//! Reads the committed estate, in the way of a stranger: other decoders than the writer's.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use corpora::truth::Line;

/// Where the estate lies.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("hospital")
}

/// All its files by path.
pub(crate) fn read() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder())
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/");
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The truth file's lines.
pub(crate) fn truth() -> Vec<Line> {
    let text = std::fs::read_to_string(folder().with_extension("truth.jsonl")).unwrap();
    corpora::truth::from_text(&text).unwrap()
}

/// A file's bytes behind its outer compression.
pub(crate) fn decoded(path: &str, bytes: &[u8]) -> Vec<u8> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut out = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes)
            .read_to_end(&mut out)
            .unwrap();
        out
    } else if path.ends_with(".zst") {
        zstd::stream::decode_all(bytes).unwrap()
    } else {
        bytes.to_vec()
    }
}
