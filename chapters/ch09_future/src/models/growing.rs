//! How a GAN grows: its images begin at 4 x 4 or 8 x 8 pixels, and double their side again and again while a new block
//! fades in (Karras et al., "Progressive Growing of GANs", 2018, section 2 and figure 2).

use super::equalized::{downsample, upsample};
use super::moving_average::trainable_below;
use anyhow::{Result, ensure};
use common::keras::{Adam, Optimizer, Rule};
use common::training::TrainState;
use serde::{Deserialize, Serialize};
use tch::Tensor;
use tch::nn::VarStore;

/// How far the nets have grown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// Number of doublings: images have a side of 4 · 2^level pixels.
    pub level: usize,
    /// Share of the newest block in the image, in [0, 1]; 1 when it has faded in.
    pub alpha: f64,
}

impl Growth {
    /// A level whose newest block has faded in.
    pub fn full(level: usize) -> Growth {
        Growth { level, alpha: 1.0 }
    }

    /// Pixels along each side of an image.
    pub fn side(self) -> i64 {
        4 << self.level
    }

    /// Whether the newest block is still fading in.
    pub fn fades(self) -> bool {
        self.alpha < 1.0
    }

    /// Real images of side 4 · 2^`last` as the discriminator sees them now: averaged to the present side; while a block
    /// fades in, mixed with themselves at half the side.
    pub fn of_real(self, images: &Tensor, last: usize) -> Tensor {
        let images = (self.level..last).fold(images.shallow_clone(), |images, _| downsample(&images));
        if self.fades() { upsample(&downsample(&images)).lerp(&images, self.alpha) } else { images }
    }

    /// Generated images of this level at side 4 · 2^`last`, each pixel as a square: for sheets of one size.
    pub fn enlarged(self, images: &Tensor, last: usize) -> Tensor {
        (self.level..last).fold(images.shallow_clone(), |images, _| upsample(&images))
    }
}

/// When the nets grow, by the number of real images that they have seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Images between a block that has faded in, or the beginning, and the next block.
    pub stable_images: u64,
    /// Images during which a block fades in.
    pub fade_images: u64,
}

impl Schedule {
    /// How far nets have grown after so many images, from level `first` to level `last`.
    pub fn at(&self, images: u64, first: usize, last: usize) -> Growth {
        let Some(since) = images.checked_sub(self.stable_images) else { return Growth::full(first) };
        let phase = (self.fade_images + self.stable_images).max(1);
        let level = usize::try_from(since / phase).map_or(last, |grown| first.saturating_add(grown).saturating_add(1));
        if level > last {
            return Growth::full(last);
        }
        let within = since % phase;
        let alpha = if within < self.fade_images { within as f64 / self.fade_images as f64 } else { 1.0 };
        Growth { level, alpha }
    }

    /// Validates the numbers.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        const MOST: u64 = 100_000_000;
        ensure!((1..=MOST).contains(&self.stable_images), "schedule.stable_images must lie between 1 and {MOST}");
        ensure!(self.fade_images <= MOST, "schedule.fade_images must lie between 0 and {MOST}");
        Ok(())
    }
}

/// The growth of nets in the iterations of a training.
#[derive(Debug, Clone, Copy)]
pub struct Course {
    /// When they grow.
    pub schedule: Schedule,
    /// The level with which they begin.
    pub first: usize,
    /// The last level.
    pub last: usize,
    /// Images in a batch.
    pub batch: u64,
}

impl Course {
    /// How far nets have grown in an iteration, counted from 0.
    pub fn at(&self, iteration: u64) -> Growth {
        self.schedule.at(iteration * self.batch, self.first, self.last)
    }

    /// Whether a block begins to fade in, or has just faded in, with this iteration, counted from 0.
    pub fn turns(&self, iteration: u64) -> bool {
        let Some(before) = iteration.checked_sub(1) else { return false };
        let [before, now] = [before, iteration].map(|iteration| self.at(iteration));
        before.level != now.level || before.fades() != now.fades()
    }

    /// The phases of the first `done` iterations: how far the nets had grown at the end of each, and the number of
    /// iterations until then.
    pub fn phases(&self, done: u64) -> Vec<(Growth, u64)> {
        let ends = (1..done).filter(|iteration| self.turns(*iteration)).chain([done]);
        ends.map(|end| (self.at(end.saturating_sub(1)), end)).collect()
    }
}

/// Validates the channels of nets that grow, from the first level on; `key` is their name.
///
/// # Errors
/// There are too few or too many levels, or a number of channels is out of bounds.
pub fn check_channels(key: &str, channels: &[i64]) -> Result<()> {
    let levels = channels.len();
    ensure!((2..=7).contains(&levels), "{key} must have 2 to 7 entries (images of 8 to 256 pixels), not {levels}");
    ensure!(channels.iter().all(|n| (1..=1024).contains(n)), "{key} must lie between 1 and 1024");
    Ok(())
}

/// An optimizer of a net whose blocks are not all in use.
#[derive(Debug)]
pub struct GrowingOptimizer {
    /// The optimizer, for the checkpoint.
    pub optimizer: Optimizer,
    variables: Vec<Tensor>,
}

impl GrowingOptimizer {
    /// Takes the variables over, as [`Optimizer::new`] does.
    pub fn new(variables: Vec<Tensor>, rule: impl Into<Rule>) -> GrowingOptimizer {
        let handles: Vec<Tensor> = variables.iter().map(Tensor::shallow_clone).collect();
        GrowingOptimizer { optimizer: Optimizer::new(handles, rule), variables }
    }

    /// One step down the gradient of a scalar loss. Variables that it does not depend on stay as they are: for them the
    /// gradient is 0, and the means of Adam with beta 1 = 0 hold nothing that would move them.
    pub fn minimize(&mut self, loss: &Tensor) {
        let gradients = Tensor::run_backward(&[loss], &self.variables, false, false);
        let gradients: Vec<Tensor> = { gradients.into_iter().zip(&self.variables) }
            .map(|(gradient, variable)| if gradient.defined() { gradient } else { variable.zeros_like() })
            .collect();
        self.optimizer.apply(&gradients);
    }

    /// Forgets the gradients so far, as the authors' code does whenever a block begins to fade in or has faded in.
    pub fn reset(&self) {
        for mut tensor in self.optimizer.state().into_values() {
            let _ = tensor.zero_();
        }
    }
}

/// The optimizers of the two nets.
#[derive(Debug)]
pub struct Optimizers {
    /// The discriminator's.
    pub discriminator: GrowingOptimizer,
    /// The generator's.
    pub generator: GrowingOptimizer,
}

impl Optimizers {
    /// Adam with one rate for the nets `discriminator` and `generator` of a store, beta 0 and 0.99, as both papers have
    /// it.
    pub fn new(variables: &VarStore, learning_rate: f64) -> Optimizers {
        let adam = Adam { beta_1: 0.0, beta_2: 0.99, epsilon: 1e-8, ..Adam::new(learning_rate) };
        let [discriminator, generator] =
            ["discriminator", "generator"].map(|net| GrowingOptimizer::new(trainable_below(variables, net), adam));
        Optimizers { discriminator, generator }
    }

    /// The state that a checkpoint saves.
    pub fn state(&self, variables: &VarStore) -> TrainState {
        let state = TrainState::new(variables).optimizer("discriminator", &self.discriminator.optimizer);
        state.optimizer("generator", &self.generator.optimizer)
    }

    /// Both forget the gradients so far.
    pub fn reset(&self) {
        self.discriminator.reset();
        self.generator.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_fade_in_one_after_the_other() {
        let schedule = Schedule { stable_images: 10, fade_images: 4 };
        let at = |images| schedule.at(images, 0, 2);
        assert_eq!(at(0), Growth::full(0));
        assert_eq!(at(9), Growth::full(0));
        assert_eq!(at(10), Growth { level: 1, alpha: 0.0 });
        assert_eq!(at(13), Growth { level: 1, alpha: 0.75 });
        assert_eq!(at(14), Growth::full(1));
        assert_eq!(at(24), Growth { level: 2, alpha: 0.0 });
        assert_eq!(at(28), Growth::full(2));
        assert_eq!(at(u64::MAX), Growth::full(2));
        assert_eq!(schedule.at(0, 1, 1), Growth::full(1));
        assert_eq!(Growth::full(3).side(), 32);
        let course = Course { schedule, first: 0, last: 2, batch: 2 };
        let turns: Vec<u64> = (0..20).filter(|iteration| course.turns(*iteration)).collect();
        assert_eq!(turns, [5, 7, 12, 14]);
        let phases = course.phases(6);
        assert_eq!(phases, [(Growth::full(0), 5), (Growth { level: 1, alpha: 0.0 }, 6)]);
        let sudden = Schedule { stable_images: 3, fade_images: 0 };
        assert_eq!(sudden.at(3, 0, 2), Growth::full(1));
    }
}
