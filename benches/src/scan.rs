//! `scan`: a mixed application log, mostly clean, as hospitals' log groups are.

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

const MIB: u64 = 1024;

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
    let plan = Plan::default();
    let name = format!("logs-{}MiB-{}.log", arguments.mib, plan.leak_per_mille);
    let corpus = corpus(&name, |out| stream::logs(&plan, arguments.mib << 20, out))?;
    let load = machine::load();
    let runs = measure(&corpus, &[], &arguments.runs)?;
    let report = Report {
        bench: "scan",
        about: "Mixed application log, one record of a thousand leaks".to_owned(),
        corpus: &corpus,
        counted: None,
        runs: &runs,
    };
    report.publish(&arguments.runs, &load)
}
