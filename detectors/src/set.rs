//! A set of detectors, compiled.
//!
//! All patterns that are looked for everywhere go into two scanners: one for bodies, and one for
//! names, which has the name forms too. The anchors of all cues go into both as one word list.
//! Patterns that need a cue are compiled for anchored matching only and wait behind it.
//!
//! A user's own detectors join the built-in ones and are the same in everything, but that their
//! patterns are checked for what they cost ([`crate::own::limits`]).

use crate::cue::Cues;
use crate::error::Error;
use crate::judge::Scratch;
use crate::own::limits;
use crate::own::reader::{Source, Step, position};
use crate::spec::{Bounds, NameUse, Needs, Pattern, PatternSetting, Spec};
use crate::structure;
use crate::validate::{self, Validator};
use crate::vocabulary::Class;
use regex_automata::meta;
use regex_automata::util::syntax;
use regex_syntax::hir::{Class as HirClass, Hir, HirKind};
use scanner::{Flags, Lane, PatternId, PatternSet, Scanner};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt::Write as _;

/// A detector file: its name, its text, and whether it is a user's.
type File<'f> = (&'f str, &'f str, bool);

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
    own: bool,
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
    /// Openings of segments of health messages.
    Segments,
}

/// A compiled scanner and what its patterns stand for.
pub(crate) struct Engine {
    pub(crate) scanner: Scanner,
    /// Patterns that are searched for in every record: detector and form.
    slow: Vec<(usize, usize)>,
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
        Self::with_own(&[])
    }

    /// The detectors that ship with phiscan and those of a user, from (file name, text) pairs in
    /// any order.
    ///
    /// # Errors
    /// The first fault, with file, line and key: also an id that is taken, a class `ORG_…` beyond
    /// the number that a process takes, and patterns that cost more than [`limits`] allow.
    pub fn with_own(own: &[(String, String)]) -> Result<Self, Error> {
        let shipped = crate::specs::BUILT_IN.iter();
        let mut files: Vec<File<'_>> = shipped.map(|(file, text)| (*file, *text, false)).collect();
        files.extend(own.iter().map(|(file, text)| (&**file, &**text, true)));
        Self::build(&files)
    }

    /// Detectors from (file name, text) pairs alone, in place of those that ship with phiscan and
    /// checked like those: for people who write one.
    pub fn from_files(files: &[(&str, &str)]) -> Result<Self, Error> {
        let files: Vec<File<'_>> = files
            .iter()
            .map(|(file, text)| (*file, *text, false))
            .collect();
        Self::build(&files)
    }

    fn build(files: &[File<'_>]) -> Result<Self, Error> {
        let mut specs: Vec<(Spec, File<'_>)> = Vec::with_capacity(files.len());
        let mut ids = HashSet::new();
        let (mut own_patterns, mut own_bytes) = (0, 0);
        for &(file, text, own) in files {
            let spec = Spec::parse(file, text)?;
            let fault = |key: &str, message: String| {
                let source = Source { file, text };
                Err(source.fault(position(text, &[Step::Key(key)]), key, message))
            };
            if !ids.insert(spec.id.clone()) {
                return fault(
                    "id",
                    "another detector has this id; choose one of its own".to_owned(),
                );
            }
            if own {
                own_patterns += spec.patterns.len();
                own_bytes += spec.cost(file, text)?;
                if own_patterns > limits::MOST_PATTERNS {
                    let message = format!(
                        "all detectors of yours together have more than {} patterns",
                        limits::MOST_PATTERNS
                    );
                    return fault("pattern", message);
                }
                if own_bytes > limits::ALL_AUTOMATA_BYTES {
                    let message = format!(
                        "all detectors of yours together need automata of more than {} MiB; lower repetition counts",
                        limits::ALL_AUTOMATA_BYTES >> 20
                    );
                    return fault("pattern", message);
                }
            }
            specs.push((spec, (file, text, own)));
        }
        // In whatever order a user names his files, they are the same set.
        specs.sort_by(|(a, (.., a_own)), (b, (.., b_own))| {
            a_own.cmp(b_own).then_with(|| match a_own {
                true => a.id.cmp(&b.id),
                false => std::cmp::Ordering::Equal,
            })
        });
        let mut hasher = Sha256::new();
        let mut detectors: Vec<Detector> = Vec::with_capacity(specs.len());
        let mut forms = 0;
        for (spec, (file, text, own)) in specs {
            for part in [spec.id.as_bytes(), text.as_bytes()] {
                hasher.update((part.len() as u64).to_be_bytes());
                hasher.update(part);
            }
            detectors.push(Detector::new(file, spec, own, &mut forms)?);
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

    /// A user's patterns about which nothing selective is known, so that every record is searched for
    /// them: ids of detector and pattern. Each costs some nanoseconds a byte.
    pub fn slow_patterns(&self) -> Vec<(&str, &str)> {
        let named = |(detector, form): &(usize, usize)| {
            let detector = self.detectors.get(*detector)?;
            let spec = detector.own.then_some(&detector.spec)?;
            Some((spec.id.as_str(), spec.patterns.get(*form)?.id.as_str()))
        };
        self.names.slow.iter().filter_map(named).collect()
    }

    /// The classes of the set's detectors that are in no closed list, each once, in order.
    pub fn own_classes(&self) -> Vec<Class> {
        let classes = self.detectors.iter().map(Detector::class);
        let mut own: Vec<Class> = classes
            .filter(|class| matches!(class, Class::Own(_)))
            .collect();
        own.sort_unstable();
        own.dedup();
        own
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

    /// Whether a user brought it.
    pub fn is_own(&self) -> bool {
        self.own
    }

    fn new(file: &str, spec: Spec, own: bool, number: &mut usize) -> Result<Self, Error> {
        let mut forms = Vec::with_capacity(spec.patterns.len());
        for pattern in &spec.patterns {
            let kinds = pattern.validate.as_ref().unwrap_or(&spec.validate);
            forms.push(Form::new(file, pattern, kinds, own, *number)?);
            *number += 1;
        }
        let mut reserved_patterns = Vec::new();
        for pattern in &spec.reserved.patterns {
            let whole = format!("^(?:{pattern})$");
            reserved_patterns.push(compile(file, &whole, false, own)?);
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
            own,
        })
    }
}

impl Form {
    fn new(
        file: &str,
        pattern: &Pattern,
        kinds: &[String],
        own: bool,
        number: usize,
    ) -> Result<Self, Error> {
        let regex = compile(file, &pattern.regex, pattern.ignore_case, own)?;
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

/// Memory that a thread may use for states of one pattern. A user's patterns have as many states as
/// [`limits`] let through, and would be slow if they were thrown away in between.
const STATES_BYTES: usize = 1 << 17;
const OWN_STATES_BYTES: usize = 1 << 20;

fn compile(file: &str, regex: &str, ignore_case: bool, own: bool) -> Result<meta::Regex, Error> {
    let states = if own { OWN_STATES_BYTES } else { STATES_BYTES };
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
                .hybrid_cache_capacity(states),
        )
        .build(regex)
        .map_err(|error| {
            // Without the pattern, which the message may show.
            let reason = match error.size_limit() {
                Some(limit) => format!("a pattern needs more than {limit} bytes"),
                None => "a pattern is too large".to_owned(),
            };
            Error::Syntax {
                file: file.to_owned(),
                line: 1,
                message: reason,
            }
        })
}

fn engine(detectors: &[Detector], cues: &Cues, names: bool) -> Result<Engine, Error> {
    let failed = |error: scanner::Error| Error::Compile {
        message: reason(&error),
    };
    let mut set = PatternSet::new();
    let mut targets = Vec::new();
    let mut forms = Vec::new();
    for (detector, compiled) in detectors.iter().enumerate() {
        for (form, pattern) in compiled.spec.patterns.iter().enumerate() {
            let here = names || pattern.setting == PatternSetting::Any;
            if pattern.needs == Needs::Nothing && here {
                let flags = Flags {
                    ignore_case: pattern.ignore_case,
                };
                let id = set.regex(&pattern.regex, flags).map_err(failed)?;
                forms.push((id, (detector, form)));
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
    set.words(structure::OPENINGS, Flags::default())
        .map_err(failed)?;
    targets.push(Target::Segments);
    let scanner = set.compile().map_err(failed)?;
    let slow = forms
        .iter()
        .filter(|(id, _)| scanner.lane(*id) == Some(Lane::Slow))
        .map(|(_, form)| *form)
        .collect();
    Ok(Engine {
        scanner,
        slow,
        targets,
    })
}

/// What the scanner says, without the pattern.
fn reason(error: &scanner::Error) -> String {
    match error {
        scanner::Error::Syntax { reason, .. } | scanner::Error::TooLarge { reason, .. } => {
            reason.clone()
        }
        scanner::Error::MatchesEmpty { .. } => "a pattern can match nothing at all".to_owned(),
        scanner::Error::UnicodeBoundary { .. } => {
            "a pattern asks for a Unicode word boundary".to_owned()
        }
        other => other.to_string(),
    }
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
