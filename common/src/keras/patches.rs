//! Convolutions whose patches do not overlap, as one matrix product.
//!
//! Where the stride is as long as the kernel, or the kernel lies over all of an axis at once, a pixel is in one patch.
//! With channels-last strides a patch is then a row of a matrix, mostly without a copy, and the product with the kernel is
//! all that is left of the convolution. A transposed convolution is the same backwards: its products are the patches.

use super::conv::spatial;
use super::layout::{to_channels_first, to_channels_last};
use super::{Conv, Padding, precision};
use tch::Tensor;

/// The part of the kernel along each axis that lies over pixels: its first row, and the number of rows.
pub(super) type Patches<const N: usize> = [(i64, i64); N];

impl<const N: usize> Conv<N> {
    /// The patches of images of this size; none if they overlap, or leave pixels out.
    pub(super) fn patches(&self, size: [i64; N]) -> Option<Patches<N>> {
        let of_axis = |axis: usize| {
            let (size, kernel, stride) = (size[axis], self.kernel_size[axis], self.strides[axis]);
            let before = self.padding.zeros(size, kernel, stride).0;
            match self.padding.conv_output(size, kernel, stride) {
                _ if kernel == stride && size % kernel == 0 => Some((0, kernel)),
                1 if before + size <= kernel => Some((before, size)),
                _ => None,
            }
        };
        of_all_axes(of_axis)
    }

    /// The patches that a transposed convolution makes of images of this size; none if they overlap.
    pub(super) fn transposed_patches(&self, size: [i64; N]) -> Option<Patches<N>> {
        let of_axis = |axis: usize| {
            let (kernel, stride) = (self.kernel_size[axis], self.strides[axis]);
            let single = size[axis] == 1 && self.padding == Padding::Valid && kernel > stride;
            (kernel == stride || single).then_some((0, kernel))
        };
        of_all_axes(of_axis)
    }
}

fn of_all_axes<const N: usize>(of_axis: impl Fn(usize) -> Option<(i64, i64)>) -> Option<Patches<N>> {
    let mut patches = [(0, 0); N];
    for (axis, part) in patches.iter_mut().enumerate() {
        *part = of_axis(axis)?;
    }
    Some(patches)
}

/// The convolution: `x` is `[n, in, ..]`, `kernel` `[out, in, ..]`.
pub(super) fn conv<const N: usize>(x: &Tensor, kernel: &Tensor, bias: Option<&Tensor>, patches: Patches<N>) -> Tensor {
    let size: [i64; N] = spatial(&x.size());
    let [n, channels] = [0, 1].map(|axis| x.size()[axis]);
    let counts = std::array::from_fn::<i64, N, _>(|axis| size[axis] / patches[axis].1);
    // [n, rows, row in patch, columns, column in patch, .., in] -> [patches, values of a patch]
    let apart: Vec<i64> = (0..N).flat_map(|axis| [counts[axis], patches[axis].1]).collect();
    let axes = N as i64;
    let order: Vec<i64> = (0..axes).map(|axis| 1 + 2 * axis).chain((0..axes).map(|axis| 2 + 2 * axis)).collect();
    let rows = to_channels_last(&precision::operand(x))
        .reshape([&[n], &apart[..], &[channels]].concat())
        .permute([&[0], &order[..], &[2 * axes + 1]].concat())
        .reshape([n * counts.iter().product::<i64>(), -1]);
    let matrix = matrix(kernel, patches).transpose(0, 1);
    let y = match bias {
        Some(bias) => precision::operand(bias).addmm(&rows, &matrix),
        None => rows.mm(&matrix),
    };
    to_channels_first(&y.view(&[&[n], &counts[..], &[kernel.size()[0]]].concat()[..]))
}

/// The transposed convolution: `x` is `[n, in, ..]`, `kernel` `[in, out, ..]`.
pub(super) fn conv_transpose<const N: usize>(
    x: &Tensor,
    kernel: &Tensor,
    bias: Option<&Tensor>,
    patches: Patches<N>,
) -> Tensor {
    let size: [i64; N] = spatial(&x.size());
    let [n, channels] = [0, 1].map(|axis| x.size()[axis]);
    let sides = patches.map(|(_, side)| side);
    let rows = to_channels_last(&precision::operand(x)).reshape([-1, channels]);
    let matrix = matrix(kernel, patches);
    let y = match bias {
        Some(bias) => precision::operand(bias).repeat([sides.iter().product::<i64>()]).addmm(&rows, &matrix),
        None => rows.mm(&matrix),
    };
    // [patches, values of a patch] -> [n, rows, row in patch, columns, column in patch, .., out]
    let axes = N as i64;
    let order: Vec<i64> = (0..axes).flat_map(|axis| [1 + axis, 1 + axes + axis]).collect();
    let whole: Vec<i64> = (0..N).map(|axis| size[axis] * sides[axis]).collect();
    let y = y
        .view(&[&[n], &size[..], &sides[..], &[-1]].concat()[..])
        .permute([&[0], &order[..], &[2 * axes + 1]].concat())
        .reshape([&[n], &whole[..], &[kernel.size()[1]]].concat());
    to_channels_first(&y)
}

/// The kernel's part over the pixels as a matrix and an operand: `[a, b, ..]` as `[a, positions · b]`.
fn matrix<const N: usize>(kernel: &Tensor, patches: Patches<N>) -> Tensor {
    let size: [i64; N] = spatial(&kernel.size());
    let mut part = kernel.shallow_clone();
    for (axis, (first, rows)) in patches.into_iter().enumerate().filter(|(axis, (_, rows))| *rows < size[*axis]) {
        part = part.narrow(2 + axis as i64, first, rows);
    }
    to_channels_last(&precision::operand(&part)).reshape([kernel.size()[0], -1])
}
