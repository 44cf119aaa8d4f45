//! The experiments, one file each, in the order of the book's scripts.

pub mod dream;
pub mod generate_data;
pub mod rnn_data;
pub mod train_controller;
pub mod train_rnn;
pub mod train_vae;
pub mod worlds;

use anyhow::{Context, Result, ensure};
use common::training::{DataInfo, Run, RunFolder};
use serde::Serialize;

/// What a run made, as the data of a later run.
fn made_by<C: Serialize>(run: &Run<C>) -> Result<DataInfo> {
    let params = &run.params;
    let content = serde_json::to_vec(&(&params.config, params.seed, &params.data.checksum));
    let content = content.context("cannot encode the parameters of a run as JSON")?;
    Ok(DataInfo { origin: name(&run.folder), ..DataInfo::own("car_racing", &params.data.title, &content) })
}

/// What two runs made, as the data of a later run.
fn made_by_both(a: DataInfo, b: &DataInfo) -> DataInfo {
    let both = DataInfo::own("car_racing", &a.title, (a.checksum + &b.checksum).as_bytes());
    DataInfo { origin: format!("{} and {}", a.origin, b.origin), ..both }
}

/// Checks that a run used what is there now. `what` is the beginning of the message.
fn ensure_made_of<C>(run: &Run<C>, wanted: &DataInfo, what: &str) -> Result<()> {
    let Run { folder, params } = run;
    ensure!(
        params.data.checksum == wanted.checksum,
        "{what} in {} come from {}, and not from {}: run `cargo book {}` again",
        folder.path.display(),
        params.data.origin,
        wanted.origin,
        params.experiment
    );
    Ok(())
}

/// The last two parts of a run's folder: `vae/0001_car_racing`.
fn name(folder: &RunFolder) -> String {
    let parts: Vec<_> = folder.path.iter().map(|part| part.to_string_lossy()).collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

/// Whether training has come to its end.
fn is_trained(folder: &RunFolder) -> bool {
    folder.weights().exists()
}
