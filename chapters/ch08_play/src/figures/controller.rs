//! The figures of 08_05.

use crate::models::controller::Controller;
use crate::models::controller_training::mean_and_spread;
use crate::models::players::{Job, Rules};
use crate::models::racing::Racing;
use anyhow::{Context, Result};
use common::arrays::array4;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, Histogram, ImageGrid, Line, Plot, Table};
use common::{images, say};
use ndarray::{Array4, Axis};
use std::sync::Arc;
use std::time::Duration;
use tch::Tensor;

/// Means and standard deviations that others reached over 100 episodes.
const PUBLISHED: [(&str, f64, f64); 5] = [
    ("V only (paper)", 632.0, 251.0),
    ("V with a hidden layer (paper)", 788.0, 141.0),
    ("V and M, generation 10 of 64 x 16 (re-run)", 730.0, 169.0),
    ("V and M, generation 190 of 64 x 16 (re-run)", 888.0, 49.0),
    ("V and M, generation 1,800 (paper)", 906.0, 21.0),
];
/// Frames of the strip.
const SHOWN: usize = 10;
/// Width and height of the film, and the frames from one of its images to the next.
const FILM: [usize; 2] = [240, 200];
const FILM_EVERY: usize = 5;

/// Scores by generation (p. 308).
pub fn score(figures: &Figures) -> Result<()> {
    let history = figures.run().history()?;
    let line = |name: &str, metric: &str, color| {
        Line::new(name, history.metric(metric).unwrap_or_default()).color(Color::tab10(color))
    };
    let chart = Chart::new()
        .with(line("best of the population", "best_score", 2))
        .with(line("mean of the population", "mean_score", 0))
        .with(line("the distribution's mean", "score_of_mean", 3))
        .x_label("generation")
        .y_label("score")
        .grid();
    let caption = "Scores by generation, each the mean over the episodes of a candidate: of the best candidate, of all, and of \
                   the mean of the distribution that they come from, which is the controller that evolution recommends. \
                   Tracks differ from generation to generation, and early episodes may be shorter.";
    figures.save("score", caption, Figure::of(&chart, (9.0, 5.0))?)
}

/// The last controller's scores, and those that others reached.
pub fn episodes(figures: &Figures, scores: &[f64], max_steps: u32) -> Result<()> {
    let (mean, spread) = mean_and_spread(scores);
    let bars = Histogram::new(scores.iter().copied()).bins(20).range(-100.0, 950.0);
    let chart = Chart::new().with(bars).x_label("score").y_label("episodes");
    let mut table = Table::new(["controller", "mean", "standard deviation"]);
    table = table.row(["this run".to_string(), format!("{mean:.0}"), format!("{spread:.0}")]);
    for (name, mean, spread) in PUBLISHED {
        table = table.row([name.to_string(), format!("{mean:.0}"), format!("{spread:.0}")]);
    }
    let caption = format!(
        "Scores of the last controller in {} episodes of at most {max_steps} steps, on tracks that it did not learn on: \
         {mean:.0} ± {spread:.0}. An episode ends early only when all tiles are visited. Others are over 100 episodes.",
        scores.len()
    );
    let plots: [&dyn Plot; 2] = [&chart, &table];
    figures.save("episodes", &caption, Figure::panels(&[&plots], (13.0, 4.5))?)
}

/// A drive to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Drive {
    /// Seed of the track.
    pub seed: u64,
    /// Most steps.
    pub max_steps: u32,
}

/// A drive of a controller, as a strip and as a film, beside what V makes of it.
pub fn drive(figures: &Figures, racing: &Racing, controller: &Controller, drive: Drive) -> Result<()> {
    let weights = controller.weights()?.into_iter().map(|weight| weight as f32).collect();
    let rules = Rules { max_steps: drive.max_steps, hopeless_after: None };
    let job = Job { controller: Arc::new(weights), seed: drive.seed, rules };
    let [width, height] = FILM;
    let (mut film, mut seen, mut captions, mut score) = (vec![], vec![], vec![], 0.0);
    let played = racing.drive(&[job], |moment| {
        score += moment.outcome.reward;
        if captions.len() * FILM_EVERY == moment.outcome.info.steps as usize - 1 {
            let [steer, gas, brake] = moment.action;
            captions
                .push(format!("step {}\n[{steer:.2}, {gas:.2}, {brake:.2}]\n{score:.0}", moment.outcome.info.steps));
            film.extend(moment.environment.render(width, height)?);
            seen.push(moment.z);
        }
        Ok(())
    })?[0];
    say!("score {:.0} in {} steps", played.score, played.steps);
    let film = Array4::from_shape_vec((captions.len(), height, width, 3), film);
    let film = film.context("internal error: a film of the wrong size")?;
    let shown = images::evenly(captions.len(), SHOWN);
    let frames = film.select(Axis(0), &shown).mapv(|value| f32::from(value) / 255.0);
    let seen: Vec<&Tensor> = shown.iter().map(|&i| &seen[i]).collect();
    let decoded = array4(&tch::no_grad(|| racing.vae.decode(&Tensor::stack(&seen, 0))))?;
    let above = ImageGrid::new(frames.view()).columns(shown.len()).captions(shown.iter().map(|&i| &captions[i]));
    let below = ImageGrid::new(decoded.view()).columns(shown.len());
    let caption = format!(
        "A drive of the last controller: score {:.0} in {} steps. Above, the road with steering, gas and brake, and the score so \
         far; below, z of the same frames, decoded: what the controller sees. The film shows the road.",
        played.score, played.steps
    );
    let figure = Figure::fitted(&[&[&above], &[&below]], 14.0)?;
    let delay = Duration::from_millis(20) * FILM_EVERY as u32;
    figures.save_with_film("drive", &caption, figure, film.view(), delay)
}
