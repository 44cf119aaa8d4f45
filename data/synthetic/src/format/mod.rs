//! File formats of real data sets, as far as they are written: what reads and checks them is not in this crate.

pub mod cifar;
pub mod idx;
pub mod npy;
