//! What is known of a unit before its bytes are read: the command line, its path, its neighbours.

use detectors::place::Place;
use std::sync::Arc;

/// Column names of an S3 Inventory list and the bucket that it lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InventoryColumns {
    /// `sourceBucket` of the manifest.
    pub bucket: String,
    /// `fileSchema`, split at commas.
    pub columns: Vec<String>,
}

/// Hints for recognition and places.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// `--as`.
    pub format: Option<String>,
    /// `--place`: of what no record places.
    pub place: Option<Place>,
    /// The unit's identity, a path below the source's root: AWS writes account and Region into it.
    /// Never the path as typed, or a scan from another working folder would see something else.
    pub path: String,
    /// The manifest that lists this file, if there is one beside or above it.
    pub inventory: Option<Arc<InventoryColumns>>,
}

impl Hints {
    /// The places of a hit, where `--place` stands for the contents of a file that nothing says
    /// more about.
    pub fn placed(&self, mut places: Vec<Place>) -> Vec<Place> {
        if let Some(told) = &self.place {
            for place in &mut places {
                if *place == Place::FILE_CONTENT {
                    place.clone_from(told);
                }
            }
        }
        places
    }

    /// A log group whose name a path tells: exports and dumps are often filed under it. Only the
    /// names that AWS fixes are unmistakable.
    pub fn log_group(&self) -> Option<String> {
        let starts = std::iter::once(0)
            .chain(self.path.match_indices(['/', '!']).map(|(at, _)| at))
            .flat_map(|at| [at, at + 1]);
        starts
            .filter_map(|at| self.path.get(at..))
            .find(|rest| detectors::place::log_group_place(rest).is_some())
            .map(str::to_owned)
    }

    /// Account and Region from an `AWSLogs/{account}/{kind}/{region}/…` path.
    pub fn owner(&self) -> (Option<String>, Option<String>) {
        let mut steps = self
            .path
            .split(['/', '!'])
            .skip_while(|step| *step != "AWSLogs")
            .skip(1);
        let account = steps.by_ref().find(|step| !step.starts_with("o-"));
        let account = account.filter(|step| is_account(step)).map(str::to_owned);
        let region = steps
            .nth(1)
            .filter(|step| is_region(step))
            .map(str::to_owned);
        (account, region)
    }
}

/// Twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `us-east-1`, `us-gov-west-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    let number = parts
        .next()
        .is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let words: Vec<&str> = parts.collect();
    number
        && words.len() >= 2
        && words
            .iter()
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}
