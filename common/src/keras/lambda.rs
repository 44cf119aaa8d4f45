use super::layout::{to_channels_first, to_channels_last};
use super::{Operation, Shape, Value, precision};
use anyhow::Result;
use std::fmt;
use tch::Tensor;

type Function = dyn Fn(&[Tensor], bool) -> Tensor;

/// A closure as a layer, with the shape that it makes.
///
/// It sees tensors in Keras' axes (channels of images last) and whether the net is training.
pub struct Lambda {
    shape: Shape,
    function: Box<Function>,
}

impl Lambda {
    /// A layer that applies the function.
    pub fn new(shape: impl Into<Shape>, function: impl Fn(&[Tensor], bool) -> Tensor + 'static) -> Lambda {
        Lambda { shape: shape.into(), function: Box::new(function) }
    }
}

impl fmt::Debug for Lambda {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Lambda({})", self.shape)
    }
}

impl Operation for Lambda {
    fn class(&self) -> &'static str {
        "Lambda"
    }

    fn output_shapes(&self, _inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![self.shape.clone()])
    }

    fn apply(&self, inputs: &[&Value], train: bool) -> Vec<Value> {
        let inputs: Vec<Tensor> =
            inputs.iter().map(|value| to_channels_last(&precision::full(&value.tensor))).collect();
        vec![to_channels_first(&(self.function)(&inputs, train)).into()]
    }
}
