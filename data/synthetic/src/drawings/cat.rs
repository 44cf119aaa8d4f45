//! Cats: mostly their faces, with ears and whiskers, now and then with a body.

use super::plan::Plan;
use crate::dice::Dice;
use crate::pen::{c, s};

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.5, dice);
    face(&mut plan, dice);
    if dice.chance(0.2) {
        body(&mut plan, dice);
    }
    plan
}

/// A face around (0.5, 0.5).
fn face(plan: &mut Plan, dice: &mut Dice) {
    let (width, height) = (dice.between(0.7, 0.9), dice.between(0.6, 0.8));
    let (left, right, top) = (0.5 - width / 2.0, 0.5 + width / 2.0, 0.52 - height / 2.0);
    let ear = dice.between(0.18, 0.32);
    if dice.chance(0.55) {
        // One outline over both ears.
        plan.line([
            s(left + 0.02, 0.5),
            c(left + 0.08, top + 0.12),
            c(left + 0.1, top - ear + 0.1),
            c(left + width * 0.36, top + 0.04),
            s(0.5, top + 0.03),
            c(right - width * 0.36, top + 0.04),
            c(right - 0.1, top - ear + 0.1),
            c(right - 0.08, top + 0.12),
            s(right - 0.02, 0.5),
            s(0.5 + width * 0.33, 0.5 + height * 0.36),
            s(0.5, 0.5 + height / 2.0),
            s(0.5 - width * 0.33, 0.5 + height * 0.36),
            s(left + 0.01, 0.52),
        ]);
    } else {
        plan.round((0.5, 0.52), (width, height), dice);
        for side in [-1.0, 1.0] {
            let at = |x: f32, y: f32| (0.5 + side * x * width, y);
            plan.straight(&[at(0.42, top + height * 0.3), at(0.38, top - ear + 0.12), at(0.16, top + 0.02)]);
        }
    }
    eyes(plan, width, dice);
    let nose = 0.56 + dice.normal(0.02);
    if dice.chance(0.6) {
        plan.straight(&[(0.46, nose - 0.02), (0.54, nose - 0.02), (0.5, nose + 0.03), (0.46, nose - 0.02)]);
    } else {
        plan.dot((0.5, nose), 0.04);
    }
    if dice.chance(0.7) {
        let y = nose + 0.03;
        plan.line([s(0.38, y + 0.05), s(0.44, y + 0.1), c(0.5, y + 0.02), s(0.56, y + 0.1), s(0.62, y + 0.05)]);
    }
    if dice.chance(0.8) {
        whiskers(plan, nose, dice);
    }
}

fn eyes(plan: &mut Plan, width: f32, dice: &mut Dice) {
    let (apart, y) = (width * dice.between(0.18, 0.25), 0.42 + dice.normal(0.02));
    let round = dice.chance(0.55);
    for side in [-1.0, 1.0] {
        let at = (0.5 + side * apart, y);
        if round {
            let size = dice.between(0.07, 0.12);
            plan.round(at, (size, size), dice);
        } else {
            plan.dot(at, 0.04);
        }
    }
}

fn whiskers(plan: &mut Plan, nose: f32, dice: &mut Dice) {
    let (n, long) = (2 + dice.below(2), dice.between(0.25, 0.5));
    for side in [-1.0, 1.0] {
        for i in 0..n {
            let spread = (f32::from(i) - f32::from(n - 1) / 2.0) * 0.1;
            let from = (0.5 + side * 0.13, nose + 0.02 + spread * 0.4);
            plan.straight(&[
                from,
                (from.0 + side * long * dice.between(0.8, 1.1), nose + spread * 1.6 + dice.normal(0.02)),
            ]);
        }
    }
}

/// A body to the right of the face, lower than that, with a tail.
fn body(plan: &mut Plan, dice: &mut Dice) {
    let long = dice.between(0.7, 1.0);
    let (end, ground) = (0.85 + long, 1.25 + dice.normal(0.05));
    plan.line([s(0.84, 0.62), s(0.85 + long / 2.0, 0.6), s(end, 0.72), c(end, ground)]);
    plan.line([
        c(0.72, 0.85),
        c(0.74, ground),
        c(0.86, ground),
        c(0.88, 1.02),
        s(end - 0.2, 1.02),
        c(end - 0.14, ground),
        c(end, ground),
    ]);
    let up = dice.between(0.3, 0.5);
    plan.line([s(end, 0.72), s(end + 0.14, 0.72 - up / 2.0), s(end + 0.06, 0.7 - up)]);
}
