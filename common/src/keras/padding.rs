use super::limits::LONGEST_SIDE;
use super::{Layer, Shape};
use anyhow::{Context, Result, ensure};
use tch::Tensor;

/// The values beyond the border of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Zeros: Keras' `ZeroPadding2D`.
    Zeros,
    /// The image mirrored at its outermost pixels, which are not repeated: the CycleGAN's `ReflectionPadding2D`.
    Reflection,
}

/// Pixels added around an image.
#[derive(Debug)]
pub struct Pad2d {
    border: Border,
    /// Top, bottom, left, right.
    pixels: [i64; 4],
}

impl Pad2d {
    /// A layer that adds this many pixels at the top, bottom, left and right.
    pub fn new(border: Border, pixels: [i64; 4]) -> Pad2d {
        Pad2d { border, pixels }
    }
}

impl Layer for Pad2d {
    fn class_name(&self) -> &'static str {
        match self.border {
            Border::Zeros => "ZeroPadding2D",
            Border::Reflection => "ReflectionPadding2D",
        }
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let [height, width, channels] = input.axes().context("padding takes images")?;
        let [top, bottom, left, right] = self.pixels;
        ensure!(
            self.pixels.iter().all(|n| (0..=LONGEST_SIDE).contains(n)),
            "padding must lie between 0 and {LONGEST_SIDE} pixels"
        );
        for (size, most) in [(height, top.max(bottom)), (width, left.max(right))] {
            ensure!(
                self.border == Border::Zeros || size.is_none_or(|size| most < size),
                "an image of {input} has no {most} pixels to mirror"
            );
        }
        Ok(Shape::from([height.map(|n| n + top + bottom), width.map(|n| n + left + right), channels]))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let [top, bottom, left, right] = self.pixels;
        match self.border {
            Border::Zeros => x.constant_pad_nd([left, right, top, bottom]),
            Border::Reflection => x.reflection_pad2d([left, right, top, bottom]),
        }
    }
}
