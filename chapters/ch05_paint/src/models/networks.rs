//! The nets of the CycleGAN: two kinds of generators (pp. 168-170, 182-184) and the discriminator (pp. 171-172).

use anyhow::{Result, ensure};
use common::keras::{Conv, Initializer, Model, Net, Node, Padding, Shape};
use serde::{Deserialize, Serialize};
use tch::nn;

/// The kernel initializer of the discriminators and of the ResNet: N(0, 0.02).
const WEIGHT_INIT: Initializer = Initializer::Normal(0.02);
/// Number of residual blocks of the ResNet.
const RESIDUAL_BLOCKS: usize = 9;

/// The architecture of the generators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeneratorType {
    /// Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015.
    Unet,
    /// He et al., "Deep Residual Learning for Image Recognition", 2015.
    Resnet,
}

/// The book's arguments of `CycleGAN` about its nets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Height, width and channels of the images.
    pub input_dim: [i64; 3],
    /// Architecture of both generators.
    pub generator_type: GeneratorType,
    /// Filters of the generators' first convolution.
    pub gen_n_filters: i64,
    /// Filters of the discriminators' first convolution.
    pub disc_n_filters: i64,
}

impl NetConfig {
    /// The nets for apples and oranges (p. 173).
    pub fn apples() -> NetConfig {
        NetConfig {
            input_dim: [128, 128, 3],
            generator_type: GeneratorType::Unet,
            gen_n_filters: 32,
            disc_n_filters: 32,
        }
    }

    /// The nets for paintings and photographs (p. 182).
    pub fn monet() -> NetConfig {
        NetConfig {
            input_dim: [256, 256, 3],
            generator_type: GeneratorType::Resnet,
            gen_n_filters: 32,
            disc_n_filters: 64,
        }
    }

    /// A generator: image -> image of the same shape, both with values in [-1, 1].
    pub(super) fn generator(&self, name: &str, path: &nn::Path) -> Result<Model> {
        // On the way down sizes are halved, on the way up doubled: what is rounded does not come back.
        let multiple = if self.generator_type == GeneratorType::Unet { 16 } else { 4 };
        ensure!(
            self.input_dim[..2].iter().all(|size| size % multiple == 0),
            "{name} takes images whose height and width are multiples of {multiple}, not {}",
            Shape::from(self.input_dim)
        );
        let img = Net::new(path).input(format!("{name}_input"), self.input_dim);
        let output = match self.generator_type {
            GeneratorType::Unet => self.unet(&img),
            GeneratorType::Resnet => self.resnet(&img),
        };
        output.model(name)
    }

    /// The U-Net (p. 169): what each `upsample` makes also sees the features of its size on the way down.
    fn unet<'a>(&self, img: &Node<'a>) -> Node<'a> {
        let filters = self.gen_n_filters;
        let downsample =
            |x: &Node<'a>, name: &str, filters| x.conv2d(name, Conv::new(filters, 4).strides(2)).instance_norm().relu();
        let upsample = |x: &Node<'a>, skip: &Node<'a>, name: &str, filters| {
            x.up_sampling2d(2).conv2d(name, Conv::new(filters, 4)).instance_norm().relu().concatenate(&[skip])
        };
        let d1 = downsample(img, "d1", filters); //          [64, 64, 32] for images of 128 x 128
        let d2 = downsample(&d1, "d2", filters * 2); //      [32, 32, 64]
        let d3 = downsample(&d2, "d3", filters * 4); //      [16, 16, 128]
        let d4 = downsample(&d3, "d4", filters * 8); //      [8, 8, 256]
        let u1 = upsample(&d4, &d3, "u1", filters * 4); //   [16, 16, 256]
        let u2 = upsample(&u1, &d2, "u2", filters * 2); //   [32, 32, 128]
        let u3 = upsample(&u2, &d1, "u3", filters); //       [64, 64, 64]
        u3.up_sampling2d(2).conv2d("output", Conv::new(self.input_dim[2], 4)).tanh()
    }

    /// The ResNet (p. 183): down by 4, nine residual blocks, up by 4.
    fn resnet<'a>(&self, img: &Node<'a>) -> Node<'a> {
        let filters = self.gen_n_filters;
        let conv = |filters, kernel| Conv::new(filters, kernel).kernel_initializer(WEIGHT_INIT);
        let valid = |filters, kernel| conv(filters, kernel).padding(Padding::Valid);
        let conv7s1 = |x: &Node<'a>, name: &str, filters| x.reflection_padding2d(3).conv2d(name, valid(filters, 7));
        let downsample =
            |x: &Node<'a>, name: &str, filters| x.conv2d(name, conv(filters, 3).strides(2)).instance_norm().relu();
        let upsample = |x: &Node<'a>, name: &str, filters| {
            x.conv2d_transpose(name, conv(filters, 3).strides(2)).instance_norm().relu()
        };
        let residual = |x: &Node<'a>, i: usize| {
            let conv = |x: &Node<'a>, part| {
                x.reflection_padding2d(1).conv2d(format!("residual_{i}_{part}"), valid(filters * 4, 3)).instance_norm()
            };
            conv(&conv(x, 0).relu(), 1).add(&[x])
        };
        let mut y = conv7s1(img, "conv7s1", filters).instance_norm().relu(); // [256, 256, 32] for images of 256 x 256
        y = downsample(&y, "downsample_0", filters * 2); //                      [128, 128, 64]
        y = downsample(&y, "downsample_1", filters * 4); //                      [64, 64, 128]
        for i in 0..RESIDUAL_BLOCKS {
            y = residual(&y, i);
        }
        y = upsample(&y, "upsample_0", filters * 2); //                          [128, 128, 64]
        y = upsample(&y, "upsample_1", filters); //                              [256, 256, 32]
        conv7s1(&y, "output", self.input_dim[2]).tanh()
    }

    /// A PatchGAN discriminator (p. 172): image -> a score for each patch of it, 1 for real, 0 for generated. A score of
    /// `[height / 8, width / 8, 1]` sees 70 x 70 pixels.
    pub(super) fn discriminator(&self, name: &str, path: &nn::Path) -> Result<Model> {
        let filters = self.disc_n_filters;
        let conv = |filters, stride| Conv::new(filters, 4).strides(stride).kernel_initializer(WEIGHT_INIT);
        let img = Net::new(path).input(format!("{name}_input"), self.input_dim);
        let mut y = img.conv2d("conv4_0", conv(filters, 2)).leaky_relu(0.2);
        for (i, (filters, stride)) in [(filters * 2, 2), (filters * 4, 2), (filters * 8, 1)].into_iter().enumerate() {
            y = y.conv2d(format!("conv4_{}", i + 1), conv(filters, stride)).instance_norm().leaky_relu(0.2);
        }
        y.conv2d("output", conv(1, 1)).model(name)
    }
}
