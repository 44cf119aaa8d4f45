use super::Shape;
use anyhow::{Result, bail};
use std::any::Any;
use std::fmt::Debug;
use tch::Tensor;

/// A layer that makes one tensor from one: it knows its Keras class name, the shape it makes, and its weights.
///
/// Shapes are Keras' (no batch axis, channels last); tensors of images have channels first, see the
/// [module's conventions](crate::keras).
pub trait Layer: Debug + 'static {
    /// Keras' class name, as printed by `summary`: `"Conv2D"`.
    fn class_name(&self) -> &'static str;

    /// The shape that the layer makes from this one.
    ///
    /// # Errors
    /// The layer cannot take this shape.
    fn output_shape(&self, input: &Shape) -> Result<Shape>;

    /// Applies the layer. `train` matters to dropout, noise and batch normalization only. Under the policy of bf16, `x` may be
    /// bf16: [`precision`](super::precision) has casts for what needs others.
    fn forward(&self, x: &Tensor, train: bool) -> Tensor;

    /// The mask of the output, `[batch, time]`, from that of the input. A layer lets it through only where it says so, as
    /// in Keras.
    fn output_mask(&self, _x: &Tensor, _mask: Option<&Tensor>) -> Option<Tensor> {
        None
    }

    /// Weights that an optimizer changes.
    fn trainable(&self) -> Vec<&Tensor> {
        vec![]
    }

    /// Weights that only the layer itself changes: moving averages.
    fn non_trainable(&self) -> Vec<&Tensor> {
        vec![]
    }
}

/// A tensor between two layers, and which of its steps of time count.
#[derive(Debug)]
pub struct Value {
    /// The tensor.
    pub tensor: Tensor,
    /// `[batch, time]`, bool: false where a step is padding. None if all count.
    pub mask: Option<Tensor>,
}

impl From<Tensor> for Value {
    fn from(tensor: Tensor) -> Value {
        Value { tensor, mask: None }
    }
}

impl Value {
    /// The same tensor once more; the memory is shared.
    pub fn shallow_clone(&self) -> Value {
        Value { tensor: self.tensor.shallow_clone(), mask: self.mask.as_ref().map(Tensor::shallow_clone) }
    }
}

/// What stands at a node of a net: any number of tensors in and out. Most are a [`Layer`]; sums, recurrent layers,
/// attention and whole models need more than one tensor, or masks.
pub trait Operation: Any + Debug {
    /// Keras' class name.
    fn class(&self) -> &'static str;

    /// The shapes that it makes from these.
    ///
    /// # Errors
    /// It cannot take these shapes.
    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>>;

    /// Applies it.
    fn apply(&self, inputs: &[&Value], train: bool) -> Vec<Value>;

    /// Its weights.
    fn variables(&self) -> Variables<'_> {
        Variables::default()
    }
}

/// The weights of an operation.
#[derive(Debug, Default)]
pub struct Variables<'a> {
    /// Those that an optimizer changes.
    pub trainable: Vec<&'a Tensor>,
    /// Those that only the operation itself changes.
    pub non_trainable: Vec<&'a Tensor>,
}

impl<L: Layer> Operation for L {
    fn class(&self) -> &'static str {
        self.class_name()
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        match inputs {
            [input] => Ok(vec![self.output_shape(input)?]),
            _ => bail!("takes one tensor, and {} were given", inputs.len()),
        }
    }

    fn apply(&self, inputs: &[&Value], train: bool) -> Vec<Value> {
        let Value { tensor, mask } = inputs[0];
        vec![Value { tensor: self.forward(tensor, train), mask: self.output_mask(tensor, mask.as_ref()) }]
    }

    fn variables(&self) -> Variables<'_> {
        Variables { trainable: self.trainable(), non_trainable: self.non_trainable() }
    }
}
