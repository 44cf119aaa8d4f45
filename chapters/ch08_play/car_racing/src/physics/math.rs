//! Vectors, rotations and small linear systems in single precision.
//!
//! What Box2D's `b2Math.h` computes, in its order of operations: a sum of the same numbers in another order differs in the
//! last bit, and a car that drives over the edge of its grip soon takes another way.

use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

/// A point or a direction in the plane.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Vec2 {
    /// To the right.
    pub x: f32,
    /// Upwards.
    pub y: f32,
}

impl Vec2 {
    /// The zero vector.
    pub const ZERO: Vec2 = Vec2 { x: 0.0, y: 0.0 };

    /// The vector (x, y).
    pub const fn new(x: f32, y: f32) -> Vec2 {
        Vec2 { x, y }
    }

    /// The nearest vector in single precision.
    pub fn from_f64([x, y]: [f64; 2]) -> Vec2 {
        Vec2::new(x as f32, y as f32)
    }

    /// The scalar product.
    pub fn dot(self, other: Vec2) -> f32 {
        self.x * other.x + self.y * other.y
    }

    /// The third component of the vector product.
    pub fn cross(self, other: Vec2) -> f32 {
        self.x * other.y - self.y * other.x
    }

    /// The vector product of this vector and one that points out of the plane: a quarter turn clockwise, scaled.
    pub fn cross_scalar(self, scalar: f32) -> Vec2 {
        Vec2::new(scalar * self.y, -scalar * self.x)
    }

    /// The vector product of a vector that points out of the plane and this one: a quarter turn counter-clockwise, scaled.
    pub fn scalar_cross(scalar: f32, vector: Vec2) -> Vec2 {
        Vec2::new(-scalar * vector.y, scalar * vector.x)
    }

    /// The length.
    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }
}

impl Add for Vec2 {
    type Output = Vec2;
    fn add(self, other: Vec2) -> Vec2 {
        Vec2::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Vec2 {
    type Output = Vec2;
    fn sub(self, other: Vec2) -> Vec2 {
        Vec2::new(self.x - other.x, self.y - other.y)
    }
}

impl AddAssign for Vec2 {
    fn add_assign(&mut self, other: Vec2) {
        *self = *self + other;
    }
}

impl SubAssign for Vec2 {
    fn sub_assign(&mut self, other: Vec2) {
        *self = *self - other;
    }
}

impl Neg for Vec2 {
    type Output = Vec2;
    fn neg(self) -> Vec2 {
        Vec2::new(-self.x, -self.y)
    }
}

impl Mul<Vec2> for f32 {
    type Output = Vec2;
    fn mul(self, vector: Vec2) -> Vec2 {
        Vec2::new(self * vector.x, self * vector.y)
    }
}

/// A vector of three, for the constraint of a joint at its limit: two positions and an angle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Vec3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

impl Vec3 {
    pub fn dot(self, other: Vec3) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub fn cross(self, other: Vec3) -> Vec3 {
        Vec3 {
            x: self.y * other.z - self.z * other.y,
            y: self.z * other.x - self.x * other.z,
            z: self.x * other.y - self.y * other.x,
        }
    }
}

/// A rotation, as the sine and cosine of its angle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rot {
    /// The sine.
    pub sin: f32,
    /// The cosine.
    pub cos: f32,
}

impl Rot {
    /// The rotation by an angle in radians. Uses the platform's `sinf` and `cosf`: only glibc's give Gymnasium's bits on
    /// Linux, other platforms may differ in the last one.
    pub fn new(angle: f32) -> Rot {
        Rot { sin: angle.sin(), cos: angle.cos() }
    }

    /// Turns a vector.
    pub fn apply(self, vector: Vec2) -> Vec2 {
        Vec2::new(self.cos * vector.x - self.sin * vector.y, self.sin * vector.x + self.cos * vector.y)
    }

    /// Turns a vector back.
    pub fn apply_inverse(self, vector: Vec2) -> Vec2 {
        Vec2::new(self.cos * vector.x + self.sin * vector.y, -self.sin * vector.x + self.cos * vector.y)
    }
}

/// A body's frame: turned, then moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    /// Where the body's origin is.
    pub position: Vec2,
    /// How the body is turned.
    pub rotation: Rot,
}

impl Transform {
    /// A point of the body in world coordinates.
    pub fn apply(self, point: Vec2) -> Vec2 {
        self.rotation.apply(point) + self.position
    }
}

/// A symmetric matrix of two rows, ready to solve many systems: Box2D computes the determinant anew for each, with the
/// same result.
#[derive(Debug, Clone, Copy)]
pub struct Symmetric2 {
    pub xx: f32,
    pub xy: f32,
    pub yy: f32,
    inverse_determinant: f32,
}

impl Symmetric2 {
    pub fn new(xx: f32, xy: f32, yy: f32) -> Symmetric2 {
        Symmetric2 { xx, xy, yy, inverse_determinant: reciprocal(xx * yy - xy * xy) }
    }

    /// The x in `matrix * x = right`.
    pub fn solve(&self, right: Vec2) -> Vec2 {
        Vec2 {
            x: self.inverse_determinant * (self.yy * right.x - self.xy * right.y),
            y: self.inverse_determinant * (self.xx * right.y - self.xy * right.x),
        }
    }
}

/// A symmetric matrix of three rows, ready to solve many systems.
#[derive(Debug, Clone, Copy)]
pub struct Symmetric3 {
    x: Vec3,
    y: Vec3,
    z: Vec3,
    y_cross_z: Vec3,
    inverse_determinant: f32,
}

impl Symmetric3 {
    /// The matrix with these columns.
    pub fn new(x: Vec3, y: Vec3, z: Vec3) -> Symmetric3 {
        let y_cross_z = y.cross(z);
        Symmetric3 { x, y, z, y_cross_z, inverse_determinant: reciprocal(x.dot(y_cross_z)) }
    }

    /// The x in `matrix * x = right`, by Cramer's rule.
    pub fn solve(&self, right: Vec3) -> Vec3 {
        Vec3 {
            x: self.inverse_determinant * right.dot(self.y_cross_z),
            y: self.inverse_determinant * self.x.dot(right.cross(self.z)),
            z: self.inverse_determinant * self.x.dot(self.y.cross(right)),
        }
    }
}

/// 1 / value, and 0 for 0.
fn reciprocal(value: f32) -> f32 {
    if value == 0.0 { value } else { 1.0 / value }
}

/// The value, brought between two bounds.
pub fn clamp(value: f32, low: f32, high: f32) -> f32 {
    let value = if value < high { value } else { high };
    if low > value { low } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_back_undoes_a_turn() {
        let turn = Rot::new(0.7);
        let vector = Vec2::new(3.0, -2.0);
        assert!((turn.apply_inverse(turn.apply(vector)) - vector).length() < 1e-6);
        assert!(
            (Rot::new(std::f32::consts::FRAC_PI_2).apply(Vec2::new(1.0, 0.0)) - Vec2::new(0.0, 1.0)).length() < 1e-6
        );
    }

    #[test]
    fn systems_are_solved() {
        let solution = Symmetric2::new(2.0, 1.0, 3.0).solve(Vec2::new(5.0, 10.0));
        assert!((solution - Vec2::new(1.0, 3.0)).length() < 1e-6, "{solution:?}");
        let column = |x, y, z| Vec3 { x, y, z };
        let matrix = Symmetric3::new(column(4.0, 1.0, 2.0), column(1.0, 5.0, 3.0), column(2.0, 3.0, 6.0));
        let solution = matrix.solve(column(12.0, 20.0, 26.0));
        for (found, expected) in [(solution.x, 1.0), (solution.y, 2.0), (solution.z, 3.0)] {
            assert!((found - expected).abs() < 1e-5, "{solution:?}");
        }
    }

    #[test]
    fn a_singular_system_gives_zero() {
        assert_eq!(Symmetric2::new(1.0, 1.0, 1.0).solve(Vec2::new(1.0, 2.0)), Vec2::ZERO);
    }
}
