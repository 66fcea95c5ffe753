//! Who runs the command, for the note in `runs`.
//!
//! The name comes from the system and not from a variable, which anyone may set: the owner of a
//! file that this process has made, and on Linux the login that the kernel keeps for audit through
//! `su` and `sudo`.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::row::Text;

/// The user whose process made `own`, a file or folder of this run: `jane (1000)`, or
/// `jane (1000) as root (0)` where the login is another's.
pub(super) fn actor(own: &Path) -> Option<Text> {
    let user = fs::metadata(own).ok()?.uid();
    let accounts = accounts();
    let named = |uid: u32| name_of(&accounts, uid);
    Some(Text::configured(&match login() {
        Some(login) if login != user => format!("{} as {}", named(login), named(user)),
        _ => named(user),
    }))
}

/// The login that the kernel has noted for this session, if any.
fn login() -> Option<u32> {
    let text = fs::read_to_string("/proc/self/loginuid").ok()?;
    text.trim().parse().ok().filter(|uid| *uid != u32::MAX)
}

/// The system's list of accounts, at most a MiB of it.
fn accounts() -> String {
    let mut text = Vec::new();
    if let Ok(file) = fs::File::open("/etc/passwd") {
        let _ = file.take(1 << 20).read_to_end(&mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn name_of(accounts: &str, uid: u32) -> String {
    let name = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let of: u32 = fields.nth(1)?.parse().ok()?;
        let plain =
            |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '$' | '\\');
        (of == uid && !name.is_empty() && name.chars().all(plain)).then_some(name)
    });
    match name {
        Some(name) => format!("{name} ({uid})"),
        None => format!("user {uid}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_named_by_their_numbers() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\nbad\u{1b}[2J:x:7:7::/:\njane.roe:x:1000:1000::/home/j:/bin/sh\nbroken\n";
        assert_eq!(name_of(accounts, 0), "root (0)");
        assert_eq!(name_of(accounts, 1000), "jane.roe (1000)");
        assert_eq!(name_of(accounts, 7), "user 7");
        assert_eq!(name_of(accounts, 12), "user 12");
        assert_eq!(name_of("", 0), "user 0");
    }
}
