//! The nets against the book's parameter counts, their start, and the buffer of fakes.

use ch05::models::{CycleGan, FakeBuffer, GeneratorType, LossWeights, NetConfig};
use common::keras::{Model, Shape};
use std::collections::BTreeSet;
use tch::{Kind, Tensor};
use testing_tensors::{device, take_turn};

const WEIGHTS: LossWeights = LossWeights { validation: 1.0, reconstr: 10.0, id: 2.0 };

fn new(config: &NetConfig) -> CycleGan {
    CycleGan::new(config, WEIGHTS, device()).unwrap()
}

/// Parameters of each layer and in all; the shape of what the net makes.
fn check(net: &Model, layers: &[(&str, i64)], sum: i64, output: [i64; 3]) {
    let summary = net.summary();
    assert_eq!(summary.parameters_by_layer(), layers, "{}", net.name());
    assert_eq!(summary.parameters(), sum, "{}", net.name());
    assert_eq!(net.output_shapes()[0], output, "{}", net.name());
}

#[test]
fn parameters_for_apples_and_oranges_are_the_books() {
    let _turn = take_turn();
    let gan = new(&NetConfig::apples());
    for net in [&gan.g_ab, &gan.g_ba] {
        let layers = [
            ("d1", 1_568),
            ("d2", 32_832),
            ("d3", 131_200),
            ("d4", 524_544),
            ("u1", 524_416),
            ("u2", 262_208),
            ("u3", 65_568),
            ("output", 3_075),
        ];
        check(net, &layers, 1_545_411, [128, 128, 3]);
    }
    for net in [&gan.d_a, &gan.d_b] {
        let layers =
            [("conv4_0", 1_568), ("conv4_1", 32_832), ("conv4_2", 131_200), ("conv4_3", 524_544), ("output", 4_097)];
        check(net, &layers, 694_241, [16, 16, 1]);
    }
    assert_eq!(gan.combined.summary().parameters(), 2 * (1_545_411 + 694_241));
}

#[test]
fn parameters_for_monet_are_the_books() {
    let _turn = take_turn();
    let gan = new(&NetConfig::monet());
    let residuals: Vec<String> = (0..9).flat_map(|i| [0, 1].map(|part| format!("residual_{i}_{part}"))).collect();
    let mut layers = vec![("conv7s1", 4_736), ("downsample_0", 18_496), ("downsample_1", 73_856)];
    layers.extend(residuals.iter().map(|name| (name.as_str(), 147_584)));
    layers.extend([("upsample_0", 73_792), ("upsample_1", 18_464), ("output", 4_707)]);
    for net in [&gan.g_ab, &gan.g_ba] {
        check(net, &layers, 2_850_563, [256, 256, 3]);
    }
    for net in [&gan.d_a, &gan.d_b] {
        let layers =
            [("conv4_0", 3_136), ("conv4_1", 131_200), ("conv4_2", 524_544), ("conv4_3", 2_097_664), ("output", 8_193)];
        check(net, &layers, 2_764_737, [32, 32, 1]);
    }
    assert_eq!(gan.combined.summary().parameters(), 2 * (2_850_563 + 2_764_737));
}

fn kernels(net: &Model) -> Vec<Tensor> {
    net.trainable().into_iter().filter(|variable| variable.dim() == 4).collect()
}

#[test]
fn unets_start_from_keras_default_and_all_others_from_a_normal_distribution_of_deviation_0_02() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let (apples, monet) = (new(&NetConfig::apples()), new(&NetConfig::monet()));
    for kernel in kernels(&apples.g_ab) {
        let (limit, largest) = (glorot_limit(&kernel), kernel.abs().max().double_value(&[]));
        assert!(largest <= limit * 1.000001 && largest > 0.95 * limit, "{:?}: {largest}, {limit}", kernel.size());
    }
    for net in [&apples.d_a, &apples.d_b, &monet.d_a, &monet.d_b, &monet.g_ab, &monet.g_ba] {
        for kernel in kernels(net).iter().filter(|kernel| kernel.numel() > 2000) {
            let deviation = kernel.std(true).double_value(&[]);
            assert!((deviation - 0.02).abs() < 0.001, "{}: {:?}: {deviation}", net.name(), kernel.size());
        }
    }
    for gan in [&apples, &monet] {
        for net in [&gan.g_ab, &gan.g_ba, &gan.d_a, &gan.d_b] {
            let biases: Vec<Tensor> = net.trainable().into_iter().filter(|variable| variable.dim() == 1).collect();
            assert!(biases.iter().all(|bias| bias.abs().max().double_value(&[]) == 0.0), "{}", net.name());
        }
    }
}

/// The largest value that Glorot's uniform initializer gives a kernel.
fn glorot_limit(kernel: &Tensor) -> f64 {
    let size = kernel.size();
    (6.0 / ((size[0] + size[1]) * size[2] * size[3]) as f64).sqrt()
}

#[test]
fn images_that_do_not_come_back_in_their_size_are_an_error() {
    let _turn = take_turn();
    let config = NetConfig::apples();
    for (generator_type, side) in [(GeneratorType::Unet, 40), (GeneratorType::Resnet, 42)] {
        let config = NetConfig { generator_type, input_dim: [side, side, 3], ..config.clone() };
        assert!(CycleGan::new(&config, WEIGHTS, device()).is_err(), "{generator_type:?}");
    }
}

#[test]
fn the_buffer_draws_from_the_last_fakes_only_and_from_each_of_them() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let mut buffer = FakeBuffer::new(3, &Shape::from([2, 2, 1]), device());
    let mut ages = BTreeSet::new();
    for number in 0..200_i64 {
        let fake = Tensor::full([1, 1, 2, 2], number as f64, (Kind::Float, device()));
        let drawn = buffer.exchange(&fake);
        assert_eq!(drawn.size(), [1, 1, 2, 2]);
        let age = number - drawn.mean(Kind::Float).double_value(&[]) as i64;
        assert!((0..=number.min(2)).contains(&age), "fake {number}: one of age {age} was drawn");
        ages.insert(age);
    }
    assert_eq!(ages, BTreeSet::from([0, 1, 2]));
}
