//! The generative adversarial network (pp. 129-142): a discriminator learns to distinguish real images from generated
//! ones, a generator learns to deceive it.

use super::networks::{Iterations, NetConfig, Networks};
use anyhow::Result;
use common::keras::{Activation, Model, Optimizer, losses};
use serde::{Deserialize, Serialize};
use tch::{Device, Tensor};

/// Learning rates of a GAN's optimizers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearningRates {
    /// RMSprop's for the discriminator.
    pub discriminator: f64,
    /// RMSprop's for the generator.
    pub generator: f64,
}

/// A discriminator against a generator.
#[derive(Debug)]
pub struct Gan {
    /// The nets.
    pub networks: Networks,
    /// The discriminator without its final sigmoid.
    logits: Model,
    extra_generator_steps: u64,
}

/// Losses and accuracies of a step of the discriminator.
#[derive(Debug)]
pub struct DiscriminatorLosses {
    /// Mean of the next two values.
    pub loss: Tensor,
    /// On real images.
    pub loss_real: Tensor,
    /// On generated images.
    pub loss_fake: Tensor,
    /// Mean of the next two values.
    pub acc: Tensor,
    /// Share of real images classified as real.
    pub acc_real: Tensor,
    /// Share of generated images classified as generated.
    pub acc_fake: Tensor,
}

impl Gan {
    /// Untrained nets.
    ///
    /// # Errors
    /// As [`Networks::new`].
    pub fn new(config: &NetConfig, device: Device) -> Result<Gan> {
        let networks = Networks::new("discriminator", config, Some(Activation::Sigmoid), device)?;
        let logits = networks.critic.logits()?;
        Ok(Gan { networks, logits, extra_generator_steps: 0 })
    }

    /// Sets the number of additional generator steps per discriminator step; 0 in the book.
    pub fn with_extra_generator_steps(self, extra_generator_steps: u64) -> Gan {
        Gan { extra_generator_steps, ..self }
    }

    /// One discriminator step on real images, one on generated images (p. 138).
    pub fn train_discriminator(
        &self,
        true_imgs: &Tensor,
        noise: &Tensor,
        optimizer: &mut Optimizer,
    ) -> DiscriminatorLosses {
        let gen_imgs = self.networks.predict(noise);
        let [loss_real, acc_real] = self.train_discriminator_on_batch(true_imgs, 1.0, optimizer);
        let [loss_fake, acc_fake] = self.train_discriminator_on_batch(&gen_imgs, 0.0, optimizer);
        let loss = (&loss_real + &loss_fake) * 0.5;
        let acc = (&acc_real + &acc_fake) * 0.5;
        DiscriminatorLosses { loss, loss_real, loss_fake, acc, acc_real, acc_fake }
    }

    /// One discriminator step towards the label `valid` (1) or `fake` (0): loss and accuracy.
    fn train_discriminator_on_batch(&self, imgs: &Tensor, says: f64, optimizer: &mut Optimizer) -> [Tensor; 2] {
        let logits = self.logits.forward_t(imgs, true);
        let labels = logits.full_like(says);
        let loss = losses::binary_crossentropy_from_logits(&labels, &logits);
        optimizer.minimize(&loss);
        [loss, losses::binary_accuracy(&labels, &logits.sigmoid())]
    }

    /// One generator step towards the discriminator's label `valid` (p. 138): loss and accuracy.
    pub fn train_generator(&self, noise: &Tensor, optimizer: &mut Optimizer) -> [Tensor; 2] {
        let gen_imgs = self.networks.generator.forward_t(noise, true);
        let logits = self.logits.forward_t(&gen_imgs, true);
        let valid = logits.ones_like();
        let loss = losses::binary_crossentropy_from_logits(&valid, &logits);
        optimizer.minimize(&loss);
        [loss, losses::binary_accuracy(&valid, &logits.sigmoid())]
    }

    /// Trains like the book's `train`.
    ///
    /// # Errors
    /// As [`Training::next`](common::training::Training::next); images cannot be read, or [`Iterations::after`] fails.
    pub fn train(&self, iterations: &mut Iterations) -> Result<()> {
        while let Some(step) = iterations.training.next()? {
            let true_imgs = iterations.true_imgs()?;
            let n = true_imgs.size()[0];
            let optimizers = &mut iterations.optimizers;
            let d = self.train_discriminator(&true_imgs, &self.networks.noise(n), &mut optimizers.critic);
            let [mut g_loss, mut g_acc] = self.train_generator(&self.networks.noise(n), &mut optimizers.generator);
            for _ in 0..self.extra_generator_steps {
                [g_loss, g_acc] = self.train_generator(&self.networks.noise(n), &mut optimizers.generator);
            }
            let d_losses = [("d_loss", &d.loss), ("d_loss_real", &d.loss_real), ("d_loss_fake", &d.loss_fake)];
            let d_accs = [("d_acc", &d.acc), ("d_acc_real", &d.acc_real), ("d_acc_fake", &d.acc_fake)];
            iterations
                .training
                .record(1, &[&d_losses[..], &d_accs, &[("g_loss", &g_loss), ("g_acc", &g_acc)]].concat());
            (iterations.after)(&self.networks, step.number + 1)?;
        }
        Ok(())
    }
}
