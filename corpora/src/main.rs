//! `corpora`: writes made-up hospitals.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use corpora::stream::{self, Plan};
use corpora::{Error, hospital};

/// Makes synthetic hospital estates with truth files, small to huge. All of it is invented.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the small estate into FOLDER and its truth into FOLDER.truth.jsonl
    Hospital {
        /// Folder to write into
        folder: PathBuf,
        /// Seed; the committed estate has the default
        #[arg(long, default_value_t = hospital::SEED)]
        seed: u64,
    },
    /// Write a mixed application log to standard output
    Logs {
        /// Size in MiB
        #[arg(long, default_value_t = 64)]
        mib: u64,
        /// Join all records into one line
        #[arg(long)]
        one_line: bool,
        #[command(flatten)]
        plan: PlanArguments,
    },
    /// Write CloudTrail log files into FOLDER
    Trail {
        /// Folder to write into
        folder: PathBuf,
        /// Number of files
        #[arg(long, default_value_t = 16)]
        files: u64,
        /// Decoded size of each in MiB
        #[arg(long, default_value_t = 1)]
        mib_each: u64,
        /// Write plain .json instead of .json.gz
        #[arg(long)]
        plain: bool,
        #[command(flatten)]
        plan: PlanArguments,
    },
    /// Write object keys as s3:// lines to standard output
    Keys {
        /// Number of keys
        #[arg(long, default_value_t = 100_000)]
        count: u64,
        #[command(flatten)]
        plan: PlanArguments,
    },
}

#[derive(Args)]
struct PlanArguments {
    /// Of a thousand records, how many hold a patient's value
    #[arg(long, default_value_t = 1)]
    leak_per_mille: u64,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Days over which the records' times are spread
    #[arg(long, default_value_t = 1)]
    days: u64,
    /// End of the last day, in seconds since 1970
    #[arg(long, default_value_t = Plan::default().end)]
    end: u64,
}

impl PlanArguments {
    fn plan(&self) -> Plan {
        Plan {
            seed: self.seed,
            leak_per_mille: self.leak_per_mille,
            days: self.days,
            end: self.end,
            ..Plan::default()
        }
    }
}

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that has seen enough, as `head` has, is no failure.
        Err(Error::Stream(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "corpora: {error}");
            ExitCode::from(4)
        }
    }
}

fn run(command: &Command) -> Result<(), Error> {
    match command {
        Command::Hospital { folder, seed } => hospital::generate(*seed)?.write(folder),
        Command::Logs {
            mib,
            one_line,
            plan,
        } => {
            let plan = Plan {
                one_line: *one_line,
                ..plan.plan()
            };
            stream::logs(&plan, mib << 20, &mut std::io::stdout().lock())?;
            Ok(())
        }
        Command::Keys { count, plan } => {
            stream::keys(&plan.plan(), *count, &mut std::io::stdout().lock())?;
            Ok(())
        }
        Command::Trail {
            folder,
            files,
            mib_each,
            plain,
            plan,
        } => trail(folder, *files, mib_each << 20, *plain, &plan.plan()),
    }
}

fn trail(
    folder: &std::path::Path,
    files: u64,
    bytes: u64,
    plain: bool,
    plan: &Plan,
) -> Result<(), Error> {
    let fail = |path: &std::path::Path| {
        let path = path.to_owned();
        move |source| Error::Write { path, source }
    };
    let trail = stream::Trail::new(plan.seed);
    let account = corpora::noise::ACCOUNTS[0];
    for number in 0..files {
        let (year, month, day) =
            corpora::noise::civil(plan.end / 86_400 - 1 - number % plan.days.max(1));
        let folder = folder.join(format!(
            "AWSLogs/{account}/CloudTrail/us-east-1/{year:04}/{month:02}/{day:02}"
        ));
        std::fs::create_dir_all(&folder).map_err(fail(&folder))?;
        let ending = if plain { "json" } else { "json.gz" };
        let path = folder.join(format!(
            "{account}_CloudTrail_us-east-1_{year:04}{month:02}{day:02}T{:02}{:02}Z_{number:016}.{ending}",
            number / 12 % 24,
            number % 12 * 5
        ));
        let mut file = BufWriter::new(File::create(&path).map_err(fail(&path))?);
        if plain {
            trail.file(plan, number, bytes, &mut file)?;
        } else {
            let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
            trail.file(plan, number, bytes, &mut packed)?;
            packed.finish()?.flush()?;
        }
    }
    Ok(())
}
