use super::graph::{Entry, Input, TensorId};
use super::limits::MOST_PARAMETERS;
use super::plan::Plan;
use super::{Activation, Dense, Operation, Shape, Summary, Value, Variables, precision, vjp};
use anyhow::{Context, Result, ensure};
use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use tch::Tensor;

/// A net from inputs to outputs; made by [`Net::model`](super::Net::model). It is an operation itself: a layer of other
/// models. A clone shares the weights.
#[derive(Clone)]
pub struct Model {
    parts: Rc<Parts>,
}

struct Parts {
    name: String,
    /// The entries that lead to the outputs, each after its inputs.
    entries: Vec<Entry>,
    inputs: Vec<TensorId>,
    outputs: Vec<TensorId>,
    plan: Plan,
}

impl Model {
    pub(super) fn new(name: String, all: &[Entry], inputs: &[TensorId], outputs: &[TensorId]) -> Result<Model> {
        ensure!(!outputs.is_empty(), "it has no output");
        let mut wanted = vec![false; all.len()];
        for id in inputs.iter().chain(outputs) {
            *wanted.get_mut(id.entry).context("a tensor is not of this net")? = true;
        }
        let is_given = |entry: usize| inputs.iter().any(|id| id.entry == entry);
        let missing = |id: &TensorId| is_given(id.entry) && !inputs.contains(id);
        for (i, entry) in all.iter().enumerate().rev().filter(|(i, _)| !is_given(*i)) {
            if wanted[i] {
                ensure!(
                    !entry.inputs.is_empty(),
                    "its outputs depend on {}, which is not among its inputs",
                    entry.name
                );
                entry.inputs.iter().for_each(|id| wanted[id.entry] = true);
                let missing = entry.inputs.iter().find(|id| missing(id));
                ensure!(missing.is_none(), "{} takes another tensor than the one that is given", entry.name);
            }
        }
        ensure!(!outputs.iter().any(missing), "an output is not among its inputs");
        let kept: Vec<usize> = (0..all.len()).filter(|i| wanted[*i]).collect();
        let places: HashMap<usize, usize> = kept.iter().enumerate().map(|(place, i)| (*i, place)).collect();
        let moved = |id: &TensorId| TensorId { entry: places[&id.entry], output: id.output };
        let entries: Vec<Entry> = kept
            .iter()
            .map(|i| {
                let entry = all[*i].clone();
                if is_given(*i) {
                    // What makes an input is none of the model's business.
                    let operation = Rc::new(Input { shapes: entry.outputs.clone() });
                    return Entry { inputs: vec![], operation, ..entry };
                }
                Entry { inputs: entry.inputs.iter().map(moved).collect(), ..entry }
            })
            .collect();
        let [inputs, outputs] = [inputs, outputs].map(|ids| ids.iter().map(moved).collect::<Vec<_>>());
        let plan = Plan::new(&entries, &inputs, &outputs).with_shortcuts();
        let model = Model { parts: Rc::new(Parts { name, entries, inputs, outputs, plan }) };
        let (parameters, most) = (model.summary().parameters(), MOST_PARAMETERS);
        ensure!(
            parameters <= most,
            "it would have {parameters} parameters: a net has at most {} million",
            most / 1_000_000
        );
        Ok(model)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.parts.name
    }

    /// Shapes of the inputs, without the batch axis.
    pub fn input_shapes(&self) -> Vec<Shape> {
        self.shapes(&self.parts.inputs)
    }

    /// Shapes of the outputs, without the batch axis.
    pub fn output_shapes(&self) -> Vec<Shape> {
        self.shapes(&self.parts.outputs)
    }

    fn shapes(&self, ids: &[TensorId]) -> Vec<Shape> {
        ids.iter().map(|id| self.parts.entries[id.entry].outputs[id.output].clone()).collect()
    }

    /// Applies a model of one input; its first output. Images go in and come out as `[batch, channels, height, width]`.
    ///
    /// # Panics
    /// If the model has more inputs.
    pub fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        self.forward_vec(&[x], train).remove(0)
    }

    /// Applies the model to all its inputs: `let [a, b] = model.forward_all(&[&x], true)`.
    ///
    /// # Panics
    /// If there are more or fewer inputs or outputs than the model has.
    pub fn forward_all<const N: usize>(&self, inputs: &[&Tensor], train: bool) -> [Tensor; N] {
        let outputs = self.forward_vec(inputs, train);
        let found = outputs.len();
        outputs.try_into().unwrap_or_else(|_| panic!("a model with {found} outputs was asked for {N}"))
    }

    /// The same with any number of outputs.
    ///
    /// # Panics
    /// If there are more or fewer inputs than the model has.
    pub fn forward_vec(&self, inputs: &[&Tensor], train: bool) -> Vec<Tensor> {
        let inputs = inputs.iter().map(|x| Value::from(x.shallow_clone())).collect();
        self.parts.plan.run(inputs, train).into_iter().map(|value| precision::full(&value.tensor)).collect()
    }

    /// The outputs of all layers by name, as they stand in the description: a look inside.
    pub fn layer_outputs(&self, x: &Tensor, train: bool) -> Vec<(String, Tensor)> {
        let Parts { entries, inputs, .. } = &*self.parts;
        let layers: Vec<usize> = (0..entries.len()).filter(|i| !entries[*i].inputs.is_empty()).collect();
        let ids: Vec<TensorId> = layers.iter().map(|entry| TensorId { entry: *entry, output: 0 }).collect();
        let values = Plan::new(entries, inputs, &ids).run(vec![x.shallow_clone().into()], train);
        let tensors = values.into_iter().map(|value| precision::full(&value.tensor));
        layers.iter().map(|i| entries[*i].name.clone()).zip(tensors).collect()
    }

    /// The model without the softmax or sigmoid at its end: its logits, whether the activation is a layer of its own or a
    /// part of a dense one. Any other model is returned as it is.
    ///
    /// # Errors
    /// Another layer takes what a dense one with its activation makes.
    pub fn logits(&self) -> Result<Model> {
        let Parts { name, entries, inputs, outputs, .. } = &*self.parts;
        let ends = |activation: &Activation| matches!(activation, Activation::Softmax | Activation::Sigmoid);
        let mut entries = entries.clone();
        let mut logits = outputs.clone();
        for id in &mut logits {
            let operation = entries[id.entry].operation.clone();
            let operation = operation.as_ref() as &dyn Any;
            let dense = operation.downcast_ref::<Dense>().filter(|dense| dense.activation.as_ref().is_some_and(ends));
            if operation.downcast_ref().is_some_and(ends) {
                *id = entries[id.entry].inputs[0];
            } else if let Some(dense) = dense {
                let taken = entries.iter().any(|entry| entry.inputs.contains(id));
                ensure!(!taken, "{} has no logits of its own: another layer takes its output", entries[id.entry].name);
                entries[id.entry].operation = Rc::new(dense.linear());
            }
        }
        Model::new(name.clone(), &entries, inputs, &logits)
    }

    /// Whether both are one model, perhaps cloned.
    pub(super) fn is(&self, other: &Model) -> bool {
        Rc::ptr_eq(&self.parts, &other.parts)
    }

    /// The weights that an optimizer changes, layer by layer; they share their memory with the net's.
    pub fn trainable(&self) -> Vec<Tensor> {
        self.variables().trainable.into_iter().map(Tensor::shallow_clone).collect()
    }

    /// The gradient of the sum of the outputs with respect to the input, for a net of one input and one output in training
    /// mode: `K.gradients` of the book's gradient penalty. It can be differentiated again, with respect to the weights but not to `x`.
    ///
    /// A chain of dense layers, convolutions and (leaky) ReLUs is piecewise linear. Its gradient is a net, too, which
    /// passes ones from the end to the start, and one backward pass through that gives the second derivatives. For
    /// WGAN-GP's critic this takes two thirds of the time of differentiating the derivative, which serves other nets.
    pub fn input_gradient(&self, x: &Tensor) -> Tensor {
        let by_layers = vjp::of_ones(&self.parts.entries, x);
        by_layers.unwrap_or_else(|| vjp::input_gradient(|x| self.forward_t(x, true), x))
    }

    /// The net as Keras' `summary` shows it.
    pub fn summary(&self) -> Summary {
        let Parts { name, entries, outputs, .. } = &*self.parts;
        Summary::new(name, entries, outputs)
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Model({}, {} layers)", self.parts.name, self.parts.entries.len())
    }
}

impl Operation for Model {
    fn class(&self) -> &'static str {
        "Functional"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let expected = self.input_shapes();
        let fits = |given: &Shape, expected: &Shape| {
            given.len() == expected.len() && given.iter().zip(expected.iter()).all(|(a, b)| a == b || b.is_none())
        };
        ensure!(
            inputs.len() == expected.len()
                && inputs.iter().zip(&expected).all(|(given, expected)| fits(given, expected)),
            "takes {expected:?}, not {inputs:?}"
        );
        Ok(Model::output_shapes(self))
    }

    fn apply(&self, inputs: &[&Value], train: bool) -> Vec<Value> {
        self.parts.plan.run(inputs.iter().map(|value| value.shallow_clone()).collect(), train)
    }

    fn variables(&self) -> Variables<'_> {
        let mut all = Variables::default();
        // Layers that are called twice count once.
        for entry in self.parts.entries.iter().filter(|entry| entry.is_first_call(&self.parts.entries)) {
            let Variables { trainable, non_trainable } = entry.operation.variables();
            all.trainable.extend(trainable);
            all.non_trainable.extend(non_trainable);
        }
        all
    }
}
