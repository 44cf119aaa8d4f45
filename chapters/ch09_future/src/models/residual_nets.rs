//! The residual nets of SAGAN and BigGAN: a generator whose blocks depend on conditions, and a discriminator that knows
//! the class (Brock et al., "Large Scale GAN Training for High Fidelity Natural Image Synthesis", 2019, figure 15 and
//! table 4).

use super::conditional_batch_norm::{BatchNorm, ConditionalBatchNorm};
use super::equalized::{downsample, upsample};
use super::image_attention::ImageAttention;
use super::net_summary::Part;
use super::spectral_norm::{SpectralConv, SpectralDense, SpectralEmbedding};
use anyhow::{Result, ensure};
use common::keras::{Initializer, precision};
use serde::{Deserialize, Serialize};
use tch::{Tensor, nn};

/// Sizes of the two nets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidualConfig {
    /// Channels of the generator at 4 x 4, 8 x 8, and so on up to the side of the images.
    pub generator: Vec<i64>,
    /// Channels of the discriminator after each of its blocks: all but the last halve the image, down to 4 x 4.
    pub discriminator: Vec<i64>,
    /// Pixels along each side where both nets have self-attention, if they do.
    pub attention_side: Option<i64>,
}

impl ResidualConfig {
    /// Pixels along each side of an image.
    pub fn side(&self) -> i64 {
        4 << (self.generator.len() - 1)
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        let ResidualConfig { generator, discriminator, attention_side } = self;
        for (name, channels) in [("generator", generator), ("discriminator", discriminator)] {
            let levels = channels.len();
            ensure!((2..=7).contains(&levels), "nets.{name} must have 2 to 7 entries (images of 8 to 256 pixels)");
            ensure!(channels.iter().all(|n| (1..=2048).contains(n)), "nets.{name} must lie between 1 and 2048");
        }
        let (of_generator, of_discriminator) = (generator.len(), discriminator.len());
        ensure!(
            of_generator == of_discriminator,
            "nets.discriminator has {of_discriminator} entries, but nets.generator has {of_generator}: both must fit \
             one side"
        );
        if let Some(at) = attention_side {
            let sides: Vec<i64> = (1..generator.len() as u32 - 1).map(|level| 4 << level).collect();
            ensure!(sides.contains(at), "nets.attention_side must be null or one of {sides:?}, not {at}");
        }
        Ok(())
    }
}

/// A block that doubles the image's side.
#[derive(Debug)]
struct GeneratorBlock {
    norm_0: ConditionalBatchNorm,
    conv_0: SpectralConv,
    norm_1: ConditionalBatchNorm,
    conv_1: SpectralConv,
    shortcut: SpectralConv,
}

impl GeneratorBlock {
    fn new(path: &nn::Path, [input, output]: [i64; 2], condition: i64, start: Initializer) -> Result<GeneratorBlock> {
        Ok(GeneratorBlock {
            norm_0: ConditionalBatchNorm::new(&(path / "norm_0"), condition, input, start)?,
            conv_0: SpectralConv::new(&(path / "conv_0"), [input, output], 3, start)?,
            norm_1: ConditionalBatchNorm::new(&(path / "norm_1"), condition, output, start)?,
            conv_1: SpectralConv::new(&(path / "conv_1"), [output, output], 3, start)?,
            shortcut: SpectralConv::new(&(path / "shortcut"), [input, output], 1, start)?,
        })
    }

    fn forward(&self, x: &Tensor, condition: &Tensor, train: bool) -> Tensor {
        let inner = upsample(&self.norm_0.forward(x, condition, train).relu());
        let inner = self.conv_0.forward(&inner, train);
        let inner = self.conv_1.forward(&self.norm_1.forward(&inner, condition, train).relu(), train);
        // A 1 x 1 convolution may as well come before the upsampling.
        inner + upsample(&self.shortcut.forward(x, train))
    }

    fn matrices(&self) -> Vec<Tensor> {
        let convs = [&self.conv_0, &self.conv_1, &self.shortcut].map(SpectralConv::matrix);
        let norms = [&self.norm_0, &self.norm_1].into_iter().flat_map(ConditionalBatchNorm::matrices);
        convs.into_iter().chain(norms).collect()
    }
}

/// Vector `[values]` and a condition for each block -> image `[channels, side, side]` in [-1, 1].
#[derive(Debug)]
pub struct ResidualGenerator {
    start: SpectralDense,
    blocks: Vec<GeneratorBlock>,
    /// After this block.
    attention: Option<(usize, ImageAttention)>,
    norm: BatchNorm,
    conv: SpectralConv,
    channels: Vec<i64>,
}

impl ResidualGenerator {
    /// An untrained net for vectors of `values` and conditions of `condition` values, which makes images of
    /// `image_channels`.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(
        path: &nn::Path,
        config: &ResidualConfig,
        [values, condition, image_channels]: [i64; 3],
        start: Initializer,
    ) -> Result<ResidualGenerator> {
        let channels = &config.generator;
        let block = |(i, pair): (usize, &[i64])| {
            let name = format!("block_{}", 8 << i);
            GeneratorBlock::new(&(path / name), [pair[0], pair[1]], condition, start)
        };
        let attention = |at: i64| -> Result<(usize, ImageAttention)> {
            let block = (0..channels.len() - 1).find(|i| 8 << i == at).unwrap_or(0);
            Ok((block, ImageAttention::new(&(path / "attention"), channels[block + 1], start)?))
        };
        let last = channels[channels.len() - 1];
        Ok(ResidualGenerator {
            start: SpectralDense::new(&(path / "start"), [values, 16 * channels[0]], start)?,
            blocks: channels.windows(2).enumerate().map(block).collect::<Result<_>>()?,
            attention: config.attention_side.map(attention).transpose()?,
            norm: BatchNorm::new(&(path / "norm"), last)?,
            conv: SpectralConv::new(&(path / "to_image"), [last, image_channels], 3, start)?,
            channels: channels.clone(),
        })
    }

    /// Images `[n, channels, side, side]` of vectors `[n, values]` and a condition `[n, values]` for each block, with
    /// the attention weights `[n, queries, keys]` if the net has any.
    pub fn forward(&self, vectors: &Tensor, conditions: &[Tensor], train: bool) -> (Tensor, Option<Tensor>) {
        // [n, 16 c] -> [n, c, 4, 4], channels fastest: the order of the memory
        let x = self.start.forward(vectors, train).reshape([-1, 4, 4, self.channels[0]]);
        let mut x = x.permute([0, 3, 1, 2]);
        let mut weights = None;
        for (i, (block, condition)) in self.blocks.iter().zip(conditions).enumerate() {
            x = block.forward(&x, condition, train);
            if let Some((_, attention)) = self.attention.as_ref().filter(|(behind, _)| *behind == i) {
                let (attended, seen) = attention.forward(&x, train);
                (x, weights) = (attended, Some(seen));
            }
        }
        let images = precision::full(&self.conv.forward(&self.norm.forward(&x, train).relu(), train)).tanh();
        (images, weights)
    }

    /// Number of conditions.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// γ of the self-attention, if there is any.
    pub fn gamma(&self) -> Option<f64> {
        self.attention.as_ref().map(|(_, attention)| attention.gamma())
    }

    /// All kernels as matrices `[out, in]`: for orthogonal regularization.
    pub fn matrices(&self) -> Vec<Tensor> {
        let attention = self.attention.iter().flat_map(|(_, attention)| attention.matrices());
        let blocks = self.blocks.iter().flat_map(GeneratorBlock::matrices);
        [self.start.matrix(), self.conv.matrix()].into_iter().chain(blocks).chain(attention).collect()
    }

    /// Its parts in the order in which a vector passes them.
    pub fn parts(&self, image_channels: i64) -> Vec<Part> {
        let mut parts = vec![Part::new("start", "SpectralDense", [4, 4, self.channels[0]])];
        for (i, channels) in self.channels[1..].iter().enumerate() {
            let side = 8 << i;
            parts.push(Part::new(format!("block_{side}"), "GeneratorBlock", [side, side, *channels]));
            if self.attention.as_ref().is_some_and(|(behind, _)| *behind == i) {
                parts.push(Part::new("attention", "ImageAttention", [side, side, *channels]));
            }
        }
        let (side, last) = (4 << self.blocks.len(), self.channels[self.blocks.len()]);
        parts.push(Part::new("norm", "BatchNorm", [side, side, last]));
        parts.push(Part::new("to_image", "SpectralConv", [side, side, image_channels]));
        parts
    }
}

/// A block that halves the image, or keeps it.
#[derive(Debug)]
struct DiscriminatorBlock {
    conv_0: SpectralConv,
    conv_1: SpectralConv,
    /// None where the number of channels and the size stay.
    shortcut: Option<SpectralConv>,
    /// The first block sees an image, not what a ReLU may cut.
    is_first: bool,
    halves: bool,
}

impl DiscriminatorBlock {
    fn forward(&self, x: &Tensor, train: bool) -> Tensor {
        let inner = if self.is_first { x.shallow_clone() } else { x.relu() };
        let inner = self.conv_1.forward(&self.conv_0.forward(&inner, train).relu(), train);
        let [inner, x] = [&inner, x].map(|x| if self.halves { downsample(x) } else { x.shallow_clone() });
        // A 1 x 1 convolution may as well come after the averaging.
        inner + self.shortcut.as_ref().map_or(x.shallow_clone(), |conv| conv.forward(&x, train))
    }
}

/// Image and class -> score (Miyato and Koyama, "cGANs with Projection Discriminator", 2018).
#[derive(Debug)]
pub struct ResidualDiscriminator {
    blocks: Vec<DiscriminatorBlock>,
    /// After this block.
    attention: Option<(usize, ImageAttention)>,
    score: SpectralDense,
    classes: SpectralEmbedding,
    channels: Vec<i64>,
    side: i64,
}

impl ResidualDiscriminator {
    /// An untrained net for images of `image_channels` and so many classes.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    pub fn new(
        path: &nn::Path,
        config: &ResidualConfig,
        [image_channels, classes]: [i64; 2],
        start: Initializer,
    ) -> Result<ResidualDiscriminator> {
        let channels = &config.discriminator;
        let block = |i: usize| -> Result<DiscriminatorBlock> {
            let path = path / format!("block_{i}");
            let input = if i == 0 { image_channels } else { channels[i - 1] };
            let (output, halves) = (channels[i], i + 1 < channels.len());
            let shortcut = (halves || input != output)
                .then(|| SpectralConv::new(&(&path / "shortcut"), [input, output], 1, start));
            Ok(DiscriminatorBlock {
                conv_0: SpectralConv::new(&(&path / "conv_0"), [input, output], 3, start)?,
                conv_1: SpectralConv::new(&(&path / "conv_1"), [output, output], 3, start)?,
                shortcut: shortcut.transpose()?,
                is_first: i == 0,
                halves,
            })
        };
        let attention = |at: i64| -> Result<(usize, ImageAttention)> {
            let block = (0..channels.len() - 1).find(|i| config.side() >> (i + 1) == at).unwrap_or(0);
            Ok((block, ImageAttention::new(&(path / "attention"), channels[block], start)?))
        };
        let last = channels[channels.len() - 1];
        Ok(ResidualDiscriminator {
            blocks: (0..channels.len()).map(block).collect::<Result<_>>()?,
            attention: config.attention_side.map(attention).transpose()?,
            score: SpectralDense::new(&(path / "score"), [last, 1], start)?,
            classes: SpectralEmbedding::new(&(path / "classes"), [classes, last], start)?,
            channels: channels.clone(),
            side: config.side(),
        })
    }

    /// Scores `[n]` of images `[n, channels, side, side]` and their classes, int64 `[n]`: ψ(h) + V(y) · h, with h the
    /// sum of the last features over all places.
    pub fn forward(&self, images: &Tensor, classes: &Tensor, train: bool) -> Tensor {
        let mut x = images.shallow_clone();
        for (i, block) in self.blocks.iter().enumerate() {
            x = block.forward(&x, train);
            if let Some((_, attention)) = self.attention.as_ref().filter(|(behind, _)| *behind == i) {
                x = attention.forward(&x, train).0;
            }
        }
        let h = precision::full(&x.relu()).sum_dim_intlist([2i64, 3].as_slice(), false, None); // [n, c]
        let of_class = (self.classes.forward(classes, train) * &h).sum_dim_intlist(1, false, None);
        self.score.forward(&h, train).squeeze_dim(1) + of_class
    }

    /// Its parts in the order in which an image passes them.
    pub fn parts(&self, image_channels: i64) -> Vec<Part> {
        let mut parts = vec![Part::new("image", "InputLayer", [self.side, self.side, image_channels])];
        for (i, channels) in self.channels.iter().enumerate() {
            let side = (self.side >> (i + 1)).max(4);
            parts.push(Part::new(format!("block_{i}"), "DiscriminatorBlock", [side, side, *channels]));
            if self.attention.as_ref().is_some_and(|(behind, _)| *behind == i) {
                parts.push(Part::new("attention", "ImageAttention", [side, side, *channels]));
            }
        }
        parts.push(Part::new("classes", "SpectralEmbedding", [self.channels[self.channels.len() - 1]]));
        parts.push(Part::new("score", "SpectralDense", [1]));
        parts
    }
}
