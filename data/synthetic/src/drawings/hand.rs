//! Draws a plan as a hasty hand does, and fits it into the image.

use super::plan::Plan;
use crate::dice::Dice;
use crate::pen::{SIDE, Stroke, Warp, bounds, jitter, smooth};

/// In Google's bitmaps, an image is 304 units wide, a drawing at most 255, a line 16.
const UNIT: f32 = SIDE as f32 / 304.0;
const BOX: f32 = 255.0 * UNIT;
const PEN: f32 = 16.0 * UNIT;

/// The lines of the drawing, in pixels.
pub(super) fn draw(plan: Plan, dice: &mut Dice) -> Vec<Stroke> {
    let sloppiness = dice.between(0.008, 0.04);
    let bend = Warp::waves(0.022, dice);
    let aspect = (1.0 + dice.normal(0.13)) * if plan.mirrored { -1.0 } else { 1.0 };
    let warp = Warp { bend, aspect, slant: dice.normal(0.07), turn: dice.normal(0.05) };
    let lines: Vec<Vec<(f32, f32)>> = plan
        .lines
        .iter()
        .map(|points| {
            let ends: Vec<_> = points.iter().map(|point| (point.x, point.y)).collect();
            let [(left, right), (top, bottom)] = bounds(&[ends]);
            // Small things are drawn with care.
            let care = ((right - left).max(bottom - top) / 0.5).clamp(0.25, 1.0);
            let line = smooth(&jitter(points, sloppiness * care, dice));
            line.into_iter().map(|point| warp.apply(point)).collect()
        })
        .collect();
    let [(left, right), (top, bottom)] = bounds(&lines);
    let scale = BOX / (right - left).max(bottom - top).max(1e-3);
    let middle = SIDE as f32 / 2.0;
    let place = |v: f32, low: f32, high: f32| middle + (v - (low + high) / 2.0) * scale;
    let placed = |(x, y)| (place(x, left, right), place(y, top, bottom));
    lines.into_iter().map(|line| stroke(line.into_iter().map(placed))).collect()
}

/// A line of the pen's width, without points that are too close to the one before to be visible.
fn stroke(points: impl Iterator<Item = (f32, f32)>) -> Stroke {
    let (mut line, mut end): (Vec<(f32, f32)>, _) = (vec![], None);
    for point in points {
        if line.last().is_none_or(|last| (point.0 - last.0).hypot(point.1 - last.1) > 0.5) {
            line.push(point);
        }
        end = Some(point);
    }
    line.extend(end);
    Stroke { widths: vec![PEN; line.len()], line }
}
