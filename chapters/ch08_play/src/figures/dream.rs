//! The figures of 08_06.

use super::rnn::upsampled;
use crate::experiments::dream::Dreamed;
use crate::models::controller::Controller;
use crate::models::dream::Dream;
use crate::models::evaluation::Evaluation;
use crate::models::players::{Job, Rules};
use crate::models::vae::Vae;
use anyhow::Result;
use common::arrays::array4;
use common::cli::Figures;
use common::images;
use common::plot::{Chart, Color, Figure, ImageGrid, Line, Table};
use ndarray::Axis;
use std::time::Duration;
use tch::Tensor;

/// Dreamed steps of the film, and frames of the strip.
const STEPS: u32 = 300;
const SHOWN: usize = 10;
/// Steps from one image of the film to the next.
const FILM_EVERY: usize = 3;

/// Scores in the dream beside those outside, by generation (p. 314).
pub fn score(figures: &Figures, dreams: &[Dreamed]) -> Result<()> {
    let Some(first) = dreams.first() else { return Ok(()) };
    let chart = |title: &str, y: &str, color, evaluated: &[Evaluation]| {
        let line = |name: &str, shift: f64| {
            let xs = evaluated.iter().map(|evaluation| evaluation.generations as f64);
            let ys = evaluated.iter().map(Evaluation::mean_and_std).map(|(mean, std)| mean + shift * std);
            Line::xy(name, xs, ys).color(Color::tab10(color))
        };
        Chart::new()
            .with(line("mean", 0.0))
            .with(line("one standard deviation", 1.0).dashed().width(0.8))
            .with(line("", -1.0).dashed().width(0.8))
            .title(title)
            .x_label("generation")
            .y_label(y)
            .grid()
    };
    let charts =
        [chart("in the dream", "steps with a reward", 0, &first.inside), chart("outside", "score", 3, &first.outside)];
    let caption = "A controller that learns only in the dream of M, evaluated there and in the real environment. Where the first \
                   curve rises and the second does not, it has learned what M rewards by mistake.";
    figures.save("score", caption, Figure::grid(&charts, 2, (12.0, 4.5))?)
}

/// A dream of the last controller, decoded (p. 313).
pub fn film(figures: &Figures, vae: &Vae, dream: &Dream, controller: &Controller) -> Result<()> {
    let job = Job::new(controller, figures.seed(), Rules { max_steps: STEPS, hopeless_after: None })?;
    let (mut z, mut captions, mut score) = (vec![], vec![], 0);
    let _ = dream.dream(&[job], |moment| {
        score += u32::from(moment.rewarded[0]);
        let [steer, gas, brake] = moment.actions[0];
        captions.push(format!("step {}\n[{steer:.2}, {gas:.2}, {brake:.2}]\n{score}", captions.len() + 1));
        z.push(moment.z.get(0));
        Ok(())
    })?;
    let frames = array4(&tch::no_grad(|| vae.decode(&Tensor::stack(&z, 0))))?;
    let shown = images::evenly(captions.len(), SHOWN);
    let strip = frames.select(Axis(0), &shown);
    let grid = ImageGrid::new(strip.view()).columns(shown.len()).captions(shown.iter().map(|&i| &captions[i]));
    let caption = format!(
        "A dream of the last controller, decoded by V, with steering, gas and brake, and the steps with a reward so far: \
         {score} of {STEPS}. Nothing of it comes from the environment but the first frame."
    );
    let every: Vec<usize> = (0..captions.len()).step_by(FILM_EVERY).collect();
    let film = upsampled(&frames.select(Axis(0), &every).mapv(|value| (value * 255.0).round() as u8), 3);
    let delay = Duration::from_millis(20) * FILM_EVERY as u32;
    figures.save_with_film("film", &caption, Figure::fitted(&[&[&grid]], 14.0)?, film.view(), delay)
}

/// The last controllers of all temperatures, in their dreams and outside (p. 315).
pub fn temperatures(figures: &Figures, dreams: &[Dreamed]) -> Result<()> {
    let mut table = Table::new(["temperature of the dream", "generations", "in the dream", "outside"]);
    for Dreamed { temperature, inside, outside } in dreams {
        let (Some(inside), Some(outside)) = (inside.last(), outside.last()) else { continue };
        let score = |evaluation: &Evaluation| {
            let (mean, std) = evaluation.mean_and_std();
            format!("{mean:.0} ± {std:.0}")
        };
        let generations = inside.generations.to_string();
        table = table.row([temperature.to_string(), generations, score(inside), score(outside)]);
    }
    let caption = "Controllers that learned in dreams of several temperatures: steps with a reward in the dream, and scores in \
                   the real environment, mean ± standard deviation.";
    figures.save("temperatures", caption, Figure::fitted(&[&[&table]], 8.0)?)
}
