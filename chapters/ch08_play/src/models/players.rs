//! Threads that play the episodes of many controllers.
//!
//! Episodes are played in groups of [`GROUP`] in lock-step: the nets see a whole group at once, on one thread. Groups do
//! not depend on the number of threads, so neither do results.

use super::Controller;
use anyhow::{Context, Result, anyhow, bail, ensure};
use common::threads;
use common::training::{Interrupted, ensure_not_stopped};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Episodes that are played together.
pub const GROUP: usize = 8;

/// After Ctrl-C, a generation that is older than this is given up: it may take minutes more.
const PATIENCE: Duration = Duration::from_secs(10);

/// An episode to play.
#[derive(Debug, Clone)]
pub struct Job {
    /// The controller's weights, in the order of [`Controller::weights`](super::controller::Controller::weights).
    pub controller: Arc<Vec<f32>>,
    /// Seed of the track, and of all random numbers of the episode.
    pub seed: u64,
    /// When it ends.
    pub rules: Rules,
}

impl Job {
    /// An episode of a controller.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn new(controller: &Controller, seed: u64, rules: Rules) -> Result<Job> {
        Ok(Job::with_weights(&controller.weights()?, seed, rules))
    }

    /// An episode of the controller with these weights.
    pub fn with_weights(weights: &[f64], seed: u64, rules: Rules) -> Job {
        Job { controller: Arc::new(weights.iter().map(|&weight| weight as f32).collect()), seed, rules }
    }
}

/// When an episode ends, besides its own end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Most steps.
    pub max_steps: u32,
    /// Steps without a reward above 0 after which an episode is given up; never, if None.
    pub hopeless_after: Option<u32>,
}

/// What came out of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Played {
    /// The sum of rewards.
    pub score: f64,
    /// The number of steps.
    pub steps: u32,
}

/// Where episodes are played.
pub trait World {
    /// Plays a group of episodes.
    ///
    /// # Errors
    /// libtorch fails, or a controller acts with a number that is not finite.
    fn play(&mut self, jobs: &[Job]) -> Result<Vec<Played>>;
}

/// Other machines that play, too.
pub trait Others: Debug {
    /// Their number.
    fn count(&self) -> usize;

    /// Gives all of them the episodes of a generation; each plays its share, see [`Players::share`].
    ///
    /// # Errors
    /// They cannot be reached.
    fn send(&self, jobs: &[Job]) -> Result<()>;

    /// The share of one of them, counted from 1.
    ///
    /// # Errors
    /// It cannot be reached, or it failed.
    fn receive(&self, number: usize) -> Result<Share>;
}

/// Groups of episodes that were played, with their places among all groups.
pub type Share = Vec<(usize, Vec<Played>)>;

/// Threads with a world each. Dropping it waits for them: libtorch must not be in use when a program ends.
#[derive(Debug)]
pub struct Players {
    /// None once it is dropped.
    tasks: Option<Sender<Task>>,
    threads: Vec<JoinHandle<()>>,
    /// What is in the queue is not wanted any more.
    stopped: Arc<AtomicBool>,
    others: Option<Box<dyn Others>>,
}

#[derive(Debug)]
struct Task {
    place: usize,
    jobs: Vec<Job>,
    reply: Sender<(usize, Result<Vec<Played>>)>,
}

impl Players {
    /// So many threads. Each makes a world for itself: nets cannot be shared between threads.
    pub fn new<W: World>(threads: usize, make: impl Fn() -> Result<W> + Send + Sync + 'static) -> Players {
        let (tasks, queue) = channel::<Task>();
        let (shared, stopped) = (Arc::new((Mutex::new(queue), make)), Arc::new(AtomicBool::new(false)));
        let start = |_| {
            let (shared, stopped) = (shared.clone(), stopped.clone());
            thread::spawn(move || {
                let (queue, make) = &*shared;
                let world = make();
                threads::compute_alone(); // the description of a net sets the number of threads, too
                work(queue, world, &stopped);
            })
        };
        let threads = (0..threads.max(1)).map(start).collect();
        Players { tasks: Some(tasks), threads, stopped, others: None }
    }

    /// The same with other machines, which play their share.
    pub fn with_others(mut self, others: Box<dyn Others>) -> Players {
        self.others = Some(others);
        self
    }

    /// Plays all episodes; results are in their order.
    ///
    /// # Errors
    /// As [`World::play`]; or Ctrl-C in a generation that takes long.
    pub fn play(&self, jobs: &[Job]) -> Result<Vec<Played>> {
        let others = self.others.as_deref();
        let machines = 1 + others.map_or(0, Others::count);
        others.map_or(Ok(()), |others| others.send(jobs))?;
        let mut played = vec![self.share(jobs, 0, machines)];
        // All answers are taken before an error counts: a machine that sends waits until then.
        played.extend(others.into_iter().flat_map(|others| (1..machines).map(|number| others.receive(number))));
        let played = played.into_iter().collect::<Result<Vec<_>>>()?;
        let mut groups = vec![vec![]; jobs.len().div_ceil(GROUP)];
        for (place, played) in played.into_iter().flatten() {
            *groups.get_mut(place).context("another machine played another generation")? = played;
        }
        let played = groups.concat();
        if played.len() == jobs.len() { Ok(played) } else { bail!("a thread that plays ended early") }
    }

    /// Plays the share of one of so many machines, counted from 0: with three machines, every third group.
    ///
    /// # Errors
    /// As [`Players::play`].
    pub fn share(&self, jobs: &[Job], number: usize, machines: usize) -> Result<Share> {
        let (reply, replies) = channel();
        for (place, group) in jobs.chunks(GROUP).enumerate().skip(number).step_by(machines) {
            let task = Task { place, jobs: group.to_vec(), reply: reply.clone() };
            let sent = self.tasks.as_ref().is_some_and(|tasks| tasks.send(task).is_ok());
            ensure!(sent, "all threads that play have ended");
        }
        drop(reply);
        let started = Instant::now();
        let mut share = vec![];
        for (place, played) in replies {
            share.push((place, played?));
            if started.elapsed() > PATIENCE && ensure_not_stopped().is_err() {
                bail!(Interrupted("stopped".to_string()));
            }
        }
        Ok(share)
    }
}

impl Drop for Players {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.tasks = None; // closes the queue
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // its panic was told when it happened
        }
    }
}

/// Plays what is in the queue until it is closed, or not wanted any more.
fn work<W: World>(queue: &Mutex<Receiver<Task>>, mut world: Result<W>, stopped: &AtomicBool) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Task { place, jobs, reply }) = next else { return };
        if stopped.load(Ordering::Relaxed) {
            return;
        }
        let played = match &mut world {
            Ok(world) => world.play(&jobs),
            Err(error) => Err(anyhow!("{error:#}")),
        };
        let _ = reply.send((place, played)); // nobody waits for it any more: a group before it failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo;

    impl World for Echo {
        fn play(&mut self, jobs: &[Job]) -> Result<Vec<Played>> {
            assert!(jobs.len() <= GROUP);
            match jobs[0].seed {
                1000 => bail!("a bad group"),
                2000 => panic!("on purpose"),
                seed => thread::sleep(Duration::from_millis(20 - seed % 20)),
            }
            Ok(jobs.iter().map(|job| Played { score: job.seed as f64, steps: 1 }).collect())
        }
    }

    fn jobs(seeds: std::ops::Range<u64>) -> Vec<Job> {
        let rules = Rules { max_steps: 1, hopeless_after: None };
        seeds.map(|seed| Job { controller: Arc::default(), seed, rules }).collect()
    }

    #[test]
    fn results_come_in_order_and_errors_arrive() {
        let players = Players::new(3, || Ok(Echo));
        let played = players.play(&jobs(0..37)).unwrap();
        assert!(played.iter().map(|played| played.score as u64).eq(0..37));
        assert_eq!(players.play(&jobs(1000..1003)).unwrap_err().to_string(), "a bad group");
        assert_eq!(players.play(&jobs(2000..2001)).unwrap_err().to_string(), "a thread that plays ended early");
        assert_eq!(players.play(&jobs(5..6)).unwrap()[0].score, 5.0, "the others play on");
        let started = Instant::now();
        drop(players);
        assert!(started.elapsed() < Duration::from_secs(5), "what is in the queue was played");
        let broken = Players::new(2, || -> Result<Echo> { bail!("no weights") });
        assert_eq!(broken.play(&jobs(0..9)).unwrap_err().to_string(), "no weights");
    }
}
