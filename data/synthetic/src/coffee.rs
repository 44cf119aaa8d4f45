//! Synthetic data for scikit-image's photograph of a cup of coffee: a drawing, seen from above.

use std::path::Path;

use anyhow::{Context, Result};
use tiny_skia::{LineCap, PathBuilder, Pixmap, Stroke, Transform};

use crate::paint::{Brush, Ink, ellipse, fade, glow, polygon};

/// Writes `coffee.png`, 600 x 400 pixels in colour, to the folder `dir`.
///
/// # Errors
/// The file cannot be written.
pub fn write(dir: &Path) -> Result<()> {
    let drawn = draw().context("no memory for an image")?;
    let path = dir.join("coffee.png");
    let png = drawn.encode_png().context("cannot encode an image as PNG")?;
    std::fs::write(&path, png).with_context(|| format!("cannot write {}", path.display()))
}

/// Table, saucer, cup, coffee and spoon, from bottom to top.
fn draw() -> Option<Pixmap> {
    let mut paper = Pixmap::new(600, 400)?;
    let brush = &mut Brush { paper: &mut paper, transform: Transform::identity() };
    table(brush)?;
    let (x, y) = (290.0, 205.0);
    let light = |at, reach, from, to| glow(at, reach, Ink::rgb(from), Ink::rgb(to));
    brush.disc((x + 14.0, y + 16.0), 172.0, film(0x000000, 70)); // the saucer's
    brush.disc((x, y), 170.0, light((x - 60.0, y - 70.0), 330.0, 0xfaf8f2, 0xbeb6aa)?);
    ring(brush, (x, y), 158.0, 3.0, film(0x783c28, 160));
    brush.disc((x, y), 100.0, light((x + 40.0, y + 40.0), 180.0, 0xece7de, 0xb2aa9e)?);
    handle(brush, (x, y));
    brush.disc((x + 8.0, y + 10.0), 92.0, film(0x3c281e, 90)); // the cup's
    brush.disc((x, y), 90.0, light((x - 30.0, y - 30.0), 150.0, 0xfffffc, 0xcdc6bc)?);
    brush.disc((x, y), 76.0, light((x - 10.0, y + 20.0), 80.0, 0x96582a, 0x341a0c)?);
    ring(brush, (x, y), 73.0, 5.0, film(0xc48a52, 200)); // foam along the rim
    crema(brush, (x, y));
    spoon(brush)?;
    Some(paper)
}

/// Boards from left to right, with their grain.
fn table(brush: &mut Brush) -> Option<()> {
    for (i, (top, height)) in [(0.0, 92.0), (92.0, 110.0), (202.0, 96.0), (298.0, 102.0)].into_iter().enumerate() {
        let shade = [0u8, 16, 6, 22][i];
        let bottom = top + height;
        let from = Ink(128 - shade, 82 - shade, 48 - shade / 2, 1.0);
        let to = Ink(98 - shade / 2, 58 - shade / 2, 32, 1.0);
        let board = polygon(&[(0.0, top), (600.0, top), (600.0, bottom), (0.0, bottom)]);
        brush.fill(board, fade((0.0, top), (0.0, bottom), from, to)?);
        for line in 0..7 {
            let y = top + 8.0 + line as f32 * (height - 10.0) / 7.0;
            let bend = 5.0 * (1.7 * line as f32 + 2.3 * i as f32).sin();
            let mut grain = PathBuilder::new();
            grain.move_to(0.0, y);
            grain.cubic_to(200.0, y + bend, 380.0, y - bend, 600.0, y + bend / 2.0);
            brush.line(grain.finish(), 1.3, film(0x3c2212, 110));
        }
        let mut joint = PathBuilder::new();
        joint.move_to(0.0, top);
        joint.line_to(600.0, top);
        brush.line(joint.finish(), 2.5, Ink::rgb(0x1e1008));
    }
    Some(())
}

fn handle(brush: &mut Brush, (x, y): (f32, f32)) {
    for (width, color) in [(20.0, 0x968e84), (15.0, 0xf6f3ec)] {
        let mut path = PathBuilder::new();
        path.move_to(x + 70.0, y - 42.0);
        path.cubic_to(x + 150.0, y - 95.0, x + 160.0, y - 20.0, x + 84.0, y + 2.0);
        brush.line(path.finish(), width, Ink::rgb(color));
    }
}

/// Light swirls on the coffee.
fn crema(brush: &mut Brush, (x, y): (f32, f32)) {
    for i in 0..5 {
        let reach = 18.0 + 10.0 * i as f32;
        let start = 0.9 * i as f32;
        let at = |angle: f32, r: f32| (x - 6.0 + r * angle.cos(), y + 4.0 + 0.8 * r * angle.sin());
        let mut path = PathBuilder::new();
        let first = at(start, reach);
        path.move_to(first.0, first.1);
        for step in 1..=16 {
            let (px, py) = at(start + 0.13 * step as f32, reach + 0.4 * step as f32);
            path.line_to(px, py);
        }
        let width = 4.5 - 0.5 * i as f32;
        let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
        brush.stroke(path.finish(), &stroke, film(0xd6a068, 150));
    }
}

/// A spoon on the saucer's edge, from the bowl at the lower left.
fn spoon(brush: &mut Brush) -> Option<()> {
    for (shift, color) in [(6.0, film(0x000000, 80)), (0.0, Ink::rgb(0xceced0))] {
        let mut stem = PathBuilder::new();
        stem.move_to(455.0 + shift, 352.0 + shift);
        stem.cubic_to(420.0 + shift, 330.0 + shift, 470.0 + shift, 240.0 + shift, 540.0 + shift, 60.0 + shift);
        brush.line(stem.finish(), 9.0, color);
    }
    let light = glow((425.0, 335.0), 60.0, Ink::rgb(0xf0f0f2), Ink::rgb(0x8c8c92))?;
    let transform = Transform::from_rotate_at(35.0, 440.0, 345.0);
    Brush { paper: brush.paper, transform }.ellipse((440.0, 346.0), 42.0, 24.0, light);
    Some(())
}

fn ring(brush: &mut Brush, (x, y): (f32, f32), radius: f32, width: f32, color: Ink) {
    let stroke = Stroke { width, ..Stroke::default() };
    brush.stroke(ellipse((x, y), radius, radius), &stroke, color);
}

/// A colour with this alpha of 255.
fn film(hex: u32, alpha: u8) -> Ink {
    Ink::rgb(hex).alpha(f32::from(alpha) / 255.0)
}
