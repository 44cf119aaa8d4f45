//! Training steps for `cargo book bench 04`, on random images, like the peers in Python.

use crate::models::{Gan, NetConfig, Optimizers, Wgan, WganGp, random_weights};
use anyhow::Result;
use common::cli::time_steps;
use common::datasets::image_batches::{ImageBatches, ImageSource};
use common::keras::RmsProp;
use tch::{Device, Kind, Tensor};

/// Number of iterations before timing starts.
const WARM_UP: usize = 3;

/// An iteration of 04_01: discriminator on real and on generated drawings, generator.
pub fn gan_camel(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = NetConfig::drawings();
    let gan = Gan::new(&config, device)?;
    let networks = &gan.networks;
    let mut optimizers = Optimizers::new(networks, RmsProp::new(8e-4), RmsProp::new(4e-4));
    let mut x_train = random_images(&config, 64, device);
    time_steps(WARM_UP, steps, || {
        let true_imgs = x_train.next()? * 2.0 - 1.0;
        gan.train_discriminator(&true_imgs, &networks.noise(64), &mut optimizers.critic);
        let [loss, _] = gan.train_generator(&networks.noise(64), &mut optimizers.generator);
        Ok(loss)
    })
}

/// An iteration of 04_02: five critic steps on real and on generated images, then the generator.
pub fn wgan_cifar(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = NetConfig::cifar();
    let wgan = Wgan::new(&config, 5, 0.01, device)?;
    let networks = &wgan.networks;
    let mut optimizers = Optimizers::new(networks, RmsProp::new(5e-5), RmsProp::new(5e-5));
    let mut x_train = random_images(&config, 128, device);
    time_steps(WARM_UP, steps, || {
        for _ in 0..wgan.n_critic {
            let true_imgs = x_train.next()? * 2.0 - 1.0;
            let _ = wgan.train_critic(&true_imgs, &networks.noise(128), &mut optimizers.critic);
        }
        Ok(wgan.train_generator(&networks.noise(128), &mut optimizers.generator))
    })
}

/// A step of 04_03's critic.
pub fn wgangp_faces_critic(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = NetConfig::faces();
    let wgan = WganGp::new(&config, 5, 10.0, device)?;
    let mut optimizers = wgan.optimizers(2e-4);
    let mut x_train = random_images(&config, 64, device);
    time_steps(WARM_UP, steps, || {
        let true_imgs = x_train.next()? * 2.0 - 1.0;
        let (noise, alpha) = (wgan.networks.noise(64), random_weights(&true_imgs));
        Ok(wgan.train_critic(&true_imgs, &noise, &alpha, &mut optimizers.critic).loss)
    })
}

/// A step of 04_03's generator.
pub fn wgangp_faces_generator(device: Device, steps: usize) -> Result<Vec<f64>> {
    let wgan = WganGp::new(&NetConfig::faces(), 5, 10.0, device)?;
    let mut optimizers = wgan.optimizers(2e-4);
    time_steps(WARM_UP, steps, || Ok(wgan.train_generator(&wgan.networks.noise(64), &mut optimizers.generator)))
}

fn random_images(config: &NetConfig, batch_size: i64, device: Device) -> ImageBatches {
    tch::manual_seed(42);
    let [height, width, channels] = config.input_dim;
    let images = Tensor::rand([batch_size, height, width, channels], (Kind::Float, device));
    ImageSource::Memory(images).endless(batch_size, 42, 0, device)
}
