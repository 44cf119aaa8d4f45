//! 01_01: a rectangle as a model of points on a map (pp. 29-32).

use crate::figures::map;
use crate::models::density::{Density, OverLand, Point, Rectangle};
use crate::models::mixture::Curve;
use crate::models::random::generator;
use crate::models::rules::{Judged, clearest};
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::datasets::land::{self, Land};
use common::say;
use common::training::{ExperimentConfig, Preset};
use serde::{Deserialize, Serialize};

/// Hyper-parameters of 01_01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Number of points to which the rectangle is fitted.
    pub points: usize,
    /// Number of samples of each model.
    pub samples: usize,
    /// Number of the rectangle's samples among which A, B and C are searched.
    pub candidates: usize,
    /// Distance in degrees within which a sample counts as a copy of a data point.
    pub near: f64,
    /// Number of points to which the mixtures are fitted.
    pub mixture_points: usize,
    /// Number of held-out points, to compare the mixtures.
    pub held_out: usize,
    /// Number of rectangles of the largest mixture.
    pub rectangles: usize,
    /// Cuts between rectangles lie on multiples of this many degrees.
    pub grid: f64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            points: 50,
            samples: 10_000,
            candidates: 300,
            near: 2.0,
            mixture_points: 2000,
            held_out: 5000,
            rectangles: 400,
            grid: 2.5,
        };
        match preset {
            Preset::Book | Preset::Quick => book,
            Preset::Smoke => Config { samples: 2000, mixture_points: 300, held_out: 1000, rectangles: 40, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        let counts = [
            ("samples", self.samples),
            ("candidates", self.candidates),
            ("mixture_points", self.mixture_points),
            ("held_out", self.held_out),
            ("rectangles", self.rectangles),
        ];
        for (name, count) in counts {
            ensure!((1..=1_000_000).contains(&count), "{name} must lie between 1 and 1000000");
        }
        ensure!((2..=1_000_000).contains(&self.points), "points must lie between 2 and 1000000: a rectangle needs two");
        ensure!(self.near > 0.0 && self.near.is_finite(), "near must be above 0");
        ensure!((0.1..=90.0).contains(&self.grid), "grid must lie between 0.1 and 90 degrees");
        Ok(())
    }
}

/// 01_01: fits rectangles to points on a map and evaluates their samples.
pub fn run(context: &Context) -> Result<()> {
    let data = context.data("natural-earth")?;
    let run = context.plain_run::<Config>("world_map", "land", &data)?;
    let (config, figures) = (&run.params.config, context.figures(&run));
    let land = land::read(&data.dir)?;
    let random = |step: u64| generator(&run, step);

    let truth = OverLand(&land);
    let points = truth.samples(config.points, &mut random(0));
    let model = Rectangle::around(&points).context("a rectangle needs at least one point")?;
    print_likelihoods(&points, &model);
    map::points(&figures, &points)?;
    map::model(&figures, &points, &model)?;

    let samples = model.samples(config.samples, &mut random(1));
    let on_land = share_on_land(&samples, &land);
    say!(
        "\n{:.1} % of the rectangle's samples fall on land, {:.1} % of the map is land",
        100.0 * on_land,
        100.0 * land.area() / Rectangle::MAP.area()
    );
    let judged = clearest(&samples[..config.candidates.min(samples.len())], &land, &points, config.near);
    print_judged(&judged);
    map::rules(&figures, &land, &points, &model, &judged)?;

    let mut dice = random(2);
    let fitted = truth.samples(config.mixture_points, &mut dice);
    let held_out = truth.samples(config.held_out, &mut dice);
    let curve = Curve::new(&fitted, &held_out, config.rectangles, config.grid);
    let best = curve.best();
    let samples = best.samples(config.samples, &mut random(3));
    let on_land = share_on_land(&samples, &land);
    say!(
        "mixture of {} rectangles: log-likelihood {:.3} per held-out point, {:.1} % of its samples fall on land",
        best.components.len(),
        curve.held_out[best.components.len() - 1],
        100.0 * on_land
    );
    map::curve(&figures, &curve, -land.area().ln())?;
    map::mixture(&figures, &land, best, &samples, on_land)
}

/// Prints log-likelihoods of a few rectangles. The tight one has the highest; one that misses a point has -inf.
pub fn print_likelihoods(points: &[Point], tight: &Rectangle) {
    let left = Rectangle { high: [0.0, 90.0], ..Rectangle::MAP };
    let rectangles = [
        ("the tight rectangle (maximum likelihood)", *tight),
        ("the tight rectangle, 10 % larger", tight.scaled(1.1)),
        ("the whole map", Rectangle::MAP),
        ("the tight rectangle, 1 % smaller", tight.scaled(0.99)),
        ("the left half of the map", left),
    ];
    say!("\nlog-likelihood of {} points under", points.len());
    for (name, rectangle) in rectangles {
        say!("  {name:<42} {:>9.2}", rectangle.log_likelihood(points));
    }
}

/// Prints the points A, B and C with their verdicts.
pub fn print_judged(judged: &[Option<Judged>; 3]) {
    let words = ["in the sea: breaks rule 1", "nearly a data point: breaks rule 2", "on land and new: a success"];
    for ((name, words), judged) in ["A", "B", "C"].into_iter().zip(words).zip(judged) {
        match judged {
            Some(Judged { point, distance, .. }) => {
                say!("{name} ({:.1}, {:.1}), {distance:.1}° from the nearest data point: {words}", point[0], point[1])
            }
            None => say!("{name}: no such sample ({words}); increase candidates with --set candidates=..."),
        }
    }
}

/// Share of points on land.
pub fn share_on_land(points: &[Point], land: &Land) -> f64 {
    points.iter().filter(|&&point| land.contains(point)).count() as f64 / points.len() as f64
}
