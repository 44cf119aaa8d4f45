use anyhow::{Context, Result, ensure};
use pytorch_reader::{DType, PytorchReader};
use std::collections::BTreeMap;
use std::path::Path;
use tch::{Kind, Tensor};

/// Weights by their names in PyTorch: `_conv_stem.weight`.
#[derive(Debug)]
pub struct Weights {
    origin: String,
    tensors: BTreeMap<String, Tensor>,
}

impl Weights {
    /// Reads a state dictionary written by `torch.save`, `.pt` or `.pth`, also in the format before PyTorch 1.6, which
    /// libtorch does not read. Only f32 arrays are kept, and no code in the file is executed.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn read(path: &Path) -> Result<Weights> {
        let failed = || format!("cannot read PyTorch weights from {}", path.display());
        let reader = PytorchReader::new(path).with_context(failed)?;
        let mut tensors = BTreeMap::new();
        for (name, tensor) in reader.tensors() {
            if tensor.dtype() != DType::F32 {
                continue;
            }
            let shape: Vec<i64> = tensor.shape().iter().map(|&n| n as i64).collect();
            let bytes = tensor.read().with_context(failed)?;
            let tensor = Tensor::f_from_data_size(&bytes, &shape, Kind::Float).with_context(failed)?;
            tensors.insert(name.clone(), tensor);
        }
        Ok(Weights { origin: path.display().to_string(), tensors })
    }

    /// Weights in memory; messages name their `origin`.
    pub fn from_tensors(origin: &str, tensors: BTreeMap<String, Tensor>) -> Weights {
        Weights { origin: origin.to_string(), tensors }
    }

    pub(super) fn get(&self, name: &str, shape: &[i64]) -> Result<&Tensor> {
        let Weights { origin, tensors } = self;
        let tensor =
            tensors.get(name).with_context(|| format!("{origin} has no {name}: does it belong to another net?"))?;
        ensure!(tensor.size() == shape, "{name} has shape {:?} in {origin}, but {shape:?} in this net", tensor.size());
        Ok(tensor)
    }
}
