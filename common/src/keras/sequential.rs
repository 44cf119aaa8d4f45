use super::activation::ActivationLayer;
use super::*;
use std::collections::HashMap;
use tch::{Tensor, nn};

/// Layers one after the other; made by [`Sequential::input`]. The shape is tracked, so nobody types an input width.
#[derive(Debug)]
pub struct Sequential {
    input_shape: Vec<i64>,
    layers: Vec<(String, Box<dyn Layer>)>,
}

impl Sequential {
    /// Starts a net for inputs of this shape (Keras': no batch axis, channels last); `build` ends it.
    ///
    /// Layers with weights take a name, which also names their variables below `path`; the others are named as Keras
    /// names them: `leaky_re_lu`, `leaky_re_lu_1`.
    pub fn input<'a>(path: &nn::Path<'a>, shape: &[i64]) -> SequentialBuilder<'a> {
        SequentialBuilder {
            path: path.clone(),
            net: Sequential { input_shape: shape.to_vec(), layers: vec![] },
            start: init::Kernel::GlorotUniform,
            counts: HashMap::new(),
        }
    }

    /// Shape of the input, without the batch axis.
    pub fn input_shape(&self) -> &[i64] {
        &self.input_shape
    }

    /// Shape of the output, without the batch axis.
    pub fn output_shape(&self) -> &[i64] {
        self.layers.last().map_or(&self.input_shape, |(_, layer)| layer.output_shape())
    }

    /// All layers but the last: the logits of a net that ends in a softmax or a sigmoid.
    pub fn forward_but_last(&self, x: &Tensor, train: bool) -> Tensor {
        forward(self.layers.split_last().map_or(&[], |(_, layers)| layers), x, train)
    }

    /// The output of each layer by its name: a look inside.
    pub fn outputs(&self, x: &Tensor, train: bool) -> Vec<(String, Tensor)> {
        let mut outputs: Vec<(String, Tensor)> = vec![];
        for (name, layer) in &self.layers {
            let output = layer.forward(outputs.last().map_or(x, |(_, output)| output), train);
            outputs.push((name.clone(), output));
        }
        outputs
    }

    /// The weights that an optimizer changes, layer by layer; they share their memory with the net's.
    pub fn trainable(&self) -> Vec<Tensor> {
        self.layers.iter().flat_map(|(_, layer)| layer.trainable()).map(Tensor::shallow_clone).collect()
    }

    /// The gradient of the sum of the outputs with respect to each input, for a net in training mode: `K.gradients` of
    /// the book's gradient penalty. It can be differentiated again, with respect to the weights but not to `x`.
    ///
    /// A net of dense layers, convolutions and (leaky) ReLUs is piecewise linear. Its gradient is a net, too, which
    /// passes ones from the end to the start, and one backward pass through that gives the second derivatives. For
    /// WGAN-GP's critic this takes two thirds of the time of differentiating the derivative, which serves other nets.
    pub fn input_gradient(&self, x: &Tensor) -> Tensor {
        self.pull_back_ones(x).unwrap_or_else(|| {
            let x = x.detach().set_requires_grad(true);
            let y = forward(&self.layers, &x, true).sum(None);
            Tensor::run_backward(&[y], &[&x], true, true).remove(0)
        })
    }

    fn pull_back_ones(&self, x: &Tensor) -> Option<Tensor> {
        let mut inputs = vec![x.detach()];
        for (_, layer) in &self.layers {
            let y = tch::no_grad(|| layer.forward(&inputs[inputs.len() - 1], true));
            inputs.push(y);
        }
        let mut dy = inputs.pop()?.ones_like();
        for ((_, layer), x) in self.layers.iter().zip(&inputs).rev() {
            dy = layer.pull_back(x, &dy)?;
        }
        Some(dy)
    }

    /// The net as Keras' `summary` shows it, with an `InputLayer` in front.
    pub fn summary(&self, name: &str) -> Summary {
        let input = LayerInfo {
            name: format!("{name}_input"),
            class_name: "InputLayer".to_string(),
            input_shape: self.input_shape.clone(),
            output_shape: self.input_shape.clone(),
            trainable: 0,
            non_trainable: 0,
            inputs: vec![],
        };
        let mut summary = Summary { name: name.to_string(), layers: vec![input] };
        for (name, layer) in &self.layers {
            summary = summary.append(name, layer.as_ref());
        }
        summary
    }
}

impl Summary {
    /// Puts a layer behind the last one.
    pub fn append(self, name: &str, layer: &dyn Layer) -> Summary {
        let last = self.layers.len() - 1;
        self.append_to(last, name, layer)
    }

    /// Puts a layer behind the one at a position: a branch.
    pub fn append_to(mut self, position: usize, name: &str, layer: &dyn Layer) -> Summary {
        let count = |tensors: Vec<&Tensor>| tensors.iter().map(|t| t.numel() as i64).sum();
        self.layers.push(LayerInfo {
            name: name.to_string(),
            class_name: layer.class_name().to_string(),
            input_shape: self.layers[position].output_shape.clone(),
            output_shape: layer.output_shape().to_vec(),
            trainable: count(layer.trainable()),
            non_trainable: count(layer.non_trainable()),
            inputs: vec![position],
        });
        self
    }
}

impl nn::ModuleT for Sequential {
    fn forward_t(&self, x: &Tensor, train: bool) -> Tensor {
        forward(&self.layers, x, train)
    }
}

/// Applies layers one after the other; an enlargement and the convolution behind it in one go.
fn forward(layers: &[(String, Box<dyn Layer>)], x: &Tensor, train: bool) -> Tensor {
    match layers {
        [] => x.shallow_clone(),
        [(_, layer), rest @ ..] => {
            let next = rest.split_first();
            let both = layer
                .enlarges()
                .zip(next)
                .and_then(|(factor, ((_, conv), rest))| Some((conv.forward_enlarged(x, factor)?, rest)));
            let (y, rest) = both.unwrap_or_else(|| (layer.forward(x, train), rest));
            forward(rest, &y, train)
        }
    }
}

/// A [`Sequential`] that is being put together: each method adds the layer that Keras calls so.
#[derive(Debug)]
pub struct SequentialBuilder<'a> {
    path: nn::Path<'a>,
    net: Sequential,
    start: init::Kernel,
    counts: HashMap<&'static str, usize>,
}

impl SequentialBuilder<'_> {
    /// Shape of the output so far.
    pub fn shape(&self) -> Vec<i64> {
        self.net.output_shape().to_vec()
    }

    /// Adds a layer with weights; `make` gets the path that its variables go to and the shape of its input.
    pub fn layer<L: Layer + 'static>(mut self, name: impl ToString, make: impl FnOnce(&nn::Path, &[i64]) -> L) -> Self {
        let name = name.to_string();
        assert!(self.net.layers.iter().all(|(other, _)| *other != name), "two layers are called {name}");
        let layer = make(&self.path.sub(&name), self.net.output_shape());
        self.net.layers.push((name, Box::new(layer)));
        self
    }

    /// How the kernels of the layers added from here on start; Glorot uniform if nothing is said.
    pub fn kernels_from(self, start: init::Kernel) -> Self {
        SequentialBuilder { start, ..self }
    }

    /// Convolution, `same` padding.
    pub fn conv2d(self, name: impl ToString, filters: i64, kernel_size: i64, stride: i64) -> Self {
        let config = Conv2dConfig { start: self.start, ..Conv2dConfig::new(filters, kernel_size, stride) };
        self.layer(name, |path, shape| Conv2d::new(path, shape, config))
    }

    /// Transposed convolution, `same` padding.
    pub fn conv2d_transpose(self, name: impl ToString, filters: i64, kernel_size: i64, stride: i64) -> Self {
        let config = Conv2dConfig { start: self.start, ..Conv2dConfig::new(filters, kernel_size, stride) };
        self.layer(name, |path, shape| Conv2dTranspose::new(path, shape, config))
    }

    /// Fully connected layer.
    pub fn dense(self, name: impl ToString, units: i64) -> Self {
        let start = self.start;
        self.layer(name, |path, shape| Dense::with_kernel(path, shape, units, start, true))
    }

    /// Batch normalization with Keras' defaults.
    pub fn batch_norm(self, name: impl ToString) -> Self {
        self.batch_norm_with(name, BatchNormConfig::default())
    }

    /// Batch normalization with settings.
    pub fn batch_norm_with(self, name: impl ToString, config: BatchNormConfig) -> Self {
        self.layer(name, |path, shape| BatchNorm::new(path, shape, config))
    }

    /// LeakyReLU; Keras' default slope is 0.3.
    pub fn leaky_relu(self, slope: f64) -> Self {
        self.activation(Activation::LeakyRelu(slope))
    }

    /// An activation function.
    pub fn activation(self, function: Activation) -> Self {
        self.unnamed(|shape| ActivationLayer { function, shape: shape.to_vec() })
    }

    /// Dropout of this share of the values.
    pub fn dropout(self, rate: f64) -> Self {
        self.unnamed(|shape| Dropout::new(shape, rate))
    }

    /// Images to vectors.
    pub fn flatten(self) -> Self {
        self.unnamed(Flatten::new)
    }

    /// Vectors to another shape.
    pub fn reshape(self, shape: &[i64]) -> Self {
        self.unnamed(|input| Reshape::new(input, shape))
    }

    /// Nearest-neighbour enlargement.
    pub fn up_sampling2d(self, factor: i64) -> Self {
        self.unnamed(|shape| UpSampling2d::new(shape, factor))
    }

    /// Ends the net.
    pub fn build(self) -> Sequential {
        self.net
    }

    /// Adds a layer without weights under Keras' automatic name.
    fn unnamed<L: Layer + 'static>(mut self, make: impl FnOnce(&[i64]) -> L) -> Self {
        let layer = make(self.net.output_shape());
        let count = self.counts.entry(layer.class_name()).or_default();
        let name = match *count {
            0 => snake_case(layer.class_name()),
            n => format!("{}_{n}", snake_case(layer.class_name())),
        };
        *count += 1;
        self.net.layers.push((name, Box::new(layer)));
        self
    }
}

/// Keras' way from class names to layer names: `LeakyReLU` to `leaky_re_lu`, `UpSampling2D` to `up_sampling2d`.
fn snake_case(class_name: &str) -> String {
    let mut name = String::new();
    let mut previous = None::<char>;
    let mut letters = class_name.chars().peekable();
    while let Some(letter) = letters.next() {
        let starts_word = letter.is_ascii_uppercase()
            && previous.is_some_and(|p| {
                p.is_ascii_lowercase()
                    || (p.is_ascii_uppercase() && letters.peek().is_some_and(char::is_ascii_lowercase))
            });
        if starts_word {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
        previous = Some(letter);
    }
    name
}
