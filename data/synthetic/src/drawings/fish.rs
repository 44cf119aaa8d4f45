//! Fish: swimming to the right, or to the left.

use super::plan::Plan;
use crate::dice::Dice;
use crate::pen::{c, s};

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.6, dice);
    let half = dice.between(0.15, 0.32);
    let (tail, spread) = (dice.between(0.2, 0.32), dice.between(0.12, 0.26));
    let root = 0.26 + dice.normal(0.02);
    let back = root - tail;
    if dice.chance(0.5) {
        // One line that crosses itself where the tail begins.
        plan.line([
            c(back, 0.5 - spread),
            s(root, 0.5 + 0.05),
            s(0.55, 0.5 + half),
            s(0.88, 0.5 + half * 0.5),
            s(1.0, 0.5),
            s(0.88, 0.5 - half * 0.5),
            s(0.55, 0.5 - half),
            s(root, 0.5 - 0.05),
            c(back, 0.5 + spread),
        ]);
        if dice.chance(0.85) {
            plan.line([s(back, 0.5 - spread), s(back + dice.between(-0.03, 0.1), 0.5), s(back, 0.5 + spread)]);
        }
    } else {
        plan.round((0.62, 0.5), (0.76, 2.0 * half), dice);
        let notch = back + dice.between(0.0, 0.1);
        plan.straight(&[(root, 0.47), (back, 0.5 - spread), (notch, 0.5), (back, 0.5 + spread), (root, 0.53)]);
    }
    details(&mut plan, half, dice);
    plan
}

/// Eye, mouth, gill, fins, scales: some of them.
fn details(plan: &mut Plan, half: f32, dice: &mut Dice) {
    if dice.chance(0.5) {
        plan.dot((0.85, 0.5 - half * 0.25), 0.03);
    } else if dice.chance(0.7) {
        plan.round((0.84, 0.5 - half * 0.25), (0.07, 0.07), dice);
    }
    if dice.chance(0.4) {
        plan.line([s(0.98, 0.5 + half * 0.2), s(0.93, 0.5 + half * 0.25), s(0.88, 0.5 + half * 0.2)]);
    }
    if dice.chance(0.35) {
        plan.line([s(0.74, 0.5 - half * 0.7), s(0.7, 0.5), s(0.74, 0.5 + half * 0.7)]);
    }
    if dice.chance(0.3) {
        plan.line([s(0.45, 0.52 - half), s(0.5, 0.4 - half), s(0.68, 0.38 - half), c(0.7, 0.53 - half)]);
    }
    if dice.chance(0.2) {
        plan.straight(&[(0.5, 0.48 + half), (0.46, 0.6 + half), (0.6, 0.49 + half)]);
    }
    if dice.chance(0.2) {
        plan.line([c(0.62, 0.48), s(0.5, 0.43), s(0.5, 0.57), c(0.62, 0.54)]);
    }
    if dice.chance(0.15) {
        for x in [0.42, 0.5, 0.58] {
            plan.line([s(x, 0.5 - half * 0.5), s(x + 0.05, 0.5), s(x, 0.5 + half * 0.5)]);
        }
    }
}
