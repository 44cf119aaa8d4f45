//! StyleGAN against PyTorch with the same weights, images and noise, in f64 (`fixtures/make_stylegan_fixtures.py`).

use ch09::experiments::stylegan::Config;
use ch09::models::growing::Growth;
use ch09::models::style_generator::{layers, mixed_styles, one_style};
use ch09::models::stylegan::{Source, StyleGan, StyleGanConfig};
use ch09::models::styles::{Noise, adaptive_instance_norm};
use common::keras::weights::{assign, named_variables, to_keras, trainable_variables};
use common::keras::{nchw_to_nhwc, nhwc_to_nchw};
use common::training::{ExperimentConfig, Preset};
use tch::{Device, Kind, Tensor};
use testing_tensors::{Fixture, assert_near, device};

const TOLERANCE: f64 = 1e-9;

fn small() -> StyleGanConfig {
    StyleGanConfig {
        channels: vec![5, 4, 3],
        z_dim: 4,
        w_dim: 6,
        mapping_layers: 3,
        r1_every: 2,
        average_decay: 0.9,
        ..StyleGanConfig::paper()
    }
}

/// Nets with the fixture's weights in f64, and its noise.
fn open() -> (Fixture, StyleGan, Vec<Tensor>) {
    let fixture = Fixture::open("tests/fixtures/stylegan.npz");
    let mut gan = StyleGan::new(&small(), device()).unwrap();
    gan.variables.double();
    assign(&gan.variables, fixture.below("w/")).unwrap();
    let noise = (0..6).map(|layer| fixture.tensor(&format!("noise/{layer}"))).collect();
    (fixture, gan, noise)
}

#[test]
fn nets_are_those_of_the_formulas_at_each_growth() {
    let (fixture, gan, noise) = open();
    let [w, other] = [0, 1].map(|i| gan.generator.mapping.forward(&fixture.tensor(&format!("z/{i}"))));
    assert_near("w", &w, &fixture.tensor("w_of_z"), TOLERANCE);
    for (level, alpha, crossover) in [(0, 1.0, 2), (1, 1.0, 1), (2, 0.25, 4), (2, 1.0, 6)] {
        let growth = Growth { level, alpha };
        let name = format!("{level}_{alpha:?}");
        let styles = mixed_styles(&w, &other, crossover..layers(growth), growth);
        let images = gan.generator.synthesize(&styles, growth, Noise::Given(&noise));
        let expected = fixture.tensor(&format!("images/{name}"));
        assert_near(&format!("images {name}"), &nchw_to_nhwc(&images).narrow(0, 0, 2), &expected, TOLERANCE);
        let scores = gan.discriminator.forward(&images, growth);
        assert_near(&format!("scores {name}"), &scores, &fixture.tensor(&format!("scores/{name}")), TOLERANCE);
    }
}

#[test]
fn training_steps_are_those_of_the_formulas() {
    let (fixture, gan, noise) = open();
    let mut optimizers = gan.optimizers();
    for (step, alpha, penalizes, crossover) in [(0, 0.25, true, Some(3)), (1, 1.0, false, None)] {
        let growth = Growth { level: 2, alpha };
        let at = |name: &str| fixture.tensor(&format!("step{step}/{name}"));
        let source = |net: &str| Source {
            z: [0, 1].map(|i| at(&format!("z_{net}{i}"))),
            crossover,
            noise: Noise::Given(&noise),
        };
        let real = growth.of_real(&nhwc_to_nchw(&at("real")), 2);
        let d = gan.train_discriminator(&real, &source("d"), growth, penalizes, &mut optimizers.discriminator);
        let g_loss = gan.train_generator(&source("g"), growth, &mut optimizers.generator);
        for (name, loss) in [
            ("d_loss", d.loss),
            ("d_loss_real", d.loss_real),
            ("d_loss_fake", d.loss_fake),
            ("r1", d.r1),
            ("g_loss", g_loss),
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
fn adaptive_instance_normalization_sets_mean_and_deviation() {
    tch::manual_seed(1);
    let x = Tensor::randn([2, 3, 8, 8], (Kind::Double, Device::Cpu)) * 5.0 - 2.0;
    let scale = Tensor::from_slice(&[1.0, 2.0, 3.0, 0.5, 1.5, 4.0]).view([2, 3, 1, 1]);
    let bias = Tensor::from_slice(&[0.0, -1.0, 2.0, 3.0, 0.5, -2.0]).view([2, 3, 1, 1]);
    let y = adaptive_instance_norm(&x, &scale, &bias);
    let axes = [2i64, 3];
    assert_near("mean", &y.mean_dim(axes.as_slice(), true, None), &bias, 1e-9);
    assert_near("deviation", &y.std_dim(axes.as_slice(), false, true), &scale, 1e-6);
}

#[test]
fn noise_without_strength_changes_nothing_at_first() {
    let gan = StyleGan::new(&small(), Device::Cpu).unwrap();
    let growth = Growth::full(2);
    let styles = one_style(&gan.generator.mapping.forward(&gan.noise(2)), growth);
    let [random, off] =
        [Noise::Random, Noise::Off].map(|noise| tch::no_grad(|| gan.generator.synthesize(&styles, growth, noise)));
    assert_near("images", &random, &off, 1e-6);
}

#[test]
fn truncation_moves_styles_to_their_mean() {
    let gan = StyleGan::new(&small(), Device::Cpu).unwrap();
    let (z, center) = (gan.noise(5), gan.mean_w());
    assert_eq!(center.size(), [1, 6]);
    let [full, half, none] = [1.0, 0.5, 0.0].map(|psi| gan.w(&z, &center, psi));
    assert_near("half way", &half, &((&full + &none) * 0.5), 1e-5);
    assert_near("the mean", &none, &center.expand([5, 6], false), 1e-6);
}

#[test]
fn parameters_are_those_of_the_paper() {
    let gan = StyleGan::new(&StyleGanConfig::paper(), Device::Cpu).unwrap();
    let [generator, discriminator] = gan.summaries();
    let parts: Vec<(&str, i64)> = generator.parameters_by_layer();
    // Two convolutions, and of each layer the strengths of its noise and a style for scale and bias.
    let styles = |channels: i64| 2 * (channels + 512 * 2 * channels + 2 * channels);
    let conv = |input: i64, output: i64| 9 * input * output + output;
    let block = |input: i64, output: i64| conv(input, output) + conv(output, output) + styles(output);
    assert_eq!(parts[0], ("mapping", 8 * (512 * 512 + 512)));
    assert_eq!(parts[1], ("constant", 16 * 512));
    assert_eq!(parts[2], ("block_4", conv(512, 512) + styles(512)));
    assert_eq!(parts[3], ("block_8", block(512, 512)));
    assert_eq!(parts[6], ("block_64", block(512, 256)));
    let all: i64 = trainable_variables(&gan.variables).iter().map(|(_, variable)| variable.numel() as i64).sum();
    assert_eq!(generator.parameters() + discriminator.parameters(), all, "a part is missing in a summary");
}

#[test]
fn presets_are_valid() {
    for preset in [Preset::Book, Preset::Quick, Preset::Smoke] {
        Config::preset(preset).check().unwrap();
    }
    let book = Config::preset(Preset::Book);
    assert_eq!((book.gan.side(), book.gan.mapping_layers, book.gan.r1_every), (64, 8, 1));
}
