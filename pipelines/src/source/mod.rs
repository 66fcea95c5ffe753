//! Sources: where units come from.
//!
//! A source walks over its units in a fixed order, and reads each into blocks. A new one is a
//! folder here.

pub mod files;
pub mod names;

use crate::archive::Delivery;
use crate::decode::Limits;
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

/// The source that a SOURCE argument names: a path, `-`, or `names:PATH`.
pub fn parse(text: &str, options: &Options) -> Box<dyn Source> {
    match text.strip_prefix("names:") {
        Some(path) => Box::new(names::Names::new(path.into(), options.clone())),
        None => Box::new(files::Files::new(text.into(), options.clone())),
    }
}
