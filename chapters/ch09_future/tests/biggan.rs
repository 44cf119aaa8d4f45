//! BigGAN against PyTorch with the same weights, images and noise, in f64 (`fixtures/make_residual_gan_fixtures.py`),
//! and its tricks.

use ch09::experiments::biggan::Config;
use ch09::models::biggan::{BigGan, BigGanConfig, orthogonal_regularization, truncated};
use ch09::models::residual_nets::ResidualConfig;
use common::keras::weights::{assign, named_variables, to_keras, trainable_variables};
use common::keras::{init, nchw_to_nhwc, nhwc_to_nchw};
use common::training::{ExperimentConfig, Preset};
use tch::{Device, Kind, Tensor};
use testing_tensors::{Fixture, assert_near, device};

const TOLERANCE: f64 = 1e-9;

fn small() -> BigGanConfig {
    BigGanConfig {
        nets: ResidualConfig { generator: vec![4, 3, 2], discriminator: vec![3, 4, 4], attention_side: Some(8) },
        z_part: 2,
        embedding: 3,
        orthogonality: 1e-2,
        average_decay: 0.9,
        ..BigGanConfig::paper()
    }
}

/// Nets with the fixture's weights, in f64.
fn open() -> (Fixture, BigGan) {
    let fixture = Fixture::open("tests/fixtures/biggan.npz");
    let mut gan = BigGan::new(&small(), [3, 3], device()).unwrap();
    gan.variables.double();
    assign(&gan.variables, fixture.below("w/")).unwrap();
    (fixture, gan)
}

#[test]
fn the_generator_divides_its_latent_point() {
    let (fixture, gan) = open();
    let (z, classes) = (fixture.tensor("z"), fixture.tensor("classes"));
    let images = nchw_to_nhwc(&gan.generator.forward(&z, &classes, false));
    assert_near("images", &images, &fixture.tensor("images"), TOLERANCE);
}

#[test]
fn training_steps_are_those_of_the_formulas() {
    let (fixture, gan) = open();
    let mut optimizers = gan.optimizers();
    for step in 0..2 {
        let at = |name: &str| fixture.tensor(&format!("step{step}/{name}"));
        let (real, of_real) = (nhwc_to_nchw(&at("real")), at("of_real"));
        let (z, of_fakes) = (at("z_d"), at("of_fakes"));
        let d = gan.train_discriminator([&real, &of_real], [&z, &of_fakes], &mut optimizers.discriminator);
        let g = gan.train_generator(&at("z_g"), &at("of_g"), &mut optimizers.generator);
        for (name, loss) in [
            ("d_loss_real", d.loss_real),
            ("d_loss_fake", d.loss_fake),
            ("g_loss", g.loss),
            ("orthogonality", g.orthogonality),
        ] {
            assert_near(&format!("step {step}: {name}"), &loss, &at(name), TOLERANCE);
        }
    }
    let variables = named_variables(&gan.variables);
    let expected = fixture.below("after/");
    assert_eq!(expected.len(), variables.len());
    for (name, expected) in expected {
        assert_near(&name, &to_keras(&variables[&name]), &expected, 1e-7);
    }
}

#[test]
fn orthogonal_matrices_are_not_penalized() {
    tch::manual_seed(1);
    let orthogonal = init::orthogonal(3, 5, Device::Cpu);
    assert!(orthogonal_regularization(&[&orthogonal * 7.0]).double_value(&[]).abs() < 1e-3);
    // Rows (1, 0) and (1, 2): their product 1 stands twice.
    let matrix = Tensor::from_slice(&[1.0f32, 0.0, 1.0, 2.0]).view([2, 2]);
    assert_near("penalty", &orthogonal_regularization(&[matrix]), &Tensor::from(2.0f32), 1e-6);
}

#[test]
fn truncated_points_have_the_distribution_that_drawing_again_makes() {
    tch::manual_seed(1);
    let count = 200_000;
    let uniform = Tensor::rand([count], (Kind::Double, Device::Cpu));
    let normal = Tensor::randn([10 * count], (Kind::Double, Device::Cpu));
    for threshold in [0.2, 0.5, 1.0, 2.0] {
        let z = truncated(&uniform, threshold);
        assert!(z.abs().max().double_value(&[]) <= threshold);
        let kept = normal.masked_select(&normal.abs().le(threshold));
        let [actual, expected] = [&z, &kept].map(|z| z.std(true).double_value(&[]));
        assert!((actual - expected).abs() < 0.01 * expected, "{threshold}: deviation {actual}, not {expected}");
        assert!(z.mean(None).double_value(&[]).abs() < 0.01 * threshold);
    }
    let ends = truncated(&Tensor::from_slice(&[0.0f32, 0.5]), 9.0);
    assert_near("a threshold beyond single precision", &ends, &Tensor::from_slice(&[-9.0f32, 0.0]), 1e-6);
}

#[test]
fn summaries_count_all_variables() {
    let gan = BigGan::new(&BigGanConfig::paper(), [3, 10], Device::Cpu).unwrap();
    let all: i64 = trainable_variables(&gan.variables).iter().map(|(_, variable)| variable.numel() as i64).sum();
    let [generator, discriminator] = gan.summaries();
    assert_eq!(generator.trainable() + discriminator.trainable(), all, "a part is missing in a summary");
    // The condition of a block is 128 values of the class and 20 of the latent point.
    let conv = |size: i64| size * size * 256 * 256 + 256;
    let block = generator.layers.iter().find(|layer| layer.name == "block_8").unwrap();
    assert_eq!(block.trainable, 2 * conv(3) + conv(1) + 4 * (128 + 20) * 256);
    let start = generator.layers.iter().find(|layer| layer.name == "start").unwrap();
    assert_eq!(start.trainable, 20 * 16 * 256 + 16 * 256);
}

#[test]
fn presets_are_valid() {
    for preset in [Preset::Book, Preset::Quick, Preset::Smoke] {
        Config::preset(preset).check().unwrap();
    }
    let book = Config::preset(Preset::Book).gan;
    assert_eq!((book.discriminator_steps, book.orthogonality, book.z_dim()), (2, 1e-4, 80));
}
