use super::math::Vec2;

/// Box2D's `b2_maxPolygonVertices`.
const MAX_VERTICES: usize = 8;

/// Vertices nearer to each other than this are one: half of Box2D's `b2_linearSlop`, compared with a squared distance.
const WELD_DISTANCE_SQUARED: f32 = 0.5 * super::LINEAR_SLOP;

/// A convex polygon, counter-clockwise, with at most eight vertices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Polygon {
    vertices: [Vec2; MAX_VERTICES],
    count: usize,
}

/// What a polygon weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mass {
    pub mass: f32,
    /// The center of mass.
    pub center: Vec2,
    /// The rotational inertia about the origin.
    pub inertia: f32,
}

impl Polygon {
    /// The convex hull of three to eight points, which begins at the right-most point, the lowest of several, and turns
    /// counter-clockwise. The order decides the order of sums, and so the last bits (Box2D's `b2PolygonShape::Set`).
    ///
    /// None if fewer than three corners are left: the points lie on a line, or nearer to each other than 0.05.
    pub fn hull(points: &[Vec2]) -> Option<Polygon> {
        debug_assert!(points.len() <= MAX_VERTICES);
        let mut welded: Vec<Vec2> = Vec::with_capacity(MAX_VERTICES);
        for &point in points.iter().take(MAX_VERTICES) {
            let apart = |other: &Vec2| (point - *other).dot(point - *other) >= WELD_DISTANCE_SQUARED;
            if welded.iter().all(apart) {
                welded.push(point);
            }
        }
        let right_most = (0..welded.len()).reduce(|best, i| {
            let (point, other) = (welded[i], welded[best]);
            if point.x > other.x || (point.x == other.x && point.y < other.y) { i } else { best }
        })?;
        let mut polygon = Polygon { vertices: [Vec2::ZERO; MAX_VERTICES], count: 0 };
        let mut corner = right_most;
        loop {
            polygon.vertices[polygon.count] = welded[corner];
            polygon.count += 1;
            corner = next_corner(&welded, corner);
            if corner == right_most {
                break;
            }
            if polygon.count == MAX_VERTICES {
                return None;
            }
        }
        (polygon.count >= 3).then_some(polygon)
    }

    /// The corners, counter-clockwise.
    pub fn vertices(&self) -> &[Vec2] {
        &self.vertices[..self.count]
    }

    /// The corner that lies farthest in a direction, the first of several.
    pub fn support(&self, direction: Vec2) -> usize {
        let mut best = 0;
        let mut best_value = self.vertices[0].dot(direction);
        for (i, vertex) in self.vertices().iter().enumerate().skip(1) {
            let value = vertex.dot(direction);
            if value > best_value {
                best = i;
                best_value = value;
            }
        }
        best
    }

    /// Its mass, as the sum over the triangles between its edges and the mean of its corners
    /// (Box2D's `b2PolygonShape::ComputeMass`).
    pub fn mass(&self, density: f32) -> Mass {
        const THIRD: f32 = 1.0 / 3.0;
        let vertices = self.vertices();
        let sum = vertices.iter().fold(Vec2::ZERO, |sum, vertex| sum + *vertex);
        let mean = (1.0 / self.count as f32) * sum;
        let (mut area, mut inertia, mut center) = (0.0, 0.0, Vec2::ZERO);
        for (i, &vertex) in vertices.iter().enumerate() {
            let a = vertex - mean;
            let b = vertices[(i + 1) % self.count] - mean;
            let parallelogram = a.cross(b);
            let triangle = 0.5 * parallelogram;
            area += triangle;
            center += (triangle * THIRD) * (a + b);
            let x_squared = a.x * a.x + b.x * a.x + b.x * b.x;
            let y_squared = a.y * a.y + b.y * a.y + b.y * b.y;
            inertia += (0.25 * THIRD * parallelogram) * (x_squared + y_squared);
        }
        let mass = density * area;
        let from_mean = (1.0 / area) * center;
        let center = from_mean + mean;
        let inertia = density * inertia + mass * (center.dot(center) - from_mean.dot(from_mean));
        Mass { mass, center, inertia }
    }
}

/// The point that has all others on its left, seen from a corner; of several on one line, the farthest.
fn next_corner(points: &[Vec2], corner: usize) -> usize {
    let mut next = 0;
    for candidate in 1..points.len() {
        if next == corner {
            next = candidate;
            continue;
        }
        let to_next = points[next] - points[corner];
        let to_candidate = points[candidate] - points[corner];
        let turn = to_next.cross(to_candidate);
        if turn < 0.0 || (turn == 0.0 && to_candidate.dot(to_candidate) > to_next.dot(to_next)) {
            next = candidate;
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> [Vec2; 4] {
        [Vec2::new(-1.0, 1.0), Vec2::new(1.0, 1.0), Vec2::new(1.0, -1.0), Vec2::new(-1.0, -1.0)]
    }

    #[test]
    fn a_hull_begins_at_the_lower_right_and_turns_left() {
        let hull = Polygon::hull(&square()).unwrap();
        let expected = [(1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)];
        assert_eq!(hull.vertices(), expected.map(|(x, y)| Vec2::new(x, y)));
    }

    #[test]
    fn inner_points_and_twins_are_left_out() {
        let mut points = square().to_vec();
        points.extend([Vec2::new(0.0, 0.1), Vec2::new(1.0, 0.99), Vec2::new(0.0, 1.0)]);
        assert_eq!(Polygon::hull(&points), Polygon::hull(&square()));
    }

    #[test]
    fn points_on_a_line_have_no_hull() {
        let line = [Vec2::new(0.0, 0.0), Vec2::new(1.0, 1.0), Vec2::new(2.0, 2.0)];
        assert_eq!(Polygon::hull(&line), None);
        assert_eq!(Polygon::hull(&[Vec2::ZERO; 4]), None);
        assert_eq!(Polygon::hull(&[]), None);
    }

    #[test]
    fn a_rectangle_weighs_what_it_should() {
        let corners = [(3.0, 1.0), (5.0, 1.0), (5.0, 4.0), (3.0, 4.0)].map(|(x, y)| Vec2::new(x, y));
        let mass = Polygon::hull(&corners).unwrap().mass(0.5);
        assert!((mass.mass - 3.0).abs() < 1e-6);
        assert!((mass.center - Vec2::new(4.0, 2.5)).length() < 1e-6);
        let about_center = 3.0 * (4.0 + 9.0) / 12.0;
        assert!((mass.inertia - (about_center + 3.0 * (16.0 + 6.25))).abs() < 1e-4);
    }
}
