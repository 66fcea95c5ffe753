//! Units: what a scan considers and accounts for, one coverage row each.
//!
//! A [`Unit`] comes from a source's walk. Some are settled there and never opened (a folder
//! without permission, a FIFO, our own output); the others are read, and the
//! [`Reading`] says how that ended. Whatever happens, a unit ends in exactly one
//! [`Outcome`], with a [`Reason`] wherever it is not simply `scanned`.
//!
//! `identity` and `shown` are raw names: they may hold a patient's name, so they are hashed
//! or masked before they leave the program.

use std::fmt;
use std::path::PathBuf;

/// What kind of thing a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// A file below a SOURCE, or a SOURCE that is a file.
    File,
    /// Standard input or a FIFO named as SOURCE: readable once, length unknown.
    Stream,
    /// The names below one SOURCE of `names:`.
    Names,
    /// A folder that could not be entered, or was left out.
    Folder,
    /// A file inside an archive.
    Member,
}

impl UnitKind {
    /// The word in the column `unit_kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            UnitKind::File => "file",
            UnitKind::Stream => "file",
            UnitKind::Names => "names",
            UnitKind::Folder => "folder",
            UnitKind::Member => "archive-member",
        }
    }
}

/// How a unit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Read to its end.
    Scanned,
    /// Read in part; everything before the break was scanned.
    Partial,
    /// Not read again, since it is what an earlier run saw.
    Unchanged,
    /// Nothing in it.
    Empty,
    /// Left out.
    Skipped,
    /// No permission.
    Denied,
    /// Could not be read for another cause.
    Unreadable,
    /// Not a kind of thing that can be scanned.
    Unsupported,
}

impl Outcome {
    /// The word in the column `outcome`.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Scanned => "scanned",
            Outcome::Partial => "partial",
            Outcome::Unchanged => "unchanged",
            Outcome::Empty => "empty",
            Outcome::Skipped => "skipped",
            Outcome::Denied => "denied",
            Outcome::Unreadable => "unreadable",
            Outcome::Unsupported => "unsupported",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// ELOOP: a link that leads to itself. The standard library has no stable kind for it.
const TOO_MANY_LINKS: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $text:literal;)*) => {
        /// Why a unit is not simply `scanned`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason, for the check against the vocabulary file.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];

            /// The word in the column `reason`.
            pub fn as_str(self) -> &'static str {
                match self { $(Reason::$name => $word,)* }
            }

            /// What happened and what to do, in a sentence without any data.
            pub fn meaning(self) -> &'static str {
                match self { $(Reason::$name => $text,)* }
            }
        }
    };
}

reasons! {
    /// Compressed data ends in the middle.
    Truncated = "truncated", "The compressed data, or the archive, ends in the middle; all before that was scanned. Fetch the file again.";
    /// Compressed data is damaged, or followed by something else.
    Corrupt = "corrupt", "The compressed data, or the archive, is damaged or followed by other bytes; what could be read was scanned. Fetch the file again.";
    /// The expansion ratio is beyond the limit.
    RatioLimit = "ratio-limit", "The file expands more than the limit allows (a decompression bomb?); what was expanded until then was scanned.";
    /// The decoded size is beyond the limit.
    ByteLimit = "byte-limit", "The file expands to more bytes than the limit allows; what was expanded until then was scanned.";
    /// A zstd frame wants a larger window than the memory bound allows, or zip uses another method.
    Compression = "compression", "It is compressed in a way that is not read: a zstd frame whose window is above the memory bound (compress it again without --long), or a method of zip other than deflate and zstd.";
    /// The text ends inside something that has to be closed.
    Unclosed = "unclosed", "The text ends inside a JSON document or a quoted field: its rest is missing, or a quote too many swallowed what follows. All that is there was scanned. Fetch the file again, or name another format with --as.";
    /// The file became shorter while it was read.
    Shrank = "shrank", "The file became shorter while it was read. Scan it again when nothing writes to it.";
    /// No permission.
    NoPermission = "no-permission", "The operating system refused access. Run as a user who may read it.";
    /// Not there, or gone since it was listed, or a link to nothing.
    NotFound = "not-found", "There is nothing at this path, or nothing any more.";
    /// A link that leads back.
    SymlinkLoop = "symlink-loop", "The symbolic link leads back to a folder above it, or to itself.";
    /// A FIFO in a folder.
    Fifo = "fifo", "A named pipe in a folder is not read; name it as SOURCE to read it as a stream.";
    /// Socket or device in a folder.
    SpecialFile = "special-file", "A socket or device is not read.";
    /// Content that is no text.
    Binary = "binary", "The content is binary and in no format that phiscan reads.";
    /// This program's own output.
    OwnOutput = "own-output", "The folder holds phiscan's own output.";
    /// A member of an archive is encrypted.
    Encrypted = "encrypted", "The member of the archive is encrypted. Scan what it holds where it is not.";
    /// A link inside an archive.
    Link = "link", "A link inside an archive names another file; nothing is behind it in the archive.";
    /// Members of a zip file that share bytes.
    Overlap = "overlap", "The member shares bytes of the archive with another one (a decompression bomb?); those were scanned once, as the first that has them.";
    /// Layers of archives and compression beyond the limit.
    TooDeep = "too-deep", "It lies inside more archives and layers of compression than --max-depth allows. Unpack it, or raise the limit.";
    /// More members than the limit.
    MemberLimit = "member-limit", "The archive has more members than --max-members allows; the first of them were scanned.";
    /// An archive that was not read to its end.
    MembersMissed = "members-missed", "An archive in it was not read to its end, so members of it may not have been seen.";
    /// A sparse member.
    Sparse = "sparse", "The member is a sparse file: the pieces that the archive stores were scanned one behind the other, and positions are those in them.";
    /// Any other failure to read.
    IoError = "io-error", "Reading failed.";
    /// The code that handled it failed; its own fault.
    Panicked = "panicked", "phiscan itself failed on this unit; what was judged before is written. Please report it.";
    /// The consumer of the blocks stopped the reading.
    Interrupted = "interrupted", "The run was stopped.";
}

impl Reason {
    /// The reason for an error of the operating system.
    pub fn of(error: &std::io::Error) -> Reason {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::PermissionDenied => Reason::NoPermission,
            ErrorKind::NotFound => Reason::NotFound,
            _ if error.raw_os_error() == Some(TOO_MANY_LINKS) => Reason::SymlinkLoop,
            _ => Reason::IoError,
        }
    }

    /// The outcome of a unit that could not be opened for this reason.
    pub fn outcome(self) -> Outcome {
        match self {
            Reason::NoPermission => Outcome::Denied,
            Reason::OwnOutput | Reason::SymlinkLoop | Reason::TooDeep => Outcome::Skipped,
            Reason::Fifo | Reason::SpecialFile | Reason::Binary | Reason::Link => {
                Outcome::Unsupported
            }
            Reason::Overlap | Reason::Encrypted => Outcome::Unreadable,
            Reason::Sparse => Outcome::Scanned,
            Reason::NotFound | Reason::IoError => Outcome::Unreadable,
            _ => Outcome::Partial,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing to scan, or to account for.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// What ids hang on: the root's URI and the path below it, without compression suffix. Raw.
    pub identity: String,
    /// The path as given and the path below it, for people. Raw: mask it before printing.
    pub shown: String,
    /// Where it is read.
    pub path: PathBuf,
    /// Its size when it was listed.
    pub size_bytes: Option<u64>,
    /// When it was last modified, in milliseconds since 1970.
    pub modified_ms: Option<i64>,
    /// Set when the walk already knows how it ends: nothing to read.
    pub settled: Option<(Outcome, Reason)>,
}

/// How reading a unit went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How it ended.
    pub outcome: Outcome,
    /// Why, where that is not plain.
    pub reason: Option<Reason>,
    /// Bytes taken from the source.
    pub bytes_read: u64,
    /// Bytes after outer decompression.
    pub bytes_decoded: u64,
    /// Records met.
    pub records: u64,
    /// The format's name, empty when none was chosen.
    pub format: &'static str,
    /// Outer layers removed (`gzip`, `zstd`), as in the column `encoding`.
    pub compression: Option<&'static str>,
}

impl Reading {
    /// A unit that was not read.
    pub fn unread(outcome: Outcome, reason: Option<Reason>) -> Reading {
        Reading {
            outcome,
            reason,
            bytes_read: 0,
            bytes_decoded: 0,
            records: 0,
            format: "",
            compression: None,
        }
    }

    /// A unit that could not be opened.
    pub fn failed(reason: Reason) -> Reading {
        Reading::unread(reason.outcome(), Some(reason))
    }
}
