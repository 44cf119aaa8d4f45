//! The generative adversarial network (pp. 129-142).

use crate::fit::Model;
use crate::net::NetConfig;
use crate::networks::Networks;
use crate::real_images::RealImages;
use anyhow::Result;
use common::keras::{Activation, RmsProp, losses};
use serde::{Deserialize, Serialize};
use tch::nn::ModuleT;
use tch::{Device, Tensor};

/// The numbers of a GAN's optimizers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearningRates {
    /// RMSprop's learning rate for the discriminator.
    pub discriminator: f64,
    /// RMSprop's learning rate for the generator.
    pub generator: f64,
}

/// Discriminator against generator.
#[derive(Debug)]
pub struct Gan {
    nets: Networks,
}

impl Gan {
    /// Untrained nets.
    pub fn new(config: &NetConfig, rates: LearningRates, device: Device) -> Gan {
        let rules = [RmsProp::new(rates.discriminator).into(), RmsProp::new(rates.generator).into()];
        Gan { nets: Networks::new("discriminator", config, Some(Activation::Sigmoid), rules, device) }
    }

    /// One step on real images, one on generated ones (p. 138). Losses and accuracies: of both, of the real ones, of
    /// the fake ones.
    pub fn train_discriminator(&mut self, true_imgs: &Tensor, noise: &Tensor) -> [Tensor; 6] {
        let gen_imgs = self.nets.predict(noise);
        let [d_loss_real, d_acc_real] = self.train_discriminator_on_batch(true_imgs, 1.0);
        let [d_loss_fake, d_acc_fake] = self.train_discriminator_on_batch(&gen_imgs, 0.0);
        let d_loss = (&d_loss_real + &d_loss_fake) * 0.5;
        let d_acc = (&d_acc_real + &d_acc_fake) * 0.5;
        [d_loss, d_loss_real, d_loss_fake, d_acc, d_acc_real, d_acc_fake]
    }

    /// The discriminator shall say `valid` (1) or `fake` (0) of each image.
    fn train_discriminator_on_batch(&mut self, imgs: &Tensor, says: f64) -> [Tensor; 2] {
        let logits = self.nets.critic.forward_but_last(imgs, true);
        let labels = logits.full_like(says);
        let loss = losses::binary_crossentropy_from_logits(&labels, &logits);
        self.nets.critic_optimizer.minimize(&loss);
        [loss, losses::binary_accuracy(&labels, &logits.sigmoid())]
    }

    /// One step of the generator: the discriminator shall say `valid` of its images (p. 138).
    pub fn train_generator(&mut self, noise: &Tensor) -> [Tensor; 2] {
        let gen_imgs = self.nets.generator.forward_t(noise, true);
        let logits = self.nets.critic.forward_but_last(&gen_imgs, true);
        let valid = logits.ones_like();
        let loss = losses::binary_crossentropy_from_logits(&valid, &logits);
        self.nets.generator_optimizer.minimize(&loss);
        [loss, losses::binary_accuracy(&valid, &logits.sigmoid())]
    }
}

impl Model for Gan {
    const METRICS: &'static [&'static str] =
        &["d_loss", "d_loss_real", "d_loss_fake", "d_acc", "d_acc_real", "d_acc_fake", "g_loss", "g_acc"];
    const CRITIC: &'static str = "discriminator";

    fn nets(&self) -> &Networks {
        &self.nets
    }

    fn nets_mut(&mut self) -> &mut Networks {
        &mut self.nets
    }

    fn batches_per_iteration(&self) -> u64 {
        1
    }

    fn train_iteration(&mut self, x_train: &mut RealImages) -> Result<Vec<Tensor>> {
        let true_imgs = x_train.next()?;
        let d = self.train_discriminator(&true_imgs, &self.nets.noise(true_imgs.size()[0]));
        let g = self.train_generator(&self.nets.noise(x_train.batch_size()));
        Ok(d.into_iter().chain(g).collect())
    }
}
