//! From files to tensors: one module per format or data set. Where the files come from is the crate `data`'s business.

pub mod batches;
pub mod cifar10;
pub mod idx;
pub mod mnist;
pub mod npz;
