//! The CPU threads that libtorch computes with: how many, and how they wait for each other.
//!
//! libtorch splits its work into as many parts as it has threads. If OpenMP then gives fewer, because `OMP_THREAD_LIMIT` or
//! `OMP_DYNAMIC` says so, some parts are not computed, and no error is raised: gradients are wrong, and training ends in
//! NaN. So the number is cut to what OpenMP really gives.

#[cfg(target_os = "linux")]
mod contention;
mod openmp;
#[cfg(target_os = "linux")]
mod waiting;

use crate::note;
use openmp::{Parallel, function};
use std::ffi::{c_int, c_uint, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

/// Sets the number of threads, or the largest number below it that OpenMP gives.
pub fn set(threads: i32) {
    settle();
    tch::set_num_threads(threads);
    cut();
}

/// Overrules `OMP_DYNAMIC`, cuts libtorch's own choice of threads to what OpenMP gives, and lets the threads sleep at
/// barriers while other programs want the processors. Every net calls this when it is described. OpenMP keeps the first two
/// settings for each thread of the program: a thread that computed before has the old ones.
pub(crate) fn settle() {
    static CUT: OnceLock<Option<i32>> = OnceLock::new();
    thread_local! {
        static SETTLED: () = {
            overrule();
            if let Some(threads) = *CUT.get_or_init(cut) {
                tch::set_num_threads(threads);
            }
            #[cfg(target_os = "linux")]
            waiting::adapt();
        };
    }
    SETTLED.with(|()| ());
}

/// Makes the calling thread compute alone. A thread that loads data would otherwise start threads of OpenMP of its own; with
/// more threads than processors, those that train would sleep at each barrier, and a step of a small net takes twice the
/// time.
pub fn compute_alone() {
    if let Some(set_threads) = function::<unsafe extern "C" fn(c_int)>(c"omp_set_num_threads") {
        // SAFETY: a function of OpenMP's specification that sets a number, for this thread only.
        unsafe { set_threads(1) };
    }
}

/// Makes OpenMP give all threads that are asked for. Each thread of the program has this setting of its own.
fn overrule() {
    if let Some(set_dynamic) = function::<unsafe extern "C" fn(c_int)>(c"omp_set_dynamic") {
        // SAFETY: a function of OpenMP's specification that sets a number.
        unsafe { set_dynamic(0) };
    }
}

/// Cuts the number of threads, and returns it if it was too large.
fn cut() -> Option<i32> {
    let wanted = tch::get_num_threads();
    let given = given(wanted).filter(|given| *given < wanted)?;
    note!("OpenMP gives {given} of {wanted} threads (OMP_THREAD_LIMIT?): computing with {given}");
    tch::set_num_threads(given);
    Some(given)
}

/// The number of threads that take part in a parallel region for which `wanted` were asked. `None` if libtorch computes
/// with another library than GNU's; then OpenMP's limit stands in.
fn given(wanted: i32) -> Option<i32> {
    unsafe extern "C" fn count(counter: *mut c_void) {
        // SAFETY: the pointer is that of the counter below, which outlives the region.
        unsafe { &*counter.cast::<AtomicI32>() }.fetch_add(1, Ordering::Relaxed);
    }
    if let Some(parallel) = function::<Parallel>(c"GOMP_parallel") {
        let counter = AtomicI32::new(0);
        // SAFETY: the entry point of GNU's OpenMP for a parallel region; it returns when all threads have counted.
        unsafe { parallel(count, (&raw const counter).cast_mut().cast(), wanted.max(1) as c_uint, 0) };
        return Some(counter.into_inner());
    }
    let limit = function::<unsafe extern "C" fn() -> c_int>(c"omp_get_thread_limit")?;
    // SAFETY: a function of OpenMP's specification that reads a number.
    Some(unsafe { limit() })
}
