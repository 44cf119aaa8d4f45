//! Hyper-parameters of 04_04, and the training runs that they make.

use crate::models::{LearningRates, NetConfig, Networks};
use anyhow::{Context, Result, ensure};
use common::training::{ExperimentConfig, FitConfig, Preset, ensure_positive};
use serde::{Deserialize, Serialize};
use tch::Device;

/// Hyper-parameters of 04_04.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The nets of 04_01; the critic of the WGAN-GP has no dropout.
    pub net: NetConfig,
    /// RMSprop's learning rates in the GAN.
    pub learning_rates: LearningRates,
    /// Adam's learning rate for both nets of the WGAN-GP.
    pub wgangp_learning_rate: f64,
    /// Critic steps per generator step of the WGAN-GP.
    pub n_critic: u64,
    /// Weight of the gradient penalty.
    pub grad_weight: f64,
    /// Factor of all learning rates in the runs with too large ones.
    pub learning_rate_factor: f64,
    /// Generator steps per discriminator step in the run that should collapse.
    pub generator_steps: u64,
    /// RMSprop's learning rates in that run. Its discriminator has no dropout, so its output is deterministic and easy
    /// to exploit.
    pub extra_steps_learning_rates: LearningRates,
    /// Kernel size of the runs with another one.
    pub other_kernel: i64,
    /// Number of training drawings per category; if there are fewer, they are augmented.
    pub drawings: i64,
    /// Batch size, and iterations of the GANs. The WGAN-GPs see as many batches of real drawings, `n_critic` in each
    /// iteration; a generator with extra steps takes as many steps, `generator_steps` in each iteration.
    #[serde(flatten)]
    pub fit: FitConfig,
    /// Iterations of the GANs between two measurements; the other runs have the same number of measurements.
    pub measure_every: u64,
    /// Number of samples per measurement, and of real drawings compared with them.
    pub measured: i64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            net: NetConfig::drawings(),
            learning_rates: LearningRates { discriminator: 8e-4, generator: 4e-4 },
            wgangp_learning_rate: 2e-4,
            n_critic: 5,
            grad_weight: 10.0,
            learning_rate_factor: 10.0,
            generator_steps: 5,
            extra_steps_learning_rates: LearningRates { discriminator: 3.2e-3, generator: 1.6e-3 },
            other_kernel: 3,
            drawings: 8000,
            fit: FitConfig::new(64, 6000),
            measure_every: 200,
            measured: 1000,
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => {
                Config { drawings: 2000, fit: FitConfig::new(16, 400), measure_every: 40, measured: 400, ..book }
            }
            Preset::Smoke => {
                Config { drawings: 10, fit: FitConfig::new(4, 10), measure_every: 5, measured: 20, ..book }
            }
        }
    }

    fn check(&self) -> Result<()> {
        Networks::new("critic", &self.net, None, Device::Cpu)?;
        ensure!(self.net.input_dim == [28, 28, 1], "net.input_dim: drawings are [28, 28, 1]");
        ensure!((1..=100).contains(&self.n_critic), "n_critic must lie between 1 and 100");
        ensure!(self.grad_weight.is_finite() && self.grad_weight >= 0.0, "grad_weight must be 0 or more");
        ensure!((1..=100).contains(&self.generator_steps), "generator_steps must lie between 1 and 100");
        ensure!((1..=50_000).contains(&self.drawings), "drawings must lie between 1 and 50000");
        ensure!((5..=10_000).contains(&self.measured), "measured must lie between 5 and 10000");
        ensure!(
            self.measured <= 10 * self.drawings,
            "measured must be no more than {}, the number of drawings",
            10 * self.drawings
        );
        ensure!(self.measure_every > 0, "measure_every must be above 0");
        for setup in self.setups() {
            Networks::new("critic", &setup.net, None, Device::Cpu).with_context(|| setup.title.clone())?;
            let fit = self.fit(&setup);
            ensure!(
                fit.epochs / 2 >= self.measured_every(&setup),
                "epochs must be at least 2 times measure_every, and measure_every at least n_critic and generator_steps"
            );
            fit.check(2..=4096)?;
            setup.method.learning_rates().iter().try_for_each(|rate| ensure_positive("learning rates", *rate))?;
        }
        Ok(())
    }
}

/// The training method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// As in 04_01, with optional extra generator steps.
    Gan { rates: LearningRates, extra_generator_steps: u64 },
    /// As in 04_03.
    WganGp { learning_rate: f64 },
}

impl Method {
    fn learning_rates(self) -> Vec<f64> {
        match self {
            Method::Gan { rates, .. } => vec![rates.discriminator, rates.generator],
            Method::WganGp { learning_rate } => vec![learning_rate],
        }
    }

    /// The same with other learning rates.
    fn faster(self, factor: f64) -> Method {
        match self {
            Method::Gan { rates: LearningRates { discriminator, generator }, extra_generator_steps } => {
                let rates = LearningRates { discriminator: discriminator * factor, generator: generator * factor };
                Method::Gan { rates, extra_generator_steps }
            }
            Method::WganGp { learning_rate } => Method::WganGp { learning_rate: learning_rate * factor },
        }
    }
}

/// One of the training runs.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its folder within the experiment's run folder.
    pub name: String,
    /// Its name in figures.
    pub title: String,
    /// Its nets.
    pub net: NetConfig,
    /// Its training method.
    pub method: Method,
}

impl Config {
    /// The training runs: both models with the book's hyper-parameters and with each change, and the GAN with extra
    /// generator steps.
    pub fn setups(&self) -> Vec<Setup> {
        let gan = Setup {
            name: "gan".to_string(),
            title: "GAN".to_string(),
            net: self.net.clone(),
            method: Method::Gan { rates: self.learning_rates, extra_generator_steps: 0 },
        };
        let wgangp = Setup {
            name: "wgangp".to_string(),
            title: "WGAN-GP".to_string(),
            net: NetConfig { critic_dropout_rate: 0.0, ..self.net.clone() },
            method: Method::WganGp { learning_rate: self.wgangp_learning_rate },
        };
        let extra_steps = Setup {
            name: "gan_extra_steps".to_string(),
            title: format!("GAN, {} generator steps", self.generator_steps),
            net: wgangp.net.clone(),
            method: Method::Gan {
                rates: self.extra_steps_learning_rates,
                extra_generator_steps: self.generator_steps - 1,
            },
        };
        let changed = |base: Setup| {
            let changes = self.changes();
            let other = changes.iter().map(|change| change.apply(&base)).collect::<Vec<_>>();
            [vec![base], other].concat()
        };
        [changed(gan), vec![extra_steps], changed(wgangp)].concat()
    }

    /// The changes of hyper-parameters, applied to both models.
    pub fn changes(&self) -> [Change; 2] {
        [Change::LearningRates(self.learning_rate_factor), Change::Kernels(self.other_kernel)]
    }

    /// Batch size and iterations of a run.
    pub fn fit(&self, setup: &Setup) -> FitConfig {
        FitConfig { epochs: self.fit.epochs / self.steps_per_iteration(setup), ..self.fit }
    }

    /// Iterations of a run between two measurements.
    pub fn measured_every(&self, setup: &Setup) -> u64 {
        (self.measure_every / self.steps_per_iteration(setup)).max(1)
    }

    fn steps_per_iteration(&self, setup: &Setup) -> u64 {
        match setup.method {
            Method::Gan { extra_generator_steps, .. } => extra_generator_steps + 1,
            Method::WganGp { .. } => self.n_critic,
        }
    }
}

/// A hyper-parameter with another value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// All learning rates times a factor.
    LearningRates(f64),
    /// All kernels of another side.
    Kernels(i64),
}

impl Change {
    /// Suffix of the folders of changed runs.
    pub fn name(self) -> &'static str {
        match self {
            Change::LearningRates(_) => "steps",
            Change::Kernels(_) => "kernels",
        }
    }

    /// Its name in figures.
    pub fn title(self) -> String {
        match self {
            Change::LearningRates(factor) => format!("learning rates x {factor}"),
            Change::Kernels(side) => format!("kernels {side} x {side}"),
        }
    }

    fn apply(self, base: &Setup) -> Setup {
        let mut setup = Setup {
            name: format!("{}_{}", base.name, self.name()),
            title: format!("{}, {}", base.title, self.title()),
            ..base.clone()
        };
        match self {
            Change::LearningRates(factor) => setup.method = setup.method.faster(factor),
            Change::Kernels(side) => {
                setup.net.critic.iter_mut().chain(&mut setup.net.generator).for_each(|conv| conv.kernel = side);
            }
        }
        setup
    }
}
