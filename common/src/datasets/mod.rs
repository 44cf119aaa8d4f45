//! From files to tensors: one module per format or data set. Where the files come from is the crate `data`'s business.

pub mod batches;
pub mod celeba;
pub mod cifar10;
pub mod idx;
pub mod land;
pub mod mnist;
pub mod npz;
pub mod orl;
pub mod picture_files;
pub mod prefetch;
pub mod quickdraw;
mod redraw;
pub mod topojson;
