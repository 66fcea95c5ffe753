//! Rows on their way from the workers to a commit, sorted, in bounded memory.
//!
//! Each worker pushes into a [`Sorter`] of its own. A sorter keeps rows as
//! bytes; when its share of the budget is full it sorts them and writes them as
//! a *run* to a file of mode 0600 in the workplace below OUT ([`Workplace`]).
//! [`Spool::merge`] then merges all runs, in files and in memory. So the order
//! of rows says nothing of threads, and how many rows there are costs disk, not
//! memory: at most [`FAN_IN`] files are open, with small windows.
//!
//! An entry is a sort key and a row. The key is made so that comparing bytes
//! compares the columns of [`Spooled::key`]; among equal keys the row's bytes
//! decide, so that the result is the same for every order of pushes. Rows that
//! say the same ([`Spooled::fold`]) are folded into the first as they leave.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::marker::PhantomData;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering as Atomic};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::row::{Attestation, Coverage, Finding};

/// How many runs are merged at once.
pub const FAN_IN: usize = 48;

/// Files of spooled rows are compressed with this window, in powers of two:
/// what a reader of a run needs in memory.
const WINDOW_LOG: u32 = 16;
const BUFFER_BYTES: usize = 16 << 10;

/// A row that can be spooled.
pub trait Spooled: Serialize + DeserializeOwned {
    /// Writes the columns that rows are sorted by.
    fn key(&self, key: &mut SortKey);

    /// Takes `next`, which is behind `self` in order, into `self` if both say
    /// the same; gives it back otherwise.
    fn fold(&mut self, next: Self) -> Option<Self>;
}

impl Spooled for Finding {
    fn key(&self, key: &mut SortKey) {
        key.long(self.event_time.day());
        key.text(self.account_id.as_str());
        key.text(self.region.as_str());
        key.long(self.event_time.0);
        key.text(self.finding_id.as_str());
        key.text(self.unit_token.as_ref().map_or("", |token| token.as_str()));
        // A value without a span is behind those with one, as in the views.
        key.long(self.byte_start.unwrap_or(i64::MAX));
    }

    fn fold(&mut self, next: Self) -> Option<Self> {
        let same = self.finding_id == next.finding_id
            && self.unit_token == next.unit_token
            && self.event_time == next.event_time
            && self.account_id == next.account_id
            && self.region == next.region;
        if !same {
            return Some(next);
        }
        self.occurrences = self.occurrences.saturating_add(next.occurrences);
        None
    }
}

impl Spooled for Coverage {
    fn key(&self, key: &mut SortKey) {
        key.text(self.account_id.as_str());
        key.text(self.region.as_str());
        key.text(self.source.as_str());
        key.text(self.unit_token.as_ref().map_or("", |token| token.as_str()));
    }

    fn fold(&mut self, next: Self) -> Option<Self> {
        Some(next)
    }
}

impl Spooled for Attestation {
    fn key(&self, key: &mut SortKey) {
        key.text(self.account_id.as_str());
        key.text(self.region.as_str());
        key.text(self.trail.as_str());
        key.long(self.period_end.map_or(i64::MAX, |end| end.0));
        key.text(self.object.as_str());
    }

    fn fold(&mut self, next: Self) -> Option<Self> {
        Some(next)
    }
}

/// Columns as bytes that sort as the columns do.
#[derive(Default)]
pub struct SortKey(Vec<u8>);

impl SortKey {
    /// Appends a number; smaller numbers are before larger ones.
    pub fn long(&mut self, value: i64) {
        self.0.extend(((value as u64) ^ (1 << 63)).to_be_bytes());
    }

    /// Appends text; the order is that of its bytes, a prefix first.
    pub fn text(&mut self, value: &str) {
        for byte in value.bytes() {
            self.0.push(byte);
            if byte == 0 {
                self.0.push(0xff);
            }
        }
        self.0.extend([0, 1]);
    }
}

/// What can go wrong between a push and the end of a merge.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// A temporary file cannot be written or read.
    #[error("temporary files below the output folder: {0}")]
    Io(#[from] io::Error),
    /// A row does not survive being written and read.
    #[error("a row in a temporary file cannot be read back: {0}")]
    Row(#[from] postcard::Error),
}

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

    /// A new file in the workplace, mode 0600, and its path.
    pub fn file(&self) -> io::Result<(File, PathBuf)> {
        let path = self
            .folder
            .join(format!("{:08}", self.next.fetch_add(1, Atomic::Relaxed)));
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

/// Collects the rows of one table for one commit.
pub struct Spool<'w, R> {
    workplace: &'w Workplace,
    sorter_bytes: usize,
    runs: Mutex<Vec<Run>>,
    rows: PhantomData<fn(R)>,
}

enum Run {
    Memory(Entries),
    File(PathBuf),
}

impl<'w, R: Spooled> Spool<'w, R> {
    /// A spool whose `sorters` sorters together keep at most `memory_bytes` of rows.
    pub fn new(workplace: &'w Workplace, memory_bytes: usize, sorters: usize) -> Self {
        Self {
            workplace,
            sorter_bytes: memory_bytes / sorters.max(1),
            runs: Mutex::default(),
            rows: PhantomData,
        }
    }

    /// A sorter for one worker.
    pub fn sorter(&self) -> Sorter<'_, 'w, R> {
        Sorter {
            spool: self,
            entries: Entries::default(),
            key: SortKey::default(),
        }
    }

    /// All rows of all finished sorters in order, folded.
    pub fn merge(self) -> Result<Merge<R>, SpoolError> {
        let mut runs = self
            .runs
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // Merged files are as good as first ones, so files are merged oldest
        // first until one merge can take all: each row is rewritten
        // log(files) / log(FAN_IN) times.
        let mut files: std::collections::VecDeque<PathBuf> = Default::default();
        let mut memory = Vec::new();
        for run in runs.drain(..) {
            match run {
                Run::File(path) => files.push_back(path),
                Run::Memory(entries) => memory.push(entries),
            }
        }
        while files.len() > FAN_IN {
            let some: Vec<PathBuf> = files.drain(..FAN_IN).collect();
            let mut cursors = some
                .into_iter()
                .map(Cursor::file)
                .collect::<Result<Vec<_>, _>>()?;
            let mut heap = Heap::new(&mut cursors)?;
            let mut writer = RunWriter::create(self.workplace)?;
            while let Some(entry) = heap.next()? {
                writer.write(&entry.key, &entry.row)?;
                heap.give_back(entry)?;
            }
            files.push_back(writer.finish()?);
        }
        let mut cursors = files
            .into_iter()
            .map(Cursor::file)
            .collect::<Result<Vec<_>, _>>()?;
        cursors.extend(memory.into_iter().map(Cursor::memory));
        Ok(Merge {
            heap: Heap::new(&mut cursors)?,
            waiting: None,
            rows: PhantomData,
        })
    }

    fn add(&self, run: Run) {
        self.runs
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .push(run);
    }
}

/// Takes the rows of one worker.
pub struct Sorter<'s, 'w, R> {
    spool: &'s Spool<'w, R>,
    entries: Entries,
    key: SortKey,
}

impl<R: Spooled> Sorter<'_, '_, R> {
    /// Takes a row.
    pub fn push(&mut self, row: &R) -> Result<(), SpoolError> {
        self.key.0.clear();
        row.key(&mut self.key);
        let row = postcard::to_allocvec(row)?;
        let size = self.key.0.len() + row.len() + size_of::<Entry>();
        if !self.entries.index.is_empty() && self.entries.size() + size > self.spool.sorter_bytes {
            self.spill()?;
        }
        self.entries
            .push(&self.key.0, &row, self.spool.sorter_bytes);
        Ok(())
    }

    /// Gives the rows that are still in memory to the spool.
    pub fn finish(mut self) {
        if !self.entries.index.is_empty() {
            self.entries.sort();
            self.spool.add(Run::Memory(self.entries));
        }
    }

    fn spill(&mut self) -> Result<(), SpoolError> {
        self.entries.sort();
        let mut writer = RunWriter::create(self.spool.workplace)?;
        for entry in &self.entries.index {
            writer.write(self.entries.key(entry), self.entries.row(entry))?;
        }
        self.spool.add(Run::File(writer.finish()?));
        self.entries.clear();
        Ok(())
    }
}

/// Keys and rows in one piece of memory, and where each is.
#[derive(Default)]
struct Entries {
    bytes: Vec<u8>,
    index: Vec<Entry>,
}

struct Entry {
    start: usize,
    key_bytes: u32,
    row_bytes: u32,
}

impl Entries {
    fn size(&self) -> usize {
        self.bytes.len() + self.index.len() * size_of::<Entry>()
    }

    /// Appends an entry. Growth never takes more than `limit` ahead of need.
    fn push(&mut self, key: &[u8], row: &[u8], limit: usize) {
        let needed = self.bytes.len() + key.len() + row.len();
        if needed > self.bytes.capacity() {
            let wanted = (self.bytes.capacity() * 2).min(limit).max(needed);
            self.bytes.reserve_exact(wanted - self.bytes.len());
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(row);
        self.index.push(Entry {
            start,
            key_bytes: key.len() as u32,
            row_bytes: row.len() as u32,
        });
    }

    fn key(&self, entry: &Entry) -> &[u8] {
        &self.bytes[entry.start..entry.start + entry.key_bytes as usize]
    }

    fn row(&self, entry: &Entry) -> &[u8] {
        let start = entry.start + entry.key_bytes as usize;
        &self.bytes[start..start + entry.row_bytes as usize]
    }

    fn sort(&mut self) {
        let mut index = std::mem::take(&mut self.index);
        index.sort_unstable_by(|a, b| (self.key(a), self.row(a)).cmp(&(self.key(b), self.row(b))));
        self.index = index;
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.index.clear();
    }
}

/// Writes a run to a file: for each entry two lengths (4 bytes, little-endian),
/// key and row; all of it one zstd frame.
struct RunWriter {
    encoder: zstd::Encoder<'static, BufWriter<File>>,
    path: PathBuf,
}

impl RunWriter {
    fn create(workplace: &Workplace) -> io::Result<Self> {
        let (file, path) = workplace.file()?;
        let mut encoder = zstd::Encoder::new(BufWriter::with_capacity(BUFFER_BYTES, file), 1)?;
        encoder.window_log(WINDOW_LOG)?;
        Ok(Self { encoder, path })
    }

    fn write(&mut self, key: &[u8], row: &[u8]) -> io::Result<()> {
        self.encoder.write_all(&(key.len() as u32).to_le_bytes())?;
        self.encoder.write_all(&(row.len() as u32).to_le_bytes())?;
        self.encoder.write_all(key)?;
        self.encoder.write_all(row)
    }

    fn finish(self) -> io::Result<PathBuf> {
        self.encoder.finish()?.flush()?;
        Ok(self.path)
    }
}

/// A place in a run.
enum Cursor {
    File {
        reader: Box<zstd::Decoder<'static, BufReader<File>>>,
        path: PathBuf,
    },
    Memory {
        entries: Entries,
        next: usize,
    },
}

impl Cursor {
    fn file(path: PathBuf) -> io::Result<Self> {
        let file = BufReader::with_capacity(BUFFER_BYTES, File::open(&path)?);
        Ok(Self::File {
            reader: Box::new(zstd::Decoder::with_buffer(file)?),
            path,
        })
    }

    fn memory(entries: Entries) -> Self {
        Self::Memory { entries, next: 0 }
    }

    /// Reads the next entry into `head`; `false` at the end of the run.
    fn advance(&mut self, head: &mut Head) -> io::Result<bool> {
        head.key.clear();
        head.row.clear();
        match self {
            Self::File { reader, path } => {
                let mut lengths = [0; 8];
                if reader.read(&mut lengths[..1])? == 0 {
                    fs::remove_file(path)?;
                    return Ok(false);
                }
                reader.read_exact(&mut lengths[1..])?;
                let [a, b, c, d, e, f, g, h] = lengths;
                head.key
                    .resize(u32::from_le_bytes([a, b, c, d]) as usize, 0);
                head.row
                    .resize(u32::from_le_bytes([e, f, g, h]) as usize, 0);
                reader.read_exact(&mut head.key)?;
                reader.read_exact(&mut head.row)?;
            }
            Self::Memory { entries, next } => {
                let Some(entry) = entries.index.get(*next) else {
                    return Ok(false);
                };
                head.key.extend_from_slice(entries.key(entry));
                head.row.extend_from_slice(entries.row(entry));
                *next += 1;
            }
        }
        Ok(true)
    }
}

/// The first entry of a run that has not been given out.
#[derive(PartialEq, Eq)]
struct Head {
    key: Vec<u8>,
    row: Vec<u8>,
    run: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        // Reversed: the heap gives the greatest first.
        (&other.key, &other.row, other.run).cmp(&(&self.key, &self.row, self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Heap {
    heads: BinaryHeap<Head>,
    cursors: Vec<Cursor>,
}

impl Heap {
    fn new(cursors: &mut Vec<Cursor>) -> io::Result<Self> {
        let mut heap = Self {
            heads: BinaryHeap::new(),
            cursors: std::mem::take(cursors),
        };
        for run in 0..heap.cursors.len() {
            heap.give_back(Head {
                key: Vec::new(),
                row: Vec::new(),
                run,
            })?;
        }
        Ok(heap)
    }

    fn next(&mut self) -> io::Result<Option<Head>> {
        Ok(self.heads.pop())
    }

    /// Fills a head that was given out with its run's next entry.
    fn give_back(&mut self, mut head: Head) -> io::Result<()> {
        if self.cursors[head.run].advance(&mut head)? {
            self.heads.push(head);
        }
        Ok(())
    }
}

/// Rows in order, folded; an iterator.
pub struct Merge<R> {
    heap: Heap,
    waiting: Option<R>,
    rows: PhantomData<R>,
}

impl<R: Spooled> Merge<R> {
    fn read(&mut self) -> Result<Option<R>, SpoolError> {
        let Some(head) = self.heap.next()? else {
            return Ok(None);
        };
        let row = postcard::from_bytes(&head.row)?;
        self.heap.give_back(head)?;
        Ok(Some(row))
    }

    fn next_folded(&mut self) -> Result<Option<R>, SpoolError> {
        let first = match self.waiting.take() {
            Some(row) => Some(row),
            None => self.read()?,
        };
        let Some(mut first) = first else {
            return Ok(None);
        };
        while let Some(next) = self.read()? {
            if let Some(other) = first.fold(next) {
                self.waiting = Some(other);
                break;
            }
        }
        Ok(Some(first))
    }
}

impl<R: Spooled> Iterator for Merge<R> {
    type Item = Result<R, SpoolError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_folded().transpose()
    }
}

#[cfg(test)]
mod tests;
