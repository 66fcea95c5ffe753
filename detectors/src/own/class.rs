//! Classes that a user's own detectors bring.
//!
//! A facility has identifiers that no closed list knows: specimen numbers, study numbers, badges.
//! Their class is named `ORG_…`, so that a slip in the name of a listed class is still a fault, and
//! so that no later version of the list can take the name and change its tokens.

use std::collections::BTreeSet;
use std::sync::Mutex;

/// What all names begin with.
pub const PREFIX: &str = "ORG_";

/// Longest name.
const LONGEST: usize = 32;

/// Most names of a process: they stay in memory.
const MOST: usize = 1024;

/// The name of a class that is in no closed list: `ORG_` and upper-case letters and underscores.
/// No digits, so it cannot hold a number out of anyone's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnClass(&'static str);

/// Every name of the process, once.
static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

impl OwnClass {
    /// The class of that name; nothing if it is none, or if there are more than a process takes.
    pub fn named(name: &str) -> Option<Self> {
        let rest = name.strip_prefix(PREFIX)?;
        let fits = name.len() <= LONGEST
            && rest.starts_with(|first: char| first.is_ascii_uppercase())
            && rest.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
        if !fits {
            return None;
        }
        let mut names = NAMES.lock().ok()?;
        if let Some(known) = names.get(name) {
            return Some(Self(known));
        }
        if names.len() >= MOST {
            return None;
        }
        let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
        names.insert(kept);
        Some(Self(kept))
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}
