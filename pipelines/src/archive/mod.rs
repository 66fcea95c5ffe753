//! Archives: zip and tar, and layers of gzip and Zstandard, inside each other.
//!
//! An archive is a unit whose text is the names of its members, since a name may be a patient's. Each
//! member is a unit of its own, `path!member`, with its own coverage row, and may be an archive again:
//!
//! ```text
//! Bytes ─► Decoded ─► Kind? ─┬─► text: block::read_within
//!            ▲               ├─► gzip, zstd again ─────┐
//!            │               ├─► tar ─► each member ───┤
//!            │               └─► zip ─► each member ───┤
//!            └─────────────────────────────────────────┘
//! ```
//!
//! An archive's text is also what it says beside names: comments, and extra fields that hold words.
//!
//! Everything streams. What is held is a buffer for each layer, windows of at most 48 MiB for all layers
//! of a file together (`nested_window_log`), 16 bytes for each member of a zip file, and the names
//! not yet scanned. An archive is input that somebody made to be
//! unpacked, so there is a limit on every way in which it can grow: layers (`--max-depth`), members
//! (`--max-members`), bytes and ratio of each member and of all together ([`Meter`]). What is left
//! out is said by a coverage row, and the rest is scanned.

mod members;
mod tar;
mod texts;
mod zip;

use crate::block::{self, Block};
use crate::decode::zst::nested_window_log;
use crate::decode::{Bytes, Decoded, Input, Limits, Meter, Metered};
use crate::format::Hints;
use crate::unit::{Outcome, Reading, Reason, Unit, UnitKind};
use members::Members;
use std::fs::File;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What is looked at to tell an archive.
const HEAD_BYTES: usize = 512;

/// Takes what reading a unit gives: its blocks, and the units inside it.
pub trait Delivery {
    /// The next block of the unit.
    fn block(&mut self, block: Block) -> ControlFlow<()>;

    /// A unit inside this one, to be read now: by `read`, which is given the unit and what takes
    /// its blocks, and is called at most once.
    fn member(
        &mut self,
        member: Unit,
        read: &mut dyn FnMut(&Unit, &mut dyn Delivery) -> Reading,
    ) -> ControlFlow<()>;
}

/// A function of blocks takes those of members as well.
impl<F: FnMut(Block) -> ControlFlow<()>> Delivery for F {
    fn block(&mut self, block: Block) -> ControlFlow<()> {
        self(block)
    }

    fn member(
        &mut self,
        member: Unit,
        read: &mut dyn FnMut(&Unit, &mut dyn Delivery) -> Reading,
    ) -> ControlFlow<()> {
        read(&member, self);
        ControlFlow::Continue(())
    }
}

/// What a unit is, by its first bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gzip,
    Zstd,
    Zip,
    Tar,
    Other,
}

impl Kind {
    fn of(head: &[u8]) -> Kind {
        if head.starts_with(&crate::decode::gzip::MAGIC) {
            Kind::Gzip
        } else if crate::decode::zst::is_zstd(head) {
            Kind::Zstd
        } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            Kind::Zip
        } else if tar::is_tar(head) {
            Kind::Tar
        } else {
            Kind::Other
        }
    }
}

/// Whether coverage's `format` is that of an archive.
pub(crate) fn is_archive(format: &str) -> bool {
    matches!(format, "zip" | "tar")
}

/// Whether a path is named as archives are.
pub(crate) fn is_archive_name(path: &str) -> bool {
    const SUFFIXES: [&str; 8] = [
        ".zip", ".tar", ".tgz", ".tar.gz", ".tar.zst", ".tzst", ".jar", ".whl",
    ];
    let lower = path.to_ascii_lowercase();
    SUFFIXES.iter().any(|suffix| lower.ends_with(suffix))
}

/// Reads a unit to its end, whatever it is. `file` is the same bytes where they can be read in any
/// order; `hints` are asked for each unit that is text.
pub fn read(
    bytes: Box<dyn Bytes + '_>,
    file: Option<&File>,
    unit: &Unit,
    limits: Limits,
    hints: &dyn Fn(&Unit) -> Hints,
    to: &mut dyn Delivery,
) -> Reading {
    let opener = Opener {
        limits,
        hints,
        meter: Arc::default(),
    };
    let metered = Metered::new(bytes, Arc::clone(&opener.meter));
    let decoded = Decoded::open(Box::new(metered), limits).metered(Arc::clone(&opener.meter));
    opener.unit(decoded, file, unit, &Layers::default(), to)
}

/// The layers around a unit.
#[derive(Clone, Default)]
struct Layers {
    /// As in the column `encoding`, outermost first.
    names: Vec<&'static str>,
    /// How many windows of Zstandard are held for them.
    windows: u32,
}

impl Layers {
    fn push(&mut self, name: &'static str) {
        self.names.push(name);
        self.windows += u32::from(name == "zstd");
    }

    /// Those of a member, for which another window may be held.
    fn within(&self, has_window: bool) -> Layers {
        Layers {
            names: self.names.clone(),
            windows: self.windows + u32::from(has_window),
        }
    }

    /// Largest window of what is inside, as a power of two.
    fn window_log(&self) -> u32 {
        nested_window_log(self.windows)
    }
}

/// What all layers of one file share.
struct Opener<'r> {
    limits: Limits,
    hints: &'r dyn Fn(&Unit) -> Hints,
    meter: Arc<Meter>,
}

impl Opener<'_> {
    /// Opens what lies inside these layers.
    fn open<'a>(&self, bytes: Box<dyn Bytes + 'a>, layers: &Layers) -> Decoded<'a> {
        let limits = Limits {
            window_log: layers.window_log(),
            ..self.limits
        };
        Decoded::open(bytes, limits).metered(Arc::clone(&self.meter))
    }

    /// Reads a unit that lies in the layers `outer`.
    fn unit(
        &self,
        mut decoded: Decoded<'_>,
        file: Option<&File>,
        unit: &Unit,
        outer: &Layers,
        to: &mut dyn Delivery,
    ) -> Reading {
        let compression = decoded.compression();
        let mut layers = outer.clone();
        if let Some(compression) = compression {
            layers.push(compression);
        }
        let kind = Kind::of(decoded.head(HEAD_BYTES));
        // `Decoded` has undone one compression; another one below it is a layer of its own.
        let plain = matches!(kind, Kind::Other)
            || matches!(kind, Kind::Gzip | Kind::Zstd) && compression.is_none();
        if plain {
            let hints = (self.hints)(unit);
            return block::read_within(&mut decoded, layers.names.into(), &hints, &mut |block| {
                to.block(block)
            });
        }
        if layers.names.len() >= self.limits.depth {
            return Reading {
                bytes_read: decoded.bytes_read(),
                ..Reading::failed(Reason::TooDeep)
            };
        }
        let mut reading = match kind {
            Kind::Zip => {
                layers.push("zip");
                let file = file.filter(|_| compression.is_none());
                self.archive(
                    "zip",
                    decoded,
                    unit,
                    layers,
                    to,
                    |input, members| match file {
                        Some(file) => zip::by_directory(file, input, members),
                        None => zip::by_headers(input, members),
                    },
                )
            }
            Kind::Tar => {
                layers.push("tar");
                self.archive("tar", decoded, unit, layers, to, tar::read)
            }
            _ => {
                let inner = self.open(Box::new(&mut decoded), &layers);
                let reading = self.unit(inner, None, unit, &layers, to);
                Reading {
                    bytes_read: decoded.bytes_read(),
                    ..reading
                }
            }
        };
        reading.compression = reading.compression.or(compression);
        reading
    }

    fn archive(
        &self,
        format: &'static str,
        mut decoded: Decoded<'_>,
        unit: &Unit,
        layers: Layers,
        to: &mut dyn Delivery,
        walk: impl FnOnce(&mut Input<'_>, &mut Members<'_, '_>) -> Option<Reason>,
    ) -> Reading {
        let mut members = Members::new(self, unit, layers, to);
        let reason = {
            let mut input = Input::new(Box::new(&mut decoded));
            walk(&mut input, &mut members)
        };
        let (reason, records, bytes_decoded) = members.finish(reason);
        let mut reading = Reading::unread(Outcome::Scanned, reason);
        reading.outcome = match reason {
            Some(Reason::IoError | Reason::Corrupt | Reason::Compression) if records == 0 => {
                Outcome::Unreadable
            }
            Some(_) => Outcome::Partial,
            None if records == 0 => Outcome::Empty,
            None => Outcome::Scanned,
        };
        // A zip file that is read by its directory takes its bytes past `decoded`.
        reading.bytes_read = match unit.kind {
            UnitKind::Member => decoded.bytes_read(),
            _ => self.meter.taken(),
        };
        reading.bytes_decoded = bytes_decoded;
        reading.records = records;
        reading.format = format;
        reading
    }
}
