//! Inception and the FID against pytorch-fid; see `fixtures/README.md`.

mod support;

use anyhow::Result;
use common::datasets::image_batches::ImageSource;
use common::features::inception::Inception;
use common::features::{FeatureNet, Weights};
use common::metrics::{Quality, Reference, frechet_distance};
use common::samples::{self, ComparedWith};
use common::training::RunFolder;
use data::Store;
use std::collections::BTreeMap;
use std::fs;
use support::{open, path, tensor};
use tch::{Device, Kind, Tensor};
use testing_tensors::assert_near_relative;

/// 32 bits for each index below `count`, as in the script: FNV-1a of the name, mixed with the index.
fn bits(name: &str, count: usize) -> impl Iterator<Item = u32> {
    let seed = name.bytes().fold(0x811c_9dc5_u32, |h, byte| (h ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (0..count as u32).map(move |i| {
        let h = i.wrapping_mul(0x9e37_79b1) ^ seed;
        let h = (h ^ (h >> 15)).wrapping_mul(0x85eb_ca6b);
        let h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
        h ^ (h >> 16)
    })
}

/// A weight as in the script.
fn weight(name: &str, shape: &[i64]) -> Tensor {
    let count: i64 = shape.iter().product();
    let limit = (6.0 / shape[1..].iter().product::<i64>() as f64).sqrt();
    let value = |u: f64| match name.rsplit_once('.') {
        Some((layer, "weight")) if layer.ends_with("conv") => (2.0 * u - 1.0) * limit,
        Some((layer, "weight")) if layer.ends_with("bn") => 0.5 + u,
        Some((_, "running_var")) => 0.5 + 1.5 * u,
        _ => u - 0.5,
    };
    let uniform = bits(name, count as usize).map(|h| f64::from(h >> 8) / f64::from(1 << 24));
    Tensor::from_slice(&uniform.map(|u| value(u) as f32).collect::<Vec<_>>()).reshape(shape)
}

/// The made-up weights, by the names and with the shapes of pytorch-fid's net.
fn weights() -> BTreeMap<String, Tensor> {
    let text = fs::read_to_string(path("inception_weights.txt")).unwrap();
    let weight = |line: &str| {
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let shape: Vec<i64> = words.map(|word| word.parse().unwrap()).collect();
        (name.to_string(), weight(name, &shape))
    };
    text.lines().map(weight).collect()
}

/// The images of this name in the script: `[2, height, width, 3]`, whole multiples of 1 / 255.
fn images(name: &str, height: usize, width: usize) -> Tensor {
    let each = height * width * 3;
    let bytes = bits(name, 2 * each).enumerate().map(|(i, h)| ((h >> 24) >> (i / each)) as f32);
    Tensor::from_slice(&bytes.collect::<Vec<_>>()).reshape([2, height as i64, width as i64, 3]) / 255.0
}

fn from(tensors: BTreeMap<String, Tensor>) -> Result<Inception> {
    Inception::new(&Weights::from_tensors("the file", tensors), Device::Cpu)
}

#[test]
fn features_are_those_of_pytorch_fid() {
    let npz = open("inception");
    let net = from(weights()).unwrap();
    for (name, height, width) in [("small", 32, 32), ("large", 64, 48)] {
        let features = net.features(&images(name, height, width)).unwrap();
        // A mean that counts the padding, or the mean in the last block, is off by 4e-2 and more; other sampling or
        // another epsilon of batch normalization by 5e-3.
        assert_near_relative(name, &features, &tensor(&npz, name), 1e-4);
        assert!(!features.requires_grad());
    }

    // Images are taken as 8-bit files have them; grey ones have three equal channels.
    let grey = images("grey", 20, 16).narrow(3, 0, 1);
    let features = net.features(&grey).unwrap();
    let unrounded = &grey + 0.4 / 255.0;
    assert_near_relative("rounded", &net.features(&unrounded.clamp(0.0, 1.0)).unwrap(), &features, 1e-6);
    assert_near_relative("colour", &net.features(&grey.repeat([1, 1, 1, 3])).unwrap(), &features, 1e-6);
    let error = net.features(&grey.narrow(0, 0, 0)).unwrap_err().to_string();
    assert!(error.contains("images are [n, height, width, 3 or 1]"), "{error}");
    assert_eq!(net.name(), "2048 of Inception-v3, trained on ImageNet, at 299 x 299 pixels");
}

#[test]
fn the_frechet_distance_is_that_of_pytorch_fid() {
    let npz = open("inception");
    for prefix in ["", "few_"] {
        let get = |name: &str| tensor(&npz, &format!("{prefix}{name}"));
        let distance = frechet_distance(&get("real"), &get("generated")).unwrap();
        let expected = get("fid").double_value(&[]);
        assert!((distance - expected).abs() < 1e-4 * expected, "{prefix}: {distance}, not {expected}");
    }
}

#[test]
fn other_nets_are_refused_in_words() {
    // Without values: shapes are enough.
    let text = fs::read_to_string(path("inception_weights.txt")).unwrap();
    let shapes = text.lines().map(|line| {
        let (name, shape) = line.split_once(' ').unwrap();
        let shape: Vec<i64> = shape.split(' ').map(|word| word.parse().unwrap()).collect();
        (name.to_string(), Tensor::ones(&shape, (Kind::Float, Device::Cpu)))
    });
    let whole: BTreeMap<String, Tensor> = shapes.collect();
    let refused = |name: &str, other: Option<Tensor>, words: &str| {
        let mut tensors: BTreeMap<_, _> = { whole.iter() }.map(|(name, x)| (name.clone(), x.shallow_clone())).collect();
        let _ = tensors.remove(name).unwrap();
        tensors.extend(other.map(|tensor| (name.to_string(), tensor)));
        let error = format!("{:#}", from(tensors).unwrap_err());
        assert!(error.contains(words), "{error}");
    };
    let zeros = |shape: &[i64]| Some(Tensor::zeros(shape, (Kind::Float, Device::Cpu)));
    // torchvision's Inception-v3 has the same layers, but 1000 classes.
    let words = "fc.weight has shape [1000, 2048] in the file, but [1008, 2048] in this net";
    refused("fc.weight", zeros(&[1000, 2048]), words);
    let pool = "Mixed_5b.branch_pool.conv.weight";
    refused(pool, None, &format!("the file has no {pool}: does it belong to another net?"));
    refused(pool, zeros(&[64, 192, 1, 1]), &format!("{pool} has shape [64, 192, 1, 1]"));
    refused("Mixed_7c.branch3x3dbl_3b.bn.running_var", None, "the file has no Mixed_7c.branch3x3dbl_3b.bn.running_var");

    let error = format!("{:#}", Inception::open(&path("efficientnet_small.pth"), Device::Cpu).unwrap_err());
    assert!(error.contains("efficientnet_small.pth has no fc.weight"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("weights.pth");
    fs::write(&page, "<html>not found</html>").unwrap();
    let error = format!("{:#}", Inception::open(&page, Device::Cpu).unwrap_err());
    assert!(error.contains("cannot read PyTorch weights") && error.contains("weights.pth"), "{error}");
}

#[test]
fn without_weights_there_is_no_fid_and_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path()).unwrap();
    assert!(Inception::if_available(&store, Device::Cpu).is_none());
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is fetched");
    // A file of the reader's that is not the set's is not used, and stays.
    let file = folder.path().join("inception/pt_inception-2015-12-05-6726825d.pth");
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, "other weights").unwrap();
    assert!(Inception::if_available(&store, Device::Cpu).is_none());
    assert_eq!(fs::read_to_string(&file).unwrap(), "other weights");
}

/// Pixels as features; for the FID, twice as large.
struct Pixels {
    fid: Option<Box<Pixels>>,
    scale: f64,
}

impl FeatureNet for Pixels {
    fn features(&self, images: &Tensor) -> Result<Tensor> {
        Ok(images.reshape([images.size()[0], -1]) * self.scale)
    }

    fn name(&self) -> String {
        "pixels".to_string()
    }

    fn fid_net(&self) -> Option<&dyn FeatureNet> {
        self.fid.as_deref().map(|net| net as &dyn FeatureNet)
    }
}

#[test]
fn both_distances_are_reported_with_their_number_of_images() {
    let real = images("small", 32, 32).reshape([48, 8, 16, 1]);
    let samples = images("large", 32, 32).reshape([48, 8, 16, 1]);
    let alone = Pixels { fid: None, scale: 1.0 };
    let quality = Reference::new(&alone, &real).unwrap().quality(&samples).unwrap();
    assert!(quality.fid.is_none() && !format!("{quality} {}", quality.in_words()).contains("FID"));
    assert!(!serde_json::to_string(&quality).unwrap().contains("fid"), "as in older versions");

    let both = Pixels { fid: Some(Box::new(Pixels { fid: None, scale: 2.0 })), scale: 1.0 };
    let quality = Reference::new(&both, &real).unwrap().quality(&samples).unwrap();
    let (fid, own) = (quality.fid.unwrap(), quality.frechet_distance);
    assert!((fid - 4.0 * own).abs() < 1e-6 * fid, "{fid} and {own}");
    let words = format!("FID (Inception, n = 48) {fid:.1}");
    for text in [quality.to_string(), quality.in_words()] {
        assert!(text.contains(&words) && text.contains("Fréchet distance"), "{text}");
    }
    let mut json = serde_json::to_value(&quality).unwrap();
    assert_eq!(json["fid"], fid);
    json.as_object_mut().unwrap().remove("fid");
    assert_eq!(serde_json::from_value::<Quality>(json).unwrap(), Quality { fid: None, ..quality });
}

#[test]
fn the_fid_takes_as_many_images_as_are_wanted() {
    let real = ["small", "large"].map(|name| images(name, 32, 32).reshape([48, 8, 16, 1]));
    let [first, more] = real.each_ref().map(|images| ImageSource::Memory(images.shallow_clone()));
    let net = Pixels { fid: Some(Box::new(Pixels { fid: None, scale: 2.0 })), scale: 1.0 };
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path());
    let generate = |n: i64| Tensor::rand([n, 8, 16, 1], (Kind::Float, Device::Cpu));
    let measure = |more: Option<&ImageSource>, fid_samples: Option<i64>| {
        tch::manual_seed(4);
        samples::measure(&run, generate, ComparedWith { first: &first, more }, &net, fid_samples).unwrap()
    };
    // The FID of images at once.
    let fid = |real: &Tensor, samples: &Tensor| {
        let [real, samples] = [real, samples].map(|images| images.reshape([images.size()[0], -1]) * 2.0);
        frechet_distance(&real, &samples).unwrap()
    };
    tch::manual_seed(4);
    let generated = Tensor::cat(&[48, 1000, 452].map(generate), 0);
    let same = |what: &str, quality: &Quality, expected: f64, words: &str| {
        let found = quality.fid.unwrap();
        assert!((found - expected).abs() < 1e-9 * expected, "{what}: {found}, not {expected}");
        assert!(quality.in_words().contains(words), "{what}: {}", quality.in_words());
    };

    let usual = measure(None, None);
    same("as many as of the other measures", &usual, fid(&real[0], &generated.narrow(0, 0, 48)), "n = 48)");
    assert_eq!(measure(Some(&more), None), usual, "more real images are for larger numbers only");
    let few = measure(Some(&more), Some(20));
    let [some_real, some_samples] = [&real[0], &generated].map(|images| images.narrow(0, 0, 20));
    same("fewer", &few, fid(&some_real, &some_samples), "FID (Inception, n = 20)");
    let many = measure(Some(&more), Some(1500));
    same("more", &many, fid(&Tensor::cat(&real, 0), &generated), "FID (Inception, n = 1,500, 96 real)");
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("quality.json")).unwrap()).unwrap();
    assert_eq!(json["samples"]["fid_samples"], 1500);
    assert_eq!(json["samples"]["fid_real"], 96);
    // The other measures do not change.
    assert_eq!(Quality { fid: usual.fid, fid_samples: None, fid_real: None, ..many }, usual);
}
