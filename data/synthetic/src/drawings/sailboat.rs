//! Sailing boats: a hull, a mast, one sail or two.

use super::plan::Plan;
use crate::dice::Dice;
use crate::pen::{c, s};

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.5, dice);
    let (deck, keel, inset) = (dice.between(0.66, 0.76), dice.between(0.92, 1.02), dice.between(0.1, 0.26));
    let deck_line = dice.chance(0.85);
    if dice.chance(0.5) {
        plan.straight(&[(0.0, deck), (inset, keel), (1.0 - inset, keel), (1.0, deck)]);
    } else {
        let y = keel - 0.02;
        plan.line([c(0.0, deck), s(inset, y), s(0.5, keel + 0.01), s(1.0 - inset, y), c(1.0, deck)]);
    }
    if deck_line {
        plan.straight(&[(0.0, deck), (1.0, deck)]);
    }
    let (mast, top) = (dice.between(0.4, 0.55), dice.between(-0.05, 0.1));
    plan.straight(&[(mast, deck), (mast, top)]);
    let foot = deck - dice.between(0.04, 0.2);
    let head = top + dice.between(0.0, 0.06);
    match dice.pick(&[("one", 4.0), ("two", 3.0), ("flag", 1.0)]) {
        "one" => sail(&mut plan, mast, (head, foot), dice.between(0.28, 0.42), dice),
        "two" => {
            sail(&mut plan, mast, (head, foot), dice.between(0.26, 0.4), dice);
            sail(&mut plan, mast, (head + dice.between(0.0, 0.12), foot), -dice.between(0.2, 0.32), dice);
        }
        _ => {
            let (wide, high) = (dice.between(0.25, 0.4), dice.between(0.2, 0.32));
            plan.straight(&[(mast, head), (mast + wide, head + high / 2.0), (mast, head + high)]);
        }
    }
    if dice.chance(0.15) {
        let y = keel + 0.04;
        plan.line([
            s(-0.05, y),
            s(0.15, y - 0.04),
            s(0.35, y + 0.02),
            s(0.6, y - 0.04),
            s(0.8, y + 0.02),
            s(1.05, y - 0.02),
        ]);
    }
    plan
}

/// A triangle beside the mast, with a straight leech or a full one.
fn sail(plan: &mut Plan, mast: f32, (head, foot): (f32, f32), wide: f32, dice: &mut Dice) {
    let full = if dice.chance(0.3) { wide * 0.18 } else { 0.0 };
    let clew = (mast + wide, foot + dice.normal(0.02));
    plan.line([c(mast, head), s(mast + wide * 0.5 + full, (head + foot) / 2.0), c(clew.0, clew.1), c(mast, foot)]);
}
