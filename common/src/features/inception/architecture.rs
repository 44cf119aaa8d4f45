//! The layers of Inception-v3 in the form of 2015 that FID uses, with the names that their weights have in PyTorch.
//!
//! Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the Inception Architecture for Computer Vision", 2016,
//! figures 5 to 7 and 10.

use crate::keras::Padding;

/// Pixels along each side of the input.
pub(super) const SIDE: i64 = 299;
/// Classes of the net for FID; other files of Inception-v3 have 1000.
pub(super) const CLASSES: i64 = 1008;
/// Values before the classes, after the third pooling (`pool_3`): the features.
pub(super) const FEATURES: i64 = 2048;

/// A step from feature maps to feature maps.
#[derive(Debug)]
pub(super) enum Step {
    /// A convolution, batch normalization, and ReLU.
    Convolution(Conv),
    /// Pooling over 3 × 3 pixels.
    Pool(Pool),
    /// Branches with the same input, whose outputs are joined along the channels. The name is that of the block.
    Block(&'static str, Vec<Vec<Step>>),
    /// Branches within a branch.
    Split(Vec<Vec<Step>>),
}

/// A convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conv {
    /// Its name within its block.
    pub name: &'static str,
    /// Output channels.
    pub filters: i64,
    /// Height and width, in pixels.
    pub kernel: [i64; 2],
    pub stride: i64,
    pub padding: Padding,
}

/// A kind of pooling over 3 × 3 pixels.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pool {
    /// Mean, stride 1. The zeros around the image do not count, as in TensorFlow.
    Mean,
    /// Maximum, stride 1.
    Max,
    /// Maximum, stride 2, within the image.
    Halve,
}

/// All steps up to the last pooling.
pub(super) fn steps() -> Vec<Step> {
    vec![
        narrowing("Conv2d_1a_3x3", 32, 2),
        narrowing("Conv2d_2a_3x3", 32, 1),
        conv("Conv2d_2b_3x3", 64, [3, 3]),
        Step::Pool(Pool::Halve),
        conv("Conv2d_3b_1x1", 80, [1, 1]),
        narrowing("Conv2d_4a_3x3", 192, 1),
        Step::Pool(Pool::Halve),
        block_a("Mixed_5b", 32),
        block_a("Mixed_5c", 64),
        block_a("Mixed_5d", 64),
        block_b("Mixed_6a"),
        block_c("Mixed_6b", 128),
        block_c("Mixed_6c", 160),
        block_c("Mixed_6d", 160),
        block_c("Mixed_6e", 192),
        block_d("Mixed_7a"),
        block_e("Mixed_7b", Pool::Mean),
        // The paper has the mean here, too; the net of 2015, with which all FIDs are computed, has the maximum.
        block_e("Mixed_7c", Pool::Max),
    ]
}

/// A convolution that keeps the size of its input.
fn conv(name: &'static str, filters: i64, kernel: [i64; 2]) -> Step {
    Step::Convolution(Conv { name, filters, kernel, stride: 1, padding: Padding::Same })
}

/// A convolution of 3 × 3 pixels that stays within its input.
fn narrowing(name: &'static str, filters: i64, stride: i64) -> Step {
    Step::Convolution(Conv { name, filters, kernel: [3, 3], stride, padding: Padding::Valid })
}

/// Maps of 35 × 35 pixels.
fn block_a(name: &'static str, pool_filters: i64) -> Step {
    let branches = vec![
        vec![conv("branch1x1", 64, [1, 1])],
        vec![conv("branch5x5_1", 48, [1, 1]), conv("branch5x5_2", 64, [5, 5])],
        vec![
            conv("branch3x3dbl_1", 64, [1, 1]),
            conv("branch3x3dbl_2", 96, [3, 3]),
            conv("branch3x3dbl_3", 96, [3, 3]),
        ],
        vec![Step::Pool(Pool::Mean), conv("branch_pool", pool_filters, [1, 1])],
    ];
    Step::Block(name, branches)
}

/// From 35 × 35 to 17 × 17 pixels.
fn block_b(name: &'static str) -> Step {
    let branches = vec![
        vec![narrowing("branch3x3", 384, 2)],
        vec![
            conv("branch3x3dbl_1", 64, [1, 1]),
            conv("branch3x3dbl_2", 96, [3, 3]),
            narrowing("branch3x3dbl_3", 96, 2),
        ],
        vec![Step::Pool(Pool::Halve)],
    ];
    Step::Block(name, branches)
}

/// Maps of 17 × 17 pixels. Convolutions of 7 × 7 are split into 1 × 7 and 7 × 1, with `inner` channels between.
fn block_c(name: &'static str, inner: i64) -> Step {
    let branches = vec![
        vec![conv("branch1x1", 192, [1, 1])],
        vec![conv("branch7x7_1", inner, [1, 1]), conv("branch7x7_2", inner, [1, 7]), conv("branch7x7_3", 192, [7, 1])],
        vec![
            conv("branch7x7dbl_1", inner, [1, 1]),
            conv("branch7x7dbl_2", inner, [7, 1]),
            conv("branch7x7dbl_3", inner, [1, 7]),
            conv("branch7x7dbl_4", inner, [7, 1]),
            conv("branch7x7dbl_5", 192, [1, 7]),
        ],
        vec![Step::Pool(Pool::Mean), conv("branch_pool", 192, [1, 1])],
    ];
    Step::Block(name, branches)
}

/// From 17 × 17 to 8 × 8 pixels.
fn block_d(name: &'static str) -> Step {
    let branches = vec![
        vec![conv("branch3x3_1", 192, [1, 1]), narrowing("branch3x3_2", 320, 2)],
        vec![
            conv("branch7x7x3_1", 192, [1, 1]),
            conv("branch7x7x3_2", 192, [1, 7]),
            conv("branch7x7x3_3", 192, [7, 1]),
            narrowing("branch7x7x3_4", 192, 2),
        ],
        vec![Step::Pool(Pool::Halve)],
    ];
    Step::Block(name, branches)
}

/// Maps of 8 × 8 pixels, with branches that split again.
fn block_e(name: &'static str, pool: Pool) -> Step {
    let split = |across, down| Step::Split(vec![vec![conv(across, 384, [1, 3])], vec![conv(down, 384, [3, 1])]]);
    let branches = vec![
        vec![conv("branch1x1", 320, [1, 1])],
        vec![conv("branch3x3_1", 384, [1, 1]), split("branch3x3_2a", "branch3x3_2b")],
        vec![
            conv("branch3x3dbl_1", 448, [1, 1]),
            conv("branch3x3dbl_2", 384, [3, 3]),
            split("branch3x3dbl_3a", "branch3x3dbl_3b"),
        ],
        vec![Step::Pool(pool), conv("branch_pool", 192, [1, 1])],
    ];
    Step::Block(name, branches)
}
