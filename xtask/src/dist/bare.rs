//! A root that holds the stripped program, the loader and glibc, and starting the program inside it.
//!
//! What the program needs is read from the file itself, by `readelf`; where that lies on this machine,
//! from `ldd`. A library that is not glibc's is refused by name, and what nobody named would show when
//! the program starts.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::archive::Archive;
use super::{output, read, write};

/// The libraries that glibc consists of, but for the loader.
const GLIBC: [&str; 6] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libresolv.so.2",
];

/// Where the program lies below the root.
const PROGRAM: &str = "usr/bin/phiscan";

/// Where its licences and pages lie.
const DOCUMENTS: &str = "usr/share/doc/phiscan";

/// A folder that serves as the root of a file system.
pub(super) struct BareRoot {
    folder: PathBuf,
    libraries: Vec<String>,
    glibc: String,
}

impl BareRoot {
    /// Makes the folder anew: the stripped `binary`, and the libraries it needs.
    ///
    /// # Errors
    /// When the binary needs a library that is not glibc's.
    pub(super) fn make(folder: &Path, binary: &Path) -> Result<Self, String> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let program = folder.join(PROGRAM);
        let parent = program.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .map_err(|error| format!("{}: {error}", parent.display()))?;
        output(
            Command::new("strip")
                .arg("--strip-all")
                .arg("-o")
                .args([&program, binary]),
        )?;

        let loader = loader(&program)?;
        let libraries = needed(&program)?;
        let loader_name = Path::new(&loader).file_name().unwrap_or_default();
        let others: Vec<&String> = libraries
            .iter()
            .filter(|name| !GLIBC.contains(&name.as_str()) && loader_name != name.as_str())
            .collect();
        if !others.is_empty() {
            return Err(format!(
                "{} needs more than glibc: {others:?}; see pipelines/build.rs",
                binary.display()
            ));
        }
        let paths = output(Command::new("ldd").arg(&program))?;
        copy(folder, Path::new(&loader))?;
        for name in libraries.iter().filter(|name| loader_name != name.as_str()) {
            let found = paths.lines().find_map(|line| {
                let (library, path) = line.trim().split_once(" => ")?;
                (library == name).then(|| path.split(" (").next().unwrap_or(path))
            });
            let found = found.ok_or_else(|| format!("ldd does not say where {name} is"))?;
            copy(folder, Path::new(found))?;
        }
        let bare = Self {
            glibc: newest_glibc(&program)?,
            folder: folder.to_owned(),
            libraries,
        };
        Ok(bare)
    }

    /// The libraries that the program needs.
    pub(super) fn libraries(&self) -> &[String] {
        &self.libraries
    }

    /// The oldest glibc that the program runs with, as `2.34`.
    pub(super) fn glibc(&self) -> &str {
        &self.glibc
    }

    /// The stripped program.
    pub(super) fn program(&self) -> Result<Vec<u8>, String> {
        read(&self.folder.join(PROGRAM))
    }

    /// Puts the licences and pages of an archive beside the program.
    pub(super) fn add_documents(&self, archive: &Archive) -> Result<(), String> {
        let documents = self.folder.join(DOCUMENTS);
        let licences = |name: &str| name == "LICENSE" || name.starts_with("licences/");
        for (name, bytes) in archive.documents().filter(|(name, _)| licences(name)) {
            write(&documents.join(name), bytes)?;
        }
        Ok(())
    }

    /// What the program prints when it is started inside the root.
    ///
    /// # Errors
    /// When it does not end with status 0, or where this user may not change the root.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let as_root = self.start(&["chroot"], arguments)?;
        if as_root.status.success() {
            return Ok(as_root.stdout);
        }
        let as_user = self.start(
            &["unshare", "--user", "--map-root-user", "chroot"],
            arguments,
        )?;
        if as_user.status.success() {
            return Ok(as_user.stdout);
        }
        Err(format!(
            "phiscan {} does not end well in {}, or this user may not change the root, which needs root or \
             unprivileged user namespaces:\n{}{}",
            arguments.join(" "),
            self.folder.display(),
            String::from_utf8_lossy(&as_root.stderr),
            String::from_utf8_lossy(&as_user.stderr)
        ))
    }

    fn start(&self, starter: &[&str], arguments: &[&str]) -> Result<Output, String> {
        let mut command = Command::new(starter[0]);
        command
            .args(&starter[1..])
            .arg(&self.folder)
            .arg(format!("/{PROGRAM}"))
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
            .output()
            .map_err(|error| format!("cannot start {}: {error}", starter[0]))
    }
}

/// Copies a file of this machine to the same path below the root.
fn copy(root: &Path, path: &Path) -> Result<(), String> {
    let below = root.join(path.strip_prefix("/").unwrap_or(path));
    if let Some(folder) = below.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::copy(path, &below)
        .map(|_| ())
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn readelf(what: &str, program: &Path) -> Result<String, String> {
    output(Command::new("readelf").args([what, "--wide"]).arg(program))
}

/// The libraries that the dynamic section names.
fn needed(program: &Path) -> Result<Vec<String>, String> {
    let text = readelf("--dynamic", program)?;
    let named = text.lines().filter(|line| line.contains("(NEEDED)"));
    let mut libraries: Vec<String> = named.filter_map(bracketed).map(str::to_owned).collect();
    libraries.sort();
    Ok(libraries)
}

/// The loader that the program asks for.
fn loader(program: &Path) -> Result<String, String> {
    let text = readelf("--program-headers", program)?;
    let line = text
        .lines()
        .find(|line| line.contains("program interpreter"));
    line.and_then(bracketed)
        .and_then(|inside| inside.rsplit(": ").next())
        .map(str::to_owned)
        .ok_or_else(|| format!("{} names no loader", program.display()))
}

fn bracketed(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once('[')?;
    Some(rest.split_once(']')?.0)
}

/// The highest version of glibc's symbols that the program uses.
fn newest_glibc(program: &Path) -> Result<String, String> {
    let text = readelf("--version-info", program)?;
    let version = |word: &str| -> Option<Vec<u32>> {
        let numbers = word.strip_prefix("GLIBC_")?.split('.');
        numbers.map(|number| number.parse().ok()).collect()
    };
    let newest = text.split_whitespace().filter_map(version).max();
    let newest = newest.ok_or_else(|| format!("{} uses no glibc", program.display()))?;
    let newest: Vec<String> = newest.iter().map(u32::to_string).collect();
    Ok(newest.join("."))
}
