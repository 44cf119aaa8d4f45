//! The Rust half of `common/tests/fixtures/keras_roundtrip.py`: weights to tf.keras and back, at full size.
//!
//! ```sh
//! cargo run -p ch03 --example keras_roundtrip -- export DIR     # writes rust.safetensors and rust.npz
//! python common/tests/fixtures/keras_roundtrip.py DIR/rust.safetensors DIR/rust.npz DIR/keras
//! cargo run -p ch03 --example keras_roundtrip -- check DIR      # reads keras.safetensors and keras.npz
//! ```

#[path = "../../../common/tests/support/roundtrip.rs"]
mod roundtrip;

use anyhow::{Result, bail};
use ch03::models::{Autoencoder, LatentModel, NetConfig};
use roundtrip::Part;
use tch::Device;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [command, folder] = &args[..] else { bail!("usage: keras_roundtrip export|check DIR") };
    let _no_grad = tch::no_grad_guard();
    let model = Autoencoder::new(&NetConfig::digits(), Device::Cpu)?;
    let parts = [
        Part { input: "x", output: "z", net: &|x| model.encode(x) },
        Part { input: "z", output: "y", net: &|z| model.decode(z) },
    ];
    roundtrip::run(command, folder, &model.variables, &[("x", &[4, 28, 28, 1])], &parts)
}
