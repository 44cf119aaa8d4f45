use super::architecture::{Conv, Pool, Step};
use crate::features::Weights;
use crate::features::convolution::Convolution;
use anyhow::Result;
use tch::{Device, Tensor};

/// A step with its weights.
#[derive(Debug)]
pub(super) enum Layer {
    Convolution(Convolution),
    Pool(Pool),
    Branches(Vec<Vec<Layer>>),
}

/// Applies layers one after the other to maps `[n, channels, height, width]`.
pub(super) fn forward(layers: &[Layer], x: &Tensor) -> Tensor {
    layers.iter().fold(x.shallow_clone(), |x, layer| layer.forward(&x))
}

impl Layer {
    fn forward(&self, x: &Tensor) -> Tensor {
        match self {
            Layer::Convolution(convolution) => convolution.forward(x).relu(),
            Layer::Pool(Pool::Mean) => x.avg_pool2d([3, 3], [1, 1], [1, 1], false, false, None),
            Layer::Pool(Pool::Max) => x.max_pool2d([3, 3], [1, 1], [1, 1], [1, 1], false),
            Layer::Pool(Pool::Halve) => x.max_pool2d([3, 3], [2, 2], [0, 0], [1, 1], false),
            Layer::Branches(branches) => {
                Tensor::cat(&branches.iter().map(|layers| forward(layers, x)).collect::<Vec<_>>(), 1)
            }
        }
    }
}

/// Makes layers from weights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Builder<'a> {
    pub weights: &'a Weights,
    pub device: Device,
}

impl Builder<'_> {
    /// The layers of steps whose input has these channels, and the channels of their output. Names of weights begin
    /// with `prefix`.
    ///
    /// # Errors
    /// A weight is missing or has another shape.
    pub fn layers(&self, prefix: &str, steps: &[Step], mut channels: i64) -> Result<(Vec<Layer>, i64)> {
        let mut layers = Vec::with_capacity(steps.len());
        for step in steps {
            let (layer, output) = match step {
                Step::Convolution(conv) => {
                    (Layer::Convolution(self.convolution(prefix, *conv, channels)?), conv.filters)
                }
                Step::Pool(pool) => (Layer::Pool(*pool), channels),
                Step::Block(name, branches) => self.branches(&format!("{name}."), branches, channels)?,
                Step::Split(branches) => self.branches(prefix, branches, channels)?,
            };
            layers.push(layer);
            channels = output;
        }
        Ok((layers, channels))
    }

    fn branches(&self, prefix: &str, branches: &[Vec<Step>], channels: i64) -> Result<(Layer, i64)> {
        let branches = branches.iter().map(|steps| self.layers(prefix, steps, channels));
        let (branches, outputs): (Vec<_>, Vec<_>) = branches.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        Ok((Layer::Branches(branches), outputs.iter().sum()))
    }

    fn convolution(&self, prefix: &str, conv: Conv, channels: i64) -> Result<Convolution> {
        let Conv { name, filters, kernel: [height, width], stride, padding } = conv;
        let [kernel, norm] = ["conv", "bn"].map(|part| format!("{prefix}{name}.{part}"));
        let shape = [filters, channels, height, width];
        Ok(Convolution::new(self.weights, &kernel, &norm, shape, stride, self.device)?.padding(padding))
    }
}
