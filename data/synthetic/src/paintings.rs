//! Synthetic data for three paintings: strokes along a field of flow, in a palette of a few colours.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result};
use image::codecs::jpeg::JpegEncoder;
use tiny_skia::{Color, LineCap, Paint, PathBuilder, Pixmap, Shader, Stroke, Transform};

use crate::dice::Dice;

const WIDTH: u32 = 512;
const HEIGHT: u32 = 320;
const STROKES: usize = 7000;

/// A painting.
struct Painting {
    file: &'static str,
    /// The ground, then the colours of the strokes from top to bottom.
    palette: [(u8, u8, u8); 6],
    /// Width and length of a stroke, in pixels.
    stroke: (f32, f32),
    /// The direction of the strokes at a point, in radians.
    flow: fn(f32, f32) -> f32,
}

const PAINTINGS: [Painting; 3] = [
    Painting {
        file: "starry_night.jpg",
        palette: [(20, 32, 84), (24, 52, 120), (62, 110, 178), (236, 214, 110), (120, 166, 198), (18, 40, 52)],
        stroke: (4.0, 26.0),
        flow: swirls,
    },
    Painting {
        file: "the_scream.jpg",
        palette: [(120, 44, 22), (214, 82, 30), (238, 150, 52), (196, 60, 34), (46, 74, 112), (34, 38, 58)],
        stroke: (5.0, 60.0),
        flow: waves,
    },
    Painting {
        file: "shipwreck.jpg",
        palette: [(84, 72, 50), (136, 112, 70), (206, 184, 128), (64, 58, 48), (104, 96, 78), (40, 36, 32)],
        stroke: (7.0, 18.0),
        flow: spray,
    },
];

/// Writes `starry_night.jpg`, `the_scream.jpg` and `shipwreck.jpg`, 512 x 320 pixels, to the folder `dir`.
///
/// # Errors
/// A file cannot be written.
pub fn write(dir: &Path) -> Result<()> {
    for (number, painting) in (0..).zip(&PAINTINGS) {
        let drawn = draw(painting, &mut Dice::new(1889, number, 0)).context("no memory for an image")?;
        let pixels: Vec<u8> = drawn.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
        let mut jpeg = Cursor::new(vec![]);
        JpegEncoder::new_with_quality(&mut jpeg, 92)
            .encode(&pixels, WIDTH, HEIGHT, image::ExtendedColorType::Rgb8)
            .context("cannot encode an image as JPEG")?;
        let path = dir.join(painting.file);
        std::fs::write(&path, jpeg.into_inner()).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn draw(painting: &Painting, dice: &mut Dice) -> Option<Pixmap> {
    let Painting { palette, stroke: (width, length), flow, .. } = painting;
    let mut paper = Pixmap::new(WIDTH, HEIGHT)?;
    let (r, g, b) = palette[0];
    paper.fill(Color::from_rgba8(r, g, b, 255));
    for _ in 0..STROKES {
        let (mut x, mut y) = (dice.between(0.0, WIDTH as f32), dice.between(0.0, HEIGHT as f32));
        let height = (y / HEIGHT as f32 + dice.normal(0.16)).clamp(0.0, 0.999);
        let (r, g, b) = palette[1 + (5.0 * height) as usize];
        let shift = dice.normal(16.0);
        let shade = |value: u8| (f32::from(value) + shift).clamp(0.0, 255.0) as u8;
        let mut path = PathBuilder::new();
        path.move_to(x, y);
        for _ in 0..6 {
            let angle = flow(x, y);
            (x, y) = (x + length / 6.0 * angle.cos(), y + length / 6.0 * angle.sin());
            path.line_to(x, y);
        }
        let shader = Shader::SolidColor(Color::from_rgba8(shade(r), shade(g), shade(b), 230));
        let paint = Paint { shader, anti_alias: true, ..Paint::default() };
        let pen = Stroke { width: dice.between(0.5, 1.3) * width, line_cap: LineCap::Round, ..Stroke::default() };
        paper.stroke_path(&path.finish()?, &paint, &pen, Transform::identity(), None);
    }
    Some(paper)
}

/// Around three centres, and level far from them.
fn swirls(x: f32, y: f32) -> f32 {
    let (mut dx, mut dy) = (0.4, 0.05);
    for (cx, cy, turn) in [(190.0, 120.0, 1.0), (350.0, 90.0, -1.0), (80.0, 240.0, 1.0)] {
        let (px, py) = (x - cx, y - cy);
        let near = (-(px * px + py * py) / 9000.0).exp() / 40.0;
        (dx, dy) = (dx - turn * py * near, dy + turn * px * near);
    }
    dy.atan2(dx)
}

/// Level, bending up and down.
fn waves(x: f32, y: f32) -> f32 {
    0.7 * (x / 70.0 + y / 55.0).sin()
}

/// Crossing in all directions.
fn spray(x: f32, y: f32) -> f32 {
    2.4 * (x / 48.0).sin() * (y / 40.0).cos() + 0.5
}
