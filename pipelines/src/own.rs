//! The files that a user brings: own detectors, own policy, allow list.
//!
//! They are read and understood before a run begins, so that a fault ends it with status 2 and
//! nothing written. Faults name file, line and key; file and key go through the masker.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use detectors::allow::AllowList;
use detectors::own::{Day, MOST_FILE_BYTES};
use detectors::place::{Catalogue, Policy};
use detectors::{Class, DetectorSet, Masker, Scratch, Secret, Token};

use crate::error::Error;
use crate::row::Millis;

/// Which files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paths<'p> {
    /// Detector files, and folders of them.
    pub detectors: &'p [PathBuf],
    /// The policy.
    pub policy: Option<&'p Path>,
    /// The allow list.
    pub allow: Option<&'p Path>,
}

/// What a run judges by: the built-in detectors and catalogue, with what the user adds.
pub struct Rules {
    /// Built-in detectors and the user's.
    pub detectors: DetectorSet,
    /// What the whitepaper says.
    pub catalogue: Catalogue,
    /// What the user's organisation says.
    pub policy: Option<Policy>,
    /// What it allows.
    pub allow: Option<AllowList>,
}

impl Rules {
    /// Reads and understands the files.
    ///
    /// # Errors
    /// [`Error::Usage`] for a file that cannot be read or understood, with file, line and key.
    pub fn load(paths: Paths<'_>) -> Result<Self, Error> {
        let plain = DetectorSet::built_in().map_err(|error| Error::failed(error.to_string()))?;
        let catalogue = Catalogue::built_in().map_err(|error| Error::failed(error.to_string()))?;
        let mut mask = Masking::of(&plain);
        let own = detector_files(paths.detectors, &mut mask)?;
        let today = today();
        let policy = match paths.policy {
            Some(path) => {
                let (file, text) = read(path, &mut mask)?;
                let parsed = Policy::parse(&file, &text, &catalogue, today);
                Some(parsed.map_err(|error| mask.fault(error))?)
            }
            None => None,
        };
        let allow = match paths.allow {
            Some(path) => {
                let (file, text) = read(path, &mut mask)?;
                let parsed = AllowList::parse(&file, &text, &catalogue, today);
                Some(parsed.map_err(|error| mask.fault(error))?)
            }
            None => None,
        };
        let detectors = if own.is_empty() {
            None
        } else {
            let set = DetectorSet::with_own(&own).map_err(|error| mask.fault(error))?;
            check_words(&set, &mut mask)?;
            Some(set)
        };
        let brought = detectors.as_ref().map(DetectorSet::own_classes);
        let unknown = |class: Option<Class>| {
            let own = class.filter(|class| matches!(class, Class::Own(_)));
            own.is_some_and(|class| !brought.as_ref().is_some_and(|all| all.contains(&class)))
        };
        let of_policy = policy.iter().flat_map(|policy| policy.entries());
        let of_policy = of_policy.map(|entry| (paths.policy, entry.class, entry.line));
        let of_allow = allow.iter().flat_map(|allow| allow.entries());
        let of_allow = of_allow.map(|entry| (paths.allow, entry.class(), entry.line));
        for (path, class, line) in of_policy.chain(of_allow) {
            if unknown(class) {
                // It would never fit.
                let file = path.map_or_else(String::new, |path| path.display().to_string());
                return Err(Error::usage(format!(
                    "{}:{line}: `class`: no detector has this class; load one with --detectors",
                    mask.mask(&file)
                )));
            }
        }
        drop(mask);
        Ok(Self {
            detectors: detectors.unwrap_or(plain),
            catalogue,
            policy,
            allow,
        })
    }

    /// Masks what policy and allow list have that is printed, with all detectors. `token` gives a
    /// value's token, or nothing where there is no key.
    pub fn mask(&mut self, token: &(dyn Fn(Class, &Secret) -> Option<Token> + Sync)) {
        let Self {
            detectors,
            policy,
            allow,
            ..
        } = self;
        let masker = Masker::new(detectors, token);
        let mut scratch = detectors.scratch();
        let mut mask = |text: &str| masker.mask(&mut scratch, text).to_string();
        if let Some(policy) = policy {
            policy.mask(&mut mask);
        }
        if let Some(allow) = allow {
            allow.mask(&mut mask);
        }
    }

    /// The whole set of detectors with the user's, for commands that judge nothing.
    ///
    /// # Errors
    /// As [`Rules::load`].
    pub fn detectors(paths: &[PathBuf]) -> Result<DetectorSet, Error> {
        let paths = Paths {
            detectors: paths,
            ..Paths::default()
        };
        Ok(Self::load(paths)?.detectors)
    }

    /// What the user should know before the run: entries that have ended, entries that can do
    /// nothing, patterns that make it slow. Call it once the texts are masked.
    #[must_use]
    pub fn notes(&self, has_key: bool) -> Vec<String> {
        let mut notes = Vec::new();
        for ended in self.ended() {
            notes.push(format!("{ended} and is not applied"));
        }
        let by_token = self.allow.as_ref().map_or(0, AllowList::by_token);
        if by_token > 0 && !has_key {
            notes.push(format!(
                "{by_token} of the allow list by token: without a token key there are no tokens, so nothing fits (see --token-key)"
            ));
        }
        for (detector, pattern) in self.detectors.slow_patterns() {
            notes.push(format!(
                "detector {detector}: every record is searched for its pattern {pattern}, which says nothing selective; the scan is slower for it"
            ));
        }
        notes
    }

    /// The entries of policy and allow list whose last day has passed, in a line each.
    #[must_use]
    pub fn ended(&self) -> Vec<String> {
        let policy = self.policy.iter().flat_map(Policy::ended);
        let policy = policy.map(|entry| {
            let until = entry.until.map_or_else(String::new, |day| day.to_string());
            format!(
                "policy entry {} (line {}) ended on {until}",
                entry.policy_id, entry.line
            )
        });
        let allow = self.allow.iter().flat_map(AllowList::ended);
        let allow = allow.map(|entry| {
            format!(
                "allow list entry of {} (line {}) ended on {}",
                entry.owner, entry.line, entry.until
            )
        });
        policy.chain(allow).collect()
    }
}

/// Today, in UTC.
#[must_use]
pub fn today() -> Day {
    let day = Millis::now().event_day();
    let parsed = match (day.get(..4), day.get(4..6), day.get(6..)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}").parse(),
        _ => "9999-12-31".parse(),
    };
    // A clock that gives no day lets nothing pass that ends.
    parsed.unwrap_or(Day::LAST)
}

/// The masker of faults: built-in detectors, no tokens.
struct Masking<'s> {
    set: &'s DetectorSet,
    scratch: Scratch,
}

impl<'s> Masking<'s> {
    fn of(set: &'s DetectorSet) -> Self {
        Self {
            set,
            scratch: set.scratch(),
        }
    }

    fn mask(&mut self, text: &str) -> String {
        let masker = Masker::new(self.set, &|_, _| None);
        masker.mask(&mut self.scratch, text).to_string()
    }

    fn fault(&mut self, error: detectors::Error) -> Error {
        use detectors::Error as Fault;
        Error::usage(match error {
            Fault::Syntax {
                file,
                line,
                message,
            } => format!("{}:{line}: {message}", self.mask(&file)),
            Fault::Value {
                file,
                line,
                key,
                message,
            } => format!(
                "{}:{line}: `{}`: {message}",
                self.mask(&file),
                self.mask(&key)
            ),
            other => other.to_string(),
        })
    }
}

/// Ids and classes are written as they stand, and a note may name a pattern, so they may not look like
/// what must not be written.
fn check_words(set: &DetectorSet, mask: &mut Masking<'_>) -> Result<(), Error> {
    for detector in set.detectors().iter().filter(|detector| detector.is_own()) {
        let own = [("id", detector.id()), ("class", detector.class().as_str())];
        let patterns = detector.spec().patterns.iter();
        let patterns = patterns.map(|pattern| ("pattern.id", pattern.id.as_str()));
        for (key, word) in own.into_iter().chain(patterns) {
            let masked = mask.mask(word);
            if masked != word {
                return Err(Error::usage(format!(
                    "detector {}: its {key} looks like an identifier ({masked}); choose another",
                    mask.mask(detector.id())
                )));
            }
        }
    }
    Ok(())
}

/// Name and text of the detector files: of a folder, all that end in `.toml`, in the order of their
/// names.
fn detector_files(
    paths: &[PathBuf],
    mask: &mut Masking<'_>,
) -> Result<Vec<(String, String)>, Error> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(read(path, mask)?);
            continue;
        }
        let listed = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let listed = listed.map_err(|error| unreadable(path, &error.to_string(), mask))?;
        let mut within: Vec<PathBuf> = listed.iter().map(std::fs::DirEntry::path).collect();
        within.retain(|path| path.extension().is_some_and(|end| end == "toml"));
        within.sort();
        if within.is_empty() {
            return Err(unreadable(path, "the folder holds no .toml file", mask));
        }
        for path in within {
            files.push(read(&path, mask)?);
        }
    }
    Ok(files)
}

fn read(path: &Path, mask: &mut Masking<'_>) -> Result<(String, String), Error> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| {
        let most = MOST_FILE_BYTES as u64 + 1;
        file.take(most).read_to_end(&mut bytes)
    });
    if let Err(error) = read {
        return Err(unreadable(path, &error.to_string(), mask));
    }
    if bytes.len() > MOST_FILE_BYTES {
        let message = format!("larger than {} MiB", MOST_FILE_BYTES >> 20);
        return Err(unreadable(path, &message, mask));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((path.display().to_string(), text)),
        Err(_) => Err(unreadable(path, "it is no UTF-8", mask)),
    }
}

fn unreadable(path: &Path, why: &str, mask: &mut Masking<'_>) -> Error {
    let shown = mask.mask(&path.display().to_string());
    Error::usage(format!("{shown}: cannot read the file: {why}"))
}
