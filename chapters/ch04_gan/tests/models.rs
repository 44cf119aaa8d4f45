//! The nets against the book's parameter counts.

use ch04::experiments::{gan_camel, wgan_cifar, wgangp_faces};
use ch04::models::{Gan, NetConfig, Networks, Wgan, WganGp};
use common::training::ExperimentConfig;
use common::training::Preset;
use testing_tensors::device;

/// Critic and generator: parameters in all, trainable ones, and those of each layer.
fn check(networks: &Networks, critic: &[(&str, i64)], generator: &[(&str, i64)], sums: [i64; 3]) {
    let [of_critic, of_generator, joined] =
        [&networks.critic, &networks.generator, &networks.model].map(|net| net.summary());
    assert_eq!(of_critic.parameters_by_layer(), critic);
    assert_eq!(of_generator.parameters_by_layer(), generator);
    let trainable = of_generator.layers.iter().map(|layer| layer.trainable).sum::<i64>();
    assert_eq!([of_critic.parameters(), of_generator.parameters(), trainable], sums);
    assert_eq!(joined.parameters(), sums[0] + sums[1]);
    assert_eq!(*of_critic.layers.last().unwrap().output_shape(), [1]);
    assert_eq!(of_generator.layers.last().unwrap().output_shape(), of_critic.layers[0].output_shape());
}

#[test]
fn parameters_of_the_gan_are_the_books() {
    check(
        &Gan::new(&NetConfig::drawings(), device()).unwrap().networks,
        &[
            ("discriminator_conv_0", 1_664),
            ("discriminator_conv_1", 102_464),
            ("discriminator_conv_2", 204_928),
            ("discriminator_conv_3", 409_728),
            ("discriminator_dense", 2_049),
        ],
        &[
            ("generator_dense", 316_736),
            ("generator_batch_norm_0", 12_544),
            ("generator_conv_0", 204_928),
            ("generator_batch_norm_1", 512),
            ("generator_conv_1", 204_864),
            ("generator_batch_norm_2", 256),
            ("generator_conv_2", 102_464),
            ("generator_batch_norm_3", 256),
            ("generator_conv_3", 1_601),
        ],
        [720_833, 844_161, 837_377],
    );
}

#[test]
fn parameters_of_the_wgan_are_the_books() {
    check(
        &Wgan::new(&NetConfig::cifar(), 5, 0.01, device()).unwrap().networks,
        &[
            ("critic_conv_0", 2_432),
            ("critic_conv_1", 51_264),
            ("critic_conv_2", 204_928),
            ("critic_conv_3", 409_728),
            ("critic_dense", 2_049),
        ],
        &[
            ("generator_dense", 206_848),
            ("generator_batch_norm_0", 8_192),
            ("generator_conv_0", 409_728),
            ("generator_batch_norm_1", 512),
            ("generator_conv_1", 204_864),
            ("generator_batch_norm_2", 256),
            ("generator_conv_2", 51_232),
            ("generator_batch_norm_3", 128),
            ("generator_conv_3", 2_403),
        ],
        [670_401, 884_163, 879_619],
    );
}

#[test]
fn parameters_of_the_wgan_gp_are_the_books() {
    check(
        &WganGp::new(&NetConfig::faces(), 5, 10.0, device()).unwrap().networks,
        &[
            ("critic_conv_0", 4_864),
            ("critic_conv_1", 204_928),
            ("critic_conv_2", 819_456),
            ("critic_conv_3", 3_277_312),
            ("critic_dense", 8_193),
        ],
        &[
            ("generator_dense", 827_392),
            ("generator_batch_norm_0", 32_768),
            ("generator_conv_0", 3_277_056),
            ("generator_batch_norm_1", 1_024),
            ("generator_conv_1", 819_328),
            ("generator_batch_norm_2", 512),
            ("generator_conv_2", 204_864),
            ("generator_batch_norm_3", 256),
            ("generator_conv_3", 4_803),
        ],
        [4_314_753, 5_168_003, 5_150_723],
    );
}

#[test]
fn every_kernel_starts_from_a_normal_distribution_of_deviation_0_02() {
    tch::manual_seed(1);
    let networks = WganGp::new(&NetConfig::faces(), 5, 10.0, device()).unwrap().networks;
    for variable in networks.critic.trainable().iter().chain(&networks.generator.trainable()) {
        if variable.dim() > 1 && variable.numel() > 2000 {
            let deviation = variable.std(true).double_value(&[]);
            assert!((deviation - 0.02).abs() < 0.001, "{:?}: {deviation}", variable.size());
        }
    }
}

#[test]
fn presets_change_the_amount_and_not_the_model() {
    for preset in [Preset::Quick, Preset::Smoke] {
        assert_eq!(gan_camel::Config::preset(preset).net, NetConfig::drawings());
        assert_eq!(wgan_cifar::Config::preset(preset).net, NetConfig::cifar());
        assert_eq!(wgangp_faces::Config::preset(preset).net, NetConfig::faces());
    }
    for preset in [Preset::Book, Preset::Quick, Preset::Smoke] {
        gan_camel::Config::preset(preset).check().unwrap();
        wgan_cifar::Config::preset(preset).check().unwrap();
        wgangp_faces::Config::preset(preset).check().unwrap();
    }
    let book = gan_camel::Config::preset(Preset::Book);
    assert_eq!((book.fit.epochs, book.fit.batch_size, book.drawings), (6000, 64, 80_000));
}
