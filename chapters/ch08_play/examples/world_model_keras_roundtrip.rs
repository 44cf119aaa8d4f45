//! The Rust half of `chapters/ch08_play/tests/fixtures/keras_roundtrip.py`: weights to tf.keras and back, at full size.
//! MODEL is `vae` or `mdn_rnn`.
//!
//! ```sh
//! cargo run -p ch08 --example world_model_keras_roundtrip -- MODEL export DIR     # writes rust.safetensors and rust.npz
//! python chapters/ch08_play/tests/fixtures/keras_roundtrip.py MODEL DIR/rust.safetensors DIR/rust.npz DIR/keras
//! cargo run -p ch08 --example world_model_keras_roundtrip -- MODEL check DIR      # reads keras.safetensors and keras.npz
//! ```

#[path = "../../../common/tests/support/roundtrip.rs"]
mod roundtrip;

use anyhow::{Result, bail};
use ch08::models::mdn_rnn::MdnRnnConfig;
use ch08::models::vae::VaeConfig;
use ch08::models::{MdnRnn, Vae};
use common::keras::nhwc_to_nchw;
use roundtrip::Part;
use tch::{Device, Tensor};

/// Steps of the sequences.
const LENGTH: i64 = 30;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, command, folder] = &args[..] else {
        bail!("usage: world_model_keras_roundtrip vae|mdn_rnn export|check DIR")
    };
    let _no_grad = tch::no_grad_guard();
    match model.as_str() {
        "vae" => vae(command, folder),
        "mdn_rnn" => mdn_rnn(command, folder),
        other => bail!("unknown model '{other}': vae or mdn_rnn"),
    }
}

fn vae(command: &str, folder: &str) -> Result<()> {
    let vae = Vae::new(&VaeConfig::book(), Device::Cpu)?;
    let head = |i: usize| {
        let vae = &vae;
        move |images: &Tensor| vae.distribution(&nhwc_to_nchw(images))[i].shallow_clone()
    };
    let (mu, log_var) = (head(0), head(1));
    let parts = [
        Part { input: "x", output: "mu", net: &mu },
        Part { input: "x", output: "log_var", net: &log_var },
        Part { input: "z", output: "y", net: &|z| vae.decode(z) },
    ];
    roundtrip::run(command, folder, &vae.variables, &[("x", &[4, 64, 64, 3]), ("z", &[4, 32])], &parts)
}

fn mdn_rnn(command: &str, folder: &str) -> Result<()> {
    let config = MdnRnnConfig::book();
    let rnn = MdnRnn::new(&config, Device::Cpu)?;
    let parts = [Part { input: "rnn_x", output: "y", net: &|x| rnn.model.forward_t(x, false) }];
    roundtrip::run(command, folder, &rnn.variables, &[("rnn_x", &[4, LENGTH, config.input_dim()])], &parts)
}
