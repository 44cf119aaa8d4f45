//! The discriminator that grows, of ProGAN and of StyleGAN (Karras et al., "Progressive Growing of GANs", 2018, table
//! 2).

use super::equalized::{EqualConv, EqualDense, RELU_GAIN, blur, downsample, leaky_relu, minibatch_stddev};
use super::growing::Growth;
use super::net_summary::Part;
use anyhow::Result;
use common::keras::precision;
use tch::{Tensor, nn};

/// Images of a group whose deviation the discriminator sees.
pub const GROUP: i64 = 4;

/// Image `[3, side, side]` -> score, without an activation. A block halves the image; for each level there is a layer
/// that takes images of its side.
#[derive(Debug)]
pub struct Discriminator {
    /// Image to features, by level.
    from_rgb: Vec<EqualConv>,
    /// Two convolutions of a level, from level 1 on.
    blocks: Vec<[EqualConv; 2]>,
    /// After the minibatch standard deviation, at 4 x 4.
    conv: EqualConv,
    dense: EqualDense,
    score: EqualDense,
    channels: Vec<i64>,
    blurs: bool,
}

impl Discriminator {
    /// An untrained net with these channels at 4 x 4, 8 x 8, and so on; `blurs` filters images before they are halved,
    /// as StyleGAN's does.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(path: &nn::Path, channels: &[i64], blurs: bool) -> Result<Discriminator> {
        let conv = |name: String, sizes: [i64; 2], kernel| EqualConv::new(&(path / name), sizes, kernel, RELU_GAIN);
        let from_rgb = { channels.iter().enumerate() }
            .map(|(level, &channels)| conv(format!("from_rgb_{}", Growth::full(level).side()), [3, channels], 1));
        let blocks = { channels.windows(2).enumerate() }.map(|(i, pair)| -> Result<[EqualConv; 2]> {
            let [smaller, larger] = [pair[0], pair[1]];
            let name = format!("block_{}", Growth::full(i + 1).side());
            Ok([
                EqualConv::new(&(path / &name / "conv_0"), [larger, larger], 3, RELU_GAIN)?,
                EqualConv::new(&(path / &name / "conv_1"), [larger, smaller], 3, RELU_GAIN)?,
            ])
        });
        let last = channels[0];
        Ok(Discriminator {
            from_rgb: from_rgb.collect::<Result<_>>()?,
            blocks: blocks.collect::<Result<_>>()?,
            conv: conv("block_4".to_string(), [last + 1, last], 3)?,
            dense: EqualDense::new(&(path / "dense"), [16 * last, last], RELU_GAIN)?,
            score: EqualDense::new(&(path / "score"), [last, 1], 1.0)?,
            channels: channels.to_vec(),
            blurs,
        })
    }

    /// Scores `[n, 1]` of images `[n, 3, side, side]` of the side to which the net has grown.
    pub fn forward(&self, images: &Tensor, growth: Growth) -> Tensor {
        let features = |level: usize, images: &Tensor| leaky_relu(&self.from_rgb[level].forward(images));
        let mut x = features(growth.level, images);
        for level in (1..=growth.level).rev() {
            let [conv_0, conv_1] = &self.blocks[level - 1];
            let inner = leaky_relu(&conv_0.forward(&x));
            let inner = if self.blurs { blur(&inner) } else { inner };
            x = downsample(&leaky_relu(&conv_1.forward(&inner)));
            if level == growth.level && growth.fades() {
                x = features(level - 1, &downsample(images)).lerp(&x, growth.alpha);
            }
        }
        let x = leaky_relu(&self.conv.forward(&minibatch_stddev(&x, GROUP)));
        // [n, c, 4, 4] -> [n, 16 c], channels fastest: the order of the memory
        let x = x.permute([0, 2, 3, 1]).reshape([x.size()[0], -1]);
        precision::full(&self.score.forward(&leaky_relu(&self.dense.forward(&x))))
    }

    /// Its parts in the order in which an image of full size passes them.
    pub fn parts(&self) -> Vec<Part> {
        let levels = self.channels.len();
        let side = |level: usize| Growth::full(level).side();
        let mut parts = vec![Part::new("image", "InputLayer", [side(levels - 1), side(levels - 1), 3])];
        for level in (0..levels).rev() {
            let (side, channels) = (side(level), self.channels[level]);
            parts.push(Part::new(format!("from_rgb_{side}"), "FromRGB", [side, side, channels]));
            let (half, fewer) = if level > 0 { (side / 2, self.channels[level - 1]) } else { (4, channels) };
            parts.push(Part::new(format!("block_{side}"), "DiscriminatorBlock", [half, half, fewer]));
        }
        parts.push(Part::new("dense", "EqualDense", [self.channels[0]]));
        parts.push(Part::new("score", "EqualDense", [1]));
        parts
    }
}
