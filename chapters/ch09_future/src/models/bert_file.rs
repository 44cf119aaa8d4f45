//! BERT as it is published: a folder with `model.safetensors`, `config.json`, and `tokenizer.json` or `vocab.txt`.

use super::bert::{Bert, BertConfig, MaskedBert};
use super::blocks::Weights;
use super::word_pieces::WordPieces;
use anyhow::{Context, Result, ensure};
use common::keras::MappedWeights;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tch::{Device, Kind, Tensor};

/// The activation of the feed-forward nets: GELU with the error function.
const ACTIVATION: &str = "gelu";

/// A published net and its vocabulary.
#[derive(Debug)]
pub struct Published<Net> {
    /// The net.
    pub net: Net,
    /// Its tokens.
    pub pieces: WordPieces,
}

/// `config.json`, of which only what changes the computation is read.
#[derive(Debug, Deserialize)]
struct PublishedConfig {
    #[serde(flatten)]
    sizes: BertConfig,
    hidden_act: Option<String>,
    position_embedding_type: Option<String>,
}

/// Reads the encoder of a file of weights; its configuration and its vocabulary lie beside it.
///
/// # Errors
/// A file is missing or damaged, or is not BERT; the message says what is wrong.
pub fn open_encoder(file: &Path, device: Device) -> Result<Published<Bert>> {
    open(file, device, Bert::new)
}

/// The same with the head that finds hidden words.
///
/// # Errors
/// As [`open_encoder`]; or the file has no such head.
pub fn open_masked(file: &Path, device: Device) -> Result<Published<MaskedBert>> {
    open(file, device, MaskedBert::new)
}

fn open<Net>(
    file: &Path,
    device: Device,
    new: impl FnOnce(Weights, &BertConfig) -> Result<Net>,
) -> Result<Published<Net>> {
    let weights = MappedWeights::open(file)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let config = read_config(&folder.join("config.json"))?;
    let beside = |name: &str| folder.join(name);
    let vocabulary = if beside("tokenizer.json").exists() { beside("tokenizer.json") } else { beside("vocab.txt") };
    let pieces = WordPieces::load(&vocabulary)?;
    ensure!(
        pieces.vocab_size() <= config.vocab_size,
        "{} needs a net of {} tokens, and the one in {} has {}: they do not belong together",
        vocabulary.display(),
        pieces.vocab_size(),
        file.display(),
        config.vocab_size
    );
    let tensors = in_published_names(weights.tensors(), device);
    let net = new(Weights::Given(&tensors), &config).with_context(|| format!("{} is not BERT", file.display()))?;
    Ok(Published { net, pieces })
}

fn read_config(path: &Path) -> Result<BertConfig> {
    let read = || -> Result<BertConfig> {
        let config: PublishedConfig = serde_json::from_slice(&fs::read(path)?)?;
        let activation = config.hidden_act.as_deref().unwrap_or(ACTIVATION);
        ensure!(activation == ACTIVATION, "the activation `{activation}` is not BERT's `{ACTIVATION}`");
        let positions = config.position_embedding_type.as_deref().unwrap_or("absolute");
        ensure!(positions == "absolute", "position embeddings of type `{positions}` are not BERT's");
        config.sizes.check()?;
        Ok(config.sizes)
    };
    read().with_context(|| format!("{} is no configuration of BERT", path.display()))
}

/// Copies of the weights, without the prefix that some files have and in the later names of layer normalization.
fn in_published_names(tensors: &BTreeMap<String, Tensor>, device: Device) -> BTreeMap<String, Tensor> {
    let present = |name: &str| {
        let name = name.strip_prefix("bert.").unwrap_or(name);
        let name = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias");
        // The head's bias has two names; files may have either.
        name.replace("cls.predictions.decoder.bias", "cls.predictions.bias")
    };
    let weights = tensors.iter().filter(|(_, tensor)| tensor.kind() != Kind::Int64);
    // To f32, in which all of it is computed. A copy, since the file's memory is gone when this is used.
    let copied = |tensor: &Tensor| tensor.to_device(device).to_kind(Kind::Float).copy();
    weights.map(|(name, tensor)| (present(name), copied(tensor))).collect()
}
