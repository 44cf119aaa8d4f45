//! Grey biscuit tins that differ only in height and width (pp. 48-50).

use anyhow::{Context, Result};
use ndarray::{Array3, Array4, Axis, stack};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::{Kind, Tensor};
use tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point, Rect, Shader, SpreadMode,
    Stroke, Transform,
};

/// Side of the images, in pixels.
pub const SIDE: usize = 48;
/// Heights of tins, in pixels.
pub const HEIGHTS: (f32, f32) = (8.0, 32.0);
/// Widths of tins, in pixels.
pub const WIDTHS: (f32, f32) = (12.0, 42.0);
/// The lowest pixel of every tin's front, from the top.
const GROUND: f32 = 45.0;
/// Ratio of height to width of a circle: tins are seen a little from above.
const FLATNESS: f32 = 0.22;

/// A tin: the two latent features that determine its image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tin {
    /// Height of the wall, in pixels: within [`HEIGHTS`].
    pub height: f32,
    /// Width, in pixels: within [`WIDTHS`].
    pub width: f32,
}

impl Tin {
    /// The tin at this latent point: both coordinates run from 0 to 1 over heights and widths.
    pub fn at(height: f32, width: f32) -> Tin {
        let between = |(low, high): (f32, f32), share: f32| low + share * (high - low);
        Tin { height: between(HEIGHTS, height), width: between(WIDTHS, width) }
    }

    /// The exact generator f(height, width): the tin's image `[48, 48, 1]`, values in [0, 1].
    ///
    /// # Errors
    /// The image does not fit in memory.
    pub fn image(&self) -> Result<Array3<f32>> {
        let mut paper = Pixmap::new(SIDE as u32, SIDE as u32).context("no memory for an image")?;
        paper.fill(Color::WHITE);
        self.draw(&mut paper);
        let pixels = paper.pixels();
        Ok(Array3::from_shape_fn((SIDE, SIDE, 1), |(y, x, _)| f32::from(pixels[y * SIDE + x].red()) / 255.0))
    }

    fn draw(&self, paper: &mut Pixmap) {
        let half = self.width / 2.0;
        let (left, right) = (SIDE as f32 / 2.0 - half, SIDE as f32 / 2.0 + half);
        let flat = FLATNESS * half;
        let (bottom, top) = (GROUND - flat, GROUND - flat - self.height);
        let ellipse = |y: f32, share: f32| {
            let (wide, high) = (share * half, share * flat);
            let middle = (left + right) / 2.0;
            Rect::from_ltrb(middle - wide, y - high, middle + wide, y + high).and_then(PathBuilder::from_oval)
        };
        // The wall, round: light comes from the left.
        let wall = metal(left, right, [0.42, 0.72, 0.5, 0.24]);
        fill(paper, ellipse(bottom, 1.0), &wall);
        fill(paper, Rect::from_ltrb(left, top, right, bottom).map(PathBuilder::from_rect), &wall);
        // The lid: a rim that stands out a little, and the flat top.
        let rim = metal(left, right, [0.5, 0.85, 0.6, 0.3]);
        fill(paper, ellipse(top + 2.3, 1.0), &rim);
        fill(paper, Rect::from_ltrb(left, top, right, top + 2.3).map(PathBuilder::from_rect), &rim);
        fill(paper, ellipse(top, 1.0), &metal(left, right, [0.8, 0.86, 0.76, 0.66]));
        line(paper, ellipse(top, 0.82), 0.55);
        line(paper, ellipse(top, 1.0), 0.3);
    }
}

/// The images of many tins: `[n, 48, 48, 1]`.
///
/// # Errors
/// There are no tins, or an image does not fit in memory.
pub fn images(tins: &[Tin]) -> Result<Array4<f32>> {
    let images = tins.iter().map(Tin::image).collect::<Result<Vec<_>>>()?;
    let views: Vec<_> = images.iter().map(Array3::view).collect();
    stack(Axis(0), &views).context("there are no tins to draw")
}

fn grey(value: f32) -> Color {
    Color::from_rgba(value, value, value, 1.0).unwrap_or(Color::BLACK)
}

/// A horizontal gradient of greys over a cylinder.
fn metal(left: f32, right: f32, [first, bright, middle, last]: [f32; 4]) -> Shader<'static> {
    let stops = [(0.0, first), (0.28, bright), (0.6, middle), (1.0, last)];
    let stops = stops.map(|(at, value)| GradientStop::new(at, grey(value))).to_vec();
    let (start, end) = (Point::from_xy(left, 0.0), Point::from_xy(right, 0.0));
    let gradient = LinearGradient::new(start, end, stops, SpreadMode::Pad, Transform::identity());
    gradient.unwrap_or(Shader::SolidColor(grey(middle)))
}

fn fill(paper: &mut Pixmap, path: Option<Path>, shader: &Shader<'static>) {
    let paint = Paint { shader: shader.clone(), anti_alias: true, ..Paint::default() };
    if let Some(path) = path {
        paper.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
    }
}

fn line(paper: &mut Pixmap, path: Option<Path>, value: f32) {
    let paint = Paint { shader: Shader::SolidColor(grey(value)), anti_alias: true, ..Paint::default() };
    if let Some(path) = path {
        paper.stroke_path(&path, &paint, &Stroke { width: 0.7, ..Stroke::default() }, Transform::identity(), None);
    }
}

/// Tins with uniformly random heights and widths.
pub fn random_tins(n: usize, seed: u64) -> Vec<Tin> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| Tin::at(random.random(), random.random())).collect()
}

/// The images of tins, `[n, 48, 48, 1]`.
pub fn tensor(tins: &[Tin]) -> Result<Tensor> {
    let images = images(tins)?;
    let side = SIDE as i64;
    Ok(Tensor::from_slice(&images.into_raw_vec_and_offset().0).view([-1, side, side, 1]))
}

/// Height and width of tins, in pixels: `[n, 2]`.
pub fn features(tins: &[Tin]) -> Tensor {
    let values: Vec<f32> = tins.iter().flat_map(|tin| [tin.height, tin.width]).collect();
    Tensor::from_slice(&values).view([-1, 2]).to_kind(Kind::Double)
}
