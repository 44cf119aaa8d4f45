use super::TIME_STEP;
use super::body::Body;
use super::joint::{Impulse, Joint, Position, Prepared, Velocity};

/// Iterations over the velocities of a step: Gymnasium asks for 6 * 30.
const VELOCITY_ITERATIONS: usize = 180;

/// At most so many iterations over the positions: 2 * 30.
const POSITION_ITERATIONS: usize = 60;

/// The farthest that a body moves in a step.
const MAX_TRANSLATION: f32 = 2.0;

/// The farthest that a body turns in a step.
const MAX_ROTATION: f32 = 0.5 * super::PI;

/// A car at rest for so long falls asleep.
const TIME_TO_SLEEP: f32 = 0.5;

/// The joints in the order in which Box2D solves them: the last created first.
const ORDER: [usize; 4] = [3, 2, 1, 0];

/// Moves the bodies by one step: the hull, and four wheels with their joints (Box2D's `b2Island::Solve`).
///
/// The forces of the bodies act during this step and are then cleared. Bodies at rest for half a second lose what is left of
/// their speed: Box2D lets them sleep, and the motors wake them before the next step.
pub fn step(bodies: &mut [Body; 5], joints: &mut [Joint; 4]) {
    for body in bodies.iter_mut() {
        body.velocity += TIME_STEP * (body.inverse_mass * body.force);
        body.force = super::Vec2::ZERO;
    }
    let [hull, wheels @ ..] = &*bodies;
    let prepared: [Prepared; 4] = std::array::from_fn(|i| joints[i].prepare(hull, &wheels[i]));
    let mut unknowns = Unknowns {
        velocities: std::array::from_fn(|i| Velocity {
            linear: bodies[i].velocity,
            angular: bodies[i].angular_velocity,
        }),
        impulses: std::array::from_fn(|i| joints[i].impulse),
    };
    unknowns.warm_start(&prepared);
    unknowns.solve(&prepared);
    for (joint, impulse) in joints.iter_mut().zip(unknowns.impulses) {
        joint.impulse = impulse;
    }
    let positions = move_bodies(bodies, &mut unknowns.velocities);
    let (positions, solved) = correct_positions(bodies, joints, &prepared, positions);
    for ((body, position), velocity) in bodies.iter_mut().zip(positions).zip(unknowns.velocities) {
        body.center = position.center;
        body.angle = position.angle;
        body.velocity = velocity.linear;
        body.angular_velocity = velocity.angular;
        body.update_frame();
    }
    let rest = bodies.iter_mut().map(Body::rest).fold(f32::MAX, f32::min);
    if rest >= TIME_TO_SLEEP && solved {
        bodies.iter_mut().for_each(Body::sleep);
    }
}

/// What the iterations over the velocities change.
#[derive(Clone, Copy)]
struct Unknowns {
    velocities: [Velocity; 5],
    impulses: [Impulse; 4],
}

impl Unknowns {
    fn warm_start(&mut self, prepared: &[Prepared; 4]) {
        let [hull, wheels @ ..] = &mut self.velocities;
        for i in ORDER {
            prepared[i].warm_start(hull, &mut wheels[i], &self.impulses[i]);
        }
    }

    /// All iterations. An iteration depends on nothing but the unknowns, so once they come to a state where they have been
    /// before, they go round in a circle, most often of one state: whole rounds are left out, and the result keeps its bits.
    fn solve(&mut self, prepared: &[Prepared; 4]) {
        let mut seen = *self;
        let mut seen_at = 0;
        let mut done = 0;
        while done < VELOCITY_ITERATIONS {
            self.iterate(prepared);
            done += 1;
            if self.has_bits_of(&seen) {
                let left = (VELOCITY_ITERATIONS - done) % (done - seen_at);
                (0..left).for_each(|_| self.iterate(prepared));
                return;
            }
            // Brent's way to find circles of any length: compare with the state at the last power of two.
            if done.is_power_of_two() {
                seen = *self;
                seen_at = done;
            }
        }
    }

    fn iterate(&mut self, prepared: &[Prepared; 4]) {
        let [hull, wheels @ ..] = &mut self.velocities;
        for i in ORDER {
            prepared[i].solve(hull, &mut wheels[i], &mut self.impulses[i]);
        }
    }

    fn has_bits_of(&self, other: &Unknowns) -> bool {
        let mut difference = 0;
        for (a, b) in self.velocities.iter().zip(&other.velocities) {
            difference |= a.linear.x.to_bits() ^ b.linear.x.to_bits();
            difference |= a.linear.y.to_bits() ^ b.linear.y.to_bits();
            difference |= a.angular.to_bits() ^ b.angular.to_bits();
        }
        for (a, b) in self.impulses.iter().zip(&other.impulses) {
            difference |= a.x.to_bits() ^ b.x.to_bits();
            difference |= a.y.to_bits() ^ b.y.to_bits();
            difference |= a.limit.to_bits() ^ b.limit.to_bits();
            difference |= a.motor.to_bits() ^ b.motor.to_bits();
        }
        difference == 0
    }
}

/// Where the bodies come with their velocities, which are cut where they are too large.
fn move_bodies(bodies: &[Body; 5], velocities: &mut [Velocity; 5]) -> [Position; 5] {
    std::array::from_fn(|i| {
        let velocity = &mut velocities[i];
        let translation = TIME_STEP * velocity.linear;
        if translation.dot(translation) > MAX_TRANSLATION * MAX_TRANSLATION {
            velocity.linear = (MAX_TRANSLATION / translation.length()) * velocity.linear;
        }
        let rotation = TIME_STEP * velocity.angular;
        if rotation * rotation > MAX_ROTATION * MAX_ROTATION {
            velocity.angular *= MAX_ROTATION / rotation.abs();
        }
        Position {
            center: bodies[i].center + TIME_STEP * velocity.linear,
            angle: bodies[i].angle + TIME_STEP * velocity.angular,
        }
    })
}

/// Brings the bodies back together; whether that succeeded. Stops as soon as an iteration finds all errors small.
fn correct_positions(
    bodies: &[Body; 5],
    joints: &[Joint; 4],
    prepared: &[Prepared; 4],
    mut positions: [Position; 5],
) -> ([Position; 5], bool) {
    let [hull, wheels @ ..] = &mut positions;
    for _ in 0..POSITION_ITERATIONS {
        let mut solved = true;
        for i in ORDER {
            let local_centers = [bodies[0].local_center, bodies[i + 1].local_center];
            solved &= joints[i].correct_positions(&prepared[i], local_centers, hull, &mut wheels[i]);
        }
        if solved {
            return (positions, true);
        }
    }
    (positions, false)
}
