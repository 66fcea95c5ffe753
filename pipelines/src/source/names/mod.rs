//! `names:PATH`: file and folder names below PATH, for mounted file systems.
//!
//! All names below one PATH are one unit, and each path is a record in it. Contents are not
//! opened. The place is `--place` (`elasticfilesystem:file-name`), else `local:file-name`.

use crate::archive::Delivery;
use crate::block::{self, Block};
use crate::decode::{Bytes, Decoded, Limits};
use crate::format::{Hints, Identity, Layout, Located, Lookup, capped};
use crate::source::files::identity;
use crate::source::{Options, Source};
use crate::unit::{Outcome, Reading, Reason, Unit, UnitKind};
use detectors::Setting;
use detectors::place::Place;
use scanner::layers::{Declared, Percent};
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use walkdir::WalkDir;

/// The names below one path.
pub struct Names {
    path: PathBuf,
    root: String,
    options: Options,
}

impl Names {
    /// The names below `path`.
    pub fn new(path: PathBuf, options: Options) -> Names {
        let root = options.root.clone().unwrap_or_else(|| identity::uri(&path));
        Names {
            path,
            root,
            options,
        }
    }
}

impl Source for Names {
    fn name(&self) -> &'static str {
        "names"
    }

    fn scope(&self) -> &str {
        &self.root
    }

    fn walk(&self, each: &mut dyn FnMut(Unit) -> ControlFlow<()>) -> ControlFlow<()> {
        let settled = match std::fs::metadata(&self.path) {
            Ok(_) => None,
            Err(error) => Some((Reason::of(&error).outcome(), Reason::of(&error))),
        };
        each(Unit {
            kind: UnitKind::Names,
            identity: self.root.clone(),
            shown: identity::text(&self.path),
            path: self.path.clone(),
            size_bytes: None,
            modified_ms: None,
            settled,
        })
    }

    fn read(&self, unit: &Unit, to: &mut dyn Delivery) -> Reading {
        if let Some((outcome, reason)) = unit.settled {
            return Reading::unread(outcome, Some(reason));
        }
        let missed = Arc::new(Mutex::new(None));
        let listing = Listing::new(&self.path, Arc::clone(&missed));
        let mut decoded = Decoded::plain(Box::new(listing), Limits::default());
        let place = self.options.place.clone().unwrap_or(Place::FILE_NAME);
        let layout: Arc<dyn Layout> = Arc::new(NamesLayout {
            folder_place: folder_place(&place),
            place,
            prefix: format!("{}/", self.root.trim_end_matches('/')),
            made_up: false,
        });
        let mut reading = block::read_with(&mut decoded, &Hints::default(), layout, &mut |block| {
            to.block(block)
        });
        reading.format = "names";
        let missed = missed.lock().ok().and_then(|missed| *missed);
        if let (Outcome::Scanned | Outcome::Empty, Some(reason)) = (reading.outcome, missed) {
            (reading.outcome, reading.reason) = (Outcome::Partial, Some(reason));
        }
        reading
    }
}

/// The paths below a folder as text, one a line, made while it is read. A line end inside a name
/// is written as `%0A`, since lines are what ends a record; a folder's path ends in a slash.
struct Listing {
    walk: walkdir::IntoIter,
    base: PathBuf,
    pending: Vec<u8>,
    at: usize,
    missed: Arc<Mutex<Option<Reason>>>,
}

impl Listing {
    fn new(path: &std::path::Path, missed: Arc<Mutex<Option<Reason>>>) -> Listing {
        let walk = WalkDir::new(path)
            .min_depth(1)
            .sort_by_file_name()
            .into_iter();
        Listing {
            walk,
            base: path.to_path_buf(),
            pending: Vec::new(),
            at: 0,
            missed,
        }
    }
}

impl Bytes for Listing {
    fn next(&mut self, into: &mut [u8]) -> Result<usize, Reason> {
        while self.at == self.pending.len() {
            self.pending.clear();
            self.at = 0;
            match self.walk.next() {
                None => return Ok(0),
                Some(Ok(entry)) => {
                    let below = entry
                        .path()
                        .strip_prefix(&self.base)
                        .unwrap_or(entry.path());
                    for &byte in below.as_os_str().as_encoded_bytes() {
                        match byte {
                            b'\n' => self.pending.extend_from_slice(b"%0A"),
                            _ => self.pending.push(byte),
                        }
                    }
                    if entry.file_type().is_dir() {
                        self.pending.push(b'/');
                    }
                    self.pending.push(b'\n');
                }
                Some(Err(error)) => {
                    let reason = error.io_error().map_or(Reason::IoError, Reason::of);
                    if let Ok(mut missed) = self.missed.lock() {
                        missed.get_or_insert(reason);
                    }
                }
            }
        }
        let bytes = into.len().min(self.pending.len() - self.at);
        into[..bytes].copy_from_slice(&self.pending[self.at..self.at + bytes]);
        self.at += bytes;
        Ok(bytes)
    }
}

/// Where the section of a service speaks of its folders' names, those have a place of their own.
fn folder_place(place: &Place) -> Place {
    let folder = Place::of(place.service.clone(), "folder-name");
    let spoken_of = place.element == "file-name"
        && detectors::place::Catalogue::built_in()
            .is_ok_and(|catalogue| catalogue.for_place(&folder).next().is_some());
    if spoken_of { folder } else { place.clone() }
}

/// Explains hits in lines that are names of files and folders.
pub(crate) struct NamesLayout {
    place: Place,
    /// The place of the names of folders.
    folder_place: Place,
    /// What stands before each name in the URI of what it names.
    prefix: String,
    made_up: bool,
}

impl NamesLayout {
    /// The names of the members of an archive with this identity.
    pub(crate) fn of_archive(identity: &str) -> NamesLayout {
        NamesLayout {
            place: Place::FILE_NAME,
            folder_place: Place::FILE_NAME,
            prefix: format!("{identity}!"),
            made_up: true,
        }
    }
}

impl Layout for NamesLayout {
    fn declared(&self) -> Declared {
        Declared {
            json: false,
            percent: Percent::Everywhere,
        }
    }

    fn setting(&self) -> Setting {
        Setting::Name
    }

    fn lookup<'b>(&'b self, block: &'b Block) -> Box<dyn Lookup + 'b> {
        Box::new(NamesLookup {
            layout: self,
            block,
        })
    }
}

struct NamesLookup<'b> {
    layout: &'b NamesLayout,
    block: &'b Block,
}

impl Lookup for NamesLookup<'_> {
    fn locate(&self, span: Range<usize>) -> Located {
        let record = self.block.record(self.block.record_at(span.start));
        let line = self.block.text.get(record.clone()).unwrap_or_default();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        // The name of a folder above is the folder's, in whichever path it stands.
        let behind = line.get(span.end.max(span.start + 1) - record.start..);
        let slash = behind.and_then(|rest| memchr::memchr(b'/', rest));
        let (named, place) = match slash {
            Some(at) => (
                &line[..span.end.max(span.start + 1) - record.start + at],
                &self.layout.folder_place,
            ),
            None => (line, &self.layout.place),
        };
        // Far beyond what a path may have; no hit costs more than that.
        let name = capped(named, 64 << 10);
        let resource = format!("{}{name}", self.layout.prefix);
        Located {
            // The thing that is named: the file, wherever it stands in the listing.
            identity: Identity::Named(resource.clone()),
            places: vec![place.clone()],
            resource: Some(resource),
            made_up: self.layout.made_up,
            ..Located::default()
        }
    }

    fn setting(&self, _span: Range<usize>) -> Setting {
        Setting::Name
    }
}
