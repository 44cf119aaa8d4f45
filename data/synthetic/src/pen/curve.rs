//! Smooth curves through the points of a stroke.

use super::Point;

/// Samples per stretch between two points.
const SAMPLES: usize = 8;

/// Samples a curve through all points, close enough to be joined by straight lines. The curve is smooth except in corners
/// (centripetal Catmull-Rom, which never overshoots into a loop).
pub(crate) fn smooth(stroke: &[Point]) -> Vec<(f32, f32)> {
    let mut line = Vec::with_capacity(stroke.len() * SAMPLES);
    let mut first = 0;
    for (i, point) in stroke.iter().enumerate() {
        let ends = i + 1 == stroke.len();
        if i > first && (point.corner || ends) {
            arc(&stroke[first..=i], &mut line);
            first = i;
        }
    }
    line
}

/// Appends one smooth arc; its first point is the last point of the arc before, if there is one.
fn arc(points: &[Point], line: &mut Vec<(f32, f32)>) {
    let at = |i: usize| (points[i].x, points[i].y);
    let last = points.len() - 1;
    for i in 0..last {
        let (p1, p2) = (at(i), at(i + 1));
        // Beyond its ends, an arc continues as its mirror image.
        let p0 = if i > 0 { at(i - 1) } else { mix(p1, p2, -1.0) };
        let p3 = if i + 1 < last { at(i + 2) } else { mix(p2, p1, -1.0) };
        let from = usize::from(!line.is_empty());
        line.extend((from..=SAMPLES).map(|k| catmull_rom([p0, p1, p2, p3], k as f32 / SAMPLES as f32)));
    }
}

/// The point at `t` (0 to 1) between the two middle points.
fn catmull_rom([p0, p1, p2, p3]: [(f32, f32); 4], t: f32) -> (f32, f32) {
    let knot = |a: (f32, f32), b: (f32, f32)| (b.0 - a.0).hypot(b.1 - a.1).sqrt().max(1e-3);
    let (t1, t2) = (knot(p0, p1), knot(p0, p1) + knot(p1, p2));
    let t3 = t2 + knot(p2, p3);
    let t = t1 + (t2 - t1) * t;
    let a1 = mix(p0, p1, t / t1);
    let a2 = mix(p1, p2, (t - t1) / (t2 - t1));
    let a3 = mix(p2, p3, (t - t2) / (t3 - t2));
    let b1 = mix(a1, a2, t / t2);
    let b2 = mix(a2, a3, (t - t1) / (t3 - t1));
    mix(b1, b2, (t - t1) / (t2 - t1))
}

fn mix(a: (f32, f32), b: (f32, f32), t: f32) -> (f32, f32) {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}
