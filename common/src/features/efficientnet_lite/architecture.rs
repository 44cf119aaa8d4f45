/// Sizes of a net.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Architecture {
    /// Pixels along each side of its input.
    pub side: i64,
    /// Filters of the first convolution.
    pub stem: i64,
    /// The stages that follow it.
    pub stages: Vec<Stage>,
    /// Filters of the last convolution: the features.
    pub head: i64,
}

/// Blocks of the same kind, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// Number of blocks.
    pub blocks: usize,
    /// Side of the depthwise kernels, in pixels.
    pub kernel: i64,
    /// Stride of the first block; that of the others is 1.
    pub stride: i64,
    /// Expansion: ratio of inner channels to input channels.
    pub expand: i64,
    /// Input channels of the first block.
    pub input: i64,
    /// Output channels of each block.
    pub filters: i64,
}

/// One block of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockShape {
    pub kernel: i64,
    pub stride: i64,
    pub expand: i64,
    pub input: i64,
    pub filters: i64,
}

impl Architecture {
    /// EfficientNet-Lite0, at 128 × 128 pixels.
    pub fn lite0() -> Architecture {
        let stage =
            |blocks, kernel, stride, expand, input, filters| Stage { blocks, kernel, stride, expand, input, filters };
        let stages = vec![
            stage(1, 3, 1, 1, 32, 16),
            stage(2, 3, 2, 6, 16, 24),
            stage(2, 5, 2, 6, 24, 40),
            stage(3, 3, 2, 6, 40, 80),
            stage(3, 5, 1, 6, 80, 112),
            stage(4, 5, 2, 6, 112, 192),
            stage(1, 3, 1, 6, 192, 320),
        ];
        Architecture { side: 128, stem: 32, stages, head: 1280 }
    }
}

impl Stage {
    pub(super) fn blocks(&self) -> impl Iterator<Item = BlockShape> {
        let Stage { blocks, kernel, stride, expand, input, filters } = *self;
        (0..blocks).map(move |i| match i {
            0 => BlockShape { kernel, stride, expand, input, filters },
            _ => BlockShape { kernel, stride: 1, expand, input: filters, filters },
        })
    }
}
