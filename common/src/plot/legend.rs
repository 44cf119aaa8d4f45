//! The box in a corner of a chart that names its marks.

use super::area::Area;
use super::canvas::Canvas;
use super::color::Color;
use super::mark::{Key, Sample};
use super::pen::{Align, Lettering, Pen};

/// Draws the legend into that corner of the frame where it hides the fewest of the busy places.
pub(super) fn draw(canvas: &mut Canvas, frame: Area, keys: &[Key], busy: &[(f32, f32)], size: f32) {
    let (pad, sample, line) = (0.6 * size, 2.2 * size, 1.45 * size);
    let widths = keys.iter().map(|key| canvas.text_width(&key.label, size));
    let width = widths.fold(0.0, f32::max) + sample + 3.0 * pad;
    let height = keys.len() as f32 * line + 0.8 * pad;
    let corner = corner(frame, width, height, 0.6 * size, busy);

    canvas.fill_rect(corner, Color::WHITE, 0.8);
    canvas.frame(corner, Pen::new(Color::LIGHT_GREY, 0.8));
    for (i, key) in keys.iter().enumerate() {
        let y = corner.top + 0.4 * pad + (i as f32 + 0.5) * line;
        let (left, right) = (corner.left + pad, corner.left + pad + sample);
        let middle = (left + right) / 2.0;
        match key.sample {
            Sample::Line(pen) => canvas.line(&[(left, y), (right, y)], pen),
            Sample::Dot { color, radius } => canvas.fill_circle((middle, y), radius, color, 1.0),
            Sample::Box { color, alpha } => {
                let patch = Area { left, top: y - 0.36 * size, width: sample, height: 0.72 * size };
                canvas.fill_rect(patch, color, alpha);
            }
        }
        let how = Lettering::new(size, Align::Start, Align::Middle);
        canvas.text(&key.label, (right + pad, y), how);
    }
}

/// The freest of the four corners; the upper right one if there is nothing to choose.
fn corner(frame: Area, width: f32, height: f32, gap: f32, busy: &[(f32, f32)]) -> Area {
    let (left, right) = (frame.left + gap, frame.right() - gap - width);
    let (top, bottom) = (frame.top + gap, frame.bottom() - gap - height);
    let places = [(right, top), (left, top), (left, bottom), (right, bottom)];
    let boxes = places.map(|(left, top)| Area { left, top, width, height });
    let hidden = |corner: &Area| {
        let inside = |&&(x, y): &&(f32, f32)| {
            (corner.left..=corner.right()).contains(&x) && (corner.top..=corner.bottom()).contains(&y)
        };
        busy.iter().filter(inside).count()
    };
    let best = boxes.into_iter().min_by_key(hidden);
    best.unwrap_or(frame)
}
