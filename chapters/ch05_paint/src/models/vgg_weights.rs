//! The weights of VGG19 from the files that are to be had: Keras', torchvision's and TensorFlow.js'; and those of VGG16.

use super::vgg::{BLOCKS, layer_names};
use super::vgg16_edges::{self, VGG16_EDGES};
use anyhow::{Context, Result, bail, ensure};
use common::keras::weights;
use data::DataSet;
use pytorch_reader::{DType, PytorchReader};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use tch::{Device, Kind, Tensor};

/// Places of the convolutions in torchvision's `vgg19().features`.
const TORCHVISION: [usize; 16] = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34];
/// Mean and standard deviation of blue, green and red in [0, 1], by which torchvision's images are normalized.
const TORCHVISION_MEAN: [f64; 3] = [0.406, 0.456, 0.485];
const TORCHVISION_DEVIATION: [f64; 3] = [0.225, 0.224, 0.229];
/// Keras' means of blue, green and red, which are subtracted from values in 0..=255 (p. 188).
pub const MEANS: [f64; 3] = [103.939, 116.779, 123.68];

/// Weights of the first convolutions of VGG19 or VGG16, in Keras' names and layouts, for images of blue, green and red
/// minus [`MEANS`].
#[derive(Debug)]
pub struct VggWeights {
    /// By name: `block1_conv1/kernel`, height, width, in, out; `block1_conv1/bias`.
    pub tensors: BTreeMap<String, Tensor>,
    /// To add to an image before the first convolution: the difference between Keras' means and those that the weights
    /// were trained with. 0 for Keras' weights.
    pub shift: [f32; 3],
    /// `VGG19`, or `VGG16`.
    pub net: &'static str,
    /// Where they come from, with the blocks that there are: for captions.
    pub origin: String,
}

impl VggWeights {
    /// Reads a file by its ending: torchvision's `.pth`, Keras' weights as `.safetensors`, or TensorFlow.js' `model.json`
    /// with its shards beside it. Convolutions may be missing at the end.
    ///
    /// # Errors
    /// The file is missing, damaged, or belongs to another net.
    pub fn read(path: &Path) -> Result<VggWeights> {
        let failed = || format!("cannot read weights of VGG19 or VGG16 from {}", path.display());
        File::open(path).with_context(failed)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let weights = match ending.as_str() {
            "pth" | "pt" => torchvision(path).and_then(|tensors| VggWeights::from_torchvision(tensors, &name)),
            "safetensors" => weights::read_file(path).and_then(|(tensors, _)| VggWeights::from_keras(tensors, &name)),
            "json" => tensorflow_js(path).and_then(|tensors| VggWeights::from_keras(tensors, &name)),
            "h5" => bail!(
                "{}: turn it into a safetensors file first: python common/python/h5_to_safetensors.py {} vgg19.safetensors",
                failed(),
                path.display()
            ),
            _ => bail!("{}: it must end in .pth, .safetensors or .json", failed()),
        };
        weights.with_context(failed)
    }

    /// Random weights of the first convolutions, for measurements and tests: He normal kernels, biases of N(0, 1).
    pub fn random(layers: usize) -> VggWeights {
        let options = (Kind::Float, Device::Cpu);
        let mut tensors = BTreeMap::new();
        let filters = BLOCKS.iter().flat_map(|(convs, filters)| vec![*filters; *convs]);
        let mut channels = 3;
        for (name, filters) in layer_names().into_iter().zip(filters).take(layers) {
            let kernel = Tensor::randn([3, 3, channels, filters], options) * (2.0 / (9 * channels) as f64).sqrt();
            tensors.insert(format!("{name}/kernel"), kernel);
            tensors.insert(format!("{name}/bias"), Tensor::randn([filters], options));
            channels = filters;
        }
        VggWeights { tensors, shift: [0.0; 3], net: "VGG19", origin: "random weights, not VGG19".to_string() }
    }

    /// The weights of the data set `vgg19` or [`VGG16_EDGES`].
    ///
    /// # Errors
    /// As [`VggWeights::read`].
    pub fn from_data(set: &DataSet) -> Result<VggWeights> {
        if set.name == VGG16_EDGES {
            return vgg16_edges::read(set);
        }
        let weights = VggWeights::read(&set.file("model.json"))?;
        let origin = match set.origin.synthetic {
            true => set.origin.description.clone(),
            false => with_blocks("VGG19", &weights.names()),
        };
        Ok(VggWeights { origin, ..weights })
    }

    /// Keras' weights of the net that the file has more of; other variables, such as those of dense layers, are left out.
    fn from_keras(tensors: BTreeMap<String, Tensor>, file: &str) -> Result<VggWeights> {
        let mut tensors: BTreeMap<String, Tensor> =
            tensors.into_iter().map(|(variable, tensor)| (present_name(&variable), tensor)).collect();
        let there = |names: Vec<String>| -> Vec<String> {
            names.into_iter().take_while(|name| tensors.contains_key(&format!("{name}/kernel"))).collect()
        };
        let (vgg19, vgg16) = (there(layer_names()), there(vgg16_layer_names()));
        let (net, names) = if vgg16.len() > vgg19.len() { ("VGG16", vgg16) } else { ("VGG19", vgg19) };
        ensure!(!names.is_empty(), "it has no block1_conv1/kernel: does it belong to another net?");
        tensors.retain(|variable, _| names.iter().any(|name| variable.split('/').next() == Some(name)));
        let origin = with_blocks(&format!("{net} of {file}"), &names);
        Ok(VggWeights { tensors, shift: [0.0; 3], net, origin })
    }

    /// torchvision's weights, by their names there: `features.0.weight`, out, in, height, width.
    ///
    /// That net takes (rgb / 255 - mean) / deviation. Here it takes values of 0..=255, like Keras' net, so that the book's
    /// weights of the losses fit: with s = 255 · the mean deviation, ReLU(s x) = s ReLU(x) lets all feature maps be s
    /// times as large, if all biases are. The first kernel takes blue, green, red, each divided by its own deviation. Only
    /// the means, which differ by less than one, are added to the image itself: zeros of the padding are means.
    ///
    /// # Errors
    /// A weight is missing or has another shape.
    pub fn from_torchvision(tensors: BTreeMap<String, Tensor>, file: &str) -> Result<VggWeights> {
        let scale = 255.0 * TORCHVISION_DEVIATION.iter().sum::<f64>() / 3.0;
        let mut found = BTreeMap::new();
        for (name, place) in layer_names().iter().zip(TORCHVISION) {
            let take = |what: &str, axes| -> Result<Tensor> {
                let tensor = tensors.get(&format!("features.{place}.{what}"));
                let tensor = tensor.with_context(|| format!("it has no features.{place}.{what}"))?;
                ensure!(tensor.dim() == axes, "features.{place}.{what} has the shape {:?}", tensor.size());
                Ok(tensor.shallow_clone())
            };
            let mut kernel = weights::to_keras(&take("weight", 4)?);
            if place == 0 {
                ensure!(kernel.size()[2] == 3, "features.0.weight has the shape {:?}", kernel.size());
                let factors = TORCHVISION_DEVIATION.map(|deviation| (scale / (255.0 * deviation)) as f32);
                kernel = kernel.flip([2]) * Tensor::from_slice(&factors).view([1, 1, 3, 1]);
            }
            found.insert(format!("{name}/kernel"), kernel);
            found.insert(format!("{name}/bias"), take("bias", 1)? * scale);
        }
        let shift = [0, 1, 2].map(|i| (MEANS[i] - 255.0 * TORCHVISION_MEAN[i]) as f32);
        Ok(VggWeights { tensors: found, shift, net: "VGG19", origin: format!("torchvision's VGG19 of {file}") })
    }

    /// Names of the convolutions, in order.
    pub fn names(&self) -> Vec<String> {
        layer_names().into_iter().filter(|name| self.tensors.contains_key(&format!("{name}/kernel"))).collect()
    }

    /// Bytes that differ for other weights: sum and sum of squares of each tensor.
    pub fn fingerprint(&self) -> Vec<u8> {
        let sums = self.tensors.values().flat_map(|tensor| {
            let tensor = tensor.to_kind(Kind::Double);
            [tensor.sum(None), tensor.square().sum(None)].map(|sum| sum.double_value(&[]))
        });
        sums.flat_map(f64::to_le_bytes).collect()
    }
}

/// Keras' own file is of 2016 and has `block1_conv1/block1_conv1_W_1` for `block1_conv1/kernel`, `..._b_1` for the bias.
fn present_name(variable: &str) -> String {
    let old = variable.split_once('/').and_then(|(layer, name)| Some((layer, name.strip_prefix(layer)?)));
    match old {
        Some((layer, "_W_1")) => format!("{layer}/kernel"),
        Some((layer, "_b_1")) => format!("{layer}/bias"),
        _ => variable.to_string(),
    }
}

/// Names of VGG16's convolutions: blocks 3 to 5 have three.
fn vgg16_layer_names() -> Vec<String> {
    layer_names().into_iter().filter(|name| !name.ends_with("conv4")).collect()
}

/// "VGG19", or "VGG19 up to block3_conv4" if it is not whole.
fn with_blocks(origin: &str, names: &[String]) -> String {
    match names.last() {
        Some(last) if names != layer_names() && names != vgg16_layer_names() => format!("{origin} up to {last}"),
        _ => origin.to_string(),
    }
}

/// The convolutions of a file that PyTorch wrote. No code in the file is executed.
fn torchvision(path: &Path) -> Result<BTreeMap<String, Tensor>> {
    let reader = PytorchReader::new(path)?;
    let convolution = |name: &str| name.starts_with("features.");
    let mut tensors = BTreeMap::new();
    for (name, tensor) in reader.tensors().iter().filter(|(name, _)| convolution(name)) {
        ensure!(tensor.dtype() == DType::F32, "{name} is no array of f32");
        // A few bytes may stand for gigabytes: PyTorch repeats values by strides of 0.
        let fits = tensor.num_elements() as i64 <= MOST_VALUES;
        ensure!(fits, "{name} has the shape {:?}, which VGG19 does not have", tensor.shape());
        let shape: Vec<i64> = tensor.shape().iter().map(|&n| n as i64).collect();
        let bytes = tensor.read().with_context(|| format!("{name} is damaged"))?;
        tensors.insert(name.clone(), Tensor::f_from_data_size(&bytes, &shape, Kind::Float)?);
    }
    Ok(tensors)
}

/// `model.json` of TensorFlow.js: which weights lie one after the other in which files.
#[derive(Deserialize)]
struct ModelJson {
    #[serde(rename = "weightsManifest")]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    paths: Vec<String>,
    weights: Vec<Weight>,
}

#[derive(Deserialize)]
struct Weight {
    name: String,
    shape: Vec<i64>,
    dtype: String,
}

/// The most values that one weight of VGG19's convolutions has.
const MOST_VALUES: i64 = 9 * 512 * 512;

/// The weights up to the first group whose shards are missing as a whole.
fn tensorflow_js(path: &Path) -> Result<BTreeMap<String, Tensor>> {
    let text = std::fs::read(path)?;
    let model: ModelJson = serde_json::from_slice(&text).context("it is no model.json of TensorFlow.js")?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let names = layer_names();
    let mut tensors = BTreeMap::new();
    let convolution = |group: &Group| {
        group.weights.iter().all(|weight| names.iter().any(|name| weight.name.split('/').next() == Some(name)))
    };
    for group in model.groups.iter().filter(|group| convolution(group)) {
        let plain = |path: &String| !path.contains(['/', '\\']) && path != "..";
        ensure!(group.paths.iter().all(plain), "its shards must lie beside it");
        if !group.paths.iter().any(|shard| folder.join(shard).exists()) {
            break;
        }
        let lengths = group.weights.iter().map(Weight::bytes).collect::<Result<Vec<_>>>()?;
        let bytes = shards(folder, group, lengths.iter().sum())?;
        let mut rest = &bytes[..];
        for (weight, length) in group.weights.iter().zip(lengths) {
            let (own, others) = rest.split_at(length);
            rest = others;
            tensors.insert(weight.name.clone(), Tensor::f_from_data_size(own, &weight.shape, Kind::Float)?);
        }
    }
    Ok(tensors)
}

impl Weight {
    /// Length in a file.
    fn bytes(&self) -> Result<usize> {
        let Weight { name, shape, dtype } = self;
        ensure!(dtype == "float32", "{name} is of type {dtype}; only float32 is supported");
        let values = shape.iter().try_fold(1i64, |product, size| product.checked_mul(*size).filter(|_| *size > 0));
        let values = values.filter(|values| *values <= MOST_VALUES);
        Ok(4 * values.with_context(|| format!("{name} has the shape {shape:?}, which VGG19 does not have"))? as usize)
    }
}

/// All bytes of a group: `length` of them.
fn shards(folder: &Path, group: &Group, length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![];
    for shard in &group.paths {
        let path = folder.join(shard);
        let failed = || format!("cannot read {}", path.display());
        let most = (length + 1 - bytes.len()) as u64;
        File::open(&path).with_context(failed)?.take(most).read_to_end(&mut bytes).with_context(failed)?;
    }
    let (names, found) = (group.paths.join(", "), bytes.len());
    let found = if found > length { "more".to_string() } else { format!("{found} bytes") };
    ensure!(bytes.len() == length, "{names}: expected {length} bytes of weights, found {found}");
    Ok(bytes)
}
