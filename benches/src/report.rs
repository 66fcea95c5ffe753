//! From runs to figures: least, median and most of each.

use crate::corpus::Corpus;
use crate::measure::Run;
use crate::{Runs, machine, page};

/// What a bench measured.
pub(crate) struct Report<'b> {
    /// The bench's name, as on the command line.
    pub(crate) bench: &'b str,
    /// What was scanned, in words.
    pub(crate) about: String,
    /// The file.
    pub(crate) corpus: &'b Corpus,
    /// What a rate beside MiB/s counts, and how much of it there is.
    pub(crate) counted: Option<(&'b str, u64)>,
    /// The runs.
    pub(crate) runs: &'b [Run],
}

impl Report<'_> {
    /// Prints the figures, and writes them to the page unless told not to.
    pub(crate) fn publish(&self, settings: &Runs, load: &str) -> Result<(), String> {
        let text = self.markdown(settings, load);
        println!("\n{text}");
        if settings.no_page {
            return Ok(());
        }
        page::write(self.bench, &text)
    }

    fn markdown(&self, settings: &Runs, load: &str) -> String {
        let mut rows = vec![row(
            "MiB/s",
            1,
            self.figures(&|run| page::mib(self.corpus.bytes) / run.elapsed.as_secs_f64()),
        )];
        if let Some((what, number)) = self.counted {
            let label = format!("thousand {what}/s");
            rows.push(row(
                &label,
                1,
                self.figures(&|run| number as f64 / 1000.0 / run.elapsed.as_secs_f64()),
            ));
        }
        rows.push(row(
            "seconds",
            2,
            self.figures(&|run| run.elapsed.as_secs_f64()),
        ));
        rows.push(row(
            "processor seconds",
            2,
            self.figures(&|run| run.processor.as_secs_f64()),
        ));
        rows.push(row(
            "peak resident memory, MiB",
            0,
            self.figures(&|run| page::mib(run.peak_bytes)),
        ));
        let found = self.runs.first().map_or(String::new(), |run| {
            format!("{} findings, of which {} count", run.findings, run.counting)
        });
        format!(
            "{}: {:.0} MiB, {found}.\n\n\
             | | min | median | max |\n|---|--:|--:|--:|\n{}\n\n\
             `benches {} --threads {} --runs {}` on {}; load average before: {load}.\n",
            self.about,
            page::mib(self.corpus.bytes),
            rows.join("\n"),
            self.bench,
            settings.threads,
            settings.runs,
            machine::describe(),
        )
    }

    fn figures(&self, of: &dyn Fn(&Run) -> f64) -> [f64; 3] {
        let mut all: Vec<f64> = self.runs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        least_median_most(&all)
    }
}

/// Of figures in ascending order; of an even number of them the median is the lower middle one.
fn least_median_most(ascending: &[f64]) -> [f64; 3] {
    let at = |index: usize| ascending.get(index).copied().unwrap_or(f64::NAN);
    let last = ascending.len().saturating_sub(1);
    [at(0), at(last / 2), at(last)]
}

fn row(label: &str, decimals: usize, [min, median, max]: [f64; 3]) -> String {
    format!("| {label} | {min:.decimals$} | {median:.decimals$} | {max:.decimals$} |")
}

#[cfg(test)]
mod tests {
    use super::{least_median_most, row};

    #[test]
    fn the_median_is_one_of_the_figures() {
        assert_eq!(least_median_most(&[1.0, 2.0, 9.0]), [1.0, 2.0, 9.0]);
        assert_eq!(least_median_most(&[1.0, 2.0, 3.0, 9.0]), [1.0, 2.0, 9.0]);
        assert_eq!(least_median_most(&[4.0]), [4.0, 4.0, 4.0]);
    }

    #[test]
    fn rows_are_rounded() {
        assert_eq!(
            row("MiB/s", 1, [1.0, 2.26, 3.0]),
            "| MiB/s | 1.0 | 2.3 | 3.0 |"
        );
    }
}
