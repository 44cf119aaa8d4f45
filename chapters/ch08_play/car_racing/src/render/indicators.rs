//! The black bar below the scene: score, speed, wheels, steering and gyroscope, from the left.

use super::paint::Paint;
use super::raster::Raster;
use super::scene::Scene;
use super::score;

/// The bar and the indicators lie on a grid of so many columns and rows over the window.
const GRID: f64 = 40.0;

/// The height of the bar on the grid.
const BAR: f64 = 5.0;

/// Smaller values are not drawn.
const MIN_VALUE: f64 = 1e-4;

/// Draws the bar. `scale` leads from pixels of the window to samples.
pub fn draw(scene: &Scene, raster: &mut Raster, scale: [f64; 2]) {
    let [width, height] = scene.config.window;
    let column = width / GRID;
    let row = height / GRID;
    // A rectangle of pixels of the window, from above. As pygame, it takes in the pixels of all its corners.
    let mut rectangle = |x: [f64; 2], y: [f64; 2], paint: Paint| {
        let reach = |[a, b]: [f64; 2]| [a.min(b).trunc(), a.max(b).trunc() + 1.0];
        let ([left, right], [top, bottom]) = (reach(x), reach(y));
        let at = |x: f64, y: f64| [(x * scale[0]) as f32, (y * scale[1]) as f32];
        raster.fill(&[at(left, top), at(right, top), at(right, bottom), at(left, bottom)], [0.0; 2], paint);
    };
    rectangle([0.0, width], [height - BAR * row, height], Paint::Black);

    let mut vertical = |place: f64, value: f64, paint: Paint| {
        if value.abs() > MIN_VALUE {
            rectangle([place * column, (place + 1.0) * column], [height - row - row * value, height - row], paint);
        }
    };
    let [x, y] = scene.car.velocity().map(f64::from);
    vertical(5.0, 0.02 * (x * x + y * y).sqrt(), Paint::White);
    let paints = [Paint::FrontWheel, Paint::FrontWheel, Paint::RearWheel, Paint::RearWheel];
    for ((wheel, paint), place) in scene.car.wheels().iter().zip(paints).zip([7.0, 8.0, 9.0, 10.0]) {
        vertical(place, 0.01 * wheel.omega, paint);
    }

    let mut horizontal = |place: f64, value: f64, paint: Paint| {
        if value.abs() > MIN_VALUE {
            let x = [place * column, (place + value) * column];
            rectangle(x, [height - 4.0 * row, height - 2.0 * row], paint);
        }
    };
    horizontal(20.0, -10.0 * f64::from(scene.car.wheel_angle(0)), Paint::Steering);
    horizontal(30.0, -0.8 * f64::from(scene.car.angular_velocity()), Paint::Red);
    draw_score(scene, raster, scale);
}

fn draw_score(scene: &Scene, raster: &mut Raster, scale: [f64; 2]) {
    let place = scene.config.score;
    let size = place.font_size / score::FONT_SIZE;
    let middle = scene.config.window[1] - place.above_bottom;
    for corners in score::quadrilaterals(scene.reward) {
        let corners = corners
            .map(|[x, y]| [((place.center + size * x) * scale[0]) as f32, ((middle + size * y) * scale[1]) as f32]);
        raster.fill(&corners, [0.0; 2], Paint::White);
    }
}
