//! The members of one archive on their way out: names to the archive's own text, contents to units.

use super::texts::TextsLayout;
use super::{Delivery, Layers, Opener};
use crate::block::{Block, Listing};
use crate::decode::Bytes;
use crate::source::files::identity::{text, without_compression};
use crate::source::names::NamesLayout;
use crate::unit::{Outcome, Reading, Reason, Unit, UnitKind};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

/// Longest name that is scanned: what zip allows, and more than any file system does.
const NAME_BYTES: usize = 64 << 10;
/// Longest name that a unit is called by, which stands in its coverage row and in the row of each of
/// its findings: what file systems allow.
const UNIT_NAME_BYTES: usize = 4 << 10;

/// A supply that knows how much it has taken from the archive.
pub(super) trait Counted: Bytes {
    fn taken(&self) -> u64;

    /// Whether a window of Zstandard is held for it.
    fn has_window(&self) -> bool {
        false
    }
}

/// What an archive's reader tells of its members.
pub(super) struct Members<'m, 'r> {
    opener: &'m Opener<'r>,
    archive: &'m Unit,
    layers: Layers,
    to: &'m mut dyn Delivery,
    names: Listing,
    /// What the archive says beside names: comments, and fields that hold words.
    texts: Listing,
    line: Vec<u8>,
    count: u64,
}

impl<'m, 'r> Members<'m, 'r> {
    pub(super) fn new(
        opener: &'m Opener<'r>,
        archive: &'m Unit,
        layers: Layers,
        to: &'m mut dyn Delivery,
    ) -> Members<'m, 'r> {
        let layout = NamesLayout::of_archive(&archive.identity);
        Members {
            opener,
            archive,
            layers,
            to,
            names: Listing::new(Arc::new(layout)),
            texts: Listing::new(Arc::new(TextsLayout::of_archive(&archive.identity))),
            line: Vec::new(),
            count: 0,
        }
    }

    pub(super) fn opener(&self) -> &'m Opener<'r> {
        self.opener
    }

    /// Largest window of a member that is packed by Zstandard, as a power of two.
    pub(super) fn window_log(&self) -> u32 {
        self.layers.window_log()
    }

    /// A member with contents. It is not said whether they could be read: its coverage row is.
    pub(super) fn file(
        &mut self,
        name: &[u8],
        modified_ms: Option<i64>,
        note: Option<Reason>,
        source: &mut dyn Counted,
    ) -> ControlFlow<Reason> {
        self.listed(name)?;
        let member = self.unit(name, modified_ms, None);
        let opener = self.opener;
        let layers = &self.layers.within(source.has_window());
        let flow = self.to.member(member, &mut |unit, to| {
            let decoded = opener.open(Box::new(&mut *source), layers);
            let mut reading = opener.unit(decoded, None, unit, layers, to);
            reading.bytes_read = source.taken();
            if reading.outcome == Outcome::Scanned {
                reading.reason = reading.reason.or(note);
            }
            reading
        });
        interrupted(flow)
    }

    /// A member that is not read.
    pub(super) fn unread(&mut self, name: &[u8], reason: Reason) -> ControlFlow<Reason> {
        self.listed(name)?;
        let outcome = match reason {
            // Nothing of it was read.
            Reason::Corrupt | Reason::Compression => Outcome::Unreadable,
            reason => reason.outcome(),
        };
        let member = self.unit(name, None, Some((outcome, reason)));
        let flow = self
            .to
            .member(member, &mut |_, _| Reading::unread(outcome, Some(reason)));
        interrupted(flow)
    }

    /// A folder, or another thing that has a name only.
    pub(super) fn name(&mut self, name: &[u8]) -> ControlFlow<Reason> {
        self.listed(name)
    }

    /// Another name that the archive has for a member that was told, or is to be.
    pub(super) fn other_name(&mut self, name: &[u8]) -> ControlFlow<Reason> {
        self.within_limits()?;
        self.push_name(name)
    }

    /// What the archive says of itself or of a member, in words.
    pub(super) fn text(&mut self, text: &[u8]) -> ControlFlow<Reason> {
        if text.is_empty() {
            return ControlFlow::Continue(());
        }
        self.within_limits()?;
        self.line.clear();
        let is_control = |byte: u8| byte < b' ' && !b"\t\r\n".contains(&byte);
        let shown = text
            .iter()
            .map(|&byte| if is_control(byte) { b' ' } else { byte });
        self.line.extend(shown);
        self.line.push(b'\n');
        let (texts, to) = (&mut self.texts, &mut *self.to);
        interrupted(texts.push(&self.line, &mut |block: Block| to.block(block)))
    }

    /// Puts the name of a member into the archive's own text.
    fn listed(&mut self, name: &[u8]) -> ControlFlow<Reason> {
        self.within_limits()?;
        if self.count >= self.opener.limits.members {
            return ControlFlow::Break(Reason::MemberLimit);
        }
        self.count += 1;
        // A long name before each of a million short ones makes more text than any bomb: it counts as
        // text that was unpacked.
        self.opener
            .meter
            .inflated(self.archive.shown.len() + name.len());
        self.push_name(name)
    }

    fn within_limits(&self) -> ControlFlow<Reason> {
        let exceeded = self.opener.meter.exceeded(&self.opener.limits);
        exceeded.map_or(ControlFlow::Continue(()), ControlFlow::Break)
    }

    fn push_name(&mut self, name: &[u8]) -> ControlFlow<Reason> {
        self.line.clear();
        for &byte in &name[..name.len().min(NAME_BYTES)] {
            match byte {
                // Lines are what ends a record.
                b'\n' => self.line.extend_from_slice(b"%0A"),
                _ => self.line.push(byte),
            }
        }
        self.line.push(b'\n');
        let (names, to) = (&mut self.names, &mut *self.to);
        interrupted(names.push(&self.line, &mut |block: Block| to.block(block)))
    }

    fn unit(
        &self,
        name: &[u8],
        modified_ms: Option<i64>,
        settled: Option<(Outcome, Reason)>,
    ) -> Unit {
        let name = match name.get(..UNIT_NAME_BYTES) {
            // The number keeps members apart whose names begin alike.
            Some(start) if name.len() > UNIT_NAME_BYTES => {
                format!("{}…{}", text_of(start), self.count)
            }
            _ => text_of(name),
        };
        Unit {
            kind: UnitKind::Member,
            identity: format!("{}!{}", self.archive.identity, without_compression(&name)),
            shown: format!("{}!{name}", self.archive.shown),
            path: PathBuf::new(),
            size_bytes: None,
            modified_ms,
            settled,
        }
    }

    /// Scans the names that are left. Gives the reason why not all was read, the number of members
    /// and the bytes of their names.
    pub(super) fn finish(mut self, reason: Option<Reason>) -> (Option<Reason>, u64, u64) {
        let to = &mut *self.to;
        let mut each = |block: Block| to.block(block);
        let names = self.names.finish(&mut each);
        let texts = self.texts.finish(&mut each);
        let stopped = names.is_break() || texts.is_break();
        let reason = reason.or(stopped.then_some(Reason::Interrupted));
        let bytes = self.names.bytes() + self.texts.bytes();
        (reason, self.count, bytes)
    }
}

fn interrupted(flow: ControlFlow<()>) -> ControlFlow<Reason> {
    match flow {
        ControlFlow::Continue(()) => ControlFlow::Continue(()),
        ControlFlow::Break(()) => ControlFlow::Break(Reason::Interrupted),
    }
}

/// A name as text; bytes that are no UTF-8 are written as `%XX`, as those of files are.
fn text_of(name: &[u8]) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        text(std::path::Path::new(std::ffi::OsStr::from_bytes(name)))
    }
    #[cfg(not(unix))]
    {
        text(std::path::Path::new(&*String::from_utf8_lossy(name)))
    }
}
