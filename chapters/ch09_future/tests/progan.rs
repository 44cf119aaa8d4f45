//! ProGAN against PyTorch with the same weights, images and noise, in f64 (`fixtures/make_progan_fixtures.py`).

use ch09::experiments::progan::Config;
use ch09::models::growing::Growth;
use ch09::models::progan::{ProGan, ProGanConfig};
use common::keras::weights::{assign, named_variables, to_keras};
use common::keras::{nchw_to_nhwc, nhwc_to_nchw};
use common::training::{ExperimentConfig, Preset};
use tch::Device;
use testing_tensors::{Fixture, assert_near, device};

const TOLERANCE: f64 = 1e-9;

fn small() -> ProGanConfig {
    ProGanConfig { channels: vec![5, 4, 3], z_dim: 4, average_decay: 0.9, ..ProGanConfig::paper() }
}

/// Nets with the fixture's weights, in f64.
fn open() -> (Fixture, ProGan) {
    let fixture = Fixture::open("tests/fixtures/progan.npz");
    let mut gan = ProGan::new(&small(), device()).unwrap();
    gan.variables.double();
    assign(&gan.variables, fixture.below("w/")).unwrap();
    (fixture, gan)
}

#[test]
fn nets_are_those_of_the_formulas_at_each_growth() {
    let (fixture, gan) = open();
    let z = fixture.tensor("z");
    for (level, alpha) in [(0, 1.0), (1, 1.0), (2, 0.25), (2, 1.0)] {
        let growth = Growth { level, alpha };
        let name = format!("{level}_{alpha:?}");
        let images = gan.generator.forward(&z, growth);
        let expected = fixture.tensor(&format!("images/{name}"));
        assert_near(&format!("images {name}"), &nchw_to_nhwc(&images).narrow(0, 0, 2), &expected, TOLERANCE);
        let scores = gan.discriminator.forward(&images, growth);
        assert_near(&format!("scores {name}"), &scores, &fixture.tensor(&format!("scores/{name}")), TOLERANCE);
    }
}

#[test]
fn training_steps_are_those_of_the_formulas() {
    let (fixture, gan) = open();
    let mut optimizers = gan.optimizers();
    for (step, alpha) in [(0, 0.25), (1, 1.0)] {
        let growth = Growth { level: 2, alpha };
        let at = |name: &str| fixture.tensor(&format!("step{step}/{name}"));
        let real = growth.of_real(&nhwc_to_nchw(&at("real")), 2);
        assert_near("real images", &nchw_to_nhwc(&real).narrow(0, 0, 2), &at("real_seen"), TOLERANCE);
        let d = gan.train_discriminator(&real, &at("z_d"), &at("between"), growth, &mut optimizers.discriminator);
        let g_loss = gan.train_generator(&at("z_g"), growth, &mut optimizers.generator);
        for (name, loss) in [
            ("d_loss", d.loss),
            ("d_loss_real", d.loss_real),
            ("d_loss_fake", d.loss_fake),
            ("gradient_penalty", d.gradient_penalty),
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
fn blocks_that_are_not_in_use_stay_as_they_are() {
    let (fixture, gan) = open();
    let mut optimizers = gan.optimizers();
    let before = |name: &str| fixture.tensor(&format!("w/{name}"));
    let growth = Growth::full(1);
    let real = growth.of_real(&nhwc_to_nchw(&fixture.tensor("step0/real")), 2);
    assert_eq!(real.size(), [8, 3, 8, 8]);
    let [z, between] = ["step0/z_d", "step0/between"].map(|name| fixture.tensor(name));
    let _ = gan.train_discriminator(&real, &z, &between, growth, &mut optimizers.discriminator);
    let _ = gan.train_generator(&z, growth, &mut optimizers.generator);
    let variables = named_variables(&gan.variables);
    let moved = |name: &str| (to_keras(&variables[name]) - before(name)).abs().max().double_value(&[]) > 0.0;
    for name in ["generator/block_16/conv_0/kernel", "generator/to_rgb_4/kernel", "discriminator/from_rgb_16/kernel"] {
        assert!(!moved(name), "{name}");
    }
    for name in ["generator/block_8/conv_0/kernel", "generator/to_rgb_8/bias", "discriminator/block_4/kernel"] {
        assert!(moved(name), "{name}");
    }
    optimizers.reset();
    assert_eq!(optimizers.generator.optimizer.steps(), 0);
}

#[test]
fn parameters_are_those_of_the_paper() {
    // Table 2 of the paper counts its nets for 1024 x 1024 pixels. These are their first five levels.
    let gan = ProGan::new(&ProGanConfig::paper(), Device::Cpu).unwrap();
    let [generator, discriminator] = gan.summaries();
    let conv = |input: i64, output: i64, size: i64| size * size * input * output + output;
    let block = |from: i64, to: i64| conv(from, to, 3) + conv(to, to, 3);
    let expected = 512 * 8192 + 8192 + conv(512, 512, 3) + 3 * block(512, 512) + block(512, 256);
    assert_eq!(generator.parameters(), expected + 4 * conv(512, 3, 1) + conv(256, 3, 1));
    let blocks = conv(256, 256, 3) + conv(256, 512, 3) + 6 * conv(512, 512, 3) + conv(513, 512, 3);
    let ends = 4 * conv(3, 512, 1) + conv(3, 256, 1) + 8192 * 512 + 512 + 512 + 1;
    assert_eq!(discriminator.parameters(), blocks + ends);
    let variables = common::keras::weights::trainable_variables(&gan.variables);
    let all: i64 = variables.iter().map(|(_, variable)| variable.numel() as i64).sum();
    assert_eq!(generator.parameters() + discriminator.parameters(), all, "a part is missing in a summary");
}

#[test]
fn presets_are_valid() {
    for preset in [Preset::Book, Preset::Quick, Preset::Smoke] {
        Config::preset(preset).check().unwrap();
    }
    let book = Config::preset(Preset::Book);
    assert_eq!((book.gan.side(), book.training.fit.batch_size, book.gan.channels[0]), (64, 16, 512));
}
