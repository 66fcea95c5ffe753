//! A set of detectors, compiled.
//!
//! All patterns that are looked for everywhere go into two scanners: one for bodies, and one for
//! names, which has the name forms too. The anchors of all cues go into both as one word list.
//! Patterns that need a cue are compiled for anchored matching only and wait behind it.

use crate::cue::Cues;
use crate::error::Error;
use crate::judge::Scratch;
use crate::spec::{Bounds, NameUse, Needs, Pattern, PatternSetting, Spec};
use crate::validate::{self, Validator};
use crate::vocabulary::Class;
use regex_automata::meta;
use regex_automata::util::syntax;
use regex_syntax::hir::{Class as HirClass, Hir, HirKind};
use scanner::{Flags, PatternId, PatternSet, Scanner};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt::Write as _;

/// Index of a detector in its set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DetectorId(pub(crate) usize);

impl DetectorId {
    /// Position in [`DetectorSet::detectors`].
    pub fn index(self) -> usize {
        self.0
    }
}

/// A detector of a set: its file, and what was compiled from it.
pub struct Detector {
    spec: Spec,
    pub(crate) forms: Vec<Form>,
    pub(crate) reserved: HashSet<Vec<u8>>,
    pub(crate) reserved_patterns: Vec<meta::Regex>,
    pub(crate) stop: Vec<Vec<u8>>,
}

/// A pattern, compiled for a match that starts at a given place.
pub(crate) struct Form {
    pub(crate) regex: meta::Regex,
    pub(crate) validators: Vec<Validator>,
    /// Names of the validators.
    pub(crate) kinds: Vec<String>,
    /// Number of the regex in the set, for its cache.
    pub(crate) number: usize,
    /// Bytes that a match can start with.
    pub(crate) first: [bool; 256],
    pub(crate) score: f64,
    pub(crate) needs: Needs,
    pub(crate) setting: PatternSetting,
    pub(crate) name_form: Option<NameUse>,
    pub(crate) bounds: Bounds,
    pub(crate) checked: bool,
}

/// What a pattern of a scanner stands for.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// One pattern of one detector.
    Form { detector: usize, form: usize },
    /// The anchors of all cues.
    Anchors,
}

/// A compiled scanner and what its patterns stand for.
pub(crate) struct Engine {
    pub(crate) scanner: Scanner,
    /// By the number of the pattern.
    targets: Vec<Target>,
}

impl Engine {
    pub(crate) fn target(&self, pattern: PatternId) -> Option<Target> {
        self.targets.get(pattern.index()).copied()
    }
}

/// All detectors of a run, compiled.
pub struct DetectorSet {
    detectors: Vec<Detector>,
    pub(crate) cues: Cues,
    pub(crate) content: Engine,
    pub(crate) names: Engine,
    hash: String,
}

impl DetectorSet {
    /// The detectors that ship with phiscan.
    pub fn built_in() -> Result<Self, Error> {
        Self::from_files(crate::specs::BUILT_IN)
    }

    /// Detectors from (file name, text) pairs.
    pub fn from_files(files: &[(&str, &str)]) -> Result<Self, Error> {
        let mut hasher = Sha256::new();
        let mut detectors: Vec<Detector> = Vec::new();
        let mut forms = 0;
        for (file, text) in files {
            let spec = Spec::parse(file, text)?;
            if detectors.iter().any(|known| known.spec.id == spec.id) {
                return Err(Error::DuplicateId {
                    file: (*file).to_owned(),
                    id: spec.id,
                });
            }
            for part in [spec.id.as_bytes(), text.as_bytes()] {
                hasher.update((part.len() as u64).to_be_bytes());
                hasher.update(part);
            }
            detectors.push(Detector::new(file, spec, &mut forms)?);
        }
        let specs: Vec<&Spec> = detectors.iter().map(|detector| &detector.spec).collect();
        let cues = Cues::new(&specs);
        let content = engine(&detectors, &cues, false)?;
        let names = engine(&detectors, &cues, true)?;
        let hash = hasher
            .finalize()
            .iter()
            .fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
        Ok(Self {
            detectors,
            cues,
            content,
            names,
            hash,
        })
    }

    /// The detectors, in the order that [`DetectorId`] counts.
    pub fn detectors(&self) -> &[Detector] {
        &self.detectors
    }

    /// The detector with that number.
    pub fn detector(&self, id: DetectorId) -> Option<&Detector> {
        self.detectors.get(id.0)
    }

    /// SHA-256 over ids and files of the set, in hex.
    pub fn hash(&self) -> String {
        self.hash.clone()
    }

    /// Working memory for [`DetectorSet::scan`]; one a thread.
    pub fn scratch(&self) -> Scratch {
        Scratch::new(self)
    }
}

impl Detector {
    /// Its file.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.spec.id
    }

    /// What it detects.
    pub fn class(&self) -> Class {
        self.spec.class
    }

    fn new(file: &str, spec: Spec, number: &mut usize) -> Result<Self, Error> {
        let mut forms = Vec::with_capacity(spec.patterns.len());
        for pattern in &spec.patterns {
            let kinds = pattern.validate.as_ref().unwrap_or(&spec.validate);
            forms.push(Form::new(file, pattern, kinds, *number)?);
            *number += 1;
        }
        let mut reserved_patterns = Vec::new();
        for pattern in &spec.reserved.patterns {
            let whole = format!("^(?:{pattern})$");
            reserved_patterns.push(compile(file, &whole, false)?);
        }
        let reserved = spec
            .reserved
            .values
            .iter()
            .map(|value| value.clone().into_bytes());
        let stop = spec
            .suppress
            .stop
            .iter()
            .map(|word| word.to_ascii_lowercase().into_bytes());
        Ok(Self {
            forms,
            reserved: reserved.collect(),
            reserved_patterns,
            stop: stop.collect(),
            spec,
        })
    }
}

impl Form {
    fn new(file: &str, pattern: &Pattern, kinds: &[String], number: usize) -> Result<Self, Error> {
        let regex = compile(file, &pattern.regex, pattern.ignore_case)?;
        let mut first = [false; 256];
        let parsed = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .case_insensitive(pattern.ignore_case)
            .build()
            .parse(&pattern.regex);
        match parsed {
            Ok(hir) => {
                first_bytes(&hir, &mut first);
            }
            Err(_) => first = [true; 256],
        }
        Ok(Self {
            regex,
            validators: kinds
                .iter()
                .filter_map(|name| validate::lookup(name))
                .collect(),
            kinds: kinds.to_vec(),
            number,
            first,
            score: pattern.score,
            needs: pattern.needs,
            setting: pattern.setting,
            name_form: pattern.name_form,
            bounds: pattern.bounds,
            checked: !pattern.unchecked,
        })
    }
}

fn compile(file: &str, regex: &str, ignore_case: bool) -> Result<meta::Regex, Error> {
    meta::Regex::builder()
        .syntax(
            syntax::Config::new()
                .unicode(false)
                .utf8(false)
                .case_insensitive(ignore_case),
        )
        .configure(
            meta::Regex::config()
                .utf8_empty(false)
                .nfa_size_limit(Some(1 << 20))
                .hybrid_cache_capacity(1 << 17),
        )
        .build(regex)
        .map_err(|error| Error::Compile {
            message: format!("{file}: {error}"),
        })
}

fn engine(detectors: &[Detector], cues: &Cues, names: bool) -> Result<Engine, Error> {
    let failed = |error: scanner::Error| Error::Compile {
        message: error.to_string(),
    };
    let mut set = PatternSet::new();
    let mut targets = Vec::new();
    for (detector, compiled) in detectors.iter().enumerate() {
        for (form, pattern) in compiled.spec.patterns.iter().enumerate() {
            let here = names || pattern.setting == PatternSetting::Any;
            if pattern.needs == Needs::Nothing && here {
                let flags = Flags {
                    ignore_case: pattern.ignore_case,
                };
                set.regex(&pattern.regex, flags).map_err(failed)?;
                targets.push(Target::Form { detector, form });
            }
        }
    }
    let mut anchors: Vec<&[u8]> = cues.anchors().collect();
    anchors.sort_unstable();
    if !anchors.is_empty() {
        set.words(anchors, Flags { ignore_case: true })
            .map_err(failed)?;
        targets.push(Target::Anchors);
    }
    Ok(Engine {
        scanner: set.compile().map_err(failed)?,
        targets,
    })
}

/// Collects the bytes that a match can start with; false if it can match nothing, so that what
/// follows it can start a match too.
fn first_bytes(hir: &Hir, first: &mut [bool; 256]) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => {
            if let Some(&byte) = literal.0.first() {
                first[usize::from(byte)] = true;
            }
            true
        }
        HirKind::Class(HirClass::Bytes(class)) => {
            for range in class.iter() {
                for byte in range.start()..=range.end() {
                    first[usize::from(byte)] = true;
                }
            }
            true
        }
        HirKind::Class(HirClass::Unicode(_)) => {
            *first = [true; 256];
            true
        }
        HirKind::Repetition(repetition) => {
            first_bytes(&repetition.sub, first) && repetition.min > 0
        }
        HirKind::Capture(capture) => first_bytes(&capture.sub, first),
        HirKind::Concat(parts) => parts.iter().any(|part| first_bytes(part, first)),
        HirKind::Alternation(parts) => {
            let mut all = true;
            for part in parts {
                all &= first_bytes(part, first);
            }
            all
        }
    }
}
