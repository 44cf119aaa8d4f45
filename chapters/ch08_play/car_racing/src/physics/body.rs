use super::math::{Rot, Transform, Vec2};
use super::polygon::Mass;
use super::{ANGULAR_SLOP, TIME_STEP};

/// A body slower than this may fall asleep.
const SLEEP_SPEED: f32 = 0.01;

/// A rigid body.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Where its origin is, and how it is turned.
    pub frame: Transform,
    /// The center of mass in the world.
    pub center: Vec2,
    /// The angle in radians, which counts full turns.
    pub angle: f32,
    /// The velocity of the center of mass.
    pub velocity: Vec2,
    /// The angular velocity in radians a second.
    pub angular_velocity: f32,
    /// The force on the center of mass during the next step.
    pub force: Vec2,
    /// The center of mass in the body's frame.
    pub local_center: Vec2,
    pub inverse_mass: f32,
    pub inverse_inertia: f32,
    /// For how long it has hardly moved, in seconds.
    pub sleep_time: f32,
}

impl Body {
    /// A body at rest, made of these parts, which are summed in the given order (Box2D's `b2Body::ResetMassData`).
    pub fn new(position: Vec2, angle: f32, parts: &[Mass]) -> Body {
        let (mut mass, mut inertia, mut moment) = (0.0, 0.0, Vec2::ZERO);
        for part in parts {
            mass += part.mass;
            moment += part.mass * part.center;
            inertia += part.inertia;
        }
        let inverse_mass = 1.0 / mass;
        let local_center = inverse_mass * moment;
        inertia -= mass * local_center.dot(local_center);
        let frame = Transform { position, rotation: Rot::new(angle) };
        Body {
            frame,
            center: frame.apply(local_center),
            angle,
            velocity: Vec2::ZERO,
            angular_velocity: 0.0,
            force: Vec2::ZERO,
            local_center,
            inverse_mass,
            inverse_inertia: 1.0 / inertia,
            sleep_time: 0.0,
        }
    }

    /// Computes the frame from the center of mass and the angle.
    pub fn update_frame(&mut self) {
        let rotation = Rot::new(self.angle);
        self.frame = Transform { position: self.center - rotation.apply(self.local_center), rotation };
    }

    /// Counts the time at rest, and tells it.
    pub fn rest(&mut self) -> f32 {
        let turns = self.angular_velocity * self.angular_velocity > ANGULAR_SLOP * ANGULAR_SLOP;
        let moves = self.velocity.dot(self.velocity) > SLEEP_SPEED * SLEEP_SPEED;
        self.sleep_time = if turns || moves { 0.0 } else { self.sleep_time + TIME_STEP };
        self.sleep_time
    }

    /// Stops the body.
    pub fn sleep(&mut self) {
        self.velocity = Vec2::ZERO;
        self.angular_velocity = 0.0;
        self.sleep_time = 0.0;
    }
}
