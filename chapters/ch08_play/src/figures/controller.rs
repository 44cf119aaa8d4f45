//! The figures of 08_05.

use crate::models::evaluation::Evaluation;
use crate::models::players::Job;
use crate::models::racing::Racing;
use anyhow::{Context, Result};
use common::arrays::array4;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, Histogram, ImageGrid, Line, Table};
use common::{images, say};
use ndarray::{Array4, Axis};
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
const FILM_EVERY: u32 = 5;

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

/// Scores of the controllers that were kept, those of the last one by episode, and what others reached.
pub fn episodes(figures: &Figures, evaluated: &[Evaluation]) -> Result<()> {
    let Some(last) = evaluated.last() else { return Ok(()) };
    let line = |name: &str, shift: f64| {
        let xs = evaluated.iter().map(|evaluation| evaluation.generations as f64);
        let ys = evaluated.iter().map(Evaluation::mean_and_std).map(|(mean, std)| mean + shift * std);
        Line::xy(name, xs, ys).color(Color::tab10(3))
    };
    let curve = Chart::new()
        .with(line("mean", 0.0))
        .with(line("one standard deviation", 1.0).dashed().width(0.8))
        .with(line("", -1.0).dashed().width(0.8))
        .x_label("generation")
        .y_label("score")
        .grid();
    let bars = Histogram::new(last.scores.iter().copied()).bins(22).range(-150.0, 950.0);
    let bars =
        Chart::new().with(bars).title(&format!("generation {}", last.generations)).x_label("score").y_label("episodes");
    let mut table = Table::new(["controller", "mean", "standard deviation"]);
    let (mean, std) = last.mean_and_std();
    table = table.row(["this run".to_string(), format!("{mean:.0}"), format!("{std:.0}")]);
    for (name, mean, std) in PUBLISHED {
        table = table.row([name.to_string(), format!("{mean:.0}"), format!("{std:.0}")]);
    }
    let caption = format!(
        "Scores of the controllers after some generations in {} episodes of at most {} steps, all on the same tracks, which are \
         not those of evolution; the last one's by episode: {mean:.0} ± {std:.0}. An episode ends early when all tiles are \
         visited, or with -100 when the car leaves the field. What others reached is over 100 episodes.",
        last.scores.len(),
        last.max_steps
    );
    figures.save("episodes", &caption, Figure::panels(&[&[&curve, &bars], &[&table]], (12.0, 6.4))?)
}

/// A drive of a controller, as a strip and as a film, beside what V makes of it.
pub fn drive(figures: &Figures, racing: &Racing, job: &Job) -> Result<()> {
    let [width, height] = FILM;
    let (mut film, mut seen, mut captions, mut score) = (vec![], vec![], vec![], 0.0);
    let played = racing.drive(std::slice::from_ref(job), |moment| {
        score += moment.outcome.reward;
        if (moment.outcome.info.steps - 1).is_multiple_of(FILM_EVERY) {
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
         far; below, z of the frame before, decoded: what the controller saw when it acted. The film shows the road.",
        played.score, played.steps
    );
    let figure = Figure::fitted(&[&[&above], &[&below]], 14.0)?;
    let delay = Duration::from_millis(20) * FILM_EVERY;
    figures.save_with_film("drive", &caption, figure, film.view(), delay)
}
