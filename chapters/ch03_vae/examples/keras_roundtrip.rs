//! The Rust half of `common/tests/fixtures/keras_roundtrip.py`: weights to tf.keras and back, at full size.
//!
//! ```sh
//! cargo run -p ch03 --example keras_roundtrip -- export DIR     # writes rust.safetensors and rust.npz
//! python common/tests/fixtures/keras_roundtrip.py DIR/rust.safetensors DIR/rust.npz DIR/keras
//! cargo run -p ch03 --example keras_roundtrip -- check DIR      # reads keras.safetensors and keras.npz
//! ```

use anyhow::{Result, bail, ensure};
use ch03::models::{Autoencoder, LatentModel, NetConfig};
use common::arrays::{array2, array4};
use common::datasets::npz::Npz;
use common::keras::weights;
use std::path::PathBuf;
use tch::{Device, Kind, Tensor};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [command, folder] = &args[..] else { bail!("usage: keras_roundtrip export|check DIR") };
    let folder = PathBuf::from(folder);
    let _no_grad = tch::no_grad_guard();
    let model = Autoencoder::new(&NetConfig::digits(), Device::Cpu)?;
    match command.as_str() {
        "export" => {
            let x = Tensor::rand([4, 28, 28, 1], (Kind::Float, Device::Cpu));
            let z = model.encode(&x);
            let y = model.decode(&z);
            weights::save(&model.variables, &folder.join("rust.safetensors"))?;
            let [x, z, y] = [array4(&x)?.into_dyn(), array2(&z)?.into_dyn(), array4(&y)?.into_dyn()];
            Npz::write(&folder.join("rust.npz"), &[("x", &x), ("z", &z), ("y", &y)])
        }
        "check" => {
            weights::load(&model.variables, &folder.join("keras.safetensors"))?;
            let npz = Npz::open(&folder.join("keras.npz"))?;
            let tensor = |name: &str| -> Result<Tensor> { Ok(Tensor::try_from(npz.array::<f32>(name)?)?) };
            let (x, z, y) = (tensor("x")?, tensor("z")?, tensor("y")?);
            for (name, ours, keras) in [("z", model.encode(&x), &z), ("y", model.decode(&z), &y)] {
                let scale = keras.abs().max().double_value(&[]).max(1.0);
                let difference = (ours - keras).abs().max().double_value(&[]) / scale;
                println!("{name}: largest difference {difference:.1e}");
                ensure!(difference <= 1e-5, "{name} differs from tf.keras'");
            }
            Ok(())
        }
        other => bail!("unknown command '{other}': export or check"),
    }
}
