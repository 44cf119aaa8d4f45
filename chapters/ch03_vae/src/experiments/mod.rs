//! The book's notebooks: hyper-parameters, training, analysis.

pub mod autoencoder_digits;
pub mod vae_digits;
pub mod vae_faces;

use crate::models::LatentModel;
use anyhow::Result;
use common::cli::Context;
use common::device;
use common::training::{ExperimentConfig, Run};

/// Loads a run's weights into a model, and seeds the random numbers of the analysis.
fn trained_model<M: LatentModel, C: ExperimentConfig>(context: &Context, run: &Run<C>, model: M) -> Result<M> {
    context.load_weights(run, model.variables())?;
    device::seed(&[run.params.seed]);
    Ok(model)
}
