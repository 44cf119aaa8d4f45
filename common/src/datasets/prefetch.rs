//! Computing the next items in the background.

use crate::threads;
use anyhow::{Result, anyhow};
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Results of jobs in the order of the jobs, computed ahead by other threads. Dropping it ends the threads.
#[derive(Debug)]
pub struct Prefetch<T> {
    /// One channel per started job, in order, for its result.
    places: Receiver<Receiver<Result<T>>>,
    waited: Duration,
}

impl<T: Send + 'static> Prefetch<T> {
    /// Runs `work` over the jobs on `workers` threads, with at most `ahead` results ready or in progress, plus one per
    /// thread.
    pub fn new<J: Send + 'static>(
        jobs: impl Iterator<Item = J> + Send + 'static,
        workers: usize,
        ahead: usize,
        work: impl Fn(J) -> Result<T> + Send + Sync + 'static,
    ) -> Prefetch<T> {
        let (reserve, places) = sync_channel(ahead);
        let shared = Arc::new((Mutex::new(jobs), work));
        for _ in 0..workers.max(1) {
            let (reserve, shared) = (reserve.clone(), shared.clone());
            thread::spawn(move || {
                threads::compute_alone();
                let (jobs, work) = &*shared;
                loop {
                    // A job and its channel are taken under the same lock, so channels have the order of the jobs.
                    let mut jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
                    let Some(job) = jobs.next() else { return };
                    let (deliver, place) = channel();
                    if reserve.send(place).is_err() {
                        return;
                    }
                    drop(jobs);
                    let _ = deliver.send(work(job)); // nobody waits for it any more: the next reservation fails
                }
            });
        }
        Prefetch { places, waited: Duration::ZERO }
    }

    /// Total time that [`next`](Iterator::next) has waited.
    pub fn waited(&self) -> Duration {
        self.waited
    }
}

impl<T> Iterator for Prefetch<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let start = Instant::now();
        let place = self.places.recv().ok()?;
        let result = place.recv().unwrap_or_else(|_| Err(anyhow!("a data loading thread ended early")));
        self.waited += start.elapsed();
        Some(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn workers_compute_alone() {
        let before = tch::get_num_threads();
        let of_worker = Prefetch::new(0..1, 1, 1, |_| Ok(tch::get_num_threads())).next().unwrap().unwrap();
        assert_eq!((of_worker, tch::get_num_threads()), (1, before));
    }

    #[test]
    fn results_come_in_order_whoever_is_faster() {
        let slow_first = |i: u64| {
            thread::sleep(Duration::from_millis(if i.is_multiple_of(5) { 8 } else { 1 }));
            Ok(i)
        };
        let results: Vec<u64> = Prefetch::new(0..40, 4, 3, slow_first).map(Result::unwrap).collect();
        assert_eq!(results, (0..40).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_is_prepared_than_asked_for() {
        let begun = Arc::new(AtomicUsize::new(0));
        let counter = begun.clone();
        let mut stream = Prefetch::new(0..1000, 2, 3, move |i: i32| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(i)
        });
        assert_eq!(stream.next().unwrap().unwrap(), 0);
        thread::sleep(Duration::from_millis(30));
        assert!(begun.load(Ordering::SeqCst) <= 1 + 3 + 2, "{begun:?}");
    }

    #[test]
    fn errors_and_panics_arrive_in_their_place() {
        let mut stream = Prefetch::new(0..3, 2, 2, |i| if i == 1 { Err(anyhow!("number one")) } else { Ok(i) });
        assert_eq!(stream.next().unwrap().unwrap(), 0);
        assert_eq!(stream.next().unwrap().unwrap_err().to_string(), "number one");
        assert_eq!(stream.next().unwrap().unwrap(), 2);
        assert!(stream.next().is_none());
        let mut stream = Prefetch::new(0..1, 1, 1, |_| -> Result<i32> { panic!("on purpose") });
        assert!(stream.next().unwrap().unwrap_err().to_string().contains("ended early"));
    }
}
