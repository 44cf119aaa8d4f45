//! Benchmarks of training steps, for `cargo book bench 08`.

use crate::models::mdn_rnn::{MdnRnnConfig, SequenceBatch};
use crate::models::vae::{FRAME, VaeConfig};
use crate::models::{MdnRnn, Vae};
use anyhow::Result;
use common::cli::time_steps;
use common::keras::{Adam, Optimizer, nhwc_to_nchw};
use tch::{Device, Kind, Tensor};

/// Frames or episodes of a step, as in the book.
pub const BATCH: i64 = 100;
/// Frames of an episode.
pub const FRAMES: i64 = 300;

/// A step of 08_02: 100 random frames.
pub fn vae(device: Device, steps: usize) -> Result<Vec<f64>> {
    let vae = Vae::new(&VaeConfig::book(), device)?;
    let mut optimizer = Optimizer::for_variables(&vae.variables, Adam::new(1e-4));
    let [height, width, channels] = FRAME;
    let x = nhwc_to_nchw(&Tensor::rand([BATCH, height, width, channels], (Kind::Float, device)));
    time_steps(10, steps, || Ok(vae.train_step(&x, &mut optimizer).swap_remove(0).1))
}

/// A step of 08_04: 100 random episodes.
pub fn mdn_rnn(device: Device, steps: usize) -> Result<Vec<f64>> {
    let config = MdnRnnConfig::book();
    let rnn = MdnRnn::new(&config, device)?;
    let mut optimizer = Optimizer::for_variables(&rnn.variables, Adam::new(1e-3));
    let z = Tensor::randn([BATCH, FRAMES, config.z_dim], (Kind::Float, device));
    let actions = Tensor::rand([BATCH, FRAMES, config.action_dim], (Kind::Float, device));
    let rewards = Tensor::rand([BATCH, FRAMES], (Kind::Float, device)).round();
    let batch = SequenceBatch::new(&z, &actions, &rewards);
    time_steps(2, steps, || {
        let [loss, _, _] = rnn.train_step(&batch, &mut optimizer);
        Ok(loss)
    })
}
