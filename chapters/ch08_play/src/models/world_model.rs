//! What a controller knows of the world (pp. 281-282): V sees, M remembers.

use super::controller::{ACTIONS, act};
use super::mdn_rnn::{MdnRnn, Prediction, State, rnn_input};
use super::players::Job;
use super::vae::{FRAME, Vae, sampling, vae_input};
use anyhow::Result;
use common::device::mix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use tch::{Device, Kind, Tensor};

/// The memory of some controllers while they play in lock-step, one row each.
#[derive(Debug)]
pub struct Agents {
    /// `[n, 867]`.
    controllers: Tensor,
    /// M's state, `[n, 256]` each.
    state: State,
    /// Random numbers of each row.
    random: Vec<ChaCha8Rng>,
    device: Device,
}

impl Agents {
    /// The controllers of these episodes, with an empty memory.
    pub fn new(jobs: &[Job], memory: &MdnRnn) -> Agents {
        let device = memory.variables.device();
        let rows: Vec<Tensor> = jobs.iter().map(|job| Tensor::from_slice(&job.controller)).collect();
        let random = jobs.iter().map(|job| ChaCha8Rng::seed_from_u64(mix(&[job.seed, 1]))).collect();
        Agents {
            controllers: Tensor::stack(&rows, 0).to_device(device),
            state: memory.initial_state(jobs.len() as i64),
            random,
            device,
        }
    }

    /// Images, 64 x 64 x RGB each and one after the other, to points of latent space: samples of V's distributions,
    /// `[n, z_dim]`.
    pub fn see(&mut self, images: &[u8], vae: &Vae) -> Tensor {
        let [height, width, channels] = FRAME;
        let images = Tensor::from_slice(images).view([-1, height, width, channels]);
        let [mu, log_var] = vae.distribution(&vae_input(&images, self.device));
        self.sample(&mu, &log_var)
    }

    /// A sample of N(mu, exp(log_var)), `[n, z_dim]`, with each row's own random numbers.
    pub fn sample(&mut self, mu: &Tensor, log_var: &Tensor) -> Tensor {
        sampling(mu, log_var, &self.normal(mu.size()[1]))
    }

    /// Standard normal numbers, `[n, count]`.
    pub fn normal(&mut self, count: i64) -> Tensor {
        self.draw(count, |random| StandardNormal.sample(random))
    }

    /// Uniform numbers from [0, 1), `[n, count]`.
    pub fn uniform(&mut self, count: i64) -> Tensor {
        self.draw(count, RngExt::random)
    }

    fn draw(&mut self, count: i64, mut next: impl FnMut(&mut ChaCha8Rng) -> f32) -> Tensor {
        let numbers: Vec<f32> =
            self.random.iter_mut().flat_map(|random| (0..count).map(|_| next(random)).collect::<Vec<_>>()).collect();
        Tensor::from_slice(&numbers).view([-1, count]).to_device(self.device)
    }

    /// What the controllers do at z `[n, z_dim]` with what they remember: `[n, 3]`.
    pub fn act(&self, z: &Tensor) -> Tensor {
        act(&self.controllers, z, &self.state.h)
    }

    /// Remembers a step: what was seen, what was done, and whether the step before was rewarded.
    pub fn remember(&mut self, z: &Tensor, actions: &Tensor, rewarded: &[bool], memory: &MdnRnn) {
        let rewards: Vec<f32> = rewarded.iter().map(|&rewarded| f32::from(u8::from(rewarded))).collect();
        let rewards = Tensor::from_slice(&rewards).to_device(self.device);
        self.state = memory.next_state(&rnn_input(z, actions, &rewards), &self.state);
    }

    /// What M expects after all that is remembered. `dropout` is the part of its units that it does without, by chance, as
    /// in training with dropout.
    pub fn expect(&mut self, memory: &MdnRnn, dropout: f64) -> Prediction {
        let h = self.state.h.shallow_clone();
        if dropout == 0.0 {
            return memory.predict(&h);
        }
        let kept = self.uniform(h.size()[1]).ge(dropout);
        memory.predict(&(h * kept / (1.0 - dropout)))
    }

    /// Keeps only these rows: the episodes of the others are over.
    pub fn keep(&mut self, rows: &[usize]) {
        let index: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
        let index = Tensor::from_slice(&index).to_device(self.device);
        self.controllers = self.controllers.index_select(0, &index);
        self.state = State { h: self.state.h.index_select(0, &index), c: self.state.c.index_select(0, &index) };
        self.random = rows.iter().map(|&row| self.random[row].clone()).collect();
    }
}

/// Actions `[n, 3]` as numbers.
///
/// # Errors
/// libtorch fails.
pub fn numbers(actions: &Tensor) -> Result<Vec<[f64; ACTIONS as usize]>> {
    let flat: Vec<f64> = actions.to_device(Device::Cpu).to_kind(Kind::Double).reshape(-1).try_into()?;
    Ok(flat.as_chunks::<{ ACTIONS as usize }>().0.to_vec())
}
