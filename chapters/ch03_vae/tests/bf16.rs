//! Training in bf16 beside f32. The policy is the whole process's: one test, in a file of its own.

use ch03::models::{LatentModel, NetConfig, VariationalAutoencoder};
use common::keras::precision::{Precision, set_global_policy};
use common::keras::weights::named_variables;
use common::keras::{Adam, Optimizer};
use tch::{Kind, Tensor};
use testing_tensors::device;

/// The means of the losses over ten steps each, of forty steps on images of large random squares.
fn curve(precision: Precision) -> Vec<f64> {
    set_global_policy(precision);
    tch::manual_seed(1);
    let model = VariationalAutoencoder::new(&NetConfig::digits(), 1000.0, device()).unwrap();
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(1e-3));
    let squares = Tensor::rand([32, 1, 7, 7], (Kind::Float, device())).gt(0.7).to_kind(Kind::Float);
    let x = squares.upsample_nearest2d([28, 28], None, None);
    let losses: Vec<f64> = (0..40)
        .map(|_| {
            let losses = model.train_step(&x, &mut optimizer);
            assert!(losses.iter().all(|(_, loss)| loss.kind() == Kind::Float));
            losses[0].1.double_value(&[])
        })
        .collect();
    for (name, variable) in named_variables(&model.variables) {
        assert_eq!(variable.kind(), Kind::Float, "{name}");
    }
    losses.chunks(10).map(|ten| ten.iter().sum::<f64>() / 10.0).collect()
}

#[test]
fn the_variational_autoencoder_learns_in_bf16_as_it_does_in_f32() {
    let [full, bf16] = [Precision::F32, Precision::Bf16].map(curve);
    assert!(full[3] < 0.97 * full[0], "it learns nothing: {full:?}");
    assert!(full != bf16, "it is computed in f32");
    for (full, bf16) in full.iter().zip(&bf16) {
        assert!((full - bf16).abs() < 0.02 * full, "{bf16}, in f32 {full}");
    }
}
