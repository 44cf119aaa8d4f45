//! Bellies and legs of animals that stand and look to the right.

use super::plan::Plan;
use crate::dice::Dice;
use crate::pen::{Point, c, s};

/// Draws the belly from the chest to the hip, and legs down to y = 1: as one outline, as outlines of single legs, or as
/// a line with sticks. Sometimes a leg or the belly is missing.
pub(super) fn draw(plan: &mut Plan, (chest, hip): ((f32, f32), (f32, f32)), dice: &mut Dice) {
    let (length, belly) = (chest.0 - hip.0, chest.1.max(hip.1) + dice.between(0.0, 0.08));
    let thick = length * dice.between(0.08, 0.16);
    match dice.pick(&[(0, 3.0), (1, 2.0), (2, 4.0)]) {
        // The outline of all, two legs thick.
        0 => {
            let mut line = vec![s(chest.0, chest.1)];
            leg(&mut line, chest.0 - 0.02, thick * 1.4, belly, dice);
            leg(&mut line, hip.0 + thick * 1.6, thick * 1.4, belly, dice);
            line.push(s(hip.0, hip.1));
            plan.line(line);
        }
        // The outline with four legs.
        1 => {
            let mut line = vec![s(chest.0, chest.1)];
            for at in [1.0, 0.78, 0.3, 0.1] {
                leg(&mut line, hip.0 + length * at + thick * 0.3, thick, belly, dice);
            }
            line.push(s(hip.0, hip.1));
            plan.line(line);
        }
        _ => {
            if dice.chance(0.85) {
                let middle = (hip.0 + length / 2.0, belly + dice.normal(0.03));
                plan.line([s(chest.0, chest.1), s(middle.0, middle.1), s(hip.0, hip.1)]);
            }
            let places: &[f32] = if dice.chance(0.25) { &[0.9, 0.1] } else { &[0.96, 0.78, 0.22, 0.04] };
            let bent = dice.chance(0.25);
            for at in places {
                if dice.chance(0.03) {
                    continue;
                }
                let (x, lean, foot) = (hip.0 + length * at, dice.normal(0.04), 1.0 + dice.normal(0.03));
                let mut line = vec![s(x, belly - 0.03)];
                if bent {
                    line.push(s(x + 0.04 + lean / 2.0, (belly + foot) / 2.0));
                }
                line.push(c(x + lean, foot));
                if bent || dice.chance(0.1) {
                    line.push(c(x + lean + 0.05, foot));
                }
                plan.line(line);
            }
        }
    }
}

/// Continues an outline, which runs to the left, around one leg whose right side is at `x`.
fn leg(line: &mut Vec<Point>, x: f32, thick: f32, belly: f32, dice: &mut Dice) {
    let (foot, lean) = (1.0 + dice.normal(0.03), dice.normal(0.025));
    line.push(c(x, belly));
    line.push(c(x + lean, foot));
    line.push(c(x + lean - thick, foot + dice.normal(0.01)));
    line.push(c(x - thick, belly + dice.normal(0.015)));
}
