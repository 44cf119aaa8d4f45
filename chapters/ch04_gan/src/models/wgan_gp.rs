//! The Wasserstein GAN with a gradient penalty instead of clipped weights (pp. 152-158).

use super::networks::{Iterations, NetConfig, Networks, Optimizers};
use super::wgan::train_generator;
use anyhow::{Result, ensure};
use common::keras::{Adam, Model, Optimizer, losses};
use tch::{Device, Kind, Tensor};

/// A critic against a generator, with the Wasserstein loss and the gradient penalty.
#[derive(Debug)]
pub struct WganGp {
    /// The nets.
    pub networks: Networks,
    /// Critic steps per generator step.
    pub n_critic: u64,
    /// Weight of the gradient penalty.
    pub grad_weight: f64,
}

/// Losses of a critic step.
#[derive(Debug)]
pub struct CriticLosses {
    /// The weighted sum of the others.
    pub loss: Tensor,
    /// On real samples.
    pub loss_real: Tensor,
    /// On generated samples.
    pub loss_fake: Tensor,
    /// The gradient penalty, without its weight.
    pub gradient_penalty: Tensor,
}

impl WganGp {
    /// Untrained nets.
    ///
    /// # Errors
    /// As [`Networks::new`].
    pub fn new(config: &NetConfig, n_critic: u64, grad_weight: f64, device: Device) -> Result<WganGp> {
        ensure!(n_critic > 0, "n_critic must be above 0");
        Ok(WganGp { networks: Networks::new("critic", config, None, device)?, n_critic, grad_weight })
    }

    /// The book's optimizers (p. 155).
    pub fn optimizers(&self, learning_rate: f64) -> Optimizers {
        let adam = Adam { beta_1: 0.5, ..Adam::new(learning_rate) };
        Optimizers::new(&self.networks, adam, adam)
    }

    /// One critic step on real images, generated images, and their interpolations with weights `alpha` (p. 155).
    ///
    /// The fakes are generated with moving averages, as in tf.keras 2; the book's Keras 2.2 uses batch statistics here,
    /// but not in the other two models.
    pub fn train_critic(
        &self,
        true_imgs: &Tensor,
        noise: &Tensor,
        alpha: &Tensor,
        optimizer: &mut Optimizer,
    ) -> CriticLosses {
        let fake_imgs = self.networks.predict(noise);
        let losses = critic_losses(&self.networks.critic, true_imgs, &fake_imgs, alpha, self.grad_weight);
        optimizer.minimize(&losses.loss);
        losses
    }

    /// One generator step, as in the Wasserstein GAN.
    pub fn train_generator(&self, noise: &Tensor, optimizer: &mut Optimizer) -> Tensor {
        train_generator(&self.networks, noise, optimizer)
    }

    /// Trains like [`Wgan::train`](super::Wgan::train).
    ///
    /// # Errors
    /// As there.
    pub fn train(&self, iterations: &mut Iterations) -> Result<()> {
        while let Some(step) = iterations.training.next()? {
            let mut last = None;
            for _ in 0..self.n_critic {
                let true_imgs = iterations.true_imgs()?;
                let n = true_imgs.size()[0];
                let (noise, alpha) = (self.networks.noise(n), random_weights(&true_imgs));
                last = Some((n, self.train_critic(&true_imgs, &noise, &alpha, &mut iterations.optimizers.critic)));
            }
            let Some((n, d)) = last else { break };
            let g_loss = self.train_generator(&self.networks.noise(n), &mut iterations.optimizers.generator);
            let d_losses = [("d_loss", &d.loss), ("d_loss_real", &d.loss_real), ("d_loss_fake", &d.loss_fake)];
            let others = [("gradient_penalty", &d.gradient_penalty), ("g_loss", &g_loss)];
            iterations.training.record(1, &[&d_losses[..], &others].concat());
            (iterations.after)(&self.networks, step.number + 1)?;
        }
        Ok(())
    }
}

/// The critic's losses on real samples, fake ones and their interpolations with weights `alpha` (p. 155); samples are
/// images or anything else that the critic takes.
pub fn critic_losses(critic: &Model, real: &Tensor, fakes: &Tensor, alpha: &Tensor, grad_weight: f64) -> CriticLosses {
    // An interpolation of each pair (p. 154).
    let interpolated = alpha * real + (1.0 - alpha) * fakes;

    let valid = critic.forward_t(real, true);
    let fake = critic.forward_t(fakes, true);
    let loss_real = losses::wasserstein(&valid.ones_like(), &valid);
    let loss_fake = losses::wasserstein(&-fake.ones_like(), &fake);
    let gradient_penalty = losses::gradient_penalty(&critic.input_gradient(&interpolated));
    let loss = &loss_real + &loss_fake + &gradient_penalty * grad_weight;
    CriticLosses { loss, loss_real, loss_fake, gradient_penalty }
}

/// Random weights of the interpolations between real and fake samples: U(0, 1), one for each real sample.
pub fn random_weights(real: &Tensor) -> Tensor {
    let mut one_each = vec![1; real.dim()];
    one_each[0] = real.size()[0];
    Tensor::rand(one_each, (Kind::Float, real.device()))
}
