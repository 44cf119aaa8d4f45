//! What the memory learns from (p. 291): episodes whose images are encoded by V.

use super::mdn_rnn::SequenceBatch;
use super::rollouts::{Progress, Rollouts};
use super::vae::{Vae, sampling, vae_input};
use anyhow::{Context, Result, ensure};
use common::datasets::prefetch::Prefetch;
use common::keras::weights;
use common::note;
use common::training::ensure_not_stopped;
use common::transfer::upload;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use tch::{Device, Kind, Tensor};

/// Frames that are encoded at once.
const ENCODED_AT_ONCE: i64 = 100;

/// Episodes of equal length, each image as the normal distribution that V makes of it.
#[derive(Debug)]
pub struct Series {
    /// Means, `[episodes, time, z_dim]`.
    pub mu: Tensor,
    /// Log variances, `[episodes, time, z_dim]`.
    pub log_var: Tensor,
    /// What was done, `[episodes, time, 3]`.
    pub action: Tensor,
    /// Whether the step before was rewarded: 1 or 0, `[episodes, time]`.
    pub reward: Tensor,
}

impl Series {
    /// Encodes all episodes that have `steps` frames; others are left out.
    ///
    /// # Errors
    /// An episode cannot be read, none is whole, or Ctrl-C.
    pub fn encode(rollouts: Rollouts, steps: usize, vae: &Vae) -> Result<Series> {
        let _no_grad = tch::no_grad_guard();
        let (count, rollouts) = (rollouts.len(), Arc::new(rollouts));
        let mut parts: [Vec<Tensor>; 4] = Default::default();
        let progress = Progress::new(count, 0);
        for episode in Prefetch::new(0..count, 2, 2, move |number| rollouts.read(number)) {
            ensure_not_stopped()?;
            let episode = episode?;
            progress.add_one();
            if episode.rewards.len() != steps {
                continue;
            }
            let images = episode.image_tensor().split(ENCODED_AT_ONCE, 0);
            let encoded: Vec<[Tensor; 2]> = { images.iter() }
                .map(|images| vae.distribution(&vae_input(images, vae.variables.device())))
                .map(|parts| parts.map(|part| part.to_device(Device::Cpu)))
                .collect();
            let cat = |part: usize| Tensor::cat(&encoded.iter().map(|parts| &parts[part]).collect::<Vec<_>>(), 0);
            let rewarded: Vec<f32> = { episode.rewards.iter().zip(&episode.dones) }
                .map(|(&reward, &done)| f32::from(u8::from(reward > 0.0 && !done)))
                .collect();
            let actions: Vec<f32> = episode.actions.iter().copied().collect();
            let row = [cat(0), cat(1), Tensor::from_slice(&actions).view([-1, 3]), Tensor::from_slice(&rewarded)];
            parts.iter_mut().zip(row).for_each(|(part, row)| part.push(row));
        }
        progress.finish();
        let whole = parts[0].len();
        ensure!(whole > 0, "none of the {count} episodes has {steps} frames");
        if whole < count {
            note!("{} of {count} episodes do not have {steps} frames and are left out", count - whole);
        }
        let [mu, log_var, action, reward] = parts.map(|rows| Tensor::stack(&rows, 0));
        Ok(Series { mu, log_var, action, reward })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// The disk is full.
    pub fn save(&self, path: &Path) -> Result<()> {
        let named = self.named().into_iter().map(|(name, part)| (name.to_string(), part.shallow_clone()));
        weights::write_file(path, named, HashMap::new())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It is missing or damaged; or its parts do not fit each other.
    pub fn load(path: &Path) -> Result<Series> {
        let (mut parts, _): (BTreeMap<String, Tensor>, _) = weights::read_file(path)?;
        let series = (|| {
            let mut part = |name: &str, axes: usize| {
                let part = parts.remove(name).with_context(|| format!("{name} is missing"))?;
                ensure!(part.dim() == axes && part.kind() == Kind::Float, "{name} has the wrong form");
                ensure!(part.isfinite().all().int64_value(&[]) == 1, "{name} contains NaN or infinity");
                Ok(part)
            };
            let (mu, log_var) = (part("mu", 3)?, part("log_var", 3)?);
            let (action, reward) = (part("action", 3)?, part("reward", 2)?);
            let [episodes, time, _] = mu.size()[..] else { unreachable!("it has three axes") };
            let fits = mu.size() == log_var.size()
                && action.size() == [episodes, time, 3]
                && reward.size() == [episodes, time]
                && episodes > 0
                && time > 1;
            ensure!(fits, "its parts do not fit each other");
            Ok(Series { mu, log_var, action, reward })
        })();
        series.with_context(|| format!("{} holds no encoded episodes", path.display()))
    }

    fn named(&self) -> [(&'static str, &Tensor); 4] {
        let Series { mu, log_var, action, reward } = self;
        [("mu", mu), ("log_var", log_var), ("action", action), ("reward", reward)]
    }

    /// The number of episodes.
    pub fn episodes(&self) -> i64 {
        self.mu.size()[0]
    }

    /// The episodes from `first` to `last` alone.
    pub fn range(&self, first: i64, last: i64) -> Series {
        let part = |tensor: &Tensor| tensor.narrow(0, first, last - first);
        let Series { mu, log_var, action, reward } = self;
        Series { mu: part(mu), log_var: part(log_var), action: part(action), reward: part(reward) }
    }

    /// Whole episodes by their numbers (int64 `[n]`): z is drawn anew each time (p. 298). M gets everything but the last
    /// step, and learns the z and the reward that come next.
    pub fn batch(&self, rows: &Tensor, device: Device) -> SequenceBatch {
        let part = |tensor: &Tensor| upload(&tensor.index_select(0, rows), device);
        let (mu, log_var) = (part(&self.mu), part(&self.log_var));
        let z = sampling(&mu, &log_var, &mu.randn_like()); // [n, time, z_dim]
        SequenceBatch::new(&z, &part(&self.action), &part(&self.reward))
    }
}
