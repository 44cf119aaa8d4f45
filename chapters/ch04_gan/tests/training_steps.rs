//! Training steps against those of tf.keras with the same weights, images and noise, in f64; see `fixtures/README.md`.

use ch04::models::{Activation, Conv, Gan, NetConfig, Networks, Optimizers, Wgan, WganGp};
use common::keras::weights::{assign, named_variables, to_keras};
use common::keras::{Adam, RmsProp, losses, nhwc_to_nchw};
use tch::Tensor;
use testing_tensors::{Fixture, assert_near, device};

/// What rounding may make of a step in f64, whatever the processor.
const TOLERANCE: f64 = 1e-9;

fn open(name: &str) -> Fixture {
    Fixture::open(format!("tests/fixtures/{name}.npz"))
}

/// An array at a place of an array of batches.
fn at(fixture: &Fixture, name: &str, place: &[i64]) -> Tensor {
    place.iter().fold(fixture.tensor(name), |tensor, &i| tensor.get(i))
}

/// Images at a place.
fn images(fixture: &Fixture, name: &str, place: &[i64]) -> Tensor {
    nhwc_to_nchw(&at(fixture, name, place))
}

/// Gives nets the fixture's weights, in f64. Optimizers are made after this.
fn fill(networks: &mut Networks, fixture: &Fixture) {
    networks.variables.double();
    assign(&networks.variables, fixture.below("w/")).unwrap();
}

/// Compares all weights that the fixture has below a prefix.
fn check_weights(fixture: &Fixture, prefix: &str, networks: &Networks) {
    let variables = named_variables(&networks.variables);
    let expected = fixture.below(prefix);
    assert_eq!(expected.len(), variables.len(), "{prefix}");
    for (name, expected) in expected {
        assert_near(&format!("{prefix}{name}"), &to_keras(&variables[&name]), &expected, TOLERANCE);
    }
}

/// The same where the fixture has some of them.
fn check_some_weights(fixture: &Fixture, prefix: &str, networks: &Networks) {
    let variables = named_variables(&networks.variables);
    let expected = fixture.below(prefix);
    assert!(!expected.is_empty(), "{prefix}");
    for (name, expected) in expected {
        assert_near(&format!("{prefix}{name}"), &to_keras(&variables[&name]), &expected, TOLERANCE);
    }
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
    let fixture = open("gan");
    let config = small(&[(3, 2), (4, 2), (4, 1)], &[(4, 1), (3, 1), (3, 1), (1, 1)], &[2, 2, 1, 1], Activation::Relu);
    let mut gan = Gan::new(&config, device()).unwrap();
    fill(&mut gan.networks, &fixture);
    let mut optimizers = Optimizers::new(&gan.networks, RmsProp::new(1e-3), RmsProp::new(5e-4));
    for i in 0..3 {
        let noise = at(&fixture, "noise/discriminator", &[i]);
        let fakes = fixture.tensor(&format!("fakes/{}", i + 1));
        assert_near("fakes", &gan.networks.predict(&noise), &nhwc_to_nchw(&fakes), TOLERANCE);
        let d = gan.train_discriminator(&images(&fixture, "real", &[i]), &noise, &mut optimizers.critic);
        let noise = at(&fixture, "noise/generator", &[i]);
        let [g_loss, g_acc] = gan.train_generator(&noise, &mut optimizers.generator);
        for (name, actual) in [
            ("d_loss_real", d.loss_real),
            ("d_loss_fake", d.loss_fake),
            ("d_acc_real", d.acc_real),
            ("d_acc_fake", d.acc_fake),
            ("g_loss", g_loss),
            ("g_acc", g_acc),
        ] {
            let expected = at(&fixture, &format!("history/{name}"), &[i]);
            assert_near(&format!("iteration {i}: {name}"), &actual, &expected, TOLERANCE);
        }
        check_weights(&fixture, &format!("step{}/", i + 1), &gan.networks);
    }
}

#[test]
fn wgan_iterations_are_those_of_keras() {
    let fixture = open("wgan");
    let config = NetConfig {
        generator_batch_norm_momentum: 0.8,
        ..small(&[(3, 2), (4, 2), (4, 1)], &[(4, 1), (3, 1), (3, 1)], &[2, 2, 1], Activation::LeakyRelu)
    };
    let mut wgan = Wgan::new(&config, 5, 0.01, device()).unwrap();
    fill(&mut wgan.networks, &fixture);
    let mut optimizers = Optimizers::new(&wgan.networks, RmsProp::new(1e-4), RmsProp::new(1e-3));
    for i in 0..2 {
        for j in 0..5 {
            let (real, noise) = (images(&fixture, "real", &[i, j]), at(&fixture, "noise/critic", &[i, j]));
            let [_, loss_real, loss_fake] = wgan.train_critic(&real, &noise, &mut optimizers.critic);
            for (name, actual) in [("critic_real", loss_real), ("critic_fake", loss_fake)] {
                let expected = at(&fixture, &format!("history/{name}"), &[i, j]);
                assert_near(&format!("step {i}, {j}: {name}"), &actual, &expected, TOLERANCE);
            }
            if (i, j) == (0, 0) {
                check_some_weights(&fixture, "clipped/", &wgan.networks);
            }
        }
        let loss = wgan.train_generator(&at(&fixture, "noise/generator", &[i]), &mut optimizers.generator);
        assert_near("generator", &loss, &at(&fixture, "history/generator", &[i]), TOLERANCE);
        check_weights(&fixture, &format!("step{}/", i + 1), &wgan.networks);
    }
}

fn small_wgan_gp(fixture: &Fixture) -> WganGp {
    let config = small(&[(3, 2), (4, 2)], &[(4, 2), (3, 2)], &[1, 1], Activation::LeakyRelu);
    let mut wgan = WganGp::new(&config, 5, 10.0, device()).unwrap();
    fill(&mut wgan.networks, fixture);
    wgan
}

#[test]
fn wgan_gp_iterations_are_those_of_keras() {
    let fixture = open("wgan_gp");
    let wgan = small_wgan_gp(&fixture);
    let adam = Adam { beta_1: 0.5, ..Adam::new(2e-3) };
    let mut optimizers = Optimizers::new(&wgan.networks, adam, adam);
    for i in 0..2 {
        for j in 0..5 {
            let losses = wgan.train_critic(
                &images(&fixture, "real", &[i, j]),
                &at(&fixture, "noise/critic", &[i, j]),
                &at(&fixture, "alpha", &[i, j]),
                &mut optimizers.critic,
            );
            for (name, actual) in [
                ("critic_total", losses.loss),
                ("critic_real", losses.loss_real),
                ("critic_fake", losses.loss_fake),
                ("critic_penalty", losses.gradient_penalty),
            ] {
                let expected = at(&fixture, &format!("moving_averages/history/{name}"), &[i, j]);
                assert_near(&format!("step {i}, {j}: {name}"), &actual, &expected, TOLERANCE);
            }
        }
        let loss = wgan.train_generator(&at(&fixture, "noise/generator", &[i]), &mut optimizers.generator);
        assert_near("generator", &loss, &at(&fixture, "moving_averages/history/generator", &[i]), TOLERANCE);
        check_weights(&fixture, &format!("moving_averages/step{}/", i + 1), &wgan.networks);
    }
}

#[test]
fn gradients_of_the_penalty_are_those_of_keras_and_of_small_differences() {
    let fixture = open("wgan_gp");
    let wgan = small_wgan_gp(&fixture);
    let (critic, alpha) = (&wgan.networks.critic, at(&fixture, "alpha", &[0, 0]));
    let fakes = wgan.networks.predict(&at(&fixture, "noise/critic", &[0, 0]));
    let between = &alpha * images(&fixture, "real", &[0, 0]) + (1.0 - &alpha) * fakes;
    let gradient_penalty = || losses::gradient_penalty(&critic.input_gradient(&between));

    let kernels: Vec<(String, Tensor)> = named_variables(&wgan.networks.variables)
        .into_iter()
        .filter(|(name, _)| name.starts_with("critic") && name.ends_with("kernel"))
        .collect();
    let inputs: Vec<&Tensor> = kernels.iter().map(|(_, kernel)| kernel).collect();
    let gradients = Tensor::run_backward(&[gradient_penalty()], &inputs, false, false);
    for ((name, kernel), gradient) in kernels.iter().zip(&gradients) {
        let expected = fixture.tensor(&format!("penalty_gradient/{name}"));
        assert_near(name, &to_keras(gradient), &expected, TOLERANCE);

        // Along its own direction the penalty changes by the gradient's norm.
        let norm = gradient.square().sum(None).sqrt();
        let step = gradient / &norm * 1e-3;
        let moved = |sign: f64| {
            let _no_grad = tch::no_grad_guard();
            let mut kernel = kernel.shallow_clone();
            let _ = kernel.g_add_(&(&step * sign));
            let penalty = gradient_penalty().double_value(&[]);
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

/// In f32, as nets are trained: one forward and one backward pass of each net.
#[test]
fn single_precision_passes_are_those_of_keras() {
    let fixture = open("wgan_gp");
    let double = small_wgan_gp(&fixture);
    let mut single = small_wgan_gp(&fixture);
    single.networks.variables.float();
    let noise = at(&fixture, "noise/generator", &[0]);
    let gradients = |wgan: &WganGp, noise: &Tensor| {
        let generated = wgan.networks.generator.forward_t(noise, true);
        let score = wgan.networks.critic.forward_t(&generated, true).sum(None);
        let variables: Vec<Tensor> =
            wgan.networks.generator.trainable().into_iter().chain(wgan.networks.critic.trainable()).collect();
        let gradients = Tensor::run_backward(&[score], &variables, false, false);
        std::iter::once(generated).chain(gradients).collect::<Vec<_>>()
    };
    let expected = gradients(&double, &noise);
    let actual = gradients(&single, &noise.to_kind(tch::Kind::Float));
    for (i, (actual, expected)) in actual.iter().zip(&expected).enumerate() {
        assert_near(&format!("tensor {i}"), &actual.to_kind(tch::Kind::Double), expected, 1e-4);
    }
}
