//! Frames of many episodes in random order, for the VAE: a few episodes are in memory at a time.

use super::rollouts::Rollouts;
use anyhow::{Context, Result, ensure};
use common::datasets::batches::Batches;
use common::datasets::prefetch::Prefetch;
use common::device::mix;
use common::keras::nhwc_to_nchw;
use common::training::Step;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use tch::{Device, Kind, Tensor};

/// Batches of frames: episodes are shuffled and read in groups, and the frames of each group are shuffled.
///
/// The order depends only on the seed, so that a resumed run sees the same.
#[derive(Debug)]
pub struct FrameBatches {
    rollouts: Arc<Rollouts>,
    batch_size: i64,
    episodes: i64,
    /// Batches in an epoch, and in a whole group.
    batches: [u64; 2],
    seed: u64,
    /// The groups from the first batch on that was asked for.
    groups: Option<Prefetch<Tensor>>,
    /// The group in use, by epoch and number: frames `[n, height, width, 3]` of bytes.
    group: Option<([u64; 2], Tensor)>,
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
            let frames = groups.next().context("the episodes have ended")??;
            (self.groups, self.group) = (Some(groups), Some((wanted, frames)));
        }
        let Some((_, frames)) = &self.group else { unreachable!("it was just read") };
        let first = (step.batch % self.batches[1]) as i64 * self.batch_size;
        // An episode that ended early leaves fewer frames: they begin again.
        let rows = Tensor::arange_start(first, first + self.batch_size, (Kind::Int64, Device::Cpu));
        let frames = frames.index_select(0, &rows.remainder(frames.size()[0]));
        Ok(nhwc_to_nchw(&(frames.to_device(device).to_kind(Kind::Float) / 255.0)))
    }
}

/// Groups of frames from one on, read in the background.
fn groups(batches: &FrameBatches, [epoch, group]: [u64; 2]) -> Prefetch<Tensor> {
    let mut order = Batches::new(batches.rollouts.len() as i64, batches.episodes, batches.seed);
    let per_epoch = batches.batches[0].div_ceil(batches.batches[1]);
    let jobs = (epoch * per_epoch + group..)
        .map(move |number| (number, order.row_numbers(number / per_epoch, number % per_epoch)));
    let (rollouts, seed) = (batches.rollouts.clone(), batches.seed);
    Prefetch::new(jobs, 1, 1, move |(number, episodes)| shuffled(&rollouts, &episodes, mix(&[seed, 3, number])))
}

/// The frames of some episodes in random order, `[n, height, width, 3]`.
fn shuffled(rollouts: &Rollouts, episodes: &[usize], seed: u64) -> Result<Tensor> {
    let frames = episodes.iter().map(|&number| {
        let images = rollouts.read(number)?.images;
        let (time, height, width, channels) = images.dim();
        let shape = [time, height, width, channels].map(|n| n as i64);
        Ok(Tensor::from_slice(images.as_standard_layout().as_slice().unwrap_or_default()).view(shape))
    });
    let frames = Tensor::cat(&frames.collect::<Result<Vec<_>>>()?, 0);
    let mut order: Vec<i64> = (0..frames.size()[0]).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    Ok(frames.index_select(0, &Tensor::from_slice(&order)))
}
