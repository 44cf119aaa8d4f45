//! Trees: a trunk under a crown of clouds, of a round line, or of a fir's triangles.

use std::f32::consts::{PI, TAU};

use super::plan::Plan;
use crate::dice::Dice;
use crate::pen::{Point, c, s};

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.5, dice);
    match dice.pick(&[("cloud", 6.0), ("round", 2.0), ("fir", 1.5)]) {
        "cloud" => {
            let bottom = cloud(&mut plan, dice);
            trunk(&mut plan, bottom, dice);
        }
        "round" => {
            let (width, height) = (dice.between(0.5, 0.75), dice.between(0.45, 0.6));
            plan.round((0.5, height / 2.0), (width, height), dice);
            trunk(&mut plan, height, dice);
        }
        _ => {
            let bottom = fir(&mut plan, dice);
            trunk(&mut plan, bottom, dice);
        }
    }
    plan
}

/// A crown of bulges, open at the trunk or closed. Returns where it ends.
fn cloud(plan: &mut Plan, dice: &mut Dice) -> f32 {
    let (width, height) = (dice.between(0.6, 0.95), dice.between(0.42, 0.6));
    let n = 5 + dice.below(4);
    let open = if dice.chance(0.6) { 0.25 } else { 0.0 };
    // From the lower right around the top to the lower left.
    let (from, step) = (PI / 2.0 - open, (TAU - 2.0 * open) / f32::from(n));
    let depth = dice.between(1.12, 1.3);
    let at =
        |angle: f32, far: f32| (0.5 + far * width / 2.0 * angle.cos(), height / 2.0 + far * height / 2.0 * angle.sin());
    let mut line: Vec<Point> = vec![];
    for i in 0..n {
        let angle = from - step * f32::from(i) + dice.normal(0.05);
        let (x, y) = at(angle, 0.92);
        line.push(c(x, y));
        for share in [0.25, 0.75] {
            let (x, y) = at(angle - step * share, depth + dice.normal(0.04));
            line.push(s(x, y));
        }
    }
    let (x, y) = at(from - step * f32::from(n), 0.92);
    line.push(c(x, y));
    plan.line(line);
    height * 0.95
}

/// One triangle, or a few on top of each other. Returns where they end.
fn fir(plan: &mut Plan, dice: &mut Dice) -> f32 {
    let n = 1 + dice.below(3);
    let bottom = dice.between(0.68, 0.8);
    let wide = dice.between(0.25, 0.36);
    let (mut right, mut left) = (vec![(0.5, 0.0)], vec![]);
    for i in 1..=n {
        let share = f32::from(i) / f32::from(n);
        let (y, x) = (bottom * share, wide * (0.55 + 0.45 * share));
        right.push((0.5 + x, y));
        left.push((0.5 - x, y));
        if i < n {
            right.push((0.5 + x * 0.5, y));
            left.push((0.5 - x * 0.5, y));
        }
    }
    left.reverse();
    // The notches of the left side come before the tips, seen from below.
    plan.straight(&[right, left, vec![(0.5, 0.0)]].concat());
    bottom
}

/// Two lines from the crown to the ground, often with roots.
fn trunk(plan: &mut Plan, top: f32, dice: &mut Dice) {
    let (half, spread) = (dice.between(0.05, 0.12), dice.between(-0.01, 0.1));
    let ground = (top + dice.between(0.3, 0.55)).max(0.95);
    let base = dice.chance(0.3);
    for side in [-1.0, 1.0] {
        let x = |far: f32| 0.5 + side * far;
        plan.line([s(x(half), top), s(x(half), (top + ground) / 2.0), s(x(half + spread), ground)]);
    }
    if base {
        plan.straight(&[(0.5 - half - spread, ground), (0.5 + half + spread, ground)]);
    }
}
