//! `leaky`: every line leaks, so that judging, masking, sorting and writing are what is measured.

use clap::Args;
use corpora::stream::{self, Plan};

use crate::corpus::corpus;
use crate::measure::measure;
use crate::report::Report;
use crate::{Runs, machine};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Size of the log
    #[arg(long, default_value_t = MIB)]
    mib: u64,
    #[command(flatten)]
    runs: Runs,
}

const MIB: u64 = 64;

impl Arguments {
    pub(crate) fn ordinary(runs: &Runs) -> Self {
        Self {
            mib: MIB,
            runs: runs.clone(),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    arguments.runs.binary()?;
    let plan = Plan {
        leak_per_mille: 1000,
        ..Plan::default()
    };
    let name = format!("logs-{}MiB-{}.log", arguments.mib, plan.leak_per_mille);
    let corpus = corpus(&name, |out| stream::logs(&plan, arguments.mib << 20, out))?;
    let load = machine::load();
    let runs = measure(&corpus, &[], &arguments.runs)?;
    let rows = runs.first().map_or(0, |run| run.findings);
    let report = Report {
        bench: "leaky",
        about: "Log in which every line leaks".to_owned(),
        corpus: &corpus,
        counted: Some(("rows", rows)),
        runs: &runs,
    };
    report.publish(&arguments.runs, &load)
}
