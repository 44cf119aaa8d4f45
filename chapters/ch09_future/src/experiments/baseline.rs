//! What ProGAN and StyleGAN are compared with: chapter 4's WGAN-GP for faces, on the same images and for the same time.

use super::image_sets::ImageSets;
use anyhow::{Context as _, Result, ensure};
use ch04::models::{Iterations, NetConfig, WganGp, random_weights};
use common::device;
use common::features::FeatureNet;
use common::metrics::Quality;
use common::samples::{self, ComparedWith};
use common::training::{FitConfig, RunFolder};
use common::{files, say};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use tch::{Device, Tensor};

/// The book's hyper-parameters of the WGAN-GP (p. 155).
const N_CRITIC: u64 = 5;
const GRAD_WEIGHT: f64 = 10.0;
const LEARNING_RATE: f64 = 2e-4;
/// The net halves its images four times.
const SMALLEST_SIDE: i64 = 16;
/// Iterations by whose time the number of iterations is chosen, after one that is not counted.
const TIMED: u32 = 3;

/// How fast an iteration was on this machine when the comparison began: `pace.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Pace {
    seconds_per_iteration: f64,
}

/// A trained WGAN-GP.
#[derive(Debug)]
pub struct Baseline {
    /// The model.
    pub wgan: WganGp,
    /// Iterations that it was trained for.
    pub iterations: u64,
    /// Seconds that they took.
    pub seconds: f64,
    /// Its quality, if there is a net to measure with.
    pub quality: Option<Quality>,
}

/// Checks that the WGAN-GP can make images of this side.
///
/// # Errors
/// It cannot.
pub fn check(side: i64) -> Result<()> {
    let fits = side % SMALLEST_SIDE == 0;
    ensure!(
        fits,
        "baseline: the WGAN-GP makes images of {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels and larger; set it to false"
    );
    Ok(())
}

/// The images of a comparison, and the net that measures.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// To learn from and to measure with, of one side.
    pub sets: &'a ImageSets,
    /// Pixels along each side.
    pub side: i64,
    /// Images in a batch.
    pub batch_size: i64,
    /// Number of samples of the FID, if it is given.
    pub fid_samples: Option<i64>,
    /// The run's seed.
    pub seed: u64,
    /// Where to compute.
    pub device: Device,
}

impl Comparison<'_> {
    /// Trains the WGAN-GP for as many iterations as take the time that the run has taken, or resumes, and measures it.
    ///
    /// It has a folder of its own in the run's, two folders deep, so that its iterations do not count as the run's
    /// epochs.
    ///
    /// # Errors
    /// As [`WganGp::train`], or a file cannot be read or written.
    pub fn train(&self, run: &RunFolder, features: Option<&dyn FeatureNet>) -> Result<Baseline> {
        let Comparison { sets, side, batch_size, fid_samples, seed, device } = *self;
        let ImageSets { train, held_out } = sets;
        let folder = run.beside("baseline")?.beside("wgan_gp")?;
        let config = NetConfig {
            input_dim: [side, side, 3],
            generator_initial_dense_layer_size: [side / SMALLEST_SIDE, side / SMALLEST_SIDE, 512],
            ..NetConfig::faces()
        };
        let budget = seconds(run)?;
        let pace = self.pace(&folder, &config)?;
        let iterations = ((budget / pace.seconds_per_iteration).round() as u64).clamp(1, 1_000_000);
        say!("\nfor comparison: chapter 4's WGAN-GP for the same {budget:.0} s, about {iterations} iterations");

        device::seed(&[seed]);
        let wgan = WganGp::new(&config, N_CRITIC, GRAD_WEIGHT, device)?;
        let fit = FitConfig::new(batch_size, iterations);
        let optimizers = wgan.optimizers(LEARNING_RATE);
        let run = (&folder, seed);
        let mut training =
            Iterations::start(&wgan.networks, optimizers, train, N_CRITIC, fit, run, Box::new(|_, _| Ok(())))?;
        wgan.train(&mut training)?;

        device::seed(&[seed, 3]);
        let generate = |n| wgan.networks.images(&wgan.networks.noise(n));
        let real = ComparedWith { first: held_out, more: Some(train) };
        let quality = features.map(|net| samples::measure(&folder, generate, real, net, fid_samples)).transpose()?;
        let seconds = seconds(&folder)?;
        Ok(Baseline { wgan, iterations, seconds, quality })
    }

    /// The time of an iteration, measured once for a run, with nets that are thrown away.
    fn pace(&self, folder: &RunFolder, config: &NetConfig) -> Result<Pace> {
        let path = folder.path.join("pace.json");
        if path.exists() {
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            return serde_json::from_str(&text).with_context(|| format!("{} is damaged: delete it", path.display()));
        }
        device::seed(&[self.seed]);
        let wgan = WganGp::new(config, N_CRITIC, GRAD_WEIGHT, self.device)?;
        let mut optimizers = wgan.optimizers(LEARNING_RATE);
        let mut batches = self.sets.train.endless(self.batch_size, self.seed, 0, self.device);
        let mut iteration = || -> Result<Tensor> {
            for _ in 0..N_CRITIC {
                let real = batches.next()? * 2.0 - 1.0;
                let (noise, between) = (wgan.networks.noise(real.size()[0]), random_weights(&real));
                let _ = wgan.train_critic(&real, &noise, &between, &mut optimizers.critic);
            }
            Ok(wgan.train_generator(&wgan.networks.noise(self.batch_size), &mut optimizers.generator))
        };
        // Reading a loss waits for a GPU; while it trains, iterations follow one another without that.
        f64::try_from(&iteration()?)?;
        let start = Instant::now();
        (1..TIMED).try_for_each(|_| iteration().map(drop))?;
        f64::try_from(&iteration()?)?;
        let pace = Pace { seconds_per_iteration: start.elapsed().as_secs_f64() / f64::from(TIMED) };
        let json = serde_json::to_string_pretty(&pace).context("cannot encode the pace as JSON")?;
        files::write(&path, (json + "\n").as_bytes())?;
        Ok(pace)
    }
}

impl Baseline {
    /// Images for figures, `[n, side, side, 3]` in [0, 1].
    pub fn images(&self, n: i64) -> Tensor {
        self.wgan.networks.images(&self.wgan.networks.noise(n))
    }
}

/// Seconds for which a run was trained.
///
/// # Errors
/// Its history cannot be read.
pub fn seconds(run: &RunFolder) -> Result<f64> {
    Ok(run.history()?.rows.last().map_or(0.0, |(seconds, _)| *seconds))
}
