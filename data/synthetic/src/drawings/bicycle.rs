//! Bicycles: two wheels, a frame between them, handlebars and a saddle.

use std::f32::consts::PI;

use super::plan::{Plan, between};
use crate::dice::Dice;
use crate::pen::{c, s};

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.4, dice);
    let size = dice.between(0.3, 0.44);
    let mut wheel = |x: f32| {
        let size = size * (1.0 + dice.normal(0.08));
        let hub = (x, 0.8 + dice.normal(0.01));
        plan.round(hub, (size, size), dice);
        match dice.pick(&[("empty", 5.0), ("spokes", 2.0), ("hub", 1.0)]) {
            "spokes" => {
                let turn = dice.unit() * PI;
                for i in 0..2 + dice.below(2) {
                    let (sin, cos) = (turn + f32::from(i) * PI / 3.0).sin_cos();
                    let (dx, dy) = (cos * size / 2.0, sin * size / 2.0);
                    plan.straight(&[(hub.0 - dx, hub.1 - dy), (hub.0 + dx, hub.1 + dy)]);
                }
            }
            "hub" => plan.round(hub, (0.08, 0.08), dice),
            _ => {}
        }
        hub
    };
    let (back, front) = (wheel(0.2), wheel(0.8));
    frame(&mut plan, back, front, dice);
    plan
}

fn frame(plan: &mut Plan, back: (f32, f32), front: (f32, f32), dice: &mut Dice) {
    let head = (front.0 - dice.between(0.08, 0.18), dice.between(0.42, 0.55));
    let seat = (back.0 + dice.between(0.1, 0.2), dice.between(0.46, 0.56));
    let pedal = (0.47 + dice.normal(0.03), 0.8);
    match dice.pick(&[("diamond", 3.0), ("triangle", 2.0), ("bar", 2.0)]) {
        "diamond" => {
            plan.straight(&[back, seat, head, pedal, back]);
            plan.straight(&[seat, pedal]);
        }
        "triangle" => plan.straight(&[back, seat, head, back]),
        _ => plan.straight(&[back, seat, head]),
    }
    let grip = (head.0 - 0.03, head.1 - dice.between(0.08, 0.2));
    plan.straight(&[front, head, grip]);
    let saddle = between(seat, (seat.0 - 0.03, 0.3), dice.between(0.3, 0.7));
    if dice.chance(0.85) {
        plan.straight(&[seat, saddle]);
        let half = dice.between(0.06, 0.11);
        plan.straight(&[(saddle.0 - half, saddle.1), (saddle.0 + half, saddle.1)]);
    }
    if dice.chance(0.6) {
        plan.straight(&[(grip.0 - 0.02, grip.1), (grip.0 + dice.between(0.06, 0.14), grip.1 - 0.03)]);
    } else {
        plan.line([s(grip.0, grip.1), s(grip.0 + 0.09, grip.1 - 0.03), c(grip.0 + 0.08, grip.1 + 0.06)]);
    }
    if dice.chance(0.25) {
        plan.round(pedal, (0.1, 0.1), dice);
    }
}
