//! Zip files by their local headers, in order: those inside other archives, in pipes, those whose end
//! is missing, and members that a directory does not name (APPNOTE.TXT, 4.3.7).
//!
//! A local header may leave sizes to a descriptor behind the data. Then deflated data says itself
//! where it ends, and stored data ends at a descriptor that agrees with all before it. Where a header
//! is damaged the next one is looked for, and the archive is `corrupt`. So it is where the directory
//! behind the members lists more or fewer, or does not end the archive: what only looks like a
//! directory hides no member behind it.

use super::directory::Told;
use super::member::{Expect, Member, Method, skip_nothing};
use super::records::{
    END, END_64, END_BYTES, ENTRY, Entry, LOCAL, LOCAL_BYTES, LOCATOR, LOCATOR_BYTES, SIGNATURE,
    number,
};
use crate::archive::members::Members;
use crate::decode::Input;
use crate::unit::Reason;
use std::hash::{BuildHasher, RandomState};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The signature of the record before an encrypted directory.
const EXTRA_DATA: &[u8] = b"PK\x06\x08";
/// Signatures behind the last member.
const BEHIND: [&[u8]; 5] = [ENTRY, END, END_64, LOCATOR, EXTRA_DATA];
/// What is looked through at a time for the next header.
const SEARCH_BYTES: usize = 64 << 10;

/// The names in local headers, by a hash that no archive can be made for.
#[derive(Default)]
struct Headers {
    hasher: RandomState,
    hashes: Vec<u64>,
    is_sorted: bool,
}

impl Headers {
    fn add(&mut self, name: &[u8]) {
        self.hashes.push(self.hasher.hash_one(name));
        self.is_sorted = false;
    }

    fn has(&mut self, name: &[u8]) -> bool {
        if !self.is_sorted {
            self.hashes.sort_unstable();
            self.is_sorted = true;
        }
        let hash = self.hasher.hash_one(name);
        self.hashes.binary_search(&hash).is_ok()
    }
}

/// How the records behind the members end.
enum Ending {
    /// With an end record that tells what was met.
    Whole,
    /// With one that does not, or with something else.
    False,
    /// In the middle.
    Cut,
}

/// Reads an archive to its end; the reason if it was cut or damaged.
pub(in crate::archive) fn read(
    input: &mut Input<'_>,
    members: &mut Members<'_, '_>,
) -> Option<Reason> {
    let mut damaged = false;
    let mut headers = Headers::default();
    loop {
        let shown = input.peek(LOCAL_BYTES);
        if BEHIND.iter().any(|signature| shown.starts_with(signature)) {
            let ending = match directory(input, &mut headers, members) {
                ControlFlow::Continue(ending) => ending,
                ControlFlow::Break(reason) => return Some(reason),
            };
            damaged |= matches!(ending, Ending::False);
            if is_padding(input) {
                let cut = matches!(ending, Ending::Cut).then_some(Reason::Truncated);
                let damage = damaged.then_some(Reason::Corrupt);
                return input.failed().or(cut).or(damage);
            }
            damaged = true;
            if !find_next(input) {
                return Some(input.failed().unwrap_or(Reason::Corrupt));
            }
            headers.hashes.clear();
            continue;
        }
        if shown.len() < LOCAL_BYTES {
            return Some(input.failed().unwrap_or(Reason::Truncated));
        }
        let Some(entry) = Entry::local(input) else {
            if !is_there(input) {
                return Some(input.failed().unwrap_or(Reason::Truncated));
            }
            damaged = true;
            input.consume(1);
            if !find_next(input) {
                return Some(input.failed().unwrap_or(Reason::Corrupt));
            }
            continue;
        };
        headers.add(&entry.name);
        match member(input, &entry, members) {
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

/// Reads the members that are somewhere in an input; breaks off where nothing more may be read.
pub(super) fn read_hidden(
    input: &mut Input<'_>,
    members: &mut Members<'_, '_>,
) -> ControlFlow<Reason> {
    if !find_next(input) {
        return input
            .failed()
            .map_or(ControlFlow::Continue(()), ControlFlow::Break);
    }
    match read(input, members) {
        None | Some(Reason::Corrupt | Reason::Truncated) => ControlFlow::Continue(()),
        Some(reason) => ControlFlow::Break(reason),
    }
}

/// Takes zeros in; whether there is nothing else.
pub(super) fn is_padding(input: &mut Input<'_>) -> bool {
    loop {
        let shown = input.peek(1);
        let zeros = shown.iter().take_while(|&&byte| byte == 0).count();
        let all = zeros == shown.len();
        input.consume(zeros);
        if zeros == 0 || !all {
            return all;
        }
    }
}

/// Takes in the directory at hand and the records that end it.
fn directory(
    input: &mut Input<'_>,
    headers: &mut Headers,
    members: &mut Members<'_, '_>,
) -> ControlFlow<Reason, Ending> {
    let mut listed = 0;
    while let Some(entry) = Entry::central(input) {
        listed += 1;
        if !headers.has(&entry.name) {
            members.other_name(&entry.name)?;
        }
        for text in &entry.texts {
            members.text(text)?;
        }
    }
    let mut told = None;
    loop {
        let shown = input.peek(END_BYTES);
        let Some(&fixed) = shown.first_chunk::<END_BYTES>() else {
            let rest = shown.len();
            input.consume(rest);
            return ControlFlow::Continue(Ending::Cut);
        };
        let field = |at: usize, bytes: usize| number(&fixed, at, bytes).unwrap_or(0);
        let length = match &fixed[..4] {
            END => {
                let told = told.unwrap_or(Told::Short(field(10, 2)));
                let all = END_BYTES + field(20, 2) as usize;
                let shown = input.peek(all);
                let comment = &shown[END_BYTES..shown.len().min(all)];
                let cut = shown.len() < all;
                members.text(comment)?;
                input.consume(all);
                let whole = told.is(listed) && listed == headers.hashes.len() as u64;
                return ControlFlow::Continue(match (cut, whole) {
                    (true, _) => Ending::Cut,
                    (false, true) => Ending::Whole,
                    (false, false) => Ending::False,
                });
            }
            END_64 => {
                let shown = input.peek(40);
                told = number(shown, 32, 8).map(Told::Wide);
                field(4, 8).saturating_add(12)
            }
            LOCATOR => LOCATOR_BYTES as u64,
            SIGNATURE => 6 + field(4, 2),
            EXTRA_DATA => 8 + field(4, 4),
            _ => {
                // One byte at least, so that what was damaged is not met again.
                input.consume(1);
                return ControlFlow::Continue(Ending::False);
            }
        };
        // Records that claim more than they can have would hide what follows.
        if length > SEARCH_BYTES as u64 {
            input.consume(1);
            return ControlFlow::Continue(Ending::False);
        }
        if !input.skip(length) {
            return ControlFlow::Continue(Ending::Cut);
        }
    }
}

/// Whether the header at hand is all there, so that it is damage that makes it unreadable.
fn is_there(input: &mut Input<'_>) -> bool {
    let shown = input.peek(LOCAL_BYTES);
    let name = number(shown, 26, 2).unwrap_or(0);
    let extra = number(shown, 28, 2).unwrap_or(0);
    let all = LOCAL_BYTES + (name + extra) as usize;
    !shown.starts_with(LOCAL) || input.peek(all).len() >= all
}

/// Whether there is nothing before the next header: the data of a folder.
fn has_no_data(input: &mut Input<'_>, entry: &Entry) -> bool {
    if !entry.has_descriptor() {
        return entry.compressed == 0;
    }
    let shown = input.peek(4);
    let is_next = shown.starts_with(LOCAL) || BEHIND.iter().any(|behind| shown.starts_with(behind));
    is_next || skip_nothing(input)
}

/// Gives a member; whether the next header follows at once.
fn member(
    input: &mut Input<'_>,
    entry: &Entry,
    members: &mut Members<'_, '_>,
) -> ControlFlow<Reason, bool> {
    for text in &entry.texts {
        members.text(text)?;
    }
    // With a descriptor the sizes here may be right all the same, but nothing says so.
    let unknown = entry.has_descriptor();
    let left = (!unknown).then_some(entry.compressed);
    if entry.is_folder() && has_no_data(input, entry) {
        members.name(&entry.name)?;
        return ControlFlow::Continue(true);
    }
    if let Some(reason) = entry.refused() {
        members.unread(&entry.name, reason)?;
        return ControlFlow::Continue(left.is_some_and(|left| input.skip(left)));
    }
    let Some(method) = Method::of(entry.method, members.window_log()) else {
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
    let meter = Arc::clone(&opener.meter);
    let mut data = Member::new(input, left, method, expect, opener.limits, meter);
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
