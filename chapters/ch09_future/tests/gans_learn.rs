//! The GANs learn the color of their images, or of each class.

use ch09::models::biggan::{BigGan, BigGanConfig};
use ch09::models::growing::{Growth, Schedule};
use ch09::models::labelled_images::{LabelledImages, classes_in_turn};
use ch09::models::progan::{ProGan, ProGanConfig};
use ch09::models::residual_nets::ResidualConfig;
use ch09::models::sagan::{Sagan, SaganConfig};
use ch09::models::style_generator::one_style;
use ch09::models::stylegan::{Source, StyleGan, StyleGanConfig};
use ch09::models::styles::Noise;
use std::sync::MutexGuard;
use tch::{Device, Kind, Tensor};
use testing_tensors::take_turn;

fn alone() -> MutexGuard<'static, ()> {
    let turn = take_turn();
    tch::manual_seed(1);
    turn
}

/// Images of one color for nets that grow, `[8, 3, 8, 8]` in [-1, 1].
fn one_color() -> Tensor {
    Tensor::randn([8, 3, 8, 8], (Kind::Float, Device::Cpu)) * 0.05 + color().view([1, 3, 1, 1])
}

fn color() -> Tensor {
    Tensor::from_slice(&[0.8f32, -0.6, 0.1])
}

/// Asserts that images `[n, height, width, 3]` in [0, 1] have about that color.
#[track_caller]
fn assert_color(images: &Tensor) {
    let mean = images.mean_dim([0i64, 1, 2].as_slice(), false, None) * 2.0 - 1.0;
    let error = (mean - color()).abs().max().double_value(&[]);
    assert!(error < 0.25, "the mean color is off by {error}");
}

/// Dark images of class 0, and bright ones of class 1.
fn two_classes() -> LabelledImages {
    let labels = classes_in_turn(64, 2, Device::Cpu);
    let bright = labels.to_kind(Kind::Float).view([64, 1, 1, 1]) * 0.6 + 0.2;
    LabelledImages::new(&bright.expand([64, 16, 16, 3], false), &labels)
}

/// Asserts that images of class 0, made by a function of 16 classes, are darker than those of class 1.
#[track_caller]
fn assert_classes(generate: impl Fn(&Tensor) -> Tensor) {
    let [dark, bright] = [0, 1].map(|class: i64| {
        let classes = Tensor::full([16], class, (Kind::Int64, Device::Cpu));
        generate(&classes).mean(None).double_value(&[])
    });
    assert!(bright - dark > 0.2, "classes are alike: {dark} and {bright}");
}

#[test]
fn progan_learns_the_color_of_its_images() {
    let _alone = alone();
    let config = ProGanConfig {
        channels: vec![16, 16],
        z_dim: 8,
        learning_rate: 5e-3,
        average_decay: 0.9,
        schedule: Schedule { stable_images: 400, fade_images: 400 },
        ..ProGanConfig::paper()
    };
    let gan = ProGan::new(&config, Device::Cpu).unwrap();
    let mut optimizers = gan.optimizers();
    for step in 0..200 {
        let growth = gan.course(8).at(step);
        let between = Tensor::rand([8, 1, 1, 1], (Kind::Float, Device::Cpu));
        let real = growth.of_real(&one_color(), 1);
        let _ = gan.train_discriminator(&real, &gan.noise(8), &between, growth, &mut optimizers.discriminator);
        let _ = gan.train_generator(&gan.noise(8), growth, &mut optimizers.generator);
    }
    let images = gan.images(&gan.noise(16), Growth::full(1));
    assert_color(&images);
}

#[test]
fn stylegan_learns_the_color_of_its_images() {
    let _alone = alone();
    let config = StyleGanConfig {
        channels: vec![16, 16],
        first_level: 0,
        z_dim: 8,
        w_dim: 8,
        mapping_layers: 2,
        r1_every: 4,
        learning_rate: 5e-3,
        average_decay: 0.9,
        schedule: Schedule { stable_images: 400, fade_images: 400 },
        ..StyleGanConfig::paper()
    };
    let gan = StyleGan::new(&config, Device::Cpu).unwrap();
    let mut optimizers = gan.optimizers();
    let source = || Source { z: [gan.noise(8), gan.noise(8)], crossover: Some(1), noise: Noise::Random };
    for step in 0..200u64 {
        let growth = gan.course(8).at(step);
        let real = growth.of_real(&one_color(), 1);
        let penalizes = step.is_multiple_of(4);
        let _ = gan.train_discriminator(&real, &source(), growth, penalizes, &mut optimizers.discriminator);
        let _ = gan.train_generator(&source(), growth, &mut optimizers.generator);
    }
    let growth = Growth::full(1);
    let w = gan.w(&gan.noise(16), &gan.mean_w(), 1.0);
    let images = gan.images(&one_style(&w, growth), growth, Noise::Random);
    assert_color(&images);
}

#[test]
fn sagan_learns_the_colors_of_its_classes() {
    let _alone = alone();
    let nets = ResidualConfig { generator: vec![8; 3], discriminator: vec![8; 3], attention_side: Some(8) };
    let config = SaganConfig { nets, z_dim: 4, generator_learning_rate: 2e-3, discriminator_learning_rate: 4e-3 };
    let gan = Sagan::new(&config, [3, 2], Device::Cpu).unwrap();
    let mut optimizers = gan.optimizers();
    let images = two_classes();
    for _ in 0..150 {
        let (real, of_real) = images.batch(8, Device::Cpu);
        let (z, of_fakes) = (gan.noise(8), gan.random_classes(8));
        let _ = gan.train_discriminator([&real, &of_real], [&z, &of_fakes], &mut optimizers.discriminator);
        let _ = gan.train_generator(&gan.noise(8), &gan.random_classes(8), &mut optimizers.generator);
    }
    assert_classes(|classes| gan.images(&gan.noise(16), classes));
}

#[test]
fn biggan_learns_the_colors_of_its_classes() {
    let _alone = alone();
    let config = BigGanConfig {
        nets: ResidualConfig { generator: vec![8; 3], discriminator: vec![8; 3], attention_side: None },
        z_part: 2,
        embedding: 4,
        generator_learning_rate: 2e-3,
        discriminator_learning_rate: 4e-3,
        average_decay: 0.9,
        ..BigGanConfig::paper()
    };
    let gan = BigGan::new(&config, [3, 2], Device::Cpu).unwrap();
    let mut optimizers = gan.optimizers();
    let images = two_classes();
    for _ in 0..150 {
        let (real, of_real) = images.batch(8, Device::Cpu);
        let (z, of_fakes) = (gan.noise(8), gan.random_classes(8));
        let _ = gan.train_discriminator([&real, &of_real], [&z, &of_fakes], &mut optimizers.discriminator);
        let _ = gan.train_generator(&gan.noise(8), &gan.random_classes(8), &mut optimizers.generator);
    }
    assert_classes(|classes| gan.images(&gan.noise(16), classes));
}
