//! The output folder, and how a run's files come to count.
//!
//! ```text
//! OUT/.phiscan-output                                     says that this is one
//! OUT/.phiscan-work-RUN/                                  temporary files of a run that is under way
//! OUT/findings/event_day=20261124/RUN-000000.parquet      and coverage/, attestations/
//! OUT/runs/event_day=20261124/RUN-000003.parquet          a commit
//! ```
//!
//! A [`Commit`] writes its files in the run's workplace, where no reader looks,
//! and makes them durable. [`Commit::finish`] moves them to their names and then
//! writes one row to `runs`, last: that row lists the files, and a file that no
//! such row lists does not count. So a run that is killed or finds the disk full
//! leaves nothing that counts. Files are rows in order, at most
//! [`FILE_ROWS`] each; one file is open at a time, whatever the number of days.

mod actor;
mod marker;
mod run_id;

use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use sha2::{Digest, Sha256};

use crate::key::hex;
use crate::row::{Attestation, CommittedFile, Coverage, Finding, Millis, Row, RunRow, Text};
use crate::schema::{PARTITION, Table};
use crate::sink::parquet::RowWriter;
use crate::spool::SpoolError;
use crate::workplace::Workplace;

pub use marker::{MARKER, is_output};
pub use run_id::RunId;

/// A file with this many rows is closed at the next change of id.
pub const FILE_ROWS: u64 = 1_000_000;

/// Why output could not be written. All of these are a failed run (exit status 4).
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The folder cannot be made or used.
    #[error("the output folder cannot be used: {0}; name another with --out")]
    Folder(#[source] io::Error),
    /// A file cannot be written.
    #[error(
        "{path} below the output folder cannot be written: {source}; nothing of this commit counts"
    )]
    Write {
        /// Below OUT.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Rows cannot be made into Parquet.
    #[error(
        "{path} below the output folder cannot be written: {source}; nothing of this commit counts"
    )]
    Parquet {
        /// Below OUT.
        path: String,
        /// What the writer said.
        source: ParquetError,
    },
    /// Rows cannot be spooled.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

impl CommitError {
    /// Whether the disk is full.
    pub fn is_disk_full(&self) -> bool {
        let full = |error: &io::Error| error.kind() == io::ErrorKind::StorageFull;
        match self {
            Self::Folder(source)
            | Self::Write { source, .. }
            | Self::Spool(SpoolError::Io(source)) => full(source),
            Self::Parquet {
                source: ParquetError::External(source),
                ..
            } => source.downcast_ref::<io::Error>().is_some_and(full),
            Self::Parquet { .. } | Self::Spool(_) => false,
        }
    }
}

/// The output folder while a run writes to it.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
    run: RunId,
    workplace: Workplace,
    next_file: u32,
    next_commit: i32,
    file_rows: u64,
}

impl Output {
    /// Opens `folder` for a run: makes it (mode 0700) and its marker if they are
    /// not there, and removes what killed runs left.
    pub fn open(folder: &Path, run: RunId) -> Result<Self, CommitError> {
        make_folder(folder).map_err(CommitError::Folder)?;
        Workplace::sweep(folder).map_err(CommitError::Folder)?;
        marker::mark(folder, &run).map_err(CommitError::Folder)?;
        let workplace = Workplace::create(folder, run.as_str()).map_err(CommitError::Folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            run,
            workplace,
            next_file: 0,
            next_commit: 0,
            file_rows: FILE_ROWS,
        })
    }

    /// The run that writes.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The user who runs it, as the system says; none where it does not.
    pub fn actor(&self) -> Option<Text> {
        actor::actor(self.workplace.folder())
    }

    /// Where the run's spools put their files.
    pub fn workplace(&self) -> &Workplace {
        &self.workplace
    }

    /// Begins the run's next commit.
    pub fn commit(&mut self) -> Commit<'_> {
        let number = self.next_commit;
        self.next_commit += 1;
        Commit {
            output: self,
            number,
            at: Millis::now(),
            staged: Vec::new(),
            moved: Vec::new(),
        }
    }

    /// Path below OUT of the run's next file of `table`.
    fn name(&mut self, table: Table, day: &str) -> String {
        let number = self.next_file;
        self.next_file += 1;
        format!(
            "{}/{PARTITION}={day}/{}-{number:06}.parquet",
            table.name(),
            self.run.as_str()
        )
    }
}

struct Staged {
    temporary: PathBuf,
    file: CommittedFile,
}

/// Files that come to count together.
pub struct Commit<'o> {
    output: &'o mut Output,
    number: i32,
    at: Millis,
    staged: Vec<Staged>,
    moved: Vec<PathBuf>,
}

impl Commit<'_> {
    /// When the commit was begun: its UTC day is the partition of its coverage,
    /// attestations and runs rows.
    pub fn at(&self) -> Millis {
        self.at
    }

    /// Writes findings, which must come in the spool's order. `each` sees every
    /// row as it is written. Gives their number.
    pub fn findings(
        &mut self,
        rows: impl Iterator<Item = Result<Finding, SpoolError>>,
        each: &mut dyn FnMut(&Finding),
    ) -> Result<u64, CommitError> {
        let mut last_id = None;
        self.write(rows, each, |row| {
            // Rows of one id stay in one file, so that files are in the order of ids.
            let new_id = last_id.as_ref() != Some(&row.finding_id);
            if new_id {
                last_id = Some(row.finding_id.clone());
            }
            (row.event_time.day(), new_id)
        })
    }

    /// Writes coverage rows. Gives their number.
    pub fn coverage(
        &mut self,
        rows: impl Iterator<Item = Result<Coverage, SpoolError>>,
        each: &mut dyn FnMut(&Coverage),
    ) -> Result<u64, CommitError> {
        let day = self.at.day();
        self.write(rows, each, |_| (day, true))
    }

    /// Writes attestations. Gives their number.
    pub fn attestations(
        &mut self,
        rows: impl Iterator<Item = Result<Attestation, SpoolError>>,
        each: &mut dyn FnMut(&Attestation),
    ) -> Result<u64, CommitError> {
        let day = self.at.day();
        self.write(rows, each, |_| (day, true))
    }

    /// Writes rows to files, each of one day. `place` gives a row's day and
    /// whether a file may end before it.
    fn write<R: Row>(
        &mut self,
        rows: impl Iterator<Item = Result<R, SpoolError>>,
        each: &mut dyn FnMut(&R),
        mut place: impl FnMut(&R) -> (i64, bool),
    ) -> Result<u64, CommitError> {
        let mut open: Option<(i64, u64, OpenFile<R>)> = None;
        let mut total = 0;
        for row in rows {
            let row = row?;
            each(&row);
            let (day, may_end) = place(&row);
            let ended = open.as_ref().is_some_and(|(of, rows, _)| {
                *of != day || (*rows >= self.output.file_rows && may_end)
            });
            if ended && let Some((_, _, file)) = open.take() {
                self.staged.push(file.close()?);
            }
            let (_, rows, file) = match &mut open {
                Some(open) => open,
                none => none.insert((day, 0, self.open(day)?)),
            };
            file.write(row)?;
            *rows += 1;
            total += 1;
        }
        if let Some((_, _, file)) = open {
            self.staged.push(file.close()?);
        }
        Ok(total)
    }

    fn open<R: Row>(&mut self, day: i64) -> Result<OpenFile<R>, CommitError> {
        let name = self
            .output
            .name(R::TABLE, &Millis(day * 86_400_000).event_day());
        OpenFile::create(&self.output.workplace, name)
    }

    /// Makes everything written count. The row's `files`, `commit_number` and
    /// `committed_at` are filled in here. Gives the committed files and the path
    /// of the commit itself, below OUT.
    pub fn finish(mut self, mut run: RunRow) -> Result<(Vec<CommittedFile>, String), CommitError> {
        run.files = self
            .staged
            .iter()
            .map(|staged| staged.file.clone())
            .collect();
        run.commit_number = self.number;
        run.committed_at = self.at;
        run.run_id = self.output.run.text();
        let files = run.files.clone();
        for staged in std::mem::take(&mut self.staged) {
            self.publish(&staged)?;
        }
        self.sync_folders(files.iter().map(|file| file.path.as_str()))?;

        let mut file = self.open::<RunRow>(self.at.day())?;
        file.write(run)?;
        let commit = file.close()?;
        self.publish(&commit)?;
        // From here on the commit counts: nothing is taken back, and a folder that
        // cannot be synced is no failure.
        self.moved.clear();
        let _ = self.sync_folders(std::iter::once(commit.file.path.as_str()));
        Ok((files, commit.file.path))
    }

    /// Moves a file to its name.
    fn publish(&mut self, staged: &Staged) -> Result<(), CommitError> {
        let to = self.output.folder.join(&staged.file.path);
        let failed = |source| CommitError::Write {
            path: staged.file.path.clone(),
            source,
        };
        if let Some(folder) = to.parent() {
            make_folder(folder).map_err(failed)?;
        }
        self.moved.push(to.clone());
        fs::rename(&staged.temporary, &to).map_err(failed)
    }

    /// Makes the names of files durable: syncs each folder of `paths`, and theirs.
    fn sync_folders<'a>(&self, paths: impl Iterator<Item = &'a str>) -> Result<(), CommitError> {
        let mut folders = std::collections::BTreeSet::new();
        for path in paths {
            folders.extend(Path::new(path).ancestors().skip(1).map(Path::to_owned));
        }
        for folder in folders {
            File::open(self.output.folder.join(&folder))
                .and_then(|file| file.sync_all())
                .map_err(|source| CommitError::Write {
                    path: folder.display().to_string(),
                    source,
                })?;
        }
        Ok(())
    }
}

impl Drop for Commit<'_> {
    /// Takes back what a commit that failed has moved. It would not count, but
    /// it would take room.
    fn drop(&mut self) {
        for path in self
            .moved
            .iter()
            .chain(self.staged.iter().map(|staged| &staged.temporary))
        {
            let _ = fs::remove_file(path);
        }
    }
}

/// A file being written in the workplace.
struct OpenFile<R> {
    writer: RowWriter<R, Hashed>,
    temporary: PathBuf,
    path: String,
}

impl<R: Row> OpenFile<R> {
    fn create(workplace: &Workplace, path: String) -> Result<Self, CommitError> {
        let (file, temporary) = workplace.file().map_err(|source| CommitError::Write {
            path: path.clone(),
            source,
        })?;
        let hashed = Hashed {
            file: BufWriter::with_capacity(64 << 10, file),
            digest: Sha256::new(),
            bytes: 0,
        };
        match RowWriter::new(hashed, &path) {
            Ok(writer) => Ok(Self {
                writer,
                temporary,
                path,
            }),
            Err(source) => Err(CommitError::Parquet { path, source }),
        }
    }

    fn write(&mut self, row: R) -> Result<(), CommitError> {
        self.writer
            .write(row)
            .map_err(|source| CommitError::Parquet {
                path: self.path.clone(),
                source,
            })
    }

    /// Ends the file and makes it durable.
    fn close(self) -> Result<Staged, CommitError> {
        let Self {
            writer,
            temporary,
            path,
        } = self;
        let (hashed, rows) = match writer.finish() {
            Ok(finished) => finished,
            Err(source) => return Err(CommitError::Parquet { path, source }),
        };
        let Hashed {
            file,
            digest,
            bytes,
        } = hashed;
        let synced = file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all());
        if let Err(source) = synced {
            return Err(CommitError::Write { path, source });
        }
        let sha256 = hex(&digest.finalize());
        Ok(Staged {
            temporary,
            file: CommittedFile {
                path,
                bytes,
                row_count: rows as i64,
                sha256,
            },
        })
    }
}

/// A file whose SHA-256 is made while it is written.
struct Hashed {
    file: BufWriter<File>,
    digest: Sha256,
    bytes: i64,
}

impl Write for Hashed {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let written = self.file.write(data)?;
        self.digest.update(&data[..written]);
        self.bytes += written as i64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests;
