//! How threads wait for each other at the end of each parallel region.
//!
//! GNU's OpenMP lets a thread spin for about three milliseconds before it sleeps. That is fastest on a quiet machine, and beside
//! another program the slowest by far: the spinning thread takes the processor that the thread needs for which it waits. The
//! spin count is read before `main` and cannot be set later. But threads spin a hundred times only, a microsecond, while
//! OpenMP manages more threads than there are processors. So while others want the processors, a team of idle threads exists.
//! Results do not depend on how threads wait.

use super::contention::{Counters, Judge};
use super::openmp::{Parallel, function};
use std::ffi::{c_int, c_uint, c_void};
use std::sync::Once;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;
use std::{env, fs, ptr, thread};

/// Settings of the user, which win.
const SETTINGS: [&str; 2] = ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"];
/// The thread that watches; the kernel keeps 15 letters of a name.
const NAME: &str = "neighbours";
const PERIOD: Duration = Duration::from_millis(200);

/// From now on, threads sleep instead of spinning while others want the processors. Nothing happens where the user has
/// chosen, with another OpenMP than GNU's, or on another system than Linux.
pub fn adapt() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let chosen = SETTINGS.iter().any(|setting| env::var_os(setting).is_some());
        if chosen || is_watched() {
            return;
        }
        let (Some(parallel), Some(processors)) = (function(c"GOMP_parallel"), function(c"omp_get_num_procs")) else {
            return;
        };
        // A program that cannot start the thread computes as before.
        let _ = thread::Builder::new().name(NAME.to_string()).spawn(move || watch(parallel, processors));
    });
}

/// Whether the program has such a thread: each cell of a notebook has a copy of this library.
fn is_watched() -> bool {
    names().any(|name| name == NAME)
}

/// The names of the program's threads.
fn names() -> impl Iterator<Item = String> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks.filter_map(|task| Some(fs::read_to_string(task.path().join("comm")).ok()?.trim_end().to_string()))
}

/// Looks at the contention of each period, as long as the kernel counts it.
fn watch(parallel: Parallel, processors: unsafe extern "C" fn() -> c_int) {
    let mut judge = Judge::default();
    let mut idle = None;
    let Ok(mut before) = Counters::read() else { return };
    loop {
        thread::sleep(PERIOD);
        let Ok(now) = Counters::read() else { return };
        if judge.judge(now.contention_since(&before)) {
            // SAFETY: a function of OpenMP's specification that reads a number.
            idle.get_or_insert_with(|| IdleTeam::start(parallel, unsafe { processors() }));
        } else {
            idle = None;
        }
        before = now;
    }
}

/// More threads of OpenMP than there are processors, all asleep. They end when this is dropped.
#[derive(Debug)]
pub struct IdleTeam {
    /// The thread to which the team belongs waits at the other end until this one is gone.
    _end: Sender<()>,
}

impl IdleTeam {
    /// Starts the team, and returns when it exists.
    pub fn start(parallel: Parallel, processors: c_int) -> IdleTeam {
        unsafe extern "C" fn nothing(_: *mut c_void) {}
        let (end, ended) = channel::<()>();
        let (started, wait) = channel::<()>();
        let team = move || {
            // SAFETY: each thread calls the function above, which ignores its argument; then OpenMP keeps the threads until
            // the one that called it ends.
            unsafe { parallel(nothing, ptr::null_mut(), processors as c_uint + 1, 0) };
            drop(started);
            let _ = ended.recv(); // returns when the sender is dropped
        };
        if thread::Builder::new().name("idle team".to_string()).spawn(team).is_ok() {
            let _ = wait.recv();
        }
        IdleTeam { _end: end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_idle_team_outnumbers_the_processors_and_goes() {
        let parallel = function::<Parallel>(c"GOMP_parallel").expect("libtorch for Linux has GNU's OpenMP");
        let team = IdleTeam::start(parallel, 3);
        // Fewer where the environment limits OpenMP's threads (OMP_THREAD_LIMIT, OMP_DYNAMIC).
        let limited = ["OMP_THREAD_LIMIT", "OMP_DYNAMIC"].iter().any(|name| std::env::var_os(name).is_some());
        assert!(limited || threads_named("idle team") == 4);
        drop(team);
        while threads_named("idle team") > 0 {
            thread::yield_now();
        }
    }

    /// Threads of OpenMP take the name of the thread that starts them.
    fn threads_named(wanted: &str) -> usize {
        names().filter(|name| name == wanted).count()
    }
}
