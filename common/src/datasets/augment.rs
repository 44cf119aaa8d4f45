//! Augmentation of drawings: many new drawings from a few, each a little different.

use crate::device::mix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::Tensor;

/// Drawings per chunk, to limit memory.
const CHUNK: i64 = 2048;
/// Points along each side of the grid whose displacements bend a drawing.
const BENDS: i64 = 4;
/// Interpolation makes lines paler; this factor restores their intensity.
const STRENGTH: f64 = 1.15;

/// `count` augmented drawings `[count, height, width, 1]` in [0, 1], made from the given ones in turn: mirrored or not,
/// rotated by up to 8 degrees, sheared, scaled by 0.83 to 1.02 along each axis, shifted by up to 1.2 pixels, and bent
/// by up to a pixel, with bilinear interpolation. Each drawing depends only on `seed` and its number.
///
/// # Panics
/// There are no drawings, or they do not have four axes.
pub fn augmented(drawings: &Tensor, count: i64, seed: u64) -> Tensor {
    assert!(!drawings.size().contains(&0), "there are no drawings to augment");
    if count < 1 {
        return drawings.narrow(0, 0, 0);
    }
    let planes = drawings.permute([0, 3, 1, 2]);
    let chunks = (0..count).step_by(CHUNK as usize);
    let new = chunks.map(|first| augment(&planes, first..count.min(first + CHUNK), seed)).collect::<Vec<_>>();
    Tensor::cat(&new, 0).permute([0, 2, 3, 1]).contiguous()
}

/// The augmented drawings with these numbers, from drawings `[n, 1, height, width]`.
fn augment(planes: &Tensor, numbers: std::ops::Range<i64>, seed: u64) -> Tensor {
    let (n, channels, height, width) = planes.size4().expect("drawings have four axes");
    let batch = numbers.end - numbers.start;
    let rows: Vec<i64> = numbers.clone().map(|number| number % n).collect();
    let pixel = 2.0 / height.max(width) as f32;
    let one = |number: i64| augmentation(mix(&[seed, number as u64]), pixel);
    let (maps, bends): (Vec<_>, Vec<_>) = numbers.map(one).unzip();
    let maps = Tensor::from_slice(maps.as_flattened()).view([batch, 2, 3]);
    let bends = Tensor::from_slice(bends.as_flattened()).view([batch, 2, BENDS, BENDS]);
    let bends = bends.upsample_bicubic2d([height, width], true, None, None).permute([0, 2, 3, 1]);
    let grid = Tensor::affine_grid_generator(&maps, [batch, channels, height, width], false) + bends;
    let old = planes.index_select(0, &Tensor::from_slice(&rows));
    let (linear, nothing_beyond_the_edges) = (0, 0);
    let new = old.grid_sampler(&grid, linear, nothing_beyond_the_edges, false);
    (new * STRENGTH).clamp(0.0, 1.0)
}

/// One random augmentation: the affine map from coordinates of the new drawing (-1 to 1) to those of the old one, and
/// the displacements of the grid points, x and then y.
fn augmentation(seed: u64, pixel: f32) -> ([f32; 6], [f32; 2 * (BENDS * BENDS) as usize]) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut between = |low: f32, high: f32| low + (high - low) * random.random::<f32>();
    let (sin, cos) = between(-8.0, 8.0).to_radians().sin_cos();
    let shear = between(-0.15, 0.15);
    let mirror = between(-1.0, 1.0).signum();
    // A longer distance in the old drawing makes the new one smaller.
    let (x, y) = (mirror * between(0.98, 1.2), between(0.98, 1.2));
    let (dx, dy) = (between(-1.2, 1.2) * pixel, between(-1.2, 1.2) * pixel);
    let map = [x * cos, x * (shear * cos - sin), dx, y * sin, y * (shear * sin + cos), dy];
    (map, std::array::from_fn(|_| between(-1.0, 1.0) * pixel))
}
