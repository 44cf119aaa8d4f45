use crate::config::Config;
use crate::env::{Action, CarRacing, Outcome};
use anyhow::{Result, ensure};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

/// Many environments in lock-step, over all cores.
///
/// An environment whose episode is over waits: its image and outcome stay until [`Batch::reset_one`] begins another
/// episode. Results do not depend on the number of threads.
///
/// ```
/// use car_racing::{Batch, Config};
/// # fn main() -> anyhow::Result<()> {
/// let mut batch = Batch::new(Config::gymnasium(), 3)?;
/// batch.reset(&[7, 7, 8])?;
/// batch.step(&[[0.0, 1.0, 0.0]; 3])?;
/// assert_eq!(batch.outcomes()[0], batch.outcomes()[1]);
/// assert_eq!(batch.observation(0), batch.observation(1));
/// assert_ne!(batch.observation(0), batch.observation(2));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Batch {
    environments: Vec<CarRacing>,
    outcomes: Vec<Outcome>,
    /// All images, one after the other.
    observations: Vec<u8>,
    image_len: usize,
    threads: usize,
}

/// An environment with the places for its results.
struct Slot<'a> {
    index: usize,
    environment: &'a mut CarRacing,
    outcome: &'a mut Outcome,
    observation: &'a mut [u8],
}

impl Batch {
    /// So many environments, without episodes: [`Batch::reset`] begins them. Uses as many threads as there are cores.
    ///
    /// # Errors
    /// There is no environment, or a number of the configuration is out of its range.
    pub fn new(config: Config, count: usize) -> Result<Batch> {
        ensure!(count > 0, "a batch needs at least one environment");
        let config = Arc::new(config);
        let image_len = config.image_len();
        let environments = (0..count).map(|_| CarRacing::with_shared(config.clone())).collect::<Result<Vec<_>>>()?;
        Ok(Batch {
            environments,
            outcomes: vec![Outcome::default(); count],
            observations: vec![0; count * image_len],
            image_len,
            threads: thread::available_parallelism().map_or(1, NonZero::get),
        })
    }

    /// The same with another number of threads, at least one.
    pub fn with_threads(self, threads: usize) -> Batch {
        Batch { threads: threads.max(1), ..self }
    }

    /// The number of environments.
    pub fn len(&self) -> usize {
        self.environments.len()
    }

    /// Always false: a batch has at least one environment.
    pub fn is_empty(&self) -> bool {
        self.environments.is_empty()
    }

    /// Begins an episode in each environment, with a seed for each.
    ///
    /// # Errors
    /// The number of seeds is another one.
    pub fn reset(&mut self, seeds: &[u64]) -> Result<()> {
        ensure!(seeds.len() == self.len(), "{} environments need as many seeds, not {}", self.len(), seeds.len());
        self.in_parallel(|_| true, |slot| slot.reset(Some(seeds[slot.index])))
    }

    /// Begins an episode in one environment. Without a seed, its random numbers go on.
    ///
    /// # Errors
    /// There is no environment of this number.
    pub fn reset_one(&mut self, index: usize, seed: Option<u64>) -> Result<()> {
        ensure!(index < self.len(), "there is no environment {index} in a batch of {}", self.len());
        self.in_parallel(|slot| slot.index == index, |slot| slot.reset(seed))
    }

    /// Takes a step in each environment whose episode is not over.
    ///
    /// # Errors
    /// The number of actions is another one, a number of an action is not finite, or an environment has no episode.
    pub fn step(&mut self, actions: &[Action]) -> Result<()> {
        ensure!(actions.len() == self.len(), "{} environments need as many actions, not {}", self.len(), actions.len());
        self.in_parallel(
            |slot| !slot.outcome.is_over(),
            |slot| {
                *slot.outcome = slot.environment.advance(actions[slot.index])?;
                slot.environment.observe(slot.observation)
            },
        )
    }

    /// What the last step of each environment gave.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The last images of all environments, one after the other: count x height x width x RGB.
    pub fn observations(&self) -> &[u8] {
        &self.observations
    }

    /// The last image of one environment: height x width x RGB.
    ///
    /// # Panics
    /// There is no environment of this number.
    pub fn observation(&self, index: usize) -> &[u8] {
        &self.observations[index * self.image_len..(index + 1) * self.image_len]
    }

    /// The environments.
    pub fn environments(&self) -> &[CarRacing] {
        &self.environments
    }

    /// Whether all episodes are over.
    pub fn is_over(&self) -> bool {
        self.outcomes.iter().all(Outcome::is_over)
    }

    /// Does something with the chosen environments. Each thread takes the next one as soon as it is free. Gives one of the
    /// errors.
    fn in_parallel(
        &mut self,
        chosen: impl Fn(&Slot) -> bool,
        work: impl Fn(&mut Slot) -> Result<()> + Sync,
    ) -> Result<()> {
        let parts = self.environments.iter_mut().zip(&mut self.outcomes);
        let parts = parts.zip(self.observations.chunks_exact_mut(self.image_len)).enumerate();
        let slots = parts.map(|(index, ((environment, outcome), observation))| Slot {
            index,
            environment,
            outcome,
            observation,
        });
        let slots: Vec<Slot> = slots.filter(|slot| chosen(slot)).collect();
        let helpers = self.threads.min(slots.len()).saturating_sub(1);
        let queue = Mutex::new(slots.into_iter());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let run = || std::iter::from_fn(next).try_for_each(|mut slot| work(&mut slot));
        thread::scope(|scope| {
            let helpers: Vec<_> = (0..helpers).map(|_| scope.spawn(run)).collect();
            let join = |helper: ScopedJoinHandle<_>| helper.join().unwrap_or_else(|panic| resume_unwind(panic));
            helpers.into_iter().map(join).fold(run(), Result::and)
        })
    }
}

impl Slot<'_> {
    fn reset(&mut self, seed: Option<u64>) -> Result<()> {
        self.environment.begin(seed);
        let info = self.environment.info().unwrap_or_default();
        *self.outcome = Outcome { info, ..Outcome::default() };
        self.environment.observe(self.observation)
    }
}
