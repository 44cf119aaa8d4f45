//! Horses: seen from the side, with a mane and a bushy tail.

use super::legs;
use super::plan::{Plan, between};
use crate::dice::Dice;
use crate::pen::{c, s};

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.65, dice);
    let hip = (0.02 + dice.normal(0.01), 0.62 + dice.normal(0.02));
    let (shoulder, top) = ((0.72, 0.36 + dice.normal(0.02)), (0.86 + dice.normal(0.03), dice.between(0.0, 0.14)));
    let mut line = vec![s(hip.0, hip.1), s(0.0, 0.44), s(0.1, 0.35), s(0.42, 0.39 + dice.normal(0.015))];
    line.push(s(shoulder.0, shoulder.1));
    let crest = between(shoulder, top, 0.6);
    line.push(s(crest.0 - 0.02, crest.1));
    line.push(c(top.0, top.1));
    // The head hangs down forwards, long and narrow.
    let (dx, dy) = (dice.between(0.14, 0.22), dice.between(0.1, 0.2));
    line.push(c(top.0 + dx, top.1 + dy));
    line.push(c(top.0 + dx - 0.05, top.1 + dy + 0.07));
    line.push(c(top.0 + 0.05, top.1 + 0.16));
    line.push(s(0.87, 0.42));
    line.push(s(0.84, 0.54));
    line.push(s(0.78, 0.63));
    plan.line(line);
    mane(&mut plan, shoulder, top, dice);
    if dice.chance(0.75) {
        plan.straight(&[(top.0 - 0.01, top.1 + 0.01), (top.0 + 0.02, top.1 - 0.09), (top.0 + 0.06, top.1 + 0.02)]);
    }
    if dice.chance(0.35) {
        plan.dot((top.0 + 0.07, top.1 + 0.08), 0.03);
    }
    tail(&mut plan, dice);
    legs::draw(&mut plan, ((0.78, 0.62 + dice.normal(0.02)), hip), dice);
    plan
}

/// Hair along the back of the neck: a zigzag, or some strokes.
fn mane(plan: &mut Plan, shoulder: (f32, f32), top: (f32, f32), dice: &mut Dice) {
    let n = 4;
    let root = |i: f32| between(top, shoulder, i / n as f32);
    if dice.chance(0.45) {
        let tip = |i: usize| (root(i as f32 + 0.5).0 - 0.09, root(i as f32 + 0.5).1 - 0.01);
        let zigzag = |i| [(root(i as f32).0, root(i as f32).1), tip(i)];
        plan.straight(&(0..n).flat_map(zigzag).collect::<Vec<_>>());
    } else if dice.chance(0.6) {
        for i in 0..n {
            let (x, y) = root(i as f32 + 0.5);
            plan.straight(&[(x, y), (x - dice.between(0.05, 0.1), y + dice.between(-0.01, 0.05))]);
        }
    }
}

/// One line, or a bush of two.
fn tail(plan: &mut Plan, dice: &mut Dice) {
    let (x, y) = (-dice.between(0.08, 0.18), dice.between(0.6, 0.82));
    if dice.chance(0.5) {
        plan.line([s(0.02, 0.4), s(x * 0.8, 0.46), s(x, y)]);
    } else {
        plan.line([s(0.03, 0.38), s(x * 0.9, 0.46), c(x - 0.03, y), s(x * 0.35, y - 0.14), s(0.0, 0.48)]);
    }
}
