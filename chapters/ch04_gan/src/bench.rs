//! Training steps that `cargo book bench 04` times, on random images: the peers in Python do the same.

use crate::fit::Model;
use crate::gan::{Gan, LearningRates};
use crate::net::NetConfig;
use crate::real_images::{RealImages, Source};
use crate::wgan::Wgan;
use crate::wgangp::{WganGp, random_weights};
use anyhow::Result;
use std::time::Instant;
use tch::{Device, Kind, Tensor};

/// Iterations before the clock runs.
const WARM_UP: usize = 3;

/// An iteration of 04_01: discriminator on real and on generated drawings, generator.
pub fn gan_camel(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = NetConfig::drawings();
    let mut gan = Gan::new(&config, LearningRates { discriminator: 8e-4, generator: 4e-4 }, device);
    let mut x_train = random_images(&config, 64, device);
    time(steps, || Ok(gan.train_iteration(&mut x_train)?.swap_remove(0)))
}

/// An iteration of 04_02: five times the critic on real and on generated images, generator.
pub fn wgan_cifar(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = NetConfig::cifar();
    let mut wgan = Wgan::new(&config, 5e-5, 5, 0.01, device);
    let mut x_train = random_images(&config, 128, device);
    time(steps, || Ok(wgan.train_iteration(&mut x_train)?.swap_remove(0)))
}

/// A step of 04_03's critic.
pub fn wgangp_faces_critic(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = NetConfig::faces();
    let mut wgan = WganGp::new(&config, 2e-4, 5, 10.0, device);
    let mut x_train = random_images(&config, 64, device);
    time(steps, || {
        let noise = wgan.nets().noise(64);
        let [loss, ..] = wgan.train_critic(&x_train.next()?, &noise, &random_weights(64, device));
        Ok(loss)
    })
}

/// A step of 04_03's generator.
pub fn wgangp_faces_generator(device: Device, steps: usize) -> Result<Vec<f64>> {
    let mut wgan = WganGp::new(&NetConfig::faces(), 2e-4, 5, 10.0, device);
    time(steps, || {
        let noise = wgan.nets().noise(64);
        Ok(wgan.train_generator(&noise))
    })
}

fn random_images(config: &NetConfig, batch_size: i64, device: Device) -> RealImages {
    tch::manual_seed(42);
    let [height, width, channels] = config.input_dim;
    let images = Tensor::rand([batch_size, height, width, channels], (Kind::Float, device));
    RealImages::new(Source::Memory(images), batch_size, 42, device)
}

fn time(steps: usize, mut step: impl FnMut() -> Result<Tensor>) -> Result<Vec<f64>> {
    let mut ms = vec![];
    for number in 0..WARM_UP + steps {
        let start = Instant::now();
        // Reading the loss waits for a GPU, too.
        f64::try_from(&step()?)?;
        if number >= WARM_UP {
            ms.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(ms)
}
