use crate::car::{SIZE, scaled};
use crate::physics::{Body, Vec2};

/// The length of a step in seconds, in double precision.
pub(crate) const TIME_STEP: f64 = 1.0 / 50.0;

const ENGINE_POWER: f64 = 100_000_000.0 * SIZE * SIZE;

/// The moment of inertia of a rolling wheel.
const WHEEL_INERTIA: f64 = 4000.0 * SIZE * SIZE;

/// The force that a wheel can bring onto the road; on grass, [`GRASS`] of it.
const FRICTION_LIMIT: f64 = 1_000_000.0 * SIZE * SIZE;
const GRASS: f64 = 0.6;

/// The force for each unit of speed by which a wheel slides.
const SLIDING: f64 = 205_000.0 * SIZE * SIZE;

/// Radians a second that the brake takes from a wheel in a step, at most.
const BRAKE: f64 = 15.0;

/// The brake locks the wheels from here on.
const LOCKING: f64 = 0.9;

/// Radius and half the width of a wheel, in the car's drawing units.
pub(crate) const RADIUS: f64 = 27.0;
pub(crate) const HALF_WIDTH: f64 = 14.0;

/// What a wheel does besides being a body.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Wheel {
    /// The engine's part, 0 to 1. Only the rear wheels are driven.
    pub gas: f64,
    /// The brake, 0 to 1.
    pub brake: f64,
    /// The angle that the wheel shall turn to, in radians. Only the front wheels are steered.
    pub steer: f64,
    /// How far it has rolled, in radians.
    pub phase: f64,
    /// How fast it rolls, in radians a second.
    pub omega: f64,
    /// Whether it touches a tile of the road.
    pub on_road: bool,
}

impl Wheel {
    /// The force of this wheel on its body, at the body's center. Turns the wheel, too.
    pub(crate) fn push(&mut self, body: &Body) -> Vec2 {
        let limit = if self.on_road { FRICTION_LIMIT } else { FRICTION_LIMIT * GRASS };
        let (sin, cos) = (f64::from(body.frame.rotation.sin), f64::from(body.frame.rotation.cos));
        let (forward, side) = ([-sin, cos], [cos, sin]);
        let velocity = [f64::from(body.velocity.x), f64::from(body.velocity.y)];
        let forward_speed = forward[0] * velocity[0] + forward[1] * velocity[1];
        let side_speed = side[0] * velocity[0] + side[1] * velocity[1];

        self.omega += TIME_STEP * ENGINE_POWER * self.gas / WHEEL_INERTIA / (self.omega.abs() + 5.0);
        if self.brake >= LOCKING {
            self.omega = 0.0;
        } else if self.brake > 0.0 {
            self.omega += -sign(self.omega) * (BRAKE * self.brake).min(self.omega.abs());
        }
        self.phase += self.omega * TIME_STEP;

        let radius = RADIUS * SIZE;
        let mut along = (-forward_speed + self.omega * radius) * SLIDING;
        let mut across = -side_speed * SLIDING;
        let force = (along * along + across * across).sqrt();
        if force > limit {
            along = along / force * limit;
            across = across / force * limit;
        }
        self.omega -= TIME_STEP * along * radius / WHEEL_INERTIA;
        Vec2::from_f64([across * side[0] + along * forward[0], across * side[1] + along * forward[1]])
    }
}

/// -1, 0 or 1.
pub(crate) fn sign(value: f64) -> f64 {
    if value > 0.0 {
        1.0
    } else if value < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// A wheel's white mark, between two heights on the wheel as a part of its radius; none while it is below. It shows how
/// the wheel rolls.
pub(crate) fn wheel_mark(phase: f64) -> Option<[Vec2; 4]> {
    let (first, second) = (phase, phase + 1.2);
    let hidden = (first.sin() > 0.0, second.sin() > 0.0);
    if hidden.0 && hidden.1 {
        return None;
    }
    let height = |angle: f64, hidden: bool| if hidden { sign(angle.cos()) } else { angle.cos() };
    let (low, high) = (RADIUS * height(first, hidden.0), RADIUS * height(second, hidden.1));
    let w = HALF_WIDTH;
    Some([[-w, low], [w, low], [w, high], [-w, high]].map(scaled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheel_marks_come_and_go() {
        assert!(wheel_mark(0.5).is_none());
        let mark = wheel_mark(4.0).unwrap();
        assert!((mark[0].y - 0.54 * 4.0_f32.cos()).abs() < 1e-6);
        // The mark ends at the edge where it leaves the upper side.
        assert_eq!(wheel_mark(6.0).unwrap()[2].y, 0.54);
    }
}
