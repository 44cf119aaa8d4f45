//! EfficientNet-Lite against the PyTorch code that its weights come with.

mod support;

use common::features::efficientnet_lite::{Architecture, EfficientNetLite, Stage};
use common::features::{FeatureNet, Weights};
use data::{Choice, Manifest, Store};
use std::fs;
use std::path::Path;
use support::{assert_close, open, path, tensor};
use tch::{Device, Kind, Tensor};

/// The small net of `fixture_features.py`.
fn small() -> Architecture {
    let stage =
        |blocks, kernel, stride, expand, input, filters| Stage { blocks, kernel, stride, expand, input, filters };
    let stages = vec![stage(1, 3, 1, 1, 8, 8), stage(2, 5, 2, 3, 8, 8), stage(1, 3, 2, 2, 8, 16)];
    Architecture { side: 21, stem: 8, stages, head: 160 }
}

fn read(file: &Path) -> anyhow::Result<EfficientNetLite> {
    EfficientNetLite::new(&small(), &Weights::read(file)?, Device::Cpu)
}

#[test]
fn features_are_those_of_pytorch() {
    let npz = open("features");
    let net = read(&path("efficientnet_small.pth")).unwrap();
    for size in ["small", "large"] {
        let features = net.features(&tensor(&npz, size)).unwrap();
        assert_close(size, &features, &tensor(&npz, &format!("{size}/features")));
        assert!(!features.requires_grad());
    }
    assert_eq!(net.name(), "160 of EfficientNet-Lite0, trained on ImageNet, at 21 x 21 pixels");
}

/// Fetches 18.8 MB where they are not there yet: `cargo test -p common --test efficientnet -- --ignored`.
#[test]
#[ignore = "needs the weights of EfficientNet-Lite0"]
fn features_of_the_real_weights_are_those_of_pytorch() {
    let npz = open("features");
    let set = Store::open().unwrap().fetch("efficientnet-lite0", Choice::Real).unwrap();
    let net = EfficientNetLite::open(&set.file("efficientnet-lite0.pth"), Device::Cpu).unwrap();
    assert_close("lite0", &net.features(&tensor(&npz, "small")).unwrap(), &tensor(&npz, "small/lite0"));
}

#[test]
fn images_go_in_batches_and_grey_ones_are_taken_as_colour() {
    let net = read(&path("efficientnet_small.pth")).unwrap();
    let grey = Tensor::rand([70, 8, 8, 1], (Kind::Float, Device::Cpu)); // more than are in the net at once
    let features = net.features(&grey).unwrap();
    assert_eq!(features.size(), [70, 160]);
    assert_close("the last", &features.narrow(0, 69, 1), &net.features(&grey.narrow(0, 69, 1)).unwrap());
    assert_close("colour", &features, &net.features(&grey.repeat([1, 1, 1, 3])).unwrap());
    for shape in [vec![0, 8, 8, 3], vec![2, 8, 8, 2], vec![2, 3, 8], vec![2, 0, 8, 3]] {
        let error = net.features(&Tensor::zeros(&shape, (Kind::Float, Device::Cpu))).unwrap_err().to_string();
        assert!(error.contains("images are [n, height, width, 3 or 1]"), "{shape:?}: {error}");
    }
}

#[test]
fn files_of_no_net_or_of_another_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("weights.pth");
    let refused = |words: &str| {
        let error = format!("{:#}", read(&file).unwrap_err());
        assert!(error.contains("weights.pth") && error.contains(words), "{error}");
    };
    refused("cannot read PyTorch weights");
    let whole = fs::read(path("efficientnet_small.pth")).unwrap();
    for bytes in [&whole[..0], &whole[..1000], &whole[..whole.len() - 1000], b"<html>not found</html>"] {
        fs::write(&file, bytes).unwrap();
        refused("cannot read PyTorch weights");
    }
    fs::write(&file, &whole).unwrap();
    let weights = Weights::read(&file).unwrap();
    let another =
        |architecture| format!("{:#}", EfficientNetLite::new(&architecture, &weights, Device::Cpu).unwrap_err());
    let error = another(Architecture { head: 100, ..small() });
    assert!(error.contains("_conv_head.weight") || error.contains("_bn1.weight has shape [160]"), "{error}");
    let error = another(Architecture::lite0());
    assert!(error.contains("has shape [8"), "{error}");
}

#[test]
fn without_weights_there_is_no_net_and_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path()).unwrap();
    assert!(EfficientNetLite::if_available(&store, Choice::Synthetic, Device::Cpu).is_none());
    // Nor is there one if the file is of another net, or damaged.
    let mirror = folder.path().join("mirror/efficientnet-lite0");
    fs::create_dir_all(&mirror).unwrap();
    fs::copy(path("efficientnet_small.pth"), mirror.join("efficientnet-lite0.pth")).unwrap();
    let wrong = Manifest::parse(
        r#"
        [[set]]
        name = "efficientnet-lite0"
        title = "weights"
        licence = "none"
        citation = "none"
        [[set.file]]
        name = "efficientnet-lite0.pth"
        lines = { real = 0, synthetic = 0 }
        "#,
    );
    let store = store.with_manifest(wrong.unwrap()).with_mirror(folder.path().join("mirror").display().to_string());
    assert!(EfficientNetLite::if_available(&store, Choice::Real, Device::Cpu).is_none());
}
