//! Training in bf16 beside f32. The policy is the whole process's: one test, in a file of its own.

use ch04::models::{Activation, Conv, NetConfig, WganGp, random_weights};
use common::keras::precision::{Precision, set_global_policy};
use common::keras::weights::named_variables;
use tch::{Kind, Tensor};
use testing_tensors::device;

const ITERATIONS: usize = 40;

/// Small nets with upsampling, a transposed convolution, and strides in the critic.
fn config() -> NetConfig {
    let convs = |list: [(i64, i64); 2]| list.map(|(filters, stride)| Conv { filters, kernel: 5, stride }).to_vec();
    NetConfig {
        input_dim: [16, 16, 3],
        critic: convs([(16, 2), (32, 2)]),
        critic_dropout_rate: 0.0,
        generator_initial_dense_layer_size: [4, 4, 32],
        generator: convs([(32, 1), (3, 2)]),
        generator_upsample: vec![2, 1],
        generator_batch_norm_momentum: 0.9,
        activation: Activation::LeakyRelu,
        z_dim: 16,
    }
}

/// The means over ten iterations of the critic's loss, the gradient penalty and the generator's loss.
fn curves(precision: Precision) -> [Vec<f64>; 3] {
    set_global_policy(precision);
    tch::manual_seed(1);
    let wgan = WganGp::new(&config(), 2, 10.0, device()).unwrap();
    let mut optimizers = wgan.optimizers(2e-4);
    let real =
        (Tensor::rand([64, 3, 4, 4], (Kind::Float, device())) * 2.0 - 1.0).upsample_nearest2d([16, 16], None, None);
    let mut curves = [(); 3].map(|()| vec![]);
    for _ in 0..ITERATIONS {
        let mut critic =
            |noise: &Tensor| wgan.train_critic(&real, noise, &random_weights(&real), &mut optimizers.critic);
        let _ = critic(&wgan.networks.noise(64));
        let d = critic(&wgan.networks.noise(64));
        let g_loss = wgan.train_generator(&wgan.networks.noise(64), &mut optimizers.generator);
        for (curve, loss) in curves.iter_mut().zip([d.loss, d.gradient_penalty, g_loss]) {
            assert_eq!(loss.kind(), Kind::Float);
            curve.push(loss.double_value(&[]));
        }
    }
    for (name, variable) in named_variables(&wgan.networks.variables) {
        assert_eq!(variable.kind(), Kind::Float, "{name}");
    }
    curves.map(|curve| curve.chunks(10).map(|ten| ten.iter().sum::<f64>() / 10.0).collect())
}

#[test]
fn the_wgan_gp_learns_in_bf16_as_it_does_in_f32() {
    let [full, bf16] = [Precision::F32, Precision::Bf16].map(curves);
    // The penalty falls only if the gradients of the gradient reach the critic's weights.
    assert!(full[1][3] < 0.7 * full[1][0], "the critic learns nothing: {full:?}");
    assert!(full != bf16, "it is computed in f32");
    for (name, full, bf16, band) in [
        ("critic's loss", &full[0], &bf16[0], 0.3),
        ("gradient penalty", &full[1], &bf16[1], 0.03),
        ("generator's loss", &full[2], &bf16[2], 0.2),
    ] {
        for (full, bf16) in full.iter().zip(bf16) {
            assert!((full - bf16).abs() < band, "{name}: {bf16}, in f32 {full}");
        }
    }
}
