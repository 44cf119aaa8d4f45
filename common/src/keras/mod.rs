//! Layers, nets, initializers, optimizers and losses with Keras' semantics.
//!
//! The book's results come from Keras' defaults, and libtorch's differ almost everywhere: other initial weights,
//! another `same` padding, another epsilon in Adam. This module follows tf.keras 2; every layer is tested against
//! arrays that tf.keras made (`common/tests/fixtures`).
//!
//! A net is described once, in Keras' functional style ([`Net`], [`Node`]); the forward pass, Keras' summary, the
//! diagram, shapes, parameter counts and checks all come from that description ([`Model`]). [`Sequential`] is the short
//! form of a chain.
//!
//! Three conventions hold throughout:
//!
//! * **Shapes are Keras'** ([`Shape`]): without the batch axis, and `[height, width, channels]` for images. Tensors that
//!   travel between layers are libtorch's `[batch, channels, height, width]`, but with channels-last strides, so that
//!   their memory is Keras' memory: [`nhwc_to_nchw`] turns one into the other without a copy, and flattening needs none.
//! * **Values are f32**, or f64 if the weights are. Under the policy of bf16 some are bf16 inside a [`Model`], never outside:
//!   see [`precision`].
//! * **Variables are named as Keras names them**: `encoder_conv_0/kernel`, `encoder_conv_0/bias`. [`weights`] reads
//!   and writes them in Keras' layouts.

mod activation;
mod attention;
mod batch_norm;
mod conv;
mod conv2d;
mod conv2d_transpose;
mod conv3d;
mod dense;
mod dropout;
mod embedding;
mod fused_upsampling;
mod graph;
pub mod init;
mod instance_norm;
mod lambda;
mod layer;
mod layer_norm;
mod layout;
mod limits;
pub mod losses;
mod mapped_weights;
mod merge;
mod model;
mod net;
mod node;
mod optimizer;
mod padding;
mod patches;
mod plan;
mod pooling;
pub mod precision;
pub mod recurrent;
mod reshape;
mod sequential;
mod shape;
mod summary;
mod upsampling;
mod vjp;
pub mod weights;
mod weights_kind;

pub use activation::Activation;
pub use attention::{Attention, MultiHeadAttention};
pub use batch_norm::{BatchNorm, BatchNormConfig};
pub use conv::{Conv, ConvConfig, Padding, Sides};
pub use conv2d::Conv2d;
pub use conv2d_transpose::Conv2dTranspose;
pub use conv3d::Conv3d;
pub use dense::{Dense, Units};
pub use dropout::{Dropout, GaussianNoise, SpatialDropout};
pub use embedding::{Embedding, Masking};
pub use init::Initializer;
pub use instance_norm::{InstanceNorm, InstanceNormConfig};
pub use lambda::Lambda;
pub use layer::{Layer, Operation, Value, Variables};
pub use layer_norm::LayerNorm;
pub use layout::{nchw_to_nhwc, nhwc_to_nchw, to_channels_first, to_channels_last};
pub use mapped_weights::MappedWeights;
pub use merge::Merge;
pub use model::Model;
pub use net::{Net, Node, SharedLayer};
pub use optimizer::{Adam, Optimizer, RmsProp, Rule};
pub use padding::{Border, Pad2d};
pub use pooling::MaxPooling2d;
pub use recurrent::{Bidirectional, Gru, Lstm, Recurrent};
pub use reshape::{Flatten, Permute, RepeatVector, Reshape};
pub use sequential::Sequential;
pub use shape::Shape;
pub use summary::{LayerInfo, Summary};
pub use upsampling::UpSampling2d;
pub use vjp::input_gradient;
