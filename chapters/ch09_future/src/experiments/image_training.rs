//! What 09_05 and 09_08 share: the images that they learn from, for how long, and what they are compared with.

use super::baseline::{self, Baseline, Comparison};
use super::image_sets::{ImagePaths, ImageSets};
use crate::models::growing::Course;
use crate::models::growing_discriminator::GROUP;
use anyhow::{Result, ensure};
use common::features::FeatureNet;
use common::metrics::check_fid_samples;
use common::training::{FitConfig, Plan, RunFolder};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tch::Device;

/// Hyper-parameters of training on images without classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageTraining {
    /// A folder of the reader's own images, in place of faces.
    pub images: Option<PathBuf>,
    /// Number of images to learn from, from the first one on; all if there are fewer.
    pub training_images: usize,
    /// Number of images that numbers are measured with, from the last one back.
    pub held_out: usize,
    /// Number of samples of the FID; `null`: as many as of the other measures, at most 1,000.
    #[serde(default)] // older runs have no such key
    pub fid_samples: Option<i64>,
    /// Whether chapter 4's WGAN-GP is trained for the same time, to compare with.
    pub baseline: bool,
    /// Iterations in what the history calls an epoch.
    pub steps_per_epoch: u64,
    /// Batch size, epochs, and the number of iterations between two sheets of samples.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl ImageTraining {
    /// Validates the values for images of this side.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self, side: i64) -> Result<()> {
        ensure!((4..=1_000_000).contains(&self.training_images), "training_images must lie between 4 and 1000000");
        ensure!((4..=100_000).contains(&self.held_out), "held_out must lie between 4 and 100000");
        check_fid_samples(self.fid_samples)?;
        ensure!((1..=100_000).contains(&self.steps_per_epoch), "steps_per_epoch must lie between 1 and 100000");
        if self.baseline {
            baseline::check(side)?;
        }
        self.fit.check(GROUP..=512)?;
        ensure!(self.fit.batch_size % GROUP == 0, "batch_size must be a multiple of {GROUP}");
        Ok(())
    }

    /// The images of this side.
    ///
    /// # Errors
    /// As [`ImagePaths::split`].
    pub fn sets(&self, paths: &ImagePaths, side: i64) -> Result<ImageSets> {
        paths.split(side, self.training_images, self.held_out, self.fit.batch_size)
    }

    /// The length of a training.
    pub fn plan(&self, seed: u64) -> Plan {
        Plan { epochs: self.fit.epochs, batches: self.steps_per_epoch, seed }
    }

    /// Whether samples are saved after so many iterations: from time to time, at the end of each phase, and at the
    /// end.
    pub fn samples_due(&self, iteration: u64, course: Course) -> bool {
        let last = iteration == self.fit.epochs * self.steps_per_epoch;
        last || self.fit.samples_due(iteration) || course.turns(iteration)
    }

    /// Trains the WGAN-GP for the same time as the run, if it is wanted.
    ///
    /// # Errors
    /// As [`Comparison::train`].
    pub fn compare(
        &self,
        run: &RunFolder,
        sets: &ImageSets,
        side: i64,
        (seed, device): (u64, Device),
        features: Option<&dyn FeatureNet>,
    ) -> Result<Option<Baseline>> {
        let (batch_size, fid_samples) = (self.fit.batch_size, self.fid_samples);
        let comparison = Comparison { sets, side, batch_size, fid_samples, seed, device };
        self.baseline.then(|| comparison.train(run, features)).transpose()
    }
}
