//! A GAN whose generator is in a hurry.

use crate::fit::Model;
use crate::gan::Gan;
use crate::networks::Networks;
use crate::real_images::RealImages;
use anyhow::Result;
use tch::Tensor;

/// A GAN whose generator takes several steps for each one of the discriminator: the book's way to mode collapse (p. 143),
/// for the generator can look long for the one drawing that fools this discriminator.
#[derive(Debug)]
pub struct HurriedGan {
    /// The GAN.
    pub gan: Gan,
    /// Steps of the generator in an iteration; with 1 it is the book's GAN.
    pub generator_steps: u64,
}

impl Model for HurriedGan {
    const METRICS: &'static [&'static str] = Gan::METRICS;
    const CRITIC: &'static str = Gan::CRITIC;

    fn nets(&self) -> &Networks {
        self.gan.nets()
    }

    fn nets_mut(&mut self) -> &mut Networks {
        self.gan.nets_mut()
    }

    fn batches_per_iteration(&self) -> u64 {
        self.gan.batches_per_iteration()
    }

    fn train_iteration(&mut self, x_train: &mut RealImages) -> Result<Vec<Tensor>> {
        let mut losses = self.gan.train_iteration(x_train)?;
        for _ in 1..self.generator_steps {
            let last = self.gan.train_generator(&self.nets().noise(x_train.batch_size()));
            losses.truncate(losses.len() - last.len());
            losses.extend(last);
        }
        Ok(losses)
    }
}
