//! `scan-keys`: object keys, where names of persons are looked for in every path segment.

use clap::Args;
use corpora::stream::{self, Plan};

use crate::corpus::corpus;
use crate::measure::measure;
use crate::report::Report;
use crate::{Runs, machine};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Number of keys
    #[arg(long, default_value_t = KEYS)]
    count: u64,
    #[command(flatten)]
    runs: Runs,
}

const KEYS: u64 = 1_000_000;

impl Arguments {
    pub(crate) fn ordinary(runs: &Runs) -> Self {
        Self {
            count: KEYS,
            runs: runs.clone(),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    arguments.runs.binary()?;
    let plan = Plan::default();
    let name = format!("keys-{}-{}.txt", arguments.count, plan.leak_per_mille);
    let corpus = corpus(&name, |out| stream::keys(&plan, arguments.count, out))?;
    let load = machine::load();
    let runs = measure(&corpus, &["--as", "keys"], &arguments.runs)?;
    let report = Report {
        bench: "scan-keys",
        about: format!(
            "{} object keys, one of a thousand with a patient in it",
            arguments.count
        ),
        corpus: &corpus,
        counted: Some(("keys", arguments.count)),
        runs: &runs,
    };
    report.publish(&arguments.runs, &load)
}
