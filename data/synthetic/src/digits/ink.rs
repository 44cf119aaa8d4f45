//! The ink of digits: a little darker or softer each time, as on MNIST's scans.

use tiny_skia::Pixmap;

use super::hand::Writing;
use crate::dice::Dice;
use crate::pen::{Image, SIDE, draw as draw_lines};

/// Draws a digit. `paper` is 28 x 28 and is cleared first.
pub(super) fn draw(writing: &Writing, paper: &mut Pixmap, dice: &mut Dice) -> Image {
    let sharp = draw_lines(&writing.strokes, paper);
    let (softness, strength) = (dice.between(0.0, 0.12), dice.between(0.97, 1.2));
    soften(&sharp, softness).map(|ink| (ink * strength).round().clamp(0.0, 255.0) as u8)
}

/// Spreads ink to the four neighbours, the fraction `softness` to each.
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
