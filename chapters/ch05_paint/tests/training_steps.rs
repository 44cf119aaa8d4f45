//! Whole iterations against those of tf.keras with the same weights, images and draws from the buffers, in f64; see
//! `fixtures/README.md`.

use ch05::models::{CycleGan, GeneratorType, LossWeights, NetConfig};
use common::keras::weights::{assign, named_variables, to_keras};
use common::keras::{Model, nhwc_to_nchw};
use std::collections::HashMap;
use tch::{Kind, Tensor};
use testing_tensors::{Fixture, assert_near, device};

/// What rounding may make of a step in f64, whatever the processor.
const TOLERANCE: f64 = 1e-9;
/// The fixtures round images and scores to f32.
const ROUNDED: f64 = 1e-7;

/// A file, and a CycleGAN of its nets with its weights, in f64.
fn open(name: &str) -> (Fixture, CycleGan) {
    let fixture = Fixture::open(format!("tests/fixtures/{name}.npz"));
    let (generator_type, input_dim) = match name {
        "cyclegan_unet" => (GeneratorType::Unet, [32, 32, 3]),
        _ => (GeneratorType::Resnet, [16, 24, 3]),
    };
    let config = NetConfig { input_dim, generator_type, gen_n_filters: 1, disc_n_filters: 1 };
    let weights = LossWeights { validation: 1.0, reconstr: 10.0, id: 2.0 };
    let mut gan = CycleGan::new(&config, weights, device()).unwrap();
    gan.variables.double();
    assign(&gan.variables, fixture.below("w/")).unwrap();
    (fixture, gan)
}

fn images(fixture: &Fixture, name: &str) -> Tensor {
    nhwc_to_nchw(&fixture.tensor(name))
}

/// Compares all weights that the fixture has below a prefix.
fn check_weights(fixture: &Fixture, prefix: &str, gan: &CycleGan) {
    let variables = named_variables(&gan.variables);
    let expected = fixture.below(prefix);
    assert_eq!(expected.len(), variables.len(), "{prefix}");
    for (name, expected) in expected {
        assert_near(&format!("{prefix}{name}"), &to_keras(&variables[&name]), &expected, TOLERANCE);
    }
}

fn check_iterations(name: &str) {
    let (fixture, gan) = open(name);
    let mut parts = gan.training_parts(2e-4, 50);
    let drawn = ["drawn/A", "drawn/B"].map(|name| Vec::<i64>::try_from(fixture.tensor(name)).unwrap());
    let (mut fakes_a, mut fakes_b) = (vec![], vec![]);
    for i in 1..=3 {
        let (imgs_a, imgs_b) = (images(&fixture, &format!("imgs_A/{i}")), images(&fixture, &format!("imgs_B/{i}")));
        let made = gan.translate(&imgs_a, &imgs_b);
        fakes_a.push(made.fake_a.detach());
        fakes_b.push(made.fake_b.detach());
        let [fake_a, fake_b] = [(&fakes_a, &drawn[0]), (&fakes_b, &drawn[1])]
            .map(|(fakes, drawn): (&Vec<Tensor>, &Vec<i64>)| fakes[drawn[i - 1] as usize - 1].shallow_clone());

        let mut losses: HashMap<&str, Tensor> =
            gan.discriminator_steps(&imgs_a, &imgs_b, &fake_a, &fake_b, &mut parts).into_iter().collect();
        losses.extend(gan.train_generators(&imgs_a, &imgs_b, &made, &mut parts));
        for name in [
            "d_loss", "d_acc", "d_A_loss", "d_B_loss", "g_loss", "adv_A", "adv_B", "recon_A", "recon_B", "id_A", "id_B",
        ] {
            let expected = fixture.tensor(&format!("history/{name}")).get(i as i64 - 1);
            let actual = losses[name].to_kind(Kind::Double);
            assert_near(&format!("iteration {i}: {name}"), &actual, &expected, TOLERANCE);
        }
        if i != 2 {
            check_weights(&fixture, &format!("step{i}/"), &gan);
        }
    }
}

#[test]
fn iterations_with_unets_are_those_of_keras() {
    check_iterations("cyclegan_unet");
}

#[test]
fn iterations_with_resnets_are_those_of_keras() {
    check_iterations("cyclegan_resnet");
}

/// The combined model gives the outputs of the book's, and `translate` with the discriminators gives the same.
fn check_outputs(name: &str) {
    let (fixture, gan) = open(name);
    let (imgs_a, imgs_b) = (images(&fixture, "imgs_A/1"), images(&fixture, "imgs_B/1"));
    let check = |names: &[&str], outputs: &[Tensor], tolerance| {
        for (name, output) in names.iter().zip(outputs) {
            let expected = images(&fixture, &format!("y/{name}"));
            assert_near(name, &output.to_kind(Kind::Double), &expected, tolerance);
        }
    };
    let names = ["valid_A", "valid_B", "reconstr_A", "reconstr_B", "id_A", "id_B"];
    let outputs: [Tensor; 6] = gan.combined.forward_all(&[&imgs_a, &imgs_b], true);
    check(&names, &outputs, ROUNDED);

    let made = gan.translate(&imgs_a, &imgs_b);
    let forward = |model: &Model, x: &Tensor| model.forward_t(x, true);
    let step_by_step = [
        forward(&gan.d_a, &made.fake_a),
        forward(&gan.d_b, &made.fake_b),
        forward(&gan.g_ba, &made.fake_b),
        forward(&gan.g_ab, &made.fake_a),
        made.id_a,
        made.id_b,
    ];
    check(&names, &step_by_step, ROUNDED);

    // In f32, as nets are trained.
    let mut gan = gan;
    gan.variables.float();
    let [imgs_a, imgs_b] = [imgs_a, imgs_b].map(|imgs| imgs.to_kind(Kind::Float));
    let outputs: [Tensor; 6] = gan.combined.forward_all(&[&imgs_a, &imgs_b], true);
    check(&names, &outputs, 1e-4);
}

#[test]
fn outputs_with_unets_are_those_of_keras() {
    check_outputs("cyclegan_unet");
}

#[test]
fn outputs_with_resnets_are_those_of_keras() {
    check_outputs("cyclegan_resnet");
}
