//! The small estate: one made-up hospital's week in AWS.
//!
//! Each module makes the files of one kind of source, in AWS's own folder layout and with
//! AWS's key names, and plants values in them. The truth about all of them comes out
//! together with the files.

mod keys;
mod logs;
mod records;
mod resources;
mod shares;
mod templates;
mod trail;

pub(crate) use keys::clean_key;
pub(crate) use trail::pool;

use std::collections::BTreeMap;
use std::path::Path;

use crate::Error;
use crate::look_alike;
use crate::mark::{Finished, Sheet};
use crate::noise;
use crate::people::Person;
use crate::random::Random;
use crate::truth::Line;

/// The seed of the committed estate.
pub const SEED: u64 = 20_230_512;

/// A whole estate in memory: files by path below its folder, and the truth about them.
#[derive(Debug, Default)]
pub struct Estate {
    /// Contents by path (`/` between folders).
    pub files: BTreeMap<String, Vec<u8>>,
    /// What is planted, in order of file and position.
    pub truth: Vec<Line>,
}

impl Estate {
    fn add(&mut self, file: Finished) {
        self.truth.extend(file.truth);
        self.files.insert(file.path, file.bytes);
    }

    /// Writes it as `folder` and `folder.truth.jsonl`. Where that truth file exists already,
    /// the folder is an older estate, and what it held before is gone afterwards.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let fail = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Write { path, source }
        };
        let mut truth = folder.as_os_str().to_owned();
        truth.push(".truth.jsonl");
        let truth = Path::new(&truth);
        if truth.exists() && folder.exists() {
            std::fs::remove_dir_all(folder).map_err(fail(folder))?;
        }
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(fail(parent))?;
            }
            std::fs::write(&path, bytes).map_err(fail(&path))?;
        }
        std::fs::write(truth, crate::truth::to_text(&self.truth)).map_err(fail(truth))
    }
}

/// Makes the estate of a seed; that of [`SEED`] is committed as `corpora/hospital`.
pub fn generate(seed: u64) -> Result<Estate, Error> {
    let mut estate = Estate::default();
    trail::add(&mut estate, seed)?;
    logs::add(&mut estate, seed)?;
    keys::add(&mut estate, seed)?;
    resources::add(&mut estate, seed)?;
    templates::add(&mut estate, seed)?;
    records::add(&mut estate, seed)?;
    shares::add(&mut estate, seed);
    estate.truth.sort_by(|one, other| {
        (&one.file, one.byte_start, one.byte_end).cmp(&(
            &other.file,
            other.byte_start,
            other.byte_end,
        ))
    });
    Ok(estate)
}

/// What a planted record needs: the file, chance, and a patient.
pub(crate) struct Scene<'s> {
    pub(crate) sheet: &'s mut Sheet,
    pub(crate) random: &'s mut Random,
    pub(crate) patient: Person,
}

impl<'s> Scene<'s> {
    pub(crate) fn new(sheet: &'s mut Sheet, random: &'s mut Random) -> Self {
        let patient = Person::new(random);
        Self {
            sheet,
            random,
            patient,
        }
    }

    pub(crate) fn leak(&mut self, class: &str, place: &str, value: &str) -> String {
        self.sheet.leak(class, place, value)
    }

    /// A log line with a look-alike of the given kind in it.
    pub(crate) fn near_line(&mut self, kind: u64) -> String {
        let made = look_alike::make(self.random, kind);
        let text = self.sheet.near(made.resembles, &made.text, made.why);
        format!("{}{text}{}", made.before, made.after)
    }
}

/// A plain log line of the hospital's own systems.
pub(crate) fn clean_line(random: &mut Random) -> String {
    let word = noise::word;
    match random.below(8) {
        0 => format!(
            "{} {} took {} ms, {} rows",
            word(random),
            word(random),
            random.below(9_000),
            random.below(500)
        ),
        1 => format!(
            "GET /{}/{} 200 {} {}",
            word(random),
            word(random),
            random.below(90_000),
            noise::uuid(random)
        ),
        2 => format!(
            "{} connected to {}:{}",
            word(random),
            word(random),
            random.between(1024, 65_000)
        ),
        3 => format!(
            "etag {} stored, version v{}.{}.{}",
            noise::etag(random),
            random.below(9),
            random.below(40),
            random.below(20)
        ),
        4 => format!(
            "retry {} of 5 for {} after {}s",
            random.below(5),
            noise::uuid(random),
            random.below(30)
        ),
        5 => format!(
            "{} heap {} MiB used {} MiB",
            word(random),
            random.between(256, 4096),
            random.between(10, 250)
        ),
        6 => format!(
            "RequestId: {} Duration: {}.{} ms Billed Duration: {} ms Memory Size: 512 MB",
            noise::uuid(random),
            random.below(3_000),
            random.digits(2),
            random.below(3_000)
        ),
        _ => format!(
            "{} {} finished, checksum {}",
            word(random),
            word(random),
            random.hex(64)
        ),
    }
}
