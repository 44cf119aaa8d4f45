//! Conversion of tensors to ndarray arrays, the input of figures.

use anyhow::{Context, Result};
use ndarray::{Array, Array2, Array4, ArrayD, Dimension};
use tch::{Device, Kind, Tensor};

/// A tensor `[n, coordinates]` as an array.
///
/// # Errors
/// The tensor has a different number of axes.
pub fn array2(tensor: &Tensor) -> Result<Array2<f32>> {
    array(tensor)
}

/// A tensor of images `[n, height, width, channels]` as an array.
///
/// # Errors
/// The tensor has a different number of axes.
pub fn array4(tensor: &Tensor) -> Result<Array4<f32>> {
    array(tensor)
}

fn array<D: Dimension>(tensor: &Tensor) -> Result<Array<f32, D>> {
    let tensor = tensor.detach().to_device(Device::Cpu).to_kind(Kind::Float).contiguous();
    let array: ArrayD<f32> = (&tensor).try_into().context("cannot copy a tensor to an array")?;
    array.into_dimensionality().with_context(|| format!("a tensor of shape {:?} has the wrong axes", tensor.size()))
}
