//! Writers of the file formats of real data sets. The crate `data` reads and checks these formats.

pub mod cifar;
pub mod idx;
pub mod jpeg;
pub mod npy;
pub mod npz;
pub mod objects;
