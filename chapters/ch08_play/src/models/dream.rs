//! The dream (pp. 310-313): M in place of the environment.

use super::mdn_rnn::MdnRnn;
use super::players::{Job, Played, World};
use super::world_model::{Agents, numbers};
use anyhow::{Result, ensure};
use car_racing::Action;
use common::device::mix;
use std::sync::Arc;
use tch::{Device, Tensor};

/// Controllers see what M expects, and are rewarded when M expects it.
#[derive(Debug)]
pub struct Dream {
    /// M.
    pub memory: MdnRnn,
    /// Where dreams begin.
    pub starts: Arc<Starts>,
    /// How much chance there is: above 1 the next frame is less certain than M thinks (p. 315).
    pub temperature: f64,
    /// The part of M's units that are left out at each step, by chance: another remedy.
    pub dropout: f64,
}

/// A step of all dreams of a group.
#[derive(Debug)]
pub struct DreamMoment<'a> {
    /// What was seen before it, `[n, z_dim]`.
    pub z: &'a Tensor,
    /// What was done.
    pub actions: &'a [Action],
    /// Whether the step was rewarded.
    pub rewarded: &'a [bool],
}

impl Dream {
    /// Dreams a group of episodes, all as long as the longest, and tells every step. Dreams are never given up.
    ///
    /// # Errors
    /// As [`World::play`], and those of `on_step`.
    pub fn dream(&self, jobs: &[Job], mut on_step: impl FnMut(DreamMoment) -> Result<()>) -> Result<Vec<Played>> {
        let _no_grad = tch::no_grad_guard();
        let mut agents = Agents::new(jobs, &self.memory);
        let [mu, log_var] = self.starts.for_jobs(jobs).map(|part| part.to_device(self.memory.variables.device()));
        let mut z = agents.sample(&mu, &log_var);
        let mut rewarded = vec![false; jobs.len()];
        let mut played = vec![Played::default(); jobs.len()];
        let steps = jobs.iter().map(|job| job.rules.max_steps).max().unwrap_or_default();
        for _ in 0..steps {
            let actions = agents.act(&z);
            agents.remember(&z, &actions, &rewarded, &self.memory);
            let prediction = agents.expect(&self.memory, self.dropout);
            let z_dim = z.size()[1];
            let (uniform, normal) = (agents.uniform(z_dim), agents.normal(z_dim));
            let next = prediction.sample(self.temperature, &uniform, &normal);
            rewarded = Vec::<bool>::try_from(prediction.is_rewarded())?;
            for (played, &rewarded) in played.iter_mut().zip(&rewarded) {
                played.score += f64::from(u8::from(rewarded));
                played.steps += 1;
            }
            on_step(DreamMoment { z: &z, actions: &numbers(&actions)?, rewarded: &rewarded })?;
            z = next;
        }
        ensure!(z.isfinite().all().int64_value(&[]) == 1, "the dream ended in NaN: choose a lower temperature");
        Ok(played)
    }
}

impl World for Dream {
    fn play(&mut self, jobs: &[Job]) -> Result<Vec<Played>> {
        self.dream(jobs, |_| Ok(()))
    }
}

/// The first frames of real episodes, as V sees them. Threads share it, so it has numbers and no tensors.
#[derive(Debug)]
pub struct Starts {
    z_dim: usize,
    /// Means and log variances, `[episodes, z_dim]` each.
    parts: [Vec<f32>; 2],
}

impl Starts {
    /// Starts with these means and log variances, `[episodes, z_dim]` each.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn new(mu: &Tensor, log_var: &Tensor) -> Result<Starts> {
        let numbers = |part: &Tensor| Vec::<f32>::try_from(part.to_device(Device::Cpu).reshape(-1));
        Ok(Starts { z_dim: mu.size()[1] as usize, parts: [numbers(mu)?, numbers(log_var)?] })
    }

    /// Means and log variances of one start for each episode, `[n, z_dim]` each.
    fn for_jobs(&self, jobs: &[Job]) -> [Tensor; 2] {
        let z_dim = self.z_dim;
        let count = (self.parts[0].len() / z_dim) as u64;
        self.parts.each_ref().map(|part| {
            let start = |job: &Job| (mix(&[job.seed, 2]) % count) as usize * z_dim;
            let rows: Vec<f32> = jobs.iter().flat_map(|job| &part[start(job)..start(job) + z_dim]).copied().collect();
            Tensor::from_slice(&rows).view([-1, z_dim as i64])
        })
    }
}
