use std::fmt::Debug;
use tch::Tensor;

/// One step of a net, as Keras understands it: it knows its Keras class name, the shape it makes, and its weights.
///
/// Shapes are Keras' (no batch axis, channels last); see the [module's conventions](crate::keras).
pub trait Layer: Debug + Send {
    /// Keras' class name, as printed by `summary`: `"Conv2D"`.
    fn class_name(&self) -> &'static str;

    /// Shape that the layer makes from the shape it was built for.
    fn output_shape(&self) -> &[i64];

    /// Applies the layer. `train` matters to dropout and batch normalization only.
    fn forward(&self, x: &Tensor, train: bool) -> Tensor;

    /// How many times the layer repeats each pixel along both axes, if it does nothing else.
    fn enlarges(&self) -> Option<i64> {
        None
    }

    /// What the layer makes of images enlarged by a factor, where it can tell from the small ones: the net leaves the
    /// layer that enlarges out then.
    fn forward_enlarged(&self, _x: &Tensor, _factor: i64) -> Option<Tensor> {
        None
    }

    /// The gradient of [`forward`](Layer::forward) with respect to its input `x`, given the gradient `dy` with respect to
    /// its output, for layers that are linear or piecewise linear: the result depends on `dy` and the weights in a
    /// differentiable way, and on `x` not at all but for the piece that it lies in.
    fn pull_back(&self, _x: &Tensor, _dy: &Tensor) -> Option<Tensor> {
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
