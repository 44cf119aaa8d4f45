use super::layout::{to_channels_first, to_channels_last};
use super::{Layer, Shape};
use anyhow::{Context, Result, bail, ensure};
use tch::Tensor;

/// Images to vectors, in Keras' order: height, width, channels.
#[derive(Debug)]
pub struct Flatten;

impl Layer for Flatten {
    fn class_name(&self) -> &'static str {
        "Flatten"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        // With an open axis the length is open, too.
        Ok(Shape::from([input.values().ok()]))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        to_channels_last(x).flatten(1, -1)
    }
}

/// Values to another shape, in Keras' order; three axes make images, four volumes. One size may be -1: what is left.
#[derive(Debug)]
pub struct Reshape {
    target: Vec<i64>,
}

impl Reshape {
    /// A layer that makes this shape.
    pub fn new(target: &[i64]) -> Reshape {
        Reshape { target: target.to_vec() }
    }
}

impl Layer for Reshape {
    fn class_name(&self) -> &'static str {
        "Reshape"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let open = self.target.iter().filter(|size| **size == -1).count();
        let known =
            self.target.iter().filter(|size| **size != -1).try_fold(1i64, |product, size| product.checked_mul(*size));
        let known = known.filter(|known| *known > 0 && open <= 1 && self.target.iter().all(|size| *size >= -1));
        let Some(known) = known else {
            bail!("cannot reshape to {:?}: sizes must be above 0, and one of them may be -1", self.target)
        };
        let rest = match input.values() {
            Ok(values) => {
                ensure!(
                    if open == 1 { values % known == 0 } else { values == known },
                    "cannot reshape {input} to {:?}: the numbers of values differ",
                    self.target
                );
                Some(values / known)
            }
            // An open axis: -1 stands for it.
            Err(_) => None,
        };
        let axes = self.target.iter().map(|size| if *size == -1 { rest } else { Some(*size) });
        Ok(Shape::from(axes.collect::<Vec<_>>()))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let batch = x.size()[0];
        // [batch, ..] in Keras' order -> [batch, target]
        to_channels_first(&to_channels_last(x).reshape([&[batch], &self.target[..]].concat()))
    }
}

/// The axes in another order, counted from 1 without the batch, as in Keras: `[2, 1]` swaps time and features.
#[derive(Debug)]
pub struct Permute {
    axes: Vec<i64>,
}

impl Permute {
    /// A layer that puts these axes in this order.
    pub fn new(axes: &[i64]) -> Permute {
        Permute { axes: axes.to_vec() }
    }
}

impl Layer for Permute {
    fn class_name(&self) -> &'static str {
        "Permute"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let mut sorted = self.axes.clone();
        sorted.sort_unstable();
        ensure!(
            sorted.iter().copied().eq(1..=input.len() as i64),
            "cannot permute {input} by {:?}: each axis must stand there once, counted from 1",
            self.axes
        );
        Ok(Shape::from(self.axes.iter().map(|axis| input[*axis as usize - 1]).collect::<Vec<_>>()))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let axes: Vec<i64> = std::iter::once(0).chain(self.axes.iter().copied()).collect();
        to_channels_first(&to_channels_last(x).permute(axes))
    }
}

/// A vector `[features]` as a sequence of `n` equal steps, `[n, features]`.
#[derive(Debug)]
pub struct RepeatVector {
    n: i64,
}

impl RepeatVector {
    /// A layer that repeats so often.
    pub fn new(n: i64) -> RepeatVector {
        RepeatVector { n }
    }
}

impl Layer for RepeatVector {
    fn class_name(&self) -> &'static str {
        "RepeatVector"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let [features] = input.axes().context("RepeatVector takes vectors")?;
        Ok(Shape::from([Some(self.n), features]))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        // [batch, features] -> [batch, n, features], a view
        x.unsqueeze(1).expand([-1, self.n, -1], false)
    }
}
