use super::conv::spatial;
use super::limits::LARGEST_FACTOR;
use super::{Layer, Shape};
use anyhow::{Context, Result, ensure};
use tch::Tensor;

/// Each pixel becomes a square of `factor` · `factor` pixels: nearest neighbour, Keras' default.
#[derive(Debug)]
pub struct UpSampling2d {
    pub(super) factor: i64,
}

impl UpSampling2d {
    /// A layer for images.
    pub fn new(factor: i64) -> UpSampling2d {
        UpSampling2d { factor }
    }
}

impl Layer for UpSampling2d {
    fn class_name(&self) -> &'static str {
        "UpSampling2D"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        ensure!(
            (1..=LARGEST_FACTOR).contains(&self.factor),
            "upsampling factors must lie between 1 and {LARGEST_FACTOR}, not {}",
            self.factor
        );
        let [height, width, channels] = input.axes().context("UpSampling2D takes images")?;
        let larger = |size: Option<i64>| size.map(|size| size * self.factor);
        Ok(Shape::from([larger(height), larger(width), channels]))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let size: [i64; 2] = spatial(&x.size());
        x.upsample_nearest2d(size.map(|n| n * self.factor), None, None)
    }
}
