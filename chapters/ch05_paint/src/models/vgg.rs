//! VGG19 without its dense layers (p. 188): sixteen convolutions in five blocks. Their feature maps define content and
//! style. VGG16 is the same net without the fourth convolution of blocks 3 to 5.

use super::vgg_weights::VggWeights;
use anyhow::{Context, Result};
use common::keras::{Activation, Conv, Model, Net, Node, weights};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Convolutions and filters of each block.
pub const BLOCKS: [(usize, i64); 5] = [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)];

/// Names of the convolutions in order, as in Keras: `block1_conv1`.
pub fn layer_names() -> Vec<String> {
    let blocks = (1..).zip(BLOCKS);
    blocks.flat_map(|(block, (convs, _))| (1..=convs).map(move |conv| format!("block{block}_conv{conv}"))).collect()
}

/// VGG19 or VGG16 up to one of its convolutions, for images of any size. Its weights are frozen: no gradient for them is
/// ever computed.
#[derive(Debug)]
pub struct Vgg19 {
    /// For each convolution the net from the image to the feature maps of all convolutions up to it; all share their
    /// weights.
    models: Vec<Model>,
    names: Vec<String>,
    /// Added to the image, `[1, 3, 1, 1]`; see [`VggWeights::shift`].
    shift: Tensor,
    origin: String,
}

impl Vgg19 {
    /// The net with the convolutions that these weights have.
    ///
    /// # Errors
    /// A weight has another shape than in VGG19.
    pub fn new(weights: VggWeights, device: Device) -> Result<Vgg19> {
        let mut variables = VarStore::new(device);
        let names = weights.names();
        let models = describe(&variables, weights.net, &names)?;
        let failed = || format!("cannot use the weights of {}", weights.origin);
        weights::assign(&variables, weights.tensors).with_context(failed)?;
        variables.freeze();
        let shift = Tensor::from_slice(&weights.shift).view([1, 3, 1, 1]).to_device(device);
        Ok(Vgg19 { models, names, shift, origin: weights.origin })
    }

    /// Names of its convolutions, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether it has this convolution.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Where its weights come from: for captions.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The whole net.
    pub fn model(&self) -> &Model {
        &self.models[self.models.len() - 1]
    }

    /// The device of its weights.
    pub fn device(&self) -> Device {
        self.shift.device()
    }

    /// Feature maps `[batch, channels, height, width]` of these layers, after their ReLU. `images` are
    /// [preprocessed](super::style_images::preprocess): `[batch, 3, height, width]`, BGR minus the means. No layer after
    /// the last of them is computed.
    ///
    /// # Errors
    /// The net has no such layer.
    pub fn features<S: AsRef<str>>(&self, images: &Tensor, layers: &[S]) -> Result<Vec<Tensor>> {
        let places = layers.iter().map(|layer| self.place(layer.as_ref())).collect::<Result<Vec<_>>>()?;
        let Some(last) = places.iter().max() else { return Ok(vec![]) };
        let maps = self.models[*last].forward_vec(&[&(images + &self.shift)], false);
        Ok(places.iter().map(|place| maps[*place].shallow_clone()).collect())
    }

    fn place(&self, layer: &str) -> Result<usize> {
        let place = self.names.iter().position(|name| name == layer);
        place.with_context(|| format!("no layer {layer}: {} has {}", self.origin, self.names.join(", ")))
    }
}

/// The nets of [`Vgg19::models`].
fn describe(variables: &VarStore, title: &str, names: &[String]) -> Result<Vec<Model>> {
    let net = Net::new(&variables.root());
    let image = net.input("input_1", [None, None, Some(3)]);
    let mut outputs: Vec<Node> = vec![];
    let mut x = image.clone();
    for (block, (convs, filters)) in (1..).zip(BLOCKS) {
        for conv in 1..=convs {
            let name = format!("block{block}_conv{conv}");
            if names.contains(&name) {
                x = x.conv2d(name, Conv::new(filters, 3).activation(Activation::Relu));
                outputs.push(x.clone());
            }
        }
        x = x.max_pooling2d(2).named(format!("block{block}_pool"));
    }
    let upto = |last| net.model(title.to_lowercase(), &[&image], &outputs[..=last].iter().collect::<Vec<_>>());
    (0..outputs.len()).map(upto).collect()
}
