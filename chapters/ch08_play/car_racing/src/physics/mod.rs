//! The part of Box2D 2.3 that a car needs: five bodies, four revolute joints, and sensors.
//!
//! An altered version, in another language, of Box2D's algorithms (Erin Catto, zlib licence: `b2Math.h`,
//! `b2PolygonShape.cpp`, `b2Distance.cpp`, `b2RevoluteJoint.cpp`, `b2Island.cpp`), which the Python package Box2D 2.3.10
//! wraps and Gymnasium steps. All of it is in single precision and in Box2D's order of operations, so that on x86-64 Linux
//! every result has Gymnasium's bits. Later versions of Box2D solve a joint's limits in another way.

mod body;
pub mod gjk;
mod joint;
mod math;
mod polygon;
mod solver;

pub use body::Body;
pub use joint::Joint;
pub use math::{Rot, Transform, Vec2};
pub use polygon::{Mass, Polygon};
pub use solver::step;

/// A length below which Box2D forgives an error of position.
const LINEAR_SLOP: f32 = 0.005;

/// The angle below which Box2D forgives an error: two degrees.
const ANGULAR_SLOP: f32 = 2.0 / 180.0 * PI;

/// `b2_pi`, which is the nearest single-precision number, too.
const PI: f32 = std::f32::consts::PI;

/// The length of a step in seconds.
pub const TIME_STEP: f32 = 1.0 / 50.0;
