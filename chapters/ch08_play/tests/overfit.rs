//! The world model's nets learn a small batch by heart.

use ch08::models::mdn_rnn::{MdnRnnConfig, SequenceBatch};
use ch08::models::vae::{VaeConfig, VaeLoss};
use ch08::models::{MdnRnn, Vae};
use common::keras::{Adam, Optimizer, nhwc_to_nchw};
use tch::{Device, Kind, Tensor};
use testing_tensors::take_turn;

/// Two images: a bright field on dark ground, left and right.
fn images() -> Tensor {
    let images = Tensor::full([2, 64, 64, 3], 0.2, (Kind::Float, Device::Cpu));
    for (image, column) in [(0, 8), (1, 32)] {
        let _ = images.get(image).narrow(0, 20, 24).narrow(1, column, 24).fill_(0.9);
    }
    nhwc_to_nchw(&images)
}

#[test]
fn the_vae_learns_two_images() {
    let _turn = take_turn();
    let book = VaeConfig::book().loss;
    for loss in [book, VaeLoss::FreeBits] {
        tch::manual_seed(1);
        let vae = Vae::new(&VaeConfig { loss, ..VaeConfig::book() }, Device::Cpu).unwrap();
        let mut optimizer = Optimizer::for_variables(&vae.variables, Adam::new(1e-3));
        let mut step = || -> Vec<f64> {
            vae.train_step(&images(), &mut optimizer).iter().map(|(_, loss)| loss.double_value(&[])).collect()
        };
        let first = step();
        let last = (0..120).map(|_| step()).last().unwrap();
        for losses in [&first, &last] {
            assert!((losses[0] - losses[1] - losses[2]).abs() < 1e-3 * losses[0], "the loss is the sum of its parts");
        }
        assert!(last[1] < 0.5 * first[1] && last[0] < 0.5 * first[0], "{loss:?}: {first:?} to {last:?}");
    }
}

#[test]
fn the_mdn_rnn_learns_a_circle_and_its_rewards() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let config = MdnRnnConfig { z_dim: 2, action_dim: 1, units: 32, mixtures: 3, dropout: 0.0 };
    let rnn = MdnRnn::new(&config, Device::Cpu).unwrap();
    let mut optimizer = Optimizer::for_variables(&rnn.variables, Adam::new(1e-2));
    // Four points that go round in eight steps, with a reward at the top.
    let starts = Tensor::arange(4, (Kind::Float, Device::Cpu)).unsqueeze(1);
    let phase = (starts + Tensor::arange(17, (Kind::Float, Device::Cpu))) * (std::f64::consts::TAU / 8.0); // [4, 17]
    let z = Tensor::stack(&[phase.cos(), phase.sin()], -1);
    let rewards = phase.sin().gt(0.9).to_kind(Kind::Float);
    let batch = SequenceBatch::new(&z, &Tensor::zeros([4, 17, 1], (Kind::Float, Device::Cpu)), &rewards);
    let first = rnn.losses(&batch, false).map(|loss| loss.double_value(&[]));
    for _ in 0..300 {
        let _ = rnn.train_step(&batch, &mut optimizer);
    }
    let last = rnn.losses(&batch, false).map(|loss| loss.double_value(&[]));
    assert!((last[0] - last[1] - last[2]).abs() < 1e-5, "the loss is the sum of its parts: {last:?}");
    assert!(first[1] > 0.5 && last[1] < -0.7 && last[2] < 0.2, "{first:?} to {last:?}");
}
