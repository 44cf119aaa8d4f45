//! The worlds in which controllers play, made of the nets that were trained last.

use super::{generate_data, made_by, made_by_both, rnn_data, train_rnn, train_vae};
#[cfg(feature = "mpi")]
use crate::models::cluster::Cluster;
use crate::models::controller::ControllerConfig;
use crate::models::dream::{Dream, Starts};
use crate::models::players::Players;
use crate::models::racing::Racing;
use crate::models::rollouts::Environment;
use crate::models::{MdnRnn, Vae, pretrained};
use anyhow::Result;
use car_racing::Config;
use common::cli::Context;
use common::training::{DataInfo, Run};
use std::sync::Arc;
use tch::Device;

/// Tracks on whose first frames the dreams of the pretrained nets begin.
const STARTS: u64 = 100;

/// V and M, and the environment that they know.
#[derive(Debug, Clone)]
pub struct Worlds {
    nets: Nets,
    environment: Environment,
    device: Device,
}

/// Where V and M come from.
#[derive(Debug, Clone)]
enum Nets {
    /// The runs of 08_02 and 08_04.
    Trained { vae: Box<Run<train_vae::Config>>, rnn: Box<Run<train_rnn::Config>> },
    /// This chapter's files.
    Pretrained,
}

impl Worlds {
    /// The pretrained nets, or those that were trained last with this preset.
    ///
    /// # Errors
    /// As [`Worlds::last`].
    pub fn choose(context: &Context, pretrained: bool) -> Result<Worlds> {
        if pretrained { Ok(Worlds::pretrained(context.device())) } else { Worlds::last(context) }
    }

    /// The nets that come with this chapter.
    pub fn pretrained(device: Device) -> Worlds {
        Worlds { nets: Nets::Pretrained, environment: pretrained::ENVIRONMENT, device }
    }

    /// The nets that were trained last with this preset.
    ///
    /// # Errors
    /// They are not trained, or M was trained for another V.
    pub fn last(context: &Context) -> Result<Worlds> {
        let (vae, rnn) = (train_vae::last_run(context)?, train_rnn::last_run(context)?);
        let (rollouts, _) = generate_data::last(context)?;
        let nets = Nets::Trained { vae: Box::new(vae), rnn: Box::new(rnn) };
        Ok(Worlds { nets, environment: rollouts.params.config.environment, device: context.device() })
    }

    /// The data of a controller's run: both nets.
    ///
    /// # Errors
    /// Parameters cannot be encoded.
    pub fn info(&self) -> Result<DataInfo> {
        let Nets::Trained { vae, rnn } = &self.nets else { return Ok(pretrained::info()) };
        let info = made_by_both(made_by(vae)?, &made_by(rnn)?);
        Ok(DataInfo { title: "CarRacing".to_string(), ..info })
    }

    /// Sizes of a controller.
    pub fn controller(&self) -> ControllerConfig {
        let Nets::Trained { rnn, .. } = &self.nets else { return pretrained::controller_config() };
        let rnn = &rnn.params.config.rnn;
        ControllerConfig { z_dim: rnn.z_dim, hidden: rnn.units }
    }

    /// The road.
    ///
    /// # Errors
    /// Weights are missing or damaged.
    pub fn racing(&self) -> Result<Racing> {
        // Rules end an episode, and nothing before.
        let config = Config { max_episode_steps: None, ..self.environment.config() };
        Ok(Racing { config, vae: self.vae()?, memory: self.memory()? })
    }

    /// V.
    ///
    /// # Errors
    /// Weights are missing or damaged.
    pub fn vae(&self) -> Result<Vae> {
        match &self.nets {
            Nets::Trained { vae, .. } => train_vae::open(vae, self.device),
            Nets::Pretrained => pretrained::vae(self.device),
        }
    }

    fn memory(&self) -> Result<MdnRnn> {
        match &self.nets {
            Nets::Trained { rnn, .. } => train_rnn::open(rnn, self.device),
            Nets::Pretrained => pretrained::memory(self.device),
        }
    }

    /// Where dreams begin: the first frames of the episodes that M learned from, or of some tracks.
    ///
    /// # Errors
    /// There are no encoded episodes.
    pub fn starts(&self, context: &Context) -> Result<Starts> {
        let [mu, log_var] = match &self.nets {
            Nets::Trained { .. } => {
                let (_, series) = rnn_data::last(context)?;
                [series.mu, series.log_var].map(|part| part.select(1, 0)) // [episodes, time, z_dim] -> [episodes, z_dim]
            }
            Nets::Pretrained => self.racing()?.first_frames(0..STARTS)?,
        };
        Starts::new(&mu, &log_var)
    }

    /// The dream of M.
    ///
    /// # Errors
    /// Weights are missing or damaged.
    pub fn dream(&self, starts: &Arc<Starts>, temperature: f64, dropout: f64) -> Result<Dream> {
        Ok(Dream { memory: self.memory()?, starts: starts.clone(), temperature, dropout })
    }

    /// Threads that play on the road.
    pub fn drivers(&self) -> Players {
        let worlds = self.clone();
        Players::new(threads(self.device), move || worlds.racing())
    }

    /// Threads that play on the road, here and, with the feature `mpi`, in all processes that `mpirun` started. `None` in the
    /// processes after the first: there, its share was played until the first one ended.
    ///
    /// # Errors
    /// MPI fails.
    pub fn drivers_everywhere(&self) -> Result<Option<Players>> {
        #[cfg(feature = "mpi")]
        if let Some(cluster) = Cluster::join()? {
            let drivers = self.drivers();
            return if cluster.leads() {
                Ok(Some(drivers.with_others(Box::new(cluster))))
            } else {
                cluster.follow(&drivers).map(|()| None)
            };
        }
        Ok(Some(self.drivers()))
    }

    /// Threads that dream.
    pub fn dreamers(&self, starts: &Arc<Starts>, temperature: f64, dropout: f64) -> Players {
        let (worlds, starts) = (self.clone(), starts.clone());
        Players::new(threads(self.device), move || worlds.dream(&starts, temperature, dropout))
    }
}

/// Threads that play: one for each core. A GPU is shared by two, so that it works while the other steps cars.
fn threads(device: Device) -> usize {
    if device == Device::Cpu { tch::get_num_threads().max(1) as usize } else { 2 }
}
