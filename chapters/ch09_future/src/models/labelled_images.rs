//! Images with classes, from which SAGAN and BigGAN learn.

use common::datasets::image_batches::ImageSource;
use common::keras::nhwc_to_nchw;
use common::transfer::upload;
use tch::{Device, Kind, Tensor};

/// Images in memory with their classes.
#[derive(Debug)]
pub struct LabelledImages {
    /// `[n, side, side, channels]`, bytes.
    bytes: Tensor,
    /// `[n]`, int64.
    labels: Tensor,
}

impl LabelledImages {
    /// Images `[n, side, side, channels]` in [0, 1] with classes, int64 `[n]`.
    pub fn new(images: &Tensor, labels: &Tensor) -> LabelledImages {
        let bytes = (images * 255.0).round().clamp(0.0, 255.0).to_kind(Kind::Uint8);
        LabelledImages { bytes, labels: labels.shallow_clone() }
    }

    /// Number of images.
    pub fn len(&self) -> i64 {
        self.labels.size()[0]
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Channels of an image.
    pub fn channels(&self) -> i64 {
        self.bytes.size()[3]
    }

    /// A random batch: images `[n, channels, side, side]` in [-1, 1], each mirrored or not, and their classes `[n]`.
    /// Images are drawn with replacement, by libtorch's random numbers.
    pub fn batch(&self, n: i64, device: Device) -> (Tensor, Tensor) {
        let rows = Tensor::randint(self.len(), [n], (Kind::Int64, Device::Cpu));
        let images = upload(&self.bytes.index_select(0, &rows), device).to_kind(Kind::Float);
        let images = super::equalized::mirrored(&nhwc_to_nchw(&images)) / 127.5 - 1.0;
        (images, upload(&self.labels.index_select(0, &rows), device))
    }

    /// The images of a class, at most so many, `[n, side, side, channels]` in [0, 1].
    pub fn of_class(&self, class: i64, most: i64) -> Tensor {
        let rows = self.labels.eq(class).nonzero().flatten(0, -1);
        let rows = rows.narrow(0, 0, most.min(rows.size()[0]));
        self.bytes.index_select(0, &rows).to_kind(Kind::Float) / 255.0
    }

    /// All images without their classes.
    pub fn source(&self) -> ImageSource {
        ImageSource::Memory(self.bytes.to_kind(Kind::Float) / 255.0)
    }
}

/// Classes of N images, each as often as the others: 0, 1, 2, ..., and again from 0; int64 `[n]`.
pub fn classes_in_turn(n: i64, classes: i64, device: Device) -> Tensor {
    Tensor::arange(n, (Kind::Int64, device)).remainder(classes)
}
