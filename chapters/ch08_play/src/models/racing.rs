//! Controllers on the road: CarRacing as a world (pp. 303-306).

use super::mdn_rnn::MdnRnn;
use super::players::{Job, Played, World};
use super::vae::{FRAME, Vae, vae_input};
use super::world_model::{Agents, numbers};
use anyhow::Result;
use car_racing::{Action, CarRacing, Config, Outcome};
use std::ops::Range;
use tch::Tensor;

/// CarRacing as controllers see it.
#[derive(Debug)]
pub struct Racing {
    /// The environment.
    pub config: Config,
    /// V.
    pub vae: Vae,
    /// M.
    pub memory: MdnRnn,
}

/// A step of one of the episodes.
#[derive(Debug)]
pub struct Moment<'a> {
    /// Number of the episode in its group.
    pub episode: usize,
    /// The environment after the step.
    pub environment: &'a CarRacing,
    /// What was seen before it: a point of latent space, `[z_dim]`.
    pub z: Tensor,
    /// What was done.
    pub action: Action,
    /// What came of it.
    pub outcome: Outcome,
}

/// One of the episodes of a group.
struct Drive {
    /// Number in the group.
    episode: usize,
    environment: CarRacing,
    /// Steps since the last reward above 0.
    waiting: u32,
    played: Played,
    rewarded: bool,
    is_over: bool,
}

impl Racing {
    /// What V makes of the first frames of the tracks of these seeds: means and log variances, `[tracks, z_dim]` each.
    ///
    /// # Errors
    /// The configuration is invalid.
    pub fn first_frames(&self, seeds: Range<u64>) -> Result<[Tensor; 2]> {
        let [height, width, channels] = FRAME;
        let mut images = vec![];
        for seed in seeds {
            images.extend(CarRacing::new(self.config.clone())?.reset(Some(seed)));
        }
        let images = Tensor::from_slice(&images).view([-1, height, width, channels]);
        Ok(self.vae.distribution(&vae_input(&images, self.vae.variables.device())))
    }

    /// Plays a group of episodes, and tells every step.
    ///
    /// # Errors
    /// As [`World::play`], and those of `on_step`.
    pub fn drive(&self, jobs: &[Job], mut on_step: impl FnMut(Moment) -> Result<()>) -> Result<Vec<Played>> {
        let _no_grad = tch::no_grad_guard();
        let start = |(episode, job): (usize, &Job)| {
            let mut environment = CarRacing::new(self.config.clone())?;
            environment.begin(Some(job.seed));
            Ok(Drive { episode, environment, waiting: 0, played: Played::default(), rewarded: false, is_over: false })
        };
        let mut drives = jobs.iter().enumerate().map(start).collect::<Result<Vec<Drive>>>()?;
        let mut agents = Agents::new(jobs, &self.memory);
        let mut played = vec![Played::default(); jobs.len()];
        let length = self.config.image_len();
        let mut images = vec![0; jobs.len() * length];
        while !drives.is_empty() {
            images.truncate(drives.len() * length);
            for (drive, image) in drives.iter_mut().zip(images.chunks_exact_mut(length)) {
                drive.environment.observe(image)?;
            }
            let z = agents.see(&images, &self.vae);
            let actions = agents.act(&z);
            let rewarded: Vec<bool> = drives.iter().map(|drive| drive.rewarded).collect();
            agents.remember(&z, &actions, &rewarded, &self.memory);
            for (row, (drive, action)) in drives.iter_mut().zip(numbers(&actions)?).enumerate() {
                let job = &jobs[drive.episode];
                let outcome = drive.environment.advance(action)?;
                drive.account(&outcome, job);
                let (episode, environment) = (drive.episode, &drive.environment);
                on_step(Moment { episode, environment, z: z.get(row as i64), action, outcome })?;
                played[episode] = drive.played;
            }
            let rows: Vec<usize> = (0..drives.len()).filter(|&row| !drives[row].is_over).collect();
            if rows.len() < drives.len() && !rows.is_empty() {
                agents.keep(&rows);
            }
            drives.retain(|drive| !drive.is_over);
        }
        Ok(played)
    }
}

impl Drive {
    fn account(&mut self, outcome: &Outcome, job: &Job) {
        self.rewarded = outcome.reward > 0.0;
        self.waiting = if self.rewarded { 0 } else { self.waiting + 1 };
        self.played.score += outcome.reward;
        self.played.steps += 1;
        let hopeless = job.rules.hopeless_after.is_some_and(|most| self.waiting >= most);
        self.is_over = outcome.is_over() || hopeless || self.played.steps >= job.rules.max_steps;
    }
}

impl World for Racing {
    fn play(&mut self, jobs: &[Job]) -> Result<Vec<Played>> {
        self.drive(jobs, |_| Ok(()))
    }
}
