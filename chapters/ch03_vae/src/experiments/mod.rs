//! The book's notebooks: hyper-parameters, training, analysis.

pub mod autoencoder_digits;
pub mod own_images;
pub mod vae_digits;
pub mod vae_faces;

use crate::models::LatentModel;
use anyhow::Result;
use common::cli::Context;
use common::device;
use common::training::{ExperimentConfig, Run};
use tch::Tensor;

/// Number of images whose latent values `--tensorboard` shows.
const OBSERVED: i64 = 200;

/// Loads a run's weights into a model, and seeds the random numbers of the analysis.
fn trained_model<M: LatentModel, C: ExperimentConfig>(context: &Context, run: &Run<C>, model: M) -> Result<M> {
    context.load_weights(run, model.variables())?;
    device::seed(&[run.params.seed]);
    Ok(model)
}

/// The images whose latent values are shown during training, on the model's device; `None` without `--tensorboard`.
fn observed<C>(context: &Context, run: &Run<C>, images: impl FnOnce() -> Result<Tensor>) -> Result<Option<Tensor>> {
    let images = run.folder.has_tensorboard().then(images).transpose()?;
    Ok(images.map(|images| images.to_device(context.device())))
}
