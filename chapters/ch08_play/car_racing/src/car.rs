use crate::physics::{self, Body, Joint, Mass, Polygon, Vec2};
use crate::wheel::{self, Wheel, sign};
use std::sync::LazyLock;

/// The size of the car's drawing unit: all sizes below are in these units.
pub(crate) const SIZE: f64 = 0.02;

/// The most that the gas rises in a step.
const GAS_RISE: f64 = 0.1;

const MAX_STEERING_TORQUE: f64 = 180.0 * 900.0 * SIZE * SIZE;

/// The centers of the wheels: front left, front right, rear left, rear right.
const WHEELS: [[f64; 2]; 4] = [[-55.0, 80.0], [55.0, 80.0], [-55.0, -82.0], [55.0, -82.0]];

const HULL: [&[[f64; 2]]; 4] = [
    &[[-60.0, 130.0], [60.0, 130.0], [60.0, 110.0], [-60.0, 110.0]],
    &[[-15.0, 120.0], [15.0, 120.0], [20.0, 20.0], [-20.0, 20.0]],
    &[
        [25.0, 20.0],
        [50.0, -10.0],
        [50.0, -40.0],
        [20.0, -90.0],
        [-20.0, -90.0],
        [-50.0, -40.0],
        [-50.0, -10.0],
        [-25.0, 20.0],
    ],
    &[[-50.0, -120.0], [50.0, -120.0], [50.0, -90.0], [-50.0, -90.0]],
];

/// The shapes of a car, which all cars share.
pub(crate) struct Shapes {
    pub hull: [Polygon; 4],
    pub wheel: Polygon,
    hull_mass: [Mass; 4],
    wheel_mass: Mass,
}

/// The shapes of a car.
pub(crate) static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let polygon = |corners: &[[f64; 2]]| {
        let corners: Vec<Vec2> = corners.iter().map(|&corner| scaled(corner)).collect();
        Polygon::hull(&corners).expect("the car's parts have an area")
    };
    let hull = HULL.map(polygon);
    let (w, r) = (wheel::HALF_WIDTH, wheel::RADIUS);
    let wheel = polygon(&[[-w, r], [w, r], [w, -r], [-w, -r]]);
    // Box2D sums a body's parts from the last to the first.
    let hull_mass = [3, 2, 1, 0].map(|i: usize| hull[i].mass(1.0));
    Shapes { hull, wheel, hull_mass, wheel_mass: wheel.mass(0.1) }
});

/// A point in the car's drawing units, in the world's.
pub(crate) fn scaled([x, y]: [f64; 2]) -> Vec2 {
    Vec2::from_f64([x * SIZE, y * SIZE])
}

/// The car: a hull, four wheels that a joint each holds, and what drives them. Gymnasium's `car_dynamics.py`.
#[derive(Debug, Clone, PartialEq)]
pub struct Car {
    /// The hull, then the wheels.
    pub(crate) bodies: [Body; 5],
    joints: [Joint; 4],
    wheels: [Wheel; 4],
}

impl Car {
    /// A car at rest. The wheels begin where they are on a car that looks along the y axis, whatever its angle: the joints
    /// pull them in place during the first steps.
    pub(crate) fn new(angle: f64, x: f64, y: f64) -> Car {
        let body = |x: f64, y: f64, parts: &[Mass]| Body::new(Vec2::from_f64([x, y]), angle as f32, parts);
        let wheel = |[wheel_x, wheel_y]: [f64; 2]| {
            body(x + wheel_x * SIZE, y + wheel_y * SIZE, std::slice::from_ref(&SHAPES.wheel_mass))
        };
        let [front_left, front_right, rear_left, rear_right] = WHEELS.map(wheel);
        Car {
            bodies: [body(x, y, &SHAPES.hull_mass), front_left, front_right, rear_left, rear_right],
            joints: WHEELS.map(|wheel| Joint::new(scaled(wheel), MAX_STEERING_TORQUE as f32)),
            wheels: [Wheel::default(); 4],
        }
    }

    /// Takes an action: steering from -1 (left) to 1 (right), gas and brake from 0 to 1. Only the gas is clipped.
    pub(crate) fn control(&mut self, [steering, gas, brake]: [f64; 3]) {
        for wheel in &mut self.wheels[..2] {
            wheel.steer = -steering;
        }
        for wheel in &mut self.wheels[2..] {
            let rise = gas.clamp(0.0, 1.0) - wheel.gas;
            wheel.gas += rise.min(GAS_RISE);
        }
        for wheel in &mut self.wheels {
            wheel.brake = brake;
        }
    }

    /// Lets the wheels push, and moves the car by one step.
    pub(crate) fn step(&mut self) {
        for i in 0..4 {
            let (hull, body) = (&self.bodies[0], &self.bodies[i + 1]);
            let wheel = &mut self.wheels[i];
            let error = wheel.steer - f64::from(Joint::angle(hull, body));
            let motor_speed = sign(error) * (50.0 * error.abs()).min(3.0);
            let force = wheel.push(body);
            self.joints[i].motor_speed = motor_speed as f32;
            self.bodies[i + 1].force = force;
        }
        physics::step(&mut self.bodies, &mut self.joints);
    }

    /// Tells the wheels which of them are on the road.
    pub(crate) fn feel_road(&mut self, on_road: [bool; 4]) {
        for (wheel, on_road) in self.wheels.iter_mut().zip(on_road) {
            wheel.on_road = on_road;
        }
    }

    /// The position of the hull's origin.
    pub fn position(&self) -> [f32; 2] {
        [self.hull().frame.position.x, self.hull().frame.position.y]
    }

    /// The angle of the hull in radians, counter-clockwise, which counts full turns; at 0 it looks along the y axis.
    pub fn angle(&self) -> f32 {
        self.hull().angle
    }

    /// The velocity of the hull's center of mass.
    pub fn velocity(&self) -> [f32; 2] {
        [self.hull().velocity.x, self.hull().velocity.y]
    }

    /// The angular velocity of the hull in radians a second, counter-clockwise.
    pub fn angular_velocity(&self) -> f32 {
        self.hull().angular_velocity
    }

    /// Front left, front right, rear left, rear right.
    pub fn wheels(&self) -> &[Wheel; 4] {
        &self.wheels
    }

    /// The angle of a wheel against the hull in radians, counter-clockwise.
    ///
    /// # Panics
    /// The number is not below four.
    pub fn wheel_angle(&self, wheel: usize) -> f32 {
        Joint::angle(self.hull(), &self.bodies[wheel + 1])
    }

    fn hull(&self) -> &Body {
        &self.bodies[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A car far from any road.
    fn car() -> Car {
        let mut car = Car::new(0.0, 0.0, 0.0);
        car.step();
        car
    }

    #[test]
    fn gas_drives_forward_and_the_brake_stops() {
        let mut car = car();
        for _ in 0..100 {
            car.control([0.0, 1.0, 0.0]);
            car.step();
        }
        let [x, y] = car.position();
        assert!(y > 10.0 && x.abs() < 0.1, "{x} {y}");
        assert!(car.velocity()[1] > 20.0, "{:?}", car.velocity());
        for _ in 0..100 {
            car.control([0.0, 0.0, 1.0]);
            car.step();
        }
        assert!(car.velocity()[1].abs() < 1.0, "{:?}", car.velocity());
    }

    #[test]
    fn steering_to_the_right_turns_clockwise() {
        let mut car = car();
        for _ in 0..50 {
            car.control([0.3, 0.2, 0.0]);
            car.step();
        }
        assert!(car.angle() < -0.1, "{}", car.angle());
        assert!(car.wheel_angle(0) < -0.2 && car.wheel_angle(2).abs() < 0.05);
    }

    #[test]
    fn the_road_has_more_grip_than_grass() {
        let top_speed = |on_road: bool| {
            let mut car = car();
            for _ in 0..50 {
                car.feel_road([on_road; 4]);
                car.control([0.0, 1.0, 0.0]);
                car.step();
            }
            car.velocity()[1]
        };
        assert!(top_speed(true) > 1.2 * top_speed(false));
    }

    #[test]
    fn a_car_at_rest_stays_there() {
        let mut car = car();
        for _ in 0..200 {
            car.control([0.0; 3]);
            car.step();
        }
        let before = car.clone();
        car.control([0.0; 3]);
        car.step();
        let moved = std::array::from_fn::<f32, 2, _>(|i| car.position()[i] - before.position()[i]);
        assert!(moved.iter().all(|moved| moved.abs() < 1e-4), "{moved:?}");
        assert_eq!(car.velocity(), [0.0; 2]);
    }
}
