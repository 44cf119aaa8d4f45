//! Training steps against those of tf.keras with the same weights, images and noise; see `fixtures/README.md`.

use ch04::fit::Model;
use ch04::gan::{Gan, LearningRates};
use ch04::net::{Activation, Conv, NetConfig};
use ch04::wgan::Wgan;
use ch04::wgangp::{WganGp, gradient_penalty};
use common::datasets::npz::Npz;
use common::keras::weights::{assign, named_variables, to_keras};
use common::keras::{RmsProp, nhwc_to_nchw};
use common::training::Checkpointed;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tch::{Device, Tensor};

/// What tf.keras made.
struct Fixture(Npz);

impl Fixture {
    fn open(name: &str) -> Fixture {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{name}.npz"));
        Fixture(Npz::open(&path).unwrap())
    }

    fn tensor(&self, name: &str) -> Tensor {
        let array = self.0.array::<f32>(name).unwrap();
        let shape: Vec<i64> = array.shape().iter().map(|&n| n as i64).collect();
        Tensor::from_slice(array.as_standard_layout().as_slice().unwrap()).reshape(shape)
    }

    fn below(&self, prefix: &str) -> BTreeMap<String, Tensor> {
        let names = self.0.names().filter_map(|name| Some((name.strip_prefix(prefix)?.to_string(), name)));
        names.map(|(short, name)| (short, self.tensor(name))).collect()
    }

    /// Images at a place of an array of batches.
    fn images(&self, name: &str, place: &[i64]) -> Tensor {
        nhwc_to_nchw(&at(&self.tensor(name), place))
    }

    /// Noise at a place.
    fn noise(&self, name: &str, place: &[i64]) -> Tensor {
        at(&self.tensor(name), place)
    }

    /// Compares all weights that the fixture has below a prefix.
    fn check_weights(&self, prefix: &str, model: &impl Model) {
        let variables = named_variables(model.nets().variables());
        let expected = self.below(prefix);
        assert!(!expected.is_empty(), "{prefix}");
        for (name, expected) in expected {
            // Its gradient is rounding alone, which the optimizer divides by its own size.
            let layer = name.split('/').next().unwrap_or_default();
            if name.ends_with("/bias") && self.goes_before_a_batch_norm(layer) {
                continue;
            }
            // Such a bias shifts its batch's mean, which the moving average follows.
            let tolerance = if name.contains("moving") { 5e-5 } else { 5e-6 };
            assert_near(&format!("{prefix}{name}"), &to_keras(&variables[&name]), &expected, tolerance);
        }
    }
}

impl Fixture {
    /// Every layer of the generator but its last one.
    fn goes_before_a_batch_norm(&self, layer: &str) -> bool {
        let last = self.0.names().filter(|name| name.starts_with("w/generator_conv")).max().unwrap_or_default();
        layer.starts_with("generator") && !last.contains(layer)
    }
}

fn at(batches: &Tensor, place: &[i64]) -> Tensor {
    place.iter().fold(batches.shallow_clone(), |tensor, &i| tensor.get(i))
}

fn assert_near(what: &str, actual: &Tensor, expected: &Tensor, tolerance: f64) {
    assert_eq!(actual.size(), expected.size(), "{what}: shape");
    let scale = expected.abs().max().double_value(&[]).max(1.0);
    let error = (actual - expected).abs().max().double_value(&[]) / scale;
    assert!(error <= tolerance, "{what}: {error:.1e}");
}

/// The nets of the fixtures: convolutions as filters and strides.
fn small(critic: &[(i64, i64)], generator: &[(i64, i64)], upsample: &[i64], activation: Activation) -> NetConfig {
    let convs =
        |list: &[(i64, i64)]| list.iter().map(|&(filters, stride)| Conv { filters, kernel: 5, stride }).collect();
    NetConfig {
        input_dim: [8, 8, generator[generator.len() - 1].0],
        critic: convs(critic),
        critic_dropout_rate: 0.0,
        generator_initial_dense_layer_size: [2, 2, 4],
        generator: convs(generator),
        generator_upsample: upsample.to_vec(),
        generator_batch_norm_momentum: 0.9,
        activation,
        z_dim: 4,
    }
}

#[test]
fn gan_iterations_are_those_of_keras() {
    let fixture = Fixture::open("gan");
    let config = small(&[(3, 2), (4, 2), (4, 1)], &[(4, 1), (3, 1), (3, 1), (1, 1)], &[2, 2, 1, 1], Activation::Relu);
    let mut gan = Gan::new(&config, LearningRates { discriminator: 1e-3, generator: 5e-4 }, Device::Cpu);
    assign(gan.nets().variables(), fixture.below("w/")).unwrap();
    for i in 0..3 {
        let noise = fixture.noise("noise/discriminator", &[i]);
        let fakes = fixture.tensor(&format!("fakes/{}", i + 1));
        assert_near("fakes", &gan.nets().predict(&noise), &nhwc_to_nchw(&fakes), 2e-4);
        let [_, d_loss_real, d_loss_fake, _, d_acc_real, d_acc_fake] =
            gan.train_discriminator(&fixture.images("real", &[i]), &noise);
        let [g_loss, g_acc] = gan.train_generator(&fixture.noise("noise/generator", &[i]));
        for (name, actual) in [
            ("d_loss_real", d_loss_real),
            ("d_loss_fake", d_loss_fake),
            ("d_acc_real", d_acc_real),
            ("d_acc_fake", d_acc_fake),
            ("g_loss", g_loss),
            ("g_acc", g_acc),
        ] {
            let expected = at(&fixture.tensor(&format!("history/{name}")), &[i]);
            assert_near(&format!("iteration {i}: {name}"), &actual, &expected, 1e-4);
        }
        fixture.check_weights(&format!("step{}/", i + 1), &gan);
    }
}

#[test]
fn wgan_iterations_are_those_of_keras() {
    let fixture = Fixture::open("wgan");
    let config = NetConfig {
        generator_batch_norm_momentum: 0.8,
        ..small(&[(3, 2), (4, 2), (4, 1)], &[(4, 1), (3, 1), (3, 1)], &[2, 2, 1], Activation::LeakyRelu)
    };
    let rules = [RmsProp::new(1e-4).into(), RmsProp::new(1e-3).into()];
    let mut wgan = Wgan::with_rules(&config, rules, 5, 0.01, Device::Cpu);
    assign(wgan.nets().variables(), fixture.below("w/")).unwrap();
    for i in 0..2 {
        for j in 0..5 {
            let real = fixture.images("real", &[i, j]);
            let [_, loss_real, loss_fake] = wgan.train_critic(&real, &fixture.noise("noise/critic", &[i, j]));
            for (name, actual) in [("critic_real", loss_real), ("critic_fake", loss_fake)] {
                let expected = at(&fixture.tensor(&format!("history/{name}")), &[i, j]);
                assert_near(&format!("step {i}, {j}: {name}"), &actual, &expected, 1e-4);
            }
            if (i, j) == (0, 0) {
                fixture.check_weights("clipped/", &wgan);
            }
        }
        let loss = wgan.train_generator(&fixture.noise("noise/generator", &[i]));
        assert_near("generator", &loss, &at(&fixture.tensor("history/generator"), &[i]), 1e-4);
        fixture.check_weights(&format!("step{}/", i + 1), &wgan);
    }
}

fn small_wgan_gp(fixture: &Fixture) -> WganGp {
    let config = small(&[(3, 2), (4, 2)], &[(4, 2), (3, 2)], &[1, 1], Activation::LeakyRelu);
    let wgan = WganGp::new(&config, 2e-3, 5, 10.0, Device::Cpu);
    assign(wgan.nets().variables(), fixture.below("w/")).unwrap();
    wgan
}

#[test]
fn wgan_gp_iterations_are_those_of_keras() {
    let fixture = Fixture::open("wgan_gp");
    let mut wgan = small_wgan_gp(&fixture);
    for i in 0..2 {
        for j in 0..5 {
            let losses = wgan.train_critic(
                &fixture.images("real", &[i, j]),
                &fixture.noise("noise/critic", &[i, j]),
                &fixture.noise("alpha", &[i, j]),
            );
            let names = ["critic_total", "critic_real", "critic_fake", "critic_penalty"];
            for (name, actual) in names.iter().zip(&losses) {
                let expected = at(&fixture.tensor(&format!("moving_averages/history/{name}")), &[i, j]);
                assert_near(&format!("step {i}, {j}: {name}"), actual, &expected, 1e-4);
            }
        }
        let loss = wgan.train_generator(&fixture.noise("noise/generator", &[i]));
        assert_near("generator", &loss, &at(&fixture.tensor("moving_averages/history/generator"), &[i]), 1e-4);
        fixture.check_weights(&format!("moving_averages/step{}/", i + 1), &wgan);
    }
}

#[test]
fn gradients_of_the_penalty_are_those_of_keras_and_of_small_differences() {
    let fixture = Fixture::open("wgan_gp");
    let wgan = small_wgan_gp(&fixture);
    let (critic, alpha) = (&wgan.nets().critic, fixture.noise("alpha", &[0, 0]));
    let fakes = wgan.nets().predict(&fixture.noise("noise/critic", &[0, 0]));
    let between = &alpha * fixture.images("real", &[0, 0]) + (1.0 - &alpha) * fakes;

    let kernels: Vec<(String, Tensor)> = named_variables(wgan.nets().variables())
        .into_iter()
        .filter(|(name, _)| name.starts_with("critic") && name.ends_with("kernel"))
        .collect();
    let inputs: Vec<&Tensor> = kernels.iter().map(|(_, kernel)| kernel).collect();
    let gradients = Tensor::run_backward(&[gradient_penalty(critic, &between)], &inputs, false, false);
    for ((name, kernel), gradient) in kernels.iter().zip(&gradients) {
        let expected = fixture.tensor(&format!("penalty_gradient/{name}"));
        assert_near(name, &to_keras(gradient), &expected, 1e-4);

        // Along its own direction the penalty changes by the gradient's norm.
        let norm = gradient.square().sum(None).sqrt();
        let step = gradient / &norm * 1e-3;
        let moved = |sign: f64| {
            let _no_grad = tch::no_grad_guard();
            let mut kernel = kernel.shallow_clone();
            let _ = kernel.g_add_(&(&step * sign));
            let penalty = gradient_penalty(critic, &between).double_value(&[]);
            let _ = kernel.g_sub_(&(&step * sign));
            penalty
        };
        let slope = (moved(1.0) - moved(-1.0)) / 2e-3;
        let norm = norm.double_value(&[]);
        assert!((slope - norm).abs() <= 0.01 * norm, "{name}: {slope} by differences, {norm} by differentiation");
    }
    // Biases do not move it at all.
    for (name, gradient) in fixture.below("penalty_gradient/") {
        assert!(name.ends_with("kernel") || gradient.abs().max().double_value(&[]) == 0.0, "{name}");
    }
}
