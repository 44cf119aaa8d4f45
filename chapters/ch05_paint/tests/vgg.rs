//! VGG19: its layers, and its weights from the files that are to be had.

use ch05::models::style_images::as_batch;
use ch05::models::vgg::{BLOCKS, Vgg19, layer_names};
use ch05::models::vgg_weights::{MEANS, VggWeights};
use common::keras::weights;
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use tch::{Device, Kind, Tensor};
use tempfile::{TempDir, tempdir};
use testing_tensors::assert_near;

/// Shapes of all kernels, height, width, in, out.
fn shapes() -> Vec<(String, [i64; 4])> {
    let filters = BLOCKS.iter().flat_map(|(convs, filters)| vec![*filters; *convs]).collect::<Vec<_>>();
    let channels = [3].into_iter().chain(filters.clone());
    let shapes = channels.zip(&filters).map(|(channels, filters)| [3, 3, channels, *filters]);
    layer_names().into_iter().zip(shapes).collect()
}

/// Random weights of the first layers, in Keras' names and layouts.
fn random(layers: usize) -> BTreeMap<String, Tensor> {
    tch::manual_seed(7);
    VggWeights::random(layers).tensors
}

fn safetensors(folder: &Path, tensors: BTreeMap<String, Tensor>) -> PathBuf {
    let path = folder.join("vgg19.safetensors");
    weights::write_file(&path, tensors, HashMap::new()).unwrap();
    path
}

/// `model.json` and shards of the first layers; the first layer's shard is in two parts, as large ones are.
fn tensorflow_js(layers: usize) -> (TempDir, BTreeMap<String, Tensor>) {
    let (folder, tensors) = (tempdir().unwrap(), random(layers));
    let mut groups = vec![];
    for (name, shape) in shapes() {
        let paths = [format!("{name}-1"), format!("{name}-2")];
        if let Some(kernel) = tensors.get(&format!("{name}/kernel")) {
            let bytes = [kernel, &tensors[&format!("{name}/bias")]].map(bytes).concat();
            let (first, second) = bytes.split_at(100);
            fs::write(folder.path().join(&paths[0]), first).unwrap();
            fs::write(folder.path().join(&paths[1]), second).unwrap();
        }
        let weight =
            |what: &str, shape: &[i64]| json!({ "name": format!("{name}/{what}"), "shape": shape, "dtype": "float32" });
        groups.push(json!({ "paths": paths, "weights": [weight("kernel", &shape), weight("bias", &shape[3..])] }));
    }
    groups.push(
        json!({ "paths": ["fc1"], "weights": [{ "name": "fc1/kernel", "shape": [25088, 4096], "dtype": "float32" }] }),
    );
    fs::write(folder.path().join("model.json"), json!({ "weightsManifest": groups }).to_string()).unwrap();
    (folder, tensors)
}

fn bytes(tensor: &Tensor) -> Vec<u8> {
    let values = Vec::<f32>::try_from(tensor.flatten(0, -1)).unwrap();
    values.into_iter().flat_map(f32::to_le_bytes).collect()
}

fn image(height: i64, width: i64) -> Tensor {
    tch::manual_seed(8);
    Tensor::randn([height, width, 3], (Kind::Double, Device::Cpu)) * 60.0
}

#[test]
fn layers_and_parameters_are_those_of_keras() {
    let folder = tempdir().unwrap();
    let path = safetensors(folder.path(), random(16));
    let vgg = Vgg19::new(VggWeights::read(&path).unwrap(), Device::Cpu).unwrap();
    let summary = vgg.model().summary();
    assert_eq!(summary.parameters(), 20_024_384);
    let counts: Vec<i64> = summary.layers.iter().map(|layer| layer.parameters()).filter(|n| *n > 0).collect();
    let expected = [
        1_792, 36_928, 73_856, 147_584, 295_168, 590_080, 590_080, 590_080, 1_180_160, 2_359_808, 2_359_808, 2_359_808,
        2_359_808, 2_359_808, 2_359_808, 2_359_808,
    ];
    assert_eq!(counts, expected);
    assert_eq!(vgg.names().len(), 16);
    assert_eq!(vgg.origin(), "VGG19 of vgg19.safetensors");

    // Odd sizes lose a row or column at each pooling.
    let x = as_batch(&image(37, 50));
    let maps = vgg.features(&x, &["block5_conv2", "block1_conv1", "block3_conv4"]).unwrap();
    let sizes: Vec<Vec<i64>> = maps.iter().map(Tensor::size).collect();
    assert_eq!(sizes, [vec![1, 512, 2, 3], vec![1, 64, 37, 50], vec![1, 256, 9, 12]]);
    assert!(maps.iter().all(|map| !map.requires_grad()), "the weights are frozen");
    let error = vgg.features(&x, &["block6_conv1"]).unwrap_err().to_string();
    assert!(error.contains("block6_conv1") && error.contains("block5_conv4"), "{error}");
}

#[test]
fn tensorflow_js_shards_are_read_as_far_as_they_are_there() {
    let (folder, tensors) = tensorflow_js(3);
    let found = VggWeights::read(&folder.path().join("model.json")).unwrap();
    assert_eq!((found.names().len(), found.origin.as_str()), (3, "VGG19 of model.json up to block2_conv1"));
    testing_tensors::assert_equal(&found.tensors, &tensors);
    // Keras' own file, converted: older names, and more than is needed.
    let older = |name: &String| {
        let (layer, variable) = name.split_once('/').unwrap();
        format!("{layer}/{layer}_{}_1", if variable == "kernel" { "W" } else { "b" })
    };
    let mut theirs: BTreeMap<_, _> = tensors.iter().map(|(name, tensor)| (older(name), tensor.copy())).collect();
    theirs.insert("fc1/fc1_W_1".to_string(), Tensor::zeros([4, 4], (Kind::Float, Device::Cpu)));
    let same = VggWeights::read(&safetensors(folder.path(), theirs)).unwrap();
    assert_eq!(same.fingerprint(), found.fingerprint());
}

#[test]
fn torchvisions_net_gives_the_same_feature_maps_scaled() {
    // As torchvision has them: out, in, height, width.
    let places = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34];
    let mut theirs = BTreeMap::new();
    for (place, (name, _)) in places.iter().zip(shapes()) {
        let tensors = random(16);
        theirs.insert(format!("features.{place}.weight"), weights::from_keras(&tensors[&format!("{name}/kernel")]));
        theirs.insert(format!("features.{place}.bias"), tensors[&format!("{name}/bias")].copy());
    }
    // torchvision's own way: RGB in [0, 1], normalized.
    let bgr = image(16, 20);
    let rgb = ((&bgr + Tensor::from_slice(&MEANS)) / 255.0).flip([2]);
    let (mean, deviation) = (Tensor::from_slice(&[0.485, 0.456, 0.406]), Tensor::from_slice(&[0.229, 0.224, 0.225]));
    let x = as_batch(&((rgb - mean) / deviation));
    let conv = |x: &Tensor, place: usize| {
        let get = |what: &str| &theirs[&format!("features.{place}.{what}")];
        x.conv2d(get("weight"), Some(get("bias")), [1, 1], [1, 1], [1, 1], 1).relu()
    };
    let block1 = conv(&conv(&x, 0), 2);
    let block2 = conv(&block1.max_pool2d([2, 2], [2, 2], [0, 0], [1, 1], false), 5);

    let vgg =
        Vgg19::new(VggWeights::from_torchvision(theirs.clone_tensors(), "vgg19.pth").unwrap(), Device::Cpu).unwrap();
    let maps = vgg.features(&as_batch(&bgr), &["block1_conv2", "block2_conv1"]).unwrap();
    let scale = 255.0 * (0.229 + 0.224 + 0.225) / 3.0;
    assert_near("block1_conv2", &maps[0], &(block1 * scale), 1e-5);
    assert_near("block2_conv1", &maps[1], &(block2 * scale), 1e-5);
    assert_eq!(vgg.origin(), "torchvision's VGG19 of vgg19.pth");

    let mut part = theirs.clone_tensors();
    part.remove("features.34.bias");
    let error = VggWeights::from_torchvision(part, "vgg19.pth").unwrap_err().to_string();
    assert!(error.contains("features.34.bias"), "{error}");
}

trait CloneTensors {
    fn clone_tensors(&self) -> BTreeMap<String, Tensor>;
}

impl CloneTensors for BTreeMap<String, Tensor> {
    fn clone_tensors(&self) -> BTreeMap<String, Tensor> {
        self.iter().map(|(name, tensor)| (name.clone(), tensor.copy())).collect()
    }
}

/// Reads a file that must be refused with these words.
#[track_caller]
fn refused(path: &Path, words: &[&str]) {
    let error = VggWeights::read(path).and_then(|weights| Vgg19::new(weights, Device::Cpu)).unwrap_err();
    let message = format!("{error:#}");
    words.iter().for_each(|word| assert!(message.contains(word), "no '{word}' in: {message}"));
}

#[test]
fn wrong_files_are_refused_with_one_clear_message() {
    let (folder, _) = tensorflow_js(3);
    let model = folder.path().join("model.json");
    let shard = folder.path().join("block1_conv2-2");
    let whole = fs::read(&shard).unwrap();
    fs::write(&shard, &whole[..whole.len() - 1]).unwrap();
    refused(&model, &["model.json", "block1_conv2-2", "expected 147712 bytes", "found 147711 bytes"]);
    fs::write(&shard, [&whole[..], &[0]].concat()).unwrap();
    refused(&model, &["block1_conv2-2", "expected 147712 bytes", "found more"]);
    fs::remove_file(&shard).unwrap();
    refused(&model, &["cannot read", "block1_conv2-2"]);
    fs::write(&shard, &whole).unwrap();

    let text = fs::read_to_string(&model).unwrap();
    let wrong = |from: &str, to: &str| fs::write(&model, text.replace(from, to)).unwrap();
    wrong("block1_conv1-1", "../block1_conv1-1");
    refused(&model, &["beside it"]);
    wrong("\"float32\"", "\"uint8\"");
    refused(&model, &["block1_conv1/kernel", "uint8"]);
    wrong("[3,3,3,64]", "[3,3,-3,64]");
    refused(&model, &["block1_conv1/kernel", "-3"]);
    wrong("[3,3,3,64]", "[9223372036854775807,3,3,64]");
    refused(&model, &["block1_conv1/kernel"]);
    wrong("block1_conv1", "dense_1");
    refused(&model, &["block1_conv1/kernel"]);
    fs::write(&model, &text[..text.len() / 2]).unwrap();
    refused(&model, &["no model.json"]);
    fs::write(&model, "").unwrap();
    refused(&model, &["no model.json"]);

    let mut other = random(2);
    other.insert("block1_conv2/kernel".to_string(), Tensor::zeros([3, 3, 64, 32], (Kind::Float, Device::Cpu)));
    refused(&safetensors(folder.path(), other), &["vgg19.safetensors", "block1_conv2/kernel", "[3, 3, 64, 32]"]);
    let mut lacking = random(2);
    lacking.remove("block1_conv2/bias");
    refused(&safetensors(folder.path(), lacking), &["block1_conv2/bias"]);

    for (name, content, words) in [
        ("vgg19.pth", "no archive", vec!["vgg19.pth"]),
        ("cut.safetensors", "{}", vec!["cut.safetensors", "damaged"]),
        ("vgg19.h5", "", vec!["h5_to_safetensors.py"]),
        ("vgg19.onnx", "", vec![".pth", ".safetensors", ".json"]),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        refused(&path, &words);
    }
    refused(&folder.path().join("missing.pth"), &["missing.pth"]);
    refused(&folder.path().join("missing.json"), &["missing.json"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Damaged files are read or refused, but nothing panics.
    #[test]
    fn damaged_files_never_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let folder = tempdir().unwrap();
        let model = json!({ "weightsManifest": [{ "paths": ["shard"], "weights": [
            { "name": "block1_conv1/kernel", "shape": [3, 3, 3, 64], "dtype": "float32" },
            { "name": "block1_conv1/bias", "shape": [64], "dtype": "float32" },
        ] }] });
        fs::write(folder.path().join("shard"), [0; 7168]).unwrap();
        let whole = [
            ("model.json", model.to_string().into_bytes()),
            ("vgg19.safetensors", fs::read(safetensors(folder.path(), random(1))).unwrap()),
        ];
        for (name, mut bytes) in whole {
            // The header is what can go wrong; the rest are values.
            let place = at.index(bytes.len().min(300));
            if cut { bytes.truncate(place) } else { bytes[place] = byte }
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            let _ = VggWeights::read(&path).and_then(|weights| Vgg19::new(weights, Device::Cpu));
        }
    }
}
