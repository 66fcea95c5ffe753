//! Manifests of S3 Inventory: which columns the lists beside them have.
//!
//! A list has no header; its manifest says the columns and the bucket. It lies beside the list, in
//! a folder above, or, as S3 lays it out, in a dated folder beside `data/`. Each manifest and each
//! folder is read once, however many lists there are.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::identity;
use crate::format::{InventoryColumns, read_manifest};

/// Largest manifest that is read.
const MANIFEST_BYTES: u64 = 64 << 20;
const NAME: &str = "manifest.json";

/// The manifests met so far.
#[derive(Default)]
pub(super) struct Manifests {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    manifests: HashMap<PathBuf, Option<Arc<Manifest>>>,
    /// Manifests in the folders below a folder.
    dated: HashMap<PathBuf, Arc<[PathBuf]>>,
}

struct Manifest {
    columns: Arc<InventoryColumns>,
    lists: HashSet<String>,
}

impl Manifests {
    /// The columns of the list at `path`, if a manifest names it.
    pub(super) fn columns_for(&self, path: &Path) -> Option<Arc<InventoryColumns>> {
        let name = path.file_name()?.to_str()?;
        if !identity::without_compression(name)
            .to_ascii_lowercase()
            .ends_with(".csv")
        {
            return None;
        }
        let folder = path.parent()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut candidates: Vec<PathBuf> = folder
            .ancestors()
            .take(3)
            .map(|folder| folder.join(NAME))
            .collect();
        if let Some(above) = folder.parent().filter(|_| folder.ends_with("data")) {
            candidates.extend(known.dated(above).iter().cloned());
        }
        candidates.into_iter().find_map(|candidate| {
            let manifest = known.manifest(candidate)?;
            manifest
                .lists
                .contains(name)
                .then(|| Arc::clone(&manifest.columns))
        })
    }
}

impl Known {
    fn dated(&mut self, folder: &Path) -> Arc<[PathBuf]> {
        if let Some(found) = self.dated.get(folder) {
            return Arc::clone(found);
        }
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let manifests = entries.map(|entry| entry.path().join(NAME));
        let mut found: Vec<PathBuf> = manifests.filter(|path| path.is_file()).collect();
        found.sort();
        let found: Arc<[PathBuf]> = found.into();
        self.dated.insert(folder.to_owned(), Arc::clone(&found));
        found
    }

    fn manifest(&mut self, path: PathBuf) -> Option<Arc<Manifest>> {
        let read = || {
            let metadata = fs::metadata(&path).ok()?;
            if !metadata.is_file() || metadata.len() > MANIFEST_BYTES {
                return None;
            }
            let (columns, lists) = read_manifest(&fs::read(&path).ok()?)?;
            Some(Arc::new(Manifest {
                columns: Arc::new(columns),
                lists,
            }))
        };
        if !self.manifests.contains_key(&path) {
            let manifest = read();
            self.manifests.insert(path.clone(), manifest);
        }
        self.manifests.get(&path).cloned().flatten()
    }
}
