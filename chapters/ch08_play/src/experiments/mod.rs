//! The experiments, one file each, in the order of the book's scripts.

pub mod dream;
pub mod generate_data;
pub mod rnn_data;
pub mod train_controller;
pub mod train_rnn;
pub mod train_vae;
pub mod worlds;

use anyhow::{Context, Result};
use common::training::{DataInfo, Run, RunFolder};
use serde::Serialize;

/// What a run goes on from, as its data: another run before it makes another run of it.
fn made_by<C: Serialize>(run: &Run<C>) -> Result<DataInfo> {
    let params = &run.params;
    let content = serde_json::to_vec(&(&params.config, params.seed, &params.data.checksum));
    let content = content.context("cannot encode the parameters of a run as JSON")?;
    Ok(DataInfo { checksum: DataInfo::own("", "", &content).checksum, ..params.data.clone() })
}

/// Whether training has come to its end.
fn is_trained(folder: &RunFolder) -> bool {
    folder.weights().exists()
}
