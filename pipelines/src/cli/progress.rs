//! Progress of long work: rate, share done, time left, skipped count.
//!
//! On a terminal one line is drawn over itself five times a second; elsewhere a line comes every
//! 30 seconds. The workers only add to a few counters.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::options::ProgressMode;
use super::terminal::Terminal;

/// Counters that the run adds to.
#[derive(Debug, Default)]
pub struct Counters {
    /// Bytes of sources that will be read, as far as known.
    pub total_bytes: AtomicU64,
    /// Bytes of sources read.
    pub read_bytes: AtomicU64,
    /// Bytes scanned, after decompression.
    pub decoded_bytes: AtomicU64,
    /// Units finished.
    pub units: AtomicU64,
    /// Units that could not be read, or not wholly.
    pub missed: AtomicU64,
    done: AtomicBool,
}

const DRAW: Duration = Duration::from_millis(200);
const LINE: Duration = Duration::from_secs(30);

/// Runs `work` and shows its progress meanwhile.
pub(super) fn watch<T: Send>(
    mode: ProgressMode,
    terminal: &Terminal,
    counters: &Counters,
    work: impl FnOnce() -> T + Send,
) -> T {
    if mode == ProgressMode::Never {
        return work();
    }
    std::thread::scope(|scope| {
        let shower = scope.spawn(|| show(mode, terminal, counters));
        let _done = OnDrop(|| {
            counters.done.store(true, Relaxed);
            shower.thread().unpark();
        });
        work()
    })
}

/// Says that the work has ended also when it unwinds, or the scope would wait for ever.
struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn show(mode: ProgressMode, terminal: &Terminal, counters: &Counters) {
    let start = Instant::now();
    let pause = if terminal.draws() { DRAW } else { LINE };
    let mut next = pause;
    loop {
        std::thread::park_timeout(next.saturating_sub(start.elapsed()));
        if counters.done.load(Relaxed) {
            break;
        }
        if start.elapsed() < next {
            continue;
        }
        next = start.elapsed() + pause;
        let line = line(counters, start.elapsed());
        if terminal.draws() {
            let shown: String = line
                .chars()
                .take(terminal.width().saturating_sub(1))
                .collect();
            terminal.redraw(&shown);
        } else {
            terminal.note(&line);
        }
    }
    if terminal.draws() {
        terminal.redraw("");
    }
    if mode == ProgressMode::Always {
        terminal.note(&line(counters, start.elapsed()));
    }
}

fn line(counters: &Counters, elapsed: Duration) -> String {
    let total = counters.total_bytes.load(Relaxed);
    let read = counters.read_bytes.load(Relaxed);
    let decoded = counters.decoded_bytes.load(Relaxed);
    let units = counters.units.load(Relaxed);
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rate = mib(decoded) / seconds;
    let mut line = format!(
        "scanned {:.1} MiB in {units} {}, {rate:.1} MiB/s",
        mib(decoded),
        if units == 1 { "unit" } else { "units" }
    );
    if total > 0 && read > 0 && read <= total {
        let left = seconds * (total - read) as f64 / read as f64;
        line += &format!(
            ", {:.0} % done, {} left",
            100.0 * read as f64 / total as f64,
            duration(left)
        );
    }
    let missed = counters.missed.load(Relaxed);
    if missed > 0 {
        line += &format!(", {missed} not or not wholly read");
    }
    line
}

/// A number of bytes for people: the largest unit that leaves no fraction.
pub(super) fn size(bytes: u64) -> String {
    let units = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = units
        .into_iter()
        .find(|(power, _)| bytes > 0 && bytes.trailing_zeros() >= *power);
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(power, name)| format!("{} {name}", bytes >> power),
    )
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// A span of time for people: `42 s`, `7 min`, `3.5 h`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{seconds:.0} s")
    } else if seconds < 6000.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_rate_share_time_left_and_what_was_missed() {
        let counters = Counters::default();
        counters.total_bytes.store(4 << 20, Relaxed);
        counters.read_bytes.store(1 << 20, Relaxed);
        counters.decoded_bytes.store(10 << 20, Relaxed);
        counters.units.store(3, Relaxed);
        counters.missed.store(1, Relaxed);
        let line = line(&counters, Duration::from_secs(10));
        assert_eq!(
            line,
            "scanned 10.0 MiB in 3 units, 1.0 MiB/s, 25 % done, 30 s left, 1 not or not wholly read"
        );
    }

    #[test]
    fn work_that_unwinds_does_not_hang() {
        let terminal = Terminal::of_process();
        let counters = Counters::default();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            watch(ProgressMode::Always, &terminal, &counters, || {
                std::panic::resume_unwind(Box::new(()))
            });
        }));
        assert!(outcome.is_err());
    }
}
