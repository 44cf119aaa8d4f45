//! The figures of 09_06.

use super::{by_class, gan_training};
use crate::experiments::labelled_training::Labelled;
use crate::experiments::sagan::Config;
use crate::models::labelled_images::classes_in_turn;
use crate::models::sagan::{Attended, Sagan};
use anyhow::{Context, Result};
use common::arrays::array4;
use common::cli::Figures;
use common::device;
use common::features::FeatureNet;
use common::plot::{Color, Figure, ImageGrid};
use ndarray::{Array4, s};
use tch::Tensor;

/// Images in the figure of attention.
const SHOWN: i64 = 6;
/// Places whose attention is shown: row and column as shares of the side, and their colour.
const QUERIES: [([f64; 2], Color); 4] =
    [([0.25, 0.25], Color::RED), ([0.5, 0.5], Color::GREEN), ([0.25, 0.75], Color::BLUE), ([0.8, 0.5], Color::ORANGE)];

/// All figures.
pub fn draw(
    figures: &Figures,
    gan: &Sagan,
    config: &Config,
    images: &Labelled,
    features: Option<&dyn FeatureNet>,
) -> Result<()> {
    let curves = [("d_loss_real", Color::GREEN), ("d_loss_fake", Color::RED), ("g_loss", Color::ORANGE)];
    let caption = "Losses by epoch: the discriminator's hinge loss on real images (green) and on generated ones \
                   (red), and the generator's loss (orange).";
    gan_training::losses(figures, &curves, config.training.steps_per_epoch, &[], caption)?;
    let generate = |classes: &Tensor| gan.images(&gan.noise(classes.size()[0]), classes);
    by_class::draw(figures, &generate, images, features, config.training.fid_samples)?;
    attention(figures, gan)
}

/// What places of generated images the generator attends to at some others (figure 5 of the paper).
fn attention(figures: &Figures, gan: &Sagan) -> Result<()> {
    device::seed(&[figures.seed(), 2]);
    let classes = classes_in_turn(SHOWN, gan.classes, figures.device());
    let Attended { images, weights } = gan.attended(&gan.noise(SHOWN), &classes);
    let weights = weights.context("internal error: the generator has no attention")?;
    let images = in_color(&images);
    let [n, height, width] = [0, 1, 2].map(|axis| images.size()[axis]);
    let side = (weights.size()[1] as f64).sqrt() as i64;
    let mut rows = vec![marked(&images, side)?];
    for ([row, column], _) in QUERIES {
        // [n, keys] -> [n, 1, side, side]
        let query = place(row, side) * side + place(column, side);
        let seen = weights.select(1, query).reshape([n, 1, side, side]);
        let seen = seen.upsample_bilinear2d([height, width], false, None, None).permute([0, 2, 3, 1]);
        let scaled = &seen / seen.amax([1i64, 2, 3].as_slice(), true).clamp_min(1e-12);
        rows.push(array4(&(&images * (scaled * 0.9 + 0.1)))?);
    }
    let views: Vec<_> = rows.iter().map(|row| row.view()).collect();
    let all = ndarray::concatenate(ndarray::Axis(0), &views)?;
    let names = ["generated", "red", "green", "blue", "orange"];
    let grid = ImageGrid::new(all.view()).columns(n as usize).row_names(names).gap(3.0);
    let caption = format!(
        "Self-attention in the generator at {side} x {side} places, γ = {:.3}. Below each generated image, four times \
         the image where it is bright: what the marked place of that colour attends to (figure 5 of the paper).",
        gan.generator.gamma().unwrap_or(0.0)
    );
    figures.save("attention", &caption, Figure::fitted(&[&[&grid]], 9.0)?)
}

/// The index of a place along a side.
fn place(share: f64, side: i64) -> i64 {
    ((share * side as f64) as i64).clamp(0, side - 1)
}

/// Images `[n, height, width, 1 or 3]` as `[n, height, width, 3]`.
fn in_color(images: &Tensor) -> Tensor {
    images.expand([-1, -1, -1, 3], false)
}

/// The images with a square in its colour where each query stands.
fn marked(images: &Tensor, side: i64) -> Result<Array4<f32>> {
    let mut marked = array4(images)?;
    let (_, height, width, _) = marked.dim();
    let (tall, wide) = (height / side as usize, width / side as usize);
    for ([row, column], color) in QUERIES {
        let (top, left) = (place(row, side) as usize * tall, place(column, side) as usize * wide);
        let mut square = marked.slice_mut(s![.., top..top + tall, left..left + wide, ..]);
        for (channel, value) in [color.r, color.g, color.b].into_iter().enumerate() {
            square.slice_mut(s![.., .., .., channel]).fill(f32::from(value) / 255.0);
        }
    }
    Ok(marked)
}
