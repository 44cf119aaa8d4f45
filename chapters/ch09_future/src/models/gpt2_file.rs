//! GPT-2 as OpenAI published it: a folder with `model.safetensors`, and perhaps `config.json`.

use super::blocks::Weights;
use super::gpt::{Gpt, GptConfig};
use anyhow::{Context, Result, ensure};
use common::keras::MappedWeights;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use tch::{Device, Tensor};

/// Features of a head of all published sizes.
const HEAD: i64 = 64;

/// Reads a folder. Weights stay as exact as the file's: f32, f16 or bf16. On the CPU they stay in the file, which may not
/// change meanwhile.
///
/// Without `config.json` the sizes are those of the tensors, with 64 features for each head.
///
/// # Errors
/// A file is missing or damaged, or is not GPT-2; the message says what is wrong.
pub fn open(folder: &Path, device: Device) -> Result<Gpt> {
    let path = folder.join("model.safetensors");
    let file = MappedWeights::open(&path)?;
    let tensors = in_published_names(file.tensors());
    let gpt = net(folder, &tensors, device).with_context(|| format!("{} is not GPT-2", path.display()))?;
    Ok(if device == Device::Cpu { gpt.with_file(file) } else { gpt })
}

fn net(folder: &Path, tensors: &BTreeMap<String, Tensor>, device: Device) -> Result<Gpt> {
    let path = folder.join("config.json");
    let config = match fs::read(&path) {
        Ok(json) => config(&json).with_context(|| path.display().to_string())?,
        Err(error) if error.kind() == ErrorKind::NotFound => guessed(tensors)?,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let there = tensors.iter().map(|(name, tensor)| (name.clone(), tensor.to_device(device))).collect();
    Gpt::new(Weights::Given(&there), &config)
}

/// Tensors without the prefix that some files have, and without those that are no weights.
fn in_published_names(tensors: &BTreeMap<String, Tensor>) -> BTreeMap<String, Tensor> {
    // The mask of earlier versions, and the output layer, which is the embedding once more.
    let is_weight =
        |name: &str| !name.ends_with(".attn.bias") && !name.ends_with(".attn.masked_bias") && name != "lm_head.weight";
    let named = tensors.iter().map(|(name, tensor)| (name.strip_prefix("transformer.").unwrap_or(name), tensor));
    named.filter(|(name, _)| is_weight(name)).map(|(name, tensor)| (name.to_string(), tensor.shallow_clone())).collect()
}

/// The sizes in a `config.json`. Dropout plays no role, since nobody trains here.
fn config(json: &[u8]) -> Result<GptConfig> {
    let config: GptConfig = serde_json::from_slice(json).context("these are not the sizes of GPT-2")?;
    Ok(GptConfig { dropout: 0.0, ..config })
}

/// The sizes that the tensors have.
fn guessed(tensors: &BTreeMap<String, Tensor>) -> Result<GptConfig> {
    let size = |name: &str| -> Result<[i64; 2]> {
        let tensor = tensors.get(name).with_context(|| format!("it lacks the tensor {name}"))?;
        let size = tensor.size();
        size.try_into().ok().with_context(|| format!("{name} has not two axes"))
    };
    let ([vocab_size, n_embd], [n_positions, _]) = (size("wte.weight")?, size("wpe.weight")?);
    let blocks = tensors.keys().filter(|name| name.starts_with("h.") && name.ends_with(".ln_1.weight")).count();
    ensure!(
        n_embd % HEAD == 0,
        "{n_embd} features are no multiple of {HEAD}: put the config.json of the net beside it"
    );
    let sizes = GptConfig {
        vocab_size,
        n_positions,
        n_embd,
        n_layer: blocks as i64,
        n_head: n_embd / HEAD,
        ..GptConfig::gpt2()
    };
    Ok(GptConfig { dropout: 0.0, ..sizes })
}
