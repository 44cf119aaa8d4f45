use crate::keras::{Optimizer, weights};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use tch::nn::VarStore;

/// What a checkpoint saves of a model.
pub trait Checkpointed {
    /// All variables.
    fn variables(&self) -> &VarStore;

    /// The optimizers by name; none if nothing trains.
    fn optimizers(&mut self) -> Vec<(&'static str, &mut Optimizer)>;
}

/// Where a run stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Position {
    /// Steps done in all.
    pub step: u64,
    pub steps_per_epoch: u64,
    /// Sums over the samples of the epoch so far: one for each metric.
    pub sums: Vec<f64>,
    pub samples: f64,
    pub seconds: f64,
    pub metrics: Vec<String>,
    pub history: Vec<(f64, Vec<f64>)>,
}

/// One safetensors file with the weights in Keras' names and layouts, the optimizers' state, and the position as
/// JSON in its header: a single rename makes all of it current at once.
#[derive(Debug)]
pub struct CheckpointFile(PathBuf);

const POSITION: &str = "position";
const OPTIMIZER: &str = "optimizer/";

impl CheckpointFile {
    /// `weights/checkpoint.safetensors` of a run folder.
    pub fn of(run: &Path) -> CheckpointFile {
        CheckpointFile(run.join("weights/checkpoint.safetensors"))
    }

    /// Whether there is one.
    pub fn exists(&self) -> bool {
        self.0.is_file()
    }

    /// Epochs that the checkpoint has seen, whole ones.
    pub fn epochs(&self) -> Result<u64> {
        let (_, position) = self.read()?;
        Ok(position.history.len() as u64)
    }

    /// Fills a model's variables, for analysis.
    pub fn load_weights(&self, variables: &VarStore) -> Result<()> {
        let (mut tensors, _) = self.read()?;
        tensors.retain(|name, _| !name.starts_with(OPTIMIZER));
        weights::assign(variables, tensors).with_context(|| self.misfit())
    }

    pub(super) fn save(&self, model: &mut impl Checkpointed, position: &Position) -> Result<()> {
        let named = weights::named_variables(model.variables());
        let mut tensors: Vec<_> = named.into_iter().map(|(name, t)| (name, weights::to_keras(&t))).collect();
        for (name, optimizer) in model.optimizers() {
            let state = optimizer.state().into_iter();
            tensors.extend(state.map(|(part, tensor)| (format!("{OPTIMIZER}{name}/{part}"), tensor)));
        }
        let json = serde_json::to_string(position).context("cannot write the position as JSON")?;
        weights::write_file(&self.0, tensors, HashMap::from([(POSITION.to_string(), json)]))
    }

    pub(super) fn load(&self, model: &mut impl Checkpointed) -> Result<Position> {
        let (tensors, position) = self.read()?;
        let (states, tensors): (BTreeMap<_, _>, BTreeMap<_, _>) =
            tensors.into_iter().partition(|(name, _)| name.starts_with(OPTIMIZER));
        weights::assign(model.variables(), tensors).with_context(|| self.misfit())?;
        for (name, optimizer) in model.optimizers() {
            let prefix = format!("{OPTIMIZER}{name}/");
            let state: BTreeMap<_, _> = states
                .iter()
                .filter_map(|(key, tensor)| Some((key.strip_prefix(&prefix)?.to_string(), tensor.shallow_clone())))
                .collect();
            optimizer.load_state(state).with_context(|| self.misfit())?;
        }
        Ok(position)
    }

    fn read(&self) -> Result<(BTreeMap<String, tch::Tensor>, Position)> {
        let (tensors, header) = weights::read_file(&self.0)?;
        let json = header.get(POSITION);
        ensure!(json.is_some(), "{} holds weights, but no position of a training run", self.0.display());
        let position = serde_json::from_str(json.map_or("", String::as_str))
            .with_context(|| format!("the position in {} is damaged", self.0.display()))?;
        Ok((tensors, position))
    }

    fn misfit(&self) -> String {
        format!("{} does not fit this model: it comes from another experiment or configuration", self.0.display())
    }
}
