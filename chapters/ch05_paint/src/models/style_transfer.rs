//! Neural style transfer (pp. 185-196): the image whose feature maps are those of one image, and whose correlations of
//! feature maps are those of another.
//!
//! Images are preprocessed, `[height, width, 3]`, f64; see [`preprocess`](super::style_images::preprocess).

use super::style_images::as_batch;
use super::vgg::Vgg19;
use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::rc::Rc;
use tch::{Device, Kind, Tensor};

/// The layer of the book's content loss (p. 189).
pub const BOOK_CONTENT: &str = "block5_conv2";

/// Weights of the three losses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossWeights {
    /// Of the content loss.
    pub content: f64,
    /// Of the style loss, divided among its layers.
    pub style: f64,
    /// Of the total variation.
    pub total_variation: f64,
}

impl LossWeights {
    /// The printed figure's (p. 187). The book's other run, closer to the content, has 20, 100 and 1.
    pub const FIGURE: LossWeights = LossWeights { content: 1.0, style: 100.0, total_variation: 20.0 };
}

/// The layers whose feature maps are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers {
    /// Of the content loss.
    pub content: Option<String>,
    /// Of the style loss.
    pub style: Vec<String>,
}

impl Layers {
    /// The book's, as far as the net has them: [`BOOK_CONTENT`], or the last layer, and the first of each block.
    pub fn book(vgg: &Vgg19) -> Layers {
        let content = if vgg.has(BOOK_CONTENT) { BOOK_CONTENT } else { &vgg.names()[vgg.names().len() - 1] };
        let style = (1..=5).map(|block| format!("block{block}_conv1")).filter(|name| vgg.has(name));
        Layers { content: Some(content.to_string()), style: style.collect() }
    }

    /// The content of one layer alone.
    pub fn content(layer: &str) -> Layers {
        Layers { content: Some(layer.to_string()), style: vec![] }
    }

    /// The style of these layers alone.
    pub fn style(layers: &[String]) -> Layers {
        Layers { content: None, style: layers.to_vec() }
    }
}

/// For captions: "content: block5_conv2; style: block1_conv1, block2_conv1".
impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let content = self.content.as_deref().unwrap_or("none");
        write!(f, "content: {content}; style: {}", self.style.join(", "))
    }
}

/// Σ (combination - content)² over all values of two feature maps (p. 189). A sum of about 1e10 needs f64: in f32 it
/// would change in steps of 1,024, in which a line search cannot find its way.
pub fn content_loss(content: &Tensor, combination: &Tensor) -> Tensor {
    (combination - content).to_kind(Kind::Double).square().sum(None)
}

/// G = F Fᵀ with the feature maps F as rows: `[1, channels, height, width]` to `[channels, channels]` (p. 192).
pub fn gram_matrix(features: &Tensor) -> Tensor {
    let rows = features.squeeze_dim(0).flatten(1, 2); // [channels, height * width]
    rows.matmul(&rows.tr())
}

/// Σ (G of the combination - G of the style)² / (4 · 3² · (rows · columns of the image)²) (p. 193).
pub fn style_loss(style: &Tensor, combination: &Tensor, pixels: i64) -> Tensor {
    let difference = (combination - style).to_kind(Kind::Double);
    difference.square().sum(None) / (4.0 * 3f64.powi(2) * (pixels as f64).powi(2))
}

/// Σ ((x[i, j] - x[i + 1, j])² + (x[i, j] - x[i, j + 1])²)^1.25 over all but the last row and column of an image
/// `[height, width, 3]` (p. 194).
pub fn total_variation_loss(x: &Tensor) -> Tensor {
    let (rows, columns) = (x.size()[0] - 1, x.size()[1] - 1);
    let part = |top, left| x.narrow(0, top, rows).narrow(1, left, columns);
    let squares = [(1, 0), (0, 1)].map(|(top, left)| (part(0, 0) - part(top, left)).square());
    (&squares[0] + &squares[1]).pow_tensor_scalar(1.25).sum(None)
}

/// The weighted losses of an image: scalars, f64.
#[derive(Debug)]
pub struct Losses {
    /// Content.
    pub content: Tensor,
    /// Style.
    pub style: Tensor,
    /// Total variation.
    pub total_variation: Tensor,
}

impl Losses {
    /// The sum.
    pub fn total(&self) -> Tensor {
        &self.content + &self.style + &self.total_variation
    }
}

/// The losses of style transfer: of an image, towards the content of one image and the style of another.
#[derive(Debug)]
pub struct StyleTransfer {
    vgg: Rc<Vgg19>,
    layers: Layers,
    weights: LossWeights,
    /// Feature maps of the content image, if they count.
    content: Option<Tensor>,
    /// Gram matrices of the style image, one for each layer.
    style: Vec<Tensor>,
    /// Height and width.
    size: [i64; 2],
}

impl StyleTransfer {
    /// The losses towards these two images of one size.
    ///
    /// # Errors
    /// The net has no such layer, or the images differ in size.
    pub fn new(
        vgg: &Rc<Vgg19>,
        content: &Tensor,
        style: &Tensor,
        layers: Layers,
        weights: LossWeights,
    ) -> Result<StyleTransfer> {
        ensure!(
            content.size() == style.size() && content.dim() == 3,
            "content and style image must have one size, not {:?} and {:?}",
            content.size(),
            style.size()
        );
        let features = |image: &Tensor, layers: &[String]| {
            tch::no_grad(|| vgg.features(&as_batch(&image.to_device(vgg.device())), layers))
        };
        let content_maps = features(content, layers.content.as_slice())?.pop();
        let style_maps = features(style, &layers.style)?;
        let style = style_maps.iter().map(gram_matrix).collect();
        let size = [content.size()[0], content.size()[1]];
        Ok(StyleTransfer { vgg: vgg.clone(), layers, weights, content: content_maps, style, size })
    }

    /// The layers that are compared.
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// The device of the net.
    pub fn device(&self) -> Device {
        self.vgg.device()
    }

    /// The weighted losses of an image on the net's device.
    ///
    /// # Panics
    /// If the image has another size.
    pub fn losses(&self, combination: &Tensor) -> Losses {
        let Layers { content, style } = &self.layers;
        let LossWeights { content: content_weight, style: style_weight, total_variation } = self.weights;
        let names: Vec<&String> = style.iter().chain(content).collect();
        let maps = self.vgg.features(&as_batch(combination), &names);
        // The same layers as in `new`, which checked them.
        let maps = maps.unwrap_or_else(|error| unreachable!("{error:#}"));
        let zero = || Tensor::zeros([], (Kind::Double, combination.device()));
        let pixels = self.size[0] * self.size[1];
        let pairs = self.style.iter().zip(&maps);
        let style_loss = pairs.fold(zero(), |sum, (gram, maps)| sum + style_loss(gram, &gram_matrix(maps), pixels));
        let content_loss = self.content.as_ref().map(|content| content_loss(content, &maps[style.len()]));
        Losses {
            content: content_loss.map_or_else(zero, |loss| loss * content_weight),
            style: style_loss * (style_weight / style.len().max(1) as f64),
            total_variation: total_variation_loss(combination) * total_variation,
        }
    }

    /// The total loss of an image and its gradient, for an optimizer: all values of the image, row by row.
    pub fn evaluate(&self, image: &[f64]) -> (f64, Vec<f64>) {
        let [height, width] = self.size;
        let x = Tensor::from_slice(image).view([height, width, 3]).to_device(self.vgg.device()).set_requires_grad(true);
        let loss = self.losses(&x).total();
        let gradient = Tensor::run_backward(&[&loss], &[&x], false, false).remove(0);
        (loss.double_value(&[]), values(&gradient))
    }
}

/// All values of a tensor, f64, in order.
pub fn values(tensor: &Tensor) -> Vec<f64> {
    let tensor = tensor.detach().to_device(Device::Cpu).to_kind(Kind::Double).contiguous();
    let mut values = vec![0.0; tensor.numel()];
    tensor.copy_data(&mut values, tensor.numel());
    values
}
