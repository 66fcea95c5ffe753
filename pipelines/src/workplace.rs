//! Where a run keeps its temporary files: a folder below OUT that a later run can
//! tell from that of a run that is still alive, and remove.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The folder for temporary files below OUT: `.phiscan-work-RUN`, mode 0700.
///
/// Its name says whose it is, and a lock on a file in it says whether that run
/// is still alive: [`Workplace::sweep`] removes those of runs that were killed.
#[derive(Debug)]
pub struct Workplace {
    folder: PathBuf,
    /// Locked while the run lives; the system lets go of it when it dies.
    _lock: File,
    next: AtomicU64,
}

const WORKPLACE: &str = ".phiscan-work-";
const UNLOCKED: &str = ".phiscan-new-";
const LOCK: &str = "lock";

impl Workplace {
    /// Makes the workplace of run `run_id` below `out`.
    pub fn create(out: &Path, run_id: &str) -> io::Result<Self> {
        // It gets its name once its lock is held, so that no other run takes it
        // for that of a dead one.
        let unlocked = out.join(format!("{UNLOCKED}{run_id}"));
        let folder = out.join(format!("{WORKPLACE}{run_id}"));
        DirBuilder::new().mode(0o700).create(&unlocked)?;
        let locked = create_file(&unlocked.join(LOCK)).and_then(|lock| {
            lock.lock()?;
            fs::rename(&unlocked, &folder)?;
            Ok(lock)
        });
        match locked {
            Ok(lock) => Ok(Self {
                folder,
                _lock: lock,
                next: AtomicU64::new(0),
            }),
            Err(error) => {
                let _ = fs::remove_dir_all(&unlocked);
                Err(error)
            }
        }
    }

    /// Removes the workplaces below `out` whose runs are dead. Gives their number.
    pub fn sweep(out: &Path) -> io::Result<usize> {
        let mut removed = 0;
        for entry in fs::read_dir(out)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            let dead = if !entry.file_type()?.is_dir() {
                false
            } else if name.starts_with(UNLOCKED) {
                is_old(&entry)
            } else if name.starts_with(WORKPLACE) {
                match File::open(entry.path().join(LOCK)) {
                    Ok(lock) => lock.try_lock().is_ok(),
                    Err(error) => error.kind() == io::ErrorKind::NotFound,
                }
            } else {
                false
            };
            if dead && fs::remove_dir_all(entry.path()).is_ok() {
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new file in the workplace, mode 0600, and its path.
    pub fn file(&self) -> io::Result<(File, PathBuf)> {
        let path = self
            .folder
            .join(format!("{:08}", self.next.fetch_add(1, Ordering::Relaxed)));
        Ok((create_file(&path)?, path))
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // What stays behind is removed by the next run.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether a workplace has been without its name for longer than making one takes.
fn is_old(entry: &fs::DirEntry) -> bool {
    let age = entry
        .metadata()
        .and_then(|m| m.modified())
        .ok()
        .and_then(|changed| changed.elapsed().ok());
    age.is_some_and(|age| age.as_secs() > 60)
}

fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn temporary_files_are_for_their_owner_only_and_go_with_the_run() {
        let out = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let alive = Workplace::create(out.path(), "alive").unwrap();
        let (_, path) = alive.file().unwrap();
        assert_eq!((mode(&alive.folder), mode(&path)), (0o700, 0o600));

        // A killed run leaves its folder; its lock is gone with it.
        let dead = out.path().join(".phiscan-work-dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("lock"), "").unwrap();
        fs::write(dead.join("00000000"), "rows").unwrap();
        assert_eq!(Workplace::sweep(out.path()).unwrap(), 1);
        assert!(!dead.exists() && alive.folder.exists());

        let folder = alive.folder.clone();
        drop(alive);
        assert!(!folder.exists());
    }
}
