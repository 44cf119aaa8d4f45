use super::{Layer, Shape, precision};
use anyhow::{Result, bail, ensure};
use tch::{Device, Kind, Tensor};

/// Zeroes each value with probability `rate` while training and scales the others by 1 / (1 - rate).
#[derive(Debug)]
pub struct Dropout {
    rate: f64,
}

impl Dropout {
    /// A layer for inputs of any shape; `rate` is the share that is dropped, in [0, 1).
    ///
    /// # Errors
    /// The rate is out of bounds.
    pub fn new(rate: f64) -> Result<Dropout> {
        check_rate(rate)?;
        Ok(Dropout { rate })
    }
}

impl Layer for Dropout {
    fn class_name(&self) -> &'static str {
        "Dropout"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input.clone())
    }

    fn forward(&self, x: &Tensor, train: bool) -> Tensor {
        if !train || x.device() != Device::Cpu {
            return x.dropout(self.rate, train);
        }
        // On a CPU libtorch draws a random number for each value, one after the other: a quarter of a step of the VAE
        // on faces. Such a number has eight bytes. One byte decides as well when the rate is a multiple of 1/256, and
        // two when it need not be met closer than to 1/131,072.
        let (kind, values) =
            if (self.rate * 256.0).fract() == 0.0 { (Kind::Uint8, 256.0) } else { (Kind::Int16, 65536.0) };
        let lowest = if kind == Kind::Uint8 { 0.0 } else { -32768.0 };
        let dropped = (self.rate * values).round().min(values - 1.0);
        let kept = random_integers(x.numel() as i64, kind).ge(dropped + lowest);
        // An f32: the factor is not rounded to bf16, and the product of x in bf16 is f32.
        let scaled = kept * (values / (values - dropped));
        x * match x.size()[..] {
            // In the order of the images' memory, so that the product is one sweep.
            [n, channels, height, width] => scaled.view([n, height, width, channels]).permute([0, 3, 1, 2]),
            _ => scaled.view_as(x),
        }
    }

    fn output_mask(&self, _x: &Tensor, mask: Option<&Tensor>) -> Option<Tensor> {
        mask.map(Tensor::shallow_clone)
    }
}

/// Dropout of whole features: a channel of an image, or a feature of a sequence at all its steps of time. Keras has
/// `SpatialDropout1D` for sequences and `SpatialDropout2D` for images.
#[derive(Debug)]
pub struct SpatialDropout {
    rate: f64,
    class_name: &'static str,
}

impl SpatialDropout {
    /// A layer for sequences or images; `rate` is the share that is dropped, in [0, 1).
    ///
    /// # Errors
    /// The rate is out of bounds, or the shape has other axes.
    pub fn new(input: &Shape, rate: f64) -> Result<SpatialDropout> {
        check_rate(rate)?;
        let class_name = match input.len() {
            2 => "SpatialDropout1D",
            3 => "SpatialDropout2D",
            4 => "SpatialDropout3D",
            _ => bail!("spatial dropout takes sequences, images or volumes, not {input}"),
        };
        Ok(SpatialDropout { rate, class_name })
    }
}

impl Layer for SpatialDropout {
    fn class_name(&self) -> &'static str {
        self.class_name
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input.clone())
    }

    fn forward(&self, x: &Tensor, train: bool) -> Tensor {
        // One number for each sample and feature: [batch, 1, features] or [batch, channels, 1, 1].
        let axis = if x.dim() > 3 { 1 } else { x.dim() - 1 };
        let shape: Vec<i64> =
            x.size().iter().enumerate().map(|(i, n)| if i == 0 || i == axis { *n } else { 1 }).collect();
        x * Tensor::ones(shape, (x.kind(), x.device())).dropout(self.rate, train)
    }

    fn output_mask(&self, _x: &Tensor, mask: Option<&Tensor>) -> Option<Tensor> {
        mask.map(Tensor::shallow_clone)
    }
}

/// Adds N(0, deviation) to each value while training.
#[derive(Debug)]
pub struct GaussianNoise {
    deviation: f64,
}

impl GaussianNoise {
    /// A layer for inputs of any shape.
    ///
    /// # Errors
    /// The deviation is negative or not finite.
    pub fn new(deviation: f64) -> Result<GaussianNoise> {
        ensure!(deviation.is_finite() && deviation >= 0.0, "the noise's deviation must be 0 or more, not {deviation}");
        Ok(GaussianNoise { deviation })
    }
}

impl Layer for GaussianNoise {
    fn class_name(&self) -> &'static str {
        "GaussianNoise"
    }

    fn output_shape(&self, input: &Shape) -> Result<Shape> {
        Ok(input.clone())
    }

    fn forward(&self, x: &Tensor, train: bool) -> Tensor {
        let x = precision::full(x);
        if train { &x + x.randn_like() * self.deviation } else { x }
    }

    fn output_mask(&self, _x: &Tensor, mask: Option<&Tensor>) -> Option<Tensor> {
        mask.map(Tensor::shallow_clone)
    }
}

fn check_rate(rate: f64) -> Result<()> {
    ensure!((0.0..1.0).contains(&rate), "dropout rates must lie from 0 to below 1, not {rate}");
    Ok(())
}

/// Uniformly random integers of a kind.
fn random_integers(count: i64, kind: Kind) -> Tensor {
    let in_a_word = 8 / kind.elt_size_in_bytes() as i64;
    let mut words = Tensor::empty([(count + in_a_word - 1) / in_a_word], (Kind::Int64, Device::Cpu));
    words.random_from_(i64::MIN, None::<i64>).view_dtype(kind).narrow(0, 0, count)
}
