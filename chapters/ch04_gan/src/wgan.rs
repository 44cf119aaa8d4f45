//! The Wasserstein GAN (pp. 146-152): another loss, and a critic whose weights are kept small.

use crate::fit::Model;
use crate::net::NetConfig;
use crate::networks::Networks;
use crate::real_images::RealImages;
use anyhow::Result;
use common::keras::{RmsProp, Rule, losses};
use tch::nn::ModuleT;
use tch::{Device, Tensor};

/// Critic against generator, with the Wasserstein loss.
#[derive(Debug)]
pub struct Wgan {
    nets: Networks,
    n_critic: u64,
    clip_threshold: f64,
}

impl Wgan {
    /// Untrained nets. The critic takes `n_critic` steps for each one of the generator; its weights are clipped to
    /// [-`clip_threshold`, `clip_threshold`].
    pub fn new(config: &NetConfig, learning_rate: f64, n_critic: u64, clip_threshold: f64, device: Device) -> Wgan {
        let rule = RmsProp::new(learning_rate).into();
        Wgan::with_rules(config, [rule, rule], n_critic, clip_threshold, device)
    }

    /// The same with other optimizers, the critic's first.
    pub fn with_rules(
        config: &NetConfig,
        rules: [Rule; 2],
        n_critic: u64,
        clip_threshold: f64,
        device: Device,
    ) -> Wgan {
        Wgan { nets: Networks::new("critic", config, None, rules, device), n_critic, clip_threshold }
    }

    /// One step on real images, one on generated ones, then clipping (p. 148). Losses: of both, of the real ones, of
    /// the fake ones.
    pub fn train_critic(&mut self, true_imgs: &Tensor, noise: &Tensor) -> [Tensor; 3] {
        let gen_imgs = self.nets.predict(noise);
        let d_loss_real = self.train_critic_on_batch(true_imgs, 1.0);
        let d_loss_fake = self.train_critic_on_batch(&gen_imgs, -1.0);
        let d_loss = (&d_loss_real + &d_loss_fake) * 0.5;
        tch::no_grad(|| {
            for weights in &mut self.nets.critic.trainable() {
                let _ = weights.clamp_(-self.clip_threshold, self.clip_threshold);
            }
        });
        [d_loss, d_loss_real, d_loss_fake]
    }

    /// The critic's outputs shall be high for `valid` images (1), low for `fake` ones (-1).
    fn train_critic_on_batch(&mut self, imgs: &Tensor, label: f64) -> Tensor {
        let output = self.nets.critic.forward_t(imgs, true);
        let loss = losses::wasserstein(&output.full_like(label), &output);
        self.nets.critic_optimizer.minimize(&loss);
        loss
    }

    /// One step of the generator.
    pub fn train_generator(&mut self, noise: &Tensor) -> Tensor {
        train_generator(&mut self.nets, noise)
    }
}

/// One step of a generator: the critic's output for its images shall be high (p. 147).
pub fn train_generator(nets: &mut Networks, noise: &Tensor) -> Tensor {
    let gen_imgs = nets.generator.forward_t(noise, true);
    let output = nets.critic.forward_t(&gen_imgs, true);
    let loss = losses::wasserstein(&output.ones_like(), &output);
    nets.generator_optimizer.minimize(&loss);
    loss
}

impl Model for Wgan {
    const METRICS: &'static [&'static str] = &["d_loss", "d_loss_real", "d_loss_fake", "g_loss"];
    const CRITIC: &'static str = "critic";

    fn nets(&self) -> &Networks {
        &self.nets
    }

    fn nets_mut(&mut self) -> &mut Networks {
        &mut self.nets
    }

    fn batches_per_iteration(&self) -> u64 {
        self.n_critic
    }

    fn train_iteration(&mut self, x_train: &mut RealImages) -> Result<Vec<Tensor>> {
        let mut d = vec![];
        for _ in 0..self.n_critic {
            let true_imgs = x_train.next()?;
            d = self.train_critic(&true_imgs, &self.nets.noise(true_imgs.size()[0])).into();
        }
        let g_loss = self.train_generator(&self.nets.noise(x_train.batch_size()));
        Ok(d.into_iter().chain([g_loss]).collect())
    }
}
