use super::body::Body;
use super::math::{Rot, Symmetric2, Symmetric3, Vec2, Vec3, clamp};
use super::{ANGULAR_SLOP, LINEAR_SLOP, PI, TIME_STEP};

/// How far a wheel turns to each side, in radians.
const LIMIT: f32 = 0.4;

/// The largest correction of an angle in one iteration.
const MAX_ANGULAR_CORRECTION: f32 = 8.0 / 180.0 * PI;

/// A revolute joint between the hull and a wheel, with a motor and limits: Box2D's `b2RevoluteJoint`.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// Where the wheel is fixed, in the hull's frame.
    pub anchor: Vec2,
    /// The angular velocity that the motor aims at.
    pub motor_speed: f32,
    /// The largest torque of the motor.
    pub max_motor_torque: f32,
    /// The impulses of the last step, which the next begins with.
    pub impulse: Impulse,
    limit: Limit,
}

/// What a joint did to its bodies during a step.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Impulse {
    pub x: f32,
    pub y: f32,
    /// At the limit.
    pub limit: f32,
    pub motor: f32,
}

/// Whether the joint's angle is at one of its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Inactive,
    Lower,
    Upper,
}

/// A body's velocity while the joints are solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Velocity {
    pub linear: Vec2,
    pub angular: f32,
}

/// A body's position while the joints are solved: center of mass and angle.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    pub center: Vec2,
    pub angle: f32,
}

/// What stays the same during the iterations over the velocities of a step.
pub struct Prepared {
    hull_arm: Vec2,
    wheel_arm: Vec2,
    hull_mass: f32,
    wheel_mass: f32,
    hull_inertia: f32,
    wheel_inertia: f32,
    point: Symmetric2,
    /// The point and the angle, of a joint at its limit.
    point_and_angle: Symmetric3,
    /// How the limit's impulse moves the point.
    limit_on_point: Vec2,
    motor_mass: f32,
    motor_speed: f32,
    max_motor_impulse: f32,
    limit: Limit,
}

impl Joint {
    /// A joint at rest.
    pub fn new(anchor: Vec2, max_motor_torque: f32) -> Joint {
        Joint { anchor, motor_speed: 0.0, max_motor_torque, impulse: Impulse::default(), limit: Limit::Inactive }
    }

    /// The angle of the wheel against the hull.
    pub fn angle(hull: &Body, wheel: &Body) -> f32 {
        wheel.angle - hull.angle
    }

    /// Prepares the iterations of a step (`InitVelocityConstraints`, without the impulses of the last step, which
    /// [`Prepared::warm_start`] applies).
    pub fn prepare(&mut self, hull: &Body, wheel: &Body) -> Prepared {
        let a = hull.frame.rotation.apply(self.anchor - hull.local_center);
        let b = wheel.frame.rotation.apply(Vec2::ZERO - wheel.local_center);
        let (mass_a, mass_b) = (hull.inverse_mass, wheel.inverse_mass);
        let (inertia_a, inertia_b) = (hull.inverse_inertia, wheel.inverse_inertia);
        let xx = mass_a + mass_b + a.y * a.y * inertia_a + b.y * b.y * inertia_b;
        let xy = -a.y * a.x * inertia_a - b.y * b.x * inertia_b;
        let xz = -a.y * inertia_a - b.y * inertia_b;
        let yy = mass_a + mass_b + a.x * a.x * inertia_a + b.x * b.x * inertia_b;
        let yz = a.x * inertia_a + b.x * inertia_b;
        let zz = inertia_a + inertia_b;
        let column = |x, y, z| Vec3 { x, y, z };
        self.update_limit(Joint::angle(hull, wheel));
        Prepared {
            hull_arm: a,
            wheel_arm: b,
            hull_mass: mass_a,
            wheel_mass: mass_b,
            hull_inertia: inertia_a,
            wheel_inertia: inertia_b,
            point: Symmetric2::new(xx, xy, yy),
            point_and_angle: Symmetric3::new(column(xx, xy, xz), column(xy, yy, yz), column(xz, yz, zz)),
            limit_on_point: Vec2::new(xz, yz),
            motor_mass: 1.0 / zz,
            motor_speed: self.motor_speed,
            max_motor_impulse: TIME_STEP * self.max_motor_torque,
            limit: self.limit,
        }
    }

    /// Notes which limit the angle is at. A limit that was not active in the last step begins without impulse.
    fn update_limit(&mut self, angle: f32) {
        let limit = match angle {
            angle if angle <= -LIMIT => Limit::Lower,
            angle if angle >= LIMIT => Limit::Upper,
            _ => Limit::Inactive,
        };
        if limit != self.limit || limit == Limit::Inactive {
            self.impulse.limit = 0.0;
        }
        self.limit = limit;
    }

    /// Moves the bodies towards what the joint demands; whether they were near enough (`SolvePositionConstraints`).
    pub fn correct_positions(
        &self,
        prepared: &Prepared,
        local_centers: [Vec2; 2],
        hull: &mut Position,
        wheel: &mut Position,
    ) -> bool {
        let (mass_a, mass_b) = (prepared.hull_mass, prepared.wheel_mass);
        let (inertia_a, inertia_b) = (prepared.hull_inertia, prepared.wheel_inertia);
        let angle = wheel.angle - hull.angle;
        let mut angular_error = 0.0;
        let correction = match self.limit {
            Limit::Inactive => None,
            Limit::Lower => {
                let error = angle + LIMIT;
                angular_error = -error;
                Some(clamp(error + ANGULAR_SLOP, -MAX_ANGULAR_CORRECTION, 0.0))
            }
            Limit::Upper => {
                let error = angle - LIMIT;
                angular_error = error;
                Some(clamp(error - ANGULAR_SLOP, 0.0, MAX_ANGULAR_CORRECTION))
            }
        };
        if let Some(correction) = correction {
            let impulse = -prepared.motor_mass * correction;
            hull.angle -= inertia_a * impulse;
            wheel.angle += inertia_b * impulse;
        }

        let a = Rot::new(hull.angle).apply(self.anchor - local_centers[0]);
        let b = Rot::new(wheel.angle).apply(Vec2::ZERO - local_centers[1]);
        let error = wheel.center + b - hull.center - a;
        let xx = mass_a + mass_b + inertia_a * a.y * a.y + inertia_b * b.y * b.y;
        let xy = -inertia_a * a.x * a.y - inertia_b * b.x * b.y;
        let yy = mass_a + mass_b + inertia_a * a.x * a.x + inertia_b * b.x * b.x;
        let impulse = -Symmetric2::new(xx, xy, yy).solve(error);
        hull.center -= mass_a * impulse;
        hull.angle -= inertia_a * a.cross(impulse);
        wheel.center += mass_b * impulse;
        wheel.angle += inertia_b * b.cross(impulse);
        error.length() <= LINEAR_SLOP && angular_error <= ANGULAR_SLOP
    }
}

impl Prepared {
    /// Applies the impulses of the last step.
    pub fn warm_start(&self, hull: &mut Velocity, wheel: &mut Velocity, impulse: &Impulse) {
        let point = Vec2::new(impulse.x, impulse.y);
        hull.linear -= self.hull_mass * point;
        hull.angular -= self.hull_inertia * (self.hull_arm.cross(point) + impulse.motor + impulse.limit);
        wheel.linear += self.wheel_mass * point;
        wheel.angular += self.wheel_inertia * (self.wheel_arm.cross(point) + impulse.motor + impulse.limit);
    }

    /// One iteration: changes the velocities towards what the joint demands (`SolveVelocityConstraints`).
    pub fn solve(&self, hull: &mut Velocity, wheel: &mut Velocity, impulse: &mut Impulse) {
        self.drive_motor(hull, wheel, impulse);
        let point_speed = wheel.linear + Vec2::scalar_cross(wheel.angular, self.wheel_arm)
            - hull.linear
            - Vec2::scalar_cross(hull.angular, self.hull_arm);
        let (point, limit) = if self.limit == Limit::Inactive {
            let point = self.point.solve(-point_speed);
            impulse.x += point.x;
            impulse.y += point.y;
            (point, None)
        } else {
            let (point, limit) = self.hold_limit(point_speed, wheel.angular - hull.angular, impulse);
            (point, Some(limit))
        };
        let mut hull_turn = self.hull_arm.cross(point);
        let mut wheel_turn = self.wheel_arm.cross(point);
        if let Some(limit) = limit {
            hull_turn += limit;
            wheel_turn += limit;
        }
        hull.linear -= self.hull_mass * point;
        hull.angular -= self.hull_inertia * hull_turn;
        wheel.linear += self.wheel_mass * point;
        wheel.angular += self.wheel_inertia * wheel_turn;
    }

    fn drive_motor(&self, hull: &mut Velocity, wheel: &mut Velocity, impulse: &mut Impulse) {
        let error = wheel.angular - hull.angular - self.motor_speed;
        let before = impulse.motor;
        let wanted = before + -self.motor_mass * error;
        impulse.motor = clamp(wanted, -self.max_motor_impulse, self.max_motor_impulse);
        let change = impulse.motor - before;
        hull.angular -= self.hull_inertia * change;
        wheel.angular += self.wheel_inertia * change;
    }

    /// The impulses on point and angle of a joint at its limit. The limit only pushes: where it would pull, its impulse goes
    /// back to zero and the point is solved alone.
    fn hold_limit(&self, point_speed: Vec2, angular_speed: f32, impulse: &mut Impulse) -> (Vec2, f32) {
        let speed = Vec3 { x: point_speed.x, y: point_speed.y, z: angular_speed };
        let solution = self.point_and_angle.solve(speed);
        let (x, y, z) = (-solution.x, -solution.y, -solution.z);
        let total = impulse.limit + z;
        let pulls = if self.limit == Limit::Lower { total < 0.0 } else { total > 0.0 };
        if pulls {
            let point = self.point.solve(-point_speed + impulse.limit * self.limit_on_point);
            let limit = -impulse.limit;
            impulse.x += point.x;
            impulse.y += point.y;
            impulse.limit = 0.0;
            (point, limit)
        } else {
            impulse.x += x;
            impulse.y += y;
            impulse.limit += z;
            (Vec2::new(x, y), z)
        }
    }
}
