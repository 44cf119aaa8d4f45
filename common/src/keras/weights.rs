//! Weights in and out, in Keras' names and layouts, as safetensors.
//!
//! | variable | Keras' layout, as in the file | here |
//! |---|---|---|
//! | `Conv2D` kernel | height, width, in, out | out, in, height, width (channels-last strides) |
//! | `Conv2DTranspose` kernel | height, width, out, in | in, out, height, width (channels-last strides) |
//! | everything else | as is | the same |
//!
//! Both convolutions are one rule: the two channel axes go last, in reverse order.
//!
//! `common/python/h5_to_safetensors.py` turns the `.h5` file of a book's notebook into such a file, and back.

use super::init::Initializer;
use super::layout::channels_last;
use super::limits::MOST_PARAMETERS;
use super::weights_kind;
use crate::files;
use anyhow::{Context, Result, bail, ensure};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use tch::{Device, Kind, Tensor, nn};

/// The types of values in files, libtorch's kinds for them, and their bytes.
pub(super) const KINDS: [(Dtype, Kind, usize); 6] = [
    (Dtype::F64, Kind::Double, 8),
    (Dtype::F32, Kind::Float, 4),
    (Dtype::F16, Kind::Half, 2),
    (Dtype::BF16, Kind::BFloat16, 2),
    (Dtype::I64, Kind::Int64, 8),
    (Dtype::U8, Kind::Uint8, 1),
];

/// A kernel of any convolution, libtorch's layout to Keras'. Other tensors are returned as they are.
pub fn to_keras(tensor: &Tensor) -> Tensor {
    match tensor.dim() {
        4 => tensor.permute([2, 3, 1, 0]),
        5 => tensor.permute([2, 3, 4, 1, 0]),
        _ => tensor.shallow_clone(),
    }
}

/// The inverse of [`to_keras`].
pub fn from_keras(tensor: &Tensor) -> Tensor {
    match tensor.dim() {
        4 => tensor.permute([3, 2, 0, 1]),
        5 => tensor.permute([4, 3, 0, 1, 2]),
        _ => tensor.shallow_clone(),
    }
}

/// Adds a trainable variable to a store. `shape` is in Keras' layout; the tensor is in libtorch's, kernels of
/// convolutions with channels-last strides.
///
/// # Errors
/// There is a variable of this name, or the shape is out of bounds.
pub fn add(path: &nn::Path, name: &str, shape: &[i64], initializer: Initializer) -> Result<Tensor> {
    add_variable(path, name, shape, initializer, true)
}

/// As [`add`], for a variable that is not trainable.
///
/// # Errors
/// As [`add`].
pub fn add_non_trainable(path: &nn::Path, name: &str, shape: &[i64], initializer: Initializer) -> Result<Tensor> {
    add_variable(path, name, shape, initializer, false)
}

fn add_variable(
    path: &nn::Path,
    name: &str,
    shape: &[i64],
    initializer: Initializer,
    trainable: bool,
) -> Result<Tensor> {
    ensure!(path.get(name).is_none(), "there are two layers of this name: the variable {name} exists");
    ensure!(
        shape.iter().all(|size| (1..=MOST_PARAMETERS).contains(size)),
        "{name} would have the shape {shape:?}: sizes must lie between 1 and {MOST_PARAMETERS}"
    );
    let values = shape.iter().try_fold(1i64, |product, size| product.checked_mul(*size));
    ensure!(
        values.is_some_and(|values| values <= MOST_PARAMETERS),
        "{name} would have the shape {shape:?}: a net has at most {} million parameters",
        MOST_PARAMETERS / 1_000_000
    );
    let start = from_keras(&initializer.make(shape, path.device())).to_kind(path.kind());
    Ok(path.add(name, channels_last(&start), trainable))
}

/// All variables of a store under their Keras names, sorted by name.
pub fn named_variables(vs: &nn::VarStore) -> BTreeMap<String, Tensor> {
    vs.variables().into_iter().map(|(name, tensor)| (name.replace('.', "/"), tensor)).collect()
}

/// The trainable variables of a store under their Keras names, sorted by name.
pub fn trainable_variables(vs: &nn::VarStore) -> Vec<(String, Tensor)> {
    named_variables(vs).into_iter().filter(|(_, tensor)| tensor.requires_grad()).collect()
}

/// Writes all variables to a safetensors file; the old file stays whole until the new one is.
pub fn save(vs: &nn::VarStore, path: &Path) -> Result<()> {
    save_named(&named_variables(vs), path)
}

/// The same for variables by name.
pub(crate) fn save_named(variables: &BTreeMap<String, Tensor>, path: &Path) -> Result<()> {
    let tensors = variables.iter().map(|(name, tensor)| (name.clone(), to_keras(tensor)));
    write_file(path, tensors, HashMap::new())
}

/// Fills all variables from a safetensors file; nothing changes unless every name and every shape fits.
///
/// # Errors
/// The file is missing or damaged, lacks a variable, holds one that the model does not have, or one of another shape.
pub fn load(vs: &nn::VarStore, path: &Path) -> Result<()> {
    let (tensors, _) = read_file(path)?;
    assign(vs, tensors).with_context(|| format!("{} does not fit this model", path.display()))
}

/// As [`load`], from the bytes of such a file; `name` is told in messages.
///
/// # Errors
/// As [`load`].
pub fn load_bytes(vs: &nn::VarStore, name: &str, bytes: &[u8]) -> Result<()> {
    let (tensors, _) = read_bytes(Path::new(name), bytes)?;
    assign(vs, tensors).with_context(|| format!("{name} does not fit this model"))
}

/// Fills all variables of a store from tensors in Keras' layout; see [`load`].
pub fn assign(vs: &nn::VarStore, tensors: BTreeMap<String, Tensor>) -> Result<()> {
    assign_named(&named_variables(vs), tensors)
}

/// The same for variables by name.
pub(crate) fn assign_named(variables: &BTreeMap<String, Tensor>, mut tensors: BTreeMap<String, Tensor>) -> Result<()> {
    let mut pairs = vec![];
    for (name, variable) in variables {
        let Some(tensor) = tensors.remove(name) else {
            bail!("it lacks the variable {name}: was it saved from another model?");
        };
        let expected = to_keras(variable).size();
        ensure!(
            tensor.size() == expected,
            "{name} has shape {:?} there, and {expected:?} in this model",
            tensor.size()
        );
        ensure_finite(name, &tensor)?;
        pairs.push((variable.shallow_clone(), from_keras(&tensor)));
    }
    if let Some(name) = tensors.keys().next() {
        bail!("it holds {name}, which this model does not have");
    }
    tch::no_grad(|| {
        for (mut variable, tensor) in pairs {
            variable.copy_(&tensor);
        }
    });
    Ok(())
}

/// Refuses a tensor with a value that is no number: it would only make black images.
pub(crate) fn ensure_finite(name: &str, tensor: &Tensor) -> Result<()> {
    let finite = tensor.isfinite().all().int64_value(&[]) == 1;
    ensure!(finite, "{name} contains NaN or infinity: these weights are of no use, train them again");
    Ok(())
}

/// Writes named tensors and a text map as one safetensors file, beside and then renamed into place.
pub fn write_file(
    path: &Path,
    tensors: impl IntoIterator<Item = (String, Tensor)>,
    metadata: HashMap<String, String>,
) -> Result<()> {
    let buffers: Vec<_> =
        tensors.into_iter().map(|(name, tensor)| Ok((name, Buffer::of(&tensor)?))).collect::<Result<_>>()?;
    let views = buffers
        .iter()
        .map(|(name, buffer)| Ok((name, TensorView::new(buffer.dtype, buffer.shape.clone(), &buffer.bytes)?)))
        .collect::<Result<Vec<_>>>()?;
    let bytes = safetensors::serialize(views, Some(metadata))
        .with_context(|| format!("cannot pack weights for {}", path.display()))?;
    files::write(path, &bytes)
}

/// Reads a safetensors file of f16, bf16, f32, f64, i64 or u8 tensors, with its text map.
pub fn read_file(path: &Path) -> Result<(BTreeMap<String, Tensor>, HashMap<String, String>)> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read weights from {}", path.display()))?;
    read_bytes(path, &bytes)
}

fn read_bytes(path: &Path, bytes: &[u8]) -> Result<(BTreeMap<String, Tensor>, HashMap<String, String>)> {
    let damaged = || weights_kind::describe(path, bytes);
    let file = SafeTensors::deserialize(bytes).with_context(damaged)?;
    let (_, header) = SafeTensors::read_metadata(bytes).with_context(damaged)?;
    let mut tensors = BTreeMap::new();
    for (name, view) in file.iter() {
        let Some((_, kind, _)) = KINDS.iter().copied().find(|(dtype, ..)| *dtype == view.dtype()) else {
            bail!(
                "{}: {name} is of type {:?}; wanted are f16, bf16, f32, f64, i64 and u8",
                path.display(),
                view.dtype()
            )
        };
        let shape: Vec<i64> = view.shape().iter().map(|&n| n as i64).collect();
        let tensor = Tensor::f_from_data_size(view.data(), &shape, kind).with_context(damaged)?;
        tensors.insert(name.to_string(), tensor);
    }
    Ok((tensors, header.metadata().clone().unwrap_or_default()))
}

/// A tensor's bytes in row-major order.
struct Buffer {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Buffer {
    fn of(tensor: &Tensor) -> Result<Buffer> {
        let tensor = tensor.detach().to_device(Device::Cpu).contiguous();
        let Some((dtype, _, width)) = KINDS.iter().copied().find(|(_, kind, _)| *kind == tensor.kind()) else {
            bail!("cannot save values of type {:?}: only f16, bf16, f32, f64, i64 and u8", tensor.kind())
        };
        let mut bytes = vec![0; tensor.numel() * width];
        tensor.copy_data_u8(&mut bytes, tensor.numel());
        Ok(Buffer { dtype, shape: tensor.size().iter().map(|&n| n as usize).collect(), bytes })
    }
}
