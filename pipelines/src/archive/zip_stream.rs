//! Zip files by their local headers, in order: those inside other archives, in pipes, and those whose
//! end is missing (APPNOTE.TXT, 4.3.7).
//!
//! A local header may leave sizes to a descriptor behind the data. Then deflated data says itself
//! where it ends, and stored data ends at a descriptor that agrees with all before it. Where a header
//! is damaged the next one is looked for, and the archive is `corrupt`.

use super::member::{Expect, Member, Method};
use super::members::Members;
use super::zip::{Entry, Wide, number};
use crate::decode::Input;
use crate::unit::Reason;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The signature of a local header.
pub(super) const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;
/// Signatures behind the last member.
const BEHIND: [&[u8]; 5] = [
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"PK\x06\x07",
    b"PK\x06\x08",
];
/// What is looked through at a time for the next header.
const SEARCH_BYTES: usize = 64 << 10;

/// Reads an archive to its last member; the reason if it was cut or damaged.
pub(super) fn read(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> Option<Reason> {
    let mut damaged = false;
    loop {
        let shown = input.peek(LOCAL_BYTES);
        if BEHIND.iter().any(|signature| shown.starts_with(signature)) {
            return damaged.then_some(Reason::Corrupt);
        }
        if shown.len() < LOCAL_BYTES {
            return Some(input.failed().unwrap_or(Reason::Truncated));
        }
        let Some((entry, unknown)) = header(input) else {
            if !shown_ends(input) {
                return Some(input.failed().unwrap_or(Reason::Truncated));
            }
            damaged = true;
            input.consume(1);
            if !find_next(input) {
                return Some(input.failed().unwrap_or(Reason::Corrupt));
            }
            continue;
        };
        match member(input, &entry, unknown, members) {
            ControlFlow::Continue(true) => {}
            ControlFlow::Continue(false) => {
                damaged = true;
                if !find_next(input) {
                    return Some(input.failed().unwrap_or(Reason::Truncated));
                }
            }
            ControlFlow::Break(reason) => return Some(reason),
        }
    }
}

/// Whether the header at hand is all there, so that it is damage that makes it unreadable.
fn shown_ends(input: &mut Input<'_>) -> bool {
    let shown = input.peek(LOCAL_BYTES);
    let name = number(shown, 26, 2).unwrap_or(0);
    let extra = number(shown, 28, 2).unwrap_or(0);
    let all = LOCAL_BYTES + (name + extra) as usize;
    !shown.starts_with(LOCAL) || input.peek(all).len() >= all
}

/// The local header at hand, and whether sizes are left to a descriptor.
fn header(input: &mut Input<'_>) -> Option<(Entry, bool)> {
    let fixed = *input.peek(LOCAL_BYTES).first_chunk::<LOCAL_BYTES>()?;
    if !fixed.starts_with(LOCAL) {
        return None;
    }
    let field = |at: usize, bytes: usize| number(&fixed, at, bytes);
    let (name, extra) = (field(26, 2)? as usize, field(28, 2)? as usize);
    let all = LOCAL_BYTES + name + extra;
    let text = input.peek(all).get(LOCAL_BYTES..all)?;
    let (name, extra) = text.split_at(name);
    let mut wide = Wide::new(extra);
    let size = wide.or_told(field(22, 4)?);
    let compressed = wide.or_told(field(18, 4)?);
    let flags = field(6, 2)? as u16;
    let entry = Entry::local(
        name.to_vec(),
        flags,
        field(8, 2)? as u16,
        field(14, 4)? as u32,
        compressed,
        size,
    );
    input.consume(all);
    Some((entry, flags & 8 != 0))
}

/// Gives a member; whether the next header follows at once.
fn member(
    input: &mut Input<'_>,
    entry: &Entry,
    unknown: bool,
    members: &mut Members<'_, '_>,
) -> ControlFlow<Reason, bool> {
    // With a descriptor the sizes here may be right all the same, but nothing says so.
    let left = (!unknown).then_some(entry.compressed);
    let is_folder = entry.name.ends_with(b"/");
    if is_folder && left == Some(0) {
        members.name(&entry.name)?;
        return ControlFlow::Continue(true);
    }
    if let Some(reason) = entry.refused() {
        members.unread(&entry.name, reason)?;
        return ControlFlow::Continue(left.is_some_and(|left| input.skip(left)));
    }
    let Some(method) = Method::of(entry.method) else {
        return ControlFlow::Continue(false);
    };
    if unknown && matches!(method, Method::Zstd(_)) {
        members.unread(&entry.name, Reason::Compression)?;
        return ControlFlow::Continue(false);
    }
    let opener = members.opener();
    let expect = match unknown {
        true => Expect::Descriptor,
        false => Expect::Told {
            crc: entry.crc,
            size: entry.size,
        },
    };
    let mut data = Member::new(
        input,
        left,
        method,
        expect,
        opener.limits,
        Arc::clone(&opener.meter),
    );
    if is_folder {
        // Some writers pack an empty text for a folder, with a descriptor behind it.
        members.name(&entry.name)?;
        return ControlFlow::Continue(data.skip_rest());
    }
    members.file(&entry.name, None, None, &mut data)?;
    ControlFlow::Continue(data.skip_rest())
}

/// Goes on to the next local header or to what is behind the last one; whether there is one.
fn find_next(input: &mut Input<'_>) -> bool {
    loop {
        let shown = input.peek(SEARCH_BYTES);
        let found = memchr::memmem::find_iter(shown, b"PK").find(|&at| {
            let rest = &shown[at..];
            rest.starts_with(LOCAL) && is_plausible(rest)
                || BEHIND[..3]
                    .iter()
                    .any(|signature| rest.starts_with(signature))
        });
        match found {
            Some(at) => {
                input.consume(at);
                return true;
            }
            None if shown.len() < SEARCH_BYTES => return false,
            // A header may be cut by the end of what is shown.
            None => {
                let bytes = shown.len() - LOCAL_BYTES;
                input.consume(bytes);
            }
        }
    }
}

/// Whether what begins like a local header goes on like one.
fn is_plausible(text: &[u8]) -> bool {
    let version = number(text, 4, 2).unwrap_or(0) & 0xff;
    let name = number(text, 26, 2).unwrap_or(0);
    version <= 63 && (1..=4096).contains(&name)
}
