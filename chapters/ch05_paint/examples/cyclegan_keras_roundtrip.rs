//! The Rust half of `chapters/ch05_paint/tests/fixtures/keras_roundtrip.py`: weights to tf.keras and back, at full size.
//! NETS is `apples` (U-Net) or `monet` (ResNet).
//!
//! ```sh
//! cargo run -p ch05 --example cyclegan_keras_roundtrip -- NETS export DIR     # writes rust.safetensors and rust.npz
//! python chapters/ch05_paint/tests/fixtures/keras_roundtrip.py NETS DIR/rust.safetensors DIR/rust.npz DIR/keras
//! cargo run -p ch05 --example cyclegan_keras_roundtrip -- NETS check DIR      # reads keras.safetensors and keras.npz
//! ```

#[path = "../../../common/tests/support/roundtrip.rs"]
mod roundtrip;

use anyhow::{Result, bail};
use ch05::models::{CycleGan, LossWeights, NetConfig};
use common::keras::{Model, nchw_to_nhwc, nhwc_to_nchw};
use roundtrip::Part;
use tch::{Device, Tensor};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [nets, command, folder] = &args[..] else {
        bail!("usage: cyclegan_keras_roundtrip apples|monet export|check DIR")
    };
    let config = match nets.as_str() {
        "apples" => NetConfig::apples(),
        "monet" => NetConfig::monet(),
        other => bail!("unknown nets '{other}': apples or monet"),
    };
    let _no_grad = tch::no_grad_guard();
    let weights = LossWeights { validation: 1.0, reconstr: 10.0, id: 2.0 };
    let gan = CycleGan::new(&config, weights, Device::Cpu)?;
    let on = |net: &Model, images: &Tensor| nchw_to_nhwc(&net.forward_t(&nhwc_to_nchw(images), false));
    let parts = [
        Part { input: "img_A", output: "fake_B", net: &|images| on(&gan.g_ab, images) },
        Part { input: "img_B", output: "fake_A", net: &|images| on(&gan.g_ba, images) },
        Part { input: "fake_A", output: "valid_A", net: &|images| on(&gan.d_a, images) },
        Part { input: "fake_B", output: "valid_B", net: &|images| on(&gan.d_b, images) },
    ];
    let [height, width, channels] = config.input_dim;
    let images = [2, height, width, channels];
    roundtrip::run(command, folder, &gan.variables, &[("img_A", &images), ("img_B", &images)], &parts)
}
