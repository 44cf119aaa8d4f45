//! Large files of weights, read where they lie: the system loads what is used, once, and no second copy is made.

use super::weights::KINDS;
use super::weights_kind;
use anyhow::{Context, Result, bail, ensure};
use memmap2::Mmap;
use safetensors::SafeTensors;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use tch::{Device, Tensor};

/// A safetensors file in memory. Its tensors are read-only and live as long as this does.
#[derive(Debug)]
pub struct MappedWeights {
    // Before the file: fields are dropped in this order.
    tensors: BTreeMap<String, Tensor>,
    _file: Mmap,
}

impl MappedWeights {
    /// Opens a file of f64, f32, f16, bf16, i64 or u8 tensors; those of other types are left out.
    ///
    /// The file may not change while this lives.
    ///
    /// # Errors
    /// It cannot be read, or is no safetensors file; the message says what it is.
    pub fn open(path: &Path) -> Result<MappedWeights> {
        let shown = path.display();
        let file = File::open(path).with_context(|| format!("cannot read weights from {shown}"))?;
        let about = file.metadata().with_context(|| format!("cannot read weights from {shown}"))?;
        ensure!(about.is_file(), "{shown} is no file");
        if about.len() == 0 {
            bail!("{}", weights_kind::describe(path, &[]));
        }
        // SAFETY: the map is read-only. That nobody changes the file meanwhile cannot be checked; the same holds for
        // every program that maps a file.
        let map = unsafe { Mmap::map(&file) }.with_context(|| format!("cannot read weights from {shown}"))?;
        let content = SafeTensors::deserialize(&map).with_context(|| weights_kind::describe(path, &map))?;
        let mut tensors = BTreeMap::new();
        for (name, view) in content.iter() {
            let known = KINDS.iter().copied().find(|(dtype, ..)| *dtype == view.dtype());
            let Some((_, kind, width)) = known else { continue };
            let shape: Vec<i64> = view.shape().iter().map(|&n| n as i64).collect();
            let data = view.data();
            // Beside an empty axis others may have any size, which libtorch checks when it makes a tensor of its own.
            let tensor = if !data.is_empty() && data.as_ptr().addr().is_multiple_of(width) {
                // SAFETY: the data are as long as the shape says (`deserialize` has checked it), aligned, and live as long
                // as the map does, which is dropped after the tensors. Nobody writes to them: they are no variables.
                unsafe { Tensor::from_blob(data.as_ptr(), &shape, &strides(&shape), kind, Device::Cpu) }
            } else {
                Tensor::f_from_data_size(data, &shape, kind).with_context(|| format!("{shown}: {name}"))?
            };
            tensors.insert(name.to_string(), tensor);
        }
        Ok(MappedWeights { tensors, _file: map })
    }

    /// The tensors by name, in the file's layouts.
    pub fn tensors(&self) -> &BTreeMap<String, Tensor> {
        &self.tensors
    }
}

/// Strides of row-major values.
fn strides(shape: &[i64]) -> Vec<i64> {
    (0..shape.len()).map(|axis| shape[axis + 1..].iter().product()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn sizes_beside_an_empty_axis_are_checked() {
        let file = |shape: &str| {
            let header = format!(r#"{{"x":{{"dtype":"F32","shape":{shape},"data_offsets":[0,0]}}}}"#);
            [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat()
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        fs::write(&path, file("[0,3]")).unwrap();
        assert_eq!(MappedWeights::open(&path).unwrap().tensors()["x"].size(), [0, 3]);
        for shape in ["[0,1099511627776,1099511627776]", "[0,9223372036854775808]"] {
            fs::write(&path, file(shape)).unwrap();
            let error = format!("{:#}", MappedWeights::open(&path).unwrap_err());
            assert!(error.contains("x.safetensors: x"), "{error}");
        }
    }
}
