//! Corpora below `target/bench`, each made once and kept: the same plan gives the same bytes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use crate::root;

/// A file that a bench scans.
pub(crate) struct Corpus {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its size.
    pub(crate) bytes: u64,
}

/// The folder of corpora and outputs.
pub(crate) fn folder() -> PathBuf {
    root().join("target/bench")
}

/// The corpus called `name`; `make` writes it where it is not there yet. A name stands for its
/// bytes, so it says all that they depend on.
pub(crate) fn corpus(
    name: &str,
    make: impl FnOnce(&mut dyn Write) -> io::Result<u64>,
) -> Result<Corpus, String> {
    let path = folder().join(name);
    let fail = |error: io::Error| format!("{}: {error}", path.display());
    if !path.exists() {
        println!("making {}", path.display());
        fs::create_dir_all(folder()).map_err(fail)?;
        let half_made = path.with_extension("part");
        let mut file = BufWriter::new(File::create(&half_made).map_err(fail)?);
        make(&mut file).map_err(fail)?;
        file.flush().map_err(fail)?;
        fs::rename(&half_made, &path).map_err(fail)?;
    }
    // Read once, so that every run finds it in the page cache.
    let bytes = File::open(&path)
        .and_then(|mut file| io::copy(&mut file, &mut io::sink()))
        .map_err(fail)?;
    Ok(Corpus { path, bytes })
}
