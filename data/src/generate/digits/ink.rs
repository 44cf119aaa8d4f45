//! Ink on paper: lines to a picture of 28 x 28 grey pixels, 0 for paper and 255 for full ink, as in MNIST.

use tiny_skia::{LineCap, LineJoin, Paint, PathBuilder, Pixmap, Stroke, Transform};

use super::hand::Writing;
use crate::generate::dice::Dice;

/// Pixels along each side of a picture.
pub(super) const SIDE: usize = 28;

/// A picture, row by row from the top left.
pub(super) type Picture = [u8; SIDE * SIDE];

/// Points of a line that are drawn with one width.
const PIECE: usize = 4;

/// Draws a writing, with ink that is a little darker or softer each time. `paper` is 28 x 28 and gets wiped first.
pub(super) fn draw(writing: &Writing, paper: &mut Pixmap, dice: &mut Dice) -> Picture {
    paper.fill(tiny_skia::Color::TRANSPARENT);
    let paint = Paint { anti_alias: true, ..Paint::default() };
    for stroke in &writing.strokes {
        let mut start = 0;
        while start + 1 < stroke.line.len() {
            let end = (start + PIECE).min(stroke.line.len() - 1);
            let mut path = PathBuilder::new();
            path.move_to(stroke.line[start].0, stroke.line[start].1);
            stroke.line[start + 1..=end].iter().for_each(|&(x, y)| path.line_to(x, y));
            let pen = Stroke {
                width: stroke.widths[(start + end) / 2],
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                ..Stroke::default()
            };
            if let Some(path) = path.finish() {
                paper.stroke_path(&path, &paint, &pen, Transform::identity(), None);
            }
            start = end;
        }
    }
    let sharp = std::array::from_fn(|i| f32::from(paper.pixels()[i].alpha()));
    let (softness, strength) = (dice.between(0.0, 0.12), dice.between(0.97, 1.2));
    soften(&sharp, softness).map(|ink| (ink * strength).round().clamp(0.0, 255.0) as u8)
}

/// Lets ink run into the four neighbours, `softness` of it to each.
fn soften(sharp: &[f32; SIDE * SIDE], softness: f32) -> [f32; SIDE * SIDE] {
    std::array::from_fn(|i| {
        let (x, y) = (i % SIDE, i / SIDE);
        let mut ink = sharp[i];
        let mut from = |there: bool, j: usize| {
            if there {
                ink += softness * (sharp[j] - sharp[i]);
            }
        };
        from(x > 0, i.wrapping_sub(1));
        from(x + 1 < SIDE, i + 1);
        from(y > 0, i.wrapping_sub(SIDE));
        from(y + 1 < SIDE, i + SIDE);
        ink
    })
}
