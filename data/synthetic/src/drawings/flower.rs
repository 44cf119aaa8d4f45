//! Flowers: a round heart, petals around it, a stem, perhaps leaves.

use std::f32::consts::{PI, TAU};

use super::plan::Plan;
use crate::dice::Dice;
use crate::pen::{Point, c, s};

/// The heart's place.
const HEART: (f32, f32) = (0.5, 0.3);

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.5, dice);
    let heart = dice.between(0.07, 0.13);
    let reach = dice.between(0.24, 0.34);
    if dice.chance(0.13) {
        tulip(&mut plan, dice);
    } else {
        plan.round(HEART, (2.0 * heart, 2.0 * heart), dice);
        petals(&mut plan, heart, reach, dice);
    }
    if dice.chance(0.9) {
        let end = 1.0 + dice.between(-0.1, 0.15);
        let sway = dice.normal(0.05);
        plan.line([s(0.5, HEART.1 + reach * 0.8), s(0.5 + sway, 0.75), s(0.5 + sway * 0.5, end)]);
        leaves(&mut plan, 0.5 + sway, dice);
    }
    plan
}

fn around(angle: f32, radius: f32) -> (f32, f32) {
    (HEART.0 + radius * angle.cos(), HEART.1 + radius * angle.sin())
}

/// Loops, one by one, or one wavy line around.
fn petals(plan: &mut Plan, heart: f32, reach: f32, dice: &mut Dice) {
    let n = 4 + dice.below(5);
    let turn = dice.unit() * TAU;
    let step = TAU / f32::from(n);
    let wide = dice.between(0.7, 1.0) * step / 2.0;
    let mut wave: Vec<Point> = vec![];
    let one_line = dice.chance(0.45);
    for i in 0..n {
        let angle = turn + step * f32::from(i) + dice.normal(0.05);
        let long = reach * (1.0 + dice.normal(0.08));
        let at = |off: f32, share: f32| around(angle + off * wide, heart + (long - heart) * share);
        let smooth = |(x, y): (f32, f32)| s(x, y);
        let (left, right) = (at(-1.0, 0.0), at(1.0, 0.0));
        let petal = [
            c(left.0, left.1),
            smooth(at(-1.0, 0.65)),
            smooth(at(0.0, 1.0)),
            smooth(at(1.0, 0.65)),
            c(right.0, right.1),
        ];
        if one_line {
            wave.extend(petal);
        } else {
            plan.line(petal);
        }
    }
    if one_line {
        plan.line(wave);
    }
}

/// A cup with a zigzag for its rim.
fn tulip(plan: &mut Plan, dice: &mut Dice) {
    let half = dice.between(0.16, 0.24);
    let at = |x: f32, y: f32| c(0.5 + x * half, y);
    plan.line([
        at(-1.0, 0.02),
        s(0.5 - half, 0.3),
        s(0.5, 0.52),
        s(0.5 + half, 0.3),
        at(1.0, 0.02),
        at(0.5, 0.18),
        at(0.0, 0.0),
        at(-0.5, 0.18),
        at(-1.0, 0.02),
    ]);
}

fn leaves(plan: &mut Plan, stem: f32, dice: &mut Dice) {
    for side in [-1.0f32, 1.0] {
        if dice.chance(0.4) {
            let (y, long, tilt) = (dice.between(0.75, 0.9), dice.between(0.14, 0.24), dice.between(0.2, 0.9));
            let (dx, dy) = (side * long * (PI / 2.0 * (1.0 - tilt)).sin().max(0.4), -long * 0.5);
            let fat = 0.06;
            plan.line([
                c(stem, y),
                s(stem + dx * 0.5, y + dy * 0.5 - fat),
                c(stem + dx, y + dy),
                s(stem + dx * 0.6, y + dy * 0.4 + fat),
                c(stem, y + 0.01),
            ]);
        }
    }
}
