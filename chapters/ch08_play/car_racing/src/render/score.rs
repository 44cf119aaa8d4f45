//! The score in the lower left corner, in digits of a few strokes: they look like pygame's default font once they are two
//! pixels wide.

/// A font size of 42: all lengths below are in its pixels, from the upper left corner of a digit.
pub const FONT_SIZE: f64 = 42.0;

/// From one digit to the next.
const ADVANCE: f64 = 23.4;

/// The width of a minus sign.
const MINUS_ADVANCE: f64 = 14.2;

/// From the top of a digit to the middle of its line.
const MIDDLE: f64 = 20.0;

/// From the left edge of a digit's space to its strokes.
const INDENT: f64 = 0.4;

/// The digits below are drawn a little larger, by these factors for width and height.
const STRETCH: [f64; 2] = [1.05, 1.03];

/// The width of a stroke.
const STROKE: f64 = 5.2;

/// A stroke, from point to point.
type Stroke = &'static [[f64; 2]];

const DIGITS: [&[Stroke]; 10] = [
    &[&[
        [10.5, 2.8],
        [5.8, 5.5],
        [3.6, 11.0],
        [3.6, 20.0],
        [5.8, 25.5],
        [10.5, 28.2],
        [15.2, 25.5],
        [17.4, 20.0],
        [17.4, 11.0],
        [15.2, 5.5],
        [10.5, 2.8],
    ]],
    &[&[[12.8, 1.0], [12.8, 30.5]], &[[3.0, 8.5], [9.0, 8.0], [12.0, 3.0]]],
    &[&[
        [3.6, 9.5],
        [6.0, 4.5],
        [11.0, 2.8],
        [15.8, 5.0],
        [17.0, 9.5],
        [14.5, 14.5],
        [8.5, 19.8],
        [4.5, 24.5],
        [4.0, 27.8],
        [19.8, 27.8],
    ]],
    &[&[
        [3.8, 8.5],
        [6.0, 4.5],
        [10.8, 2.8],
        [15.2, 4.5],
        [16.4, 8.5],
        [14.5, 12.5],
        [10.5, 14.3],
        [15.5, 16.5],
        [17.6, 21.0],
        [15.8, 25.8],
        [10.8, 28.2],
        [5.5, 26.0],
        [3.6, 21.5],
    ]],
    &[&[[15.6, 1.0], [15.6, 30.5]], &[[13.0, 3.0], [3.0, 20.0]], &[[0.8, 22.4], [20.5, 22.4]]],
    &[
        &[[6.5, 3.4], [19.5, 3.4]],
        &[[6.8, 3.0], [5.2, 15.5]],
        &[[5.2, 15.5], [10.5, 12.8], [15.6, 14.8], [17.6, 20.0], [15.8, 25.5], [10.8, 28.2], [5.8, 26.4], [3.6, 22.5]],
    ],
    &[&[
        [17.0, 8.0],
        [15.0, 4.2],
        [10.5, 2.8],
        [6.2, 5.5],
        [3.6, 11.5],
        [3.6, 19.5],
        [5.6, 25.8],
        [10.8, 28.2],
        [15.6, 26.0],
        [17.6, 21.0],
        [15.8, 16.0],
        [11.0, 14.0],
        [6.0, 16.4],
        [4.0, 20.0],
    ]],
    &[&[[1.2, 4.6], [19.5, 4.6], [13.0, 14.0], [9.5, 22.0], [8.0, 30.5]]],
    &[
        &[
            [10.2, 2.8],
            [14.8, 4.8],
            [16.0, 8.8],
            [14.4, 12.6],
            [10.2, 14.4],
            [6.0, 12.6],
            [4.4, 8.8],
            [5.6, 4.8],
            [10.2, 2.8],
        ],
        &[
            [10.2, 14.4],
            [15.4, 16.8],
            [17.6, 21.4],
            [15.8, 26.0],
            [10.2, 28.2],
            [4.6, 26.0],
            [2.8, 21.4],
            [5.0, 16.8],
            [10.2, 14.4],
        ],
    ],
    &[&[
        [4.0, 23.0],
        [6.0, 26.8],
        [10.5, 28.2],
        [14.8, 25.5],
        [17.4, 19.5],
        [17.4, 11.5],
        [15.4, 5.2],
        [10.2, 2.8],
        [5.4, 5.0],
        [3.4, 10.0],
        [5.2, 15.0],
        [10.0, 17.0],
        [15.0, 14.6],
        [17.0, 11.0],
    ]],
];

const MINUS: &[Stroke] = &[&[[1.5, 18.6], [12.5, 18.6]]];

/// The quadrilaterals of a score, centered on the origin, for a font of size [`FONT_SIZE`]; the second axis points down.
pub fn quadrilaterals(reward: f64) -> Vec<[[f64; 2]; 4]> {
    // Python's format "04.0f": rounded to even, at least four characters, zeros after the sign.
    let text = format!("{reward:04.0}");
    let advance = |character: char| if character == '-' { MINUS_ADVANCE } else { ADVANCE };
    let mut left = -0.5 * text.chars().map(advance).sum::<f64>();
    let mut quadrilaterals = Vec::with_capacity(64);
    for character in text.chars() {
        let strokes = match character.to_digit(10) {
            Some(digit) => DIGITS[digit as usize],
            None => MINUS,
        };
        for points in strokes.iter().flat_map(|stroke| stroke.windows(2)) {
            let at = |[x, y]: [f64; 2]| [STRETCH[0] * x + INDENT + left, STRETCH[1] * y - MIDDLE];
            quadrilaterals.push(thick_line(at(points[0]), at(points[1])));
        }
        left += advance(character);
    }
    quadrilaterals
}

/// A line as wide as a stroke, a little longer than its points so that lines meet.
fn thick_line(from: [f64; 2], to: [f64; 2]) -> [[f64; 2]; 4] {
    let along = [to[0] - from[0], to[1] - from[1]];
    let scale = 0.5 * STROKE / along[0].hypot(along[1]);
    let [x, y] = along.map(|component| component * scale);
    let longer = 0.3;
    let corner = |[from_x, from_y]: [f64; 2], forward: f64, left: f64| {
        [from_x + forward * longer * x - left * y, from_y + forward * longer * y + left * x]
    };
    [corner(from, -1.0, 1.0), corner(to, 1.0, 1.0), corner(to, 1.0, -1.0), corner(from, -1.0, -1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_centered() {
        for reward in [0.0, 123.4, -7.0, 1000.0] {
            let corners: Vec<[f64; 2]> = quadrilaterals(reward).into_iter().flatten().collect();
            let reach = |axis: usize, pick: fn(f64, f64) -> f64| corners.iter().map(|c| c[axis]).reduce(pick).unwrap();
            assert!((reach(0, f64::min) + reach(0, f64::max)).abs() < 8.0, "{reward}");
            assert!(reach(1, f64::min) > -22.0 && reach(1, f64::max) < 14.0, "{reward}");
            assert!(reach(0, f64::max) < 2.0 * ADVANCE, "{reward}");
        }
    }

    #[test]
    fn scores_are_written_as_python_does() {
        for (reward, text) in [(0.5, "0000"), (1.5, "0002"), (-0.1, "-000"), (-12.3, "-012"), (12345.0, "12345")] {
            assert_eq!(format!("{reward:04.0}"), text);
        }
    }
}
