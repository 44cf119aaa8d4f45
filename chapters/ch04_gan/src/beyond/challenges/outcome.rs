//! One training run and its measurements.

use super::config::{Config, Method, Setup};
use super::measures::{Evaluator, Measure, Measures};
use super::statistics::window_means;
use crate::models::{Gan, Iterations, LearningRates, Networks, Optimizers, WganGp};
use anyhow::{Result, ensure};
use common::arrays::array4;
use common::datasets::image_batches::ImageSource;
use common::device;
use common::keras::RmsProp;
use common::metrics::Modes;
use common::training::{History, RunFolder};
use ndarray::Array4;
use tch::{Device, Kind, Tensor};

/// Number of samples shown of each run.
const SHOWN: i64 = 36;

/// A finished training run.
#[derive(Debug)]
pub struct Outcome {
    /// What was trained.
    pub setup: Setup,
    /// Losses by iteration.
    pub history: History,
    /// Measurements by iteration.
    pub measures: Measures,
    /// Iterations between two measurements.
    pub measured_every: u64,
    /// The measurement of the trained generator.
    pub last: Measure,
    /// The categories of its samples.
    pub modes: Modes,
    /// Some samples, `[n, 28, 28, 1]`.
    pub samples: Array4<f32>,
}

impl Outcome {
    /// Trains a setup in its folder, or resumes it; a finished run is only evaluated.
    ///
    /// # Errors
    /// As training; or the folder is already trained for more iterations.
    pub fn train(
        setup: Setup,
        config: &Config,
        folder: &RunFolder,
        drawings: &Tensor,
        evaluator: &Evaluator,
        seed: u64,
        device: Device,
    ) -> Result<Outcome> {
        let (fit, measured_every) = (config.fit(&setup), config.measured_every(&setup));
        let checkpoint = folder.checkpoint();
        let done = if checkpoint.exists() { checkpoint.epochs()? } else { 0 };
        ensure!(
            done <= fit.epochs,
            "{} is already trained for {done} iterations: {} are too few",
            folder.path.display(),
            fit.epochs
        );
        let real = ImageSource::Memory(drawings.shallow_clone());
        let mut measures = Measures::of(&folder.path)?;
        // The same latent points in all runs and at all times.
        device::seed(&[seed, 3]);
        let noise = Tensor::randn([config.measured, setup.net.z_dim], (Kind::Float, device));
        let after = Box::new(|networks: &Networks, iteration: u64| {
            if iteration.is_multiple_of(measured_every) {
                measures.add(evaluator.measure(iteration, &networks.images(&noise))?)?;
            }
            Ok(())
        });
        device::seed(&[seed]);
        let start = |networks: &Networks, optimizers, batches| {
            folder.plot_model(&networks.models())?;
            Iterations::start(networks, optimizers, &real, batches, fit, (folder, seed), after)
        };
        let networks = match setup.method {
            Method::Gan { rates: LearningRates { discriminator, generator }, extra_generator_steps } => {
                let gan = Gan::new(&setup.net, device)?.with_extra_generator_steps(extra_generator_steps);
                let rules = [discriminator, generator].map(RmsProp::new);
                let optimizers = Optimizers::new(&gan.networks, rules[0], rules[1]);
                gan.train(&mut start(&gan.networks, optimizers, 1)?)?;
                gan.networks
            }
            Method::WganGp { learning_rate } => {
                let wgan = WganGp::new(&setup.net, config.n_critic, config.grad_weight, device)?;
                let optimizers = wgan.optimizers(learning_rate);
                wgan.train(&mut start(&wgan.networks, optimizers, wgan.n_critic)?)?;
                wgan.networks
            }
        };

        let samples = networks.images(&noise);
        Ok(Outcome {
            history: folder.history()?,
            measures,
            measured_every,
            last: evaluator.measure(fit.epochs, &samples)?,
            modes: evaluator.modes(&samples)?,
            samples: array4(&samples.narrow(0, 0, SHOWN.min(config.measured)))?,
            setup,
        })
    }

    /// A loss, as the mean over the iterations before each measurement.
    pub fn loss_by_measure(&self, metric: &str) -> Vec<f64> {
        window_means(&self.loss(metric), self.measured_every as usize)
    }

    /// A loss by iteration.
    pub fn loss(&self, metric: &str) -> Vec<f64> {
        self.history.metric(metric).unwrap_or_default()
    }
}
