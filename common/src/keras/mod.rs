//! Layers, initializers, optimizers and losses with Keras' semantics.
//!
//! The book's results come from Keras' defaults, and libtorch's differ almost everywhere: other initial weights,
//! another `same` padding, another epsilon in Adam. This module follows tf.keras 2; every layer is tested against
//! arrays that tf.keras made (`common/tests/fixtures`).
//!
//! Two conventions hold throughout:
//!
//! * **Shapes are Keras'**: without the batch axis, and `[height, width, channels]` for images. Tensors that travel
//!   between layers are libtorch's `[batch, channels, height, width]`, but with channels-last strides, so that their
//!   memory is Keras' memory: [`nhwc_to_nchw`] turns one into the other without a copy, and flattening needs none.
//! * **Variables are named as Keras names them**: `encoder_conv_0/kernel`, `encoder_conv_0/bias`. [`weights`] reads
//!   and writes them in Keras' layouts.

mod activation;
mod conv;
mod conv_transpose;
mod dense;
mod embedding;
mod enlarged;
pub mod init;
mod layer;
pub mod losses;
mod normalization;
mod optimizer;
mod recurrent;
mod sequential;
mod shape;
mod summary;
pub mod weights;

pub use activation::{Activation, Dropout};
pub use conv::{Conv2d, Conv2dConfig, Padding};
pub use conv_transpose::Conv2dTranspose;
pub use dense::Dense;
pub use embedding::Embedding;
pub use layer::Layer;
pub use normalization::{BatchNorm, BatchNormConfig, InstanceNorm, InstanceNormConfig};
pub use optimizer::{Adam, Optimizer, RmsProp, Rule};
pub use recurrent::{Bidirectional, Gru, Lstm, Recurrent};
pub use sequential::{Sequential, SequentialBuilder};
pub use shape::{Flatten, Reshape, UpSampling2d, nchw_to_nhwc, nhwc_to_nchw};
pub use summary::{LayerInfo, Summary};
