//! Loaders from files to tensors, one module per format or data set. The crate `data` provides the files.

mod augment;
pub mod batches;
pub mod celeba;
pub mod cifar10;
pub mod glove;
pub mod idx;
pub mod image_batches;
pub mod image_files;
pub mod jsb_chorales;
pub mod land;
pub mod midi_files;
pub mod mnist;
pub mod newsqa;
pub mod npz;
pub mod orl;
pub mod own_images;
pub mod prefetch;
pub mod qa;
pub mod quickdraw;
pub mod squad;
pub mod text;
pub mod tokens;
pub mod topojson;
