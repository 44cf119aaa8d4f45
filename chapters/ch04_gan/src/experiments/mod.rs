//! The book's notebooks: hyper-parameters, training, analysis.

pub mod gan_camel;
pub mod real_images;
pub mod wgan_cifar;
pub mod wgangp_faces;

use crate::figures::{self, SHOWN};
use crate::models::{After, Networks};
use anyhow::Result;
use common::cli::Context;
use common::datasets::image_batches::ImageSource;
use common::device;
use common::features::FeatureNet;
use common::samples::{ComparedWith, SIDE, Sheet};
use common::training::{FitConfig, Run, RunFolder};
use std::fmt;

/// A trained run: its nets, its training images, and the net that evaluates samples.
pub struct Trained<C> {
    /// The run.
    pub run: Run<C>,
    /// The nets.
    pub networks: Networks,
    /// The training images.
    pub real: ImageSource,
    /// Held-out images, of the reader's own only.
    pub held_out: Option<ImageSource>,
    /// The net whose features evaluate samples; `None` if its weights are not available.
    pub features: Option<Box<dyn FeatureNet>>,
    /// Number of samples of the FID; see [`measure`](common::samples::measure).
    pub fid_samples: Option<i64>,
}

impl<C> Trained<C> {
    /// The images that samples are measured with: the held-out ones, and the training images for a FID of more; or, as
    /// for all sets of the chapter, the training images.
    pub fn measured_with(&self) -> ComparedWith<'_> {
        match &self.held_out {
            Some(held_out) => ComparedWith { first: held_out, more: Some(&self.real) },
            None => ComparedWith { first: &self.real, more: None },
        }
    }
}

impl<C: fmt::Debug> fmt::Debug for Trained<C> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Trained({:?}, {:?}, {} real images)", self.run, self.networks, self.real.len())
    }
}

/// A callback for each iteration: saves sheets of samples to `images/`, always from the same 25 latent points.
pub fn save_samples(networks: &Networks, fit: FitConfig, run: &RunFolder, seed: u64) -> After<'static> {
    device::seed(&[seed, 1]);
    let (noise, run) = (networks.noise(SIDE * SIDE), run.clone());
    Box::new(move |networks: &Networks, iteration| {
        if fit.samples_due(iteration) || SHOWN.contains(&iteration) || iteration == fit.epochs {
            Sheet::save(&run, iteration, &networks.images(&noise))?;
        }
        Ok(())
    })
}

/// Draws losses and samples.
fn draw<C>(context: &Context, trained: &Trained<C>) -> Result<()> {
    let figures = context.figures(&trained.run);
    figures::loss_curves(&figures)?;
    figures::after_training(&figures, trained)
}
