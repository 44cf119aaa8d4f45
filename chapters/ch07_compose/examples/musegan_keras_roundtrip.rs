//! The Rust half of `chapters/ch07_compose/tests/fixtures/musegan_keras_roundtrip.py`: weights to tf.keras and back, at full
//! size, net by net.
//!
//! ```sh
//! cargo run -p ch07 --example musegan_keras_roundtrip -- export DIR     # writes rust.safetensors and rust.npz
//! python chapters/ch07_compose/tests/fixtures/musegan_keras_roundtrip.py DIR/rust.safetensors DIR/rust.npz DIR/keras
//! cargo run -p ch07 --example musegan_keras_roundtrip -- check DIR      # reads keras.safetensors and keras.npz
//! ```

#[path = "../../../common/tests/support/roundtrip.rs"]
mod roundtrip;

use anyhow::{Result, bail};
use ch07::models::bars::{N_STEPS_PER_BAR, N_TRACKS};
use ch07::models::musegan::NetConfig;
use common::keras::{to_channels_first, to_channels_last};
use roundtrip::Part;
use tch::nn::VarStore;
use tch::{Device, Tensor};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [command, folder] = &args[..] else { bail!("usage: musegan_keras_roundtrip export|check DIR") };
    let _no_grad = tch::no_grad_guard();
    let config = NetConfig::book();
    let variables = VarStore::new(Device::Cpu);
    // All nets of MuseGAN where it has them: input, name and net.
    let mut nets = vec![("score", "critic".to_string(), config.critic(&variables.root().sub("critic"))?)];
    let temporal =
        ["temporal_network".to_string()].into_iter().chain((0..N_TRACKS).map(|i| format!("melody_network_{i}")));
    for name in temporal {
        let net = config.temporal_network(&name, &variables.root().sub(&name))?;
        nets.push(("noise", name, net));
    }
    for name in (0..N_TRACKS).map(|track| format!("bar_generator_{track}")) {
        let net = config.bar_generator(&name, &variables.root().sub(&name))?;
        nets.push(("bar_noise", name, net));
    }
    let run = |i: usize| {
        let net = &nets[i].2;
        move |x: &Tensor| to_channels_last(&net.forward_t(&to_channels_first(x), false))
    };
    let runs: Vec<_> = (0..nets.len()).map(run).collect();
    let parts: Vec<Part> =
        nets.iter().zip(&runs).map(|((input, output, _), net)| Part { input, output, net }).collect();
    let score = [4, config.n_bars, N_STEPS_PER_BAR, config.n_pitches, N_TRACKS];
    let inputs: [(&str, &[i64]); 3] =
        [("score", &score), ("noise", &[4, config.z_dim]), ("bar_noise", &[4, 4 * config.z_dim])];
    roundtrip::run(command, folder, &variables, &inputs, &parts)
}
