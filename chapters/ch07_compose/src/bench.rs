//! Benchmarks of training steps, for `cargo book bench 07`.

use crate::models::bars::{N_STEPS_PER_BAR, N_TRACKS};
use crate::models::{Batch, MuseGan, NetConfig, RnnAttention, musegan};
use anyhow::Result;
use ch04::models::random_weights;
use common::cli::time_steps;
use common::keras::{Optimizer, RmsProp};
use tch::{Device, Kind, Tensor};

/// The book's pitches and durations.
const N_NOTES: i64 = 387;
const N_DURATIONS: i64 = 18;

/// A step of 07_02: 32 windows of 32 notes.
pub fn lstm_compose(device: Device, steps: usize) -> Result<Vec<f64>> {
    let model = RnnAttention::new(&NetConfig::book(), N_NOTES, N_DURATIONS, device)?;
    let mut optimizer = Optimizer::for_variables(&model.variables, RmsProp::new(1e-3));
    let tokens = |below| Tensor::randint(below, [32, 33], (Kind::Int64, device));
    let batch = Batch::new(&tokens(N_NOTES), &tokens(N_DURATIONS));
    time_steps(10, steps, || {
        let [loss, _, _] = model.train_step(&batch, &mut optimizer);
        Ok(loss)
    })
}

/// An iteration of 07_04 on 64 random scores: five critic steps, then the generator.
pub fn musegan(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = musegan::NetConfig::book();
    let gan = MuseGan::new(&config, 5, 10.0, device)?;
    let mut optimizers = gan.optimizers(1e-3, 1e-3);
    let shape = [64, config.n_bars, N_STEPS_PER_BAR, config.n_pitches, N_TRACKS];
    let real = Tensor::rand(shape, (Kind::Float, device)) * 2.0 - 1.0;
    time_steps(1, steps, || {
        for _ in 0..gan.n_critic {
            let losses = gan.train_critic(&real, &gan.noise(64), &random_weights(&real), &mut optimizers.critic);
            losses.loss.double_value(&[]); // read, as the peers do
        }
        Ok(gan.train_generator(&gan.noise(64), &mut optimizers.generator))
    })
}
