use super::Layer;
use tch::Tensor;

/// Images as Keras has them, `[batch, height, width, channels]`, as a libtorch view
/// `[batch, channels, height, width]`. The memory stays: the strides say channels-last.
pub fn nhwc_to_nchw(images: &Tensor) -> Tensor {
    images.permute([0, 3, 1, 2])
}

/// The inverse of [`nhwc_to_nchw`]: `[batch, height, width, channels]`.
pub fn nchw_to_nhwc(images: &Tensor) -> Tensor {
    images.permute([0, 2, 3, 1])
}

/// The same values with channels-last strides, the layout that oneDNN and cuDNN compute fastest in.
pub(super) fn channels_last(tensor: &Tensor) -> Tensor {
    nhwc_to_nchw(&nchw_to_nhwc(tensor).contiguous())
}

/// Images to vectors, in Keras' order: height, width, channels.
#[derive(Debug)]
pub struct Flatten {
    output_shape: [i64; 1],
}

impl Flatten {
    /// A layer for inputs of any shape.
    pub fn new(input_shape: &[i64]) -> Flatten {
        Flatten { output_shape: [input_shape.iter().product()] }
    }
}

impl Layer for Flatten {
    fn class_name(&self) -> &'static str {
        "Flatten"
    }

    fn output_shape(&self) -> &[i64] {
        &self.output_shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        match x.dim() {
            4 => nchw_to_nhwc(x).flatten(1, -1),
            _ => x.flatten(1, -1),
        }
    }

    fn pull_back(&self, x: &Tensor, dy: &Tensor) -> Option<Tensor> {
        match x.size()[..] {
            [n, channels, height, width] => Some(nhwc_to_nchw(&dy.reshape([n, height, width, channels]))),
            _ => Some(dy.reshape_as(x)),
        }
    }
}

/// Vectors to another shape, in Keras' order; three axes make images.
#[derive(Debug)]
pub struct Reshape {
    output_shape: Vec<i64>,
}

impl Reshape {
    /// A layer for inputs of any shape with as many values.
    ///
    /// # Panics
    /// If the numbers of values differ.
    pub fn new(input_shape: &[i64], output_shape: &[i64]) -> Reshape {
        let (from, to): (i64, i64) = (input_shape.iter().product(), output_shape.iter().product());
        assert_eq!(from, to, "cannot reshape {input_shape:?} to {output_shape:?}");
        Reshape { output_shape: output_shape.to_vec() }
    }
}

impl Layer for Reshape {
    fn class_name(&self) -> &'static str {
        "Reshape"
    }

    fn output_shape(&self) -> &[i64] {
        &self.output_shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let x = if x.dim() == 4 { nchw_to_nhwc(x) } else { x.shallow_clone() };
        let x = x.reshape([&[-1], &self.output_shape[..]].concat());
        if x.dim() == 4 { nhwc_to_nchw(&x) } else { x }
    }
}

/// Each pixel becomes a square of `factor` · `factor` pixels: nearest neighbour, Keras' default.
#[derive(Debug)]
pub struct UpSampling2d {
    factor: i64,
    output_shape: [i64; 3],
}

impl UpSampling2d {
    /// A layer for images of shape `[height, width, channels]`.
    pub fn new(input_shape: &[i64], factor: i64) -> UpSampling2d {
        let [height, width, channels] = super::conv::image_shape(input_shape);
        UpSampling2d { factor, output_shape: [height * factor, width * factor, channels] }
    }
}

impl Layer for UpSampling2d {
    fn class_name(&self) -> &'static str {
        "UpSampling2D"
    }

    fn output_shape(&self) -> &[i64] {
        &self.output_shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let [height, width, _] = self.output_shape;
        x.upsample_nearest2d([height, width], None, None)
    }

    fn enlarges(&self) -> Option<i64> {
        Some(self.factor)
    }
}
