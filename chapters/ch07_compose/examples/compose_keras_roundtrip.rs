//! The Rust half of `chapters/ch07_compose/tests/fixtures/keras_roundtrip.py`: weights to tf.keras and back, at full size.
//!
//! ```sh
//! cargo run -p ch07 --example compose_keras_roundtrip -- export DIR     # writes rust.safetensors and rust.npz
//! python chapters/ch07_compose/tests/fixtures/keras_roundtrip.py DIR/rust.safetensors DIR/rust.npz DIR/keras
//! cargo run -p ch07 --example compose_keras_roundtrip -- check DIR      # reads keras.safetensors and keras.npz
//! ```

#[path = "../../../common/tests/support/roundtrip.rs"]
mod roundtrip;

use anyhow::{Result, bail};
use ch07::models::{NetConfig, RnnAttention};
use roundtrip::Part;
use tch::{Device, Kind, Tensor};

/// The book's pitches and durations.
const N_NOTES: i64 = 387;
const N_DURATIONS: i64 = 18;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [command, folder] = &args[..] else { bail!("usage: compose_keras_roundtrip export|check DIR") };
    let _no_grad = tch::no_grad_guard();
    let model = RnnAttention::new(&NetConfig::book(), N_NOTES, N_DURATIONS, Device::Cpu)?;
    let run = |noise: &Tensor, output: usize| {
        let [notes, durations] = [N_NOTES, N_DURATIONS].map(|below| tokens(noise, below));
        model.model.forward_vec(&[&notes, &durations], false).remove(output)
    };
    let [pitch, duration] = [0, 1].map(|output| move |noise: &Tensor| run(noise, output));
    let parts = [
        Part { input: "noise", output: "pitch", net: &pitch },
        Part { input: "noise", output: "duration", net: &duration },
    ];
    roundtrip::run(command, folder, &model.variables, &[("noise", &[4, 32])], &parts)
}

/// Tokens of uniform noise.
fn tokens(noise: &Tensor, below: i64) -> Tensor {
    (noise.to_kind(Kind::Double) * below as f64).floor().to_kind(Kind::Int64)
}
