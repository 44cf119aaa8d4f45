//! Vector-Jacobian products of piecewise linear nets, layer by layer: differentiable with respect to the weights.

use super::conv::spatial;
use super::conv2d_transpose::conv2d_transpose;
use super::graph::Entry;
use super::layout::{to_channels_first, to_channels_last};
use super::{Activation, Conv2d, Conv3d, Dense, Flatten, Operation, Reshape, Value, precision};
use std::any::Any;
use tch::Tensor;

/// The gradient of the sum of a chain's outputs with respect to `x`; none if the net is no chain, or a layer of it is not
/// piecewise linear.
pub(super) fn of_ones(entries: &[Entry], x: &Tensor) -> Option<Tensor> {
    let (_, layers) = entries.split_first()?;
    let is_chain = |(i, entry): (usize, &Entry)| matches!(entry.inputs[..], [input] if input.entry == i);
    if !layers.iter().enumerate().all(is_chain) || !layers.iter().all(|entry| has_vjp(entry.operation.as_ref())) {
        return None;
    }
    let mut inputs = vec![x.detach()];
    for entry in layers {
        let x = Value::from(inputs[inputs.len() - 1].shallow_clone());
        inputs.push(tch::no_grad(|| entry.operation.apply(&[&x], true)).remove(0).tensor);
    }
    let mut dy = inputs.pop()?.ones_like();
    for (entry, x) in layers.iter().zip(&inputs).rev() {
        // As in libtorch, a gradient has the kind of what it is with respect to: at the end, that of the net's input.
        dy = vjp(entry.operation.as_ref(), x, &dy)?.to_kind(x.kind());
    }
    Some(dy)
}

/// The gradient of the sum of `f`'s values with respect to `x`, for any function of a tensor. It can be differentiated
/// again.
pub fn input_gradient(f: impl FnOnce(&Tensor) -> Tensor, x: &Tensor) -> Tensor {
    let x = x.detach().set_requires_grad(true);
    let y = f(&x).sum(None);
    Tensor::run_backward(&[y], &[&x], true, true).remove(0)
}

fn has_vjp(layer: &dyn Operation) -> bool {
    let layer = layer as &dyn Any;
    let piecewise_linear = matches!(layer.downcast_ref(), Some(Activation::Relu | Activation::LeakyRelu(_)));
    let conv = layer.downcast_ref().is_some_and(|conv: &Conv2d| conv.config.activation.is_none());
    let conv3d = layer.downcast_ref().is_some_and(|conv: &Conv3d| conv.config.activation.is_none());
    let dense = layer.downcast_ref().is_some_and(|dense: &Dense| dense.activation.is_none());
    piecewise_linear || conv || conv3d || dense || layer.is::<Flatten>() || layer.is::<Reshape>()
}

/// The gradient with respect to a layer's input `x`, given the one with respect to its output. It depends on `dy` and
/// the weights in a differentiable way, and on `x` not at all but for the piece that it lies in.
fn vjp(layer: &dyn Operation, x: &Tensor, dy: &Tensor) -> Option<Tensor> {
    let layer = layer as &dyn Any;
    if let Some(conv) = layer.downcast_ref::<Conv2d>() {
        let dx = conv2d_transpose(dy, &conv.kernel, None, conv.config);
        // A `same` convolution forgets whether the last stride was a whole one.
        return (dx.size() == x.size()).then_some(dx);
    }
    if let Some(conv) = layer.downcast_ref::<Conv3d>() {
        return conv.vjp(spatial(&x.size()), dy);
    }
    if let Some(dense) = layer.downcast_ref::<Dense>() {
        let kernel = precision::operand(&dense.kernel).transpose(0, 1);
        return Some(to_channels_first(&to_channels_last(&precision::operand(dy)).matmul(&kernel)));
    }
    if layer.is::<Flatten>() || layer.is::<Reshape>() {
        return Some(to_channels_first(&to_channels_last(dy).reshape(to_channels_last(x).size())));
    }
    match layer.downcast_ref::<Activation>()? {
        Activation::Relu => Some(x.leaky_relu_backward(dy, 0.0, false)),
        Activation::LeakyRelu(slope) => Some(x.leaky_relu_backward(dy, *slope, false)),
        _ => None,
    }
}
