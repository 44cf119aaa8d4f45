//! The Wasserstein GAN with a gradient penalty (pp. 152-158) in place of clipped weights.

use crate::fit::Model;
use crate::net::NetConfig;
use crate::networks::Networks;
use crate::real_images::RealImages;
use crate::wgan;
use anyhow::Result;
use common::keras::{Adam, Sequential, losses};
use tch::nn::ModuleT;
use tch::{Device, Kind, Tensor};

/// Critic against generator, with the Wasserstein loss and the gradient penalty.
#[derive(Debug)]
pub struct WganGp {
    nets: Networks,
    n_critic: u64,
    grad_weight: f64,
}

impl WganGp {
    /// Untrained nets. The critic takes `n_critic` steps for each one of the generator; `grad_weight` weighs the penalty.
    pub fn new(config: &NetConfig, learning_rate: f64, n_critic: u64, grad_weight: f64, device: Device) -> WganGp {
        let rule = Adam { beta_1: 0.5, ..Adam::new(learning_rate) }.into();
        WganGp { nets: Networks::new("critic", config, None, [rule, rule], device), n_critic, grad_weight }
    }

    /// One step of the critic on real and generated images at once, and on those between them (p. 155). Losses: the
    /// weighted sum, of the real ones, of the fake ones, the penalty.
    ///
    /// The fakes are made by moving averages, as tf.keras 2 makes them; in the book's Keras 2.2 the generator normalized
    /// them by their own mean and variance here, though not in the other two models.
    pub fn train_critic(&mut self, true_imgs: &Tensor, noise: &Tensor, alpha: &Tensor) -> [Tensor; 4] {
        let fake_imgs = self.nets.predict(noise);
        let interpolated_img = weighted_average(true_imgs, &fake_imgs, alpha);

        let valid = self.nets.critic.forward_t(true_imgs, true);
        let fake = self.nets.critic.forward_t(&fake_imgs, true);
        let loss_real = losses::wasserstein(&valid.ones_like(), &valid);
        let loss_fake = losses::wasserstein(&-fake.ones_like(), &fake);
        let penalty = gradient_penalty(&self.nets.critic, &interpolated_img);
        let loss = &loss_real + &loss_fake + &penalty * self.grad_weight;
        self.nets.critic_optimizer.minimize(&loss);
        [loss, loss_real, loss_fake, penalty]
    }

    /// One step of the generator, which is the Wasserstein GAN's.
    pub fn train_generator(&mut self, noise: &Tensor) -> Tensor {
        wgan::train_generator(&mut self.nets, noise)
    }
}

/// Where between a real and a fake image the gradient is looked at: numbers even in [0, 1], one for each of `n` pairs.
pub fn random_weights(n: i64, device: Device) -> Tensor {
    Tensor::rand([n, 1, 1, 1], (Kind::Float, device))
}

/// An image between each two (p. 154): alpha · real + (1 - alpha) · fake.
fn weighted_average(real: &Tensor, fake: &Tensor, alpha: &Tensor) -> Tensor {
    alpha * real + (1.0 - alpha) * fake
}

/// Mean of (‖∇D(x̂)‖ - 1)², the norm over all pixels of an image (p. 154). Gulrajani et al., "Improved Training of
/// Wasserstein GANs", 2017.
pub fn gradient_penalty(critic: &Sequential, interpolated_imgs: &Tensor) -> Tensor {
    let gradients = critic.input_gradient(interpolated_imgs);
    let gradients_sqr_sum = gradients.square().sum_dim_intlist(&[1i64, 2, 3][..], false, None);
    let gradient_l2_norm = gradients_sqr_sum.sqrt();
    (gradient_l2_norm - 1.0).square().mean(None)
}

impl Model for WganGp {
    const METRICS: &'static [&'static str] = &["d_loss", "d_loss_real", "d_loss_fake", "gradient_penalty", "g_loss"];
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
            let n = true_imgs.size()[0];
            d = self.train_critic(&true_imgs, &self.nets.noise(n), &random_weights(n, true_imgs.device())).into();
        }
        let g_loss = self.train_generator(&self.nets.noise(x_train.batch_size()));
        Ok(d.into_iter().chain([g_loss]).collect())
    }
}
