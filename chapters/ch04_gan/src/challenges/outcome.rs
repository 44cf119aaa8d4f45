//! One training run, and what it is judged by.

use super::config::{Config, Method, Setup};
use super::hurried::HurriedGan;
use super::measures::{Evaluator, Measure, Measures};
use super::statistics::window_means;
use crate::fit::{Fit, Model, fit_and_watch, plot_model};
use crate::gan::Gan;
use crate::real_images::{RealImages, Source};
use crate::wgangp::WganGp;
use anyhow::{Result, ensure};
use common::arrays::array4;
use common::device;
use common::metrics::Modes;
use common::training::{History, RunFolder};
use ndarray::Array4;
use tch::{Device, Tensor};

/// Samples that are shown of each run.
const SHOWN: i64 = 36;

/// A finished training run.
#[derive(Debug)]
pub struct Outcome {
    /// What was trained.
    pub setup: Setup,
    /// Losses by iteration.
    pub history: History,
    /// Measures by iteration, every so many.
    pub measures: Measures,
    /// Iterations between two of them.
    pub measured_every: u64,
    /// The measures of the trained generator.
    pub last: Measure,
    /// The categories of its samples.
    pub modes: Modes,
    /// Some samples, `[n, 28, 28, 1]`.
    pub samples: Array4<f32>,
}

impl Outcome {
    /// Trains a setup in its folder, or goes on there; what is trained already is only looked at again.
    ///
    /// # Errors
    /// As training, or the folder has been trained for longer.
    pub fn train(
        setup: Setup,
        config: &Config,
        folder: &RunFolder,
        drawings: &Tensor,
        evaluator: &Evaluator,
        seed: u64,
        device: Device,
    ) -> Result<Outcome> {
        let fit = config.fit(&setup, seed);
        device::seed(&[seed]);
        let work = Work { config, folder, drawings, evaluator, fit, device };
        match setup.method {
            Method::Gan { rates, generator_steps } => {
                work.train(HurriedGan { gan: Gan::new(&setup.net, rates, device), generator_steps }, setup)
            }
            Method::WganGp { learning_rate } => {
                work.train(WganGp::new(&setup.net, learning_rate, config.n_critic, config.grad_weight, device), setup)
            }
        }
    }

    /// A loss, as the mean of the iterations before each measure.
    pub fn loss_by_measure(&self, metric: &str) -> Vec<f64> {
        window_means(&self.loss(metric), self.measured_every as usize)
    }

    /// A loss by iteration.
    pub fn loss(&self, metric: &str) -> Vec<f64> {
        self.history.metric(metric).unwrap_or_default()
    }
}

/// What every setup is trained and measured with.
struct Work<'a> {
    config: &'a Config,
    folder: &'a RunFolder,
    drawings: &'a Tensor,
    evaluator: &'a Evaluator,
    fit: Fit,
    device: Device,
}

impl Work<'_> {
    fn train<M: Model>(self, mut model: M, setup: Setup) -> Result<Outcome> {
        let Work { config, folder, evaluator, fit, .. } = self;
        let checkpoint = folder.checkpoint();
        let done = if checkpoint.exists() { checkpoint.epochs()? } else { 0 };
        ensure!(
            done <= fit.epochs,
            "{} has been trained for {done} iterations already: {} are too few",
            folder.path.display(),
            fit.epochs
        );
        plot_model(&model, folder)?;
        let mut measures = Measures::of(&folder.path)?;
        // The same points of latent space in all runs and at all times.
        device::seed(&[fit.seed, 3]);
        let noise = model.nets().noise(config.measured);
        let x_train =
            RealImages::new(Source::Memory(self.drawings.shallow_clone()), fit.batch_size, fit.seed, self.device);
        fit_and_watch(&mut model, x_train, folder, fit, |nets, iteration| {
            if iteration.is_multiple_of(fit.sample_every) {
                measures.add(evaluator.measure(iteration, &nets.images(&noise))?)?;
            }
            Ok(())
        })?;

        let samples = model.nets().images(&noise);
        Ok(Outcome {
            history: folder.history()?,
            measures,
            measured_every: fit.sample_every,
            last: evaluator.measure(fit.epochs, &samples)?,
            modes: evaluator.modes(&samples)?,
            samples: array4(&samples.narrow(0, 0, SHOWN.min(config.measured)))?,
            setup,
        })
    }
}
