//! Lines cut at the edge of what is shown.

/// A rectangle: least and largest x, least and largest y.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub x: (f64, f64),
    pub y: (f64, f64),
}

/// The parts of a line that lie in the window. The line breaks where a point is missing.
pub(super) fn parts(points: &[Option<(f64, f64)>], window: Window) -> Vec<Vec<(f64, f64)>> {
    let mut parts: Vec<Vec<(f64, f64)>> = Vec::new();
    for pair in points.windows(2) {
        let &[Some(a), Some(b)] = pair else {
            continue;
        };
        let Some((start, end)) = segment(a, b, window) else {
            continue;
        };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&start) => part.push(end),
            _ => parts.push(vec![start, end]),
        }
    }
    parts
}

/// What of a straight line lies in the window (Liang and Barsky's way).
fn segment(a: (f64, f64), b: (f64, f64), window: Window) -> Option<((f64, f64), (f64, f64))> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut from, mut to) = (0.0, 1.0);
    let sides = [(-dx, a.0 - window.x.0), (dx, window.x.1 - a.0), (-dy, a.1 - window.y.0), (dy, window.y.1 - a.1)];
    for (outwards, room) in sides {
        if outwards == 0.0 {
            if room < 0.0 {
                return None; // beside the window all the way
            }
        } else if outwards < 0.0 {
            from = f64::max(from, room / outwards);
        } else {
            to = f64::min(to, room / outwards);
        }
    }
    // Ends inside the window stay exactly what they are, so that parts join. Where numbers are huge beside the window,
    // rounding could lead out of it again: hence the clamps.
    let at = |t: f64| {
        let (x, y) = match t {
            0.0 => a,
            1.0 => b,
            t => (a.0 + t * dx, a.1 + t * dy),
        };
        (x.clamp(window.x.0, window.x.1), y.clamp(window.y.0, window.y.1))
    };
    (from <= to).then(|| (at(from), at(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Window = Window { x: (0.0, 1.0), y: (0.0, 1.0) };

    #[test]
    fn lines_keep_what_is_inside_and_join_where_nothing_is_missing() {
        let inside = [Some((0.1, 0.1)), Some((0.5, 0.9)), Some((0.9, 0.1))];
        assert_eq!(parts(&inside, UNIT), [[(0.1, 0.1), (0.5, 0.9), (0.9, 0.1)]]);
        let broken = [Some((0.1, 0.1)), Some((0.2, 0.2)), None, Some((0.3, 0.3)), Some((0.4, 0.4))];
        assert_eq!(parts(&broken, UNIT).len(), 2);
    }

    #[test]
    fn lines_are_cut_at_the_window() {
        let through = [Some((-1.0, 0.5)), Some((3.0, 0.5))];
        assert_eq!(parts(&through, UNIT), [[(0.0, 0.5), (1.0, 0.5)]]);
        let over = [Some((0.25, 0.5)), Some((0.5, 1.5)), Some((0.75, 0.5))];
        assert_eq!(parts(&over, UNIT), [[(0.25, 0.5), (0.375, 1.0)], [(0.625, 1.0), (0.75, 0.5)]]);
        let beside = [Some((-1.0, 2.0)), Some((2.0, 2.0)), Some((2.0, -1.0))];
        assert!(parts(&beside, UNIT).is_empty());
    }
}
