//! Zip files (APPNOTE.TXT): by their directory where bytes can be read in any order, else by the
//! headers in front of their members.
//!
//! ```text
//! header data [descriptor]  header data …   entry entry …   [64-bit end, locator]   end comment
//! └──────── a member ────┘                  └ directory ┘
//! ```
//!
//! Whatever writers and readers disagree on may hide something: a directory that names not all
//! members, bytes between members or behind the data of one, a second archive behind the first. So
//! every byte is a member's, or of this structure, or zero; else the archive is `corrupt`, and members
//! that are found there are read.

mod by_directory;
mod by_headers;
mod directory;
mod gaps;
mod member;
mod records;

pub(super) use by_directory::read as by_directory;
pub(super) use by_headers::read as by_headers;
