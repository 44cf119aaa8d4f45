//! The generator of StyleGAN: a mapping network makes styles, and a synthesis network makes an image from a constant,
//! in the style of each layer.
//!
//! Karras, Laine and Aila, "A Style-Based Generator Architecture for Generative Adversarial Networks", 2019, figure 1.
//! The constant has no bias of its own, which it would only double.

use super::equalized::{EqualConv, RELU_GAIN, blur, upsample};
use super::growing::Growth;
use super::net_summary::Part;
use super::stylegan::StyleGanConfig;
use super::styles::{Mapping, Noise, StyledLayer};
use anyhow::Result;
use common::keras::{Initializer, precision, weights};
use std::ops::Range;
use tch::{Tensor, nn};

/// The layers of a level: an upsampling and a convolution (at 4 x 4 the constant), and a second convolution.
#[derive(Debug)]
struct Block {
    conv_0: Option<EqualConv>,
    style_0: StyledLayer,
    conv_1: EqualConv,
    style_1: StyledLayer,
}

/// The generator: mapping network and synthesis network.
#[derive(Debug)]
pub struct Generator {
    /// z -> w
    pub mapping: Mapping,
    /// `[1, channels, 4, 4]`, ones at first.
    constant: Tensor,
    /// By level.
    blocks: Vec<Block>,
    /// Features to image, by level.
    to_rgb: Vec<EqualConv>,
}

/// Layers with a style at a growth: two in each level.
pub fn layers(growth: Growth) -> usize {
    2 * (growth.level + 1)
}

/// One style for all layers.
pub fn one_style(w: &Tensor, growth: Growth) -> Vec<Tensor> {
    (0..layers(growth)).map(|_| w.shallow_clone()).collect()
}

/// The styles of `w` with those of `other` in some layers.
pub fn mixed_styles(w: &Tensor, other: &Tensor, of_other: Range<usize>, growth: Growth) -> Vec<Tensor> {
    let style = |layer: usize| if of_other.contains(&layer) { other.shallow_clone() } else { w.shallow_clone() };
    (0..layers(growth)).map(style).collect()
}

impl Generator {
    /// An untrained net.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, config: &StyleGanConfig) -> Result<Generator> {
        let StyleGanConfig { z_dim, w_dim, .. } = *config;
        let block = |level: usize| -> Result<Block> {
            let channels = config.channels[level];
            let path = path / format!("block_{}", Growth::full(level).side());
            let conv_0 = match level {
                0 => None,
                _ => {
                    let input = config.channels[level - 1];
                    Some(EqualConv::new(&(&path / "conv_0"), [input, channels], 3, RELU_GAIN)?)
                }
            };
            Ok(Block {
                conv_0,
                style_0: StyledLayer::new(&(&path / "style_0"), w_dim, channels)?,
                conv_1: EqualConv::new(&(&path / "conv_1"), [channels, channels], 3, RELU_GAIN)?,
                style_1: StyledLayer::new(&(&path / "style_1"), w_dim, channels)?,
            })
        };
        let to_rgb = |level: usize| {
            let name = format!("to_rgb_{}", Growth::full(level).side());
            EqualConv::new(&(path / name), [config.channels[level], 3], 1, 1.0)
        };
        let levels = config.channels.len();
        let mapping = path / "mapping";
        // [4, 4, channels, 1] in Keras' layout is [1, channels, 4, 4].
        let constant = [4, 4, config.channels[0], 1];
        Ok(Generator {
            mapping: Mapping::new(&mapping, [z_dim, w_dim], config.mapping_layers, config.mapping_learning_rate)?,
            constant: weights::add(&(path / "constant"), "values", &constant, Initializer::Ones)?,
            blocks: (0..levels).map(block).collect::<Result<_>>()?,
            to_rgb: (0..levels).map(to_rgb).collect::<Result<_>>()?,
        })
    }

    /// The synthesis network g: images `[n, 3, side, side]`, about in [-1, 1], of the styles `[n, w_dim]` of each
    /// layer; see [`one_style`] and [`mixed_styles`].
    pub fn synthesize(&self, styles: &[Tensor], growth: Growth, noise: Noise) -> Tensor {
        let n = styles[0].size()[0];
        let mut x = self.constant.expand([n, -1, -1, -1], false);
        let mut smaller = None;
        for (level, block) in self.blocks[..=growth.level].iter().enumerate() {
            let Block { conv_0, style_0, conv_1, style_1 } = block;
            if let Some(conv) = conv_0 {
                smaller = Some(x.shallow_clone());
                x = blur(&conv.forward(&upsample(&x)));
            }
            let [first, second] = [2 * level, 2 * level + 1];
            x = style_0.forward(&x, &styles[first], first, noise);
            x = style_1.forward(&conv_1.forward(&x), &styles[second], second, noise);
        }
        let image = |level: usize, x: &Tensor| precision::full(&self.to_rgb[level].forward(x));
        let images = image(growth.level, &x);
        match smaller {
            Some(smaller) if growth.fades() => upsample(&image(growth.level - 1, &smaller)).lerp(&images, growth.alpha),
            _ => images,
        }
    }

    /// The parts of such a net in the order in which a latent point passes them.
    pub fn parts(config: &StyleGanConfig) -> Vec<Part> {
        let StyleGanConfig { channels, z_dim, w_dim, .. } = config;
        let mut parts = vec![Part::new("z", "InputLayer", [*z_dim]), Part::new("mapping", "Mapping", [*w_dim])];
        parts.push(Part::new("constant", "Constant", [4, 4, channels[0]]));
        let sides = || (0..channels.len()).map(|level| Growth::full(level).side());
        let blocks = sides().zip(channels);
        parts.extend(blocks.map(|(side, n)| Part::new(format!("block_{side}"), "SynthesisBlock", [side, side, *n])));
        parts.extend(sides().map(|side| Part::new(format!("to_rgb_{side}"), "ToRGB", [side, side, 3])));
        parts
    }
}
