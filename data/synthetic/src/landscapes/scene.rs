//! A random landscape: what is where. Photographs and paintings show the same kinds of scenes.

use super::building::{Bridge, House};
use super::canvas::Canvas;
use super::land::{Meadow, Ridge};
use super::tree::{Species, Tree};
use super::water::Water;
use super::weather::Weather;
use crate::dice::Dice;
use crate::noise::Noise;

pub(super) struct Scene {
    pub horizon: f32,
    weather: Weather,
    ridges: Vec<Ridge>,
    /// The land between horizon and water, or up to the viewer.
    land: Meadow,
    /// Trees and houses beyond the water, or in the meadow, from far to near.
    things: Vec<Thing>,
    bridge: Option<Bridge>,
    water: Option<Water>,
    /// The bank on the viewer's side: its height at the left, its slope, its waves.
    bank: Option<(f32, f32, Noise)>,
    near: Meadow,
    near_things: Vec<Thing>,
}

enum Thing {
    Tree(Tree),
    House(House),
}

impl Scene {
    pub fn new(dice: &mut Dice) -> Scene {
        let horizon = dice.between(0.36, 0.56);
        let weather = Weather::new(horizon, dice);
        let (wet, sea) = dice.pick(&[((false, false), 0.42), ((true, false), 0.4), ((true, true), 0.18)]);
        let number = if sea { dice.below(2) } else { 1 + dice.below(3) };
        let ridges = (0..number).map(|i| Ridge::new(horizon, 0.95 - 0.3 * f32::from(i), dice)).collect();
        let land = Meadow::new(dice);
        let level = if sea { horizon + 0.003 } else { horizon + dice.between(0.015, 0.06) };
        let mut things = Vec::new();
        if !sea {
            let beyond = if wet { (horizon + 0.004, level - 0.004) } else { (horizon + 0.01, horizon + 0.3) };
            things = Self::things(horizon, beyond, dice);
        }
        let bridge = (wet && !sea && dice.chance(0.2)).then(|| Bridge::new(level, dice));
        let water = wet.then(|| Water::new(level, sea, dice));
        let bank = (wet && dice.chance(0.55)).then(|| (dice.between(0.74, 1.02), dice.normal(0.15), Noise::new(dice)));
        let near = Meadow::new(dice);
        let mut near_things = Vec::new();
        if let Some((left, slope, _)) = bank.as_ref().filter(|_| dice.chance(0.5)) {
            let x = dice.any(&[0.04, 0.12, 0.86, 0.96]);
            let species = dice.pick(&[(Species::Broad, 0.5), (Species::Bush, 0.3), (Species::Poplar, 0.2)]);
            let height = if species == Species::Bush { dice.between(0.12, 0.2) } else { dice.between(0.55, 0.95) };
            near_things.push(Thing::Tree(Tree::new(species, (x, left + slope * x + 0.06), height, 0.0, dice)));
        }
        Scene { horizon, weather, ridges, land, things, bridge, water, bank, near, near_things }
    }

    /// Trees, bushes and perhaps a house whose feet are between two heights in the image.
    fn things(horizon: f32, (far, near): (f32, f32), dice: &mut Dice) -> Vec<Thing> {
        let mut placed = Vec::new();
        let tree = |species, x: f32, y: f32, dice: &mut Dice| {
            let depth = (y - horizon) / (1.0 - horizon);
            let size = match species {
                Species::Broad => dice.between(0.14, 0.26),
                Species::Poplar => dice.between(0.2, 0.34),
                Species::Fir => dice.between(0.16, 0.28),
                Species::Bush => dice.between(0.03, 0.06),
            };
            let height = size * (0.8 + 2.6 * depth);
            let distance = 0.45 * (1.0 - 2.5 * depth).max(0.0);
            (y, Thing::Tree(Tree::new(species, (x, y), height, distance, dice)))
        };
        if dice.chance(0.3) {
            // A row of poplars.
            let (number, start, step) = (4 + dice.below(5), dice.unit(), dice.between(0.05, 0.09));
            let (y, lean) = (dice.between(far, near), dice.normal(0.1));
            for i in 0..number {
                let shift = step * f32::from(i);
                let at = (y + lean * shift).clamp(far, near);
                placed.push(tree(Species::Poplar, (start + shift).fract(), at, dice));
            }
        }
        let main = dice.pick(&[(Species::Broad, 0.6), (Species::Fir, 0.2), (Species::Poplar, 0.2)]);
        let woods = [dice.unit(), dice.unit()];
        for _ in 0..3 + dice.below(9) {
            let x = if dice.chance(0.7) { dice.any(&woods) + dice.normal(0.12) } else { dice.unit() };
            let species = if dice.chance(0.7) { main } else { Species::Broad };
            placed.push(tree(species, x, far + (near - far) * dice.unit().powf(1.6), dice));
        }
        for _ in 0..dice.below(12) {
            placed.push(tree(Species::Bush, dice.unit(), dice.between(far, near), dice));
        }
        if dice.chance(0.35) {
            let y = far + (near - far) * dice.between(0.1, 0.7);
            let depth = (y - horizon) / (1.0 - horizon);
            let size = dice.between(0.055, 0.08) * (1.0 + 2.2 * depth);
            placed.push((y, Thing::House(House::new((dice.between(0.15, 0.85), y), size, 0.3 * (1.0 - depth), dice))));
        }
        placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        placed.into_iter().map(|(_, thing)| thing).collect()
    }

    pub fn draw(&self, side: usize) -> Canvas {
        let mut canvas = Canvas::new(side);
        let image = &mut canvas;
        let weather = &self.weather;
        weather.sky(self.horizon, image);
        self.ridges.iter().for_each(|ridge| ridge.draw(weather, image));
        self.land.draw(self.horizon, |_| self.horizon, weather, image);
        self.things.iter().for_each(|thing| thing.draw(weather, image));
        if let Some(bridge) = &self.bridge {
            bridge.draw(weather, image);
        }
        if let Some(water) = &self.water {
            water.draw(weather, image);
        }
        if let Some((left, slope, noise)) = self.bank {
            let edge =
                |x: f32| left + slope * x + 0.05 * noise.rough(3.0 * x, 0.0, 4) + 0.012 * noise.at(90.0 * x, 5.0);
            self.near.draw(self.horizon, edge, weather, image);
        }
        self.near_things.iter().for_each(|thing| thing.draw(weather, image));
        canvas
    }
}

impl Thing {
    fn draw(&self, weather: &Weather, canvas: &mut Canvas) {
        match self {
            Thing::Tree(tree) => tree.draw(weather, canvas),
            Thing::House(house) => house.draw(weather, canvas),
        }
    }
}
