//! Frames of many episodes in random order, for the VAE: a few episodes are in memory at a time.

use super::rollouts::Rollouts;
use super::vae::vae_input;
use anyhow::{Context, Result, ensure};
use common::datasets::batches::Batches;
use common::datasets::prefetch::Prefetch;
use common::device::mix;
use common::training::Step;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use tch::{Device, Kind, Tensor};

/// Batches of frames: episodes are shuffled and read in groups, and the frames of each group are shuffled.
///
/// The order depends only on the seed, so that a resumed run sees the same. Frames that do not fill the last batch of a group
/// are left out.
#[derive(Debug)]
pub struct FrameBatches {
    rollouts: Arc<Rollouts>,
    batch_size: i64,
    episodes: i64,
    /// Batches in an epoch, and in a whole group.
    batches: [u64; 2],
    seed: u64,
    /// The groups from the first batch on that was asked for.
    groups: Option<Prefetch<Group>>,
    /// The group in use, by epoch and number.
    group: Option<([u64; 2], Group)>,
}

/// The frames of some episodes.
#[derive(Debug)]
struct Group {
    /// Bytes, `[n, height, width, 3]`.
    frames: Tensor,
    /// Their random order, int64 `[n]`.
    order: Tensor,
}

impl FrameBatches {
    /// Batches over all episodes, of which `episodes` are in memory at a time; each has `steps` frames, or a few less.
    ///
    /// # Errors
    /// The batch is larger than what is in memory.
    pub fn new(rollouts: Rollouts, steps: usize, batch_size: i64, episodes: usize, seed: u64) -> Result<FrameBatches> {
        let episodes = episodes.min(rollouts.len()) as i64;
        let in_group = episodes * steps as i64 / batch_size;
        ensure!(in_group > 0, "batch_size is larger than the {} frames in memory", episodes * steps as i64);
        let groups = Batches::new(rollouts.len() as i64, episodes, seed).per_epoch();
        let rest = rollouts.len() as i64 % episodes * steps as i64 / batch_size;
        let whole = rollouts.len() as u64 / episodes as u64;
        let in_epoch = whole * in_group as u64 + if groups > whole { rest as u64 } else { 0 };
        let batches = [in_epoch, in_group as u64];
        let rollouts = Arc::new(rollouts);
        Ok(FrameBatches { rollouts, batch_size, episodes, batches, seed, groups: None, group: None })
    }

    /// Batches in an epoch.
    pub fn per_epoch(&self) -> u64 {
        self.batches[0]
    }

    /// The batch of a step, `[batch, 3, height, width]` in [0, 1]. Steps are asked for in their order.
    ///
    /// # Errors
    /// An episode cannot be read.
    pub fn at(&mut self, step: Step, device: Device) -> Result<Tensor> {
        let wanted = [step.epoch, step.batch / self.batches[1]];
        if self.group.as_ref().is_none_or(|(of, _)| *of != wanted) {
            let mut groups = self.groups.take().unwrap_or_else(|| groups(self, wanted));
            let group = groups.next().context("the episodes have ended")??;
            (self.groups, self.group) = (Some(groups), Some((wanted, group)));
        }
        let Some((_, Group { frames, order })) = &self.group else { unreachable!("it was just read") };
        let first = (step.batch % self.batches[1]) as i64 * self.batch_size;
        // An episode that ended early leaves fewer frames: they begin again.
        let rows = Tensor::arange_start(first, first + self.batch_size, (Kind::Int64, Device::Cpu));
        let rows = order.index_select(0, &rows.remainder(order.size()[0]));
        Ok(vae_input(&frames.index_select(0, &rows), device))
    }
}

/// Groups of frames from one on, read in the background.
fn groups(batches: &FrameBatches, [epoch, group]: [u64; 2]) -> Prefetch<Group> {
    let mut order = Batches::new(batches.rollouts.len() as i64, batches.episodes, batches.seed);
    let per_epoch = batches.batches[0].div_ceil(batches.batches[1]);
    let jobs = (epoch * per_epoch + group..)
        .map(move |number| (number, order.row_numbers(number / per_epoch, number % per_epoch)));
    let (rollouts, seed) = (batches.rollouts.clone(), batches.seed);
    Prefetch::new(jobs, 1, 1, move |(number, episodes)| read(&rollouts, &episodes, mix(&[seed, 3, number])))
}

fn read(rollouts: &Rollouts, episodes: &[usize], seed: u64) -> Result<Group> {
    let frames = episodes.iter().map(|&number| Ok(rollouts.read(number)?.image_tensor()));
    let frames = Tensor::cat(&frames.collect::<Result<Vec<_>>>()?, 0);
    let mut order: Vec<i64> = (0..frames.size()[0]).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    Ok(Group { frames, order: Tensor::from_slice(&order) })
}
