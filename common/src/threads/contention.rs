//! How much this program waits for processors that others use.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

/// More than this share of a processor in so many periods: others want the processors. On a quiet machine 0.01 were seen, with
/// 0.2 in a single period now and then; beside a busy program 0.4 to 0.9.
const BUSY: f64 = 0.1;
const BUSY_PERIODS: u32 = 2;
/// Less than this in so many periods: the program has them for itself again.
const CALM: f64 = 0.05;
const CALM_PERIODS: u32 = 10;

/// What Linux has counted up to now.
#[derive(Debug, Clone, PartialEq)]
pub struct Counters {
    at: Instant,
    /// Seconds that each thread of the program could have run, but had no processor.
    waited: BTreeMap<u64, f64>,
    /// Seconds in which the processors of a virtual machine worked for others.
    stolen: f64,
}

impl Counters {
    /// Reads the counters of the kernel.
    ///
    /// # Errors
    /// This kernel has none.
    pub fn read() -> Result<Counters> {
        let mut waited = BTreeMap::new();
        for task in fs::read_dir("/proc/self/task").context("reading the program's threads")? {
            let task = task?;
            // A thread may have ended since the folder was read.
            let Ok(text) = fs::read_to_string(task.path().join("schedstat")) else { continue };
            if let (Some(id), Some(nanoseconds)) = (number(task.file_name().to_str()), number(text.split(' ').nth(1))) {
                waited.insert(id, nanoseconds as f64 * 1e-9);
            }
        }
        let stat = fs::read_to_string("/proc/stat").context("reading the processors' times")?;
        Ok(Counters { at: Instant::now(), waited, stolen: stolen(&stat, is_allowed) * tick() })
    }

    /// The number of processors for which the program waited between `earlier` and now, on average: 0.5 if one thread
    /// waited for half of the time.
    pub fn contention_since(&self, earlier: &Counters) -> f64 {
        let more = |(id, now): (&u64, &f64)| earlier.waited.get(id).map_or(0.0, |before| now - before);
        let waited: f64 = self.waited.iter().map(more).sum();
        let seconds = self.at.duration_since(earlier.at).as_secs_f64();
        (waited + self.stolen - earlier.stolen) / seconds.max(1e-3)
    }
}

fn number(text: Option<&str>) -> Option<u64> {
    text?.trim().parse().ok()
}

/// Ticks of the clock that a virtual machine's processors worked for others: the eighth number of their lines in
/// `/proc/stat`.
fn stolen(stat: &str, counts: impl Fn(usize) -> bool) -> f64 {
    let of_line = |line: &str| {
        let (name, numbers) = line.strip_prefix("cpu")?.split_once(' ')?;
        let processor = number(Some(name))? as usize;
        counts(processor).then(|| number(numbers.split_whitespace().nth(7))).flatten()
    };
    stat.lines().filter_map(of_line).map(|ticks| ticks as f64).sum()
}

/// Whether the program may use this processor.
fn is_allowed(processor: usize) -> bool {
    // SAFETY: a set of bits, for which zeros are a value.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: fills the set, whose size it is given, for the calling thread.
    let failed = unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set) } != 0;
    // SAFETY: reads a bit; processors beyond the set's size are left out.
    failed || processor >= 8 * size_of::<libc::cpu_set_t>() || unsafe { libc::CPU_ISSET(processor, &set) }
}

/// Seconds of a tick.
fn tick() -> f64 {
    // SAFETY: reads a number of the system.
    let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    if per_second > 0 { 1.0 / per_second as f64 } else { 0.01 }
}

/// Decides from period to period whether the processors are contended. It sees neighbours soon, and trusts late that they are
/// gone: spinning beside them costs much more than sleeping without them.
#[derive(Debug, Default)]
pub struct Judge {
    contended: bool,
    /// Busy periods in a row, and calm ones.
    busy: u32,
    calm: u32,
}

impl Judge {
    /// The decision after a period with this contention.
    pub fn judge(&mut self, contention: f64) -> bool {
        self.busy = if contention > BUSY { self.busy + 1 } else { 0 };
        self.calm = if contention < CALM { self.calm + 1 } else { 0 };
        if self.busy >= BUSY_PERIODS {
            self.contended = true;
        } else if self.calm >= CALM_PERIODS {
            self.contended = false;
        }
        self.contended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn waiting_threads_and_a_busy_host_are_contention() {
        let at = Instant::now();
        let earlier = Counters { at, waited: BTreeMap::from([(1, 5.0), (2, 1.0)]), stolen: 3.0 };
        let at = at + Duration::from_secs(2);
        // Thread 2 has ended, thread 3 is new: what it waited before is not known.
        let now = Counters { at, waited: BTreeMap::from([(1, 5.5), (3, 9.0)]), stolen: 3.1 };
        assert!((now.contention_since(&earlier) - 0.3).abs() < 1e-9);
        assert_eq!(earlier.contention_since(&earlier), 0.0);
    }

    #[test]
    fn time_stolen_from_the_programs_own_processors_counts() {
        let stat =
            "cpu  9 9 9 9 9 9 9 90 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\ncpu1 1 2 3 4 5 6 7 30 0 0\ncpu2 1 1\nintr 5 5\n";
        assert_eq!(stolen(stat, |_| true), 38.0);
        assert_eq!(stolen(stat, |processor| processor != 0), 30.0);
    }

    #[test]
    fn this_kernel_counts() {
        if !std::path::Path::new("/proc/self/schedstat").exists() {
            return eprintln!("skipped: this kernel does not count how long threads wait");
        }
        let counters = Counters::read().unwrap();
        assert!(!counters.waited.is_empty());
        assert!(Counters::read().unwrap().contention_since(&counters) >= 0.0);
    }

    #[test]
    fn neighbours_are_seen_soon_and_trusted_to_be_gone_late() {
        let mut judge = Judge::default();
        assert!(!judge.judge(0.02) && !judge.judge(0.08));
        assert!(!judge.judge(0.5) && !judge.judge(0.02), "a single period");
        assert!(!judge.judge(0.5) && judge.judge(0.2));
        for _ in 1..CALM_PERIODS {
            assert!(judge.judge(0.0));
        }
        assert!(judge.judge(0.07), "neither calm nor busy");
        for _ in 1..CALM_PERIODS {
            assert!(judge.judge(0.0));
        }
        assert!(!judge.judge(0.0));
    }
}
