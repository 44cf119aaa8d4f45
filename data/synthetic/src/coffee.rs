//! Synthetic data for scikit-image's photograph of a cup of coffee: a drawing, seen from above.

use std::path::Path;

use anyhow::{Context, Result};
use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LinearGradient, Paint, PathBuilder, Pixmap, Point, RadialGradient, Rect,
    Shader, SpreadMode, Stroke, Transform,
};

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
    table(&mut paper)?;
    let (x, y) = (290.0, 205.0);
    disk(&mut paper, (x + 14.0, y + 16.0), 172.0, flat(0, 0, 0, 70))?; // the saucer's shadow
    disk(&mut paper, (x, y), 170.0, glow((x - 60.0, y - 70.0), 330.0, (250, 248, 242), (190, 182, 170))?)?;
    ring(&mut paper, (x, y), 158.0, 3.0, flat(120, 60, 40, 160))?;
    disk(&mut paper, (x, y), 100.0, glow((x + 40.0, y + 40.0), 180.0, (236, 231, 222), (178, 170, 158))?)?;
    handle(&mut paper, (x, y))?;
    disk(&mut paper, (x + 8.0, y + 10.0), 92.0, flat(60, 40, 30, 90))?; // the cup's shadow
    disk(&mut paper, (x, y), 90.0, glow((x - 30.0, y - 30.0), 150.0, (255, 255, 252), (205, 198, 188))?)?;
    disk(&mut paper, (x, y), 76.0, glow((x - 10.0, y + 20.0), 80.0, (150, 88, 42), (52, 26, 12))?)?;
    ring(&mut paper, (x, y), 73.0, 5.0, flat(196, 138, 82, 200))?; // foam along the rim
    crema(&mut paper, (x, y))?;
    spoon(&mut paper)?;
    Some(paper)
}

/// Boards from left to right, with their grain.
fn table(paper: &mut Pixmap) -> Option<()> {
    for (i, (top, height)) in [(0.0, 92.0), (92.0, 110.0), (202.0, 96.0), (298.0, 102.0)].into_iter().enumerate() {
        let shade = [0u8, 16, 6, 22][i];
        let board = Rect::from_xywh(0.0, top, 600.0, height)?;
        let from = Color::from_rgba8(128 - shade, 82 - shade, 48 - shade / 2, 255);
        let to = Color::from_rgba8(98 - shade / 2, 58 - shade / 2, 32, 255);
        let stops = vec![GradientStop::new(0.0, from), GradientStop::new(1.0, to)];
        let ends = (Point::from_xy(0.0, top), Point::from_xy(0.0, top + height));
        let shader = LinearGradient::new(ends.0, ends.1, stops, SpreadMode::Pad, Transform::identity())?;
        paper.fill_rect(board, &paint(shader), Transform::identity(), None);
        for line in 0..7 {
            let y = top + 8.0 + line as f32 * (height - 10.0) / 7.0;
            let bend = 5.0 * (1.7 * line as f32 + 2.3 * i as f32).sin();
            let mut grain = PathBuilder::new();
            grain.move_to(0.0, y);
            grain.cubic_to(200.0, y + bend, 380.0, y - bend, 600.0, y + bend / 2.0);
            line_along(paper, grain, 1.3, flat(60, 34, 18, 110))?;
        }
        let mut joint = PathBuilder::new();
        joint.move_to(0.0, top);
        joint.line_to(600.0, top);
        line_along(paper, joint, 2.5, flat(30, 16, 8, 255))?;
    }
    Some(())
}

fn handle(paper: &mut Pixmap, (x, y): (f32, f32)) -> Option<()> {
    for (width, color) in [(20.0, flat(150, 142, 132, 255)), (15.0, flat(246, 243, 236, 255))] {
        let mut path = PathBuilder::new();
        path.move_to(x + 70.0, y - 42.0);
        path.cubic_to(x + 150.0, y - 95.0, x + 160.0, y - 20.0, x + 84.0, y + 2.0);
        line_along(paper, path, width, color)?;
    }
    Some(())
}

/// Light swirls on the coffee.
fn crema(paper: &mut Pixmap, (x, y): (f32, f32)) -> Option<()> {
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
        line_along(paper, path, 4.5 - 0.5 * i as f32, flat(214, 160, 104, 150))?;
    }
    Some(())
}

/// A spoon on the saucer's edge, from the bowl at the lower left.
fn spoon(paper: &mut Pixmap) -> Option<()> {
    let steel = || flat(206, 206, 208, 255);
    for (shift, color) in [(6.0, flat(0, 0, 0, 80)), (0.0, steel())] {
        let mut stem = PathBuilder::new();
        stem.move_to(455.0 + shift, 352.0 + shift);
        stem.cubic_to(420.0 + shift, 330.0 + shift, 470.0 + shift, 240.0 + shift, 540.0 + shift, 60.0 + shift);
        line_along(paper, stem, 9.0, color)?;
    }
    let turn = Transform::from_rotate_at(35.0, 440.0, 345.0);
    let bowl = PathBuilder::from_oval(Rect::from_xywh(398.0, 322.0, 84.0, 48.0)?)?;
    let light = glow((425.0, 335.0), 60.0, (240, 240, 242), (140, 140, 146))?;
    paper.fill_path(&bowl, &light, FillRule::Winding, turn, None);
    Some(())
}

fn disk(paper: &mut Pixmap, (x, y): (f32, f32), radius: f32, color: Paint) -> Option<()> {
    let path = PathBuilder::from_circle(x, y, radius)?;
    paper.fill_path(&path, &color, FillRule::Winding, Transform::identity(), None);
    Some(())
}

fn ring(paper: &mut Pixmap, (x, y): (f32, f32), radius: f32, width: f32, color: Paint) -> Option<()> {
    let path = PathBuilder::from_circle(x, y, radius)?;
    let pen = Stroke { width, ..Stroke::default() };
    paper.stroke_path(&path, &color, &pen, Transform::identity(), None);
    Some(())
}

fn line_along(paper: &mut Pixmap, path: PathBuilder, width: f32, color: Paint) -> Option<()> {
    let pen = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
    paper.stroke_path(&path.finish()?, &color, &pen, Transform::identity(), None);
    Some(())
}

fn paint(shader: Shader) -> Paint {
    Paint { shader, anti_alias: true, ..Paint::default() }
}

fn flat(r: u8, g: u8, b: u8, a: u8) -> Paint<'static> {
    paint(Shader::SolidColor(Color::from_rgba8(r, g, b, a)))
}

/// A radial gradient from one colour at a point to another at the distance `reach`.
fn glow((x, y): (f32, f32), reach: f32, from: (u8, u8, u8), to: (u8, u8, u8)) -> Option<Paint<'static>> {
    let color = |(r, g, b)| Color::from_rgba8(r, g, b, 255);
    let stops = vec![GradientStop::new(0.0, color(from)), GradientStop::new(1.0, color(to))];
    let centre = Point::from_xy(x, y);
    RadialGradient::new(centre, 0.0, centre, reach, stops, SpreadMode::Pad, Transform::identity()).map(paint)
}
