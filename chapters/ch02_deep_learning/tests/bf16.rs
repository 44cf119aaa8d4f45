//! Training in bf16 beside f32. The policy is the whole process's: one test, in a file of its own.

use ch02::models::{Classifier, convolutional_network, multilayer_perceptron};
use common::keras::precision::{Precision, set_global_policy};
use common::keras::weights::named_variables;
use common::keras::{Adam, Model, Optimizer};
use tch::{Kind, Tensor, nn};
use testing_tensors::device;

/// Makes a net.
type Build = fn(&nn::Path) -> anyhow::Result<Model>;

/// The means of the loss over ten steps each, of forty steps that learn 32 random images by heart.
fn curve(net: Build, learning_rate: f64, precision: Precision) -> Vec<f64> {
    set_global_policy(precision);
    tch::manual_seed(1);
    let model = Classifier::new(net, device()).unwrap();
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(learning_rate));
    let images = Tensor::rand([32, 32, 32, 3], (Kind::Float, device()));
    let labels = Tensor::randint(10, [32], (Kind::Int64, device()));
    let losses: Vec<f64> = (0..40)
        .map(|_| {
            let [loss, _] = model.train_step(&images, &labels, &mut optimizer);
            assert_eq!(loss.kind(), Kind::Float);
            loss.double_value(&[])
        })
        .collect();
    assert_eq!(model.predict(&images).kind(), Kind::Float);
    for (name, variable) in named_variables(&model.variables) {
        assert_eq!(variable.kind(), Kind::Float, "{name}");
    }
    losses.chunks(10).map(|ten| ten.iter().sum::<f64>() / 10.0).collect()
}

#[test]
fn nets_learn_in_bf16_as_they_do_in_f32() {
    // The perceptron's loss falls below a hundredth, where little weighs much: its band has a floor.
    let nets: [(&str, Build, f64, f64, f64); 2] = [
        ("perceptron", multilayer_perceptron, 5e-4, 0.1, 0.02),
        ("convolutional network", convolutional_network, 2e-3, 0.05, 0.005),
    ];
    for (name, net, learning_rate, band, floor) in nets {
        let [full, bf16] = [Precision::F32, Precision::Bf16].map(|precision| curve(net, learning_rate, precision));
        assert!(full[3] < 0.1 * full[0], "the {name} learns nothing: {full:?}");
        assert!(full != bf16, "the {name} is computed in f32");
        for (full, bf16) in full.iter().zip(&bf16) {
            assert!((full - bf16).abs() < band * full + floor, "{name}: {bf16}, in f32 {full}");
        }
    }
}
