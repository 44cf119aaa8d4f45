//! What M expects to come next, step by step, along the actions of a real episode (p. 301).

use super::mdn_rnn::{MdnRnn, rnn_input};
use super::series::Series;
use common::device;
use tch::{Kind, Tensor};

/// M reads the first `seen` steps of an episode as they were. From there on it goes on from its own samples, for as many
/// steps as the episode has. Returns z of the imagined frames, `[time - seen, z_dim]`.
pub fn imagine(rnn: &MdnRnn, episode: &Series, seen: i64, temperature: f64, seed: u64) -> Tensor {
    let _no_grad = tch::no_grad_guard();
    device::seed(&[seed, 8]);
    let (to, time) = (rnn.variables.device(), episode.mu.size()[1]);
    let part = |part: &Tensor, step: i64| part.select(1, step).to_device(to); // [1, time, ..] -> [1, ..]
    let mut state = rnn.initial_state(1);
    let (mut z, mut reward) = (part(&episode.mu, 0), part(&episode.reward, 0));
    let mut imagined = vec![];
    for step in 0..time - 1 {
        let (prediction, next) = rnn.step(&rnn_input(&z, &part(&episode.action, step), &reward), &state);
        state = next;
        if step + 1 < seen {
            (z, reward) = (part(&episode.mu, step + 1), part(&episode.reward, step + 1));
        } else {
            let (uniform, normal) = (z.rand_like(), z.randn_like());
            z = prediction.sample(temperature, &uniform, &normal);
            reward = prediction.is_rewarded().to_kind(Kind::Float);
            imagined.push(z.squeeze_dim(0));
        }
    }
    Tensor::stack(&imagined, 0)
}
