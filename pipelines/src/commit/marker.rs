//! The file that says that a folder is output and not input.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::run_id::{RunId, is_run_name};

/// The file that marks an output folder.
pub const MARKER: &str = ".phiscan-output";
const MARKER_HEAD: &str = "phiscan output, made by run ";

/// Whether `folder` is an output folder, whose tables are not input.
pub fn is_output(folder: &Path) -> bool {
    let Ok(file) = File::open(folder.join(MARKER)) else {
        return false;
    };
    let mut text = String::new();
    let limit = (MARKER_HEAD.len() + 64) as u64;
    let read = io::Read::read_to_string(&mut io::Read::take(file, limit), &mut text);
    read.is_ok()
        && text
            .strip_prefix(MARKER_HEAD)
            .is_some_and(|name| is_run_name(name.trim_end()))
}

/// Writes the marker, complete or not at all.
pub(super) fn mark(folder: &Path, run: &RunId) -> io::Result<()> {
    if is_output(folder) {
        return Ok(());
    }
    let draft = folder.join(format!("{MARKER}.{}", run.as_str()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| {
            writeln!(file, "{MARKER_HEAD}{}", run.as_str())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&draft, folder.join(MARKER)));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}
