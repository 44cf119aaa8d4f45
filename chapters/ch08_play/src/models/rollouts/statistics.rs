use super::Rollouts;
use anyhow::Result;
use common::training::ensure_not_stopped;
use serde::Serialize;

/// What a frame costs.
const COST: f64 = 0.1;
/// What all tiles of a track are worth together.
const WORTH: f64 = 1000.0;

/// What was done in episodes, and what came of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Statistics {
    /// Steering, gas and brake of each frame.
    pub actions: [Vec<f64>; 3],
    /// The sum of rewards of each episode.
    pub rewards: Vec<f64>,
    /// The share of the track's tiles that were visited in each episode, from 0 to 1.
    pub visited: Vec<f64>,
}

/// A short form of [`Statistics`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// The number of episodes.
    pub episodes: usize,
    /// The number of frames.
    pub frames: usize,
    /// Shares of the frames with steering, gas and brake.
    pub steered: f64,
    /// See `steered`.
    pub gas: f64,
    /// See `steered`.
    pub braked: f64,
    /// The mean sum of rewards.
    pub mean_reward: f64,
    /// The mean share of tiles that were visited.
    pub mean_visited: f64,
}

impl Statistics {
    /// Reads all episodes.
    ///
    /// # Errors
    /// An episode cannot be read, or [`Interrupted`](common::training::Interrupted) after Ctrl-C.
    pub fn read(rollouts: &Rollouts) -> Result<Statistics> {
        let mut statistics = Statistics::default();
        for index in 0..rollouts.len() {
            ensure_not_stopped()?;
            let episode = rollouts.read(index)?;
            for (values, column) in statistics.actions.iter_mut().zip(episode.actions.columns()) {
                values.extend(column.iter().map(|&value| f64::from(value)));
            }
            let rewards = episode.rewards.mapv(f64::from);
            statistics.rewards.push(rewards.sum());
            let tiles = rewards.iter().filter(|&&reward| reward > 0.0).map(|reward| reward + COST);
            statistics.visited.push(tiles.sum::<f64>() / WORTH);
        }
        Ok(statistics)
    }

    /// Means and shares.
    pub fn summary(&self) -> Summary {
        let [steered, gas, braked] = self.actions.each_ref().map(|values| {
            let used = values.iter().filter(|&&value| value != 0.0).count();
            used as f64 / values.len() as f64
        });
        Summary {
            episodes: self.rewards.len(),
            frames: self.actions[0].len(),
            steered,
            gas,
            braked,
            mean_reward: mean(&self.rewards),
            mean_visited: mean(&self.visited),
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
