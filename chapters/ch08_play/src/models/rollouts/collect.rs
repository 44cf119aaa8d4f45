use super::progress::Progress;
use super::{Environment, Episode, RandomDriver, Recording, Rollouts};
use anyhow::Result;
use common::device::mix;
use common::files;
use common::training::{Interrupted, ensure_not_stopped};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

/// Which episodes are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Their number.
    pub episodes: usize,
    /// Frames of each.
    pub steps: usize,
    /// Frames that an action is held.
    pub repeat_action: usize,
    /// The environment.
    pub environment: Environment,
    /// Seed of the tracks and of the driver.
    pub seed: u64,
}

/// The seed of an episode's track, such as Gymnasium's `reset` takes it.
pub fn track_seed(seed: u64, episode: usize) -> u64 {
    mix(&[seed, episode as u64, 1])
}

/// Plays an episode of a plan with the random driver.
///
/// # Errors
/// The plan is invalid, or [`Interrupted`] after Ctrl-C.
pub fn play(plan: &Plan, episode: usize) -> Result<Episode> {
    let mut driver = RandomDriver::new(plan.seed, episode, plan.repeat_action);
    let mut recording = Recording::begin(plan.environment.config(), track_seed(plan.seed, episode))?;
    for _ in 0..plan.steps {
        ensure_not_stopped()?;
        recording.step(driver.next_action())?;
    }
    recording.finish()
}

/// Plays the episodes of a plan that a folder lacks, each by one of so many threads. Neither their number nor the order in
/// which they work changes an episode.
///
/// # Errors
/// As [`play`], a file cannot be written, or [`Interrupted`] after Ctrl-C. Whole episodes stay.
pub fn collect(folder: &Path, plan: &Plan, threads: usize) -> Result<Rollouts> {
    files::remove_parts(folder);
    let missing: Vec<usize> = (0..plan.episodes).filter(|&n| !Rollouts::file(folder, n).exists()).collect();
    let progress = Progress::new(plan.episodes, plan.episodes - missing.len());
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        while let Some(&episode) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
            let saved = play(plan, episode).and_then(|played| played.save(&Rollouts::file(folder, episode)));
            if saved.is_err() {
                next.store(missing.len(), Ordering::Relaxed); // the others stop, too
            }
            saved?;
            progress.add_one();
        }
        Ok(())
    };
    let result = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(missing.len())).map(|_| scope.spawn(work)).collect();
        let join = |helper: ScopedJoinHandle<_>| helper.join().unwrap_or_else(|panic| resume_unwind(panic));
        helpers.into_iter().map(join).fold(work(), Result::and)
    });
    let done = progress.finish();
    match result {
        Err(error) if error.is::<Interrupted>() => {
            Err(Interrupted(format!("stopped with {done} of {} episodes", plan.episodes)).into())
        }
        Err(error) => Err(error),
        Ok(()) => Rollouts::open(folder),
    }
}
