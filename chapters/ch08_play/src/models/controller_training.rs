//! Evolution of a controller (pp. 303-310): each candidate plays some episodes, and the better ones shape the next
//! generation.

use super::controller::{Controller, ControllerConfig};
use super::evaluation::{is_kept, kept};
use super::evolution::Evolution;
use super::players::{Job, Played, Players, Rules};
use anyhow::{Result, ensure};
use common::device::mix;
use common::keras::weights;
use common::training::{Interrupted, Plan, RunFolder, Step, TrainState, Training};
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use tch::{Device, Tensor};

/// Seeds of tracks for evolution have this bit; those below are for evaluation.
const FIRST_TRACK: u64 = 1 << 20;

/// How controllers evolve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvolveConfig {
    /// Candidates in a generation.
    pub population: usize,
    /// Episodes that each candidate plays; its score is their mean.
    pub episodes: u64,
    /// Standard deviation of the first mutations.
    pub sigma: f64,
    /// Weight of the mean square of a controller's weights in its cost. The book's script has the wrong sign: it rewards
    /// large weights.
    pub weight_decay: f64,
    /// Which tracks they play on.
    pub tracks: Tracks,
    /// Most steps of an episode.
    pub max_steps: u32,
    /// Most steps in the first generation, and how many more there are in each one after it; [`EvolveConfig::max_steps`]
    /// from the start in the book.
    pub first_steps: u32,
    /// See [`EvolveConfig::first_steps`].
    pub more_steps: u32,
    /// Steps without a reward after which an episode is given up; never in the book.
    pub hopeless_after: Option<u32>,
}

/// Which tracks the candidates of a generation play on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tracks {
    /// Tracks are drawn for the first half of the candidates, and the second half plays on the same: the book's
    /// "antithetic" seeds.
    Antithetic,
    /// All candidates play on the same tracks, others in each generation.
    Common,
}

impl EvolveConfig {
    /// The book's: 16 workers, four episodes each.
    pub fn book() -> EvolveConfig {
        EvolveConfig {
            population: 16,
            episodes: 4,
            sigma: 0.1,
            weight_decay: 0.01,
            tracks: Tracks::Antithetic,
            max_steps: 1000,
            first_steps: 1000,
            more_steps: 0,
            hopeless_after: None,
        }
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        ensure!((4..=4096).contains(&self.population), "evolve.population must lie between 4 and 4096");
        ensure!((1..=1024).contains(&self.episodes), "evolve.episodes must lie between 1 and 1024");
        ensure!(self.sigma.is_finite() && self.sigma > 0.0, "evolve.sigma must be above 0");
        let decay = self.weight_decay;
        ensure!(decay.is_finite() && decay >= 0.0, "evolve.weight_decay must be 0 or more");
        ensure!((1..=100_000).contains(&self.max_steps), "evolve.max_steps must lie between 1 and 100000");
        ensure!(self.first_steps > 0, "evolve.first_steps must be above 0");
        ensure!(self.hopeless_after != Some(0), "evolve.hopeless_after must be above 0");
        Ok(())
    }

    /// When the episodes of a generation end.
    fn rules(&self, generation: u64) -> Rules {
        let steps = u64::from(self.first_steps).saturating_add(generation.saturating_mul(self.more_steps.into()));
        Rules { max_steps: steps.min(self.max_steps.into()) as u32, hopeless_after: self.hopeless_after }
    }

    /// The seed of an episode's track.
    fn track(&self, seed: u64, generation: u64, candidate: usize, episode: u64) -> u64 {
        let candidate = match self.tracks {
            Tracks::Antithetic => (candidate % self.population.div_ceil(2)) as u64,
            Tracks::Common => 0,
        };
        // Short enough for Gymnasium's `reset`, and none of those of evaluations.
        mix(&[seed, 5, generation, candidate, episode]) >> 32 | FIRST_TRACK
    }
}

/// How a generation did: means over the episodes of each candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Generation {
    /// Of all candidates.
    pub mean_score: f64,
    /// Of the best candidate.
    pub best_score: f64,
    /// Of the distribution's mean, the controller that evolution recommends.
    pub score_of_mean: f64,
}

/// A controller that evolves.
#[derive(Debug)]
pub struct ControllerTraining {
    /// The mean of the last generation.
    pub controller: Controller,
    config: EvolveConfig,
    evolution: Rc<Evolution>,
    players: Players,
    seed: u64,
}

impl ControllerTraining {
    /// Begins with a controller whose weights are 0.
    ///
    /// # Errors
    /// A value of a configuration is out of bounds.
    pub fn new(
        config: EvolveConfig,
        net: &ControllerConfig,
        players: Players,
        seed: u64,
    ) -> Result<ControllerTraining> {
        config.check()?;
        let evolution = Evolution::new(vec![0.0; net.weights()], config.sigma, config.population, mix(&[seed, 6]))?;
        let controller = Controller::new(net, Device::Cpu)?;
        Ok(ControllerTraining { controller, config, evolution: Rc::new(evolution), players, seed })
    }

    /// The threads that play.
    pub fn players(&self) -> &Players {
        &self.players
    }

    /// Plays a generation, and shapes the next one by it.
    ///
    /// # Errors
    /// As [`Players::play`].
    pub fn generation(&mut self, number: u64) -> Result<Generation> {
        let (config, seed) = (self.config, self.seed);
        let EvolveConfig { population, episodes, weight_decay, .. } = config;
        let candidates = self.evolution.ask()?;
        let rules = config.rules(number);
        let jobs: Vec<Job> = { candidates.iter().enumerate() }
            .flat_map(|(i, weights)| {
                let job = Job::with_weights(weights, 0, rules);
                (0..episodes).map(move |episode| Job { seed: config.track(seed, number, i, episode), ..job.clone() })
            })
            .collect();
        let played = self.players.play(&jobs)?;
        let scores: Vec<f64> = played.chunks(episodes as usize).map(mean_score).collect();
        let costs: Vec<f64> = { candidates.iter().zip(&scores) }
            .map(|(weights, score)| {
                let mean_square = weights.iter().map(|w| w * w).sum::<f64>() / weights.len() as f64;
                weight_decay * mean_square - score
            })
            .collect();
        self.evolution.tell(&costs)?;
        self.controller.set_weights(&self.evolution.mean())?;
        let population = &scores[..population];
        Ok(Generation {
            mean_score: population.iter().sum::<f64>() / population.len() as f64,
            best_score: population.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            score_of_mean: scores[scores.len() - 1],
        })
    }

    /// Plays so many generations, or what of them is missing in the run. Controllers are kept in the run folder: [`is_kept`],
    /// [`kept`].
    ///
    /// # Errors
    /// As [`ControllerTraining::generation`] and [`Training::next`].
    pub fn train(&mut self, run: &RunFolder, generations: u64, keep_every: u64) -> Result<()> {
        let state = TrainState::new(&self.controller.variables).encoded("cma_es", &self.evolution);
        let plan = Plan { epochs: generations, batches: 1, seed: self.seed };
        let mut training = Training::start(run, plan, state)?.counting("generation");
        while let Some(Step { number, .. }) = training.next()? {
            let generation = match self.generation(number) {
                Err(error) if error.is::<Interrupted>() => {
                    training.next()?; // saves the generations before
                    return Err(error);
                }
                generation => generation?,
            };
            training.record(
                1,
                &[
                    ("mean_score", &Tensor::from(generation.mean_score)),
                    ("best_score", &Tensor::from(generation.best_score)),
                    ("score_of_mean", &Tensor::from(generation.score_of_mean)),
                    ("sigma", &Tensor::from(self.evolution.sigma())),
                ],
            );
            if is_kept(number + 1, keep_every, generations) {
                weights::save(&self.controller.variables, &kept(run, number + 1))?;
            }
        }
        Ok(())
    }
}

fn mean_score(episodes: &[Played]) -> f64 {
    episodes.iter().map(|played| played.score).sum::<f64>() / episodes.len() as f64
}
