//! Benchmarks of training steps, for `cargo book bench 09`.

use crate::experiments::{bert, gpt, musenet};
use crate::models::attention::AttentionForm;
use crate::models::bert::MaskedBert;
use crate::models::biggan::{BigGan, BigGanConfig};
use crate::models::blocks::Weights;
use crate::models::gpt::Gpt;
use crate::models::growing::Growth;
use crate::models::masking::{Draws, MaskedBatch};
use crate::models::musenet::{EventBatch, MuseNet};
use crate::models::music_events::BAR;
use crate::models::progan::{ProGan, ProGanConfig};
use crate::models::sagan::{Sagan, SaganConfig};
use crate::models::stylegan::{Source, StyleGan, StyleGanConfig};
use crate::models::styles::Noise;
use crate::models::word_pieces::SpecialTokens;
use anyhow::Result;
use common::cli::time_steps;
use common::keras::{Adam, Optimizer, nhwc_to_nchw};
use common::training::{ExperimentConfig, Preset};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Texts of a step.
pub const BATCH: i64 = 16;

/// A step of 09_02: 16 texts of 128 random tokens.
pub fn transformer(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = gpt::Config::preset(Preset::Quick);
    let variables = VarStore::new(device);
    let gpt = Gpt::new(Weights::New(&variables), &config.net)?;
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(config.learning_rate));
    let size = [BATCH, config.net.n_positions + 1];
    let tokens = Tensor::randint(config.net.vocab_size, size, (Kind::Int64, device));
    time_steps(5, steps, || Ok(gpt.train_step(&tokens, config.attention, &mut optimizer)))
}

/// Windows of a step of BERT.
pub const WINDOWS: i64 = 32;

/// A step of 09_03: 32 windows of 64 random tokens, of which 15 % are chosen anew in each step.
pub fn bert(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = bert::Config::preset(Preset::Book);
    let variables = VarStore::new(device);
    let net = MaskedBert::new(Weights::New(&variables), &config.net)?;
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(config.learning_rate));
    let special = SpecialTokens { pad: 0, cls: 2, sep: 3, mask: 4 };
    let size = [WINDOWS, config.net.max_position_embeddings];
    let tokens = Tensor::randint(config.net.vocab_size, size, (Kind::Int64, device));
    time_steps(5, steps, || {
        let draws = Draws::new(&size, config.net.vocab_size, device);
        let batch = MaskedBatch::new(&tokens, config.masked_share, &special, &draws);
        Ok(net.train_step(&batch, AttentionForm::Fused, &mut optimizer).loss)
    })
}

/// Windows of a step of MuseNet.
pub const EXCERPTS: i64 = 4;
/// Different events.
const EVENTS: i64 = 400;

/// A step of 09_04: 4 windows of 512 random events.
pub fn musenet(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = musenet::Config::preset(Preset::Book);
    let variables = VarStore::new(device);
    let net = MuseNet::new(Weights::New(&variables), &config.net, EVENTS)?;
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(config.learning_rate));
    let size = [EXCERPTS, config.net.n_positions + 1];
    let [tokens, places] = [EVENTS, BAR].map(|most| Tensor::randint(most, size, (Kind::Int64, device)));
    let events = EventBatch { tokens, places };
    time_steps(5, steps, || Ok(net.train_step(&events, &mut optimizer)))
}

/// Images of a step.
pub const IMAGES: i64 = 16;

/// Random images `[16, 3, side, side]` in [-1, 1].
fn images(side: i64, device: Device) -> Tensor {
    nhwc_to_nchw(&(Tensor::rand([IMAGES, side, side, 3], (Kind::Float, device)) * 2.0 - 1.0))
}

/// An iteration of 09_05 at 32 x 32 pixels: discriminator and generator.
pub fn progan(device: Device, steps: usize) -> Result<Vec<f64>> {
    let gan =
        ProGan::new(&ProGanConfig { channels: vec![128, 96, 64, 32], z_dim: 128, ..ProGanConfig::paper() }, device)?;
    let (mut optimizers, growth, real) = (gan.optimizers(), Growth::full(3), images(32, device));
    time_steps(3, steps, || {
        let between = Tensor::rand([IMAGES, 1, 1, 1], (Kind::Float, device));
        let z = gan.noise(IMAGES);
        let _ = gan.train_discriminator(&real, &z, &between, growth, &mut optimizers.discriminator);
        Ok(gan.train_generator(&gan.noise(IMAGES), growth, &mut optimizers.generator))
    })
}

/// An iteration of 09_06 on 32 x 32 pixels with the nets of the quick preset.
pub fn sagan(device: Device, steps: usize) -> Result<Vec<f64>> {
    let mut config = SaganConfig::paper();
    (config.nets.generator, config.nets.discriminator) = (vec![96, 64, 48, 32], vec![32, 48, 64, 64]);
    let gan = Sagan::new(&config, [3, 10], device)?;
    let (mut optimizers, real) = (gan.optimizers(), images(32, device));
    time_steps(3, steps, || {
        let classes = gan.random_classes(IMAGES);
        let z = gan.noise(IMAGES);
        let _ = gan.train_discriminator([&real, &classes], [&z, &classes], &mut optimizers.discriminator);
        Ok(gan.train_generator(&gan.noise(IMAGES), &classes, &mut optimizers.generator))
    })
}

/// The same of 09_07, with one step of the discriminator.
pub fn biggan(device: Device, steps: usize) -> Result<Vec<f64>> {
    let mut config = BigGanConfig { embedding: 32, ..BigGanConfig::paper() };
    (config.nets.generator, config.nets.discriminator) = (vec![96, 64, 48, 32], vec![32, 48, 64, 64]);
    let gan = BigGan::new(&config, [3, 10], device)?;
    let (mut optimizers, real) = (gan.optimizers(), images(32, device));
    time_steps(3, steps, || {
        let classes = gan.random_classes(IMAGES);
        let z = gan.noise(IMAGES);
        let _ = gan.train_discriminator([&real, &classes], [&z, &classes], &mut optimizers.discriminator);
        Ok(gan.train_generator(&gan.noise(IMAGES), &classes, &mut optimizers.generator).loss)
    })
}

/// An iteration of 09_08 at 32 x 32 pixels, with R1.
pub fn stylegan(device: Device, steps: usize) -> Result<Vec<f64>> {
    let channels = vec![128, 96, 64, 32];
    let gan = StyleGan::new(&StyleGanConfig { channels, z_dim: 128, w_dim: 128, ..StyleGanConfig::paper() }, device)?;
    let (mut optimizers, growth, real) = (gan.optimizers(), Growth::full(3), images(32, device));
    let source = || Source { z: [gan.noise(IMAGES), gan.noise(IMAGES)], crossover: Some(4), noise: Noise::Random };
    time_steps(3, steps, || {
        let _ = gan.train_discriminator(&real, &source(), growth, true, &mut optimizers.discriminator);
        Ok(gan.train_generator(&source(), growth, &mut optimizers.generator))
    })
}
