//! Files, folders, standard input and FIFOs.
//!
//! A SOURCE is walked in the order of names; links are followed, and what leads back is told.
//! Whatever cannot be read becomes a unit that is settled already, so that coverage shows it.
//! Folders with phiscan's marker file are output: their findings, coverage, attestations and
//! runs are left out.

pub(crate) mod identity;
mod manifests;

use crate::archive::{self, Delivery};
use crate::commit::MARKER;
use crate::decode::{Bytes, FileBytes, StreamBytes};
use crate::format::Hints;
use crate::source::{Options, Source};
use crate::unit::{Outcome, Reading, Reason, Unit, UnitKind};
use manifests::Manifests;
use std::fs::{self, File, Metadata};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Folders of an output folder that are not input.
pub const OUTPUT_FOLDERS: [&str; 4] = ["findings", "coverage", "attestations", "runs"];

/// One SOURCE: a path, or `-`.
pub struct Files {
    path: PathBuf,
    /// The URI that unit identities start with.
    root: String,
    /// Whether the path is a folder: then the paths below it follow the root.
    folder: bool,
    manifests: Manifests,
    options: Options,
}

impl Files {
    /// The files at or below `path`; `-` is standard input.
    pub fn new(path: PathBuf, options: Options) -> Files {
        let folder = path.is_dir();
        let root = match &options.root {
            Some(root) => root.trim_end_matches('/').to_owned(),
            None if path == Path::new("-") => "stdin:".to_owned(),
            // A file is the same whether it is compressed or not, and so is what it is scanned as.
            None if !folder => identity::without_compression(&identity::uri(&path)).to_owned(),
            None => identity::uri(&path),
        };
        Files {
            path,
            root,
            folder,
            manifests: Manifests::default(),
            options,
        }
    }

    fn is_stdin(&self) -> bool {
        self.path == Path::new("-")
    }

    /// The path below the root, with `/` between names; empty for a SOURCE that is a file.
    fn below(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.path).unwrap_or(path);
        identity::text(below)
    }

    fn unit(
        &self,
        path: &Path,
        kind: UnitKind,
        metadata: Option<&Metadata>,
        settled: Option<(Outcome, Reason)>,
    ) -> Unit {
        let below = match (self.folder, &self.options.root) {
            (true, _) => self.below(path),
            // A root of the user's own stands for the folder that the file lies in.
            (false, Some(_)) if !self.is_stdin() => path
                .file_name()
                .map(|name| identity::text(Path::new(name)))
                .unwrap_or_default(),
            (false, _) => String::new(),
        };
        let whole = if below.is_empty() {
            self.root.clone()
        } else {
            format!("{}/{below}", self.root)
        };
        let modified = metadata.and_then(|metadata| metadata.modified().ok());
        Unit {
            kind,
            identity: identity::without_compression(&whole).to_owned(),
            shown: identity::text(path),
            path: path.to_path_buf(),
            size_bytes: metadata.map(Metadata::len),
            modified_ms: modified
                .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
                .and_then(|age| i64::try_from(age.as_millis()).ok()),
            settled,
        }
    }

    fn failed(&self, path: &Path, kind: UnitKind, reason: Reason) -> Unit {
        self.unit(path, kind, None, Some((reason.outcome(), reason)))
    }

    /// A SOURCE that is no folder.
    fn walk_single(&self, each: &mut dyn FnMut(Unit) -> ControlFlow<()>) -> ControlFlow<()> {
        if self.is_stdin() {
            return each(self.unit(&self.path, UnitKind::Stream, None, None));
        }
        each(match fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_file() => {
                self.unit(&self.path, UnitKind::File, Some(&metadata), None)
            }
            // Named by the user: a FIFO, or a device such as /dev/stdin.
            Ok(_) => self.unit(&self.path, UnitKind::Stream, None, None),
            Err(error) => self.failed(&self.path, UnitKind::File, Reason::of(&error)),
        })
    }

    fn hints(&self, unit: &Unit) -> Hints {
        Hints {
            format: self.options.format.clone(),
            place: self.options.place.clone(),
            path: unit.identity.clone(),
            inventory: self.manifests.columns_for(&unit.path),
        }
    }

    /// The bytes of a unit; and the file, where they can be read in any order.
    fn open(&self, unit: &Unit) -> Result<(Box<dyn Bytes>, Option<File>), Reason> {
        if self.is_stdin() {
            return Ok((Box::new(StreamBytes(std::io::stdin())), None));
        }
        let reason = |error: std::io::Error| Reason::of(&error);
        let file = File::open(&unit.path).map_err(reason)?;
        if unit.kind == UnitKind::Stream {
            return Ok((Box::new(StreamBytes(file)), None));
        }
        let again = file.try_clone().ok();
        #[cfg(unix)]
        if self.options.mmap && unit.size_bytes.is_some_and(|size| size > 0) {
            let mapped = crate::decode::mapped::MappedBytes::new(&file).map_err(reason)?;
            return Ok((Box::new(mapped), again));
        }
        Ok((Box::new(FileBytes::new(file).map_err(reason)?), again))
    }
}

impl Source for Files {
    fn name(&self) -> &'static str {
        "files"
    }

    fn scope(&self) -> &str {
        &self.root
    }

    fn walk(&self, each: &mut dyn FnMut(Unit) -> ControlFlow<()>) -> ControlFlow<()> {
        if !self.folder {
            return self.walk_single(each);
        }
        let mut walk = WalkDir::new(&self.path)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter();
        while let Some(next) = walk.next() {
            match next {
                Ok(entry) if entry.file_type().is_dir() => {
                    if is_output(entry.path()) {
                        each(self.failed(entry.path(), UnitKind::Folder, Reason::OwnOutput))?;
                        walk.skip_current_dir();
                    }
                }
                Ok(entry) if entry.file_name() == MARKER && is_marked(entry.path()) => {}
                Ok(entry) if entry.file_type().is_file() => {
                    let metadata = entry.metadata().ok();
                    each(self.unit(entry.path(), UnitKind::File, metadata.as_ref(), None))?;
                }
                Ok(entry) => {
                    let reason = special(entry.file_type());
                    each(self.failed(entry.path(), UnitKind::File, reason))?;
                }
                Err(error) => {
                    let path = error.path().unwrap_or(&self.path);
                    let (kind, reason) = match (error.loop_ancestor(), error.io_error()) {
                        (Some(_), _) => (UnitKind::Folder, Reason::SymlinkLoop),
                        (None, Some(io)) => {
                            let kind = if path.is_dir() {
                                UnitKind::Folder
                            } else {
                                UnitKind::File
                            };
                            (kind, Reason::of(io))
                        }
                        (None, None) => (UnitKind::File, Reason::IoError),
                    };
                    each(self.failed(path, kind, reason))?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn read(&self, unit: &Unit, to: &mut dyn Delivery) -> Reading {
        if let Some((outcome, reason)) = unit.settled {
            return Reading::unread(outcome, Some(reason));
        }
        match self.open(unit) {
            Ok((bytes, file)) => archive::read(
                bytes,
                file.as_ref(),
                unit,
                self.options.limits,
                &|unit| self.hints(unit),
                to,
            ),
            Err(reason) => Reading::failed(reason),
        }
    }
}

/// What a thing that is neither file nor folder is.
fn special(kind: fs::FileType) -> Reason {
    #[cfg(unix)]
    if std::os::unix::fs::FileTypeExt::is_fifo(&kind) {
        return Reason::Fifo;
    }
    Reason::SpecialFile
}

/// Whether a folder is part of an output folder.
fn is_output(path: &Path) -> bool {
    let named = path
        .file_name()
        .is_some_and(|name| OUTPUT_FOLDERS.iter().any(|output| name == *output));
    named && path.parent().is_some_and(crate::commit::is_output)
}

/// Whether a file is the marker of an output folder, and does not only have its name.
fn is_marked(marker: &Path) -> bool {
    marker.parent().is_some_and(crate::commit::is_output)
}
