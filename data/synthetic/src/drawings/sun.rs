//! Suns: a circle with rays around it, now and then with a face.

use std::f32::consts::TAU;

use super::plan::Plan;
use crate::dice::Dice;
use crate::pen::s;

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.5, dice);
    let radius = dice.between(0.2, 0.32);
    plan.round((0.5, 0.5), (2.0 * radius, 2.0 * radius * (1.0 + dice.normal(0.08))), dice);
    let n = 6 + dice.below(9);
    let turn = dice.unit() * TAU;
    let (gap, end) = (dice.pick(&[(0.0, 1.0), (0.05, 1.0), (0.09, 0.6)]), 0.5 + dice.normal(0.02));
    let at = |angle: f32, radius: f32| (0.5 + radius * angle.cos(), 0.5 + radius * angle.sin());
    if dice.chance(0.1) {
        let tooth = |i: u8| {
            let angle = turn + TAU * f32::from(i) / f32::from(n);
            [at(angle, radius + 0.02), at(angle + TAU / f32::from(2 * n), end)]
        };
        plan.straight(&(0..=n).flat_map(tooth).collect::<Vec<_>>());
    } else {
        for i in 0..n {
            let angle = turn + TAU * f32::from(i) / f32::from(n) + dice.normal(0.06);
            let long = radius + gap + (end - radius - gap) * dice.between(0.75, 1.1);
            plan.straight(&[at(angle, radius + gap + dice.normal(0.01)), at(angle + dice.normal(0.05), long)]);
        }
    }
    if dice.chance(0.12) {
        let part = radius * 0.4;
        plan.dot((0.5 - part, 0.5 - part * 0.6), 0.03);
        plan.dot((0.5 + part, 0.5 - part * 0.6), 0.03);
        plan.line([s(0.5 - part, 0.5 + part * 0.6), s(0.5, 0.5 + part * 1.2), s(0.5 + part, 0.5 + part * 0.6)]);
    }
    plan
}
