//! VGG16 in place of VGG19: the same layers but for the fourth of blocks 3 to 5.

use ch05::models::style_images::as_batch;
use ch05::models::style_transfer::Layers;
use ch05::models::vgg::Vgg19;
use ch05::models::vgg_weights::VggWeights;
use ch05::models::vgg16_edges::balanced;
use common::keras::weights;
use std::collections::{BTreeMap, HashMap};
use tch::{Kind, Tensor};
use tempfile::tempdir;
use testing_tensors::{assert_near_relative, device};

/// VGG19's random weights without what VGG16 lacks, as read from a file.
fn vgg16(lacking: &[&str]) -> VggWeights {
    let mut tensors = VggWeights::random(16).tensors;
    tensors.retain(|name, _| {
        let layer = name.split('/').next().unwrap_or_default();
        !layer.ends_with("conv4") && !lacking.contains(&layer)
    });
    read(tensors)
}

fn read(tensors: BTreeMap<String, Tensor>) -> VggWeights {
    let folder = tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    weights::write_file(&path, tensors, HashMap::new()).unwrap();
    VggWeights::read(&path).unwrap()
}

#[test]
fn it_has_the_books_layers_and_keras_parameters() {
    let vgg = Vgg19::new(vgg16(&[]), device()).unwrap();
    assert_eq!(vgg.names().len(), 13);
    assert_eq!(vgg.model().summary().parameters(), 14_714_688);
    assert_eq!(vgg.model().name(), "vgg16");
    assert_eq!(vgg.origin(), "VGG16 of weights.safetensors");
    let layers = Layers::book(&vgg);
    assert_eq!(layers.content.as_deref(), Some("block5_conv2"));
    assert_eq!(layers.style.len(), 5);

    let image = Tensor::randn([33, 40, 3], (Kind::Double, device()));
    let maps = vgg.features(&as_batch(&image), &["block5_conv3", "block3_conv3"]).unwrap();
    assert_eq!(maps.iter().map(Tensor::size).collect::<Vec<_>>(), [[1, 512, 2, 2], [1, 256, 8, 10]]);
    let error = vgg.features(&as_batch(&image), &["block3_conv4"]).unwrap_err().to_string();
    assert!(error.contains("block3_conv4"), "{error}");
}

#[test]
fn balanced_weights_give_the_same_maps_scaled() {
    let image = as_batch(&(Tensor::randn([32, 32, 3], (Kind::Double, device())) * 60.0));
    let weights = vgg16(&[]);
    let copies = weights.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.copy())).collect();
    let maps = |weights| {
        let vgg = Vgg19::new(weights, device()).unwrap();
        vgg.features(&image, &["block1_conv1", "block1_conv2", "block5_conv3"]).unwrap()
    };
    let (plain, scaled) = (maps(weights), maps(balanced(read(copies))));
    for ((plain, scaled), factor) in plain.iter().zip(&scaled).zip([28.0 / 22.0, 125.0 / 28.0, 150.0 / 2.2]) {
        assert_near_relative("maps", scaled, &(plain * factor), 1e-4);
    }
}

#[test]
fn the_net_is_the_one_that_the_file_has_more_of() {
    for (lacking, layers, origin) in [
        (&["block5_conv3"][..], 12, "VGG16 of weights.safetensors up to block5_conv2"),
        (&["block4_conv1"], 7, "VGG19 of weights.safetensors up to block3_conv3"),
    ] {
        let weights = vgg16(lacking);
        assert_eq!((weights.names().len(), weights.origin.as_str()), (layers, origin));
    }
    let vgg19 = read(VggWeights::random(13).tensors);
    assert_eq!((vgg19.names().len(), vgg19.net), (13, "VGG19"));
}
