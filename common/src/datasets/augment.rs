//! Many drawings out of a few: each is drawn again by another hand, a little differently.

use crate::device::mix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::Tensor;

/// Drawings that are made at once, so that memory stays small.
const CHUNK: i64 = 2048;
/// Points along each side of the grid whose moves bend a drawing.
const BENDS: i64 = 4;
/// Lines get paler where they fall between pixels; this gives them their strength back.
const STRENGTH: f64 = 1.15;

/// `count` new drawings `[count, height, width, 1]` in [0, 1], made from the given ones in turn: mirrored or not, turned
/// by up to 8 degrees, sheared, scaled by 0.83 to 1.02 along each axis, shifted by up to 1.2 pixels, and bent by up to a
/// pixel here and there. Values between pixels are interpolated linearly. The seed and a drawing's number decide.
///
/// # Panics
/// If there are none to begin with, or they have other than four axes.
pub fn augmented(drawings: &Tensor, count: i64, seed: u64) -> Tensor {
    assert!(!drawings.size().contains(&0), "new drawings are made from old ones");
    if count < 1 {
        return drawings.narrow(0, 0, 0);
    }
    let planes = drawings.permute([0, 3, 1, 2]);
    let chunks = (0..count).step_by(CHUNK as usize);
    let new = chunks.map(|first| redraw(&planes, first..count.min(first + CHUNK), seed)).collect::<Vec<_>>();
    Tensor::cat(&new, 0).permute([0, 2, 3, 1]).contiguous()
}

/// New drawings of these numbers from old ones `[n, 1, height, width]`.
fn redraw(planes: &Tensor, numbers: std::ops::Range<i64>, seed: u64) -> Tensor {
    let (n, channels, height, width) = planes.size4().expect("drawings have four axes");
    let batch = numbers.end - numbers.start;
    let rows: Vec<i64> = numbers.clone().map(|number| number % n).collect();
    let pixel = 2.0 / height.max(width) as f32;
    let hand = |number: i64| hand(mix(&[seed, number as u64]), pixel);
    let (maps, bends): (Vec<_>, Vec<_>) = numbers.map(hand).unzip();
    let maps = Tensor::from_slice(maps.as_flattened()).view([batch, 2, 3]);
    let bends = Tensor::from_slice(bends.as_flattened()).view([batch, 2, BENDS, BENDS]);
    let bends = bends.upsample_bicubic2d([height, width], true, None, None).permute([0, 2, 3, 1]);
    let grid = Tensor::affine_grid_generator(&maps, [batch, channels, height, width], false) + bends;
    let old = planes.index_select(0, &Tensor::from_slice(&rows));
    let (linear, nothing_beyond_the_edges) = (0, 0);
    let new = old.grid_sampler(&grid, linear, nothing_beyond_the_edges, false);
    (new * STRENGTH).clamp(0.0, 1.0)
}

/// One hand: where in the old drawing a point of the new one comes from, as a map of coordinates from -1 to 1, and how
/// far a few points stray from there, x and then y.
fn hand(seed: u64, pixel: f32) -> ([f32; 6], [f32; 2 * (BENDS * BENDS) as usize]) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut between = |low: f32, high: f32| low + (high - low) * random.random::<f32>();
    let (sin, cos) = between(-8.0, 8.0).to_radians().sin_cos();
    let shear = between(-0.15, 0.15);
    let mirror = between(-1.0, 1.0).signum();
    // A longer way in the old drawing makes the new one smaller.
    let (x, y) = (mirror * between(0.98, 1.2), between(0.98, 1.2));
    let (dx, dy) = (between(-1.2, 1.2) * pixel, between(-1.2, 1.2) * pixel);
    let map = [x * cos, x * (shear * cos - sin), dx, y * sin, y * (shear * sin + cos), dy];
    (map, std::array::from_fn(|_| between(-1.0, 1.0) * pixel))
}
