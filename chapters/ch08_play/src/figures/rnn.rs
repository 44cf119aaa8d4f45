//! The figures of 08_04.

use crate::models::imagination::imagine;
use crate::models::{MdnRnn, Series, Vae};
use anyhow::{Result, ensure};
use common::arrays::array4;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, ImageGrid, Line};
use ndarray::{Array4, Axis};
use std::time::Duration;
use tch::Tensor;

/// Frames that M reads before it imagines.
const SEEN: i64 = 20;
/// Imagined frames in a row, and the steps from one to the next.
const SHOWN: usize = 10;
const EVERY: usize = 4;
/// Steps from one image of the film to the next.
const FILM_EVERY: usize = 3;
/// The temperatures that are compared.
const TEMPERATURES: [f64; 4] = [0.1, 0.7, 1.0, 1.3];

/// Losses by epoch: on the episodes that M learns, and on those held out (p. 300).
pub fn loss(figures: &Figures) -> Result<()> {
    let history = figures.run().history()?;
    let chart = |title: &str, metric: &str| {
        let line = |name: &str, metric: &str, color| {
            Line::new(name, history.metric(metric).unwrap_or_default()).color(Color::tab10(color))
        };
        Chart::new()
            .with(line("trained on", metric, 0))
            .with(line("held out", &format!("val_{metric}"), 1))
            .title(title)
            .x_label("epoch")
            .y_label("loss")
    };
    let charts = [chart("both", "loss"), chart("z", "z_loss"), chart("reward", "reward_loss")];
    let caption = "Losses of M by epoch: the negative log likelihood of the next z, the binary cross-entropy of the next reward, \
                   and their sum.";
    figures.save("loss", caption, Figure::grid(&charts, 3, (13.0, 4.2))?)
}

/// Held-out frames, decoded, and what M imagines in their place along the same actions (p. 301).
pub fn next_frames(figures: &Figures, vae: &Vae, rnn: &MdnRnn, held_out: &Series) -> Result<()> {
    let episode = first(held_out)?;
    let time = episode.mu.size()[1];
    let real = decoded(vae, &episode.mu.get(0).narrow(0, SEEN, time - SEEN), figures)?;
    let imagined = decoded(vae, &imagine(rnn, &episode, SEEN, 1.0, figures.seed()), figures)?;
    let shown = shown(real.dim().0);
    let rows = [&real, &imagined].map(|frames| frames.select(Axis(0), &shown));
    let grid = ImageGrid::new(rows[0].view()).then(rows[1].view()).columns(shown.len());
    let grid = grid.row_names(["real", "imagined"]).column_names(shown.iter().map(|frame| frame + 1));
    let caption = format!(
        "A held-out episode as V decodes it, and what M imagines in its place from frame {SEEN} on: it knows the actions, and \
         goes on from its own samples. Numbers are the frames since then. The film shows both, the real one on the left."
    );
    let both = ndarray::concatenate(Axis(2), &[real.view(), imagined.view()])?.mapv(|v| (v * 255.0).round() as u8);
    let film: Vec<usize> = (0..both.dim().0).step_by(FILM_EVERY).collect();
    let film = upsampled(&both.select(Axis(0), &film), 2);
    let figure = Figure::fitted(&[&[&grid]], 13.0)?;
    figures.save_with_film("next_frames", &caption, figure, film.view(), Duration::from_millis(20) * FILM_EVERY as u32)
}

/// The same beginning, imagined at several temperatures (p. 312).
pub fn temperatures(figures: &Figures, vae: &Vae, rnn: &MdnRnn, held_out: &Series) -> Result<()> {
    let episode = first(held_out)?;
    let rows = TEMPERATURES.map(|temperature| {
        let imagined = decoded(vae, &imagine(rnn, &episode, SEEN, temperature, figures.seed()), figures)?;
        Ok(imagined.select(Axis(0), &shown(imagined.dim().0)))
    });
    let rows = rows.into_iter().collect::<Result<Vec<_>>>()?;
    let columns = rows[0].dim().0;
    let views: Vec<_> = rows.iter().map(|row| row.view()).collect();
    let grid = ImageGrid::new(ndarray::concatenate(Axis(0), &views)?.view()).columns(columns);
    let grid = grid.row_names(TEMPERATURES.map(|temperature| format!("temperature {temperature}")));
    let caption = "What M imagines after the same beginning and along the same actions, at several temperatures: the higher, the \
                   more chance.";
    figures.save("temperatures", caption, Figure::fitted(&[&[&grid]], 13.0)?)
}

fn first(held_out: &Series) -> Result<Series> {
    let time = held_out.mu.size()[1];
    ensure!(time > SEEN + 1, "the figures need episodes of more than {} frames, not {time}", SEEN + 1);
    Ok(held_out.range(0, 1))
}

/// The frames that are shown of so many.
fn shown(count: usize) -> Vec<usize> {
    (0..count).step_by(EVERY).take(SHOWN).collect()
}

/// Frames `[n, 64, 64, 3]` of points of latent space `[n, z_dim]`.
fn decoded(vae: &Vae, z: &Tensor, figures: &Figures) -> Result<Array4<f32>> {
    array4(&tch::no_grad(|| vae.decode(&z.to_device(figures.device()))))
}

/// Each pixel as `times` x `times`.
pub(super) fn upsampled(frames: &Array4<u8>, times: usize) -> Array4<u8> {
    let (n, height, width, channels) = frames.dim();
    let shape = (n, times * height, times * width, channels);
    Array4::from_shape_fn(shape, |(i, y, x, c)| frames[[i, y / times, x / times, c]])
}
