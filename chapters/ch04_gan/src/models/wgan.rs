//! The Wasserstein GAN (pp. 146-152): another loss, and a critic with clipped weights.

use super::networks::{Iterations, NetConfig, Networks};
use anyhow::{Result, ensure};
use common::keras::{Model, Optimizer, losses};
use tch::{Device, Tensor};

/// A critic against a generator, with the Wasserstein loss.
#[derive(Debug)]
pub struct Wgan {
    /// The nets.
    pub networks: Networks,
    /// Critic steps per generator step.
    pub n_critic: u64,
    /// The critic's weights are clipped to [-`clip_threshold`, `clip_threshold`].
    pub clip_threshold: f64,
}

impl Wgan {
    /// Untrained nets.
    ///
    /// # Errors
    /// As [`Networks::new`].
    pub fn new(config: &NetConfig, n_critic: u64, clip_threshold: f64, device: Device) -> Result<Wgan> {
        ensure!(n_critic > 0, "n_critic must be above 0");
        Ok(Wgan { networks: Networks::new("critic", config, None, device)?, n_critic, clip_threshold })
    }

    /// One critic step on real images, one on generated images, then clipping (p. 148). Returns the losses: mean of
    /// both, real, fake.
    pub fn train_critic(&self, true_imgs: &Tensor, noise: &Tensor, optimizer: &mut Optimizer) -> [Tensor; 3] {
        let gen_imgs = self.networks.predict(noise);
        let d_loss_real = self.train_critic_on_batch(true_imgs, 1.0, optimizer);
        let d_loss_fake = self.train_critic_on_batch(&gen_imgs, -1.0, optimizer);
        let d_loss = (&d_loss_real + &d_loss_fake) * 0.5;
        tch::no_grad(|| {
            for weights in &mut self.networks.critic.trainable() {
                let _ = weights.clamp_(-self.clip_threshold, self.clip_threshold);
            }
        });
        [d_loss, d_loss_real, d_loss_fake]
    }

    /// One critic step towards high outputs for `valid` images (1) or low ones for `fake` images (-1).
    fn train_critic_on_batch(&self, imgs: &Tensor, label: f64, optimizer: &mut Optimizer) -> Tensor {
        let output = self.networks.critic.forward_t(imgs, true);
        let loss = losses::wasserstein(&output.full_like(label), &output);
        optimizer.minimize(&loss);
        loss
    }

    /// Trains as [`Gan::train`](super::Gan::train) does, with `n_critic` steps of the critic in an iteration.
    ///
    /// # Errors
    /// As there.
    pub fn train(&self, iterations: &mut Iterations) -> Result<()> {
        while let Some(step) = iterations.training.next()? {
            let mut n = 0;
            let mut d_losses = [(); 3].map(|_| Tensor::new());
            for _ in 0..self.n_critic {
                let true_imgs = iterations.true_imgs()?;
                n = true_imgs.size()[0];
                d_losses = self.train_critic(&true_imgs, &self.networks.noise(n), &mut iterations.optimizers.critic);
            }
            let g_loss = self.train_generator(&self.networks.noise(n), &mut iterations.optimizers.generator);
            let [d_loss, d_loss_real, d_loss_fake] = &d_losses;
            iterations.training.record(
                1,
                &[("d_loss", d_loss), ("d_loss_real", d_loss_real), ("d_loss_fake", d_loss_fake), ("g_loss", &g_loss)],
            );
            (iterations.after)(&self.networks, step.number + 1)?;
        }
        Ok(())
    }
}

impl Wgan {
    /// One step of the generator.
    pub fn train_generator(&self, noise: &Tensor, optimizer: &mut Optimizer) -> Tensor {
        train_generator(&self.networks, noise, optimizer)
    }
}

/// One generator step towards high outputs of the critic (p. 147).
pub fn train_generator(networks: &Networks, noise: &Tensor, optimizer: &mut Optimizer) -> Tensor {
    let loss = generator_loss(&networks.critic, &networks.generator.forward_t(noise, true));
    optimizer.minimize(&loss);
    loss
}

/// The generator's loss for what it has generated, images or anything else: -mean(D(G(z))) (p. 147).
pub fn generator_loss(critic: &Model, generated: &Tensor) -> Tensor {
    let output = critic.forward_t(generated, true);
    losses::wasserstein(&output.ones_like(), &output)
}
