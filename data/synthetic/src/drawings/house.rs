//! Houses: a wall, a roof, often a door, windows, a chimney.

use super::plan::{Plan, between};
use crate::dice::Dice;

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.5, dice);
    let width = dice.between(0.6, 1.0);
    let (left, right) = (0.5 - width / 2.0, 0.5 + width / 2.0);
    let (eaves, ridge) = (dice.between(0.36, 0.5), dice.between(-0.06, 0.12));
    let over = if dice.chance(0.5) { dice.between(0.04, 0.12) } else { 0.0 };
    let peak = (0.5 + dice.normal(0.03), ridge);
    if dice.chance(0.25) {
        // Without a line between wall and roof.
        plan.straight(&[(left, eaves), (left, 1.0), (right, 1.0), (right, eaves)]);
        plan.straight(&[(left - over, eaves + over * 0.3), peak, (right + over, eaves + over * 0.3)]);
    } else {
        plan.straight(&[(left, eaves), (left, 1.0), (right, 1.0), (right, eaves), (left, eaves)]);
        if dice.chance(0.15) {
            let flat = width * dice.between(0.2, 0.32);
            let (a, b) = ((0.5 - flat, ridge + 0.06), (0.5 + flat, ridge + 0.06));
            plan.straight(&[(left - over, eaves), a, b, (right + over, eaves)]);
        } else {
            plan.straight(&[(left - over, eaves), peak, (right + over, eaves)]);
        }
        if over > 0.0 {
            plan.straight(&[(left - over, eaves), (left, eaves)]);
            plan.straight(&[(right, eaves), (right + over, eaves)]);
        }
    }
    if dice.chance(0.3) {
        let (x, y) = between(peak, (right, eaves), dice.between(0.35, 0.55));
        let up = dice.between(0.1, 0.2);
        plan.straight(&[(x, y), (x, y - up), (x + 0.1, y - up), (x + 0.1, y + 0.1)]);
    }
    door_and_windows(&mut plan, (left, right, eaves), dice);
    plan
}

fn door_and_windows(plan: &mut Plan, (left, right, eaves): (f32, f32, f32), dice: &mut Dice) {
    let width = right - left;
    let middle = dice.chance(0.6);
    if dice.chance(0.8) {
        let (wide, high) = (width * dice.between(0.16, 0.26), (1.0 - eaves) * dice.between(0.4, 0.65));
        let x = if middle { 0.5 - wide / 2.0 } else { left + width * dice.between(0.12, 0.25) };
        plan.straight(&[(x, 1.0), (x, 1.0 - high), (x + wide, 1.0 - high), (x + wide, 1.0)]);
        if dice.chance(0.3) {
            plan.dot((x + wide * 0.75, 1.0 - high * 0.45), 0.02);
        }
    }
    let places: &[f32] = match (dice.chance(0.55), middle) {
        (false, _) => &[],
        (true, true) => &[0.2, 0.8],
        (true, false) => &[0.72],
    };
    let (size, cross) = (dice.between(0.13, 0.2), dice.chance(0.5));
    for place in places {
        let (x, y) = (left + width * place, eaves + (1.0 - eaves) * 0.35);
        let half = size / 2.0;
        let (a, b, c, d) = (x - half, x + half, y - half, y + half);
        plan.straight(&[(a, c), (b, c), (b, d), (a, d), (a, c)]);
        if cross {
            plan.straight(&[(x, c), (x, d)]);
            plan.straight(&[(a, y), (b, y)]);
        }
    }
}
