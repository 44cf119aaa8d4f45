//! Nearest-neighbour upsampling and a convolution, fused.

use super::layout::{nchw_to_nhwc, nhwc_to_nchw};
use super::{Padding, precision};
use crate::transfer::upload;
use tch::Tensor;

/// What `UpSampling2D(factor)` and a `same` convolution of stride 1 after it give together.
///
/// Nearest-neighbour upsampling repeats each pixel, so a kernel that slides over the large image meets the same
/// small pixel several times: its weights there can be added beforehand. Each of the factor · factor places within an
/// upsampled pixel gets a smaller kernel of its own in this way, and all of them together are one convolution of the
/// small image. A 5 x 5 kernel after upsampling by 2 takes 9 multiplications where it took 25.
///
/// `x` is `[n, in, height, width]`, `kernel` `[out, in, k, k]`, both with channels-last strides; `bias` `[out]`.
pub(super) fn fused_upsampling_conv2d(x: &Tensor, kernel: &Tensor, bias: Option<&Tensor>, factor: i64) -> Tensor {
    let (n, _, height, width) = x.size4().expect("a convolution takes [batch, channels, height, width]");
    let filters = kernel.size()[0];
    let folding = Folding::new(kernel.size()[2], factor);
    // Weights are added before they are rounded.
    let (x, kernels) = (&precision::operand(x), precision::operand(&folding.kernels(kernel)));
    let bias = bias.map(|bias| precision::operand(bias).repeat([factor * factor]));
    let (before, after) = folding.zeros();
    let y = if before == after {
        x.conv2d(&kernels, bias, [1, 1], [before, before], [1, 1], 1)
    } else {
        x.constant_pad_nd([before, after, before, after]).conv2d(&kernels, bias, [1, 1], [0, 0], [1, 1], 1)
    };

    // [n, rows, columns, place in row, place in column, filters]: each place goes beside its pixel.
    let y = nchw_to_nhwc(&y);
    let y = y.view([n, y.size()[1], y.size()[2], factor, factor, filters]);
    let offsets = folding.offsets();
    let y = if offsets.iter().all(|&offset| offset == 0) {
        y.permute([0, 1, 3, 2, 4, 5])
    } else {
        weave(&weave(&y, 1, 3, &offsets, height), 3, 4, &offsets, width)
    };
    nhwc_to_nchw(&y.reshape([n, height * factor, width * factor, filters]))
}

/// Puts the axis `places` after the axis `pixels`, of which each place uses `size` entries from its offset on.
fn weave(y: &Tensor, pixels: i64, places: i64, offsets: &[i64], size: i64) -> Tensor {
    let parts: Vec<Tensor> =
        (0..).zip(offsets).map(|(place, &offset)| y.select(places, place).narrow(pixels, offset, size)).collect();
    Tensor::stack(&parts, pixels + 1)
}

/// How a kernel folds along one axis. Its weight t, at the place p of an upsampled pixel, meets the small pixel
/// floor((p + t - zeros before) / factor), counted from the one that the place belongs to.
#[derive(Debug)]
struct Folding {
    kernel: i64,
    factor: i64,
    /// Size of the folded kernels.
    size: i64,
    /// The first small pixel that a place's folded kernel covers.
    starts: Vec<i64>,
}

impl Folding {
    fn new(kernel: i64, factor: i64) -> Folding {
        let folding = Folding { kernel, factor, size: 0, starts: vec![] };
        let first: Vec<i64> = (0..factor).map(|place| folding.meets(place, 0)).collect();
        let last: Vec<i64> = (0..factor).map(|place| folding.meets(place, kernel - 1)).collect();
        let size = first.iter().zip(&last).map(|(first, last)| last - first + 1).max().unwrap_or(1);
        // One start for all places where the size allows it: their results then need no shifting.
        let (lowest, highest) = (first[0], last[last.len() - 1]);
        let starts = if highest - lowest < size { vec![lowest; first.len()] } else { first };
        Folding { size, starts, ..folding }
    }

    fn meets(&self, place: i64, weight: i64) -> i64 {
        let (before, _) = Padding::Same.zeros(self.kernel, self.kernel, 1);
        (place + weight - before).div_euclid(self.factor)
    }

    /// Zeros that the small image needs on either side.
    fn zeros(&self) -> (i64, i64) {
        let highest = self.starts[self.starts.len() - 1];
        (-self.starts[0], (highest + self.size - 1).max(0))
    }

    /// Where each place's results begin.
    fn offsets(&self) -> Vec<i64> {
        self.starts.iter().map(|start| start - self.starts[0]).collect()
    }

    /// `[out, in, k, k]` to `[places · places · out, in, size, size]`.
    fn kernels(&self, kernel: &Tensor) -> Tensor {
        let (k, factor, size) = (self.kernel, self.factor, self.size);
        let (filters, channels) = (kernel.size()[0], kernel.size()[1]);
        // 1 where a weight goes into an entry of a place's folded kernel: [places · size, k].
        let mut sums = vec![0f32; (factor * size * k) as usize];
        for (place, start) in (0..).zip(&self.starts) {
            for weight in 0..k {
                sums[((place * size + self.meets(place, weight) - start) * k + weight) as usize] = 1.0;
            }
        }
        let sums = Tensor::from_slice(&sums).view([factor * size, k]);
        let sums = upload(&sums, kernel.device()).to_kind(kernel.kind());
        let weights = nchw_to_nhwc(kernel).reshape([filters, k * k, channels]);
        let folded = sums.kron(&sums).matmul(&weights).view([filters, factor, size, factor, size, channels]);
        let folded = folded.permute([1, 3, 0, 2, 4, 5]).reshape([factor * factor * filters, size, size, channels]);
        nhwc_to_nchw(&folded)
    }
}
