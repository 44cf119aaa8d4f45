//! Training steps of the VAE and the MDN-RNN against those of tf.keras with the same weights and data, in f64, and mixtures
//! against NumPy; see `fixtures/README.md`.

use ch08::models::mdn_rnn::{MdnRnnConfig, Prediction, SequenceBatch, State};
use ch08::models::vae::{VaeConfig, VaeLoss};
use ch08::models::{MdnRnn, Vae};
use common::keras::weights::{assign, named_variables, to_keras};
use common::keras::{Adam, Optimizer, nhwc_to_nchw};
use std::collections::BTreeMap;
use tch::nn::VarStore;
use tch::{Kind, Tensor};
use testing_tensors::{Fixture, assert_near, assert_near_relative, device};

/// What rounding may make of a step in f64, whatever the processor.
const TOLERANCE: f64 = 1e-9;
const PRIME: i64 = 1_000_003;

fn open(name: &str) -> Fixture {
    Fixture::open(format!("tests/fixtures/{name}.npz"))
}

/// Numbers in [0, 1) by the rule of `make_fixtures.py`.
fn rule(shape: &[i64], number: i64) -> Tensor {
    let i = Tensor::arange(shape.iter().product::<i64>(), (Kind::Int64, device()));
    let remainders = (&i * &i * 31 + &i * 17 + 7777 * number).remainder(PRIME);
    (remainders.to_kind(Kind::Double) / PRIME as f64).reshape(shape)
}

/// Some values of an array, and a weighted sum of all, as in `make_fixtures.py`.
fn digest(values: &Tensor) -> Tensor {
    let flat = values.reshape([-1]);
    let n = flat.size()[0];
    let sum = (&flat * (rule(&[n], 99) * 2.0 - 1.0)).sum(None);
    Tensor::cat(&[&flat.slice(0, 0, n, (n / 40).max(1)), &sum.reshape([1])], 0)
}

/// Compares what a function makes of variables or their gradients, in Keras' layout, with the fixture's arrays below a
/// prefix.
fn check(fixture: &Fixture, prefix: &str, actual: BTreeMap<String, Tensor>, of: impl Fn(&Tensor) -> Tensor) {
    let expected = fixture.below(&format!("{prefix}/"));
    assert_eq!(expected.len(), actual.len());
    for (name, expected) in expected {
        assert_near(&format!("{prefix}: {name}"), &of(&to_keras(&actual[&name])), &expected, TOLERANCE);
    }
}

/// The gradients of a loss by the names of variables.
fn gradients(loss: &Tensor, variables: &VarStore) -> BTreeMap<String, Tensor> {
    let (names, variables): (Vec<_>, Vec<_>) = named_variables(variables).into_iter().unzip();
    names.into_iter().zip(Tensor::run_backward(&[loss], &variables, true, false)).collect()
}

#[test]
fn steps_of_the_vae_are_those_of_keras() {
    let fixture = open("vae");
    let mut vae = Vae::new(&VaeConfig::book(), device()).unwrap();
    vae.variables.double();
    let weights = named_variables(&vae.variables).into_iter().enumerate().map(|(number, (name, variable))| {
        let shape = to_keras(&variable).size();
        let limit = fixture.number(&format!("limit/{name}"));
        (name, (rule(&shape, number as i64) * 2.0 - 1.0) * limit)
    });
    assign(&vae.variables, weights.collect()).unwrap();
    let (images, noise) = (rule(&[3, 2, 64, 64, 3], 50), fixture.tensor("noise"));

    let [mu, log_var] = vae.distribution(&nhwc_to_nchw(&images.get(0)));
    assert_near("mu", &mu, &fixture.tensor("mu"), TOLERANCE);
    assert_near("log_var", &log_var, &fixture.tensor("log_var"), TOLERANCE);
    let y = vae.decode(&(mu + (log_var / 2.0).exp() * noise.get(0)));
    assert_near("y", &digest(&y), &fixture.tensor("y"), TOLERANCE);

    let mut optimizer = Optimizer::for_variables(&vae.variables, Adam::new(1e-3));
    for step in 0..3 {
        let x = nhwc_to_nchw(&images.get(step));
        // As `train_step` does it, but with the fixture's noise in place of a random one.
        let [mu, log_var] = vae.encoder_mu_log_var.forward_all(&[&x], true);
        let x_hat = vae.decoder.forward_t(&(&mu + (&log_var / 2.0).exp() * noise.get(step)), true);
        let losses = vae.losses(&x, &x_hat, &mu, &log_var);
        assert_eq!(
            losses.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            ["loss", "reconstruction_loss", "kl_loss"]
        );
        let values: Vec<Tensor> = losses.iter().map(|(_, loss)| loss.detach()).collect();
        let expected = fixture.tensor("history").get(step);
        assert_near(&format!("losses {step}"), &Tensor::stack(&values, 0), &expected, TOLERANCE);
        if step == 0 {
            check(&fixture, "gradient", gradients(&losses[0].1, &vae.variables), digest);
        }
        optimizer.minimize(&losses[0].1);
        check(&fixture, &format!("step{}", step + 1), named_variables(&vae.variables), digest);
    }
}

#[test]
fn free_bits_are_those_of_keras() {
    let fixture = open("vae");
    let vae = Vae::new(&VaeConfig { z_dim: 3, loss: VaeLoss::FreeBits }, device()).unwrap();
    let tensor = |name: &str| fixture.tensor(&format!("free_bits/{name}"));
    let [mu, log_var] = ["mu", "log_var"].map(|name| tensor(name).set_requires_grad(true));
    let losses = vae.losses(&nhwc_to_nchw(&tensor("x")), &nhwc_to_nchw(&tensor("x_hat")), &mu, &log_var);
    losses[0].1.backward();
    let losses: Vec<Tensor> = losses.into_iter().map(|(_, loss)| loss.detach()).collect();
    assert_near("losses", &Tensor::stack(&losses, 0), &tensor("losses"), TOLERANCE);
    assert_near("gradient of mu", &mu.grad(), &tensor("gradient_mu"), TOLERANCE);
    assert_near("gradient of log_var", &log_var.grad(), &tensor("gradient_log_var"), TOLERANCE);
    // Below the tolerance nothing pulls.
    assert_eq!(mu.grad().narrow(0, 0, 2).abs().max().double_value(&[]), 0.0);
}

/// The fixture's net, in f64, with its weights, and its batches.
fn small_mdn_rnn(fixture: &Fixture) -> (MdnRnn, [SequenceBatch; 3]) {
    let config = MdnRnnConfig { z_dim: 3, action_dim: 2, units: 4, mixtures: 2, dropout: 0.0 };
    let mut rnn = MdnRnn::new(&config, device()).unwrap();
    rnn.variables.double();
    assign(&rnn.variables, fixture.below("w/")).unwrap();
    let [input, next_z, next_reward] = ["input", "next_z", "next_reward"].map(|name| fixture.tensor(name));
    let batch = |i| SequenceBatch { input: input.get(i), next_z: next_z.get(i), next_reward: next_reward.get(i) };
    (rnn, [0, 1, 2].map(batch))
}

#[test]
fn steps_of_the_mdn_rnn_are_those_of_keras() {
    let fixture = open("mdn_rnn");
    let (rnn, batches) = small_mdn_rnn(&fixture);
    let output = rnn.model.forward_t(&batches[0].input, false);
    assert_near("output", &output, &fixture.tensor("output"), TOLERANCE);
    let gradients = gradients(&rnn.losses(&batches[0], true)[0], &rnn.variables);
    check(&fixture, "gradient", gradients, Tensor::shallow_clone);

    let mut optimizer = Optimizer::for_variables(&rnn.variables, Adam::new(1e-2));
    for (step, batch) in batches.iter().enumerate() {
        let losses = rnn.train_step(batch, &mut optimizer).map(|loss| loss.detach());
        let expected = fixture.tensor("history").get(step as i64);
        assert_near(&format!("losses {step}"), &Tensor::stack(&losses, 0), &expected, TOLERANCE);
        check(&fixture, &format!("step{}", step + 1), named_variables(&rnn.variables), Tensor::shallow_clone);
    }
}

#[test]
fn single_steps_are_those_of_the_sequence() {
    let fixture = open("mdn_rnn");
    let (rnn, [batch, ..]) = small_mdn_rnn(&fixture);
    let whole = Prediction::new(&rnn.model.forward_t(&batch.input, false), 3, 2);
    let zeros = || Tensor::zeros([2, 4], (Kind::Double, device()));
    let mut state = State { h: zeros(), c: zeros() };
    for (i, input) in batch.input.unbind(1).iter().enumerate() {
        let (prediction, next) = rnn.step(input, &state);
        let parts = |of: &Prediction| [&of.log_pi, &of.mu, &of.log_sigma, &of.reward_logit].map(Tensor::shallow_clone);
        for (single, all) in parts(&prediction).iter().zip(parts(&whole)) {
            assert_near(&format!("step {i}"), single, &all.select(1, i as i64), TOLERANCE);
        }
        state = next;
    }
    assert_near("h", &state.h, &fixture.tensor("h"), TOLERANCE);
    assert_near("c", &state.c, &fixture.tensor("c"), TOLERANCE);
}

#[test]
fn single_steps_are_those_of_the_sequence_in_single_precision() {
    tch::manual_seed(2);
    let rnn = MdnRnn::new(&MdnRnnConfig::book(), device()).unwrap();
    let normal = |shape: &[i64]| Tensor::randn(shape, (Kind::Float, device()));
    let (z, actions) = (normal(&[3, 51, 32]), normal(&[3, 51, 3]));
    let batch = SequenceBatch::new(&z, &actions, &Tensor::ones([3, 51], (Kind::Float, device())));
    // An optimizer moves the variables to other memory.
    let _ = rnn.train_step(&batch, &mut Optimizer::for_variables(&rnn.variables, Adam::new(1e-2)));
    let x = batch.input;
    let whole = rnn.model.forward_t(&x, false);
    let mut state = rnn.initial_state(3);
    for (i, input) in x.unbind(1).iter().enumerate() {
        let (prediction, next) = rnn.step(input, &state);
        let mu = Prediction::new(&whole.select(1, i as i64), 32, 5).mu;
        assert_near(&format!("mu of step {i}"), &prediction.mu, &mu, 1e-5);
        state = next;
    }
}

#[test]
fn far_outliers_have_a_finite_loss_and_gradient() {
    let fixture = open("mixture");
    let tensor = |name: &str| fixture.tensor(&format!("outliers/{name}"));
    for (kind, tolerance) in [(Kind::Double, 1e-12), (Kind::Float, 1e-5)] {
        let output = tensor("output").to_kind(kind).set_requires_grad(true);
        let loss = Prediction::new(&output, 2, 3).negative_log_likelihood(&tensor("z").to_kind(kind));
        loss.backward();
        assert_near_relative("loss", &loss.to_kind(Kind::Double), &tensor("loss"), tolerance);
        // Row by row: the largest are 1e12 times the smallest.
        for (i, (actual, expected)) in output.grad().unbind(0).iter().zip(tensor("gradient").unbind(0)).enumerate() {
            assert_near_relative(&format!("gradient {i}"), &actual.to_kind(Kind::Double), &expected, tolerance);
        }
    }
}

#[test]
fn samples_are_those_of_numpy() {
    let fixture = open("mixture");
    let tensor = |name: &str| fixture.tensor(&format!("samples/{name}"));
    let [output, uniform, normal, z] = ["output", "uniform", "normal", "z"].map(tensor);
    let temperatures = Vec::<f64>::try_from(tensor("temperatures")).unwrap();
    for (kind, tolerance) in [(Kind::Double, 1e-12), (Kind::Float, 1e-5)] {
        let [output, uniform, normal] = [&output, &uniform, &normal].map(|values| values.to_kind(kind));
        let prediction = Prediction::new(&output, 4, 5);
        for (temperature, expected) in temperatures.iter().zip(z.unbind(0)) {
            let sample = prediction.sample(*temperature, &uniform, &normal);
            assert_near(&format!("z at {temperature}"), &sample.to_kind(Kind::Double), &expected, tolerance);
            // A row does not depend on the others.
            let row = |values: &Tensor| values.narrow(0, 3, 1);
            let single = Prediction::new(&row(&output), 4, 5).sample(*temperature, &row(&uniform), &row(&normal));
            assert_eq!(single, row(&sample));
        }
    }
}
