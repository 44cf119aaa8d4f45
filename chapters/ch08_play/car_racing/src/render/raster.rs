use super::paint::Paint;

/// Samples a pixel has along each axis.
pub const SAMPLES: usize = 4;

/// An image of samples, as colors of a small palette, from the top.
pub struct Raster {
    width: usize,
    height: usize,
    samples: Vec<u8>,
    /// How far a polygon reaches to the left and to the right in each row, while it is filled.
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Raster {
    /// No samples.
    pub const EMPTY: Raster = Raster { width: 0, height: 0, samples: Vec::new(), left: Vec::new(), right: Vec::new() };

    /// Takes a size in pixels, and paints all over.
    pub fn start(&mut self, [width, height]: [usize; 2], paint: Paint) {
        self.width = width * SAMPLES;
        self.height = height * SAMPLES;
        self.samples.clear();
        self.samples.resize(self.width * self.height, paint as u8);
    }

    /// Paints a convex polygon, grown by so much to the left and right and up and down. All sizes are in samples; a sample
    /// has the paint of its center.
    pub fn fill(&mut self, corners: &[[f32; 2]], grown: [f32; 2], paint: Paint) {
        let heights = || corners.iter().map(|corner| corner[1]);
        let top = self.row(heights().fold(f32::INFINITY, f32::min) - grown[1]);
        let bottom = self.row(heights().fold(f32::NEG_INFINITY, f32::max) + grown[1]);
        if top >= bottom {
            return;
        }
        for (reach, nowhere) in [(&mut self.left, f32::INFINITY), (&mut self.right, f32::NEG_INFINITY)] {
            reach.clear();
            reach.resize(bottom - top, nowhere);
        }
        for (i, &corner) in corners.iter().enumerate() {
            let next = corners[(i + 1) % corners.len()];
            let (upper, lower) = if corner[1] <= next[1] { (corner, next) } else { (next, corner) };
            self.reach_edge(upper, lower, grown[1], top);
        }
        for (row, (left, right)) in self.left.iter().zip(&self.right).enumerate() {
            let from = first_center(left - grown[0], self.width);
            let to = first_center(right + grown[0], self.width);
            if from < to {
                let row = (top + row) * self.width;
                self.samples[row + from..row + to].fill(paint as u8);
            }
        }
    }

    /// Extends the reach of all rows to an edge: in each row, to the part of the edge that is less than `grown` above or
    /// below the row's center.
    fn reach_edge(&mut self, upper: [f32; 2], lower: [f32; 2], grown: f32, top: usize) {
        let (from, to) = (self.row(upper[1] - grown), self.row(lower[1] + grown));
        let height = lower[1] - upper[1];
        // All of a level edge is in each of its rows.
        let slope = if height > 0.0 { (lower[0] - upper[0]) / height } else { 0.0 };
        let spread = if height > 0.0 { slope.abs() * grown } else { f32::INFINITY };
        let (least, most) = (upper[0].min(lower[0]), upper[0].max(lower[0]));
        let rows = self.left[from - top..to - top].iter_mut().zip(&mut self.right[from - top..to - top]);
        for (row, (left, right)) in rows.enumerate() {
            let middle = upper[0] + ((from + row) as f32 + 0.5 - upper[1]) * slope;
            *left = smaller(*left, smaller(larger(middle - spread, least), most));
            *right = larger(*right, smaller(larger(middle + spread, least), most));
        }
    }

    /// The first row whose center is at or below a height.
    fn row(&self, y: f32) -> usize {
        first_center(y, self.height)
    }

    /// The mean of the samples of each pixel, as RGB; darker if it shall be as dark as Gymnasium's.
    pub fn shrink(&self, darken: bool, image: &mut [u8]) {
        const COUNT: u64 = (SAMPLES * SAMPLES) as u64;
        let (rounding, darkened) = if darken { (COUNT - 1, DARKENED) } else { (COUNT / 2, 0) };
        let finish = |sum: u64, shift: u32| {
            let mean = ((sum >> shift & 0xffff) + rounding) / COUNT;
            mean.saturating_sub(darkened) as u8
        };
        let pixel = |sum: u64| [finish(sum, 0), finish(sum, 16), finish(sum, 32)];
        let packed = Paint::ALL.map(|paint| {
            let [red, green, blue] = paint.rgb().map(u64::from);
            red | green << 16 | blue << 32
        });
        let flat = packed.map(|color| pixel(color * COUNT));
        let rows = self.samples.chunks_exact(self.width * SAMPLES);
        for (rows, image) in rows.zip(image.chunks_exact_mut(3 * self.width / SAMPLES)) {
            let row = |i: usize| rows[i * self.width..(i + 1) * self.width].as_chunks::<SAMPLES>().0;
            let four: [&[[u8; SAMPLES]]; SAMPLES] = std::array::from_fn(row);
            for (x, rgb) in image.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let block = four.map(|row| row[x]);
                let first = block[0][0];
                *rgb = if block == [[first; SAMPLES]; SAMPLES] {
                    flat[usize::from(first)]
                } else {
                    pixel(block.as_flattened().iter().map(|&paint| packed[usize::from(paint)]).sum())
                };
            }
        }
    }
}

/// What the two passes of `smoothscale` lose by truncation. It cuts even colors by so much, and mixed ones, which are rounded
/// up before, by less.
const DARKENED: u64 = 2;

/// The first sample whose center is at or beyond a place, at most `end`.
fn first_center(place: f32, end: usize) -> usize {
    let before = smaller(larger(place - 0.5, 0.0), end as f32);
    // A cast cuts what follows the point.
    let whole = before as i32;
    (if whole as f32 >= before { whole } else { whole + 1 }) as usize
}

/// `f32::min` with one instruction: it does not look for NaN.
fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// `f32::max` with one instruction.
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(corners: &[[f32; 2]], grown: [f32; 2]) -> Vec<String> {
        let mut raster = Raster::EMPTY;
        raster.start([2, 2], Paint::Black);
        raster.fill(corners, grown, Paint::White);
        let letter = |&sample: &u8| if sample == Paint::White as u8 { '#' } else { '.' };
        raster.samples.chunks(8).map(|row| row.iter().map(letter).collect()).collect()
    }

    #[test]
    fn samples_inside_are_painted() {
        let square = [[1.0, 2.0], [4.0, 2.0], [4.0, 4.0], [1.0, 4.0]];
        let expected = ["........", "........", ".###....", ".###....", "........", "........", "........", "........"];
        assert_eq!(painted(&square, [0.0; 2]), expected);
        let triangle = [[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]];
        let expected = ["########", "#######.", "######..", "#####...", "####....", "###.....", "##......", "#......."];
        let mut found = painted(&triangle, [0.0; 2]);
        found.iter_mut().zip(expected).for_each(|(found, expected)| {
            // The centers on the slanted edge itself may fall to either side.
            found.replace_range(expected.trim_end_matches('.').len() - 1..expected.trim_end_matches('.').len(), "#");
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn polygons_grow() {
        let point = [[4.0, 4.0]; 3];
        let expected = ["........", "........", "........", "..####..", "..####..", "........", "........", "........"];
        assert_eq!(painted(&point, [2.0, 1.0]), expected);
    }

    #[test]
    fn what_lies_outside_is_cut() {
        assert!(
            painted(&[[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]], [0.0; 2])
                .iter()
                .all(|row| row == "########")
        );
        assert!(painted(&[[9.0, 1.0], [12.0, 1.0], [12.0, 3.0]], [0.0; 2]).iter().all(|row| row == "........"));
        assert!(painted(&[[-9.0, -9.0], [-2.0, -9.0], [-2.0, -3.0]], [0.0; 2]).iter().all(|row| row == "........"));
    }

    #[test]
    fn pixels_are_means() {
        let mut raster = Raster::EMPTY;
        raster.start([2, 1], Paint::White);
        raster.fill(&[[0.0, 0.0], [2.0, 0.0], [2.0, 4.0], [0.0, 4.0]], [0.0; 2], Paint::Black);
        let mut image = [0; 6];
        raster.shrink(false, &mut image);
        assert_eq!(image, [128, 128, 128, 255, 255, 255]);
        raster.shrink(true, &mut image);
        assert_eq!(image, [126, 126, 126, 253, 253, 253]);
    }
}
