//! Sources: where units come from.
//!
//! A source walks over its units in a fixed order, and reads each into blocks. A new one is a
//! folder here.

pub mod files;
pub mod names;

use crate::archive::Delivery;
use crate::decode::Limits;
use crate::error::Error;
use crate::unit::{Reading, Unit};
use detectors::place::Place;
use std::ops::ControlFlow;

/// What all sources are told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--root`: the URI that stands for each SOURCE in unit identities.
    pub root: Option<String>,
    /// `--as`.
    pub format: Option<String>,
    /// `--place`.
    pub place: Option<Place>,
    /// `--mmap`.
    pub mmap: bool,
    /// Limits on decompression.
    pub limits: Limits,
}

/// A place that units come from.
pub trait Source: Send + Sync {
    /// The word in the column `source`.
    fn name(&self) -> &'static str;

    /// The container as scanned, for `scope_token`. Raw.
    fn scope(&self) -> &str;

    /// Calls `each` for every unit, in an order that depends on names only, until it breaks.
    /// Units that the walk has settled already are among them.
    fn walk(&self, each: &mut dyn FnMut(Unit) -> ControlFlow<()>) -> ControlFlow<()>;

    /// Reads a unit and gives its blocks, in order, and the units inside it, until `to` breaks. May
    /// be called from many threads, for different units.
    fn read(&self, unit: &Unit, to: &mut dyn Delivery) -> Reading;
}

/// Sources that read AWS itself, by their schemes, which no version has yet.
const AWS: [&str; 9] = [
    "s3",
    "logs",
    "cloudtrail",
    "kinesis",
    "resources",
    "config",
    "xray",
    "states",
    "events",
];

/// The source that a SOURCE argument names: a path, `-`, or `names:PATH`.
///
/// # Errors
/// [`Error::Usage`] for a URI, which is not looked for among files: a bucket that was not read must
/// not look like a file that is not there.
pub fn parse(text: &str, options: &Options) -> Result<Box<dyn Source>, Error> {
    if let Some(path) = text.strip_prefix("names:") {
        return Ok(Box::new(names::Names::new(path.into(), options.clone())));
    }
    match scheme(text) {
        Some(scheme) if AWS.contains(&scheme) => Err(Error::usage(format!(
            "{scheme}:// sources are not in this version, which reads files, folders and names; export or mount what is to be scanned"
        ))),
        Some(scheme) => Err(Error::usage(format!(
            "there is no source {scheme}://; a file or folder of that name is written ./{text}"
        ))),
        None => Ok(Box::new(files::Files::new(text.into(), options.clone()))),
    }
}

/// The scheme of a URI: `s3` of `s3://bucket`.
pub fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once("://")?;
    let is_word = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_word && !scheme.is_empty()).then_some(scheme)
}
