//! Three numbers: a point, a direction, or red, green and blue from 0 to 1.

use std::ops::{Add, Mul, Neg, Sub};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Vec3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

/// A colour.
pub(crate) type Rgb = Vec3;

pub(crate) const fn v(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

/// A colour from its usual hexadecimal number.
pub(crate) const fn rgb(hex: u32) -> Rgb {
    v((hex >> 16) as u8 as f32 / 255.0, (hex >> 8) as u8 as f32 / 255.0, hex as u8 as f32 / 255.0)
}

pub(crate) const fn grey(value: f32) -> Rgb {
    v(value, value, value)
}

impl Vec3 {
    pub fn dot(self, other: Vec3) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    pub fn unit(self) -> Vec3 {
        self * (1.0 / self.length().max(1e-9))
    }

    pub fn cross(self, other: Vec3) -> Vec3 {
        v(self.y * other.z - self.z * other.y, self.z * other.x - self.x * other.z, self.x * other.y - self.y * other.x)
    }

    pub fn map(self, f: impl Fn(f32) -> f32) -> Vec3 {
        v(f(self.x), f(self.y), f(self.z))
    }

    /// Each number times that of another: a colour in coloured light.
    pub fn times(self, other: Vec3) -> Vec3 {
        v(self.x * other.x, self.y * other.y, self.z * other.z)
    }

    /// A mix with this share of another.
    pub fn mix(self, other: Vec3, share: f32) -> Vec3 {
        self + (other - self) * share
    }

    /// How bright a colour seems.
    pub fn luma(self) -> f32 {
        self.dot(v(0.3, 0.59, 0.11))
    }

    /// More or less colourful; 1 is the colour itself, 0 a grey.
    pub fn saturated(self, factor: f32) -> Rgb {
        grey(self.luma()).mix(self, factor)
    }

    /// Red, green and blue as bytes.
    pub fn bytes(self) -> [u8; 3] {
        [self.x, self.y, self.z].map(|value| (value * 255.0).round().clamp(0.0, 255.0) as u8)
    }
}

impl Add for Vec3 {
    type Output = Vec3;

    fn add(self, other: Vec3) -> Vec3 {
        v(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for Vec3 {
    type Output = Vec3;

    fn sub(self, other: Vec3) -> Vec3 {
        v(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Vec3;

    fn mul(self, factor: f32) -> Vec3 {
        v(self.x * factor, self.y * factor, self.z * factor)
    }
}

impl Neg for Vec3 {
    type Output = Vec3;

    fn neg(self) -> Vec3 {
        self * -1.0
    }
}

/// 0 below `low`, 1 above `high`, and smooth between them.
pub(crate) fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
