//! The world model's nets: the book's parameter counts, shapes, and configurations that are refused.

use ch08::models::mdn_rnn::{MdnRnnConfig, Prediction, SequenceBatch, rnn_input};
use ch08::models::vae::{VaeConfig, VaeLoss};
use ch08::models::{MdnRnn, Vae};
use common::keras::nhwc_to_nchw;
use tch::{Kind, Tensor};
use testing_tensors::{assert_near, device};

fn random(shape: &[i64]) -> Tensor {
    Tensor::rand(shape, (Kind::Float, device()))
}

#[test]
fn parameters_of_the_vae_are_the_books() {
    let vae = Vae::new(&VaeConfig::book(), device()).unwrap();
    let encoder = vae.encoder.summary();
    let expected = [
        ("encoder_conv_0", 1_568),
        ("encoder_conv_1", 32_832),
        ("encoder_conv_2", 65_600),
        ("encoder_conv_3", 131_200),
        ("mu", 16_416),
        ("log_var", 16_416),
    ];
    assert_eq!(encoder.parameters_by_layer(), expected);
    let decoder = vae.decoder.summary();
    let expected = [
        ("decoder_dense", 33_792),
        ("decoder_conv_t_0", 1_638_464),
        ("decoder_conv_t_1", 102_464),
        ("decoder_conv_t_2", 73_760),
        ("decoder_conv_t_3", 3_459),
    ];
    assert_eq!(decoder.parameters_by_layer(), expected);
    let all = [encoder, decoder, vae.model.summary()].map(|summary| summary.parameters());
    assert_eq!(all, [264_032, 1_851_939, 2_115_971]);
    assert_eq!(vae.encoder_mu_log_var.summary().parameters(), 264_032);
}

#[test]
fn parameters_of_the_mdn_rnn_are_the_books() {
    let rnn = MdnRnn::new(&MdnRnnConfig::book(), device()).unwrap();
    let summary = rnn.model.summary();
    assert_eq!(summary.parameters_by_layer(), [("lstm", 300_032), ("mdn", 123_617)]);
    assert_eq!(summary.parameters(), 423_649);
    assert_eq!(rnn.variables.trainable_variables().len(), 5);
    let dropout = MdnRnn::new(&MdnRnnConfig { dropout: 0.1, ..MdnRnnConfig::book() }, device()).unwrap();
    assert_eq!(dropout.model.summary().parameters(), 423_649, "dropout has no weights");
}

#[test]
fn images_become_points_and_points_images() {
    let vae = Vae::new(&VaeConfig::book(), device()).unwrap();
    let shapes: Vec<_> = vae.decoder.layer_outputs(&random(&[1, 32]), false).iter().map(|(_, x)| x.size()).collect();
    let sides = [[1024, 1], [64, 5], [64, 13], [32, 30], [3, 64]];
    assert_eq!(shapes[1..], sides.map(|[channels, side]| vec![1, channels, side, side]));

    let images = random(&[2, 64, 64, 3]);
    let [mu, log_var] = vae.distribution(&nhwc_to_nchw(&images));
    assert_eq!((mu.size(), log_var.size()), (vec![2, 32], vec![2, 32]));
    let decoded = vae.decode(&mu);
    assert_eq!(decoded.size(), images.size());
    assert!(decoded.min().double_value(&[]) >= 0.0 && decoded.max().double_value(&[]) <= 1.0);
    assert!(!mu.requires_grad() && !decoded.requires_grad());
}

#[test]
fn sequences_become_predictions() {
    let config = MdnRnnConfig::book();
    assert_eq!(config.input_dim(), 36);
    let rnn = MdnRnn::new(&config, device()).unwrap();
    let (z, actions, rewards) = (random(&[2, 7, 32]), random(&[2, 7, 3]), random(&[2, 7]).round());
    let batch = SequenceBatch::new(&z, &actions, &rewards);
    let sizes = [&batch.input, &batch.next_z, &batch.next_reward].map(Tensor::size);
    assert_eq!(sizes, [vec![2, 6, 36], vec![2, 6, 32], vec![2, 6]]);
    // The input of a step and the target of the step before are the same z and reward.
    let [input, next_z] = [batch.input.narrow(1, 1, 5), batch.next_z.narrow(1, 0, 5)];
    assert_eq!((input.narrow(2, 0, 32), input.select(2, 35)), (next_z, batch.next_reward.narrow(1, 0, 5)));
    assert_eq!(input.narrow(2, 32, 3), actions.narrow(1, 1, 5));
    assert_eq!(rnn.model.forward_t(&batch.input, false).size(), [2, 6, 481]);

    let input = rnn_input(&z.select(1, 0), &actions.select(1, 0), &rewards.select(1, 0));
    assert_eq!(input, batch.input.select(1, 0));
    let (prediction, state) = rnn.step(&input, &rnn.initial_state(2));
    for part in [&prediction.log_pi, &prediction.mu, &prediction.log_sigma] {
        assert_eq!(part.size(), [2, 32, 5]);
        assert!(!part.requires_grad());
    }
    let weights = prediction.log_pi.exp().sum_dim_intlist(-1, false, None);
    assert_near("sums of weights", &weights, &weights.ones_like(), 1e-6);
    assert_eq!((state.h.size(), state.c.size()), (vec![2, 256], vec![2, 256]));
    assert_eq!(prediction.reward_logit.size(), [2]);
    assert_eq!(prediction.is_rewarded(), prediction.reward_logit.sigmoid().gt(0.5));
    assert_eq!(prediction.sample(1.0, &random(&[2, 32]), &random(&[2, 32])).size(), [2, 32]);
    // A mixture of one is that one.
    let prediction = Prediction::new(&random(&[2, 3 * 4 + 1]), 4, 1);
    let sample = prediction.sample(1.0, &random(&[2, 4]), &Tensor::zeros([2, 4], (Kind::Float, device())));
    assert_eq!(sample, prediction.mu.squeeze_dim(-1));
}

#[test]
fn dropout_is_of_training_only() {
    tch::manual_seed(1);
    let config = MdnRnnConfig { units: 16, dropout: 0.5, ..MdnRnnConfig::book() };
    let rnn = MdnRnn::new(&config, device()).unwrap();
    let x = random(&[2, 5, 36]);
    let [train, other, first, second] = [true, true, false, false].map(|train| rnn.model.forward_t(&x, train));
    assert!(train != other && first == second);
}

#[test]
fn values_out_of_bounds_are_errors() {
    let infinite = VaeLoss::MeanSquaredError { r_loss_factor: f64::INFINITY };
    for (config, key) in [
        (VaeConfig { z_dim: 0, ..VaeConfig::book() }, "z_dim"),
        (VaeConfig { z_dim: 1 << 40, ..VaeConfig::book() }, "z_dim"),
        (VaeConfig { loss: infinite, ..VaeConfig::book() }, "r_loss_factor"),
        (VaeConfig { loss: VaeLoss::MeanSquaredError { r_loss_factor: -1.0 }, ..VaeConfig::book() }, "r_loss_factor"),
    ] {
        let error = Vae::new(&config, device()).unwrap_err().to_string();
        assert!(error.contains(key), "{config:?}: {error}");
    }
    for (change, key) in [
        ((|config| config.z_dim = 0) as fn(&mut MdnRnnConfig), "z_dim"),
        (|config| config.action_dim = -1, "action_dim"),
        (|config| config.units = 1 << 40, "units"),
        (|config| config.mixtures = 0, "mixtures"),
        (|config| config.dropout = 1.0, "dropout"),
        (|config| config.dropout = f64::NAN, "dropout"),
    ] {
        let mut config = MdnRnnConfig::book();
        change(&mut config);
        let error = MdnRnn::new(&config, device()).unwrap_err().to_string();
        assert!(error.contains(key), "{config:?}: {error}");
    }
    assert!(VaeConfig { z_dim: 1, loss: VaeLoss::FreeBits }.check().is_ok());
}

#[test]
fn configurations_are_read_and_written() {
    let text = r#"{"z_dim":32,"loss":{"mean_squared_error":{"r_loss_factor":10000.0}}}"#;
    assert_eq!(serde_json::to_string(&VaeConfig::book()).unwrap(), text);
    assert_eq!(serde_json::from_str::<VaeConfig>(text).unwrap(), VaeConfig::book());
    let earlier: VaeConfig = serde_json::from_str(r#"{"z_dim":16,"loss":"free_bits"}"#).unwrap();
    assert_eq!(earlier, VaeConfig { z_dim: 16, loss: VaeLoss::FreeBits });
    let text = r#"{"z_dim":32,"action_dim":3,"units":256,"mixtures":5,"dropout":0.0}"#;
    assert_eq!(serde_json::from_str::<MdnRnnConfig>(text).unwrap(), MdnRnnConfig::book());
    assert!(serde_json::from_str::<MdnRnnConfig>(&text.replace("units", "unit")).is_err());
    assert!(serde_json::from_str::<VaeConfig>(r#"{"z_dim":32,"loss":"free_bits","z":1}"#).is_err());
}
