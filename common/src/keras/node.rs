//! The vocabulary of nets: a method for each layer that Keras has.

use super::recurrent::{GruCell, LstmCell, RecurrentLayer};
use super::*;
use anyhow::Result;
use std::rc::Rc;
use tch::{Tensor, nn};

impl<'a> Node<'a> {
    /// Gives the layer that made this tensor a name in place of Keras' automatic one: for layers without weights.
    pub fn named(&self, name: impl ToString) -> Node<'a> {
        self.net.rename(self, name.to_string());
        self.clone()
    }

    /// The model from the inputs that this tensor depends on to this tensor: the end of a chain.
    ///
    /// # Errors
    /// As [`Net::model`].
    pub fn model(&self, name: impl ToString) -> Result<Model> {
        let inputs = self.net.inputs_of(self);
        self.net.model(name, &inputs.iter().collect::<Vec<_>>(), &[self])
    }

    /// Puts a layer after this tensor; `make` gets the path that its variables go to and the shape of its input.
    pub fn layer<O: Operation>(
        &self,
        name: impl ToString,
        make: impl FnOnce(&nn::Path, &Shape) -> Result<O>,
    ) -> Node<'a> {
        let [node] = self.layers(Some(name.to_string()), &[], |path, shapes| make(path, &shapes[0]));
        node
    }

    /// Puts a layer without weights after this tensor, under Keras' automatic name.
    pub fn unnamed<O: Operation>(&self, make: impl FnOnce(&Shape) -> Result<O>) -> Node<'a> {
        let [node] = self.layers(None, &[], |_, shapes| make(&shapes[0]));
        node
    }

    /// Puts an operation that makes `N` tensors after this tensor and others. Without a name it gets Keras' automatic one.
    pub fn layers<O: Operation, const N: usize>(
        &self,
        name: Option<String>,
        more: &[&Node<'a>],
        make: impl FnOnce(&nn::Path, &[Shape]) -> Result<O>,
    ) -> [Node<'a>; N] {
        let inputs: Vec<&Node> = std::iter::once(self).chain(more.iter().copied()).collect();
        self.net.place(name, &inputs, make)
    }

    /// Fully connected layer: a number of units, or [`Units`].
    pub fn dense(&self, name: impl ToString, units: impl Into<Units>) -> Node<'a> {
        self.layer(name, |path, shape| Dense::new(path, shape, units))
    }

    /// Convolution of an image.
    pub fn conv2d(&self, name: impl ToString, conv: Conv<2>) -> Node<'a> {
        self.layer(name, |path, shape| Conv2d::new(path, shape, conv))
    }

    /// Transposed convolution of an image.
    pub fn conv2d_transpose(&self, name: impl ToString, conv: Conv<2>) -> Node<'a> {
        self.layer(name, |path, shape| Conv2dTranspose::new(path, shape, conv))
    }

    /// Convolution of a volume.
    pub fn conv3d(&self, name: impl ToString, conv: Conv<3>) -> Node<'a> {
        self.layer(name, |path, shape| Conv3d::new(path, shape, conv))
    }

    /// Batch normalization with Keras' defaults.
    pub fn batch_norm(&self, name: impl ToString) -> Node<'a> {
        self.batch_norm_with(name, BatchNormConfig::default())
    }

    /// Batch normalization with settings.
    pub fn batch_norm_with(&self, name: impl ToString, config: BatchNormConfig) -> Node<'a> {
        self.layer(name, |path, shape| BatchNorm::new(path, shape, config))
    }

    /// Instance normalization as keras_contrib's, without scale and shift.
    pub fn instance_norm(&self) -> Node<'a> {
        self.unnamed(InstanceNorm::without_variables)
    }

    /// Layer normalization.
    pub fn layer_norm(&self, name: impl ToString) -> Node<'a> {
        self.layer(name, LayerNorm::new)
    }

    /// An activation function.
    pub fn activation(&self, function: Activation) -> Node<'a> {
        self.unnamed(|_| Ok(function))
    }

    /// max(x, 0)
    pub fn relu(&self) -> Node<'a> {
        self.activation(Activation::Relu)
    }

    /// x, or slope · x below 0; Keras' default slope is 0.3.
    pub fn leaky_relu(&self, slope: f64) -> Node<'a> {
        self.activation(Activation::LeakyRelu(slope))
    }

    /// 1 / (1 + exp(-x))
    pub fn sigmoid(&self) -> Node<'a> {
        self.activation(Activation::Sigmoid)
    }

    /// Hyperbolic tangent.
    pub fn tanh(&self) -> Node<'a> {
        self.activation(Activation::Tanh)
    }

    /// Softmax along the last axis.
    pub fn softmax(&self) -> Node<'a> {
        self.activation(Activation::Softmax)
    }

    /// Dropout of this share of the values.
    pub fn dropout(&self, rate: f64) -> Node<'a> {
        self.unnamed(|_| Dropout::new(rate))
    }

    /// Dropout of this share of whole features.
    pub fn spatial_dropout(&self, rate: f64) -> Node<'a> {
        self.unnamed(|shape| SpatialDropout::new(shape, rate))
    }

    /// Noise of this standard deviation.
    pub fn gaussian_noise(&self, deviation: f64) -> Node<'a> {
        self.unnamed(|_| GaussianNoise::new(deviation))
    }

    /// Images to vectors.
    pub fn flatten(&self) -> Node<'a> {
        self.unnamed(|_| Ok(Flatten))
    }

    /// The values in another shape; one size may be -1.
    pub fn reshape(&self, target: &[i64]) -> Node<'a> {
        self.unnamed(|_| Ok(Reshape::new(target)))
    }

    /// The axes in another order, counted from 1 without the batch.
    pub fn permute(&self, axes: &[i64]) -> Node<'a> {
        self.unnamed(|_| Ok(Permute::new(axes)))
    }

    /// A vector as `n` equal steps of a sequence.
    pub fn repeat_vector(&self, n: i64) -> Node<'a> {
        self.unnamed(|_| Ok(RepeatVector::new(n)))
    }

    /// Largest value of each square of `pool_size` x `pool_size` pixels.
    pub fn max_pooling2d(&self, pool_size: i64) -> Node<'a> {
        self.unnamed(|_| MaxPooling2d::new(pool_size))
    }

    /// Nearest-neighbour upsampling.
    pub fn up_sampling2d(&self, factor: i64) -> Node<'a> {
        self.unnamed(|_| Ok(UpSampling2d::new(factor)))
    }

    /// So many mirrored pixels on each side.
    pub fn reflection_padding2d(&self, pixels: i64) -> Node<'a> {
        self.unnamed(|_| Ok(Pad2d::new(Border::Reflection, [pixels; 4])))
    }

    /// So many zeros at the top, bottom, left and right.
    pub fn zero_padding2d(&self, pixels: [i64; 4]) -> Node<'a> {
        self.unnamed(|_| Ok(Pad2d::new(Border::Zeros, pixels)))
    }

    /// Whole numbers below `input_dim` to vectors of `output_dim` values.
    pub fn embedding(&self, name: impl ToString, input_dim: i64, output_dim: i64) -> Node<'a> {
        self.layer(name, |path, _| Embedding::new(path, input_dim, output_dim))
    }

    /// Masks the steps of a sequence whose features all have this value.
    pub fn masking(&self, value: f64) -> Node<'a> {
        self.unnamed(|_| Ok(Masking::new(value)))
    }

    /// LSTM; its output is the sequence or its last step.
    pub fn lstm(&self, name: impl ToString, config: Recurrent) -> Node<'a> {
        self.layer(name, |path, shape| RecurrentLayer::<LstmCell>::new(path, shape, config))
    }

    /// LSTM that starts from a state (h and c; zeros if none is given): its output, the last h and the last c.
    pub fn lstm_with_state(&self, name: impl ToString, config: Recurrent, state: &[&Node<'a>]) -> [Node<'a>; 3] {
        let config = config.return_state();
        self.layers(Some(name.to_string()), state, |path, shapes| {
            RecurrentLayer::<LstmCell>::new(path, &shapes[0], config)
        })
    }

    /// GRU; its output is the sequence or its last step.
    pub fn gru(&self, name: impl ToString, config: Recurrent) -> Node<'a> {
        self.layer(name, |path, shape| RecurrentLayer::<GruCell>::new(path, shape, config))
    }

    /// GRU that starts from a state (zeros if none is given): its output and the last state.
    pub fn gru_with_state(&self, name: impl ToString, config: Recurrent, state: &[&Node<'a>]) -> [Node<'a>; 2] {
        let config = config.return_state();
        self.layers(Some(name.to_string()), state, |path, shapes| {
            RecurrentLayer::<GruCell>::new(path, &shapes[0], config)
        })
    }

    /// Two LSTMs, one of which reads backwards.
    pub fn bidirectional_lstm(&self, name: impl ToString, config: Recurrent) -> Node<'a> {
        self.layer(name, |path, shape| Bidirectional::<LstmCell>::new(path, shape, config))
    }

    /// Two GRUs, one of which reads backwards.
    pub fn bidirectional_gru(&self, name: impl ToString, config: Recurrent) -> Node<'a> {
        self.layer(name, |path, shape| Bidirectional::<GruCell>::new(path, shape, config))
    }

    /// Multi-head attention from this sequence to another one, or to itself.
    pub fn attention(&self, name: impl ToString, value: &Node<'a>, config: Attention) -> Node<'a> {
        let make = |path: &nn::Path, shapes: &[Shape]| MultiHeadAttention::new(path, &shapes[0], &shapes[1], config);
        let [node] = self.layers(Some(name.to_string()), &[value], make);
        node
    }

    /// The sum of this tensor and others.
    pub fn add(&self, others: &[&Node<'a>]) -> Node<'a> {
        self.merge(Merge::Add, others)
    }

    /// The product of values at the same place.
    pub fn multiply(&self, others: &[&Node<'a>]) -> Node<'a> {
        self.merge(Merge::Multiply, others)
    }

    /// This tensor and others side by side, along the last axis.
    pub fn concatenate(&self, others: &[&Node<'a>]) -> Node<'a> {
        self.merge(Merge::Concatenate, others)
    }

    /// One tensor of this one and others.
    pub fn merge(&self, merge: Merge, others: &[&Node<'a>]) -> Node<'a> {
        let [node] = self.layers(None, others, |_, _| Ok(merge));
        node
    }

    /// A closure as a layer over this tensor and others; it sees tensors in Keras' axes, and makes the given shape.
    pub fn lambda(
        &self,
        name: impl ToString,
        others: &[&Node<'a>],
        shape: impl Into<Shape>,
        function: impl Fn(&[Tensor], bool) -> Tensor + 'static,
    ) -> Node<'a> {
        let [node] = self.layers(Some(name.to_string()), others, |_, _| Ok(Lambda::new(shape, function)));
        node
    }

    /// A model as a layer: its first output.
    pub fn call(&self, model: &Model) -> Node<'a> {
        self.call_with(model, &[]).remove(0)
    }

    /// A model as a layer over this tensor and others: all its outputs.
    pub fn call_with(&self, model: &Model, others: &[&Node<'a>]) -> Vec<Node<'a>> {
        let inputs: Vec<&Node> = std::iter::once(self).chain(others.iter().copied()).collect();
        let count = model.output_shapes().len();
        self.net.call(Some(model.name().to_string()), Some(Rc::new(model.clone())), &inputs, true, count)
    }
}
