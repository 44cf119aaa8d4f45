use crate::keras::{Optimizer, weights};
use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tch::Tensor;
use tch::nn::VarStore;

/// The state that a checkpoint saves: the variables of a model, the state of its optimizers, and other tensors that a
/// run needs to resume. It holds handles: saving reads the current values, loading changes them.
///
/// ```no_run,standalone_crate
/// # use common::keras::{Adam, Optimizer, Sequential};
/// # use common::training::TrainState;
/// # fn main() -> anyhow::Result<()> {
/// # let variables = tch::nn::VarStore::new(tch::Device::Cpu);
/// # Sequential::input(&variables.root(), [2]).dense("dense", 1).model("net")?;
/// let optimizer = Optimizer::for_variables(&variables, Adam::new(1e-3));
/// let state = TrainState::new(&variables).optimizer("adam", &optimizer);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TrainState {
    /// In libtorch's layout, by Keras' names.
    pub(super) variables: BTreeMap<String, Tensor>,
    /// By their names in the file.
    others: BTreeMap<String, Tensor>,
    /// By their names in the file.
    encoded: BTreeMap<String, Rc<dyn Encoded>>,
}

/// A part of a run's state that is no tensor of fixed shape: it is encoded when the run is saved.
pub trait Encoded: Debug {
    /// The state as bytes.
    ///
    /// # Errors
    /// It cannot be encoded.
    fn encode(&self) -> Result<Vec<u8>>;

    /// Changes the state to the encoded one.
    ///
    /// # Errors
    /// The bytes are damaged or of another version.
    fn decode(&self, bytes: &[u8]) -> Result<()>;
}

impl TrainState {
    /// The state of all variables of a store.
    pub fn new(variables: &VarStore) -> TrainState {
        TrainState { variables: weights::named_variables(variables), others: BTreeMap::new(), encoded: BTreeMap::new() }
    }

    /// Adds the state of an optimizer.
    pub fn optimizer(mut self, name: &str, optimizer: &Optimizer) -> TrainState {
        let state = optimizer.state().into_iter();
        self.others.extend(state.map(|(part, tensor)| (format!("{OPTIMIZER}{name}/{part}"), tensor)));
        self
    }

    /// Adds a tensor of fixed shape that is changed in place, such as a buffer of images.
    pub fn tensor(mut self, name: &str, tensor: &Tensor) -> TrainState {
        self.others.insert(format!("{STATE}{name}"), tensor.shallow_clone());
        self
    }

    /// Adds a part that is encoded when the run is saved, such as the state of an optimizer of another crate.
    pub fn encoded(mut self, name: &str, part: &Rc<impl Encoded + 'static>) -> TrainState {
        self.encoded.insert(format!("{ENCODED}{name}"), part.clone());
        self
    }
}

/// The position of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Position {
    /// Number of steps done.
    pub step: u64,
    pub steps_per_epoch: u64,
    /// Sum of each metric over the samples of the epoch so far.
    pub sums: Vec<f64>,
    pub samples: f64,
    pub seconds: f64,
    pub metrics: Vec<String>,
    pub history: Vec<(f64, Vec<f64>)>,
}

impl Position {
    /// Checks that its numbers agree: what follows counts on it, and a file may have been changed.
    fn check(&self) -> Result<()> {
        let Position { step, steps_per_epoch, samples, metrics, history, .. } = self;
        let epochs = step.checked_div(*steps_per_epoch).context("its epochs have no steps")?;
        ensure!(
            epochs == history.len() as u64,
            "{step} steps are {epochs} epochs of {steps_per_epoch}, but it has the losses of {}",
            history.len()
        );
        let begun = step % steps_per_epoch > 0;
        ensure!(begun || *samples == 0.0, "it has {samples} samples of an epoch without steps");
        if let Some(epoch) = history.iter().position(|(_, losses)| losses.len() != metrics.len()) {
            bail!("epoch {} has {} losses, not {}", epoch + 1, history[epoch].1.len(), metrics.len());
        }
        Ok(())
    }
}

/// One safetensors file with the weights in Keras' names and layouts, the optimizers' state, and the position as JSON
/// in its header: a single rename updates all of it at once.
#[derive(Debug)]
pub struct CheckpointFile(PathBuf);

const POSITION: &str = "position";
const OPTIMIZER: &str = "optimizer/";
const STATE: &str = "state/";
const ENCODED: &str = "encoded/";

impl CheckpointFile {
    /// `weights/checkpoint.safetensors` of a run folder.
    pub fn of(run: &Path) -> CheckpointFile {
        CheckpointFile(run.join("weights/checkpoint.safetensors"))
    }

    /// Whether the file exists.
    pub fn exists(&self) -> bool {
        self.0.is_file()
    }

    /// Number of complete epochs.
    pub fn epochs(&self) -> Result<u64> {
        let (_, position) = self.read()?;
        Ok(position.history.len() as u64)
    }

    /// Loads a model's variables, for analysis.
    pub fn load_weights(&self, variables: &VarStore) -> Result<()> {
        let (mut tensors, _) = self.read()?;
        tensors.retain(|name, _| !is_state(name));
        weights::assign(variables, tensors).with_context(|| self.misfit())
    }

    pub(super) fn save(&self, state: &TrainState, position: &Position) -> Result<()> {
        let variables = state.variables.iter().map(|(name, tensor)| (name.clone(), weights::to_keras(tensor)));
        let others = state.others.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone()));
        let json = serde_json::to_string(position).context("cannot encode the training position as JSON")?;
        let encoded = state.encoded.iter().map(|(name, part)| Ok((name.clone(), Tensor::from_slice(&part.encode()?))));
        let encoded = encoded.collect::<Result<Vec<_>>>()?;
        weights::write_file(
            &self.0,
            variables.chain(others).chain(encoded),
            HashMap::from([(POSITION.to_string(), json)]),
        )
    }

    /// Loads the state; nothing changes unless all of it fits.
    pub(super) fn load(&self, state: &TrainState) -> Result<Position> {
        let (tensors, position) = self.read()?;
        position.check().map_err(|error| self.unusable(&error.context("its training position is damaged")))?;
        let (mut others, variables): (BTreeMap<_, _>, BTreeMap<_, _>) =
            tensors.into_iter().partition(|(name, _)| is_state(name));
        let take = |(name, part): (&String, &Rc<dyn Encoded>)| {
            let saved = others.remove(name).with_context(|| format!("{name} is missing"))?;
            Ok((part.clone(), Vec::<u8>::try_from(saved)?))
        };
        let encoded = state.encoded.iter().map(take).collect::<Result<Vec<_>>>().with_context(|| self.misfit())?;
        let pairs = pair(&state.others, others).with_context(|| self.misfit())?;
        weights::assign_named(&state.variables, variables).with_context(|| self.misfit())?;
        encoded.iter().try_for_each(|(part, bytes)| part.decode(bytes)).map_err(|error| self.unusable(&error))?;
        tch::no_grad(|| pairs.into_iter().for_each(|(mut tensor, saved)| tensor.copy_(&saved)));
        Ok(position)
    }

    fn read(&self) -> Result<(BTreeMap<String, Tensor>, Position)> {
        let (tensors, header) = weights::read_file(&self.0)?;
        let json = header.get(POSITION);
        ensure!(json.is_some(), "{} holds weights, but no training position", self.0.display());
        let position: Position = serde_json::from_str(json.map_or("", String::as_str))
            .with_context(|| format!("the training position in {} is damaged", self.0.display()))?;
        Ok((tensors, position))
    }

    fn unusable(&self, why: &Error) -> Error {
        let folder = self.0.ancestors().nth(2).unwrap_or(&self.0).display();
        anyhow!("cannot resume from {}: {why:#}; move {folder} away and train again", self.0.display())
    }

    fn misfit(&self) -> String {
        format!("{} does not fit this model: it comes from another experiment or configuration", self.0.display())
    }
}

fn is_state(name: &str) -> bool {
    [OPTIMIZER, STATE, ENCODED].iter().any(|prefix| name.starts_with(prefix))
}

/// Pairs each tensor with the one saved under its name.
fn pair(state: &BTreeMap<String, Tensor>, mut saved: BTreeMap<String, Tensor>) -> Result<Vec<(Tensor, Tensor)>> {
    let mut pairs = vec![];
    for (name, tensor) in state {
        let saved = saved.remove(name).with_context(|| format!("{name} is missing"))?;
        ensure!(saved.size() == tensor.size(), "{name} has shape {:?}, not {:?}", saved.size(), tensor.size());
        weights::ensure_finite(name, &saved)?;
        pairs.push((tensor.shallow_clone(), saved));
    }
    if let Some(name) = saved.keys().next() {
        bail!("unexpected tensor {name}: was it saved with another optimizer?");
    }
    Ok(pairs)
}
