use crate::device;
use ndarray::{ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::{NpzReader, ReadNpzError, ReadableElement};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use tch::Tensor;
use tch::kind::Element;

/// Arrays from an npz file that Python wrote. Arrays of f32, f64 and i64 become tensors of that kind on the tests'
/// [`device`].
#[derive(Debug)]
pub struct Fixture {
    file: String,
    arrays: BTreeMap<String, Tensor>,
}

impl Fixture {
    /// Reads all arrays of a file. Relative paths start at the package's folder, where Cargo runs tests:
    /// `tests/fixtures/gan.npz`.
    ///
    /// # Panics
    /// The file cannot be read, is not an npz archive, or holds an array of another kind.
    #[track_caller]
    pub fn open(path: impl AsRef<Path>) -> Fixture {
        let name = path.as_ref().display().to_string();
        let file = File::open(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut npz = NpzReader::new(file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let names = npz.names().unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut arrays = BTreeMap::new();
        for array in names {
            let tensor =
                read(&mut npz, &array).unwrap_or_else(|| panic!("{name}: {array} is no array of f32, f64 or i64"));
            arrays.insert(array, tensor);
        }
        Fixture { file: name, arrays }
    }

    /// The names of the arrays, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.arrays.keys().map(String::as_str)
    }

    /// An array.
    ///
    /// # Panics
    /// There is none of this name.
    #[track_caller]
    pub fn tensor(&self, name: &str) -> Tensor {
        let tensor = self.arrays.get(name);
        tensor.unwrap_or_else(|| panic!("{}: there is no array {name}", self.file)).copy()
    }

    /// The value of an array of one element, as a loss.
    ///
    /// # Panics
    /// There is none of this name, or it has another number of elements.
    #[track_caller]
    pub fn number(&self, name: &str) -> f64 {
        let tensor = self.tensor(name);
        assert_eq!(tensor.numel(), 1, "{}: elements of {name}", self.file);
        tensor.reshape([1]).double_value(&[0])
    }

    /// The arrays whose names begin with `prefix`, by the rest of the name: `w/dense/kernel` below `w/` is
    /// `dense/kernel`. May be empty.
    pub fn below(&self, prefix: &str) -> BTreeMap<String, Tensor> {
        let arrays = self.arrays.iter();
        arrays.filter_map(|(name, tensor)| Some((name.strip_prefix(prefix)?.to_string(), tensor.copy()))).collect()
    }
}

fn read(npz: &mut NpzReader<File>, name: &str) -> Option<Tensor> {
    let single = array::<f32>(npz, name).map(tensor);
    let double = single.or_else(|_| array::<f64>(npz, name).map(tensor));
    double.or_else(|_| array::<i64>(npz, name).map(tensor)).ok()
}

fn array<T: ReadableElement>(npz: &mut NpzReader<File>, name: &str) -> Result<ArrayD<T>, ReadNpzError> {
    npz.by_name::<OwnedRepr<T>, IxDyn>(name)
}

fn tensor<T: Element + Clone>(array: ArrayD<T>) -> Tensor {
    let shape: Vec<i64> = array.shape().iter().map(|&n| n as i64).collect();
    let values: Vec<T> = array.iter().cloned().collect();
    Tensor::from_slice(&values).reshape(shape).to_device(device())
}
