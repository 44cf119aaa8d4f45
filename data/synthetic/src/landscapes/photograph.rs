//! A scene as a camera sees it.

use super::canvas::Canvas;
use crate::dice::Dice;
use crate::vec3::{Rgb, grey, smoothstep};

/// The lens is a little soft, the film contrasty, with fine grain and darker corners.
pub(super) fn develop(canvas: &Canvas, dice: &mut Dice) -> Vec<Rgb> {
    let exposure = dice.between(0.92, 1.1);
    let (contrast, colorful) = (dice.between(0.3, 0.6), dice.between(0.85, 1.05));
    let (grain, vignette) = (dice.between(0.004, 0.010), dice.between(0.05, 0.25));
    let side = canvas.side as f32;
    let soft = canvas.blurred(1);
    let pixels = canvas.colors.iter().zip(soft).enumerate();
    pixels
        .map(|(i, (color, soft))| {
            let (x, y) = ((i % canvas.side) as f32 / side - 0.5, (i / canvas.side) as f32 / side - 0.5);
            let color = (color.mix(soft, 0.7) * exposure).saturated(colorful);
            let color = color.map(|c| c + contrast * (smoothstep(0.0, 1.0, c) - c));
            color * (1.0 - vignette * 2.0 * (x * x + y * y)) + grey(dice.normal(grain))
        })
        .collect()
}
