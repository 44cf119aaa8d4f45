//! Weights to tf.keras and back, at full size: the Rust half of the chapters' `keras_roundtrip.py`.

use anyhow::{Context, Result, bail, ensure};
use common::datasets::npz::Npz;
use common::keras::weights;
use ndarray::ArrayD;
use std::collections::BTreeMap;
use std::path::Path;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Rounding of the ResNet of chapter 5 in f32 reaches 1e-5.
const TOLERANCE: f64 = 2e-5;

/// A net that makes the array `output` of the array `input`, both with channels last.
pub struct Part<'a> {
    pub input: &'a str,
    pub output: &'a str,
    pub net: &'a dyn Fn(&Tensor) -> Tensor,
}

/// Does the command `export` or `check` in a folder. `inputs` are the arrays that no net makes, with their shapes.
pub fn run(command: &str, folder: &str, variables: &VarStore, inputs: &[(&str, &[i64])], parts: &[Part]) -> Result<()> {
    let folder = Path::new(folder);
    match command {
        "export" => export(folder, variables, inputs, parts),
        "check" => check(folder, variables, parts),
        other => bail!("unknown command '{other}': export or check"),
    }
}

fn export(folder: &Path, variables: &VarStore, inputs: &[(&str, &[i64])], parts: &[Part]) -> Result<()> {
    let random = |(name, shape): &(&str, &[i64])| (name.to_string(), Tensor::rand(*shape, (Kind::Float, Device::Cpu)));
    let mut arrays: BTreeMap<String, Tensor> = inputs.iter().map(random).collect();
    for part in parts {
        let output = (part.net)(&arrays[part.input]);
        arrays.insert(part.output.to_string(), output);
    }
    weights::save(variables, &folder.join("rust.safetensors"))?;
    let arrays = arrays.iter().map(|(name, tensor)| Ok((name, (&tensor.contiguous()).try_into()?)));
    let arrays = arrays.collect::<Result<Vec<(&String, ArrayD<f32>)>>>()?;
    let arrays: Vec<(&str, &ArrayD<f32>)> = arrays.iter().map(|(name, array)| (name.as_str(), array)).collect();
    Npz::write(&folder.join("rust.npz"), &arrays)
}

fn check(folder: &Path, variables: &VarStore, parts: &[Part]) -> Result<()> {
    weights::load(variables, &folder.join("keras.safetensors"))?;
    let npz = Npz::open(&folder.join("keras.npz"))?;
    let tensor = |name: &str| Tensor::try_from(npz.array::<f32>(name)?).with_context(|| format!("cannot use {name}"));
    for Part { input, output, net } in parts {
        let keras = tensor(output)?;
        let scale = keras.abs().max().double_value(&[]).max(1.0);
        let difference = (net(&tensor(input)?) - keras).abs().max().double_value(&[]) / scale;
        println!("{output}: largest difference {difference:.1e}");
        ensure!(difference <= TOLERANCE, "{output} differs from tf.keras'");
    }
    Ok(())
}
