//! Adam and RMSprop as Keras computes them, in few operations.
//!
//! The variables of an optimizer are moved into one flat tensor and become views of it. A step then costs about ten
//! operations in all, not ten per variable: for the small nets of the book that is where the time of an optimizer goes.

use super::weights;
use std::collections::BTreeMap;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Values that are changed at once on a CPU: two megabytes of each tensor.
const PART: i64 = 1 << 19;
/// A gradient of so many values is changed by itself on a CPU.
const LARGE: i64 = 1 << 16;
/// On a GPU a variable's memory begins at a multiple of so many values, as cuDNN's kernels expect.
const ALIGNMENT: i64 = 64;

/// Adam with Keras' defaults. Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, in the form of its
/// section 2: lr · sqrt(1 - b2^t) / (1 - b1^t) · m / (sqrt(v) + epsilon).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// Learning rate.
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    pub beta_1: f64,
    /// Decay of the mean of squared gradients.
    pub beta_2: f64,
    /// Added to the root of the second.
    pub epsilon: f64,
    /// Keras 2.2's `decay`: the learning rate of step t (from 0) is divided by 1 + decay · t.
    pub decay: f64,
}

impl Adam {
    /// Keras' defaults with this learning rate.
    pub fn new(learning_rate: f64) -> Adam {
        Adam { learning_rate, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, decay: 0.0 }
    }
}

/// RMSprop with Keras' defaults: v = rho · v + (1 - rho) · g², step lr · g / (sqrt(v) + epsilon). Hinton, lecture 6e of
/// "Neural Networks for Machine Learning", 2012.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsProp {
    /// Learning rate.
    pub learning_rate: f64,
    /// Decay of the mean of squared gradients.
    pub rho: f64,
    /// Added to its root.
    pub epsilon: f64,
    /// As in [`Adam`].
    pub decay: f64,
}

impl RmsProp {
    /// Keras' defaults with this learning rate.
    pub fn new(learning_rate: f64) -> RmsProp {
        RmsProp { learning_rate, rho: 0.9, epsilon: 1e-7, decay: 0.0 }
    }
}

/// How gradients change variables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// See [`Adam`].
    Adam(Adam),
    /// See [`RmsProp`].
    RmsProp(RmsProp),
}

impl From<Adam> for Rule {
    fn from(adam: Adam) -> Rule {
        Rule::Adam(adam)
    }
}

impl From<RmsProp> for Rule {
    fn from(rms_prop: RmsProp) -> Rule {
        Rule::RmsProp(rms_prop)
    }
}

/// A rule, the variables that it changes, and what it remembers of their gradients.
#[derive(Debug)]
pub struct Optimizer {
    rule: Rule,
    variables: Vec<Tensor>,
    /// Memory of all variables.
    flat: Tensor,
    /// The place in `flat` of each value, if there are gaps between variables: on a GPU.
    places: Option<Tensor>,
    /// Mean of gradients; RMSprop leaves it at zero and never touches it.
    mean: Option<Tensor>,
    mean_of_squares: Tensor,
    /// Steps taken so far, int64 `[1]` on the CPU.
    steps: Tensor,
}

impl Optimizer {
    /// Takes the variables over: from now on they are views of one tensor. Create it after the model's device is
    /// settled, and give each variable to one optimizer only.
    pub fn new(variables: impl IntoIterator<Item = Tensor>, rule: impl Into<Rule>) -> Optimizer {
        let rule = rule.into();
        let variables: Vec<Tensor> = variables.into_iter().collect();
        let values = tch::no_grad(|| flatten(&variables));
        let (flat, places) = with_gaps(&variables, &values);
        let mut offset = 0;
        for variable in &variables {
            let length = variable.numel() as i64;
            variable.shallow_clone().set_data(&view_like(variable, &flat.narrow(0, offset, length)));
            offset += if places.is_some() { aligned(length) } else { length };
        }
        let mean = matches!(rule, Rule::Adam(_)).then(|| values.zeros_like());
        let mean_of_squares = values.zeros_like();
        let steps = Tensor::zeros([1], (Kind::Int64, Device::Cpu));
        Optimizer { rule, variables, flat, places, mean, mean_of_squares, steps }
    }

    /// An optimizer of all trainable variables of a store, in the order of their names; see [`Optimizer::new`].
    pub fn for_variables(store: &VarStore, rule: impl Into<Rule>) -> Optimizer {
        Optimizer::new(weights::trainable_variables(store).into_iter().map(|(_, variable)| variable), rule)
    }

    /// One step down the gradient of a scalar loss. Only this optimizer's variables get gradients and change.
    ///
    /// # Panics
    /// If the loss does not depend on one of the variables.
    pub fn minimize(&mut self, loss: &Tensor) {
        let gradients = Tensor::run_backward(&[loss], &self.variables, false, false);
        self.apply(&gradients);
    }

    /// One step with given gradients, in the order of the variables.
    pub fn apply(&mut self, gradients: &[Tensor]) {
        let _no_grad = tch::no_grad_guard();
        let is_cpu = self.flat.device() == Device::Cpu;
        let mut offset = 0;
        // On a CPU large gradients are not copied; on a GPU few calls are what counts.
        for group in grouped(gradients, if is_cpu { LARGE } else { i64::MAX }) {
            let gradient = flatten(group);
            let length = gradient.numel() as i64;
            // On a CPU a part at a time, all of whose intermediate results stay in its cache.
            let part = if is_cpu { PART } else { length.max(1) };
            for first in (0..length).step_by(part as usize) {
                let part = part.min(length - first);
                self.change(offset + first, &gradient.narrow(0, first, part));
            }
            offset += length;
        }
        let _ = self.steps.g_add_scalar_(1);
    }

    /// Changes the values from place `first` on by the gradient with respect to them.
    fn change(&self, first: i64, gradient: &Tensor) {
        let part = |tensor: &Tensor| tensor.narrow(0, first, gradient.numel() as i64);
        let mut mean_of_squares = part(&self.mean_of_squares);
        let done = self.steps() as f64;
        let t = done + 1.0;
        let (numerator, epsilon) = match self.rule {
            Rule::Adam(Adam { learning_rate, beta_1, beta_2, epsilon, decay }) => {
                let mut mean = self.mean.as_ref().map(part).expect("Adam keeps a mean");
                let _ = mean.lerp_(gradient, 1.0 - beta_1);
                let _ = mean_of_squares.lerp_(&gradient.square(), 1.0 - beta_2);
                let correction = (1.0 - beta_2.powf(t)).sqrt() / (1.0 - beta_1.powf(t));
                let step = learning_rate / (1.0 + decay * done) * correction;
                (mean * -step, epsilon)
            }
            Rule::RmsProp(RmsProp { learning_rate, rho, epsilon, decay }) => {
                let _ = mean_of_squares.lerp_(&gradient.square(), 1.0 - rho);
                let step = learning_rate / (1.0 + decay * done);
                (gradient * -step, epsilon)
            }
        };
        let mut denominator = mean_of_squares.sqrt();
        let _ = denominator.g_add_scalar_(epsilon);
        let _ = match &self.places {
            None => part(&self.flat).addcdiv_(&numerator, &denominator),
            Some(places) => self.flat.shallow_clone().index_add_(0, &part(places), &(numerator / denominator)),
        };
    }

    /// What a checkpoint saves, by name: the means, flat, and the number of steps. The tensors share their memory with the
    /// optimizer: filling them resumes it.
    pub fn state(&self) -> BTreeMap<String, Tensor> {
        let mut state = BTreeMap::from([
            ("mean_of_squares".to_string(), self.mean_of_squares.shallow_clone()),
            ("steps".to_string(), self.steps.shallow_clone()),
        ]);
        if let Some(mean) = &self.mean {
            state.insert("mean".to_string(), mean.shallow_clone());
        }
        state
    }

    /// Steps taken so far.
    pub fn steps(&self) -> i64 {
        self.steps.int64_value(&[0])
    }
}

/// Gradients in their order: each one that has at least `large` values by itself, and the others between them together.
fn grouped(gradients: &[Tensor], large: i64) -> impl Iterator<Item = &[Tensor]> {
    let is_large = move |gradient: &Tensor| gradient.numel() as i64 >= large;
    gradients.chunk_by(move |a, b| !is_large(a) && !is_large(b))
}

/// Memory for all variables with their values, which stand in one row; on a GPU with gaps, and then the place of each
/// value.
fn with_gaps(variables: &[Tensor], values: &Tensor) -> (Tensor, Option<Tensor>) {
    if values.device() == Device::Cpu {
        return (values.shallow_clone(), None);
    }
    let lengths: Vec<i64> = variables.iter().map(|variable| variable.numel() as i64).collect();
    let mut offset = 0;
    let places: Vec<Tensor> = lengths
        .iter()
        .map(|length| {
            let places = Tensor::arange_start(offset, offset + length, (Kind::Int64, values.device()));
            offset += aligned(*length);
            places
        })
        .collect();
    let places = Tensor::cat(&places, 0);
    let mut flat = Tensor::zeros([offset], (values.kind(), values.device()));
    let _ = flat.index_copy_(0, &places, values);
    (flat, Some(places))
}

/// A length with the gap after it.
fn aligned(length: i64) -> i64 {
    (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT
}

/// All tensors one after the other (one alone is not copied), kernels of convolutions in the order of their memory (channels last).
fn flatten(tensors: &[Tensor]) -> Tensor {
    let rows: Vec<Tensor> = tensors
        .iter()
        .map(|tensor| if tensor.dim() >= 4 { tensor.movedim_int(1, -1).reshape(-1) } else { tensor.reshape(-1) })
        .collect();
    if let [row] = &rows[..] { row.shallow_clone() } else { Tensor::cat(&rows, 0) }
}

/// The inverse of [`flatten`] for one tensor: a view of the row in `like`'s shape.
fn view_like(like: &Tensor, row: &Tensor) -> Tensor {
    match like.dim() {
        0..4 => row.view_as(like),
        _ => row.view_as(&like.movedim_int(1, -1)).movedim_int(-1, 1),
    }
}
