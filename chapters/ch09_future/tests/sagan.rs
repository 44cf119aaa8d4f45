//! SAGAN against PyTorch with the same weights, images and noise, in f64 (`fixtures/make_residual_gan_fixtures.py`),
//! and what its layers do.

use ch09::experiments::sagan::Config;
use ch09::models::image_attention::ImageAttention;
use ch09::models::residual_nets::ResidualConfig;
use ch09::models::sagan::{Sagan, SaganConfig};
use ch09::models::spectral_norm::SpectralConv;
use common::keras::weights::{assign, named_variables, to_keras, trainable_variables};
use common::keras::{Initializer, nhwc_to_nchw};
use common::training::{ExperimentConfig, Preset};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};
use testing_tensors::{Fixture, assert_near, device, take_turn};

const TOLERANCE: f64 = 1e-9;

fn small() -> SaganConfig {
    let nets = ResidualConfig { generator: vec![4, 3, 2], discriminator: vec![3, 4, 4], attention_side: Some(8) };
    SaganConfig { nets, z_dim: 4, ..SaganConfig::paper() }
}

/// Nets with the fixture's weights, in f64.
fn open() -> (Fixture, Sagan) {
    let fixture = Fixture::open("tests/fixtures/sagan.npz");
    let mut gan = Sagan::new(&small(), [3, 3], device()).unwrap();
    gan.variables.double();
    assign(&gan.variables, fixture.below("w/")).unwrap();
    (fixture, gan)
}

#[test]
fn nets_are_those_of_the_formulas() {
    let _turn = take_turn();
    let (fixture, gan) = open();
    let (z, classes) = (fixture.tensor("z"), fixture.tensor("classes"));
    let attended = gan.attended(&z, &classes);
    assert_near("images", &(&attended.images * 2.0 - 1.0), &fixture.tensor("images"), TOLERANCE);
    let weights = attended.weights.unwrap();
    assert_eq!(weights.size(), [4, 64, 64]);
    assert_near("attention", &weights.narrow(0, 0, 1).narrow(1, 0, 8), &fixture.tensor("attention"), TOLERANCE);
    let images = nhwc_to_nchw(&fixture.tensor("images"));
    let scores = gan.discriminator.forward(&images, &classes, false);
    assert_near("scores", &scores, &fixture.tensor("scores"), TOLERANCE);
}

#[test]
fn training_steps_are_those_of_the_formulas() {
    let _turn = take_turn();
    let (fixture, gan) = open();
    let mut optimizers = gan.optimizers();
    for step in 0..2 {
        let at = |name: &str| fixture.tensor(&format!("step{step}/{name}"));
        let (real, of_real) = (nhwc_to_nchw(&at("real")), at("of_real"));
        let (z, of_fakes) = (at("z_d"), at("of_fakes"));
        let d = gan.train_discriminator([&real, &of_real], [&z, &of_fakes], &mut optimizers.discriminator);
        let g_loss = gan.train_generator(&at("z_g"), &at("of_g"), &mut optimizers.generator);
        for (name, loss) in [("d_loss_real", d.loss_real), ("d_loss_fake", d.loss_fake), ("g_loss", g_loss)] {
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
fn spectral_normalization_finds_the_largest_singular_value() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let store = VarStore::new(Device::Cpu);
    let conv = SpectralConv::without_bias(&store.root(), [6, 5], 3, Initializer::Normal(1.0)).unwrap();
    let x = Tensor::randn([1, 6, 7, 7], (Kind::Float, Device::Cpu));
    let before = named_variables(&store)["u"].copy();
    tch::no_grad(|| (0..1000).for_each(|_| drop(conv.forward(&x, true))));
    let variables = named_variables(&store);
    assert!(variables["u"] != before, "u stays where it is");
    let matrix = conv.matrix();
    let (_, values, _) = tch::no_grad(|| matrix.svd(true, true));
    let largest = values.max();
    let normalized = &variables["kernel"] / &largest;
    let expected = x.conv2d(&normalized, None::<&Tensor>, [1, 1], [1, 1], [1, 1], 1);
    assert_near("output", &conv.forward(&x, false), &expected, 1e-4);
    assert!(!variables["u"].requires_grad() && variables["kernel"].requires_grad());
}

#[test]
fn orthogonal_kernels_are_orthogonal() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let store = VarStore::new(Device::Cpu);
    let conv = SpectralConv::new(&store.root(), [4, 8], 3, Initializer::Orthogonal).unwrap();
    let matrix = conv.matrix();
    let products = matrix.matmul(&matrix.transpose(0, 1));
    assert_near("products of rows", &products, &Tensor::eye(8, (Kind::Float, Device::Cpu)), 1e-5);
}

#[test]
fn attention_begins_as_nothing_and_its_weights_sum_to_one() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let store = VarStore::new(Device::Cpu);
    let layer = ImageAttention::new(&store.root(), 16, Initializer::GlorotUniform).unwrap();
    let x = Tensor::randn([2, 16, 4, 6], (Kind::Float, Device::Cpu));
    let (y, weights) = layer.forward(&x, true);
    assert_near("output", &y, &x, 1e-6);
    assert_eq!(layer.gamma(), 0.0);
    let sums = weights.sum_dim_intlist(-1, false, None);
    assert_near("sums over keys", &sums, &sums.ones_like(), 1e-5);
    // gamma learns all the same.
    let gamma = named_variables(&store)["gamma"].shallow_clone();
    let gradient = Tensor::run_backward(&[(y * &x).sum(None)], &[&gamma], false, false).remove(0);
    assert!(gradient.abs().double_value(&[0]) > 0.0);
}

#[test]
fn summaries_count_all_variables() {
    let _turn = take_turn();
    let gan = Sagan::new(&SaganConfig::paper(), [3, 10], Device::Cpu).unwrap();
    let all: i64 = trainable_variables(&gan.variables).iter().map(|(_, variable)| variable.numel() as i64).sum();
    let [generator, discriminator] = gan.summaries();
    assert_eq!(generator.trainable() + discriminator.trainable(), all, "a part is missing in a summary");
    // Two convolutions of 3 x 3 and one of 1 x 1, and four tables of 10 classes.
    let conv = |size: i64| size * size * 256 * 256 + 256;
    let block = generator.layers.iter().find(|layer| layer.name == "block_8").unwrap();
    assert_eq!(block.trainable, 2 * conv(3) + conv(1) + 4 * 10 * 256);
    // Attention: three maps to an eighth of the channels, one back, and gamma.
    let attention = generator.layers.iter().find(|layer| layer.name == "attention").unwrap();
    assert_eq!(attention.trainable, 4 * 256 * 32 + 1);
}

#[test]
fn presets_are_valid() {
    for preset in [Preset::Book, Preset::Quick, Preset::Smoke] {
        Config::preset(preset).check().unwrap();
    }
    let book = Config::preset(Preset::Book).gan;
    assert_eq!((book.generator_learning_rate, book.discriminator_learning_rate), (1e-4, 4e-4));
}
