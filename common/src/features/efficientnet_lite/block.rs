use super::architecture::BlockShape;
use crate::features::Weights;
use crate::features::convolution::Convolution;
use anyhow::Result;
use tch::{Device, Tensor};

/// Mobile inverted bottleneck: expansion to more channels, depthwise convolution, projection to fewer, and a residual
/// connection if the shapes agree.
#[derive(Debug)]
pub(super) struct Block {
    expand: Option<Convolution>,
    depthwise: Convolution,
    project: Convolution,
    residual: bool,
}

impl Block {
    /// Block `i` of the net, counted from 0.
    pub fn new(weights: &Weights, i: usize, shape: BlockShape, device: Device) -> Result<Block> {
        let BlockShape { kernel, stride, expand, input, filters } = shape;
        let inside = input * expand;
        let convolution = |conv: &str, norm: &str, shape: [i64; 4], stride: i64| {
            let name = |part: &str| format!("_blocks.{i}.{part}");
            Convolution::new(weights, &name(conv), &name(norm), shape, stride, device)
        };
        let expanded = || convolution("_expand_conv", "_bn0", [inside, input, 1, 1], 1);
        let depthwise = convolution("_depthwise_conv", "_bn1", [inside, 1, kernel, kernel], stride)?;
        Ok(Block {
            expand: (expand > 1).then(expanded).transpose()?,
            depthwise: depthwise.groups(inside),
            project: convolution("_project_conv", "_bn2", [filters, inside, 1, 1], 1)?,
            residual: stride == 1 && input == filters,
        })
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        let inside = self.expand.as_ref().map_or_else(|| x.shallow_clone(), |expand| expand.forward(x).relu6());
        let y = self.project.forward(&self.depthwise.forward(&inside).relu6());
        if self.residual { y + x } else { y }
    }
}
