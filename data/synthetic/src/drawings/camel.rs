//! Camels: with one hump or two, seen from the side.

use super::legs;
use super::plan::Plan;
use crate::dice::Dice;
use crate::pen::{Point, c, s};

pub(super) fn plan(dice: &mut Dice) -> Plan {
    let mut plan = Plan::new(0.35, dice);
    let neck = Neck::new(dice);
    if dice.chance(0.22) {
        over_a_body(&mut plan, &neck, dice);
    } else {
        outlined(&mut plan, &neck, dice);
    }
    plan
}

/// The neck. The back is at y = 0.35, from x = 0 to 0.8.
struct Neck {
    /// Where it leaves the body, at the lower end of its back side.
    foot: (f32, f32),
    /// Where the head begins.
    top: (f32, f32),
}

impl Neck {
    fn new(dice: &mut Dice) -> Neck {
        let foot = (0.8, 0.4 + dice.normal(0.02));
        let top = (foot.0 + dice.between(0.08, 0.32), dice.between(-0.12, 0.2));
        Neck { foot, top }
    }

    /// A point between its ends, where it sags forwards.
    fn sag(&self, share: f32, forward: f32) -> Point {
        let (dx, dy) = (self.top.0 - self.foot.0, self.top.1 - self.foot.1);
        s(self.foot.0 + dx * share + forward, self.foot.1 + dy * share + forward * 0.5)
    }
}

/// The whole animal along its outline: humps, neck, head, chest, legs.
fn outlined(plan: &mut Plan, neck: &Neck, dice: &mut Dice) {
    let hip = (dice.normal(0.015), 0.6 + dice.normal(0.03));
    let mut line = vec![s(hip.0, hip.1), s(-0.01, 0.45)];
    humps(&mut line, (0.03, 0.36), (neck.foot.0, neck.foot.1), dice);
    line.push(neck.sag(0.25, 0.05));
    line.push(neck.sag(0.65, 0.03));
    let (x, y) = neck.top;
    match dice.pick(&[("muzzle", 4.0), ("loop", 3.0), ("line", 2.0)]) {
        "muzzle" => {
            let long = dice.between(0.12, 0.22);
            let width = dice.between(0.1, 0.15);
            line.push(s(x, y));
            line.push(s(x + 0.05, y - 0.05));
            line.push(c(x + long, y + 0.02));
            line.push(c(x + long - 0.01, y + 0.08));
            line.push(c(x + 0.06, y + 0.11));
            line.push(neck.sag(0.6, width));
            line.push(neck.sag(0.2, width));
            line.push(s(neck.foot.0 + 0.07, 0.56));
            line.push(s(neck.foot.0, 0.64));
            eye(plan, (x + 0.06, y + 0.02), dice);
        }
        "loop" => {
            line.push(s(x, y));
            plan.round((x + 0.07, y), (dice.between(0.14, 0.24), dice.between(0.1, 0.14)), dice);
            if dice.chance(0.7) {
                let width = dice.between(0.08, 0.13);
                plan.line([s(x + 0.08, y + 0.05), neck.sag(0.5, width), s(neck.foot.0 + 0.06, 0.52), s(0.78, 0.64)]);
            }
        }
        _ => {
            line.push(s(x, y));
            line.push(c(x + 0.04, y - 0.04));
            line.push(s(x + dice.between(0.12, 0.2), y + dice.between(0.0, 0.06)));
        }
    }
    plan.line(line);
    ear(plan, neck.top, dice);
    tail(plan, dice);
    if dice.chance(0.94) {
        legs::draw(plan, ((0.8, 0.62 + dice.normal(0.02)), hip), dice);
    }
}

/// A round body with humps on it, a neck of one line or two, a round head, legs as sticks.
fn over_a_body(plan: &mut Plan, neck: &Neck, dice: &mut Dice) {
    let height = dice.between(0.24, 0.34);
    plan.round((0.4, 0.52), (0.86, height), dice);
    let top = 0.52 - height * 0.45;
    let mut line = vec![];
    humps(&mut line, (0.1, top), (0.72, top), dice);
    plan.line(line);
    let (x, y) = neck.top;
    plan.line([s(0.74, 0.46), neck.sag(0.5, 0.03), s(x, y)]);
    if dice.chance(0.6) {
        plan.line([s(0.81, 0.53), neck.sag(0.4, 0.12), s(x + 0.09, y + 0.03)]);
    }
    plan.round((x + 0.07, y), (dice.between(0.16, 0.26), dice.between(0.1, 0.15)), dice);
    eye(plan, (x + 0.08, y - 0.01), dice);
    tail(plan, dice);
    for at in [0.12, 0.26, 0.56, 0.7] {
        if dice.chance(0.96) {
            plan.straight(&[(at, 0.62), (at + dice.normal(0.03), 1.0 + dice.normal(0.03))]);
        }
    }
}

/// A line from `from` to `to` over one or two humps, round or pointed.
fn humps(line: &mut Vec<Point>, from: (f32, f32), to: (f32, f32), dice: &mut Dice) {
    let two = dice.chance(0.62);
    let height = dice.between(0.16, 0.36);
    // Pointed ones have straight sides, round ones bulge.
    let (point, side): (fn(f32, f32) -> Point, f32) =
        if dice.chance(0.2) { (c, 0.5) } else { (s, dice.between(0.55, 0.78)) };
    let length = to.0 - from.0;
    let at = |share: f32, up: f32| (from.0 + length * share, from.1 + (to.1 - from.1) * share - up);
    line.push(s(from.0, from.1));
    let tops: &[(f32, f32)] = if two { &[(0.28, 0.12), (0.68, 0.12)] } else { &[(0.48, 0.22)] };
    for (i, &(share, half)) in tops.iter().enumerate() {
        let share = share + dice.normal(0.02);
        let up = height * (1.0 + dice.normal(0.12));
        let mut push = |share, up, make: fn(f32, f32) -> Point| {
            let (x, y) = at(share, up);
            line.push(make(x, y));
        };
        push(share - half, up * side, s);
        push(share, up, point);
        push(share + half, up * side, s);
        if two && i == 0 {
            let valley = dice.between(0.0, 0.25) * height;
            push(0.48 + dice.normal(0.02), valley, if dice.chance(0.4) { c } else { s });
        }
    }
    line.push(c(to.0 - 0.02 * length, to.1));
}

fn eye(plan: &mut Plan, at: (f32, f32), dice: &mut Dice) {
    if dice.chance(0.2) {
        plan.dot(at, 0.03);
    }
}

fn ear(plan: &mut Plan, (x, y): (f32, f32), dice: &mut Dice) {
    if dice.chance(0.25) {
        plan.straight(&[(x + 0.01, y - 0.02), (x + 0.02, y - 0.1), (x + 0.06, y - 0.04)]);
    }
}

fn tail(plan: &mut Plan, dice: &mut Dice) {
    if dice.chance(0.5) {
        let (x, y) = (-dice.between(0.06, 0.14), dice.between(0.5, 0.66));
        plan.line([s(0.0, 0.42), s(x * 0.8, 0.46), s(x, y)]);
    }
}
