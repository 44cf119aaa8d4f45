//! The worlds in which controllers play, made of the nets that were trained last.

use super::{generate_data, made_by, made_by_both, train_rnn, train_vae};
use crate::models::Vae;
#[cfg(feature = "mpi")]
use crate::models::cluster::Cluster;
use crate::models::controller::ControllerConfig;
use crate::models::dream::{Dream, Starts};
use crate::models::players::Players;
use crate::models::racing::Racing;
use crate::models::rollouts::Environment;
use anyhow::Result;
use car_racing::Config;
use common::cli::Context;
use common::training::{DataInfo, Run};
use std::sync::Arc;
use tch::Device;

/// V and M, and the environment that they know.
#[derive(Debug, Clone)]
pub struct Worlds {
    vae: Run<train_vae::Config>,
    rnn: Run<train_rnn::Config>,
    environment: Environment,
    device: Device,
}

impl Worlds {
    /// The nets that were trained last with this preset.
    ///
    /// # Errors
    /// They are not trained, or M was trained for another V.
    pub fn last(context: &Context) -> Result<Worlds> {
        let (vae, rnn) = (train_vae::last_run(context)?, train_rnn::last_run(context)?);
        let (rollouts, _) = generate_data::last(context)?;
        Ok(Worlds { vae, rnn, environment: rollouts.params.config.environment, device: context.device() })
    }

    /// The data of a controller's run: both nets.
    ///
    /// # Errors
    /// Parameters cannot be encoded.
    pub fn info(&self) -> Result<DataInfo> {
        let info = made_by_both(made_by(&self.vae)?, &made_by(&self.rnn)?);
        Ok(DataInfo { title: "CarRacing".to_string(), ..info })
    }

    /// Sizes of a controller.
    pub fn controller(&self) -> ControllerConfig {
        let rnn = &self.rnn.params.config.rnn;
        ControllerConfig { z_dim: rnn.z_dim, hidden: rnn.units }
    }

    /// The road.
    ///
    /// # Errors
    /// Weights are missing or damaged.
    pub fn racing(&self) -> Result<Racing> {
        // Rules end an episode, and nothing before.
        let config = Config { max_episode_steps: None, ..self.environment.config() };
        Ok(Racing { config, vae: self.vae()?, memory: train_rnn::open(&self.rnn, self.device)? })
    }

    /// V.
    ///
    /// # Errors
    /// Weights are missing or damaged.
    pub fn vae(&self) -> Result<Vae> {
        train_vae::open(&self.vae, self.device)
    }

    /// The dream of M.
    ///
    /// # Errors
    /// Weights are missing or damaged.
    pub fn dream(&self, starts: &Arc<Starts>, temperature: f64, dropout: f64) -> Result<Dream> {
        Ok(Dream { memory: train_rnn::open(&self.rnn, self.device)?, starts: starts.clone(), temperature, dropout })
    }

    /// Threads that play on the road.
    pub fn drivers(&self) -> Players {
        let worlds = self.clone();
        Players::new(threads(self.device), move || worlds.racing())
    }

    /// Threads that play on the road, here and, with the feature `mpi`, in all processes that `mpirun` started. `None` in the
    /// processes behind the first: there, its share was played until the first one ended.
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
