//! How a model is computed: a list of steps over numbered places for tensors, with the shortcuts that the description
//! allows. The shortcuts change no number but for rounding.

use super::fused_upsampling::fused_upsampling_conv2d;
use super::graph::{Entry, TensorId};
use super::{
    Activation, BatchNorm, Conv2d, Conv2dTranspose, Conv3d, Dense, InstanceNorm, Operation, UpSampling2d, Value,
};
use std::any::Any;
use std::rc::Rc;

#[derive(Debug)]
pub(super) struct Plan {
    steps: Vec<Step>,
    places: usize,
    inputs: Vec<usize>,
    outputs: Vec<usize>,
}

#[derive(Debug)]
struct Step {
    compute: Compute,
    inputs: Vec<usize>,
    /// Where the outputs go: this place and those after it.
    output: usize,
    /// Places that nobody needs from here on.
    done: Vec<usize>,
}

#[derive(Debug)]
enum Compute {
    /// The operation as it is.
    Operation(Rc<dyn Operation>),
    /// An activation in the memory of its input.
    InPlace(Activation),
    /// Nearest-neighbour upsampling by a factor and the convolution after it, in one go.
    FusedUpSampling(i64, Rc<dyn Operation>),
}

impl Plan {
    /// Each entry as it stands.
    pub fn new(entries: &[Entry], inputs: &[TensorId], outputs: &[TensorId]) -> Plan {
        let mut first = vec![];
        let mut places = 0;
        for entry in entries {
            first.push(places);
            places += entry.outputs.len();
        }
        let place = |id: &TensorId| first[id.entry] + id.output;
        let given: Vec<usize> = inputs.iter().map(|id| id.entry).collect();
        let steps = entries.iter().enumerate().filter(|(i, _)| !given.contains(i)).map(|(i, entry)| Step {
            compute: Compute::Operation(entry.operation.clone()),
            inputs: entry.inputs.iter().map(place).collect(),
            output: first[i],
            done: vec![],
        });
        let [inputs, outputs] = [inputs, outputs].map(|ids| ids.iter().map(place).collect());
        Plan { steps: steps.collect(), places, inputs, outputs }.with_ends()
    }

    /// The same with upsampling folded into convolutions and activations in place.
    pub fn with_shortcuts(mut self) -> Plan {
        self.fuse_upsampling();
        self.activate_in_place();
        self.with_ends()
    }

    /// Computes the outputs.
    pub fn run(&self, inputs: Vec<Value>, train: bool) -> Vec<Value> {
        assert_eq!(inputs.len(), self.inputs.len(), "a model with {} inputs got {}", self.inputs.len(), inputs.len());
        let mut values: Vec<Option<Value>> = (0..self.places).map(|_| None).collect();
        for (place, value) in self.inputs.iter().zip(inputs) {
            values[*place] = Some(value);
        }
        for step in &self.steps {
            let outputs = step.run(&mut values, train);
            for (place, value) in (step.output..).zip(outputs) {
                values[place] = Some(value);
            }
            step.done.iter().for_each(|place| values[*place] = None);
        }
        let output = |place: &usize| values[*place].as_ref().map(Value::shallow_clone);
        self.outputs.iter().filter_map(output).collect()
    }

    /// Notes where each place is used for the last time.
    fn with_ends(mut self) -> Plan {
        let mut used = self.outputs.clone();
        for step in self.steps.iter_mut().rev() {
            step.done = step.inputs.iter().copied().filter(|place| !used.contains(place)).collect();
            used.extend(&step.done);
        }
        self
    }

    /// The step that makes what only this one takes.
    fn sole_producer(&self, step: usize) -> Option<usize> {
        let [input] = self.steps[step].inputs[..] else { return None };
        let takers = self.steps.iter().flat_map(|step| &step.inputs).filter(|place| **place == input).count();
        let producer = self.steps[..step].iter().position(|producer| producer.output == input)?;
        (takers == 1 && !self.outputs.contains(&input)).then_some(producer)
    }

    fn fuse_upsampling(&mut self) {
        for i in (1..self.steps.len()).rev() {
            let Some(before) = self.sole_producer(i) else { continue };
            let (upsampling, conv) = (self.steps[before].layer::<UpSampling2d>(), self.steps[i].layer::<Conv2d>());
            let (Some(UpSampling2d { factor }), Some(true)) = (upsampling, conv.map(Conv2d::is_foldable)) else {
                continue;
            };
            let Compute::Operation(conv) = &self.steps[i].compute else { continue };
            self.steps[i].compute = Compute::FusedUpSampling(*factor, conv.clone());
            self.steps[i].inputs = self.steps[before].inputs.clone();
            self.steps.remove(before);
            return self.fuse_upsampling();
        }
    }

    /// Where neither the layer in front nor the activation's own gradient needs the values in front of it.
    fn activate_in_place(&mut self) {
        for i in 1..self.steps.len() {
            let Some(activation) = self.steps[i].layer::<Activation>().copied() else { continue };
            let Some(before) = self.sole_producer(i) else { continue };
            if activation.works_in_place() && self.steps[before].forgets_its_output() {
                self.steps[i].compute = Compute::InPlace(activation);
            }
        }
    }
}

impl Step {
    fn run(&self, values: &mut [Option<Value>], train: bool) -> Vec<Value> {
        if let Compute::InPlace(activation) = &self.compute {
            let Some(Value { tensor, mask }) = values[self.inputs[0]].take() else { return vec![] };
            return vec![Value { tensor: activation.apply_in_place(tensor), mask }];
        }
        let inputs: Vec<&Value> = self.inputs.iter().filter_map(|place| values[*place].as_ref()).collect();
        match &self.compute {
            Compute::FusedUpSampling(factor, conv) => {
                let conv = (conv.as_ref() as &dyn Any).downcast_ref::<Conv2d>();
                let fused = |conv: &Conv2d| {
                    fused_upsampling_conv2d(&inputs[0].tensor, &conv.kernel, conv.bias.as_ref(), *factor)
                };
                conv.map(fused).into_iter().map(Value::from).collect()
            }
            Compute::Operation(operation) => operation.apply(&inputs, train),
            Compute::InPlace(_) => vec![],
        }
    }

    /// The layer, if it is of this type and computed as it is.
    fn layer<L: 'static>(&self) -> Option<&L> {
        match &self.compute {
            Compute::Operation(operation) => (operation.as_ref() as &dyn Any).downcast_ref(),
            _ => None,
        }
    }

    /// Whether the gradient of the layer does without its output: not if an activation is a part of it.
    fn forgets_its_output(&self) -> bool {
        let conv = self.layer::<Conv2d>().map(|layer| layer.config.activation);
        let transposed = self.layer::<Conv2dTranspose>().map(|layer| layer.config.activation);
        let conv3d = self.layer::<Conv3d>().map(|layer| layer.config.activation);
        let dense = self.layer::<Dense>().map(|layer| layer.activation);
        let batch_norm = self.layer::<BatchNorm>().map(|_| None);
        let instance_norm = self.layer::<InstanceNorm>().map(|_| None);
        [conv, transposed, conv3d, dense, batch_norm, instance_norm]
            .into_iter()
            .flatten()
            .any(|activation| activation.is_none())
    }
}
