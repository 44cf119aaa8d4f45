//! Scores of controllers on tracks that they did not learn on.

use super::Controller;
use super::players::{Job, Players, Rules};
use anyhow::{Context, Result};
use common::files;
use common::keras::weights;
use common::training::{RunFolder, ensure_not_stopped};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;

/// The scores of a controller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Generations of its evolution.
    pub generations: u64,
    /// Most steps of an episode.
    pub max_steps: u32,
    /// One for each episode, on the tracks of the seeds 0, 1, 2, ...
    pub scores: Vec<f64>,
}

impl Evaluation {
    /// Mean and standard deviation.
    pub fn mean_and_std(&self) -> (f64, f64) {
        let n = self.scores.len() as f64;
        let mean = self.scores.iter().sum::<f64>() / n;
        (mean, (self.scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / n).sqrt())
    }
}

/// The file of the controller after some generations.
pub fn kept(run: &RunFolder, generations: u64) -> PathBuf {
    run.path.join(format!("controllers/generation_{generations:05}.safetensors"))
}

/// Whether the controller after so many generations is kept: each `keep_every`th, and the last.
pub fn is_kept(generations: u64, keep_every: u64, last: u64) -> bool {
    generations.is_multiple_of(keep_every) || generations == last
}

/// How controllers are evaluated: episodes on the same tracks for all, each played to its end or for `max_steps`.
#[derive(Debug, Clone, Copy)]
pub struct Protocol {
    /// Number of episodes.
    pub episodes: u64,
    /// Most steps of each.
    pub max_steps: u32,
}

impl Protocol {
    /// Evaluates the controllers that a run has kept, into `controller`. Scores are saved in a file of the run folder, each
    /// as soon as it is known; those that the file has are not played again.
    ///
    /// # Errors
    /// As [`Players::play`], a controller cannot be read, or Ctrl-C.
    pub fn evaluate(
        self,
        players: &Players,
        controller: &Controller,
        (run, file): (&RunFolder, &str),
        generations: impl IntoIterator<Item = u64>,
    ) -> Result<Vec<Evaluation>> {
        let path = run.path.join(file);
        let known = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Vec<Evaluation>>(&bytes).ok());
        let known = known.unwrap_or_default();
        let mut evaluated: Vec<Evaluation> = vec![];
        for generations in generations {
            ensure_not_stopped()?;
            let same = |known: &&Evaluation| {
                known.generations == generations
                    && known.max_steps == self.max_steps
                    && known.scores.len() as u64 == self.episodes
            };
            evaluated.push(match known.iter().find(same) {
                Some(known) => known.clone(),
                None => {
                    weights::load(&controller.variables, &kept(run, generations))?;
                    let scores = self.scores(players, controller)?;
                    Evaluation { generations, max_steps: self.max_steps, scores }
                }
            });
            let json = serde_json::to_vec(&evaluated).context("cannot encode the scores as JSON")?;
            files::write(&path, &json)?;
        }
        Ok(evaluated)
    }

    fn scores(self, players: &Players, controller: &Controller) -> Result<Vec<f64>> {
        let rules = Rules { max_steps: self.max_steps, hopeless_after: None };
        let jobs = (0..self.episodes).map(|seed| Job::new(controller, seed, rules)).collect::<Result<Vec<_>>>()?;
        Ok(players.play(&jobs)?.iter().map(|played| played.score).collect())
    }
}
