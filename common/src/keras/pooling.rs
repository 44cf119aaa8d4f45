use super::{Layer, Shape};
use anyhow::{Result, ensure};
use tch::Tensor;

/// Largest value of each square of `pool_size` x `pool_size` pixels, with the same stride and `valid` padding, Keras'
/// defaults: rows and columns that fill no square are left out.
#[derive(Debug)]
pub struct MaxPooling2d {
    pool_size: i64,
}

impl MaxPooling2d {
    /// A layer with squares of this side.
    ///
    /// # Errors
    /// The side is below 1.
    pub fn new(pool_size: i64) -> Result<MaxPooling2d> {
        ensure!(pool_size >= 1, "pool_size must be 1 or more, not {pool_size}");
        Ok(MaxPooling2d { pool_size })
    }
}

impl Layer for MaxPooling2d {
    fn class_name(&self) -> &'static str {
        "MaxPooling2D"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let [height, width, channels] = input.axes()?;
        let pooled = |size: Option<i64>| size.map(|size| size / self.pool_size);
        ensure!(
            [height, width].into_iter().all(|size| pooled(size) != Some(0)),
            "squares of {} pixels do not fit into {input}",
            self.pool_size
        );
        Ok(Shape::from([pooled(height), pooled(width), channels]))
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let size = [self.pool_size; 2];
        x.max_pool2d(size, size, [0, 0], [1, 1], false)
    }
}
